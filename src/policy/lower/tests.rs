use crate::arm::{Scope, Value};
use crate::policy::{
    Condition, Details, Effect, EnforcementMode, ExistenceScope, Identity, IdentityType, ParameterType,
    PolicyAssignment, PolicyDefinition, PolicyMode, PolicyType, ProviderDetailsKind, Selective,
    VersionPattern, assignment, definition, set_definition,
};
use crate::source::{Diagnostics, FileId, Node, json};

fn node(text: &str) -> Node {
    let mut faults = Diagnostics::new();
    let mut nodes = json::parse(FileId::NONE, 0, text, &mut faults);
    assert!(!faults.has_errors(), "{faults:?}\n{text}");
    nodes.remove(0)
}

#[track_caller]
fn defined(text: &str) -> PolicyDefinition {
    let mut faults = Diagnostics::new();
    let lowered = definition(&node(text), "file", &mut faults);
    assert!(faults.is_empty(), "{faults:?}");
    lowered.expect("definition")
}

/// Codes, the text that the first label points to, and the help.
fn faults_of(text: &str) -> Vec<(&'static str, String, Option<String>)> {
    let mut faults = Diagnostics::new();
    let lowered = definition(&node(text), "file", &mut faults);
    assert!(lowered.is_none() || !faults.has_errors(), "{text}");
    faults
        .into_iter()
        .map(|fault| {
            let span = fault.span();
            let at = |offset| usize::try_from(offset).expect("a small text");
            let (start, end) = (at(span.start), at(span.end()));
            (fault.code.id, text[start..end].to_owned(), fault.help)
        })
        .collect()
}

fn rule(condition: &str) -> String {
    format!(r#"{{"if": {condition}, "then": {{"effect": "audit"}}}}"#)
}

/// The only fault of a condition: its code and what it points to.
#[track_caller]
fn fault(condition: &str) -> (&'static str, String, Option<String>) {
    let mut found = faults_of(&rule(condition));
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

const RULE: &str = r#"{"if": {"field": "type", "equals": "a.b/c"}, "then": {"effect": "audit"}}"#;

#[test]
fn three_shapes_of_a_definition_are_read() {
    let full = format!(
        r#"{{"ID": "//providers/Microsoft.Authorization/policyDefinitions/abc/", "Name": "abc",
            "Properties": {{"DisplayName": "Shown", "Mode": "indexed", "Metadata": {{"Version": "1.2.0", "category": "Tags"}},
            "PolicyRule": {RULE}}}}}"#
    );
    let full = defined(&full);
    assert_eq!(&*full.id, "/providers/Microsoft.Authorization/policyDefinitions/abc");
    assert_eq!((&*full.name, &*full.display_name), ("abc", "Shown"));
    assert_eq!((full.version.as_deref(), full.category.as_deref()), (Some("1.2.0"), Some("Tags")));
    assert_eq!((full.policy_type, full.mode), (PolicyType::BuiltIn, PolicyMode::Indexed));

    let bare = defined(&format!(r#"{{"mode": "All", "displayName": "", "policyRule": {RULE}}}"#));
    assert_eq!((&*bare.id, &*bare.name, &*bare.display_name), ("file", "file", "file"));
    assert_eq!((bare.policy_type, bare.mode), (PolicyType::Custom, PolicyMode::All));

    let rule = defined(RULE);
    assert_eq!((&*rule.name, rule.mode), ("file", PolicyMode::Indexed));
}

#[test]
fn properties_may_be_json_in_a_string() {
    let inner = format!(r#"{{"displayName": "Shown", "policyRule": {RULE}}}"#);
    let text = format!(r#"{{"name": "n", "properties": {}}}"#, serde_json::Value::from(inner));
    assert_eq!(&*defined(&text).display_name, "Shown");
}

#[test]
fn modes_of_resource_providers_are_kept_by_name() {
    let text = format!(r#"{{"mode": "Microsoft.Kubernetes.Data", "policyRule": {RULE}}}"#);
    assert_eq!(defined(&text).mode, PolicyMode::ResourceProvider("Microsoft.Kubernetes.Data".into()));
}

#[test]
fn details_are_read_in_any_case() {
    let text = r#"{"if": {"field": "type", "equals": "Microsoft.Resources/subscriptions"}, "then": {
        "effect": "DeployIfNotExists", "details": {"type": "Microsoft.Security/automations/", "name": "n",
        "ResourceGroupName": "[concat('r', 'g')]", "existenceScope": "resourcegroup", "deploymentScope": "Subscription",
        "existencecondition": {"anyof": [{"field": "kind", "exists": "True"}]}, "roleDefinitionIds": ["/r/1"],
        "deployment": {"location": "westeurope", "properties": {"mode": "incremental", "template": {"resources": []},
            "parameters": {"a": {"value": "[field('name')]"}, "s": {"reference": {"keyVault": {"id": "[field('id')]"}, "secretName": "x"}}}}}}}}"#;
    let lowered = defined(text);
    let details = lowered.rule.details.expect("details");
    let Details::Existence(details) = details else { panic!("{details:?}") };
    assert_eq!(details.resource_type.as_str(), "Microsoft.Security/automations");
    assert_eq!(
        (details.existence_scope, details.existence_scope_given),
        (ExistenceScope::ResourceGroup, true)
    );
    assert!(matches!(details.existence_condition, Some(Condition::AnyOf(parts, _)) if parts.len() == 1));
    let deployment = details.deployment.expect("deployment");
    assert_eq!(deployment.scope, ExistenceScope::Subscription);
    assert_eq!(deployment.parameters.len(), 1);
    assert_eq!(&*deployment.secrets[0].name, "s");
}

/// A definition whose effect and details are these.
fn then(effect: &str, details: &str) -> String {
    format!(
        r#"{{"parameters": {{"effect": {{"type": "String"}}, "x": {{}}}}, "policyRule": {{
            "if": {{"field": "name", "exists": true}}, "then": {{"effect": "{effect}", "details": {details}}}}}}}"#
    )
}

