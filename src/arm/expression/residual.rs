//! Expressions and values as text: what is printed, and what only a running deployment can finish.

use std::fmt::{self, Write};

use crate::arm::Value;

use super::{Expression, Failure, Term, functions};

/// How long the rest of an expression may grow.
const MAX_RESIDUAL: usize = super::MAX_LENGTH;

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.root.fmt(f)
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Term::Literal(value) => write_value(f, value),
            Term::Call(name, arguments) => {
                write!(f, "{}(", functions::find(name).map_or(&**name, |entry| entry.name_of(name)))?;
                for (index, argument) in arguments.iter().enumerate() {
                    if index > 0 {
                        f.write_str(", ")?;
                    }
                    argument.fmt(f)?;
                }
                f.write_str(")")
            }
            Term::Access(container, key) => {
                container.fmt(f)?;
                match &**key {
                    Term::Literal(Value::String(name)) if is_word(name) => write!(f, ".{name}"),
                    key => write!(f, "[{key}]"),
                }
            }
        }
    }
}

fn is_word(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A value as an expression that gives it.
fn write_value(out: &mut impl Write, value: &Value) -> fmt::Result {
    match value {
        Value::Null => out.write_str("null()"),
        Value::Bool(value) => write!(out, "{value}()"),
        Value::Int(value) => write!(out, "{value}"),
        Value::Float(_) => write!(out, "json('{value}')"),
        Value::String(text) => write!(out, "'{}'", text.replace('\'', "''")),
        Value::Runtime(rest) => out.write_str(rest),
        Value::Array(items) => {
            out.write_str("createArray(")?;
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.write_str(", ")?;
                }
                write_value(out, item)?;
            }
            out.write_str(")")
        }
        Value::Object(object) => {
            out.write_str("createObject(")?;
            for (index, (key, value)) in object.iter().enumerate() {
                if index > 0 {
                    out.write_str(", ")?;
                }
                write!(out, "'{}', ", key.replace('\'', "''"))?;
                write_value(out, value)?;
            }
            out.write_str(")")
        }
    }
}

/// The value of a call that only a running deployment can make, with what is known put in.
pub(crate) fn call(name: &str, arguments: &[Value]) -> Result<Value, Failure> {
    let mut text = format!("{}(", functions::find(name).map_or(name, |entry| entry.name_of(name)));
    for (index, argument) in arguments.iter().enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        append(&mut text, argument)?;
    }
    text.push(')');
    Ok(Value::Runtime(text.into()))
}

/// A member of a value, where one of the two is known to a running deployment only.
pub(super) fn access(container: &Value, key: &Value) -> Result<Value, Failure> {
    let mut text = String::new();
    append(&mut text, container)?;
    match key {
        Value::String(name) if is_word(name) => {
            text.push('.');
            text.push_str(name);
        }
        key => {
            text.push('[');
            append(&mut text, key)?;
            text.push(']');
        }
    }
    Ok(Value::Runtime(text.into()))
}

fn append(text: &mut String, value: &Value) -> Result<(), Failure> {
    let mut bounded = Bounded { text };
    write_value(&mut bounded, value).map_err(|_| {
        Failure::Unsupported(format!(
            "an expression of more than {MAX_RESIDUAL} characters about runtime values"
        ))
    })
}

/// Stops writing at the limit.
struct Bounded<'a> {
    text: &'a mut String,
}

impl Write for Bounded<'_> {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        if self.text.len() + part.len() > MAX_RESIDUAL {
            return Err(fmt::Error);
        }
        self.text.push_str(part);
        Ok(())
    }
}
