//! The second verdict from outside: the worked examples, the example tenants, the gate, the templates.

use std::fs;

use serde_json::{Value, json};

use crate::tenant::{
    Tenant, assigned, automation, azpol, group, management_group, root, rows, subscription, text, tree, with,
    workspace,
};

const ALL: [&str; 3] = [
    "--complete",
    "--complete=microsoft.security/automations",
    "--complete=microsoft.resources/subscriptions/resourcegroups",
];

/// One subscription with these automations, and an assignment of a definition of the tenant's own that asks for an
/// automation with these sources.
fn asked(sources: &Value, automations: &Value) -> Tenant {
    let resource = json!({
        "type": "Microsoft.Security/automations", "apiVersion": "2019-01-01-preview", "name": "ExportToWorkspace",
        "location": "westeurope", "properties": {
            "isEnabled": true, "scopes": [{"scopePath": "[subscription().id]"}], "sources": sources,
            "actions": [{"actionType": "Workspace", "workspaceResourceId": workspace()}]}});
    let template = json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0", "resources": [resource]});
    let details = json!({
        "type": "Microsoft.Security/automations", "name": "ExportToWorkspace", "existenceScope": "resourceGroup",
        "resourceGroupName": "rg-export", "roleDefinitionIds": [],
        "existenceCondition": {"field": "Microsoft.Security/automations/isEnabled", "equals": true},
        "deployment": {"properties": {"mode": "incremental", "template": template}}});
    let id = format!("{}/providers/Microsoft.Authorization/policyDefinitions/own", management_group("mg-a"));
    let definition = json!({
        "id": id, "name": "own", "type": "Microsoft.Authorization/policyDefinitions",
        "properties": {"displayName": "Own", "policyType": "Custom", "mode": "All", "policyRule": {
            "if": {"field": "type", "equals": "Microsoft.Resources/subscriptions"},
            "then": {"effect": "deployIfNotExists", "details": details}}}});
    let own = assigned("Own", &management_group("mg-a"), "own", &json!({}));
    let own = with(own, &[("/properties/policyDefinitionId", json!(id))]);
    Tenant::new()
        .json("tree.json", &tree(&[("mg-a", &[1])]))
        .json("subs.json", &json!([subscription(1)]))
        .json("groups.json", &json!([group(1, "rg-export"), group(1, "rg-hub")]))
        .json("automations.json", automations)
        .json("definitions.json", &json!([definition]))
        .json("assignments.json", &json!([own]))
}

fn intent(tenant: &Tenant) -> Value {
    let result = tenant.scan(&[&ALL[..], &["--format", "json"]].concat()).json();
    rows(&result)[0]["intent"].clone()
}

/// The subscription's automation, for all alerts.
fn everything() -> Value {
    with(automation(1), &[("/properties/sources", json!([{"eventSource": "Alerts"}]))])
}

/// `Alerts: Severity Equals high, …` as sources of an automation.
fn sources(lines: &[&str]) -> Value {
    let mut sources: Vec<(String, Option<Vec<Value>>)> = Vec::new();
    for line in lines {
        let (event, rules) =
            line.split_once(": ").map_or((*line, None), |(event, rules)| (event, Some(rules)));
        let set = rules.map(|rules| {
            let rules: Vec<Value> = rules
                .split(", ")
                .map(|rule| {
                    let parts: Vec<&str> = rule.splitn(3, ' ').collect();
                    json!({"propertyJPath": parts[0], "propertyType": "String", "operator": parts[1],
                        "expectedValue": parts[2]})
                })
                .collect();
            json!({"rules": rules})
        });
        match sources.iter_mut().find(|(name, _)| name == event) {
            Some((_, sets)) => sets.as_mut().expect("rule sets").extend(set),
            None => sources.push((event.to_owned(), set.map(|set| vec![set]))),
        }
    }
    sources.into_iter().map(|(event, sets)| json!({"eventSource": event, "ruleSets": sets})).collect()
}

#[test]
fn the_worked_examples_are_what_they_say() {
    let page = fs::read_to_string(root().join("docs/intent.md")).expect("docs/intent.md");
    let mut count = 0;
    for example in page.split("```intent\n").skip(1) {
        let example = example.split("```").next().expect("an end");
        let (mut part, mut required, mut found) = ("", Vec::new(), Vec::new());
        let mut wanted: Vec<(&str, &str)> = Vec::new();
        for line in example.lines() {
            match (line.strip_prefix("  "), part) {
                (Some(rule), "asked") => required.push(rule),
                (Some(rule), _) => found.push(rule),
                (None, _) => match line.split_once(' ') {
                    Some(pair) => wanted.push(pair),
                    None => part = line,
                },
            }
        }
        let has = with(automation(1), &[("/properties/sources", sources(&found))]);
        let intent = intent(&asked(&sources(&required), &json!([has])));
        assert!(wanted.iter().any(|(key, _)| *key == "verdict"), "{example}");
        for (key, value) in wanted {
            let is = match key {
                "event" => intent["gaps"][0]["event"].clone(),
                key => intent[key].clone(),
            };
            let value =
                if key == "event" { serde_json::from_str(value).expect("JSON") } else { json!(value) };
            assert_eq!(is, value, "{example}\n{intent:#}");
        }
        count += 1;
    }
    assert!(count >= 11, "{count} examples");
}

