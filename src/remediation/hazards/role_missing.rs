//! AZP0809: a role that the assignment's identity lacks.

use super::super::codes::ROLE_MISSING;
use super::super::quote::{bash, shown};
use super::super::roles::{Held, role_name};
use super::{Findings, Hazard, Survey};

pub(super) fn check(survey: &Survey<'_>, found: &mut Findings) {
    for needed in survey.roles {
        let assigned = &survey.assignments[needed.assignment];
        let has_identity = assigned.assignment.identity.is_some() && !assigned.proposed;
        if !has_identity {
            // AZP0808 says so.
            continue;
        }
        let role = shown(role_name(&needed.role));
        let place = shown(&needed.scope.id());
        let place = match &needed.target {
            Some(target) => format!("{} {}", target.kind.as_str(), shown(target.id.name())),
            None => format!("the assignment's scope {place}"),
        };
        match &needed.held {
            Held::Yes => {}
            Held::No => found.add(Hazard {
                code: &ROLE_MISSING,
                assignments: vec![needed.assignment],
                subscription: None,
                resource: needed.target.as_ref().map(|target| target.id.clone()),
                message: format!("the identity lacks {role} at {place}"),
                details: vec![shown(&needed.scope.id())],
            }),
            Held::NotKnown(reason) => {
                let question = format!(
                    "does the identity of `{}` hold {role} at {place}? {}",
                    shown(&assigned.assignment.display_name),
                    shown(reason)
                );
                let command = match &needed.principal {
                    None => format!(
                        "az policy assignment show --name {} --scope {} > assignment.json",
                        bash(&assigned.assignment.name),
                        bash(&assigned.assignment.scope.id())
                    ),
                    Some(_) => match needed.scope.subscription() {
                        Some(subscription) => format!(
                            "az role assignment list --all --include-inherited --subscription {} > roles.json",
                            bash(subscription.as_str())
                        ),
                        None => format!(
                            "az role assignment list --include-inherited --scope {} > roles.json",
                            bash(&needed.scope.id())
                        ),
                    },
                };
                found.ask(&ROLE_MISSING, question, command, None);
            }
        }
    }
}
