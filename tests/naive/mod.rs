//! A second evaluator of rules, for tests: straight from the documentation, over the JSON of rule and resource, with
//! nothing compiled and no code of the product. It is slow and small; the property test holds the two equal.

mod compare;
pub mod draw;
mod expression;
mod place;
pub mod search;

use serde_json::Value as Json;

pub use place::{ALIASES, Resource};

use compare::Current;
use expression::Fault;
use place::{Field, Frame, Selected};

/// What a condition says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Truth {
    True,
    False,
    /// A fact is missing.
    Unknown,
    /// The service fails.
    Error,
    /// A fact is missing that decides whether the service fails.
    Either,
}
use Truth::{Either, Error, False, True, Unknown};

/// How the points of `docs/semantics.md` are read; by default where nothing is said of one.
#[derive(Debug, Clone, Default)]
pub struct Readings(Vec<(&'static str, &'static str)>);

impl Readings {
    pub fn choose(&mut self, point: &'static str, reading: &'static str) {
        self.0.retain(|(known, _)| *known != point);
        self.0.push((point, reading));
    }

    fn is(&self, point: &str, reading: &str) -> bool {
        self.0.iter().any(|(known, chosen)| (*known, *chosen) == (point, reading))
    }

    fn order(&self) -> Order {
        match (self.is("short-circuit", "any-order"), self.is("short-circuit", "every-branch")) {
            (true, _) => Order::Any,
            (_, true) => Order::EveryBranch,
            _ => Order::LeftToRight,
        }
    }
}

/// In which order the parts of `allOf` and `anyOf` are evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    LeftToRight,
    Any,
    EveryBranch,
}

/// What a rule is evaluated with.
#[derive(Debug, Clone, Copy)]
pub struct World<'w> {
    /// The resource under `if`.
    pub resource: &'w Resource,
    /// The resource that `field` reads: the same one, or a candidate.
    pub view: &'w Resource,
    /// Whether this is an existence condition.
    pub existence: bool,
    pub parameters: &'w Json,
    pub readings: &'w Readings,
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Truth {
        if holds { True } else { False }
    }
}

impl From<Fault> for Truth {
    fn from(fault: Fault) -> Truth {
        match fault {
            Fault::Error => Error,
            Fault::Unknown => Unknown,
        }
    }
}

impl Truth {
    fn not(self) -> Truth {
        match self {
            True => False,
            False => True,
            other => other,
        }
    }

    /// Parts in order; `decisive` is what ends `allOf` or `anyOf`.
    fn join(self, next: Truth, decisive: Truth, order: Order) -> Truth {
        let fails = |truth| matches!(truth, Error | Either);
        match order {
            Order::LeftToRight if fails(self) => self,
            Order::EveryBranch if self == Error || next == Error => Error,
            Order::EveryBranch if fails(self) || fails(next) => Either,
            _ if self == decisive || next == decisive => decisive,
            _ if self == decisive.not() => next,
            _ if next == decisive.not() || self == next => self,
            _ => Either,
        }
    }
}

/// The truth of a condition for a resource.
pub fn evaluate(condition: &Json, world: World<'_>) -> Truth {
    test(condition, &world, &[])
}

fn test(condition: &Json, world: &World<'_>, frames: &[Frame]) -> Truth {
    let order = world.readings.order();
    let parts = |list: &Json, start: Truth| {
        list.as_array()
            .expect("parts")
            .iter()
            .fold(start, |truth, part| truth.join(test(part, world, frames), start.not(), order))
    };
    if let Some(list) = condition.get("allOf") {
        return parts(list, True);
    }
    if let Some(list) = condition.get("anyOf") {
        return parts(list, False);
    }
    if let Some(part) = condition.get("not") {
        return test(part, world, frames).not();
    }
    leaf(condition, world, frames)
}

