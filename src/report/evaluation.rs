//! The value of one expression, for people and for programs.

use std::ops::Range;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::arm::{Object, Value};
use crate::source::{Diagnostic, Diagnostics, SourceMap, mask, printable, printable_json};

use super::words;

/// What became of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It has a value.
    Value,
    /// Something of it is known only while it is deployed: the value is what remains.
    Remaining,
    /// It needs what wasn't given, or what azpol hasn't built.
    Unknown,
    /// It is wrong: the service would refuse it, too.
    Error,
}

/// An expression with its value, or why it has none.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// As it was given.
    pub text: String,
    /// What became of it.
    pub ending: Ending,
    /// Its value, secrets hidden.
    pub value: Option<Value>,
    /// Why it has none, or what else there is to say; places are in `text`.
    pub findings: Diagnostics,
    /// Holds `text`.
    pub sources: SourceMap,
}

impl Evaluation {
    /// The value as indented JSON; a text without quotes if `raw` is wanted. Ends its line.
    pub fn pretty(&self, raw: bool) -> String {
        let Some(value) = &self.value else { return String::new() };
        if let (Value::String(text), true) = (value, raw) {
            let lines: Vec<_> = text.split('\n').map(|line| printable(line).into_owned()).collect();
            return format!("{}\n", lines.join("\n"));
        }
        let text = serde_json::to_string_pretty(&value.to_serde()).unwrap_or_default();
        format!("{}\n", printable_json(&text))
    }

    /// One line of JSON: `{"value":…}`, `{"error":…}` or `{"unknown":…}`. Ends its line.
    pub fn line(&self) -> String {
        let first = self.findings.iter().next();
        let answer = match (self.ending, &self.value) {
            (Ending::Value, Some(value)) => json!({"value": value.to_serde()}),
            (Ending::Remaining, Some(value)) => {
                json!({"unknown": {"message": "known only while it is deployed", "expression": value.to_serde()}})
            }
            (Ending::Error, _) => json!({"error": first.map(|finding| self.finding(finding))}),
            _ => json!({"unknown": first.map(|finding| self.finding(finding))}),
        };
        format!("{}\n", printable_json(&answer.to_string()))
    }

    fn finding(&self, finding: &Diagnostic) -> Json {
        let mut answer = json!({"code": finding.code.id, "message": mask(&finding.message)});
        if let Some(help) = &finding.help {
            answer["help"] = json!(mask(help));
        }
        if let Some(label) = finding.labels.first() {
            answer["at"] = self.at(label.span.range());
        }
        answer
    }

    /// A place: characters of the text, from 0.
    fn at(&self, range: Range<usize>) -> Json {
        let end = range.end.min(self.text.len());
        let part = self.text.get(range.start..end).unwrap_or_default();
        let before = self.text.get(..range.start).unwrap_or(&self.text);
        json!({"offset": before.chars().count(), "length": part.chars().count(), "text": mask(part)})
    }
}

/// A value as it may be shown: secrets by name and form, texts that hold one of `secrets`, and every text if `all`
/// of it comes from a secret.
pub fn shown(key: &str, value: &Value, secrets: &[Arc<str>], all: bool) -> Value {
    covered(&words::hidden(key, value), secrets, all)
}

const MASK: &str = "***";

fn covered(value: &Value, secrets: &[Arc<str>], all: bool) -> Value {
    match value {
        Value::String(text) if all || holds(text, secrets) => MASK.into(),
        Value::Runtime(text) if holds(text, secrets) => MASK.into(),
        Value::Array(items) => items.iter().map(|item| covered(item, secrets, all)).collect(),
        Value::Object(object) => {
            let members = object.iter().map(|(key, value)| (key.clone(), covered(value, secrets, all)));
            Value::from(members.collect::<Object>())
        }
        other => other.clone(),
    }
}

/// Whether one of these secrets stands in a text; a short one would be found in anything.
fn holds(text: &str, secrets: &[Arc<str>]) -> bool {
    let within = |secret: &Arc<str>| secret.len() >= 4 && text.contains(&**secret);
    secrets.iter().any(|secret| **secret == *text || within(secret))
}

/// A message without the secrets that it may quote.
pub fn told(message: &str, secrets: &[Arc<str>]) -> String {
    let long = secrets.iter().filter(|secret| secret.len() >= 4);
    long.fold(mask(message).into_owned(), |message, secret| message.replace(&**secret, MASK))
}
