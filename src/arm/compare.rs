//! How the language's functions compare values.

use std::cmp::Ordering;

use super::Value;

/// Equality as the functions `equals`, `contains`, `union` and others have it: texts with case, numbers by
/// value, objects whatever the order of their keys.
#[expect(clippy::cast_precision_loss, reason = "an integer meets a float by its nearest double, as in .NET")]
pub fn deep_equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Int(x), Value::Float(y)) | (Value::Float(y), Value::Int(x)) => same_number(*x as f64, *y),
        (Value::Float(x), Value::Float(y)) => same_number(*x, *y),
        (Value::Array(x), Value::Array(y)) => {
            x.len() == y.len() && x.iter().zip(y.iter()).all(|(a, b)| deep_equal(a, b))
        }
        (Value::Object(x), Value::Object(y)) => {
            x.len() == y.len()
                && x.iter().all(|(key, value)| {
                    y.iter()
                        .find(|(other, _)| *other == key)
                        .is_some_and(|(_, other)| deep_equal(value, other))
                })
        }
        _ => a == b,
    }
}

fn same_number(a: f64, b: f64) -> bool {
    a.partial_cmp(&b) == Some(Ordering::Equal)
}

/// The order of texts of .NET's invariant culture, for ASCII: marks before digits before letters; a letter's
/// case decides only where nothing else does, and then the lower case comes first (`a` < `A` < `b`).
///
/// `None` if one of them has other characters: their order isn't known here.
pub fn culture_order(a: &str, b: &str) -> Option<Ordering> {
    if !a.is_ascii() || !b.is_ascii() {
        return (a == b).then_some(Ordering::Equal);
    }
    let primary = a.bytes().map(weight).cmp(b.bytes().map(weight));
    let case = |text: &str| text.bytes().map(|c| c.is_ascii_uppercase()).collect::<Vec<_>>();
    Some(primary.then_with(|| case(a).cmp(&case(b))))
}

/// The place of a character in the root collation.
fn weight(byte: u8) -> usize {
    const MARKS: &[u8] = b"\t\n\x0b\x0c\r _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$";
    match byte {
        b'0'..=b'9' => 100 + usize::from(byte),
        b'a'..=b'z' => 200 + usize::from(byte),
        b'A'..=b'Z' => 200 + usize::from(byte.to_ascii_lowercase()),
        _ => MARKS.iter().position(|mark| *mark == byte).map_or(0, |at| at + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equality_is_by_value() {
        let object =
            |members: &[(&str, i64)]| Value::object(members.iter().map(|(k, v)| (*k, Value::Int(*v))));
        assert!(deep_equal(&object(&[("a", 1), ("b", 2)]), &object(&[("b", 2), ("a", 1)])));
        assert!(!deep_equal(&object(&[("a", 1)]), &object(&[("A", 1)])));
        assert!(deep_equal(&Value::Int(3), &Value::Float(3.0)));
        assert!(!deep_equal(&Value::Int(3), &Value::from("3")));
        assert!(!deep_equal(&Value::from("a"), &Value::from("A")));
    }

    #[test]
    fn lower_case_comes_first_among_equals() {
        assert_eq!(culture_order("a", "A"), Some(Ordering::Less));
        assert_eq!(culture_order("A", "b"), Some(Ordering::Less));
        assert_eq!(culture_order("a2", "A1"), Some(Ordering::Greater));
        assert_eq!(culture_order("_", "0"), Some(Ordering::Less));
        assert_eq!(culture_order("ab", "abc"), Some(Ordering::Less));
        assert_eq!(culture_order("é", "z"), None);
    }
}
