//! Hazards: one case each, and what the inputs can't decide.

use serde_json::{Value, json};

use crate::tenant::{
    EVENT_HUB, TRUSTED_HUB, Tenant, assigned, assignment, automation, group, guid, management_group,
    subscription, text, tree, with, workspace,
};

const ALL: [&str; 4] = [
    "--complete",
    "--complete=microsoft.security/automations",
    "--complete=microsoft.resources/subscriptions/resourcegroups",
    "--complete=microsoft.authorization/roleassignments",
];

const CONTRIBUTOR: &str =
    "/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c";

/// Subscription `two` under `mg-a`; the identity of `Export` holds what it needs, the provider is registered, and
/// nothing was deployed before: a plan without a hazard, until something is changed.
fn calm() -> Tenant {
    let grant = |scope: &str| {
        json!({"id": format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{}", scope.len()),
            "name": scope.len().to_string(), "type": "Microsoft.Authorization/roleAssignments", "properties": {
            "principalId": "bbbbbbbb-0000-4000-8000-000000000001", "principalType": "ServicePrincipal",
            "roleDefinitionId": CONTRIBUTOR, "scope": scope}})
    };
    Tenant::new()
        .json("tree.json", &tree(&[("mg-a", &[2]), ("mg-hub", &[1])]))
        .json("subs.json", &json!([subscription(1), subscription(2)]))
        .json("groups.json", &json!([group(2, "rg-export")]))
        .json("automations.json", &json!([]))
        .json("assignments.json", &json!([assignment()]))
        .json("roles.json", &json!([grant(&management_group("mg-a")), grant(&workspace())]))
        .json(
            "providers.json",
            &json!([{"id": format!("/subscriptions/{}/providers/Microsoft.Security", guid(2)),
            "namespace": "Microsoft.Security", "registrationState": "Registered"}]),
        )
}

const RECORDS: &str = "--complete=microsoft.resources/deployments";

fn plan(tenant: &Tenant) -> Value {
    tenant.planned(&[&ALL[..], &[RECORDS]].concat())
}

/// Codes and messages of a plan's hazards.
fn hazards(tenant: &Tenant) -> Vec<String> {
    let plan = plan(tenant);
    let list = plan["hazards"].as_array().expect("hazards").clone();
    list.iter().map(|hazard| format!("{} {}", text(&hazard["code"]), text(&hazard["message"]))).collect()
}

fn one(tenant: &Tenant, code: &str) -> String {
    let mut found = hazards(tenant);
    found.retain(|hazard| hazard.starts_with(code));
    assert_eq!(found.len(), 1, "{code}: {:?}", hazards(tenant));
    found.remove(0)
}

fn given(parameter: &str, value: &Value) -> Value {
    json!([with(assignment(), &[(&format!("/properties/parameters/{parameter}"), json!({"value": value}))])])
}

fn off() -> Value {
    with(automation(2), &[("/properties/isEnabled", json!(false))])
}

#[test]
fn a_tenant_in_order_has_none_and_leaves_nothing_open() {
    let plan = plan(&calm());
    assert_eq!(plan["deployments"].as_array().map(Vec::len), Some(1));
    assert_eq!((&plan["hazards"], &plan["notChecked"]), (&json!([]), &json!([])));
}

#[test]
fn a_group_that_is_put_again_loses_its_tags() {
    let tagged = with(group(2, "rg-export"), &[("/tags", json!({"owner": "x", "cost-center": "7"}))]);
    let found = one(&calm().json("groups.json", &json!([tagged])), "AZP0801");
    assert!(found.contains("`owner`") && found.contains("`cost-center`"), "{found}");
    let kept = calm()
        .json("groups.json", &json!([tagged]))
        .json("assignments.json", &given("createResourceGroup", &json!(false)));
    assert_eq!(hazards(&kept), Vec::<String>::new());
}

#[test]
fn a_group_in_another_region_is_refused() {
    let north = with(group(2, "rg-export"), &[("/location", json!("northeurope"))]);
    let found = one(&calm().json("groups.json", &json!([north])), "AZP0802");
    assert!(found.contains("northeurope") && found.contains("westeurope"), "{found}");
    // Into the group where it is, nothing is refused: the automation may stand in another region.
    let into = calm()
        .json("groups.json", &json!([north]))
        .json("assignments.json", &given("createResourceGroup", &json!(false)));
    assert_eq!(hazards(&into), Vec::<String>::new());
}

#[test]
fn a_group_that_is_absent_and_not_created() {
    let tenant = calm()
        .json("groups.json", &json!([group(2, "rg-other")]))
        .json("assignments.json", &given("createResourceGroup", &json!(false)));
    let found = one(&tenant, "AZP0803");
    assert!(found.contains("rg-export doesn't exist"), "{found}");
}

