//! One resource from two sources: what both can carry is compared, what one carries is kept, a contradiction is an
//! error that shows both.

use serde_json::{Value, json};

use crate::tenant::{
    TENANT, Tenant, assigned, assignment, automation, automation_id, group, guid, management_group, with,
};

fn graph(resource: Value) -> Value {
    let resource = with(
        resource,
        &[("/type", json!("microsoft.security/automations")), ("/subscriptionId", json!(guid(1)))],
    );
    json!({"data": [resource], "count": 1, "total_records": 1})
}

fn off() -> Value {
    with(automation(1), &[("/properties/isEnabled", json!(false))])
}

/// A manifest for two files of automations.
fn manifest(times: [&str; 2]) -> String {
    let file = |name: &str, time: &str| {
        format!(
            "  - path: {name}\n    types: [microsoft.security/automations]\n    scopes: [/]\n    command: az\n    collected: \"{time}\"\n"
        )
    };
    format!(
        "azpol: manifest/v1\nfiles:\n{}{}",
        file("automations.json", times[0]),
        file("graph.json", times[1])
    )
}

#[test]
fn two_forms_of_one_resource_merge_without_a_word() {
    // Graph rounds times and adds empty members.
    let rounded = with(
        automation(1),
        &[
            ("/properties/metadata", json!({"createdDateTimeUtc": "2026-03-03T10:02:31.003Z"})),
            ("/properties/sources/0/extra", Value::Null),
            ("/kind", json!("")),
            ("/zones", Value::Null),
        ],
    );
    let exact = with(
        automation(1),
        &[("/properties/metadata", json!({"createdDateTimeUtc": "2026-03-03T10:02:31.0035518Z"}))],
    );
    let tenant =
        Tenant::small().json("automations.json", &json!([exact])).json("graph.json", &graph(rounded));
    let ran = tenant.scan(&["--complete"]);
    assert!(!ran.tells("AZP0515") && !ran.tells("AZP0514"), "{}", ran.err);
    assert_eq!(tenant.states(&["--complete"]), ["one Compliant", "two NonCompliant"]);
}

#[test]
fn a_shape_without_properties_yields_to_one_with() {
    let listed = with(automation(1), &[("/properties", Value::Null)]);
    for name in ["a.json", "z.json"] {
        let tenant = Tenant::small().json(name, &json!([listed]));
        let ran = tenant.scan(&["--complete"]);
        assert!(!ran.tells("AZP0515"), "{}", ran.err);
        assert_eq!(tenant.states(&["--complete"]), ["one Compliant", "two NonCompliant"], "{name}");
    }
}

#[test]
fn a_contradiction_is_an_error_that_shows_both() {
    let tenant = Tenant::small().json("graph.json", &graph(off()));
    let ran = tenant.scan(&["--complete"]);
    assert!(ran.tells("AZP0515"), "{}", ran.err);
    for shown in ["automations.json", "graph.json", "isEnabled"] {
        assert!(ran.err.contains(shown), "{shown}: {}", ran.err);
    }
    assert_eq!(ran.code, 3);
}

#[test]
fn a_newer_time_of_collection_wins_with_a_note() {
    let tenant = Tenant::small().json("graph.json", &graph(off()));
    for (times, wanted) in [
        (["2026-11-20T06:00:00Z", "2026-11-21T06:00:00Z"], "one NonCompliant"),
        (["2026-11-21T06:00:00Z", "2026-11-20T06:00:00Z"], "one Compliant"),
    ] {
        let text = manifest(times);
        let tenant = Tenant::small().json("graph.json", &graph(off())).file("manifest.yaml", text);
        let ran = tenant.scan(&["--complete", "--format", "json"]);
        assert!(ran.tells("AZP0516"), "{}", ran.err);
        assert!(!ran.tells("AZP0515"), "{}", ran.err);
        let result = ran.json();
        assert_eq!(crate::tenant::states(&result)[0], wanted, "{times:?}");
        assert_eq!(result["collected"], "2026-11-20T06:00:00Z", "the oldest time of collection is shown");
    }
    let equal = manifest(["2026-11-20T06:00:00Z"; 2]);
    assert!(tenant.file("manifest.yaml", equal).scan(&["--complete"]).tells("AZP0515"));
}

#[test]
fn keys_that_stand_twice_are_a_warning_if_equal_and_an_error_if_not() {
    let text = json!([automation(1)]).to_string();
    let equal = text.replacen("\"isEnabled\":true", "\"isEnabled\":true,\"isEnabled\":true", 1);
    let tenant = Tenant::small().file("automations.json", &equal);
    let ran = tenant.scan(&["--complete"]);
    assert!(ran.err.contains("warning") && ran.err.contains("isEnabled"), "{}", ran.err);
    assert_eq!(tenant.states(&["--complete"]), ["one Compliant", "two NonCompliant"]);
    for second in ["\"isEnabled\":false", "\"IsEnabled\":false"] {
        let unlike = text.replacen("\"isEnabled\":true", &format!("\"isEnabled\":true,{second}"), 1);
        let ran = Tenant::small().file("automations.json", &unlike).scan(&["--complete"]);
        assert!(ran.err.contains("sEnabled") && !ran.err.contains("warning"), "{second}: {}", ran.err);
        assert_eq!(ran.code, 3, "{second}: {}", ran.all());
    }
}

