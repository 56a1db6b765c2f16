//! Parameters of a definition get the values of an assignment.

use std::sync::Arc;

use crate::arm::Value;
use crate::arm::expression::{Context, ContextFunction, Dialect, Failure};
use crate::arm::nearest::nearest;
use crate::policy::{
    MemberParameter, ParameterDefinition, PolicyAssignment, PolicyDefinition, PolicyMember,
    PolicySetDefinition, Unfit, codes,
};
use crate::source::{Diagnostic, Diagnostics, Severity, Span};

use super::codes as engine_codes;

/// The value of each parameter of a definition, in the order of its declaration.
///
/// Two assignments that bind a definition alike have equal values here and share one compiled policy.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BoundParameters {
    values: Vec<(Arc<str>, Value)>,
}

impl BoundParameters {
    /// The value of a parameter, its name compared without case.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Names and values, in the order of the declaration.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Arc<str>, &Value)> {
        self.values.iter().map(|(name, value)| (name, value))
    }

    /// A text that is equal for equal values: what compiled policies are kept by.
    pub fn key(&self) -> String {
        let values: Vec<_> = self
            .values
            .iter()
            .map(|(name, value)| format!("{}={value}", name.to_ascii_lowercase()))
            .collect();
        values.join(";")
    }
}

impl FromIterator<(Arc<str>, Value)> for BoundParameters {
    fn from_iter<I: IntoIterator<Item = (Arc<str>, Value)>>(values: I) -> BoundParameters {
        BoundParameters { values: values.into_iter().collect() }
    }
}

/// Binds: every fault (undeclared, missing, mistyped, not allowed) is pushed, with its place in the
/// assignment; nothing comes back if there is one.
///
/// <https://learn.microsoft.com/azure/governance/policy/concepts/definition-structure-parameters>
pub fn bind(
    definition: &PolicyDefinition,
    assignment: &PolicyAssignment,
    faults: &mut Diagnostics,
) -> Option<BoundParameters> {
    values(&definition.name, &definition.parameters, &Given::by_assignment(assignment), faults)
}

/// Binds an initiative's own parameters to an assignment, as [`bind`] does those of a definition.
pub fn bind_set(
    set: &PolicySetDefinition,
    assignment: &PolicyAssignment,
    faults: &mut Diagnostics,
) -> Option<BoundParameters> {
    values(&set.name, &set.parameters, &Given::by_assignment(assignment), faults)
}

/// Binds a member of an initiative: `definition` is the one that it names, `set` what [`bind_set`] gave for the
/// initiative. The member's values are expressions over the initiative's parameters.
///
/// <https://learn.microsoft.com/azure/governance/policy/concepts/initiative-definition-structure#passing-a-parameter-value-to-a-policy-definition>
pub fn bind_member(
    definition: &PolicyDefinition,
    member: &PolicyMember,
    set: &BoundParameters,
    faults: &mut Diagnostics,
) -> Option<BoundParameters> {
    let place = OfInitiative { parameters: set };
    let mut given = Given { values: Vec::new(), place: member.definition_span };
    let mut failed = false;
    for MemberParameter { name, name_span, value } in &member.parameters {
        match value.evaluate(&place) {
            Ok(computed) => {
                given.values.push((name.clone(), *name_span, computed, value.span));
            }
            Err(failure) => {
                let message = format!(
                    "the value of `{name}` for `{}` can't be computed: {failure}",
                    member.reference_id
                );
                faults.push(Diagnostic::new(&engine_codes::REFUSED, message).at(value.span, "computed here"));
                failed = true;
            }
        }
    }
    if failed {
        return None;
    }
    values(&definition.name, &definition.parameters, &given, faults)
}

/// Checks what an initiative writes out for a member: names, literal values, and that nothing is missing.
pub fn check_member(definition: &PolicyDefinition, member: &PolicyMember, faults: &mut Diagnostics) {
    let (owner, declared) = (&*definition.name, &*definition.parameters);
    let mut binding = Binding { owner, declared, faults, failed: false };
    for given in &member.parameters {
        binding.check_declared(&given.name, given.name_span);
    }
    for parameter in declared {
        let given = member.parameters.iter().find(|given| given.name.eq_ignore_ascii_case(&parameter.name));
        let value = given.map(|given| (given.value.literal(), given.value.span));
        match value {
            Some((Some(literal), span)) => {
                binding.value(parameter, Some((literal, span)), member.definition_span);
            }
            Some((None, _)) => {}
            None => {
                binding.value(parameter, None, member.definition_span);
            }
        }
    }
}

/// What the values of an initiative's members can ask for.
struct OfInitiative<'a> {
    parameters: &'a BoundParameters,
}

impl Context for OfInitiative<'_> {
    fn dialect(&self) -> Dialect {
        Dialect::Policy
    }

    fn ask(&self, function: ContextFunction, arguments: &[Value]) -> Result<Value, Failure> {
        match (function, arguments) {
            (ContextFunction::Parameters, [Value::String(name)]) => match self.parameters.get(name) {
                Some(value) => Ok(value.clone()),
                None => Err(Failure::Error(format!("the initiative has no parameter '{name}'"))),
            },
            _ => Err(Failure::Error(
                "a value in an initiative can ask for nothing but the initiative's parameters".to_owned(),
            )),
        }
    }
}

/// Values for parameters, and where they stand.
struct Given {
    /// Name, place of the name, value, place of the value.
    values: Vec<(Arc<str>, Span, Value, Span)>,
    /// Where the definition is named.
    place: Span,
}

