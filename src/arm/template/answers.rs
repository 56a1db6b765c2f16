//! What `subscription()`, `resourceGroup()` and their like answer.
//!
//! <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-scope>

use std::sync::Arc;

use crate::arm::expression::Failure;
use crate::arm::expression::functions::format_time;
use crate::arm::{Object, Value};

use super::deployment::{Deployment, DeploymentScope};

/// The members of an answer; `None` for one that the files don't carry.
pub(super) type Facts = Vec<(&'static str, Option<Value>)>;

fn text(text: Option<&Arc<str>>) -> Option<Value> {
    text.cloned().map(Value::String)
}

fn unknown(function: &str, member: &str) -> Failure {
    Failure::Unknown(format!("the files don't say what `{function}().{member}` is"))
}

/// One member of an answer.
pub(super) fn member(facts: &Facts, function: &str, name: &str) -> Result<Value, Failure> {
    match facts.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)) {
        Some((_, Some(value))) => Ok(value.clone()),
        Some((key, None)) => Err(unknown(function, key)),
        None => {
            let names: Vec<&str> = facts.iter().map(|(key, _)| *key).collect();
            Err(Failure::Error(format!(
                "the language expression property '{name}' doesn't exist, available properties are '{}'",
                names.join(", ")
            )))
        }
    }
}

/// The whole answer.
pub(super) fn whole(facts: Facts, function: &str) -> Result<Value, Failure> {
    let mut object = Object::new();
    for (key, value) in facts {
        object.push(key, value.ok_or_else(|| unknown(function, key))?);
    }
    Ok(object.into())
}

pub(super) fn subscription(scope: &DeploymentScope) -> Result<Facts, Failure> {
    let Some(facts) = &scope.subscription else {
        return Err(Failure::Error("the deployment doesn't run in a subscription".to_owned()));
    };
    Ok(vec![
        ("id", Some(format!("/subscriptions/{}", facts.id).into())),
        ("authorizationSource", None),
        ("managedByTenants", None),
        ("subscriptionId", Some(facts.id.as_str().into())),
        ("tenantId", text(facts.tenant_id.as_ref())),
        ("displayName", text(facts.display_name.as_ref())),
        ("state", text(facts.state.as_ref())),
        ("subscriptionPolicies", None),
        ("tags", facts.tags.clone()),
    ])
}

pub(super) fn resource_group(scope: &DeploymentScope) -> Result<Facts, Failure> {
    let Some(facts) = &scope.group else {
        return Err(Failure::Error("the deployment doesn't run in a resource group".to_owned()));
    };
    Ok(vec![
        ("id", Some(facts.id.as_str().into())),
        ("name", facts.id.resource_group_name().map(Value::from)),
        ("type", Some("Microsoft.Resources/resourceGroups".into())),
        ("location", text(facts.location.as_ref())),
        ("managedBy", facts.managed_by.clone()),
        ("tags", facts.tags.clone()),
        ("properties", Some(Value::object([("provisioningState", Value::from("Succeeded"))]))),
    ])
}

/// <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-scope#managementgroup>
pub(super) fn management_group(scope: &DeploymentScope) -> Result<Facts, Failure> {
    let Some(id) = &scope.management_group else {
        return Err(Failure::Error("the deployment doesn't run at a management group".to_owned()));
    };
    Ok(vec![
        ("id", Some(id.as_str().into())),
        ("name", Some(id.name().into())),
        ("properties", None),
        ("type", Some("/providers/Microsoft.Management/managementGroups".into())),
    ])
}

pub(super) fn tenant(scope: &DeploymentScope) -> Facts {
    let tenant = scope.subscription.as_ref().and_then(|facts| facts.tenant_id.clone());
    vec![
        ("countryCode", None),
        ("displayName", None),
        ("id", tenant.as_ref().map(|id| format!("/tenants/{id}").into())),
        ("tenantId", tenant.map(Value::String)),
    ]
}

pub(super) fn deployment(deployment: &Deployment<'_>) -> Facts {
    let mut facts = vec![("name", Some(Value::String(deployment.name.clone())))];
    if deployment.scope.group.is_none() {
        facts.push(("location", text(deployment.location.as_ref())));
    }
    facts.push(("properties", None));
    facts
}

/// What `utcNow` answers; without a time it is left to the deployment.
pub(super) fn utc_now(now: Option<&str>, style: Option<&str>) -> Result<Value, Failure> {
    match (now, style) {
        (Some(now), style) => format_time(now, style.unwrap_or("yyyyMMdd'T'HHmmss'Z'")).map(Value::from),
        (None, None) => Ok(Value::Runtime("utcNow()".into())),
        (None, Some(style)) => Ok(Value::Runtime(format!("utcNow('{}')", style.replace('\'', "''")).into())),
    }
}

/// The public cloud.
pub(super) fn environment() -> Value {
    let texts = |members: &[(&'static str, &'static str)]| -> Vec<(&'static str, Value)> {
        members.iter().map(|(key, value)| (*key, Value::from(*value))).collect()
    };
    let audiences = ["https://management.core.windows.net/", "https://management.azure.com/"];
    let mut authentication = texts(&[("loginEndpoint", "https://login.microsoftonline.com/")]);
    authentication.push(("audiences", Value::array(audiences.map(Value::from))));
    authentication.extend(texts(&[("tenant", "common"), ("identityProvider", "AAD")]));
    let suffixes = texts(&[
        ("acrLoginServer", ".azurecr.io"),
        ("sqlServerHostname", ".database.windows.net"),
        ("azureDatalakeStoreFileSystem", "azuredatalakestore.net"),
        ("azureDatalakeAnalyticsCatalogAndJob", "azuredatalakeanalytics.net"),
        ("keyvaultDns", ".vault.azure.net"),
        ("storage", "core.windows.net"),
        ("azureFrontDoorEndpointSuffix", "azurefd.net"),
    ]);
    let mut members = texts(&[
        ("name", "AzureCloud"),
        ("gallery", "https://gallery.azure.com/"),
        ("graph", "https://graph.windows.net/"),
        ("portal", "https://portal.azure.com"),
        ("graphAudience", "https://graph.windows.net/"),
        ("activeDirectoryDataLake", "https://datalake.azure.net/"),
        ("batch", "https://batch.core.windows.net/"),
        ("media", "https://rest.media.azure.net"),
        ("sqlManagement", "https://management.core.windows.net:8443/"),
        ("resourceManager", "https://management.azure.com/"),
    ]);
    members.push(("authentication", Value::object(authentication)));
    members.push(("suffixes", Value::object(suffixes)));
    Value::object(members)
}
