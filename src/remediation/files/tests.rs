use std::sync::Arc;

use crate::arm::Semantics;
use crate::arm::template::{DeployedResource, Expansion};
use crate::compliance::{ComplianceState, PolicyState};
use crate::remediation::plan::{Expanded, PlanInput, RemediationPlan};
use crate::remediation::sample::{
    Tenant, assigned, automation, deployed, group, resource, row, subscription,
};

use super::PlanFiles;

fn plan(
    tenant: &Tenant,
    scope: &str,
    subscriptions: &[&str],
    resources: &(dyn Fn(&str) -> Vec<DeployedResource> + Sync),
) -> RemediationPlan {
    let rows: Vec<_> = subscriptions.iter().map(|id| row(0, id, ComplianceState::NonCompliant)).collect();
    RemediationPlan::new(PlanInput {
        semantics: Semantics::default(),
        assignments: vec![assigned("Deploy-Export-LA", scope)],
        rows: &rows,
        estate: tenant,
        other_tenants: Vec::new(),
        in_scope: &|_| rows.len(),
        expand: &|row| {
            Ok(Expanded {
                expansion: Expansion {
                    resources: resources(row.subscription.as_str()),
                    eager_faults: Vec::new(),
                    nested: Vec::new(),
                },
                secrets: vec!["hunter2".into()],
            })
        },
        evaluate: &|_| {
            rows.iter().map(|row| PolicyState { state: ComplianceState::Compliant, ..row.clone() }).collect()
        },
    })
}

const MG: &str = "/providers/Microsoft.Management/managementGroups/mg";

/// A plan that makes a group and an export in each of these subscriptions.
pub(crate) fn planned(subscriptions: &[&str]) -> RemediationPlan {
    let tenant = Tenant::with(subscriptions.iter().map(|id| subscription(id, &["mg"])).collect(), vec![]);
    plan(&tenant, MG, subscriptions, &|id| vec![group(id), automation(id, &["Alerts"])])
}

fn text(files: &PlanFiles, path: &str) -> String {
    String::from_utf8(files.get(path).expect(path).to_vec()).expect("UTF-8")
}

#[test]
fn the_same_plan_gives_the_same_bytes() {
    assert_eq!(PlanFiles::new(&planned(&["s1", "s2"])), PlanFiles::new(&planned(&["s1", "s2"])));
}

