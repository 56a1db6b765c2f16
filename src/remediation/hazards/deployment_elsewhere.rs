//! AZP0812: an older deployment of that name in another location.

use crate::arm::{Location, ResourceType, Scope};
use crate::inventory::Deployment as Record;

use super::super::codes::DEPLOYMENT_ELSEWHERE;
use super::super::deployment::Deployment;
use super::super::quote::shown;
use super::{Findings, Hazard, Survey};

/// How the policy service names its deployments, a number behind it.
const PREFIX: &str = "PolicyDeployment_";

pub(super) fn check(survey: &Survey<'_>, found: &mut Findings) {
    let records = ResourceType::new("Microsoft.Resources/deployments");
    for deployment in survey.deployments {
        let Some(location) = &deployment.location else { continue };
        let subscription = &deployment.subscription;
        for record in survey.estate.records(subscription) {
            if let Some(there) = collides(record, deployment, location) {
                found.add(Hazard {
                    code: &DEPLOYMENT_ELSEWHERE,
                    assignments: vec![deployment.assignment],
                    subscription: Some(subscription.clone()),
                    resource: Some(record.id.clone()),
                    message: format!(
                        "{} of {}, which wrote the same, lies in {}, and the policy deploys from {}",
                        shown(record.id.name()),
                        day(record).as_deref().unwrap_or("unknown time"),
                        shown(there.as_str()),
                        shown(location.as_str())
                    ),
                    details: Vec::new(),
                });
            }
        }
        if !survey.estate.listing(&records, &Scope::Subscription(subscription.clone())).is_complete() {
            found.ask(
                &DEPLOYMENT_ELSEWHERE,
                "did the policy deploy from another location before?",
                "az deployment sub list --subscription {} > deployments.json",
                Some(subscription),
            );
        }
    }
}

/// The location of a record that the policy service made, that wrote what is planned, and that lies elsewhere.
/// Its name is a hash of ids which isn't known, so what it wrote has to tell.
fn collides<'a>(record: &'a Record, deployment: &Deployment, location: &Location) -> Option<&'a Location> {
    let name = record.id.name();
    let by_policy = name.get(..PREFIX.len()).is_some_and(|prefix| prefix.eq_ignore_ascii_case(PREFIX));
    if !by_policy {
        return None;
    }
    let there = record.location.as_ref().filter(|there| *there != location)?;
    let same = deployment
        .resources
        .iter()
        .any(|planned| !planned.is_group() && record.wrote.contains(&planned.deployed.id));
    // A failed one wrote nothing: then its parameters name the group.
    let same_group = record.wrote.is_empty()
        && record.group_parameter.as_ref().is_some_and(|group| {
            deployment.resources.iter().any(|planned| {
                planned.deployed.id.resource_group_name().is_some_and(|name| name.eq_ignore_ascii_case(group))
            })
        });
    (same || same_group).then_some(there)
}

/// The day of the record.
fn day(record: &Record) -> Option<String> {
    record.timestamp.as_deref()?.get(..10).map(shown)
}
