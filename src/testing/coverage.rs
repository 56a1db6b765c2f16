//! Which conditions of a definition no case has seen both true and false, and which effects no case has seen.

use std::collections::BTreeSet;

use crate::arm::Value;
use crate::arm::expression::{Formula, FormulaKind, Term};
use crate::policy::{Condition, Count, Details, PolicyDefinition, Subject};
use crate::source::Span;

use super::evaluate::Actual;

/// What the cases have seen of a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// Outcomes that there are: two of each comparison, one of each effect that the parameters allow.
    pub outcomes: usize,
    /// Those that some case has seen.
    pub seen: usize,
    /// What no case has seen, in the order of the definition.
    pub gaps: Vec<Gap>,
}

/// Something that no case has seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Where it stands.
    pub span: Span,
    /// What it is, as the definition writes it.
    pub text: String,
    /// What wasn't seen of it.
    pub missed: Missed,
}

/// What wasn't seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missed {
    /// The comparison was never true.
    True,
    /// It was never false.
    False,
    /// It was neither.
    Both,
    /// The effect was never in force.
    Effect,
}

impl Coverage {
    /// What these cases have seen of a definition.
    pub fn new<'a>(definition: &PolicyDefinition, cases: impl IntoIterator<Item = &'a Actual>) -> Coverage {
        let (mut seen, mut effects) = (BTreeSet::new(), BTreeSet::new());
        for actual in cases {
            seen.extend(actual.seen());
            effects.insert(actual.effect.as_str().to_ascii_lowercase());
        }
        let mut coverage = Coverage { outcomes: 0, seen: 0, gaps: Vec::new() };
        let mut each = |span, text: String| coverage.comparison(span, text, &seen);
        comparisons(&definition.rule.condition, &mut each);
        if let Some(Details::Existence(details)) = &definition.rule.details
            && let Some(condition) = &details.existence_condition
        {
            comparisons(condition, &mut each);
        }
        for value in allowed_effects(definition) {
            coverage.outcomes += 1;
            if effects.contains(&value.to_ascii_lowercase()) {
                coverage.seen += 1;
            } else {
                let span = definition.rule.effect.span;
                coverage.gaps.push(Gap { span, text: format!("effect {value}"), missed: Missed::Effect });
            }
        }
        coverage.gaps.sort_by_key(|gap| gap.span);
        coverage
    }

    fn comparison(&mut self, span: Span, text: String, seen: &BTreeSet<(Span, bool)>) {
        self.outcomes += 2;
        let (yes, no) = (seen.contains(&(span, true)), seen.contains(&(span, false)));
        self.seen += usize::from(yes) + usize::from(no);
        let missed = match (yes, no) {
            (true, true) => return,
            (true, false) => Missed::False,
            (false, true) => Missed::True,
            (false, false) => Missed::Both,
        };
        self.gaps.push(Gap { span, text, missed });
    }

    /// How much was seen, in whole per cent, rounded down; 100 only where everything was.
    pub fn percent(&self) -> usize {
        (self.seen * 100).checked_div(self.outcomes).unwrap_or(100)
    }
}

/// Every comparison of a condition, those inside counts too.
fn comparisons(condition: &Condition, each: &mut dyn FnMut(Span, String)) {
    match condition {
        Condition::AllOf(parts, _) | Condition::AnyOf(parts, _) => {
            for part in parts {
                comparisons(part, each);
            }
        }
        Condition::Not(part, _) => comparisons(part, each),
        Condition::Leaf(leaf) => {
            let (subject, filter) = match &leaf.subject {
                Subject::Field(formula, _) | Subject::Value(formula, _) => (text(formula), None),
                Subject::Count(Count::Field { alias, filter }, _) => {
                    (format!("count of {alias}"), filter.as_deref())
                }
                Subject::Count(Count::Value { value, filter, .. }, _) => {
                    (format!("count of {}", text(value)), filter.as_deref())
                }
            };
            each(leaf.span, format!("{subject} {} {}", leaf.operator.as_str(), text(&leaf.target)));
            if let Some(filter) = filter {
                comparisons(filter, each);
            }
        }
    }
}

/// A formula as people read it, in short.
fn text(formula: &Formula) -> String {
    let text = match &formula.kind {
        FormulaKind::Literal(Value::String(text)) => text.to_string(),
        FormulaKind::Literal(value) => value.to_string(),
        FormulaKind::Expression(expression) => format!("[{expression}]"),
        FormulaKind::Array(_) => "[…]".to_owned(),
        FormulaKind::Object(_) => "{…}".to_owned(),
    };
    if text.chars().count() > 60 { text.chars().take(59).chain(['…']).collect() } else { text }
}

/// The effects that the definition's parameters allow, where they choose it.
fn allowed_effects(definition: &PolicyDefinition) -> Vec<String> {
    let FormulaKind::Expression(expression) = &definition.rule.effect.kind else { return Vec::new() };
    let named = expression.terms().find_map(|term| match term {
        Term::Call(name, arguments) if &**name == "parameters" => match arguments.as_slice() {
            [Term::Literal(Value::String(parameter))] => Some(parameter.clone()),
            _ => None,
        },
        _ => None,
    });
    let parameter = named.and_then(|name| {
        definition.parameters.iter().find(|parameter| parameter.name.eq_ignore_ascii_case(&name))
    });
    let allowed = parameter.and_then(|parameter| parameter.allowed.as_deref()).unwrap_or_default();
    allowed.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}
