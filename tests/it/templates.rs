//! Policy documents within ARM templates: what is opened, with which places, and what is left with a finding.

use serde_json::{Value, json};

use crate::tenant::{Ran, Tenant, assigned, guid, management_group, subscription, tree};

const SCHEMA: &str =
    "https://schema.management.azure.com/schemas/2019-08-01/managementGroupDeploymentTemplate.json#";

fn template(resources: &Value, more: &Value) -> Value {
    let mut template = json!({ "$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": resources });
    for (key, value) in more.as_object().expect("members") {
        template[key] = value.clone();
    }
    template
}

fn resource(kind: &str, name: &str, properties: &Value) -> Value {
    json!({ "type": format!("Microsoft.Authorization/{kind}"), "apiVersion": "2023-04-01", "name": name, "properties": properties })
}

/// A definition about subscriptions with a parameter for its effect, escaped as templates want it.
fn definition(name: &str) -> Value {
    let properties = json!({
        "mode": "All",
        "displayName": "Subscriptions are told of",
        "parameters": { "effect": { "type": "String", "defaultValue": "audit" } },
        "policyRule": {
            "if": { "field": "type", "equals": "[[concat('Microsoft.Resources/', 'subscriptions')]" },
            "then": { "effect": "[[parameters('effect')]" },
        },
    });
    resource("policyDefinitions", name, &properties)
}

fn validated(template: &Value, arguments: &[&str]) -> Ran {
    let tenant = Tenant::new().json("template.json", template);
    tenant.azpol(&[&["validate", "template.json", "--format", "json"], arguments].concat())
}

/// Code and line of each finding, but for advice on style.
fn findings(ran: &Ran) -> Vec<String> {
    let json = ran.json();
    let all = json["findings"].as_array().expect("findings").iter();
    let told = all.filter(|one| one["severity"] != "note" && one["code"].as_str() < Some("AZP1020"));
    told.map(|one| one["code"].as_str().expect("a code").to_owned()).collect()
}

fn looked(ran: &Ran, kind: &str) -> u64 {
    ran.json()["documents"][kind].as_u64().unwrap_or_default()
}

