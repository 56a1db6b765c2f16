//! Secrets are masked in every output, and names from the inventory reach files and scripts only quoted and as ids.

use std::path::Path;

use serde_json::{Value, json};

use crate::tenant::{
    EVENT_HUB, Ran, Tenant, assigned, assignment, automation, guid, management_group, subscription, text,
    tree, with,
};

const KEY: &str = "c2VjcmV0LWtleS1vZi10aGUtaHViLTAwMDAwMDAwMDA9";
const SIGNATURE: &str = "Zm9vYmFyc2lnbmF0dXJl";

/// An automation of `two` whose actions hold secrets, switched off.
fn leaking() -> Value {
    let connection = format!(
        "Endpoint=sb://ns.servicebus.windows.net/;SharedAccessKeyName=send;SharedAccessKey={KEY};EntityPath=h"
    );
    let uri = format!(
        "https://prod-01.westeurope.logic.azure.com:443/workflows/a/triggers/manual/paths/invoke?api-version=2016-10-01&sp=%2Ftriggers&sv=1.0&sig={SIGNATURE}"
    );
    with(
        automation(2),
        &[
            ("/properties/isEnabled", json!(false)),
            (
                "/properties/actions",
                json!([
            {"actionType": "EventHub", "eventHubResourceId": "/subscriptions/x/resourceGroups/y/providers/Microsoft.EventHub/namespaces/ns/eventhubs/h",
                "sasPolicyName": "send", "connectionString": connection},
            {"actionType": "LogicApp", "logicAppResourceId": "/subscriptions/x/resourceGroups/y/providers/Microsoft.Logic/workflows/w", "uri": uri}]),
            ),
        ],
    )
}

fn is_json(file: &str) -> bool {
    Path::new(file).extension().is_some_and(|extension| extension == "json")
}

/// All that a run and its folder say.
fn everything(tenant: &Tenant, arguments: &[&str]) -> String {
    let mut all = String::new();
    let mut add = |ran: Ran| all.push_str(&ran.all());
    add(tenant.scan(arguments));
    add(tenant.scan(&[arguments, &["--format", "json"]].concat()));
    add(tenant.plan(&[arguments, &["--format", "json"]].concat()));
    add(tenant.plan(&[arguments, &["-o", "plan"]].concat()));
    for file in tenant.files("plan") {
        all.push_str(&file);
        all.push_str(&tenant.read(&format!("plan/{file}")));
    }
    all
}

#[track_caller]
fn hides(all: &str, secrets: &[&str]) {
    for secret in secrets {
        if let Some(at) = all.find(secret) {
            let line = all[..at].rfind('\n').map_or(0, |newline| newline + 1);
            panic!("`{secret}` leaks: {}", all[line..].lines().next().unwrap_or_default());
        }
    }
}

#[test]
fn what_an_automation_holds_is_masked_everywhere() {
    let tenant = Tenant::small().json("automations.json", &json!([automation(1), leaking()]));
    let all = everything(&tenant, &["--complete"]);
    assert!(all.contains("isEnabled"), "the automation is spoken of");
    hides(&all, &[KEY, SIGNATURE]);
}

#[test]
fn excerpts_of_diagnostics_are_masked_too() {
    // Two contents of one id, keys that stand twice, and a file that is cut: each shows an excerpt.
    let line = leaking().to_string();
    let other = with(leaking(), &[("/location", json!("northeurope"))]).to_string();
    let twice = line.replacen("\"isEnabled\":false", "\"isEnabled\":false,\"isEnabled\":true", 1);
    for (what, bytes) in [
        ("two contents", format!("[{line},{other}]")),
        ("a key twice", format!("[{twice}]")),
        ("cut behind the secret", line[..line.find(SIGNATURE).expect("it") + SIGNATURE.len() + 2].to_owned()),
        ("cut within the secret", line[..line.find(KEY).expect("it") + KEY.len() - 3].to_owned()),
        ("a wrong type", format!("[{}]", line.replacen("\"location\":\"westeurope\"", "\"location\":[]", 1))),
    ] {
        let tenant = Tenant::small().file("leak.json", &bytes);
        let ran = tenant.scan(&["--complete"]);
        let json = tenant.scan(&["--complete", "--format", "json"]);
        assert!(!ran.err.is_empty(), "{what}");
        hides(&(ran.all() + &json.all()), &[&KEY[..20], &SIGNATURE[..12]]);
    }
}

#[test]
fn an_address_of_a_logic_app_is_a_secret_without_its_signature_too() {
    let uri = "https://prod-01.westeurope.logic.azure.com:443/workflows/0123456789abcdef/triggers/manual/paths/invoke";
    let bare = with(leaking(), &[("/properties/actions/1/uri", json!(uri))]);
    let tenant = Tenant::small().json("automations.json", &json!([automation(1), bare]));
    hides(&everything(&tenant, &["--complete"]), &["0123456789abcdef"]);
}

