//! AZP0805: an automation of that name and group exists in another region.

use super::super::codes::AUTOMATION_ELSEWHERE;
use super::super::quote::shown;
use super::{Findings, Hazard, Survey};

pub(super) fn check(survey: &Survey<'_>, found: &mut Findings) {
    for deployment in survey.deployments {
        for planned in deployment.resources.iter().filter(|resource| !resource.is_group()) {
            let id = &planned.deployed.id;
            // What isn't in the files at all is asked for by the hazards about overwriting.
            let Some(existing) = survey.estate.resource(id) else { continue };
            match (&existing.location, planned.location()) {
                (Some(there), Some(wanted)) if *there != wanted => found.add(Hazard {
                    code: &AUTOMATION_ELSEWHERE,
                    assignments: vec![deployment.assignment],
                    subscription: Some(deployment.subscription.clone()),
                    resource: Some(id.clone()),
                    message: format!(
                        "{} exists in {}, and is to be put in {}: refused",
                        shown(id.name()),
                        shown(there.as_str()),
                        shown(wanted.as_str())
                    ),
                    details: Vec::new(),
                }),
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
