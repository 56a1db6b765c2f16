//! The inventory, and the questions that the other rooms ask it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, LazyLock};

use jiff::Timestamp;
use rayon::prelude::*;

use crate::arm::{self, ById, ManagementGroupId, Marked, ResourceId, ResourceType, Scope, SubscriptionId};

use super::access::{Deployment, Exemption, ProviderRegistration, RoleAssignment};
use super::around::Around;
use super::completeness::{Known, Listing, Places};
use super::{Chain, ManagementGroup, Placement, Resource, SetAside, Subscription};

/// Whether a resource exists.
#[derive(Debug, Clone, Copy)]
pub enum Existence<'a> {
    /// It does.
    Exists(&'a Resource),
    /// It is known not to: the listing that would hold it is complete.
    Absent,
    /// The files don't say.
    Unknown,
}

/// What was asserted to be complete.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Assertion {
    /// The type.
    pub resource_type: ResourceType,
    /// The scope; `None` for every subscription known to the run.
    pub scope: Option<Scope>,
}

/// What a tenant holds, as far as the files say. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Inventory {
    base: Arc<Base>,
    /// What a plan would put on top, for the proof.
    changes: Arc<Changes>,
}

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Base {
    /// Sorted by id.
    pub(crate) subscriptions: Vec<Subscription>,
    pub(crate) subscription_at: HashMap<SubscriptionId, usize, Marked>,
    pub(crate) set_aside: Vec<SetAside>,
    pub(crate) groups: Vec<ManagementGroup>,
    pub(crate) tenants: BTreeSet<Arc<str>>,
    pub(crate) resources: Resources,
    pub(crate) role_assignments: BTreeMap<Arc<str>, Vec<RoleAssignment>>,
    pub(crate) exemptions: Exemptions,
    pub(crate) registrations: BTreeMap<(Option<SubscriptionId>, String), ProviderRegistration>,
    pub(crate) deployments: BTreeMap<ResourceId, Deployment>,
    pub(crate) known: Known,
    pub(crate) given: BTreeSet<ResourceType>,
    /// Types of which nothing or not all was kept, because nothing reads them.
    pub(crate) dropped: BTreeSet<ResourceType>,
    /// The subscriptions in which that lay.
    pub(crate) around: Around,
    pub(crate) assertions: Vec<Assertion>,
    pub(crate) oldest: Option<Timestamp>,
}

/// Exemptions, sorted by id, with their indices.
#[derive(Debug, Default)]
pub(crate) struct Exemptions {
    all: Vec<Exemption>,
    /// Those on a subscription or below it.
    inside: HashMap<SubscriptionId, Vec<usize>>,
    /// Those on a management group or the tenant.
    above: Vec<usize>,
}

impl Exemptions {
    /// Indexes them.
    pub(crate) fn new(mut all: Vec<Exemption>) -> Exemptions {
        all.sort_by(|a, b| a.id.cmp(&b.id));
        let (mut inside, mut above) = (HashMap::<_, Vec<usize>>::new(), Vec::new());
        for (at, exemption) in all.iter().enumerate() {
            match exemption.scope.subscription() {
                Some(id) => inside.entry(id).or_default().push(at),
                None => above.push(at),
            }
        }
        Exemptions { all, inside, above }
    }
}

/// Resources with their indices.
#[derive(Debug, Default)]
pub(crate) struct Resources {
    all: Vec<Resource>,
    by_id: ById<u32>,
    /// By a mark of subscription and type, then by id. Others may have the same mark.
    by_type: Vec<(u64, u32)>,
}

