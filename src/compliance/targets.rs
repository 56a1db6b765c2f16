//! Which assignments a resource has to be asked for: an index by type, so that a resource pays only for those that
//! can apply.

use std::collections::{BTreeMap, HashMap};

use crate::arm::ResourceType;

use super::run::Evaluated;

/// Assignments by the type of resource to which they can apply; each list in the order of the run.
#[derive(Debug, Default)]
pub(super) struct Targets {
    by_type: HashMap<ResourceType, Vec<usize>>,
    /// Those that can apply to any type.
    any: Vec<usize>,
}

impl Targets {
    /// Of all assignments of a run.
    pub(super) fn new(assignments: &[Evaluated]) -> Targets {
        let mut named: BTreeMap<ResourceType, Vec<usize>> = BTreeMap::new();
        let mut any = Vec::new();
        for (index, evaluated) in assignments.iter().enumerate() {
            match evaluated.policy.target_types() {
                None => any.push(index),
                Some(types) => types.into_iter().for_each(|t| named.entry(t).or_default().push(index)),
            }
        }
        let merged = named.into_iter().map(|(resource_type, mut list)| {
            if is_never_evaluated(&resource_type) {
                return (resource_type, Vec::new());
            }
            list.extend(&any);
            list.sort_unstable();
            (resource_type, list)
        });
        Targets { by_type: merged.collect(), any }
    }

    /// The assignments that can apply to resources of a type.
    pub(super) fn of(&self, resource_type: &ResourceType) -> &[usize] {
        match self.by_type.get(resource_type) {
            Some(named) => named,
            None if self.any.is_empty() || is_never_evaluated(resource_type) => &[],
            None => &self.any,
        }
    }

    /// Whether subscriptions are all that anything applies to.
    pub(super) fn are_subscriptions(&self) -> bool {
        self.any.is_empty() && self.by_type.keys().all(|t| t.is(ResourceType::SUBSCRIPTION))
    }
}

/// Namespaces of which Azure Policy evaluates nothing.
const NAMESPACES: &[&str] = &["microsoft.billing", "microsoft.diagnostics", "microsoft.help"];

/// Whether Azure Policy never evaluates resources of a type, whatever a rule says.
///
/// <https://github.com/Azure/azure-policy#known-issues>
pub(super) fn is_never_evaluated(resource_type: &ResourceType) -> bool {
    let text = resource_type.folded();
    let namespace = text.split('/').next().unwrap_or_default();
    let is_container =
        resource_type.is(ResourceType::SUBSCRIPTION) || resource_type.is(ResourceType::RESOURCE_GROUP);
    (namespace == "microsoft.resources" && !is_container)
        || NAMESPACES.contains(&namespace)
        || text == "microsoft.capacity/reservationorders"
        || text.starts_with("microsoft.capacity/reservationorders/")
}
