//! The proof: the whole plan is applied in memory, and everything is evaluated and planned again.

mod apply;
mod reason;

use std::collections::{BTreeMap, BTreeSet};

use crate::arm::{ResourceId, SubscriptionId};
use crate::compliance::{ComplianceState, MissingFact, PolicyState, ReasonKind};
use crate::inventory::Resource;
use crate::source::Code;

use super::assigned::Assigned;
use super::codes;
use super::deployment::Deployment;
use super::estate::Estate;
use super::quote::shown;
use apply::{Failure, apply, orders};

/// What the proof shows, and what it doesn't.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Proof {
    /// In how many orders the plan was applied: more than one where deployments write one resource.
    pub orders: usize,
    /// Rows that the plan is for.
    pub planned: usize,
    /// Rows that are planned or were compliant before, and are Compliant after, in each order.
    pub compliant: usize,
    /// Planned rows that don't become Compliant, with the reason.
    pub non_convergent: Vec<Finding>,
    /// Rows of which the proof can't say it.
    pub undecided: Vec<Finding>,
    /// Rows that were Compliant and aren't any more.
    pub worse: Vec<Finding>,
    /// Rows that a second plan would hold and this one doesn't.
    pub planned_next: Vec<Finding>,
}

/// A row that the proof has something to say of.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What kind.
    pub code: &'static Code,
    /// The row's assignment.
    pub assignment: usize,
    /// The row's resource.
    pub resource: ResourceId,
    /// The row's subscription.
    pub subscription: SubscriptionId,
    /// Why; a line.
    pub reason: String,
}

/// What no proof on files can show.
pub const NOT_PROVEN: &[&str] =
    &["that the provider accepts the bodies", "that the identity may write them", "that data flows"];

impl Proof {
    /// Whether everything that was planned converges and nothing gets worse; what is undecided doesn't count
    /// against it.
    pub fn holds(&self) -> bool {
        self.non_convergent.is_empty() && self.worse.is_empty() && self.planned_next.is_empty()
    }

    /// The result in a sentence.
    pub fn sentence(&self) -> String {
        if self.planned == 0 {
            return "nothing is planned, so there is nothing to prove".to_owned();
        }
        if self.holds() && self.undecided.is_empty() {
            let orders = if self.orders > 1 { ", in whichever order they run" } else { "" };
            let rows = match self.compliant {
                1 => "the planned row is Compliant".to_owned(),
                count => format!("all {count} planned and compliant rows are Compliant"),
            };
            return format!("after this plan {rows}{orders}, nothing else changes, a second plan is empty");
        }
        let parts = [
            (
                self.non_convergent.len(),
                "planned row doesn't become Compliant",
                "planned rows don't become Compliant",
            ),
            (self.worse.len(), "compliant row gets worse", "compliant rows get worse"),
            (self.planned_next.len(), "row is left to a second plan", "rows are left to a second plan"),
            (self.undecided.len(), "row is undecided", "rows are undecided"),
        ];
        let parts: Vec<String> = parts
            .iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, one, many)| format!("{count} {}", if *count == 1 { one } else { many }))
            .collect();
        let compliant = match self.compliant {
            1 => "1 planned or compliant row is Compliant".to_owned(),
            count => format!("{count} planned and compliant rows are Compliant"),
        };
        format!("after this plan {compliant}; {}", parts.join(", "))
    }
}

/// A row: assignment and resource.
type Key = (usize, ResourceId);

fn key(row: &PolicyState) -> Key {
    (row.assignment, row.resource.clone())
}

/// Applies `deployments` to the tenant and evaluates again, once for each order in which the writers of one
/// resource can follow each other.
///
/// `evaluate` evaluates all assignments over the tenant with these resources put over (or beside) what it
/// holds; they are planned ones: what the provider makes of an empty array or a null in them isn't known.
pub(crate) fn prove(
    assignments: &[Assigned],
    rows: &[PolicyState],
    deployments: &[Deployment],
    estate: &dyn Estate,
    evaluate: &(dyn Fn(&[Resource]) -> Vec<PolicyState> + Sync),
) -> Proof {
    let mut proof = Proof { planned: deployments.len(), ..Proof::default() };
    if deployments.is_empty() {
        return proof;
    }
    let planned: BTreeMap<Key, usize> = deployments
        .iter()
        .enumerate()
        .map(|(index, deployment)| ((deployment.assignment, deployment.resource.clone()), index))
        .collect();
    let before: BTreeMap<Key, &PolicyState> = rows.iter().map(|row| (key(row), row)).collect();
    let mut verdicts = Verdicts { assignments, deployments, before, planned, found: BTreeMap::new() };
    for order in orders(deployments) {
        let applied = apply(deployments, &order, estate);
        let after = evaluate(&applied.resources);
        verdicts.judge(&after, &applied.failures, &order);
        proof.orders += 1;
    }
    verdicts.finish(&mut proof);
    proof
}

/// What is found of a row; the worst of all orders counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Compliant,
    Undecided,
    PlannedNext,
    Worse,
    NonConvergent,
}

