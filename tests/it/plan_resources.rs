//! Plans for resources other than subscriptions: where they are deployed, their tasks, rights and proof, and what is
//! named as not planned.

use serde_json::{Value, json};

use crate::tenant::{Tenant, group, guid, management_group, subscription, text, tree};

const CONTRIBUTOR: &str =
    "/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c";

fn in_group(number: usize, group: &str) -> String {
    format!("/subscriptions/{}/resourceGroups/{group}", guid(number))
}

fn resource(number: usize, group: &str, resource_type: &str, name: &str) -> Value {
    json!({"id": format!("{}/providers/{resource_type}/{name}", in_group(number, group)), "name": name,
        "type": resource_type, "location": "westeurope", "tags": {}, "properties": {}})
}

/// Everything that is given is complete, and so are these.
const COMPLETE: [&str; 5] = [
    "--complete",
    "--complete",
    "microsoft.keyvault/vaults/secrets",
    "--complete",
    "microsoft.insights/diagnosticsettings",
];

/// A tenant of one subscription with a vault in each of two groups; a rule that is assigned at the subscription.
fn tenant(rule: &Value) -> Tenant {
    let scope = format!("/subscriptions/{}", guid(1));
    let id = format!("{}/providers/Microsoft.Authorization/policyDefinitions/Own", management_group("mg-a"));
    Tenant::new()
        .json("tree.json", &tree(&[("mg-a", &[1])]))
        .json("subs.json", &json!([subscription(1)]))
        .json("groups.json", &json!([group(1, "rg-a"), group(1, "rg-b")]))
        .json(
            "vaults.json",
            &json!([
                resource(1, "rg-a", "Microsoft.KeyVault/vaults", "kv-a"),
                resource(1, "rg-b", "Microsoft.KeyVault/vaults", "kv-b")
            ]),
        )
        .json(
            "definition.json",
            &json!({"id": id, "name": "Own", "type": "Microsoft.Authorization/policyDefinitions",
                "properties": {"displayName": "Own", "policyType": "Custom", "mode": "Indexed", "policyRule": rule}}),
        )
        .json(
            "assignments.json",
            &json!([{"id": format!("{scope}/providers/Microsoft.Authorization/policyAssignments/Own"), "name": "Own",
                "type": "Microsoft.Authorization/policyAssignments", "location": "westeurope",
                "identity": {"type": "SystemAssigned", "principalId": "bbbbbbbb-0000-4000-8000-000000000001"},
                "properties": {"displayName": "Own", "scope": scope, "policyDefinitionId": id}}]),
        )
}

fn rule(details: &Value) -> Value {
    json!({"if": {"field": "type", "equals": "Microsoft.KeyVault/vaults"},
        "then": {"effect": "deployIfNotExists", "details": details}})
}

/// A deployment that puts one resource, named after the vault.
fn deployment(resource: &Value) -> Value {
    json!({"properties": {"mode": "incremental",
        "parameters": {"vault": {"value": "[field('name')]"}, "place": {"value": "[field('location')]"}},
        "template": {"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
            "contentVersion": "1.0.0.0",
            "parameters": {"vault": {"type": "string"}, "place": {"type": "string"}},
            "resources": [resource]}}})
}

fn children() -> Value {
    rule(&json!({"type": "Microsoft.KeyVault/vaults/secrets", "name": "[concat(field('name'), '/owner')]",
        "roleDefinitionIds": [CONTRIBUTOR],
        "deployment": deployment(&json!({"type": "Microsoft.KeyVault/vaults/secrets", "apiVersion": "2023-07-01",
            "name": "[concat(parameters('vault'), '/owner')]", "properties": {"value": "nobody"}}))}))
}

fn settings() -> Value {
    rule(
        &json!({"type": "Microsoft.Insights/diagnosticSettings", "name": "send", "roleDefinitionIds": [CONTRIBUTOR],
        "existenceCondition": {"field": "name", "equals": "send"},
        "deployment": deployment(&json!({"type": "Microsoft.KeyVault/vaults/providers/diagnosticSettings",
            "apiVersion": "2021-05-01-preview", "location": "[parameters('place')]",
            "name": "[concat(parameters('vault'), '/', 'Microsoft.Insights/send')]",
            "properties": {"workspaceId": "w"}}))}),
    )
}

/// What each planned deployment puts.
fn puts(plan: &Value) -> Vec<String> {
    let ids = |deployment: &Value| -> Vec<String> {
        let resources = deployment["resources"].as_array().expect("resources");
        resources.iter().map(|put| text(&put["id"]).to_owned()).collect()
    };
    plan["deployments"].as_array().expect("deployments").iter().flat_map(ids).collect()
}

