use super::{ChangeKind, Difference};
use crate::inventory::ShapeLoss;
use crate::remediation::sample::{resource, value};

const ID: &str =
    "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Security/automations/ExportToWorkspace";

fn words(before: &str, after: &str) -> Vec<String> {
    Difference::between(&resource(ID, before), &value(after), &[]).words().to_vec()
}

#[test]
fn what_the_provider_adds_and_spelling_are_no_difference() {
    let before = r#"{"location": "West Europe", "kind": "", "etag": "\"x\"", "tags": {}, "systemData": {"a": 1},
        "properties": {"isEnabled": true, "metadata": {"createdBy": "x"}, "provisioningState": "Succeeded", "description": null,
            "sources": [{"eventSource": "Alerts", "ruleSets": [
                {"rules": [{"propertyJPath": "Severity", "propertyType": "String", "expectedValue": "high", "operator": "equals"}]},
                {"rules": [{"propertyJPath": "Severity", "propertyType": "String", "expectedValue": "low", "operator": "equals"}]}]},
                {"eventSource": "SecureScores", "ruleSets": []}],
            "actions": [{"actionType": "EventHub", "eventHubResourceId": "subscriptions/S/resourcegroups/x/providers/microsoft.eventhub/namespaces/n/eventhubs/h", "sasPolicyName": "send"}]}}"#;
    let after = r#"{"location": "westeurope", "tags": {},
        "properties": {"isEnabled": true,
            "sources": [{"eventSource": "SecureScores", "ruleSets": null}, {"eventSource": "Alerts", "ruleSets": [
                {"rules": [{"operator": "Equals", "propertyJPath": "Severity", "propertyType": "string", "expectedValue": "low"}]},
                {"rules": [{"operator": "Equals", "propertyJPath": "Severity", "propertyType": "string", "expectedValue": "high"}]}]}],
            "actions": [{"actionType": "EventHub", "eventHubResourceId": "/subscriptions/s/resourceGroups/x/providers/Microsoft.EventHub/namespaces/n/eventhubs/h", "connectionString": "secret"}]}}"#;
    let difference = Difference::between(&resource(ID, before), &value(after), &[]);
    assert!(difference.is_empty(), "{difference:?}");
}

#[test]
fn people_read_what_changes() {
    let before = r#"{"location": "westeurope", "tags": {"owner": "x"}, "properties": {"isEnabled": false,
        "sources": [{"eventSource": "AttackPaths"}, {"eventSource": "Alerts", "ruleSets": [{"rules": []}, {"rules": [{"expectedValue": "x"}]}]}],
        "actions": [{"actionType": "Workspace", "workspaceResourceId": "/subscriptions/s/resourceGroups/x/providers/Microsoft.OperationalInsights/workspaces/law-old"}]}}"#;
    let after = r#"{"location": "westeurope", "properties": {"isEnabled": true,
        "sources": [{"eventSource": "RegulatoryComplianceAssessment"}, {"eventSource": "Alerts"}],
        "actions": [{"actionType": "Workspace", "workspaceResourceId": "/subscriptions/s/resourceGroups/x/providers/Microsoft.OperationalInsights/workspaces/law-central"}]}}"#;
    assert_eq!(
        words(before, after),
        [
            "isEnabled false → true",
            "destination law-old → law-central",
            "+ source RegulatoryComplianceAssessment",
            "source Alerts: its filter vanishes, every event passes",
            "source AttackPaths vanishes",
            "tag `owner` vanishes",
        ]
    );
}

#[test]
fn a_repair_loses_nothing_and_a_replacement_does() {
    let loses =
        |before, after| Difference::between(&resource(ID, before), &value(after), &[]).loses_something();
    let enabled = r#"{"properties": {"isEnabled": true, "sources": [{"eventSource": "Alerts"}]}}"#;
    assert!(!loses(r#"{"properties": {"isEnabled": false}}"#, enabled));
    assert!(loses(
        r#"{"properties": {"isEnabled": true, "sources": [{"eventSource": "AttackPaths"}]}}"#,
        enabled
    ));
    assert!(loses(
        r#"{"tags": {"a": "b"}, "properties": {"isEnabled": true, "sources": [{"eventSource": "Alerts"}]}}"#,
        enabled
    ));
}

#[test]
fn what_a_shape_lost_is_not_an_addition() {
    let mut cut = resource(ID, r#"{"location": "westeurope"}"#);
    cut.loss = Some(ShapeLoss::NoProperties);
    let after = value(r#"{"location": "westeurope", "properties": {"isEnabled": true}}"#);
    let difference = Difference::between(&cut, &after, &[]);
    assert!(difference.changes.is_empty(), "{difference:?}");
    assert!(!difference.is_empty());
    assert_eq!(difference.words(), ["what else changes isn't known: the export carries no properties"]);
}

#[test]
fn no_secret_is_shown() {
    let before = r#"{"properties": {"description": "Endpoint=sb://x;SharedAccessKey=abc", "own": "pw",
        "actions": [{"actionType": "LogicApp", "logicAppResourceId": "/subscriptions/s/a", "uri": "https://old"}]}}"#;
    let after = r#"{"properties": {"actions": [{"actionType": "LogicApp", "logicAppResourceId": "/subscriptions/s/b", "uri": "https://new"}]}}"#;
    let difference = Difference::between(&resource(ID, before), &value(after), &["pw".into()]);
    let all = format!("{difference:?}");
    for secret in ["abc", "https://old", "https://new", "\"pw\""] {
        assert!(!all.contains(secret), "{secret} in {all}");
    }
    assert!(difference.changes.iter().any(|c| c.kind == ChangeKind::Vanishing));
}

#[test]
fn tags_of_a_group_are_named() {
    let id = "/subscriptions/s/resourceGroups/rg";
    let group = resource(
        id,
        r#"{"location": "westeurope", "tags": {"owner": "a", "cost-center": "b"}, "properties": {"provisioningState": "Succeeded"}}"#,
    );
    let difference = Difference::between(&group, &value(r#"{"name": "rg", "location": "westeurope"}"#), &[]);
    assert_eq!(difference.lost_tags(), ["cost-center", "owner"]);
}
