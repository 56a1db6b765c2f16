//! AZP0811: the resource provider isn't registered.

use std::collections::BTreeSet;

use crate::arm::{ResourceType, SubscriptionId};

use super::super::codes::NOT_REGISTERED;
use super::super::quote::shown;
use super::{Findings, Hazard, Survey};

pub(super) fn check(survey: &Survey<'_>, found: &mut Findings) {
    let mut needed: BTreeSet<(&SubscriptionId, String, ResourceType, usize)> = BTreeSet::new();
    for deployment in survey.deployments {
        for planned in deployment.resources.iter().filter(|resource| !resource.is_group()) {
            let resource_type = &planned.deployed.resource_type;
            let namespace = resource_type.namespace().to_owned();
            if !namespace.eq_ignore_ascii_case("Microsoft.Resources") {
                needed.insert((
                    &deployment.subscription,
                    namespace,
                    resource_type.clone(),
                    deployment.assignment,
                ));
            }
        }
    }
    for (subscription, namespace, resource_type, assignment) in needed {
        match survey.estate.registration(subscription, &namespace) {
            Some(state) if state.eq_ignore_ascii_case("Registered") => {}
            Some(state) => found.add(Hazard {
                code: &NOT_REGISTERED,
                assignments: vec![assignment],
                subscription: Some(subscription.clone()),
                resource: None,
                message: format!("{} is {}", shown(&namespace), shown(state)),
                details: Vec::new(),
            }),
            // Where one of its resources stands, the provider is registered.
            None if !survey.estate.resources(subscription, &resource_type).is_empty() => {}
            None => found.ask(
                &NOT_REGISTERED,
                format!("is {namespace} registered?"),
                format!("az provider show --namespace {namespace} --subscription {{}} > providers.json"),
                Some(subscription),
            ),
        }
    }
}
