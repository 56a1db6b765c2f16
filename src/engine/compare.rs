//! The conditions of the rule language, each over one value and one target.
//!
//! The negated ones are the exact complement of the others. For what is missing this makes them true, except
//! where the other one accepts the empty text.

use std::borrow::Cow;
use std::cmp::Ordering;

use jiff::Timestamp;

use crate::arm::semantics::{
    ContainsInArray, ContainsInObject, DateWithoutTime, LikeQuestionMark, LikeStars, MatchLetter,
    MissingEqualsEmpty, MissingInList, MissingLikeStar, MissingMatchesEmpty, MissingOrdered, NullOrdered,
    NullTarget, NumberAndText, Semantics, ShortCircuit, UnlikeOrdered,
};
use crate::arm::{Value, culture_order};
use crate::policy::Operator;

use super::{Cause, Doubt, Truth, fold};

/// What a condition looks at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Current<'a> {
    /// Nothing stands there.
    Missing,
    /// A `value` that is null: as what is missing, but for the conditions that order.
    Null,
    /// A text that isn't kept as a value: a type, a name.
    Text(&'a str),
    /// A value; `null` counts as missing.
    Value(&'a Value),
}

impl<'a> Current<'a> {
    /// What a `value` comes out as.
    pub(super) fn of_value(value: &'a Value) -> Current<'a> {
        if value.is_null() { Current::Null } else { Current::Value(value) }
    }

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
            Current::Null => Some(Value::Null),
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
pub(super) fn compare(
    semantics: &Semantics,
    operator: Operator,
    current: Current<'_>,
    target: &Value,
) -> Answer {
    let positive = operator.positive();
    let mut answer = decide(semantics, positive, current.normal(), target);
    if positive != operator {
        answer.truth = answer.truth.negate();
    }
    answer
}

fn decide(semantics: &Semantics, operator: Operator, current: Current<'_>, target: &Value) -> Answer {
    if let Some(expression) = runtime(current).or_else(|| runtime(Current::Value(target))) {
        return Answer::runtime(expression);
    }
    if target.is_null() {
        if semantics.null_target == NullTarget::EmptyText && compares_texts(operator) {
            return decide(semantics, operator, current, &"".into());
        }
        return Answer::fails(format!("the target of `{}` is null", operator.as_str()));
    }
    let current = match current {
        Current::Null if !operator.orders() => Current::Missing,
        current => current,
    };
    match operator {
        Operator::Equals => equals(semantics, current, target),
        Operator::In => is_in(semantics, current, target),
        Operator::Like => like(semantics, current, target),
        Operator::Match => matches(semantics, current, target, true),
        Operator::MatchInsensitively => matches(semantics, current, target, false),
        Operator::Contains => contains(semantics, current, target),
        Operator::ContainsKey => match (current, text_of(target)) {
            (Current::Value(Value::Object(object)), Some(key)) => Answer::sure(has_key(object, &key)),
            _ => Answer::sure(false),
        },
        Operator::Exists => exists(current, target),
        Operator::Less => order(semantics, current, target, operator, Ordering::is_lt),
        Operator::LessOrEquals => order(semantics, current, target, operator, Ordering::is_le),
        Operator::Greater => order(semantics, current, target, operator, Ordering::is_gt),
        Operator::GreaterOrEquals => order(semantics, current, target, operator, Ordering::is_ge),
        Operator::NotContains
        | Operator::NotContainsKey
        | Operator::NotEquals
        | Operator::NotIn
        | Operator::NotLike
        | Operator::NotMatch
        | Operator::NotMatchInsensitively => unreachable!("negated conditions are decided by the others"),
    }
}

/// Whether the target of a condition is a text: null is the empty one.
fn compares_texts(operator: Operator) -> bool {
    !operator.orders() && !matches!(operator, Operator::In | Operator::Exists)
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
        Value::Float(number) => Cow::Owned(format!("{number:?}")),
        Value::Array(_) | Value::Object(_) | Value::Runtime(_) => return None,
    })
}

fn text_of_current(current: Current<'_>) -> Option<Cow<'_, str>> {
    match current {
        Current::Missing | Current::Null => Some(Cow::Borrowed("")),
        Current::Text(text) => Some(Cow::Borrowed(text)),
        Current::Value(value) => text_of(value),
    }
}

fn equals(semantics: &Semantics, current: Current<'_>, target: &Value) -> Answer {
    match (current, target) {
        (Current::Missing, Value::String(text)) if text.is_empty() => is_empty_text(semantics),
        (Current::Missing, Value::Null) => Answer::sure(true),
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
            match semantics.number_and_text {
                NumberAndText::Spelling if unlike => Answer::doubtful(false, Doubt::NumberAndText),
                NumberAndText::Value if unlike => Answer::sure(true),
                NumberAndText::Spelling | NumberAndText::Value => Answer::sure(equal),
            }
        }
    }
}

/// Whether what is missing equals the empty text.
fn is_empty_text(semantics: &Semantics) -> Answer {
    match semantics.missing_equals_empty {
        MissingEqualsEmpty::Equal => Answer::doubtful(true, Doubt::MissingEqualsEmpty),
        MissingEqualsEmpty::Unlike => Answer::sure(false),
    }
}

fn is_number(current: Current<'_>) -> bool {
    matches!(current, Current::Value(Value::Int(_) | Value::Float(_)))
}

fn is_in(semantics: &Semantics, current: Current<'_>, target: &Value) -> Answer {
    let Value::Array(items) = target else {
        return Answer::fails(format!("`in` wants a list, and its target is {}", described(target)));
    };
    if current == Current::Missing && items.iter().any(|item| item.as_str() == Some("")) {
        return match semantics.missing_in_list {
            MissingInList::Found => Answer::doubtful(true, Doubt::ListHoldsEmpty),
            MissingInList::NotFound => Answer::sure(false),
        };
    }
    let mut found = Answer::sure(false);
    for item in items.iter() {
        let answer = match runtime(Current::Value(item)) {
            Some(expression) => Answer::runtime(expression),
            None => equals(semantics, current, item),
        };
        let truth = found.truth.or(answer.truth, ShortCircuit::AnyOrder);
        found = Answer { truth, doubt: found.doubt.or(answer.doubt) };
        if found.truth == Truth::True {
            return found;
        }
    }
    found
}

fn like(semantics: &Semantics, current: Current<'_>, target: &Value) -> Answer {
    let Some(pattern) = text_of(target) else { return Answer::sure(false) };
    let any_character = semantics.like_question_mark == LikeQuestionMark::OneCharacter;
    let plain = |c: char| c != '*' && (c != '?' || !any_character);
    if pattern.chars().all(plain) {
        return equals(semantics, current, target);
    }
    let stars = pattern.matches('*').count();
    if stars > 1 && semantics.like_stars == LikeStars::Error {
        return Answer::fails(format!(
            "the pattern `{pattern}` of `like` has {stars} stars, and one is allowed"
        ));
    }
    let doubt = (stars > 1).then_some(Doubt::ManyStars);
    match current {
        Current::Missing if pattern.chars().all(|c| c == '*') => match semantics.missing_like_star {
            MissingLikeStar::Differs => Answer::doubtful(false, Doubt::PatternMatchesMissing),
            MissingLikeStar::Matches => Answer::sure(true),
        },
        Current::Missing => Answer::sure(false),
        current => {
            let fits = |text: Cow<'_, str>| fold::like(&text, &pattern, any_character);
            Answer { truth: text_of_current(current).is_some_and(fits).into(), doubt }
        }
    }
}

fn matches(semantics: &Semantics, current: Current<'_>, target: &Value, with_case: bool) -> Answer {
    let Some(pattern) = text_of(target) else { return Answer::sure(false) };
    let letter = match semantics.match_letter {
        MatchLetter::Unicode => char::is_alphabetic,
        MatchLetter::Ascii => |c: char| c.is_ascii_alphabetic(),
    };
    let fits = |text: Cow<'_, str>| fold::matches(&text, &pattern, with_case, letter);
    let holds = text_of_current(current).is_some_and(fits);
    if !holds || current != Current::Missing {
        return Answer::sure(holds);
    }
    match semantics.missing_matches_empty {
        MissingMatchesEmpty::Matches => Answer::doubtful(true, Doubt::PatternMatchesMissing),
        MissingMatchesEmpty::Differs => Answer::sure(false),
    }
}

fn contains(semantics: &Semantics, current: Current<'_>, target: &Value) -> Answer {
    match (current, text_of(target)) {
        (Current::Value(Value::Array(items)), _) => {
            if semantics.contains_in_array == ContainsInArray::False {
                return Answer::sure(false);
            }
            let truth = items.iter().fold(Truth::False, |found, item| {
                let item = Current::Value(item).normal();
                let holds = match runtime(item) {
                    Some(expression) => Answer::runtime(expression).truth,
                    None if item == Current::Missing => Truth::False,
                    None => equals(semantics, item, target).truth,
                };
                found.or(holds, ShortCircuit::AnyOrder)
            });
            Answer { truth, doubt: Some(Doubt::ContainsInArray) }
        }
        (Current::Value(Value::Object(object)), Some(key)) => match semantics.contains_in_object {
            ContainsInObject::Key => Answer::doubtful(has_key(object, &key), Doubt::ContainsInObject),
            ContainsInObject::False => Answer::sure(false),
        },
        (Current::Missing, Some(part)) if part.is_empty() => is_empty_text(semantics),
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

fn order(
    semantics: &Semantics,
    current: Current<'_>,
    target: &Value,
    operator: Operator,
    holds: fn(Ordering) -> bool,
) -> Answer {
    let name = operator.as_str();
    let unsaid = |what: &str| {
        let text = format!("what `{name}` says of a value that is {what} isn't documented");
        Answer::unknown([Cause::MissingFact(text.into())])
    };
    match (current, semantics.missing_ordered, semantics.null_ordered) {
        (Current::Missing, MissingOrdered::Unknown, _) => return unsaid("missing"),
        (Current::Null, _, NullOrdered::Unknown) => return unsaid("null"),
        (Current::Missing, MissingOrdered::False, _) | (Current::Null, _, NullOrdered::False) => {
            return Answer::sure(false);
        }
        (Current::Missing, MissingOrdered::Error, _) => {
            return Answer::fails(format!("`{name}` compares a value that is missing"));
        }
        (Current::Null, _, NullOrdered::Error) => {
            return Answer::fails(format!("`{name}` compares a value that is null"));
        }
        _ => {}
    }
    let found = match (current, target) {
        (Current::Value(value), Value::Int(_) | Value::Float(_)) => order_numbers(value, target),
        (Current::Text(text), Value::String(wanted)) => match (time(wanted), time(text)) {
            (Some(wanted), Some(given)) => Some(given.cmp(&wanted)),
            (Some(wanted), None) => match semantics.date_without_time {
                DateWithoutTime::Error => None,
                DateWithoutTime::Midnight => midnight(text).map(|given| given.cmp(&wanted)),
            },
            (None, _) => {
                let order = culture_order(&text.to_lowercase(), &wanted.to_lowercase());
                if order.is_none() {
                    let cause = Cause::MissingFact("how .NET orders texts beyond ASCII".into());
                    return Answer::unknown([cause]);
                }
                order
            }
        },
        _ => None,
    };
    match (found, semantics.unlike_ordered) {
        (Some(found), _) => Answer::sure(holds(found)),
        (None, UnlikeOrdered::False) => Answer::sure(false),
        (None, UnlikeOrdered::Error) => {
            let current = current.to_value().unwrap_or(Value::Null);
            Answer::fails(format!("`{name}` can't order {} and {}", described(&current), described(target)))
        }
    }
}

/// The start of a day, from `yyyy-MM-dd`.
fn midnight(text: &str) -> Option<Timestamp> {
    if text.len() == 10 { format!("{text}T00:00:00Z").parse().ok() } else { None }
}

/// A time in the forms that the service orders: `yyyy-MM-ddTHH:mm:ss[.fffffff]Z`.
fn time(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    let whole = bytes.len() >= 20 && bytes.len() <= 28 && bytes[10] == b'T' && text.ends_with('Z');
    if whole { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests;
