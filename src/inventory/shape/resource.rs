//! Any resource, in the form of REST, Resource Graph, `az` or PowerShell.

use std::sync::Arc;

use crate::arm::{Location, Object, ResourceId, ResourceType, Value};
use crate::source::{Diagnostic, Diagnostics, Node, NodeValue, doubled_keys};

use super::super::resource::{Resource, ShapeLoss};
use super::super::{codes, foreign, kind};
use super::envelope::Envelope;
use super::text::{has_cut, is_cut, json_in};
use super::{automation, text};

/// The family of a shape: what it can carry at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// As ARM answers.
    Rest,
    /// A row of Resource Graph: no `etag`, no `systemData`.
    Graph,
    /// Flattened by `az`: `properties.metadata` is lost.
    Flattened,
    /// As PowerShell prints it: likewise.
    PowerShell,
}

/// A resource as it was read.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) resource: Resource,
    pub(crate) shape: Shape,
    /// Whether a finding says already why something of it isn't read.
    pub(crate) told: bool,
}

/// Members that stand at the top of a resource; any other belongs to `properties`.
const TOP: &[&str] = &[
    "location",
    "kind",
    "etag",
    "tags",
    "sku",
    "identity",
    "plan",
    "zones",
    "managedBy",
    "extendedLocation",
    "systemData",
];

/// Members that tools add and that ARM doesn't have.
const ADDED: &[&str] = &[
    "id",
    "name",
    "type",
    "properties",
    "apiVersion",
    "resourceGroup",
    "resourceGroupName",
    "resourceId",
    "resourceName",
    "resourceType",
    "extensionResourceType",
    "extensionResourceName",
    "parentResource",
    "subscriptionId",
    "tenantId",
    "changedTime",
    "createdTime",
    "provisioningState",
    "resources",
    "tagsTable",
];

/// Reads one. What has no id, or none that is one, gives a finding.
pub(crate) fn read(node: &Node, envelope: Envelope, faults: &mut Diagnostics) -> Option<Read> {
    let (id, resource_type) = identity(node, faults)?;
    // Of free maps further down, such as settings of an application, the case of keys may matter.
    for own in [Some(node), node.get("properties"), node.get("tags")].into_iter().flatten() {
        doubled_keys(own, faults);
    }
    let before = faults.len();
    let shape = shape(node, envelope);
    let is_automation = resource_type.is(ResourceType::AUTOMATION);
    let mut loss = None;
    let mut carried: Vec<Arc<str>> = Vec::new();
    let mut flattened = false;
    let properties = match node.get("properties") {
        Some(found) => {
            let (properties, lost) = properties(found, faults);
            loss = lost;
            if properties.is_some() {
                carried.push("properties".into());
            }
            properties.map(|value| if is_automation { automation::straighten(value) } else { value })
        }
        None if is_automation && automation::is_flattened(node) => {
            let members = automation::members(node, faults);
            flattened = true;
            carried.extend(members.carried);
            if members.cut {
                loss = Some(ShapeLoss::Truncated);
            } else if !members.whole {
                loss = Some(ShapeLoss::Projected(Vec::new()));
            }
            Some(Value::from(members.properties))
        }
        None => {
            let rest = if envelope.is_graph() || is_graph_row(node) { Object::new() } else { others(node) };
            flattened = !rest.is_empty();
            if rest.is_empty() {
                loss = Some(ShapeLoss::NoProperties);
                None
            } else {
                carried.extend(
                    rest.iter().map(|(key, _)| format!("properties.{}", key.to_ascii_lowercase()).into()),
                );
                loss = Some(ShapeLoss::Projected(Vec::new()));
                Some(Value::from(rest))
            }
        }
    };
    let shape = if flattened && shape == Shape::Rest { Shape::Flattened } else { shape };
    let lacks = projected_away(node, shape);
    if lacks && loss != Some(ShapeLoss::Truncated) {
        loss = Some(ShapeLoss::Projected(Vec::new()));
    }
    let mut body = Object::new();
    body.push("id", id.as_str());
    body.push("name", id.name());
    body.push("type", resource_type.as_str());
    top(node, shape, &mut body, &mut carried, faults);
    if let Some(properties) = properties {
        body.push("properties", properties);
    }
    if let Some(ShapeLoss::Projected(paths)) = &mut loss {
        carried.extend(["id".into(), "name".into(), "type".into()]);
        carried.sort();
        *paths = carried;
    }
    let location = body.get("location").and_then(Value::as_str).map(Location::new);
    let body = Value::from(body).into();
    let resource = Resource { id, resource_type, location, body, loss, span: node.span };
    Some(Read { resource, shape, told: faults.len() > before })
}

