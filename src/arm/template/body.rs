//! Values of a template: expressions at any depth, and `copy` in objects.

use std::sync::Arc;

use crate::arm::expression::{Expression, Failure, Formula, FormulaKind, runtime_call};
use crate::arm::{Object, Value};
use crate::source::Span;

use super::model::CopyTemplate;
use super::place::{Place, Repetition};

/// How often something may be copied.
const MAX_COPIES: i64 = 800;

/// A value of a template.
#[derive(Debug)]
pub(super) enum Body {
    /// Without `copy` and without keys in brackets.
    Plain(Formula),
    /// A list with `copy` or a key in brackets somewhere in it.
    Array(Vec<Body>),
    /// An object with `copy` or a key in brackets somewhere in it.
    Object(Vec<Entry>),
}

/// A member of an object, or an element of its `copy`.
#[derive(Debug)]
pub(super) enum Entry {
    Member(Arc<str>, Body),
    /// A member whose key is an expression.
    Keyed(Formula, Body),
    Copy(CopyTemplate),
}

/// Why a part of a template has no value, and where.
#[derive(Debug, Clone)]
pub(super) struct Trouble {
    pub(super) failure: Failure,
    pub(super) expression: Option<Arc<str>>,
    pub(super) span: Span,
}

impl Trouble {
    /// A fault that no expression has.
    pub(super) fn refused(message: impl Into<String>, span: Span) -> Trouble {
        Trouble { failure: Failure::Error(message.into()), expression: None, span }
    }

    pub(super) fn unsupported(what: impl Into<String>, span: Span) -> Trouble {
        Trouble { failure: Failure::Unsupported(what.into()), expression: None, span }
    }
}

/// A formula's value.
pub(super) fn value_of(formula: &Formula, place: &Place<'_>) -> Result<Value, Trouble> {
    place.run.step(formula.span)?;
    formula.evaluate_at(place).map_err(|(failure, part)| {
        let expression = match &part.kind {
            FormulaKind::Expression(Expression { text, .. }) => Some(text.clone()),
            _ => None,
        };
        place.run.note(Trouble { failure, expression, span: part.span })
    })
}

/// The fault of a formula whose value is of the wrong kind.
pub(super) fn misfit(formula: &Formula, message: impl Into<String>) -> Trouble {
    let expression = match &formula.kind {
        FormulaKind::Expression(Expression { text, .. }) => Some(text.clone()),
        _ => None,
    };
    Trouble { failure: Failure::Error(message.into()), expression, span: formula.span }
}

/// The fault of a value that only a running deployment knows, where it has to be known before.
fn runtime(formula: &Formula, what: &str) -> Trouble {
    let mut trouble = misfit(formula, "");
    trouble.failure = Failure::Unknown(format!("{what} depends on what only a running deployment knows"));
    trouble
}

/// A formula's text; `what` names it in messages.
pub(super) fn text_of(formula: &Formula, place: &Place<'_>, what: &str) -> Result<Arc<str>, Trouble> {
    match value_of(formula, place)? {
        Value::String(text) => Ok(text),
        value if value.has_runtime() => Err(runtime(formula, what)),
        value => Err(misfit(formula, format!("{what} has to be a String, not {}", value.kind()))),
    }
}

/// A formula's Boolean.
pub(super) fn bool_of(formula: &Formula, place: &Place<'_>, what: &str) -> Result<bool, Trouble> {
    match value_of(formula, place)? {
        Value::Bool(value) => Ok(value),
        value if value.has_runtime() => Err(runtime(formula, what)),
        value => Err(misfit(formula, format!("{what} has to be a Boolean, not {}", value.kind()))),
    }
}

/// A formula's integer.
pub(super) fn int_of(formula: &Formula, place: &Place<'_>, what: &str) -> Result<i64, Trouble> {
    match value_of(formula, place)? {
        Value::Int(value) => Ok(value),
        value if value.has_runtime() => Err(runtime(formula, what)),
        value => Err(misfit(formula, format!("{what} has to be an Integer, not {}", value.kind()))),
    }
}

/// How many copies are made.
pub(super) fn count_of(formula: &Formula, place: &Place<'_>) -> Result<i64, Trouble> {
    let count = int_of(formula, place, "the count of a copy loop")?;
    if (0..=MAX_COPIES).contains(&count) {
        return Ok(count);
    }
    Err(misfit(
        formula,
        format!("the count of a copy loop has to be between 0 and {MAX_COPIES}, not {count}"),
    ))
}

impl Body {
    /// Its value at a place.
    pub(super) fn value(&self, place: &Place<'_>) -> Result<Value, Trouble> {
        match self {
            Body::Plain(formula) => value_of(formula, place),
            Body::Array(items) => items.iter().map(|item| item.value(place)).collect(),
            Body::Object(entries) => object(entries, place),
        }
    }
}

impl Body {
    /// The value of one member of an object, the others left alone; `None` if it isn't written out.
    pub(super) fn member(&self, name: &str, place: &Place<'_>) -> Option<Result<Value, Trouble>> {
        // The exact case first.
        [true, false].into_iter().find_map(|exact| {
            let named = |key: &str| if exact { key == name } else { key.eq_ignore_ascii_case(name) };
            match self {
                Body::Plain(Formula { kind: FormulaKind::Object(members), .. }) => {
                    let (_, formula) = members.iter().find(|(key, _)| named(key))?;
                    Some(value_of(formula, place))
                }
                Body::Object(entries) => entries.iter().find_map(|entry| match entry {
                    Entry::Member(key, body) if named(key) => Some(body.value(place)),
                    _ => None,
                }),
                Body::Plain(_) | Body::Array(_) => None,
            }
        })
    }
}

/// An object; one with a key that only a running deployment knows is as a whole an expression.
fn object(entries: &[Entry], place: &Place<'_>) -> Result<Value, Trouble> {
    let mut object = Object::new();
    let mut open = Vec::new();
    for entry in entries {
        let (key, value) = match entry {
            Entry::Member(key, body) => (key.clone(), body.value(place)?),
            Entry::Copy(copy) => (copy.name.clone(), copy.values(place)?),
            Entry::Keyed(key, body) => match value_of(key, place)? {
                Value::String(name) if object.contains_key(&name) => {
                    return Err(misfit(key, format!("the key `{name}` stands in the object twice")));
                }
                Value::String(name) => (name, body.value(place)?),
                runtime @ Value::Runtime(_) => {
                    open.push((runtime, body.value(place)?, key));
                    continue;
                }
                other => {
                    let message = format!("the key of an object has to be a String, not {}", other.kind());
                    return Err(misfit(key, message));
                }
            },
        };
        object.set(key, value);
    }
    let Some((_, _, formula)) = open.first() else { return Ok(object.into()) };
    let known = object.iter().flat_map(|(key, value)| [Value::String(key.clone()), value.clone()]);
    let open_members = open.iter().flat_map(|(key, value, _)| [key.clone(), value.clone()]);
    let members: Vec<Value> = known.chain(open_members).collect();
    runtime_call("createobject", &members).map_err(|failure| {
        let mut trouble = misfit(formula, "");
        trouble.failure = failure;
        trouble
    })
}

impl CopyTemplate {
    /// The array that it makes.
    pub(super) fn values(&self, place: &Place<'_>) -> Result<Value, Trouble> {
        let count = count_of(&self.count, place)?;
        (0..count)
            .map(|index| {
                let name = self.name.clone();
                self.input.value(&place.within(Repetition { name, index, of_resource: false }))
            })
            .collect()
    }
}
