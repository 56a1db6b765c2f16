//! What properties of types are like: read-only, required, there for some kinds only.
//!
//! Listings of resource providers don't say so. Bicep's types of Azure do, one file for each API version of a provider
//! (<https://github.com/Azure/bicep-types-az>, `generated/*/*/*/types.json`): a list of types that refer to each other
//! by their places in it.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::arm::ResourceType;

/// A flag of a property in Bicep's types: it has to be given.
const REQUIRED: u32 = 1;

/// It can't be given.
const READ_ONLY: u32 = 1 << 1;

/// How many types a path is followed through.
const MOST: usize = 256;

/// Types of several files.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct PropertyTypes {
    files: Vec<Vec<Shape>>,
    /// By type and API version: which file, and which of its types is the body.
    resources: BTreeMap<(String, String), (usize, usize)>,
}

/// What a property is like in one API version.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PropertyFacts {
    /// It, or what it lies in, can't be given by a request.
    pub read_only: bool,
    /// It has to be given.
    pub required: bool,
    /// Only some kinds of what it lies in have it.
    pub conditional: bool,
}

/// A type, as far as paths go through it.
#[derive(Debug, Clone, PartialEq)]
enum Shape {
    Object(Vec<Property>),
    /// An object with further members for each value of one of them.
    Choice {
        base: Vec<Property>,
        discriminator: String,
        kinds: Vec<usize>,
    },
    List(usize),
    Union(Vec<usize>),
    /// What has no members.
    Plain,
}

#[derive(Debug, Clone, PartialEq)]
struct Property {
    name: String,
    of: usize,
    flags: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawType {
    #[serde(rename = "$type")]
    kind: String,
    name: Option<String>,
    properties: Option<BTreeMap<String, RawProperty>>,
    base_properties: Option<BTreeMap<String, RawProperty>>,
    discriminator: Option<String>,
    elements: Option<RawElements>,
    item_type: Option<RawReference>,
    body: Option<RawReference>,
}

#[derive(Deserialize)]
struct RawProperty {
    #[serde(rename = "type")]
    of: RawReference,
    #[serde(default)]
    flags: u32,
}

#[derive(Deserialize)]
struct RawReference {
    #[serde(rename = "$ref")]
    to: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawElements {
    List(Vec<RawReference>),
    Named(BTreeMap<String, RawReference>),
}

impl RawReference {
    /// `#/12`; what refers elsewhere has no members that are known here.
    fn index(&self) -> usize {
        self.to.strip_prefix("#/").and_then(|index| index.parse().ok()).unwrap_or(usize::MAX)
    }
}

/// Whether a text seems to be a file of Bicep's types.
pub(super) fn seems(text: &str) -> bool {
    let start: String = text.chars().take(256).filter(|c| !c.is_whitespace()).collect();
    start.trim_start_matches('\u{feff}').starts_with("[{\"$type\":")
}

/// Whether a text seems to be the index of such files, which says nothing of properties.
pub(super) fn is_index(text: &str) -> bool {
    let start: String = text.chars().take(1024).filter(|c| !c.is_whitespace()).collect();
    start.trim_start_matches('\u{feff}').starts_with("{\"resources\":{") && start.contains("types.json#/")
}

impl PropertyTypes {
    /// Adds a file; the first one stays for a type and an API version. The fault of one that can't be read.
    pub(super) fn add(&mut self, text: &str) -> Result<(), serde_json::Error> {
        let raw: Vec<RawType> = serde_json::from_str(text.trim_start_matches('\u{feff}'))?;
        let file = self.files.len();
        for one in &raw {
            let (Some(name), Some(body)) = (&one.name, &one.body) else { continue };
            if let ("ResourceType", Some((kind, version))) = (one.kind.as_str(), name.split_once('@')) {
                let key = (kind.to_ascii_lowercase(), version.to_ascii_lowercase());
                self.resources.entry(key).or_insert((file, body.index()));
            }
        }
        self.files.push(raw.into_iter().map(Shape::from).collect());
        Ok(())
    }

    /// Whether nothing is known.
    pub(super) fn is_empty(&self) -> bool {
        self.resources.is_empty()
    }

