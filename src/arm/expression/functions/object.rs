//! Functions of objects.
//!
//! <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-object>

use std::sync::Arc;

use crate::arm::expression::residual;
use crate::arm::semantics::UnionKeys;
use crate::arm::{Object, Value, deep_equal};

use super::array::without_repetition;
use super::{ANY, Answer, FunctionEntry, Setting, by_key, error, text_at, wrong};

pub(super) static TABLE: &[FunctionEntry] = &[
    FunctionEntry::pure("createObject", (0, ANY), create_object).constructor(),
    FunctionEntry::pure("items", (1, 1), items).structural(),
    FunctionEntry::pure("null", (0, 0), |_| Ok(Value::Null)),
    FunctionEntry::pure("objectKeys", (1, 1), object_keys).structural(),
    FunctionEntry::pure("shallowMerge", (1, 1), shallow_merge),
];

fn create_object(arguments: &[Value]) -> Answer {
    if !arguments.len().is_multiple_of(2) {
        return error("every key needs a value: the number of arguments has to be even");
    }
    if arguments.iter().step_by(2).any(Value::has_runtime) {
        return residual::call("createobject", arguments);
    }
    let mut object = Object::new();
    for (index, pair) in arguments.chunks_exact(2).enumerate() {
        let key = text_at(arguments, 2 * index)?;
        if object.contains_key(key) {
            return error(format!("the key '{key}' is given twice"));
        }
        object.push(key, pair[1].clone());
    }
    Ok(object.into())
}

/// `[{key, value}…]`, sorted by key without case.
fn items(arguments: &[Value]) -> Answer {
    let Value::Object(object) = &arguments[0] else { return wrong(arguments, 0, "an Object") };
    let mut members: Vec<_> = object.iter().collect();
    members.sort_by(|a, b| by_key(a.0, b.0));
    Ok(members
        .into_iter()
        .map(|(key, value)| Value::object([("key", Value::String(key.clone())), ("value", value.clone())]))
        .collect())
}

/// Sorted by key without case, as `items` are.
fn object_keys(arguments: &[Value]) -> Answer {
    let Value::Object(object) = &arguments[0] else { return wrong(arguments, 0, "an Object") };
    let mut keys: Vec<&Arc<str>> = object.iter().map(|(key, _)| key).collect();
    keys.sort_by(|a, b| by_key(a, b));
    Ok(keys.into_iter().map(|key| Value::String(key.clone())).collect())
}

fn shallow_merge(arguments: &[Value]) -> Answer {
    let Value::Array(items) = &arguments[0] else { return wrong(arguments, 0, "an array of Objects") };
    let mut merged = Object::new();
    for item in items.iter() {
        match item {
            Value::Null => {}
            Value::Object(object) => {
                for (key, value) in object.iter() {
                    merged.insert(key.clone(), value.clone());
                }
            }
            other => return error(format!("every item has to be an Object, not {}", super::a_kind(other))),
        }
    }
    Ok(merged.into())
}

/// Arrays: each value once. Objects: merged at every depth, the last one wins; arrays in them are replaced.
/// Nulls are left out.
pub(super) fn union(setting: Setting<'_>, arguments: &[Value]) -> Answer {
    let known: Vec<(usize, &Value)> =
        arguments.iter().enumerate().filter(|(_, value)| !value.is_null()).collect();
    match known.first() {
        None => Ok(Value::Null),
        Some((_, Value::Array(_))) => {
            let mut all = Vec::new();
            for (index, value) in known {
                let Value::Array(items) = value else { return wrong(arguments, index, "an Array") };
                all.extend(items.iter());
            }
            Ok(Value::array(without_repetition(all.into_iter())))
        }
        Some((_, Value::Object(_))) => {
            let mut merged = Object::new();
            for (index, value) in known {
                let Value::Object(object) = value else { return wrong(arguments, index, "an Object") };
                merge(&mut merged, object, setting.semantics.union_keys);
            }
            Ok(merged.into())
        }
        Some((index, _)) => wrong(arguments, *index, "an Array or an Object"),
    }
}

fn merge(into: &mut Object, from: &Object, keys: UnionKeys) {
    for (key, value) in from.iter() {
        if keys == UnionKeys::Last {
            into.respell(key);
        }
        match (into.get(key), value) {
            (Some(Value::Object(before)), Value::Object(more)) => {
                let mut merged = (**before).clone();
                merge(&mut merged, more, keys);
                into.insert(key.clone(), merged);
            }
            _ => into.insert(key.clone(), value.clone()),
        }
    }
}

/// What all arguments have: items by value, members by exact name and value.
pub(super) fn intersection(arguments: &[Value]) -> Answer {
    match &arguments[0] {
        Value::Array(first) => {
            let mut others = Vec::new();
            for index in 1..arguments.len() {
                let Value::Array(items) = &arguments[index] else {
                    return wrong(arguments, index, "an Array");
                };
                others.push(items);
            }
            let everywhere =
                |item: &&Value| others.iter().all(|items| items.iter().any(|other| deep_equal(other, item)));
            Ok(Value::array(without_repetition(first.iter().filter(everywhere))))
        }
        Value::Object(first) => {
            let mut others = Vec::new();
            for index in 1..arguments.len() {
                let Value::Object(object) = &arguments[index] else {
                    return wrong(arguments, index, "an Object");
                };
                others.push(object);
            }
            let everywhere = |key: &Arc<str>, value: &Value| {
                others.iter().all(|object| {
                    object.iter().any(|(other, found)| other == key && deep_equal(found, value))
                })
            };
            Ok(first
                .iter()
                .filter(|(key, value)| everywhere(key, value))
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect::<Object>()
                .into())
        }
        _ => wrong(arguments, 0, "an Array or an Object"),
    }
}
