//! What is planned for one row.

use std::fmt::Write;
use std::sync::Arc;

use crate::arm::template::{DeployedResource, Expansion};
use crate::arm::{Location, ResourceId, ResourceType, SubscriptionId};
use crate::inventory::Existence;

use super::difference::Difference;
use super::estate::{Estate, existence};
use super::quote::shown;
use super::target::{Target, targets};

/// The deployment that remediation would start for a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Deployment {
    /// The assignment: its index in the run.
    pub assignment: usize,
    /// The resource that the row is about.
    pub resource: ResourceId,
    /// The subscription that is deployed into.
    pub subscription: SubscriptionId,
    /// `deployment.location`, at subscription scope.
    pub location: Option<Location>,
    /// What is put, in an order in which it can be.
    pub resources: Vec<PlannedResource>,
    /// Variables that fail if they are evaluated eagerly: name and message.
    pub eager_faults: Vec<(Arc<str>, String)>,
    /// Secret texts that stand in it: values of secure parameters.
    pub secrets: Vec<Arc<str>>,
}

/// A resource of a deployment.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedResource {
    /// What is put.
    pub deployed: DeployedResource,
    /// What that does to what is there.
    pub action: Action,
}

/// What a `PUT` does.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// The resource doesn't exist yet.
    Create,
    /// It exists and differs.
    Replace(Difference),
    /// It exists and is as it would be put.
    Unchanged,
    /// The files don't say whether it exists.
    Unknown,
}

impl Action {
    /// The word in `plan.json`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Action::Create => "create",
            Action::Replace(_) => "replace",
            Action::Unchanged => "unchanged",
            Action::Unknown => "createOrReplace",
        }
    }
}

impl PlannedResource {
    /// A resource against what exists.
    pub fn new(deployed: DeployedResource, estate: &dyn Estate, secrets: &[Arc<str>]) -> PlannedResource {
        let action = match existence(estate, &deployed.id) {
            Existence::Absent => Action::Create,
            Existence::Unknown => Action::Unknown,
            Existence::Exists(existing) => {
                let difference = Difference::between(existing, &deployed.body, secrets);
                if difference.is_empty() { Action::Unchanged } else { Action::Replace(difference) }
            }
        };
        PlannedResource { deployed, action }
    }

    /// Whether it is a resource group.
    pub fn is_group(&self) -> bool {
        self.deployed.resource_type.is(ResourceType::RESOURCE_GROUP)
    }

    /// Whether it is an automation.
    pub fn is_automation(&self) -> bool {
        self.deployed.resource_type.is(ResourceType::AUTOMATION)
    }

    /// Its region.
    pub fn location(&self) -> Option<Location> {
        self.deployed.body.get("location").and_then(|value| value.as_str()).map(Location::new)
    }

    /// Where it sends to.
    pub fn targets(&self) -> Vec<Target> {
        targets(&self.deployed.body)
    }
}

impl Deployment {
    /// From an expansion.
    pub fn new(
        assignment: usize,
        resource: ResourceId,
        subscription: SubscriptionId,
        location: Option<Location>,
        expansion: Expansion,
        secrets: Vec<Arc<str>>,
        estate: &dyn Estate,
    ) -> Deployment {
        let resources = expansion
            .resources
            .into_iter()
            .map(|deployed| PlannedResource::new(deployed, estate, &secrets))
            .collect();
        Deployment {
            assignment,
            resource,
            subscription,
            location,
            resources,
            eager_faults: expansion.eager_faults,
            secrets,
        }
    }

    /// Whether a resource that isn't a group is changed rather than made: `~` in a terminal, else `+`.
    pub fn changes_something(&self) -> bool {
        self.resources
            .iter()
            .any(|r| !r.is_group() && matches!(r.action, Action::Replace(_) | Action::Unchanged))
    }

    /// One line about it: `rg-export (new, westeurope), ExportToWorkspace → law-central, 6 sources`, or what
    /// changes: `ExportToWorkspace: isEnabled false → true, tag `owner` vanishes`.
    pub fn summary(&self) -> String {
        let parts: Vec<String> = self.resources.iter().filter_map(summary).collect();
        if parts.is_empty() { "puts what is there already".to_owned() } else { parts.join(", ") }
    }
}

fn summary(resource: &PlannedResource) -> Option<String> {
    let name = shown(&resource.deployed.id.full_name());
    let place = || resource.location().map(|l| shown(l.as_str()));
    match &resource.action {
        Action::Unchanged => None,
        // What a group loses is a hazard of its own.
        Action::Replace(_) if resource.is_group() => None,
        Action::Replace(difference) => Some(format!("{name}: {}", difference.words().join(", "))),
        action if resource.is_group() => {
            let new = if *action == Action::Create { "new" } else { "new or put again" };
            Some(match place() {
                Some(place) => format!("{name} ({new}, {place})"),
                None => format!("{name} ({new})"),
            })
        }
        action => {
            let targets: Vec<_> = resource.targets().iter().map(|t| shown(t.id.name())).collect();
            let mut text = name;
            if !targets.is_empty() {
                text.push_str(" → ");
                text.push_str(&targets.join(", "));
            }
            if let Some(sources) = resource.deployed.body.at(&["properties", "sources"]) {
                let count = sources.items().len();
                let _ = write!(text, ", {count} source{}", if count == 1 { "" } else { "s" });
            }
            if *action == Action::Unknown {
                text.push_str(" (new, or over what is there)");
            }
            Some(text)
        }
    }
}
