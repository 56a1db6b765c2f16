//! Functions of arrays, and of what counts as a collection.
//!
//! <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-array>

use crate::arm::expression::evaluate::member;
use crate::arm::expression::{Dialect, Failure};
use crate::arm::semantics::{ContainsCase, LengthOfNull};
use crate::arm::{Value, deep_equal};

use super::{ANY, Answer, FunctionEntry, Lambda, Setting, Special, error, int_at, object, text, wrong};

pub(super) static TABLE: &[FunctionEntry] = &[
    FunctionEntry::pure("array", (1, 1), |arguments| Ok(array(&arguments[0]))).structural(),
    FunctionEntry::pure("concat", (1, ANY), concat).structural(),
    FunctionEntry::placed("contains", (2, 2), contains),
    FunctionEntry::pure("createArray", (0, ANY), |items| Ok(items.iter().cloned().collect())).constructor(),
    FunctionEntry::pure("distinct", (1, 1), distinct),
    FunctionEntry::pure("empty", (1, 1), empty).structural(),
    FunctionEntry::pure("first", (1, 1), first).structural(),
    FunctionEntry::pure("flatten", (1, 1), flatten),
    FunctionEntry::pure("indexFromEnd", (2, 2), index_from_end).structural(),
    FunctionEntry::pure("indexOf", (2, 2), |arguments| index_of(arguments, false)),
    FunctionEntry::pure("intersection", (1, ANY), object::intersection),
    FunctionEntry::pure("last", (1, 1), last).structural(),
    FunctionEntry::pure("lastIndexOf", (2, 2), |arguments| index_of(arguments, true)),
    FunctionEntry::placed("length", (1, 1), length).structural(),
    FunctionEntry::pure("range", (2, 2), range),
    FunctionEntry::pure("skip", (2, 2), |arguments| part(arguments, true)).structural(),
    FunctionEntry::pure("take", (2, 2), |arguments| part(arguments, false)).structural(),
    FunctionEntry::pure("tryGet", (2, ANY), try_get).structural(),
    FunctionEntry::pure("tryIndexFromEnd", (2, 2), try_index_from_end).structural(),
    FunctionEntry::placed("union", (1, ANY), object::union),
    FunctionEntry::special("filter", (2, 2), Special::Lambda(Lambda::Filter)).in_templates(),
    FunctionEntry::special("groupBy", (2, 3), Special::Lambda(Lambda::GroupBy)).in_templates(),
    FunctionEntry::special("lambda", (1, ANY), Special::Lambda(Lambda::Itself)).in_templates(),
    FunctionEntry::special("lambdaVariables", (1, 1), Special::Lambda(Lambda::Variables)).in_templates(),
    FunctionEntry::special("map", (2, 2), Special::Lambda(Lambda::Map)).in_templates(),
    FunctionEntry::special("mapValues", (2, 2), Special::Lambda(Lambda::MapValues)).in_templates(),
    FunctionEntry::special("reduce", (3, 3), Special::Lambda(Lambda::Reduce)).in_templates(),
    FunctionEntry::special("sort", (2, 2), Special::Lambda(Lambda::Sort)).in_templates(),
    FunctionEntry::special("toObject", (2, 3), Special::Lambda(Lambda::ToObject)).in_templates(),
];

/// The most elements that `range` gives.
const RANGE_LIMIT: i64 = 10_000;

/// An array stays one; anything else becomes its only item.
fn array(value: &Value) -> Value {
    match value {
        array @ Value::Array(_) => array.clone(),
        other => Value::array([other.clone()]),
    }
}

/// All arrays, or texts, integers and Booleans; nulls are left out.
fn concat(arguments: &[Value]) -> Answer {
    let known = arguments.iter().enumerate().filter(|(_, value)| !value.is_null());
    if arguments.iter().any(|value| matches!(value, Value::Array(_))) {
        let mut items = Vec::new();
        for (index, value) in known {
            let Value::Array(more) = value else {
                return wrong(arguments, index, "an Array, as the others are");
            };
            items.extend(more.iter().cloned());
        }
        return Ok(Value::array(items));
    }
    let mut joined = String::new();
    for (index, value) in known {
        match value {
            Value::String(text) => joined.push_str(text),
            Value::Int(number) => joined.push_str(&number.to_string()),
            Value::Bool(value) => joined.push_str(if *value { "True" } else { "False" }),
            _ => return wrong(arguments, index, "a String or an Array"),
        }
    }
    Ok(joined.into())
}

