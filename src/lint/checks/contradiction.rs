//! Conditions that no resource meets together. Sound, not complete: what is reported is surely so.

use std::collections::BTreeMap;

use crate::arm::Value;
use crate::policy::{Condition, Leaf, Operator};
use crate::source::{Diagnostic, Span};

use crate::lint::codes;
use crate::lint::document::Document;
use crate::lint::report::Report;
use crate::lint::walk::{field, visit};

/// What a leaf leaves of a field's values, as texts in lower case.
enum Allows {
    /// One of these.
    Only(Vec<String>),
    /// Any but these.
    Not(Vec<String>),
    /// A value, whatever it is.
    Present,
    /// No value.
    Absent,
}

/// Two conditions of one `allOf` that exclude each other.
pub(super) fn contradictions(document: &Document<'_>, report: &mut Report) {
    visit(document.definition, &mut |visit| {
        let Condition::AllOf(parts, _) = visit.condition else { return };
        // An `allOf` within another is asked together with it.
        if visit.around.last().is_some_and(|above| matches!(above, Condition::AllOf(..))) {
            return;
        }
        let mut by_field: BTreeMap<String, Vec<(&str, Allows, Span)>> = BTreeMap::new();
        gather(parts, &mut by_field);
        for (_, all) in by_field {
            let pairs = all.iter().enumerate().flat_map(|(at, one)| all[..at].iter().map(move |o| (o, one)));
            if let Some((first, second)) = pairs.into_iter().find(|(a, b)| exclude(&a.1, &b.1)) {
                let message = format!("no resource meets both of these conditions on `{}`", first.0);
                report.push(
                    Diagnostic::new(&codes::CONTRADICTION, message)
                        .at(second.2, "and this")
                        .at(first.2, "this")
                        .help("the `allOf` never holds; was `anyOf` meant?"),
                );
            }
        }
    });
}

fn gather<'a>(parts: &'a [Condition], into: &mut BTreeMap<String, Vec<(&'a str, Allows, Span)>>) {
    for part in parts {
        match part {
            Condition::AllOf(inner, _) => gather(inner, into),
            Condition::Leaf(leaf) => {
                // A list's members are asked one by one, and an empty list meets everything.
                if let Some(name) = field(leaf).filter(|name| !name.contains("[*]"))
                    && let Some(allows) = allows(leaf)
                {
                    into.entry(name.to_ascii_lowercase()).or_default().push((name, allows, leaf.span));
                }
            }
            _ => {}
        }
    }
}

/// A text to compare by; none for what isn't compared as a text alone.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if text.parse::<f64>().is_err() => Some(text.to_lowercase()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

fn allows(leaf: &Leaf) -> Option<Allows> {
    let target = leaf.target.literal()?;
    let list = |value: &Value| -> Option<Vec<String>> {
        let Value::Array(items) = value else { return None };
        items.iter().map(text).collect()
    };
    Some(match leaf.operator {
        Operator::Equals => Allows::Only(vec![text(target)?]),
        Operator::NotEquals => Allows::Not(vec![text(target)?]),
        Operator::In => Allows::Only(list(target)?),
        Operator::NotIn => Allows::Not(list(target)?),
        Operator::Exists => match text(target)?.as_str() {
            "true" => Allows::Present,
            "false" => Allows::Absent,
            _ => return None,
        },
        _ => return None,
    })
}

fn exclude(one: &Allows, other: &Allows) -> bool {
    // What is absent compares as the empty text.
    match (one, other) {
        (Allows::Only(a), Allows::Only(b)) => !a.iter().any(|text| b.contains(text)),
        (Allows::Only(a), Allows::Not(b)) | (Allows::Not(b), Allows::Only(a)) => {
            a.iter().all(|text| b.contains(text))
        }
        (Allows::Only(a), Allows::Absent) | (Allows::Absent, Allows::Only(a)) => {
            !a.iter().any(String::is_empty)
        }
        (Allows::Present, Allows::Absent) | (Allows::Absent, Allows::Present) => true,
        _ => false,
    }
}