/// The id and the type.
fn identity(node: &Node, faults: &mut Diagnostics) -> Option<(ResourceId, ResourceType)> {
    let Some(text) = kind::id_of(node) else {
        let found = node.get("id").map(|id| id.span);
        faults.push(
            Diagnostic::new(&codes::NO_ID, "a resource without an `id` has no place in a tenant")
                .at(found.unwrap_or(node.span), "not read")
                .help("export it with its `id`"),
        );
        return None;
    };
    if foreign::is_placeholder(text) {
        let span = node.get("id").or_else(|| node.get("resourceId")).map_or(node.span, |id| id.span);
        faults.push(
            Diagnostic::new(
                &codes::PLACEHOLDER,
                format!("`{text}` holds a placeholder, so this resource isn't read"),
            )
            .at(span, "an id belongs here")
            .help("give the deployed object, or put the value in"),
        );
        return None;
    }
    let Some(id) = ResourceId::parse(text) else {
        let span = node.get("id").or_else(|| node.get("resourceId")).map_or(node.span, |id| id.span);
        faults.push(bad_id(text).at(span, "this resource isn't read"));
        return None;
    };
    let by_id = id.resource_type();
    let declared = text::text(node, &["type", "resourceType"]).filter(|text| text.contains('/'));
    let resource_type = match declared.map(ResourceType::new) {
        // Answers to a PUT call it so.
        Some(declared) if declared.is("Microsoft.Security/SecurityAutomations") => by_id,
        Some(declared) if declared != by_id => declared,
        _ => by_id,
    };
    Some((id, resource_type))
}

/// The finding for a text that is no id.
pub(crate) fn bad_id(text: &str) -> Diagnostic {
    Diagnostic::new(&codes::BAD_ID, format!("`{text}` is no id of a resource"))
        .help("an id begins with `/subscriptions/` or `/providers/` and has a value for each key")
}

fn shape(node: &Node, envelope: Envelope) -> Shape {
    const PASCAL: &[&str] = &["Id", "ResourceId", "Properties", "Location", "Tags", "ETag"];
    if envelope.is_graph() || is_graph_row(node) {
        Shape::Graph
    } else if node.members().iter().any(|member| PASCAL.contains(&&*member.key)) {
        Shape::PowerShell
    } else {
        Shape::Rest
    }
}

/// A row of Resource Graph without its envelope, as `Search-AzGraph` or `--query data` print it.
fn is_graph_row(node: &Node) -> bool {
    let exact = |key: &str| node.members().iter().any(|member| &*member.key == key);
    exact("subscriptionId") && (exact("tenantId") || exact("resourceGroup"))
}

/// Whether a member is missing that the shape always has: then the row is a projection.
fn projected_away(node: &Node, shape: Shape) -> bool {
    let lacks = |key: &str| node.get(key).is_none();
    match shape {
        Shape::Graph => ["name", "type", "location", "tags"].into_iter().any(lacks),
        Shape::Rest => lacks("type"),
        Shape::Flattened => ["name", "type", "location"].into_iter().any(lacks),
        Shape::PowerShell => false,
    }
}

