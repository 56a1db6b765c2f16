//! Values of one path of an event: what they may be, and whether one meets a list of conditions.

use std::sync::Arc;

use crate::arm;

use super::budget::Budget;
use super::facts::{EventSource, Form, PathKnowledge};
use super::rule::{Order, Rule, Test, is_plain};
use super::text::{Condition, Pattern, Solved, fold, solve as solve_text};

/// Tests, each with whether it is to hold.
pub(super) type Conditions = Vec<(Test, bool)>;

/// What a path's value may be, read as a type.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Domain {
    /// One of these, always.
    Closed(&'static [&'static str]),
    /// A text, always; each holds this.
    Text(Form),
    /// Nothing, always.
    Absent,
    /// Nothing is known: read as a text, …
    OpenText,
    /// … as an integer, …
    OpenInteger,
    /// … as a number, …
    OpenNumber,
    /// … as a Boolean; or absent.
    OpenBoolean,
    /// A rule of which it can't be said how it depends on others: this one holds, or doesn't.
    Free(Box<Test>),
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(Arc<str>),
    Integer(i128),
    Number(f64),
    Boolean(bool),
    /// None; whether rules with `NotEquals` hold of it.
    Missing(bool),
    /// Whether the rule of [`Domain::Free`] holds.
    Free(bool),
}

/// What a rule reads.
pub(super) fn domain(source: EventSource, rule: &Rule) -> Domain {
    if matches!(rule.test, Test::Broken(_)) || !is_plain(&rule.path) {
        return Domain::Free(Box::new(rule.test.clone()));
    }
    match (source.path(&rule.path), &rule.test) {
        (PathKnowledge::Foreign(_), _) => Domain::Absent,
        (PathKnowledge::Closed(values), Test::Text(..)) => Domain::Closed(values),
        (PathKnowledge::Text, Test::Text(..)) => Domain::Text(source.form(&rule.path)),
        // How the service reads a text as a number isn't documented.
        (PathKnowledge::Closed(_) | PathKnowledge::Text, test) => Domain::Free(Box::new(test.clone())),
        (PathKnowledge::Unknown, Test::Text(..)) => Domain::OpenText,
        (PathKnowledge::Unknown, Test::Integer(..)) => Domain::OpenInteger,
        (PathKnowledge::Unknown, Test::Number(..)) => Domain::OpenNumber,
        (PathKnowledge::Unknown, Test::Boolean(..)) => Domain::OpenBoolean,
        (PathKnowledge::Unknown, Test::Broken(_)) => Domain::Free(Box::new(rule.test.clone())),
    }
}

/// Whether a test holds of what differs from its value.
fn is_negative(test: &Test) -> bool {
    matches!(
        test,
        Test::Text(_, _, false)
            | Test::Integer(Order::NotEqual, _)
            | Test::Number(Order::NotEqual, _)
            | Test::Boolean(_, false)
    )
}

impl Domain {
    /// Whether a rule with this test, of the same path, reads a value of this domain.
    pub(super) fn is_of(&self, test: &Test) -> bool {
        match self {
            Domain::Closed(_) | Domain::Text(_) | Domain::OpenText => matches!(test, Test::Text(..)),
            Domain::Absent => !matches!(test, Test::Broken(_)),
            Domain::OpenInteger => matches!(test, Test::Integer(..)),
            Domain::OpenNumber => matches!(test, Test::Number(..)),
            Domain::OpenBoolean => matches!(test, Test::Boolean(..)),
            Domain::Free(own) => **own == *test,
        }
    }

    /// Whether what a rule says of an event follows from the event's known values.
    pub(super) fn is_sure(&self, rule: &Rule) -> bool {
        match self {
            Domain::Closed(_) | Domain::Text(_) => true,
            Domain::Absent => !is_negative(&rule.test),
            _ => false,
        }
    }
}

/// Whether a test holds of a value.
pub(super) fn holds(test: &Test, value: &Value) -> bool {
    match (test, value) {
        (_, Value::Free(holds)) => *holds,
        (test, Value::Missing(not_equals)) => is_negative(test) && *not_equals,
        (Test::Text(pattern, constant, wanted), Value::Text(text)) => pattern.fits(text, constant) == *wanted,
        (Test::Integer(order, constant), Value::Integer(value)) => order.holds(value, constant),
        (Test::Number(order, constant), Value::Number(value)) => order.holds(value, constant),
        (Test::Boolean(constant, wanted), Value::Boolean(value)) => (value == constant) == *wanted,
        _ => false,
    }
}

