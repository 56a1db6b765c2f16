//! Fields, aliases and the members of arrays.

use serde_json::{Value as Json, json};

use super::Readings;
use super::compare::same;

pub const BOX: &str = "Contoso.Things/boxes";
pub const CRATE: &str = "Contoso.Things/crates";

/// Type, alias, path.
pub static ALIASES: &[(&str, &str, &str)] = &[
    (BOX, "Contoso.Things/boxes/size", "properties.size"),
    (BOX, "Contoso.Things/boxes/label", "properties.label"),
    (BOX, "Contoso.Things/boxes/flag", "properties.flag"),
    (BOX, "Contoso.Things/boxes/extra", "properties.extra"),
    (BOX, "Contoso.Things/boxes/nested.deep", "properties.nested.deep"),
    (BOX, "Contoso.Things/boxes/list", "properties.list"),
    (BOX, "Contoso.Things/boxes/list[*]", "properties.list[*]"),
    (BOX, "Contoso.Things/boxes/list[*].color", "properties.list[*].color"),
    (BOX, "Contoso.Things/boxes/list[*].kind", "properties.list[*].inner.kind"),
    (BOX, "Contoso.Things/boxes/list[*].parts", "properties.list[*].parts"),
    (BOX, "Contoso.Things/boxes/list[*].parts[*]", "properties.list[*].parts[*]"),
    (BOX, "Contoso.Things/boxes/list[*].parts[*].n", "properties.list[*].parts[*].n"),
    (BOX, "Contoso.Things/boxes/list[*].parts[*].marks[*]", "properties.list[*].parts[*].marks[*]"),
    (BOX, "Contoso.Things/boxes/other[*]", "properties.other[*]"),
    (BOX, "Contoso.Things/boxes/other[*].n", "properties.other[*].n"),
    (BOX, "Contoso.Things/boxes/logs.enabled", "properties.logs[*].enabled"),
    (BOX, "Contoso.Things/short", "properties.size"),
    (CRATE, "Contoso.Things/short", "properties.depth"),
    (CRATE, "Contoso.Things/crates/depth", "properties.depth"),
    (CRATE, "Contoso.Things/crates/items", "properties.items"),
    (CRATE, "Contoso.Things/crates/items[*]", "properties.items[*]"),
    (CRATE, "Contoso.Things/crates/items[*].n", "properties.items[*].n"),
];

/// A resource in REST form.
#[derive(Debug, Clone)]
pub struct Resource {
    pub body: Json,
    /// What the export carries, where it is a projection: members of the body.
    pub carried: Option<Vec<&'static str>>,
}

impl Resource {
    pub fn text(&self, key: &str) -> &str {
        self.body[key].as_str().expect("a text")
    }

    fn carries(&self, path: &str) -> bool {
        let first = path.split(['.', '[']).next().expect("a member");
        self.carried.as_ref().is_none_or(|carried| carried.iter().any(|known| same(known, first)))
    }

    pub fn name(&self) -> &str {
        self.text("id").rsplit('/').next().expect("a name")
    }

    /// The names of the id, joined.
    pub fn full_name(&self) -> String {
        let id = self.text("id");
        match id.rfind("/providers/") {
            Some(at) => {
                let behind: Vec<&str> = id[at + 11..].split('/').collect();
                behind.iter().skip(2).step_by(2).copied().collect::<Vec<_>>().join("/")
            }
            None => self.name().to_owned(),
        }
    }
}

/// A member that a count has open, innermost last.
#[derive(Debug, Clone)]
pub enum Frame {
    /// Of an array of the resource: where it stands in each array of the alias.
    Member { alias: String, indices: Vec<usize>, value: Json },
    /// Of a list.
    Item { name: String, value: Json },
}

/// What a field reads.
pub enum Field {
    NotCarried,
    One(Option<Json>),
    Many(Vec<Selected>),
}

/// What a path with `[*]` selects.
#[derive(Debug, Clone)]
pub enum Selected {
    Value(Option<Json>),
    /// There is no array, and that is minded.
    NoArray,
}

/// Blanks and case don't count in regions.
pub fn located(value: &Json) -> Json {
    match value {
        Json::String(text) => text.replace(' ', "").to_lowercase().into(),
        Json::Array(items) => items.iter().map(located).collect(),
        other => other.clone(),
    }
}