impl Resources {
    /// Indexes them; ids are unique, and `by_id` has the number of each.
    pub(crate) fn new(all: Vec<Resource>, by_id: ById<u32>) -> Resources {
        let numbers = 0..u32::try_from(all.len()).unwrap_or(u32::MAX);
        let mark = |at: u32| {
            let resource = &all[at as usize];
            Some((mark(resource.id.folded_subscription()?, &resource.resource_type), at))
        };
        let mut by_type: Vec<(u64, u32)> = numbers.into_par_iter().filter_map(mark).collect();
        let id = |at: u32| &all[at as usize].id;
        by_type.par_sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| id(a.1).cmp(id(b.1))));
        Resources { all, by_id, by_type }
    }

    fn get(&self, id: &ResourceId) -> Option<&Resource> {
        self.by_id.get(id).map(|at| &self.all[*at as usize])
    }

    /// The resources of a type in a subscription, sorted by id.
    fn bucket<'a>(
        &'a self,
        subscription: &SubscriptionId,
        resource_type: &ResourceType,
    ) -> impl Iterator<Item = &'a Resource> + use<'a> {
        let wanted = mark(subscription.as_str(), resource_type);
        let first = first_of(&self.by_type, wanted);
        let (subscription, resource_type) = (subscription.clone(), resource_type.clone());
        self.by_type[first..]
            .iter()
            .take_while(move |(mark, _)| *mark == wanted)
            .map(|(_, at)| &self.all[*at as usize])
            .filter(move |resource| {
                resource.resource_type == resource_type
                    && resource
                        .id
                        .folded_subscription()
                        .is_some_and(|segment| segment == subscription.as_str())
            })
    }
}

impl Resources {
    /// All resources in a subscription, those of one type one after another, each type sorted by id.
    fn of_subscription<'a>(
        &'a self,
        subscription: &SubscriptionId,
    ) -> impl Iterator<Item = &'a Resource> + use<'a> {
        let wanted = arm::mark(subscription.as_str().as_bytes());
        let first = first_of(&self.by_type, u64::from(wanted) << 32);
        let subscription = subscription.clone();
        self.by_type[first..]
            .iter()
            .take_while(move |(mark, _)| mark >> 32 == u64::from(wanted))
            .map(|(_, at)| &self.all[*at as usize])
            .filter(move |resource| resource.id.folded_subscription() == Some(subscription.as_str()))
    }

    /// The resources of a type whose ids begin so, in lower case; sorted by id.
    fn beginning<'a>(
        &'a self,
        subscription: &SubscriptionId,
        resource_type: &ResourceType,
        start: String,
    ) -> impl Iterator<Item = &'a Resource> + use<'a> {
        let wanted = mark(subscription.as_str(), resource_type);
        let first = first_of(&self.by_type, wanted);
        let bucket = &self.by_type[first..];
        let last = bucket.partition_point(|(mark, _)| *mark == wanted);
        let id = |at: &u32| self.all[*at as usize].id.folded();
        let first = bucket[..last].partition_point(|(_, at)| id(at) < start.as_str());
        let resource_type = resource_type.clone();
        bucket[first..last]
            .iter()
            .map(|(_, at)| &self.all[*at as usize])
            .take_while(move |resource| resource.id.folded().starts_with(&start))
            .filter(move |resource| resource.resource_type == resource_type)
    }
}

/// Where the entries with a mark begin, or would begin. Marks are spread evenly, so that this is near to where
/// they should be.
fn first_of(entries: &[(u64, u32)], wanted: u64) -> usize {
    let guess = (u128::from(wanted) * entries.len() as u128) >> 64;
    let guess = usize::try_from(guess).unwrap_or(0);
    let (mut low, mut high, mut step) = (guess, guess, 32);
    while low > 0 && entries[low - 1].0 >= wanted {
        low = low.saturating_sub(step);
        step *= 2;
    }
    step = 32;
    while high < entries.len() && entries[high].0 < wanted {
        high = (high + step).min(entries.len());
        step *= 2;
    }
    low + entries[low..high].partition_point(|(mark, _)| *mark < wanted)
}

/// A hash of a subscription (in lower case) and a type.
fn mark(subscription: &str, resource_type: &ResourceType) -> u64 {
    u64::from(arm::mark(subscription.as_bytes())) << 32
        | u64::from(arm::mark(resource_type.folded().as_bytes()))
}

/// Resources put on top of what was read.
#[derive(Debug, Default, Clone)]
struct Changes {
    by_id: BTreeMap<ResourceId, Resource>,
    by_type: BTreeMap<(SubscriptionId, ResourceType), BTreeSet<ResourceId>>,
}

impl Inventory {
    pub(crate) fn new(base: Base) -> Inventory {
        Inventory { base: Arc::new(base), changes: Arc::default() }
    }

