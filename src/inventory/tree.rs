//! The management-group tree: which group lies under which, and what of that is known.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use indexmap::IndexMap;

use crate::arm::{ManagementGroupId, Marked, SubscriptionId};
use crate::source::{Diagnostic, Diagnostics, Span};

use super::collected::Collected;
use super::{Chain, codes};

/// A management group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagementGroup {
    /// Its name.
    pub id: ManagementGroupId,
    /// What people call it; the name where no shape carries another.
    pub display_name: Arc<str>,
    /// The group above it, where that is known.
    pub parent: Option<ManagementGroupId>,
    /// Whether it is known to be its tenant's root.
    pub is_root: bool,
    /// Its tenant, where a shape carries it.
    pub tenant: Option<Arc<str>>,
    /// Where it stands first.
    pub span: Span,
}

/// A group of a tenant: two tenants may have groups of one name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct GroupKey {
    /// The tenant, in lower case, where the source says it.
    pub(crate) tenant: Option<Arc<str>>,
    pub(crate) id: ManagementGroupId,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Child {
    Group(GroupKey),
    Subscription(SubscriptionId),
}

#[derive(Debug, Clone)]
struct GroupFacts {
    display_name: Option<Arc<str>>,
    is_root: bool,
    span: Span,
}

/// A recursive listing of a group: what it lacks doesn't lie under any of its groups.
#[derive(Debug, Clone)]
struct Recursive {
    groups: Vec<GroupKey>,
    subscriptions: HashSet<SubscriptionId>,
}

/// What the sources say of the tree, gathered.
#[derive(Debug, Default)]
pub(crate) struct TreeFacts {
    groups: BTreeMap<GroupKey, GroupFacts>,
    /// The parents that the sources give, each with its first place in each file.
    edges: IndexMap<Child, Vec<(GroupKey, Span)>>,
    recursive: Vec<Recursive>,
}

impl TreeFacts {
    /// A group that is named.
    pub(crate) fn group(
        &mut self,
        key: &GroupKey,
        display_name: Option<Arc<str>>,
        is_root: bool,
        span: Span,
    ) {
        match self.groups.get_mut(key) {
            Some(known) => {
                known.is_root |= is_root;
                if known.display_name.is_none() {
                    known.display_name = display_name;
                }
            }
            None => {
                self.groups.insert(key.clone(), GroupFacts { display_name, is_root, span });
            }
        }
    }

    /// A group lies directly under another.
    pub(crate) fn group_edge(&mut self, child: &GroupKey, parent: &GroupKey, span: Span) {
        self.edge(Child::Group(child.clone()), parent, span);
    }

    /// A subscription lies directly under a group.
    pub(crate) fn subscription_edge(&mut self, child: &SubscriptionId, parent: &GroupKey, span: Span) {
        self.edge(Child::Subscription(child.clone()), parent, span);
    }

    fn edge(&mut self, child: Child, parent: &GroupKey, span: Span) {
        let parents = self.edges.entry(child).or_default();
        if !parents.iter().any(|(known, place)| known == parent && place.file == span.file) {
            parents.push((parent.clone(), span));
        }
    }

    /// A chain, nearest first, above a group or a subscription.
    pub(crate) fn chain(&mut self, subscription: &SubscriptionId, chain: &[GroupKey], span: Span) {
        let Some(nearest) = chain.first() else { return };
        self.subscription_edge(subscription, nearest, span);
        self.upwards(chain, span);
    }

    /// Each group of the chain lies under the next one.
    pub(crate) fn upwards(&mut self, chain: &[GroupKey], span: Span) {
        for pair in chain.windows(2) {
            let known = self.edges.get(&Child::Group(pair[0].clone()));
            if known.is_some_and(|known| {
                known.iter().any(|(parent, place)| *parent == pair[1] && place.file == span.file)
            }) {
                // The rest was told before.
                return;
            }
            self.group_edge(&pair[0], &pair[1], span);
        }
    }

