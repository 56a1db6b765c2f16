//! Numbers of JSON.

use crate::source::NodeValue;

/// What can be wrong with a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// A digit is missing at the end of what was read.
    Incomplete,
    /// `012`.
    LeadingZero,
    /// Beyond the range of a float of 64 bits.
    TooLarge,
}

/// Reads the number at the beginning of a text: how far it reaches, and what it is. Whole numbers beyond 64
/// bits become floats, as they do in most readers.
pub(super) fn read(text: &str) -> (usize, Result<NodeValue, Fault>) {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let first = usize::from(bytes.first() == Some(&b'-'));
    let mut at = first + digits(first);
    if at == first {
        return (at, Err(Fault::Incomplete));
    }
    let zero = bytes[first] == b'0' && at > first + 1;
    let mut whole = true;
    if bytes.get(at) == Some(&b'.') {
        whole = false;
        let part = digits(at + 1);
        at += 1 + part;
        if part == 0 {
            return (at, Err(Fault::Incomplete));
        }
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        whole = false;
        at += 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let part = digits(at);
        at += part;
        if part == 0 {
            return (at, Err(Fault::Incomplete));
        }
    }
    if zero {
        return (at, Err(Fault::LeadingZero));
    }
    let text = &text[..at];
    let value = match text.parse() {
        Ok(value) if whole => Ok(NodeValue::Int(value)),
        _ => match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(NodeValue::Float(value)),
            _ => Err(Fault::TooLarge),
        },
    };
    (at, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read() {
        for (text, value) in [
            ("0", NodeValue::Int(0)),
            ("-0", NodeValue::Int(0)),
            ("-12,", NodeValue::Int(-12)),
            ("9223372036854775807]", NodeValue::Int(i64::MAX)),
            ("-9223372036854775808", NodeValue::Int(i64::MIN)),
            ("9223372036854775808", NodeValue::Float(9_223_372_036_854_775_808.0)),
            ("1.50", NodeValue::Float(1.5)),
            ("1e3", NodeValue::Float(1000.0)),
            ("1E-2 ", NodeValue::Float(0.01)),
            ("0.5", NodeValue::Float(0.5)),
        ] {
            let (length, found) = read(text);
            assert_eq!(found, Ok(value), "{text}");
            assert_eq!(length, text.trim_end_matches([',', ']', ' ']).len());
        }
    }

    #[test]
    fn faulty_numbers_are_refused() {
        for (text, fault) in [
            ("-", Fault::Incomplete),
            ("1.", Fault::Incomplete),
            ("1e", Fault::Incomplete),
            ("1e+", Fault::Incomplete),
            ("-x", Fault::Incomplete),
            ("012", Fault::LeadingZero),
            ("-00", Fault::LeadingZero),
            ("1e999", Fault::TooLarge),
            ("-1e999", Fault::TooLarge),
        ] {
            assert_eq!(read(text).1, Err(fault), "{text}");
        }
        let long = "9".repeat(400);
        assert_eq!(read(&long).1, Err(Fault::TooLarge));
    }
}
