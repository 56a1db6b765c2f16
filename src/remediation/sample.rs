//! Small tenants for the tests of this room.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::arm::expression::{Formula, FormulaKind};
use crate::arm::template::{DeployedResource, Expansion};
use crate::arm::{Location, ManagementGroupId, ResourceId, ResourceType, Scope, SubscriptionId, Value};
use crate::compliance::{ComplianceState, PolicyState};
use crate::engine::BoundParameters;
use crate::inventory::{
    Chain, Deployment as Record, Known, Listing, Placement, Resource, RoleAssignment, Subscription,
    SubscriptionState,
};
use crate::policy::{
    Condition, DefinitionSource, Effect, EnforcementMode, Identity, IdentityType, ParameterDefinition,
    ParameterType, PolicyAssignment, PolicyDefinition, PolicyMode, PolicyRule, PolicyType,
};
use crate::source::Span;

use super::assigned::Assigned;
use super::deployment::Deployment;
use super::estate::Estate;

/// The value of a JSON text.
pub(crate) fn value(text: &str) -> Value {
    fn convert(json: &serde_json::Value) -> Value {
        match json {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(b) => Value::Bool(*b),
            serde_json::Value::Number(n) => {
                n.as_i64().map_or_else(|| Value::Float(n.as_f64().unwrap_or(0.0)), Value::Int)
            }
            serde_json::Value::String(text) => Value::from(text.as_str()),
            serde_json::Value::Array(items) => items.iter().map(convert).collect(),
            serde_json::Value::Object(members) => Value::object(
                members.iter().map(|(key, value)| (Arc::<str>::from(key.as_str()), convert(value))),
            ),
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
        body: body.into(),
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
    pub(crate) roles: Vec<RoleAssignment>,
    pub(crate) records: Vec<Record>,
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
        let of_type = self.resources.values().filter(|r| r.resource_type == *resource_type);
        of_type.filter(|r| r.id.subscription_id().as_ref() == Some(subscription)).collect()
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

    fn roles_of(&self, principal: &str) -> Vec<&RoleAssignment> {
        self.roles.iter().filter(|role| role.principal_id.eq_ignore_ascii_case(principal)).collect()
    }

    fn holders_of(&self, role: &str) -> Vec<&RoleAssignment> {
        self.roles.iter().filter(|granted| &*granted.role_definition == role).collect()
    }

    fn records(&self, _subscription: &SubscriptionId) -> Vec<&Record> {
        self.records.iter().collect()
    }
}

/// A role of a principal.
pub(crate) fn role(principal: &str, role: &str, scope: &str) -> RoleAssignment {
    RoleAssignment {
        id: "".into(),
        principal_id: principal.into(),
        principal_type: None,
        principal_name: None,
        role_definition: role.into(),
        scope: Scope::parse(scope).expect("a scope"),
        is_conditional: false,
        span: Span::none(),
    }
}

/// An assignment of a definition without a rule of its own, with an identity.
pub(crate) fn assigned(name: &str, scope: &str) -> Assigned {
    let none = Span::none();
    let definition = PolicyDefinition {
        id: "/providers/Microsoft.Authorization/policyDefinitions/export".into(),
        name: "export".into(),
        display_name: "Export".into(),
        version: Some("1.0.0".into()),
        category: Some("Security Center".into()),
        policy_type: PolicyType::BuiltIn,
        mode: PolicyMode::All,
        parameters: vec![ParameterDefinition {
            name: "exportedDataTypes".into(),
            parameter_type: ParameterType::Array,
            default: None,
            allowed: None,
            strong_type: None,
            assign_permissions: false,
            schema: None,
            span: none,
        }],
        rule: PolicyRule {
            condition: Condition::AllOf(Vec::new(), none),
            effect: Formula { kind: FormulaKind::Literal(Value::from("deployIfNotExists")), span: none },
            details: None,
            span: none,
        },
        source: DefinitionSource::Given,
        span: none,
    };
    Assigned {
        assignment: Arc::new(PolicyAssignment {
            id: format!("{scope}/providers/Microsoft.Authorization/policyAssignments/{name}").into(),
            name: name.into(),
            display_name: format!("Display of {name}").into(),
            scope: Scope::parse(scope).expect("a scope"),
            not_scopes: Vec::new(),
            definition_id: definition.id.clone(),
            definition_span: none,
            definition_version: None,
            parameters: Vec::new(),
            enforcement_mode: EnforcementMode::Default,
            identity: Some(Identity {
                identity_type: IdentityType::SystemAssigned,
                principal_id: Some("principal".into()),
            }),
            location: Some(Location::new("westeurope")),
            unsupported: Vec::new(),
            span: none,
        }),
        member: None,
        definition: Arc::new(definition),
        parameters: BoundParameters::default(),
        effect: Effect::DeployIfNotExists,
        role_definition_ids: vec![
            "/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c".into(),
        ],
        deployment_location: Some("westeurope".into()),
        proposed: false,
    }
}

/// A row of an assignment about a subscription.
pub(crate) fn row(assignment: usize, subscription: &str, state: ComplianceState) -> PolicyState {
    let subscription = SubscriptionId::new(subscription);
    PolicyState::new(assignment, ResourceId::subscription(&subscription), subscription, state, None)
}

/// What a deployment puts.
pub(crate) fn deployed(id: &str, body: &str) -> DeployedResource {
    let id = ResourceId::parse(id).expect("an id");
    DeployedResource {
        resource_type: id.resource_type(),
        id,
        api_version: "2019-10-01".into(),
        body: value(body),
        span: Span::none(),
    }
}

/// The workspace to which [`automation`] sends.
pub(crate) const WORKSPACE: &str =
    "/subscriptions/sec/resourceGroups/rg-sec/providers/Microsoft.OperationalInsights/workspaces/law-central";

/// An automation in `rg-export`, as a definition deploys it.
pub(crate) fn automation(subscription: &str, sources: &[&str]) -> DeployedResource {
    let sources: Vec<_> = sources.iter().map(|s| format!(r#"{{"eventSource": "{s}"}}"#)).collect();
    deployed(
        &format!(
            "/subscriptions/{subscription}/resourceGroups/rg-export/providers/Microsoft.Security/automations/ExportToWorkspace"
        ),
        &format!(
            r#"{{"name": "ExportToWorkspace", "type": "Microsoft.Security/automations", "location": "westeurope", "tags": {{}},
                "properties": {{"isEnabled": true, "sources": [{}], "actions": [{{"actionType": "Workspace", "workspaceResourceId": "{WORKSPACE}"}}]}}}}"#,
            sources.join(",")
        ),
    )
}

/// The group of [`automation`].
pub(crate) fn group(subscription: &str) -> DeployedResource {
    deployed(
        &format!("/subscriptions/{subscription}/resourceGroups/rg-export"),
        r#"{"name": "rg-export", "type": "Microsoft.Resources/resourceGroups", "location": "westeurope"}"#,
    )
}

/// What is planned for a subscription.
pub(crate) fn deployment(
    assignment: usize,
    subscription: &str,
    resources: Vec<DeployedResource>,
    estate: &dyn Estate,
) -> Deployment {
    let subscription = SubscriptionId::new(subscription);
    Deployment::new(
        assignment,
        ResourceId::subscription(&subscription),
        subscription,
        Some(Location::new("westeurope")),
        Expansion { resources, eager_faults: Vec::new(), nested: Vec::new() },
        Vec::new(),
        estate,
    )
}
