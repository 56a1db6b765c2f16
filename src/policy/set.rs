//! Initiatives: sets of definitions.

use std::sync::Arc;

use crate::arm::expression::Formula;
use crate::source::Span;

use super::{ParameterDefinition, PolicyType, VersionPattern};

/// An initiative.
///
/// <https://learn.microsoft.com/azure/governance/policy/concepts/initiative-definition-structure>
#[derive(Debug, Clone)]
pub struct PolicySetDefinition {
    /// Its id. A document without an id gets its name.
    pub id: Arc<str>,
    /// The last segment of the id.
    pub name: Arc<str>,
    /// `displayName`, or the name.
    pub display_name: Arc<str>,
    /// `version` or `metadata.version`.
    pub version: Option<Arc<str>>,
    /// `versions`: those that the service keeps.
    pub versions: Vec<Arc<str>>,
    /// `metadata.category`.
    pub category: Option<Arc<str>>,
    /// Who wrote it.
    pub policy_type: PolicyType,
    /// Its parameters, in order.
    pub parameters: Vec<ParameterDefinition>,
    /// `policyDefinitions`, in order.
    pub members: Vec<PolicyMember>,
    /// `policyDefinitionGroups`, in order.
    pub groups: Vec<PolicyGroup>,
    /// The whole document.
    pub span: Span,
}

impl PolicySetDefinition {
    /// The member of this reference id, compared without case.
    pub fn member(&self, reference_id: &str) -> Option<&PolicyMember> {
        self.members.iter().find(|member| member.reference_id.eq_ignore_ascii_case(reference_id))
    }
}

/// One of `policyDefinitions`.
#[derive(Debug, Clone)]
pub struct PolicyMember {
    /// `policyDefinitionReferenceId`, unique in the initiative. The service makes one up where it is absent;
    /// azpol takes the last segment of the definition's id, with a number where that stands there already.
    pub reference_id: Arc<str>,
    /// Whether the reference id is written.
    pub reference_given: bool,
    /// `policyDefinitionId`
    pub definition_id: Arc<str>,
    /// Where `policyDefinitionId` stands.
    pub definition_span: Span,
    /// `definitionVersion`
    pub definition_version: Option<VersionPattern>,
    /// Values of the definition's parameters: expressions over the initiative's own parameters.
    pub parameters: Vec<MemberParameter>,
    /// `groupNames` with their places.
    pub group_names: Vec<(Arc<str>, Span)>,
    /// The member.
    pub span: Span,
}

/// The value that an initiative gives a parameter of one of its definitions.
#[derive(Debug, Clone)]
pub struct MemberParameter {
    /// The definition's parameter.
    pub name: Arc<str>,
    /// Where the name stands.
    pub name_span: Span,
    /// Its value; the formula's place is that of the value.
    pub value: Formula,
}

/// One of `policyDefinitionGroups`.
#[derive(Debug, Clone)]
pub struct PolicyGroup {
    /// `name`, unique in the initiative.
    pub name: Arc<str>,
    /// `displayName`
    pub display_name: Option<Arc<str>>,
    /// `category`
    pub category: Option<Arc<str>>,
    /// `description`
    pub description: Option<Arc<str>>,
    /// `additionalMetadataId`: of a policy metadata resource.
    pub additional_metadata_id: Option<Arc<str>>,
    /// The group.
    pub span: Span,
}
