//! `then.details`, by what they hold.
//!
//! The effect may come from a parameter, and one rule may serve several effects: which details stand there is
//! decided by their form, and whether they serve the effect when its parameter is bound ([`Details::serves`]).

use std::sync::Arc;

use crate::arm::ResourceType;
use crate::arm::expression::Formula;
use crate::source::{Node, Span};

use super::{Condition, Effect};

/// `then.details`
///
/// <https://learn.microsoft.com/azure/governance/policy/concepts/effect-basics>
#[derive(Debug, Clone)]
pub enum Details {
    /// Of `auditIfNotExists` and `deployIfNotExists`.
    Existence(Box<ExistenceDetails>),
    /// Of `append`.
    Append(AppendDetails),
    /// Of `modify`.
    Modify(ModifyDetails),
    /// Of `denyAction` and `auditAction`.
    Action(ActionDetails),
    /// Of `manual`.
    Manual(ManualDetails),
    /// Of `addToNetworkGroup`.
    NetworkGroup(NetworkGroupDetails),
    /// What only a resource provider reads.
    Provider(ProviderDetails),
}

impl Details {
    /// Where they stand.
    pub fn span(&self) -> Span {
        match self {
            Details::Existence(details) => details.span,
            Details::Append(details) => details.span,
            Details::Modify(details) => details.span,
            Details::Action(details) => details.span,
            Details::Manual(details) => details.span,
            Details::NetworkGroup(details) => details.span,
            Details::Provider(details) => details.span,
        }
    }

    /// Whether they are the details that this effect needs. An effect that needs none is served by any.
    pub fn serves(&self, effect: Effect) -> bool {
        match effect {
            Effect::AuditIfNotExists | Effect::DeployIfNotExists => matches!(self, Details::Existence(_)),
            Effect::Append => matches!(self, Details::Append(_)),
            Effect::Modify => matches!(self, Details::Modify(_)),
            Effect::DenyAction | Effect::AuditAction => matches!(self, Details::Action(_)),
            Effect::Manual => matches!(self, Details::Manual(_)),
            Effect::AddToNetworkGroup => matches!(self, Details::NetworkGroup(_)),
            Effect::EnforceRegoPolicy | Effect::EnforceSetting | Effect::Mutate => {
                matches!(self, Details::Provider(_))
            }
            Effect::Audit | Effect::Deny | Effect::Disabled => true,
        }
    }

    /// Those of "if not exists".
    pub fn existence(&self) -> Option<&ExistenceDetails> {
        match self {
            Details::Existence(details) => Some(details),
            _ => None,
        }
    }

    /// Those of `modify`.
    pub fn modify(&self) -> Option<&ModifyDetails> {
        match self {
            Details::Modify(details) => Some(details),
            _ => None,
        }
    }

    /// The roles that the assignment's identity needs, as the definition writes their ids.
    pub fn role_definition_ids(&self) -> &[Arc<str>] {
        match self {
            Details::Existence(details) => &details.role_definition_ids,
            Details::Modify(details) => &details.role_definition_ids,
            _ => &[],
        }
    }
}

/// `then.details` of `auditIfNotExists` and `deployIfNotExists`.
///
/// <https://learn.microsoft.com/azure/governance/policy/concepts/effect-deploy-if-not-exists>
#[derive(Debug, Clone)]
pub struct ExistenceDetails {
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
    /// `evaluationDelay`: how long the service waits after a write. A scan doesn't.
    pub evaluation_delay: Option<(Arc<str>, Span)>,
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
    /// Parameters whose value is a Key Vault `reference`.
    pub secrets: Vec<SecretParameter>,
    /// `deployment.properties.template`, untouched.
    pub template: Arc<Node>,
    /// The deployment.
    pub span: Span,
}

/// A parameter of a deployment whose value is a secret: only the deployment reads it.
///
/// <https://learn.microsoft.com/azure/azure-resource-manager/templates/key-vault-parameter>
#[derive(Debug, Clone)]
pub struct SecretParameter {
    /// The template's parameter.
    pub name: Arc<str>,
    /// `reference.keyVault.id`: an expression of the policy dialect.
    pub vault: Formula,
    /// `reference.secretName`: an expression of the policy dialect.
    pub secret_name: Formula,
    /// `reference.secretVersion`
    pub secret_version: Option<Formula>,
    /// Where the parameter's name stands.
    pub span: Span,
}

/// `then.details` of `append`.
///
/// <https://learn.microsoft.com/azure/governance/policy/concepts/effect-append>
#[derive(Debug, Clone)]
pub struct AppendDetails {
    /// In order.
    pub entries: Vec<AppendEntry>,
    /// The list.
    pub span: Span,
}

/// One `{field, value}`.
#[derive(Debug, Clone)]
pub struct AppendEntry {
    /// What is filled: a text, or an expression that yields one.
    pub field: Formula,
    /// With what.
    pub value: Formula,
    /// The object.
    pub span: Span,
}

/// `then.details` of `modify`.
///
/// <https://learn.microsoft.com/azure/governance/policy/concepts/effect-modify>
#[derive(Debug, Clone)]
pub struct ModifyDetails {
    /// `roleDefinitionIds`
    pub role_definition_ids: Vec<Arc<str>>,
    /// `conflictEffect`: a [`ConflictEffect`], or an expression that yields one; `deny` where absent.
    pub conflict_effect: Option<Formula>,
    /// `operations`, in order.
    pub operations: Vec<ModifyOperation>,
    /// The details.
    pub span: Span,
}

