//! What a policy is evaluated for.

use std::sync::Arc;

use crate::arm::template::{ResourceGroupFacts, SubscriptionFacts};
use crate::arm::{Object, ResourceId, ResourceType, Value};
use crate::inventory::{Resource, ShapeLoss, Subscription, SubscriptionState};

/// A resource under a policy's `if`, with what its rule can ask about the place where it lies.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The resource: `field` in `if` and `field()` anywhere read it.
    pub resource: &'a Resource,
    /// The subscription that it is or lies in: what `subscription()` answers.
    pub subscription: &'a SubscriptionFacts,
    /// The group that it lies in: what `resourceGroup()` answers. `None` for a subscription.
    pub resource_group: Option<&'a ResourceGroupFacts>,
    /// What `utcNow()` answers, in ISO 8601.
    pub now: Option<&'a str>,
}

/// A resource that an existence condition looks at.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// The resource.
    pub resource: &'a Resource,
    /// It isn't in Azure: a deployment would put this body. What the provider makes of an empty array, a null
    /// or a member that isn't written is then not known.
    pub planned: bool,
}

impl<'a> Candidate<'a> {
    /// A resource of the inventory.
    pub fn existing(resource: &'a Resource) -> Candidate<'a> {
        Candidate { resource, planned: false }
    }

    /// A resource that a deployment would put.
    pub fn planned(resource: &'a Resource) -> Candidate<'a> {
        Candidate { resource, planned: true }
    }
}

/// A subscription in the form in which a rule reads it.
#[derive(Debug, Clone)]
pub struct SubscriptionSubject {
    resource: Resource,
    facts: SubscriptionFacts,
}

impl SubscriptionSubject {
    /// From what the inventory knows of it. A fact that no shape carries is unknown to the rule.
    pub fn new(subscription: &Subscription) -> SubscriptionSubject {
        let id = ResourceId::subscription(&subscription.id);
        let named = *subscription.display_name != *subscription.id.as_str();
        let facts = SubscriptionFacts {
            id: subscription.id.clone(),
            display_name: named.then(|| subscription.display_name.clone()),
            tenant_id: subscription.tenant.as_option().cloned(),
            state: subscription.state.as_option().map(|state| state_text(*state).into()),
            tags: subscription.tags.as_option().cloned(),
        };
        let resource = Resource {
            resource_type: ResourceType::new(ResourceType::SUBSCRIPTION),
            location: None,
            body: body(&id, &facts).into(),
            loss: Some(ShapeLoss::Projected(carried(&facts))),
            span: subscription.span,
            id,
        };
        SubscriptionSubject { resource, facts }
    }

    /// What a policy is evaluated for.
    pub fn subject<'a>(&'a self, now: Option<&'a str>) -> Subject<'a> {
        Subject { resource: &self.resource, subscription: &self.facts, resource_group: None, now }
    }

    /// The subscription as a resource.
    pub fn resource(&self) -> &Resource {
        &self.resource
    }

    /// What `subscription()` answers.
    pub fn facts(&self) -> &SubscriptionFacts {
        &self.facts
    }
}

fn state_text(state: SubscriptionState) -> &'static str {
    match state {
        SubscriptionState::Enabled => "Enabled",
        SubscriptionState::Disabled => "Disabled",
        SubscriptionState::Warned => "Warned",
        SubscriptionState::PastDue => "PastDue",
        SubscriptionState::Deleted => "Deleted",
    }
}

fn body(id: &ResourceId, facts: &SubscriptionFacts) -> Value {
    let mut body = Object::new();
    body.push("id", id.as_str());
    body.push("name", facts.id.as_str());
    body.push("type", ResourceType::SUBSCRIPTION);
    body.push("subscriptionId", facts.id.as_str());
    let texts =
        [("displayName", &facts.display_name), ("tenantId", &facts.tenant_id), ("state", &facts.state)];
    for (key, text) in texts {
        if let Some(text) = text {
            body.push(key, text.clone());
        }
    }
    if let Some(tags) = &facts.tags {
        body.push("tags", tags.clone());
    }
    body.into()
}

/// What the body can be asked for: a fact that no shape carries is not a missing one.
fn carried(facts: &SubscriptionFacts) -> Vec<Arc<str>> {
    // A subscription has no location, kind or identity, and no type has aliases for its properties here.
    let mut carried: Vec<Arc<str>> =
        ["id", "name", "type", "subscriptionid", "location", "kind", "identity"].map(Arc::from).into();
    let known = [
        ("displayname", facts.display_name.is_some()),
        ("tenantid", facts.tenant_id.is_some()),
        ("state", facts.state.is_some()),
        ("tags", facts.tags.is_some()),
    ];
    carried.extend(known.into_iter().filter(|(_, known)| *known).map(|(key, _)| Arc::from(key)));
    carried
}
