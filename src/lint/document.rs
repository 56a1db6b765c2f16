//! What a check looks at: one definition, as it was written and as it was understood.

use std::collections::BTreeSet;

use crate::arm::expression::{Expression, Formula, FormulaKind, Term, TextKind, classify};
use crate::arm::{AliasCatalog, Value};
use crate::policy::{Effect, ParameterDefinition, PolicyDefinition};
use crate::source::{Node, NodeValue, Span};

/// A definition before a check.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    /// The document: a full resource, bare `properties`, or a bare rule.
    pub node: &'a Node,
    /// What it says.
    pub definition: &'a PolicyDefinition,
    /// The aliases that are known.
    pub aliases: &'a AliasCatalog,
}

/// Which effects a definition can have.
#[derive(Debug, Clone)]
pub(super) struct Reachable<'a> {
    /// The effect where it is written out.
    pub(super) literal: Option<Effect>,
    /// The parameter that names it.
    pub(super) parameter: Option<&'a ParameterDefinition>,
    /// All that are known: the literal, or what the parameter allows and defaults to.
    pub(super) effects: BTreeSet<Effect>,
    /// Where the effect is named.
    pub(super) span: Span,
}

impl<'a> Document<'a> {
    /// The object in which `policyRule`, `parameters` and `metadata` stand.
    pub(super) fn properties(&self) -> &'a Node {
        properties(self.node)
    }

    /// The rule as it was written.
    pub(super) fn rule(&self) -> &'a Node {
        self.properties().get("policyRule").unwrap_or(self.node)
    }

    /// What was written of a parameter.
    pub(super) fn parameter(&self, name: &str) -> Option<&'a Node> {
        self.properties().get("parameters")?.get(name)
    }

    /// Where the name of a parameter stands.
    pub(super) fn parameter_name(&self, parameter: &ParameterDefinition) -> Span {
        let member = self.properties().get("parameters").and_then(|all| all.member(&parameter.name));
        member.map_or(parameter.span, |member| member.key_span)
    }

    /// The effects that the definition can have.
    pub(super) fn effects(&self) -> Reachable<'a> {
        let effect = &self.definition.rule.effect;
        let mut reachable =
            Reachable { literal: None, parameter: None, effects: BTreeSet::new(), span: effect.span };
        if let Some(text) = literal_text(effect) {
            reachable.literal = Effect::parse(text);
            reachable.effects.extend(reachable.literal);
            return reachable;
        }
        let Some(name) = parameter_of(effect) else { return reachable };
        let parameters = &self.definition.parameters;
        reachable.parameter = parameters.iter().find(|parameter| parameter.name.eq_ignore_ascii_case(name));
        if let Some(parameter) = reachable.parameter {
            let allowed = parameter.allowed.iter().flatten().chain(&parameter.default);
            reachable.effects.extend(allowed.filter_map(Value::as_str).filter_map(Effect::parse));
        }
        reachable
    }
}

/// The object of a document in which its parameters and metadata stand.
pub(super) fn properties(node: &Node) -> &Node {
    node.get("properties").filter(|inner| inner.is_object()).unwrap_or(node)
}

/// A text that is written out.
pub(super) fn literal_text(formula: &Formula) -> Option<&str> {
    formula.literal().and_then(Value::as_str)
}

/// The parameter that an expression is, and nothing else: `[parameters('x')]`.
pub(super) fn parameter_of(formula: &Formula) -> Option<&str> {
    match &formula.kind {
        FormulaKind::Expression(expression) => parameter_term(&expression.root),
        _ => None,
    }
}

/// The name of a parameter that a term reads.
pub(super) fn parameter_term(term: &Term) -> Option<&str> {
    match term {
        Term::Call(name, arguments) if &**name == "parameters" => match arguments.as_slice() {
            [Term::Literal(Value::String(name))] => Some(name),
            _ => None,
        },
        _ => None,
    }
}

/// Every expression in a part of a document, with its place. `skip` leaves parts out.
pub(super) fn expressions(node: &Node, skip: &dyn Fn(&str) -> bool, each: &mut dyn FnMut(&Expression, Span)) {
    match &node.value {
        NodeValue::String(text) => {
            if let TextKind::Expression(text) = classify(text)
                && let Ok(expression) = Expression::parse(text)
            {
                each(&expression, node.span);
            }
        }
        NodeValue::Array(items) => items.iter().for_each(|item| expressions(item, skip, each)),
        NodeValue::Object(members) => {
            for member in members.iter().filter(|member| !skip(&member.key)) {
                expressions(&member.value, skip, each);
            }
        }
        _ => {}
    }
}
