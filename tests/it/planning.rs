//! The plan: its folder, its tasks, its templates, and a snapshot for each of the six definitions.

use std::fs;

use serde_json::{Value, json};

use crate::tenant::{
    ALERT_WORKFLOW, EVENT_HUB, LOG_ANALYTICS, RECOMMENDATION_WORKFLOW, REGULATORY_WORKFLOW, TRUSTED_HUB,
    Tenant, assigned, group, guid, management_group, parameters, states, subscription, text, tree, with,
    workspace,
};

/// Written without a folder of its own among the inputs.
const WRITE: [&str; 3] = ["--complete", "-o", "plan"];

fn written(tenant: &Tenant) -> Value {
    let ran = tenant.plan(&WRITE);
    assert!(tenant.path().join("plan/plan.json").is_file(), "{}", ran.all());
    serde_json::from_str(&tenant.read("plan/plan.json")).expect("JSON")
}

/// The first template of a plan, from its folder.
fn template(tenant: &Tenant, plan: &Value) -> Value {
    let file = text(&plan["templates"][0]["file"]);
    serde_json::from_str(&tenant.read(&format!("plan/{file}"))).expect("JSON")
}

fn hub() -> String {
    format!(
        "/subscriptions/{}/resourceGroups/rg-hub/providers/Microsoft.EventHub/namespaces/ns/eventhubs/defender",
        guid(1)
    )
}

fn in_group(more: &Value) -> Value {
    let mut parameters =
        json!({"resourceGroupName": {"value": "rg-new"}, "resourceGroupLocation": {"value": "westeurope"}});
    parameters.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    parameters
}

fn workflow(trigger: &str) -> Value {
    let app =
        format!("/subscriptions/{}/resourceGroups/rg-hub/providers/Microsoft.Logic/workflows/soc", guid(1));
    in_group(&json!({"automationName": {"value": "to-soc"}, "logicAppResourceId": {"value": app},
        "logicAppTrigger": {"value": trigger}}))
}

/// Subscription `two`, empty, with one assignment.
fn lone(definition: &str, parameters: &Value) -> Tenant {
    Tenant::new()
        .json("tree.json", &tree(&[("mg-a", &[2])]))
        .json("subs.json", &json!([subscription(2)]))
        .json("groups.json", &json!([group(2, "rg-other")]))
        .json("automations.json", &json!([]))
        .json(
            "assignments.json",
            &json!([assigned("Policy", &management_group("mg-a"), definition, parameters)]),
        )
}

/// Everything is complete, automations too, although their listing is empty.
const ALL: [&str; 2] = ["--complete", "--complete=microsoft.security/automations"];

#[test]
fn each_of_the_six_definitions_has_its_plan() {
    let alerts = json!({"exportedDataTypes": {"value": ["Security alerts", "Overall secure score - snapshot"]},
        "alertSeverities": {"value": ["High", "Low"]}});
    let with_target = |name: &str, target: &str| {
        let mut parameters = in_group(&alerts);
        parameters[name] = json!({"value": target});
        parameters
    };
    let rule = format!("{}/authorizationRules/send", hub());
    for (what, definition, parameters) in [
        ("log_analytics", LOG_ANALYTICS, with_target("workspaceResourceId", &workspace())),
        ("event_hub", EVENT_HUB, with_target("eventHubDetails", &rule)),
        ("trusted_event_hub", TRUSTED_HUB, with_target("eventHubDetails", &hub())),
        (
            "alert_workflow",
            ALERT_WORKFLOW,
            workflow("When an Azure Security Center Alert is created or triggered"),
        ),
        (
            "recommendation_workflow",
            RECOMMENDATION_WORKFLOW,
            workflow("When an Azure Security Center Recommendation is created or triggered"),
        ),
        (
            "regulatory_workflow",
            REGULATORY_WORKFLOW,
            workflow(
                "When an Azure Security Center regulatory compliance assessment is created or triggered",
            ),
        ),
    ] {
        let tenant = lone(definition, &parameters);
        let ran = tenant.plan(&[&ALL[..], &["-o", "plan"]].concat());
        assert_eq!(ran.code, 0, "{what}: {}", ran.all());
        let plan: Value = serde_json::from_str(&tenant.read("plan/plan.json")).expect("JSON");
        let template = serde_json::to_string_pretty(&template(&tenant, &plan)).expect("JSON");
        let task = tenant.read(&format!("plan/{}", text(&plan["tasks"][0]["file"])));
        insta::assert_snapshot!(
            format!("plan_of_{what}"),
            format!("{}\n--- task\n{task}\n--- template\n{template}\n", ran.out)
        );
    }
}

