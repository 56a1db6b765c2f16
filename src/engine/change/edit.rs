//! Writing into a body.

use std::sync::Arc;

use crate::arm::{Object, Value, deep_equal};
use crate::engine::program::{Path, Step};

use super::{ChangeKind, Write};

/// One operation on its way through a body.
pub(super) struct Edit {
    kind: ChangeKind,
    value: Option<Value>,
    /// Whether objects on the way that aren't there are made.
    makes_parents: bool,
    /// What was written.
    pub(super) writes: Vec<Write>,
    /// `add` found another value and left it.
    pub(super) kept: bool,
}

/// Why nothing can be written.
#[derive(Debug, PartialEq)]
pub(super) enum Stop {
    /// The object at this path isn't there.
    NoParent(String),
    /// The array at this path has no members.
    NoMembers(String),
    /// `append` finds another value at this path.
    Differs(String),
    /// Something of another kind stands on the way.
    WrongKind(String),
    /// Only a running deployment knows what stands there.
    Runtime(Arc<str>),
}

impl Edit {
    pub(super) fn new(kind: ChangeKind, value: Option<Value>, makes_parents: bool) -> Edit {
        Edit { kind, value, makes_parents, writes: Vec::new(), kept: false }
    }

    /// The body that results. Where it stops, nothing of the operation counts.
    pub(super) fn apply(&mut self, body: &Value, path: &Path) -> Result<Value, Stop> {
        let edited = self.below(Some(body), &path.steps, String::new())?;
        Ok(edited.unwrap_or(Value::Null))
    }

    /// What stands at a place afterwards; `None` for nothing. `at` is the path so far.
    fn below(&mut self, from: Option<&Value>, steps: &[Step], at: String) -> Result<Option<Value>, Stop> {
        if let Some(Value::Runtime(expression)) = from {
            return Err(Stop::Runtime(expression.clone()));
        }
        let from = from.filter(|value| !value.is_null());
        match steps {
            [] => self.leaf(from, at),
            [Step::Each] => self.members(from, &at),
            [Step::Each, rest @ ..] => {
                let items = match from {
                    Some(Value::Array(items)) if !items.is_empty() => items,
                    Some(Value::Array(_)) | None => return Err(Stop::NoMembers(at)),
                    Some(other) => return Err(wrong_kind(&at, other, "an array")),
                };
                let edited: Result<Vec<_>, _> = items
                    .iter()
                    .enumerate()
                    .map(|(index, item)| self.below(Some(item), rest, format!("{at}[{index}]")))
                    .collect();
                Ok(Some(Value::array(edited?.into_iter().map(|item| item.unwrap_or(Value::Null)))))
            }
            [Step::Key(key), rest @ ..] => {
                let mut object = match from {
                    Some(Value::Object(object)) => object.as_ref().clone(),
                    Some(other) => return Err(wrong_kind(&at, other, "an object")),
                    None if self.makes_parents => Object::new(),
                    None => return Err(Stop::NoParent(at)),
                };
                let place = place(&at, key);
                match self.below(object.get(key), rest, place)? {
                    Some(value) => object.insert(key.clone(), value),
                    None => drop(object.remove(key)),
                }
                // An object that was made on the way and got nothing isn't there.
                Ok(if from.is_none() && object.is_empty() { None } else { Some(object.into()) })
            }
        }
    }

    fn leaf(&mut self, from: Option<&Value>, at: String) -> Result<Option<Value>, Stop> {
        let value = self.value.clone();
        let equal = match (from, &value) {
            (Some(from), Some(value)) => deep_equal(from, value),
            (None, value) => value.as_ref().is_none_or(Value::is_null),
            (Some(_), None) => false,
        };
        match (self.kind, from) {
            (ChangeKind::Remove, None) => return Ok(None),
            _ if equal => return Ok(from.cloned()),
            (ChangeKind::Append, Some(_)) => return Err(Stop::Differs(at)),
            (ChangeKind::Add, Some(from)) => {
                self.kept = true;
                return Ok(Some(from.clone()));
            }
            _ => {}
        }
        let value = if self.kind == ChangeKind::Remove { None } else { value };
        self.writes.push(Write { path: at, value: value.clone(), adds_member: false });
        Ok(value)
    }

    /// The members of an array as a whole: one is added, or is all that stays.
    fn members(&mut self, from: Option<&Value>, at: &str) -> Result<Option<Value>, Stop> {
        let items: &[Value] = match from {
            None => &[],
            Some(Value::Array(items)) => items,
            Some(other) => return Err(wrong_kind(at, other, "an array")),
        };
        let Some(member) = self.value.clone() else { return Ok(from.cloned()) };
        let is = |item: &Value| deep_equal(item, &member);
        let replaces = self.kind == ChangeKind::AddOrReplace;
        let done = if replaces { items.len() == 1 && is(&items[0]) } else { items.iter().any(is) };
        if done {
            return Ok(from.cloned());
        }
        self.writes.push(Write {
            path: format!("{at}[*]"),
            value: Some(member.clone()),
            adds_member: !replaces,
        });
        let kept = if replaces { &[] } else { items };
        Ok(Some(Value::array(kept.iter().cloned().chain([member]))))
    }
}

fn place(at: &str, key: &str) -> String {
    let plain = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || "_-$".contains(c));
    match (at.is_empty(), plain) {
        (true, _) => key.to_owned(),
        (false, true) => format!("{at}.{key}"),
        (false, false) => format!("{at}['{key}']"),
    }
}

fn wrong_kind(at: &str, found: &Value, wanted: &str) -> Stop {
    Stop::WrongKind(format!("`{at}` is {}, not {wanted}", crate::arm::expression::functions::a_kind(found)))
}
