//! How an alias is read: its path for each type, and what of the value there is meant.

use std::sync::Arc;

use crate::arm::alias::{Alias, AliasFlags, Pattern, ValueType};
use crate::arm::{AliasCatalog, ResourceType, Value};

use super::Cause;
use super::compare::Current;
use super::program::Path;

/// An alias, with its path for each type that has it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct AliasAccess {
    pub(super) alias: Arc<str>,
    pub(super) paths: Vec<TypePath>,
    /// No type is known to have it.
    pub(super) unknown: bool,
}

/// The path of an alias for a type.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TypePath {
    pub(super) resource_type: ResourceType,
    /// The only API version that it holds for; without one it holds wherever no other does.
    pub(super) version: Option<Arc<str>>,
    pub(super) path: Path,
    /// Whether `modify` may change it, where that is known.
    pub(super) modifiable: Option<bool>,
    /// The type of its value, where that is known.
    pub(super) value_type: Option<ValueType>,
}

impl AliasAccess {
    /// The path of this type; a type without the alias has none, and its value is missing.
    pub(super) fn path(&self, resource_type: &ResourceType) -> Option<&Path> {
        self.path_at(resource_type, None)
    }

    /// The path of this type in requests of an API version.
    pub(super) fn path_at(&self, resource_type: &ResourceType, version: Option<&str>) -> Option<&Path> {
        path_at(&self.paths, resource_type, version)
    }

    /// Whether the path of this type differs by API version.
    pub(super) fn has_versions(&self, resource_type: &ResourceType) -> bool {
        self.paths.iter().any(|one| one.resource_type == *resource_type && one.version.is_some())
    }

    /// Whether `modify` may change it in such a request, where that is known.
    pub(super) fn modifiable(&self, resource_type: &ResourceType, version: Option<&str>) -> Option<bool> {
        of_version(&self.paths, resource_type, version)?.modifiable
    }

    /// The type of its value in such a request, where that is known.
    pub(super) fn value_type(
        &self,
        resource_type: &ResourceType,
        version: Option<&str>,
    ) -> Option<ValueType> {
        of_version(&self.paths, resource_type, version)?.value_type
    }

    /// Whether a type doesn't have it; one that may have an unknown alias isn't said not to.
    pub(super) fn is_foreign_to(&self, resource_type: &ResourceType) -> bool {
        self.path(resource_type).is_none() && !self.is_unknown_of(resource_type)
    }

    /// Whether it can't be said how a type's value is read: nobody knows the alias, and by its name the type may
    /// have it.
    pub(super) fn is_unknown_of(&self, resource_type: &ResourceType) -> bool {
        self.unknown && may_belong(&self.alias, resource_type)
    }
}

/// The path of a type in requests of an API version.
pub(super) fn path_at<'p>(
    paths: &'p [TypePath],
    resource_type: &ResourceType,
    version: Option<&str>,
) -> Option<&'p Path> {
    of_version(paths, resource_type, version).map(|one| &one.path)
}

fn of_version<'p>(
    paths: &'p [TypePath],
    resource_type: &ResourceType,
    version: Option<&str>,
) -> Option<&'p TypePath> {
    let of_type = || paths.iter().filter(|one| one.resource_type == *resource_type);
    let is_version = |one: &&TypePath| match (&one.version, version) {
        (Some(known), Some(version)) => known.eq_ignore_ascii_case(version),
        _ => false,
    };
    of_type().find(is_version).or_else(|| of_type().find(|one| one.version.is_none()))
}

/// Whether an alias can be one of a type by its name: the type and one segment, or a short form of its provider. No
/// known alias has another form.
fn may_belong(alias: &str, resource_type: &ResourceType) -> bool {
    let Some((head, _)) = alias.rsplit_once('/') else { return false };
    resource_type.is(head) || head.eq_ignore_ascii_case(resource_type.namespace())
}

/// How an alias of a catalogue is read, seen from the body.
pub(super) fn access(catalog: &AliasCatalog, alias: &Arc<str>) -> AliasAccess {
    let paths: Vec<TypePath> = catalog.aliases(alias).flat_map(of_type).collect();
    AliasAccess { alias: alias.clone(), unknown: paths.is_empty(), paths }
}

/// Whether `modify` may change it, and the type of its value.
type Facts = (Option<bool>, Option<ValueType>);

/// The default path, and those of API versions where they differ from it.
fn of_type(alias: Alias<'_>) -> Vec<TypePath> {
    let masked = alias.flags().is_some_and(|AliasFlags { mask, .. }| mask);
    let meant = |pattern: Option<Pattern<'_>>| match pattern {
        _ if masked => Meant::Masked,
        Some(Pattern { phrase, variable }) => {
            Meant::Part { phrase: phrase.into(), variable: variable.into() }
        }
        None if alias.is_part_of_text() => Meant::Untold,
        None => Meant::Whole,
    };
    let one = |path: &str, version: Option<&str>, meant: Meant, facts: Facts| TypePath {
        resource_type: alias.resource_type().clone(),
        version: version.map(Arc::from),
        path: Path { hidden_array: stars(path) > stars(alias.name()), meant, ..Path::parse(path) },
        modifiable: facts.0,
        value_type: facts.1,
    };
    let usual = (alias.modifiable(), alias.value_type());
    let mut paths = vec![one(alias.path(), None, meant(alias.pattern()), usual)];
    for other in alias.versions() {
        let facts = (other.modifiable().or(usual.0), other.value_type().or(usual.1));
        let differs = other.path() != alias.path() || other.pattern() != alias.pattern() || facts != usual;
        if differs {
            let versions = other.api_versions();
            paths.extend(
                versions.map(|version| one(other.path(), Some(version), meant(other.pattern()), facts)),
            );
        }
    }
    paths
}

fn stars(text: &str) -> usize {
    text.matches("[*]").count()
}

/// What of the value at the end of a path is meant.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) enum Meant {
    /// All of it.
    #[default]
    Whole,
    /// A part of the text: what stands for the variable in the phrase.
    Part { phrase: Arc<str>, variable: Arc<str> },
    /// A part of the text, and nobody says which.
    Untold,
    /// Nothing: it is a secret, which reads as missing.
    Masked,
}

impl Meant {
    /// What a value counts as; the cause where that can't be said.
    pub(super) fn of<'v>(&self, path: &str, value: &'v Value) -> Result<Current<'v>, Cause> {
        Ok(match (self, value) {
            (Meant::Masked, _) => Current::Missing,
            (Meant::Untold, Value::String(_)) => {
                let message =
                    format!("which part of `{path}` is meant: the catalogue of aliases doesn't say");
                return Err(Cause::MissingFact(message.into()));
            }
            (Meant::Part { phrase, variable }, Value::String(text)) => {
                let pattern = Pattern { phrase, variable };
                pattern.extract(text).map_or(Current::Missing, Current::Text)
            }
            _ => Current::Value(value),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::may_belong;
    use crate::arm::ResourceType;

    #[test]
    fn an_unknown_alias_may_belong_to_the_type_that_it_begins_with() {
        let may = |alias, name| may_belong(alias, &ResourceType::new(name));
        assert!(may("A.B/c/d", "a.b/C"));
        assert!(may("A.B/c/d/e[*].f", "A.B/c/d"));
        assert!(!may("A.B/c/d/e[*].f", "A.B/c"));
        assert!(may("A.B/short", "A.B/c"));
        assert!(!may("A.B/c/d", "A.B/other"));
        assert!(!may("A.B/cc/d", "A.B/c"));
        assert!(!may("A.B/short", "A.Bee/c"));
    }
}
