//! Nothing from an input steers the terminal, or the pipeline whose log it reaches.

use std::borrow::Cow;
use std::fmt::Write as _;

/// What pipelines take for a command when they see it in a line of a log (`##vso[…]`, `::error::`), and how it is
/// shown.
const LOG_COMMANDS: [(&str, &str); 2] = [("##", "#\\u{23}"), ("::", ":\\u{3a}")];

/// A text that can stand in one line of a terminal or a log: control characters, line ends, characters that turn
/// the direction of writing, and what a pipeline takes for a command are shown as escapes (`\u{1b}`, `\n`);
/// borrowed when there are none.
pub fn printable(text: &str) -> Cow<'_, str> {
    let commands = LOG_COMMANDS.iter().any(|(mark, _)| text.contains(mark));
    if !commands && !text.chars().any(steers) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            c if steers(c) => {
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
            }
            c => shown.push(c),
        }
    }
    for (mark, harmless) in LOG_COMMANDS {
        if shown.contains(mark) {
            shown = shown.replace(mark, harmless);
        }
    }
    Cow::Owned(shown)
}

/// JSON that can be printed: the same value, with the escapes of JSON in place of what steers a terminal or a
/// pipeline. None of it occurs outside of strings, but for line ends, which stay.
pub fn printable_json(text: &str) -> Cow<'_, str> {
    let harmful = |c: char| steers(c) && !c.is_ascii_control();
    if !text.contains("##") && !text.contains("::") && !text.chars().any(harmful) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 64);
    let mut units = [0; 2];
    for c in text.chars() {
        let again = matches!(c, '#' | ':') && shown.ends_with(c);
        if again || harmful(c) {
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(shown, "\\u{unit:04x}");
            }
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Whether a character moves the cursor, colours, hides or reorders what stands around it.
pub fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// One visible character in place of one that steers, for excerpts, where columns must hold.
pub(super) fn picture(c: char, unicode: bool) -> char {
    match u32::from(c) {
        _ if !steers(c) => c,
        code @ 0..0x20 if unicode => char::from_u32(0x2400 + code).unwrap_or('?'),
        0x7F if unicode => '\u{2421}',
        _ if unicode => '\u{fffd}',
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_shown() {
        assert_eq!(printable("a\u{1b}[31mred\u{7}"), "a\\u{1b}[31mred\\u{7}");
        assert_eq!(printable("one\r\ntwo\t"), "one\\r\\ntwo\\t");
        assert_eq!(printable("a\u{202e}b\u{9b}c"), "a\\u{202e}b\\u{9b}c");
        assert_eq!(printable("x ##vso[a]::b"), "x #\\u{23}vso[a]:\\u{3a}b");
    }

    #[test]
    fn json_keeps_its_value() {
        let value = serde_json::json!({"a::b": "##vso[x]\u{9b}\u{202e}\u{e0041}\n::error", "c": [":", "#"]});
        let plain = serde_json::to_string_pretty(&value).expect("JSON");
        let text = printable_json(&plain);
        assert!(!text.contains("##") && !text.contains("::") && text.is_ascii(), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).expect("JSON"), value);
        assert!(matches!(printable_json("{\n  \"a\": 1\n}"), Cow::Borrowed(_)));
    }

    #[test]
    fn ordinary_text_is_left_alone() {
        assert!(matches!(printable("Zürich – 東京 'x' $(y)"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_picture_is_one_character_for_one() {
        assert_eq!(picture('\u{1b}', true), '␛');
        assert_eq!(picture('\u{1b}', false), '?');
        assert_eq!(picture('é', false), 'é');
    }
}
