//! The same thing from two sources: do they say the same, and which one is used.

use std::sync::Arc;

use jiff::Timestamp;

use crate::arm::{Object, Value};

use super::resource::{Resource, ShapeLoss};
use super::shape::resource::Shape;

/// Members that no two sources need to agree on: they name a version or who wrote it, not the content.
const VERSIONS: &[&str] = &["etag", "systemData"];

/// What a form can carry at all, by path.
fn can_carry(resource: &Resource, shape: Shape, path: &[String]) -> bool {
    let joined = path.join(".");
    if !resource.carries(&joined) {
        return false;
    }
    let is = |at: usize, name: &str| path.get(at).is_some_and(|key| key.eq_ignore_ascii_case(name));
    match shape {
        Shape::Rest => true,
        Shape::Graph => !is(0, "etag") && !is(0, "systemData"),
        Shape::Flattened | Shape::PowerShell => {
            !(is(0, "systemData") || is(0, "properties") && is(1, "metadata"))
        }
    }
}

/// A resource with the family of its form.
pub(crate) struct Side<'a> {
    pub(crate) resource: &'a Resource,
    pub(crate) shape: Shape,
}

/// The first path on which two forms of one resource differ, of those that both can carry: `None` if they
/// agree.
pub(crate) fn difference(a: &Side<'_>, b: &Side<'_>) -> Option<String> {
    let mut path = Vec::new();
    let carried = |side: &Side<'_>, path: &[String]| can_carry(side.resource, side.shape, path);
    let both = |path: &[String]| carried(a, path) && carried(b, path);
    differ(&a.resource.body, &b.resource.body, &mut path, &both)
}

fn differ(a: &Value, b: &Value, path: &mut Vec<String>, both: &dyn Fn(&[String]) -> bool) -> Option<String> {
    match (a, b) {
        (Value::Object(x), Value::Object(y)) => {
            let others = y.iter().filter(|(key, _)| !x.contains_key(key));
            for (key, value) in x.iter().chain(others) {
                if path.is_empty() && VERSIONS.iter().any(|version| version.eq_ignore_ascii_case(key)) {
                    continue;
                }
                path.push(key.to_string());
                // A projection that carries members of `properties` carries the way to them.
                let is_properties = path.len() == 1 && key.eq_ignore_ascii_case("properties");
                let found = match (x.get(key), y.get(key)) {
                    _ if !is_properties && !both(path) => None,
                    (Some(a), Some(b)) => differ(a, b, path, both),
                    _ if is_properties => None,
                    _ => (!is_empty(value)).then(|| path.join(".")),
                };
                path.pop();
                if found.is_some() {
                    return found;
                }
            }
            None
        }
        (Value::Array(x), Value::Array(y)) if x.len() == y.len() => {
            x.iter().zip(y.iter()).find_map(|(a, b)| differ(a, b, path, both))
        }
        _ => (!same_leaf(a, b, path)).then(|| path.join(".")),
    }
}

/// Whether two values say the same wherever they stand: order of keys, empty members, rounded times aside.
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    first_difference(a, b).is_none()
}

/// The first path on which two values differ.
pub(crate) fn first_difference(a: &Value, b: &Value) -> Option<String> {
    differ(a, b, &mut Vec::new(), &|_| true)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(object) => object.iter().all(|(_, value)| is_empty(value)),
        _ => false,
    }
}

fn same_leaf(a: &Value, b: &Value, path: &[String]) -> bool {
    if a == b || (is_empty(a) && is_empty(b)) {
        return true;
    }
    let number = |value: &Value| match value {
        #[expect(clippy::cast_precision_loss, reason = "two spellings of one number are compared")]
        Value::Int(value) => Some(*value as f64),
        Value::Float(value) => Some(*value),
        _ => None,
    };
    if let (Some(a), Some(b)) = (number(a), number(b)) {
        return (a - b).abs() < f64::EPSILON;
    }
    let (Value::String(a), Value::String(b)) = (a, b) else { return false };
    let top = |name: &str| path.len() == 1 && path[0].eq_ignore_ascii_case(name);
    if top("location") {
        let folded = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        return folded(a).eq_ignore_ascii_case(&folded(b));
    }
    if top("id") || top("name") || top("type") || (is_id(a) && is_id(b)) {
        return a.trim_matches('/').eq_ignore_ascii_case(b.trim_matches('/'));
    }
    match (time(a), time(b)) {
        // Some services round to milliseconds, others cut off.
        (Some(a), Some(b)) => a.as_nanosecond().abs_diff(b.as_nanosecond()) <= 1_000_000,
        _ => false,
    }
}

