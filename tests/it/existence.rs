//! What the files don't say: absence needs a complete listing, presence doesn't; what a missing fact would change is
//! shown, never counted and never planned.

use serde_json::{Value, json};

use crate::tenant::{Tenant, assigned, automation, group, guid, management_group, rows, states, text, with};

const AUTOMATIONS: &str = "microsoft.security/automations";

/// The row of a subscription.
fn row<'a>(result: &'a Value, name: &str) -> &'a Value {
    rows(result).iter().find(|row| row["subscriptionName"] == name).expect("a row")
}

fn complete(of: &str) -> String {
    format!("--complete={of}")
}

fn provisional(row: &Value) -> String {
    let assumptions: Vec<&str> = row["provisional"]["assumptions"]
        .as_array()
        .expect("assumptions")
        .iter()
        .map(|assumption| text(&assumption["kind"]))
        .collect();
    format!("{} {}", text(&row["provisional"]["state"]), assumptions.join(","))
}

#[test]
fn what_is_present_decides_and_absence_waits_for_a_listing() {
    let tenant = Tenant::small();
    let result = tenant.result(&[]);
    assert_eq!(states(&result), ["one Compliant", "two Undetermined"]);
    assert_eq!(provisional(row(&result, "two")), "NonCompliant listing");
    assert_eq!(tenant.states(&[&complete(AUTOMATIONS)]), ["one Compliant", "two NonCompliant"]);
}

#[test]
fn a_bare_array_proves_nothing_empty_or_not() {
    for list in ["[]", r#"{"value": []}"#] {
        let tenant = Tenant::small().file("automations.json", list);
        assert_eq!(tenant.states(&[]), ["one Undetermined", "two Undetermined"], "{list}");
    }
}

#[test]
fn the_only_one_that_can_be_there_decides_without_a_listing() {
    let off = with(automation(2), &[("/properties/isEnabled", json!(false))]);
    let tenant = Tenant::small().json("automations.json", &json!([automation(1), off]));
    let result = tenant.result(&[]);
    assert_eq!(states(&result), ["one Compliant", "two NonCompliant"]);
    assert!(row(&result, "two")["provisional"].is_null());
}

#[test]
fn a_complete_list_of_groups_without_the_group_decides() {
    let groups = complete("microsoft.resources/subscriptions/resourcegroups");
    let tenant = Tenant::small().json("groups.json", &json!([group(1, "rg-export"), group(2, "rg-other")]));
    let result = tenant.result(&[&groups]);
    assert_eq!(states(&result), ["one Compliant", "two NonCompliant"]);
    assert_eq!(row(&result, "two")["reason"]["code"], "ResourceGroupNotFound");
    assert_eq!(
        Tenant::small().states(&[&groups]),
        ["one Compliant", "two Undetermined"],
        "the group is there"
    );
}

#[test]
fn an_undetermined_row_is_shown_with_its_state_but_neither_counted_nor_planned() {
    let tenant = Tenant::small();
    let table = tenant.scan(&[]);
    assert_eq!(table.code, 3);
    assert!(table.out.contains("NonCompliant, if the listing of automations is complete"), "{}", table.out);
    assert!(
        table.out.contains("2 rows · 1 compliant · 0 non-compliant · 100.0 % · 1 undetermined, not counted"),
        "{}",
        table.out
    );
    let plan = tenant.plan(&["--format", "json"]);
    assert_eq!(plan.code, 3);
    let plan = plan.json()["plan"].take();
    assert_eq!(plan["deployments"], json!([]));
    assert_eq!(plan["tasks"], json!([]));
    assert_eq!(plan["notPlanned"][0]["code"], "AZP0822");
    assert_eq!(tenant.scan(&["--fail-on", "noncompliant"]).code, 0, "a list that leaves it out");
}

