//! An assignment as the plan sees it.

use std::sync::Arc;

use crate::arm::Value;
use crate::policy::{DefinitionSource, Effect, EnforcementMode, PolicyAssignment, PolicyDefinition};

/// An evaluated assignment, with what its program says of remediation.
#[derive(Debug, Clone)]
pub struct Assigned {
    /// The assignment.
    pub assignment: PolicyAssignment,
    /// The definition that it names.
    pub definition: Arc<PolicyDefinition>,
    /// The effect that its parameters give.
    pub effect: Effect,
    /// `roleDefinitionIds` of the rule.
    pub role_definition_ids: Vec<Arc<str>>,
    /// `deployment.location`.
    pub deployment_location: Option<Arc<str>>,
    /// Whether it was given on the command line and doesn't exist yet.
    pub proposed: bool,
}

impl Assigned {
    /// Parameters whose list holds a value more than once: name and value.
    pub fn repeated_values(&self) -> Vec<(Arc<str>, Value)> {
        let mut repeated = Vec::new();
        for declared in &self.definition.parameters {
            let given = self.assignment.parameters.iter().find(|p| p.0.eq_ignore_ascii_case(&declared.name));
            let value = given.map(|given| &given.2).or(declared.default.as_ref());
            let items = value.map_or(&[][..], Value::items);
            for (index, item) in items.iter().enumerate() {
                let first = items.iter().position(|other| other == item) == Some(index);
                if first && items[index + 1..].contains(item) {
                    repeated.push((declared.name.clone(), item.clone()));
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
