//! Aliases: names of properties of a type, each with its path in the body; what is known of types.

mod built_in;
mod compact;
mod facts;
mod load;
mod read;
mod table;
mod types;

use std::fmt;
use std::sync::Arc;

use super::ResourceType;
use super::nearest::nearest;

pub use facts::{Alias, AliasFlags, AliasPath, Pattern, TypeFacts, ValueType};
pub use load::AliasReader;
use table::{Row, Table};
pub use types::PropertyFacts;
use types::PropertyTypes;

/// Which aliases are known, and what is known of them and of their types.
///
/// An alias is looked up by its whole name together with the type of the resource: names without a type exist,
/// and one name can have a path for each of several types. Its text is not the path. Cheap to clone.
/// <https://learn.microsoft.com/azure/governance/policy/concepts/definition-structure-alias>
#[derive(Clone, PartialEq)]
pub struct AliasCatalog {
    source: Source,
    /// What properties are like, where that was given.
    properties: Option<Arc<PropertyTypes>>,
}

#[derive(Clone)]
enum Source {
    /// The table that ships with azpol, read provider by provider.
    BuiltIn,
    Given(Arc<Table>),
}

impl PartialEq for Source {
    fn eq(&self, other: &Source) -> bool {
        match (self, other) {
            (Source::BuiltIn, Source::BuiltIn) => true,
            (Source::Given(one), Source::Given(other)) => Arc::ptr_eq(one, other) || one == other,
            _ => false,
        }
    }
}

/// Names the source; its rows are too many to be shown.
impl fmt::Debug for AliasCatalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Source::BuiltIn => f.write_str("AliasCatalog(built in)"),
            Source::Given(table) => write!(f, "AliasCatalog({} aliases)", table.rows().len()),
        }
    }
}

/// Without any alias.
impl Default for AliasCatalog {
    fn default() -> AliasCatalog {
        AliasCatalog::given(Table::default())
    }
}

impl AliasCatalog {
    /// The aliases that ship with azpol: the public ones, of the day that `NOTICE` names.
    pub fn built_in() -> AliasCatalog {
        AliasCatalog { source: Source::BuiltIn, properties: None }
    }

    fn given(table: Table) -> AliasCatalog {
        AliasCatalog { source: Source::Given(Arc::new(table)), properties: None }
    }

    /// Whether it is known of any property whether it is read-only, required, or there for some kinds only.
    pub fn knows_properties(&self) -> bool {
        self.properties.is_some()
    }