/// A definition that deploys an automation with a secret of an assignment's.
fn secretive() -> Value {
    let template = json!({"$schema": "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#",
        "contentVersion": "1.0.0.0", "parameters": {"password": {"type": "securestring"}}, "resources": [
        {"type": "Microsoft.Resources/resourceGroups", "apiVersion": "2021-04-01", "name": "rg-own", "location": "westeurope"},
        {"type": "Microsoft.Resources/deployments", "apiVersion": "2021-04-01", "name": "nested", "resourceGroup": "rg-own",
            "dependsOn": ["rg-own"], "properties": {"mode": "Incremental", "template": {
            "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0",
            "resources": [{"type": "Microsoft.Security/automations", "apiVersion": "2019-01-01-preview", "name": "own",
                "location": "westeurope", "properties": {"isEnabled": true, "description": "[parameters('password')]"}}]}}}]});
    json!({"id": "/providers/Microsoft.Authorization/policyDefinitions/own", "name": "own",
        "type": "Microsoft.Authorization/policyDefinitions", "properties": {"displayName": "own", "mode": "All",
        "policyType": "Custom", "parameters": {"password": {"type": "String"}}, "policyRule": {
        "if": {"field": "type", "equals": "Microsoft.Resources/subscriptions"}, "then": {"effect": "deployIfNotExists",
        "details": {"type": "Microsoft.Security/automations", "name": "own", "existenceScope": "ResourceGroup",
        "resourceGroupName": "rg-own", "deploymentScope": "Subscription", "roleDefinitionIds": [
            "/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c"],
        "deployment": {"location": "westeurope", "properties": {"mode": "incremental",
            "parameters": {"password": {"value": "[parameters('password')]"}}, "template": template}}}}}}})
}

#[test]
fn a_literal_secret_becomes_a_secure_parameter() {
    let own =
        assigned("Own", &management_group("mg-a"), "own", &json!({"password": {"value": "hunter2-hunter2"}}));
    let tenant =
        Tenant::small().json("definition.json", &secretive()).json("assignments.json", &json!([own]));
    let all = everything(&tenant, &["--complete"]);
    hides(&all, &["hunter2"]);
    let template: Value =
        serde_json::from_str(&tenant.read(&format!("plan/deployments/{}.json", guid(2)))).expect("JSON");
    let declared = template["parameters"].as_object().expect("parameters");
    assert_eq!(declared.len(), 1, "{template}");
    let secure = declared.values().next().expect("one");
    assert!(
        text(&secure["type"]).eq_ignore_ascii_case("securestring") && secure.get("defaultValue").is_none(),
        "{secure}"
    );
}

/// Names that would do harm where they stood raw.
const PLANTED: [&str; 8] = [
    "$(touch planted)",
    "a'; touch planted; '",
    "a\"; touch planted; \"",
    "line\nbreak",
    "../../../planted",
    "##vso[task.setvariable variable=planted]yes",
    "[concat('planted')]",
    "\u{1b}[2Jplanted\u{202e}",
];

#[test]
fn planted_names_stay_words() {
    for planted in PLANTED {
        let named = with(subscription(2), &[("/name", json!(planted))]);
        let own =
            with(assignment(), &[("/properties/displayName", json!(planted)), ("/name", json!(planted))]);
        let own = with(
            own,
            &[(
                "/id",
                json!(format!(
                    "{}/providers/Microsoft.Authorization/policyAssignments/{planted}",
                    management_group("mg-a")
                )),
            )],
        );
        let tenant = Tenant::small()
            .json("tree.json", &named_tree(planted))
            .json("subs.json", &json!([subscription(1), named]))
            .json("assignments.json", &json!([own]));
        let table = tenant.plan(&["--complete", "-o", "plan"]);
        assert!(!table.out.contains(['\u{1b}', '\u{202e}']), "{planted:?}: {}", table.out);
        assert!(!table.all().contains("##vso["), "{}", table.all());
        assert!(!table.out.contains("line\nbreak"), "{}", table.out);
        let files = tenant.files("plan");
        assert!(!files.is_empty(), "{planted:?}: {}", table.all());
        for file in &files {
            assert!(
                file.bytes().all(|b| b.is_ascii_alphanumeric() || b"-./".contains(&b))
                    && !file.contains(".."),
                "{planted:?}: {file}"
            );
            let content = tenant.read(&format!("plan/{file}"));
            if is_json(file) {
                serde_json::from_str::<Value>(&content).unwrap_or_else(|error| panic!("{file}: {error}"));
            }
            assert!(!content.contains(['\u{1b}', '\u{202e}']), "{planted:?}: {file}");
            assert!(!content.contains("##vso["), "{file}: {content}");
        }
        for script in ["plan/commands.sh", "plan/commands.ps1"] {
            let content = tenant.read(script);
            assert!(!content.contains("##vso["), "{content}");
        }
        bash_reads(&tenant, planted);
        let json = tenant.plan(&["--complete", "--format", "json"]);
        json.json();
        assert!(
            !json.out.contains(['\u{1b}', '\u{202e}']),
            "{planted:?}: control characters are escaped in JSON"
        );
    }
}

