//! Logical functions.
//!
//! <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-logical>

use crate::arm::Value;

use super::{ANY, FunctionEntry, Special, wrong};

pub(super) static TABLE: &[FunctionEntry] = &[
    FunctionEntry::special("and", (2, ANY), Special::And),
    FunctionEntry::special("or", (2, ANY), Special::Or),
    FunctionEntry::special("if", (3, 3), Special::If),
    FunctionEntry::special("coalesce", (1, ANY), Special::Coalesce),
    FunctionEntry::pure("not", (1, 1), |arguments| match &arguments[0] {
        Value::Bool(value) => Ok(Value::Bool(!value)),
        _ => wrong(arguments, 0, "a Boolean"),
    }),
    FunctionEntry::pure("true", (0, 0), |_| Ok(Value::Bool(true))),
    FunctionEntry::pure("false", (0, 0), |_| Ok(Value::Bool(false))),
];