#[test]
fn a_definition_is_opened_unescaped_and_has_rows() {
    let tenant = Tenant::new()
        .json("tree.json", &tree(&[("mg-a", &[1])]))
        .json("subs.json", &json!([subscription(1)]))
        .json("template.json", &template(&json!([definition("told")]), &json!({})));
    let ran = tenant.azpol(&["scan", ".", "--assign", "told", "--at", &guid(1), "--format", "json"]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert_eq!(ran.json()["rows"][0]["state"], "NonCompliant", "{}", ran.out);
}

#[test]
fn an_initiative_and_its_assignment_find_each_other() {
    let set = resource(
        "policySetDefinitions",
        "both",
        &json!({ "policyDefinitions": [
            { "policyDefinitionId": "[resourceId('Microsoft.Authorization/policyDefinitions', variables('name'))]", "parameters": {} },
            { "policyDefinitionReferenceId": "other",
              "policyDefinitionId": "[concat(parameters('root'), '/providers/Microsoft.Authorization/policyDefinitions/told')]", "parameters": {} },
        ]}),
    );
    let mut assignment = resource(
        "policyAssignments",
        "Both",
        &json!({ "policyDefinitionId": "[tenantResourceId('Microsoft.Authorization/policySetDefinitions', 'both')]" }),
    );
    assignment["scope"] = json!(management_group("mg-a"));
    let more = json!({ "variables": { "name": "told" }, "parameters": { "root": { "type": "string" } } });
    let tenant = Tenant::new()
        .json("tree.json", &tree(&[("mg-a", &[1])]))
        .json("subs.json", &json!([subscription(1)]))
        .json("template.json", &template(&json!([definition("told"), set, assignment]), &more));
    let ran = tenant.scan(&["--format", "json"]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert_eq!(ran.json()["rows"].as_array().map(Vec::len), Some(2), "{}", ran.out);
}

#[test]
fn findings_have_the_places_of_the_template() {
    let mut faulty = definition("told");
    faulty["properties"]["policyRule"]["then"]["effect"] = json!("[[parameters('efect')]");
    let ran = validated(&template(&json!([faulty]), &json!({})), &[]);
    assert_eq!((ran.code, findings(&ran)), (1, vec!["AZP0310".to_owned()]), "{}", ran.out);
    let json = ran.json();
    let place = &json["findings"][0]["places"][0];
    let text = serde_json::to_string_pretty(&template(&json!([faulty]), &json!({}))).expect("JSON");
    let line = text.lines().position(|line| line.contains("efect")).expect("the line") + 1;
    assert_eq!(place["line"], line, "{}", ran.out);
    assert_eq!(place["file"], "template.json");
}

#[test]
fn every_way_to_write_resources_is_opened() {
    let rule = definition("told")["properties"].clone();
    let nested = |scope: &str, inner: Value| {
        json!({ "type": "Microsoft.Resources/deployments", "apiVersion": "2021-04-01", "name": "inner",
                "properties": { "mode": "Incremental", "expressionEvaluationOptions": { "scope": scope }, "template": inner } })
    };
    let by_variable = resource("policyDefinitions", "told", &json!("[variables('all')[0]['told']]"));
    let variables = json!({ "variables": { "all": [{ "told": rule }] } });
    let off = {
        let mut off = definition("off");
        off["condition"] = json!(false);
        off
    };
    for (name, document) in [
        ("plain", template(&json!([definition("told"), off]), &json!({}))),
        ("symbolic", template(&json!({ "told": definition("told") }), &json!({ "languageVersion": "2.0" }))),
        ("variable", template(&json!([by_variable]), &variables)),
        (
            "inner",
            template(&json!([nested("inner", template(&json!([by_variable]), &variables))]), &json!({})),
        ),
        (
            "outer",
            template(&json!([nested("outer", template(&json!([by_variable]), &json!({})))]), &variables),
        ),
        ("alone, escaped", definition("told")),
    ] {
        let ran = validated(&document, &[]);
        assert_eq!(
            (ran.code, findings(&ran), looked(&ran, "definitions")),
            (0, vec![], 1),
            "{name}: {}",
            ran.out
        );
    }
    let mut raw = definition("told");
    let text = raw.to_string().replace("[[", "[");
    raw = serde_json::from_str(&text).expect("JSON");
    let ran = validated(&raw, &[]);
    assert_eq!((ran.code, looked(&ran, "definitions")), (0, 1), "{}", ran.out);
}

#[test]
fn what_the_deployment_computes_is_told_and_not_guessed() {
    let with = |path: &str, value: &str| {
        let mut definition = definition("told");
        *definition.pointer_mut(path).expect("there") = json!(value);
        definition
    };
    let more = json!({ "parameters": { "effect": { "type": "string" }, "rule": { "type": "object" } } });
    for resource in [
        with("/properties/policyRule", "[parameters('rule')]"),
        with("/properties/policyRule/then/effect", "[parameters('effect')]"),
        with("/properties/parameters/effect/defaultValue", "[parameters('effect')]"),
        with("/properties", "[json(loadTextContent('a.json'))]"),
        with("/properties/mode", "[variables('none')]"),
    ] {
        let ran = validated(&template(&json!([resource]), &more), &[]);
        assert_eq!((ran.code, findings(&ran)), (3, vec!["AZP0525".to_owned()]), "{}", ran.out);
    }
    // A text for people decides nothing.
    let ran =
        validated(&template(&json!([with("/properties/displayName", "[concat('a', 'b')]")]), &more), &[]);
    assert_eq!((ran.code, findings(&ran)), (0, vec![]), "{}", ran.out);
}

#[test]
fn what_the_author_forgot_to_escape_is_told_with_what_to_write() {
    let text =
        template(&json!([definition("told")]), &json!({})).to_string().replace("[[parameters", "[parameters");
    let ran = validated(&serde_json::from_str(&text).expect("JSON"), &[]);
    assert_eq!((ran.code, findings(&ran)), (1, vec!["AZP0526".to_owned()]), "{}", ran.out);
    assert!(ran.out.contains("write `[[parameters('effect')]`"), "{}", ran.out);
}

#[test]
fn variables_that_name_one_another_end() {
    let mut variables = serde_json::Map::new();
    for at in 0..20 {
        let next = format!("[variables('v{}')]", at + 1);
        variables.insert(format!("v{at}"), json!(vec![next; 10]));
    }
    variables.insert("v20".to_owned(), json!("[variables('v0')]"));
    let looped =
        resource("policyDefinitions", "told", &json!({ "mode": "All", "policyRule": "[variables('v0')]" }));
    let ran = validated(&template(&json!([looped]), &json!({ "variables": variables })), &[]);
    assert!(ran.code == 3 || ran.code == 1, "{}", ran.out);
}

#[test]
fn other_tools_keep_definitions_in_forms_of_their_own() {
    let plain: Value =
        serde_json::from_str(&definition("told")["properties"].to_string().replace("[[", "[")).expect("JSON");
    let azops = json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#",
        "contentVersion": "1.0.0.0",
        "parameters": { "input": { "value": { "Name": "told", "Properties": plain } } },
    });
    let ran = validated(&azops, &[]);
    assert_eq!((ran.code, looked(&ran, "definitions")), (0, 1), "{}", ran.out);
    let epac = json!({ "name": "set", "properties": { "policyDefinitions": [
        { "policyDefinitionReferenceId": "a", "policyDefinitionName": "told" },
    ]}});
    let ran = validated(&epac, &[]);
    assert_eq!((ran.code, findings(&ran), looked(&ran, "initiatives")), (0, vec![], 1), "{}", ran.out);
    let assignment = assigned("Told", &management_group("mg-a"), "both", &json!({}));
    let mut assignment = assignment.clone();
    assignment["properties"]["policyDefinitionId"] =
        json!("/providers/Microsoft.Authorization/policySetDefinitions/set");
    let tenant = Tenant::new()
        .json("tree.json", &tree(&[("mg-a", &[1])]))
        .json("subs.json", &json!([subscription(1)]))
        .json("set.json", &epac)
        .json("told.json", &json!({ "name": "told", "properties": plain }))
        .json("assignments.json", &json!([assignment]));
    let ran = tenant.scan(&["--format", "json"]);
    assert_eq!(ran.json()["rows"][0]["state"], "NonCompliant", "{}{}", ran.out, ran.err);
}