fn named_tree(planted: &str) -> Value {
    with(tree(&[("mg-a", &[1, 2])]), &[("/children/0/children/1/displayName", json!(planted))])
}

/// `commands.sh` runs with an `az` that writes its arguments down: nothing planted is carried out.
fn bash_reads(tenant: &Tenant, planted: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    let az = tenant.path().join("bin/az");
    std::fs::create_dir_all(tenant.path().join("bin")).expect("a folder");
    std::fs::write(&az, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n").expect("written");
    std::fs::set_permissions(&az, std::fs::Permissions::from_mode(0o755)).expect("set");
    for what in ["tasks", "deployments"] {
        let path =
            format!("{}:{}", tenant.path().join("bin").display(), std::env::var("PATH").unwrap_or_default());
        let output = std::process::Command::new("bash")
            .args(["plan/commands.sh", what])
            .current_dir(tenant.path())
            .env("PATH", path)
            .output()
            .expect("bash runs");
        assert!(output.status.success(), "{planted:?} {what}: {output:?}");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.contains(if what == "tasks" { "--body" } else { "--template-file" }), "{said}");
    }
    let planted_file =
        tenant.files("").into_iter().find(|file| file == "planted" || file.ends_with("/planted"));
    assert_eq!(planted_file, None, "{planted:?} was carried out");
}

#[test]
fn planted_names_of_resources_stay_words() {
    for planted in PLANTED {
        // Group and hub come from parameters; both reach the template, the calls and the table.
        let hub = format!(
            "/subscriptions/{}/resourceGroups/rg/providers/Microsoft.EventHub/namespaces/n/eventhubs/h/authorizationRules/send",
            guid(1)
        );
        let parameters = json!({"resourceGroupName": {"value": planted}, "resourceGroupLocation": {"value": "westeurope"},
            "eventHubDetails": {"value": hub}});
        let tenant = Tenant::small().json(
            "assignments.json",
            &json!([assigned("Hub", &management_group("mg-a"), EVENT_HUB, &parameters)]),
        );
        let ran = tenant.plan(&["--complete", "-o", "plan"]);
        assert!(!ran.all().contains(['\u{1b}', '\u{202e}']), "{planted:?}: {}", ran.all());
        assert!([0, 1, 3].contains(&ran.code), "{planted:?}: {}", ran.all());
        if tenant.path().join("plan/commands.sh").is_file() {
            for file in tenant.files("plan").iter().filter(|file| is_json(file)) {
                serde_json::from_str::<Value>(&tenant.read(&format!("plan/{file}"))).expect(file);
            }
            let all = std::process::Command::new("bash")
                .args(["-n", "plan/commands.sh"])
                .current_dir(tenant.path())
                .output()
                .expect("bash");
            assert!(all.status.success(), "{planted:?}: {all:?}");
        }
    }
}

#[test]
fn a_condition_on_a_secret_shows_none() {
    let connection = "Endpoint=hunter2";
    let address = "https://hunter3.logic.azure.com/workflows/a/triggers/manual/paths/invoke";
    let actions = json!([{"actionType": "EventHub", "connectionString": connection}, {"actionType": "LogicApp", "uri": address}]);
    let off = with(automation(2), &[("/properties/actions", actions)]);
    for alias in ["actions[*].EventHub.connectionString", "actions[*].LogicApp.uri"] {
        let alias = format!("Microsoft.Security/automations/{alias}");
        for condition in [
            json!({"field": alias, "equals": "hunter4"}),
            json!({"count": {"field": "Microsoft.Security/automations/actions[*]", "where": {"field": alias, "contains": "hunter4"}}, "equals": 9}),
            json!({"value": format!("[string(field('{alias}'))]"), "equals": "x"}),
            json!({"value": format!("[field('{alias}')]"), "contains": "x"}),
        ] {
            let definition = json!({"id": "/providers/Microsoft.Authorization/policyDefinitions/own", "name": "own",
                "type": "Microsoft.Authorization/policyDefinitions", "properties": {"displayName": "own", "mode": "All",
                "policyType": "Custom", "parameters": {}, "policyRule": {
                    "if": {"field": "type", "equals": "Microsoft.Resources/subscriptions"},
                    "then": {"effect": "auditIfNotExists", "details": {"type": "Microsoft.Security/automations",
                        "name": "ExportToWorkspace", "resourceGroupName": "rg-export", "existenceCondition": condition}}}}});
            let tenant = Tenant::small()
                .json("definition.json", &definition)
                .json("automations.json", &json!([automation(1), off]))
                .json(
                    "assignments.json",
                    &json!([assigned("Own", &management_group("mg-a"), "own", &json!({}))]),
                );
            let all = everything(&tenant, &["--complete"]);
            assert!(all.contains("NonCompliant"), "{condition}: {all}");
            hides(&all, &["hunter2", "hunter3"]);
        }
    }
}