#[test]
fn a_child_is_deployed_in_the_group_of_its_parent() {
    let tenant = tenant(&children());
    let ran = tenant.plan(&[&COMPLETE[..], &["--format", "json"]].concat());
    let plan = &ran.json()["plan"];
    let child = |group: &str, vault: &str| {
        format!("{}/providers/Microsoft.KeyVault/vaults/{vault}/secrets/owner", in_group(1, group))
    };
    assert_eq!(puts(plan), [child("rg-a", "kv-a"), child("rg-b", "kv-b")], "{}", ran.all());
    assert_eq!(ran.code, 0, "{}", ran.all());
    let task = &plan["tasks"][0];
    let ids: Vec<&str> = task["body"]["properties"]["filters"]["resourceIds"]
        .as_array()
        .expect("ids")
        .iter()
        .map(text)
        .collect();
    let vault = |group: &str, vault: &str| {
        format!("{}/providers/Microsoft.KeyVault/vaults/{vault}", in_group(1, group))
    };
    assert_eq!(ids, [vault("rg-a", "kv-a"), vault("rg-b", "kv-b")]);
    assert_eq!(
        (&plan["proof"]["planned"], &plan["proof"]["compliant"]),
        (&json!(2), &json!(2)),
        "{}",
        plan["proof"]
    );
    let table = tenant.plan(&COMPLETE).out;
    assert!(table.contains("+ kv-a") && table.contains("+ kv-b"), "{table}");
}

#[test]
fn an_extension_is_deployed_on_its_resource() {
    let ran = tenant(&settings()).plan(&[&COMPLETE[..], &["--format", "json"]].concat());
    let plan = &ran.json()["plan"];
    let on = |group: &str, vault: &str| {
        format!(
            "{}/providers/Microsoft.KeyVault/vaults/{vault}/providers/Microsoft.Insights/diagnosticSettings/send",
            in_group(1, group)
        )
    };
    let put: Vec<String> = puts(plan).iter().map(|id| id.to_lowercase()).collect();
    assert_eq!(put, [on("rg-a", "kv-a").to_lowercase(), on("rg-b", "kv-b").to_lowercase()], "{}", ran.all());
    assert_eq!(plan["proof"]["compliant"], 2, "{}", plan["proof"]);
}

#[test]
fn the_folder_holds_what_deploys_them() {
    let tenant = tenant(&children());
    let ran = tenant.plan(&[&COMPLETE[..], &["-o", "out"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.all());
    let files = tenant.files("out");
    let template = files.iter().find(|file| file.starts_with("deployments/")).expect("a template");
    let template = tenant.read(&format!("out/{template}"));
    assert!(template.contains("kv-a/owner") && template.contains("kv-b/owner"), "{template}");
    assert!(template.contains("rg-a") && template.contains("rg-b"), "each in its group: {template}");
}

#[test]
fn what_is_not_remediable_is_named_with_its_reason() {
    let modify = json!({"if": {"field": "type", "equals": "Microsoft.KeyVault/vaults"},
        "then": {"effect": "modify", "details": {"roleDefinitionIds": [CONTRIBUTOR],
            "operations": [{"operation": "addOrReplace", "field": "tags['owner']", "value": "me"}]}}});
    let audit =
        json!({"if": {"field": "type", "equals": "Microsoft.KeyVault/vaults"}, "then": {"effect": "audit"}});
    for rule in [modify, audit] {
        let ran = tenant(&rule).plan(&[&COMPLETE[..], &["--format", "json"]].concat());
        let result = ran.json();
        let not: Vec<&str> = result["plan"]["notPlanned"]
            .as_array()
            .expect("rows")
            .iter()
            .map(|row| text(&row["resource"]))
            .collect();
        assert_eq!(not.len(), 2, "{}", ran.all());
        assert!(not[0].ends_with("/vaults/kv-a") && not[1].ends_with("/vaults/kv-b"), "{not:?}");
        assert_eq!(result["plan"]["deployments"], json!([]));
    }
}

#[test]
fn a_group_is_a_resource_too() {
    let rule = json!({"if": {"field": "type", "equals": "Microsoft.Resources/subscriptions/resourceGroups"},
        "then": {"effect": "deployIfNotExists", "details": {"type": "Microsoft.KeyVault/vaults", "name": "kv-a",
            "roleDefinitionIds": [CONTRIBUTOR],
            "deployment": {"properties": {"mode": "incremental", "template": {"contentVersion": "1.0.0.0",
                "resources": [{"type": "Microsoft.KeyVault/vaults", "apiVersion": "2023-07-01", "name": "kv-a",
                    "location": "[resourceGroup().location]", "properties": {}}]}}}}}});
    let tenant = tenant(&rule);
    let definition = tenant.read("definition.json").replace("\"Indexed\"", "\"All\"");
    let ran =
        tenant.file("definition.json", definition).plan(&[&COMPLETE[..], &["--format", "json"]].concat());
    let plan = &ran.json()["plan"];
    assert_eq!(
        puts(plan),
        [format!("{}/providers/Microsoft.KeyVault/vaults/kv-a", in_group(1, "rg-b"))],
        "{}",
        ran.all()
    );
    assert_eq!(plan["proof"]["compliant"], 2);
}
