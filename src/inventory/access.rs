//! What stands beside resources: role assignments, exemptions, registrations of providers, deployments.

use std::sync::Arc;

use crate::arm::{Location, ResourceId, Scope, SubscriptionId};
use crate::source::Span;

/// A role of a principal at a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleAssignment {
    /// Its id; empty where the shape has none.
    pub id: Arc<str>,
    /// The principal, in lower case.
    pub principal_id: Arc<str>,
    /// `ServicePrincipal`, `User`, `Group`, where the shape carries it.
    pub principal_type: Option<Arc<str>>,
    /// What people call the principal, where the shape carries it: a display name, a sign-in name, or the id of an application.
    pub principal_name: Option<Arc<str>>,
    /// The role: the last segment of its id, in lower case.
    pub role_definition: Arc<str>,
    /// Where it holds, and below.
    pub scope: Scope,
    /// Whether a condition restricts it, which azpol doesn't evaluate.
    pub is_conditional: bool,
    /// Where it stands.
    pub span: Span,
}

/// A policy exemption.
///
/// <https://learn.microsoft.com/azure/governance/policy/concepts/exemption-structure>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exemption {
    /// Its id.
    pub id: Arc<str>,
    /// What it lies on: it touches that and everything below.
    pub scope: Scope,
    /// The assignment that it exempts from.
    pub assignment_id: Arc<str>,
    /// `policyDefinitionReferenceIds`: the members of the assigned initiative that it is about; all, if empty.
    pub reference_ids: Vec<Arc<str>>,
    /// When it ends, as it is written.
    pub expires_on: Option<Arc<str>>,
    /// Where it stands.
    pub span: Span,
}

/// Whether a subscription is registered with a resource provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderRegistration {
    /// The subscription, where the id names it.
    pub subscription: Option<SubscriptionId>,
    /// `Microsoft.Security`
    pub namespace: Arc<str>,
    /// `Registered`, `NotRegistered`, `Registering`, `Unregistering`
    pub state: Arc<str>,
    /// Where it stands.
    pub span: Span,
}

impl ProviderRegistration {
    /// Whether it is registered.
    pub fn is_registered(&self) -> bool {
        self.state.eq_ignore_ascii_case("Registered")
    }
}

/// An older deployment: its name is bound to its location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// Its id.
    pub id: ResourceId,
    /// Its location; group deployments have none.
    pub location: Option<Location>,
    /// The resources that it wrote, as far as the shape carries them (`properties.outputResources`).
    pub wrote: Vec<ResourceId>,
    /// The value of its parameter `resourceGroupName`, where it has one.
    pub group_parameter: Option<Arc<str>>,
    /// When it ran, as it is written.
    pub timestamp: Option<Arc<str>>,
    /// Where it stands.
    pub span: Span,
}
