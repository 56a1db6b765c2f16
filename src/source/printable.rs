//! Nothing from an input steers the terminal.

use std::borrow::Cow;
use std::fmt::Write as _;

/// A text that can stand in one line of a terminal or a log: control characters, line ends and characters
/// that turn the direction of writing are shown as escapes (`\u{1b}`, `\n`); borrowed when there are none.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(steers) {
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
    Cow::Owned(shown)
}

/// Whether a character moves the cursor, colours, hides or reorders what stands around it.
pub(super) fn steers(c: char) -> bool {
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
