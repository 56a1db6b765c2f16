//! The proof: the whole plan is applied in memory, everything is evaluated and planned again.

use serde_json::{Value, json};

use crate::tenant::{
    EVENT_HUB, LOG_ANALYTICS, REGULATORY_WORKFLOW, TRUSTED_HUB, Tenant, assigned, assignment, automation,
    group, guid, management_group, parameters, states, subscription, text, tree, with,
};

const ALL: [&str; 3] = [
    "--complete",
    "--complete=microsoft.security/automations",
    "--complete=microsoft.resources/subscriptions/resourcegroups",
];

/// Subscription `two` under `mg-a`, with these automations and assignments at `mg-a`.
fn lone(groups: &[Value], automations: &[Value], assignments: &[(&str, &str, Value)]) -> Tenant {
    let assignments: Vec<Value> = assignments
        .iter()
        .map(|(name, definition, parameters)| {
            assigned(name, &management_group("mg-a"), definition, parameters)
        })
        .collect();
    Tenant::new()
        .json("tree.json", &tree(&[("mg-a", &[2])]))
        .json("subs.json", &json!([subscription(2)]))
        .json("groups.json", &json!(groups))
        .json("automations.json", &json!(automations))
        .json("assignments.json", &json!(assignments))
}

fn export(more: &[(&str, Value)]) -> Value {
    let more: Vec<(String, Value)> =
        more.iter().map(|(name, value)| (format!("/{name}"), json!({"value": value}))).collect();
    let more: Vec<(&str, Value)> = more.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    with(parameters(), &more)
}

fn hub(rule: &str, types: &Value) -> Value {
    let hub = format!(
        "/subscriptions/{}/resourceGroups/rg/providers/Microsoft.EventHub/namespaces/n/eventhubs/h",
        guid(1)
    );
    json!({"resourceGroupName": {"value": "rg-export"}, "resourceGroupLocation": {"value": "westeurope"},
        "eventHubDetails": {"value": format!("{hub}{rule}")}, "exportedDataTypes": {"value": types},
        "isSecurityFindingsEnabled": {"value": false}})
}

/// Exit code and proof.
fn proof(tenant: &Tenant) -> (i32, Value) {
    let ran = tenant.plan(&[&ALL[..], &["--format", "json"]].concat());
    (ran.code, ran.json()["plan"]["proof"].take())
}

fn reasons(findings: &Value) -> Vec<&str> {
    findings.as_array().expect("a list").iter().map(|finding| text(&finding["reason"])).collect()
}

#[test]
fn a_plan_that_converges_says_so_and_says_what_it_does_not_prove() {
    let tenant = Tenant::small();
    let (code, proof) = proof(&tenant);
    assert_eq!((code, &proof["holds"]), (0, &json!(true)));
    assert_eq!((&proof["planned"], &proof["compliant"]), (&json!(1), &json!(2)));
    for list in ["nonConvergent", "undecided", "worse", "plannedNext"] {
        assert_eq!(proof[list], json!([]), "{list}");
    }
    let not_proven = proof["notProven"].to_string();
    for said in ["the provider accepts the bodies", "the identity may write them", "data flows"] {
        assert!(not_proven.contains(said), "{not_proven}");
    }
    let out = tenant.plan(&ALL).out;
    assert!(out.contains("Proof: after this plan all 2 planned and compliant rows are Compliant"), "{out}");
    assert!(out.contains("Not proven:"), "{out}");
}

#[test]
fn a_duplicated_data_type_never_converges() {
    let twice = export(&[("exportedDataTypes", json!(["Security alerts", "Security alerts"]))]);
    let (code, proof) = proof(&lone(&[group(2, "rg-export")], &[], &[("Export", LOG_ANALYTICS, twice)]));
    assert_eq!((code, &proof["holds"]), (1, &json!(false)));
    let reasons = reasons(&proof["nonConvergent"]);
    assert!(reasons[0].contains("`Security alerts` twice"), "{reasons:?}");
    assert_eq!(proof["nonConvergent"][0]["code"], "AZP0840");
}

#[test]
fn two_policies_that_undo_each_other_never_converge() {
    let tenant = lone(
        &[group(2, "rg-export")],
        &[],
        &[
            ("Hub", EVENT_HUB, hub("/authorizationRules/send", &json!(["Security alerts"]))),
            ("Trusted", TRUSTED_HUB, hub("", &json!(["Overall secure score", "Secure score controls"]))),
        ],
    );
    let (code, proof) = proof(&tenant);
    assert_eq!((code, &proof["orders"]), (1, &json!(2)), "either order is tried");
    let reasons = reasons(&proof["nonConvergent"]);
    assert_eq!(reasons.len(), 2, "{proof}");
    assert!(reasons.iter().all(|reason| reason.contains("undo each other")), "{reasons:?}");
}

#[test]
fn two_policies_that_agree_converge_in_either_order() {
    let tenant = lone(
        &[group(2, "rg-export")],
        &[],
        &[
            ("Hub", EVENT_HUB, hub("/authorizationRules/send", &json!(["Security alerts"]))),
            ("Trusted", TRUSTED_HUB, hub("", &json!(["Security alerts"]))),
        ],
    );
    let (code, proof) = proof(&tenant);
    assert_eq!((code, &proof["holds"]), (0, &json!(true)), "{proof}");
    assert_eq!(proof["orders"], 2);
}

