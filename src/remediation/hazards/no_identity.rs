//! AZP0808: an assignment without an identity, or without its location.

use std::collections::BTreeSet;

use crate::policy::IdentityType;

use super::super::codes::NO_IDENTITY;
use super::{Findings, Hazard, Survey};

pub(super) fn check(survey: &Survey<'_>, found: &mut Findings) {
    let planned: BTreeSet<usize> = survey.deployments.iter().map(|d| d.assignment).collect();
    let mut seen = BTreeSet::new();
    for index in planned {
        let assigned = &survey.assignments[index];
        // The members of an initiative share one identity.
        if !seen.insert(&assigned.assignment.id) {
            continue;
        }
        let identity = assigned.assignment.identity.as_ref();
        let message = match identity.map(|identity| identity.identity_type) {
            _ if assigned.proposed => {
                "doesn't exist yet: it needs an identity and a location when it is made"
            }
            None | Some(IdentityType::None) => "shows no identity: a remediation task can't be created",
            Some(_) if assigned.assignment.location.is_none() => {
                "has an identity and shows no location for it"
            }
            Some(_) => continue,
        };
        found.add(Hazard {
            code: &NO_IDENTITY,
            assignments: vec![index],
            subscription: None,
            resource: None,
            message: message.to_owned(),
            details: Vec::new(),
        });
    }
}
