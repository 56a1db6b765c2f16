//! The inventory of a case: its resources, its subscription and its group, in the form in which Azure lists them.

use std::sync::Arc;

use crate::arm::{ResourceId, ResourceType, Scope, SubscriptionId};
use crate::inventory::{Completeness, Inventory, InventoryBuilder, Provenance};
use crate::source::{Diagnostic, Diagnostics, Member, Node, NodeValue, Severity, SourceMap, Span};

use super::case::TestCase;
use super::codes;

/// The subscription of cases that name none.
const SUBSCRIPTION: &str = "00000000-0000-0000-0000-000000000000";

/// The group of cases that name none.
const GROUP: &str = "rg";

/// What a case describes.
#[derive(Debug)]
pub(super) struct World {
    /// Everything that exists.
    pub(super) inventory: Inventory,
    /// The subscription.
    pub(super) subscription: SubscriptionId,
    /// The resource under `if`.
    pub(super) subject: ResourceId,
}

/// Builds the inventory of a case, in which all resources of these types are listed, too. `None` where the case
/// has a fault.
pub(super) fn world(case: &TestCase, listed: &[ResourceType], faults: &mut Diagnostics) -> Option<World> {
    let own =
        text(Some(&case.resource), "id").and_then(ResourceId::parse).and_then(|id| id.subscription_id());
    let subscription = match text(case.context.subscription.as_ref(), "id") {
        Some(id) => SubscriptionId::new(id.rsplit('/').next().unwrap_or(id)),
        None => own.unwrap_or_else(|| SubscriptionId::new(SUBSCRIPTION)),
    };
    let group = match &case.context.group {
        Some(node) => node.as_str().or_else(|| text(Some(node), "name")).unwrap_or(GROUP),
        None => GROUP,
    };
    let place = Place { subscription: &subscription, group };
    let mut documents = vec![place.subscription_document(case)];
    let subject = match case.resource.as_str() {
        Some("subscription") => ResourceId::subscription(&subscription),
        Some("resourceGroup") => ResourceId::resource_group(&subscription, group),
        _ => {
            let (id, document) = place.resource(&case.resource, faults)?;
            if !id.folded().contains("/resourcegroups/") && !id.folded().contains("/providers/") {
                // The subscription itself, written out.
                documents = vec![document];
            } else {
                documents.push(document);
            }
            id
        }
    };
    let mut ids = vec![subject.clone()];
    for node in &case.related {
        let (id, document) = place.resource(node, faults)?;
        ids.push(id);
        documents.push(document);
    }
    let own = ResourceId::resource_group(&subscription, group);
    let wanted = case.context.group.is_some() || ids.iter().any(|id| id.is_within(&own));
    if wanted && !documents.iter().skip(1).any(|node| id_of(node).is_some_and(|id| id == own)) {
        documents.push(group_document(&own, case.context.group.as_ref(), case.span));
    }
    let types = documents.iter().filter_map(|node| text(Some(node), "type")).map(ResourceType::new);
    let group_type = ResourceType::new(ResourceType::RESOURCE_GROUP);
    let mut types: Vec<ResourceType> = types.chain(listed.iter().cloned()).chain([group_type]).collect();
    types.sort();
    types.dedup();
    let mut builder = InventoryBuilder::new();
    for document in documents {
        builder.document(document, Provenance { file: case.span.file, lines: false }, faults);
    }
    let assertions: Vec<Completeness> = types
        .into_iter()
        .filter(|_| case.context.complete)
        .map(|resource_type| Completeness { resource_type: Some(resource_type), scope: None })
        .collect();
    let (inventory, _, found) = builder.finish(&assertions, &SourceMap::new(), &|_| None);
    // Notes on listings are about files that users export, not about cases.
    found.into_iter().filter(|fault| fault.severity > Severity::Note).for_each(|fault| faults.push(fault));
    let world = World { inventory, subscription, subject };
    (lies_below(case, &world, faults) && all_read(&case.related, &ids[1..], &world, faults)).then_some(world)
}

/// Whether the assignment that the case names holds its subscription.
fn lies_below(case: &TestCase, world: &World, faults: &mut Diagnostics) -> bool {
    let Some(assigned) = &case.context.assignment else { return true };
    let (message, help) = match &assigned.scope {
        Scope::Tenant => return true,
        Scope::ManagementGroup(group) => {
            let above = &case.context.groups_above;
            if above.iter().any(|name| group.as_str().eq_ignore_ascii_case(name)) {
                return true;
            }
            let help =
                format!("list `{group}` in `managementGroups`, which are those above the subscription");
            (format!("the case's subscription doesn't lie below `{group}`"), help)
        }
        scope if scope.subscription().is_some_and(|id| id == world.subscription) => return true,
        scope => {
            let help = format!("the case plays in subscription {}", world.subscription);
            (format!("`{scope}` doesn't hold the case's subscription"), help)
        }
    };
    faults.push(Diagnostic::new(&codes::BAD_ASSIGNMENT, message).at(assigned.span, "").help(help));
    false
}

