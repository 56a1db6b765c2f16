//! Does a resource exist that satisfies the condition? What is present decides where it suffices; absence
//! needs a listing that is known to be complete.
//!
//! <https://learn.microsoft.com/azure/governance/policy/concepts/effect-deploy-if-not-exists>

use std::sync::Arc;

use crate::arm::{ResourceId, ResourceType, Scope, SubscriptionId};
use crate::engine::{
    Answers, Candidate, Cause, CompiledPolicy, ExistenceCheck, LeafRecord, NameRule, Subject, Truth,
};
use crate::inventory::{Existence, Inventory, Resource};

use super::state::{ComplianceState, FailedLeaf, LookedFor, MissingFact, NearMiss, Provisional, ReasonKind};

/// How many near misses a row names.
const NEAR_MISSES: usize = 10;

/// What was found out about a row, before its place and exemptions are looked at.
#[derive(Debug)]
pub(super) struct Verdict {
    pub(super) state: ComplianceState,
    pub(super) reason: ReasonKind,
    pub(super) looked_for: Option<LookedFor>,
    pub(super) candidate: Option<ResourceId>,
    pub(super) failed: Vec<FailedLeaf>,
    pub(super) near_misses: Vec<NearMiss>,
    pub(super) provisional: Option<Provisional>,
    pub(super) low_confidence: Vec<Arc<str>>,
}

impl Verdict {
    pub(super) fn new(state: ComplianceState, reason: ReasonKind) -> Verdict {
        Verdict {
            state,
            reason,
            looked_for: None,
            candidate: None,
            failed: Vec::new(),
            near_misses: Vec::new(),
            provisional: None,
            low_confidence: Vec::new(),
        }
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

/// Searches for what satisfies the condition.
pub(super) fn exist(
    inventory: &Inventory,
    policy: &CompiledPolicy,
    subscription: &SubscriptionId,
    subject: &Subject<'_>,
    check: &ExistenceCheck,
    answers: &mut Answers,
) -> Verdict {
    let of_type: Vec<&Resource> = inventory.resources(subscription, &check.resource_type).collect();
    let (candidates, others): (Vec<&Resource>, Vec<&Resource>) =
        of_type.into_iter().partition(|resource| check.admits(resource));
    let mut verdict = decide(inventory, policy, subscription, subject, check, &candidates, answers);
    verdict.looked_for = Some(LookedFor {
        resource_type: check.resource_type.clone(),
        name: check.name.clone(),
        resource_group: check.resource_group().and_then(|group| group.resource_group_name()).map(Arc::from),
    });
    if verdict.state != ComplianceState::Compliant {
        verdict.near_misses = near_misses(inventory, policy, subject, check, &others, answers);
    }
    verdict
}

fn decide(
    inventory: &Inventory,
    policy: &CompiledPolicy,
    subscription: &SubscriptionId,
    subject: &Subject<'_>,
    check: &ExistenceCheck,
    candidates: &[&Resource],
    answers: &mut Answers,
) -> Verdict {
    let mut open: Vec<(&Resource, Vec<Cause>)> = Vec::new();
    for resource in candidates {
        match answers.satisfies(policy, subject, candidate(inventory, resource)) {
            Truth::True => {
                let mut verdict = Verdict::new(ComplianceState::Compliant, ReasonKind::Satisfied);
                verdict.candidate = Some(resource.id.clone());
                return verdict;
            }
            Truth::False => {}
            Truth::Unknown(causes) => open.push((resource, causes)),
        }
    }
    if let Some((resource, causes)) = open.first() {
        let mut verdict = Verdict::undecided(causes, &resource.id);
        verdict.candidate = Some(resource.id.clone());
        return verdict;
    }
    let reason =
        if candidates.is_empty() { ReasonKind::ResourceNotFound } else { ReasonKind::ConditionFails };
    let mut verdict = Verdict::new(ComplianceState::NonCompliant, reason);
    if let Some((nearest, failed, doubts)) = nearest(inventory, policy, subject, candidates, answers) {
        verdict.candidate = Some(nearest.id.clone());
        verdict.failed = failed;
        verdict.low_confidence = doubts;
    }
    verdict.low_confidence.extend(check.doubts.iter().map(|doubt| Arc::from(doubt.as_str())));
    let group = check.resource_group();
    let only_one = group.is_some() && matches!(check.name_rule, Some(NameRule::Full));
    if only_one && !candidates.is_empty() {
        return verdict;
    }
    if let Some(group) = group
        && matches!(inventory.resource_group(group), Existence::Absent)
    {
        verdict.reason = ReasonKind::ResourceGroupNotFound;
        return verdict;
    }
    let whole = Scope::Subscription(subscription.clone());
    let searched = group.map_or_else(|| whole.clone(), |group| Scope::ResourceGroup(group.clone()));
    if inventory.listing(&check.resource_type, &searched).is_complete() {
        return verdict;
    }
    let fact = MissingFact::Listing(ResourceType::clone(&check.resource_type), whole);
    verdict.provisional = Some(Provisional { state: verdict.state, assumptions: vec![fact.clone()] });
    verdict.state = ComplianceState::Undetermined;
    verdict.reason = ReasonKind::Missing(vec![fact]);
    verdict
}

/// A resource as a condition looks at it: one that a plan would put isn't as the provider will keep it.
fn candidate<'a>(inventory: &Inventory, resource: &'a Resource) -> Candidate<'a> {
    if inventory.is_planned(&resource.id) {
        Candidate::planned(resource)
    } else {
        Candidate::existing(resource)
    }
}

