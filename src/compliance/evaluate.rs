//! Rows: each assignment against each resource that it covers.

use std::sync::Arc;

use rayon::prelude::*;

use crate::arm::{ResourceId, ResourceType, Scope};
use crate::engine::{Answers, Occasion, Subject};
use crate::inventory::{Inventory, Resource, Subscription};

use super::coverage::{Inside, Within, within};
use super::run::{Evaluated, Excluded};
use super::selection::{Selection, Wanted};
use super::state::{ComplianceState, MissingFact, PolicyState, Provisional, ReasonKind};
use super::surroundings::Surroundings;
use super::targets::Targets;
use super::verdict::verdict;

/// How many subscriptions one thread takes at once.
const CHUNK: usize = 64;

/// How many resources of one subscription a thread takes at once; fewer stay with the thread of the subscription.
const RESOURCES: usize = 512;

/// The rows of assignments over what `selection` lets through, and what `notScopes` leave out.
///
/// Rows are sorted by assignment, then subscription name, then resource id. `now` is what `utcNow()` answers.
pub fn evaluate(
    inventory: &Inventory,
    assignments: &[Evaluated],
    selection: &Selection,
    now: Option<&str>,
) -> (Vec<PolicyState>, Vec<Excluded>) {
    let work = Work {
        inventory,
        assignments,
        first: first_of_each(assignments),
        targets: Targets::new(assignments),
        subscription_type: ResourceType::new(ResourceType::SUBSCRIPTION),
        now,
    };
    let mut subscriptions: Vec<(&Subscription, Wanted)> = inventory
        .subscriptions()
        .map(|subscription| (subscription, selection.wanted(subscription)))
        .filter(|(_, wanted)| *wanted != Wanted::Nothing)
        .collect();
    subscriptions.par_sort_by(|(a, _), (b, _)| (&a.display_name, &a.id).cmp(&(&b.display_name, &b.id)));
    let found: Vec<Found> = subscriptions
        .par_chunks(CHUNK)
        .map_init(Answers::new, |answers, chunk| {
            let mut found = Found { rows: Vec::with_capacity(chunk.len()), excluded: Vec::new() };
            for (subscription, wanted) in chunk {
                work.subscription(subscription, wanted, answers, &mut found);
            }
            // Stable, as the other one below: subscriptions keep their order within an assignment.
            found.rows.sort_by_key(|row| row.assignment);
            found
        })
        .collect();
    let (rows, excluded): (Vec<_>, Vec<_>) =
        found.into_iter().map(|found| (found.rows, found.excluded)).unzip();
    let mut excluded = excluded.concat();
    excluded.sort_by_key(|one| one.assignment);
    (joined(rows, assignments.len()), excluded)
}

/// The rows of all parts, each of which is sorted by assignment; of one assignment, those of an earlier part come
/// first. A sort of all would need their room a third time.
fn joined(parts: Vec<Vec<PolicyState>>, assignments: usize) -> Vec<PolicyState> {
    let mut all = Vec::with_capacity(parts.iter().map(Vec::len).sum());
    let mut parts: Vec<_> = parts.into_iter().map(|rows| rows.into_iter().peekable()).collect();
    for assignment in 0..assignments {
        for part in &mut parts {
            while let Some(row) = part.next_if(|row| row.assignment == assignment) {
                all.push(row);
            }
        }
    }
    all
}

/// For each evaluated member the first one of its assignment.
fn first_of_each(assignments: &[Evaluated]) -> Vec<usize> {
    let mut first = Vec::with_capacity(assignments.len());
    for (index, evaluated) in assignments.iter().enumerate() {
        let same = |before: &usize| Arc::ptr_eq(&assignments[*before].assignment, &evaluated.assignment);
        first.push(first.last().copied().filter(same).unwrap_or(index));
    }
    first
}

#[derive(Default)]
struct Found {
    rows: Vec<PolicyState>,
    excluded: Vec<Excluded>,
}

struct Work<'a> {
    inventory: &'a Inventory,
    assignments: &'a [Evaluated],
    /// For each of them the first one of the same assignment: an initiative's members have one.
    first: Vec<usize>,
    targets: Targets,
    subscription_type: ResourceType,
    now: Option<&'a str>,
}

