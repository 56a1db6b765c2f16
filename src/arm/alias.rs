//! Aliases: names of properties of a type, each with its path in the body.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::ResourceType;

/// The aliases of `Microsoft.Security/automations`, without the type; the path is `properties.` and the same
/// text unless it is given.
const AUTOMATION: &[(&str, Option<&str>)] = &[
    ("isEnabled", None),
    ("description", None),
    ("scopes", None),
    ("scopes[*]", None),
    ("scopes[*].description", None),
    ("scopes[*].scopePath", None),
    ("sources", None),
    ("sources[*]", None),
    ("sources[*].eventSource", None),
    ("sources[*].ruleSets", None),
    ("sources[*].ruleSets[*]", None),
    ("sources[*].ruleSets[*].rules", None),
    ("sources[*].ruleSets[*].rules[*]", None),
    ("sources[*].ruleSets[*].rules[*].propertyJPath", None),
    ("sources[*].ruleSets[*].rules[*].propertyType", None),
    ("sources[*].ruleSets[*].rules[*].expectedValue", None),
    ("sources[*].ruleSets[*].rules[*].operator", None),
    ("actions", None),
    ("actions[*]", None),
    ("actions[*].actionType", None),
    ("actions[*].LogicApp", Some("actions[*]")),
    ("actions[*].LogicApp.logicAppResourceId", Some("actions[*].logicAppResourceId")),
    ("actions[*].LogicApp.uri", Some("actions[*].uri")),
    ("actions[*].EventHub", Some("actions[*]")),
    ("actions[*].EventHub.eventHubResourceId", Some("actions[*].eventHubResourceId")),
    ("actions[*].EventHub.sasPolicyName", Some("actions[*].sasPolicyName")),
    ("actions[*].EventHub.connectionString", Some("actions[*].connectionString")),
    ("actions[*].EventHub.isTrustedServiceEnabled", Some("actions[*].isTrustedServiceEnabled")),
    ("actions[*].Workspace", Some("actions[*]")),
    ("actions[*].Workspace.workspaceResourceId", Some("actions[*].workspaceResourceId")),
];

/// Which aliases are known.
///
/// An alias is looked up by its whole name together with the type of the resource: names without a type exist,
/// and one name can have a path for each of several types. Its text is not the path.
/// <https://learn.microsoft.com/azure/governance/policy/concepts/definition-structure-alias>
#[derive(Debug, Clone, Default)]
pub struct AliasCatalog {
    /// By the alias in lower case: each type that has it, with the path.
    paths: BTreeMap<String, Vec<(ResourceType, Arc<str>)>>,
}

impl AliasCatalog {
    /// The aliases that ship with azpol: those of `Microsoft.Security/automations`.
    pub fn built_in() -> AliasCatalog {
        let mut catalog = AliasCatalog::default();
        let automations = ResourceType::new(ResourceType::AUTOMATION);
        for (alias, path) in AUTOMATION {
            let name = format!("{}/{alias}", ResourceType::AUTOMATION);
            catalog.add(&automations, &name, &format!("properties.{}", path.unwrap_or(alias)));
        }
        catalog
    }

    /// Adds an alias of a type; the first path that is given for the two stays.
    pub fn add(&mut self, resource_type: &ResourceType, alias: &str, path: &str) {
        let types = self.paths.entry(alias.to_ascii_lowercase()).or_default();
        if types.iter().all(|(known, _)| known != resource_type) {
            types.push((resource_type.clone(), path.into()));
        }
    }

    /// Each type that has an alias of this name, with the path.
    pub fn find(&self, alias: &str) -> impl Iterator<Item = (&ResourceType, &str)> {
        let types = self.paths.get(&alias.to_ascii_lowercase());
        types.into_iter().flatten().map(|(resource_type, path)| (resource_type, &**path))
    }

    /// The path of an alias for a type.
    pub fn path(&self, resource_type: &ResourceType, alias: &str) -> Option<&str> {
        self.find(alias).find(|(known, _)| *known == resource_type).map(|(_, path)| path)
    }

    /// The names of all aliases, in lower case and in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.paths.keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::AliasCatalog;
    use crate::arm::ResourceType;

    #[test]
    fn discriminators_stand_in_the_alias_and_not_in_the_path() {
        let catalog = AliasCatalog::built_in();
        let automations = ResourceType::new("microsoft.security/AUTOMATIONS");
        let path =
            |alias: &str| catalog.path(&automations, &format!("MICROSOFT.Security/automations/{alias}"));
        assert_eq!(path("isenabled"), Some("properties.isEnabled"));
        assert_eq!(
            path("actions[*].Workspace.workspaceResourceId"),
            Some("properties.actions[*].workspaceResourceId")
        );
        assert_eq!(path("actions[*].Workspace"), Some("properties.actions[*]"));
        assert_eq!(path("nothing"), None);
        assert_eq!(
            catalog.path(&ResourceType::new("A.B/c"), "Microsoft.Security/automations/isEnabled"),
            None
        );
        assert_eq!(catalog.names().count(), 30);
    }

    #[test]
    fn one_name_has_a_path_for_each_type() {
        let mut catalog = AliasCatalog::default();
        let (one, two) = (ResourceType::new("A.B/one"), ResourceType::new("A.B/two"));
        catalog.add(&one, "A.B/short", "properties.x");
        catalog.add(&two, "a.b/SHORT", "properties.y");
        catalog.add(&two, "A.B/short", "properties.z");
        assert_eq!(catalog.path(&one, "A.B/short"), Some("properties.x"));
        assert_eq!(catalog.path(&two, "A.B/Short"), Some("properties.y"));
    }
}