/// Texts without case in rules and with case in templates; keys without case; items by value.
fn contains(setting: Setting<'_>, arguments: &[Value]) -> Answer {
    match (&arguments[0], &arguments[1]) {
        (Value::String(text), Value::String(part)) => {
            let minded = setting.dialect == Dialect::Template
                || setting.semantics.contains_case == ContainsCase::Minded;
            let found =
                if minded { text.contains(&**part) } else { text::index_of(text, part, false).is_some() };
            Ok(found.into())
        }
        (Value::String(text), Value::Int(number)) => Ok(text.contains(&number.to_string()).into()),
        (Value::Array(items), item) => Ok(items.iter().any(|other| deep_equal(other, item)).into()),
        (Value::Object(object), Value::String(key)) => Ok(object.contains_key(key).into()),
        (Value::Object(object), Value::Int(key)) => Ok(object.contains_key(&key.to_string()).into()),
        (Value::String(_) | Value::Object(_), _) => wrong(arguments, 1, "a String"),
        _ => wrong(arguments, 0, "a String, an Array or an Object"),
    }
}

fn distinct(arguments: &[Value]) -> Answer {
    let Value::Array(items) = &arguments[0] else { return wrong(arguments, 0, "an Array") };
    Ok(Value::array(without_repetition(items.iter())))
}

/// Each value once, where it comes first.
pub(super) fn without_repetition<'a>(items: impl Iterator<Item = &'a Value>) -> Vec<Value> {
    let mut kept: Vec<Value> = Vec::new();
    for item in items {
        if !kept.iter().any(|other| deep_equal(other, item)) {
            kept.push(item.clone());
        }
    }
    kept
}

fn empty(arguments: &[Value]) -> Answer {
    Ok(match &arguments[0] {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(object) => object.is_empty(),
        _ => return wrong(arguments, 0, "a String, an Array or an Object"),
    }
    .into())
}

fn length(setting: Setting<'_>, arguments: &[Value]) -> Answer {
    let refused =
        setting.dialect == Dialect::Template && setting.semantics.length_of_null == LengthOfNull::Error;
    let count = match &arguments[0] {
        Value::Null if !refused => 0,
        Value::String(text) => text::length(text),
        Value::Array(items) => items.len(),
        Value::Object(object) => object.len(),
        _ => return wrong(arguments, 0, "a String, an Array or an Object"),
    };
    Ok(Value::Int(i64::try_from(count).unwrap_or(i64::MAX)))
}

fn first(arguments: &[Value]) -> Answer {
    match &arguments[0] {
        Value::Null => Ok(Value::Null),
        Value::String(text) => Ok(text::slice(text, 0, 1).into()),
        Value::Array(items) => Ok(items.first().cloned().unwrap_or(Value::Null)),
        _ => wrong(arguments, 0, "a String or an Array"),
    }
}

fn last(arguments: &[Value]) -> Answer {
    match &arguments[0] {
        Value::Null => Ok(Value::Null),
        Value::String(text) => Ok(text::slice(text, text::length(text).saturating_sub(1), 1).into()),
        Value::Array(items) => Ok(items.last().cloned().unwrap_or(Value::Null)),
        _ => wrong(arguments, 0, "a String or an Array"),
    }
}

fn flatten(arguments: &[Value]) -> Answer {
    let Value::Array(outer) = &arguments[0] else { return wrong(arguments, 0, "an array of Arrays") };
    let mut flat = Vec::new();
    for inner in outer.iter() {
        let Value::Array(items) = inner else {
            return error(format!("every item has to be an Array, not {}", super::a_kind(inner)));
        };
        flat.extend(items.iter().cloned());
    }
    Ok(Value::array(flat))
}

