//! Parameters of definitions.

use std::sync::Arc;

use crate::arm::Value;
use crate::source::Span;

use super::ValueSchema;

/// The type of a parameter; names compare without case, the default is `String`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ParameterType {
    /// `String`
    String,
    /// `Array`
    Array,
    /// `Object`
    Object,
    /// `Boolean`
    Boolean,
    /// `Integer`
    Integer,
    /// `Float`
    Float,
    /// `DateTime`
    DateTime,
}

impl ParameterType {
    /// All, in the order of the documentation.
    pub const ALL: &'static [ParameterType] = &[
        ParameterType::String,
        ParameterType::Array,
        ParameterType::Object,
        ParameterType::Boolean,
        ParameterType::Integer,
        ParameterType::Float,
        ParameterType::DateTime,
    ];

    /// From any case; `None` for what is no type.
    pub fn parse(text: &str) -> Option<ParameterType> {
        ParameterType::ALL.iter().copied().find(|known| known.as_str().eq_ignore_ascii_case(text))
    }

    /// As Azure's documentation writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            ParameterType::String => "String",
            ParameterType::Array => "Array",
            ParameterType::Object => "Object",
            ParameterType::Boolean => "Boolean",
            ParameterType::Integer => "Integer",
            ParameterType::Float => "Float",
            ParameterType::DateTime => "DateTime",
        }
    }

    /// As messages name it: `an array`.
    pub fn described(self) -> &'static str {
        match self {
            ParameterType::String => "a string",
            ParameterType::Array => "an array",
            ParameterType::Object => "an object",
            ParameterType::Boolean => "a Boolean",
            ParameterType::Integer => "an integer",
            ParameterType::Float => "a number",
            ParameterType::DateTime => "a time such as `2026-11-20T00:00:00.0000000Z`",
        }
    }

    /// Whether a value is of this type. An integer is a `Float` too; a `DateTime` is a text that begins with a
    /// date.
    pub fn admits(self, value: &Value) -> bool {
        match self {
            ParameterType::String => matches!(value, Value::String(_)),
            ParameterType::Array => matches!(value, Value::Array(_)),
            ParameterType::Object => matches!(value, Value::Object(_)),
            ParameterType::Boolean => matches!(value, Value::Bool(_)),
            ParameterType::Integer => matches!(value, Value::Int(_)),
            ParameterType::Float => matches!(value, Value::Int(_) | Value::Float(_)),
            ParameterType::DateTime => value.as_str().is_some_and(is_time),
        }
    }
}

/// Whether a text begins with a date, `yyyy-MM-dd`.
fn is_time(text: &str) -> bool {
    let date = text.as_bytes();
    date.len() >= 10
        && date[..10].iter().enumerate().all(|(index, byte)| match index {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

impl ParameterDefinition {
    /// The value, or the item of it, that `allowedValues` rules out; compared with case.
    pub fn refused<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        let allowed = self.allowed.as_ref()?;
        match value {
            Value::Array(items) if self.parameter_type == ParameterType::Array => {
                items.iter().find(|item| !allowed.contains(item))
            }
            value => (!allowed.contains(value)).then_some(value),
        }
    }
}

/// A parameter that a definition declares.
#[derive(Debug, Clone)]
pub struct ParameterDefinition {
    /// Its name; compared without case.
    pub name: Arc<str>,
    /// Its type.
    pub parameter_type: ParameterType,
    /// Makes it optional.
    pub default: Option<Value>,
    /// The values that an assignment may give, compared with case; for an array each item has to be one.
    pub allowed: Option<Vec<Value>>,
    /// `metadata.strongType`.
    pub strong_type: Option<Arc<str>>,
    /// `metadata.assignPermissions`: the portal grants the assignment's identity its roles on this value.
    pub assign_permissions: bool,
    /// `schema`: what a value has to fit.
    pub schema: Option<Arc<ValueSchema>>,
    /// Where it is declared.
    pub span: Span,
}