/// A candidate, the conditions on which it fails, and the readings that this rests on.
type Failing<'a> = (&'a Resource, Vec<FailedLeaf>, Vec<Arc<str>>);

/// The candidate with the fewest failing conditions (then by id), those conditions, and what they rest on.
fn nearest<'a>(
    inventory: &Inventory,
    policy: &CompiledPolicy,
    subject: &Subject<'_>,
    candidates: &[&'a Resource],
    answers: &mut Answers,
) -> Option<Failing<'a>> {
    candidates
        .iter()
        .map(|resource| (*resource, answers.failures(policy, subject, candidate(inventory, resource))))
        .min_by(|a, b| (a.1.0.len(), &a.0.id).cmp(&(b.1.0.len(), &b.0.id)))
        .map(|(resource, failing)| {
            let (failed, doubts) = &*failing;
            let doubts = doubts.iter().map(|doubt| doubt.as_str().into()).collect();
            (resource, failed.iter().map(FailedLeaf::from).collect(), doubts)
        })
}

fn near_misses(
    inventory: &Inventory,
    policy: &CompiledPolicy,
    subject: &Subject<'_>,
    check: &ExistenceCheck,
    others: &[&Resource],
    answers: &mut Answers,
) -> Vec<NearMiss> {
    let mut found: Vec<NearMiss> = others
        .iter()
        .map(|resource| NearMiss {
            id: resource.id.clone(),
            satisfies: answers.satisfies(policy, subject, candidate(inventory, resource)) == Truth::True,
            same_name: check.name.is_some() && check.names(resource),
        })
        .collect();
    found.sort_by(|a, b| (!a.same_name, !a.satisfies, &a.id).cmp(&(!b.same_name, !b.satisfies, &b.id)));
    found.truncate(NEAR_MISSES);
    found
}

impl From<&LeafRecord> for FailedLeaf {
    fn from(leaf: &LeafRecord) -> FailedLeaf {
        FailedLeaf {
            subject: leaf.subject.clone(),
            path: leaf.path.clone(),
            operator: leaf.operator.as_str(),
            current: leaf.current.clone(),
            target: leaf.target.clone(),
            span: leaf.span,
        }
    }
}
