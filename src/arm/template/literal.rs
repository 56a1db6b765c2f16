//! Literal texts written back into a template that can be deployed.

use crate::arm::Value;
use crate::arm::expression::Term;

/// A literal text as it has to stand in a template, so that it is deployed as it is.
///
/// Only a text that both begins and ends with a bracket would be taken for an expression: `[x]` is written
/// `[[x]`, and `[x` stays. One that begins with two brackets and doesn't end with one is read in two ways by the
/// documentation, so it is written as an expression.
/// <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-expressions#escape-characters>
pub fn template_text(text: &str) -> String {
    if text.starts_with('[') && text.ends_with(']') && text.len() > 1 {
        format!("[{text}")
    } else if text.starts_with("[[") {
        format!("[string({})]", Term::Literal(text.into()))
    } else {
        text.to_owned()
    }
}

/// A value as it has to stand in a template: literal texts and keys by [`template_text`], runtime values as
/// expressions in brackets.
pub fn to_template_json(value: &Value) -> serde_json::Value {
    use serde_json::Value as Json;
    match value {
        Value::String(text) => Json::String(template_text(text)),
        Value::Array(items) => Json::Array(items.iter().map(to_template_json).collect()),
        Value::Object(object) => {
            let members = object.iter().map(|(key, value)| (template_text(key), to_template_json(value)));
            Json::Object(members.collect())
        }
        other => other.to_serde(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_escaped() {
        assert_eq!(template_text("plain"), "plain");
        assert_eq!(template_text("[x]"), "[[x]");
        assert_eq!(template_text("[[x]"), "[[[x]");
        assert_eq!(template_text("[x"), "[x");
        assert_eq!(template_text("["), "[");
        assert_eq!(template_text("[[it's"), "[string('[[it''s')]");
        let value = Value::object([("[k]", Value::Runtime("reference('x').y".into())), ("n", Value::Int(1))]);
        assert_eq!(to_template_json(&value).to_string(), r#"{"[[k]":"[reference('x').y]","n":1}"#);
    }
}
