//! Policy definitions.

use std::sync::Arc;

use crate::arm::expression::Formula;
use crate::source::Span;

use super::{Condition, Details, ParameterDefinition};

/// A policy definition.
///
/// <https://learn.microsoft.com/azure/governance/policy/concepts/definition-structure-basics>
#[derive(Debug, Clone)]
pub struct PolicyDefinition {
    /// Its id: `/providers/Microsoft.Authorization/policyDefinitions/{guid}` for a built-in, below a
    /// management group or subscription for a company's own. A document without an id gets its name.
    pub id: Arc<str>,
    /// The last segment of the id.
    pub name: Arc<str>,
    /// `displayName`, or the name.
    pub display_name: Arc<str>,
    /// `version` or `metadata.version`.
    pub version: Option<Arc<str>>,
    /// `metadata.category`.
    pub category: Option<Arc<str>>,
    /// Who wrote it.
    pub policy_type: PolicyType,
    /// Which resources it looks at.
    pub mode: PolicyMode,
    /// Its parameters, in order.
    pub parameters: Vec<ParameterDefinition>,
    /// The rule.
    pub rule: PolicyRule,
    /// Where the run has it from.
    pub source: DefinitionSource,
    /// The whole document.
    pub span: Span,
}

impl PolicyDefinition {
    /// Whether the service has accepted it: Microsoft wrote it, or it has the id that the service gave it. What looks
    /// wrong in it is then rather a gap of azpol's than a fault of its author's.
    pub fn is_from_service(&self) -> bool {
        let id = self.id.to_ascii_lowercase();
        self.policy_type.is_from_service() || id.contains("/providers/microsoft.authorization/")
    }
}

/// Where a definition came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DefinitionSource {
    /// It was given to the run.
    Given,
    /// azpol's own twin of the built-in of this id, from `policies/`; used only where the built-in wasn't given.
    Shipped,
}

/// `policyType`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyType {
    /// Microsoft's.
    BuiltIn,
    /// A company's own; the default.
    Custom,
    /// Microsoft's attestations, never evaluated.
    Static,
}

impl PolicyType {
    /// Whether Microsoft wrote it: what looks wrong in such a document is no fault of the user's.
    pub fn is_from_service(self) -> bool {
        matches!(self, PolicyType::BuiltIn | PolicyType::Static)
    }
}

/// `mode`
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyMode {
    /// Every type, resource groups and subscriptions too.
    All,
    /// Only types that have tags and location; the default.
    Indexed,
    /// A resource provider's mode, such as `Microsoft.Kubernetes.Data`: not evaluable here.
    ResourceProvider(Arc<str>),
}

/// `policyRule`
#[derive(Debug, Clone)]
pub struct PolicyRule {
    /// `if`
    pub condition: Condition,
    /// `then.effect`: a name or an expression.
    pub effect: Formula,
    /// `then.details`
    pub details: Option<Details>,
    /// The rule.
    pub span: Span,
}
