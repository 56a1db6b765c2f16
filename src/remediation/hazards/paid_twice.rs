//! AZP0804: a second export beside an existing one of the same subscription.

use std::collections::BTreeSet;

use crate::arm::{ResourceId, ResourceType, Scope};
use crate::inventory::Resource;

use super::super::codes::PAID_TWICE;
use super::super::deployment::PlannedResource;
use super::super::quote::shown;
use super::super::target::{Target, TargetKind, is_enabled, sources, targets};
use super::{Findings, Hazard, Survey};

pub(super) fn check(survey: &Survey<'_>, found: &mut Findings) {
    let automations = ResourceType::new(ResourceType::AUTOMATION);
    let written: BTreeSet<&ResourceId> = survey
        .deployments
        .iter()
        .flat_map(|deployment| &deployment.resources)
        .map(|resource| &resource.deployed.id)
        .collect();
    for deployment in survey.deployments {
        for planned in deployment.resources.iter().filter(|resource| resource.is_automation()) {
            if !is_enabled(&planned.deployed.body) {
                continue;
            }
            let new = newly_sent(planned, survey.estate.resource(&planned.deployed.id));
            let sends = planned.targets();
            let subscription = &deployment.subscription;
            for other in survey.estate.resources(subscription, &automations) {
                if written.contains(&other.id) {
                    continue;
                }
                if !other.carries("properties.sources") || !other.carries("properties.actions") {
                    found.ask(
                        &PAID_TWICE,
                        "what do the other automations of the subscription send, and where?",
                        listing(),
                        Some(subscription),
                    );
                } else if let Some(message) = doubled(&new, &sends, other) {
                    found.add(Hazard {
                        code: &PAID_TWICE,
                        assignments: vec![deployment.assignment],
                        subscription: Some(subscription.clone()),
                        resource: Some(other.id.clone()),
                        message,
                        details: Vec::new(),
                    });
                }
            }
            let scope = Scope::Subscription(subscription.clone());
            if !new.is_empty() && !survey.estate.listing(&automations, &scope).is_complete() {
                found.ask(
                    &PAID_TWICE,
                    "does the subscription export the same data elsewhere already?",
                    listing(),
                    Some(subscription),
                );
            }
        }
    }
}

fn listing() -> &'static str {
    "az security automation list --subscription {} > automations.json"
}

/// The event sources that the planned automation sends and its forerunner under the same id didn't, in lower case.
fn newly_sent(planned: &PlannedResource, existing: Option<&Resource>) -> BTreeSet<String> {
    let folded = |body| sources(body).into_iter().map(str::to_ascii_lowercase).collect::<BTreeSet<_>>();
    let mut new = folded(&planned.deployed.body);
    if let Some(existing) = existing.filter(|existing| is_enabled(&existing.body)) {
        let old = folded(&existing.body);
        new.retain(|source| !old.contains(source));
    }
    new
}

/// What is sent twice, if anything: an export counts whatever workspace or hub it goes to, a Logic App only
/// where it is the same one.
fn doubled(new: &BTreeSet<String>, sends: &[Target], other: &Resource) -> Option<String> {
    if !is_enabled(&other.body) {
        return None;
    }
    let shared: Vec<&str> = sources(&other.body)
        .into_iter()
        .filter(|source| new.contains(&source.to_ascii_lowercase()))
        .collect();
    let theirs = targets(&other.body);
    let pair = sends.iter().find_map(|ours| {
        theirs
            .iter()
            .find(|their| {
                their.kind == ours.kind && (their.kind != TargetKind::LogicApp || their.id == ours.id)
            })
            .map(|their| (ours, their))
    });
    let (ours, their) = pair.filter(|_| !shared.is_empty())?;
    let place = other.id.resource_group_name().unwrap_or_default();
    let what = match ours.kind {
        TargetKind::LogicApp => "starts the same Logic App",
        _ if their.id == ours.id => "sends the same data to the same place",
        _ => "sends the same data",
    };
    let count = match shared.as_slice() {
        [one] => shown(one),
        many => format!("{} sources", many.len()),
    };
    Some(format!("{} in {} stays, and {what} ({count})", shown(other.name()), shown(place)))
}
