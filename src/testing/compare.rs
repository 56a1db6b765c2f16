//! What was expected against what is.

use crate::arm::{Object, Value};
use crate::compliance::ReasonKind;
use crate::source::Span;

use super::case::{Expectation, Looked, state_word};
use super::evaluate::Actual;

/// A point in which what is isn't what was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// Which point: `state`, `effect`, `reason`, `message`, `modified`, `deployed`.
    pub what: &'static str,
    /// Where it is expected; where nothing is, the state that is expected.
    pub span: Span,
    /// What was expected, in YAML; empty where nothing was.
    pub expected: String,
    /// What is, in YAML; empty where there is nothing.
    pub actual: String,
    /// What helps, where the two don't say it.
    pub help: Option<&'static str>,
}

/// Every point in which they differ.
pub(super) fn compare(expect: &Expectation, actual: &Actual) -> Vec<Mismatch> {
    let mut found = Vec::new();
    let mut word = |what, span, expected: &str, actual: &str, help| {
        if expected != actual {
            let (expected, actual) = (expected.to_owned(), actual.to_owned());
            found.push(Mismatch { what, span, expected, actual, help });
        }
    };
    word("state", expect.span, state_word(expect.state), state_word(actual.state), None);
    if let Some((effect, span)) = &expect.effect
        && !effect.eq_ignore_ascii_case(actual.effect.as_str())
    {
        word("effect", *span, effect, actual.effect.as_str(), None);
    }
    if let Some((reason, span)) = &expect.reason {
        word("reason", *span, reason, actual.reason.as_ref().map_or("", ReasonKind::as_str), None);
    }
    if let Some((message, span)) = &expect.message
        && !actual.messages.iter().any(|told| told.to_lowercase().contains(&message.to_lowercase()))
    {
        word("message", *span, message, &actual.messages.join("\n"), None);
    }
    let same_state = expect.state == actual.state;
    let modified = actual.modified.as_ref();
    let help = "write it below `modified`, or `modified: any`";
    found.extend(bodies("modified", &expect.modified, modified, expect, same_state, help));
    let deployed = (!actual.deployed.is_empty()).then(|| Value::array(actual.deployed.iter().cloned()));
    let help = "list it below `deployed`, or write `deployed: any`";
    found.extend(bodies("deployed", &expect.deployed, deployed.as_ref(), expect, same_state, help));
    found
}

fn bodies(
    what: &'static str,
    expected: &Looked,
    actual: Option<&Value>,
    expect: &Expectation,
    same_state: bool,
    help: &'static str,
) -> Option<Mismatch> {
    match (expected, actual) {
        (Looked::Any, _) | (Looked::Nothing, None) => None,
        // Another state says enough: what follows from it isn't told again.
        (Looked::Nothing, Some(_)) if !same_state => None,
        (Looked::Nothing, Some(actual)) => Some(Mismatch {
            what,
            span: expect.span,
            expected: String::new(),
            actual: yaml(actual),
            help: Some(help),
        }),
        (Looked::This(expected, _), None) if expected.items().is_empty() && what == "deployed" => None,
        (Looked::This(expected, span), actual) => {
            let shown = actual.map(|actual| reduced(expected, actual, expect.partial, true));
            let (wanted, is) = (yaml(&sorted(expected)), shown.map(|is| yaml(&sorted(&is))));
            let is = is.unwrap_or_default();
            (wanted != is).then_some(Mismatch { what, span: *span, expected: wanted, actual: is, help: None })
        }
    }
}

/// Members that say where a resource lies and how it is put: they are looked at where they are expected.
const PLACE: [&str; 4] = ["id", "name", "type", "apiVersion"];

/// What is, without that which isn't looked at.
fn reduced(expected: &Value, actual: &Value, partial: bool, top: bool) -> Value {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            let mut kept = Object::new();
            for (key, value) in actual.iter() {
                let place = top && PLACE.iter().any(|place| place.eq_ignore_ascii_case(key));
                match expected.iter().find(|(wanted, _)| wanted.eq_ignore_ascii_case(key)) {
                    // Types compare without case.
                    Some((wanted, below)) if place && same_text(below, value) => {
                        kept.push(wanted.clone(), below.clone());
                    }
                    Some((wanted, below)) => kept.push(wanted.clone(), reduced(below, value, partial, false)),
                    None if partial || place => {}
                    None => kept.push(key.clone(), value.clone()),
                }
            }
            kept.into()
        }
        (Value::Array(expected), Value::Array(actual)) => actual
            .iter()
            .enumerate()
            .map(|(index, value)| {
                expected.get(index).map_or(value.clone(), |below| reduced(below, value, partial, top))
            })
            .collect(),
        _ => actual.clone(),
    }
}

fn same_text(one: &Value, other: &Value) -> bool {
    matches!((one.as_str(), other.as_str()), (Some(one), Some(other)) if one.eq_ignore_ascii_case(other))
}

/// With the members of objects in the order of their keys.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let mut members: Vec<_> =
                object.iter().map(|(key, value)| (key.clone(), sorted(value))).collect();
            members.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::object(members)
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

fn yaml(value: &Value) -> String {
    let json = value.to_serde();
    serde_yaml::to_string(&json).unwrap_or_else(|_| json.to_string())
}
