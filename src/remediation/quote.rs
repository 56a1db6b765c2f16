//! Texts of the inventory inside of other texts: scripts, addresses, Markdown, messages.

use std::fmt::Write;

use crate::source::{printable, printable_json, steers};

/// A text as messages and files show it, on one line: nothing in it steers a terminal, and nothing is what a pipeline
/// takes for a command of its log.
pub(crate) fn shown(text: &str) -> String {
    printable(text).into_owned()
}

/// What no name of Azure's holds: line ends, what steers a terminal or the direction of writing, and what a pipeline
/// takes for a command of its log.
fn is_planted(text: &str) -> bool {
    text.chars().any(steers) || text.contains("##") || text.contains("::")
}

/// One word of a `bash` command.
pub(crate) fn bash(text: &str) -> String {
    if is_planted(text) {
        let mut out = "$'".to_owned();
        for c in text.chars() {
            match c {
                '\'' | '\\' => out.extend(['\\', c]),
                '#' => out.push_str("\\x23"),
                ':' => out.push_str("\\x3a"),
                c if c.is_ascii_control() => {
                    let _ = write!(out, "\\x{:02x}", u32::from(c));
                }
                c if steers(c) => {
                    let _ = write!(out, "\\U{:08x}", u32::from(c));
                }
                c => out.push(c),
            }
        }
        out.push('\'');
        return out;
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// One word of a PowerShell command. Typographic quotes end a text there too, so they are doubled as well.
pub(crate) fn powershell(text: &str) -> String {
    let quoted = |part: &str| {
        let mut out = String::from("'");
        for c in part.chars() {
            out.push(c);
            if matches!(c, '\'' | '\u{2018}'..='\u{201b}') {
                out.push(c);
            }
        }
        out.push('\'');
        out
    };
    let special = |c: char| steers(c) || c == '#' || c == ':';
    if !is_planted(text) {
        return quoted(text);
    }
    let parts: Vec<String> = text
        .split_inclusive(special)
        .flat_map(|part| {
            let plain = part.trim_end_matches(special);
            let rest = part[plain.len()..].chars().map(|c| match u32::from(c) {
                code @ 0..=0xffff => format!("[char]{code}"),
                code => format!("[char]::ConvertFromUtf32({code})"),
            });
            Some(quoted(plain)).into_iter().chain(rest)
        })
        .collect();
    format!("({})", parts.join(" + "))
}

/// An id as the path of an address: each segment percent-encoded, slashes kept.
pub(crate) fn url_path(id: &str) -> String {
    let mut out = String::with_capacity(id.len());
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    // A path that climbs is none of ARM's.
    out.split('/')
        .map(|segment| if segment == ".." { "%2E%2E" } else { segment })
        .collect::<Vec<_>>()
        .join("/")
}

/// A text as code in a cell of a Markdown table.
pub(crate) fn markdown_cell(text: &str) -> String {
    markdown(text).replace('|', "\\|")
}

/// A text as code in a line of Markdown.
pub(crate) fn markdown(text: &str) -> String {
    let text = shown(text);
    if !text.contains('`') {
        return format!("`{text}`");
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    format!("{fence} {text} {fence}")
}

/// JSON as a file holds it: the same value, with nothing in it that a pipeline takes for a command when the
/// file is printed.
pub(crate) fn json(value: &impl serde::Serialize) -> String {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    printable_json(&text).into_owned() + "\n"
}

#[cfg(test)]
mod tests {
    use super::{bash, json, markdown, markdown_cell, powershell, shown, url_path};

    const PLANTED: &str = "a'b\"$(touch x)`id`\u{202e}\n##vso[task.setvariable]x ../[c]\n::error::";

    #[test]
    fn a_message_is_one_harmless_line() {
        let text = shown("a\nb\u{1b}[31m\u{202e}##vso[x] ::error::");
        assert_eq!(text, "a\\nb\\u{1b}[31m\\u{202e}#\\u{23}vso[x] :\\u{3a}error:\\u{3a}");
    }

    #[test]
    fn bash_takes_the_text_as_one_word() {
        assert_eq!(bash("it's $(x)"), r"'it'\''s $(x)'");
        let out = bash(PLANTED);
        assert!(!out.contains('\n') && !out.contains("##") && !out.contains("::"), "{out}");
        let run = std::process::Command::new("bash").arg("-c").arg(format!("printf %s {out}")).output();
        if let Ok(run) = run {
            assert_eq!(String::from_utf8_lossy(&run.stdout), PLANTED);
        }
    }

    #[test]
    fn powershell_takes_the_text_as_one_word() {
        assert_eq!(powershell("it's \u{2019}$(x)"), "'it''s \u{2019}\u{2019}$(x)'");
        assert_eq!(powershell("a\u{202e}b"), "('a' + [char]8238 + 'b')");
        assert_eq!(powershell("a\n##b"), "('a' + [char]10 + '' + [char]35 + '' + [char]35 + 'b')");
    }

    #[test]
    fn an_address_carries_no_command() {
        assert_eq!(url_path("/subscriptions/a b/x('$)"), "/subscriptions/a%20b/x%28%27%24%29");
        assert_eq!(url_path("/a/../b"), "/a/%2E%2E/b");
    }

    #[test]
    fn markdown_code_cannot_be_left() {
        assert_eq!(markdown("a"), "`a`");
        assert_eq!(markdown("a`b``c|d"), "``` a`b``c|d ```");
        assert_eq!(markdown_cell("a|b"), "`a\\|b`");
    }

    #[test]
    fn json_keeps_its_value() {
        let value = serde_json::json!({"name": PLANTED, "t": "::x"});
        let text = json(&value);
        assert!(!text.contains("##vso[") && !text.contains("::"), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).expect("JSON"), value);
    }
}
