//! An event, as far as rules look at it.

use std::sync::Arc;

use crate::arm::{Object, Value};

use super::facts::EventSource;

/// An event of Microsoft Defender for Cloud: what stands at some paths of its body.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its source.
    pub source: EventSource,
    /// Paths with their values; the others don't matter.
    pub values: Vec<(Arc<str>, Value)>,
    /// Where what it is about lies, if that matters: in no resource group that is named here.
    pub outside: Vec<Arc<str>>,
}

impl Event {
    /// An event with nothing in its body.
    pub fn new(source: EventSource) -> Event {
        Event { source, values: Vec::new(), outside: Vec::new() }
    }

    /// The value at a path, spelled exactly so.
    pub fn at(&self, path: &str) -> Option<&Value> {
        self.values.iter().find(|(at, _)| **at == *path).map(|(_, value)| value)
    }

    /// Its body, members below each other as the paths say.
    pub fn body(&self) -> Value {
        let mut body = Object::new();
        for (path, value) in &self.values {
            let keys: Vec<&str> = path.split('.').collect();
            body = with(body, &keys, value);
        }
        body.into()
    }
}

fn with(mut object: Object, keys: &[&str], value: &Value) -> Object {
    match keys {
        [] => {}
        [key] => object.insert(*key, value.clone()),
        [key, rest @ ..] => {
            let below = object.get(key).and_then(Value::as_object).cloned().unwrap_or_default();
            object.insert(*key, with(below, rest, value));
        }
    }
    object
}
