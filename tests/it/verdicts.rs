//! Verdicts: which automation was looked for, what stands elsewhere, and which condition failed, with path, current and
//! target value.

use serde_json::{Value, json};

use crate::tenant::{
    Tenant, assigned, assignment, automation, automation_id, group, guid, management_group, rows, text, with,
};

/// The row of `two`, whose automations are these.
fn row(automations: &[Value]) -> Value {
    let mut all = vec![automation(1)];
    all.extend_from_slice(automations);
    let tenant = Tenant::small()
        .json("automations.json", &json!(all))
        .json("groups.json", &json!([group(1, "rg-export"), group(2, "rg-export"), group(2, "rg-old")]));
    rows(&tenant.result(&["--complete"]))[1].clone()
}

fn elsewhere(name: &str, on: bool) -> Value {
    let id = automation_id(2).replace("rg-export", "rg-old").replace("ExportToWorkspace", name);
    with(automation(2), &[("/id", json!(id)), ("/name", json!(name)), ("/properties/isEnabled", json!(on))])
}

#[test]
fn a_compliant_row_names_what_satisfies_it() {
    let row = row(&[automation(2)]);
    assert_eq!(row["state"], "Compliant");
    assert_eq!(row["candidate"], automation_id(2));
    assert_eq!(row["failedConditions"], json!([]));
}

#[test]
fn a_missing_one_is_named_with_its_type_name_and_group() {
    let row = row(&[]);
    assert_eq!(row["state"], "NonCompliant");
    assert_eq!(row["reason"]["code"], "ResourceNotFound");
    assert_eq!(row["reason"]["text"], "no ExportToWorkspace in rg-export");
    let looked_for = json!({"type": "Microsoft.Security/automations", "name": "ExportToWorkspace", "resourceGroup": "rg-export"});
    assert_eq!(row["lookedFor"], looked_for);
    assert_eq!((&row["nearMisses"], &row["candidate"]), (&json!([]), &Value::Null));
}

#[test]
fn near_misses_are_those_of_the_name_first_then_those_that_would_do() {
    let row = row(&[
        elsewhere("Other", false),
        elsewhere("AnotherGood", true),
        elsewhere("ExportToWorkspace", false),
    ]);
    let near: Vec<(&str, bool, bool)> = row["nearMisses"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|near| {
            (
                text(&near["id"]).rsplit('/').next().expect("a name"),
                near["satisfies"].as_bool().expect("a boolean"),
                near["sameName"].as_bool().expect("a boolean"),
            )
        })
        .collect();
    assert_eq!(
        near,
        [("ExportToWorkspace", false, true), ("AnotherGood", true, false), ("Other", false, false)]
    );
    assert!(text(&row["reason"]["text"]).contains("rg-old"), "{}", row["reason"]);
}

#[test]
fn a_condition_that_fails_has_path_current_and_target_value() {
    let row = row(&[with(automation(2), &[("/properties/isEnabled", json!(false))])]);
    assert_eq!(row["candidate"], automation_id(2));
    let failed = &row["failedConditions"][0];
    assert_eq!(failed["expression"], "Microsoft.Security/automations/isEnabled");
    assert_eq!(failed["path"], "properties.isEnabled");
    assert_eq!(failed["operator"], "equals");
    assert_eq!((&failed["expressionValue"], &failed["targetValue"]), (&json!(false), &json!(true)));
    assert!(text(&failed["place"]["file"]).contains("export-to-log-analytics"), "{failed}");
    assert!(failed["place"]["line"].as_u64().is_some_and(|line| line > 1), "{failed}");
}

#[test]
fn every_failing_condition_is_listed_and_a_missing_value_is_missing() {
    let mut bare = with(automation(2), &[("/properties/sources", json!([]))]);
    bare["properties"].as_object_mut().expect("an object").remove("isEnabled");
    let row = row(&[bare]);
    let failed = row["failedConditions"].as_array().expect("a list");
    assert_eq!(failed.len(), 3, "{failed:#?}");
    assert!(failed[0].get("expressionValue").is_none(), "{}", failed[0]);
    assert_eq!((&failed[1]["expressionValue"], &failed[1]["targetValue"]), (&json!(0), &json!(1)));
}

