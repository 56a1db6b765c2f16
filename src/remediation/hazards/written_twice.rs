//! AZP0807: two policies that write one resource with unlike contents.

use std::collections::BTreeMap;

use crate::arm::ResourceId;
use crate::compliance::ComplianceState;

use super::super::codes::WRITTEN_TWICE;
use super::super::deployment::Action;
use super::super::quote::shown;
use super::{Findings, Hazard, Survey};

pub(super) fn check(survey: &Survey<'_>, found: &mut Findings) {
    let mut writers: BTreeMap<&ResourceId, Vec<(usize, usize)>> = BTreeMap::new();
    for (at, deployment) in survey.deployments.iter().enumerate() {
        for (put, planned) in deployment.resources.iter().enumerate() {
            writers.entry(&planned.deployed.id).or_default().push((at, put));
        }
    }
    let body = |(at, put): (usize, usize)| &survey.deployments[at].resources[put].deployed.body;
    let name = |index: usize| shown(&survey.assignments[index].called());
    for (id, puts) in &writers {
        if puts.iter().any(|put| body(*put) != body(puts[0])) {
            let mut assignments: Vec<usize> =
                puts.iter().map(|(at, _)| survey.deployments[*at].assignment).collect();
            assignments.sort_unstable();
            assignments.dedup();
            let names: Vec<_> = assignments.iter().map(|index| format!("`{}`", name(*index))).collect();
            found.add(Hazard {
                code: &WRITTEN_TWICE,
                subscription: Some(survey.deployments[puts[0].0].subscription.clone()),
                resource: Some((*id).clone()),
                message: format!(
                    "{} is written by {}: the last one wins",
                    shown(id.name()),
                    names.join(" and ")
                ),
                assignments,
                details: Vec::new(),
            });
        }
    }
    // What makes a row of another assignment compliant, and is replaced.
    for row in survey.rows.iter().filter(|row| row.state == ComplianceState::Compliant) {
        let Some(puts) = row.evidence().candidate.as_ref().and_then(|candidate| writers.get(candidate))
        else {
            continue;
        };
        for (at, put) in puts {
            let deployment = &survey.deployments[*at];
            let planned = &deployment.resources[*put];
            if deployment.assignment == row.assignment || !matches!(planned.action, Action::Replace(_)) {
                continue;
            }
            found.add(Hazard {
                code: &WRITTEN_TWICE,
                assignments: vec![row.assignment, deployment.assignment],
                subscription: Some(deployment.subscription.clone()),
                resource: Some(planned.deployed.id.clone()),
                message: format!(
                    "{} makes `{}` compliant, and `{}` replaces it",
                    shown(planned.deployed.id.name()),
                    name(row.assignment),
                    name(deployment.assignment)
                ),
                details: Vec::new(),
            });
        }
    }
}
