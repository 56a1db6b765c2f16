//! Whether a compiled policy may ask for the time.

use crate::arm::expression::{ContextFunction, Expression, TextKind, classify};
use crate::source::{Node, NodeValue};

use super::policy::CompiledPolicy;
use super::program::{Computed, Operand, Test, TestKind};

/// Whether `utcNow` is called in what parameters didn't decide, or anywhere in the deployment's template.
pub(super) fn asked(policy: &CompiledPolicy) -> bool {
    let Some(details) = &policy.details else {
        let operations = policy.change().map_or(&[][..], |change| &change.operations);
        let parts = operations.iter().flat_map(|operation| [&operation.value, &operation.condition]);
        return test(&policy.condition) || parts.flatten().any(computed);
    };
    let texts = [&details.name, &details.group];
    let deployment = details.deployment.as_ref();
    test(&policy.condition)
        || details.condition.as_ref().is_some_and(test)
        || texts.into_iter().flatten().any(|(text, _)| computed(text))
        || deployment.is_some_and(|deployment| {
            let secrets = deployment.secrets.iter().flat_map(|secret| [&secret.vault, &secret.name]);
            deployment.parameters.iter().any(|(_, value, _)| computed(value))
                || secrets.into_iter().any(computed)
                || node(&deployment.template)
        })
}

fn test(condition: &Test) -> bool {
    let leaf = match &condition.kind {
        TestKind::AllOf(group) | TestKind::AnyOf(group) => return group.parts.iter().any(test),
        TestKind::Not(part) => return test(part),
        TestKind::Compare(leaf) => leaf,
    };
    computed(&leaf.target)
        || match &leaf.subject {
            Operand::Field(_) => false,
            Operand::ComputedField(formula) => formula.mentions(&[ContextFunction::UtcNow]),
            Operand::Value(value) => computed(value),
            Operand::CountField(count) => count.filter.as_ref().is_some_and(test),
            Operand::CountValue(count) => computed(&count.list) || count.filter.as_ref().is_some_and(test),
            Operand::CountItems(items) => items.iter().any(|(_, filter)| test(filter)),
        }
}

fn computed(value: &Computed) -> bool {
    match value {
        Computed::Formula(formula) => formula.mentions(&[ContextFunction::UtcNow]),
        Computed::Known(_) | Computed::Fails(_) | Computed::Current(_) => false,
    }
}

/// Whether a text at any depth is an expression that calls it.
fn node(value: &Node) -> bool {
    match &value.value {
        NodeValue::String(text) => match classify(text) {
            TextKind::Expression(text) => Expression::parse(text)
                .is_ok_and(|expression| expression.mentions(&[ContextFunction::UtcNow])),
            TextKind::Literal(_) => false,
        },
        NodeValue::Array(items) => items.iter().any(node),
        NodeValue::Object(members) => members.iter().any(|member| node(&member.value)),
        _ => false,
    }
}