#[test]
fn contoso_shows_what_azure_does_not() {
    let result = azpol(&root(), &["scan", "fixtures/contoso", "--format", "json"]).json();
    let row = |name: &str| {
        let of = |row: &&Value| {
            row["subscriptionName"] == name && text(&row["assignmentId"]).ends_with("/Deploy-Export-LA")
        };
        rows(&result).iter().find(of).expect("a row").clone()
    };
    for (name, state, verdict, says) in [
        ("security-core", "Compliant", "Covered", ""),
        ("app-dev-01", "Compliant", "WrongDestination", "sends to law-old, asked for law-central"),
        ("app-dev-02", "Compliant", "PartlyCovered", "medium and high alerts don't leave (exported: low)"),
        ("hr-prod", "Compliant", "PartlyCovered", "only what lies in rg-hr-core leaves"),
        (
            "management",
            "Compliant",
            "Duplicated",
            "6 sources leave twice, by defender-to-law and ExportToWorkspace",
        ),
        ("app-prod-01", "NonCompliant", "Missing", "nothing sends to law-central what is asked"),
        ("app-prod-02", "NonCompliant", "Disabled", "ExportToWorkspace is disabled"),
        ("data-prod", "NonCompliant", "PartlyCovered", "regulatory compliance doesn't leave"),
        ("data-dev", "NonCompliant", "Covered", ""),
        ("sandbox-02", "NonCompliant", "Covered", ""),
    ] {
        let row = row(name);
        assert_eq!((text(&row["state"]), text(&row["intent"]["verdict"])), (state, verdict), "{name}");
        assert_eq!(text(&row["intent"]["text"]), says, "{name}");
        let rests = row["intent"]["automations"].as_array().expect("a list");
        assert_eq!(rests.is_empty(), verdict == "Missing", "{name}: {rests:?}");
    }
    assert_eq!(result["compliantIntentNotMet"], 3);
    let severities = &row("app-dev-02")["intent"];
    assert_eq!(severities["gaps"][0]["event"]["body"], json!({"Severity": "High"}), "{severities:#}");
    assert_eq!(severities["deployingAgainMends"], true);
    let tables = severities["destinations"][0]["tables"].as_array().expect("tables");
    assert!(tables.contains(&json!({"eventSource": "Alerts", "table": "SecurityAlert"})), "{tables:?}");
    let outside = &row("hr-prod")["intent"]["gaps"][0]["event"]["outsideOf"];
    assert!(text(&outside[0]).ends_with("/rg-hr-core"), "{outside}");
    let notes = result["automationNotes"].as_array().expect("notes");
    let hidden = |name: &str| {
        notes.iter().any(|n| n["code"] == "AZP0916" && text(&n["automation"]).ends_with(&format!("/{name}")))
    };
    assert!(hidden("defender-to-law"));
}

#[test]
fn the_summary_says_what_auditors_do_not_know() {
    for command in ["scan", "plan"] {
        let ran = azpol(&root(), &[command, "fixtures/contoso"]);
        assert!(ran.out.contains("Compliant for Azure, intent not met: 3"), "{}", ran.out);
        assert!(ran.out.contains("! destination  app-dev-01"), "{}", ran.out);
    }
}

#[test]
fn wishes_are_met_and_unmet() {
    let result = azpol(&root(), &["scan", "fixtures/wishes", "--format", "json"]).json();
    let mut unmet = Vec::new();
    for row in rows(&result) {
        assert_eq!(row["state"], "Compliant", "{row:#}");
        let verdict = text(&row["intent"]["verdict"]);
        if verdict != "Covered" {
            let of = text(&row["assignmentId"]).rsplit('/').next().expect("a name");
            unmet.push(format!("{} {of} {verdict}", text(&row["subscriptionName"])));
        }
    }
    unmet.sort();
    assert_eq!(
        unmet,
        [
            "alerts-unmet High-alerts Missing",
            "findings-unmet SQL-findings PartlyCovered",
            "names-unmet Named-to-hub PartlyCovered",
            "names-unmet Named-to-workspace PartlyCovered",
        ]
    );
    let notes = result["automationNotes"].as_array().expect("notes");
    assert!(notes.iter().any(|note| note["code"] == "AZP0911"), "what exports nothing is named");
}

