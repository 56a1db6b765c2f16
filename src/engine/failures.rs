//! Which comparisons decide: what [`Recorder`](super::Recorder) says of it, without the rest of the explanation.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::policy::Operator;
use crate::source::Span;

use super::observe::{LeafRecord, Looked, Observer, Part};
use super::{Doubt, Truth};

/// A part that is being evaluated.
#[derive(Debug, Clone)]
enum Open {
    /// A comparison.
    Leaf(Arc<str>, Operator, Span),
    /// A `not`, or several parts.
    Parts {
        /// How many comparisons failed before it.
        before: usize,
        negates: bool,
    },
}

/// Collects the comparisons because of which a condition isn't true, and the readings that any part rests on.
#[derive(Debug, Clone, Default)]
pub struct Failures {
    open: Vec<Open>,
    /// How many parts are open within the comparison that was opened last: it is a count.
    within: usize,
    /// How many of the open parts are `not`.
    negations: usize,
    failed: Vec<LeafRecord>,
    doubts: BTreeSet<Doubt>,
}

impl Failures {
    /// With nothing seen yet.
    pub fn new() -> Failures {
        Failures::default()
    }

    /// Collects the comparisons because of which a condition is true, instead: those that are true, or false below a
    /// `not`.
    pub fn of_the_opposite() -> Failures {
        Failures { negations: 1, ..Failures::default() }
    }

    /// The comparisons that fail, in the order of the rule (see [`Recorder::failed`](super::Recorder::failed)),
    /// and the readings that the documentation leaves open.
    pub fn finish(self) -> (Vec<LeafRecord>, BTreeSet<Doubt>) {
        (self.failed, self.doubts)
    }
}

impl Observer for Failures {
    const RECORDS: bool = true;

    fn looks(&self) -> bool {
        self.within == 0
    }

    fn open(&mut self, part: Part<'_>, span: Span) {
        if matches!(self.open.last(), Some(Open::Leaf(..))) {
            self.within += 1;
            return;
        }
        let before = self.failed.len();
        self.open.push(match part {
            Part::Leaf(subject, operator) => Open::Leaf(subject.clone(), operator, span),
            Part::Not => {
                self.negations += 1;
                Open::Parts { before, negates: true }
            }
            Part::AllOf | Part::AnyOf | Part::Member(..) => Open::Parts { before, negates: false },
        });
    }

    fn close(&mut self, truth: &Truth, looked: Option<Looked>) {
        if self.within > 0 {
            self.within -= 1;
            return;
        }
        let Some(part) = self.open.pop() else { return };
        if let Open::Parts { negates: true, .. } = part {
            self.negations -= 1;
        }
        let wanted = Truth::from(self.negations.is_multiple_of(2));
        match part {
            Open::Leaf(subject, operator, span) if *truth != wanted => {
                let looked = looked.unwrap_or(Looked { path: None, current: None, target: None });
                let Looked { path, current, target } = looked;
                let truth = truth.clone();
                self.failed.push(LeafRecord { subject, operator, path, current, target, truth, span });
            }
            Open::Parts { before, .. } if *truth == wanted => self.failed.truncate(before),
            _ => {}
        }
    }

    fn doubt(&mut self, doubt: Doubt) {
        self.doubts.insert(doubt);
    }
}
