//! A plan applied to a tenant in memory.

use std::collections::BTreeMap;

use crate::arm::{Location, ResourceId, Value};
use crate::inventory::{Existence, Resource};
use crate::source::Span;

use super::super::deployment::{Deployment, PlannedResource};
use super::super::estate::{Estate, existence};
use super::super::quote::shown;

/// Why a deployment doesn't go through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// Azure Resource Manager refuses it.
    Refused(String),
    /// The files don't say whether it would be.
    NotKnown(String),
}

/// The tenant after the plan.
pub(super) struct Applied {
    /// What was put, by id.
    pub(super) resources: Vec<Resource>,
    /// Deployments that fail, by index.
    pub(super) failures: BTreeMap<usize, Failure>,
}

/// A `PUT`: the deployment, and the resource of it.
type Put = (usize, usize);

/// The orders in which the plan is applied: that of the plan, and for each resource that is written with unlike
/// contents one in which each of its writers comes last.
pub(super) fn orders(deployments: &[Deployment]) -> Vec<Vec<Put>> {
    let put = |(deployment, resource): Put| &deployments[deployment].resources[resource];
    // Groups first: what is put into them waits for them.
    let mut puts: Vec<Put> = Vec::new();
    for groups in [true, false] {
        for (index, deployment) in deployments.iter().enumerate() {
            let of_kind =
                (0..deployment.resources.len()).filter(|r| deployment.resources[*r].is_group() == groups);
            puts.extend(of_kind.map(|resource| (index, resource)));
        }
    }
    let mut places: BTreeMap<&ResourceId, Vec<usize>> = BTreeMap::new();
    for (place, at) in puts.iter().enumerate() {
        places.entry(&put(*at).deployed.id).or_default().push(place);
    }
    places.retain(|_, places| {
        let body = |place: &usize| &put(puts[*place]).deployed.body;
        places.iter().any(|place| body(place) != body(&places[0]))
    });
    let most = places.values().map(Vec::len).max().unwrap_or(1);
    (0..most)
        .map(|turn| {
            let mut order = puts.clone();
            for places in places.values() {
                for (n, place) in places.iter().enumerate() {
                    order[*place] = puts[places[(n + turn) % places.len()]];
                }
            }
            order
        })
        .collect()
}

/// Puts everything in this order. A deployment that fails stops where it does; what it put before stays.
pub(super) fn apply(deployments: &[Deployment], order: &[Put], estate: &dyn Estate) -> Applied {
    let mut put: BTreeMap<ResourceId, Resource> = BTreeMap::new();
    let mut failures: BTreeMap<usize, Failure> = BTreeMap::new();
    let stops = |failures: &BTreeMap<usize, Failure>, index: &usize| {
        matches!(failures.get(index), Some(Failure::Refused(_)))
    };
    for &(index, resource) in order {
        if stops(&failures, &index) {
            continue;
        }
        let planned = &deployments[index].resources[resource];
        match obstacle(planned, &put, estate) {
            Some(Failure::Refused(reason)) => {
                failures.insert(index, Failure::Refused(reason));
                continue;
            }
            Some(unknown) => {
                failures.entry(index).or_insert(unknown);
            }
            None => {}
        }
        put.insert(planned.deployed.id.clone(), resource_after(planned));
    }
    Applied { resources: put.into_values().collect(), failures }
}

fn obstacle(
    planned: &PlannedResource,
    put: &BTreeMap<ResourceId, Resource>,
    estate: &dyn Estate,
) -> Option<Failure> {
    let id = &planned.deployed.id;
    if let Some(existing) = put.get(id).or_else(|| estate.resource(id))
        && let (Some(there), Some(wanted)) = (&existing.location, planned.location())
        && *there != wanted
    {
        return Some(Failure::Refused(format!(
            "{} exists in {} and can't be put in {}",
            shown(id.name()),
            shown(there.as_str()),
            shown(wanted.as_str())
        )));
    }
    let group = id.resource_group_id().filter(|group| group != id)?;
    if put.contains_key(&group) {
        return None;
    }
    let name = shown(group.name());
    match existence(estate, &group) {
        Existence::Exists(_) => None,
        Existence::Absent => {
            Some(Failure::Refused(format!("the resource group {name} doesn't exist, and nothing makes it")))
        }
        Existence::Unknown => {
            Some(Failure::NotKnown(format!("whether the resource group {name} exists isn't known")))
        }
    }
}

/// The resource as it stands after the `PUT`: what isn't put is gone.
fn resource_after(planned: &PlannedResource) -> Resource {
    let deployed = &planned.deployed;
    let mut body = deployed.body.as_object().cloned().unwrap_or_default();
    body.insert("id", deployed.id.as_str());
    body.insert("type", deployed.resource_type.as_str());
    body.insert("apiVersion", deployed.api_version.clone());
    if !body.contains_key("name") {
        body.insert("name", deployed.id.name());
    }
    Resource {
        id: deployed.id.clone(),
        resource_type: deployed.resource_type.clone(),
        location: body.get("location").and_then(Value::as_str).map(Location::new),
        body: Value::from(body).into(),
        loss: None,
        span: Span::none(),
    }
}