#[test]
fn the_summary_has_one_line_for_each_missing_fact() {
    let tenant = Tenant::small().file("automations.json", "[]").without("tree.json");
    let result = tenant.result(&[]);
    let facts: Vec<(u64, &str)> = result["missingFacts"]
        .as_array()
        .expect("facts")
        .iter()
        .map(|fact| (fact["rows"].as_u64().expect("a number"), text(&fact["question"])))
        .filter(|(rows, _)| *rows > 0)
        .collect();
    assert_eq!(facts.len(), 2, "{facts:?}");
    assert!(facts.iter().all(|(rows, _)| *rows == 2), "{facts:?}");
    let out = tenant.scan(&[]).out;
    for shown in [
        "2 rows   are these all automations?",
        "2 rows   where do the subscriptions lie?",
        "az account management-group show",
        "--complete microsoft.security/automations",
    ] {
        assert!(out.contains(shown), "{shown}: {out}");
    }
}

#[test]
fn complete_without_a_value_asserts_what_was_given_for_every_subscription() {
    let tenant = Tenant::small();
    let ran = tenant.scan(&["--complete"]);
    let first = ran.out.lines().next().unwrap_or_default();
    assert!(first.starts_with("asserted: "), "the first line says what was asserted: {}", ran.out);
    let asserted = tenant.result(&["--complete"])["asserted"].to_string().to_lowercase();
    assert!(asserted.contains(AUTOMATIONS), "{asserted}");
    assert!(!asserted.contains("roleassignments"), "nothing of that type was given: {asserted}");
    // A listing that wasn't given isn't asserted.
    let nothing = Tenant::small().without("automations.json");
    assert_eq!(nothing.states(&["--complete"]), ["one Undetermined", "two Undetermined"]);
}

#[test]
fn complete_of_a_type_and_scope_asserts_no_more() {
    let tenant = Tenant::small().file("automations.json", "[]");
    for scope in [format!("/subscriptions/{}", guid(2)), guid(2)] {
        let flag = complete(&format!("{AUTOMATIONS}@{scope}"));
        assert_eq!(tenant.states(&[&flag]), ["one Undetermined", "two NonCompliant"], "{scope}");
    }
    let other = complete("microsoft.logic/workflows");
    assert_eq!(tenant.states(&[&other]), ["one Undetermined", "two Undetermined"]);
    let group = complete(&format!("{AUTOMATIONS}@{}", management_group("mg-a")));
    assert_eq!(tenant.states(&[&group]), ["one NonCompliant", "two NonCompliant"]);
    let wrong = tenant.scan(&["--complete=automations"]);
    assert!(wrong.tells("AZP0520"), "{}", wrong.err);
    assert_eq!(wrong.code, 2);
}

#[test]
fn a_list_that_goes_on_beats_manifest_and_flag() {
    let manifest = "azpol: manifest/v1\nfiles:\n  - path: automations.json\n    types: [microsoft.security/automations]\n    scopes: [/]\n    command: az\n    collected: \"2026-11-20T06:00:00Z\"\n";
    let page = |more: Value| {
        let mut page = json!({"data": [automation(1)]});
        page.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        page
    };
    let rest = json!({"value": [automation(1)], "nextLink": "https://management.azure.com/next"});
    let pages = [
        rest,
        page(json!({"$skipToken": "abc"})),
        page(json!({"skip_token": "abc"})),
        page(json!({"resultTruncated": "true"})),
        page(json!({"resultTruncated": true})),
        page(json!({"count": 1, "totalRecords": 2})),
        page(json!({"count": 1, "total_records": 2})),
    ];
    for page in pages {
        let tenant = Tenant::small().json("automations.json", &page).file("manifest.yaml", manifest);
        let ran = tenant.scan(&["--complete", "--format", "json"]);
        assert_eq!(states(&ran.json()), ["one Compliant", "two Undetermined"], "{page}");
        assert!(ran.tells("AZP0521") || ran.tells("AZP0513"), "{page}: {}", ran.err);
    }
    let whole = page(json!({"count": 1, "totalRecords": 1, "resultTruncated": "false", "$skipToken": null}));
    let tenant = Tenant::small().json("automations.json", &whole).file("manifest.yaml", manifest);
    assert_eq!(tenant.states(&[]), ["one Compliant", "two NonCompliant"], "the manifest is believed");
}

