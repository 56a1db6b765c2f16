//! Effects.

/// What a policy does with a resource to which its rule applies.
///
/// <https://learn.microsoft.com/azure/governance/policy/concepts/effect-basics>
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// `addToNetworkGroup`
    AddToNetworkGroup,
    /// `append`
    Append,
    /// `audit`
    Audit,
    /// `auditAction`
    AuditAction,
    /// `auditIfNotExists`
    AuditIfNotExists,
    /// `deny`
    Deny,
    /// `denyAction`
    DenyAction,
    /// `deployIfNotExists`
    DeployIfNotExists,
    /// `disabled`
    Disabled,
    /// `enforceRegoPolicy`
    EnforceRegoPolicy,
    /// `enforceSetting`
    EnforceSetting,
    /// `manual`
    Manual,
    /// `modify`
    Modify,
    /// `mutate`
    Mutate,
}

impl Effect {
    /// All, in alphabetical order.
    pub const ALL: &'static [Effect] = &[
        Effect::AddToNetworkGroup,
        Effect::Append,
        Effect::Audit,
        Effect::AuditAction,
        Effect::AuditIfNotExists,
        Effect::Deny,
        Effect::DenyAction,
        Effect::DeployIfNotExists,
        Effect::Disabled,
        Effect::EnforceRegoPolicy,
        Effect::EnforceSetting,
        Effect::Manual,
        Effect::Modify,
        Effect::Mutate,
    ];

    /// From any case; `None` for what is no effect.
    pub fn parse(text: &str) -> Option<Effect> {
        Effect::ALL.iter().copied().find(|effect| effect.as_str().eq_ignore_ascii_case(text))
    }

    /// As Azure's documentation writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Effect::AddToNetworkGroup => "addToNetworkGroup",
            Effect::Append => "append",
            Effect::Audit => "audit",
            Effect::AuditAction => "auditAction",
            Effect::AuditIfNotExists => "auditIfNotExists",
            Effect::Deny => "deny",
            Effect::DenyAction => "denyAction",
            Effect::DeployIfNotExists => "deployIfNotExists",
            Effect::Disabled => "disabled",
            Effect::EnforceRegoPolicy => "enforceRegoPolicy",
            Effect::EnforceSetting => "enforceSetting",
            Effect::Manual => "manual",
            Effect::Modify => "modify",
            Effect::Mutate => "mutate",
        }
    }
}
