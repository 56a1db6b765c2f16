//! The conditions of the rule language, each over one value and one target.
//!
//! The negated ones are the exact complement of the others. For what is missing this makes them true, except
//! where the other one accepts the empty text.

use std::borrow::Cow;
use std::cmp::Ordering;

use jiff::Timestamp;

use crate::arm::{Value, culture_order};
use crate::policy::Operator;

use super::{Cause, Doubt, Truth, fold};

/// What a condition looks at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Current<'a> {
    /// Nothing stands there.
    Missing,
    /// A text that isn't kept as a value: a type, a name.
    Text(&'a str),
    /// A value; `null` counts as missing.
    Value(&'a Value),
}

impl<'a> Current<'a> {
    fn normal(self) -> Current<'a> {
        match self {
            Current::Value(Value::Null) => Current::Missing,
            Current::Value(Value::String(text)) => Current::Text(text),
            current => current,
        }
    }

    /// As a value of its own; nothing for what is missing.
    pub(super) fn to_value(self) -> Option<Value> {
        match self {
            Current::Missing => None,
            Current::Text(text) => Some(text.into()),
            Current::Value(value) => Some(value.clone()),
        }
    }
}

/// The answer of a condition.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    pub(super) truth: Truth,
    pub(super) doubt: Option<Doubt>,
}

impl Answer {
    /// It can't be decided, for these reasons.
    pub(super) fn unknown(causes: impl IntoIterator<Item = Cause>) -> Answer {
        Answer { truth: Truth::unknown(causes), doubt: None }
    }

    fn sure(holds: bool) -> Answer {
        Answer { truth: holds.into(), doubt: None }
    }

    fn doubtful(holds: bool, doubt: Doubt) -> Answer {
        Answer { truth: holds.into(), doubt: Some(doubt) }
    }

    fn fails(message: impl Into<String>) -> Answer {
        Answer::unknown([Cause::Fails(message.into().into())])
    }

    fn runtime(expression: &str) -> Answer {
        Answer::unknown([Cause::Runtime(expression.into())])
    }
}

/// Compares.
pub(super) fn compare(operator: Operator, current: Current<'_>, target: &Value) -> Answer {
    let positive = operator.positive();
    let mut answer = decide(positive, current.normal(), target);
    if positive != operator {
        answer.truth = answer.truth.negate();
    }
    answer
}

fn decide(operator: Operator, current: Current<'_>, target: &Value) -> Answer {
    if let Some(expression) = runtime(current).or_else(|| runtime(Current::Value(target))) {
        return Answer::runtime(expression);
    }
    if target.is_null() {
        return Answer::fails(format!("the target of `{}` is null", operator.as_str()));
    }
    match operator {
        Operator::Equals => equals(current, target),
        Operator::In => is_in(current, target),
        Operator::Like => like(current, target),
        Operator::Match => matches(current, target, true),
        Operator::MatchInsensitively => matches(current, target, false),
        Operator::Contains => contains(current, target),
        Operator::ContainsKey => match (current, text_of(target)) {
            (Current::Value(Value::Object(object)), Some(key)) => Answer::sure(has_key(object, &key)),
            _ => Answer::sure(false),
        },
        Operator::Exists => exists(current, target),
        Operator::Less => order(current, target, operator, Ordering::is_lt),
        Operator::LessOrEquals => order(current, target, operator, Ordering::is_le),
        Operator::Greater => order(current, target, operator, Ordering::is_gt),
        Operator::GreaterOrEquals => order(current, target, operator, Ordering::is_ge),
        Operator::NotContains
        | Operator::NotContainsKey
        | Operator::NotEquals
        | Operator::NotIn
        | Operator::NotLike
        | Operator::NotMatch
        | Operator::NotMatchInsensitively => unreachable!("negated conditions are decided by the others"),
    }
}

fn has_key(object: &crate::arm::Object, key: &str) -> bool {
    object.iter().any(|(known, _)| fold::equal(known, key))
}

/// The expression of what only a running deployment knows.
fn runtime(current: Current<'_>) -> Option<&str> {
    match current {
        Current::Value(Value::Runtime(expression)) => Some(expression),
        _ => None,
    }
}

/// The text of a scalar, as .NET writes it; nothing for arrays and objects.
fn text_of(value: &Value) -> Option<Cow<'_, str>> {
    Some(match value {
        Value::String(text) => Cow::Borrowed(&**text),
        Value::Null => Cow::Borrowed(""),
        Value::Bool(true) => Cow::Borrowed("True"),
        Value::Bool(false) => Cow::Borrowed("False"),
        Value::Int(number) => Cow::Owned(number.to_string()),
        Value::Float(number) => Cow::Owned(number.to_string()),
        Value::Array(_) | Value::Object(_) | Value::Runtime(_) => return None,
    })
}

