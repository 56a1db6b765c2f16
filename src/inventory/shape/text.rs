//! Texts that stand where something else was: JSON in a string, and what a serialiser's depth limit leaves.

use std::sync::Arc;

use crate::arm::Value;
use crate::source::{Diagnostic, Diagnostics, FileId, Node, NodeValue, Span, json};

use super::super::codes;

/// The text of the first of these members that is a string and isn't empty.
pub(crate) fn text<'a>(node: &'a Node, keys: &[&str]) -> Option<&'a str> {
    keys.iter().find_map(|key| node.get(key).and_then(Node::as_str).filter(|text| !text.is_empty()))
}

/// The same, shared.
pub(crate) fn shared(node: &Node, keys: &[&str]) -> Option<Arc<str>> {
    text(node, keys).map(Arc::from)
}

/// Whether a serialiser that stops at some depth wrote this text: a type's name or `@{…}`.
pub(crate) fn is_cut(text: &str) -> bool {
    const TYPES: &[&str] = &[
        "System.Object",
        "System.Collections.",
        "System.Management.Automation.",
        "System.String[",
        "System.Nullable",
    ];
    const MODELS: &[&str] =
        &["Microsoft.Azure.Commands.", "Microsoft.Azure.PowerShell.", "Microsoft.Azure.Management."];
    let begins = |starts: &[&str]| starts.iter().any(|start| text.starts_with(start));
    match text.as_bytes().first() {
        Some(b'@') => text.starts_with("@{") && text.ends_with('}'),
        Some(b'S') => begins(TYPES),
        // A name of a class and nothing else: clients name themselves so, with a version behind it.
        Some(b'M') => {
            begins(MODELS) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._+".contains(&b))
        }
        _ => false,
    }
}

/// Whether such a text stands anywhere in a value.
pub(crate) fn has_cut(value: &Value) -> bool {
    match value {
        Value::String(text) => is_cut(text),
        Value::Array(items) => items.iter().any(has_cut),
        Value::Object(object) => object.iter().any(|(_, value)| has_cut(value)),
        _ => false,
    }
}

/// The JSON that a text holds, every part with the place of the text. `None` if the text doesn't look like an
/// object or a list, or (with a finding) isn't whole JSON.
pub(crate) fn json_in(node: &Node, faults: &mut Diagnostics) -> Option<Node> {
    let text = node.as_str()?.trim();
    if !text.starts_with(['{', '[']) {
        return None;
    }
    let mut inner = Diagnostics::new();
    let mut nodes = json::parse(FileId::NONE, 0, text, &mut inner);
    if inner.has_errors() || nodes.len() != 1 {
        let why = inner.iter().next().map_or("it holds several documents", |fault| fault.message.as_str());
        faults.push(
            Diagnostic::new(&codes::JSON_IN_TEXT, format!("this text should hold JSON: {why}"))
                .at(node.span, "not read"),
        );
        return None;
    }
    let mut node_in = nodes.pop()?;
    place(&mut node_in, node.span);
    Some(node_in)
}

fn place(node: &mut Node, span: Span) {
    node.span = span;
    match &mut node.value {
        NodeValue::Array(items) => items.iter_mut().for_each(|item| place(item, span)),
        NodeValue::Object(members) => {
            for member in members {
                member.key_span = span;
                place(&mut member.value, span);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::{is_cut, json_in};
    use crate::source::{Diagnostics, FileId, Node, json};

    #[test]
    fn knows_what_a_depth_limit_leaves() {
        assert!(is_cut("System.Object[]"));
        assert!(is_cut("System.Collections.Generic.List`1[X]"));
        assert!(is_cut("@{eventSource=Alerts; ruleSets=}"));
        assert!(is_cut("Microsoft.Azure.Commands.Security.Models.Automations.PSSecurityAutomationSource"));
        assert!(!is_cut("Microsoft.Azure.Management.Resources.ResourceManagementClient/2.0.0.0, "));
        assert!(!is_cut("System.Web"));
        assert!(!is_cut("Microsoft.Security/assessments"));
        assert!(!is_cut("@someone"));
    }

    #[test]
    fn reads_json_in_a_text_with_the_place_of_the_text() {
        let mut faults = Diagnostics::new();
        let node = json::parse(FileId::NONE, 0, r#"  "{\"a\":[1]}""#, &mut faults).remove(0);
        let inner = json_in(&node, &mut faults).expect("JSON");
        assert_eq!(inner.get("a").map(|a| a.span), Some(node.span));
        assert_eq!(inner.get("a").map(|a| a.items().len()), Some(1));
        assert!(faults.is_empty());
    }

    #[test]
    fn a_broken_text_is_a_finding_and_a_plain_one_isnt() {
        let mut faults = Diagnostics::new();
        let read = |text: &str, faults: &mut Diagnostics| {
            let node: Node = json::parse(FileId::NONE, 0, text, &mut Diagnostics::new()).remove(0);
            json_in(&node, faults)
        };
        assert_eq!(read(r#""plain""#, &mut faults), None);
        assert!(faults.is_empty());
        assert_eq!(read(r#""{\"a\":""#, &mut faults), None);
        assert!(faults.has_errors());
    }
}
