//! What an assignment's program says of one resource.

use crate::arm::expression::Failure;
use crate::arm::{ResourceId, SubscriptionId};
use crate::engine::{Answers, Cause, CompiledPolicy, Doubts, Standing, Subject};
use crate::inventory::Inventory;
use crate::policy::ManualState;

use super::existence::exist;
use super::state::{ComplianceState, Evidence, MissingFact, ReasonKind};

/// What was found out about a row, before its place and exemptions are looked at.
#[derive(Debug)]
pub(super) struct Verdict {
    pub(super) state: ComplianceState,
    pub(super) reason: ReasonKind,
    pub(super) doubts: Doubts,
    pub(super) evidence: Evidence,
}

impl Verdict {
    pub(super) fn new(state: ComplianceState, reason: ReasonKind) -> Verdict {
        Verdict { state, reason, doubts: Doubts::default(), evidence: Evidence::default() }
    }

    /// The one place that turns an unknown truth into a state: `Error` where the service would fail whatever
    /// the missing facts are, else `Undetermined`.
    pub(super) fn undecided(causes: &[Cause], resource: &ResourceId) -> Verdict {
        let failures = causes.iter().all(|cause| matches!(cause, Cause::Fails(_)));
        if let (true, Some(Cause::Fails(why))) = (failures, causes.first()) {
            return Verdict::new(ComplianceState::Error, ReasonKind::Fails(why.clone()));
        }
        let mut facts: Vec<_> = causes
            .iter()
            .map(|cause| match cause {
                Cause::NotCarried(path) => MissingFact::Carried(resource.clone(), path.clone()),
                other => MissingFact::Other(other.to_string().into()),
            })
            .collect();
        facts.sort();
        facts.dedup();
        Verdict::new(ComplianceState::Undetermined, ReasonKind::Missing(facts))
    }
}

/// `None` where there is no row: the rule doesn't apply, or nothing is evaluated here.
pub(super) fn verdict(
    inventory: &Inventory,
    policy: &CompiledPolicy,
    subscription: &SubscriptionId,
    subject: &Subject<'_>,
    answers: &mut Answers,
) -> Option<Verdict> {
    let id = &subject.resource.id;
    let mut doubts = Doubts::default();
    let mut verdict = match policy.standing(subject, &mut doubts) {
        Standing::NoRow | Standing::NotEvaluable(_) => return None,
        Standing::Undecided(causes) => Verdict::undecided(&causes, id),
        Standing::RuleHolds => Verdict::new(ComplianceState::NonCompliant, ReasonKind::RuleHolds),
        Standing::RuleDoesNotHold => Verdict::new(ComplianceState::Compliant, ReasonKind::RuleDoesNotHold),
        Standing::Protected => Verdict::new(ComplianceState::Protected, ReasonKind::Protects),
        Standing::Attested(state) => Verdict::new(unattested(state), ReasonKind::NotAttested),
        Standing::LooksForRelated => match policy.existence(subject) {
            Ok(check) => exist(inventory, policy, subscription, subject, &check, answers),
            Err(Failure::Error(message)) => Verdict::undecided(&[Cause::Fails(message.into())], id),
            Err(failure) => Verdict::undecided(&[Cause::MissingFact(failure.to_string().into())], id),
        },
    };
    verdict.doubts.extend(doubts.iter());
    Some(verdict)
}

/// The state that a `manual` policy has while nobody attests another.
fn unattested(state: ManualState) -> ComplianceState {
    match state {
        ManualState::Compliant => ComplianceState::Compliant,
        ManualState::NonCompliant => ComplianceState::NonCompliant,
        ManualState::Unknown => ComplianceState::Unknown,
    }
}
