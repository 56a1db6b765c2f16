//! Conditions.

use std::sync::Arc;

use crate::arm::Value;
use crate::arm::expression::{Formula, FormulaKind, Term};
use crate::arm::semantics::{CountOfNull, Semantics, ShortCircuit};
use crate::engine::compare::{Current, compare};
use crate::engine::count::MAX_ITEMS;
use crate::engine::evaluate::failed_value;
use crate::engine::program::{Comparison, Computed, FieldCount, Group, Operand, Test, TestKind, ValueCount};
use crate::engine::tally::Tally;
use crate::engine::{Cause, Truth};
use crate::policy::{Condition, Count, Leaf, Subject};
use crate::source::Span;

use super::{Compiler, NotBuiltKind, Scope};

impl Compiler<'_> {
    /// A condition; nothing where a part of it can't be evaluated.
    pub(super) fn condition(&mut self, condition: &Condition) -> Option<Test> {
        Some(match condition {
            Condition::AllOf(parts, span) => {
                let parts = self.conditions(parts)?;
                let known = self.join(&parts, &Truth::True);
                Test { kind: TestKind::AllOf(group(parts, &Truth::True)), known, span: *span }
            }
            Condition::AnyOf(parts, span) => {
                let parts = self.conditions(parts)?;
                let known = self.join(&parts, &Truth::False);
                Test { kind: TestKind::AnyOf(group(parts, &Truth::False)), known, span: *span }
            }
            Condition::Not(part, span) => {
                let part = self.condition(part)?;
                let known = part.known.clone().map(Truth::negate);
                Test { kind: TestKind::Not(Box::new(part)), known, span: *span }
            }
            Condition::Leaf(leaf) => self.leaf(leaf)?,
        })
    }

    fn conditions(&mut self, parts: &[Condition]) -> Option<Vec<Test>> {
        let parts: Vec<_> = parts.iter().map(|part| self.condition(part)).collect();
        parts.into_iter().collect()
    }

    /// The truth of a group, where parameters decide it; `neutral` is what its parts don't change.
    fn join(&self, parts: &[Test], neutral: &Truth) -> Option<Truth> {
        let semantics = self.language.semantics;
        let order = semantics.short_circuit;
        let stop = neutral.clone().negate();
        let combine = if *neutral == Truth::True { Truth::and } else { Truth::or };
        let (mut truth, mut open) = (neutral.clone(), false);
        for part in parts {
            match &part.known {
                Some(known) => truth = combine(truth, known.clone(), order),
                None if order == ShortCircuit::EveryBranch => open = true,
                None if order == ShortCircuit::LeftToRight && may_fail(semantics, part) => return None,
                None => open = true,
            }
            // Behind a part that is open a failure may not be reached; what decides wins all the same.
            if truth.settles(&stop, order) {
                return (!open || truth == stop).then_some(truth);
            }
        }
        (!open).then_some(truth)
    }

    fn leaf(&mut self, leaf: &Leaf) -> Option<Test> {
        let target = self.target(leaf);
        let (subject, text) = match &leaf.subject {
            Subject::Field(formula, span) => self.field(formula, *span),
            Subject::Value(formula, _) => (Some(Operand::Value(self.computed(formula))), written(formula)),
            Subject::Count(count, span) => self.count(count, *span),
        };
        let comparison =
            Comparison { subject: subject?, operator: leaf.operator, target: target?, text: text.into() };
        let known = decided(self.language.semantics, &comparison);
        Some(Test { kind: TestKind::Compare(Box::new(comparison)), known, span: leaf.span })
    }

    /// The target; a parameter that is a list can only be one of `in` and `notIn`.
    fn target(&mut self, leaf: &Leaf) -> Option<Computed> {
        let target = self.computed(&leaf.target);
        if let (Computed::Known(Value::Array(_)), false, Some(name)) =
            (&target, leaf.operator.takes_list(), bare_parameter(&leaf.target))
        {
            let message =
                format!("the parameter `{name}` is a list, which `{}` can't take", leaf.operator.as_str());
            self.not_built(NotBuiltKind::Refused, message, leaf.target.span);
            return None;
        }
        Some(target)
    }

    fn field(&mut self, formula: &Formula, span: Span) -> (Option<Operand>, String) {
        let operand = match self.computed(formula) {
            Computed::Known(Value::String(name)) => {
                return (self.access(&name, span).map(Operand::Field), name.as_ref().to_owned());
            }
            Computed::Known(other) => {
                let message = format!("the name of a field comes out as `{other}`, which is no text");
                self.not_built(NotBuiltKind::Refused, message, span);
                None
            }
            Computed::Formula(formula) => Some(Operand::ComputedField(formula)),
            // The comparison is undecided whatever it reads.
            failing => Some(Operand::Value(failing)),
        };
        (operand, written(formula))
    }

    fn count(&mut self, count: &Count, span: Span) -> (Option<Operand>, String) {
        match count {
            Count::Field { alias, filter } => {
                let text = format!("count({alias})");
                (self.count_field(alias, filter.as_deref(), span), text)
            }
            Count::Value { value, name, filter } => {
                let list = written(value);
                let text = format!("count({})", list.trim_start_matches('[').trim_end_matches(']'));
                (self.count_value(value, name, filter.as_deref()), text)
            }
        }
    }

    fn count_field(&mut self, alias: &Arc<str>, filter: Option<&Condition>, span: Span) -> Option<Operand> {
        let access = self.alias(alias, span);
        let scope = Scope::Field { alias: alias.clone(), paths: access.paths.clone() };
        let filter = self.within(scope, filter)?;
        Some(Operand::CountField(Box::new(FieldCount { access, filter })))
    }

    fn count_value(
        &mut self,
        value: &Formula,
        name: &Arc<str>,
        filter: Option<&Condition>,
    ) -> Option<Operand> {
        let list = self.computed(value);
        let Computed::Known(Value::Array(items)) = &list else {
            if let Computed::Known(Value::Null) = &list
                && self.language.semantics.count_of_null == CountOfNull::Zero
            {
                return Some(Operand::CountItems(Vec::new()));
            }
            if let Computed::Known(other) = &list {
                let message = format!("a count goes over a list, not over `{other}`");
                let list = Computed::Fails(Cause::Fails(message.into()));
                let count = ValueCount { list, name: name.clone(), filter: None };
                return Some(Operand::CountValue(Box::new(count)));
            }
            let filter = self.within(Scope::Value(name.clone()), filter)?;
            return Some(Operand::CountValue(Box::new(ValueCount { list, name: name.clone(), filter })));
        };
        let before = self.items;
        self.items = before.saturating_mul(items.len().max(1));
        let tests = if self.items > MAX_ITEMS {
            let message = format!("counts go through {} items, {MAX_ITEMS} are allowed", self.items);
            self.not_built(NotBuiltKind::Refused, message, value.span);
            None
        } else {
            self.tests(items, name, filter, value.span)
        };
        self.items = before;
        tests.map(Operand::CountItems)
    }

    /// The filter of a count, once for each item of its list.
    fn tests(
        &mut self,
        items: &[Value],
        name: &Arc<str>,
        filter: Option<&Condition>,
        span: Span,
    ) -> Option<Vec<(Value, Test)>> {
        items
            .iter()
            .map(|item| {
                let test = self.within(Scope::Known(name.clone(), item.clone()), filter)?;
                Some((item.clone(), test.unwrap_or_else(|| always(span))))
            })
            .collect()
    }

    /// The filter of a count, with the count open.
    #[expect(clippy::option_option, reason = "a filter that can't be evaluated and none are told apart")]
    fn within(&mut self, scope: Scope, filter: Option<&Condition>) -> Option<Option<Test>> {
        let Some(filter) = filter else { return Some(None) };
        self.scopes.push(scope);
        let test = self.condition(filter);
        self.scopes.pop();
        test.map(Some)
    }
}