fn is_id(text: &str) -> bool {
    let text = text.trim_start_matches('/');
    ["subscriptions/", "providers/"]
        .iter()
        .any(|start| text.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start)))
}

fn time(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    let shaped =
        bytes.len() >= 20 && bytes[4] == b'-' && bytes[7] == b'-' && matches!(bytes[10], b'T' | b' ');
    if shaped { text.parse().ok() } else { None }
}

/// How much a form carries: the less the loss, the more.
fn worth(resource: &Resource, shape: Shape) -> (u8, usize, u8) {
    let shape = match shape {
        Shape::Rest => 3,
        Shape::Graph => 2,
        Shape::Flattened => 1,
        Shape::PowerShell => 0,
    };
    match &resource.loss {
        None => (3, 0, shape),
        Some(ShapeLoss::Projected(paths)) => {
            (if paths.iter().any(|path| path.starts_with("properties")) { 2 } else { 0 }, paths.len(), shape)
        }
        Some(ShapeLoss::Truncated | ShapeLoss::NoProperties) => (1, 0, shape),
    }
}

/// One resource out of two that agree: the form that carries more, filled with what the other has at the top
/// or beside it in `properties`.
pub(crate) fn joined(a: (Resource, Shape), b: (Resource, Shape)) -> (Resource, Shape) {
    let (mut kept, other) = if worth(&b.0, b.1) > worth(&a.0, a.1) { (b, a) } else { (a, b) };
    let Some(loss) = &kept.0.loss else { return kept };
    let carried = |resource: &Resource| -> Option<Vec<Arc<str>>> {
        match &resource.loss {
            Some(ShapeLoss::Projected(paths)) => Some(paths.clone()),
            Some(ShapeLoss::NoProperties) => Some(top_paths(&resource.body)),
            Some(ShapeLoss::Truncated) | None => None,
        }
    };
    if matches!(loss, ShapeLoss::Truncated) {
        return kept;
    }
    let (Some(mut paths), Some(others)) = (carried(&kept.0), carried(&other.0)) else { return kept };
    let body = filled(&kept.0.body, &other.0.body);
    kept.0.location = kept.0.location.take().or_else(|| other.0.location.clone());
    kept.0.body = body.into();
    if matches!(kept.0.loss, Some(ShapeLoss::Projected(_))) {
        paths.extend(others);
        paths.sort();
        paths.dedup();
        kept.0.loss = Some(ShapeLoss::Projected(paths));
    }
    kept
}

fn top_paths(body: &Value) -> Vec<Arc<str>> {
    let keys = body.as_object().into_iter().flat_map(Object::iter).map(|(key, _)| key.to_ascii_lowercase());
    keys.filter(|key| key != "properties").map(Arc::from).collect()
}

fn filled(kept: &Value, other: &Value) -> Value {
    let (Value::Object(x), Value::Object(y)) = (kept, other) else { return kept.clone() };
    let mut whole = Object::clone(x);
    for (key, value) in y.iter() {
        match whole.get(key) {
            None => whole.push(key.clone(), value.clone()),
            Some(known) if key.eq_ignore_ascii_case("properties") => {
                let known = filled(known, value);
                whole.insert(key.clone(), known);
            }
            Some(_) => {}
        }
    }
    Value::from(whole)
}

/// The resource that remains of two that contradict each other: only what both say is carried.
pub(crate) fn agreed(a: &Side<'_>, b: &Side<'_>) -> Resource {
    let mut kept = a.resource.clone();
    let mut paths: Vec<Arc<str>> = Vec::new();
    let agree = |key: &str, x: &Value, y: Option<&Value>, under: &[&str]| {
        let mut path: Vec<String> = under.iter().chain([&key]).map(ToString::to_string).collect();
        y.is_some_and(|y| differ(x, y, &mut path, &|_| true).is_none())
    };
    let (x, y) = (&a.resource.body, &b.resource.body);
    for (key, value) in x.as_object().into_iter().flat_map(Object::iter) {
        let folded = key.to_ascii_lowercase();
        if folded == "properties" {
            let others = y.get(key);
            for (inner, value) in value.as_object().into_iter().flat_map(Object::iter) {
                if agree(inner, value, others.and_then(|others| others.get(inner)), &["properties"]) {
                    paths.push(format!("properties.{}", inner.to_ascii_lowercase()).into());
                }
            }
        } else if agree(key, value, y.get(key), &[]) {
            paths.push(folded.into());
        }
    }
    paths.retain(|path| a.resource.carries(path) && b.resource.carries(path));
    paths.sort();
    kept.loss = Some(ShapeLoss::Projected(paths));
    kept
}

#[cfg(test)]
mod tests;
