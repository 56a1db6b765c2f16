//! Functions that compare.
//!
//! <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-comparison>

use std::cmp::Ordering;

use crate::arm::expression::Failure;
use crate::arm::{Value, culture_order, deep_equal};

use super::{Answer, FunctionEntry, a_kind, error};

pub(super) static TABLE: &[FunctionEntry] = &[
    FunctionEntry::pure("equals", (2, 2), |arguments| Ok(deep_equal(&arguments[0], &arguments[1]).into())),
    FunctionEntry::pure("less", (2, 2), |arguments| ordered(arguments, Ordering::is_lt)),
    FunctionEntry::pure("lessOrEquals", (2, 2), |arguments| ordered(arguments, Ordering::is_le)),
    FunctionEntry::pure("greater", (2, 2), |arguments| ordered(arguments, Ordering::is_gt)),
    FunctionEntry::pure("greaterOrEquals", (2, 2), |arguments| ordered(arguments, Ordering::is_ge)),
];

/// Numbers by value, texts in the order of the invariant culture (`a` before `A`); mixed types are an error.
#[expect(clippy::cast_precision_loss, reason = "an integer meets a float by its nearest double, as in .NET")]
fn ordered(arguments: &[Value], holds: fn(Ordering) -> bool) -> Answer {
    let order = match (&arguments[0], &arguments[1]) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Int(a), Value::Float(b)) => (*a as f64).partial_cmp(b),
        (Value::Float(a), Value::Int(b)) => a.partial_cmp(&(*b as f64)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::String(a), Value::String(b)) => culture_order(a, b),
        (a, b) => return error(format!("{} can't be compared with {}", a_kind(a), a_kind(b))),
    };
    let unknown = || Failure::Unknown("how .NET orders texts beyond ASCII".to_owned());
    order.map(|order| holds(order).into()).ok_or_else(unknown)
}
