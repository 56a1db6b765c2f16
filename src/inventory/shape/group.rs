//! Management groups: expanded trees (`az account management-group show -e -r`, REST), entities
//! (`getEntities`, descendants), rows of Resource Graph, edges `{group}/subscriptions/{subscription}`.

use std::collections::HashSet;
use std::sync::Arc;

use crate::arm::{ManagementGroupId, SubscriptionId};
use crate::source::{Diagnostic, Diagnostics, Node};

use super::super::codes;
use super::super::kind::Kind;
use super::super::subscription::Known;
use super::super::tree::{GroupKey, TreeFacts};
use super::subscription::{self, Facts};
use super::text::{is_cut, json_in, shared, text};

/// What a document says of the tree.
pub(crate) struct Gathered<'a> {
    pub(crate) tree: &'a mut TreeFacts,
    pub(crate) subscriptions: &'a mut Vec<Facts>,
    pub(crate) faults: &'a mut Diagnostics,
}

/// A recursive listing as it is read.
#[derive(Default)]
struct Listing {
    groups: Vec<GroupKey>,
    subscriptions: HashSet<SubscriptionId>,
    /// Whether children of a child group are listed: then the listing goes all the way down.
    deep: bool,
    /// Whether a depth limit cut it: then it shows nothing of what it lacks.
    cut: bool,
    /// Whether it has child groups at all.
    has_groups: bool,
}

/// Reads a management group in any of its forms.
pub(crate) fn read(node: &Node, gathered: &mut Gathered<'_>) {
    let properties =
        node.get("properties").map(|found| json_in(found, gathered.faults).unwrap_or_else(|| found.clone()));
    let properties = properties.as_ref();
    let find = |key: &str| node.get(key).or_else(|| properties.and_then(|properties| properties.get(key)));
    let Some(name) = text(node, &["id", "name"]) else {
        let message = "this management group has neither an `id` nor a `name`";
        gathered.faults.push(Diagnostic::new(&codes::BAD_ID, message).at(node.span, "not read"));
        return;
    };
    let tenant: Option<Arc<str>> =
        find("tenantId").and_then(Node::as_str).map(|text| text.to_ascii_lowercase().into());
    let key = GroupKey { tenant, id: ManagementGroupId::new(name) };
    let display_name = find("displayName").and_then(Node::as_str).map(Arc::from);
    let is_root = is_root(node, properties);
    gathered.tree.group(&key, display_name, is_root, node.span);
    parent(node, properties, &key, gathered);
    if let Some(children) =
        find("children").filter(|children| children.is_array() && !is_cut_list(children, gathered))
    {
        let mut listing = Listing { groups: vec![key.clone()], ..Listing::default() };
        descend(children, &key, &mut listing, gathered);
        if (listing.deep || !listing.has_groups) && !listing.cut {
            gathered.tree.recursive(listing.groups, listing.subscriptions);
        }
    }
}

/// Whether a depth limit left texts where the children were.
fn is_cut_list(children: &Node, gathered: &mut Gathered<'_>) -> bool {
    let Some(first) = children.items().iter().find(|child| child.as_str().is_some_and(is_cut)) else {
        return false;
    };
    gathered.faults.push(
        Diagnostic::new(
            &codes::TRUNCATED,
            "the children of this management group were cut off by a depth limit",
        )
        .at(first.span, "a group or a subscription stood here")
        .help("export again with `ConvertTo-Json -Depth 20`"),
    );
    true
}

/// Whether the document says that the group has no parent: its details lack one, or the entity's is null.
fn is_root(node: &Node, properties: Option<&Node>) -> bool {
    let find = |key: &str| node.get(key).or_else(|| properties.and_then(|properties| properties.get(key)));
    let none = |parent: Option<&Node>| match parent {
        None => true,
        Some(parent) => parent.is_null() || parent.get("id").is_some_and(Node::is_null),
    };
    match (find("details"), find("parent")) {
        (Some(details), _) if details.is_object() => none(details.get("parent")),
        (_, Some(parent)) => none(Some(parent)),
        _ => false,
    }
}

