//! Which types of resource a run keeps.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::arm::{Reads, ResourceType};

use super::body::Members;

/// Which members of the bodies of a type are looked into.
pub(super) type Parts = BTreeMap<ResourceType, Arc<Members>>;

/// The types whose resources are kept. Those of any other type are only known to be listed.
///
/// A type is kept with all types below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Nothing: every type is kept.
    types: Option<Vec<ResourceType>>,
    /// Types into whose bodies policies look: those are read at once.
    looked_into: Vec<ResourceType>,
    /// What policies read of bodies.
    reads: Reads,
}

/// What plans, their hazards and their rights look at, whatever the policies are: automations, the groups in which
/// they lie, and the places to which they send.
const ALWAYS: &[&str] = &[
    ResourceType::AUTOMATION,
    ResourceType::RESOURCE_GROUP,
    "Microsoft.EventHub/namespaces",
    "Microsoft.Logic/workflows",
    "Microsoft.OperationalInsights/workspaces",
];

impl Default for Kept {
    fn default() -> Kept {
        let always: Vec<ResourceType> = ALWAYS.iter().copied().map(ResourceType::new).collect();
        let mut reads = Reads::new();
        for resource_type in &always {
            reads.add_whole(resource_type);
        }
        let looked_into = vec![ResourceType::new(ResourceType::AUTOMATION)];
        Kept { types: Some(always), looked_into, reads }
    }
}

impl Kept {
    /// Every type.
    pub fn all() -> Kept {
        Kept { types: None, ..Kept::default() }
    }

    /// Keeps also what these policies read.
    pub fn add(&mut self, reads: &Reads) {
        self.reads.extend(reads);
        if reads.wants_every_type() {
            self.types = None;
        }
        for (resource_type, _) in reads.types() {
            if !self.keeps(resource_type.as_str())
                && let Some(types) = &mut self.types
            {
                types.push(resource_type.clone());
            }
        }
    }

    /// Reads the bodies of these types at once: nearly all of them are looked into.
    pub fn look_into(&mut self, types: impl IntoIterator<Item = ResourceType>) {
        for resource_type in types {
            if !self.looked_into.contains(&resource_type) {
                self.looked_into.push(resource_type);
            }
        }
    }

    /// Whether bodies of this type stay text until somebody looks into them.
    pub(super) fn is_lazy(&self, resource_type: &str) -> bool {
        !self.looked_into.iter().any(|known| known.folded().eq_ignore_ascii_case(resource_type))
    }

    /// The types into whose bodies is looked, each with the members that are; those of which that may be all are left
    /// out.
    pub(super) fn parts(&self) -> Parts {
        let everywhere = self.reads.everywhere();
        let members = |resource_type: &ResourceType| {
            let members = Members::of(self.reads.paths(resource_type).into_iter().chain([everywhere]))?;
            Some((resource_type.clone(), Arc::new(members)))
        };
        self.looked_into.iter().filter_map(members).collect()
    }

    /// Whether resources of this type are kept.
    pub fn keeps(&self, resource_type: &str) -> bool {
        let covers = |kept: &ResourceType| {
            let kept = kept.folded();
            resource_type.get(..kept.len()).is_some_and(|start| start.eq_ignore_ascii_case(kept))
                && matches!(resource_type.as_bytes().get(kept.len()), None | Some(b'/'))
        };
        self.types.as_ref().is_none_or(|types| types.iter().any(covers))
    }
}

#[cfg(test)]
mod tests {
    use super::Kept;
    use crate::arm::{Reads, ResourceType};

    #[test]
    fn a_type_is_kept_with_those_below_it() {
        let mut kept = Kept::default();
        assert!(kept.keeps("microsoft.security/AUTOMATIONS"));
        assert!(kept.keeps("Microsoft.EventHub/namespaces/eventhubs"));
        assert!(!kept.keeps("Microsoft.Security/automationsX"));
        assert!(!kept.keeps("Microsoft.Security"));
        let mut reads = Reads::new();
        reads.add_type(&ResourceType::new("Microsoft.Security/pricings"));
        kept.add(&reads);
        assert!(kept.keeps("microsoft.security/pricings"));
        assert!(Kept::all().keeps("a.b/c"));
    }
}