    /// A recursive listing.
    pub(crate) fn recursive(&mut self, groups: Vec<GroupKey>, subscriptions: HashSet<SubscriptionId>) {
        self.recursive.push(Recursive { groups, subscriptions });
    }

    /// Puts everything together.
    pub(crate) fn finish(mut self, collected: &Collected, faults: &mut Diagnostics) -> Tree {
        self.unify();
        let mut parents = Parents::default();
        for (child, found) in &self.edges {
            if let Some(parent) = one_parent(child, found, collected, faults) {
                parents.insert(child.clone(), parent);
            }
        }
        let cyclic = self.cycles(&parents, faults);
        let tenants: BTreeSet<Arc<str>> = self.groups.keys().filter_map(|key| key.tenant.clone()).collect();
        let mut tree = Tree {
            groups: Vec::new(),
            parents,
            facts: BTreeMap::new(),
            recursive: self.recursive,
            tenants,
            cyclic,
            upwards: Mutex::default(),
        };
        tree.groups = self
            .groups
            .iter()
            .map(|(key, facts)| ManagementGroup {
                id: key.id.clone(),
                display_name: facts.display_name.clone().unwrap_or_else(|| key.id.as_str().into()),
                parent: tree.parents.get(&Child::Group(key.clone())).map(|(parent, _)| parent.id.clone()),
                is_root: facts.is_root || tree.is_tenant(&key.id),
                tenant: key.tenant.clone(),
                span: facts.span,
            })
            .collect();
        tree.facts = self.groups;
        tree
    }

    /// Gives groups whose source names no tenant the tenant of the group of that name, or the only one there is.
    fn unify(&mut self) {
        let mut named: HashMap<ManagementGroupId, BTreeSet<Arc<str>>> = HashMap::new();
        let mut tenants = BTreeSet::new();
        let keys = self.all_keys();
        let all_have_tenants = keys.iter().all(|key| key.tenant.is_some());
        #[expect(clippy::iter_over_hash_type, reason = "they go into sets")]
        for key in keys {
            if let Some(tenant) = &key.tenant {
                named.entry(key.id.clone()).or_default().insert(tenant.clone());
                tenants.insert(tenant.clone());
            }
        }
        let only = |set: &BTreeSet<Arc<str>>| if set.len() == 1 { set.first().cloned() } else { None };
        let whole = only(&tenants);
        let settle = |key: &GroupKey| {
            let tenant = key.tenant.clone().or_else(|| match named.get(&key.id) {
                Some(tenants) => only(tenants),
                None => whole.clone(),
            });
            GroupKey { tenant, id: key.id.clone() }
        };
        if all_have_tenants {
            self.name_parents();
            return;
        }
        let groups = std::mem::take(&mut self.groups);
        for (key, facts) in groups {
            self.group(&settle(&key), facts.display_name, facts.is_root, facts.span);
        }
        for (child, found) in std::mem::take(&mut self.edges) {
            let child = match child {
                Child::Group(key) => Child::Group(settle(&key)),
                subscription @ Child::Subscription(_) => subscription,
            };
            for (parent, span) in found {
                self.edge(child.clone(), &settle(&parent), span);
            }
        }
        for listing in &mut self.recursive {
            listing.groups = listing.groups.iter().map(settle).collect();
        }
        self.name_parents();
    }

    /// Every group that stands in an edge is a group.
    fn name_parents(&mut self) {
        let mut met = HashSet::new();
        let mut named: Vec<(GroupKey, Span)> = Vec::new();
        for (child, found) in &self.edges {
            let child = match child {
                Child::Group(key) => found.first().map(|(_, span)| (key, *span)),
                Child::Subscription(_) => None,
            };
            let parents = found.iter().map(|(parent, span)| (parent, *span));
            // Many subscriptions lie under one group: its first place counts.
            let new = child.into_iter().chain(parents).filter(|(key, _)| met.insert(*key));
            named.extend(new.map(|(key, span)| (key.clone(), span)));
        }
        for (key, span) in named {
            self.group(&key, None, false, span);
        }
    }

