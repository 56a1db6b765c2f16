//! Why a resource has its states: every condition with what it found, every candidate with what it lacks.
//!
//! The states are those of [`evaluate`]; what is added is the recorded evaluation. Every branch is evaluated, also
//! one that can't change the verdict any more.

use std::sync::Arc;

use crate::arm::{ResourceId, Scope};
use crate::engine::{Candidate, Doubt, ExistenceCheck, Explanation, Failures, Recorder, Subject, Truth};
use crate::inventory::{Inventory, Resource, Subscription};
use crate::source::Span;

use super::coverage::{Within, within};
use super::evaluate::{evaluate, occasion};
use super::run::{Evaluated, Run};
use super::selection::Selection;
use super::state::{MissingFact, PolicyState};
use super::surroundings::Surroundings;

/// Of how many candidates every condition is kept; the others are only counted.
const TREES: usize = 50;

/// What an assignment says of a resource, and why.
#[derive(Debug, Clone)]
pub struct Explained {
    /// Which assignment: its index in the run's list of assignments.
    pub assignment: usize,
    /// Whether the assignment reaches the resource.
    pub reach: Reach,
    /// Its row; none where there is nothing to have a state.
    pub row: Option<PolicyState>,
    /// The rule's `if`; none where the mode leaves the resource out before anything is evaluated.
    pub condition: Option<Explanation>,
    /// Where the related resource was looked for, if the effect looks for one and `if` holds.
    pub search: Option<Search>,
    /// Readings that the documentation leaves open and that `if` rests on.
    pub doubts: Vec<Doubt>,
}

/// Whether an assignment reaches a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// It does.
    Covered,
    /// It does if these facts hold.
    Assumed(Vec<MissingFact>),
    /// This one of its `notScopes` leaves the resource out.
    Excluded(Scope),
}

/// The search for a related resource.
#[derive(Debug, Clone)]
pub struct Search {
    /// What is looked for; an error where it can't be said: why.
    pub check: Result<ExistenceCheck, Arc<str>>,
    /// What was found where it is looked for, nearest first: fewest failing conditions, then the same name, then id.
    pub candidates: Vec<Considered>,
    /// What is of the type and stands elsewhere in the subscription, in the same order.
    pub elsewhere: Vec<Considered>,
}

/// A resource that was looked at.
#[derive(Debug, Clone)]
pub struct Considered {
    /// Its id.
    pub id: ResourceId,
    /// Where it stands.
    pub span: Span,
    /// Whether it meets the existence condition.
    pub truth: Truth,
    /// On how many conditions it fails.
    pub failing: usize,
    /// Whether it has the wanted name.
    pub same_name: bool,
    /// Every condition, of the nearest ones; none either where the rule has no existence condition.
    pub condition: Option<Explanation>,
}

/// What every assignment of a run that reaches a resource says of it, in the order of the assignments.
///
/// `now` is what `utcNow()` answers. A resource of an unknown subscription has no explanations.
pub fn explain(inventory: &Inventory, run: &Run, resource: &ResourceId, now: Option<&str>) -> Vec<Explained> {
    let subscription = resource.subscription_id().and_then(|id| inventory.subscription(&id));
    let Some(subscription) = subscription else { return Vec::new() };
    let scope = Scope::parse(resource.as_str());
    let selection = Selection { scopes: scope.into_iter().collect(), ..Selection::default() };
    let (rows, _) = evaluate(inventory, &run.assignments, &selection, now);
    let mut rows: Vec<_> = rows.into_iter().filter(|row| row.resource == *resource).collect();
    let mut explained = Vec::new();
    for (index, evaluated) in run.assignments.iter().enumerate() {
        let Some(reach) = reach(evaluated, subscription, resource) else { continue };
        let row = rows.iter().position(|row| row.assignment == index).map(|at| rows.swap_remove(at));
        let mut one =
            Explained { assignment: index, reach, row, condition: None, search: None, doubts: Vec::new() };
        if !matches!(one.reach, Reach::Excluded(_)) {
            look(inventory, evaluated, subscription, resource, now, &mut one);
        }
        explained.push(one);
    }
    explained
}

