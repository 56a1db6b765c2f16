//! Validation of azpol's own documents by their schemas.

use jsonschema::Validator;
use jsonschema::error::{ValidationError, ValidationErrorKind};

use crate::arm::nearest::nearest;
use crate::source::{Diagnostic, Diagnostics, Node, NodeValue, Span};

use super::codes;

/// A schema, compiled.
pub(crate) struct Schema {
    /// `None` if the text of the schema is itself at fault, which a test excludes.
    validator: Option<Validator>,
    /// The schema itself, for the keys that it knows.
    text: serde_json::Value,
    /// How messages name the document.
    title: &'static str,
}

impl Schema {
    /// Compiles a schema that ships with azpol.
    pub(crate) fn new(text: &str, title: &'static str) -> Schema {
        let schema = serde_json::from_str(text).unwrap_or_default();
        Schema { validator: jsonschema::validator_for(&schema).ok(), text: schema, title }
    }

    /// Checks a document. Whether it fits; every fault is pushed.
    pub(crate) fn check(&self, node: &Node, faults: &mut Diagnostics) -> bool {
        let Some(validator) = &self.validator else {
            faults.push(
                Diagnostic::new(&codes::SCHEMA, format!("the schema of {} can't be read", self.title))
                    .at(node.span, "not checked"),
            );
            return false;
        };
        let instance = crate::arm::Value::from(node).to_serde();
        let mut fits = true;
        for error in validator.iter_errors(&instance) {
            fits = false;
            self.report(node, &error, faults);
        }
        fits
    }

    fn report(&self, node: &Node, error: &ValidationError<'_>, faults: &mut Diagnostics) {
        let at = find(node, error.instance_path().as_str());
        if let ValidationErrorKind::AdditionalProperties { unexpected } = error.kind() {
            let known = self.known_keys(error);
            for key in unexpected {
                let span = at.member(key).map_or(at.span, |member| member.key_span);
                faults.push(self.unknown_key(key, span, &known));
            }
            return;
        }
        faults.push(
            Diagnostic::new(&codes::SCHEMA, format!("{} {}", self.title, said(error, at)))
                .at(at.span, "this doesn't fit"),
        );
    }

    fn unknown_key(&self, key: &str, span: Span, known: &[String]) -> Diagnostic {
        let diagnostic = Diagnostic::new(&codes::UNKNOWN_KEY, format!("{} has no key `{key}`", self.title))
            .at(span, "unknown key");
        match nearest(key, known.iter().map(String::as_str)) {
            Some(name) => diagnostic.help(format!("did you mean `{name}`?")),
            None => diagnostic.help(format!("its keys are `{}`", known.join("`, `"))),
        }
    }

    /// The keys that an object may have where a key too many was found. The path of the schema that refuses it
    /// ends with `additionalProperties`; references within are followed.
    fn known_keys(&self, error: &ValidationError<'_>) -> Vec<String> {
        let path = error.schema_path().as_str();
        let mut at = &self.text;
        for segment in path.split('/').skip(1) {
            let next = match at {
                serde_json::Value::Array(items) => {
                    segment.parse().ok().and_then(|index: usize| items.get(index))
                }
                _ => at.get(segment),
            };
            match next {
                Some(serde_json::Value::Bool(_)) | None => break,
                Some(serde_json::Value::String(reference)) if segment == "$ref" => {
                    let target = self.text.pointer(reference.trim_start_matches('#'));
                    at = target.unwrap_or(at);
                }
                Some(next) => at = next,
            }
        }
        let keys = at.get("properties").and_then(serde_json::Value::as_object);
        keys.into_iter().flat_map(|keys| keys.keys().cloned()).filter(|key| !key.starts_with('$')).collect()
    }
}

/// What is wrong, in words.
fn said(error: &ValidationError<'_>, at: &Node) -> String {
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            format!("needs the key `{}` here", property.as_str().unwrap_or_default())
        }
        ValidationErrorKind::Type { .. } => format!("wants another type than {} here", at.kind()),
        ValidationErrorKind::UniqueItems => "lists one value twice here".to_owned(),
        ValidationErrorKind::Enum { options } => format!("knows only {options} here"),
        ValidationErrorKind::Pattern { pattern } => format!("wants a text of the form `{pattern}` here"),
        ValidationErrorKind::MinLength { .. } => "wants a text that isn't empty here".to_owned(),
        _ => format!("doesn't allow this: {error}"),
    }
}

/// The node at a JSON pointer, or the nearest one above it.
fn find<'a>(root: &'a Node, pointer: &str) -> &'a Node {
    let mut at = root;
    for segment in pointer.split('/').skip(1) {
        let key = segment.replace("~1", "/").replace("~0", "~");
        let next = match &at.value {
            NodeValue::Array(items) => key.parse::<usize>().ok().and_then(|index| items.get(index)),
            _ => at.get(&key),
        };
        match next {
            Some(next) => at = next,
            None => break,
        }
    }
    at
}
