//! AZP0801: a resource group whose tags would be reset.

use super::super::codes::TAGS_RESET;
use super::super::deployment::Action;
use super::super::quote::shown;
use super::{Findings, Hazard, Survey};

pub(super) fn check(survey: &Survey<'_>, found: &mut Findings) {
    for deployment in survey.deployments {
        for group in deployment.resources.iter().filter(|r| r.is_group()) {
            let id = &group.deployed.id;
            let name = shown(id.name());
            let carried = survey.estate.resource(id).is_some_and(|existing| existing.carries("tags"));
            match &group.action {
                Action::Replace(difference) if !difference.lost_tags().is_empty() => {
                    let tags: Vec<_> =
                        difference.lost_tags().iter().map(|tag| format!("`{}`", shown(tag))).collect();
                    found.add(Hazard {
                        code: &TAGS_RESET,
                        assignments: vec![deployment.assignment],
                        subscription: Some(deployment.subscription.clone()),
                        resource: Some(id.clone()),
                        message: format!("{name} carries {}", tags.join(", ")),
                        details: Vec::new(),
                    });
                }
                Action::Create => {}
                Action::Unknown => found.ask(
                    &TAGS_RESET,
                    "does the resource group exist, and which tags does it carry?",
                    group_listing(),
                    Some(&deployment.subscription),
                ),
                Action::Replace(_) | Action::Unchanged => {
                    if !carried {
                        found.ask(
                            &TAGS_RESET,
                            "which tags does the resource group carry?",
                            group_listing(),
                            Some(&deployment.subscription),
                        );
                    }
                }
            }
        }
    }
}

/// The command that lists a subscription's groups with regions and tags.
pub(super) fn group_listing() -> &'static str {
    "az group list --subscription {} > groups.json"
}
