//! The whole path over a live list of automations, with Microsoft's own definition: a hand-written subscription and
//! group fit it. With the definition's defaults the subscription is NonCompliant, with the five streaming data types and
//! findings it is Compliant.

use serde_json::{Value, json};

use crate::shared;
use crate::tenant::{LOG_ANALYTICS, Ran, Tenant, rows, states, text};

const SUBSCRIPTION: &str = "00000000-0000-0000-0000-000000000000";
const GROUP: &str = "Sample-RG";
const DEFINITION: &str =
    "azure-policy/policyDefinitions/Security Center/ASC_ExportToLogAnalyticsWorkspace_DINE.json";
const AUTOMATIONS: &str = "samples/automations/rest_list_subscription.azure-cli-recording.json";

const STREAMING: [&str; 5] = [
    "Security recommendations",
    "Security alerts",
    "Overall secure score",
    "Secure score controls",
    "Regulatory compliance",
];

/// The tenant: what lies beside the checkout is named, the rest is written here.
fn tenant(parameters: &Value) -> Tenant {
    let scope = format!("/subscriptions/{SUBSCRIPTION}");
    let tenant = "11111111-0000-4000-8000-000000000000";
    let mut given = json!({
        "resourceGroupName": {"value": GROUP}, "resourceGroupLocation": {"value": "eastus"},
        "workspaceResourceId": {"value": format!("{scope}/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/law")}});
    given.as_object_mut().expect("an object").extend(parameters.as_object().expect("an object").clone());
    Tenant::new()
        .json("subscriptions.json", &json!([{"id": SUBSCRIPTION, "name": "live", "state": "Enabled", "tenantId": tenant,
            "homeTenantId": tenant, "cloudName": "AzureCloud", "isDefault": true, "managedByTenants": [],
            "user": {"name": "someone", "type": "user"}}]))
        .json("groups.json", &json!([{"id": format!("{scope}/resourceGroups/{GROUP}"), "name": GROUP,
            "type": "Microsoft.Resources/resourceGroups", "location": "eastus", "tags": null, "managedBy": null,
            "properties": {"provisioningState": "Succeeded"}}]))
        .json("assignments.json", &json!([{"id": format!("{scope}/providers/Microsoft.Authorization/policyAssignments/Export"),
            "name": "Export", "type": "Microsoft.Authorization/policyAssignments", "location": "westeurope",
            "identity": {"type": "SystemAssigned", "principalId": "p", "tenantId": tenant}, "properties": {
            "displayName": "Export", "scope": scope, "enforcementMode": "Default", "parameters": given,
            "policyDefinitionId": format!("/providers/Microsoft.Authorization/policyDefinitions/{LOG_ANALYTICS}")}}]))
}

fn run(tenant: &Tenant, command: &str, more: &[&str]) -> Ran {
    let (definition, automations) = (shared().join(DEFINITION), shared().join(AUTOMATIONS));
    let inputs = [".", definition.to_str().expect("UTF-8"), automations.to_str().expect("UTF-8")];
    tenant.azpol(&[&[command], &inputs[..], more].concat())
}

fn result(tenant: &Tenant, command: &str) -> Value {
    run(tenant, command, &["--format", "json"]).json()
}

#[test]
fn with_the_five_streaming_data_types_and_findings_it_is_compliant() {
    let tenant = tenant(
        &json!({"exportedDataTypes": {"value": STREAMING}, "isSecurityFindingsEnabled": {"value": true}}),
    );
    let result = result(&tenant, "scan");
    assert_eq!(states(&result), ["live Compliant"], "{}", result["diagnostics"]);
    assert_eq!(result["assignments"][0]["definition"]["source"], "given", "Microsoft's own document is used");
    assert_eq!(result["assignments"][0]["definition"]["version"], "4.1.0");
    assert!(text(&rows(&result)[0]["candidate"]).ends_with("/ExportToWorkspace"));
    assert_eq!(run(&tenant, "scan", &[]).code, 0);
    let plan = run(&tenant, "plan", &[]);
    assert!(plan.out.contains("Plan: nothing to deploy"), "{}", plan.all());
    assert_eq!(plan.code, 0);
}

#[test]
fn with_the_defaults_it_is_not_and_the_plan_mends_it() {
    let tenant = tenant(&json!({}));
    let result = result(&tenant, "plan");
    assert_eq!(states(&result), ["live NonCompliant"], "{}", result["diagnostics"]);
    let row = &rows(&result)[0];
    assert_eq!(row["reason"]["code"], "ConditionFails");
    let failed = &row["failedConditions"][0];
    assert_eq!((&failed["expressionValue"], &failed["targetValue"]), (&json!(6), &json!(11)), "{failed}");
    assert_eq!(run(&tenant, "scan", &[]).code, 1);
    let plan = &result["plan"];
    assert_eq!(plan["deployments"].as_array().map(Vec::len), Some(1));
    assert_eq!(plan["proof"]["holds"], true, "{}", plan["proof"]);
    let automation = plan["deployments"][0]["resources"]
        .as_array()
        .expect("resources")
        .iter()
        .find(|one| one["type"] == "Microsoft.Security/automations")
        .expect("the automation");
    assert_eq!(automation["action"], "replace");
    assert_eq!(automation["body"]["properties"]["sources"].as_array().map(Vec::len), Some(11));
    let hazards = plan["hazards"].to_string();
    assert!(hazards.contains("AZP0806"), "what is overwritten is said: {hazards}");
}

#[test]
fn the_shipped_twin_says_the_same() {
    for parameters in [
        json!({}),
        json!({"exportedDataTypes": {"value": STREAMING}}),
        json!({"exportedDataTypes": {"value": STREAMING}, "isSecurityFindingsEnabled": {"value": false}}),
    ] {
        let tenant = tenant(&parameters);
        let automations = shared().join(AUTOMATIONS);
        let twin =
            tenant.azpol(&["plan", ".", automations.to_str().expect("UTF-8"), "--format", "json"]).json();
        let own = result(&tenant, "plan");
        assert_eq!(twin["assignments"][0]["definition"]["source"], "shipped");
        assert_eq!(states(&own), states(&twin), "{parameters}");
        let put = |result: &Value| -> Vec<Value> {
            let deployments = result["plan"]["deployments"].as_array().expect("deployments").clone();
            deployments.iter().map(|one| one["resources"].clone()).collect()
        };
        assert_eq!(put(&own), put(&twin), "{parameters}");
    }
}
