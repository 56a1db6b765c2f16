//! What an effect makes of a resource to which its rule applies.

use std::fmt;
use std::sync::Arc;

use crate::policy::{CascadeBehavior, Effect, ManualState};

use super::Occasion;
use super::change::CompiledChange;
use super::observe::Observer;
use super::policy::CompiledPolicy;
use super::{Cause, Subject, Truth};

/// What the details of an effect ask for, other than to look for a related resource.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Consequence {
    None,
    /// `append`, `modify`
    Change(CompiledChange),
    /// `denyAction`
    Protect {
        actions: Vec<Arc<str>>,
        on_group_deletion: CascadeBehavior,
    },
    /// `manual`
    Attest(ManualState),
}

/// Why a policy gives no states here, whatever the resource is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotEvaluable {
    /// The resource provider of this mode evaluates it.
    ProviderMode(Arc<str>),
    /// Its type is `Static`: Microsoft attests it.
    Static,
    /// An effect that only a resource provider, a network manager or a request carries out.
    Effect(Effect),
    /// Its rule asks who makes a request (`requestContext().identity`, `claims()`): a scan has no request, and the
    /// service gives no states either.
    Identity,
}

impl NotEvaluable {
    /// Whether this effect is never evaluated here.
    pub(super) fn is_elsewhere(effect: Effect) -> bool {
        matches!(
            effect,
            Effect::AddToNetworkGroup
                | Effect::AuditAction
                | Effect::EnforceRegoPolicy
                | Effect::EnforceSetting
                | Effect::Mutate
        )
    }
}

impl fmt::Display for NotEvaluable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotEvaluable::ProviderMode(mode) => {
                write!(f, "the mode {mode} is evaluated by its resource provider")
            }
            NotEvaluable::Static => {
                f.write_str("a Static definition: Microsoft attests it, nothing is evaluated")
            }
            NotEvaluable::Effect(effect) => {
                write!(f, "the effect `{}` gives no states that files could show", effect.as_str())
            }
            NotEvaluable::Identity => {
                f.write_str("the rule asks who makes a request, and a scan has no request")
            }
        }
    }
}

/// What a policy says of a resource; the state follows from it.
///
/// <https://learn.microsoft.com/azure/governance/policy/concepts/compliance-states>
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// There is no row: the policy is disabled, or doesn't apply.
    NoRow,
    /// Nothing is evaluated here: there is no row, and the policy is counted apart.
    NotEvaluable(NotEvaluable),
    /// It can't be decided, for these reasons.
    Undecided(Vec<Cause>),
    /// The rule's `if` holds, and the effect looks for a related resource: `existence` and `satisfies` decide.
    LooksForRelated,
    /// The rule's `if` holds, which `audit`, `deny`, `append` and `modify` object to: non-compliant.
    RuleHolds,
    /// The rule applies, and its `if` doesn't hold: compliant.
    RuleDoesNotHold,
    /// `denyAction` protects the resource.
    Protected,
    /// `manual`: this state, as long as nobody attests another.
    Attested(ManualState),
}

impl CompiledPolicy {
    /// Why the policy gives no states in a scan, whatever the resource is.
    pub fn not_evaluable(&self) -> Option<&NotEvaluable> {
        self.not_evaluable.as_ref()
    }

    /// Why the policy gives no states on this occasion, whatever the resource is.
    pub fn not_evaluable_on(&self, occasion: Option<&Occasion>) -> Option<&NotEvaluable> {
        let request = occasion.is_some_and(|occasion| occasion.request);
        self.not_evaluable.as_ref().filter(|reason| !request || **reason != NotEvaluable::Identity)
    }

    /// What the policy says of a resource, up to the search for a related one. The observer sees the evaluation of
    /// `if`, where that decides.
    pub fn standing<O: Observer>(&self, subject: &Subject<'_>, observer: &mut O) -> Standing {
        if self.effect == Effect::Disabled {
            return Standing::NoRow;
        }
        if let Some(reason) = self.not_evaluable_on(subject.occasion) {
            return Standing::NotEvaluable(reason.clone());
        }
        if self.looks_for_related() {
            return match self.applies_to(subject, observer) {
                Truth::True => Standing::LooksForRelated,
                Truth::False => Standing::NoRow,
                Truth::Unknown(causes) => Standing::Undecided(causes),
            };
        }
        match self.applicable(subject) {
            Truth::True => {}
            Truth::False => return Standing::NoRow,
            Truth::Unknown(causes) => return Standing::Undecided(causes),
        }
        match &self.consequence {
            Consequence::Protect { .. } => return Standing::Protected,
            Consequence::Attest(state) => return Standing::Attested(*state),
            Consequence::None | Consequence::Change(_) => {}
        }
        match self.applies_to(subject, observer) {
            Truth::True => Standing::RuleHolds,
            Truth::False => Standing::RuleDoesNotHold,
            Truth::Unknown(causes) => Standing::Undecided(causes),
        }
    }

    /// The actions that `denyAction` refuses; none for any other effect.
    pub fn denied_actions(&self) -> &[Arc<str>] {
        match &self.consequence {
            Consequence::Protect { actions, .. } => actions,
            _ => &[],
        }
    }

    /// Whether `denyAction` also refuses to delete the group in which the resource lies.
    pub fn protects_group(&self) -> bool {
        match &self.consequence {
            Consequence::Protect { on_group_deletion, .. } => *on_group_deletion == CascadeBehavior::Deny,
            _ => false,
        }
    }

    /// The state of a `manual` policy that nobody attested.
    pub fn default_state(&self) -> Option<ManualState> {
        match &self.consequence {
            Consequence::Attest(state) => Some(*state),
            _ => None,
        }
    }

    /// What `append` or `modify` would change.
    pub(super) fn change(&self) -> Option<&CompiledChange> {
        match &self.consequence {
            Consequence::Change(change) => Some(change),
            _ => None,
        }
    }
}
