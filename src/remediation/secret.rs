//! What must never be shown or written: secret values.

use std::sync::Arc;

use crate::arm::{Object, Value};
use crate::source;

/// What stands in a secret's place.
pub(crate) const MASK: &str = "***";

/// Whether the member of an object holds a secret: a connection string, the callback address of a Logic App, a
/// text with a signature or a shared key. An expression such as `listkeys(…)` is none: it is kept.
pub(crate) fn is_secret(object: &Object, key: &str, value: &Value) -> bool {
    let Value::String(text) = value else {
        return false;
    };
    let logic_app = || {
        let kind = object.get("actionType").and_then(Value::as_str);
        kind.is_some_and(|kind| kind.eq_ignore_ascii_case("LogicApp"))
            || object.contains_key("logicAppResourceId")
    };
    source::is_secret(key, text) || (key.eq_ignore_ascii_case("uri") && logic_app()) || is_secret_text(text)
}

/// Whether a text is a secret wherever it stands.
pub(crate) fn is_secret_text(text: &str) -> bool {
    matches!(source::mask(text), std::borrow::Cow::Owned(_))
}

/// Whether an expression needs the secret of a key vault, as [`crate::engine::SecretReference`] stands in expansions.
pub(crate) fn reads_vault(expression: &str) -> bool {
    expression.contains("getSecret(")
}

/// Whether a member never comes back from the provider, so that its absence says nothing.
pub(crate) fn is_write_only(object: &Object, key: &str) -> bool {
    key.eq_ignore_ascii_case("connectionString")
        || (key.eq_ignore_ascii_case("uri") && object.contains_key("logicAppResourceId"))
}

/// Whether one of these secrets stands in a text.
pub(crate) fn holds(text: &str, secrets: &[Arc<str>]) -> bool {
    // A short one would be found in anything.
    secrets.iter().any(|secret| **secret == *text || (secret.len() >= 4 && text.contains(&**secret)))
}

/// The value with its secrets, and every text of `also`, replaced.
pub(crate) fn mask(value: &Value, also: &[Arc<str>]) -> Value {
    match value {
        Value::String(text) | Value::Runtime(text) if is_secret_text(text) || holds(text, also) => {
            Value::string(MASK)
        }
        Value::Array(items) => items.iter().map(|item| mask(item, also)).collect(),
        Value::Object(object) => {
            let members = object.iter().map(|(key, value)| {
                let masked =
                    if is_secret(object, key, value) { Value::string(MASK) } else { mask(value, also) };
                (key.clone(), masked)
            });
            Value::from(members.collect::<Object>())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::mask;
    use crate::remediation::sample::value;

    #[test]
    fn secrets_are_masked_and_expressions_kept() {
        let action = value(
            r#"{"actions": [
                {"actionType": "LogicApp", "logicAppResourceId": "/subscriptions/s", "uri": "https://x"},
                {"actionType": "EventHub", "connectionString": "plain"}],
                "note": "Endpoint=sb://a;SharedAccessKey=abc", "link": "https://x?SIG=1", "uri": "https://y", "own": "hunter2 and more"}"#,
        );
        let masked = mask(&action, &["hunter2".into()]).to_json();
        for secret in ["https://x", "plain", "abc", "SIG=1", "hunter2"] {
            assert!(!masked.contains(secret), "{secret} in {masked}");
        }
        assert!(masked.contains("https://y"), "a uri of something else is no secret: {masked}");
        let runtime = crate::arm::Value::object([(
            "connectionString",
            crate::arm::Value::Runtime("listkeys('/x').primaryConnectionString".into()),
        )]);
        assert!(mask(&runtime, &[]).to_json().contains("listkeys"));
    }
}
