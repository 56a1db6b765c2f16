//! What a run reads of resources: types, and paths into their bodies.
//!
//! One fact with several users: the loader keeps nothing else, completeness is checked against it.

use std::collections::BTreeMap;
use std::fmt;

use super::ResourceType;

/// Paths into a body, as a tree of members. Arrays count for nothing: a path goes on in each of their items.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldPaths {
    whole: bool,
    /// By key in lower case; nothing where the whole is read.
    members: BTreeMap<String, FieldPaths>,
}

impl FieldPaths {
    /// Nothing.
    pub fn none() -> FieldPaths {
        FieldPaths::default()
    }

    /// Everything.
    pub fn whole() -> FieldPaths {
        FieldPaths { whole: true, members: BTreeMap::new() }
    }

    /// Adds what lies at a path, `properties.sources[*].eventSource`.
    pub fn add(&mut self, path: &str) {
        let mut at = self;
        for key in path.split('.').map(|key| key.split('[').next().unwrap_or(key)) {
            if at.whole {
                return;
            }
            at = at.members.entry(key.to_ascii_lowercase()).or_default();
        }
        *at = FieldPaths::whole();
    }

    /// Whether everything below is read.
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// Whether nothing is read.
    pub fn is_empty(&self) -> bool {
        !self.whole && self.members.is_empty()
    }

    /// What is read below a key, compared without case. `None` where nothing is.
    pub fn below(&self, key: &str) -> Option<&FieldPaths> {
        if self.whole {
            return Some(self);
        }
        // Keys are nearly always as the paths spell them, or close to it: no copy for those in lower case.
        if key.bytes().any(|byte| byte.is_ascii_uppercase()) {
            self.members.get(&key.to_ascii_lowercase())
        } else {
            self.members.get(key)
        }
    }

    /// The keys below which something is read, in lower case and sorted.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.members.keys().map(String::as_str)
    }

    /// Adds what another tree reads.
    pub fn union(&mut self, other: &FieldPaths) {
        if other.whole {
            *self = FieldPaths::whole();
        } else if !self.whole {
            for (key, paths) in &other.members {
                self.members.entry(key.clone()).or_default().union(paths);
            }
        }
    }

    /// Whether all that the other tree reads is read here too.
    pub fn covers(&self, other: &FieldPaths) -> bool {
        self.whole
            || (!other.whole
                && other.members.iter().all(|(key, paths)| {
                    self.members.get(key).map_or(paths.is_empty(), |own| own.covers(paths))
                }))
    }
}

impl fmt::Display for FieldPaths {
    /// One path after the other: `properties.isenabled, properties.sources.eventsource`; `*` for everything.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn collect(paths: &FieldPaths, prefix: &str, found: &mut Vec<String>) {
            if paths.whole {
                found.push(if prefix.is_empty() { "*".to_owned() } else { prefix.to_owned() });
            }
            for (key, below) in &paths.members {
                let joined = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                collect(below, &joined, found);
            }
        }
        let mut found = Vec::new();
        collect(self, "", &mut found);
        f.write_str(&found.join(", "))
    }
}

/// Which types a run reads, and what of their bodies. The parts that every resource has (`id`, `name`, `type`,
/// `location`, …) aren't listed: they are always read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reads {
    every_type: bool,
    /// What is read of the bodies of every type.
    everywhere: FieldPaths,
    types: BTreeMap<ResourceType, FieldPaths>,
}

impl Reads {
    /// Nothing.
    pub fn new() -> Reads {
        Reads::default()
    }

    /// Resources of this type are read: that they exist, nothing of their bodies yet.
    pub fn add_type(&mut self, resource_type: &ResourceType) {
        self.of(resource_type);
    }

    /// A path into the bodies of a type is read, `properties.sources[*].eventSource`.
    pub fn add_path(&mut self, resource_type: &ResourceType, path: &str) {
        self.of(resource_type).add(path);
    }

