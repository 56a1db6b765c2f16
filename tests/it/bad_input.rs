//! Bad input: each fault is a diagnostic with code, place and help, all of them in one run.

use serde_json::{Value, json};

use crate::tenant::{
    LOG_ANALYTICS, Ran, Tenant, assigned, assignment, automation, management_group, parameters, with,
};

/// The findings of a run, from its result.
fn findings(ran: &Ran) -> Vec<Value> {
    ran.json()["diagnostics"].as_array().expect("a list").clone()
}

fn entity(name: &str, parent: &str) -> Value {
    json!({"id": management_group(name), "name": name, "type": "Microsoft.Management/managementGroups",
        "properties": {"displayName": name, "parent": {"id": management_group(parent)}}})
}

/// The usual tenant, with one file for each fault.
fn broken() -> Tenant {
    let list = json!([automation(1)]).to_string();
    let twice =
        |second: &str| list.replacen("\"isEnabled\":true", &format!("\"isEnabled\":true,{second}"), 1);
    let nested = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let nowhere = assigned("Nowhere", &management_group("mg-nowhere"), LOG_ANALYTICS, &parameters());
    Tenant::small()
        .file("01-truncated.json", &list[..list.len() / 2])
        .json("02-wrong-type.json", &json!([with(automation(2), &[("/location", json!(["a", "b"]))])]))
        .file("03-twice.json", twice("\"isEnabled\":false"))
        .file("04-twice-but-for-case.json", twice("\"ISENABLED\":false"))
        .json("05-cycle.json", &json!([entity("mg-x", "mg-y"), entity("mg-y", "mg-x")]))
        .json(
            "06-two-contents.json",
            &json!([with(automation(1), &[("/properties/isEnabled", json!(false))])]),
        )
        .json("07-unknown-scope.json", &json!([nowhere]))
        .file("08-nested.json", nested)
        .file("09-junk.json", [0u8, 159, 146, 150, 255, 254, 0, 1, 2, 3])
        .file("10-not-utf8.json", b"[{\"name\": \"Z\xfcrich\"}]")
        .file("11-text.json", "hello")
}

#[test]
fn every_fault_is_told_in_one_run_with_code_place_and_help() {
    let tenant = broken();
    let ran = tenant.scan(&["--complete", "--format", "json"]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    let found = findings(&ran);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut silent = Vec::new();
    for file in tenant.files("").iter().filter(|name| name.starts_with(|c: char| c.is_ascii_digit())) {
        let of_file: Vec<_> = found
            .iter()
            .filter(|one| {
                one["places"]
                    .as_array()
                    .expect("places")
                    .iter()
                    .any(|place| text(&place["file"]).ends_with(file.as_str()))
            })
            .collect();
        if of_file.is_empty() {
            silent.push(file.clone());
        }
        for one in &of_file {
            assert!(text(&one["code"]).starts_with("AZP"), "{one}");
            assert!(one["places"][0]["line"].as_u64().is_some_and(|line| line > 0), "{one}");
        }
        assert!(ran.err.contains(file.as_str()), "{file} isn't named on standard error: {}", ran.err);
    }
    assert!(silent.is_empty(), "nothing is said of {silent:?}: {}", ran.err);
    for one in &found {
        assert!(ran.err.contains(&format!("azpol explain {}", text(&one["code"]))), "no help: {one}");
    }
}

#[test]
fn one_fault_does_not_hide_what_is_in_order() {
    for (file, bytes) in [("a.json", &b"{"[..]), ("z.json", b"\xff\xfe\x00"), ("m.json", b"[1, {}, \"x\"]")] {
        let tenant = Tenant::small().file(file, bytes);
        assert_eq!(tenant.states(&["--complete"])[1], "two NonCompliant", "{file}");
        assert!(tenant.states(&["--complete"])[0].starts_with("one "), "{file}");
    }
}

#[test]
fn a_truncated_list_of_automations_is_never_a_whole_one() {
    let list = json!([automation(1), automation(2)]).to_string();
    let cut = &list[..list.len() - automation(2).to_string().len() / 2];
    let tenant = Tenant::small().file("automations.json", cut);
    let ran = tenant.scan(&["--complete", "--format", "json"]);
    assert_eq!(ran.code, 3);
    let states = crate::tenant::states(&ran.json());
    assert_eq!(states[1], "two Undetermined", "what was cut off may be the export of `two`: {}", ran.err);
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let ran = Tenant::small().azpol(&["scan", ".", "missing.json", "--complete"]);
    assert!(ran.err.contains("missing.json"), "{}", ran.err);
    assert_eq!(ran.code, 3);
}

#[cfg(unix)]
#[test]
fn a_file_that_can_not_be_read_is_named() {
    use std::os::unix::fs::symlink;
    // A link to itself can't be read by anybody, whoever runs this.
    let tenant = Tenant::small();
    symlink("loop.json", tenant.path().join("loop.json")).expect("a link");
    let ran = tenant.azpol(&["scan", ".", "loop.json", "--complete"]);
    assert!(ran.err.contains("loop.json"), "{}", ran.err);
    assert_eq!(ran.code, 3, "{}", ran.all());
}

#[test]
fn wrong_usage_is_told_apart() {
    let tenant = Tenant::small();
    for arguments in [
        &["scan"][..],
        &["scan", ".", "--fail-on", "everything"],
        &["scan", ".", "--format", "xml"],
        &["scan", ".", "--no-such-flag"],
        &["plon", "."],
    ] {
        assert_eq!(tenant.azpol(arguments).code, 2, "{arguments:?}");
    }
}

#[test]
fn what_the_rule_language_does_not_have_is_an_error_with_its_place() {
    let definition = |condition: Value| {
        json!({"id": "/providers/Microsoft.Authorization/policyDefinitions/own", "name": "own",
            "type": "Microsoft.Authorization/policyDefinitions", "properties": {"displayName": "own", "mode": "All",
            "policyType": "Custom", "parameters": {}, "policyRule": {
                "if": {"field": "type", "equals": "Microsoft.Resources/subscriptions"},
                "then": {"effect": "auditIfNotExists", "details": {"type": "Microsoft.Security/automations",
                    "existenceCondition": condition}}}}})
    };
    for (condition, names) in [
        (json!({"field": "Microsoft.Security/automations/isEnabled", "resembles": true}), "resembles"),
        (json!({"value": "[noSuchFunction()]", "equals": true}), "noSuchFunction"),
        (json!({"value": "[concat('a']", "equals": true}), "concat"),
        (json!({"value": "[parameters('missing')]", "equals": true}), "missing"),
    ] {
        let tenant = Tenant::small().json("definition.json", &definition(condition)).json(
            "assignments.json",
            &json!([assigned("Own", &management_group("mg-a"), "own", &json!({})), assignment()]),
        );
        let ran = tenant.scan(&["--complete", "--format", "json", "--fail-on", "never"]);
        assert_eq!(ran.code, 3, "{names}: {}", ran.err);
        assert!(ran.err.contains("definition.json:") && ran.err.contains(names), "{names}: {}", ran.err);
        assert_eq!(
            crate::tenant::states(&ran.json()),
            ["one Compliant", "two NonCompliant"],
            "{names}: the other one's rows"
        );
    }
}