/// One of `operations`.
#[derive(Debug, Clone)]
pub struct ModifyOperation {
    /// `operation`
    pub kind: OperationKind,
    /// What is changed: a text, or an expression that yields one.
    pub field: Formula,
    /// The new value; none for `remove`.
    pub value: Option<Formula>,
    /// `condition`: whether the operation is carried out.
    pub condition: Option<Formula>,
    /// The object.
    pub span: Span,
}

/// `operation`
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OperationKind {
    /// `add`: fills what is absent.
    Add,
    /// `addOrReplace`: sets, whatever stands there.
    AddOrReplace,
    /// `remove`: takes a tag away.
    Remove,
}

impl OperationKind {
    /// All, in alphabetical order.
    pub const ALL: &'static [OperationKind] =
        &[OperationKind::Add, OperationKind::AddOrReplace, OperationKind::Remove];

    /// From any case; `None` for what is no operation.
    pub fn parse(text: &str) -> Option<OperationKind> {
        OperationKind::ALL.iter().copied().find(|kind| kind.as_str().eq_ignore_ascii_case(text))
    }

    /// As Azure's documentation writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            OperationKind::Add => "add",
            OperationKind::AddOrReplace => "addOrReplace",
            OperationKind::Remove => "remove",
        }
    }
}

/// `conflictEffect`: what happens where an operation can't be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConflictEffect {
    /// `audit`: the request goes through, and is logged.
    Audit,
    /// `deny`: the request is refused; the default.
    Deny,
    /// `disabled`: the request goes through.
    Disabled,
}

impl ConflictEffect {
    /// All, in alphabetical order.
    pub const ALL: &'static [ConflictEffect] =
        &[ConflictEffect::Audit, ConflictEffect::Deny, ConflictEffect::Disabled];

    /// From any case; `None` for what is none.
    pub fn parse(text: &str) -> Option<ConflictEffect> {
        ConflictEffect::ALL.iter().copied().find(|effect| effect.as_str().eq_ignore_ascii_case(text))
    }

    /// As Azure's documentation writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            ConflictEffect::Audit => "audit",
            ConflictEffect::Deny => "deny",
            ConflictEffect::Disabled => "disabled",
        }
    }
}

/// `then.details` of `denyAction` and `auditAction`.
///
/// <https://learn.microsoft.com/azure/governance/policy/concepts/effect-deny-action>
#[derive(Debug, Clone)]
pub struct ActionDetails {
    /// `actionNames`: a list of texts, of which Azure supports `delete`, or an expression that yields one.
    pub action_names: Formula,
    /// `cascadeBehaviors.resourceGroup`: a [`CascadeBehavior`], or an expression that yields one; `deny` where
    /// absent.
    pub on_group_deletion: Option<Formula>,
    /// The details.
    pub span: Span,
}

/// What `denyAction` does when the resource's group is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CascadeBehavior {
    /// `allow`
    Allow,
    /// `deny`; the default.
    Deny,
}

impl CascadeBehavior {
    /// From any case; `None` for what is none.
    pub fn parse(text: &str) -> Option<CascadeBehavior> {
        match text.to_ascii_lowercase().as_str() {
            "allow" => Some(CascadeBehavior::Allow),
            "deny" => Some(CascadeBehavior::Deny),
            _ => None,
        }
    }

    /// As Azure's documentation writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            CascadeBehavior::Allow => "allow",
            CascadeBehavior::Deny => "deny",
        }
    }
}

/// `then.details` of `manual`.
///
/// <https://learn.microsoft.com/azure/governance/policy/concepts/effect-manual>
#[derive(Debug, Clone)]
pub struct ManualDetails {
    /// `defaultState`: a [`ManualState`], or an expression that yields one; `Unknown` where absent.
    pub default_state: Option<Formula>,
    /// The details.
    pub span: Span,
}

/// The state of a manual policy that nobody attested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ManualState {
    /// `Compliant`
    Compliant,
    /// `Non-compliant`, also spelled `NonCompliant`.
    NonCompliant,
    /// `Unknown`; the default.
    Unknown,
}

impl ManualState {
    /// From any case and either spelling; `None` for what is none.
    pub fn parse(text: &str) -> Option<ManualState> {
        match text.to_ascii_lowercase().as_str() {
            "compliant" => Some(ManualState::Compliant),
            "non-compliant" | "noncompliant" => Some(ManualState::NonCompliant),
            "unknown" => Some(ManualState::Unknown),
            _ => None,
        }
    }
}

/// `then.details` of `addToNetworkGroup`.
///
/// <https://learn.microsoft.com/azure/governance/policy/concepts/effect-add-to-network-group>
#[derive(Debug, Clone)]
pub struct NetworkGroupDetails {
    /// `networkGroupId`: the group below a network manager.
    pub network_group_id: Formula,
    /// The details.
    pub span: Span,
}

/// Details that only a resource provider reads; azpol keeps them as they are.
#[derive(Debug, Clone)]
pub struct ProviderDetails {
    /// What they are.
    pub kind: ProviderDetailsKind,
    /// The details, untouched.
    pub node: Arc<Node>,
    /// The details.
    pub span: Span,
}

/// What the details of a resource provider's mode are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProviderDetailsKind {
    /// `templateInfo` or `constraintTemplate`: a constraint for a Kubernetes cluster.
    Constraint,
    /// `mutationInfo`: of `mutate`.
    Mutation,
    /// `policy` and `policyId`: of `enforceRegoPolicy`.
    RegoPolicy,
    /// `setting`: of `enforceSetting`.
    Setting,
    /// None of these.
    Other,
}
