//! Is everything listed that assignments are about? A resource that isn't in the files has no row, which must not
//! look like compliance.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::arm::{ResourceType, Scope};
use crate::inventory::{Inventory, Subscription};

use super::coverage::{Inside, Within, within};
use super::run::Evaluated;
use super::selection::{Selection, Wanted};
use super::state::PolicyState;
use super::targets::is_never_evaluated;

/// Resources that an assignment is about and that the files may lack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unlisted {
    /// The assignment: its index in [`Run::assignments`](super::Run::assignments).
    pub assignment: usize,
    /// The type; none where the assignment is about every type.
    pub resource_type: Option<ResourceType>,
    /// In how many of the covered subscriptions not all of them are known.
    pub subscriptions: usize,
}

/// What is known about the listings of what assignments are about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listed {
    /// What may be missing, by assignment, then by type.
    pub unlisted: Vec<Unlisted>,
    /// Each type once, with the number of subscriptions in which not all are known.
    pub types: Vec<(Option<ResourceType>, usize)>,
    /// Assignments that cover something and have no row, although everything that they are about is listed.
    pub vacant: Vec<usize>,
    /// Assignments that have no row, and of which something may be missing: they weren't evaluated at all.
    pub unseen: Vec<usize>,
}

impl Listed {
    /// Compares what assignments are about with what is known to be listed. `rows` are sorted by assignment.
    ///
    /// Subscriptions aren't asked for: which of them lie under a scope is told elsewhere.
    pub fn new(
        inventory: &Inventory,
        assignments: &[Evaluated],
        selection: &Selection,
        rows: &[PolicyState],
    ) -> Listed {
        let mut listed = Listed::default();
        let subscriptions: Vec<(&Subscription, Wanted)> = inventory
            .subscriptions()
            .map(|subscription| (subscription, selection.wanted(subscription)))
            .filter(|(_, wanted)| *wanted != Wanted::Nothing)
            .collect();
        let mut memo = Memo { inventory, whole: HashMap::new() };
        let mut open: BTreeMap<Option<ResourceType>, BTreeSet<usize>> = BTreeMap::new();
        for (index, evaluated) in assignments.iter().enumerate() {
            let Some(types) = types(evaluated) else { continue };
            let covered: Vec<(usize, Inside)> = subscriptions
                .iter()
                .enumerate()
                .filter_map(|(at, (subscription, _))| match within(&evaluated.assignment, subscription) {
                    Within::Inside(inside) => Some((at, inside)),
                    Within::Outside | Within::Excluded(_) => None,
                })
                .collect();
            if covered.is_empty() {
                continue;
            }
            let first = listed.unlisted.len();
            for resource_type in types {
                let missing: Vec<usize> = covered
                    .iter()
                    .filter(|(at, inside)| {
                        let (subscription, wanted) = &subscriptions[*at];
                        !memo.is_listed(resource_type.as_ref(), *at, subscription, wanted, inside)
                    })
                    .map(|(at, _)| *at)
                    .collect();
                if !missing.is_empty() {
                    let subscriptions = missing.len();
                    open.entry(resource_type.clone()).or_default().extend(missing);
                    listed.unlisted.push(Unlisted { assignment: index, resource_type, subscriptions });
                }
            }
            let has_row = rows.binary_search_by_key(&index, |row| row.assignment).is_ok();
            match (has_row, listed.unlisted.len() > first) {
                (true, _) => {}
                (false, true) => listed.unseen.push(index),
                (false, false) => listed.vacant.push(index),
            }
        }
        listed.types = open.into_iter().map(|(resource_type, at)| (resource_type, at.len())).collect();
        listed
    }

    /// What may be missing of an assignment.
    pub fn of(&self, assignment: usize) -> &[Unlisted] {
        let first = self.unlisted.partition_point(|one| one.assignment < assignment);
        let last = self.unlisted.partition_point(|one| one.assignment <= assignment);
        &self.unlisted[first..last]
    }
}

/// The types that an assignment is about, subscriptions left out; a `None` in the list is every type. `None` outside
/// where only subscriptions are.
fn types(evaluated: &Evaluated) -> Option<Vec<Option<ResourceType>>> {
    let Some(types) = evaluated.policy.target_types() else { return Some(vec![None]) };
    let types: Vec<Option<ResourceType>> = types
        .into_iter()
        .filter(|t| !t.is(ResourceType::SUBSCRIPTION) && !is_never_evaluated(t))
        .map(Some)
        .collect();
    (!types.is_empty()).then_some(types)
}

/// Types of which azpol reads the documents and makes no rows: absence of a row never means anything.
const READ_OTHERWISE: &[&str] = &[
    "Microsoft.Authorization/policyAssignments",
    "Microsoft.Authorization/policyDefinitions",
    "Microsoft.Authorization/policyExemptions",
    "Microsoft.Authorization/policySetDefinitions",
    "Microsoft.Authorization/roleAssignments",
];

/// Whether resources of a type are read as documents of their own kind, and not as resources.
pub(super) fn is_read_otherwise(resource_type: &ResourceType) -> bool {
    READ_OTHERWISE.iter().any(|text| resource_type.is(text))
}

/// Which types are listed in whole subscriptions.
struct Memo<'a> {
    inventory: &'a Inventory,
    whole: HashMap<(ResourceType, usize), bool>,
}

impl Memo<'_> {
    fn is_listed(
        &mut self,
        resource_type: Option<&ResourceType>,
        at: usize,
        subscription: &Subscription,
        wanted: &Wanted,
        inside: &Inside,
    ) -> bool {
        let Some(resource_type) = resource_type else { return false };
        if is_read_otherwise(resource_type) {
            return false;
        }
        let inventory = self.inventory;
        let complete = |scope: &Scope| inventory.listing(resource_type, scope).is_complete();
        let key = (resource_type.clone(), at);
        let whole =
            *self.whole.entry(key).or_insert_with(|| complete(&Scope::Subscription(subscription.id.clone())));
        let narrow =
            |id: &crate::arm::ResourceId| Scope::parse(id.as_str()).is_some_and(|scope| complete(&scope));
        whole
            || inside.scope().is_some_and(narrow)
            || matches!(wanted, Wanted::Parts(parts) if parts.iter().all(narrow))
    }
}
