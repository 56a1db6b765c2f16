//! What a policy is evaluated for.

use std::sync::{Arc, LazyLock};

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
    /// What `policy()`, `requestContext()` and `claims()` answer; without it they are unknown.
    pub occasion: Option<&'a Occasion>,
}

impl<'a> Subject<'a> {
    /// The API version of the request, where it is known.
    pub(super) fn api_version(&self) -> Option<&'a str> {
        self.occasion.and_then(|occasion| occasion.api_version.as_deref())
    }
}

/// On whose behalf a rule is evaluated. A `None` is a fact that the run doesn't have: reading it is unknown, never
/// empty.
///
/// <https://learn.microsoft.com/azure/governance/policy/concepts/definition-structure-policy-rule#policy-functions>
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Occasion {
    /// Whether a request is evaluated, and not a scan: a rule may ask who makes it. What isn't given is unknown.
    pub request: bool,
    /// `policy().assignmentId`
    pub assignment_id: Option<Arc<str>>,
    /// `policy().setDefinitionId`: the initiative that the definition is a member of.
    pub set_definition_id: Option<Arc<str>>,
    /// `policy().definitionReferenceId`: which member.
    pub definition_reference_id: Option<Arc<str>>,
    /// `requestContext().apiVersion`; in a scan the newest one of the resource's type.
    pub api_version: Option<Arc<str>>,
    /// `requestContext().identity`: who makes the request. A scan has none.
    pub identity: Option<Value>,
    /// `claims()`: what an external evaluation attested.
    pub claims: Option<Value>,
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

    /// The API version that a planned body is written for: its member `apiVersion`.
    pub(super) fn api_version(self) -> Option<&'a str> {
        let body = self.resource.body.value();
        body.get("apiVersion").and_then(Value::as_str).filter(|_| self.planned)
    }

    /// A resource that a deployment would put; `apiVersion` in its body says how the aliases read it.
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
            state: subscription.state.as_option().map(|state| state_text(*state)),
            tags: subscription.tags.as_option().cloned(),
        };
        let resource = Resource {
            resource_type: NAMES.resource_type.clone(),
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
        let (resource, subscription) = (&self.resource, &self.facts);
        Subject { resource, subscription, resource_group: None, now, occasion: None }
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

/// Texts that every subscription has.
struct Names {
    keys: [Arc<str>; 8],
    resource_type: ResourceType,
    /// What can be asked for whatever the shape carries. A subscription has no location, kind or identity, and no
    /// type has aliases for its properties here.
    always: [Arc<str>; 7],
    /// What some shapes carry.
    some: [Arc<str>; 4],
}

static NAMES: LazyLock<Names> = LazyLock::new(|| Names {
    keys: ["id", "name", "type", "subscriptionId", "displayName", "tenantId", "state", "tags"].map(Arc::from),
    resource_type: ResourceType::new(ResourceType::SUBSCRIPTION),
    always: ["id", "name", "type", "subscriptionid", "location", "kind", "identity"].map(Arc::from),
    some: ["displayname", "tenantid", "state", "tags"].map(Arc::from),
});

static STATES: LazyLock<[Arc<str>; 5]> = LazyLock::new(|| {
    use SubscriptionState::{Deleted, Disabled, Enabled, PastDue, Warned};
    [Enabled, Disabled, Warned, PastDue, Deleted].map(|state| state.as_str().into())
});

fn state_text(state: SubscriptionState) -> Arc<str> {
    let at = match state {
        SubscriptionState::Enabled => 0,
        SubscriptionState::Disabled => 1,
        SubscriptionState::Warned => 2,
        SubscriptionState::PastDue => 3,
        SubscriptionState::Deleted => 4,
    };
    STATES[at].clone()
}

fn body(id: &ResourceId, facts: &SubscriptionFacts) -> Value {
    let [id_key, name, type_key, subscription, display, tenant, state, tags] = &NAMES.keys;
    let bare: Arc<str> = facts.id.as_str().into();
    let mut members = Vec::with_capacity(8);
    members.push((id_key.clone(), id.as_str().into()));
    members.push((name.clone(), Value::String(bare.clone())));
    members.push((type_key.clone(), Value::String(NAMES.resource_type.shared().clone())));
    members.push((subscription.clone(), Value::String(bare)));
    let texts = [(display, &facts.display_name), (tenant, &facts.tenant_id), (state, &facts.state)];
    for (key, text) in texts {
        if let Some(text) = text {
            members.push((key.clone(), Value::String(text.clone())));
        }
    }
    if let Some(value) = &facts.tags {
        members.push((tags.clone(), value.clone()));
    }
    members.into_iter().collect::<Object>().into()
}

/// What the body can be asked for: a fact that no shape carries is not a missing one.
fn carried(facts: &SubscriptionFacts) -> Vec<Arc<str>> {
    let known = [
        facts.display_name.is_some(),
        facts.tenant_id.is_some(),
        facts.state.is_some(),
        facts.tags.is_some(),
    ];
    let some = NAMES.some.iter().zip(known).filter(|(_, known)| *known).map(|(key, _)| key);
    NAMES.always.iter().chain(some).cloned().collect()
}
