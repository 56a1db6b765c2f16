//! A difference as people say it.

use std::collections::BTreeMap;

use crate::arm::Value;

use super::super::quote::shown;
use super::super::target::targets;
use super::{Change, ChangeKind};

/// A value longer than this isn't written out in a sentence.
const LONGEST: usize = 60;

/// The words, the weightiest first: switches, regions, destinations, sources, scopes, tags, the rest.
pub(super) fn words(
    changes: &[Change],
    before: &Value,
    after: &Value,
    not_known: Option<&'static str>,
) -> Vec<String> {
    let mut found: Vec<(u8, String)> = Vec::new();
    let mut filters: BTreeMap<&str, Vec<&Change>> = BTreeMap::new();
    let mut actions = false;
    for change in changes {
        let path = change.path.as_str();
        if let Some(source) = filtered_source(path) {
            filters.entry(source).or_default().push(change);
        } else if path.starts_with("properties.actions") {
            actions = true;
        } else {
            found.push(sentence(change));
        }
    }
    if actions {
        found.extend(destinations(changes, before, after).into_iter().map(|words| (2, words)));
    }
    found.extend(filters.iter().map(|(source, changes)| (3, filter(source, changes))));
    if let Some(reason) = not_known {
        found.push((9, format!("what else changes isn't known: {reason}")));
    }
    found.sort();
    found.dedup();
    found.into_iter().map(|(_, words)| words).collect()
}

/// `Alerts` of `properties.sources[Alerts].ruleSets…`.
fn filtered_source(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("properties.sources[")?;
    let at = rest.find("].ruleSets").or_else(|| rest.to_ascii_lowercase().find("].rulesets"))?;
    Some(&rest[..at])
}

fn sentence(change: &Change) -> (u8, String) {
    let path = change.path.as_str();
    let inside = |prefix: &str| path.strip_prefix(prefix)?.strip_suffix(']');
    let value = |value: &Option<Value>| value.as_ref().map_or_else(String::new, short);
    let arrow = || format!("{} → {}", value(&change.before), value(&change.after));
    if let Some(source) = inside("properties.sources[").or((path == "properties.sources[]").then_some("")) {
        // Two items of one source: its name stands in the value.
        let of_value = change.before.as_ref().or(change.after.as_ref()).and_then(|v| v.get("eventSource"));
        let source = if source.is_empty() { of_value.and_then(Value::as_str).unwrap_or("?") } else { source };
        return (3, listed("source", source, change, &arrow()));
    }
    if let Some(scope) = inside("properties.scopes[") {
        return (4, listed("scope", scope, change, &arrow()));
    }
    if let Some(tag) = path.strip_prefix("tags.") {
        let tag = shown(tag);
        return (
            6,
            match change.kind {
                ChangeKind::Added => format!("+ tag `{tag}`"),
                ChangeKind::Changed => format!("tag `{tag}` {}", arrow()),
                ChangeKind::Vanishing => format!("tag `{tag}` vanishes"),
            },
        );
    }
    let name = shown(path.strip_prefix("properties.").unwrap_or(path));
    let weight = match name.as_str() {
        "isEnabled" => 0,
        "location" => 1,
        "description" => 8,
        _ => 7,
    };
    let words = match change.kind {
        ChangeKind::Changed if name == "description" || name.ends_with(".description") => {
            format!("{name} changes")
        }
        ChangeKind::Added => format!("+ {name} {}", value(&change.after)),
        ChangeKind::Changed => format!("{name} {}", arrow()),
        ChangeKind::Vanishing => format!("{name} vanishes"),
    };
    (weight, words)
}

fn listed(kind: &str, name: &str, change: &Change, arrow: &str) -> String {
    let name = shown(name);
    match change.kind {
        ChangeKind::Added => format!("+ {kind} {name}"),
        ChangeKind::Changed => format!("{kind} {name} {arrow}"),
        ChangeKind::Vanishing => format!("{kind} {name} vanishes"),
    }
}

fn filter(source: &str, changes: &[&Change]) -> String {
    let source = shown(source);
    let count = |kind: ChangeKind| {
        changes.iter().filter(|change| change.kind == kind).map(|change| items(change)).sum::<usize>()
    };
    let whole = |kind| changes.iter().any(|c| c.kind == kind && !c.path.ends_with("[]"));
    if whole(ChangeKind::Vanishing) {
        return format!("source {source}: its filter vanishes, every event passes");
    }
    if whole(ChangeKind::Added) {
        return format!("source {source}: gets a filter");
    }
    let (lost, gained) = (count(ChangeKind::Vanishing), count(ChangeKind::Added));
    match (lost, gained) {
        (0, gained) => format!("source {source}: + {}", plural(gained, "rule set")),
        (lost, 0) => {
            format!(
                "source {source}: {} vanish{}",
                plural(lost, "rule set"),
                if lost == 1 { "es" } else { "" }
            )
        }
        (lost, gained) => {
            format!("source {source}: {} replaced by {gained}", plural(lost, "rule set"))
        }
    }
}

fn items(change: &Change) -> usize {
    match change.before.as_ref().or(change.after.as_ref()) {
        Some(Value::Array(items)) => items.len(),
        _ => 1,
    }
}

fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn destinations(changes: &[Change], before: &Value, after: &Value) -> Vec<String> {
    let ids = |body: &Value| targets(body).into_iter().map(|target| target.id).collect::<Vec<_>>();
    let (old, new) = (ids(before), ids(after));
    let gone: Vec<_> = old.iter().filter(|id| !new.contains(id)).collect();
    let come: Vec<_> = new.iter().filter(|id| !old.contains(id)).collect();
    match (gone.as_slice(), come.as_slice()) {
        ([], []) => changes
            .iter()
            .filter(|change| change.path.starts_with("properties.actions"))
            .map(sentence_of_action)
            .collect(),
        ([gone], [come]) if gone.name().eq_ignore_ascii_case(come.name()) => {
            vec![format!("destination {} → {}", shown(gone.as_str()), shown(come.as_str()))]
        }
        ([gone], [come]) => vec![format!("destination {} → {}", shown(gone.name()), shown(come.name()))],
        (gone, come) => come
            .iter()
            .map(|id| format!("+ destination {}", shown(id.name())))
            .chain(gone.iter().map(|id| format!("destination {} vanishes", shown(id.name()))))
            .collect(),
    }
}

fn sentence_of_action(change: &Change) -> String {
    let name = change.path.rsplit("].").next().map(shown).unwrap_or_default();
    let value = |value: &Option<Value>| value.as_ref().map_or_else(String::new, short);
    match change.kind {
        ChangeKind::Added if change.path.ends_with("[]") => "+ an action".to_owned(),
        ChangeKind::Vanishing if change.path.ends_with("[]") => "an action vanishes".to_owned(),
        ChangeKind::Added => format!("action: + {name} {}", value(&change.after)),
        ChangeKind::Changed => {
            format!("action: {name} {} → {}", value(&change.before), value(&change.after))
        }
        ChangeKind::Vanishing => format!("action: {name} vanishes"),
    }
}

/// A value in a sentence: plain texts without quotes, long ones by their kind.
fn short(value: &Value) -> String {
    let text = match value {
        Value::String(text) => shown(text),
        Value::Runtime(_) => return "(known only while it is deployed)".to_owned(),
        other => shown(&other.to_json()),
    };
    if text.chars().count() > LONGEST {
        match value {
            Value::Array(items) => format!("({} items)", items.len()),
            Value::Object(object) => format!("({} members)", object.len()),
            _ => format!("{}…", text.chars().take(LONGEST).collect::<String>()),
        }
    } else {
        text
    }
}
