//! AZP0802: a resource group that exists in another region than the one it would be put into.

use super::super::codes::GROUP_ELSEWHERE;
use super::super::deployment::Action;
use super::tags_reset::group_listing;
use super::{Findings, Hazard, Survey};

pub(super) fn check(survey: &Survey<'_>, found: &mut Findings) {
    for deployment in survey.deployments {
        for group in deployment.resources.iter().filter(|r| r.is_group()) {
            let id = &group.deployed.id;
            let existing = survey.estate.resource(id);
            let there = existing.and_then(|resource| resource.location.as_ref());
            if let (Some(there), Some(wanted)) = (there, group.location()) {
                if *there != wanted {
                    found.add(Hazard::elsewhere(&GROUP_ELSEWHERE, deployment, id, there, &wanted));
                }
            } else if existing.is_some() || group.action == Action::Unknown {
                found.ask(
                    &GROUP_ELSEWHERE,
                    "in which region does the resource group exist, if it does?",
                    group_listing(),
                    Some(&deployment.subscription),
                );
            }
        }
    }
}