#[test]
fn the_form_of_details_decides_what_they_are() {
    let serves = |effect: &str, details: &str| {
        let lowered = defined(&then(effect, details)).rule.details.expect("details");
        Effect::ALL
            .iter()
            .copied()
            .filter(|effect| lowered.serves(*effect))
            .map(Effect::as_str)
            .collect::<Vec<_>>()
    };
    let any = |more: &[&'static str]| {
        let mut all = [&["audit", "deny", "disabled"], more].concat();
        all.sort_unstable();
        all
    };
    let by_parameter = "[parameters('effect')]";
    let modify = r#"{"operations": [{"operation": "Add", "field": "tags.x", "value": "[parameters('x')]"}]}"#;
    for (effect, details, wanted) in [
        ("append", r#"[{"field": "tags.x", "value": 1}]"#, &["append"][..]),
        (
            by_parameter,
            r#"[{"field": "[concat('tags[', 'x', ']')]", "value": {"a": "[field('id')]"}}]"#,
            &["append"],
        ),
        ("Modify", modify, &["modify"]),
        (by_parameter, modify, &["modify"]),
        (
            by_parameter,
            r#"{"actionNames": ["Delete"], "cascadeBehaviors": {"resourceGroup": "allow"}}"#,
            &["auditAction", "denyAction"],
        ),
        (by_parameter, r#"{"defaultState": "Non-compliant"}"#, &["manual"]),
        ("addToNetworkGroup", r#"{"networkGroupId": "[parameters('x')]"}"#, &["addToNetworkGroup"]),
        (by_parameter, r#"{"type": "a.b/c"}"#, &["auditIfNotExists", "deployIfNotExists"]),
    ] {
        assert_eq!(serves(effect, details), any(wanted), "{details}");
    }
    // What an effect without details has beside it is never looked at.
    assert!(defined(&then("audit", r#"{"type": 1}"#)).rule.details.is_none());
}

#[test]
fn details_of_provider_modes_are_kept_as_they_are() {
    for (details, kind) in [
        (
            r#"{"templateInfo": {"sourceType": "PublicURL"}, "kinds": "[parameters('x')]"}"#,
            ProviderDetailsKind::Constraint,
        ),
        (r#"{"mutationInfo": {}}"#, ProviderDetailsKind::Mutation),
        (r#"{"policyId": "a", "policy": "b"}"#, ProviderDetailsKind::RegoPolicy),
        (r#"{"setting": {"name": "a"}}"#, ProviderDetailsKind::Setting),
        (r#"{"type": "a.b/c"}"#, ProviderDetailsKind::Other),
    ] {
        let text =
            then("[parameters('effect')]", details).replacen('{', r#"{"mode": "Microsoft.X.Data", "#, 1);
        match defined(&text).rule.details {
            Some(Details::Provider(found)) => {
                assert_eq!(found.kind, kind);
                assert_eq!(Value::from(&*found.node), Value::from(&node(details)));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn faults_of_details_are_found_at_once() {
    let at = |effect: &str, details: &str| {
        faults_of(&then(effect, details)).into_iter().map(|(code, text, _)| (code, text)).collect::<Vec<_>>()
    };
    let one = |code: &'static str, text: &str| vec![(code, text.to_owned())];
    assert_eq!(at("append", r#"{"field": "tags"}"#), one("AZP0302", r#"{"field": "tags"}"#));
    assert_eq!(at("append", r#"[{"field": "tgas", "value": 1}]"#), one("AZP0319", r#""tgas""#));
    assert_eq!(
        at(
            "modify",
            r#"{"conflictEffect": "audti", "operations": [{"operation": "ad", "field": "tags.x"},
            {"operation": "remove", "field": "tags.x", "condition": "[equals(field('name'), '')]"},
            {"operation": "addOrReplace", "field": "tags.x"}]}"#
        ),
        [
            ("AZP0307", r#""audti""#.to_owned()),
            ("AZP0307", r#""ad""#.to_owned()),
            ("AZP0204", r#""[equals(field('name'), '')]""#.to_owned()),
            ("AZP0301", r#"{"operation": "addOrReplace", "field": "tags.x"}"#.to_owned()),
        ]
    );
    assert_eq!(at("denyAction", r#"{"actionNames": ["read"]}"#), one("AZP0307", r#""read""#));
    assert_eq!(at("denyAction", r#"{"actionNames": "delete"}"#), one("AZP0302", r#""delete""#));
    assert_eq!(at("manual", r#"{"defaultState": "maybe"}"#), one("AZP0307", r#""maybe""#));
    assert_eq!(at("addToNetworkGroup", "{}"), one("AZP0301", "{}"));
}

const SET: &str = r#"{"id": "/providers/Microsoft.Management/managementGroups/m/providers/Microsoft.Authorization/policySetDefinitions/base",
    "properties": {"displayName": "Base", "metadata": {"category": "Tags", "version": "1.0.0"},
    "parameters": {"tag": {"type": "String", "defaultValue": "owner"}},
    "policyDefinitionGroups": [{"name": "G1", "category": "c"}],
    "policyDefinitions": [
        {"policyDefinitionId": "/providers/Microsoft.Authorization/policyDefinitions/a", "groupNames": ["g1"],
            "parameters": {"tagName": {"value": "[parameters('Tag')]"}}, "definitionVersion": "1.*.*"},
        {"policyDefinitionId": "/providers/Microsoft.Authorization/policyDefinitions/A"},
        {"policyDefinitionId": "/providers/Microsoft.Authorization/policyDefinitions/a", "policyDefinitionReferenceId": "third"}
    ]}}"#;

#[test]
fn initiatives_are_read_with_their_members() {
    let mut faults = Diagnostics::new();
    let set = set_definition(&node(SET), "file", &mut faults).expect("initiative");
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!((&*set.name, &*set.display_name, set.policy_type), ("base", "Base", PolicyType::Custom));
    let ids: Vec<_> =
        set.members.iter().map(|member| (&*member.reference_id, member.reference_given)).collect();
    assert_eq!(ids, [("a", false), ("A_2", false), ("third", true)]);
    assert_eq!(set.member("THIRD").map(|member| member.span), Some(set.members[2].span));
    assert_eq!(set.members[0].definition_version.as_ref().map(VersionPattern::as_str), Some("1.*.*"));
    assert_eq!(set.members[0].parameters[0].value.expressions().count(), 1);
}

#[test]
fn faults_of_initiatives_are_found_at_once() {
    let of = |text: &str| {
        let mut faults = Diagnostics::new();
        assert!(set_definition(&node(text), "file", &mut faults).is_none(), "{text}");
        faults.into_iter().map(|fault| fault.code.id).collect::<Vec<_>>()
    };
    let text = SET
        .replace("parameters('Tag')", "parameters('tga')")
        .replace(r#"["g1"]"#, r#"["g2"]"#)
        .replace("\"policyDefinitionReferenceId\": \"third\"", "\"policyDefinitionReferenceId\": 3");
    assert_eq!(of(&text), ["AZP0302", "AZP0321", "AZP0310"]);
    assert_eq!(of(r#"{"properties": {"policyDefinitions": []}}"#), ["AZP0301"]);
    assert_eq!(of(r#"{"properties": {"displayName": "x"}}"#), ["AZP0301"]);
    assert_eq!(
        of(r#"{"policyDefinitions": [{"policyDefinitionId": "[x]"}, {"policyDefinitionId": "/a/b"}, {}]}"#),
        ["AZP0320", "AZP0317", "AZP0301"]
    );
    let twice = r#"{"policyDefinitionId": "/providers/Microsoft.Authorization/policyDefinitions/a", "policyDefinitionReferenceId": "x"}"#;
    assert_eq!(of(&format!(r#"{{"policyDefinitions": [{twice}, {twice}]}}"#)), ["AZP0322"]);
}

#[test]
fn parameters_are_declared_with_their_types() {
    let text = format!(
        r#"{{"policyRule": {RULE}, "parameters": {{
            "a": {{"type": "ARRAY", "defaultValue": ["x"], "allowedValues": ["x", "y"]}},
            "b": {{"metadata": {{"strongType": "location", "assignPermissions": "true"}}}}}}}}"#
    );
    let lowered = defined(&text);
    let [a, b] = lowered.parameters.as_slice() else { panic!("two") };
    assert_eq!(a.parameter_type, ParameterType::Array);
    assert_eq!(a.default, Some(Value::array(["x".into()])));
    assert_eq!((b.parameter_type, b.strong_type.as_deref()), (ParameterType::String, Some("location")));
    assert!(b.assign_permissions);
}

#[test]
fn every_fault_of_a_definition_is_found_at_once() {
    let text = r#"{"mode": "Everything", "policyRul": 1, "parameters": {"p": {"type": "Strng"}, "q": {"type": "Integer", "defaultValue": "x"}},
        "policyRule": {"if": {"allOf": [{"field": "location", "equal": "x"}, {"field": "tag.x", "exists": "maybe"},
        {"value": "[parameters('z')]", "equals": "[concat('a']"}, {"not": []}, {"allOf": []}]}, "thn": {},
        "then": {"effect": "auditt", "detals": {}}}}"#;
    let codes: Vec<_> = faults_of(text).into_iter().map(|(code, at, _)| (code, at)).collect();
    let wanted = [
        ("AZP0303", r#""policyRul""#),
        ("AZP0307", r#""Strng""#),
        ("AZP0316", r#""x""#),
        ("AZP0307", r#""Everything""#),
        ("AZP0303", r#""thn""#),
        ("AZP0304", r#""equal""#),
        ("AZP0319", r#""tag.x""#),
        ("AZP0308", r#""maybe""#),
        ("AZP0201", "]"),
        ("AZP0310", r#""[parameters('z')]""#),
        ("AZP0305", "[]"),
        ("AZP0305", "[]"),
        ("AZP0303", r#""detals""#),
        ("AZP0306", r#""auditt""#),
    ];
    for wanted in wanted {
        assert!(codes.contains(&(wanted.0, wanted.1.to_owned())), "{wanted:?} in {codes:?}");
    }
    assert_eq!(codes.len(), wanted.len(), "{codes:?}");
}

#[test]
fn near_names_are_suggested() {
    let help = |condition: &str| fault(condition).2.expect("help");
    assert_eq!(help(r#"{"field": "location", "equal": "x"}"#), "did you mean `equals`?");
    assert_eq!(help(r#"{"field": "locaton", "equals": "x"}"#), "did you mean `location`?");
    assert_eq!(help(r#"{"field": "tag['a']", "exists": true}"#), "did you mean `tags['a']`?");
    assert_eq!(help(r#"{"field": "name", "equals": ["a"]}"#), "one of several is `in`");
    assert_eq!(help(r#"{"anyOff": [{"field": "name", "equals": "x"}]}"#), "did you mean `anyOf`?");
    let effect = r#"{"if": {"field": "name", "exists": true}, "then": {"effect": "auditIfNotExist"}}"#;
    assert_eq!(faults_of(effect)[0].2.as_deref(), Some("did you mean `auditIfNotExists`?"));
    let parameter = r#"{"parameters": {"locations": {}}, "policyRule":
        {"if": {"field": "location", "equals": "[parameters('location')]"}, "then": {"effect": "audit"}}}"#;
    let found = faults_of(parameter);
    assert_eq!((found[0].0, found[0].2.as_deref()), ("AZP0310", Some("did you mean `locations`?")));
}

#[test]
fn a_condition_is_one_subject_one_operator_and_one_target() {
    assert_eq!(fault(r#"{"field": "name", "value": 1, "equals": "x"}"#).0, "AZP0305");
    assert_eq!(fault(r#"{"field": "name", "equals": "x", "like": "y"}"#).1, r#""like""#);
    assert_eq!(fault(r#"{"equals": "x"}"#).0, "AZP0305");
    assert_eq!(fault(r#"{"field": "name"}"#).0, "AZP0305");
    assert_eq!(fault(r#"{"allOf": [{"field": "name", "equals": "x"}], "field": "name"}"#).0, "AZP0305");
    assert_eq!(fault(r#"{"not": [{"field": "name", "equals": "x"}]}"#).0, "AZP0305");
    assert_eq!(fault(r#"{"source": "action", "equals": "x"}"#).2.as_deref(), Some("write `field`"));
    assert_eq!(fault("[]").0, "AZP0302");
}

#[test]
fn targets_have_to_suit_the_operator() {
    for (operator, target) in [
        ("equals", "[1]"),
        ("equals", "{}"),
        ("equals", "null"),
        ("like", "[\"[field('name')]\"]"),
        ("in", "\"x\""),
        ("exists", "1"),
        ("less", "true"),
        ("contains", "{}"),
    ] {
        let found = fault(&format!(r#"{{"field": "name", "{operator}": {target}}}"#));
        assert_eq!((found.0, found.1.as_str()), ("AZP0308", target), "{operator}");
    }
    for (operator, target) in
        [("in", "[1, \"[field('name')]\"]"), ("notIn", "\"[parameters('p')]\""), ("exists", "\"TRUE\"")]
    {
        let text = format!(
            r#"{{"parameters": {{"p": {{"type": "Array"}}}}, "policyRule": {}}}"#,
            rule(&format!(r#"{{"field": "name", "{operator}": {target}}}"#))
        );
        assert!(faults_of(&text).is_empty(), "{operator} {target}");
    }
}

#[test]
fn counts_are_over_an_array_below_the_one_around_them() {
    let count = |inner: &str| format!(r#"{{"count": {inner}, "equals": 1}}"#);
    for inner in [
        r#"{"field": "A.B/c/list"}"#,
        r#"{"field": "list[*]"}"#,
        r#"{"field": "[concat('A.B/c/list', '[*]')]"}"#,
        r#"{"field": "A.B/c/list[*]", "name": "x"}"#,
    ] {
        assert_eq!(fault(&count(inner)).0, "AZP0309", "{inner}");
    }
    let nested = |field: &str| {
        let inner = count(&format!(r#"{{"field": "{field}"}}"#));
        count(&format!(r#"{{"field": "A.B/c/list[*]", "where": {inner}}}"#))
    };
    assert_eq!(fault(&nested("A.B/c/list[*]")).0, "AZP0309");
    assert_eq!(fault(&nested("A.B/c/other[*]")).0, "AZP0309");
    assert!(faults_of(&rule(&nested("a.b/C/list[*].parts[*]"))).is_empty());
    assert_eq!(fault(&count("{}")).0, "AZP0301");
    assert_eq!(fault(&count(r#"{"value": [1], "field": "A.B/c/l[*]"}"#)).0, "AZP0305");
    assert_eq!(fault(&count(r#"{"value": 1}"#)).0, "AZP0302");
    assert_eq!(fault(&count(r#"{"value": [1], "whre": {}}"#)).2.as_deref(), Some("did you mean `where`?"));
}

#[test]
fn what_azure_refuses_to_call_is_a_fault() {
    let found = fault(r#"{"value": "[resourceId('a/b', 'c')]", "equals": "x"}"#);
    assert_eq!(found.0, "AZP0204");
    assert_eq!(
        fault(r#"{"value": "[lenght('a')]", "equals": 1}"#).2.as_deref(),
        Some("did you mean `length`?")
    );
}

#[test]
fn a_template_is_no_definition() {
    let found = faults_of(r#"{"mode": "All", "policyRule": "[parameters('rule')]"}"#);
    assert_eq!(found[0].0, "AZP0320");
    let found = faults_of(&format!(
        r#"{{"id": "/subscriptions/${{sub}}/x", "properties": {{"policyRule": {RULE}}}}}"#
    ));
    assert_eq!(found[0].0, "AZP0311");
}

#[track_caller]
fn assigned(text: &str) -> PolicyAssignment {
    let mut faults = Diagnostics::new();
    let lowered = assignment(&node(text), &mut faults);
    assert!(faults.is_empty(), "{faults:?}");
    lowered.expect("assignment")
}

fn assignment_faults(text: &str) -> Vec<(&'static str, String)> {
    let mut faults = Diagnostics::new();
    let lowered = assignment(&node(text), &mut faults);
    assert!(lowered.is_none() || !faults.has_errors());
    faults.into_iter().map(|fault| (fault.code.id, fault.message)).collect()
}

const GROUP: &str = "/providers/Microsoft.Management/managementGroups/mg-contoso";
const BUILT_IN: &str =
    "/providers/Microsoft.Authorization/policyDefinitions/ffb6f416-7bd2-4488-8828-56585fef2be9";

#[test]
fn the_form_of_arm_is_read() {
    let read = assigned(&format!(
        r#"{{"id": "{GROUP}/providers/Microsoft.Authorization/policyAssignments/Export", "name": "Export",
            "location": "West Europe", "identity": {{"type": "SystemAssigned", "principalId": "p"}},
            "properties": {{"displayName": "Export all", "policyDefinitionId": "{BUILT_IN}", "scope": "{GROUP}/",
            "notScopes": ["/subscriptions/A/resourceGroups/g", "/Subscriptions/B/"], "enforcementMode": "donotenforce",
            "parameters": {{"names": {{"value": ["a"]}}}}}}}}"#
    ));
    assert_eq!((&*read.name, &*read.display_name), ("Export", "Export all"));
    assert_eq!(Some(read.scope), Scope::parse(GROUP));
    let not_scopes: Vec<_> = read.not_scopes.iter().map(|(scope, _)| scope.id()).collect();
    assert_eq!(not_scopes, ["/subscriptions/A/resourceGroups/g", "/subscriptions/b"]);
    assert_eq!(read.enforcement_mode, EnforcementMode::DoNotEnforce);
    let identity = Identity { identity_type: IdentityType::SystemAssigned, principal_id: Some("p".into()) };
    assert_eq!(read.identity, Some(identity));
    assert_eq!(read.location.expect("location").as_str(), "westeurope");
    assert_eq!((&*read.parameters[0].0, &read.parameters[0].2), ("names", &Value::array(["a".into()])));
    assert!(read.unsupported.is_empty());
}

#[test]
fn the_flat_form_has_nulls_where_nothing_is() {
    let read = assigned(&format!(
        r#"{{"displayName": null, "enforcementMode": "Default", "identity": null, "location": null, "notScopes": null,
            "nonComplianceMessages": null, "parameters": null, "sku": {{"name": "A0"}}, "resourceSelectors": [],
            "id": "/subscriptions/a/resourceGroups/g/providers/microsoft.authorization/policyassignments/x",
            "policyDefinitionId": "{BUILT_IN}", "scope": "/subscriptions/a/resourceGroups/g"}}"#
    ));
    assert_eq!((&*read.name, &*read.display_name), ("x", "x"));
    assert!(matches!(read.scope, Scope::ResourceGroup(_)));
    assert_eq!(read.identity, Some(Identity { identity_type: IdentityType::None, principal_id: None }));
}

#[test]
fn a_row_of_resource_graph_has_properties_as_an_object_or_a_text() {
    let properties =
        format!(r#"{{"policyDefinitionId": "{BUILT_IN}", "parameters": {{"a": {{"value": 1}}}}}}"#);
    let text = serde_json::Value::from(properties.clone()).to_string();
    for properties in [properties, text] {
        let read = assigned(&format!(
            r#"{{"id": "{GROUP}/providers/microsoft.authorization/policyassignments/x", "tenantId": "t",
                "type": "microsoft.authorization/policyassignments", "properties": {properties}}}"#
        ));
        assert_eq!(read.parameters[0].2, Value::Int(1));
        assert_eq!(read.identity, None, "the shape says nothing of it");
    }
}

#[test]
fn both_generations_of_powershell_are_read() {
    let id = format!("{GROUP}/providers/Microsoft.Authorization/policyAssignments/x");
    let old = assigned(format!(
        r#"[{{"Identity": {{"principalId": "p", "type": 0}}, "Location": "westeurope", "Name": "x", "ResourceId": "{id}",
            "PolicyAssignmentId": "{id}", "Sku": null, "Properties": {{"Scope": "{GROUP}", "NotScopes": null,
            "EnforcementMode": 1, "PolicyDefinitionId": "{BUILT_IN}", "Parameters": {{"A": {{"value": "v"}}}}}}}}]"#
    )[1..].trim_end_matches(']'));
    let new = assigned(&format!(
        r#"{{"Id": "{id}", "Name": "x", "Scope": "{GROUP}", "EnforcementMode": "DoNotEnforce", "NotScope": null,
            "IdentityPrincipalId": "p", "IdentityType": "SystemAssigned", "Location": "westeurope",
            "PolicyDefinitionId": "{BUILT_IN}", "Parameter": {{"A": {{"value": "v"}}}}, "Override": null}}"#
    ));
    for read in [old, new] {
        assert_eq!(read.enforcement_mode, EnforcementMode::DoNotEnforce);
        let identity =
            Identity { identity_type: IdentityType::SystemAssigned, principal_id: Some("p".into()) };
        assert_eq!(read.identity, Some(identity));
        assert_eq!((&*read.parameters[0].0, &read.parameters[0].2), ("A", &"v".into()));
        assert_eq!(&*read.id, id);
    }
}

#[test]
fn what_was_cut_off_is_not_taken_for_empty() {
    let id = format!("{GROUP}/providers/Microsoft.Authorization/policyAssignments/x");
    for rest in [
        r#""Properties": "@{Scope=/subscriptions/a; DisplayName=x}""#.to_owned(),
        format!(r#""PolicyDefinitionId": "{BUILT_IN}", "Parameter": "@{{a=}}""#),
        format!(r#""PolicyDefinitionId": "{BUILT_IN}", "Parameter": {{"a": "@{{value=System.Object[]}}"}}"#),
    ] {
        let found = assignment_faults(&format!(r#"{{"Id": "{id}", {rest}}}"#));
        assert_eq!(found[0].0, "AZP0302", "{found:?}");
    }
}

#[test]
fn odd_ids_are_read_and_the_scope_follows_from_them() {
    let read = assigned(&format!(
        r#"{{"id": "//subscriptions/A/providers/Microsoft.Authorization/policyAssignments/x/", "policyDefinitionId": "/{BUILT_IN}"}}"#
    ));
    assert_eq!(&*read.id, "/subscriptions/A/providers/Microsoft.Authorization/policyAssignments/x");
    assert_eq!(read.scope.id(), "/subscriptions/a");
    assert_eq!(&*read.definition_id, BUILT_IN);
    let made = assigned(&format!(
        r#"{{"name": "x", "properties": {{"scope": "{GROUP}", "policyDefinitionId": "{BUILT_IN}"}}}}"#
    ));
    assert_eq!(&*made.id, format!("{GROUP}/providers/Microsoft.Authorization/policyAssignments/x"));
    let set = BUILT_IN.replace("policyDefinitions", "policySetDefinitions");
    let initiative =
        assigned(&format!(r#"{{"name": "x", "scope": "{GROUP}", "policyDefinitionId": "{set}"}}"#));
    assert_eq!(&*initiative.definition_id, set);
}

#[test]
fn the_id_decides_where_the_scope_says_otherwise() {
    let found = assignment_faults(&format!(
        r#"{{"id": "/subscriptions/a/providers/Microsoft.Authorization/policyAssignments/x",
            "scope": "/subscriptions/b", "policyDefinitionId": "{BUILT_IN}"}}"#
    ));
    assert_eq!(found.iter().map(|(code, _)| *code).collect::<Vec<_>>(), ["AZP0318"]);
}

#[test]
fn placeholders_and_names_are_no_ids() {
    let base = "/subscriptions/a/providers/Microsoft.Authorization/policyAssignments/x";
    for (id, definition, rest, code) in [
        (
            "/subscriptions/${sub}/providers/Microsoft.Authorization/policyAssignments/x",
            BUILT_IN,
            "",
            "AZP0311",
        ),
        (base, "<replace-me>", "", "AZP0311"),
        (base, "##DEFINITION##", "", "AZP0311"),
        (base, "{{var-definition}}", "", "AZP0311"),
        (base, "ffb6f416-7bd2-4488-8828-56585fef2be9", "", "AZP0317"),
        (base, "[resourceId('a/b', 'c')]", "", "AZP0320"),
        ("/subscriptions/a", BUILT_IN, "", "AZP0317"),
        (base, BUILT_IN, r#", "notScopes": ["sandbox"]"#, "AZP0317"),
        (base, BUILT_IN, r#", "location": "${default_location}""#, "AZP0311"),
        (base, BUILT_IN, r#", "parameters": {"a": {"value": "<replace-me>"}}"#, "AZP0311"),
        (base, BUILT_IN, r#", "parameters": {"a": "plain"}"#, "AZP0301"),
        (base, BUILT_IN, r#", "enforcementMode": "Sometimes""#, "AZP0307"),
    ] {
        let found =
            assignment_faults(&format!(r#"{{"id": "{id}", "policyDefinitionId": "{definition}"{rest}}}"#));
        assert_eq!(
            found.iter().map(|(code, _)| *code).collect::<Vec<_>>(),
            [code],
            "{id} {definition} {rest}"
        );
    }
    assert_eq!(assignment_faults(r#"{"policyDefinitionId": "x"}"#)[0].0, "AZP0301");
}

#[test]
fn what_selects_is_listed() {
    let read = assigned(&format!(
        r#"{{"id": "/subscriptions/a/providers/Microsoft.Authorization/policyAssignments/x", "properties": {{
            "policyDefinitionId": "{BUILT_IN}", "overrides": [{{}}], "resourceSelectors": [{{}}],
            "definitionVersion": "4.*.*", "enforcementMode": "Enroll"}},
            "identity": {{"type": "UserAssigned", "userAssignedIdentities": {{"/subscriptions/a/x": {{}}}}}}}}"#
    ));
    let listed: Vec<_> = read.unsupported.iter().map(|(what, _)| *what).collect();
    let all = [Selective::Overrides, Selective::ResourceSelectors, Selective::Enroll];
    assert_eq!(listed, all);
    assert_eq!(read.identity.expect("identity").principal_id, None);
}