    /// The API versions of a type that are known, oldest first.
    pub(super) fn versions(&self, resource_type: &ResourceType) -> impl Iterator<Item = &str> {
        let kind = resource_type.folded().to_owned();
        let from = (kind.clone(), String::new());
        let of_kind = move |(key, _): &(&(String, String), _)| key.0 == kind;
        self.resources.range(from..).take_while(of_kind).map(|((_, version), _)| version.as_str())
    }

    /// What the property at a path is like; `None` where the type or the path isn't known in this version.
    pub(super) fn property(
        &self,
        resource_type: &ResourceType,
        version: &str,
        path: &str,
    ) -> Option<PropertyFacts> {
        let key = (resource_type.folded().to_owned(), version.to_ascii_lowercase());
        let (file, body) = *self.resources.get(&key)?;
        let steps: Vec<&str> = steps(path).collect();
        let mut budget = MOST;
        follow(&self.files[file], body, &steps, PropertyFacts::default(), &mut budget)
    }
}

/// `properties`, `list`, `*`, `color` of `properties.list[*].color`.
fn steps(path: &str) -> impl Iterator<Item = &str> {
    path.split('.').flat_map(|part| {
        let (name, arrays) = part.split_once('[').map_or((part, ""), |(name, arrays)| (name, arrays));
        std::iter::once(name)
            .filter(|name| !name.is_empty())
            .chain(arrays.split('[').filter_map(|array| (array == "*]").then_some("*")))
    })
}

fn follow(
    types: &[Shape],
    at: usize,
    steps: &[&str],
    so_far: PropertyFacts,
    budget: &mut usize,
) -> Option<PropertyFacts> {
    let Some((step, rest)) = steps.split_first() else { return Some(so_far) };
    *budget = budget.checked_sub(1)?;
    let into = |property: &Property, conditional: bool, budget: &mut usize| {
        let facts = PropertyFacts {
            read_only: so_far.read_only || property.flags & READ_ONLY != 0,
            required: property.flags & REQUIRED != 0,
            conditional: so_far.conditional || conditional,
        };
        follow(types, property.of, rest, facts, budget)
    };
    let named = |properties: &'_ [Property]| {
        properties.iter().position(|property| property.name.eq_ignore_ascii_case(step))
    };
    match types.get(at)? {
        Shape::List(of) if *step == "*" => follow(types, *of, rest, so_far, budget),
        Shape::Object(properties) => into(&properties[named(properties)?], false, budget),
        Shape::Choice { base, discriminator, kinds } => {
            if let Some(index) = named(base) {
                return into(&base[index], false, budget);
            }
            let has = |kind: &&usize| match types.get(**kind) {
                Some(Shape::Object(properties)) => named(properties).is_some(),
                _ => false,
            };
            let all = discriminator.eq_ignore_ascii_case(step) || kinds.iter().all(|kind| has(&kind));
            kinds.iter().filter(has).find_map(|kind| match types.get(*kind) {
                Some(Shape::Object(properties)) => into(&properties[named(properties)?], !all, budget),
                _ => None,
            })
        }
        Shape::Union(kinds) => kinds.iter().find_map(|kind| follow(types, *kind, steps, so_far, budget)),
        Shape::List(_) | Shape::Plain => None,
    }
}

impl From<RawType> for Shape {
    fn from(raw: RawType) -> Shape {
        let properties = |given: Option<BTreeMap<String, RawProperty>>| -> Vec<Property> {
            let one = |(name, property): (String, RawProperty)| Property {
                name,
                of: property.of.index(),
                flags: property.flags,
            };
            given.unwrap_or_default().into_iter().map(one).collect()
        };
        let elements = |given: Option<RawElements>| -> Vec<usize> {
            match given {
                None => Vec::new(),
                Some(RawElements::List(list)) => list.iter().map(RawReference::index).collect(),
                Some(RawElements::Named(named)) => named.values().map(RawReference::index).collect(),
            }
        };
        match raw.kind.as_str() {
            "ObjectType" => Shape::Object(properties(raw.properties)),
            "DiscriminatedObjectType" => Shape::Choice {
                base: properties(raw.base_properties),
                discriminator: raw.discriminator.unwrap_or_default(),
                kinds: elements(raw.elements),
            },
            "ArrayType" => raw.item_type.map_or(Shape::Plain, |item| Shape::List(item.index())),
            "UnionType" => Shape::Union(elements(raw.elements)),
            _ => Shape::Plain,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PropertyFacts, PropertyTypes, is_index, seems, steps};
    use crate::arm::ResourceType;

    const TYPES: &str = r##"[
        {"$type": "StringType"},
        {"$type": "ObjectType", "name": "A.B/c", "properties": {
            "name": {"type": {"$ref": "#/0"}, "flags": 9},
            "properties": {"type": {"$ref": "#/2"}, "flags": 0}}},
        {"$type": "ObjectType", "name": "P", "properties": {
            "state": {"type": {"$ref": "#/3"}, "flags": 2},
            "size": {"type": {"$ref": "#/0"}, "flags": 1},
            "list": {"type": {"$ref": "#/4"}, "flags": 0},
            "self": {"type": {"$ref": "#/2"}, "flags": 0}}},
        {"$type": "ObjectType", "name": "S", "properties": {"code": {"type": {"$ref": "#/0"}, "flags": 1}}},
        {"$type": "ArrayType", "itemType": {"$ref": "#/5"}},
        {"$type": "DiscriminatedObjectType", "name": "K", "discriminator": "kind",
            "baseProperties": {"note": {"type": {"$ref": "#/0"}, "flags": 0}},
            "elements": {"Round": {"$ref": "#/6"}, "Square": {"$ref": "#/7"}}},
        {"$type": "ObjectType", "name": "R", "properties": {
            "radius": {"type": {"$ref": "#/0"}, "flags": 1}, "color": {"type": {"$ref": "#/0"}, "flags": 0},
            "kind": {"type": {"$ref": "#/8"}, "flags": 1}}},
        {"$type": "ObjectType", "name": "Q", "properties": {
            "side": {"type": {"$ref": "#/0"}, "flags": 0}, "color": {"type": {"$ref": "#/0"}, "flags": 0}}},
        {"$type": "UnionType", "elements": [{"$ref": "#/0"}]},
        {"$type": "ResourceType", "name": "A.B/c@2024-01-01", "body": {"$ref": "#/1"}, "readableScopes": 8},
        {"$type": "ResourceType", "name": "A.B/c@2020-01-01", "body": {"$ref": "#/1"}, "flags": 0}]"##;

