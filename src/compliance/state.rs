//! Rows: what an assignment says of a resource.

use std::sync::Arc;

use crate::arm::{ManagementGroupId, ResourceId, ResourceType, Scope, SubscriptionId, Value};
use crate::engine::Doubts;
use crate::source::Span;

/// The state of a row. `Undetermined` is azpol's own: it can't be decided from the files.
///
/// <https://learn.microsoft.com/azure/governance/policy/concepts/compliance-states>
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ComplianceState {
    /// `Compliant`
    Compliant,
    /// `NonCompliant`
    NonCompliant,
    /// `Error`: evaluation fails in the service.
    Error,
    /// `Protected`: `denyAction` keeps it from being deleted.
    Protected,
    /// Azure's `Unknown`: a `manual` policy that nobody attested.
    Unknown,
    /// The files don't say; never counted on either side, never planned.
    Undetermined,
}

impl ComplianceState {
    /// As Azure writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            ComplianceState::Compliant => "Compliant",
            ComplianceState::NonCompliant => "NonCompliant",
            ComplianceState::Error => "Error",
            ComplianceState::Protected => "Protected",
            ComplianceState::Unknown => "Unknown",
            ComplianceState::Undetermined => "Undetermined",
        }
    }
}

/// One row: an assignment's verdict on a resource, a group or a subscription.
#[derive(Debug, Clone)]
pub struct PolicyState {
    /// Which assignment: its index in the run's list of assignments.
    pub assignment: usize,
    /// The resource that the row is about.
    pub resource: ResourceId,
    /// The subscription that it is or lies in.
    pub subscription: SubscriptionId,
    /// The state.
    pub state: ComplianceState,
    /// Why; `None` only where there is nothing to say (an effect that isn't "if not exists").
    pub reason: Option<ReasonKind>,
    /// The heuristics, and the readings of points that the documentation leaves open, on which the state rests.
    pub doubts: Doubts,
    /// What else there is to say; most of the rows of a large run have nothing, and are small.
    pub(crate) evidence: Option<Box<Evidence>>,
}

/// What a verdict rests on, beside its reason.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evidence {
    /// What was looked for, as users read it: type, name, group.
    pub looked_for: Option<LookedFor>,
    /// The resource that decided: the satisfying one, or the one that fails.
    pub candidate: Option<ResourceId>,
    /// The conditions on which the nearest candidate fails, first ones first.
    pub failed: Vec<DecidingLeaf>,
    /// Resources of the type that stand elsewhere in the subscription, nearest first.
    pub near_misses: Vec<NearMiss>,
    /// For an `Undetermined` row: the state that it would have, and under which assumptions.
    pub provisional: Option<Provisional>,
}

impl PolicyState {
    /// A row with nothing but its state.
    pub fn new(
        assignment: usize,
        resource: ResourceId,
        subscription: SubscriptionId,
        state: ComplianceState,
        reason: Option<ReasonKind>,
    ) -> PolicyState {
        PolicyState {
            assignment,
            resource,
            subscription,
            state,
            reason,
            doubts: Doubts::default(),
            evidence: None,
        }
    }

    /// What the verdict rests on, beside its reason.
    pub fn evidence(&self) -> &Evidence {
        static NOTHING: Evidence = Evidence {
            looked_for: None,
            candidate: None,
            failed: Vec::new(),
            near_misses: Vec::new(),
            provisional: None,
        };
        self.evidence.as_deref().unwrap_or(&NOTHING)
    }

    /// The same, to be changed.
    pub fn evidence_mut(&mut self) -> &mut Evidence {
        self.evidence.get_or_insert_default()
    }

    /// The row with this evidence.
    #[must_use]
    pub(super) fn with_evidence(mut self, evidence: Evidence) -> PolicyState {
        self.evidence = (evidence != Evidence::default()).then(|| Box::new(evidence));
        self
    }

    /// Whether the row is about the subscription itself.
    pub fn is_subscription(&self) -> bool {
        self.resource.folded().strip_prefix("/subscriptions/") == Some(self.subscription.as_str())
    }
}

