//! Who looks on while a rule is evaluated.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::arm::Value;
use crate::policy::Operator;
use crate::source::Span;

use super::{Doubt, Truth};

/// Is told of each part of a condition that is evaluated: opened, then closed with its truth.
pub trait Observer {
    /// Whether it wants to know. One that doesn't costs nothing, and parts that don't change the verdict are
    /// skipped for it; the verdict is the same.
    const RECORDS: bool;

    /// Whether it wants to know on which open readings a verdict rests.
    const NOTICES: bool = Self::RECORDS;

    /// Whether it wants to know what the comparison found that is being evaluated, not only its truth.
    fn looks(&self) -> bool {
        Self::RECORDS
    }

    /// A part begins.
    fn open(&mut self, _part: Part<'_>, _span: Span) {}

    /// The part that was opened last ends.
    fn close(&mut self, _truth: &Truth, _looked: Option<Looked>) {}

    /// The verdict rests on a reading that the documentation leaves open.
    fn doubt(&mut self, _doubt: Doubt) {}
}

/// A part of a condition.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Part<'a> {
    /// `allOf`
    AllOf,
    /// `anyOf`
    AnyOf,
    /// `not`
    Not,
    /// A comparison: what is looked at, as the rule writes it, and how.
    Leaf(&'a Arc<str>, Operator),
    /// A member that a count looks at: its index and value.
    Member(usize, &'a Value),
}

/// What a comparison found.
#[derive(Debug, Clone, PartialEq)]
pub struct Looked {
    /// The path in the resource's body, where there is one; with the index of the member that decides.
    pub path: Option<Arc<str>>,
    /// The value found; `None` where it is missing.
    pub current: Option<Value>,
    /// The value wanted; `None` where the expression has none.
    pub target: Option<Value>,
}

/// Looks away: for the verdict alone.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Observer for Silent {
    const RECORDS: bool = false;
}

/// A part of a condition with its truth and what was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// What it is.
    pub kind: ExplanationKind,
    /// Its truth.
    pub truth: Truth,
    /// Where it stands in the definition.
    pub span: Span,
    /// Its parts; of a count, the members that it looks at.
    pub parts: Vec<Explanation>,
}

/// The kinds of part.
#[derive(Debug, Clone, PartialEq)]
pub enum ExplanationKind {
    /// `allOf`
    AllOf,
    /// `anyOf`
    AnyOf,
    /// `not`
    Not,
    /// A comparison.
    Leaf(LeafRecord),
    /// A member that a count looks at: its index and value.
    Member(usize, Value),
}

/// A comparison and what it found.
#[derive(Debug, Clone, PartialEq)]
pub struct LeafRecord {
    /// What is looked at, as the rule writes it: an alias, `value`, `count(…)`.
    pub subject: Arc<str>,
    /// How.
    pub operator: Operator,
    /// The path in the resource's body, where there is one.
    pub path: Option<Arc<str>>,
    /// The value found; `None` where it is missing.
    pub current: Option<Value>,
    /// The value wanted; `None` where the expression has none.
    pub target: Option<Value>,
    /// Its truth.
    pub truth: Truth,
    /// Where it stands in the definition.
    pub span: Span,
}

/// Keeps everything: for explanations.
#[derive(Debug, Clone, Default)]
pub struct Recorder {
    open: Vec<Explanation>,
    done: Option<Explanation>,
    doubts: BTreeSet<Doubt>,
}

impl Recorder {
    /// With nothing seen yet.
    pub fn new() -> Recorder {
        Recorder::default()
    }

    /// The condition that was evaluated last, as a whole.
    pub fn explanation(&self) -> Option<&Explanation> {
        self.done.as_ref()
    }

    /// Readings that the documentation leaves open and on which some part rests.
    pub fn doubts(&self) -> impl Iterator<Item = Doubt> + '_ {
        self.doubts.iter().copied()
    }

    /// The comparisons because of which the condition isn't true, in the order of the rule: those that are
    /// false, or true below a `not`, or can't be decided. A count is one comparison.
    pub fn failed(&self) -> Vec<&LeafRecord> {
        let mut found = Vec::new();
        if let Some(whole) = &self.done {
            failing(whole, true, &mut found);
        }
        found
    }
}

fn failing<'e>(part: &'e Explanation, wanted: bool, found: &mut Vec<&'e LeafRecord>) {
    if part.truth == Truth::from(wanted) {
        return;
    }
    match &part.kind {
        ExplanationKind::Leaf(leaf) => found.push(leaf),
        ExplanationKind::Not => part.parts.iter().for_each(|inner| failing(inner, !wanted, found)),
        ExplanationKind::AllOf | ExplanationKind::AnyOf | ExplanationKind::Member(..) => {
            part.parts.iter().for_each(|inner| failing(inner, wanted, found));
        }
    }
}

impl Observer for Recorder {
    const RECORDS: bool = true;

    fn open(&mut self, part: Part<'_>, span: Span) {
        let truth = Truth::Unknown(Vec::new());
        let kind = match part {
            Part::AllOf => ExplanationKind::AllOf,
            Part::AnyOf => ExplanationKind::AnyOf,
            Part::Not => ExplanationKind::Not,
            Part::Member(index, value) => ExplanationKind::Member(index, value.clone()),
            Part::Leaf(subject, operator) => ExplanationKind::Leaf(LeafRecord {
                subject: subject.clone(),
                operator,
                path: None,
                current: None,
                target: None,
                truth: truth.clone(),
                span,
            }),
        };
        self.open.push(Explanation { kind, truth, span, parts: Vec::new() });
    }

    fn close(&mut self, truth: &Truth, looked: Option<Looked>) {
        let Some(mut part) = self.open.pop() else { return };
        part.truth = truth.clone();
        if let ExplanationKind::Leaf(leaf) = &mut part.kind {
            leaf.truth = truth.clone();
            if let Some(looked) = looked {
                (leaf.path, leaf.current, leaf.target) = (looked.path, looked.current, looked.target);
            }
        }
        match self.open.last_mut() {
            Some(outer) => outer.parts.push(part),
            None => self.done = Some(part),
        }
    }

    fn doubt(&mut self, doubt: Doubt) {
        self.doubts.insert(doubt);
    }
}