#[test]
fn the_gate_fails_on_the_intent_only_where_it_is_asked_for() {
    assert_eq!(azpol(&root(), &["scan", "fixtures/wishes"]).code, 0);
    assert_eq!(azpol(&root(), &["scan", "fixtures/wishes", "--fail-on", "intent"]).code, 1);
    let one = ["scan", "fixtures/wishes", "--subscription", "all-met", "--fail-on", "intent"];
    assert_eq!(azpol(&root(), &one).code, 0);
    assert_eq!(azpol(&root(), &["plan", "fixtures/contoso", "--fail-on", "intent"]).code, 1);
    let open = asked(&sources(&["Alerts: Unknown Equals x"]), &json!([automation(1)]));
    let scan = |list: &str| open.scan(&[&ALL[..], &["--fail-on", list]].concat()).code;
    assert_eq!(scan("intent,undetermined"), 3, "what can't be said passes no gate that asks for it");
    assert_eq!(scan("intent"), 0);
}

#[test]
fn an_intent_that_cannot_be_expanded_is_undetermined_with_its_reason() {
    let own = asked(&json!("[reference('x').sources]"), &json!([automation(1)]));
    let found = intent(&own);
    assert_eq!(found["verdict"], "Undetermined", "{found:#}");
    assert!(!text(&found["text"]).is_empty());
}

#[test]
fn several_destinations_that_are_asked_for_are_all_looked_at() {
    let both = json!([{"eventSource": "Alerts"}]);
    let tenant = asked(&both, &json!([everything()]));
    assert_eq!(intent(&tenant)["verdict"], "Covered");
    let action = json!({"actionType": "Workspace", "workspaceResourceId": format!("{}-2", workspace())});
    let other = with(everything(), &[("/properties/actions/0", action)]);
    let intent = intent(&asked(&both, &json!([other])));
    assert_eq!(intent["verdict"], "WrongDestination", "{intent:#}");
}

#[test]
fn without_a_complete_listing_only_presence_is_said() {
    let own = asked(&sources(&["Alerts"]), &json!([]));
    let of = |arguments: &[&str]| {
        let result = own.scan(&[arguments, &["--format", "json"]].concat()).json();
        rows(&result)[0]["intent"]["verdict"].clone()
    };
    assert_eq!(of(&[]), "Undetermined");
    assert_eq!(of(&ALL), "Missing");
    let own = asked(&sources(&["Alerts"]), &json!([everything()]));
    let result = own.scan(&["--format", "json"]).json();
    assert_eq!(rows(&result)[0]["intent"]["verdict"], "Covered");
}

#[test]
fn a_destination_is_gone_where_a_complete_listing_lacks_it() {
    let own = asked(&sources(&["Alerts"]), &json!([everything()]));
    let listed = "--complete=Microsoft.OperationalInsights/workspaces";
    let result = own.scan(&[&ALL[..], &[listed, "--format", "json"]].concat()).json();
    assert_eq!(rows(&result)[0]["intent"]["verdict"], "DestinationGone", "{:#}", rows(&result)[0]["intent"]);
}

#[test]
fn deploying_again_gives_templates_where_it_mends() {
    let folder = tempfile::tempdir().expect("a folder");
    let plan = folder.path().join("plan");
    let out = plan.to_str().expect("UTF-8");
    let arguments = ["plan", "fixtures/contoso", "--plan-intent", "-o", out, "--format", "json"];
    let ran = azpol(&root(), &arguments);
    let result = ran.json();
    let templates = result["intentTemplates"].as_array().expect("templates");
    assert_eq!(templates.len(), 3, "app-dev-01, app-dev-02 and hr-prod");
    for template in templates {
        let file = plan.join(text(&template["file"]));
        let written: Value = serde_json::from_str(&fs::read_to_string(file).expect("written")).expect("JSON");
        assert_eq!(written, template["template"]);
        assert!(written.to_string().contains("ExportToWorkspace"));
    }
    let whole: Value =
        serde_json::from_str(&fs::read_to_string(plan.join("plan.json")).expect("written")).expect("JSON");
    let planned = whole["deployments"].as_array().expect("deployments").len();
    assert_eq!(planned, 7, "no plan is made from the intent");
    let plain = azpol(&root(), &["plan", "fixtures/contoso", "--format", "json"]).json();
    assert_eq!(plain["intentTemplates"], Value::Null);
}

#[test]
fn an_assignment_that_deploys_no_automation_has_no_intent() {
    let tenant = Tenant::small();
    let result = tenant.result(&ALL);
    assert!(rows(&result).iter().all(|row| row["intent"].is_object()), "an export has one");
    let audit = json!({"id": "/providers/Microsoft.Authorization/policyDefinitions/audit", "name": "audit",
        "type": "Microsoft.Authorization/policyDefinitions", "properties": {"policyType": "Custom", "mode": "All",
        "displayName": "Audit", "policyRule": {"if": {"field": "type", "equals": "Microsoft.Resources/subscriptions"},
        "then": {"effect": "auditIfNotExists", "details": {"type": "Microsoft.Security/automations"}}}}});
    let tenant = Tenant::small().json("definitions.json", &json!([audit])).json(
        "assignments.json",
        &json!([assigned("Audit", &management_group("mg-a"), "audit", &json!({}))]),
    );
    let result = tenant.result(&ALL);
    assert!(!rows(&result).is_empty() && rows(&result).iter().all(|row| row["intent"].is_null()));
}
