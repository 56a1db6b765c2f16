//! The one walk over the conditions of a rule.

use crate::arm::ResourceType;
use crate::arm::expression::{Formula, FormulaKind, Term};
use crate::policy::{Condition, Count, Details, Leaf, Operator, PolicyDefinition, Subject};
use crate::source::Span;

use super::document::literal_text;

/// In which block of the rule a condition stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Block {
    /// `if`
    If,
    /// `existenceCondition`
    Existence,
}

/// A condition with what stands around it.
#[derive(Debug, Clone)]
pub(super) struct Visit<'a> {
    /// The condition.
    pub(super) condition: &'a Condition,
    /// The conditions around it, outermost first; the leaf of a count is around its `where`.
    pub(super) around: Vec<&'a Condition>,
    /// Where it stands.
    pub(super) block: Block,
}

impl<'a> Visit<'a> {
    /// The leaf, where it is one.
    pub(super) fn leaf(&self) -> Option<&'a Leaf> {
        match self.condition {
            Condition::Leaf(leaf) => Some(leaf),
            _ => None,
        }
    }
}

/// Every condition of a rule, outermost first.
pub(super) fn visit<'a>(definition: &'a PolicyDefinition, each: &mut dyn FnMut(&Visit<'a>)) {
    let mut around = Vec::new();
    down(&definition.rule.condition, Block::If, &mut around, each);
    let existence = definition.rule.details.as_ref().and_then(Details::existence);
    if let Some(condition) = existence.and_then(|details| details.existence_condition.as_ref()) {
        down(condition, Block::Existence, &mut around, each);
    }
}

/// Every leaf of a rule.
pub(super) fn leaves<'a>(definition: &'a PolicyDefinition, each: &mut dyn FnMut(&'a Leaf, &Visit<'a>)) {
    visit(definition, &mut |visit| {
        if let Some(leaf) = visit.leaf() {
            each(leaf, visit);
        }
    });
}

fn down<'a>(
    condition: &'a Condition,
    block: Block,
    around: &mut Vec<&'a Condition>,
    each: &mut dyn FnMut(&Visit<'a>),
) {
    each(&Visit { condition, around: around.clone(), block });
    around.push(condition);
    match condition {
        Condition::AllOf(parts, _) | Condition::AnyOf(parts, _) => {
            for part in parts {
                down(part, block, around, each);
            }
        }
        Condition::Not(part, _) => down(part, block, around, each),
        Condition::Leaf(leaf) => {
            if let Subject::Count(Count::Field { filter, .. } | Count::Value { filter, .. }, _) =
                &leaf.subject
                && let Some(filter) = filter
            {
                down(filter, block, around, each);
            }
        }
    }
    around.pop();
}

/// The field that a leaf looks at, where it is written out.
pub(super) fn field(leaf: &Leaf) -> Option<&str> {
    match &leaf.subject {
        Subject::Field(formula, _) => literal_text(formula),
        _ => None,
    }
}

/// Every alias that a leaf names, with its place: in `field`, in `count`, and in the functions `field()` and
/// `current()`.
pub(super) fn aliases(leaf: &Leaf) -> Vec<(&str, Span)> {
    let mut found: Vec<(&str, Span)> = Vec::new();
    match &leaf.subject {
        Subject::Field(formula, _) => found.extend(literal_text(formula).map(|name| (name, formula.span))),
        Subject::Count(Count::Field { alias, .. }, span) => found.push((alias, *span)),
        _ => {}
    }
    for formula in formulas(leaf) {
        for (expression, _) in formula.expressions() {
            found.extend(expression.terms().filter_map(|term| match term {
                Term::Call(name, arguments) if matches!(&**name, "field" | "current") => {
                    match arguments.as_slice() {
                        [Term::Literal(crate::arm::Value::String(name))] => Some((&**name, formula.span)),
                        _ => None,
                    }
                }
                _ => None,
            }));
        }
    }
    found.retain(|(name, _)| name.contains('/'));
    found
}

/// What a leaf computes.
pub(super) fn formulas(leaf: &Leaf) -> Vec<&Formula> {
    let subject = match &leaf.subject {
        Subject::Field(formula, _) | Subject::Value(formula, _) => Some(formula),
        Subject::Count(Count::Value { value, .. }, _) => Some(value),
        Subject::Count(Count::Field { .. }, _) => None,
    };
    subject.into_iter().chain([&leaf.target]).collect()
}

/// Whether a formula is one expression whose outermost call has this name.
pub(super) fn is_call(formula: &Formula, wanted: &str) -> bool {
    matches!(&formula.kind, FormulaKind::Expression(expression)
        if matches!(&expression.root, Term::Call(name, _) if name.eq_ignore_ascii_case(wanted)))
}

/// The types to which a condition restricts, where it surely does: none means any.
pub(super) fn types(condition: &Condition) -> Option<Vec<ResourceType>> {
    match condition {
        Condition::AllOf(parts, _) => parts.iter().find_map(types),
        Condition::AnyOf(parts, _) => {
            let all: Option<Vec<Vec<ResourceType>>> = parts.iter().map(types).collect();
            all.filter(|all| !all.is_empty()).map(|all| all.concat())
        }
        Condition::Not(..) => None,
        Condition::Leaf(leaf) => {
            if !field(leaf).is_some_and(|name| name.eq_ignore_ascii_case("type")) {
                return None;
            }
            let value = leaf.target.literal()?;
            let texts = match leaf.operator {
                Operator::Equals => vec![value.as_str()?],
                Operator::In => value.items().iter().map(|item| item.as_str()).collect::<Option<Vec<_>>>()?,
                _ => return None,
            };
            Some(texts.into_iter().map(ResourceType::new).collect())
        }
    }
}
