//! Rows: each assignment against each subscription that it covers.

use rayon::prelude::*;

use crate::arm::expression::Failure;
use crate::arm::{ResourceId, SubscriptionId};
use crate::engine::{Answers, Cause, Silent, Subject, SubscriptionSubject, Truth};
use crate::inventory::{Inventory, Subscription};

use super::coverage::{Coverage, coverage};
use super::existence::{Verdict, exist};
use super::run::{Evaluated, Excluded};
use super::state::{ComplianceState, MissingFact, PolicyState, Provisional, ReasonKind};

/// How many subscriptions one thread takes at once.
const CHUNK: usize = 64;

/// The rows of assignments over the subscriptions that `selected` lets through, and what `notScopes` leave out.
///
/// Rows are sorted by assignment, then subscription name, then resource id. `now` is what `utcNow()` answers.
pub fn evaluate(
    inventory: &Inventory,
    assignments: &[Evaluated],
    selected: &(dyn Fn(&Subscription) -> bool + Sync),
    now: Option<&str>,
) -> (Vec<PolicyState>, Vec<Excluded>) {
    let mut subscriptions: Vec<&Subscription> = inventory.subscriptions().filter(|s| selected(s)).collect();
    subscriptions.par_sort_by(|a, b| (&a.display_name, &a.id).cmp(&(&b.display_name, &b.id)));
    let found: Vec<(Vec<PolicyState>, Vec<Excluded>)> = subscriptions
        .par_chunks(CHUNK)
        .map_init(Answers::new, |answers, chunk| {
            let (mut rows, mut excluded) = (Vec::with_capacity(chunk.len()), Vec::new());
            for subscription in chunk {
                let whole = SubscriptionSubject::new(subscription);
                let subject = whole.subject(now);
                for (index, evaluated) in assignments.iter().enumerate() {
                    match covered(inventory, index, evaluated, subscription, &subject, answers) {
                        Some(Covered::Row(row)) => rows.push(*row),
                        Some(Covered::Excluded(one)) => excluded.push(one),
                        None => {}
                    }
                }
            }
            (rows, excluded)
        })
        .collect();
    let mut rows = Vec::with_capacity(found.iter().map(|(rows, _)| rows.len()).sum());
    let mut excluded = Vec::new();
    for (some_rows, some_excluded) in found {
        rows.extend(some_rows);
        excluded.extend(some_excluded);
    }
    // Both keep the order of subscriptions within an assignment: these sorts are stable.
    rows.sort_by_key(|row: &PolicyState| row.assignment);
    excluded.sort_by_key(|one: &Excluded| one.assignment);
    (rows, excluded)
}

enum Covered {
    Row(Box<PolicyState>),
    Excluded(Excluded),
}

fn covered(
    inventory: &Inventory,
    index: usize,
    evaluated: &Evaluated,
    subscription: &Subscription,
    subject: &Subject<'_>,
    answers: &mut Answers,
) -> Option<Covered> {
    let assumed = match coverage(&evaluated.assignment, subscription) {
        Coverage::Outside => return None,
        Coverage::Excluded(scope) => {
            let subscription = subscription.id.clone();
            return Some(Covered::Excluded(Excluded { assignment: index, subscription, scope }));
        }
        Coverage::Covered => Vec::new(),
        Coverage::Unknown(facts) => facts,
    };
    let verdict = verdict(inventory, evaluated, &subscription.id, subject, answers)?;
    let mut row = PolicyState {
        assignment: index,
        resource: subject.resource.id.clone(),
        subscription: subscription.id.clone(),
        state: verdict.state,
        reason: Some(verdict.reason),
        looked_for: verdict.looked_for,
        candidate: verdict.candidate,
        failed: verdict.failed,
        near_misses: verdict.near_misses,
        provisional: verdict.provisional,
        low_confidence: verdict.low_confidence,
    };
    if !assumed.is_empty() {
        assume(&mut row, assumed);
    }
    if let Some(id) = exemption(inventory, evaluated, &row.resource) {
        row.state = ComplianceState::Undetermined;
        row.provisional = None;
        row.reason = Some(ReasonKind::Exemption(id));
    }
    Some(Covered::Row(Box::new(row)))
}

/// Makes a row rest on facts that the files don't carry.
fn assume(row: &mut PolicyState, assumed: Vec<MissingFact>) {
    let provisional = match (row.state, row.provisional.take()) {
        (ComplianceState::Undetermined, None) => None,
        (ComplianceState::Undetermined, Some(inner)) => Some(inner),
        (state, _) => Some(Provisional { state, assumptions: Vec::new() }),
    };
    let mut facts = match row.reason.take() {
        Some(ReasonKind::Missing(facts)) => facts,
        _ => Vec::new(),
    };
    facts.extend(assumed.iter().cloned());
    facts.sort();
    facts.dedup();
    row.provisional = provisional.map(|mut provisional| {
        provisional.assumptions.extend(assumed);
        provisional.assumptions.sort();
        provisional.assumptions.dedup();
        provisional
    });
    row.state = ComplianceState::Undetermined;
    row.reason = Some(ReasonKind::Missing(facts));
}

/// An exemption of this assignment that touches the resource, or may.
fn exemption(
    inventory: &Inventory,
    evaluated: &Evaluated,
    resource: &ResourceId,
) -> Option<std::sync::Arc<str>> {
    if inventory.exemptions().is_empty() {
        return None;
    }
    inventory
        .exemptions_touching(resource)
        .find(|exemption| exemption.assignment_id.eq_ignore_ascii_case(&evaluated.assignment.id))
        .map(|exemption| exemption.id.clone())
}

/// `None` where the rule doesn't apply, so that there is no row.
fn verdict(
    inventory: &Inventory,
    evaluated: &Evaluated,
    subscription: &SubscriptionId,
    subject: &Subject<'_>,
    answers: &mut Answers,
) -> Option<Verdict> {
    if !evaluated.policy.looks_for_related() {
        return audited(evaluated, subject);
    }
    match evaluated.policy.applies_to(subject, &mut Silent) {
        Truth::False => return None,
        Truth::True => {}
        Truth::Unknown(causes) => return Some(Verdict::undecided(&causes, &subject.resource.id)),
    }
    match evaluated.policy.existence(subject) {
        Ok(check) => Some(exist(inventory, &evaluated.policy, subscription, subject, &check, answers)),
        Err(Failure::Error(message)) => {
            Some(Verdict::undecided(&[Cause::Fails(message.into())], &subject.resource.id))
        }
        Err(failure) => {
            Some(Verdict::undecided(&[Cause::MissingFact(failure.to_string().into())], &subject.resource.id))
        }
    }
}

/// The verdict of an effect that looks at the resource alone: a row exists where the rule's type and name allow it.
fn audited(evaluated: &Evaluated, subject: &Subject<'_>) -> Option<Verdict> {
    let id = &subject.resource.id;
    match evaluated.policy.applicable(subject) {
        Truth::False => None,
        Truth::Unknown(causes) => Some(Verdict::undecided(&causes, id)),
        Truth::True => Some(match evaluated.policy.applies_to(subject, &mut Silent) {
            Truth::True => Verdict::new(ComplianceState::NonCompliant, ReasonKind::RuleHolds),
            Truth::False => Verdict::new(ComplianceState::Compliant, ReasonKind::RuleDoesNotHold),
            Truth::Unknown(causes) => Verdict::undecided(&causes, id),
        }),
    }
}