fn leaf(condition: &Json, world: &World<'_>, frames: &[Frame]) -> Truth {
    let subjects = ["field", "value", "count"];
    let (operator, target) = condition
        .as_object()
        .and_then(|members| members.iter().find(|(key, _)| !subjects.contains(&key.as_str())))
        .expect("an operator");
    let target = expression::value(target, world, frames);
    let compare =
        |current: Current<'_>, target: &Json| compare::compare(world.readings, operator, current, target);
    if let Some(value) = condition.get("value") {
        // An error on either side is one of the comparison.
        return match (expression::value(value, world, frames), target) {
            (_, Err(Fault::Error)) => Error,
            (Err(Fault::Error), _) if world.readings.is("failing-value", "unmet") => False,
            (Err(Fault::Error), _) => Error,
            (Err(fault), _) | (_, Err(fault)) => fault.into(),
            (Ok(Json::Null), Ok(target)) => compare(Current::Null, &target),
            (Ok(value), Ok(target)) => compare(Current::There(&value), &target),
        };
    }
    if let Some(count) = condition.get("count") {
        return match target {
            Ok(target) => counted(count, operator, &target, world, frames),
            Err(fault) => fault.into(),
        };
    }
    let (name, target) = match (expression::value(&condition["field"], world, frames), target) {
        (Ok(Json::String(name)), Ok(target)) => (name, target),
        (Ok(Json::String(_)), Err(fault)) => return fault.into(),
        (Ok(_) | Err(Fault::Error), _) | (_, Err(Fault::Error)) => return Error,
        (Err(Fault::Unknown), _) => return Unknown,
    };
    let target = if name == "location" { place::located(&target) } else { target };
    match place::field(&name, world.view, frames, world.readings) {
        Field::NotCarried => Unknown,
        Field::One(value) => compare(Current::of_field(value.as_ref()), &target),
        Field::Many(values) => values.iter().fold(True, |truth, value| {
            let next = match value {
                Selected::Value(value) => compare(Current::of_field(value.as_ref()), &target),
                Selected::NoArray => False,
            };
            truth.join(next, False, world.readings.order())
        }),
    }
}

/// A count: how many members meet `where`, against the target.
fn counted(count: &Json, operator: &str, target: &Json, world: &World<'_>, frames: &[Frame]) -> Truth {
    let members: Vec<Frame> = if let Some(alias) = count.get("field") {
        match place::members(alias.as_str().expect("an alias"), world.view, frames, world.readings) {
            Some(members) => members,
            None => return Unknown,
        }
    } else {
        let name = count.get("name").and_then(Json::as_str).unwrap_or("default");
        match expression::value(&count["value"], world, frames) {
            Ok(Json::Array(items)) => {
                items.into_iter().map(|value| Frame::Item { name: name.to_owned(), value }).collect()
            }
            Ok(Json::Null) if world.readings.is("count-of-null", "zero") => Vec::new(),
            Ok(_) => return Error,
            Err(fault) => return fault.into(),
        }
    };
    let (mut sure, mut unknown, mut error, mut either) = (0, 0, 0, 0);
    for member in members {
        let truth = match count.get("where") {
            None => True,
            Some(filter) => test(filter, world, &[frames, &[member]].concat()),
        };
        match truth {
            True => sure += 1,
            False => {}
            Unknown => unknown += 1,
            Error => error += 1,
            Either => either += 1,
        }
    }
    let open = unknown + error + either;
    let number =
        |number: i32| compare::compare(world.readings, operator, Current::There(&number.into()), target);
    let range: Vec<Truth> = (sure..=sure + open).map(number).collect();
    let same = range.iter().all(|truth| *truth == range[0]);
    match world.readings.order() {
        // Whatever the members that can't be decided are, the evaluation ends at one that fails.
        Order::LeftToRight | Order::EveryBranch if error > 0 => Error,
        Order::LeftToRight | Order::EveryBranch if either > 0 => Either,
        _ if same => range[0],
        _ if error == open => Error,
        _ if error + either > 0 => Either,
        _ => Unknown,
    }
}