#[test]
fn all_pages_of_a_query_together_are_no_disproof() {
    let page = |row: Value, token: Value| json!({"data": [row], "count": 1, "total_records": 2, "skip_token": token});
    let graph = |number| with(automation(number), &[("/type", json!("microsoft.security/automations"))]);
    let off = with(
        graph(2),
        &[("/properties/isEnabled", json!(false)), ("/id", json!(crate::tenant::automation_id(2) + "2"))],
    );
    let tenant = Tenant::small().json("automations.json", &page(graph(1), json!("abc")));
    assert_eq!(tenant.states(&["--complete"]), ["one Compliant", "two Undetermined"], "one page of two");
    let tenant = tenant.json("page-2.json", &page(off, Value::Null));
    assert_eq!(tenant.states(&["--complete"]), ["one Compliant", "two NonCompliant"]);
}

#[test]
fn listings_of_exemptions_assignments_and_roles_change_no_state() {
    let tenant = Tenant::small();
    let result = tenant.result(&[&complete(AUTOMATIONS)]);
    assert_eq!(states(&result), ["one Compliant", "two NonCompliant"]);
    let facts = result["missingFacts"].as_array().expect("facts");
    for listing in ["policyassignments", "policyexemptions", "roleassignments"] {
        let found: Vec<_> = facts.iter().filter(|fact| text(&fact["flag"]).ends_with(listing)).collect();
        assert_eq!(found.len(), 1, "{listing}: {facts:?}");
        assert_eq!(found[0]["rows"], 0);
    }
    assert_eq!(tenant.scan(&[&complete(AUTOMATIONS)]).code, 1, "they don't change the exit code either");
}

#[test]
fn a_subscription_wide_search_needs_the_whole_listing() {
    // Without a group in its details, a definition searches the whole subscription.
    let definition = json!({"id": "/providers/Microsoft.Authorization/policyDefinitions/any", "name": "any",
        "type": "Microsoft.Authorization/policyDefinitions", "properties": {"displayName": "any", "mode": "All",
        "policyType": "Custom", "parameters": {}, "policyRule": {
            "if": {"field": "type", "equals": "Microsoft.Resources/subscriptions"},
            "then": {"effect": "auditIfNotExists", "details": {"type": "Microsoft.Security/automations",
                "existenceCondition": {"field": "Microsoft.Security/automations/isEnabled", "equals": true}}}}}});
    let off = with(automation(2), &[("/properties/isEnabled", json!(false))]);
    let tenant = Tenant::small()
        .json("definition.json", &definition)
        .json("automations.json", &json!([automation(1), off]))
        .json("assignments.json", &json!([assigned("Any", &management_group("mg-a"), "any", &json!({}))]));
    assert_eq!(
        tenant.states(&[]),
        ["one Compliant", "two Undetermined"],
        "there may be another one that is on"
    );
    assert_eq!(tenant.states(&[&complete(AUTOMATIONS)]), ["one Compliant", "two NonCompliant"]);
}

#[test]
fn a_manifest_governs_its_folder_and_is_checked_against_the_bytes() {
    let tenant = Tenant::small();
    let written = tenant.azpol(&[
        "manifest",
        ".",
        "--scope",
        &management_group("mg-a"),
        "--collected",
        "2026-11-20T06:00:00Z",
    ]);
    assert_eq!(written.code, 0, "{}", written.all());
    let names = tenant.files("");
    let manifest = names.iter().find(|name| name.contains("manifest")).expect("a manifest").clone();
    let text = tenant.read(&manifest);
    for shown in ["azpol: manifest/v1", "sha256", "automations.json", AUTOMATIONS] {
        assert!(text.to_lowercase().contains(shown), "{shown}: {text}");
    }
    let result = tenant.result(&[]);
    assert_eq!(states(&result), ["one Compliant", "two NonCompliant"]);
    assert_eq!(result["collected"], "2026-11-20T06:00:00Z");
    assert_eq!(result["asserted"], json!([]), "a manifest is a fact, not an assertion");
    // A file that changed since isn't what the manifest speaks of.
    let changed = tenant.json("automations.json", &json!([automation(1), group(1, "rg")]));
    let ran = changed.scan(&["--format", "json"]);
    assert!(ran.tells("AZP0405"), "{}", ran.err);
    assert_eq!(states(&ran.json()), ["one Compliant", "two Undetermined"]);
}
