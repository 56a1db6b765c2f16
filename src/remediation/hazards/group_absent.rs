//! AZP0803: a resource group that is deployed into, doesn't exist and isn't created.

use std::collections::BTreeSet;

use crate::arm::ResourceId;
use crate::inventory::Existence;

use super::super::codes::GROUP_ABSENT;
use super::super::estate::existence;
use super::super::quote::shown;
use super::tags_reset::group_listing;
use super::{Findings, Hazard, Survey};

pub(super) fn check(survey: &Survey<'_>, found: &mut Findings) {
    let created: BTreeSet<&ResourceId> = survey
        .deployments
        .iter()
        .flat_map(|deployment| &deployment.resources)
        .filter(|resource| resource.is_group())
        .map(|resource| &resource.deployed.id)
        .collect();
    for deployment in survey.deployments {
        let own = |group: &ResourceId| deployment.resources.iter().any(|r| r.deployed.id == *group);
        let groups: BTreeSet<ResourceId> = deployment
            .resources
            .iter()
            .filter(|resource| !resource.is_group())
            .filter_map(|resource| resource.deployed.id.resource_group_id())
            .filter(|group| !own(group))
            .collect();
        for group in groups {
            let by_another = created.contains(&group);
            let name = shown(group.name());
            let message = match existence(survey.estate, &group) {
                Existence::Exists(_) => continue,
                Existence::Absent if by_another => {
                    format!(
                        "{name} doesn't exist: another deployment of the plan makes it, and has to run first"
                    )
                }
                Existence::Absent => format!("{name} doesn't exist, and nothing makes it: refused"),
                Existence::Unknown => {
                    found.ask(
                        &GROUP_ABSENT,
                        "does the resource group exist that is deployed into and not created?",
                        group_listing(),
                        Some(&deployment.subscription),
                    );
                    continue;
                }
            };
            found.add(Hazard {
                code: &GROUP_ABSENT,
                assignments: vec![deployment.assignment],
                subscription: Some(deployment.subscription.clone()),
                resource: Some(group),
                message,
                details: Vec::new(),
            });
        }
    }
}
