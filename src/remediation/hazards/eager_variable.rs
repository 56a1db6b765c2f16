//! AZP0813: variables that fail if the service evaluates those that nothing reads.

use super::super::codes::EAGER_VARIABLE;
use super::super::quote::shown;
use super::{Findings, Hazard, Survey};

pub(super) fn check(survey: &Survey<'_>, found: &mut Findings) {
    for deployment in survey.deployments {
        for (variable, message) in &deployment.eager_faults {
            let hazard = Hazard {
                code: &EAGER_VARIABLE,
                assignments: vec![deployment.assignment],
                subscription: None,
                resource: None,
                message: format!(
                    "variable `{}` fails if it is evaluated: {}",
                    shown(variable),
                    shown(message)
                ),
                details: Vec::new(),
            };
            found.add(hazard);
        }
    }
}
