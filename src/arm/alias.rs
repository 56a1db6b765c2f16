//! Aliases: the names by which policies read properties of resources.
//!
//! <https://learn.microsoft.com/azure/governance/policy/concepts/definition-structure-alias>

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock};

use super::ResourceType;

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// A member; compared without case.
    Member(Arc<str>),
    /// `[*]`: each item of an array.
    Each,
}

/// A path into a resource, such as `properties.sources[*].eventSource`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AliasPath {
    text: Arc<str>,
    steps: Arc<[Step]>,
}

impl AliasPath {
    /// Reads a path of members, separated by dots, each with any number of `[*]` behind it. `None` for what
    /// isn't one.
    pub fn parse(text: &str) -> Option<AliasPath> {
        let mut steps = Vec::new();
        for part in text.split('.') {
            let name = part.trim_end_matches("[*]");
            if name.is_empty() || name.contains(['[', ']']) {
                return None;
            }
            steps.push(Step::Member(name.into()));
            steps.extend((0..(part.len() - name.len()) / "[*]".len()).map(|_| Step::Each));
        }
        Some(AliasPath { text: text.into(), steps: steps.into() })
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its steps from the resource inwards.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Whether it selects a collection: whether `[*]` stands in it.
    pub fn is_collection(&self) -> bool {
        self.steps.contains(&Step::Each)
    }

    /// What remains of it below another path: the steps behind that path's.
    pub fn below(&self, outer: &AliasPath) -> Option<&[Step]> {
        let (head, rest) = self.steps.split_at_checked(outer.steps.len())?;
        let same = |(a, b): (&Step, &Step)| match (a, b) {
            (Step::Member(a), Step::Member(b)) => a.eq_ignore_ascii_case(b),
            (a, b) => a == b,
        };
        head.iter().zip(outer.steps.iter()).all(same).then_some(rest)
    }
}

impl fmt::Display for AliasPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// An alias with its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// As the catalogue spells it, with the type in front.
    pub name: Arc<str>,
    /// Where it points to.
    pub path: AliasPath,
}

/// Which aliases each resource type has. An alias is always looked up by the type of the resource that is
/// evaluated: its text doesn't give away its path.
#[derive(Debug, Clone, Default)]
pub struct AliasCatalog {
    /// By type, then by name in lower case.
    types: BTreeMap<ResourceType, BTreeMap<String, Alias>>,
}

impl AliasCatalog {
    /// Without aliases.
    pub fn new() -> AliasCatalog {
        AliasCatalog::default()
    }

    /// The aliases that azpol knows by itself: all of `Microsoft.Security/automations`.
    pub fn built_in() -> &'static AliasCatalog {
        static CATALOG: LazyLock<AliasCatalog> = LazyLock::new(automations);
        &CATALOG
    }

    /// Adds an alias of a type; one of the same name is replaced. Whether the path is one: else nothing is added.
    pub fn add(&mut self, resource_type: &str, alias: &str, path: &str) -> bool {
        let Some(path) = AliasPath::parse(path) else { return false };
        let aliases = self.types.entry(ResourceType::new(resource_type)).or_default();
        aliases.insert(alias.to_ascii_lowercase(), Alias { name: alias.into(), path });
        true
    }

    /// The path of the alias of this name that the type has.
    pub fn path(&self, resource_type: &ResourceType, alias: &str) -> Option<&AliasPath> {
        self.types.get(resource_type)?.get(&alias.to_ascii_lowercase()).map(|alias| &alias.path)
    }

    /// Each type that has an alias of this name, with the path: for a policy that doesn't say which type it reads.
    pub fn find(&self, alias: &str) -> impl Iterator<Item = (&ResourceType, &str)> {
        let alias = alias.to_ascii_lowercase();
        self.types.iter().filter_map(move |(kind, aliases)| Some((kind, aliases.get(&alias)?.path.as_str())))
    }

    /// Whether anything is known of the type's aliases.
    pub fn knows(&self, resource_type: &ResourceType) -> bool {
        self.types.contains_key(resource_type)
    }

    /// All aliases of a type, by name.
    pub fn of_type(&self, resource_type: &ResourceType) -> impl Iterator<Item = &Alias> {
        self.types.get(resource_type).into_iter().flat_map(BTreeMap::values)
    }
}

