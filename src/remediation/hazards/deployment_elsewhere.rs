//! AZP0812: an older deployment of that name in another location.

use crate::arm::{Location, ResourceId, ResourceType, Scope, Value};
use crate::inventory::Resource;

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
        for record in survey.estate.resources(subscription, &records) {
            if let Some(there) = collides(record, deployment, location) {
                found.add(Hazard {
                    code: &DEPLOYMENT_ELSEWHERE,
                    assignments: vec![deployment.assignment],
                    subscription: Some(subscription.clone()),
                    resource: Some(record.id.clone()),
                    message: format!(
                        "{} of {}, which wrote the same, lies in {}, and the policy deploys from {}",
                        shown(record.name()),
                        written(record).as_deref().unwrap_or("unknown time"),
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

/// The location of a record at subscription scope that the policy service made, that wrote what is planned,
/// and that lies elsewhere. Its name is a hash of ids which isn't known, so what it wrote has to tell.
fn collides<'a>(record: &'a Resource, deployment: &Deployment, location: &Location) -> Option<&'a Location> {
    let name = record.name();
    let by_policy = name.get(..PREFIX.len()).is_some_and(|prefix| prefix.eq_ignore_ascii_case(PREFIX));
    if !by_policy || record.id.resource_group_name().is_some() {
        return None;
    }
    let there = record.location.as_ref().filter(|there| *there != location)?;
    let outputs = record.body.at(&["properties", "outputResources"]).map_or(&[][..], Value::items);
    let wrote = |id: &ResourceId| {
        outputs.iter().filter_map(|o| o.get("id")?.as_str()).filter_map(ResourceId::parse).any(|o| o == *id)
    };
    let same = deployment.resources.iter().any(|planned| !planned.is_group() && wrote(&planned.deployed.id));
    // A failed one has no outputs: then its parameters name the group.
    let group =
        record.body.at(&["properties", "parameters", "resourceGroupName", "value"]).and_then(Value::as_str);
    let same_group = outputs.is_empty()
        && group.is_some_and(|group| {
            deployment.resources.iter().any(|planned| {
                planned.deployed.id.resource_group_name().is_some_and(|name| name.eq_ignore_ascii_case(group))
            })
        });
    (same || same_group).then_some(there)
}

/// The day of the record.
fn written(record: &Resource) -> Option<String> {
    let time = record.body.at(&["properties", "timestamp"])?.as_str()?;
    time.get(..10).map(shown)
}
