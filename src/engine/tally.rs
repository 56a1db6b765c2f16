//! How many members of a list meet a condition.

use std::sync::Arc;

use crate::arm::Value;
use crate::arm::semantics::{Semantics, ShortCircuit};
use crate::policy::Operator;

use super::compare::{Answer, Current, compare};
use super::{Cause, Truth};

fn number(count: usize) -> Value {
    Value::Int(i64::try_from(count).unwrap_or(i64::MAX))
}

/// How many members meet a condition.
#[derive(Debug, Default)]
pub(super) struct Tally {
    sure: usize,
    /// Members of which it can't be said.
    open: usize,
    /// Not even the number of members is known.
    lost: bool,
    causes: Vec<Cause>,
    /// Of members for which the service fails.
    failures: Vec<Cause>,
    /// The path of the array, where one is counted.
    pub(super) path: Option<Arc<str>>,
}

impl Tally {
    /// The number against a target. While members are undecided, it may be any of a range.
    pub(super) fn decide(&self, semantics: &Semantics, operator: Operator, target: &Value) -> Answer {
        let unknown = || Answer::unknown(self.causes.iter().cloned());
        // A member for which the service fails ends the evaluation, however many others there are.
        let ends = semantics.short_circuit != ShortCircuit::AnyOrder;
        if ends && !self.failures.is_empty() {
            return Answer::unknown(self.failures.iter().cloned());
        }
        if self.lost || (ends && self.causes.iter().any(Cause::is_failure)) {
            return unknown();
        }
        let first = compare(semantics, operator, Current::Value(&number(self.sure)), target);
        let same = (1..=self.open).all(|more| {
            compare(semantics, operator, Current::Value(&number(self.sure + more)), target).truth
                == first.truth
        });
        if same { first } else { unknown() }
    }

    /// The number, where it is known.
    pub(super) fn number(&self) -> Option<Value> {
        (self.open == 0 && !self.lost).then(|| number(self.sure))
    }

    pub(super) fn add(&mut self, truth: Truth) {
        if truth.fails()
            && let Truth::Unknown(causes) = &truth
        {
            self.failures.extend(causes.iter().cloned());
        }
        match truth {
            Truth::True => self.sure += 1,
            Truth::False => {}
            Truth::Unknown(causes) => {
                self.open += 1;
                self.causes.extend(causes);
            }
        }
    }

    /// Not even the number of members is known.
    pub(super) fn lost(&mut self, cause: Cause) {
        self.lost = true;
        self.causes.push(cause);
    }
}
