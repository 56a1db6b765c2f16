//! Types of parameters: how they are declared, and whether a value fits.
//!
//! <https://learn.microsoft.com/azure/azure-resource-manager/templates/parameters>

use std::sync::Arc;

use crate::arm::expression::Failure;
use crate::arm::expression::functions::a_kind;
use crate::arm::{Object, Value, deep_equal};
use crate::source::{Node, NodeValue};

use super::model::{Discriminator, Kind, Shape};
use super::read::{Reader, literal};

/// How deep types refer to types.
const MAX_DEPTH: usize = 32;

/// Reads the type of a parameter, of a definition or of a part of one.
pub(super) fn read_shape(node: &Node, reader: &mut Reader) -> Shape {
    let mut shape = Shape::default();
    let int = |key: &str| match node.get(key).map(|value| &value.value) {
        Some(NodeValue::Int(number)) => Some(*number),
        _ => None,
    };
    shape.reference = node.get("$ref").and_then(Node::as_str).map(|text| {
        let name = text.rsplit('/').next().unwrap_or_default();
        Arc::from(name)
    });
    match node.get("type").map(|kind| (kind, kind.as_str().map(str::to_ascii_lowercase))) {
        Some((kind, text)) => {
            shape.kind = match text.as_deref() {
                Some("string" | "securestring") => Some(Kind::Text),
                Some("int") => Some(Kind::Integer),
                Some("bool") => Some(Kind::Boolean),
                Some("object" | "secureobject") => Some(Kind::Object),
                Some("array") => Some(Kind::Array),
                _ => {
                    let shown = kind.as_str().unwrap_or_else(|| kind.kind());
                    reader.refuse(format!("`{shown}` is no type of a parameter"), kind.span);
                    None
                }
            };
        }
        None if shape.reference.is_none() => reader.refuse("a parameter needs the member `type`", node.span),
        None => {}
    }
    shape.nullable = node.get("nullable").and_then(Node::as_bool) == Some(true);
    shape.allowed = node.get("allowedValues").map(|values| values.items().iter().map(literal).collect());
    shape.min_value = int("minValue");
    shape.max_value = int("maxValue");
    shape.min_length = int("minLength");
    shape.max_length = int("maxLength");
    shape.items =
        node.get("items").filter(|n| n.is_object()).map(|items| Box::new(read_shape(items, reader)));
    let properties = node.get("properties").map(Node::members).unwrap_or_default();
    shape.properties =
        properties.iter().map(|member| (member.key.clone(), read_shape(&member.value, reader))).collect();
    shape.sealed = node.get("additionalProperties").and_then(Node::as_bool) == Some(false)
        || node.get("sealed").and_then(Node::as_bool) == Some(true);
    shape.prefix = node
        .get("prefixItems")
        .map(Node::items)
        .unwrap_or_default()
        .iter()
        .map(|n| read_shape(n, reader))
        .collect();
    shape.closed = node.get("items").and_then(Node::as_bool) == Some(false);
    shape.discriminator = node.get("discriminator").map(|discriminator| {
        let property = discriminator.get("propertyName").and_then(Node::as_str).unwrap_or_default();
        let mapping = discriminator.get("mapping").map(Node::members).unwrap_or_default();
        let mapping = mapping.iter().map(|member| (member.key.clone(), read_shape(&member.value, reader)));
        Discriminator { property: property.into(), mapping: mapping.collect() }
    });
    shape
}

/// Checks a value against a type.
pub(super) fn fits(value: &Value, shape: &Shape, definitions: &[(Arc<str>, Shape)]) -> Result<(), Failure> {
    check(value, shape, definitions, 0)
}

fn error(message: String) -> Result<(), Failure> {
    Err(Failure::Error(message))
}

fn check(
    value: &Value,
    shape: &Shape,
    definitions: &[(Arc<str>, Shape)],
    depth: usize,
) -> Result<(), Failure> {
    if depth > MAX_DEPTH {
        return Err(Failure::Unsupported(format!("a parameter's type of more than {MAX_DEPTH} levels")));
    }
    if matches!(value, Value::Runtime(_)) || (value.is_null() && is_nullable(shape, definitions)) {
        return Ok(());
    }
    if let Some(name) = &shape.reference {
        let Some((_, referred)) = definitions.iter().find(|(other, _)| other.eq_ignore_ascii_case(name))
        else {
            return error(format!("the definition '{name}' doesn't exist"));
        };
        check(value, referred, definitions, depth + 1)?;
    }
    let (fitting, wanted) = match shape.kind {
        None => (true, ""),
        Some(Kind::Text) => (matches!(value, Value::String(_)), "a String"),
        Some(Kind::Integer) => (matches!(value, Value::Int(_)), "an Integer"),
        Some(Kind::Boolean) => (matches!(value, Value::Bool(_)), "a Boolean"),
        Some(Kind::Object) => (matches!(value, Value::Object(_)), "an Object"),
        Some(Kind::Array) => (matches!(value, Value::Array(_)), "an Array"),
    };
    if !fitting {
        return error(format!("the value has to be {wanted}, not {}", a_kind(value)));
    }
    allowed(value, shape)?;
    bounds(value, shape)?;
    match value {
        Value::Array(items) => check_items(items, shape, definitions, depth),
        Value::Object(object) => check_members(object, shape, definitions, depth),
        _ => Ok(()),
    }
}

