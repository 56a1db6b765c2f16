//! Where templates are deployed: deployments within deployments, groups, subscriptions, management groups.

use azpol::arm::template::{DeploymentRequest, FaultKind, expand};
use azpol::arm::{Object, ResourceId};

use super::{Trial, node, one, properties, resources, template};

/// A nested deployment in the group `rg2`.
fn nested(options: &str, rest: &str, inner: &str) -> Trial {
    template(&format!(
        r#"{{"parameters": {{"p": {{"type": "string", "defaultValue": "outer"}}}},
            "variables": {{"v": "outer"}},
            "resources": [{{"type": "Microsoft.Resources/deployments", "apiVersion": "1", "name": "n",
                "resourceGroup": "rg2", {rest} "properties": {{"mode": "Incremental" {options},
                "template": {inner}}}}}]}}"#
    ))
}

#[test]
fn an_outer_scope_sees_the_parent() {
    let inner = r#"{"parameters": {"p": {"type": "int"}}, "variables": {"v": "inner"}, "resources": [
        {"type": "A.B/c", "apiVersion": "1", "name": "[concat(variables('v'), copyIndex())]",
         "properties": {"p": "[parameters('p')]", "d": "[deployment().name]", "id": "[resourceId('A.B/c', 'q')]"}}]}"#;
    let trial = nested("", r#""copy": {"name": "l", "count": 1},"#, inner);
    let expansion = trial.run().unwrap_or_else(|faults| panic!("{faults:#?}"));
    let id = expansion.resources[0].id.as_str();
    assert!(id.ends_with("/resourceGroups/rg2/providers/A.B/c/outer0"), "{id}");
    let own = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/A.B/c/q";
    assert_eq!(properties(&trial), format!(r#"{{"p":"outer","d":"dep","id":"{own}"}}"#));
    assert_eq!(expansion.nested.iter().map(|name| &**name).collect::<Vec<_>>(), ["n"]);
    let copied = r#"{"resources": [{"type": "A.B/c", "apiVersion": "1", "name": "x", "copy": {"name": "l", "count": 1}}]}"#;
    assert!(nested("", "", copied).refusal().contains("needs the inner scope"));
}

#[test]
fn an_inner_scope_sees_its_own() {
    let options = r#", "expressionEvaluationOptions": {"scope": "inner"},
        "parameters": {"q": {"value": "[concat(parameters('p'), '!')]"}}"#;
    let inner = r#"{"parameters": {"q": {"type": "string"}}, "variables": {"v": "inner"}, "resources": [
        {"type": "A.B/c", "apiVersion": "1", "name": "[variables('v')]",
         "properties": {"q": "[parameters('q')]", "d": "[deployment().name]", "g": "[resourceGroup().name]"}}]}"#;
    let trial = nested(options, "", inner);
    assert_eq!(properties(&trial), r#"{"q":"outer!","d":"n","g":"rg2"}"#);
    let location = inner.replace("resourceGroup().name", "resourceGroup().location");
    let (kind, message) = nested(options, "", &location).fault();
    assert_eq!(
        (kind, message.as_str()),
        (FaultKind::MissingFact, "the files don't say what `resourceGroup().location` is")
    );
    let outer = inner.replace("parameters('q')", "parameters('p')");
    assert!(nested(options, "", &outer).refusal().contains("'p' is not found"));
    assert!(
        nested(r#", "expressionEvaluationOptions": {"scope": "inner"}"#, "", inner).refusal().contains("`q`")
    );
}

#[test]
fn nested_deployments_have_targets() {
    let empty = r#"{"resources": [{"type": "A.B/c", "apiVersion": "1", "name": "x"}]}"#;
    let at = |members: &str| {
        resources(&format!(
            r#"[{{"type": "Microsoft.Resources/deployments", "apiVersion": "1", "name": "n", {members}
                "properties": {{"mode": "incremental", "template": {empty}}}}}]"#
        ))
    };
    let id = |trial: Trial| trial.run().unwrap_or_else(|f| panic!("{f:#?}")).resources[0].id.to_string();
    assert_eq!(
        id(at(r#""subscriptionId": "33333333-3333-3333-3333-333333333333", "resourceGroup": "g","#)),
        "/subscriptions/33333333-3333-3333-3333-333333333333/resourceGroups/g/providers/A.B/c/x"
    );
    assert_eq!(
        id(at(r#""subscriptionId": "33333333-3333-3333-3333-333333333333", "location": "westeurope","#)),
        "/subscriptions/33333333-3333-3333-3333-333333333333/providers/A.B/c/x"
    );
    assert_eq!(id(at(r#""scope": "/", "location": "westeurope","#)), "/providers/A.B/c/x");
    assert!(id(at("")).ends_with("/resourceGroups/rg/providers/A.B/c/x"));
    assert!(at("").at_subscription().refusal().contains("needs a `location`"));
    assert!(at(r#""resourceGroup": "g", "location": "x","#).refusal().contains("can't have a `location`"));
    assert!(nested("", "", empty).names() == ["x"]);
    let complete = resources(&format!(
        r#"[{{"type": "Microsoft.Resources/deployments", "apiVersion": "1", "name": "n",
            "properties": {{"mode": "Complete", "template": {empty}}}}}]"#
    ));
    assert!(complete.refusal().contains("`Incremental`"));
    let linked = resources(
        r#"[{"type": "Microsoft.Resources/deployments", "apiVersion": "1", "name": "n",
            "properties": {"mode": "Incremental", "templateLink": {"uri": "https://example.com"}}}]"#,
    );
    assert_eq!(linked.fault().0, FaultKind::Unsupported);
}

#[test]
fn a_group_that_is_created_is_known_to_what_follows() {
    let trial = template(
        r#"{"resources": [
            {"type": "Microsoft.Resources/deployments", "apiVersion": "1", "name": "n", "resourceGroup": "g",
             "dependsOn": ["[resourceId('Microsoft.Resources/resourceGroups/', 'g')]"],
             "properties": {"mode": "Incremental", "expressionEvaluationOptions": {"scope": "inner"}, "template": {
                "resources": [{"type": "A.B/c", "apiVersion": "1", "name": "x",
                    "properties": {"l": "[resourceGroup().location]"}}]}}},
            {"type": "Microsoft.Resources/resourceGroups", "apiVersion": "1", "name": "g", "location": "eastus"}]}"#,
    )
    .at_subscription();
    let expansion = trial.run().unwrap();
    let ids: Vec<String> = expansion.resources.iter().map(|resource| resource.id.to_string()).collect();
    let base = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/g";
    assert_eq!(ids, [base.to_owned(), format!("{base}/providers/A.B/c/x")]);
    assert_eq!(trial.resources()[1].1, r#"{"l":"eastus"}"#);
}

#[test]
fn facts_that_are_missing_are_asked_for_one_by_one() {
    let trial =
        one("{}", "{}", r#"{"a": "[subscription().subscriptionId]", "b": "[subscription().displayName]"}"#);
    assert_eq!(properties(&trial), r#"{"a":"11111111-1111-1111-1111-111111111111","b":"Web"}"#);
    let (kind, message) = one("{}", "{}", r#"{"a": "[subscription().state]"}"#).fault();
    assert_eq!(
        (kind, message.as_str()),
        (FaultKind::MissingFact, "the files don't say what `subscription().state` is")
    );
    assert_eq!(one("{}", "{}", r#"{"a": "[string(subscription())]"}"#).fault().0, FaultKind::MissingFact);
    assert!(one("{}", "{}", r#"{"a": "[subscription().nam]"}"#).refusal().contains("'nam' doesn't exist"));
    let group = one("{}", "{}", r#"{"a": "[resourceGroup().name]"}"#).at_subscription().refusal();
    assert!(group.contains("doesn't run in a resource group"), "{group}");
    let cloud = one("{}", "{}", r#"{"a": "[environment().suffixes.storage]", "t": "[tenant().tenantId]"}"#);
    assert_eq!(properties(&cloud), r#"{"a":"core.windows.net","t":"22222222-2222-2222-2222-222222222222"}"#);
}

#[test]
fn arguments_of_nested_deployments_have_forms() {
    let inner = r#"{"parameters": {"q": {"type": "array"}}, "resources": [
        {"type": "A.B/c", "apiVersion": "1", "name": "x", "properties": {"q": "[parameters('q')]"}}]}"#;
    let with = |argument: &str| {
        let options = format!(
            r#", "expressionEvaluationOptions": {{"scope": "inner"}}, "parameters": {{"q": {argument}}}"#
        );
        nested(&options, "", inner)
    };
    let copied = r#"{"copy": [{"name": "value", "count": 2, "input": "[copyIndex('value')]"}]}"#;
    assert_eq!(properties(&with(copied)), r#"{"q":[0,1]}"#);
    let chosen = r#""[if(true(), createObject('value', createArray(1)), createObject('reference', 1))]""#;
    assert_eq!(properties(&with(chosen)), r#"{"q":[1]}"#);
    // Only the deployment reads a key vault.
    let vault = r#"{"reference": {"keyVault": {"id": "[resourceGroup().id]"}, "secretName": "it's", "secretVersion": "1"}}"#;
    let group = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg";
    assert_eq!(properties(&with(vault)), format!(r#"{{"q":"[getSecret('{group}', 'it''s', '1')]"}}"#));
    let chosen = r#""[createObject('reference', createObject('keyVault', createObject('id', 'v'), 'secretName', 's'))]""#;
    assert_eq!(properties(&with(chosen)), r#"{"q":"[getSecret('v', 's')]"}"#);
    assert!(with(r#"{"reference": {"secretName": "s"}}"#).refusal().contains("the id of a Key Vault"));
    let open = r#"{"reference": {"keyVault": {"id": "[reference('x').id]"}, "secretName": "s"}}"#;
    assert_eq!(with(open).fault().0, FaultKind::Unsupported);
    assert!(with("{}").refusal().contains("has no `value`"));
    let own = r#"{"resources": [{"type": "A.B/c", "apiVersion": "1", "name": "x"}]}"#;
    let empty = resources(&format!(
        r#"[{{"type": "Microsoft.Resources/deployments", "apiVersion": "1", "name": "n", "resourceGroup": "",
            "properties": {{"mode": "Incremental", "template": {own}}}}}]"#
    ));
    assert!(empty.run().unwrap().resources[0].id.as_str().contains("/resourceGroups/rg/"));
}

#[test]
fn a_deployment_runs_at_a_management_group() {
    let text = |more: &str| {
        format!(
            r#"{{"resources": [
                {{"type": "Microsoft.Authorization/policyDefinitions", "apiVersion": "1", "name": "p", "properties": {{
                    "id": "[managementGroup().id]", "name": "[managementGroup().name]", "type": "[managementGroup().type]",
                    "own": "[managementGroupResourceId('A.B/c', 'x')]", "plain": "[resourceId('A.B/c', 'x')]"}}}},
                {{"type": "A.B/aliases", "apiVersion": "1", "name": "s", "scope": "/"}},
                {{"type": "Microsoft.Resources/deployments", "apiVersion": "1", "name": "below", "location": "westeurope",
                  "subscriptionId": "33333333-3333-3333-3333-333333333333",
                  "properties": {{"mode": "Incremental", "expressionEvaluationOptions": {{"scope": "inner"}},
                    "template": {{"resources": [{{"type": "A.B/c", "apiVersion": "1", "name": "[subscription().subscriptionId]"}}]}}}}}},
                {{"type": "Microsoft.Resources/deployments", "apiVersion": "1", "name": "beside", "location": "westeurope",
                  "scope": "Microsoft.Management/managementGroups/other",
                  "properties": {{"mode": "Incremental", "expressionEvaluationOptions": {{"scope": "inner"}},
                    "template": {{"resources": [{{"type": "A.B/c", "apiVersion": "1", "name": "[managementGroup().name]"}}]}}}}}}
                {more}]}}"#
        )
    };
    let run = |more: &str| {
        let (subscription, id) =
            (Trial::subscription(), "/providers/Microsoft.Management/managementGroups/root");
        let id = ResourceId::parse(id).expect("an id");
        expand(&DeploymentRequest {
            template: &node(&text(more)),
            parameters: &Object::new(),
            name: "dep".into(),
            location: Some("westeurope".into()),
            subscription: &subscription,
            resource_group: None,
            management_group: Some(&id),
            guid_seed: "seed".into(),
            now: None,
            semantics: &azpol::arm::semantics::DEFAULT,
        })
    };
    let expansion = run("").unwrap_or_else(|faults| panic!("{faults:#?}"));
    let ids: Vec<&str> = expansion.resources.iter().map(|resource| resource.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "/providers/A.B/aliases/s",
            "/providers/Microsoft.Management/managementGroups/other/providers/A.B/c/other",
            "/providers/Microsoft.Management/managementGroups/root/providers/Microsoft.Authorization/policyDefinitions/p",
            "/subscriptions/33333333-3333-3333-3333-333333333333/providers/A.B/c/33333333-3333-3333-3333-333333333333",
        ]
    );
    assert_eq!(
        expansion.resources[2].body.get("properties").expect("properties").to_json(),
        r#"{"id":"/providers/Microsoft.Management/managementGroups/root","name":"root","type":"/providers/Microsoft.Management/managementGroups","own":"/providers/Microsoft.Management/managementGroups/root/providers/A.B/c/x","plain":"/providers/A.B/c/x"}"#
    );
    for (function, kind) in [
        ("subscription().id", FaultKind::Refused),
        ("resourceGroup().id", FaultKind::Refused),
        ("managementGroup().properties.displayName", FaultKind::MissingFact),
    ] {
        let more = format!(
            r#", {{"type": "A.B/c", "apiVersion": "1", "name": "y", "properties": {{"x": "[{function}]"}}}}"#
        );
        assert_eq!(run(&more).expect_err("a fault")[0].kind, kind, "{function}");
    }
}
