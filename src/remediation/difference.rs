//! What a `PUT` changes on what exists.

mod normal;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::arm::{Object, Value};
use crate::inventory::{Resource, ShapeLoss};

use super::quote::shown;
use super::secret;
use normal::Place;

/// The members that a `PUT` adds, changes and makes vanish. What the provider adds by itself, secrets, nulls and
/// the spelling of ids don't count.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Difference {
    /// The changes, in order of their paths; values are masked.
    pub changes: Vec<Change>,
    /// Why there may be more: what the shape of the existing resource doesn't carry.
    pub not_known: Option<&'static str>,
    words: Vec<String>,
}

/// One change.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Where: `tags.owner`, `properties.sources[Alerts]`, `properties.isEnabled`.
    pub path: String,
    /// What happens.
    pub kind: ChangeKind,
    /// What is there.
    pub before: Option<Value>,
    /// What will be.
    pub after: Option<Value>,
}

/// What happens to a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// It is added.
    Added,
    /// It gets another value.
    Changed,
    /// It is there and isn't put, so it is gone.
    Vanishing,
}

impl ChangeKind {
    /// The word in `plan.json`.
    pub fn as_str(self) -> &'static str {
        match self {
            ChangeKind::Added => "added",
            ChangeKind::Changed => "changed",
            ChangeKind::Vanishing => "vanishing",
        }
    }
}

impl Difference {
    /// What putting `body` does to `existing`.
    pub fn between(existing: &Resource, body: &Value, secrets: &[Arc<str>]) -> Difference {
        let mut changes = Vec::new();
        let lost = |path: &str| !existing.carries(path);
        compare(&Path::root(), Some(existing.body.value()), Some(body), &lost, &mut changes);
        for change in &mut changes {
            change.before = change.before.take().map(|value| secret::mask(&value, secrets));
            change.after = change.after.take().map(|value| secret::mask(&value, secrets));
        }
        changes.sort_by(|a, b| (&a.path, a.kind).cmp(&(&b.path, b.kind)));
        let not_known = existing.loss.as_ref().map(|loss| match loss {
            ShapeLoss::NoProperties => "the export carries no properties",
            ShapeLoss::Truncated => "the export was cut off",
            ShapeLoss::Projected(_) => "the export carries a selection of members",
        });
        let words = words::words(&changes, &existing.body, body, not_known);
        Difference { changes, not_known, words }
    }

    /// Whether nothing changes as far as can be seen, and all can be seen.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.not_known.is_none()
    }

    /// The changes as people say them, the weightiest first; no text of them can break a line.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// The changes line by line: `- tags.owner: "x"`, `~ properties.isEnabled: false → true`.
    pub fn lines(&self) -> Vec<String> {
        let value = |value: &Option<Value>| value.as_ref().map_or_else(String::new, |v| shown(&v.to_json()));
        let line = |change: &Change| {
            let path = shown(&change.path);
            match change.kind {
                ChangeKind::Added => format!("+ {path}: {}", value(&change.after)),
                ChangeKind::Changed => {
                    format!("~ {path}: {} → {}", value(&change.before), value(&change.after))
                }
                ChangeKind::Vanishing => format!("- {path}: {}", value(&change.before)),
            }
        };
        self.changes.iter().map(line).collect()
    }

    /// Whether something that is there vanishes or gets another value; mere additions and a switch from
    /// disabled to enabled lose nothing.
    pub fn loses_something(&self) -> bool {
        self.not_known.is_some()
            || self.changes.iter().any(|change| match change.kind {
                ChangeKind::Added => false,
                ChangeKind::Vanishing => true,
                ChangeKind::Changed => change.path != "properties.isEnabled",
            })
    }

    /// Names of the tags that vanish or change.
    pub fn lost_tags(&self) -> Vec<&str> {
        self.changes
            .iter()
            .filter(|change| change.kind != ChangeKind::Added)
            .filter_map(|change| change.path.strip_prefix("tags."))
            .collect()
    }
}

/// A path while it is walked: as it is shown, and without keys of array items, as shapes name it.
struct Path {
    shown: String,
    plain: String,
}

impl Path {
    fn root() -> Path {
        Path { shown: String::new(), plain: String::new() }
    }

    fn member(&self, key: &str) -> Path {
        let join = |path: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        Path { shown: join(&self.shown), plain: join(&self.plain) }
    }

    fn item(&self, key: &str) -> Path {
        Path { shown: format!("{}[{key}]", self.shown), plain: self.plain.clone() }
    }

    fn last(&self) -> &str {
        self.plain.rsplit('.').next().unwrap_or_default()
    }

