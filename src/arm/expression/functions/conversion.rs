//! Functions that make one type of value from another.

use crate::arm::Value;
use crate::arm::expression::{Dialect, Failure};
use crate::arm::semantics::{EmptyJson, IntOfFraction};

use super::{Answer, FunctionEntry, Setting, error, lenient_json, text_at, wrong};

pub(super) static TABLE: &[FunctionEntry] = &[
    FunctionEntry::pure("bool", (1, 1), bool),
    FunctionEntry::pure("float", (1, 1), float),
    FunctionEntry::placed("int", (1, 1), int),
    FunctionEntry::placed("json", (1, 1), json),
    FunctionEntry::pure("string", (1, 1), |arguments| Ok(string(&arguments[0]).into())),
];

/// From `true` and `false` in any case, and from integers: zero is false.
fn bool(arguments: &[Value]) -> Answer {
    match &arguments[0] {
        Value::Bool(value) => Ok(Value::Bool(*value)),
        Value::Int(number) => Ok(Value::Bool(*number != 0)),
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => error("the text is neither 'true' nor 'false'"),
        },
        _ => wrong(arguments, 0, "a String, an Integer or a Boolean"),
    }
}

#[expect(clippy::cast_precision_loss, reason = "the nearest double is what .NET gives")]
fn float(arguments: &[Value]) -> Answer {
    match &arguments[0] {
        Value::Int(number) => Ok(Value::Float(*number as f64)),
        Value::Float(number) => Ok(Value::Float(*number)),
        Value::String(text) => match text.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Value::Float(number)),
            _ => error("the text is no number"),
        },
        _ => wrong(arguments, 0, "a String or a number"),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "only whole numbers that fit are converted")]
fn int(setting: Setting<'_>, arguments: &[Value]) -> Answer {
    match &arguments[0] {
        Value::Int(number) => Ok(Value::Int(*number)),
        Value::Float(number) if number.fract() == 0.0 && number.abs() < 9.0e18 => {
            Ok(Value::Int(*number as i64))
        }
        Value::Float(number) => match setting.semantics.int_of_fraction {
            IntOfFraction::Truncated if number.abs() < 9.0e18 => Ok(Value::Int(number.trunc() as i64)),
            IntOfFraction::Truncated | IntOfFraction::Error => error("the number isn't an integer"),
            IntOfFraction::Unknown => Err(Failure::Unknown(
                "what `int` makes of a number with a fraction isn't documented".to_owned(),
            )),
        },
        Value::String(text) => match text.trim().parse() {
            Ok(number) => Ok(Value::Int(number)),
            Err(_) => error("the text is no integer"),
        },
        _ => wrong(arguments, 0, "a String or an Integer"),
    }
}

/// Reads JSON in the lenient form that the service accepts. Null gives an empty object in rules.
fn json(setting: Setting<'_>, arguments: &[Value]) -> Answer {
    match (&arguments[0], setting.dialect) {
        (Value::String(text), _)
            if text.trim().is_empty() && setting.semantics.empty_json == EmptyJson::Null =>
        {
            Ok(Value::Null)
        }
        (Value::Null, Dialect::Policy) => Ok(Value::Object(std::sync::Arc::default())),
        _ => lenient_json::parse(text_at(arguments, 0)?).or_else(error),
    }
}

/// The text of any value: compact JSON for arrays and objects, `True` and `False`, nothing for null.
pub(super) fn string(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::String(text) => text.to_string(),
        other => other.to_json(),
    }
}
