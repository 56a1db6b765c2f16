//! Does a resource exist that satisfies the condition? What is present decides where it suffices; absence
//! needs a listing that is known to be complete.
//!
//! <https://learn.microsoft.com/azure/governance/policy/concepts/effect-deploy-if-not-exists>

use std::sync::Arc;

use crate::arm::{ResourceType, Scope, SubscriptionId};
use crate::engine::{
    Answers, Candidate, Cause, CompiledPolicy, Doubts, ExistenceCheck, LeafRecord, NameRule, SearchPlace,
    Subject, Truth,
};
use crate::inventory::{Existence, Inventory, Resource};

use super::listed::is_read_otherwise;
use super::state::{
    ComplianceState, DecidingLeaf, LookedFor, MissingFact, NearMiss, Provisional, ReasonKind,
};
use super::verdict::Verdict;

/// How many near misses a row names.
const NEAR_MISSES: usize = 10;

/// Among how many resources near misses are looked for: each row looks again.
const OTHERS: usize = 1000;

/// Searches for what satisfies the condition.
pub(super) fn exist(
    inventory: &Inventory,
    policy: &CompiledPolicy,
    subscription: &SubscriptionId,
    subject: &Subject<'_>,
    check: &ExistenceCheck,
    answers: &mut Answers,
) -> Verdict {
    let (candidates, others) = searched(inventory, subscription, check);
    let mut verdict = decide(inventory, policy, subscription, subject, check, &candidates, answers);
    verdict.doubts.extend(check.doubts.iter().copied());
    verdict.evidence.looked_for = Some(LookedFor {
        resource_type: check.resource_type.clone(),
        name: check.name.clone(),
        resource_group: check.resource_group().and_then(|group| group.resource_group_name()).map(Arc::from),
    });
    if verdict.state != ComplianceState::Compliant {
        verdict.evidence.near_misses = near_misses(inventory, policy, subject, check, &others, answers);
    }
    verdict
}

/// The resources of the wanted type that stand where is searched and have the name, and those that don't. Where the
/// place is a resource, what stands elsewhere belongs to other resources, and is no near miss.
fn searched<'a>(
    inventory: &'a Inventory,
    subscription: &SubscriptionId,
    check: &ExistenceCheck,
) -> (Vec<&'a Resource>, Vec<&'a Resource>) {
    match &check.place {
        SearchPlace::On(id) | SearchPlace::Below(id) if id.subscription_id().is_some() => {
            let below = inventory.resources_below(id, &check.resource_type);
            (below.filter(|resource| check.admits(resource)).collect(), Vec::new())
        }
        _ => inventory
            .resources(subscription, &check.resource_type)
            .partition(|resource| check.admits(resource)),
    }
}

/// Whether place and name together leave room for one resource only.
fn admits_one(check: &ExistenceCheck, subject: &Subject<'_>) -> bool {
    match (&check.place, &check.name_rule) {
        (SearchPlace::ResourceGroup(_), Some(NameRule::Full)) => true,
        // A child right below the resource, an extension right on it.
        (SearchPlace::Below(_), Some(NameRule::Last | NameRule::Full)) => {
            check.resource_type.depth() == subject.resource.resource_type.depth() + 1
        }
        (SearchPlace::On(_), Some(NameRule::Last | NameRule::Full)) => check.resource_type.depth() == 1,
        _ => false,
    }
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
            (Truth::True, doubts) => {
                let mut verdict = Verdict::new(ComplianceState::Compliant, ReasonKind::Satisfied);
                verdict.evidence.candidate = Some(resource.id.clone());
                verdict.doubts = doubts;
                return verdict;
            }
            (Truth::False, _) => {}
            (Truth::Unknown(causes), _) => open.push((resource, causes)),
        }
    }
    if let Some((resource, causes)) = open.first() {
        let mut verdict = Verdict::undecided(causes, &resource.id);
        verdict.evidence.candidate = Some(resource.id.clone());
        return verdict;
    }
    let reason =
        if candidates.is_empty() { ReasonKind::ResourceNotFound } else { ReasonKind::ConditionFails };
    let mut verdict = Verdict::new(ComplianceState::NonCompliant, reason);
    if let Some((nearest, failed, doubts)) = nearest(inventory, policy, subject, candidates, answers) {
        verdict.evidence.candidate = Some(nearest.id.clone());
        verdict.evidence.failed = failed;
        verdict.doubts = doubts;
    }
    let group = check.resource_group();
    if !candidates.is_empty() && admits_one(check, subject) {
        return verdict;
    }
    if let Some(group) = group
        && matches!(inventory.resource_group(group), Existence::Absent)
    {
        verdict.reason = ReasonKind::ResourceGroupNotFound;
        return verdict;
    }
    let whole = Scope::Subscription(subscription.clone());
    let searched = match &check.place {
        SearchPlace::ResourceGroup(group) => Scope::ResourceGroup(group.clone()),
        SearchPlace::On(id) | SearchPlace::Below(id) => {
            Scope::parse(id.as_str()).unwrap_or_else(|| whole.clone())
        }
        SearchPlace::Subscription => whole.clone(),
    };
    if is_read_otherwise(&check.resource_type) {
        let what = format!("{} are read as documents of their own, and aren't searched", check.resource_type);
        verdict.state = ComplianceState::Undetermined;
        verdict.reason = ReasonKind::Missing(vec![MissingFact::Other(what.into())]);
        return verdict;
    }
    if inventory.listing(&check.resource_type, &searched).is_complete() {
        return verdict;
    }
    let fact = MissingFact::Listing(ResourceType::clone(&check.resource_type), whole);
    verdict.evidence.provisional =
        Some(Provisional { state: verdict.state, assumptions: vec![fact.clone()] });
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
type Failing<'a> = (&'a Resource, Vec<DecidingLeaf>, Doubts);

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
            let mut rested = Doubts::default();
            rested.extend(doubts.iter().copied());
            (resource, failed.iter().map(DecidingLeaf::from).collect(), rested)
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
    if others.len() > OTHERS {
        return Vec::new();
    }
    let mut found: Vec<NearMiss> = others
        .iter()
        .map(|resource| NearMiss {
            id: resource.id.clone(),
            satisfies: answers.satisfies(policy, subject, candidate(inventory, resource)).0 == Truth::True,
            same_name: check.name.is_some() && check.names(resource),
        })
        .collect();
    found.sort_by(|a, b| (!a.same_name, !a.satisfies, &a.id).cmp(&(!b.same_name, !b.satisfies, &b.id)));
    found.truncate(NEAR_MISSES);
    found
}

impl From<&LeafRecord> for DecidingLeaf {
    fn from(leaf: &LeafRecord) -> DecidingLeaf {
        DecidingLeaf {
            subject: leaf.subject.clone(),
            path: leaf.path.clone(),
            operator: leaf.operator.as_str(),
            current: leaf.current.clone(),
            target: leaf.target.clone(),
            holds: match leaf.truth {
                Truth::True => Some(true),
                Truth::False => Some(false),
                Truth::Unknown(_) => None,
            },
            span: leaf.span,
        }
    }
}
