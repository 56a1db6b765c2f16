//! Placeholders that generators and templates leave where a value belongs.

use std::sync::Arc;

use crate::policy::codes;
use crate::source::{Diagnostic, Node};

use super::reading::Lowering;

/// The placeholder in a text, if one stands in it: `${name}`, `{{name}}`, `##name##`, or a whole text `<name>`.
pub(super) fn placeholder(text: &str) -> Option<&str> {
    between(text, "${", "}")
        .or_else(|| between(text, "{{", "}}"))
        .or_else(|| between(text, "##", "##"))
        .or_else(|| {
            let inner = text.trim().strip_prefix('<')?.strip_suffix('>')?;
            (!inner.is_empty() && !inner.contains(['<', '>'])).then_some(text.trim())
        })
}

/// A text of a document that has to be written out: what a template computes, and a placeholder, is a fault.
///
/// `whole` is the document in words, `list` the command that prints it as it is deployed.
pub(super) fn written_out(
    node: &Node,
    what: &str,
    whole: &str,
    list: &str,
    lowering: &mut Lowering<'_>,
) -> Option<Arc<str>> {
    let text = lowering.as_text(node, what)?;
    let (code, message, label) = if text.starts_with('[') && text.ends_with(']') {
        (&codes::COMPUTED_PART, format!("`{what}` is computed by a template"), "an expression")
    } else if let Some(found) = placeholder(&text) {
        (&codes::PLACEHOLDER, format!("`{what}` holds a placeholder: `{found}`"), "to be filled in")
    } else {
        return Some(text);
    };
    lowering.fault(
        Diagnostic::new(code, message)
            .at(node.span, label)
            .help(format!("give {whole} as it is deployed: `{list}` prints it")),
    );
    None
}

/// Whether a text is nothing but a placeholder: a value in which one merely stands may be meant so.
pub(super) fn is_placeholder(text: &str) -> bool {
    placeholder(text).is_some_and(|found| found == text.trim())
}

fn between<'t>(text: &'t str, open: &str, close: &str) -> Option<&'t str> {
    let start = text.find(open)?;
    let inner = &text[start + open.len()..];
    let end = inner.find(close)?;
    let name = &inner[..end];
    let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_-. :".contains(c));
    plain.then(|| &text[start..start + open.len() + end + close.len()])
}

#[cfg(test)]
mod tests {
    use super::{is_placeholder, placeholder};

    #[test]
    fn placeholders_of_the_trade_are_seen() {
        for (text, found) in [
            ("/subscriptions/${subscription_id}", Some("${subscription_id}")),
            ("{{var-root}}", Some("{{var-root}}")),
            ("##SCOPE##", Some("##SCOPE##")),
            ("<replace-me>", Some("<replace-me>")),
            ("/subscriptions/x", None),
            ("a < b > c", None),
            ("${}", None),
        ] {
            assert_eq!(placeholder(text), found, "{text}");
        }
    }

    #[test]
    fn a_value_in_which_one_merely_stands_is_kept() {
        assert!(is_placeholder("${region}"));
        assert!(!is_placeholder("https://x/{{id}}/y"));
    }
}