#[test]
fn a_put_replaces_and_may_make_another_row_worse() {
    let scores = with(
        automation(2),
        &[
            ("/properties/sources", json!([{"eventSource": "SecureScores"}])),
            ("/properties/actions", json!([{"actionType": "EventHub"}])),
        ],
    );
    let rename = |automation: Value| {
        let id = text(&automation["id"]).replace("ExportToWorkspace", "exportToEventHub");
        with(automation, &[("/id", json!(id)), ("/name", json!("exportToEventHub"))])
    };
    let tenant = lone(
        &[group(2, "rg-export")],
        &[rename(scores)],
        &[
            ("Hub", EVENT_HUB, hub("/authorizationRules/send", &json!(["Security alerts"]))),
            ("Trusted", TRUSTED_HUB, hub("", &json!(["Overall secure score"]))),
        ],
    );
    let (code, proof) = proof(&tenant);
    assert_eq!(code, 1);
    assert_eq!(proof["worse"].as_array().map(Vec::len), Some(1), "{proof}");
    assert_eq!(proof["worse"][0]["code"], "AZP0842");
}

#[test]
fn a_group_that_nothing_makes_fails() {
    let no_group =
        export(&[("createResourceGroup", json!(false)), ("resourceGroupName", json!("rg-nowhere"))]);
    let (code, proof) = proof(&lone(&[group(2, "rg-export")], &[], &[("Export", LOG_ANALYTICS, no_group)]));
    assert_eq!(code, 1);
    let reasons = reasons(&proof["nonConvergent"]);
    assert!(reasons[0].contains("rg-nowhere") && reasons[0].contains("doesn't exist"), "{reasons:?}");
}

#[test]
fn a_location_can_not_change() {
    let north = with(group(2, "rg-export"), &[("/location", json!("North Europe"))]);
    let (code, moved) = proof(&lone(&[north], &[], &[("Export", LOG_ANALYTICS, parameters())]));
    assert_eq!(code, 1);
    let reasons_of = reasons(&moved["nonConvergent"]);
    assert!(reasons_of[0].contains("northeurope") && reasons_of[0].contains("westeurope"), "{reasons_of:?}");
    let off =
        with(automation(2), &[("/location", json!("northeurope")), ("/properties/isEnabled", json!(false))]);
    let (code, moved) =
        proof(&lone(&[group(2, "rg-export")], &[off], &[("Export", LOG_ANALYTICS, parameters())]));
    assert_eq!(code, 1);
    assert!(reasons(&moved["nonConvergent"])[0].contains("northeurope"), "{moved}");
    // "West Europe" and "westeurope" are one region.
    let display = with(group(2, "rg-export"), &[("/location", json!("West Europe"))]);
    assert_eq!(proof(&lone(&[display], &[], &[("Export", LOG_ANALYTICS, parameters())])).0, 0);
}

#[test]
fn what_the_provider_makes_of_a_value_is_undecided_and_never_non_convergent() {
    let app = format!("/subscriptions/{}/resourceGroups/rg/providers/Microsoft.Logic/workflows/soc", guid(1));
    let states_of = |states: Value| {
        json!({"automationName": {"value": "to-soc"}, "resourceGroupName": {"value": "rg-export"},
            "resourceGroupLocation": {"value": "westeurope"}, "logicAppResourceId": {"value": app},
            "regulatoryComplianceControlStates": {"value": states},
            "logicAppTrigger": {"value": "Manual (Incoming HTTP request)"}})
    };
    let all = states_of(json!(["Failed", "Passed", "Skipped", "Unsupported"]));
    let tenant = lone(&[group(2, "rg-export")], &[], &[("Workflow", REGULATORY_WORKFLOW, all)]);
    let (code, undecided) = proof(&tenant);
    assert_eq!(undecided["nonConvergent"], json!([]), "{undecided}");
    assert_eq!(undecided["undecided"][0]["code"], "AZP0841");
    assert!(reasons(&undecided["undecided"])[0].contains("ruleSets"), "{undecided}");
    assert_eq!(code, 0, "a row that can't be decided isn't a finding");
    // With some of the states there are rules, and nothing is left open.
    let some = states_of(json!(["Failed"]));
    let (code, decided) =
        proof(&lone(&[group(2, "rg-export")], &[], &[("Workflow", REGULATORY_WORKFLOW, some)]));
    assert_eq!((code, &decided["undecided"], &decided["holds"]), (0, &json!([]), &json!(true)));
}

#[test]
fn undetermined_rows_are_never_planned() {
    let tenant = Tenant::small().json("assignments.json", &json!([assignment()]));
    let result = tenant.plan(&["--format", "json"]).json();
    assert_eq!(states(&result), ["one Compliant", "two Undetermined"]);
    assert_eq!(result["plan"]["proof"]["planned"], 0);
}

#[test]
fn a_group_that_no_file_names_is_neither_there_nor_absent() {
    let not_made = export(&[("createResourceGroup", json!(false))]);
    let tenant = lone(&[], &[], &[("Export", LOG_ANALYTICS, not_made)]).without("groups.json");
    let ran = tenant.plan(&["--complete=microsoft.security/automations", "--format", "json"]);
    let proof = ran.json()["plan"]["proof"].take();
    assert_eq!(proof["nonConvergent"], json!([]), "{proof}");
    assert_eq!(proof["undecided"][0]["code"], "AZP0841", "{proof}");
    assert!(reasons(&proof["undecided"])[0].contains("rg-export"), "{proof}");
}
