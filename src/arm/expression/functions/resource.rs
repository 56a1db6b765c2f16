//! Functions of resources, scopes and deployments.
//!
//! <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-resource>

use crate::arm::expression::{ContextFunction, Failure};
use crate::arm::{ResourceId, SubscriptionId, Value};

use super::{ANY, Answer, FunctionEntry, error, text_at};

pub(super) static TABLE: &[FunctionEntry] = &[
    // What the place answers.
    FunctionEntry::context("parameters", (1, 1), ContextFunction::Parameters),
    FunctionEntry::context("variables", (1, 1), ContextFunction::Variables).in_templates(),
    FunctionEntry::context("field", (1, 1), ContextFunction::Field).in_rules(),
    FunctionEntry::context("current", (0, 1), ContextFunction::Current).in_rules(),
    FunctionEntry::context("policy", (0, 0), ContextFunction::Policy).in_rules(),
    FunctionEntry::context("requestContext", (0, 0), ContextFunction::RequestContext).in_rules(),
    FunctionEntry::context("claims", (0, ANY), ContextFunction::Claims).in_rules(),
    FunctionEntry::context("subscription", (0, 0), ContextFunction::Subscription),
    FunctionEntry::context("resourceGroup", (0, 0), ContextFunction::ResourceGroup),
    FunctionEntry::context("tenant", (0, 0), ContextFunction::Tenant).in_templates(),
    FunctionEntry::context("managementGroup", (0, 0), ContextFunction::ManagementGroup).in_templates(),
    FunctionEntry::context("deployment", (0, 0), ContextFunction::Deployment).in_templates(),
    FunctionEntry::context("environment", (0, 0), ContextFunction::Environment).in_templates(),
    // Ids.
    FunctionEntry::context("resourceId", (2, ANY), ContextFunction::ResourceId).in_templates(),
    FunctionEntry::context("subscriptionResourceId", (2, ANY), ContextFunction::SubscriptionResourceId)
        .in_templates(),
    FunctionEntry::pure("tenantResourceId", (2, ANY), tenant_resource_id).in_templates(),
    FunctionEntry::pure("extensionResourceId", (3, ANY), extension_resource_id).in_templates(),
    FunctionEntry::context("managementGroupResourceId", (2, ANY), ContextFunction::ManagementGroupResourceId)
        .in_templates(),
    // What only a running deployment knows.
    FunctionEntry::runtime("reference", (1, 3)),
    FunctionEntry::runtime("references", (1, 2)),
    FunctionEntry::runtime("listKeys", (2, 3)),
    FunctionEntry::runtime("listSecrets", (2, 3)),
    FunctionEntry::runtime("listAccountSas", (2, 3)),
    FunctionEntry::runtime("listServiceSas", (2, 3)),
    FunctionEntry::runtime("listCallbackUrl", (2, 3)),
    FunctionEntry::runtime("deployer", (0, 0)),
    FunctionEntry::runtime("roleDefinitions", (1, 1)),
    FunctionEntry::runtime("resourceInfo", (1, 1)),
    FunctionEntry::runtime("pickZones", (3, 5)),
    FunctionEntry::runtime("providers", (1, 2)),
    FunctionEntry::runtime("toLogicalZone", (3, 3)),
    FunctionEntry::runtime("toLogicalZones", (3, 3)),
    FunctionEntry::runtime("toPhysicalZone", (3, 3)),
    FunctionEntry::runtime("toPhysicalZones", (3, 3)),
    FunctionEntry::pure("fail", (1, 1), |arguments| error(text_at(arguments, 0)?)).in_templates(),
];

/// The arguments of the functions that build ids: what stands before the type, and `type/name` joined.
struct Named<'a> {
    before: &'a [Value],
    path: String,
}

/// Splits the arguments at the type: the first one (behind at most `most` others) with a `/` in it.
fn named(arguments: &[Value], most: usize) -> Result<Named<'_>, Failure> {
    for index in 0..arguments.len() {
        text_at(arguments, index)?;
    }
    let at = arguments
        .iter()
        .take(most + 1)
        .position(|argument| argument.as_str().is_some_and(|t| t.contains('/')));
    let Some(at) = at else { return error("no argument is a resource type") };
    let resource_type = text_at(arguments, at)?;
    let mut types = resource_type.trim_matches('/').split('/');
    let mut path = types.next().unwrap_or_default().to_owned();
    let names = &arguments[at + 1..];
    let types: Vec<&str> = types.collect();
    if types.len() != names.len() {
        return error(format!(
            "the type '{resource_type}' needs {} name(s), {} were given",
            types.len(),
            names.len()
        ));
    }
    for (index, segment) in types.iter().enumerate() {
        path.push('/');
        path.push_str(segment);
        path.push('/');
        path.push_str(text_at(names, index)?);
    }
    Ok(Named { before: &arguments[..at], path })
}

fn is_guid(text: &str) -> bool {
    uuid::Uuid::try_parse(text).is_ok()
}

/// `resourceId([subscription], [group], type, name…)` where these are the place's own subscription and group
/// (`None` for a place that has none).
///
/// Above a resource group, a group may be given only behind a subscription.
pub fn resource_id(
    subscription: Option<&SubscriptionId>,
    group: Option<&ResourceId>,
    arguments: &[Value],
) -> Answer {
    let named = named(arguments, 2)?;
    let own = subscription.map(SubscriptionId::as_str);
    let own_group = group.and_then(ResourceId::resource_group_name);
    let before: Vec<&str> = named.before.iter().filter_map(Value::as_str).collect();
    let (subscription, group) = match (&before[..], own_group) {
        ([], group) => (own, group),
        ([only], None) if is_guid(only) => (Some(*only), None),
        ([only], Some(group)) if is_guid(only) => (Some(*only), Some(group)),
        ([only], Some(_)) => (own, Some(*only)),
        ([_], None) => return error("above a resource group, a group is given only behind a subscription"),
        ([subscription, group, ..], _) => (Some(*subscription), Some(*group)),
    };
    let mut id = subscription.map_or_else(String::new, |s| format!("/subscriptions/{s}"));
    if let Some(group) = group {
        id = format!("{id}/resourceGroups/{group}");
    }
    Ok(format!("{id}/providers/{}", named.path).into())
}

/// `subscriptionResourceId([subscription], type, name…)` where this is the place's own subscription.
pub fn subscription_resource_id(subscription: Option<&SubscriptionId>, arguments: &[Value]) -> Answer {
    let named = named(arguments, 1)?;
    let given = named.before.first().and_then(Value::as_str);
    match given.or(subscription.map(SubscriptionId::as_str)) {
        Some(subscription) => Ok(format!("/subscriptions/{subscription}/providers/{}", named.path).into()),
        None => error("there is no subscription here"),
    }
}

/// `managementGroupResourceId(type, name…)` where this is the place's own management group (`None` for a place that
/// has none).
pub fn management_group_resource_id(group: Option<&str>, arguments: &[Value]) -> Answer {
    let named = named(arguments, 0)?;
    match group {
        Some(group) => {
            let id =
                format!("/providers/Microsoft.Management/managementGroups/{group}/providers/{}", named.path);
            Ok(id.into())
        }
        None => error("there is no management group here"),
    }
}

fn tenant_resource_id(arguments: &[Value]) -> Answer {
    Ok(format!("/providers/{}", named(arguments, 0)?.path).into())
}

fn extension_resource_id(arguments: &[Value]) -> Answer {
    let base = text_at(arguments, 0)?;
    let named = named(&arguments[1..], 0)?;
    Ok(format!("{}/providers/{}", base.trim_end_matches('/'), named.path).into())
}