fn text_of_current(current: Current<'_>) -> Option<Cow<'_, str>> {
    match current {
        Current::Missing => Some(Cow::Borrowed("")),
        Current::Text(text) => Some(Cow::Borrowed(text)),
        Current::Value(value) => text_of(value),
    }
}

fn equals(current: Current<'_>, target: &Value) -> Answer {
    match (current, target) {
        (Current::Missing, Value::Null) => Answer::sure(true),
        (Current::Missing, Value::String(text)) if text.is_empty() => {
            Answer::doubtful(true, Doubt::MissingEqualsEmpty)
        }
        (Current::Missing, _) => Answer::sure(false),
        (Current::Text(a), Value::String(b)) => Answer::sure(fold::equal(a, b)),
        (Current::Value(a), b) if number(a).is_some() && number(b).is_some() => {
            Answer::sure(order_numbers(a, b) == Some(Ordering::Equal))
        }
        (current, target) => {
            let (Some(a), Some(b)) = (text_of_current(current), text_of(target)) else {
                return Answer::sure(false);
            };
            let equal = fold::equal(&a, &b);
            let numbers = is_number(current) != number(target).is_some();
            let unlike = numbers && !equal && a.parse::<f64>().is_ok_and(|a| b.parse() == Ok(a));
            if unlike { Answer::doubtful(false, Doubt::NumberAndText) } else { Answer::sure(equal) }
        }
    }
}

fn is_number(current: Current<'_>) -> bool {
    matches!(current, Current::Value(Value::Int(_) | Value::Float(_)))
}

fn is_in(current: Current<'_>, target: &Value) -> Answer {
    let Value::Array(items) = target else {
        return Answer::fails(format!("`in` wants a list, and its target is {}", described(target)));
    };
    let mut found = Answer::sure(false);
    for item in items.iter() {
        let answer = match runtime(Current::Value(item)) {
            Some(expression) => Answer::runtime(expression),
            None => equals(current, item),
        };
        if answer.doubt == Some(Doubt::MissingEqualsEmpty) {
            return Answer::doubtful(true, Doubt::ListHoldsEmpty);
        }
        found = Answer { truth: found.truth.or(answer.truth), doubt: found.doubt.or(answer.doubt) };
        if found.truth == Truth::True {
            return found;
        }
    }
    found
}

fn like(current: Current<'_>, target: &Value) -> Answer {
    let Some(pattern) = text_of(target) else { return Answer::sure(false) };
    if !pattern.contains('*') {
        return equals(current, target);
    }
    let doubt = (pattern.matches('*').count() > 1).then_some(Doubt::ManyStars);
    match current {
        Current::Missing if pattern.chars().all(|c| c == '*') => {
            Answer::doubtful(false, Doubt::PatternMatchesMissing)
        }
        Current::Missing => Answer::sure(false),
        current => {
            let holds = text_of_current(current).is_some_and(|text| fold::like(&text, &pattern));
            Answer { truth: holds.into(), doubt }
        }
    }
}

fn matches(current: Current<'_>, target: &Value, with_case: bool) -> Answer {
    let Some(pattern) = text_of(target) else { return Answer::sure(false) };
    let holds = text_of_current(current).is_some_and(|text| fold::matches(&text, &pattern, with_case));
    let doubt = (holds && current == Current::Missing).then_some(Doubt::PatternMatchesMissing);
    Answer { truth: holds.into(), doubt }
}

fn contains(current: Current<'_>, target: &Value) -> Answer {
    match (current, text_of(target)) {
        (Current::Value(Value::Array(items)), _) => {
            let truth = items.iter().fold(Truth::False, |found, item| {
                let item = Current::Value(item).normal();
                found.or(match runtime(item) {
                    Some(expression) => Answer::runtime(expression).truth,
                    None if item == Current::Missing => Truth::False,
                    None => equals(item, target).truth,
                })
            });
            Answer { truth, doubt: Some(Doubt::ContainsInArray) }
        }
        (Current::Value(Value::Object(object)), Some(key)) => Answer::sure(has_key(object, &key)),
        (Current::Missing, Some(part)) if part.is_empty() => {
            Answer::doubtful(true, Doubt::MissingEqualsEmpty)
        }
        (current, Some(part)) => {
            let holds = text_of_current(current).is_some_and(|text| fold::contains(&text, &part));
            Answer::sure(holds)
        }
        (_, None) => Answer::sure(false),
    }
}

fn exists(current: Current<'_>, target: &Value) -> Answer {
    let wanted = match target {
        Value::Bool(wanted) => *wanted,
        Value::String(text) if text.eq_ignore_ascii_case("true") => true,
        Value::String(text) if text.eq_ignore_ascii_case("false") => false,
        other => {
            return Answer::fails(format!(
                "`exists` wants `true` or `false`, and its target is {}",
                described(other)
            ));
        }
    };
    Answer::sure((current != Current::Missing) == wanted)
}

fn described(value: &Value) -> String {
    match value {
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        other => format!("`{other}`"),
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        #[expect(clippy::cast_precision_loss, reason = "whether it is a number is all that counts here")]
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}

fn order_numbers(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        _ => number(a)?.partial_cmp(&number(b)?),
    }
}

fn order(current: Current<'_>, target: &Value, operator: Operator, holds: fn(Ordering) -> bool) -> Answer {
    let name = operator.as_str();
    if current == Current::Missing {
        return Answer::fails(format!("`{name}` compares a value that is missing"));
    }
    let mismatch = |current: Current<'_>| {
        let current = current.to_value().unwrap_or(Value::Null);
        Answer::fails(format!("`{name}` can't order {} and {}", described(&current), described(target)))
    };
    let found = match (current, target) {
        (Current::Value(value), Value::Int(_) | Value::Float(_)) => order_numbers(value, target),
        (Current::Text(text), Value::String(wanted)) => match (time(wanted), time(text)) {
            (Some(wanted), Some(given)) => Some(given.cmp(&wanted)),
            (Some(_), None) => None,
            (None, _) => {
                if let Some(order) = culture_order(&text.to_lowercase(), &wanted.to_lowercase()) {
                    Some(order)
                } else {
                    let cause = Cause::MissingFact("how .NET orders texts beyond ASCII".into());
                    return Answer::unknown([cause]);
                }
            }
        },
        _ => None,
    };
    found.map_or_else(|| mismatch(current), |found| Answer::sure(holds(found)))
}

/// A time in the forms that the service orders: `yyyy-MM-ddTHH:mm:ss[.fffffff]Z`.
fn time(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    let whole = bytes.len() >= 20 && bytes.len() <= 28 && bytes[10] == b'T' && text.ends_with('Z');
    if whole { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests;
