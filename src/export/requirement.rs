//! What is asked: the automations that an assignment's deployment would create for a subscription.

use std::sync::Arc;

use crate::arm::ResourceType;
use crate::arm::template::ResourceGroupFacts;
use crate::compliance::Evaluated;
use crate::engine::{DeploymentOptions, Subject};
use crate::inventory::{Existence, Inventory};
use crate::source::{Node, NodeValue};

use super::automation::ExportAutomation;

/// What an assignment asks for a subscription.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportRequirement {
    /// The automations that its deployment would create, in their order.
    pub automations: Vec<ExportAutomation>,
}

/// What an assignment asks, if that can be said.
#[derive(Debug, Clone, PartialEq)]
pub enum Asked {
    /// Its deployment creates no automation, or it deploys nothing.
    Nothing,
    /// Its deployment is about automations and can't be expanded: why.
    Unknown(String),
    /// These.
    Exports(ExportRequirement),
}

/// Whether an assignment may ask for exports at all.
pub fn may_ask(evaluated: &Evaluated) -> bool {
    evaluated.policy.template().is_some_and(|template| {
        evaluated.policy.related_type().is_some_and(|kind| kind.is(ResourceType::AUTOMATION))
            || mentions(template)
    })
}

/// Whether a template holds the type of automations anywhere.
fn mentions(node: &Node) -> bool {
    match &node.value {
        NodeValue::String(text) => text.to_ascii_lowercase().contains("microsoft.security/automations"),
        NodeValue::Array(items) => items.iter().any(mentions),
        NodeValue::Object(members) => members.iter().any(|member| mentions(&member.value)),
        _ => false,
    }
}

/// What an assignment asks for a subscription.
pub fn asked(inventory: &Inventory, evaluated: &Evaluated, subject: &Subject<'_>) -> Asked {
    if !may_ask(evaluated) {
        return Asked::Nothing;
    }
    let policy = &evaluated.policy;
    let group = policy.deployment_group(subject).ok().flatten().map(|id| {
        let found = match inventory.resource_group(&id) {
            Existence::Exists(found) => Some(found),
            Existence::Absent | Existence::Unknown => None,
        };
        ResourceGroupFacts {
            location: found.and_then(|group| group.location.as_ref()).map(|place| place.as_str().into()),
            tags: found
                .filter(|group| group.carries("tags"))
                .and_then(|group| group.body.get("tags").cloned()),
            id,
        }
    });
    let seed: Arc<str> = format!("{} {}", evaluated.assignment.id, subject.resource.id.folded()).into();
    let options = DeploymentOptions {
        name: "PolicyDeployment".into(),
        guid_seed: seed,
        resource_group: group.as_ref(),
    };
    match policy.deployment(subject, &options) {
        Ok(expansion) => {
            let automations: Vec<ExportAutomation> = expansion
                .resources
                .iter()
                .filter(|resource| resource.resource_type.is(ResourceType::AUTOMATION))
                .map(|resource| ExportAutomation::of_body(&resource.id, &resource.body, resource.span))
                .collect();
            if automations.is_empty() {
                Asked::Nothing
            } else {
                Asked::Exports(ExportRequirement { automations })
            }
        }
        Err(faults) => {
            let messages: Vec<&str> = faults.iter().map(|fault| &*fault.message).collect();
            Asked::Unknown(format!("its deployment can't be expanded: {}", messages.join("; ")))
        }
    }
}
