//! What goes into an expansion and what comes out.

use std::sync::Arc;

use crate::arm::{Object, ResourceId, ResourceType, Semantics, SubscriptionId, Value};
use crate::source::{Node, Span};

/// A deployment to expand.
#[derive(Debug, Clone)]
pub struct DeploymentRequest<'a> {
    /// The template.
    pub template: &'a Node,
    /// Values of its parameters: literals, never evaluated again.
    pub parameters: &'a Object,
    /// The deployment's name: what `deployment().name` answers.
    pub name: Arc<str>,
    /// The deployment's location, at subscription scope.
    pub location: Option<Arc<str>>,
    /// The subscription that it runs in.
    pub subscription: &'a SubscriptionFacts,
    /// The resource group that it runs in; without it the deployment runs at subscription scope.
    pub resource_group: Option<&'a ResourceGroupFacts>,
    /// The management group that it runs at, by its id: then it runs in no subscription and no resource group, and
    /// `subscription` is one that nested deployments may go to.
    pub management_group: Option<&'a ResourceId>,
    /// `newGuid()` is derived from this text and a counter, so that a plan repeats.
    pub guid_seed: Arc<str>,
    /// What `utcNow()` answers, in ISO 8601; without it the value is a runtime one.
    pub now: Option<Arc<str>>,
    /// How open points of the language are read.
    pub semantics: &'a Semantics,
}

/// What `subscription()` answers. A `None` is a fact that the files don't carry: reading it is
/// [`Failure::Unknown`](crate::arm::expression::Failure::Unknown), never an empty value.
#[derive(Debug, Clone)]
pub struct SubscriptionFacts {
    /// `subscriptionId`
    pub id: SubscriptionId,
    /// `displayName`
    pub display_name: Option<Arc<str>>,
    /// `tenantId`
    pub tenant_id: Option<Arc<str>>,
    /// `state`
    pub state: Option<Arc<str>>,
    /// `tags`
    pub tags: Option<Value>,
}

/// What `resourceGroup()` answers; `None` as in [`SubscriptionFacts`].
#[derive(Debug, Clone)]
pub struct ResourceGroupFacts {
    /// Its id.
    pub id: ResourceId,
    /// `location`
    pub location: Option<Arc<str>>,
    /// `tags`
    pub tags: Option<Value>,
    /// `managedBy`: the id of what manages the group, or null.
    pub managed_by: Option<Value>,
}

impl ResourceGroupFacts {
    /// A group of which nothing but its id is known.
    pub fn unknown(id: ResourceId) -> ResourceGroupFacts {
        ResourceGroupFacts { id, location: None, tags: None, managed_by: None }
    }
}

/// What ARM would put to the resource providers.
#[derive(Debug, Clone, PartialEq)]
pub struct Expansion {
    /// The resources, nested deployments resolved away, in an order in which they can be put (what depends on
    /// another comes later; ties by id).
    pub resources: Vec<DeployedResource>,
    /// Variables that fail if the service evaluates them eagerly, though nothing that is deployed needs them:
    /// name and message (spec: variables' laziness is undocumented).
    pub eager_faults: Vec<(Arc<str>, String)>,
    /// Names of the nested deployments, outermost first.
    pub nested: Vec<Arc<str>>,
}

/// One resource that a deployment puts.
#[derive(Debug, Clone, PartialEq)]
pub struct DeployedResource {
    /// Its id.
    pub id: ResourceId,
    /// Its type, joined over parents.
    pub resource_type: ResourceType,
    /// `apiVersion`
    pub api_version: Arc<str>,
    /// `name`, `type`, `location`, `tags`, `kind`, `properties`, …: what is put, without `apiVersion`, `dependsOn`,
    /// `condition`, `copy`, `scope` and `comments`. Members that evaluate to null are left out at the top and kept below `properties`.
    pub body: Value,
    /// Where the template declares it.
    pub span: Span,
}

/// ARM would refuse the deployment.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpansionFault {
    /// Why, as ARM would put it.
    pub message: String,
    /// The expression that fails, where one does.
    pub expression: Option<Arc<str>>,
    /// Where it stands.
    pub span: Span,
    /// Whether the service would refuse, or azpol can't say (a missing fact, a construct that isn't built).
    pub kind: FaultKind,
}

/// Whose limit an [`ExpansionFault`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// ARM refuses it.
    Refused,
    /// It needs a fact that the files don't carry.
    MissingFact,
    /// azpol hasn't built this construct.
    Unsupported,
}