impl Given {
    fn by_assignment(assignment: &PolicyAssignment) -> Given {
        Given { values: assignment.parameters.clone(), place: assignment.definition_span }
    }
}

fn values(
    owner: &str,
    declared: &[ParameterDefinition],
    given: &Given,
    faults: &mut Diagnostics,
) -> Option<BoundParameters> {
    let mut binding = Binding { owner, declared, faults, failed: false };
    for (name, span, ..) in &given.values {
        binding.check_declared(name, *span);
    }
    let values: Vec<_> = declared
        .iter()
        .filter_map(|parameter| {
            let value = given
                .values
                .iter()
                .find(|(name, ..)| name.eq_ignore_ascii_case(&parameter.name))
                .map(|(_, _, value, span)| (value, *span));
            let value = binding.value(parameter, value, given.place)?;
            Some((parameter.name.clone(), value))
        })
        .collect();
    (!binding.failed).then_some(BoundParameters { values })
}

struct Binding<'a> {
    /// The definition or initiative by name.
    owner: &'a str,
    declared: &'a [ParameterDefinition],
    faults: &'a mut Diagnostics,
    failed: bool,
}

impl Binding<'_> {
    fn fault(&mut self, fault: Diagnostic) {
        self.failed |= fault.severity == Severity::Error;
        self.faults.push(fault);
    }

    fn check_declared(&mut self, name: &str, span: Span) {
        let known = || self.declared.iter().map(|parameter| &*parameter.name);
        if known().any(|known| known.eq_ignore_ascii_case(name)) {
            return;
        }
        let near = nearest(name, known()).map(|near| format!("did you mean `{near}`?"));
        let message = format!("parameter `{name}` is not declared by {}", self.owner);
        let mut fault = Diagnostic::new(&codes::UNDECLARED_PARAMETER, message)
            .at(span, "not a parameter of this definition");
        fault.help = near;
        self.fault(fault);
    }

    fn value(
        &mut self,
        parameter: &ParameterDefinition,
        given: Option<(&Value, Span)>,
        place: Span,
    ) -> Option<Value> {
        let name = &parameter.name;
        let Some((value, span)) = given else {
            if let Some(default) = &parameter.default {
                return Some(default.clone());
            }
            let message = format!("parameter `{name}` of {} has no value and no default", self.owner);
            self.fault(
                Diagnostic::new(&codes::MISSING_PARAMETER, message)
                    .at(place, format!("this definition wants `{name}`"))
                    .at(parameter.span, "declared here"),
            );
            return None;
        };
        if !parameter.parameter_type.admits(value) {
            let wanted = parameter.parameter_type.described();
            let message = format!("parameter `{name}` is {wanted}, the value given is {}", kind(value));
            self.fault(
                Diagnostic::new(&codes::MISTYPED_PARAMETER, message)
                    .at(span, format!("wanted {wanted}"))
                    .at(parameter.span, "declared here"),
            );
            return None;
        }
        if let Some(refused) = parameter.refused(value) {
            let message = format!("`{}` isn't an allowed value of parameter `{name}`", plain(refused));
            let fault = Diagnostic::new(&codes::VALUE_NOT_ALLOWED, message)
                .at(span, "not allowed")
                .at(parameter.span, "declared here")
                .help(allowed(parameter, refused));
            self.fault(fault);
            return None;
        }
        self.fits(parameter, value, span).then(|| value.clone())
    }

    /// Whether a value fits the schema of its parameter, as far as that can be read.
    fn fits(&mut self, parameter: &ParameterDefinition, value: &Value, span: Span) -> bool {
        let Some(schema) = &parameter.schema else { return true };
        let name = &parameter.name;
        match schema.unfit(value) {
            Ok(unfit) => {
                for Unfit { pointer, message } in &unfit {
                    let at = if pointer.is_empty() { String::new() } else { format!(" at `{pointer}`") };
                    let message = format!("parameter `{name}` doesn't fit its schema{at}: {message}");
                    self.fault(
                        Diagnostic::new(&codes::VALUE_UNFIT, message)
                            .at(span, "Azure refuses this value")
                            .at(schema.span, "the schema"),
                    );
                }
                unfit.is_empty()
            }
            Err(why) => {
                let message = format!("the value of `{name}` isn't checked, its schema is none: {why}");
                self.fault(
                    Diagnostic::new(&codes::VALUE_UNFIT, message)
                        .at(schema.span, "the schema")
                        .at(span, "not checked")
                        .severity(Severity::Warning),
                );
                true
            }
        }
    }
}

/// A text without its quotes.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a Boolean",
        Value::Int(_) => "an integer",
        Value::Float(_) => "a number",
        Value::String(_) | Value::Runtime(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// What to write instead: the same value in another case, a near one, or the list.
fn allowed(parameter: &ParameterDefinition, refused: &Value) -> String {
    let values = parameter.allowed.as_deref().unwrap_or_default();
    let texts: Vec<String> = values.iter().map(plain).collect();
    let given = plain(refused);
    if let Some(same) = texts.iter().find(|text| text.eq_ignore_ascii_case(&given)) {
        return format!("allowed values compare with case: write `{same}`");
    }
    if let Some(near) = nearest(&given, texts.iter().map(String::as_str)) {
        return format!("did you mean `{near}`?");
    }
    let shown: Vec<_> = texts.iter().take(12).map(|text| format!("`{text}`")).collect();
    let rest = if texts.len() > shown.len() { ", …" } else { "" };
    format!("allowed are {}{rest}", shown.join(", "))
}
