//! Functions of integers.
//!
//! <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-numeric>

use crate::arm::Value;
use crate::arm::expression::{ContextFunction, Failure};

use super::{ANY, Answer, FunctionEntry, error, int_at, wrong};

pub(super) static TABLE: &[FunctionEntry] = &[
    FunctionEntry::pure("add", (2, 2), |arguments| compute(arguments, i64::checked_add)),
    FunctionEntry::pure("sub", (2, 2), |arguments| compute(arguments, i64::checked_sub)),
    FunctionEntry::pure("mul", (2, 2), |arguments| compute(arguments, i64::checked_mul)),
    FunctionEntry::pure("div", (2, 2), |arguments| divide(arguments, i64::checked_div)),
    FunctionEntry::pure("mod", (2, 2), |arguments| divide(arguments, i64::checked_rem)),
    FunctionEntry::pure("max", (1, ANY), |arguments| extreme(arguments, i64::max)),
    FunctionEntry::pure("min", (1, ANY), |arguments| extreme(arguments, i64::min)),
    FunctionEntry::context("copyIndex", (0, 2), ContextFunction::CopyIndex).in_templates(),
];

fn compute(arguments: &[Value], operate: fn(i64, i64) -> Option<i64>) -> Answer {
    match operate(int_at(arguments, 0)?, int_at(arguments, 1)?) {
        Some(number) => Ok(Value::Int(number)),
        None => error("the result doesn't fit into 64 bits"),
    }
}

/// Division goes towards zero, and the remainder has the sign of the dividend.
fn divide(arguments: &[Value], operate: fn(i64, i64) -> Option<i64>) -> Answer {
    if int_at(arguments, 1)? == 0 {
        return error("division by zero");
    }
    compute(arguments, operate)
}

/// Of integers and arrays of integers.
fn extreme(arguments: &[Value], choose: fn(i64, i64) -> i64) -> Answer {
    let mut numbers = Vec::new();
    for (index, argument) in arguments.iter().enumerate() {
        match argument {
            Value::Int(number) => numbers.push(*number),
            Value::Array(items) => {
                let items = items.iter().map(|item| match item {
                    Value::Int(number) => Ok(*number),
                    other => error(format!("every item has to be an Integer, not {}", super::a_kind(other))),
                });
                numbers.extend(items.collect::<Result<Vec<i64>, Failure>>()?);
            }
            _ => return wrong(arguments, index, "an Integer or an array of Integers"),
        }
    }
    match numbers.into_iter().reduce(choose) {
        Some(number) => Ok(Value::Int(number)),
        None => error("there is nothing to choose from"),
    }
}
