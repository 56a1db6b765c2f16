//! An assignment as the plan sees it.

use std::sync::Arc;

use crate::arm::Value;
use crate::compliance::{Member, called};
use crate::engine::BoundParameters;
use crate::policy::{DefinitionSource, Effect, EnforcementMode, PolicyAssignment, PolicyDefinition};

/// An evaluated assignment, with what its program says of remediation.
#[derive(Debug, Clone)]
pub struct Assigned {
    /// The assignment.
    pub assignment: Arc<PolicyAssignment>,
    /// The member, where the assignment names an initiative.
    pub member: Option<Member>,
    /// The definition that it names.
    pub definition: Arc<PolicyDefinition>,
    /// The values of the definition's parameters.
    pub parameters: BoundParameters,
    /// The effect that they give.
    pub effect: Effect,
    /// `roleDefinitionIds` of the rule.
    pub role_definition_ids: Vec<Arc<str>>,
    /// `deployment.location`.
    pub deployment_location: Option<Arc<str>>,
    /// Whether it was given on the command line and doesn't exist yet.
    pub proposed: bool,
}

impl Assigned {
    /// What people call it.
    pub fn called(&self) -> String {
        called(&self.assignment.display_name, self.member.as_ref())
    }

    /// Parameters whose list holds a value more than once: name and value.
    pub fn repeated_values(&self) -> Vec<(Arc<str>, Value)> {
        let mut repeated = Vec::new();
        for (name, value) in self.parameters.iter() {
            let items = value.items();
            for (index, item) in items.iter().enumerate() {
                let first = items.iter().position(|other| other == item) == Some(index);
                if first && items[index + 1..].contains(item) {
                    repeated.push((name.clone(), item.clone()));
                }
            }
        }
        repeated
    }

    /// Whether azpol's own twin of the built-in stood in for it.
    pub fn is_twin(&self) -> bool {
        self.definition.source == DefinitionSource::Shipped
    }

    /// `enforcementMode` as Azure writes it.
    pub fn enforcement_mode(&self) -> &'static str {
        match self.assignment.enforcement_mode {
            EnforcementMode::Default => "Default",
            EnforcementMode::DoNotEnforce => "DoNotEnforce",
            EnforcementMode::Enroll => "Enroll",
        }
    }
}