#[test]
fn a_second_export_beside_one_elsewhere_is_paid_twice() {
    let elsewhere = with(
        automation(2),
        &[("/id", json!(crate::tenant::automation_id(2).replace("rg-export", "rg-old")))],
    );
    let tenant = calm()
        .json("automations.json", &json!([elsewhere]))
        .json("groups.json", &json!([group(2, "rg-export"), group(2, "rg-old")]));
    let found = one(&tenant, "AZP0804");
    assert!(found.contains("rg-old") && found.contains("same place"), "{found}");
}

#[test]
fn an_automation_of_that_name_in_another_region() {
    let north = with(off(), &[("/location", json!("northeurope"))]);
    let found = one(&calm().json("automations.json", &json!([north])), "AZP0805");
    assert!(found.contains("northeurope"), "{found}");
}

#[test]
fn an_automation_that_is_overwritten_shows_the_difference() {
    let rich = with(
        off(),
        &[
            ("/tags", json!({"owner": "x"})),
            (
                "/properties/sources",
                json!([
            {"eventSource": "Alerts", "ruleSets": [{"rules": [{"propertyJPath": "Severity", "propertyType": "string",
                "expectedValue": "medium", "operator": "Equals"}]}]},
            {"eventSource": "AttackPaths"}]),
            ),
        ],
    );
    let tenant = calm().json("automations.json", &json!([rich]));
    let found = one(&tenant, "AZP0806");
    for shown in ["isEnabled false → true", "tag `owner` vanishes", "source AttackPaths vanishes"] {
        assert!(found.contains(shown), "{shown}: {found}");
    }
    let plan = plan(&tenant);
    let resources = plan["deployments"][0]["resources"].as_array().expect("resources");
    let changes =
        resources.iter().find(|one| one["type"] == "Microsoft.Security/automations").expect("it")["changes"]
            .to_string();
    assert!(
        changes.contains("medium") && changes.contains("AttackPaths") && changes.contains("vanishing"),
        "{changes}"
    );
}

#[test]
fn two_policies_that_write_one_name() {
    let hub = |rule: &str| {
        let hub = format!(
            "/subscriptions/{}/resourceGroups/rg/providers/Microsoft.EventHub/namespaces/n/eventhubs/h",
            guid(1)
        );
        json!({"resourceGroupName": {"value": "rg-export"}, "resourceGroupLocation": {"value": "westeurope"},
            "eventHubDetails": {"value": format!("{hub}{rule}")}})
    };
    let at = management_group("mg-a");
    let both = json!([
        assigned("Hub", &at, EVENT_HUB, &hub("/authorizationRules/send")),
        assigned("Trusted", &at, TRUSTED_HUB, &hub(""))
    ]);
    let found = one(&calm().json("assignments.json", &both), "AZP0807");
    assert!(found.contains("`Hub`") && found.contains("`Trusted`"), "{found}");
}

#[test]
fn an_assignment_without_identity_or_location() {
    for member in ["identity", "location"] {
        let mut bare = assignment();
        bare.as_object_mut().expect("an object").remove(member);
        let found = one(&calm().json("assignments.json", &json!([bare])), "AZP0808");
        assert!(found.contains(member), "{found}");
    }
}

#[test]
fn a_role_that_the_identity_lacks_at_the_target() {
    let only_scope = |tenant: Tenant| {
        let text = tenant.read("roles.json");
        let roles: Vec<Value> = serde_json::from_str(&text).expect("JSON");
        tenant.json("roles.json", &json!([roles[0]]))
    };
    let found = one(&only_scope(calm()), "AZP0809");
    assert!(found.contains("Contributor") && found.contains("law"), "{found}");
}

#[test]
fn a_trusted_export_needs_the_sender() {
    let hub = format!(
        "/subscriptions/{}/resourceGroups/rg/providers/Microsoft.EventHub/namespaces/n/eventhubs/h",
        guid(1)
    );
    let trusted = json!({"resourceGroupName": {"value": "rg-export"}, "resourceGroupLocation": {"value": "westeurope"},
        "eventHubDetails": {"value": hub}});
    let assignments = json!([assigned("Trusted", &management_group("mg-a"), TRUSTED_HUB, &trusted)]);
    let found = one(&calm().json("assignments.json", &assignments), "AZP0810");
    assert!(found.contains("Azure Event Hubs Data Sender"), "{found}");
}

#[test]
fn the_provider_is_not_registered() {
    let providers = json!([{"id": format!("/subscriptions/{}/providers/Microsoft.Security", guid(2)),
        "namespace": "Microsoft.Security", "registrationState": "NotRegistered"}]);
    let found = one(&calm().json("providers.json", &providers), "AZP0811");
    assert!(found.contains("NotRegistered"), "{found}");
}

