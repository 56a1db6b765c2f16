//! Small tenants for the tests of this room.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::arm::{Location, ManagementGroupId, ResourceId, ResourceType, Scope, SubscriptionId, Value};
use crate::inventory::{Chain, Known, Listing, Placement, Resource, Subscription, SubscriptionState};
use crate::source::Span;

use super::estate::Estate;

/// The value of a JSON text.
pub(crate) fn value(text: &str) -> Value {
    fn convert(json: &serde_json::Value) -> Value {
        match json {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(b) => Value::Bool(*b),
            serde_json::Value::Number(n) => n.as_i64().map_or_else(|| Value::Float(n.as_f64().unwrap_or(0.0)), Value::Int),
            serde_json::Value::String(text) => Value::from(text.as_str()),
            serde_json::Value::Array(items) => items.iter().map(convert).collect(),
            serde_json::Value::Object(members) => {
                Value::object(members.iter().map(|(key, value)| (Arc::<str>::from(key.as_str()), convert(value))))
            }
        }
    }
    convert(&serde_json::from_str(text).expect("JSON"))
}

/// A resource of the inventory.
pub(crate) fn resource(id: &str, body: &str) -> Resource {
    let id = ResourceId::parse(id).expect("an id");
    let body = value(body);
    Resource {
        resource_type: id.resource_type(),
        location: body.get("location").and_then(Value::as_str).map(Location::new),
        id,
        body,
        loss: None,
        span: Span::none(),
    }
}

/// An enabled subscription below these groups, up to the root.
pub(crate) fn subscription(id: &str, above: &[&str]) -> Subscription {
    Subscription {
        id: SubscriptionId::new(id),
        display_name: format!("name of {id}").into(),
        state: Known::Yes(SubscriptionState::Enabled),
        tenant: Known::Yes("tenant".into()),
        tags: Known::No,
        chain: Chain {
            above: above.iter().map(|group| ManagementGroupId::new(group)).collect(),
            complete: true,
            not_under: Vec::new(),
        },
        span: Span::none(),
    }
}

/// A tenant in memory.
#[derive(Debug, Default, Clone)]
pub(crate) struct Tenant {
    pub(crate) subscriptions: BTreeMap<SubscriptionId, Subscription>,
    pub(crate) resources: BTreeMap<ResourceId, Resource>,
    /// Types whose listings aren't complete; all others are.
    pub(crate) incomplete: Vec<ResourceType>,
    pub(crate) registrations: BTreeMap<(SubscriptionId, String), String>,
}

impl Tenant {
    pub(crate) fn with(subscriptions: Vec<Subscription>, resources: Vec<Resource>) -> Tenant {
        Tenant {
            subscriptions: subscriptions.into_iter().map(|s| (s.id.clone(), s)).collect(),
            resources: resources.into_iter().map(|r| (r.id.clone(), r)).collect(),
            ..Tenant::default()
        }
    }

    pub(crate) fn incomplete(mut self, resource_type: &str) -> Tenant {
        self.incomplete.push(ResourceType::new(resource_type));
        self
    }

    pub(crate) fn registered(mut self, subscription: &str, namespace: &str, state: &str) -> Tenant {
        self.registrations
            .insert((SubscriptionId::new(subscription), namespace.to_ascii_lowercase()), state.to_owned());
        self
    }
}

impl Estate for Tenant {
    fn subscription(&self, id: &SubscriptionId) -> Option<&Subscription> {
        self.subscriptions.get(id)
    }

    fn resource(&self, id: &ResourceId) -> Option<&Resource> {
        self.resources.get(id)
    }

    fn resources(&self, subscription: &SubscriptionId, resource_type: &ResourceType) -> Vec<&Resource> {
        self.resources_everywhere(resource_type)
            .into_iter()
            .filter(|r| r.id.subscription_id().as_ref() == Some(subscription))
            .collect()
    }

    fn resources_everywhere(&self, resource_type: &ResourceType) -> Vec<&Resource> {
        self.resources.values().filter(|r| r.resource_type == *resource_type).collect()
    }

    fn listing(&self, resource_type: &ResourceType, _scope: &Scope) -> Listing {
        if self.incomplete.contains(resource_type) { Listing::Unknown } else { Listing::Manifest }
    }

    fn group_placement(&self, group: &ManagementGroupId, above: &ManagementGroupId) -> Placement {
        if group == above || above.as_str() == "root" { Placement::Under } else { Placement::Outside }
    }

    fn registration(&self, subscription: &SubscriptionId, namespace: &str) -> Option<&str> {
        self.registrations.get(&(subscription.clone(), namespace.to_ascii_lowercase())).map(String::as_str)
    }
}
