//! The 19 conditions.

use std::cmp::Ordering;

use serde_json::Value as Json;

use super::Truth;

/// `current` is `None` where it is missing; null counts as missing.
pub fn compare(operator: &str, current: Option<&Json>, target: &Json) -> Truth {
    let operator = operator.to_lowercase();
    if let Some(positive) = operator.strip_prefix("not") {
        return compare(positive, current, target).not();
    }
    let current = current.filter(|value| !value.is_null());
    if target.is_null() {
        return Truth::Error;
    }
    match operator.as_str() {
        "equals" => equals(current, target).into(),
        "in" => match target {
            Json::Array(items) => items.iter().any(|item| equals(current, item)).into(),
            _ => Truth::Error,
        },
        "like" => like(current, target).into(),
        "match" => matches(current, target, true).into(),
        "matchinsensitively" => matches(current, target, false).into(),
        "contains" => contains(current, target).into(),
        "containskey" => match (current, text(target)) {
            (Some(Json::Object(object)), Some(key)) => object.keys().any(|known| same(known, &key)).into(),
            _ => Truth::False,
        },
        "exists" => {
            let wanted = match target {
                Json::Bool(wanted) => *wanted,
                Json::String(text) if text.eq_ignore_ascii_case("true") => true,
                Json::String(text) if text.eq_ignore_ascii_case("false") => false,
                _ => return Truth::Error,
            };
            (current.is_some() == wanted).into()
        }
        "less" => order(current, target, Ordering::is_lt),
        "lessorequals" => order(current, target, Ordering::is_le),
        "greater" => order(current, target, Ordering::is_gt),
        "greaterorequals" => order(current, target, Ordering::is_ge),
        other => panic!("no operator: {other}"),
    }
}

/// How a scalar is written.
pub fn text(value: &Json) -> Option<String> {
    match value {
        Json::Null => Some(String::new()),
        Json::Bool(value) => Some(if *value { "True" } else { "False" }.to_owned()),
        Json::Number(number) => Some(number.to_string()),
        Json::String(text) => Some(text.clone()),
        Json::Array(_) | Json::Object(_) => None,
    }
}

fn upper(c: char) -> char {
    let mut all = c.to_uppercase();
    match (all.next(), all.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

fn fold(text: &str) -> Vec<char> {
    text.chars().map(upper).collect()
}

pub fn same(a: &str, b: &str) -> bool {
    fold(a) == fold(b)
}

fn equals(current: Option<&Json>, target: &Json) -> bool {
    match (current, target) {
        // Missing, null and the empty text are alike.
        (None, target) => text(target).is_some_and(|text| text.is_empty()),
        (Some(Json::Number(a)), Json::Number(b)) => a.as_f64() == b.as_f64(),
        (Some(current), target) => match (text(current), text(target)) {
            (Some(a), Some(b)) => same(&a, &b),
            _ => false,
        },
    }
}

fn like(current: Option<&Json>, target: &Json) -> bool {
    let Some(pattern) = text(target) else { return false };
    if !pattern.contains('*') {
        return equals(current, target);
    }
    let Some(text) = current.and_then(text) else { return false };
    glob(&fold(&text), &fold(&pattern))
}

fn glob(text: &[char], pattern: &[char]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some(('*', rest)) => (0..=text.len()).any(|from| glob(&text[from..], rest)),
        Some((c, rest)) => text.split_first().is_some_and(|(found, text)| found == c && glob(text, rest)),
    }
}

fn matches(current: Option<&Json>, target: &Json, with_case: bool) -> bool {
    let Some(pattern) = text(target) else { return false };
    let Some(text) = current.map_or_else(|| Some(String::new()), text) else { return false };
    let fits = |(found, wanted): (char, char)| match wanted {
        '#' => found.is_ascii_digit(),
        '?' => found.is_alphabetic(),
        '.' => true,
        _ => found == wanted || (!with_case && upper(found) == upper(wanted)),
    };
    text.chars().count() == pattern.chars().count() && text.chars().zip(pattern.chars()).all(fits)
}

fn contains(current: Option<&Json>, target: &Json) -> bool {
    match current {
        Some(Json::Array(items)) => items.iter().any(|item| !item.is_null() && equals(Some(item), target)),
        Some(Json::Object(object)) => {
            text(target).is_some_and(|key| object.keys().any(|known| same(known, &key)))
        }
        current => {
            let Some(part) = text(target) else { return false };
            let whole = fold(&current.and_then(text).unwrap_or_default());
            let part = fold(&part);
            part.is_empty() || whole.windows(part.len()).any(|window| window == part)
        }
    }
}

/// The type of the target decides; what is missing has no order that is documented.
fn order(current: Option<&Json>, target: &Json, holds: fn(Ordering) -> bool) -> Truth {
    let Some(current) = current else { return Truth::Unknown };
    match (current, target) {
        (Json::Number(a), Json::Number(b)) => {
            let numbers = a.as_f64().zip(b.as_f64());
            numbers.and_then(|(a, b)| a.partial_cmp(&b)).map_or(Truth::Error, |order| holds(order).into())
        }
        (Json::String(text), Json::String(wanted)) if is_time(wanted) => {
            // Both in UTC and of the same form, so their texts have the order of the times.
            if is_time(text) { holds(text.cmp(wanted)).into() } else { Truth::Error }
        }
        (Json::String(text), Json::String(wanted)) => collate(text, wanted, false, holds),
        _ => Truth::Error,
    }
}

fn is_time(text: &str) -> bool {
    let form = |c: char| if c.is_ascii_digit() { '0' } else { c };
    text.chars().map(form).collect::<String>() == "0000-00-00T00:00:00Z"
}

/// The order of texts in the invariant culture: case counts only between texts that are else alike, small letters
/// first. Beyond ASCII it isn't known here.
pub fn collate(a: &str, b: &str, with_case: bool, holds: fn(Ordering) -> bool) -> Truth {
    const RANKS: &str = " _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789abcdefghijklmnopqrstuvwxyz";
    let ranks =
        |text: &str| -> Option<Vec<usize>> { text.to_lowercase().chars().map(|c| RANKS.find(c)).collect() };
    if a == b || (!with_case && same(a, b)) {
        return holds(Ordering::Equal).into();
    }
    match (ranks(a), ranks(b)) {
        (Some(ranks), Some(others)) => {
            let large = |text: &str| text.chars().map(|c| with_case && c.is_uppercase()).collect::<Vec<_>>();
            holds(ranks.cmp(&others).then_with(|| large(a).cmp(&large(b)))).into()
        }
        _ => Truth::Unknown,
    }
}