/// What an existence check looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookedFor {
    /// Its type.
    pub resource_type: ResourceType,
    /// Its name, where one is given.
    pub name: Option<Arc<str>>,
    /// The group that is searched; the whole subscription without it.
    pub resource_group: Option<Arc<str>>,
}

/// Why a row has its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReasonKind {
    /// A candidate satisfies the condition.
    Satisfied,
    /// The rule's `if` holds, which `audit`, `deny`, `append` and `modify` object to.
    RuleHolds,
    /// The rule's `if` doesn't hold, so that they have nothing to object to.
    RuleDoesNotHold,
    /// `denyAction` refuses what would delete it.
    Protects,
    /// `manual` has a state that somebody has to attest; this is the one without.
    NotAttested,
    /// No resource of that type and name stands where it is looked for.
    ResourceNotFound,
    /// The group that is searched doesn't exist.
    ResourceGroupNotFound,
    /// Candidates exist, and none satisfies the condition.
    ConditionFails,
    /// A missing fact, or several.
    Missing(Vec<MissingFact>),
    /// An exemption touches the row, and exemptions aren't evaluated yet: its id.
    Exemption(Arc<str>),
    /// The evaluation fails: why.
    Fails(Arc<str>),
}

impl ReasonKind {
    /// As results and policy tests name it.
    pub fn as_str(&self) -> &'static str {
        match self {
            ReasonKind::Satisfied => "Satisfied",
            ReasonKind::RuleHolds => "RuleHolds",
            ReasonKind::RuleDoesNotHold => "RuleDoesNotHold",
            ReasonKind::Protects => "Protects",
            ReasonKind::NotAttested => "NotAttested",
            ReasonKind::ResourceNotFound => "ResourceNotFound",
            ReasonKind::ResourceGroupNotFound => "ResourceGroupNotFound",
            ReasonKind::ConditionFails => "ConditionFails",
            ReasonKind::Missing(_) => "MissingFacts",
            ReasonKind::Exemption(_) => "ExemptionNotEvaluated",
            ReasonKind::Fails(_) => "EvaluationFails",
        }
    }
}

/// A fact that the files don't carry and that would settle rows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum MissingFact {
    /// Is the listing of this type in this scope complete?
    Listing(ResourceType, Scope),
    /// Does this subscription lie under this management group? Assumed: it does.
    Under(SubscriptionId, ManagementGroupId),
    /// Does this subscription lie under this management group? Assumed: it doesn't.
    Outside(SubscriptionId, ManagementGroupId),
    /// The export in which this resource came doesn't carry this path.
    Carried(ResourceId, Arc<str>),
    /// Anything else, in words.
    Other(Arc<str>),
}

/// The state that an `Undetermined` row would have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provisional {
    /// The state, if every assumption holds.
    pub state: ComplianceState,
    /// What is assumed.
    pub assumptions: Vec<MissingFact>,
}

/// A condition that decides: one that a candidate doesn't meet, or one because of which a rule holds.
#[derive(Debug, Clone, PartialEq)]
pub struct DecidingLeaf {
    /// What was looked at, as the rule writes it: an alias, `value`, `count(…)`.
    pub subject: Arc<str>,
    /// The path in the resource's body, where there is one.
    pub path: Option<Arc<str>>,
    /// The condition, as Azure writes it.
    pub operator: &'static str,
    /// The value found; `None` where it is missing.
    pub current: Option<Value>,
    /// The value wanted; `None` where its expression has none.
    pub target: Option<Value>,
    /// Whether the condition itself holds, which below a `not` is what a candidate lacks; `None` where that isn't
    /// known.
    pub holds: Option<bool>,
    /// Where the condition stands in the definition.
    pub span: Span,
}

/// A resource of the wanted type that stands elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearMiss {
    /// Its id.
    pub id: ResourceId,
    /// Whether it would satisfy the condition where it stands.
    pub satisfies: bool,
    /// Whether it has the wanted name.
    pub same_name: bool,
}

#[cfg(test)]
mod tests {
    use super::PolicyState;

    #[test]
    fn a_row_is_small() {
        // A run over all definitions has millions of them.
        assert!(size_of::<PolicyState>() <= 96, "{}", size_of::<PolicyState>());
    }
}
