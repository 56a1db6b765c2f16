//! Assigned initiatives: each member is evaluated with the values that the initiative gives it, and is told apart by its
//! reference id.

use serde_json::{Value, json};

use crate::tenant::{
    LOG_ANALYTICS, Ran, Tenant, assigned, guid, management_group, rows, text, with, workspace,
};

const BELOW: &str = "/providers/Microsoft.Authorization";

/// `Baseline`: two exports of unlike data under one name, two audits, one of them switched off
/// unless the assignment says otherwise.
fn initiative() -> Value {
    let export = |reference: &str, data: &str| {
        json!({"policyDefinitionReferenceId": reference, "definitionVersion": "4.*.*",
            "policyDefinitionId": format!("{BELOW}/policyDefinitions/{LOG_ANALYTICS}"),
            "parameters": {"resourceGroupName": {"value": "[parameters('group')]"},
                "resourceGroupLocation": {"value": "westeurope"},
                "exportedDataTypes": {"value": [data]}, "isSecurityFindingsEnabled": {"value": false},
                "alertSeverities": {"value": ["High"]}, "workspaceResourceId": {"value": workspace()}}})
    };
    json!({"id": format!("{}{BELOW}/policySetDefinitions/Baseline", management_group("mg-a")), "name": "Baseline",
    "type": "Microsoft.Authorization/policySetDefinitions", "properties": {
        "displayName": "The baseline", "policyType": "Custom", "version": "1.2.0",
        "metadata": {"category": "Basics"},
        "parameters": {"group": {"type": "String", "defaultValue": "rg-export"},
            "ownerEffect": {"type": "String", "defaultValue": "Disabled", "allowedValues": ["Audit", "Disabled"]}},
        "policyDefinitions": [
            export("alerts", "Security alerts"),
            export("scores", "Overall secure score"),
            {"policyDefinitionReferenceId": "owner", "policyDefinitionId": own("owner"),
                "parameters": {"effect": {"value": "[parameters('ownerEffect')]"}}},
            {"policyDefinitionReferenceId": "named", "policyDefinitionId": own("named")}]}})
}

fn own(name: &str) -> String {
    format!("{}{BELOW}/policyDefinitions/{name}", management_group("mg-a"))
}

fn definitions() -> Value {
    let is_subscription = json!({"field": "type", "equals": "Microsoft.Resources/subscriptions"});
    json!([
        {"id": own("owner"), "name": "owner", "type": "Microsoft.Authorization/policyDefinitions", "properties": {
            "mode": "All", "parameters": {"effect": {"type": "String"}}, "metadata": {"category": "Tags"},
            "policyRule": {"if": {"allOf": [&is_subscription, {"field": "tags['owner']", "exists": false}]},
                "then": {"effect": "[parameters('effect')]"}}}},
        {"id": own("named"), "name": "named", "type": "Microsoft.Authorization/policyDefinitions", "properties": {
            "mode": "All",
            "policyRule": {"if": {"allOf": [&is_subscription,
                {"value": "[policy().definitionReferenceId]", "equals": "NAMED"},
                {"value": "[last(split(policy().setDefinitionId, '/'))]", "equals": "baseline"}]},
                "then": {"effect": "audit"}}}}
    ])
}

fn assigning() -> Value {
    let id = format!("{}{BELOW}/policySetDefinitions/baseline", management_group("mg-a"));
    with(
        assigned("Base", &management_group("mg-a"), "none", &json!({})),
        &[("/properties/policyDefinitionId", json!(id))],
    )
}

fn tenant_of(assignment: &Value, initiative: &Value) -> Tenant {
    Tenant::small()
        .json("assignments.json", &json!([assignment]))
        .json("initiatives.json", &json!([initiative]))
        .json("definitions.json", &definitions())
}

/// The usual tenant, to which the initiative is assigned at `mg-a`.
pub(crate) fn tenant() -> Tenant {
    tenant_of(&assigning(), &initiative())
}

/// Rows as `reference subscription State`.
fn states(result: &Value) -> Vec<String> {
    let one = |row: &Value| {
        let reference = text(&row["policyDefinitionReferenceId"]);
        format!("{reference} {} {}", text(&row["subscriptionName"]), text(&row["state"]))
    };
    rows(result).iter().map(one).collect()
}

/// What wasn't evaluated, as `reference reason`.
fn not_evaluated(ran: &Ran) -> Vec<String> {
    let result = ran.json();
    let one = |not: &Value| {
        let reference = not["policyDefinitionReferenceId"].as_str().unwrap_or("all");
        format!("{reference} {}", text(&not["reason"]))
    };
    result["notEvaluated"].as_array().expect("a list").iter().map(one).collect()
}

const ALL: [&str; 6] = [
    "alerts one Compliant",
    "alerts two NonCompliant",
    "named one NonCompliant",
    "named two NonCompliant",
    "scores one NonCompliant",
    "scores two NonCompliant",
];