/// The parent and the chain above a group or a subscription of the tree.
fn parent(node: &Node, properties: Option<&Node>, key: &GroupKey, gathered: &mut Gathered<'_>) {
    let find = |key: &str| node.get(key).or_else(|| properties.and_then(|properties| properties.get(key)));
    let details = find("details");
    let parent = details.and_then(|details| details.get("parent")).or_else(|| find("parent"));
    if let Some((parent_key, display_name)) = parent.and_then(|parent| group(parent, key.tenant.as_ref())) {
        let span = parent.map_or(node.span, |parent| parent.span);
        gathered.tree.group(&parent_key, display_name, false, span);
        gathered.tree.group_edge(key, &parent_key, span);
    }
    // `Get-AzManagementGroup -Expand` writes the parent flat.
    if let Some(above) = find("parentId").and_then(Node::as_str).filter(|above| !above.is_empty()) {
        let parent_key = GroupKey { tenant: key.tenant.clone(), id: ManagementGroupId::new(above) };
        let display_name = find("parentDisplayName").and_then(Node::as_str).map(Arc::from);
        gathered.tree.group(&parent_key, display_name, false, node.span);
        gathered.tree.group_edge(key, &parent_key, node.span);
    }
    let chain = details.and_then(|details| details.get("managementGroupAncestorsChain"));
    if let Some(chain) = chain.and_then(|chain| subscription::chain(chain, gathered.faults)) {
        let mut keys = vec![key.clone()];
        keys.extend(name_all(&chain, key.tenant.as_ref(), gathered.tree));
        gathered.tree.upwards(&keys, chain.span);
    }
    if let Some(keys) = name_chain(node, properties, parent, key.tenant.as_ref(), gathered.faults) {
        gathered.tree.upwards(&keys, node.span);
    }
}

/// Makes the groups of a chain known and gives their keys.
pub(crate) fn name_all(
    chain: &subscription::Chain,
    tenant: Option<&Arc<str>>,
    tree: &mut TreeFacts,
) -> Vec<GroupKey> {
    chain
        .groups
        .iter()
        .map(|(id, display_name)| {
            let key = GroupKey { tenant: tenant.cloned(), id: id.clone() };
            tree.group(&key, display_name.clone(), false, chain.span);
            key
        })
        .collect()
}

fn group(parent: &Node, tenant: Option<&Arc<str>>) -> Option<(GroupKey, Option<Arc<str>>)> {
    let name = text(parent, &["id", "name"]).or_else(|| parent.as_str())?;
    let key = GroupKey { tenant: tenant.cloned(), id: ManagementGroupId::new(name) };
    Some((key, shared(parent, &["displayName"])))
}

/// `parentNameChain` of an entity, nearest first. It goes from the root to the parent; one that ends elsewhere
/// contradicts the parent and isn't used.
fn name_chain(
    node: &Node,
    properties: Option<&Node>,
    parent: Option<&Node>,
    tenant: Option<&Arc<str>>,
    faults: &mut Diagnostics,
) -> Option<Vec<GroupKey>> {
    let chain = node.get("parentNameChain").or_else(|| properties?.get("parentNameChain"))?;
    let names: Vec<&str> = chain.items().iter().filter_map(Node::as_str).collect();
    let last = ManagementGroupId::new(names.last()?);
    let (named, _) = group(parent?, tenant)?;
    if named.id != last {
        faults.push(
            Diagnostic::new(
                &codes::CHAIN_CONTRADICTS,
                format!("the chain of names ends with `{last}`, and the parent is `{}`", named.id),
            )
            .at(chain.span, "this chain isn't used")
            .at(parent?.span, "the parent"),
        );
        return None;
    }
    let keys =
        names.iter().rev().map(|name| GroupKey { tenant: tenant.cloned(), id: ManagementGroupId::new(name) });
    Some(keys.collect())
}

