//! `policyRule`: `if` and `then`.

use crate::arm::Value;
use crate::arm::expression::{Formula, FormulaKind};
use crate::policy::{Condition, Effect, PolicyMode, PolicyRule, codes};
use crate::source::{Diagnostic, Node};

use super::condition::condition;
use super::details::details;
use super::reading::{Lowering, suggest};

/// Lowers a rule; of a definition without a known mode, as if it were ARM's own.
pub(super) fn rule(
    node: &Node,
    mode: Option<&PolicyMode>,
    lowering: &mut Lowering<'_>,
) -> Option<PolicyRule> {
    if node.as_str().is_some() {
        lowering.fault(
            Diagnostic::new(&codes::COMPUTED_PART, "the rule is a text, not an object")
                .at(node.span, "computed by a template")
                .help("this is a template that makes a definition: give the definition that it makes"),
        );
        return None;
    }
    let node = lowering.object(node, "policyRule")?;
    lowering.only(node, "`policyRule`", &["if", "then", "$schema"]);
    let condition: Option<Condition> = if let Some(given) = node.get("if") {
        condition(given, lowering)
    } else {
        lowering.missing(node.span, "if", "`policyRule`");
        None
    };
    let Some(then) = node.get("then") else {
        lowering.missing(node.span, "then", "`policyRule`");
        return None;
    };
    let then = lowering.object(then, "then")?;
    lowering.only(then, "`then`", &["effect", "details"]);
    let effect = effect(then, lowering);
    let details = match then.get("details").filter(|given| !given.is_null()) {
        Some(given) => details(given, literal(effect.as_ref()), mode, lowering)?,
        None => None,
    };
    Some(PolicyRule { condition: condition?, effect: effect?, details, span: node.span })
}

fn effect(then: &Node, lowering: &mut Lowering<'_>) -> Option<Formula> {
    let Some(given) = then.get("effect") else {
        lowering.missing(then.span, "effect", "`then`");
        return None;
    };
    if given.as_str().is_none() {
        lowering.wrong_kind(given, "effect", "a string");
        return None;
    }
    let formula = lowering.formula(given)?;
    if let FormulaKind::Literal(Value::String(text)) = &formula.kind
        && Effect::parse(text).is_none()
    {
        let names: Vec<_> = Effect::ALL.iter().map(|effect| effect.as_str()).collect();
        let fault = Diagnostic::new(&codes::UNKNOWN_EFFECT, format!("`{text}` is no effect"))
            .at(given.span, "unknown");
        lowering.fault(suggest(fault, text, &names));
        return None;
    }
    Some(formula)
}

/// The effect, where it is written out.
fn literal(effect: Option<&Formula>) -> Option<Effect> {
    match effect.map(|formula| &formula.kind) {
        Some(FormulaKind::Literal(Value::String(text))) => Effect::parse(text),
        _ => None,
    }
}
