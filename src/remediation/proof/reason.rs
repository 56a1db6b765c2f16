//! Why a planned row isn't Compliant after the plan.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::arm::{ResourceId, Value};
use crate::compliance::{DecidingLeaf, PolicyState, ReasonKind};

use super::super::assigned::Assigned;
use super::super::deployment::Deployment;
use super::super::quote::shown;
use super::super::secret;

/// In a sentence: policies that undo each other, a list with a value twice, the conditions that fail.
pub(super) fn of(
    row: &PolicyState,
    index: usize,
    deployments: &[Deployment],
    assignments: &[Assigned],
    order: &[(usize, usize)],
) -> String {
    if let Some(reason) = undone(index, deployments, assignments, order) {
        return reason;
    }
    let mut reason = match &row.reason {
        Some(ReasonKind::ConditionFails) | None => {
            "what it deploys doesn't meet its own condition".to_owned()
        }
        Some(ReasonKind::ResourceNotFound) => "what it deploys isn't what it looks for".to_owned(),
        Some(ReasonKind::ResourceGroupNotFound) => "the group that it searches isn't there".to_owned(),
        Some(ReasonKind::Fails(why)) => format!("the evaluation fails: {}", shown(why)),
        Some(_) => format!("it is {}", row.state.as_str()),
    };
    let leaves: Vec<String> = row.evidence().failed.iter().take(2).map(leaf).collect();
    if !leaves.is_empty() {
        reason.push_str(": ");
        reason.push_str(&leaves.join(", "));
    }
    let assigned = assignments.get(deployments[index].assignment);
    for (parameter, value) in assigned.map(Assigned::repeated_values).unwrap_or_default() {
        let value = secret::mask(&value, &[]);
        let value = value.as_str().map_or_else(|| value.to_json(), str::to_owned);
        let _ = write!(reason, "; parameter `{}` names `{}` twice", shown(&parameter), shown(&value));
    }
    reason
}

/// Whether another deployment that comes later writes what this one wrote, with other contents.
fn undone(
    index: usize,
    deployments: &[Deployment],
    assignments: &[Assigned],
    order: &[(usize, usize)],
) -> Option<String> {
    let put = |(deployment, resource): (usize, usize)| &deployments[deployment].resources[resource];
    for (place, at) in order.iter().enumerate().filter(|(_, at)| at.0 == index) {
        let mine = put(*at);
        let later = order[place + 1..].iter().find(|other| {
            let theirs = put(**other);
            theirs.deployed.id == mine.deployed.id && theirs.deployed.body != mine.deployed.body
        });
        if let Some(later) = later {
            let name = |index: usize| {
                assignments
                    .get(deployments[index].assignment)
                    .map_or_else(String::new, |a| shown(&a.called()))
            };
            return Some(format!(
                "`{}` and `{}` both write {} and undo each other",
                name(index),
                name(later.0),
                shown(mine.deployed.id.name())
            ));
        }
    }
    None
}

/// `: `Two` writes X`, for a row that was compliant.
pub(super) fn overwriters(row: &PolicyState, deployments: &[Deployment], assignments: &[Assigned]) -> String {
    let wanted: Vec<&ResourceId> = row.evidence().candidate.iter().collect();
    let names: BTreeSet<String> = deployments
        .iter()
        .filter(|d| d.resources.iter().any(|r| wanted.contains(&&r.deployed.id)))
        .filter_map(|d| assignments.get(d.assignment))
        .map(|a| format!("`{}`", shown(&a.called())))
        .collect();
    if names.is_empty() {
        return String::new();
    }
    let target = row.evidence().candidate.as_ref().map_or_else(String::new, |id| shown(id.name()));
    format!(": {target} is written by {}", names.into_iter().collect::<Vec<_>>().join(" and "))
}

fn leaf(leaf: &DecidingLeaf) -> String {
    let text = |value: &Value| match secret::mask(value, &[]) {
        Value::String(text) => format!("`{}`", shown(&text)),
        other => shown(&other.to_json()),
    };
    let current = leaf.current.as_ref().map_or_else(|| "missing".to_owned(), text);
    let target = leaf.target.as_ref().map_or_else(|| "a value that isn't known".to_owned(), text);
    let subject = leaf.path.as_deref().unwrap_or(&leaf.subject);
    match leaf.operator {
        "equals" => format!("`{}` is {current}, wants {}", shown(subject), target),
        operator => format!("`{}` is {current}, wants {operator} {}", shown(subject), target),
    }
}
