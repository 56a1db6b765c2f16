//! Placeholders that generators and templates leave where a value belongs.

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