#[test]
fn the_folder_holds_plan_tasks_templates_and_calls() {
    let tenant = Tenant::small();
    let plan = written(&tenant);
    let files = tenant.files("plan");
    assert_eq!(json!(files), plan["files"], "plan.json names every file");
    let task = text(&plan["tasks"][0]["file"]);
    assert!(files.iter().any(|file| file == task), "{files:?}");
    assert!(files.contains(&format!("deployments/{}.json", guid(2))), "{files:?}");
    let calls = tenant.read("plan/commands.sh");
    assert!(calls.contains("az rest --method put --url '/providers/Microsoft.Management/managementGroups/mg-a/providers/Microsoft.PolicyInsights/remediations/azpol-export-"), "{calls}");
    assert!(calls.contains(&format!("--body '@{task}'")), "{calls}");
    assert!(calls.contains("az deployment sub create --subscription "), "{calls}");
    let calls = tenant.read("plan/commands.ps1");
    assert!(
        calls.contains("Start-AzPolicyRemediation") && calls.contains("-ManagementGroupName 'mg-a'"),
        "{calls}"
    );
}

#[test]
fn a_task_names_its_rows() {
    let tenant = Tenant::small();
    let plan = written(&tenant);
    let task: Value =
        serde_json::from_str(&tenant.read(&format!("plan/{}", text(&plan["tasks"][0]["file"]))))
            .expect("JSON");
    assert_eq!(task, plan["tasks"][0]["body"]);
    assert_eq!(task["properties"]["filters"]["resourceIds"], json!([format!("/subscriptions/{}", guid(2))]));
    assert_eq!(plan["tasks"][0]["scope"], management_group("mg-a"));
    assert!(text(&plan["tasks"][0]["url"]).ends_with("api-version=2024-10-01"));
}

/// A tenant of `number` subscriptions without exports, under two groups, all listings complete.
fn crowd(number: usize) -> Tenant {
    let numbers: Vec<usize> = (1..=number).collect();
    let (few, many) = numbers.split_at(3);
    let mut root = tree(&[("mg-a", &[])]);
    root["children"][0]["children"] = tree(&[("mg-few", few), ("mg-many", many)])["children"].clone();
    Tenant::new()
        .json("tree.json", &root)
        .json("subs.json", &numbers.iter().map(|number| subscription(*number)).collect())
        .json("automations.json", &json!([]))
        .json("assignments.json", &json!([crate::tenant::assignment()]))
}

#[test]
fn a_hundred_rows_are_named_and_more_are_counted() {
    let tenant = crowd(100);
    let plan = tenant.planned(&ALL);
    let properties = &plan["tasks"][0]["body"]["properties"];
    assert_eq!(properties["filters"]["resourceIds"].as_array().map(Vec::len), Some(100));
    assert!(properties["resourceCount"].is_null());
    let more = crowd(105).planned(&ALL);
    let properties = &more["tasks"][0]["body"]["properties"];
    assert_eq!(properties["resourceCount"], 105);
    assert!(properties["filters"].is_null());
    assert!(
        more["tasks"][0]["notes"][0].as_str().is_some_and(|note| note.contains("left out")),
        "{}",
        more["tasks"][0]
    );
}