impl Work<'_> {
    /// The rows of a subscription and of all that lies in it.
    fn subscription(
        &self,
        subscription: &Subscription,
        wanted: &Wanted,
        answers: &mut Answers,
        found: &mut Found,
    ) {
        let mut inside: Vec<Option<Inside>> = Vec::with_capacity(self.assignments.len());
        for (index, evaluated) in self.assignments.iter().enumerate() {
            // Members of an initiative stand side by side, and lie where their assignment does.
            if self.first[index] < index {
                inside.push(inside[self.first[index]].clone());
                continue;
            }
            inside.push(match within(&evaluated.assignment, subscription) {
                Within::Outside => None,
                Within::Excluded(scope) => {
                    let subscription = subscription.id.clone();
                    found.excluded.push(Excluded { assignment: index, subscription, scope });
                    None
                }
                Within::Inside(inside) => Some(inside),
            });
        }
        if inside.iter().all(Option::is_none) {
            return;
        }
        let mut covered =
            Covered { subscription, inside: &inside, surroundings: Surroundings::new(subscription) };
        if *wanted == Wanted::Whole {
            let subject = covered.surroundings.subscription(self.now);
            self.rows(&covered, self.targets.of(&self.subscription_type), &subject, answers, found);
        }
        if self.targets.are_subscriptions() {
            return;
        }
        let (first, first_excluded) = (found.rows.len(), found.excluded.len());
        let resources = self.concerned(subscription, wanted);
        if resources.len() <= RESOURCES {
            self.resources(&mut covered, &resources, answers, found);
        } else {
            let parts: Vec<Found> = resources
                .par_chunks(RESOURCES)
                .map_init(
                    || (Answers::new(), covered.clone()),
                    |(answers, covered), chunk| {
                        let mut found = Found::default();
                        self.resources(covered, chunk, answers, &mut found);
                        found
                    },
                )
                .collect();
            for part in parts {
                found.rows.extend(part.rows);
                found.excluded.extend(part.excluded);
            }
        }
        found.rows[first..]
            .par_sort_unstable_by(|a, b| (a.assignment, &a.resource).cmp(&(b.assignment, &b.resource)));
        let mut excluded = found.excluded.split_off(first_excluded);
        excluded.sort();
        excluded.dedup();
        found.excluded.extend(excluded);
    }

    /// The resources of a subscription to which assignments can apply, each with those.
    fn concerned<'s>(
        &'s self,
        subscription: &Subscription,
        wanted: &Wanted,
    ) -> Vec<(&'s Resource, &'s [usize])> {
        let mut last: Option<(&ResourceType, &[usize])> = None;
        let mut found = Vec::new();
        // Those of one type come one after another.
        for resource in self.inventory.resources_in(&subscription.id) {
            let candidates = match last {
                Some((known, candidates)) if *known == resource.resource_type => candidates,
                _ => self.targets.of(&resource.resource_type),
            };
            last = Some((&resource.resource_type, candidates));
            if !candidates.is_empty() && wanted.holds(&resource.id) {
                found.push((resource, candidates));
            }
        }
        found
    }

    fn resources(
        &self,
        covered: &mut Covered<'_>,
        resources: &[(&Resource, &[usize])],
        answers: &mut Answers,
        found: &mut Found,
    ) {
        for (resource, candidates) in resources {
            let Covered { subscription, inside, surroundings } = covered;
            let subject = surroundings.subject(self.inventory, resource, self.now);
            self.rows_of(subscription, inside, candidates, &subject, answers, found);
        }
    }

    fn rows(
        &self,
        covered: &Covered<'_>,
        candidates: &[usize],
        subject: &Subject<'_>,
        answers: &mut Answers,
        found: &mut Found,
    ) {
        self.rows_of(covered.subscription, covered.inside, candidates, subject, answers, found);
    }

    /// The rows of one resource under these assignments.
    fn rows_of(
        &self,
        subscription: &Subscription,
        inside: &[Option<Inside>],
        candidates: &[usize],
        subject: &Subject<'_>,
        answers: &mut Answers,
        found: &mut Found,
    ) {
        for index in candidates {
            let Some(own) = &inside[*index] else { continue };
            match own.holds(&subject.resource.id) {
                Ok(false) => {}
                Ok(true) => {
                    let row = self.row(*index, subscription, &own.assumed, subject, answers);
                    found.rows.extend(row);
                }
                Err(scope) => {
                    let excluded = Excluded {
                        assignment: self.first[*index],
                        subscription: subscription.id.clone(),
                        scope: Scope::parse(scope.as_str()).unwrap_or(Scope::Resource(scope.clone())),
                    };
                    if found.excluded.last() != Some(&excluded) {
                        found.excluded.push(excluded);
                    }
                }
            }
        }
    }

    /// `None` where the rule doesn't apply, so that there is no row.
    fn row(
        &self,
        index: usize,
        subscription: &Subscription,
        assumed: &[MissingFact],
        subject: &Subject<'_>,
        answers: &mut Answers,
    ) -> Option<PolicyState> {
        let evaluated = &self.assignments[index];
        let occasion = occasion(evaluated, &subject.resource.resource_type);
        let subject = &Subject { occasion: Some(&occasion), ..*subject };
        let verdict = verdict(self.inventory, &evaluated.policy, &subscription.id, subject, answers)?;
        let (resource, subscription) = (subject.resource.id.clone(), subscription.id.clone());
        let row = PolicyState::new(index, resource, subscription, verdict.state, Some(verdict.reason));
        let mut row = row.with_evidence(verdict.evidence);
        row.doubts = verdict.doubts;
        if !assumed.is_empty() {
            assume(&mut row, assumed);
        }
        if let Some(id) = exemption(self.inventory, evaluated, &row.resource) {
            row.state = ComplianceState::Undetermined;
            if row.evidence().provisional.is_some() {
                row.evidence_mut().provisional = None;
            }
            row.reason = Some(ReasonKind::Exemption(id));
        }
        Some(row)
    }
}