    /// The whole bodies of a type are read.
    pub fn add_whole(&mut self, resource_type: &ResourceType) {
        *self.of(resource_type) = FieldPaths::whole();
    }

    /// Resources of every type are read.
    pub fn add_every_type(&mut self) {
        self.every_type = true;
    }

    /// A path into the bodies of every type is read, `tags`.
    pub fn add_path_everywhere(&mut self, path: &str) {
        self.everywhere.add(path);
    }

    fn of(&mut self, resource_type: &ResourceType) -> &mut FieldPaths {
        self.types.entry(resource_type.clone()).or_default()
    }

    /// Adds what another one reads.
    pub fn extend(&mut self, other: &Reads) {
        self.every_type |= other.every_type;
        self.everywhere.union(&other.everywhere);
        for (resource_type, paths) in &other.types {
            self.of(resource_type).union(paths);
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

    /// What is read of the bodies of a type; `None` where its paths weren't named.
    pub fn paths(&self, resource_type: &ResourceType) -> Option<&FieldPaths> {
        self.types.get(resource_type)
    }

    /// What is read of the bodies of every type.
    pub fn everywhere(&self) -> &FieldPaths {
        &self.everywhere
    }

    /// The types that are read by name, in order, each with its paths.
    pub fn types(&self) -> impl Iterator<Item = (&ResourceType, &FieldPaths)> {
        self.types.iter()
    }

    /// Whether all that the other reads is read here too.
    pub fn covers(&self, other: &Reads) -> bool {
        let fits = |(resource_type, paths): (&ResourceType, &FieldPaths)| {
            paths.is_empty() && self.wants(resource_type)
                || self.types.get(resource_type).is_some_and(|own| own.covers(paths))
        };
        (self.every_type || !other.every_type)
            && self.everywhere.covers(&other.everywhere)
            && other.types.iter().all(fits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(texts: &[&str]) -> FieldPaths {
        let mut paths = FieldPaths::none();
        for text in texts {
            paths.add(text);
        }
        paths
    }

    #[test]
    fn a_whole_swallows_its_parts() {
        let mut read = paths(&["properties.sources[*].eventSource", "properties.isEnabled"]);
        assert_eq!(read.to_string(), "properties.isenabled, properties.sources.eventsource");
        read.union(&paths(&["properties.sources"]));
        assert_eq!(read.to_string(), "properties.isenabled, properties.sources");
        read.add("properties.sources[*].ruleSets");
        assert_eq!(read.to_string(), "properties.isenabled, properties.sources");
        let sources = read.below("Properties").and_then(|properties| properties.below("SOURCES"));
        assert!(sources.is_some_and(FieldPaths::is_whole));
        assert!(read.below("tags").is_none());
    }

    #[test]
    fn covering() {
        let (wide, narrow) =
            (paths(&["properties.sources", "tags"]), paths(&["properties.sources[*].eventSource"]));
        assert!(wide.covers(&narrow) && !narrow.covers(&wide));
        assert!(FieldPaths::whole().covers(&wide) && !wide.covers(&FieldPaths::whole()));
        assert!(FieldPaths::none().covers(&FieldPaths::none()) && narrow.covers(&FieldPaths::none()));
        let (kind, other) = (ResourceType::new("A.B/c"), ResourceType::new("A.B/d"));
        let (mut reads, mut more) = (Reads::new(), Reads::new());
        reads.add_path(&kind, "properties.x[*].y");
        more.extend(&reads);
        more.add_type(&other);
        assert!(more.covers(&reads) && !reads.covers(&more));
        assert!(reads.wants(&kind) && !reads.wants(&other));
        more.add_whole(&ResourceType::new("a.b/C"));
        assert!(more.paths(&kind).is_some_and(FieldPaths::is_whole));
        reads.add_every_type();
        assert!(reads.wants(&other) && reads.covers(&reads.clone()) && !more.covers(&reads));
        let mut existence = Reads::new();
        existence.add_type(&other);
        assert!(reads.covers(&existence));
    }
}
