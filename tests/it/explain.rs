//! `azpol explain RESOURCE`: the verdict is that of a scan, every condition says what it found, candidates come nearest
//! first, and the JSON fits its schema.

use std::collections::BTreeMap;
use std::fs;

use azpol::arm::ResourceId;
use azpol::cli::{Cli, Command, Session};
use azpol::compliance::{ComplianceState, Explained, explain};
use azpol::engine::{Explanation, ExplanationKind, Truth};
use clap::Parser;
use serde_json::{Value, json};

use crate::tenant::{Ran, Tenant, assignment, automation, azpol, group, guid, root, text, with};

const FIXTURES: [&str; 4] = ["contoso", "fabrikam", "first-hour", "wishes"];

fn session(folder: &str) -> Session {
    let cli = Cli::try_parse_from(["azpol", "scan", folder]).expect("good usage");
    let Command::Scan(args) = cli.command else { panic!("scan") };
    Session::start(&args.run, &mut std::io::empty())
}

/// What the recorded conditions alone say of a resource that is looked at.
fn told(one: &Explained) -> Option<ComplianceState> {
    let condition = one.condition.as_ref()?;
    match (&one.search, &condition.truth) {
        (Some(search), _) => Some(match search.candidates.first().map(|one| &one.truth) {
            Some(Truth::True) => ComplianceState::Compliant,
            _ => ComplianceState::NonCompliant,
        }),
        (None, Truth::True) => Some(ComplianceState::NonCompliant),
        (None, Truth::False) => Some(ComplianceState::Compliant),
        (None, Truth::Unknown(_)) => Some(ComplianceState::Undetermined),
    }
}

/// The truth of a group follows from its parts; one with an undecided part also from their order.
fn joined(part: &Explanation) -> Option<Truth> {
    if part.parts.iter().any(|part| matches!(part.truth, Truth::Unknown(_))) {
        return None;
    }
    let mut truths = part.parts.iter().map(|part| part.truth == Truth::True);
    Some(Truth::from(match part.kind {
        ExplanationKind::AllOf => truths.all(|truth| truth),
        ExplanationKind::AnyOf => truths.any(|truth| truth),
        ExplanationKind::Not => !truths.next()?,
        ExplanationKind::Leaf(_) | ExplanationKind::Member(..) => return None,
    }))
}

fn consistent(part: &Explanation) {
    if let Some(truth) = joined(part) {
        assert_eq!(truth, part.truth);
    }
    part.parts.iter().for_each(consistent);
}

#[test]
fn the_verdict_is_that_of_a_scan_on_every_row_of_every_fixture() {
    let mut rows = 0;
    for fixture in FIXTURES {
        let session = session(root().join("fixtures").join(fixture).to_str().expect("UTF-8"));
        let mut scanned: BTreeMap<(ResourceId, usize), ComplianceState> = BTreeMap::new();
        for row in &session.run.rows {
            scanned.insert((row.resource.clone(), row.assignment), row.state);
        }
        let subscriptions = session.inventory.subscriptions().map(|s| ResourceId::subscription(&s.id));
        let resources = session.inventory.all_resources().map(|resource| resource.id.clone());
        for id in subscriptions.chain(resources) {
            for one in explain(&session.inventory, &session.run, &id, session.now.as_deref()) {
                let state = one.row.as_ref().map(|row| row.state);
                let scanned = scanned.remove(&(id.clone(), one.assignment));
                assert_eq!(state, scanned, "{fixture}: {id} under {}", one.assignment);
                if let Some(condition) = &one.condition {
                    consistent(condition);
                }
                let Some(row) = &one.row else { continue };
                rows += 1;
                // Facts that the files lack, exemptions and places can only make a verdict undetermined.
                if row.state != ComplianceState::Undetermined && row.state != ComplianceState::Error {
                    assert_eq!(told(&one), state, "{fixture}: {id}: the conditions say otherwise");
                }
            }
        }
        assert!(scanned.is_empty(), "{fixture}: without an explanation: {:?}", scanned.keys().next());
    }
    assert!(rows > 40, "{rows} rows were explained");
}

fn shown(tenant: &Tenant, arguments: &[&str]) -> Ran {
    tenant.azpol(&[&["explain"], arguments].concat())
}