fn descend(children: &Node, parent: &GroupKey, listing: &mut Listing, gathered: &mut Gathered<'_>) {
    for child in children.items() {
        match Kind::of(child) {
            Kind::TreeSubscription | Kind::Subscription => {
                if let Some(facts) = member(child, parent.tenant.as_ref(), gathered.faults) {
                    listing.subscriptions.insert(facts.id.clone());
                    gathered.tree.subscription_edge(&facts.id, parent, child.span);
                    gathered.subscriptions.push(facts);
                }
            }
            Kind::ManagementGroup => {
                let Some((key, display_name)) = group(child, parent.tenant.as_ref()) else { continue };
                listing.has_groups = true;
                listing.groups.push(key.clone());
                gathered.tree.group(&key, display_name, false, child.span);
                gathered.tree.group_edge(&key, parent, child.span);
                let below = child.get("children").or_else(|| child.at(&["properties", "children"]));
                let below = below.filter(|below| below.is_array() && !is_cut_list(below, gathered));
                listing.cut |= below.is_none() && child.get("children").is_some_and(Node::is_array);
                if let Some(below) = below {
                    listing.deep = true;
                    descend(below, &key, listing, gathered);
                }
            }
            _ => gathered.faults.push(
                Diagnostic::new(
                    &codes::WRONG_TYPE,
                    "a child of a management group is a management group or a subscription",
                )
                .at(child.span, "not read"),
            ),
        }
    }
}

/// A subscription of the tree: the last segment of its id, or of its name `{group}/{subscription}`.
fn member(node: &Node, tenant: Option<&Arc<str>>, faults: &mut Diagnostics) -> Option<Facts> {
    let name = text(node, &["id", "name"]).map(|text| text.trim_matches('/'));
    let Some(id) = name.and_then(|name| name.rsplit('/').next()).filter(|id| !id.is_empty()) else {
        faults.push(Diagnostic::new(&codes::BAD_ID, "this subscription has no id").at(node.span, "not read"));
        return None;
    };
    let id = SubscriptionId::new(id);
    let display_name = text(node, &["displayName"])
        .or_else(|| node.at(&["properties", "displayName"]).and_then(Node::as_str))
        .filter(|name| !name.eq_ignore_ascii_case(id.as_str()))
        .map(Arc::from);
    let mut facts = Facts::bare(id, display_name, node.span);
    facts.tenant = tenant.map_or(Known::No, |tenant| Known::Yes(tenant.clone()));
    Some(facts)
}

/// Reads a subscription of the tree that stands by itself: an entity with its parent, a descendant, or the edge
/// `…/managementGroups/{group}/subscriptions/{subscription}`.
pub(crate) fn subscription(node: &Node, gathered: &mut Gathered<'_>) {
    let properties =
        node.get("properties").map(|found| json_in(found, gathered.faults).unwrap_or_else(|| found.clone()));
    let properties = properties.as_ref();
    let find = |key: &str| node.get(key).or_else(|| properties.and_then(|properties| properties.get(key)));
    let tenant: Option<Arc<str>> = find("tenantId")
        .or_else(|| find("tenant"))
        .and_then(Node::as_str)
        .map(|text| text.to_ascii_lowercase().into());
    let Some(facts) = member(node, tenant.as_ref(), gathered.faults) else { return };
    let parent = find("parent");
    let above = parent
        .and_then(|parent| group(parent, tenant.as_ref()))
        .or_else(|| Some((GroupKey { tenant: tenant.clone(), id: edge_group(node)? }, None)));
    if let Some((key, display_name)) = above {
        gathered.tree.group(&key, display_name, false, node.span);
        gathered.tree.subscription_edge(&facts.id, &key, node.span);
    }
    if let Some(keys) = name_chain(node, properties, parent, tenant.as_ref(), gathered.faults) {
        gathered.tree.upwards(&keys, node.span);
    }
    gathered.subscriptions.push(facts);
}

/// The group of an edge: in the id, or in a name `{group}/{subscription}`.
fn edge_group(node: &Node) -> Option<ManagementGroupId> {
    let in_id = text(node, &["id"]).and_then(|id| {
        let lower = id.to_ascii_lowercase();
        let from = lower.find("/managementgroups/")? + "/managementgroups/".len();
        let to = lower[from..].find('/')? + from;
        Some(ManagementGroupId::new(&id[from..to]))
    });
    in_id.or_else(|| text(node, &["name"])?.split_once('/').map(|(group, _)| ManagementGroupId::new(group)))
}