/// `properties`, and what its form has lost.
fn properties(found: &Node, faults: &mut Diagnostics) -> (Option<Value>, Option<ShapeLoss>) {
    match &found.value {
        NodeValue::Object(_) => {
            let value = Value::from(found);
            let loss = has_cut(&value).then_some(ShapeLoss::Truncated);
            (Some(value), loss)
        }
        NodeValue::Null => (None, Some(ShapeLoss::NoProperties)),
        NodeValue::String(text) if is_cut(text) => (None, Some(ShapeLoss::Truncated)),
        NodeValue::String(_) => match json_in(found, faults) {
            Some(inner) if inner.is_object() => properties(&inner, faults),
            _ => (None, Some(ShapeLoss::NoProperties)),
        },
        _ => {
            faults.push(
                Diagnostic::new(
                    &codes::WRONG_TYPE,
                    format!("`properties` of a resource is an object, and this is {}", found.kind()),
                )
                .at(found.span, "not read"),
            );
            (None, Some(ShapeLoss::NoProperties))
        }
    }
}

/// The members of a flattened resource that belong to `properties`.
fn others(node: &Node) -> Object {
    let known = |key: &str| TOP.iter().chain(ADDED).any(|name| name.eq_ignore_ascii_case(key));
    node.members()
        .iter()
        .filter(|member| !member.value.is_null() && !known(&member.key))
        .map(|member| (member.key.clone(), stripped(&member.value)))
        .collect()
}

/// The members at the top, with ARM's names, without nulls.
fn top(node: &Node, shape: Shape, body: &mut Object, carried: &mut Vec<Arc<str>>, faults: &mut Diagnostics) {
    for key in TOP {
        let Some(found) = node.get(key) else { continue };
        carried.push(key.to_ascii_lowercase().into());
        let inner = if matches!(*key, "tags" | "sku" | "identity") { json_in(found, faults) } else { None };
        let found = inner.as_ref().unwrap_or(found);
        let wrong = match *key {
            "location" | "kind" | "etag" | "managedBy" => found.as_str().is_none() && !found.is_null(),
            "tags" => !found.is_object() && !found.is_null() && found.as_str() != Some(""),
            _ => false,
        };
        if wrong {
            let wanted = if *key == "tags" { "an object" } else { "a text" };
            faults.push(
                Diagnostic::new(
                    &codes::WRONG_TYPE,
                    format!("`{key}` of a resource is {wanted}, and this is {}", found.kind()),
                )
                .at(found.span, "not read"),
            );
            continue;
        }
        // Tools write null for an absent member, Resource Graph an empty text.
        let empty = found.is_null() || (matches!(*key, "managedBy" | "tags") && found.as_str() == Some(""));
        if empty {
            continue;
        }
        let value = match (shape, *key) {
            (Shape::PowerShell, "sku" | "identity" | "plan") => camel_members(found),
            (Shape::Flattened, "sku" | "identity" | "plan" | "systemData") => stripped(found),
            _ => Value::from(found),
        };
        body.push(*key, value);
    }
}

/// A value without the nulls and the `resourceGroup` members that `az` adds.
fn stripped(node: &Node) -> Value {
    match &node.value {
        NodeValue::Array(items) => items.iter().map(stripped).collect(),
        NodeValue::Object(members) => {
            let has_id = node.get("id").is_some();
            Value::from(
                members
                    .iter()
                    .filter(|m| !(m.value.is_null() || has_id && &*m.key == "resourceGroup"))
                    .map(|m| (m.key.clone(), stripped(&m.value)))
                    .collect::<Object>(),
            )
        }
        _ => Value::from(node),
    }
}

/// PowerShell's names as ARM writes them, without nulls.
fn camel_members(node: &Node) -> Value {
    match &node.value {
        NodeValue::Object(members) => Value::from(
            members
                .iter()
                .filter(|member| !member.value.is_null())
                .map(|member| (camel(&member.key), camel_members(&member.value)))
                .collect::<Object>(),
        ),
        _ => Value::from(node),
    }
}

/// A name with its first letter in lower case.
pub(crate) fn camel(key: &Arc<str>) -> Arc<str> {
    let mut letters = key.chars();
    match letters.next() {
        Some(first) if first.is_ascii_uppercase() => {
            let mut name = first.to_ascii_lowercase().to_string();
            name.push_str(letters.as_str());
            name.into()
        }
        _ => key.clone(),
    }
}

#[cfg(test)]
mod tests;
