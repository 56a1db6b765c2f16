//! A run: everything that was evaluated, and everything that wasn't, with the reason.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::arm::{ResourceType, Scope, Semantics, SubscriptionId};
use crate::engine::CompiledPolicy;
use crate::policy::{PolicyAssignment, PolicyDefinition, Selective};
use crate::source::Span;

use super::{Listed, PolicyState};

/// An assignment with its definition and its program.
#[derive(Debug, Clone)]
pub struct Evaluated {
    /// The assignment.
    pub assignment: PolicyAssignment,
    /// The definition that it names.
    pub definition: Arc<PolicyDefinition>,
    /// The definition bound to the assignment's parameters; shared by all assignments that bind it alike.
    pub policy: Arc<CompiledPolicy>,
    /// Whether it was given by `--assign` and doesn't exist yet.
    pub proposed: bool,
    /// The newest API version of each type that its rule names, where the catalogue lists them: a scan is evaluated
    /// as a request of that version.
    pub versions: BTreeMap<ResourceType, Arc<str>>,
}

/// An assignment that has no rows because it can't be evaluated.
#[derive(Debug, Clone)]
pub struct NotEvaluated {
    /// The assignment.
    pub assignment: PolicyAssignment,
    /// Its definition, where it is known.
    pub definition: Option<Arc<PolicyDefinition>>,
    /// Why.
    pub reason: WhyNot,
}

/// Why an assignment can't be evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhyNot {
    /// The definition wasn't given, and azpol ships no twin of it.
    UnknownDefinition,
    /// Two unlike definitions with this id were given.
    AmbiguousDefinition,
    /// An initiative: not built yet.
    Initiative,
    /// The assignment selects or overrides, which isn't built yet.
    Selective(Vec<Selective>),
    /// Its scope isn't an id that azpol knows, or lies in no tenant that was given.
    UnknownScope(Scope),
    /// Its parameters don't fit the definition; each fault is a diagnostic of the run.
    Parameters,
    /// The definition uses what isn't built yet: what, and where.
    NotBuilt(Vec<(String, Span)>),
    /// The definition's mode or kind isn't evaluable outside of Azure.
    NotEvaluable(String),
}

impl WhyNot {
    /// Whether azpol can't evaluate it by its kind, which changes no exit code.
    pub fn is_by_kind(&self) -> bool {
        matches!(self, WhyNot::NotEvaluable(_))
    }
}

/// An assignment whose effect is `disabled`: it gives no rows.
#[derive(Debug, Clone)]
pub struct Disabled {
    /// The assignment.
    pub assignment: PolicyAssignment,
    /// Its definition.
    pub definition: Arc<PolicyDefinition>,
}

/// What `notScopes` leave out: a subscription, or a group or a resource in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Excluded {
    /// The assignment: its index in [`Run::assignments`].
    pub assignment: usize,
    /// The subscription, or the one in which it lies.
    pub subscription: SubscriptionId,
    /// Which of the `notScopes`.
    pub scope: Scope,
}

/// What a run found.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// How open points of the language are read.
    pub semantics: Semantics,
    /// Whether the known aliases were given; else they are those that ship with azpol.
    pub aliases_given: bool,
    /// What was evaluated, sorted by display name, then id.
    pub assignments: Vec<Evaluated>,
    /// The rows, sorted by assignment, then subscription name, then resource id.
    pub rows: Vec<PolicyState>,
    /// What `notScopes` leave out.
    pub excluded: Vec<Excluded>,
    /// What wasn't evaluated.
    pub not_evaluated: Vec<NotEvaluated>,
    /// What gives no rows.
    pub disabled: Vec<Disabled>,
    /// Whether everything is listed that the assignments are about.
    pub listed: Listed,
}

impl Run {
    /// The rows of an assignment: the index of the first one, and all of them.
    pub fn rows_of(&self, assignment: usize) -> (usize, &[PolicyState]) {
        let first = self.rows.partition_point(|row| row.assignment < assignment);
        let last = self.rows.partition_point(|row| row.assignment <= assignment);
        (first, &self.rows[first..last])
    }
}