#[test]
fn a_definition_in_two_files_is_put_together() {
    let whole: Value =
        serde_json::from_str(&definition("told")["properties"].to_string().replace("[[", "[")).expect("JSON");
    let (rule, parameters) = (whole["policyRule"].clone(), whole["parameters"].clone());
    for (one, other) in [
        ("azurepolicy.rules.json", "azurepolicy.parameters.json"),
        ("told/policy.json", "told/parameters.json"),
        ("told_policy.json", "told_parameters.json"),
        ("rules.json", "params.json"),
    ] {
        let tenant = Tenant::new().json(one, &rule).json(other, &parameters);
        let ran = tenant.azpol(&["validate", ".", "--format", "json"]);
        assert_eq!((findings(&ran), looked(&ran, "definitions")), (vec![], 1), "{one}: {}", ran.out);
        // With Microsoft's third file, which holds all of it.
        let folder = one.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
        let ran =
            tenant.json(&format!("{folder}whole.json"), &json!({ "name": "told", "properties": whole }));
        let ran = ran.azpol(&["validate", ".", "--format", "json"]);
        assert_eq!((findings(&ran), looked(&ran, "definitions")), (vec![], 1), "{one}: {}", ran.out);
    }
    // Another name, and another folder: nobody knows that they belong together.
    for (one, other) in [("a.rules.json", "b.parameters.json"), ("a/rules.json", "b/parameters.json")] {
        let ran = Tenant::new().json(one, &rule).json(other, &parameters);
        let ran = ran.azpol(&["validate", ".", "--format", "json"]);
        assert_eq!(findings(&ran), ["AZP0310"], "{}", ran.out);
        assert!(ran.out.contains("no rule lies beside them"), "{}", ran.out);
    }
    // The rule of the scan is the same.
    let tenant = Tenant::new()
        .json("tree.json", &tree(&[("mg-a", &[1])]))
        .json("subs.json", &json!([subscription(1)]))
        .json("told.rules.json", &json!({ "mode": "All", "policyRule": rule }))
        .json("told.parameters.json", &json!({ "parameters": parameters }));
    let ran = tenant.azpol(&["scan", ".", "--assign", "told", "--at", &guid(1), "--format", "json"]);
    assert_eq!(ran.json()["rows"][0]["state"], "NonCompliant", "{}{}", ran.out, ran.err);
}

