//! What an initiative gives the definitions of its members, where it is written out.

use crate::arm::Value;
use crate::compliance::Definitions;
use crate::engine::check_member;
use crate::policy::{ParameterDefinition, PolicySetDefinition};
use crate::source::{Diagnostic, Diagnostics, Node};

use super::codes;
use super::document::{parameter_of, properties};
use super::report::Report;

/// All findings on the values that an initiative gives its members, without those that it silences itself. Of members
/// whose definitions weren't given nothing is said.
pub fn check_members(node: &Node, set: &PolicySetDefinition, known: &Definitions) -> Diagnostics {
    let mut report = Report::default();
    for member in &set.members {
        let Some(definition) = known.find(&member.definition_id).one() else { continue };
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
    super::told(properties(node), report)
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
