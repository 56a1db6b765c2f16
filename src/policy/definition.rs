//! Policy definitions.

use std::sync::Arc;

use crate::arm::ResourceType;
use crate::arm::expression::Formula;
use crate::source::{Node, Span};

use super::{Condition, ParameterDefinition};

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
    /// `then.details` of `auditIfNotExists` and `deployIfNotExists`.
    pub details: Option<Details>,
    /// The rule.
    pub span: Span,
}

/// `then.details` of `auditIfNotExists` and `deployIfNotExists`.
///
/// <https://learn.microsoft.com/azure/governance/policy/concepts/effect-deploy-if-not-exists>
#[derive(Debug, Clone)]
pub struct Details {
    /// `type`: of the related resource.
    pub resource_type: ResourceType,
    /// `name`: of the related resource.
    pub name: Option<Formula>,
    /// `resourceGroupName`
    pub resource_group_name: Option<Formula>,
    /// `existenceScope`
    pub existence_scope: ExistenceScope,
    /// Whether `existenceScope` is written.
    pub existence_scope_given: bool,
    /// `existenceCondition`
    pub existence_condition: Option<Condition>,
    /// `roleDefinitionIds`
    pub role_definition_ids: Vec<Arc<str>>,
    /// `deployment`, of `deployIfNotExists`.
    pub deployment: Option<Deployment>,
    /// The details.
    pub span: Span,
}

/// `existenceScope`, `deploymentScope`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExistenceScope {
    /// A resource group; the default.
    ResourceGroup,
    /// The subscription.
    Subscription,
}

/// `details.deployment` with `details.deploymentScope`.
#[derive(Debug, Clone)]
pub struct Deployment {
    /// `deploymentScope`
    pub scope: ExistenceScope,
    /// `deployment.location`: a literal, wanted at subscription scope.
    pub location: Option<Arc<str>>,
    /// `deployment.properties.parameters`: name, value (an expression of the policy dialect) and place.
    pub parameters: Vec<(Arc<str>, Formula, Span)>,
    /// Parameters whose value is a Key Vault `reference`: name and place.
    pub secrets: Vec<(Arc<str>, Span)>,
    /// `deployment.properties.template`, untouched.
    pub template: Arc<Node>,
    /// The deployment.
    pub span: Span,
}