/// `field:`
pub fn field(name: &str, resource: &Resource, frames: &[Frame], readings: &Readings) -> Field {
    if name.contains('/') && !name.to_lowercase().starts_with("tags") {
        return match path_of(name, resource) {
            None => Field::One(None),
            Some(path) if !resource.carries(path) => Field::NotCarried,
            Some(path) => {
                let hidden = path.contains("[*]") && !name.contains("[*]");
                let one = hidden && !readings.is("hidden-array", "nothing");
                let minded = readings.is("missing-array", "fails") && !one;
                let found = selected(path, resource, &bound(name, frames, readings), minded);
                let values: Vec<Selected> = found.into_iter().map(|(_, value)| value).collect();
                match values.as_slice() {
                    [] if one => Field::One(None),
                    [Selected::Value(value)] if !path.contains("[*]") => Field::One(value.clone()),
                    _ => Field::Many(values),
                }
            }
        };
    }
    accessor(name, resource).map_or(Field::NotCarried, Field::One)
}

/// An accessor that every type has; `None` where the export doesn't carry it.
#[expect(clippy::option_option, reason = "what isn't carried and what is missing are told apart")]
fn accessor(name: &str, resource: &Resource) -> Option<Option<Json>> {
    let body = |path: &[&str]| {
        resource.carries(path[0]).then(|| {
            let start = Some(&resource.body);
            path.iter().fold(start, |value, key| value.and_then(|value| member(value, key))).cloned()
        })
    };
    let lower = name.to_lowercase();
    match lower.as_str() {
        "type" | "id" => Some(Some(resource.body[&lower].clone())),
        "name" => Some(Some(resource.name().into())),
        "fullname" => Some(Some(resource.full_name().into())),
        "location" => body(&["location"]).map(|value| value.as_ref().map(located)),
        "kind" | "tags" => body(&[&lower]),
        "identity.type" => body(&["identity", "type"]),
        _ => body(&["tags", &tag(name)]),
    }
}

/// The name of a tag: `tags['it''s']`, `tags[x]`, `tags.x`.
fn tag(name: &str) -> String {
    let rest = &name["tags".len()..];
    if let Some(quoted) = rest.strip_prefix("['").and_then(|rest| rest.strip_suffix("']")) {
        return quoted.replace("''", "'");
    }
    let bare = rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    bare.or_else(|| rest.strip_prefix('.')).expect("a tag").to_owned()
}

/// The exact case first.
fn member<'j>(value: &'j Json, key: &str) -> Option<&'j Json> {
    let object = value.as_object()?;
    object.get(key).or_else(|| object.iter().find(|(known, _)| same(known, key)).map(|(_, value)| value))
}

fn path_of(alias: &str, resource: &Resource) -> Option<&'static str> {
    let resource_type = resource.text("type");
    let found = ALIASES.iter().find(|(of, name, _)| same(of, resource_type) && same(name, alias));
    found.map(|(.., path)| *path)
}

/// Whether an alias goes on below an array of another one: `a[*].b` below `a[*]`.
fn below(alias: &str, array: &str) -> bool {
    alias
        .to_lowercase()
        .strip_prefix(&array.to_lowercase())
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || rest.starts_with('['))
}

/// The arrays of an alias, outermost first: `a[*]` and `a[*].b[*]` of `a[*].b[*].c`.
fn arrays(alias: &str) -> Vec<&str> {
    alias.match_indices("[*]").map(|(at, _)| &alias[..at + 3]).collect()
}

/// At which members of its arrays an alias is read: those of the innermost count that goes over one of them,
/// else of the innermost one that goes over an array within one of them.
fn bound(alias: &str, frames: &[Frame], readings: &Readings) -> Vec<usize> {
    let outer = !readings.is("outer-member", "every");
    for whole in [true, false].into_iter().filter(|whole| *whole || outer) {
        for frame in frames.iter().rev() {
            let Frame::Member { alias: counted, indices, .. } = frame else { continue };
            let shared = arrays(counted).into_iter().filter(|array| below(alias, array)).count();
            if shared > 0 && (!whole || shared == indices.len()) {
                return indices[..shared].to_vec();
            }
        }
    }
    Vec::new()
}

/// Every value at a path, with its place in each array; the first arrays only at these places.
fn select(path: &str, resource: &Resource, places: &[usize]) -> Vec<(Vec<usize>, Option<Json>)> {
    let value = |(indices, one)| match one {
        Selected::Value(value) => Some((indices, value)),
        Selected::NoArray => None,
    };
    selected(path, resource, places, false).into_iter().filter_map(value).collect()
}

