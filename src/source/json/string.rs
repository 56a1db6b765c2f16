//! Texts of JSON.

use std::borrow::Cow;
use std::ops::Range;

/// A text that was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found<'a> {
    /// Unescaped.
    pub(super) text: Cow<'a, str>,
    /// How far it reaches, quotes included.
    pub(super) length: usize,
    /// Where control characters stand raw.
    pub(super) controls: Vec<usize>,
    /// Where an escape stands that is half a character: the first one.
    pub(super) lone: Option<usize>,
}

/// What can be wrong with a text; places count from its opening quote.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The input ends within it.
    Unclosed,
    /// Its line ends within it.
    LineEnd(usize),
    /// `\x`.
    Escape(Range<usize>),
    /// `\u12`.
    Hex(Range<usize>),
}

/// Reads the text that begins with the quote at the beginning of `input`.
pub(super) fn read(input: &str) -> Result<Found<'_>, Fault> {
    let bytes = input.as_bytes();
    let mut owned: Option<String> = None;
    let mut controls = Vec::new();
    let mut lone = None;
    let (mut at, mut from) = (1, 1);
    loop {
        let next = bytes[at..].iter().position(|b| *b == b'"' || *b == b'\\' || *b < 0x20);
        at += next.ok_or(Fault::Unclosed)?;
        match bytes[at] {
            b'"' => {
                let tail = &input[from..at];
                let text = match owned {
                    None => Cow::Borrowed(tail),
                    Some(text) => Cow::Owned(text + tail),
                };
                return Ok(Found { text, length: at + 1, controls, lone });
            }
            b'\\' => {
                let mut text = owned.take().unwrap_or_default();
                text.push_str(&input[from..at]);
                let (c, length) = escape(input, at)?;
                if c.is_none() {
                    lone = lone.or(Some(at));
                }
                text.push(c.unwrap_or(char::REPLACEMENT_CHARACTER));
                owned = Some(text);
                at += length;
                from = at;
            }
            b'\n' | b'\r' => return Err(Fault::LineEnd(at)),
            _ => {
                controls.push(at);
                at += 1;
            }
        }
    }
}

/// The character of the escape at `at` (none if it is half a character), and its length.
fn escape(input: &str, at: usize) -> Result<(Option<char>, usize), Fault> {
    let letter = *input.as_bytes().get(at + 1).ok_or(Fault::Unclosed)?;
    let c = match letter {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unicode(input, at),
        _ => {
            let width = input[at + 1..].chars().next().map_or(1, char::len_utf8);
            return Err(Fault::Escape(at..at + 1 + width));
        }
    };
    Ok((Some(c), 2))
}

fn unicode(input: &str, at: usize) -> Result<(Option<char>, usize), Fault> {
    let high = hex(input, at)?;
    if (0xD800..0xDC00).contains(&high)
        && input.as_bytes()[at + 6..].starts_with(b"\\u")
        && let Ok(low @ 0xDC00..0xE000) = hex(input, at + 6)
    {
        return Ok((char::from_u32(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)), 12));
    }
    Ok((char::from_u32(high), 6))
}

/// The four digits of the escape `\u` at `at`.
fn hex(input: &str, at: usize) -> Result<u32, Fault> {
    let rest = &input.as_bytes()[at + 2..];
    let digits = rest.iter().take(4).take_while(|b| b.is_ascii_hexdigit()).count();
    if digits == 4 {
        return Ok(u32::from_str_radix(&input[at + 2..at + 6], 16).unwrap_or(0xFFFD));
    }
    if digits == rest.len() {
        return Err(Fault::Unclosed);
    }
    Err(Fault::Hex(at..at + 2 + digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &str, wanted: &str) {
        let found = read(input).expect("a text");
        assert_eq!(found.text, wanted);
        assert_eq!(found.length, input.len());
        assert!(found.controls.is_empty() && found.lone.is_none());
    }

    #[test]
    fn texts_are_unescaped() {
        check(r#""plain ü""#, "plain ü");
        check(r#""""#, "");
        check(r#""a\"b\\c\/d\b\f\n\r\t""#, "a\"b\\c/d\u{8}\u{c}\n\r\t");
        check(r#""\u0041\u00e9\ud834\udd1e!""#, "Aé𝄞!");
        check("\"\u{7f}\u{feff}\"", "\u{7f}\u{feff}");
    }

    #[test]
    fn half_characters_are_replaced_and_noticed() {
        for (input, wanted) in [
            (r#""a\ud834""#, "a\u{fffd}"),
            (r#""a\udd1eb""#, "a\u{fffd}b"),
            (r#""a\ud834\u0041""#, "a\u{fffd}A"),
            (r#""a\ud834\ud834\udd1e""#, "a\u{fffd}𝄞"),
        ] {
            let found = read(input).expect("a text");
            assert_eq!(found.text, wanted);
            assert_eq!(found.lone, Some(2));
        }
    }

    #[test]
    fn raw_control_characters_are_noticed() {
        let found = read("\"a\tb\u{1b}\"").expect("a text");
        assert_eq!((found.text.as_ref(), found.controls), ("a\tb\u{1b}", vec![2, 4]));
    }

    #[test]
    fn faults_have_their_place() {
        assert_eq!(read("\"abc"), Err(Fault::Unclosed));
        assert_eq!(read("\"abc\\"), Err(Fault::Unclosed));
        assert_eq!(read("\"abc\\u12"), Err(Fault::Unclosed));
        assert_eq!(read("\"abc\n\""), Err(Fault::LineEnd(4)));
        assert_eq!(read("\"a\\'\""), Err(Fault::Escape(2..4)));
        assert_eq!(read("\"a\\é\""), Err(Fault::Escape(2..5)));
        assert_eq!(read("\"a\\u12é4\""), Err(Fault::Hex(2..6)));
        assert_eq!(read("\"a\\u12\""), Err(Fault::Hex(2..6)));
    }
}