/// A value that meets all conditions.
pub(super) fn solve(domain: &Domain, conditions: &Conditions, budget: &Budget) -> Solved<Value> {
    match domain {
        Domain::Closed(values) => first(values.iter().map(|value| Value::Text(fold(value))), conditions)
            .map_or(Solved::None, Solved::Some),
        Domain::Text(form) => text(conditions, form, budget),
        Domain::Absent => missing(conditions).map_or(Solved::None, Solved::Some),
        Domain::OpenText => match text(conditions, &[], budget) {
            Solved::None => missing(conditions).map_or(Solved::None, Solved::Some),
            found => found,
        },
        Domain::OpenInteger => {
            let around = conditions.iter().flat_map(|(test, _)| match test {
                Test::Integer(_, value) => [value.saturating_sub(1), *value, value.saturating_add(1)],
                _ => [0; 3],
            });
            or_missing(around.chain([0]).map(Value::Integer), conditions)
        }
        Domain::OpenNumber => or_missing(numbers(conditions).into_iter().map(Value::Number), conditions),
        Domain::OpenBoolean => or_missing([true, false].into_iter().map(Value::Boolean), conditions),
        Domain::Free(_) => {
            first([true, false].into_iter().map(Value::Free), conditions).map_or(Solved::None, Solved::Some)
        }
    }
}

/// The constants, what lies between neighbours, and what lies beyond all: every way in which a number can stand to
/// them.
fn numbers(conditions: &Conditions) -> Vec<f64> {
    let mut constants: Vec<f64> = conditions
        .iter()
        .filter_map(|(test, _)| match test {
            Test::Number(_, value) => Some(*value),
            _ => None,
        })
        .collect();
    constants.sort_by(f64::total_cmp);
    constants.dedup();
    let between: Vec<f64> = constants.windows(2).map(|pair| pair[0] / 2.0 + pair[1] / 2.0).collect();
    let mut all = constants.clone();
    all.extend(between);
    if let (Some(least), Some(most)) = (constants.first(), constants.last()) {
        all.extend([least - 1.0 - least.abs(), most + 1.0 + most.abs()]);
    }
    all.push(0.0);
    all
}

fn met(value: &Value, conditions: &Conditions) -> bool {
    conditions.iter().all(|(test, wanted)| holds(test, value) == *wanted)
}

fn first(values: impl IntoIterator<Item = Value>, conditions: &Conditions) -> Option<Value> {
    values.into_iter().find(|value| met(value, conditions))
}

fn missing(conditions: &Conditions) -> Option<Value> {
    first([false, true].into_iter().map(Value::Missing), conditions)
}

fn or_missing(values: impl IntoIterator<Item = Value>, conditions: &Conditions) -> Solved<Value> {
    first(values, conditions).or_else(|| missing(conditions)).map_or(Solved::None, Solved::Some)
}

fn text(conditions: &Conditions, form: Form, budget: &Budget) -> Solved<Value> {
    let mut wanted: Vec<Condition> = conditions
        .iter()
        .filter_map(|(test, holds)| match test {
            Test::Text(pattern, constant, fits) => {
                Some(Condition { pattern: *pattern, constant: constant.clone(), holds: fits == holds })
            }
            _ => None,
        })
        .collect();
    debug_assert!(wanted.len() == conditions.len(), "a text is compared as a text");
    let held = |(pattern, constant): &(Pattern, &str)| Condition {
        pattern: *pattern,
        constant: (*constant).into(),
        holds: true,
    };
    wanted.extend(form.iter().map(held));
    match solve_text(&wanted, budget) {
        Solved::Some(text) => Solved::Some(Value::Text(text.into())),
        Solved::None => Solved::None,
        Solved::GivenUp => Solved::GivenUp,
    }
}

impl Value {
    /// As an event shows it; `None` for what isn't there, or isn't known.
    pub(super) fn shown(&self, domain: &Domain) -> Option<arm::Value> {
        match (self, domain) {
            (Value::Text(text), Domain::Closed(values)) => {
                let spelled = values.iter().find(|value| *fold(value) == **text)?;
                Some((*spelled).into())
            }
            (Value::Text(text), Domain::Text(_)) => Some(text.clone().into()),
            _ => None,
        }
    }
}
