//! Aliases: names of properties of a type, each with its path in the body.

use super::ResourceType;

/// Which aliases are known.
#[derive(Debug, Clone, Default)]
pub struct AliasCatalog {
    entries: Vec<(ResourceType, String, String)>,
}

impl AliasCatalog {
    /// Nothing.
    pub fn new() -> AliasCatalog {
        AliasCatalog::default()
    }

    /// Adds one.
    pub fn add(&mut self, resource_type: &str, alias: &str, path: &str) {
        self.entries.push((ResourceType::new(resource_type), alias.to_owned(), path.to_owned()));
    }

    /// Each type that has an alias of this name, with the path.
    pub fn find<'a>(&'a self, alias: &'a str) -> impl Iterator<Item = (&'a ResourceType, &'a str)> {
        self.entries
            .iter()
            .filter(move |(_, name, _)| name.eq_ignore_ascii_case(alias))
            .map(|(resource_type, _, path)| (resource_type, path.as_str()))
    }
}

impl AliasCatalog {
    /// temporary
    pub fn built_in() -> AliasCatalog {
        let mut catalog = AliasCatalog::new();
        let t = "Microsoft.Security/automations";
        for s in ["isEnabled","description","scopes","scopes[*]","scopes[*].description","scopes[*].scopePath","sources","sources[*]","sources[*].eventSource","sources[*].ruleSets","sources[*].ruleSets[*]","sources[*].ruleSets[*].rules","sources[*].ruleSets[*].rules[*]","sources[*].ruleSets[*].rules[*].propertyJPath","sources[*].ruleSets[*].rules[*].propertyType","sources[*].ruleSets[*].rules[*].expectedValue","sources[*].ruleSets[*].rules[*].operator","actions","actions[*]","actions[*].actionType"] {
            catalog.add(t, &format!("{t}/{s}"), &format!("properties.{s}"));
        }
        catalog
    }
}
