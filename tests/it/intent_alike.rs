//! Subscriptions that are alike are compared once: each has the verdict that it has alone.

use serde_json::{Value, json};

use crate::tenant::{
    Tenant, assigned, automation, guid, management_group, parameters, rows, subscription, text, tree, with,
    workspace,
};

const HOW_MANY: usize = 36;

fn rule(path: &str, operator: &str, value: &str) -> Value {
    json!({"propertyJPath": path, "propertyType": "String", "expectedValue": value, "operator": operator})
}

/// Lists of sources, few enough that subscriptions share them.
fn lists() -> Vec<Value> {
    let severity = |value: &str| json!([{"rules": [rule("Severity", "Equals", value)]}]);
    vec![
        json!([{"eventSource": "Alerts"}]),
        json!([{"eventSource": "Alerts", "ruleSets": severity("high")}]),
        json!([{"eventSource": "Alerts", "ruleSets": severity("low")}]),
        json!([{"eventSource": "Alerts", "ruleSets": severity("medium")},
            {"eventSource": "Assessments", "ruleSets": [{"rules": [rule("name", "Contains", "abc")]}]}]),
        json!([{"eventSource": "Alerts", "ruleSets": [{"rules": [rule("AlertType", "Contains", "VM_")]}]}]),
        json!([]),
    ]
}

/// An automation of a subscription: a list, switched on or off, for all of it or a group, to the hub asked for or not.
fn drawn(subscription: usize, name: &str, number: usize) -> Value {
    let lists = lists();
    let id = format!(
        "/subscriptions/{}/resourceGroups/rg-export/providers/Microsoft.Security/automations/{name}",
        guid(subscription)
    );
    let scope = if number % 7 == 3 { "/resourceGroups/rg-export" } else { "" };
    let scope = format!("/subscriptions/{}{scope}", guid(subscription));
    // Where this one reaches can't be said.
    let scope = if number % 8 == 5 { "somewhere".to_owned() } else { scope };
    let to = if number % 5 == 4 { workspace().replace("law", "other") } else { workspace() };
    with(
        automation(subscription),
        &[
            ("/id", json!(id)),
            ("/name", json!(name)),
            ("/properties/isEnabled", json!(number % 11 != 6)),
            ("/properties/scopes/0/scopePath", json!(scope)),
            ("/properties/sources", lists[number % lists.len()].clone()),
            ("/properties/actions/0/workspaceResourceId", json!(to)),
        ],
    )
}

fn tenant() -> Tenant {
    let numbers: Vec<usize> = (1..=HOW_MANY).collect();
    let subscriptions: Vec<Value> = numbers.iter().map(|number| subscription(*number)).collect();
    let mut automations = Vec::new();
    for number in &numbers {
        automations.push(drawn(*number, "ExportToWorkspace", *number));
        if number % 3 == 0 {
            automations.push(drawn(*number, "second", number / 3));
        }
    }
    let severities = |list: Value| with(parameters(), &[("/alertSeverities/value", list)]);
    let at = management_group("mg-a");
    let definition = crate::tenant::LOG_ANALYTICS;
    Tenant::new()
        .json("tree.json", &tree(&[("mg-a", &numbers)]))
        .json("subs.json", &json!(subscriptions))
        .json("automations.json", &json!(automations))
        .json(
            "assignments.json",
            &json!([
                assigned("High", &at, definition, &severities(json!(["High"]))),
                assigned("All", &at, definition, &severities(json!(["High", "Medium", "Low"]))),
            ]),
        )
}

#[test]
fn each_has_the_verdict_that_it_has_alone() {
    let tenant = tenant();
    let listed = "--complete=Microsoft.Security/automations";
    let mut verdicts = std::collections::BTreeSet::new();
    for complete in [&[][..], &[listed]] {
        let whole = tenant.result(complete);
        for number in 1..=HOW_MANY {
            let alone = tenant.result(&[complete, &["--subscription", &guid(number)]].concat());
            let of = |result: &Value| -> Vec<Value> {
                let own = rows(result).iter().filter(|row| row["subscriptionId"] == guid(number).as_str());
                own.map(|row| row["intent"].clone()).collect()
            };
            let (together, alone) = (of(&whole), of(&alone));
            assert_eq!(together.len(), 2, "one row for each assignment");
            assert_eq!(together, alone, "subscription {number}");
            verdicts.extend(together.iter().map(|intent| text(&intent["verdict"]).to_owned()));
        }
    }
    assert!(verdicts.len() > 4, "too few verdicts are drawn to show anything: {verdicts:?}");
}