#[test]
fn the_count_is_that_of_the_scope_whatever_was_selected() {
    let plan = crowd(105).planned(&[&ALL[..], &["--scope", "mg-many"]].concat());
    assert_eq!(plan["deployments"].as_array().map(Vec::len), Some(102));
    assert_eq!(plan["tasks"][0]["body"]["properties"]["resourceCount"], 105, "the task's scope is mg-a");
}

#[test]
fn a_folder_that_azpol_did_not_write_is_refused() {
    let tenant = Tenant::small().file("plan/precious.txt", "mine");
    let ran = tenant.plan(&WRITE);
    assert_ne!(ran.code, 0);
    assert!(ran.err.contains("precious.txt"), "{}", ran.err);
    assert_eq!(tenant.files("plan"), ["precious.txt"]);
    // Its own plan is replaced, whole.
    let tenant = Tenant::small();
    written(&tenant);
    let before = tenant.files("plan");
    let tenant =
        tenant.json("automations.json", &json!([crate::tenant::automation(1), crate::tenant::automation(2)]));
    let plan = written(&tenant);
    assert_eq!(plan["deployments"], json!([]));
    assert!(tenant.files("plan").len() < before.len(), "nothing of the old plan stays");
    // Its own plan with something else in it isn't.
    let tenant = tenant.file("plan/notes.txt", "mine");
    let ran = tenant.plan(&WRITE);
    assert_ne!(ran.code, 0);
    assert_eq!(tenant.read("plan/notes.txt"), "mine");
}