struct Verdicts<'a> {
    assignments: &'a [Assigned],
    deployments: &'a [Deployment],
    before: BTreeMap<Key, &'a PolicyState>,
    planned: BTreeMap<Key, usize>,
    found: BTreeMap<Key, (Verdict, String)>,
}

impl Verdicts<'_> {
    fn judge(
        &mut self,
        after: &[PolicyState],
        failures: &BTreeMap<usize, Failure>,
        order: &[(usize, usize)],
    ) {
        let mut seen = BTreeSet::new();
        for row in after {
            let key = key(row);
            let verdict = match self.planned.get(&key) {
                Some(&index) => Some(self.planned_row(row, index, failures.get(&index), order)),
                None => self.other_row(row, &key),
            };
            seen.insert(key.clone());
            if let Some((verdict, reason)) = verdict {
                self.note(key, verdict, reason);
            }
        }
        let gone: Vec<Key> = self
            .before
            .iter()
            .filter(|(key, row)| {
                !seen.contains(*key)
                    && (self.planned.contains_key(*key) || row.state == ComplianceState::Compliant)
            })
            .map(|(key, _)| key.clone())
            .collect();
        for key in gone {
            self.note(key, Verdict::Undecided, "the row is gone after the plan".to_owned());
        }
    }

    fn note(&mut self, key: Key, verdict: Verdict, reason: String) {
        let worst = self.found.entry(key).or_insert((verdict, reason.clone()));
        if worst.0 < verdict {
            *worst = (verdict, reason);
        }
    }

    fn planned_row(
        &self,
        row: &PolicyState,
        index: usize,
        failure: Option<&Failure>,
        order: &[(usize, usize)],
    ) -> (Verdict, String) {
        match failure {
            Some(Failure::Refused(reason)) => return (Verdict::NonConvergent, reason.clone()),
            Some(Failure::NotKnown(reason)) => return (Verdict::Undecided, reason.clone()),
            None => {}
        }
        match row.state {
            ComplianceState::Compliant => (Verdict::Compliant, String::new()),
            ComplianceState::Undetermined => (Verdict::Undecided, undecided(row)),
            ComplianceState::NonCompliant
            | ComplianceState::Error
            | ComplianceState::Protected
            | ComplianceState::Unknown => {
                (Verdict::NonConvergent, reason::of(row, index, self.deployments, self.assignments, order))
            }
        }
    }

    fn other_row(&self, row: &PolicyState, key: &Key) -> Option<(Verdict, String)> {
        let before = self.before.get(key).map(|row| row.state);
        match (before, row.state) {
            (Some(ComplianceState::Compliant), ComplianceState::Compliant) => {
                Some((Verdict::Compliant, String::new()))
            }
            (Some(ComplianceState::Compliant), ComplianceState::Undetermined) => {
                Some((Verdict::Undecided, undecided(row)))
            }
            (Some(ComplianceState::Compliant), _) => {
                let by = reason::overwriters(row, self.deployments, self.assignments);
                Some((Verdict::Worse, format!("it is {} after the plan{by}", row.state.as_str())))
            }
            (before, ComplianceState::NonCompliant) if before != Some(ComplianceState::NonCompliant) => Some(
                (Verdict::PlannedNext, "it is NonCompliant after the plan, and isn't planned".to_owned()),
            ),
            _ => None,
        }
    }

    fn finish(self, proof: &mut Proof) {
        for ((assignment, resource), (verdict, reason)) in self.found {
            let subscription = match self.before.get(&(assignment, resource.clone())) {
                Some(row) => row.subscription.clone(),
                None => resource.subscription_id().unwrap_or_else(|| SubscriptionId::new("")),
            };
            let (code, list) = match verdict {
                Verdict::Compliant => {
                    proof.compliant += 1;
                    continue;
                }
                Verdict::Undecided => (&codes::PROOF_UNDECIDED, &mut proof.undecided),
                Verdict::PlannedNext => (&codes::MADE_WORSE, &mut proof.planned_next),
                Verdict::Worse => (&codes::MADE_WORSE, &mut proof.worse),
                Verdict::NonConvergent => (&codes::NON_CONVERGENT, &mut proof.non_convergent),
            };
            list.push(Finding { code, assignment, resource, subscription, reason });
        }
    }
}

fn undecided(row: &PolicyState) -> String {
    let facts = match &row.reason {
        Some(ReasonKind::Missing(facts)) => facts.as_slice(),
        _ => &[],
    };
    let words: Vec<String> = facts
        .iter()
        .map(|fact| match fact {
            MissingFact::Other(words) => shown(words),
            MissingFact::Listing(resource_type, _) => {
                format!("the listing of {} isn't known to be complete", shown(resource_type.as_str()))
            }
            MissingFact::Carried(id, path) => {
                format!("the export doesn't carry `{}` of {}", shown(path), shown(id.name()))
            }
            MissingFact::Under(..) | MissingFact::Outside(..) => {
                "where the subscription lies isn't known".to_owned()
            }
        })
        .collect();
    if words.is_empty() { "it can't be decided after the plan".to_owned() } else { words.join("; ") }
}

#[cfg(test)]
mod tests;
