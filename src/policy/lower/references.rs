//! Do the functions and parameters exist that a rule uses?

use crate::arm::Value;
use crate::arm::expression::{Dialect, Formula, Misuse, Term};
use crate::policy::{Condition, Count, ParameterDefinition, PolicyRule, Subject, codes};
use crate::source::Diagnostic;

use super::reading::{Lowering, suggest};

/// A fault for each parameter that the rule reads and the definition doesn't declare, and for each call that
/// Azure refuses. A function that azpol hasn't built is none: it is named when the rule is compiled.
pub(super) fn check(rule: &PolicyRule, declared: &[ParameterDefinition], lowering: &mut Lowering<'_>) {
    let known: Vec<&str> = declared.iter().map(|parameter| &*parameter.name).collect();
    let mut each = |formula: &Formula| one(formula, &known, lowering);
    visit(&rule.condition, &mut each);
    each(&rule.effect);
    let Some(details) = &rule.details else { return };
    details.name.iter().chain(&details.resource_group_name).for_each(&mut each);
    if let Some(given) = &details.existence_condition {
        visit(given, &mut each);
    }
    if let Some(deployment) = &details.deployment {
        deployment.parameters.iter().for_each(|(_, given, _)| each(given));
    }
}

/// Every formula of a condition, in the order of the document.
fn visit(condition: &Condition, each: &mut dyn FnMut(&Formula)) {
    match condition {
        Condition::AllOf(parts, _) | Condition::AnyOf(parts, _) => {
            parts.iter().for_each(|part| visit(part, each));
        }
        Condition::Not(part, _) => visit(part, each),
        Condition::Leaf(leaf) => {
            match &leaf.subject {
                Subject::Field(given, _) | Subject::Value(given, _) => each(given),
                Subject::Count(Count::Field { filter, .. }, _) => {
                    filter.iter().for_each(|filter| visit(filter, each));
                }
                Subject::Count(Count::Value { value, filter, .. }, _) => {
                    each(value);
                    filter.iter().for_each(|filter| visit(filter, each));
                }
            }
            each(&leaf.target);
        }
    }
}

fn one(formula: &Formula, known: &[&str], lowering: &mut Lowering<'_>) {
    for (expression, span) in formula.expressions() {
        for misuse in expression.misuses(Dialect::Policy, &|_| false) {
            if !matches!(misuse, Misuse::Unbuilt { .. }) {
                lowering.fault(misuse.diagnostic(Dialect::Policy, span));
            }
        }
        for term in expression.terms() {
            let Term::Call(name, arguments) = term else { continue };
            let [Term::Literal(Value::String(parameter))] = arguments.as_slice() else { continue };
            if &**name != "parameters" || known.iter().any(|known| known.eq_ignore_ascii_case(parameter)) {
                continue;
            }
            let message =
                format!("the rule reads parameter `{parameter}`, which the definition doesn't declare");
            let fault = Diagnostic::new(&codes::UNDECLARED_REFERENCE, message).at(span, "read here");
            lowering.fault(suggest(fault, parameter, known));
        }
    }
}
