//! The 19 conditions.

use std::cmp::Ordering;

use serde_json::Value as Json;

use super::{Readings, Truth};

/// What is compared.
#[derive(Debug, Clone, Copy)]
pub enum Current<'j> {
    Missing,
    /// A `value` that is null; a field that is null is missing.
    Null,
    There(&'j Json),
}

impl<'j> Current<'j> {
    pub fn of_field(value: Option<&'j Json>) -> Current<'j> {
        value.filter(|value| !value.is_null()).map_or(Current::Missing, Current::There)
    }

    fn there(self) -> Option<&'j Json> {
        match self {
            Current::There(value) => Some(value),
            Current::Missing | Current::Null => None,
        }
    }
}

pub fn compare(readings: &Readings, operator: &str, current: Current<'_>, target: &Json) -> Truth {
    let operator = operator.to_lowercase();
    if let Some(positive) = operator.strip_prefix("not") {
        return compare(readings, positive, current, target).not();
    }
    if target.is_null() {
        let texts = ["equals", "like", "match", "matchinsensitively", "contains", "containskey"];
        if readings.is("null-target", "empty-text") && texts.contains(&&*operator) {
            return compare(readings, &operator, current, &"".into());
        }
        return Truth::Error;
    }
    let found = current.there();
    match operator.as_str() {
        "equals" => equals(readings, found, target).into(),
        "in" => match target {
            Json::Array(items) if found.is_none() && items.contains(&"".into()) => {
                (!readings.is("missing-in-list", "not-found")).into()
            }
            Json::Array(items) => items.iter().any(|item| equals(readings, found, item)).into(),
            _ => Truth::Error,
        },
        "like" => like(readings, found, target),
        "match" => matches(readings, found, target, true).into(),
        "matchinsensitively" => matches(readings, found, target, false).into(),
        "contains" => contains(readings, found, target).into(),
        "containskey" => match (found, text(target)) {
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
            (found.is_some() == wanted).into()
        }
        "less" => order(readings, current, target, Ordering::is_lt),
        "lessorequals" => order(readings, current, target, Ordering::is_le),
        "greater" => order(readings, current, target, Ordering::is_gt),
        "greaterorequals" => order(readings, current, target, Ordering::is_ge),
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

fn equals(readings: &Readings, current: Option<&Json>, target: &Json) -> bool {
    match (current, target) {
        // Missing, null and the empty text are alike.
        (None, Json::String(text)) => text.is_empty() && !readings.is("missing-equals-empty", "unlike"),
        (None, target) => target.is_null(),
        (Some(Json::Number(a)), Json::Number(b)) => a.as_f64() == b.as_f64(),
        (Some(current), target) => match (text(current), text(target)) {
            (Some(a), Some(b)) => {
                let numbers = current.is_number() != target.is_number();
                same(&a, &b)
                    || (readings.is("number-and-text", "value")
                        && numbers
                        && a.parse::<f64>().is_ok_and(|a| b.parse() == Ok(a)))
            }
            _ => false,
        },
    }
}

fn like(readings: &Readings, current: Option<&Json>, target: &Json) -> Truth {
    let Some(pattern) = text(target) else { return Truth::False };
    let any = readings.is("like-question-mark", "one-character");
    let placeholder = pattern.contains('*') || (any && pattern.contains('?'));
    if !placeholder {
        return equals(readings, current, target).into();
    }
    if readings.is("like-stars", "error") && pattern.matches('*').count() > 1 {
        return Truth::Error;
    }
    match current {
        None => (readings.is("missing-like-star", "matches") && pattern.chars().all(|c| c == '*')).into(),
        Some(current) => text(current).is_some_and(|text| glob(&fold(&text), &fold(&pattern), any)).into(),
    }
}

fn glob(text: &[char], pattern: &[char], any: bool) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some(('*', rest)) => (0..=text.len()).any(|from| glob(&text[from..], rest, any)),
        Some((c, rest)) => text
            .split_first()
            .is_some_and(|(found, text)| (found == c || (any && *c == '?')) && glob(text, rest, any)),
    }
}

fn matches(readings: &Readings, current: Option<&Json>, target: &Json, with_case: bool) -> bool {
    let Some(pattern) = text(target) else { return false };
    let Some(current) = current else {
        return pattern.is_empty() && !readings.is("missing-matches-empty", "differs");
    };
    let Some(text) = text(current) else { return false };
    let ascii = readings.is("match-letter", "ascii");
    let fits = |(found, wanted): (char, char)| match wanted {
        '#' => found.is_ascii_digit(),
        '?' if ascii => found.is_ascii_alphabetic(),
        '?' => found.is_alphabetic(),
        '.' => true,
        _ => found == wanted || (!with_case && upper(found) == upper(wanted)),
    };
    text.chars().count() == pattern.chars().count() && text.chars().zip(pattern.chars()).all(fits)
}

fn contains(readings: &Readings, current: Option<&Json>, target: &Json) -> bool {
    match current {
        Some(Json::Array(items)) => {
            !readings.is("contains-in-array", "unmet")
                && items.iter().any(|item| !item.is_null() && equals(readings, Some(item), target))
        }
        Some(Json::Object(object)) => {
            !readings.is("contains-in-object", "unmet")
                && text(target).is_some_and(|key| object.keys().any(|known| same(known, &key)))
        }
        None => equals(readings, None, target),
        Some(current) => {
            let (Some(part), Some(whole)) = (text(target), text(current)) else { return false };
            let (whole, part) = (fold(&whole), fold(&part));
            part.is_empty() || whole.windows(part.len()).any(|window| window == part)
        }
    }
}

/// The type of the target decides; what is missing has no order that is documented.
fn order(readings: &Readings, current: Current<'_>, target: &Json, holds: fn(Ordering) -> bool) -> Truth {
    let said = |point: &str| match (readings.is(point, "unmet"), readings.is(point, "error")) {
        (true, _) => Truth::False,
        (_, true) => Truth::Error,
        _ => Truth::Unknown,
    };
    let unlike = if readings.is("unlike-ordered", "unmet") { Truth::False } else { Truth::Error };
    let current = match current {
        Current::Missing => return said("missing-ordered"),
        Current::Null => return said("null-ordered"),
        Current::There(current) => current,
    };
    match (current, target) {
        (Json::Number(a), Json::Number(b)) => {
            let numbers = a.as_f64().zip(b.as_f64());
            numbers.and_then(|(a, b)| a.partial_cmp(&b)).map_or(unlike, |order| holds(order).into())
        }
        (Json::String(text), Json::String(wanted)) if is_time(wanted) => {
            // Both in UTC and of the same form, so their texts have the order of the times.
            if is_time(text) {
                holds(text.cmp(wanted)).into()
            } else if is_date(text) && readings.is("date-without-time", "midnight") {
                holds(format!("{text}T00:00:00Z").cmp(wanted)).into()
            } else {
                unlike
            }
        }
        (Json::String(text), Json::String(wanted)) => collate(text, wanted, false, holds),
        _ => unlike,
    }
}

fn form(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect()
}

fn is_date(text: &str) -> bool {
    form(text) == "0000-00-00"
}

fn is_time(text: &str) -> bool {
    form(text) == "0000-00-00T00:00:00Z"
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