#[test]
fn each_member_has_rows_of_its_own() {
    let result = tenant().result(&["--complete"]);
    assert_eq!(states(&result), ALL);
    let first = &result["assignments"][0];
    assert_eq!(first["name"], "Base");
    assert_eq!(first["policyDefinitionReferenceId"], "alerts");
    assert_eq!(first["initiative"]["displayName"], "The baseline");
    assert_eq!(first["initiative"]["version"], "1.2.0");
    assert_eq!(result["disabled"][0]["policyDefinitionReferenceId"], "owner");
}

#[test]
fn values_of_the_assignment_reach_the_members() {
    let audited = with(assigning(), &[("/properties/parameters/ownerEffect", json!({"value": "Audit"}))]);
    let result = tenant_of(&audited, &initiative()).result(&["--complete", "--definition", "owner"]);
    // `az account list` doesn't carry tags.
    assert_eq!(states(&result), ["owner one Undetermined", "owner two Undetermined"]);
    let elsewhere = with(assigning(), &[("/properties/parameters/group", json!({"value": "rg-other"}))]);
    let result = tenant_of(&elsewhere, &initiative()).result(&["--complete", "--definition", "alerts"]);
    assert_eq!(states(&result), ["alerts one NonCompliant", "alerts two NonCompliant"]);
}

#[test]
fn the_table_shows_what_is_amiss_by_member_and_counts_the_others() {
    let told = tenant().scan(&["--complete"]).out;
    for shown in ["Base    Base at mg-a · Baseline 1.2.0", "\n  scores\n", "\n  named\n", "Base: owner"] {
        assert!(told.contains(shown), "{shown}: {told}");
    }
    let quiet = with(
        initiative(),
        &[(
            "/properties/policyDefinitions",
            json!([{
        "policyDefinitionReferenceId": "other", "policyDefinitionId": own("named")}]),
        )],
    );
    let told = tenant_of(&assigning(), &quiet).scan(&["--complete"]).out;
    assert!(told.contains("compliant  1 member  2 rows"), "{told}");
}

#[test]
fn a_plan_has_a_task_for_each_member() {
    let plan = tenant().planned(&["--complete"]);
    let tasks = plan["tasks"].as_array().expect("tasks");
    let of: Vec<(&str, u64)> = tasks
        .iter()
        .map(|task| {
            let properties = &task["body"]["properties"];
            assert_eq!(properties["policyDefinitionReferenceId"], task["policyDefinitionReferenceId"]);
            let reference = text(&task["policyDefinitionReferenceId"]);
            let call = text(&task["commands"]["powershell"]);
            assert!(call.contains(&format!("-PolicyDefinitionReferenceId '{reference}'")), "{call}");
            (reference, task["planned"].as_u64().expect("a number"))
        })
        .collect();
    assert_eq!(of, [("alerts", 1), ("scores", 2)]);
    assert_ne!(tasks[0]["name"], tasks[1]["name"]);
    // Both want one automation to be unlike: the plan says so, and doesn't claim to converge.
    assert_eq!(plan["proof"]["holds"], false);
    let twice: Vec<_> =
        plan["hazards"].as_array().expect("hazards").iter().filter(|h| h["code"] == "AZP0807").collect();
    assert!(!twice.is_empty(), "{}", plan["hazards"]);
    let message = text(&twice[0]["message"]);
    assert!(message.contains("Base: alerts") && message.contains("Base: scores"), "{message}");
}

#[test]
fn an_exemption_of_one_member_leaves_the_others() {
    let exemption = json!([{"id": format!("/subscriptions/{}{BELOW}/policyExemptions/e", guid(2)), "name": "e",
        "type": "Microsoft.Authorization/policyExemptions", "properties": {"exemptionCategory": "Waiver",
            "policyAssignmentId": format!("{}{BELOW}/policyAssignments/base", management_group("mg-a")),
            "policyDefinitionReferenceIds": ["SCORES"]}}]);
    let result = tenant().json("exemptions.json", &exemption).result(&["--complete"]);
    let mut wanted = ALL.map(str::to_owned);
    wanted[5] = "scores two Undetermined".into();
    assert_eq!(states(&result), wanted);
}

#[test]
fn what_is_left_out_is_told_once() {
    let without = json!([format!("/subscriptions/{}", guid(2))]);
    let assignment = with(assigning(), &[("/properties/notScopes", without)]);
    let result = tenant_of(&assignment, &initiative()).result(&["--complete"]);
    assert_eq!(states(&result), [ALL[0], ALL[2], ALL[4]]);
    assert_eq!(result["excluded"].as_array().map(Vec::len), Some(1));
}

