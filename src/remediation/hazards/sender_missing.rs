//! AZP0810: an export to a hub as a trusted service, where Defender for Cloud may not send.

use std::collections::BTreeMap;

use crate::arm::{ResourceId, ResourceType, Scope};
use crate::inventory::Placement;

use super::super::codes::SENDER_MISSING;
use super::super::deployment::PlannedResource;
use super::super::estate::{Estate, lies_within};
use super::super::quote::{bash, shown};
use super::super::roles::{DATA_SENDER, DEFENDER_PRINCIPAL, Held, ROLE_ASSIGNMENTS};
use super::{Findings, Hazard, Survey};

pub(super) fn check(survey: &Survey<'_>, found: &mut Findings) {
    let mut hubs: BTreeMap<ResourceId, Vec<usize>> = BTreeMap::new();
    for deployment in survey.deployments {
        for target in deployment.resources.iter().flat_map(PlannedResource::targets) {
            if target.trusted {
                hubs.entry(target.id).or_default().push(deployment.assignment);
            }
        }
    }
    for (hub, mut assignments) in hubs {
        assignments.sort_unstable();
        assignments.dedup();
        let name = shown(hub.name());
        match sender(survey.estate, &hub) {
            Held::Yes => {}
            Held::No => found.add(Hazard {
                code: &SENDER_MISSING,
                assignments,
                subscription: None,
                message: format!("nobody holds Azure Event Hubs Data Sender at hub {name}"),
                details: vec![shown(hub.as_str())],
                resource: Some(hub),
            }),
            Held::NotKnown(reason) => {
                let subscription = hub.subscription_id();
                found.ask(
                    &SENDER_MISSING,
                    format!("may Defender for Cloud send to hub {name}? {reason}"),
                    format!(
                        "az role assignment list --all --include-inherited --subscription {} > roles.json",
                        bash(subscription.as_ref().map_or("", |s| s.as_str()))
                    ),
                    None,
                );
            }
        }
    }
}

fn sender(estate: &dyn Estate, hub: &ResourceId) -> Held {
    let scope = Scope::Resource(hub.clone());
    let mut somebody = false;
    for grant in estate.holders_of(DATA_SENDER) {
        match lies_within(estate, &scope, &grant.scope) {
            Placement::Outside => {}
            Placement::Unknown => somebody = true,
            Placement::Under => match grant.principal_name.as_deref() {
                Some(name) if name.eq_ignore_ascii_case(DEFENDER_PRINCIPAL) => return Held::Yes,
                // Listings give a service principal's display name, its application's id or nothing at all.
                _ => somebody = true,
            },
        }
    }
    if somebody {
        return Held::NotKnown(format!(
            "somebody may, and the files don't say whether it is `{DEFENDER_PRINCIPAL}`"
        ));
    }
    let in_subscription = hub.subscription_id().map_or(Scope::Tenant, Scope::Subscription);
    if estate.listing(&ResourceType::new(ROLE_ASSIGNMENTS), &in_subscription).is_complete() {
        Held::No
    } else {
        Held::NotKnown("role assignments there aren't known to be complete".to_owned())
    }
}