#[test]
fn it_is_written_whole_or_not_at_all() {
    let tenant = Tenant::small().file("plan", "a file");
    let ran = tenant.plan(&WRITE);
    assert_ne!(ran.code, 0, "{}", ran.all());
    assert_eq!(tenant.read("plan"), "a file");
    let below = tenant.azpol(&["plan", ".", "--complete", "-o", "plan/deeper"]);
    assert_ne!(below.code, 0, "{}", below.all());
    let left: Vec<String> = fs::read_dir(tenant.path())
        .expect("a folder")
        .map(|entry| entry.expect("entry").file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(left.len(), 6, "nothing is left behind: {left:?}");
}

#[test]
fn a_template_is_a_deployable_one() {
    let tenant = Tenant::small();
    let plan = written(&tenant);
    let template = template(&tenant, &plan);
    assert!(text(&template["$schema"]).ends_with("subscriptionDeploymentTemplate.json#"), "{template}");
    assert_eq!(template["contentVersion"], "1.0.0.0");
    let resources = template["resources"].as_array().expect("resources");
    for resource in resources {
        for member in ["type", "apiVersion", "name"] {
            assert!(resource[member].is_string(), "{member}: {resource}");
        }
    }
    let nested = resources
        .iter()
        .find(|resource| resource["type"] == "Microsoft.Resources/deployments")
        .expect("a nested one");
    assert_eq!(nested["resourceGroup"], "rg-export");
    let automation = &nested["properties"]["template"]["resources"][0];
    assert_eq!(
        (text(&automation["type"]), text(&automation["name"])),
        ("Microsoft.Security/automations", "ExportToWorkspace")
    );
    let place = format!("/subscriptions/{}", guid(2));
    assert_eq!(automation["properties"]["scopes"][0]["scopePath"], place, "concrete");
    assert!(!template.to_string().contains("parameters('"), "nothing is left to compute: {template}");
}

#[test]
fn listkeys_stays_an_expression_and_new_guid_does_not() {
    let mut parameters = in_group(&json!({}));
    parameters["eventHubDetails"] = json!({"value": format!("{}/authorizationRules/send", hub())});
    let tenant = lone(EVENT_HUB, &parameters);
    let ran = tenant.plan(&[&ALL[..], &["-o", "plan"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.all());
    let file = format!("plan/deployments/{}.json", guid(2));
    let template = tenant.read(&file);
    assert!(template.to_lowercase().contains("[listkeys('/subscriptions/"), "{template}");
    assert!(!template.to_lowercase().contains("newguid"), "{template}");
    let plan = tenant.read("plan/plan.json");
    assert!(!plan.to_lowercase().contains("newguid"), "{plan}");
}

#[test]
fn a_literal_that_begins_with_a_bracket_is_doubled() {
    let mut parameters = parameters();
    parameters["exportedDataTypes"] = json!({"value": ["Secure score controls"]});
    parameters["secureScoreControlsNames"] = json!({"value": ["[concat('a')]", "[x"]});
    let tenant = lone(LOG_ANALYTICS, &parameters);
    let ran = tenant.plan(&[&ALL[..], &["-o", "plan"]].concat());
    let template = tenant.read(&format!("plan/deployments/{}.json", guid(2)));
    assert!(template.contains("\"[[concat('a')]\""), "{}\n{template}", ran.all());
    assert!(!template.contains("\"[concat('a')]\""), "{template}");
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let tenant = Tenant::small();
    for folder in ["first", "second"] {
        let ran = tenant.azpol(&["plan", ".", "--complete", "-o", folder]);
        assert_eq!(ran.code, 0, "{}", ran.all());
    }
    let files = tenant.files("first");
    assert_eq!(files, tenant.files("second"));
    for file in files {
        assert_eq!(tenant.read(&format!("first/{file}")), tenant.read(&format!("second/{file}")), "{file}");
    }
}

#[test]
fn what_arm_would_refuse_is_listed_with_the_expression_that_fails() {
    for (parameter, wanted) in
        [("alertSeverities", "alertSeverities"), ("exportedDataTypes", "exportedDataTypes")]
    {
        let empty = with(parameters(), &[(&format!("/{parameter}"), json!({"value": []}))]);
        let tenant = lone(LOG_ANALYTICS, &empty);
        let ran = tenant.plan(&[&ALL[..], &["--format", "json"]].concat());
        assert_eq!(ran.code, 1, "{parameter}: {}", ran.all());
        let result = ran.json();
        assert_eq!(states(&result), ["two NonCompliant"]);
        let plan = &result["plan"];
        assert_eq!((&plan["deployments"], &plan["tasks"]), (&json!([]), &json!([])), "{parameter}");
        let refusal = &plan["notDeployable"][0]["refusals"][0];
        assert!(text(&refusal["expression"]).contains(wanted), "{refusal}");
        assert!(tenant.plan(&ALL).out.contains("Not deployable"), "the table has it");
    }
}

#[test]
fn what_the_one_who_runs_it_needs_is_said_scope_by_scope() {
    let mut parameters = in_group(&json!({}));
    let rule = format!("{}/authorizationRules/send", hub());
    parameters["eventHubDetails"] = json!({"value": rule});
    let plan = lone(EVENT_HUB, &parameters)
        .planned(&[&ALL[..], &["--complete=microsoft.authorization/roleassignments"]].concat());
    let rights: Vec<(&str, String)> = plan["rights"]
        .as_array()
        .expect("rights")
        .iter()
        .map(|right| (text(&right["needs"]), right["scopes"].to_string()))
        .collect();
    let group = format!("/subscriptions/{}/resourceGroups/rg-new", guid(2));
    for (needs, scope) in [
        ("Microsoft.Security/automations/write", group.as_str()),
        ("Microsoft.PolicyInsights/remediations/write", "managementGroups/mg-a"),
        ("Microsoft.Authorization/roleAssignments/write", "eventhubs/defender"),
        ("Microsoft.Resources/deployments/write", "/subscriptions/"),
    ] {
        assert!(
            rights.iter().any(|(n, scopes)| *n == needs && scopes.contains(scope)),
            "{needs}: {rights:#?}"
        );
    }
    assert!(
        rights.iter().any(|(n, scopes)| n.ends_with("listKeys/action") && scopes.contains(&rule)),
        "{rights:#?}"
    );
    let roles = plan["rights"].to_string();
    assert!(roles.contains("Security Admin") && roles.contains("Owner"), "{roles}");
}
