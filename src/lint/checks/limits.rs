//! What the service refuses because it is too much.
//!
//! <https://learn.microsoft.com/azure/governance/policy/concepts/definition-structure-policy-rule>,
//! <https://github.com/MicrosoftDocs/azure-docs/blob/main/includes/azure-policy-limits.md>

use std::collections::BTreeMap;

use crate::arm::expression::Term;
use crate::policy::{Condition, Count, Subject};
use crate::source::Span;

use crate::lint::codes;
use crate::lint::document::{Document, expressions};
use crate::lint::report::Report;
use crate::lint::walk::{Block, visit};

const CONDITIONS: usize = 4_096;
const CONDITIONS_THEN: usize = 128;
const NESTED: usize = 512;
const FUNCTIONS: usize = 2_048;
const ARGUMENTS: usize = 128;
const DEPTH: usize = 64;
const LENGTH: usize = 81_920;
const FIELD_COUNTS: usize = 5;
const VALUE_COUNTS: usize = 10;
const PARAMETERS: usize = 20;
const BODY: u32 = 1_048_576;

struct Found {
    what: &'static str,
    number: usize,
    most: usize,
    span: Span,
}

/// Every limit that a definition exceeds.
pub(super) fn limits(document: &Document<'_>, report: &mut Report) {
    let mut all = Vec::new();
    let span = document.definition.rule.span;
    conditions(document, &mut all);
    calls(document, &mut all);
    // Microsoft's own have more.
    if !document.definition.policy_type.is_from_service() {
        all.push(Found {
            what: "parameters",
            number: document.definition.parameters.len(),
            most: PARAMETERS,
            span: document.definition.span,
        });
    }
    all.push(Found {
        what: "bytes of the document",
        number: document.node.span.len as usize,
        most: BODY as usize,
        span,
    });
    for found in all.into_iter().filter(|found| found.number > found.most) {
        let message = format!("{} {}, the service takes {}", found.number, found.what, found.most);
        report.add(&codes::SERVICE_LIMIT, found.span, message);
    }
}

fn conditions(document: &Document<'_>, all: &mut Vec<Found>) {
    let (mut of_if, mut of_then, mut deepest, mut values) = (0, 0, 0, 0);
    let mut fields: BTreeMap<String, (usize, Span)> = BTreeMap::new();
    visit(document.definition, &mut |visit| {
        deepest = deepest.max(visit.around.len());
        let Condition::Leaf(leaf) = visit.condition else { return };
        match visit.block {
            Block::If => of_if += 1,
            Block::Existence => of_then += 1,
        }
        match &leaf.subject {
            Subject::Count(Count::Field { alias, .. }, span) => {
                fields.entry(alias.to_ascii_lowercase()).or_insert((0, *span)).0 += 1;
            }
            Subject::Count(Count::Value { .. }, _) => values += 1,
            _ => {}
        }
    });
    let span = document.definition.rule.span;
    let mut add = |what, number, most| all.push(Found { what, number, most, span });
    add("conditions in `if`", of_if, CONDITIONS);
    add("conditions in `existenceCondition`", of_then, CONDITIONS_THEN);
    add("levels of conditions", deepest, NESTED);
    add("counts of values", values, VALUE_COUNTS);
    for (number, span) in fields.into_values() {
        all.push(Found { what: "counts of one array", number, most: FIELD_COUNTS, span });
    }
}

fn calls(document: &Document<'_>, all: &mut Vec<Found>) {
    let mut number = 0;
    let span = document.definition.rule.span;
    expressions(document.rule(), &|key| key.eq_ignore_ascii_case("template"), &mut |expression, span| {
        number += expression.calls().count();
        let mut add = |what, number, most| all.push(Found { what, number, most, span });
        add("characters of an expression", expression.text.len(), LENGTH);
        add("levels of functions", depth(&expression.root), DEPTH);
        for term in expression.terms() {
            if let Term::Call(_, arguments) = term {
                add("arguments of a function", arguments.len(), ARGUMENTS);
            }
        }
    });
    all.push(Found { what: "functions of the rule", number, most: FUNCTIONS, span });
}

fn depth(term: &Term) -> usize {
    match term {
        Term::Literal(_) => 0,
        Term::Call(_, arguments) => 1 + arguments.iter().map(depth).max().unwrap_or(0),
        Term::Access(container, key) => depth(container).max(depth(key)),
    }
}