    /// Every group that is named anywhere, each once.
    fn all_keys(&self) -> HashSet<&GroupKey> {
        let edges = self.edges.iter().flat_map(|(child, found)| {
            let child = match child {
                Child::Group(key) => Some(key),
                Child::Subscription(_) => None,
            };
            child.into_iter().chain(found.iter().map(|(parent, _)| parent))
        });
        self.groups.keys().chain(edges).collect()
    }

    /// Finds groups that are their own ancestors: one finding for each cycle. Their edges can't be used.
    fn cycles(&self, parents: &Parents, faults: &mut Diagnostics) -> HashSet<GroupKey> {
        let mut cyclic = HashSet::new();
        let mut done: HashSet<GroupKey> = HashSet::new();
        for start in self.groups.keys() {
            let mut path: Vec<GroupKey> = Vec::new();
            let mut on_path = HashSet::new();
            let mut at = start.clone();
            while !done.contains(&at) && on_path.insert(at.clone()) {
                path.push(at.clone());
                match parents.get(&Child::Group(at)) {
                    Some((parent, _)) => at = parent.clone(),
                    None => break,
                }
                if on_path.contains(&at) {
                    let from = path.iter().position(|key| *key == at).unwrap_or(0);
                    let cycle = &path[from..];
                    faults.push(cycle_found(cycle, parents));
                    cyclic.extend(cycle.iter().cloned());
                    break;
                }
            }
            done.extend(path);
        }
        cyclic
    }
}

type Parents = HashMap<Child, (GroupKey, Span), Marked>;

fn cycle_found(cycle: &[GroupKey], parents: &Parents) -> Diagnostic {
    let mut names: Vec<&str> = cycle.iter().map(|key| key.id.as_str()).collect();
    names.extend(names.first().copied());
    let mut diagnostic = Diagnostic::new(
        &codes::GROUP_CYCLE,
        format!("management groups lie under each other: `{}`", names.join("` under `")),
    );
    for key in cycle {
        if let Some((parent, span)) = parents.get(&Child::Group(key.clone())) {
            diagnostic = diagnostic.at(*span, format!("`{}` under `{}`", key.id, parent.id));
        }
    }
    diagnostic.help("a group has one parent; which of these is wrong? nothing below them is placed")
}

/// The parent that the sources agree on; where they don't, that of the newest, where the times are known.
fn one_parent(
    child: &Child,
    found: &[(GroupKey, Span)],
    collected: &Collected,
    faults: &mut Diagnostics,
) -> Option<(GroupKey, Span)> {
    let (first, place) = found.first()?;
    let Some((other, other_place)) = found.iter().find(|(parent, _)| parent != first) else {
        return Some((first.clone(), *place));
    };
    let name = match child {
        Child::Group(key) => format!("the management group `{}`", key.id),
        Child::Subscription(id) => format!("the subscription `{id}`"),
    };
    let newest = found.iter().max_by_key(|(_, span)| collected.of(span.file))?;
    let time = collected.of(newest.1.file);
    let sure = time.is_some()
        && found.iter().all(|(parent, span)| {
            *parent == newest.0 || collected.of(span.file).is_some_and(|at| Some(at) < time)
        });
    if sure {
        let older = found.iter().find(|(parent, _)| *parent != newest.0)?;
        faults.push(
            Diagnostic::new(
                &codes::NEWER_USED,
                format!("{name} lies under `{}`, as the newer file says", newest.0.id),
            )
            .at(newest.1, "newer")
            .at(older.1, format!("older: under `{}`", older.0.id)),
        );
        return Some(newest.clone());
    }
    faults.push(
        Diagnostic::new(
            &codes::TWO_PARENTS,
            format!("{name} has two parents, `{}` and `{}`", first.id, other.id),
        )
        .at(*place, format!("under `{}`", first.id))
        .at(*other_place, format!("under `{}`", other.id))
        .help("fetch the tree again, or give the files a manifest with their times of collection"),
    );
    None
}

