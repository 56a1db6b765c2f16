//! A run: everything that was evaluated, and everything that wasn't, with the reason.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::arm::{ResourceType, Scope, Semantics, SubscriptionId};
use crate::engine::{CompiledPolicy, Occasion};
use crate::policy::{PolicyAssignment, PolicyDefinition, PolicyMember, PolicySetDefinition, Selective};
use crate::source::Span;

use super::{Listed, PolicyState};

/// A member of an assigned initiative. Rows are told apart by its reference id: an initiative may name a definition
/// several times.
///
/// <https://learn.microsoft.com/azure/governance/policy/concepts/initiative-definition-structure>
#[derive(Debug, Clone)]
pub struct Member {
    /// The initiative.
    pub set: Arc<PolicySetDefinition>,
    /// Its index among the initiative's members.
    pub index: usize,
}

impl Member {
    /// The member as the initiative writes it.
    pub fn policy(&self) -> &PolicyMember {
        &self.set.members[self.index]
    }

    /// `policyDefinitionReferenceId`
    pub fn reference_id(&self) -> &Arc<str> {
        &self.policy().reference_id
    }
}

/// What people call an assignment by one of its names, or a member of the initiative that it assigns:
/// `Baseline: exportToWorkspace`.
pub fn called(assignment: &str, member: Option<&Member>) -> String {
    match member {
        None => assignment.to_owned(),
        Some(member) => format!("{assignment}: {}", member.reference_id()),
    }
}

/// What is evaluated: an assignment of a definition, or of an initiative with one of its members.
#[derive(Debug, Clone)]
pub struct Evaluated {
    /// The assignment.
    pub assignment: Arc<PolicyAssignment>,
    /// The member, where the assignment names an initiative.
    pub member: Option<Member>,
    /// The definition that it or its member names.
    pub definition: Arc<PolicyDefinition>,
    /// The definition bound to the assignment's parameters; shared by all assignments that bind it alike.
    pub policy: Arc<CompiledPolicy>,
    /// Whether it was given by `--assign` and doesn't exist yet.
    pub proposed: bool,
    /// The newest API version of each type that its rule names, where the catalogue lists them: a scan is evaluated
    /// as a request of that version.
    pub versions: BTreeMap<ResourceType, Arc<str>>,
    /// What is given of the occasion beside that: who asks, what is claimed. A scan gives nothing.
    pub given: Occasion,
}

impl Evaluated {
    /// `policyDefinitionReferenceId`, where the assignment names an initiative.
    pub fn reference_id(&self) -> Option<&Arc<str>> {
        self.member.as_ref().map(Member::reference_id)
    }
}

/// An assignment, or a member of an assigned initiative, that has no rows because it can't be evaluated.
#[derive(Debug, Clone)]
pub struct NotEvaluated {
    /// The assignment.
    pub assignment: Arc<PolicyAssignment>,
    /// The member, where the reason is its own and not the whole assignment's.
    pub member: Option<Member>,
    /// Its definition, where it is known.
    pub definition: Option<Arc<PolicyDefinition>>,
    /// Why.
    pub reason: WhyNot,
}

impl NotEvaluated {
    /// The id of the definition or initiative that it, or its member, names.
    pub fn definition_id(&self) -> &Arc<str> {
        match &self.member {
            Some(member) => &member.policy().definition_id,
            None => &self.assignment.definition_id,
        }
    }
}

/// Why an assignment can't be evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhyNot {
    /// The definition wasn't given, and azpol ships no twin of it.
    UnknownDefinition,
    /// Two unlike definitions with this id were given.
    AmbiguousDefinition,
    /// Another version of the definition, or of the initiative, is asked for than the one that was given.
    Version {
        /// `definitionVersion`: a version, or a pattern such as `1.*.*`.
        wanted: Arc<str>,
        /// The one that was given.
        given: Arc<str>,
    },
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

/// An assignment, or a member of an assigned initiative, whose effect is `disabled`: it gives no rows.
#[derive(Debug, Clone)]
pub struct Disabled {
    /// The assignment.
    pub assignment: Arc<PolicyAssignment>,
    /// The member, where the assignment names an initiative.
    pub member: Option<Member>,
    /// Its definition.
    pub definition: Arc<PolicyDefinition>,
}

/// What `notScopes` leave out: a subscription, or a group or a resource in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Excluded {
    /// The assignment: its index in [`Run::assignments`]; of an initiative the first one.
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
    /// What was evaluated, sorted by display name, then id, then reference id.
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
