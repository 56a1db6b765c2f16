//! What is asked: the automations that an assignment's deployment would create for a subscription.

use std::sync::{Arc, OnceLock};

use crate::arm::{ResourceId, ResourceType, SubscriptionId};
use crate::compliance::{Evaluated, group_facts};
use crate::engine::{DeploymentOptions, Subject};
use crate::inventory::Inventory;
use crate::source::{Node, NodeValue};

use super::automation::{ExportAutomation, Reach};
use super::place::only_places;

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
    Exports(Arc<ExportRequirement>),
}

/// An assignment as what is asked by it.
#[derive(Debug)]
pub struct Asks<'a> {
    evaluated: &'a Evaluated,
    /// Whether it may ask for exports at all.
    may: bool,
    /// Whether what it asks differs between subscriptions in their ids only, where its parameters are the same.
    alike: bool,
    /// What it asked first, if others are asked alike.
    first: OnceLock<Asked>,
}

impl<'a> Asks<'a> {
    /// Looks at an assignment's template.
    pub fn new(evaluated: &'a Evaluated) -> Asks<'a> {
        let policy = &evaluated.policy;
        let about = |template: &Node| {
            policy.related_type().is_some_and(|kind| kind.is(ResourceType::AUTOMATION)) || mentions(template)
        };
        let may = policy.template().is_some_and(|template| about(template));
        let alike = may
            && policy.deployment_is_fixed()
            && policy.template().is_some_and(|template| only_places(template));
        Asks { evaluated, may, alike, first: OnceLock::new() }
    }

    /// Whether it may ask for exports at all.
    pub fn may_ask(&self) -> bool {
        self.may
    }

    /// What is asked, with the ids that it has in a subscription.
    pub(super) fn in_place(
        &self,
        required: &ExportRequirement,
        subscription: &SubscriptionId,
    ) -> ExportRequirement {
        if self.alike { required.moved(subscription) } else { required.clone() }
    }

    /// What it asks for a subscription. Ids of automations may be those of another subscription.
    pub fn asked(&self, inventory: &Inventory, subject: &Subject<'_>) -> Asked {
        if !self.may {
            return Asked::Nothing;
        }
        if !self.alike {
            return expanded(inventory, self.evaluated, subject);
        }
        let first = self.first.get_or_init(|| expanded(inventory, self.evaluated, subject));
        match first {
            Asked::Exports(requirement) if requirement.is_for_all() => Asked::Exports(requirement.clone()),
            _ => expanded(inventory, self.evaluated, subject),
        }
    }
}

impl ExportRequirement {
    /// Whether it is for whole subscriptions: then it says the same of each, but for its ids.
    fn is_for_all(&self) -> bool {
        self.automations.iter().all(|automation| automation.reach == Reach::Subscription)
    }

    /// The same with the ids that it has in a subscription.
    fn moved(&self, to: &SubscriptionId) -> ExportRequirement {
        let move_id = |id: &ResourceId| {
            let rest = id.as_str().splitn(4, '/').nth(3).unwrap_or_default();
            ResourceId::parse(&format!("/subscriptions/{to}/{rest}")).unwrap_or_else(|| id.clone())
        };
        let one = |automation: &ExportAutomation| ExportAutomation {
            id: move_id(&automation.id),
            ..automation.clone()
        };
        ExportRequirement { automations: self.automations.iter().map(one).collect() }
    }
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

/// What an assignment's deployment asks for a subscription.
fn expanded(inventory: &Inventory, evaluated: &Evaluated, subject: &Subject<'_>) -> Asked {
    let policy = &evaluated.policy;
    let group = policy.deployment_group(subject).ok().flatten().map(|id| group_facts(inventory, id));
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
                Asked::Exports(Arc::new(ExportRequirement { automations }))
            }
        }
        Err(faults) => {
            let messages: Vec<&str> = faults.iter().map(|fault| &*fault.message).collect();
            Asked::Unknown(format!("its deployment can't be expanded: {}", messages.join("; ")))
        }
    }
}