/// What stands below `properties` under its own name.
const AUTOMATION_PROPERTIES: &[&str] = &[
    "isEnabled",
    "description",
    "scopes",
    "scopes[*]",
    "scopes[*].description",
    "scopes[*].scopePath",
    "sources",
    "sources[*]",
    "sources[*].eventSource",
    "sources[*].ruleSets",
    "sources[*].ruleSets[*]",
    "sources[*].ruleSets[*].rules",
    "sources[*].ruleSets[*].rules[*]",
    "sources[*].ruleSets[*].rules[*].propertyJPath",
    "sources[*].ruleSets[*].rules[*].propertyType",
    "sources[*].ruleSets[*].rules[*].expectedValue",
    "sources[*].ruleSets[*].rules[*].operator",
    "actions",
    "actions[*]",
    "actions[*].actionType",
];

/// The kinds of action, which the paths don't name, with the properties of each.
const AUTOMATION_ACTIONS: &[(&str, &[&str])] = &[
    ("LogicApp", &["logicAppResourceId", "uri"]),
    ("EventHub", &["eventHubResourceId", "sasPolicyName", "connectionString", "isTrustedServiceEnabled"]),
    ("Workspace", &["workspaceResourceId"]),
];

fn automations() -> AliasCatalog {
    let mut catalog = AliasCatalog::new();
    let mut add = |alias: &str, path: &str| {
        let alias = format!("{}/{alias}", ResourceType::AUTOMATION);
        catalog.add(ResourceType::AUTOMATION, &alias, &format!("properties.{path}"));
    };
    for name in AUTOMATION_PROPERTIES {
        add(name, name);
    }
    for (action, properties) in AUTOMATION_ACTIONS {
        add(&format!("actions[*].{action}"), "actions[*]");
        for property in *properties {
            add(&format!("actions[*].{action}.{property}"), &format!("actions[*].{property}"));
        }
    }
    catalog
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_and_printed() {
        for text in ["type", "properties.sources[*].ruleSets[*].rules", "properties.a[*][*].b"] {
            assert_eq!(AliasPath::parse(text).map(|path| path.to_string()).as_deref(), Some(text));
        }
        for text in ["", "a..b", "[*]", "a[0]", "a]"] {
            assert_eq!(AliasPath::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_path_below_another() {
        let path = |text: &str| AliasPath::parse(text).unwrap();
        let (outer, inner) = (path("properties.Sources[*]"), path("properties.sources[*].eventSource"));
        assert_eq!(inner.below(&outer), Some(&[Step::Member("eventSource".into())][..]));
        assert_eq!(outer.below(&inner), None);
        assert_eq!(path("properties.sourcesOther[*]").below(&outer), None);
        assert!(inner.is_collection() && !path("properties.isEnabled").is_collection());
    }

    #[test]
    fn automations_have_their_aliases() {
        let (catalog, kind) = (AliasCatalog::built_in(), ResourceType::new("microsoft.security/AUTOMATIONS"));
        assert_eq!(catalog.of_type(&kind).count(), 30);
        let path = |suffix: &str| {
            catalog.path(&kind, &format!("Microsoft.Security/automations/{suffix}")).map(AliasPath::to_string)
        };
        assert_eq!(path("ISENABLED").as_deref(), Some("properties.isEnabled"));
        let workspace = path("actions[*].Workspace.workspaceResourceId");
        assert_eq!(workspace.as_deref(), Some("properties.actions[*].workspaceResourceId"));
        assert_eq!(path("actions[*].LogicApp").as_deref(), Some("properties.actions[*]"));
        assert_eq!(path("actions[*].Workspace.uri"), None);
        let other = ResourceType::new("Microsoft.Storage/storageAccounts");
        assert!(catalog.path(&other, "Microsoft.Security/automations/isEnabled").is_none());
        assert!(!catalog.knows(&other));
        assert_eq!(catalog.find("microsoft.security/automations/isenabled").count(), 1);
        assert!(!AliasCatalog::new().add("A.B/c", "A.B/c/d", "properties.d[0]"));
    }
}