    /// All subscriptions that are evaluated, sorted by id.
    pub fn subscriptions(&self) -> impl ExactSizeIterator<Item = &Subscription> {
        self.base.subscriptions.iter()
    }

    /// One of them.
    pub fn subscription(&self, id: &SubscriptionId) -> Option<&Subscription> {
        self.base.subscription_at.get(id).map(|at| &self.base.subscriptions[*at])
    }

    /// Subscriptions that stand in the files and aren't evaluated, sorted by id, with the reason.
    pub fn set_aside(&self) -> &[SetAside] {
        &self.base.set_aside
    }

    /// All management groups that are named, sorted by tenant and name.
    pub fn management_groups(&self) -> impl ExactSizeIterator<Item = &ManagementGroup> {
        self.base.groups.iter()
    }

    /// Whether a management group of that name is known.
    pub fn has_management_group(&self, id: &ManagementGroupId) -> bool {
        self.base.groups.iter().any(|group| group.id == *id)
    }

    /// The tenants whose trees or subscriptions were given, in lower case, sorted.
    pub fn tenants(&self) -> Vec<&str> {
        self.base.tenants.iter().map(|tenant| &**tenant).collect()
    }

    /// The groups above a subscription. An unknown subscription has an empty, incomplete chain.
    pub fn chain(&self, id: &SubscriptionId) -> &Chain {
        static NONE: LazyLock<Chain> = LazyLock::new(Chain::default);
        self.subscription(id).map_or(&NONE, |subscription| &subscription.chain)
    }

    /// Whether a subscription lies under a management group.
    pub fn placement(&self, id: &SubscriptionId, group: &ManagementGroupId) -> Placement {
        self.chain(id).placement(group)
    }