fn check_items(
    items: &[Value],
    shape: &Shape,
    definitions: &[(Arc<str>, Shape)],
    depth: usize,
) -> Result<(), Failure> {
    if items.len() < shape.prefix.len() || (shape.closed && items.len() > shape.prefix.len()) {
        return error(format!("the value has to have {} items, not {}", shape.prefix.len(), items.len()));
    }
    for (index, item) in items.iter().enumerate() {
        if let Some(item_shape) = shape.prefix.get(index).or(shape.items.as_deref()) {
            check(item, item_shape, definitions, depth + 1)?;
        }
    }
    Ok(())
}

fn check_members(
    object: &Object,
    shape: &Shape,
    definitions: &[(Arc<str>, Shape)],
    depth: usize,
) -> Result<(), Failure> {
    for (name, property) in &shape.properties {
        match object.get(name) {
            Some(value) => check(value, property, definitions, depth + 1)?,
            None if is_nullable(property, definitions) => {}
            None => return error(format!("the value needs the member '{name}'")),
        }
    }
    let declared = |key: &str| shape.properties.iter().any(|(name, _)| name.eq_ignore_ascii_case(key));
    if let Some((key, _)) = object.iter().find(|(key, _)| shape.sealed && !declared(key)) {
        return error(format!("the value can't have the member '{key}'"));
    }
    let Some(Discriminator { property, mapping }) = &shape.discriminator else { return Ok(()) };
    match object.get(property) {
        Some(Value::Runtime(_)) => Ok(()),
        Some(Value::String(text)) => match mapping.iter().find(|(key, _)| key == text) {
            Some((_, chosen)) => check(&object.clone().into(), chosen, definitions, depth + 1),
            None => error(format!("the member '{property}' has a text that chooses no type")),
        },
        _ => error(format!("the value needs the member '{property}', a String")),
    }
}

/// Whether null fits, by the type itself or by the definition that it refers to.
pub(super) fn is_nullable(shape: &Shape, definitions: &[(Arc<str>, Shape)]) -> bool {
    let mut shape = shape;
    for _ in 0..MAX_DEPTH {
        let referred = shape.reference.as_ref().and_then(|name| {
            definitions
                .iter()
                .find(|(other, _)| other.eq_ignore_ascii_case(name))
                .map(|(_, referred)| referred)
        });
        match referred {
            _ if shape.nullable => return true,
            Some(referred) => shape = referred,
            None => return false,
        }
    }
    false
}

/// Compared with case; each item of an array has to be allowed, unless the array itself is.
fn allowed(value: &Value, shape: &Shape) -> Result<(), Failure> {
    let Some(allowed) = &shape.allowed else { return Ok(()) };
    let listed = |value: &Value| allowed.iter().any(|other| deep_equal(other, value));
    let fine = listed(value) || matches!(value, Value::Array(items) if items.iter().all(listed));
    if fine || value.has_runtime() {
        return Ok(());
    }
    let names: Vec<String> = allowed.iter().take(20).map(Value::to_json).collect();
    error(format!("the value isn't one of the allowed values: {}", names.join(", ")))
}

fn bounds(value: &Value, shape: &Shape) -> Result<(), Failure> {
    let outside = |number: i64, least: Option<i64>, most: Option<i64>| {
        least.is_some_and(|least| number < least) || most.is_some_and(|most| number > most)
    };
    let range = |least: Option<i64>, most: Option<i64>| match (least, most) {
        (Some(least), Some(most)) => format!("between {least} and {most}"),
        (Some(least), None) => format!("at least {least}"),
        (None, most) => format!("at most {}", most.unwrap_or_default()),
    };
    if let Value::Int(number) = value
        && outside(*number, shape.min_value, shape.max_value)
    {
        return error(format!("the value has to be {}", range(shape.min_value, shape.max_value)));
    }
    let length = match value {
        Value::String(text) => text.encode_utf16().count(),
        Value::Array(items) => items.len(),
        _ => return Ok(()),
    };
    if outside(i64::try_from(length).unwrap_or(i64::MAX), shape.min_length, shape.max_length) {
        return error(format!(
            "the length of the value has to be {}",
            range(shape.min_length, shape.max_length)
        ));
    }
    Ok(())
}