fn always(span: Span) -> Test {
    Test { kind: TestKind::AllOf(Group::default()), known: Some(Truth::True), span }
}

/// A group; parts that are known to have its neutral truth don't count.
fn group(parts: Vec<Test>, neutral: &Truth) -> Group {
    let counts = |part: &Test| part.known.as_ref() != Some(neutral);
    let live = parts.iter().enumerate().filter(|(_, part)| counts(part)).map(|(index, _)| index).collect();
    Group { parts, live }
}

/// The truth of a comparison that doesn't look at the resource.
fn decided(semantics: &Semantics, leaf: &Comparison) -> Option<Truth> {
    let target = match &leaf.target {
        Computed::Known(target) => target,
        Computed::Fails(cause) if cause.is_failure() => return Some(Truth::unknown([cause.clone()])),
        Computed::Fails(_) | Computed::Current(_) | Computed::Formula(_) => return None,
    };
    match &leaf.subject {
        Operand::Value(Computed::Known(value)) => {
            Some(compare(semantics, leaf.operator, Current::of_value(value), target).truth)
        }
        Operand::Value(Computed::Fails(cause)) => Some(failed_value(semantics, cause.clone())),
        Operand::CountValue(count) => match &count.list {
            Computed::Fails(cause) => Some(Truth::unknown([cause.clone()])),
            _ => None,
        },
        Operand::CountItems(items) => {
            let mut tally = Tally::default();
            for (_, test) in items {
                tally.add(test.known.clone()?);
            }
            Some(tally.decide(semantics, leaf.operator, target).truth)
        }
        _ => None,
    }
}

/// Whether the service may fail in a condition, depending on the resource. To say so of one that can't is no harm.
fn may_fail(semantics: &Semantics, test: &Test) -> bool {
    if let Some(known) = &test.known {
        return known.may_fail();
    }
    let leaf = match &test.kind {
        TestKind::AllOf(group) | TestKind::AnyOf(group) => {
            return group.parts.iter().any(|part| may_fail(semantics, part));
        }
        TestKind::Not(part) => return may_fail(semantics, part),
        TestKind::Compare(leaf) => leaf,
    };
    let counted = match &leaf.subject {
        Operand::Field(_) => false,
        Operand::CountField(count) => count.filter.as_ref().is_some_and(|filter| may_fail(semantics, filter)),
        Operand::CountItems(items) => items.iter().any(|(_, test)| may_fail(semantics, test)),
        Operand::ComputedField(_) | Operand::Value(_) | Operand::CountValue(_) => true,
    };
    let number = Value::Int(0);
    let current = match &leaf.subject {
        Operand::CountField(_) | Operand::CountItems(_) => Current::Value(&number),
        // A text is what most operators take; those that order fail for some.
        _ if leaf.operator.orders() => return true,
        _ => Current::Text("-"),
    };
    let Computed::Known(target) = &leaf.target else { return true };
    counted || compare(semantics, leaf.operator, current, target).truth.may_fail()
}

/// A formula as the rule writes it; `value` for a literal.
fn written(formula: &Formula) -> String {
    match &formula.kind {
        FormulaKind::Expression(expression) => expression.text.as_ref().to_owned(),
        _ => "value".to_owned(),
    }
}

/// The parameter's name of `[parameters('name')]`.
fn bare_parameter(formula: &Formula) -> Option<&str> {
    let FormulaKind::Expression(expression) = &formula.kind else { return None };
    let Term::Call(name, arguments) = &expression.root else { return None };
    match arguments.as_slice() {
        [Term::Literal(Value::String(parameter))] if &**name == "parameters" => Some(parameter),
        _ => None,
    }
}
