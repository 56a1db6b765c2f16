//! AZP0806: an existing automation that would be overwritten.

use super::super::codes::OVERWRITTEN;
use super::super::deployment::Action;
use super::super::quote::shown;
use super::{Findings, Hazard, Survey};

pub(super) fn check(survey: &Survey<'_>, found: &mut Findings) {
    for deployment in survey.deployments {
        for planned in deployment.resources.iter().filter(|resource| !resource.is_group()) {
            let id = &planned.deployed.id;
            match &planned.action {
                Action::Replace(difference) if difference.loses_something() => found.add(Hazard {
                    code: &OVERWRITTEN,
                    assignments: vec![deployment.assignment],
                    subscription: Some(deployment.subscription.clone()),
                    resource: Some(id.clone()),
                    message: format!("{}: {}", shown(id.name()), difference.words().join(", ")),
                    details: difference.lines(),
                }),
                Action::Unknown => found.ask(
                    &OVERWRITTEN,
                    "does a resource of that name exist already, and what would be lost of it?",
                    "az security automation list --subscription {} > automations.json",
                    Some(&deployment.subscription),
                ),
                Action::Replace(_) | Action::Create | Action::Unchanged => {}
            }
        }
    }
}
