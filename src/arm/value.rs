//! Values without places.

use std::fmt;
use std::sync::Arc;

use crate::source::{Node, NodeValue};

/// A value of the template language: what JSON has, and what only a running deployment would know.
///
/// Cheap to clone: texts, arrays and objects are shared.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`.
    Null,
    /// A Boolean.
    Bool(bool),
    /// An integer of 64 bits, the language's own number.
    Int(i64),
    /// Any other number; only JSON brings them.
    Float(f64),
    /// A text.
    String(Arc<str>),
    /// A list.
    Array(Arc<[Value]>),
    /// Members in order.
    Object(Arc<Object>),
    /// What only a running deployment knows (`reference`, `list*`, a Key Vault secret): the rest of the
    /// expression, without the outer brackets, with everything known already put in.
    Runtime(Arc<str>),
}

/// The members of an object, in the order of the document. Keys compare without case; lookup prefers the
/// exact case (as the service does).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Object {
    members: Vec<(Arc<str>, Value)>,
}

impl Object {
    /// Without members.
    pub fn new() -> Object {
        Object::default()
    }

    /// The member with this key: the exact case first, then without case.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.position(key).map(|index| &self.members[index].1)
    }

    fn position(&self, key: &str) -> Option<usize> {
        self.members
            .iter()
            .position(|(k, _)| &**k == key)
            .or_else(|| self.members.iter().position(|(k, _)| k.eq_ignore_ascii_case(key)))
    }

    /// Whether there is such a member.
    pub fn contains_key(&self, key: &str) -> bool {
        self.position(key).is_some()
    }

    /// Sets a member; an existing one (compared without case) keeps its place and spelling.
    pub fn insert(&mut self, key: impl Into<Arc<str>>, value: impl Into<Value>) {
        let (key, value) = (key.into(), value.into());
        match self.position(&key) {
            Some(index) => self.members[index].1 = value,
            None => self.members.push((key, value)),
        }
    }

    /// Sets the member whose key has exactly this case; another case is another member, as in a document.
    pub fn set(&mut self, key: impl Into<Arc<str>>, value: impl Into<Value>) {
        let (key, value) = (key.into(), value.into());
        match self.members.iter().position(|(known, _)| *known == key) {
            Some(index) => self.members[index].1 = value,
            None => self.members.push((key, value)),
        }
    }

    /// Adds a member whose key is known to be new.
    pub fn push(&mut self, key: impl Into<Arc<str>>, value: impl Into<Value>) {
        self.members.push((key.into(), value.into()));
    }

    /// Gives the member with this key, compared without case, this spelling.
    pub(crate) fn respell(&mut self, key: &Arc<str>) {
        if let Some(index) = self.position(key) {
            self.members[index].0 = key.clone();
        }
    }

    /// Takes a member out.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        self.position(key).map(|index| self.members.remove(index).1)
    }

    /// Members in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Arc<str>, &Value)> {
        self.members.iter().map(|(key, value)| (key, value))
    }

    /// How many members.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }
}

impl FromIterator<(Arc<str>, Value)> for Object {
    fn from_iter<I: IntoIterator<Item = (Arc<str>, Value)>>(members: I) -> Object {
        Object { members: members.into_iter().collect() }
    }
}

impl Value {
    /// A text.
    pub fn string(text: impl Into<Arc<str>>) -> Value {
        Value::String(text.into())
    }

    /// A list.
    pub fn array(items: impl IntoIterator<Item = Value>) -> Value {
        Value::Array(items.into_iter().collect())
    }

    /// An object of these members.
    pub fn object<K: Into<Arc<str>>>(members: impl IntoIterator<Item = (K, Value)>) -> Value {
        Value::Object(Arc::new(members.into_iter().map(|(key, value)| (key.into(), value)).collect()))
    }