    fn place(&self) -> Place {
        match self.plain.as_str() {
            "" => Place::Top,
            "properties" => Place::Properties,
            _ => Place::Below,
        }
    }
}

fn compare(
    path: &Path,
    before: Option<&Value>,
    after: Option<&Value>,
    lost: &dyn Fn(&str) -> bool,
    changes: &mut Vec<Change>,
) {
    let before = before.filter(|value| !normal::is_absent(path.last(), value));
    let after = after.filter(|value| !normal::is_absent(path.last(), value));
    if before.is_none() && !path.plain.is_empty() && lost(&path.plain) {
        return;
    }
    let kind = match (before, after) {
        (None, None) => return,
        // Tags and the bag of properties are compared member by member even where one side has none.
        (Some(Value::Object(a)), other) if other.is_none() && is_bag(path) => {
            return objects(path, a, &Object::new(), lost, changes);
        }
        (None, Some(Value::Object(b))) if is_bag(path) => {
            return objects(path, &Object::new(), b, lost, changes);
        }
        (Some(Value::Object(a)), Some(Value::Object(b))) => return objects(path, a, b, lost, changes),
        (Some(Value::Array(a)), Some(Value::Array(b))) => return arrays(path, a, b, lost, changes),
        (Some(a), Some(b)) if normal::same(path.last(), a, b) => return,
        (None, Some(_)) => ChangeKind::Added,
        (Some(_), None) => ChangeKind::Vanishing,
        (Some(_), Some(_)) => ChangeKind::Changed,
    };
    changes.push(Change { path: path.shown.clone(), kind, before: before.cloned(), after: after.cloned() });
}

fn is_bag(path: &Path) -> bool {
    matches!(path.plain.as_str(), "tags" | "properties")
}

fn objects(
    path: &Path,
    before: &Object,
    after: &Object,
    lost: &dyn Fn(&str) -> bool,
    changes: &mut Vec<Change>,
) {
    // By folded key; the spelling of what is put wins, then that of what is there.
    let mut keys: BTreeMap<String, &str> = BTreeMap::new();
    for (key, _) in after.iter().chain(before.iter()) {
        keys.entry(key.to_ascii_lowercase()).or_insert(key);
    }
    for (folded, key) in keys {
        let ignored = normal::is_read_only(path.place(), &folded)
            || secret::is_write_only(before, key)
            || secret::is_write_only(after, key);
        if !ignored {
            compare(&path.member(key), before.get(key), after.get(key), lost, changes);
        }
    }
}

fn arrays(
    path: &Path,
    before: &[Value],
    after: &[Value],
    lost: &dyn Fn(&str) -> bool,
    changes: &mut Vec<Change>,
) {
    if let Some(key) = normal::item_key(path.last())
        && let (Some(before), Some(after)) = (keyed(before, key), keyed(after, key))
    {
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for name in names {
            let (a, b) = (before.get(name), after.get(name));
            let shown = b.or(a).map_or(name.as_str(), |(shown, _)| shown);
            compare(&path.item(shown), a.map(|a| a.1), b.map(|b| b.1), lost, changes);
        }
        return;
    }
    if let ([a], [b]) = (before, after)
        && path.last().eq_ignore_ascii_case("actions")
    {
        return compare(&path.item("0"), Some(a), Some(b), lost, changes);
    }
    // As bags: which items stand on one side only.
    let mut rest: Vec<(String, &Value)> =
        after.iter().map(|item| (normal::canonical(path.last(), item), item)).collect();
    let item = |kind, before: Option<&Value>, after: Option<&Value>| Change {
        path: format!("{}[]", path.shown),
        kind,
        before: before.cloned(),
        after: after.cloned(),
    };
    for value in before {
        let form = normal::canonical(path.last(), value);
        match rest.iter().position(|(other, _)| *other == form) {
            Some(at) => {
                rest.remove(at);
            }
            None => changes.push(item(ChangeKind::Vanishing, Some(value), None)),
        }
    }
    changes.extend(rest.into_iter().map(|(_, value)| item(ChangeKind::Added, None, Some(value))));
}

/// Items by a member of theirs, folded, with its spelling; `None` if one has none or two have the same.
fn keyed<'a>(items: &'a [Value], key: &str) -> Option<BTreeMap<String, (&'a str, &'a Value)>> {
    let mut map = BTreeMap::new();
    for item in items {
        let name = item.get(key)?.as_str()?;
        let folded = name.trim_start_matches('/').to_ascii_lowercase();
        if map.insert(folded, (name, item)).is_some() {
            return None;
        }
    }
    Some(map)
}

#[cfg(test)]
mod tests;