#[test]
fn the_plan_fits_its_schema() {
    let schema = include_str!("../../../schemas/plan.schema.json");
    let schema: serde_json::Value = serde_json::from_str(schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let mut whole = planned(&["s1", "s2"]);
    for (plan, what) in [(planned(&[]), "empty"), (planted(), "planted"), (whole.clone(), "plain")] {
        let files = PlanFiles::new(&plan);
        let instance: serde_json::Value = serde_json::from_str(&text(&files, "plan.json")).expect("JSON");
        let faults: Vec<_> =
            validator.iter_errors(&instance).map(|e| format!("{e} at {}", e.instance_path())).collect();
        assert!(faults.is_empty(), "{what}: {faults:?}");
        let names: Vec<_> = files.iter().map(|(path, _)| path).collect();
        assert_eq!(instance["files"], serde_json::json!(names));
    }
    // The schema isn't one that takes anything.
    whole.tasks.clear();
    let mut instance = crate::remediation::json::plan(&whole);
    assert!(validator.is_valid(&instance), "a result has no files");
    instance["hazards"][0]["code"] = "hazard".into();
    assert!(!validator.is_valid(&instance));
}

const PLANTED: &str = "a'$(touch pwned)`id`\"\n##vso[task.complete]\n::error::x ../../[evil";

/// Names with everything in them that could break out of a file.
fn planted() -> RemediationPlan {
    let mut evil = subscription("../s1", &["mg"]);
    evil.display_name = PLANTED.into();
    let group_id = format!("/subscriptions/../s1/resourceGroups/{}", PLANTED.replace('/', "_"));
    let tags = serde_json::json!({"location": "westeurope", "tags": {PLANTED: PLANTED}}).to_string();
    // An id of its own, since what is planted can't be told from folders.
    let tenant = Tenant::with(vec![evil], vec![resource(&group_id.replace("../", ""), &tags)]);
    let scope = format!("/subscriptions/s1/resourceGroups/{}", PLANTED.replace('/', "_"));
    let group_id = group_id.replace("../", "");
    let mut plan = plan(&tenant, &scope, &["../s1"], &|_| {
        let automation =
            format!("{group_id}/providers/Microsoft.Security/automations/{}", PLANTED.replace('/', "_"));
        let body = serde_json::json!({
            "location": "westeurope",
            "properties": {"isEnabled": true, "description": PLANTED, "note": "hunter2", "actions": [
                {"actionType": "EventHub", "connectionString": "Endpoint=sb://x;SharedAccessKey=zq1"},
                {"actionType": "LogicApp", "logicAppResourceId": "/subscriptions/s/x", "uri": "https://x?sig=zq2"}]}
        });
        vec![deployed(&group_id, r#"{"location": "westeurope"}"#), deployed(&automation, &body.to_string())]
    });
    Arc::make_mut(&mut plan.assignments[0].assignment).display_name = PLANTED.into();
    plan
}

#[test]
fn nothing_planted_gets_out() {
    let plan = planted();
    assert_eq!(plan.deployments.len(), 1);
    let files = PlanFiles::new(&plan);
    for (path, bytes) in files.iter() {
        assert!(!path.contains("..") && !path.contains(['$', '\'', '[', '\n', ' ']), "{path}");
        let text = std::str::from_utf8(bytes).expect("UTF-8");
        assert!(!text.contains("##vso["), "{path}:\n{text}");
        assert!(!text.contains("::error"), "{path}:\n{text}");
        for secret in ["zq1", "zq2", "hunter2"] {
            assert!(!text.contains(secret), "{secret} in {path}:\n{text}");
        }
    }
    for (path, lines) in [("commands.sh", 40), ("commands.ps1", 25)] {
        assert!(text(&files, path).lines().count() < lines, "no name breaks a line of {path}");
    }
    let template = files.iter().find(|(path, _)| path.starts_with("deployments/")).expect("a template").0;
    let template: serde_json::Value = serde_json::from_str(&text(&files, template)).expect("JSON");
    // The group lies in another subscription than the row, so a nested deployment makes it.
    let group = &template["resources"][0]["properties"]["template"]["resources"][0];
    assert_eq!(group["name"], PLANTED.replace('/', "_"));
    assert_eq!(template["parameters"].as_object().map(serde_json::Map::len), Some(3));
}

#[test]
fn bash_takes_the_script_for_what_it_is() {
    let dir = tempfile::tempdir().expect("a folder");
    let files = PlanFiles::new(&planted());
    for (path, bytes) in files.iter() {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        std::fs::write(path, bytes).expect("written");
    }
    // A stand-in for `az` that writes down its arguments, one a line.
    let az = dir.path().join("bin");
    std::fs::create_dir(&az).expect("made");
    std::fs::write(az.join("az"), "#!/bin/sh\nprintf '%s\\n' \"$@\" >> \"$AZ_LOG\"\n").expect("written");
    let bash = |arguments: &[&str]| {
        std::process::Command::new("bash")
            .arg("-c")
            .arg("chmod +x bin/az; export PATH=\"$PWD/bin:$PATH\" AZ_LOG=\"$PWD/log\"; bash commands.sh \"$@\"")
            .arg("bash")
            .args(arguments)
            .current_dir(dir.path())
            .output()
    };
    let Ok(usage) = bash(&[]) else { return };
    assert_eq!(usage.status.code(), Some(2), "nothing runs unasked: {usage:?}");
    for way in ["tasks", "deployments"] {
        let run = bash(&[way]).expect("bash");
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    }
    assert!(!dir.path().join("pwned").exists());
    let log = std::fs::read_to_string(dir.path().join("log")).expect("a log");
    assert!(
        log.starts_with("rest\n--method\nput\n--url\n/subscriptions/s1/resourceGroups/a%27%24%28touch"),
        "{log}"
    );
    assert!(log.contains("deployment\nsub\ncreate\n--subscription\n"), "{log}");
}