    /// The member of an object; nothing for any other value.
    pub fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Value::Object(object) => object.get(key),
            _ => None,
        }
    }

    /// Follows several keys.
    pub fn at(&self, path: &[&str]) -> Option<&Value> {
        path.iter().try_fold(self, |value, key| value.get(key))
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value of a Boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The number of an integer.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// The items of an array; none for any other value.
    pub fn items(&self) -> &[Value] {
        match self {
            Value::Array(items) => items,
            _ => &[],
        }
    }

    /// The object, if it is one.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Value::Object(object) => Some(object),
            _ => None,
        }
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// Whether a running deployment's knowledge stands anywhere in it.
    pub fn has_runtime(&self) -> bool {
        match self {
            Value::Runtime(_) => true,
            Value::Array(items) => items.iter().any(Value::has_runtime),
            Value::Object(object) => object.iter().any(|(_, value)| value.has_runtime()),
            _ => false,
        }
    }

    /// The language's word for the kind of value, as its error messages name it.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "Null",
            Value::Bool(_) => "Boolean",
            Value::Int(_) => "Integer",
            Value::Float(_) => "Float",
            Value::String(_) => "String",
            Value::Array(_) => "Array",
            Value::Object(_) => "Object",
            Value::Runtime(_) => "runtime value",
        }
    }

    /// As compact JSON, key order as it stands. A runtime value is written as its expression in brackets.
    pub fn to_json(&self) -> String {
        self.to_string()
    }

    /// As `serde_json` has it, to be written out. A literal text is not escaped here.
    pub fn to_serde(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match self {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(*value),
            Value::Int(value) => Json::from(*value),
            Value::Float(value) => Json::from(*value),
            Value::String(text) => Json::from(&**text),
            Value::Array(items) => Json::Array(items.iter().map(Value::to_serde).collect()),
            Value::Object(object) => {
                Json::Object(object.iter().map(|(key, value)| (key.to_string(), value.to_serde())).collect())
            }
            Value::Runtime(expression) => Json::String(format!("[{expression}]")),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        match self {
            Value::Null => f.write_str("null"),
            Value::Bool(value) => write!(f, "{value}"),
            Value::Int(value) => write!(f, "{value}"),
            Value::Float(value) => write!(f, "{}", serde_json::Value::from(*value)),
            Value::String(text) => f.write_str(&quoted(text)),
            Value::Array(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        f.write_str(",")?;
                    }
                    write!(f, "{item}")?;
                }
                f.write_str("]")
            }
            Value::Object(object) => {
                f.write_str("{")?;
                for (index, (key, value)) in object.iter().enumerate() {
                    if index > 0 {
                        f.write_str(",")?;
                    }
                    write!(f, "{}:{value}", quoted(key))?;
                }
                f.write_str("}")
            }
            Value::Runtime(expression) => f.write_str(&quoted(&format!("[{expression}]"))),
        }
    }
}

impl From<&Node> for Value {
    fn from(node: &Node) -> Value {
        match &node.value {
            NodeValue::Null => Value::Null,
            NodeValue::Bool(value) => Value::Bool(*value),
            NodeValue::Int(value) => Value::Int(*value),
            NodeValue::Float(value) => Value::Float(*value),
            NodeValue::String(text) => Value::String(text.clone()),
            NodeValue::Array(items) => items.iter().map(Value::from).collect(),
            NodeValue::Object(members) => Value::Object(Arc::new(
                members.iter().map(|m| (m.key.clone(), Value::from(&m.value))).collect(),
            )),
        }
    }
}

impl FromIterator<Value> for Value {
    fn from_iter<I: IntoIterator<Item = Value>>(items: I) -> Value {
        Value::Array(items.into_iter().collect())
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Value {
        Value::Object(Arc::new(object))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Value {
        Value::Int(value)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::String(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::String(text.into())
    }
}

impl From<Arc<str>> for Value {
    fn from(text: Arc<str>) -> Value {
        Value::String(text)
    }
}