#[test]
fn an_assignment_under_a_condition_is_not_evaluated_as_if_it_were_there() {
    let scope = format!("/subscriptions/{}", guid(1));
    let mut given = assigned("told", &scope, "none", &json!({}));
    given["properties"]["policyDefinitionId"] = json!(format!(
        "{}/providers/Microsoft.Authorization/policyDefinitions/told",
        management_group("mg-a")
    ));
    let mut told = definition("told");
    told["id"] = given["properties"]["policyDefinitionId"].clone();
    let nested = |condition: Value, inner: &Value| {
        json!({ "type": "Microsoft.Resources/deployments", "apiVersion": "2021-04-01", "name": "inner",
            "condition": condition, "properties": { "mode": "Incremental", "template": template(&json!([inner]), &json!({})) } })
    };
    let with = |condition: Value| {
        let mut given = given.clone();
        given["condition"] = condition;
        given
    };
    let computed = json!("[parameters('on')]");
    for (what, resource, rows, told_of) in [
        ("none", given.clone(), 1, false),
        ("true", with(json!(true)), 1, false),
        ("false", with(json!(false)), 0, false),
        ("computed", with(computed.clone()), 0, true),
        ("around it, computed", nested(computed, &given), 0, true),
        ("around it, false", nested(json!(false), &given), 0, false),
        ("around it, true", nested(json!(true), &given), 1, false),
    ] {
        let tenant = Tenant::new()
            .json("tree.json", &tree(&[("mg-a", &[1])]))
            .json("subs.json", &json!([subscription(1)]))
            .json(
                "template.json",
                &template(&json!([told, resource]), &json!({ "parameters": { "on": { "type": "bool" } } })),
            );
        let ran = tenant.azpol(&["scan", ".", "--format", "json"]);
        assert_eq!(ran.json()["rows"].as_array().map(Vec::len), Some(rows), "{what}: {}{}", ran.out, ran.err);
        assert_eq!(ran.tells("AZP0527"), told_of, "{what}: {}", ran.err);
    }
}

#[test]
fn deployments_that_are_too_deep_are_told_of() {
    let mut document = template(&json!([definition("told")]), &json!({}));
    for _ in 0..20 {
        document = template(
            &json!([{ "type": "Microsoft.Resources/deployments", "apiVersion": "2021-04-01", "name": "inner",
                "properties": { "mode": "Incremental", "template": document } }]),
            &json!({}),
        );
    }
    let ran = validated(&document, &[]);
    assert!(ran.out.contains("AZP0525") && ran.out.contains("16 deep"), "{}{}", ran.out, ran.err);
}
