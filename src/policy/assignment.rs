//! Policy assignments.

use std::sync::Arc;

use crate::arm::{Location, Scope, Value};
use crate::source::Span;

use super::VersionPattern;

/// A policy assignment.
///
/// <https://learn.microsoft.com/azure/governance/policy/concepts/assignment-structure>
#[derive(Debug, Clone)]
pub struct PolicyAssignment {
    /// Its id.
    pub id: Arc<str>,
    /// The last segment of the id.
    pub name: Arc<str>,
    /// `displayName`, or the name.
    pub display_name: Arc<str>,
    /// Where it is assigned.
    pub scope: Scope,
    /// Scopes below that are left out, with their places.
    pub not_scopes: Vec<(Scope, Span)>,
    /// The id of the definition or initiative.
    pub definition_id: Arc<str>,
    /// Where `policyDefinitionId` stands.
    pub definition_span: Span,
    /// `definitionVersion`: which versions of it.
    pub definition_version: Option<VersionPattern>,
    /// Values of parameters: name, place of the name, value, place of the value.
    pub parameters: Vec<(Arc<str>, Span, Value, Span)>,
    /// `enforcementMode`
    pub enforcement_mode: EnforcementMode,
    /// `identity`: absent from the shape (`None`), or what it says.
    pub identity: Option<Identity>,
    /// `location` of the identity.
    pub location: Option<Location>,
    /// What azpol doesn't build yet and finds on it: each makes the assignment "not evaluated".
    pub unsupported: Vec<(Selective, Span)>,
    /// The assignment.
    pub span: Span,
}

/// `enforcementMode`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnforcementMode {
    /// The effect is carried out; also where the member is absent.
    Default,
    /// The effect isn't carried out on writes; states and remediation tasks are as always.
    DoNotEnforce,
    /// Enforced for enrolled scopes only; not evaluated yet.
    Enroll,
}

/// The managed identity of an assignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Its type.
    pub identity_type: IdentityType,
    /// The principal that roles are assigned to, where the shape carries it.
    pub principal_id: Option<Arc<str>>,
}

/// `identity.type`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdentityType {
    /// `SystemAssigned`
    SystemAssigned,
    /// `UserAssigned`
    UserAssigned,
    /// `None`
    None,
}

/// Parts of an assignment that select or change what is evaluated, and aren't built yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Selective {
    /// `overrides`
    Overrides,
    /// `resourceSelectors`
    ResourceSelectors,
    /// `enforcementMode` is `Enroll`
    Enroll,
}