#[test]
fn one_id_twice_in_one_file_with_two_contents_is_an_error() {
    let ran = Tenant::small().json("automations.json", &json!([automation(1), off()])).scan(&["--complete"]);
    assert!(ran.tells("AZP0514"), "{}", ran.err);
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("ExportToWorkspace") || ran.err.contains(&automation_id(1)), "{}", ran.err);
    let twice = json!([automation(1), automation(1)]);
    let same = Tenant::small().json("automations.json", &twice);
    assert_eq!(same.states(&["--complete"]), ["one Compliant", "two NonCompliant"]);
    assert_eq!(same.scan(&["--complete"]).code, 1);
}

/// An assignment as `az policy assignment list` writes it.
fn flattened(assignment: &Value) -> Value {
    let mut flat = assignment.clone();
    let properties = flat["properties"].take();
    flat.as_object_mut().expect("an object").remove("properties");
    for (key, value) in properties.as_object().expect("an object") {
        flat[key] = value.clone();
    }
    for absent in [
        "description",
        "metadata",
        "nonComplianceMessages",
        "overrides",
        "resourceSelectors",
        "definitionVersion",
    ] {
        flat[absent] = Value::Null;
    }
    flat["systemData"] = json!({"createdBy": "someone"});
    flat
}

#[test]
fn assignments_groups_and_subscriptions_merge_too() {
    let rows = json!({"data": [
        {"id": group(1, "rg-export")["id"], "name": "rg-export", "type": "microsoft.resources/subscriptions/resourcegroups",
            "location": "westeurope", "subscriptionId": guid(1), "tenantId": TENANT, "tags": {}, "managedBy": "",
            "properties": {"provisioningState": "Succeeded"}},
        {"id": format!("/subscriptions/{}", guid(1)), "name": "one", "type": "microsoft.resources/subscriptions",
            "subscriptionId": guid(1), "tenantId": TENANT, "tags": {}, "properties": {"state": "Enabled",
            "managementGroupAncestorsChain": [{"name": "mg-a"}, {"name": TENANT}]}},
        with(assignment(), &[("/type", json!("microsoft.authorization/policyassignments")), ("/tenantId", json!(TENANT))])]});
    let tenant =
        Tenant::small().json("rows.json", &rows).json("flattened.json", &json!([flattened(&assignment())]));
    let ran = tenant.scan(&["--complete", "--format", "json"]);
    assert_eq!(ran.err, "");
    let result = ran.json();
    assert_eq!(crate::tenant::states(&result), ["one Compliant", "two NonCompliant"]);
    assert_eq!(result["assignments"].as_array().map(Vec::len), Some(1));
}

#[test]
fn an_assignment_with_two_contents_is_an_error_that_shows_both() {
    let other = with(flattened(&assignment()), &[("/parameters/resourceGroupName/value", json!("rg-other"))]);
    let ran = Tenant::small().json("flattened.json", &json!([other])).scan(&["--complete"]);
    assert_eq!(ran.code, 3, "{}", ran.all());
    for shown in ["AZP05", "assignments.json", "flattened.json"] {
        assert!(ran.err.contains(shown), "{shown}: {}", ran.err);
    }
}

#[test]
fn a_definition_with_two_contents_is_not_chosen_from() {
    let definition = |effect: &str| {
        json!({"id": "/providers/Microsoft.Authorization/policyDefinitions/own", "name": "own",
            "type": "Microsoft.Authorization/policyDefinitions", "properties": {"displayName": "own", "mode": "All",
            "policyType": "Custom", "parameters": {}, "policyRule": {
            "if": {"field": "type", "equals": "Microsoft.Resources/subscriptions"}, "then": {"effect": effect,
            "details": {"type": "Microsoft.Security/automations"}}}}})
    };
    let own = assigned("Own", &management_group("mg-a"), "own", &json!({}));
    let tenant = Tenant::small().json("assignments.json", &json!([own]));
    let tenant = tenant
        .json("d1.json", &definition("auditIfNotExists"))
        .json("d2.json", &definition("auditIfNotExists"));
    assert_eq!(
        tenant.states(&["--complete"]),
        ["one Compliant", "two NonCompliant"],
        "two equal ones are one"
    );
    let ran = tenant.json("d2.json", &definition("disabled")).scan(&["--complete"]);
    assert_eq!(ran.code, 3, "{}", ran.all());
    assert!(ran.err.contains("d1.json") && ran.err.contains("d2.json"), "{}", ran.err);
}