/// Texts in texts without case; items by value; nothing in null.
fn index_of(arguments: &[Value], from_end: bool) -> Answer {
    let found = match (&arguments[0], &arguments[1]) {
        (Value::Null, _) => None,
        (Value::String(text), Value::String(part)) => text::index_of(text, part, from_end),
        (Value::String(_), _) => return wrong(arguments, 1, "a String"),
        (Value::Array(items), item) if from_end => items.iter().rposition(|other| deep_equal(other, item)),
        (Value::Array(items), item) => items.iter().position(|other| deep_equal(other, item)),
        _ => return wrong(arguments, 0, "a String or an Array"),
    };
    Ok(Value::Int(found.and_then(|at| i64::try_from(at).ok()).unwrap_or(-1)))
}

/// The item that stands so far from the end, counted from one.
fn from_end(items: &[Value], index: i64) -> Option<&Value> {
    let back = usize::try_from(index).ok().filter(|back| *back > 0)?;
    items.len().checked_sub(back).map(|at| &items[at])
}

fn index_from_end(arguments: &[Value]) -> Answer {
    let Value::Array(items) = &arguments[0] else { return wrong(arguments, 0, "an Array") };
    let index = int_at(arguments, 1)?;
    match from_end(items, index) {
        Some(item) => Ok(item.clone()),
        None => error(format!("the index '{index}' from the end is out of bounds")),
    }
}

fn try_index_from_end(arguments: &[Value]) -> Answer {
    Ok(match (&arguments[0], &arguments[1]) {
        (Value::Array(items), Value::Int(index)) => from_end(items, *index).cloned().unwrap_or(Value::Null),
        (Value::Array(_) | Value::Null, _) => Value::Null,
        _ => return wrong(arguments, 0, "an Array"),
    })
}

fn range(arguments: &[Value]) -> Answer {
    let (start, count) = (int_at(arguments, 0)?, int_at(arguments, 1)?);
    if !(0..=RANGE_LIMIT).contains(&count) {
        return error(format!("the number of elements has to be between 0 and {RANGE_LIMIT}"));
    }
    match start.checked_add(count).filter(|end| *end <= i64::from(i32::MAX)) {
        Some(end) => Ok((start..end).map(Value::Int).collect()),
        None => error(format!("the range has to end before {}", i32::MAX)),
    }
}

/// `skip` and `take`: both clamp.
fn part(arguments: &[Value], skip: bool) -> Answer {
    let count = usize::try_from(int_at(arguments, 1)?).unwrap_or(0);
    match &arguments[0] {
        Value::Null => Ok(Value::Null),
        Value::String(text) if skip => Ok(text::slice(text, count, usize::MAX).into()),
        Value::String(text) => Ok(text::slice(text, 0, count).into()),
        Value::Array(items) if skip => Ok(items.iter().skip(count).cloned().collect()),
        Value::Array(items) => Ok(items.iter().take(count).cloned().collect()),
        _ => wrong(arguments, 0, "a String or an Array"),
    }
}

/// Only the first key is safe: it gives null where it is absent; a later one that is absent is an error.
fn try_get(arguments: &[Value]) -> Result<Value, Failure> {
    let [container, first, later @ ..] = arguments else { return wrong(arguments, 1, "a key") };
    let found = match (container, first) {
        (Value::Null, _) => None,
        (Value::Object(object), Value::String(key)) => object.get(key),
        (Value::Array(items), Value::Int(index)) => usize::try_from(*index).ok().and_then(|at| items.get(at)),
        (Value::Object(_), _) => return wrong(arguments, 1, "a String"),
        (Value::Array(_), _) => return wrong(arguments, 1, "an Integer"),
        _ => return wrong(arguments, 0, "an Object or an Array"),
    };
    match found {
        None => Ok(Value::Null),
        Some(value) => later.iter().try_fold(value.clone(), |value, key| member(&value, key)),
    }
}