fn reach(evaluated: &Evaluated, subscription: &Subscription, resource: &ResourceId) -> Option<Reach> {
    match within(&evaluated.assignment, subscription) {
        Within::Outside => None,
        Within::Excluded(scope) => Some(Reach::Excluded(scope)),
        Within::Inside(inside) => match inside.holds(resource) {
            Ok(false) => None,
            Ok(true) if inside.assumed.is_empty() => Some(Reach::Covered),
            Ok(true) => Some(Reach::Assumed(inside.assumed.clone())),
            Err(scope) => {
                Some(Reach::Excluded(Scope::parse(scope.as_str()).unwrap_or(Scope::Resource(scope.clone()))))
            }
        },
    }
}

/// Evaluates with somebody looking on.
fn look(
    inventory: &Inventory,
    evaluated: &Evaluated,
    subscription: &Subscription,
    resource: &ResourceId,
    now: Option<&str>,
    one: &mut Explained,
) {
    let mut surroundings = Surroundings::new(subscription);
    let subject = match inventory.resource(resource) {
        Some(found) => surroundings.subject(inventory, found, now),
        None => surroundings.subscription(now),
    };
    let occasion = occasion(evaluated, &subject.resource.resource_type);
    let subject = Subject { occasion: Some(&occasion), ..subject };
    let policy = &evaluated.policy;
    let mut recorder = Recorder::new();
    let truth = policy.applies_to(&subject, &mut recorder);
    one.condition = recorder.explanation().cloned();
    one.doubts = recorder.doubts().collect();
    if !policy.looks_for_related() || truth != Truth::True {
        return;
    }
    one.search = Some(match policy.existence(&subject) {
        Ok(check) => search(inventory, evaluated, subscription, &subject, check),
        Err(failure) => {
            Search { check: Err(failure.to_string().into()), candidates: Vec::new(), elsewhere: Vec::new() }
        }
    });
}

fn search(
    inventory: &Inventory,
    evaluated: &Evaluated,
    subscription: &Subscription,
    subject: &Subject<'_>,
    check: ExistenceCheck,
) -> Search {
    let of_type = inventory.resources(&subscription.id, &check.resource_type);
    let (found, others): (Vec<&Resource>, Vec<&Resource>) =
        of_type.partition(|resource| check.admits(resource));
    let candidates = considered(evaluated, subject, &check, &found);
    let elsewhere = considered(evaluated, subject, &check, &others);
    Search { check: Ok(check), candidates, elsewhere }
}

/// Resources with what they lack, nearest first.
fn considered(
    evaluated: &Evaluated,
    subject: &Subject<'_>,
    check: &ExistenceCheck,
    resources: &[&Resource],
) -> Vec<Considered> {
    let mut considered: Vec<(Considered, &Resource)> = resources
        .iter()
        .map(|resource| {
            let mut failures = Failures::new();
            let truth = evaluated.policy.satisfies(subject, Candidate::existing(resource), &mut failures);
            let one = Considered {
                id: resource.id.clone(),
                span: resource.span,
                truth,
                failing: failures.finish().0.len(),
                same_name: check.name.is_some() && check.names(resource),
                condition: None,
            };
            (one, *resource)
        })
        .collect();
    considered
        .sort_by(|(a, _), (b, _)| (a.failing, !a.same_name, &a.id).cmp(&(b.failing, !b.same_name, &b.id)));
    for (one, resource) in considered.iter_mut().take(TREES) {
        let mut recorder = Recorder::new();
        evaluated.policy.satisfies(subject, Candidate::existing(resource), &mut recorder);
        one.condition = recorder.explanation().cloned();
    }
    considered.into_iter().map(|(one, _)| one).collect()
}