#[test]
fn members_that_cannot_be_evaluated_are_named_and_the_others_are_evaluated() {
    let members = json!([
        {"policyDefinitionReferenceId": "absent", "policyDefinitionId": own("absent")},
        {"policyDefinitionReferenceId": "newer", "definitionVersion": "9.*.*",
            "policyDefinitionId": format!("{BELOW}/policyDefinitions/{LOG_ANALYTICS}")},
        {"policyDefinitionReferenceId": "named", "policyDefinitionId": own("named")},
        {"policyDefinitionReferenceId": "unset", "policyDefinitionId": own("owner")},
        {"policyDefinitionReferenceId": "broken", "policyDefinitionId": own("owner"),
            "parameters": {"effect": {"value": "[int('x')]"}}},
    ]);
    let set = with(initiative(), &[("/properties/policyDefinitions", members)]);
    let tenant = tenant_of(&assigning(), &set);
    let ran = tenant.scan(&["--complete", "--format", "json", "--fail-on", "never"]);
    assert_eq!(states(&ran.json()), ALL[2..4], "{}", ran.err);
    assert_eq!(
        not_evaluated(&ran),
        ["absent UnknownDefinition", "broken Parameters", "newer Version", "unset Parameters"]
    );
    assert_eq!(ran.code, 3);
    let told = tenant.scan(&["--complete"]).out;
    assert!(told.contains("the initiative wants version 9.*.* of it, and 4.1.0 was given"), "{told}");
}

#[test]
fn faults_in_the_assignment_stop_the_whole() {
    let wrong = with(assigning(), &[("/properties/parameters/ownerEfect", json!({"value": "Audit"}))]);
    let ran = tenant_of(&wrong, &initiative()).scan(&["--complete", "--format", "json"]);
    assert!(ran.tells("AZP0312") && ran.err.contains("did you mean `ownerEffect`?"), "{}", ran.err);
    assert_eq!(not_evaluated(&ran), ["all Parameters"]);
    let unknown = Tenant::small().json("assignments.json", &json!([assigning()]));
    let ran = unknown.scan(&["--complete", "--format", "json"]);
    assert_eq!(not_evaluated(&ran), ["all UnknownDefinition"]);
    assert!(
        ran.json()["notEvaluated"][0]["text"]
            .as_str()
            .is_some_and(|text| text.starts_with("its initiative "))
    );
    let other = with(assigning(), &[("/properties/definitionVersion", json!("2.*.*"))]);
    let ran = tenant_of(&other, &initiative()).scan(&["--complete", "--format", "json"]);
    assert_eq!(not_evaluated(&ran), ["all Version"]);
}

#[test]
fn members_are_selected_by_reference_id_definition_and_category() {
    let tenant = tenant();
    let selected = |flag: &str, value: &str| states(&tenant.result(&["--complete", flag, value]));
    assert_eq!(selected("--definition", "NAMED"), ALL[2..4]);
    assert_eq!(selected("--definition", LOG_ANALYTICS), [ALL[0], ALL[1], ALL[4], ALL[5]]);
    assert_eq!(selected("--definition", "Baseline"), ALL);
    assert_eq!(selected("--category", "basics"), ALL);
    assert!(selected("--category", "tags").is_empty(), "the member of that category is switched off");
    let ran = tenant.scan(&["--complete", "--definition", "namde"]);
    assert!(ran.tells("AZP0703") && ran.err.contains("did you mean `named`?"), "{}", ran.err);
}

#[test]
fn an_initiative_can_be_proposed() {
    let tenant = tenant().without("assignments.json");
    let result = tenant.result(&["--complete", "--assign", "The Baseline", "--at", "mg-a"]);
    assert_eq!(states(&result), ALL);
    assert!(result["assignments"].as_array().expect("a list").iter().all(|one| one["proposed"] == true));
}

#[test]
fn an_explanation_names_the_member() {
    let ran = tenant().azpol(&["explain", &format!("/subscriptions/{}", guid(2)), "."]);
    assert!(ran.out.contains("Base: scores") && ran.out.contains("Base: named"), "{}", ran.all());
}

#[test]
fn a_definition_that_is_assigned_by_itself_stands_in_no_initiative() {
    let alone = with(assigning(), &[("/properties/policyDefinitionId", json!(own("alone")))]);
    let rule = json!({"id": own("alone"), "name": "alone", "type": "Microsoft.Authorization/policyDefinitions",
        "properties": {"mode": "All", "policyRule": {"if": {"allOf": [
            {"field": "type", "equals": "Microsoft.Resources/subscriptions"},
            {"value": "[policy().definitionReferenceId]", "equals": ""},
            {"value": "[concat('a-', policy().setDefinitionId)]", "equals": "a-"},
            {"value": "[uniqueString('a', policy().definitionReferenceId)]",
                "equals": "[uniqueString('a', '')]"}]},
            "then": {"effect": "audit"}}}});
    let tenant = Tenant::small().json("assignments.json", &json!([alone])).json("definitions.json", &rule);
    assert_eq!(tenant.states(&["--complete"]), ["one NonCompliant", "two NonCompliant"]);
}