#[test]
fn an_older_deployment_in_another_location() {
    let id = format!(
        "/subscriptions/{}/providers/Microsoft.Resources/deployments/PolicyDeployment_1234567890123456789",
        guid(2)
    );
    let record = json!({"id": id, "name": "PolicyDeployment_1234567890123456789", "location": "northeurope",
        "type": "Microsoft.Resources/deployments", "properties": {"timestamp": "2026-01-05T10:00:00Z",
        "outputResources": [{"id": crate::tenant::automation_id(2)}]}});
    let found = one(&calm().json("deployments.json", &json!([record])), "AZP0812");
    assert!(found.contains("northeurope") && found.contains("westeurope"), "{found}");
}

#[test]
fn a_variable_that_only_eager_evaluation_needs() {
    let empty = json!({"parameters": {"severities": {"type": "array"}}, "variables": {"first": "[parameters('severities')[0]]"}});
    let template = json!({"$schema": "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#",
        "contentVersion": "1.0.0.0", "parameters": empty["parameters"], "variables": empty["variables"],
        "resources": [{"type": "Microsoft.Resources/resourceGroups", "apiVersion": "2021-04-01", "name": "rg-own",
            "location": "westeurope"}]});
    let definition = json!({"id": "/providers/Microsoft.Authorization/policyDefinitions/own", "name": "own",
        "type": "Microsoft.Authorization/policyDefinitions", "properties": {"displayName": "own", "mode": "All",
        "policyType": "Custom", "parameters": {"severities": {"type": "Array"}}, "policyRule": {
        "if": {"field": "type", "equals": "Microsoft.Resources/subscriptions"}, "then": {"effect": "deployIfNotExists",
        "details": {"type": "Microsoft.Security/automations", "name": "own", "existenceScope": "ResourceGroup",
        "resourceGroupName": "rg-own", "deploymentScope": "Subscription", "roleDefinitionIds": [CONTRIBUTOR],
        "deployment": {"location": "westeurope", "properties": {"mode": "incremental",
            "parameters": {"severities": {"value": "[parameters('severities')]"}}, "template": template}}}}}}});
    let own = assigned("Own", &management_group("mg-a"), "own", &json!({"severities": {"value": []}}));
    let tenant = calm().json("definition.json", &definition).json("assignments.json", &json!([own]));
    assert!(one(&tenant, "AZP0813").contains("`first`"));
}

#[test]
fn what_cannot_be_decided_is_not_checked_and_has_its_command() {
    // `two` lacks the automation: its group is known, what else stands in it and above it isn't.
    let tenant = calm().without("roles.json").without("providers.json").without("groups.json");
    let arguments = ["--complete=microsoft.security/automations"];
    let plan = tenant.planned(&arguments);
    let open: Vec<(&str, &str)> = plan["notChecked"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|open| (text(&open["code"]), text(&open["command"])))
        .collect();
    for (code, command) in [
        ("AZP0801", "az group list"),
        ("AZP0809", "az role assignment list"),
        ("AZP0811", "az provider show --namespace Microsoft.Security"),
        ("AZP0812", "az deployment sub list"),
    ] {
        assert!(
            open.iter().any(|(c, way)| *c == code && way.contains(command)),
            "{code} {command}: {open:#?}"
        );
    }
    let out = tenant.plan(&arguments).out;
    assert!(out.contains("Not checked") && out.contains("AZP0811"), "{out}");
}

#[test]
fn disabled_and_foreign_subscriptions_are_not_planned() {
    let other = "cccccccc-0000-4000-8000-000000000000";
    let disabled = with(subscription(2), &[("/state", json!("Disabled"))]);
    let guest = with(subscription(4), &[("/homeTenantId", json!(other))]);
    let tenant = calm().json("subs.json", &json!([subscription(1), disabled, guest]));
    let plan = plan(&tenant);
    assert_eq!(plan["deployments"], json!([]));
    let listed: Vec<(&str, &str)> = plan["notPlanned"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|not| (text(&not["code"]), text(&not["subscription"]["name"])))
        .collect();
    assert_eq!(listed, [("AZP0820", "two"), ("AZP0821", "four")]);
    let out = tenant.plan(&ALL).out;
    assert!(out.contains("Not planned") && out.contains("AZP0820"), "{out}");
}

#[test]
fn each_hazard_has_a_page() {
    let north =
        with(group(2, "rg-export"), &[("/location", json!("northeurope")), ("/tags", json!({"a": "b"}))]);
    let tenant = calm().json("groups.json", &json!([north])).json("automations.json", &json!([off()]));
    for hazard in hazards(&tenant) {
        let code = hazard.split(' ').next().expect("a code");
        let page = azpol::all_codes().into_iter().find(|known| known.id == code).map(|known| known.page);
        assert!(page.is_some_and(|page| page.contains("## Fix")), "{code}");
    }
    assert_eq!(tenant.plan(&["--fail-on", "hazard", "--complete"]).code, 1, "a gate may ask for them");
}
