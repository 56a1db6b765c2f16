//! Validation of azpol's own documents by their schemas. The only file that knows the crate `jsonschema`.

use jsonschema::Validator;
use jsonschema::error::{ValidationError, ValidationErrorKind};

use crate::arm::nearest::nearest;
use crate::source::{Diagnostic, Diagnostics, Node, NodeValue, Span};

use super::codes;

/// A schema, compiled.
pub(super) struct Schema {
    /// `None` if the text of the schema is itself at fault, which a test excludes.
    validator: Option<Validator>,
    /// How messages name the document.
    title: &'static str,
}

impl Schema {
    /// Compiles a schema that ships with azpol.
    pub(super) fn new(text: &str, title: &'static str) -> Schema {
        let validator = serde_json::from_str(text).ok().and_then(|schema| jsonschema::validator_for(&schema).ok());
        Schema { validator, title }
    }

    /// Checks a document. Whether it fits; every fault is pushed.
    pub(super) fn check(&self, node: &Node, faults: &mut Diagnostics) -> bool {
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

    /// The keys that an object may have where a key too many was found.
    fn known_keys(&self, error: &ValidationError<'_>) -> Vec<String> {
        // The schemas are small and flat: the definition that the fault names holds them.
        let text = if self.title == super::manifest::TITLE { super::manifest::SCHEMA } else { super::settings::SCHEMA };
        let schema: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
        let path = error.schema_path().as_str();
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        let inside = |pointer: &str| {
            schema.pointer(pointer).and_then(|object| object.get("properties")).and_then(serde_json::Value::as_object)
        };
        let keys = inside(parent).or_else(|| inside("/$defs/file"));
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