/// What is known of the occasion on which an assignment's rule is evaluated for a type: in a scan there is no request,
/// and the API version is the newest one.
pub fn occasion(evaluated: &Evaluated, resource_type: &ResourceType) -> Occasion {
    let given = &evaluated.given;
    let newest = || evaluated.versions.get(resource_type).cloned();
    let (given_set, given_reference) =
        (given.set_definition_id.clone(), given.definition_reference_id.clone());
    // A definition that is assigned by itself stands in no initiative: both are empty texts then.
    let alone = || evaluated.member.is_none().then(|| Arc::from(""));
    let set = evaluated.member.as_ref().map(|member| member.set.id.clone());
    Occasion {
        assignment_id: Some(evaluated.assignment.id.clone()),
        set_definition_id: set.or(given_set).or_else(alone),
        definition_reference_id: evaluated.reference_id().cloned().or(given_reference).or_else(alone),
        api_version: given.api_version.clone().or_else(newest),
        ..given.clone()
    }
}

/// A subscription with what each assignment covers of it.
#[derive(Clone)]
struct Covered<'a> {
    subscription: &'a Subscription,
    inside: &'a [Option<Inside>],
    surroundings: Surroundings,
}

/// Makes a row rest on facts that the files don't carry.
fn assume(row: &mut PolicyState, assumed: &[MissingFact]) {
    let provisional = match (row.state, row.evidence_mut().provisional.take()) {
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
    row.evidence_mut().provisional = provisional.map(|mut provisional| {
        provisional.assumptions.extend(assumed.iter().cloned());
        provisional.assumptions.sort();
        provisional.assumptions.dedup();
        provisional
    });
    row.state = ComplianceState::Undetermined;
    row.reason = Some(ReasonKind::Missing(facts));
}

/// An exemption of this assignment that touches the resource, or may.
fn exemption(inventory: &Inventory, evaluated: &Evaluated, resource: &ResourceId) -> Option<Arc<str>> {
    if inventory.exemptions().is_empty() {
        return None;
    }
    inventory
        .exemptions_touching(resource)
        .find(|exemption| {
            let is_of = |reference: &Arc<str>| {
                let ids = &exemption.reference_ids;
                ids.is_empty() || ids.iter().any(|id| id.eq_ignore_ascii_case(reference))
            };
            exemption.assignment_id.eq_ignore_ascii_case(&evaluated.assignment.id)
                && evaluated.reference_id().is_none_or(is_of)
        })
        .map(|exemption| exemption.id.clone())
}

#[cfg(test)]
mod tests {
    use super::joined;
    use crate::arm::{ResourceId, SubscriptionId};
    use crate::compliance::{ComplianceState, PolicyState};

    #[test]
    fn parts_are_joined_as_a_stable_sort_orders_them() {
        let row = |assignment, part: usize, number: usize| {
            let subscription = SubscriptionId::new(&format!("{part}-{number}"));
            let resource = ResourceId::subscription(&subscription);
            PolicyState::new(assignment, resource, subscription, ComplianceState::Compliant, None)
        };
        let assignments: [&[usize]; 4] = [&[0, 0, 2], &[], &[1, 2, 2, 4], &[0, 1, 4]];
        let parts: Vec<Vec<PolicyState>> = assignments
            .iter()
            .enumerate()
            .map(|(part, of)| of.iter().enumerate().map(|(number, at)| row(*at, part, number)).collect())
            .collect();
        let names = |rows: &[PolicyState]| -> Vec<_> {
            rows.iter().map(|row| (row.assignment, row.resource.to_string())).collect()
        };
        let mut wanted = parts.concat();
        wanted.sort_by_key(|row| row.assignment);
        assert_eq!(names(&joined(parts, 5)), names(&wanted));
    }
}