    #[test]
    fn properties_are_found_along_their_paths() {
        let mut types = PropertyTypes::default();
        assert!(seems(TYPES) && !is_index(TYPES) && types.is_empty());
        types.add(TYPES).expect("types");
        let boxes = ResourceType::new("a.b/C");
        assert_eq!(types.versions(&boxes).collect::<Vec<_>>(), ["2020-01-01", "2024-01-01"]);
        let at = |path: &str| types.property(&boxes, "2024-01-01", path);
        let facts =
            |read_only, required, conditional| Some(PropertyFacts { read_only, required, conditional });
        assert_eq!(at("properties.size"), facts(false, true, false));
        assert_eq!(at("Properties.Size"), facts(false, true, false));
        assert_eq!(at("properties.state"), facts(true, false, false));
        assert_eq!(at("properties.state.code"), facts(true, true, false));
        assert_eq!(at("properties.list[*].note"), facts(false, false, false));
        assert_eq!(at("properties.list[*].radius"), facts(false, true, true));
        assert_eq!(at("properties.list[*].side"), facts(false, false, true));
        assert_eq!(at("properties.list[*].color"), facts(false, false, false), "all kinds have it");
        assert_eq!(at("properties.list[*].kind"), facts(false, true, false), "it says which kind");
        assert_eq!(at("properties.list[*]"), facts(false, false, false));
        assert_eq!(at("properties.self.self.size"), facts(false, true, false));
        assert_eq!(at("properties.none"), None);
        assert_eq!(at("properties.size.x"), None);
        assert_eq!(at(&format!("properties{}", ".self".repeat(1000))), None, "there is a limit");
        assert_eq!(types.property(&boxes, "2022-01-01", "properties.size"), None);
    }

    #[test]
    fn other_files_are_told_apart() {
        assert!(is_index(r#"{"resources": {"A.B/c@2024-01-01": {"$ref": "a/b/2024-01-01/types.json#/9"}}}"#));
        assert!(!seems(r#"[{"namespace": "A.B"}]"#) && !is_index(r#"{"resources": {}}"#));
        assert!(PropertyTypes::default().add(r#"[{"$type": 1}]"#).is_err());
        assert_eq!(steps("a.b[*][*].c").collect::<Vec<_>>(), ["a", "b", "*", "*", "c"]);
    }
}