#[test]
fn each_kind_of_wrong_export_has_its_word() {
    let sources = |names: &[&str]| {
        let sources: Vec<Value> = names.iter().map(|name| json!({"eventSource": name})).collect();
        with(automation(2), &[("/properties/sources", json!(sources))])
    };
    let table = |two: &Value| {
        let tenant = Tenant::small().json("automations.json", &json!([automation(1), two]));
        tenant.scan(&["--complete"]).out
    };
    for (two, words) in [
        (with(automation(2), &[("/properties/isEnabled", json!(false))]), "✗ disabled"),
        (sources(&["Alerts", "SecureScores"]), "✗ sources"),
        (sources(&[]), "✗ sources"),
        (sources(&["SecureScores"]), "✗ "),
    ] {
        let out = table(&two);
        let line = out.lines().find(|line| line.contains("  two")).expect("a line");
        assert!(line.trim_start().starts_with(words), "{words}: {line}");
    }
}

/// What Azure compares, Azure compares: names, ids and enum values without case, values of conditions too.
#[test]
fn case_does_not_matter() {
    let id = automation_id(2).to_uppercase().replace("/SUBSCRIPTIONS/", "/subscriptions/");
    let shouting = with(
        automation(2),
        &[
            ("/id", json!(id)),
            ("/name", json!("EXPORTTOWORKSPACE")),
            ("/properties/sources/0/eventSource", json!("ALERTS")),
        ],
    );
    assert_eq!(row(&[shouting])["state"], "Compliant");
    let scope = format!("/SUBSCRIPTIONS/{}", guid(1).to_uppercase());
    let ran = |parameters: &[(&str, Value)]| {
        let parameters = with(assignment()["properties"]["parameters"].clone(), parameters);
        let assigned = assigned("Export", &scope, crate::tenant::LOG_ANALYTICS, &parameters);
        let tenant = Tenant::small().json("assignments.json", &json!([assigned]));
        tenant.scan(&["--complete", "--format", "json"])
    };
    let group = ran(&[("/resourceGroupName", json!({"value": "RG-Export"}))]);
    assert_eq!(group.json()["rows"][0]["state"], "Compliant", "{}", group.all());
    // Only `allowedValues` of a definition compare with case.
    let label = ran(&[("/exportedDataTypes", json!({"value": ["security ALERTS"]}))]);
    assert!(label.tells("AZP0315"), "{}", label.all());
    assert_eq!((label.code, label.json()["rows"].as_array().map(Vec::len)), (3, Some(0)));
}

/// Two automations in the group: one that fits is enough where the definition names none.
#[test]
fn one_that_satisfies_is_enough() {
    let definition = json!({"id": "/providers/Microsoft.Authorization/policyDefinitions/any", "name": "any",
        "type": "Microsoft.Authorization/policyDefinitions", "properties": {"displayName": "any", "mode": "All",
        "policyType": "Custom", "parameters": {}, "policyRule": {
            "if": {"field": "type", "equals": "Microsoft.Resources/subscriptions"},
            "then": {"effect": "auditIfNotExists", "details": {"type": "Microsoft.Security/automations",
                "resourceGroupName": "rg-old", "existenceScope": "resourcegroup", "existenceCondition": {"allOf": [
                    {"field": "Microsoft.Security/automations/isEnabled", "equals": "true"},
                    {"count": {"field": "Microsoft.Security/automations/sources[*].ruleSets[*].rules[*]", "where": {
                        "field": "Microsoft.Security/automations/sources[*].ruleSets[*].rules[*].expectedValue", "equals": "HIGH"}},
                        "greaterOrEquals": 1}]}}}}}});
    let tenant = Tenant::small()
        .json("definition.json", &definition)
        .json("automations.json", &json!([automation(1), elsewhere("A", false), elsewhere("B", true)]))
        .json("assignments.json", &json!([assigned("Any", &management_group("mg-a"), "any", &json!({}))]));
    let result = tenant.result(&["--complete"]);
    assert_eq!(crate::tenant::states(&result), ["one NonCompliant", "two Compliant"]);
    assert!(text(&rows(&result)[1]["candidate"]).ends_with("/B"));
}