/// Whether every related resource is one that the evaluation can find.
fn all_read(related: &[Node], ids: &[ResourceId], world: &World, faults: &mut Diagnostics) -> bool {
    let mut all = true;
    for (node, id) in related.iter().zip(ids) {
        if world.inventory.resource(id).is_some() || *id == ResourceId::subscription(&world.subscription) {
            continue;
        }
        all = false;
        let message = format!("a case can't give resources of type `{}` yet", id.resource_type());
        let fault = Diagnostic::new(&codes::NOT_GIVABLE, message).at(node.span, "not looked at");
        faults.push(fault.help("a scan doesn't look at them as resources either"));
    }
    all
}

fn text<'a>(node: Option<&'a Node>, key: &str) -> Option<&'a str> {
    node.and_then(|node| node.get(key)).and_then(Node::as_str)
}

fn id_of(node: &Node) -> Option<ResourceId> {
    text(Some(node), "id").and_then(ResourceId::parse)
}

fn member(key: &str, value: NodeValue, span: Span) -> Member {
    Member { key: key.into(), key_span: span, value: Node { span, value } }
}

fn written(key: &str, value: impl Into<Arc<str>>, span: Span) -> Member {
    member(key, NodeValue::String(value.into()), span)
}

/// Where resources lie that don't say it.
struct Place<'a> {
    subscription: &'a SubscriptionId,
    group: &'a str,
}

impl Place<'_> {
    /// A resource with its id, name and type.
    fn resource(&self, node: &Node, faults: &mut Diagnostics) -> Option<(ResourceId, Node)> {
        let Some(id) = self.id(node) else {
            faults.push(
                Diagnostic::new(&codes::BAD_RESOURCE, "this resource has neither an id nor a type")
                    .at(node.span, "")
                    .help("write its `type`, such as `Microsoft.Storage/storageAccounts`, or its `id`"),
            );
            return None;
        };
        if id.subscription_id().is_none_or(|lies| lies != *self.subscription) {
            faults.push(
                Diagnostic::new(
                    &codes::BAD_RESOURCE,
                    format!("this resource doesn't lie in the case's subscription {}", self.subscription),
                )
                .at(node.span, "")
                .help("a case plays in one subscription: correct the `id`, or `id` below `subscription`"),
            );
            return None;
        }
        let (span, full_name) = (node.span, id.full_name());
        let name = full_name.rsplit('/').next().unwrap_or(&full_name);
        let mut members = vec![written("id", id.as_str(), span), written("name", name, span)];
        if node.get("type").is_none() {
            members.push(written("type", id.resource_type().as_str(), span));
        }
        let added = ["id", "name", "resourceGroup"];
        let own = |member: &&Member| !added.iter().any(|key| member.key.eq_ignore_ascii_case(key));
        members.extend(node.members().iter().filter(own).cloned());
        if node.get("properties").is_none() {
            members.push(member("properties", NodeValue::Object(Vec::new()), span));
        }
        Some((id, Node { span, value: NodeValue::Object(members) }))
    }

    fn id(&self, node: &Node) -> Option<ResourceId> {
        if let Some(id) = text(Some(node), "id") {
            return ResourceId::parse(id);
        }
        let resource_type = ResourceType::new(text(Some(node), "type").filter(|text| text.contains('/'))?);
        let name = text(Some(node), "name");
        if resource_type.is(ResourceType::SUBSCRIPTION) {
            return Some(ResourceId::subscription(self.subscription));
        }
        if resource_type.is(ResourceType::RESOURCE_GROUP) {
            return Some(ResourceId::resource_group(self.subscription, name.unwrap_or(self.group)));
        }
        let mut segments: Vec<&str> = name.unwrap_or("resource").split('/').collect();
        while segments.len() < resource_type.depth() {
            segments.insert(0, "parent");
        }
        let group = text(Some(node), "resourceGroup").unwrap_or(self.group);
        let group = ResourceId::resource_group(self.subscription, group);
        Some(group.child(resource_type.as_str(), &segments.join("/")))
    }

    fn subscription_document(&self, case: &TestCase) -> Node {
        let given = case.context.subscription.as_ref();
        let span = given.map_or(case.span, |node| node.span);
        let id = self.subscription.as_str();
        let mut members =
            vec![written("id", format!("/subscriptions/{id}"), span), written("subscriptionId", id, span)];
        let own = |member: &&Member| !member.key.eq_ignore_ascii_case("id");
        members.extend(given.into_iter().flat_map(Node::members).filter(own).cloned());
        if !case.context.groups_above.is_empty() {
            let group = |name: &Arc<str>| {
                let named = ["name", "displayName"].map(|key| written(key, name.clone(), span));
                Node { span, value: NodeValue::Object(named.into()) }
            };
            let chain = case.context.groups_above.iter().map(group).collect();
            members.push(member("managementGroupAncestorsChain", NodeValue::Array(chain), span));
        }
        for (key, value) in [("displayName", "subscription"), ("state", "Enabled")] {
            if text(given, key).is_none() {
                members.push(written(key, value, span));
            }
        }
        Node { span, value: NodeValue::Object(members) }
    }
}

fn group_document(id: &ResourceId, given: Option<&Node>, span: Span) -> Node {
    let mut members = vec![
        written("id", id.as_str(), span),
        written("name", id.name(), span),
        written("type", ResourceType::RESOURCE_GROUP, span),
        member("properties", NodeValue::Object(Vec::new()), span),
    ];
    let own = |member: &&Member| !member.key.eq_ignore_ascii_case("name");
    members.extend(given.into_iter().flat_map(Node::members).filter(own).cloned());
    Node { span, value: NodeValue::Object(members) }
}