    /// What the property that an alias reads is like in each API version of its type that is known and has it, oldest
    /// first.
    pub fn properties_of<'a>(&'a self, alias: Alias<'a>) -> impl Iterator<Item = (&'a str, PropertyFacts)> {
        let types = self.properties.iter();
        types.flat_map(move |types| {
            types.versions(alias.resource_type()).filter_map(move |version| {
                let path = alias.path_at(version);
                Some((version, types.property(alias.resource_type(), version, path)?))
            })
        })
    }

    /// Whether it is the one that ships with azpol.
    pub fn is_built_in(&self) -> bool {
        matches!(self.source, Source::BuiltIn)
    }

    /// Adds an alias of a type; the first path that is given for the two stays.
    pub fn add(&mut self, resource_type: &ResourceType, alias: &str, path: &str) {
        if self.is_built_in() {
            self.source = Source::Given(Arc::new(self.table().clone()));
        }
        if let Source::Given(table) = &mut self.source {
            let table = Arc::make_mut(table);
            table.forget();
            let id = table.add_type(resource_type.as_str());
            table.add(id, alias, path, None);
        }
    }

    /// The whole table.
    fn table(&self) -> &Table {
        match &self.source {
            Source::BuiltIn => built_in::all(),
            Source::Given(table) => table,
        }
    }

    /// A table that holds everything of this name, or of this type.
    fn table_for(&self, name: &str) -> &Table {
        match &self.source {
            Source::BuiltIn => built_in::of(name),
            Source::Given(table) => table,
        }
    }

    /// What is known of an alias of a type; `None` where the type has no alias of this name.
    pub fn alias(&self, resource_type: &ResourceType, name: &str) -> Option<Alias<'_>> {
        let table = self.table_for(name);
        let row = table.row(table.type_id(resource_type)?, name)?;
        Some(Alias { table, row })
    }

    /// The aliases of this name, one for each type that has it.
    pub fn aliases<'a>(&'a self, name: &str) -> impl Iterator<Item = Alias<'a>> {
        let table = self.table_for(name);
        table.named(name).map(move |row| Alias { table, row })
    }

    /// Each type that has an alias of this name, with the path.
    pub fn find<'a>(&'a self, alias: &str) -> impl Iterator<Item = (&'a ResourceType, &'a str)> {
        self.aliases(alias).map(|alias| (alias.resource_type(), alias.path()))
    }

    /// The types that have an alias of this name; none for a name that is unknown.
    pub fn types_of<'a>(&'a self, alias: &str) -> impl Iterator<Item = &'a ResourceType> {
        self.aliases(alias).map(Alias::resource_type)
    }

    /// The path of an alias for a type.
    pub fn path(&self, resource_type: &ResourceType, alias: &str) -> Option<&str> {
        self.alias(resource_type, alias).map(Alias::path)
    }

    /// The aliases of a type, in the catalogue's order.
    pub fn of_type(&self, resource_type: &ResourceType) -> impl Iterator<Item = Alias<'_>> {
        let table = self.table_for(resource_type.as_str());
        let id = table.type_id(resource_type);
        let is_of_type = move |row: &&Row| Some(row.resource_type) == id;
        table.rows().iter().filter(is_of_type).map(move |row| Alias { table, row })
    }

    /// The names of all aliases, each once, in the order of their texts without case.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let table = self.table();
        let mut names: Vec<&str> = table.rows().iter().map(|row| table.text(row.name)).collect();
        names.sort_by(|a, b| folded(a).cmp(folded(b)));
        names.dedup_by(|a, b| a.eq_ignore_ascii_case(b));
        names.into_iter()
    }

    /// The alias that was probably meant by a name that is unknown: of the same provider.
    pub fn near(&self, alias: &str) -> Option<&str> {
        let table = self.table_for(alias);
        let provider = alias.split('/').next().unwrap_or_default();
        let is_of_provider = |name: &&str| {
            name.get(..provider.len()).is_some_and(|head| head.eq_ignore_ascii_case(provider))
                && name.as_bytes().get(provider.len()) == Some(&b'/')
        };
        nearest(alias, table.rows().iter().map(|row| table.text(row.name)).filter(is_of_provider))
    }

    /// What is known of a type; `None` for a type that the catalogue doesn't name. The table that ships with azpol has
    /// aliases only, and isn't read for this.
    pub fn resource_type_facts(&self, resource_type: &ResourceType) -> Option<TypeFacts<'_>> {
        let Source::Given(table) = &self.source else { return None };
        let entry = &table.types[table.type_id(resource_type)? as usize];
        Some(TypeFacts { table, capabilities: entry.capabilities, versions: entry.versions })
    }

    /// Every type that the catalogue names, in its order.
    pub fn types(&self) -> impl Iterator<Item = &ResourceType> {
        self.table().types.iter().map(|entry| &entry.name)
    }

    /// In the form in which the aliases ship that azpol knows: the same facts give the same bytes.
    pub fn to_compact(&self) -> String {
        compact::write(self.table())
    }

    /// How many aliases it holds, each counted once for each type that has it.
    pub fn len(&self) -> usize {
        self.table().rows().len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.table().rows().is_empty()
    }
}

fn folded(text: &str) -> impl Iterator<Item = u8> {
    text.bytes().map(|byte| byte.to_ascii_lowercase())
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
        assert_eq!(catalog.of_type(&automations).count(), 30);
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
        assert_eq!(catalog.types_of("a.b/short").collect::<Vec<_>>(), [&one, &two]);
        assert_eq!(catalog.names().collect::<Vec<_>>(), ["A.B/short"]);
        assert_eq!(catalog.near("A.B/shrot"), Some("A.B/short"));
        assert_eq!(catalog.near("C.D/shrot"), None);
    }

    #[test]
    fn a_text_that_several_aliases_are_parts_of_is_not_read_whole() {
        let mut catalog = AliasCatalog::default();
        let disk = ResourceType::new("A.B/disks");
        for (name, path) in [
            ("A.B/publisher", "properties.image.id"),
            ("A.B/offer", "properties.image.id"),
            ("A.B/disks/image.id", "properties.image.id"),
            ("A.B/disks/kind", "properties.a"),
            ("A.B/disks/type", "properties.a"),
            ("A.B/disks/a", "properties.a"),
            ("A.B/disks/One.b", "properties.b"),
            ("A.B/disks/Other.b", "properties.b"),
        ] {
            catalog.add(&disk, name, path);
        }
        let parts: Vec<_> =
            catalog.of_type(&disk).filter(|alias| alias.is_part_of_text()).map(super::Alias::name).collect();
        assert_eq!(parts, ["A.B/publisher", "A.B/offer", "A.B/disks/kind", "A.B/disks/type"]);
    }
}