#[test]
fn the_screen_of_a_disabled_export() {
    let ran = azpol(&root(), &["explain", "app-prod-02", "fixtures/contoso", "--definition", "ffb6f416"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    insta::assert_snapshot!(ran.out);
}

#[test]
fn the_screen_of_a_deep_tree_shows_the_branch_that_was_missed_least() {
    let ran = azpol(&root(), &["explain", "data-prod", "fixtures/contoso", "--definition", "ffb6f416"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.lines().all(|line| line.chars().count() <= 100), "{}", ran.out);
    insta::assert_snapshot!(ran.out);
    let full =
        azpol(&root(), &["explain", "data-prod", "fixtures/contoso", "--definition", "ffb6f416", "--full"]);
    assert!(full.out.lines().count() > 3 * ran.out.lines().count(), "{}", full.out);
}

#[test]
fn an_exclusion_and_a_resource_that_nothing_reaches_are_said() {
    let ran = azpol(&root(), &["explain", "sandbox-01", "fixtures/contoso"]);
    assert!(ran.out.contains("– excluded") && ran.out.contains("notScopes leave it out"), "{}", ran.out);
    let ran = azpol(&root(), &["explain", "law-central", "fixtures/contoso", "--definition", "ffb6f416"]);
    assert!(ran.out.contains("not applicable") && ran.out.contains("there is no row"), "{}", ran.out);
}

fn tags_policy(effect: &str) -> Value {
    json!({"properties": {"displayName": "Owner is named", "mode": "Indexed", "parameters": {
            "tag": {"type": "String", "defaultValue": "owner"}},
        "policyRule": {"if": {"allOf": [
            {"field": "type", "equals": "Microsoft.Security/automations"},
            {"not": {"field": "[concat('tags[', parameters('tag'), ']')]", "exists": true}},
            {"anyOf": [
                {"count": {"field": "Microsoft.Security/automations/sources[*]",
                    "where": {"field": "Microsoft.Security/automations/sources[*].eventSource", "equals": "Alerts"}},
                 "greaterOrEquals": 1},
                {"value": "[resourceGroup().location]", "equals": "nowhere"}]}]},
        "then": {"effect": effect}}}})
}

#[test]
fn a_definition_is_explained_as_if_it_were_assigned() {
    let tenant = Tenant::small().json("policies/owner.json", &tags_policy("audit"));
    let ran = shown(&tenant, &["ExportToWorkspace", ".", "--policy", "policies/owner.json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    insta::assert_snapshot!(ran.out);
    // Its parameters are given as for a scan, and checked.
    let ran =
        shown(&tenant, &["ExportToWorkspace", ".", "--policy", "policies/owner.json", "--param", "tag=team"]);
    assert!(ran.out.contains("tags[team]"), "{}", ran.out);
    let ran =
        shown(&tenant, &["ExportToWorkspace", ".", "--policy", "policies/owner.json", "--param", "tga=x"]);
    assert_eq!(ran.code, 2, "{}", ran.out);
    assert!(ran.err.contains("did you mean `tag`?"), "{}", ran.err);
}

#[test]
fn candidates_come_nearest_first() {
    // Under the assignment of the small tenant: of two automations in the group one fails on less.
    let far = with(
        automation(2),
        &[
            (
                "/id",
                json!(format!(
                    "/subscriptions/{}/resourceGroups/rg-export/providers/Microsoft.Security/automations/a-far",
                    guid(2)
                )),
            ),
            ("/name", json!("a-far")),
            ("/properties/isEnabled", json!(false)),
            ("/properties/sources", json!([])),
        ],
    );
    let near = with(automation(2), &[("/properties/isEnabled", json!(false))]);
    let any_name = json!({"properties": {"displayName": "An export", "mode": "All", "policyRule": {
        "if": {"field": "type", "equals": "Microsoft.Resources/subscriptions"},
        "then": {"effect": "auditIfNotExists", "details": {
            "type": "Microsoft.Security/automations", "existenceScope": "subscription",
            "existenceCondition": {"allOf": [
                {"field": "Microsoft.Security/automations/isEnabled", "equals": true},
                {"count": {"field": "Microsoft.Security/automations/sources[*]"}, "greater": 0}]}}}}}});
    let tenant = Tenant::small()
        .json("automations.json", &json!([automation(1), far, near]))
        .json("policies/any.json", &any_name);
    let ran = shown(&tenant, &["two", ".", "--complete", "--policy", "policies/any.json"]);
    let names: Vec<usize> = ["ExportToWorkspace in rg-export", "a-far in rg-export"]
        .map(|name| ran.out.find(name).expect(name))
        .to_vec();
    assert!(names[0] < names[1], "{}", ran.out);
    assert!(
        ran.out.contains("fails on 1 condition ") && ran.out.contains("fails on 2 conditions"),
        "{}",
        ran.out
    );
    let satisfied = shown(&tenant, &["one", ".", "--complete", "--policy", "policies/any.json"]);
    assert!(satisfied.out.contains("meets the condition"), "{}", satisfied.out);
}

#[test]
fn what_an_export_does_not_carry_is_said_where_it_is_asked() {
    let bare = with(automation(1), &[("/properties", Value::Null)]);
    let tenant = Tenant::small().json("automations.json", &json!([bare]));
    let ran = shown(&tenant, &["one", "."]);
    assert_eq!(ran.code, 3, "{}", ran.out);
    assert!(ran.out.contains("? Undetermined") && ran.out.contains("doesn't carry"), "{}", ran.out);
}

#[test]
fn an_assignment_that_is_not_evaluated_is_named() {
    let unknown = with(
        assignment(),
        &[(
            "/properties/policyDefinitionId",
            json!("/providers/Microsoft.Authorization/policyDefinitions/none"),
        )],
    );
    let tenant = Tenant::small().json("assignments.json", &json!([unknown]));
    let ran = shown(&tenant, &["one", "."]);
    assert_eq!(ran.code, 3, "{}", ran.out);
    assert!(ran.out.contains("! not evaluated") && ran.out.contains("wasn't given"), "{}", ran.out);
}

#[test]
fn secrets_stay_hidden_in_both_forms() {
    let leaky = json!({"properties": {"displayName": "Leaky", "mode": "All", "policyRule": {
        "if": {"allOf": [
            {"field": "type", "equals": "Microsoft.Security/automations"},
            {"field": "Microsoft.Security/automations/actions[*].EventHub.connectionString", "notEquals": "x"}]},
        "then": {"effect": "audit"}}}});
    let secret = with(
        automation(1),
        &[(
            "/properties/actions",
            json!([{"actionType": "EventHub", "eventHubResourceId": "/x",
                "connectionString": "Endpoint=sb://h/;SharedAccessKeyName=n;SharedAccessKey=hunter2hunter2"}]),
        )],
    );
    let tenant = Tenant::small().json("automations.json", &json!([secret])).json("leaky.json", &leaky);
    for format in ["table", "json"] {
        let ran = shown(
            &tenant,
            &["ExportToWorkspace", ".", "--policy", "leaky.json", "--format", format, "--full"],
        );
        assert!(ran.out.contains("***") && !ran.out.contains("hunter2"), "{format}: {}", ran.out);
    }
}

#[test]
fn the_json_has_azures_members_and_fits_its_schema() {
    let schema: Value = serde_json::from_str(
        &fs::read_to_string(root().join("schemas/explanation.schema.json")).expect("the schema"),
    )
    .expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let check = |told: &Value| {
        let faults: Vec<String> = validator
            .iter_errors(told)
            .map(|fault| format!("{fault} at {}", fault.instance_path()))
            .collect();
        assert!(faults.is_empty(), "{faults:#?}");
    };
    let of = |resource: &str, fixture: &str| {
        let ran = azpol(&root(), &["explain", resource, &format!("fixtures/{fixture}"), "--format", "json"]);
        check(&ran.json());
        ran.json()
    };
    let told = of("app-prod-02", "contoso");
    for resource in ["sandbox-01", "sandbox-02", "data-prod", "law-central", "app-prod-01"] {
        of(resource, "contoso");
    }
    let one = told["explanations"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|one| text(&one["assignment"]["name"]) == "Deploy-Export-LA")
        .expect("the export");
    assert_eq!(one["state"], "NonCompliant");
    let details = &one["evaluationDetails"];
    let first = &details["evaluatedExpressions"][0];
    assert_eq!(first["expression"], "type");
    assert_eq!(first["expressionKind"], "Field");
    assert_eq!(first["operator"], "Equals");
    assert_eq!(first["result"], "True");
    assert_eq!(first["expressionValue"], "Microsoft.Resources/subscriptions");
    assert_eq!(details["ifNotExistsDetails"]["totalResources"], 1);
    let leaves = one["search"]["candidates"][0]["evaluatedExpressions"].as_array().expect("a list");
    let failing: Vec<&str> = leaves
        .iter()
        .filter(|leaf| leaf["result"] == "False")
        .map(|leaf| text(&leaf["expression"]))
        .collect();
    assert_eq!(failing, ["Microsoft.Security/automations/isEnabled"]);
    assert!(leaves.iter().any(|leaf| leaf["expressionKind"] == "Count"), "{leaves:?}");
    assert!(text(&leaves[0]["place"]["file"]).ends_with("export-to-log-analytics.yaml"));
    let tenant = Tenant::small().json("owner.json", &tags_policy("audit"));
    let ran = shown(&tenant, &["ExportToWorkspace", ".", "--policy", "owner.json", "--format", "json"]);
    check(&ran.json());
    let ran = shown(
        &Tenant::small().json("groups.json", &json!([group(1, "other")])),
        &["two", ".", "--format", "json"],
    );
    check(&ran.json());
}

#[test]
fn wrong_usage_is_told() {
    let tenant = Tenant::small();
    let ran = shown(&tenant, &["on", "."]);
    assert!(ran.code == 2 && ran.err.contains("did you mean `one`?"), "{}", ran.err);
    let ran = shown(&tenant, &["one"]);
    assert!(ran.code == 2 && ran.err.contains("RESOURCE INPUT…"), "{}", ran.err);
    let ran = shown(&tenant, &["azp0101"]);
    assert!(ran.code == 0 && ran.out.starts_with("# AZP0101"), "{}", ran.out);
    let ran = shown(&tenant, &["one", ".", "--policy", "nothing-like-it"]);
    assert!(ran.code == 2 && ran.err.contains("names no definition"), "{}", ran.err);
    let by_id = format!("/SUBSCRIPTIONS/{}", guid(1).to_uppercase());
    assert_eq!(shown(&tenant, &[&by_id, ".", "--complete"]).code, 0);
}

#[test]
fn ascii_is_enough_and_bytes_repeat() {
    let tenant = Tenant::small();
    let ran = shown(&tenant, &["two", ".", "--ascii"]);
    assert!(ran.out.is_ascii(), "{}", ran.out);
    assert_eq!(shown(&tenant, &["two", "."]).out, shown(&tenant, &["two", "."]).out);
}
