//! The tenant tree that `AzGovViz` writes:
//! `{"Tenant": {"TenantId": …, "ManagementGroups": {"{id}": {"MgId", "MgName", "mgParentId", "Subscriptions",
//! "ManagementGroups", "PolicyAssignments", "PolicyDefinitionsCustom", …}}}}`.
//!
//! It leaves out subscriptions that are disabled or of some offers, so what it lacks may exist.

use std::sync::Arc;

use crate::arm::{ManagementGroupId, Object, ResourceId, SubscriptionId, Value};
use crate::source::{Node, NodeValue, Span};

use super::super::subscription::{Known, SubscriptionState};
use super::super::tree::GroupKey;
use super::envelope::take;
use super::group::Gathered;
use super::subscription::Facts;
use super::text::{shared, text};

/// The documents that stand in the tree: policy documents and role assignments, in their own forms.
pub(crate) type Documents = Vec<Node>;

/// A resource group that is named there: nothing but its existence is known.
#[derive(Debug)]
pub(crate) struct NamedGroup {
    pub(crate) id: ResourceId,
    pub(crate) span: Span,
}

const EXTRA: &[&str] =
    &["PolicyDefinitionsCustom", "PolicySetDefinitionsCustom", "PolicyAssignments", "RoleAssignments"];

/// Reads a tree.
pub(crate) fn read(mut document: Node, gathered: &mut Gathered<'_>) -> (Documents, Vec<NamedGroup>) {
    let mut found = (Documents::new(), Vec::new());
    let Some(mut tenant) = take(&mut document, "Tenant") else { return found };
    let id: Option<Arc<str>> = text(&tenant, &["TenantId"]).map(|text| text.to_ascii_lowercase().into());
    documents(&mut tenant, &mut found.0);
    if let Some(groups) = take(&mut tenant, "ManagementGroups") {
        descend(groups, None, id.as_ref(), gathered, &mut found);
    }
    found
}

fn entries(map: Node) -> impl Iterator<Item = (Arc<str>, Node)> {
    let members = match map.value {
        NodeValue::Object(members) => members,
        _ => Vec::new(),
    };
    members.into_iter().map(|member| (member.key, member.value))
}

fn documents(node: &mut Node, found: &mut Documents) {
    for key in EXTRA {
        if let Some(map) = take(node, key) {
            found.extend(entries(map).map(|(_, document)| document));
        }
    }
}

fn descend(
    groups: Node,
    parent: Option<&GroupKey>,
    tenant: Option<&Arc<str>>,
    gathered: &mut Gathered<'_>,
    found: &mut (Documents, Vec<NamedGroup>),
) {
    for (name, mut node) in entries(groups) {
        let id = ManagementGroupId::new(text(&node, &["MgId"]).unwrap_or(&name));
        let key = GroupKey { tenant: tenant.cloned(), id };
        gathered.tree.group(&key, shared(&node, &["MgName"]), false, node.span);
        // The root's parent is written `TenantRoot`, which is no group.
        let above = text(&node, &["mgParentId"]).filter(|text| !text.eq_ignore_ascii_case("TenantRoot"));
        let above = parent
            .cloned()
            .or_else(|| Some(GroupKey { tenant: tenant.cloned(), id: ManagementGroupId::new(above?) }));
        if let Some(above) = &above {
            gathered.tree.group_edge(&key, above, node.span);
        }
        documents(&mut node, &mut found.0);
        if let Some(subscriptions) = take(&mut node, "Subscriptions") {
            for (id, subscription) in entries(subscriptions) {
                read_subscription(&id, subscription, &key, gathered, found);
            }
        }
        if let Some(below) = take(&mut node, "ManagementGroups") {
            descend(below, Some(&key), tenant, gathered, found);
        }
    }
}

fn read_subscription(
    id: &str,
    mut node: Node,
    parent: &GroupKey,
    gathered: &mut Gathered<'_>,
    found: &mut (Documents, Vec<NamedGroup>),
) {
    let mut facts = Facts::bare(SubscriptionId::new(id), shared(&node, &["SubscriptionName"]), node.span);
    facts.state =
        text(&node, &["SubscriptionState"]).and_then(SubscriptionState::parse).map_or(Known::No, Known::Yes);
    facts.tenant = parent.tenant.clone().map_or(Known::No, Known::Yes);
    facts.tags = node.get("SubscriptionTags").map_or(Known::No, |tags| Known::Yes(read_tags(tags)));
    gathered.tree.subscription_edge(&facts.id, parent, node.span);
    documents(&mut node, &mut found.0);
    if let Some(groups) = take(&mut node, "ResourceGroups") {
        for (name, mut group) in entries(groups) {
            let span = group.span;
            documents(&mut group, &mut found.0);
            found.1.push(NamedGroup { id: ResourceId::resource_group(&facts.id, &name), span });
        }
    }
    gathered.subscriptions.push(facts);
}

/// `[{"Key": …, "Value": …}]`, or one of these alone.
fn read_tags(node: &Node) -> Value {
    let one = std::slice::from_ref(node);
    let list = if node.is_array() { node.items() } else { one };
    let pairs = list.iter().filter_map(|tag| {
        let key = shared(tag, &["Key", "Name"])?;
        Some((key, tag.get("Value").map_or(Value::Null, Value::from)))
    });
    Value::from(pairs.collect::<Object>())
}
