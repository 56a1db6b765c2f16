//! Plain scalars of the core schema, and template expressions that somebody forgot to quote.

use std::ops::Range;

use crate::source::NodeValue;

/// What a plain scalar is (YAML 1.2.2, 10.3.2); `None` for the infinities and "not a number".
pub(super) fn resolve(text: &str) -> Option<NodeValue> {
    Some(match text {
        "" | "~" | "null" | "Null" | "NULL" => NodeValue::Null,
        "true" | "True" | "TRUE" => NodeValue::Bool(true),
        "false" | "False" | "FALSE" => NodeValue::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return None,
        _ if matches!(text.trim_start_matches(['+', '-']), ".inf" | ".Inf" | ".INF") => return None,
        _ => match number(text) {
            Some(NodeValue::Float(value)) if !value.is_finite() => return None,
            Some(number) => number,
            None => NodeValue::String(text.into()),
        },
    })
}

fn number(text: &str) -> Option<NodeValue> {
    let radix = |digits: &str, radix| {
        let plain = !digits.is_empty() && digits.bytes().all(|b| char::from(b).is_digit(radix));
        plain.then(|| {
            i64::from_str_radix(digits, radix).map_or_else(|_| NodeValue::String(text.into()), NodeValue::Int)
        })
    };
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !unsigned.is_empty() && unsigned.bytes().all(|b| b.is_ascii_digit()) {
        let value = text.parse().map(NodeValue::Int);
        return value.or_else(|_| text.parse().map(NodeValue::Float)).ok();
    }
    is_float(unsigned).then(|| text.parse().ok().map(NodeValue::Float)).flatten()
}

/// `\. digits` or `digits (\. digits?)?`, and an exponent.
fn is_float(text: &str) -> bool {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent = exponent.is_none_or(|text| {
        let text = text.strip_prefix(['+', '-']).unwrap_or(text);
        !text.is_empty() && digits(text)
    });
    digits(whole) && digits(part) && !(whole.is_empty() && part.is_empty()) && exponent
}

/// Where a flow collection ends whose last part ends at `from`: behind the next closing bracket.
pub(super) fn closing(text: &str, from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let next = at + text.get(at..)?.find([']', '}', '#'])?;
        if text[next..].starts_with('#') {
            at = next + text[next..].find('\n')?;
        } else {
            return Some(next + 1);
        }
    }
}

/// The length of an anchor and a tag at the beginning of a text, with the blanks behind them.
pub(super) fn properties_length(text: &str) -> usize {
    let mut rest = text;
    while rest.starts_with(['&', '!']) {
        let word = rest.find(char::is_whitespace).unwrap_or(rest.len());
        rest = rest[word..].trim_start();
    }
    text.len() - rest.len()
}

/// The length of the quoted scalar at the beginning of a text, quotes included.
pub(super) fn quoted_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let Some(&quote) = bytes.first() else { return 0 };
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if quote == b'"' => at += 2,
            byte if byte != quote => at += 1,
            _ if quote == b'\'' && bytes.get(at + 1) == Some(&b'\'') => at += 2,
            _ => return at + 1,
        }
    }
    text.len()
}

/// Whether a text begins as a call of a template function: `parameters(`.
pub(super) fn is_call(text: &str) -> bool {
    let text = text.trim_start();
    let name =
        text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.')).unwrap_or(text.len());
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text[name..].starts_with('(')
}

/// How far before a fault its cause may stand.
const BACK: usize = 4096;

/// The unquoted expression that made the parser fail at `at`: the last `[name(` before it that stands as a
/// value, with all that belongs to it in its line.
pub(super) fn unquoted_before(text: &str, at: usize) -> Option<Range<usize>> {
    let line_end = text[at..].find('\n').map_or(text.len(), |length| at + length);
    let first = (at.saturating_sub(BACK)..=at).find(|start| text.is_char_boundary(*start))?;
    text[first..line_end]
        .rmatch_indices('[')
        .map(|(index, _)| first + index)
        .filter(|open| {
            let before = text[..*open].trim_end_matches([' ', '\t']);
            let value = before.len() < *open && before.ends_with([':', '-']);
            value && is_call(&text[open + 1..])
        })
        .map(|open| open..open + expression_length(&text[open..]))
        // A sound list of calls has nothing to do with a fault behind it.
        .find(|range| !is_list(&text[range.clone()]))
}

/// How far the expression at the beginning of a text reaches: to the bracket that closes it, else to the end
/// of its line.
fn expression_length(text: &str) -> usize {
    let line = text.lines().next().unwrap_or(text);
    let (mut depth, mut quoted) = (0_usize, false);
    for (at, byte) in line.bytes().enumerate() {
        match byte {
            b'\'' => quoted = !quoted,
            b'[' | b'(' if !quoted => depth += 1,
            b']' | b')' if !quoted => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    line.trim_end().len()
}

/// Whether YAML can read a text as a flow sequence: then it isn't what a parser stumbled over.
fn is_list(text: &str) -> bool {
    saphyr_parser::Parser::new_from_str(text).all(|event| event.is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, wanted: NodeValue) {
        assert_eq!(resolve(text), Some(wanted), "{text}");
    }

    #[test]
    fn the_core_schema_is_read() {
        for text in ["", "~", "null", "Null", "NULL"] {
            check(text, NodeValue::Null);
        }
        check("True", NodeValue::Bool(true));
        check("FALSE", NodeValue::Bool(false));
        check("-12", NodeValue::Int(-12));
        check("+12", NodeValue::Int(12));
        check("012", NodeValue::Int(12));
        check("0o17", NodeValue::Int(15));
        check("0xfF", NodeValue::Int(255));
        check("1.", NodeValue::Float(1.0));
        check(".5", NodeValue::Float(0.5));
        check("-1.5e+3", NodeValue::Float(-1500.0));
        check("1e3", NodeValue::Float(1000.0));
        check("12345678901234567890", NodeValue::Float(12_345_678_901_234_567_890.0));
    }

    #[test]
    fn what_is_no_number_is_a_text() {
        for text in [
            "yes",
            "no",
            "on",
            "tRUE",
            "nULL",
            "1.2.3",
            "1_000",
            "0b1",
            "0o8",
            "0x",
            ".",
            "e5",
            "1e",
            "-",
            "+",
            "2026-01-01",
            "inf",
            "nan",
            "0x1.8",
            "--1",
            "١٢",
        ] {
            check(text, NodeValue::String(text.into()));
        }
    }

    #[test]
    fn json_has_no_infinity() {
        for text in [".inf", "-.Inf", "+.INF", ".nan", ".NaN", "1e999"] {
            assert_eq!(resolve(text), None, "{text}");
        }
    }

    #[test]
    fn a_call_is_recognised() {
        assert!(is_call("parameters('x')"));
        assert!(is_call(" contoso.unique(1)"));
        assert!(!is_call("a, b(c)"));
        assert!(!is_call("(a)"));
        assert!(!is_call("'a(b)'"));
    }
}
