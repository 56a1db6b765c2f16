//! Values written back into a template that can be deployed.

use std::sync::Arc;

use crate::arm::expression::{Expression, Term};
use crate::arm::{Object, Value};
use crate::source::{is_secret, mask};

/// A value as it stands in a template: literal texts that would be taken for expressions are escaped, and
/// runtime values become expressions in brackets.
pub fn to_template_json(value: &Value) -> serde_json::Value {
    use serde_json::Value as Json;
    match value {
        Value::String(text) => Json::String(literal(text)),
        Value::Array(items) => Json::Array(items.iter().map(to_template_json).collect()),
        Value::Object(object) => {
            Json::Object(object.iter().map(|(key, value)| (literal(key), to_template_json(value))).collect())
        }
        other => other.to_serde(),
    }
}

/// A literal text as it stands in a template.
///
/// Only a text that both begins and ends with a bracket would be taken for an expression: `[x]` is written
/// `[[x]`. A text that begins with two brackets and doesn't end with one is read in two ways, so it is written
/// as an expression.
fn literal(text: &str) -> String {
    if text.starts_with('[') && text.ends_with(']') && text.len() > 1 {
        format!("[{text}")
    } else if text.starts_with("[[") {
        format!("[string({})]", Term::Literal(text.into()))
    } else {
        text.to_owned()
    }
}

/// A parameter of a template that stands for a secret: of the type `securestring`, without a default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretParameter {
    /// Its name.
    pub name: Arc<str>,
    /// Where the secret stood: `properties.actions[0].connectionString`.
    pub path: String,
}

/// Takes the secrets out of the resources of a template.
#[derive(Debug, Default)]
pub struct Secrets {
    parameters: Vec<SecretParameter>,
}

impl Secrets {
    /// None yet.
    pub fn new() -> Secrets {
        Secrets::default()
    }

    /// A value without its literal secrets: each is replaced by a parameter.
    ///
    /// Secret is a text under `connectionString` and the like, the `uri` of an automation's action, and any text
    /// that carries a signature or a shared key. What `listKeys` and its like give is none: that expression stays.
    pub fn take(&mut self, value: &Value) -> Value {
        self.walk(value, "", "", false)
    }

    /// The parameters, in the order in which their secrets were met.
    pub fn parameters(&self) -> &[SecretParameter] {
        &self.parameters
    }

    fn walk(&mut self, value: &Value, key: &str, path: &str, in_action: bool) -> Value {
        match value {
            Value::String(text) => {
                let address = in_action && key.eq_ignore_ascii_case("uri") && !text.is_empty();
                if address || is_secret(key, &bare(text)) || *mask(text) != **text {
                    Value::Runtime(format!("parameters('{}')", self.parameter(key, path)).into())
                } else {
                    value.clone()
                }
            }
            Value::Runtime(rest) => self.without_secret_parts(rest, key, path),
            Value::Array(items) => items
                .iter()
                .enumerate()
                .map(|(index, item)| self.walk(item, key, &format!("{path}[{index}]"), in_action))
                .collect(),
            Value::Object(object) => {
                let is_action = object.contains_key("actionType");
                let members = object.iter().map(|(key, value)| {
                    let path = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
                    (key.clone(), self.walk(value, key, &path, is_action))
                });
                members.collect::<Object>().into()
            }
            other => other.clone(),
        }
    }

    /// A secret may stand as a literal within an expression: `concat('…SharedAccessKey=abc', reference(…).x)`.
    fn without_secret_parts(&mut self, rest: &Arc<str>, key: &str, path: &str) -> Value {
        match Expression::parse(&format!("[{rest}]")) {
            Ok(expression) if *mask(rest) != **rest => {
                Value::Runtime(self.replaced(&expression.root, key, path).to_string().into())
            }
            _ => Value::Runtime(rest.clone()),
        }
    }