/// The tree, put together.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    pub(crate) groups: Vec<ManagementGroup>,
    parents: Parents,
    facts: BTreeMap<GroupKey, GroupFacts>,
    recursive: Vec<Recursive>,
    tenants: BTreeSet<Arc<str>>,
    cyclic: HashSet<GroupKey>,
    /// The groups from each group upwards, as far as somebody asked, and whether they end with the root of a tenant.
    upwards: Mutex<HashMap<From, Upwards>>,
}

/// A group, and the tenant of the subscription that is asked for.
type From = (GroupKey, Option<Arc<str>>);

type Upwards = (Arc<[ManagementGroupId]>, bool);

impl Tree {
    /// The tenants that trees belong to, in lower case.
    pub(crate) fn tenants(&self) -> &BTreeSet<Arc<str>> {
        &self.tenants
    }

    fn is_tenant(&self, id: &ManagementGroupId) -> bool {
        self.tenants.iter().any(|tenant| tenant.eq_ignore_ascii_case(id.as_str()))
    }

    /// Whether a subscription stands in the tree.
    pub(crate) fn names(&self, subscription: &SubscriptionId) -> bool {
        self.parents.contains_key(&Child::Subscription(subscription.clone()))
    }

    /// The tenant of the group that a subscription lies under.
    pub(crate) fn tenant_of(&self, subscription: &SubscriptionId) -> Option<Arc<str>> {
        self.parents.get(&Child::Subscription(subscription.clone()))?.0.tenant.clone()
    }

    /// The chain above a subscription.
    pub(crate) fn chain(&self, subscription: &SubscriptionId, tenant: Option<&Arc<str>>) -> Chain {
        let mut chain = Chain::default();
        if let Some((parent, _)) = self.parents.get(&Child::Subscription(subscription.clone())) {
            (chain.above, chain.complete) = self.upwards(parent, tenant);
        }
        if !chain.complete {
            chain.not_under = self.not_under(subscription, &chain.above);
        }
        chain
    }

    fn upwards(&self, from: &GroupKey, tenant: Option<&Arc<str>>) -> Upwards {
        let mut known = self.upwards.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (from.clone(), tenant.cloned());
        known.entry(key).or_insert_with(|| self.climb(from, tenant.map(|tenant| &**tenant))).clone()
    }

    fn climb(&self, from: &GroupKey, tenant: Option<&str>) -> Upwards {
        let mut above = Vec::new();
        let mut at = from;
        while !self.cyclic.contains(at) {
            above.push(at.id.clone());
            let Some((parent, _)) = self.parents.get(&Child::Group(at.clone())) else {
                return (above.into(), self.is_top(at, tenant));
            };
            at = parent;
        }
        (above.into(), false)
    }

    /// Whether a group without a known parent is the tenant's root.
    fn is_top(&self, key: &GroupKey, tenant: Option<&str>) -> bool {
        self.facts.get(key).is_some_and(|facts| facts.is_root)
            || key
                .tenant
                .as_deref()
                .or(tenant)
                .is_some_and(|tenant| tenant.eq_ignore_ascii_case(key.id.as_str()))
            || self.is_tenant(&key.id)
    }

    /// Groups whose recursive listing shows that the subscription doesn't lie under them.
    fn not_under(
        &self,
        subscription: &SubscriptionId,
        above: &[ManagementGroupId],
    ) -> Vec<ManagementGroupId> {
        let found: BTreeSet<&ManagementGroupId> = self
            .recursive
            .iter()
            .filter(|listing| {
                // One that holds the subscription tells where it doesn't lie only if its place in it is known.
                let placed = || listing.groups.first().is_some_and(|top| above.contains(&top.id));
                !listing.subscriptions.contains(subscription) || placed()
            })
            .flat_map(|listing| &listing.groups)
            .map(|key| &key.id)
            .filter(|id| !above.contains(id))
            .collect();
        found.into_iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests;
