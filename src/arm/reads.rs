//! What a run reads of the inventory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::ResourceType;

/// The types, and of each the top-level paths of the body, that some rule, hazard or question reads.
///
/// One fact with three users: the loader keeps what is read, completeness is asked for these types, and the
/// commands that fetch an inventory name them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reads {
    every_type: bool,
    types: BTreeMap<ResourceType, BTreeSet<Arc<str>>>,
}

impl Reads {
    /// Nothing.
    pub fn new() -> Reads {
        Reads::default()
    }

    /// Resources of this type are read.
    pub fn add_type(&mut self, resource_type: &ResourceType) {
        self.types.entry(resource_type.clone()).or_default();
    }

    /// This path of the bodies of a type is read; only its first two keys are kept, in lower case and without
    /// `[*]`: `properties.sources[*].eventSource` is `properties.sources`.
    pub fn add_path(&mut self, resource_type: &ResourceType, path: &str) {
        let keys: Vec<&str> =
            path.split('.').take(2).map(|key| key.split('[').next().unwrap_or(key)).collect();
        let path = keys.join(".").to_ascii_lowercase();
        self.types.entry(resource_type.clone()).or_default().insert(path.into());
    }

    /// Resources of every type are read.
    pub fn add_every_type(&mut self) {
        self.every_type = true;
    }

    /// Adds what another one reads.
    pub fn extend(&mut self, other: &Reads) {
        self.every_type |= other.every_type;
        for (resource_type, paths) in &other.types {
            self.types.entry(resource_type.clone()).or_default().extend(paths.iter().cloned());
        }
    }

    /// Whether resources of this type are read.
    pub fn wants(&self, resource_type: &ResourceType) -> bool {
        self.every_type || self.types.contains_key(resource_type)
    }

    /// Whether resources of every type are read.
    pub fn wants_every_type(&self) -> bool {
        self.every_type
    }

    /// The types that are read by name, in order, each with its paths.
    pub fn types(&self) -> impl Iterator<Item = (&ResourceType, &BTreeSet<Arc<str>>)> {
        self.types.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::Reads;
    use crate::arm::ResourceType;

    #[test]
    fn paths_are_kept_by_their_first_keys() {
        let automations = ResourceType::new(ResourceType::AUTOMATION);
        let mut reads = Reads::new();
        reads.add_path(&automations, "properties.sources[*].eventSource");
        reads.add_path(&automations, "properties.isEnabled");
        reads.add_path(&automations, "tags");
        let mut other = Reads::new();
        other.add_type(&ResourceType::new("microsoft.security/AUTOMATIONS"));
        reads.extend(&other);
        let paths: Vec<_> = reads.types().flat_map(|(_, paths)| paths.iter().map(|p| &**p)).collect();
        assert_eq!(paths, ["properties.isenabled", "properties.sources", "tags"]);
        assert!(reads.wants(&automations) && !reads.wants(&ResourceType::new("Microsoft.Web/sites")));
    }
}