/// The same; where an array is minded that isn't there, it stands in its place.
fn selected(path: &str, resource: &Resource, places: &[usize], minded: bool) -> Vec<(Vec<usize>, Selected)> {
    let mut found = vec![(Vec::new(), Selected::Value(Some(resource.body.clone())))];
    for step in path.replace("[*]", ".[*]").split('.') {
        found = if step == "[*]" {
            let mut members = Vec::new();
            for (indices, value) in found {
                let Selected::Value(Some(Json::Array(items))) = value else {
                    if minded {
                        members.push((indices, Selected::NoArray));
                    }
                    continue;
                };
                let wanted = places.get(indices.len());
                for (index, item) in items.into_iter().enumerate() {
                    if wanted.is_none_or(|wanted| *wanted == index) {
                        members.push(([&indices[..], &[index]].concat(), Selected::Value(Some(item))));
                    }
                }
            }
            members
        } else {
            let one = |value: Selected| match value {
                Selected::Value(value) => {
                    Selected::Value(value.as_ref().and_then(|value| member(value, step)).cloned())
                }
                Selected::NoArray => Selected::NoArray,
            };
            found.into_iter().map(|(indices, value)| (indices, one(value))).collect()
        };
    }
    found
}

/// The members that a count over an alias goes through; `None` where the export doesn't carry them.
pub fn members(
    alias: &str,
    resource: &Resource,
    frames: &[Frame],
    readings: &Readings,
) -> Option<Vec<Frame>> {
    let Some(path) = path_of(alias, resource) else { return Some(Vec::new()) };
    if !resource.carries(path) {
        return None;
    }
    let found = select(path, resource, &bound(alias, frames, readings));
    let frame = |(indices, value): (Vec<usize>, Option<Json>)| Frame::Member {
        alias: alias.to_owned(),
        indices,
        value: value.unwrap_or(Json::Null),
    };
    Some(found.into_iter().map(frame).collect())
}

/// The function `field()`: what is missing is `""`, an array is a list of what is there; `None` where the export
/// doesn't carry it.
pub fn function(name: &str, resource: &Resource, frames: &[Frame], readings: &Readings) -> Option<Json> {
    if name.contains('/') && !name.to_lowercase().starts_with("tags") {
        let list = name.contains("[*]");
        let path = path_of(name, resource);
        if path.is_some_and(|path| !resource.carries(path)) {
            return None;
        }
        let found =
            path.map(|path| select(path, resource, &bound(name, frames, readings))).unwrap_or_default();
        let mut there = found.into_iter().filter_map(|(_, value)| value).filter(|value| !value.is_null());
        return Some(if list { there.collect() } else { there.next().unwrap_or_else(|| json!("")) });
    }
    let found = accessor(name, resource)?;
    let nothing = match &found {
        // Tags that are written as null stay null.
        Some(_) if name.eq_ignore_ascii_case("tags") => Json::Null,
        None if name.eq_ignore_ascii_case("tags") && !readings.is("absent-tags", "empty-text") => Json::Null,
        _ => json!(""),
    };
    Some(found.filter(|value| !value.is_null()).unwrap_or(nothing))
}

/// The function `current()`; `None` where it names no open count.
pub fn current(
    name: Option<&str>,
    resource: &Resource,
    frames: &[Frame],
    readings: &Readings,
) -> Option<Json> {
    let Some(name) = name else {
        let innermost = readings.is("unnamed-current", "innermost");
        return match frames {
            [.., Frame::Member { alias, .. }] if innermost || frames.len() == 1 => {
                current(Some(alias), resource, frames, readings)
            }
            [.., Frame::Item { value, .. }] if innermost || frames.len() == 1 => Some(value.clone()),
            _ => None,
        };
    };
    for frame in frames.iter().rev() {
        match frame {
            Frame::Item { name: known, value } if same(known, name) => return Some(value.clone()),
            Frame::Member { alias, value, .. } if same(alias, name) => {
                // A member is itself; a property of one is `""` where it is missing.
                let missing = value.is_null() && !alias.ends_with("[*]");
                return Some(if missing { json!("") } else { value.clone() });
            }
            Frame::Member { alias, indices, .. } if below(name, alias) => {
                let path = path_of(name, resource)?;
                let found = select(path, resource, indices);
                let mut there =
                    found.into_iter().filter_map(|(_, value)| value).filter(|value| !value.is_null());
                let list = name[alias.len()..].contains("[*]");
                return Some(if list { there.collect() } else { there.next().unwrap_or_else(|| json!("")) });
            }
            _ => {}
        }
    }
    None
}
