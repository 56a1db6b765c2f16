//! What an initiative gives the definitions of its members, where it is written out.

use std::sync::Arc;

use crate::arm::Value;
use crate::compliance::Definitions;
use crate::engine::check_member;
use crate::policy::{
    ParameterDefinition, PolicyDefinition, PolicyMember, PolicySetDefinition, VersionPattern,
};
use crate::source::{Diagnostic, Diagnostics, Node, Severity};

use super::codes;
use super::document::{parameter_of, properties};
use super::report::Report;

/// All findings on the values that an initiative gives its members, without those that it silences itself. Of members
/// whose definitions weren't given nothing is said.
pub fn check_members(node: &Node, set: &PolicySetDefinition, known: &Definitions) -> Diagnostics {
    let mut report = Report::default();
    for member in &set.members {
        let Some(definition) = definition_of(member, known) else { continue };
        let mut faults = Diagnostics::new();
        check_member(definition, member, &mut faults);
        faults.into_iter().for_each(|fault| report.push(fault));
        for given in &member.parameters {
            let passed = parameter_of(&given.value).and_then(|name| find(&set.parameters, name));
            let (Some(passed), Some(wanted)) = (passed, find(&definition.parameters, &given.name)) else {
                continue;
            };
            if passed.parameter_type != wanted.parameter_type && !is_number(passed, wanted) {
                let message = format!(
                    "`{}` is {}, and `{}` of `{}` is {}",
                    passed.name,
                    passed.parameter_type.described(),
                    wanted.name,
                    definition.display_name,
                    wanted.parameter_type.described()
                );
                report.push(
                    Diagnostic::new(&crate::policy::codes::MISTYPED_PARAMETER, message)
                        .at(given.value.span, "passed on here")
                        .at(wanted.span, "declared here"),
                );
            } else if let Some(refused) = refused_default(passed, wanted) {
                let message = format!(
                    "the default of `{}` isn't an allowed value of `{}` of `{}`: `{refused}`",
                    passed.name, wanted.name, definition.display_name
                );
                let help = "an assignment that doesn't give it is refused: correct the default";
                report.push(
                    Diagnostic::new(&codes::REFUSED_DEFAULT, message)
                        .at(passed.span, "its default")
                        .at(wanted.span, "declared here")
                        .help(help),
                );
            }
        }
    }
    let found = super::told(properties(node), report);
    if !set.policy_type.is_from_service() {
        return found;
    }
    // The service has taken it: what looks wrong in it stops nobody from assigning it.
    let mut told = Diagnostics::new();
    for finding in found {
        let error = finding.severity == Severity::Error;
        told.push(if error { finding.severity(Severity::Warning) } else { finding });
    }
    told
}

/// The definition of a member, where one was given of a version that the member takes.
pub(super) fn definition_of<'a>(
    member: &PolicyMember,
    known: &'a Definitions,
) -> Option<&'a Arc<PolicyDefinition>> {
    let definition = known.find(&member.definition_id).one()?;
    takes(member.definition_version.as_ref(), definition.version.as_deref()).then_some(definition)
}

/// Whether a version is one that is wanted; without either, it is.
pub(super) fn takes(wanted: Option<&VersionPattern>, given: Option<&str>) -> bool {
    wanted.zip(given).is_none_or(|(wanted, given)| wanted.takes(given))
}

fn find<'a>(declared: &'a [ParameterDefinition], name: &str) -> Option<&'a ParameterDefinition> {
    declared.iter().find(|parameter| parameter.name.eq_ignore_ascii_case(name))
}

/// An integer is a number, too.
fn is_number(passed: &ParameterDefinition, wanted: &ParameterDefinition) -> bool {
    use crate::policy::ParameterType::{DateTime, Float, Integer, String};
    matches!(
        (passed.parameter_type, wanted.parameter_type),
        (Integer, Float) | (String, DateTime) | (DateTime, String)
    )
}

/// The default of an initiative's parameter that the member's definition rules out.
fn refused_default<'a>(passed: &'a ParameterDefinition, wanted: &ParameterDefinition) -> Option<&'a Value> {
    wanted.refused(passed.default.as_ref()?)
}