    fn replaced(&mut self, term: &Term, key: &str, path: &str) -> Term {
        match term {
            Term::Literal(Value::String(text)) if *mask(text) != **text => {
                let name = Value::String(self.parameter(key, path));
                Term::Call("parameters".into(), vec![Term::Literal(name)])
            }
            Term::Literal(_) => term.clone(),
            Term::Call(name, arguments) => {
                let arguments = arguments.iter().map(|argument| self.replaced(argument, key, path)).collect();
                Term::Call(name.clone(), arguments)
            }
            Term::Access(container, member) => Term::Access(
                Box::new(self.replaced(container, key, path)),
                Box::new(self.replaced(member, key, path)),
            ),
        }
    }

    /// A new parameter, named after the key.
    fn parameter(&mut self, key: &str, path: &str) -> Arc<str> {
        let base: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
        let base =
            if base.starts_with(|c: char| c.is_ascii_alphabetic()) { base } else { "secret".to_owned() };
        let free = |name: &str| !self.parameters.iter().any(|other| other.name.eq_ignore_ascii_case(name));
        let numbered = (2..).map(|number| format!("{base}{number}"));
        let name =
            std::iter::once(base.clone()).chain(numbered).find(|name| free(name)).unwrap_or(base.clone());
        let name: Arc<str> = name.into();
        self.parameters.push(SecretParameter { name: name.clone(), path: path.to_owned() });
        name
    }
}

/// A literal that looks like an expression, as if it didn't.
fn bare(text: &str) -> String {
    text.trim_start_matches('[').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_escaped() {
        let written = |text: &str| to_template_json(&text.into()).as_str().map(str::to_owned).unwrap();
        assert_eq!(written("plain"), "plain");
        assert_eq!(written("[x]"), "[[x]");
        assert_eq!(written("[[x]"), "[[[x]");
        assert_eq!(written("[x"), "[x");
        assert_eq!(written("[[it's"), "[string('[[it''s')]");
        let value = Value::object([("[k]", Value::Runtime("reference('x').y".into())), ("n", Value::Int(1))]);
        assert_eq!(to_template_json(&value).to_string(), r#"{"[[k]":"[reference('x').y]","n":1}"#);
    }

    #[test]
    fn secrets_become_parameters() {
        let action = |key: &str, text: Value| Value::object([("actionType", Value::from("X")), (key, text)]);
        let body = Value::object([(
            "properties",
            Value::object([(
                "actions",
                Value::array([
                    action("connectionString", "Endpoint=sb://x/;SharedAccessKey=abc".into()),
                    action("connectionString", "[[odd".into()),
                    action("uri", "https://example.com/trigger".into()),
                    action(
                        "connectionString",
                        Value::Runtime("listKeys('a', 'b').primaryConnectionString".into()),
                    ),
                    action("note", Value::Runtime("concat('SharedAccessKey=abc', reference('x').y)".into())),
                    action("note", "nothing".into()),
                ]),
            )]),
        )]);
        let mut secrets = Secrets::new();
        let taken = secrets.take(&body);
        let text = to_template_json(&taken).to_string();
        assert!(!text.contains("abc") && !text.contains("example.com") && !text.contains("odd"), "{text}");
        assert!(text.contains("[listKeys('a', 'b').primaryConnectionString]"), "{text}");
        assert!(text.contains("[concat(parameters('note'), reference('x').y)]"), "{text}");
        let named: Vec<(&str, &str)> =
            secrets.parameters().iter().map(|secret| (&*secret.name, secret.path.as_str())).collect();
        assert_eq!(
            named,
            [
                ("connectionString", "properties.actions[0].connectionString"),
                ("connectionString2", "properties.actions[1].connectionString"),
                ("uri", "properties.actions[2].uri"),
                ("note", "properties.actions[4].note")
            ]
        );
        assert_eq!(taken.at(&["properties", "actions"]).map(|actions| actions.items().len()), Some(6));
    }
}