    /// The resources of a type in a subscription, sorted by id; those of a change behind those that were read.
    pub fn resources<'a>(
        &'a self,
        id: &SubscriptionId,
        resource_type: &ResourceType,
    ) -> impl Iterator<Item = &'a Resource> + use<'a> {
        let changes = &*self.changes;
        let added = if changes.by_id.is_empty() {
            None
        } else {
            changes.by_type.get(&(id.clone(), resource_type.clone()))
        };
        let read = self.base.resources.bucket(id, resource_type).map(move |read| {
            if changes.by_id.is_empty() { read } else { changes.by_id.get(&read.id).unwrap_or(read) }
        });
        let added = added
            .into_iter()
            .flatten()
            .filter(|id| self.base.resources.get(id).is_none())
            .filter_map(|id| changes.by_id.get(id));
        read.chain(added)
    }

    /// All resources in a subscription, those of one type one after another; those of a change behind those that
    /// were read. Sorted by id within a type, not over all.
    pub fn resources_in<'a>(&'a self, id: &SubscriptionId) -> impl Iterator<Item = &'a Resource> + use<'a> {
        let changes = &*self.changes;
        let read = self.base.resources.of_subscription(id).map(move |read| {
            if changes.by_id.is_empty() { read } else { changes.by_id.get(&read.id).unwrap_or(read) }
        });
        let own = id.clone();
        let added = changes
            .by_type
            .range((id.clone(), ResourceType::new(""))..)
            .take_while(move |((subscription, _), _)| *subscription == own)
            .flat_map(|(_, ids)| ids)
            .filter(|id| self.base.resources.get(id).is_none())
            .filter_map(|id| changes.by_id.get(id));
        read.chain(added)
    }

    /// The resources of a type that lie below a resource or a group, at any depth; those of a change behind those
    /// that were read.
    pub fn resources_below<'a>(
        &'a self,
        scope: &ResourceId,
        resource_type: &ResourceType,
    ) -> impl Iterator<Item = &'a Resource> + use<'a> {
        let changes = &*self.changes;
        let subscription = scope.subscription_id().unwrap_or_else(|| SubscriptionId::new(""));
        let start = format!("{}/", scope.folded());
        let read =
            self.base.resources.beginning(&subscription, resource_type, start.clone()).map(move |read| {
                if changes.by_id.is_empty() { read } else { changes.by_id.get(&read.id).unwrap_or(read) }
            });
        let added = if changes.by_id.is_empty() {
            None
        } else {
            changes.by_type.get(&(subscription, resource_type.clone()))
        };
        let added = added
            .into_iter()
            .flatten()
            .filter(move |id| id.folded().starts_with(&start))
            .filter(|id| self.base.resources.get(id).is_none())
            .filter_map(|id| changes.by_id.get(id));
        read.chain(added)
    }

    /// A resource by its id.
    pub fn resource(&self, id: &ResourceId) -> Option<&Resource> {
        self.changes.by_id.get(id).or_else(|| self.base.resources.get(id))
    }

    /// Every resource that was read and kept, resource groups included, in no order that means anything.
    pub fn all_resources(&self) -> impl Iterator<Item = &Resource> {
        self.base.resources.all.iter()
    }

    /// How many resources were read, resource groups included.
    pub fn resource_count(&self) -> usize {
        self.base.resources.all.len()
    }

    /// Whether a resource group exists. It is absent only if the listing of the subscription's groups is complete.
    pub fn resource_group(&self, id: &ResourceId) -> Existence<'_> {
        if let Some(found) = self.resource(id) {
            return Existence::Exists(found);
        }
        let groups = ResourceType::new(ResourceType::RESOURCE_GROUP);
        let scope = id.subscription_id().map_or(Scope::Tenant, Scope::Subscription);
        if self.listing(&groups, &scope).is_complete() { Existence::Absent } else { Existence::Unknown }
    }

    /// What is known about the listing of a type in a scope.
    pub fn listing(&self, resource_type: &ResourceType, scope: &Scope) -> Listing {
        if self.base.dropped.contains(resource_type) {
            // What isn't here may have been dropped.
            return Listing::Unknown;
        }
        self.base.known.listing(resource_type, scope, &*self.base)
    }

    /// The types of which resources were read and not kept, because nothing reads them; sorted.
    pub fn dropped(&self) -> impl Iterator<Item = &ResourceType> {
        self.base.dropped.iter()
    }

    /// The types of which a listing was given, sorted.
    pub fn given(&self) -> impl Iterator<Item = &ResourceType> {
        self.base.given.iter()
    }

    /// What was asserted to be complete (`--complete`), sorted.
    pub fn assertions(&self) -> &[Assertion] {
        &self.base.assertions
    }

    /// The oldest time of collection that a manifest states.
    pub fn collected(&self) -> Option<Timestamp> {
        self.base.oldest
    }

    /// The exemptions that touch a resource: they lie on it or above it, or may do so, where the files don't tell
    /// whether the resource's subscription lies under the exemption's management group.
    pub fn exemptions_touching<'a>(
        &'a self,
        resource: &ResourceId,
    ) -> impl Iterator<Item = &'a Exemption> + use<'a> {
        let subscription = resource.subscription_id();
        let exemptions = &self.base.exemptions;
        let inside =
            subscription.as_ref().and_then(|id| exemptions.inside.get(id)).map_or(&[][..], Vec::as_slice);
        let resource = resource.clone();
        exemptions.above.iter().chain(inside).map(|at| &exemptions.all[*at]).filter(move |exemption| {
            match &exemption.scope {
                Scope::Tenant => true,
                Scope::ManagementGroup(group) => {
                    subscription.as_ref().is_some_and(|id| self.placement(id, group) != Placement::Outside)
                }
                Scope::Subscription(id) => subscription.as_ref() == Some(id),
                Scope::ResourceGroup(id) | Scope::Resource(id) => resource.is_within(id),
            }
        })
    }

    /// All exemptions, sorted by id.
    pub fn exemptions(&self) -> &[Exemption] {
        &self.base.exemptions.all
    }

    /// The role assignments of a principal, sorted by scope and role.
    pub fn role_assignments(&self, principal: &str) -> &[RoleAssignment] {
        self.base.role_assignments.get(&*principal.to_ascii_lowercase()).map_or(&[], Vec::as_slice)
    }

    /// The registration of a resource provider in a subscription, where the files tell it. A row without a
    /// subscription counts if the run has one subscription only.
    pub fn provider(&self, id: &SubscriptionId, namespace: &str) -> Option<&ProviderRegistration> {
        let namespace = namespace.to_ascii_lowercase();
        let named = self.base.registrations.get(&(Some(id.clone()), namespace.clone()));
        let only =
            || self.base.registrations.get(&(None, namespace)).filter(|_| self.base.subscriptions.len() == 1);
        named.or_else(only)
    }

    /// Every role assignment, sorted by principal, then as they are for each.
    pub fn all_role_assignments(&self) -> impl Iterator<Item = &RoleAssignment> {
        self.base.role_assignments.values().flatten()
    }

    /// The deployments at a subscription's scope, sorted by id.
    pub fn subscription_deployments(&self, id: &SubscriptionId) -> Vec<&Deployment> {
        let subscription = ResourceId::subscription(id);
        let from = self.base.deployments.range(&subscription..);
        from.map(|(_, deployment)| deployment)
            .take_while(|deployment| deployment.id.folded().starts_with(subscription.folded()))
            .filter(|deployment| deployment.id.is_within(&subscription))
            .filter(|deployment| deployment.id.resource_group_name().is_none())
            .collect()
    }

    /// Whether a management group is another one or lies under it.
    pub fn group_placement(&self, group: &ManagementGroupId, above: &ManagementGroupId) -> Placement {
        let mut at = group.clone();
        // As many steps as there are groups: a cycle can't be followed for ever.
        for _ in 0..=self.management_groups().len() {
            if at == *above {
                return Placement::Under;
            }
            let Some(known) = self.management_groups().find(|known| known.id == at) else {
                return Placement::Unknown;
            };
            match &known.parent {
                Some(parent) => at = parent.clone(),
                None if known.is_root => return Placement::Outside,
                None => return Placement::Unknown,
            }
        }
        Placement::Unknown
    }

    /// Whether [`with_changes`](Self::with_changes) put this resource: it isn't in Azure.
    pub fn is_planned(&self, id: &ResourceId) -> bool {
        self.changes.by_id.contains_key(id)
    }

    /// A deployment by its id.
    pub fn deployment(&self, id: &ResourceId) -> Option<&Deployment> {
        self.base.deployments.get(id)
    }

    /// Subscriptions in which resources lie and that no listing and no tree names, sorted.
    pub fn unlisted_subscriptions(&self) -> BTreeSet<SubscriptionId> {
        let named = |id: &SubscriptionId| {
            self.base.subscription_at.contains_key(id)
                || self.base.set_aside.iter().any(|aside| aside.id == *id)
        };
        let kept: HashSet<&str, Marked> =
            self.base.resources.all.iter().filter_map(|resource| resource.id.folded_subscription()).collect();
        let kept = kept.into_iter().map(SubscriptionId::new);
        kept.chain(self.base.around.all()).filter(|id| !named(id)).collect()
    }

    /// The inventory after these resources were put: each replaces one of its id, or is new.
    #[must_use]
    pub fn with_changes(&self, resources: &[Resource]) -> Inventory {
        let mut changes = Changes::clone(&self.changes);
        for resource in resources {
            if let Some(subscription) = resource.id.subscription_id() {
                let key = (subscription, resource.resource_type.clone());
                changes.by_type.entry(key).or_default().insert(resource.id.clone());
            }
            changes.by_id.insert(resource.id.clone(), resource.clone());
        }
        Inventory { base: self.base.clone(), changes: Arc::new(changes) }
    }
}

impl Base {
    fn find(&self, id: &SubscriptionId) -> Option<&Subscription> {
        self.subscription_at.get(id).map(|at| &self.subscriptions[*at])
    }
}

impl Places for Base {
    fn is_under(&self, subscription: &SubscriptionId, group: &ManagementGroupId) -> bool {
        self.find(subscription).is_some_and(|found| found.placement(group) == Placement::Under)
    }

    fn may_be_under(&self, subscription: &SubscriptionId, group: &ManagementGroupId) -> bool {
        self.find(subscription).is_none_or(|found| found.placement(group) != Placement::Outside)
    }

    fn tenant(&self, subscription: &SubscriptionId) -> Option<&str> {
        self.find(subscription).and_then(|found| found.tenant.as_option()).map(|tenant| &**tenant)
    }
}

#[cfg(test)]
mod tests;
