//! AZP0805: an automation of that name and group exists in another region.

use super::super::codes::AUTOMATION_ELSEWHERE;
use super::{Findings, Hazard, Survey};

pub(super) fn check(survey: &Survey<'_>, found: &mut Findings) {
    for deployment in survey.deployments {
        for planned in deployment.resources.iter().filter(|resource| !resource.is_group()) {
            let id = &planned.deployed.id;
            // What isn't in the files at all is asked for by the hazards about overwriting.
            let Some(existing) = survey.estate.resource(id) else { continue };
            match (&existing.location, planned.location()) {
                (Some(there), Some(wanted)) if *there != wanted => {
                    found.add(Hazard::elsewhere(&AUTOMATION_ELSEWHERE, deployment, id, there, &wanted));
                }
                (None, Some(_)) if !existing.carries("location") => found.ask(
                    &AUTOMATION_ELSEWHERE,
                    "in which region does the automation stand?",
                    "az security automation list --subscription {} > automations.json",
                    Some(&deployment.subscription),
                ),
                _ => {}
            }
        }
    }
}
