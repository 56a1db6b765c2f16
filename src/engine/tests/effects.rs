//! What each effect makes of a resource, and what the occasion answers.

use super::{BOX, aliases, compiled, facts, lowered, node, resource, value, with_parameters};
use crate::arm::Value;
use crate::arm::template::ResourceGroupFacts;
use crate::arm::{ResourceId, expression::Failure};
use crate::engine::{
    Cause, DeploymentOptions, Language, NotEvaluable, Occasion, Silent, Standing, Subject, Truth,
    bind_member, bind_set, compile,
};
use crate::inventory::Resource;
use crate::policy::{Effect, ManualState, assignment, set_definition};
use crate::source::Diagnostics;

fn rule(mode: &str, condition: &str, then: &str) -> String {
    format!(r#"{{"mode": "{mode}", "policyRule": {{"if": {condition}, "then": {then}}}}}"#)
}

fn boxes(more: &str) -> String {
    format!(r#"{{"allOf": [{{"field": "type", "equals": "{BOX}"}}{more}]}}"#)
}

fn standing(text: &str, resource: &Resource) -> Standing {
    let policy = compiled(text, "{}").unwrap_or_else(|missing| panic!("{missing:?}"));
    let facts = facts();
    let subject = Subject { resource, subscription: &facts, resource_group: None, now: None, occasion: None };
    policy.standing(&subject, &mut Silent)
}

#[test]
fn each_effect_has_its_standing() {
    let big = boxes(&format!(r#", {{"field": "{BOX}/size", "greater": 5}}"#));
    let modify = r#"{"effect": "modify", "details": {"roleDefinitionIds": [], "operations": []}}"#;
    let (large, small) = (resource(r#"{"size": 9}"#), resource(r#"{"size": 1}"#));
    for then in
        [r#"{"effect": "audit"}"#, r#"{"effect": "Deny"}"#, r#"{"effect": "append", "details": []}"#, modify]
    {
        assert_eq!(standing(&rule("All", &big, then), &large), Standing::RuleHolds, "{then}");
        assert_eq!(standing(&rule("All", &big, then), &small), Standing::RuleDoesNotHold, "{then}");
    }
    let related = r#"{"effect": "auditIfNotExists", "details": {"type": "Contoso.Things/crates"}}"#;
    assert_eq!(standing(&rule("All", &big, related), &large), Standing::LooksForRelated);
    assert_eq!(standing(&rule("All", &big, related), &small), Standing::NoRow);
    let protect = r#"{"effect": "denyAction", "details": {"actionNames": ["delete"]}}"#;
    assert_eq!(standing(&rule("All", &big, protect), &small), Standing::Protected);
    assert_eq!(
        standing(&rule("All", r#"{"field": "type", "equals": "a.b/c"}"#, protect), &small),
        Standing::NoRow
    );
    let manual = |state: &str| format!(r#"{{"effect": "manual"{state}}}"#);
    for (details, state) in [
        ("", ManualState::Unknown),
        (r#", "details": {}"#, ManualState::Unknown),
        (r#", "details": {"defaultState": "Non-Compliant"}"#, ManualState::NonCompliant),
        (r#", "details": {"defaultState": "compliant"}"#, ManualState::Compliant),
    ] {
        let found = standing(&rule("All", &boxes(""), &manual(details)), &small);
        assert_eq!(found, Standing::Attested(state), "{details}");
    }
    assert_eq!(standing(&rule("All", &big, r#"{"effect": "disabled"}"#), &large), Standing::NoRow);
}

#[test]
fn what_is_evaluated_elsewhere_is_never_decided_here() {
    let size = format!(r#"{{"field": "{BOX}/size", "exists": true}}"#);
    let data = r#"{"field": "Contoso.Data/boxes/key.size", "exists": true}"#;
    let audit = r#"{"effect": "audit"}"#;
    let action = r#"{"effect": "auditAction", "details": {"actionNames": ["delete"]}}"#;
    let group = r#"{"effect": "addToNetworkGroup", "details": {"networkGroupId": "/g"}}"#;
    let stated = rule("All", &size, audit).replacen('{', r#"{"policyType": "Static", "#, 1);
    for (text, reason) in [
        (
            rule("Microsoft.Contoso.Data", data, audit),
            NotEvaluable::ProviderMode("Microsoft.Contoso.Data".into()),
        ),
        (stated, NotEvaluable::Static),
        (rule("All", &size, action), NotEvaluable::Effect(Effect::AuditAction)),
        (rule("All", &size, group), NotEvaluable::Effect(Effect::AddToNetworkGroup)),
    ] {
        let policy = compiled(&text, "{}").unwrap_or_else(|missing| panic!("{missing:?}"));
        assert_eq!(policy.not_evaluable(), Some(&reason), "{text}");
        let (box_one, facts) = (resource(r#"{"size": 1}"#), facts());
        let subject = Subject {
            resource: &box_one,
            subscription: &facts,
            resource_group: None,
            now: None,
            occasion: None,
        };
        assert_eq!(policy.standing(&subject, &mut Silent), Standing::NotEvaluable(reason));
        assert!(matches!(policy.applies_to(&subject, &mut Silent), Truth::Unknown(_)));
        assert!(matches!(policy.applicable(&subject), Truth::Unknown(_)));
    }
}

#[test]
fn deny_action_may_let_a_group_be_deleted() {
    let then = |more: &str| {
        let details =
            format!(r#"{{"effect": "denyAction", "details": {{"actionNames": ["Delete"]{more}}}}}"#);
        let policy = compiled(&rule("Indexed", &boxes(""), &details), "{}").expect("compiles");
        assert_eq!(policy.denied_actions(), ["Delete".into()]);
        policy.protects_group()
    };
    assert!(then(""));
    assert!(!then(r#", "cascadeBehaviors": {"resourceGroup": "Allow"}"#));
}

/// The truth of a condition on an occasion.
fn on(occasion: Option<&Occasion>, condition: &str) -> Truth {
    let policy = compiled(&with_parameters(condition), "{}").unwrap_or_else(|missing| panic!("{missing:?}"));
    let (box_one, facts) = (resource("{}"), facts());
    let subject =
        Subject { resource: &box_one, subscription: &facts, resource_group: None, now: None, occasion };
    policy.applies_to(&subject, &mut Silent)
}

#[test]
fn the_occasion_answers_what_is_known_of_it() {
    let occasion = Occasion {
        assignment_id: Some("/a".into()),
        definition_reference_id: Some("member".into()),
        api_version: Some("2023-01-01".into()),
        identity: Some(value(r#"{"idtyp": "user", "acrs": "p1,p2"}"#)),
        claims: Some(value(r#"{"checked": true}"#)),
        ..Occasion::default()
    };
    for condition in [
        r#"{"value": "[policy().assignmentId]", "equals": "/A"}"#,
        r#"{"value": "[policy().DefinitionReferenceId]", "equals": "member"}"#,
        r#"{"value": "[policy().definitionId]", "equals": "test"}"#,
        r#"{"value": "[requestContext().apiVersion]", "less": "2024-01-01"}"#,
        r#"{"field": "apiVersion", "equals": "2023-01-01"}"#,
        r#"{"value": "[field('apiVersion')]", "equals": "2023-01-01"}"#,
        r#"{"value": "p1", "in": "[split(requestContext().identity.acrs, ',')]"}"#,
        r#"{"value": "[claims().checked]", "equals": true}"#,
    ] {
        assert_eq!(on(Some(&occasion), condition), Truth::True, "{condition}");
        assert_eq!(
            matches!(on(None, condition), Truth::Unknown(_)),
            !condition.contains("policy().definitionId"),
            "{condition}"
        );
    }
    let set = r#"{"value": "[policy().setDefinitionId]", "equals": ""}"#;
    let cause = Cause::MissingFact("the files don't say which initiative is assigned, if any".into());
    assert_eq!(on(Some(&occasion), set), Truth::unknown([cause]));
    let nothing = r#"{"value": "[policy().nothing]", "equals": ""}"#;
    assert!(matches!(on(Some(&occasion), nothing), Truth::Unknown(_)));
}

#[test]
fn who_makes_a_request_is_nothing_that_a_scan_knows() {
    let reason = |condition: &str| {
        let policy = compiled(&with_parameters(condition), "{}").expect("compiles");
        policy.not_evaluable().cloned()
    };
    for condition in [
        r#"{"value": "[requestContext().identity.idtyp]", "equals": "user"}"#,
        r#"{"not": {"value": "x", "in": "[split(requestContext().Identity.acrs, ',')]"}}"#,
        r#"{"count": {"value": ["a"], "where": {"value": "[claims().x]", "equals": true}}, "equals": 1}"#,
    ] {
        assert_eq!(reason(condition), Some(NotEvaluable::Identity), "{condition}");
    }
    assert_eq!(reason(r#"{"value": "[requestContext().apiVersion]", "equals": "identity"}"#), None);
}

#[test]
fn functions_that_a_rule_does_not_have_are_refused() {
    for call in [
        "resourceId('a.b/c', 'd')",
        "reference('x')",
        "variables('x')",
        "copyIndex()",
        "newGuid()",
        "deployment()",
        "managementGroup()",
        "tenant()",
        "environment()",
        "listKeys('x', 'y')",
        "dateTimeAdd('2026-01-01T00:00:00Z', 'P1D')",
        "map(createArray(1), lambda('x', 1))",
        "extensionResourceId('a', 'b/c', 'd')",
        "managementGroupResourceId('a.b/c', 'd')",
        "pickZones('a', 'b', 'c')",
        "providers('a')",
        "contoso.own('a')",
    ] {
        let text = with_parameters(&format!(r#"{{"value": "[{call}]", "equals": "x"}}"#));
        let mut faults = Diagnostics::new();
        assert!(crate::policy::definition(&node(&text), "test", &mut faults).is_none(), "{call}");
        let codes: Vec<_> = faults.iter().map(|fault| fault.code.id).collect();
        assert!(codes.iter().all(|code| matches!(*code, "AZP0203" | "AZP0204")), "{call}: {codes:?}");
    }
}

#[test]
fn a_group_and_a_subscription_answer_for_the_resource() {
    let (box_one, facts) = (resource("{}"), facts());
    let holds = |condition: &str, group: Option<&ResourceGroupFacts>| {
        let policy = compiled(&with_parameters(condition), "{}").expect("compiles");
        let subject = Subject {
            resource: &box_one,
            subscription: &facts,
            resource_group: group,
            now: None,
            occasion: None,
        };
        policy.applies_to(&subject, &mut Silent)
    };
    let group = ResourceGroupFacts {
        id: ResourceId::parse("/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg")
            .expect("id"),
        location: Some("westeurope".into()),
        tags: Some(value(r#"{"Owner": "team"}"#)),
        managed_by: Some(Value::Null),
    };
    for condition in [
        r#"{"value": "[resourceGroup().name]", "equals": "rg"}"#,
        r#"{"value": "[resourceGroup().location]", "equals": "westeurope"}"#,
        r#"{"value": "[resourceGroup().tags['owner']]", "equals": "team"}"#,
        r#"{"value": "[resourceGroup().tags['absent']]", "equals": ""}"#,
        r#"{"value": "[resourceGroup().managedBy]", "notContains": "x"}"#,
        r#"{"value": "[resourceGroup().managedBy]", "exists": false}"#,
        r#"{"value": "[resourceGroup().managedBy]", "equals": ""}"#,
        r#"{"value": "[subscription().tags['Owner']]", "equals": "me"}"#,
        r#"{"value": "[subscription().displayName]", "like": "app-*"}"#,
    ] {
        assert_eq!(holds(condition, Some(&group)), Truth::True, "{condition}");
    }
    let name = r#"{"value": "[resourceGroup().location]", "equals": "westeurope"}"#;
    assert!(
        matches!(holds(name, None), Truth::Unknown(causes) if matches!(causes[0], Cause::MissingFact(_)))
    );
    let tenant = r#"{"value": "[subscription().tenantId]", "equals": ""}"#;
    assert!(
        matches!(holds(tenant, None), Truth::Unknown(causes) if matches!(causes[0], Cause::MissingFact(_)))
    );
}

const WITH_SECRET: &str = r#"{"mode": "All", "parameters": {"vault": {"defaultValue": "/v"}}, "policyRule": {
    "if": {"field": "type", "equals": "Contoso.Things/boxes"},
    "then": {"effect": "deployIfNotExists", "details": {"type": "Contoso.Things/crates", "roleDefinitionIds": ["/r"],
        "deployment": {"properties": {"parameters": {
            "name": {"value": "[field('name')]"},
            "key": {"reference": {"keyVault": {"id": "[parameters('vault')]"}, "secretName": "[concat(field('name'), '-key')]"}}},
        "template": {"$schema": "x", "contentVersion": "1.0.0.0",
            "parameters": {"name": {"type": "string"}, "key": {"type": "securestring"}},
            "resources": [{"type": "Contoso.Things/crates", "apiVersion": "2020-01-01", "name": "[parameters('name')]",
                "properties": {"key": "[parameters('key')]"}}]}}}}}}}"#;

#[test]
fn a_secret_is_a_value_that_only_the_deployment_reads() {
    let policy = compiled(WITH_SECRET, "{}").unwrap_or_else(|missing| panic!("{missing:?}"));
    let (box_one, facts) = (resource("{}"), facts());
    let subject =
        Subject { resource: &box_one, subscription: &facts, resource_group: None, now: None, occasion: None };
    let secrets = policy.deployment_secrets(&subject).expect("secrets");
    assert_eq!((&*secrets[0].vault, &*secrets[0].name), ("/v", "b1-key"));
    assert!(!policy.deployment_is_fixed());
    let options = DeploymentOptions { name: "d".into(), guid_seed: "s".into(), resource_group: None };
    let expansion = policy.deployment(&subject, &options).unwrap_or_else(|faults| panic!("{faults:?}"));
    let key = expansion.resources[0].body.get("properties").and_then(|properties| properties.get("key"));
    assert_eq!(key, Some(&Value::Runtime("getSecret('/v', 'b1-key')".into())));
    let number = WITH_SECRET
        .replace("\"/v\"", "\"/v\", \"type\": \"Integer\"")
        .replace("\"/v\", \"type\"", "3, \"type\"");
    let policy = compiled(&number, "{}").expect("compiles");
    assert!(matches!(policy.deployment_secrets(&subject), Err(Failure::Error(_))));
}

#[test]
fn members_of_an_initiative_are_bound_to_its_parameters() {
    let set = r#"{"name": "set", "properties": {"parameters": {
        "effect": {"defaultValue": "audit"}, "types": {"type": "Array", "defaultValue": ["a", "b"]}},
        "policyDefinitions": [{"policyDefinitionId": "/providers/Microsoft.Authorization/policyDefinitions/d",
            "parameters": {"effect": {"value": "[if(contains(parameters('types'), 'b'), 'deny', parameters('effect'))]"},
                "list": {"value": ["x", "[parameters('effect')]"]}}}]}}"#;
    let definition = lowered(
        r#"{"name": "d", "mode": "All", "parameters": {"effect": {}, "list": {"type": "array"}}, "policyRule": {
            "if": {"field": "name", "in": "[parameters('list')]"}, "then": {"effect": "[parameters('effect')]"}}}"#,
    );
    let bind = |set: &str, parameters: &str| {
        let mut faults = Diagnostics::new();
        let set = set_definition(&node(set), "", &mut faults).unwrap_or_else(|| panic!("{faults:?}"));
        let text = format!(
            r#"{{"id": "/subscriptions/a/providers/Microsoft.Authorization/policyAssignments/x",
                "policyDefinitionId": "/providers/Microsoft.Authorization/policySetDefinitions/set",
                "parameters": {parameters}}}"#
        );
        let assigned = assignment(&node(&text), &mut faults).expect("assignment");
        let values = bind_set(&set, &assigned, &mut faults);
        let bound = values.and_then(|values| bind_member(&definition, &set.members[0], &values, &mut faults));
        bound
            .ok_or_else(|| faults.into_iter().map(|fault| (fault.code.id, fault.message)).collect::<Vec<_>>())
    };
    let found = bind(set, r#"{"effect": {"value": "disabled"}}"#).expect("bound");
    assert_eq!(found.get("effect"), Some(&"deny".into()));
    assert_eq!(found.get("list"), Some(&value(r#"["x", "disabled"]"#)));
    assert_eq!(
        compile(&definition, &found, Language::of(&aliases())).expect("compiles").effect(),
        Effect::Deny
    );

    let said = |result: Result<_, Vec<(&'static str, String)>>| result.expect_err("a fault").remove(0);
    assert_eq!(said(bind(set, r#"{"efect": {"value": "audit"}}"#)).0, "AZP0312");
    let typed = set.replace(r#"["x", "[parameters('effect')]"]"#, "3");
    assert_eq!(
        said(bind(&typed, "{}")),
        ("AZP0314", "parameter `list` is an array, the value given is an integer".to_owned())
    );
    let asks = set.replace("parameters('types')", "field('tags')");
    assert_eq!(
        said(bind(&asks, "{}")),
        (
            "AZP0602",
            "the value of `effect` for `d` can't be computed: a value in an initiative can ask for nothing but the \
             initiative's parameters"
                .to_owned()
        )
    );
}
