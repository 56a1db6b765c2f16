//! Operators that do something else than they seem to.

use crate::arm::Value;
use crate::arm::alias::{Alias, ValueType};
use crate::policy::{Leaf, Operator};

use crate::lint::codes;
use crate::lint::document::{Document, literal_text};
use crate::lint::report::Report;
use crate::lint::walk::{field, formulas, leaves};

/// Patterns without a wildcard, and with more than the service takes.
pub(super) fn patterns(document: &Document<'_>, report: &mut Report) {
    leaves(document.definition, &mut |leaf, _| {
        let Some(text) = literal_text(&leaf.target) else { return };
        let operator = leaf.operator.as_str();
        match leaf.operator {
            Operator::Like | Operator::NotLike => match text.matches('*').count() {
                0 => {
                    let better = if leaf.operator == Operator::Like { "equals" } else { "notEquals" };
                    let message = format!("`{operator}` with `{text}`, which has no `*`");
                    let help = format!("`{better}` says the same");
                    report.advise(&codes::LIKE_WITHOUT_WILDCARD, leaf.target.span, message, help);
                }
                1 => {}
                number => {
                    let message = format!("`{operator}` with {number} `*` in `{text}`");
                    let help = "the service documents one; join several conditions, or use `contains`";
                    report.advise(&codes::SEVERAL_WILDCARDS, leaf.target.span, message, help);
                }
            },
            Operator::Match
            | Operator::NotMatch
            | Operator::MatchInsensitively
            | Operator::NotMatchInsensitively
                if !text.contains(['#', '?', '.']) =>
            {
                let message = format!("`{operator}` with `{text}`, which has no `#`, `?` or `.`");
                report.add(&codes::MATCH_WITHOUT_WILDCARD, leaf.target.span, message);
            }
            _ => {}
        }
    });
}

/// Texts that lost a bracket: the service takes them as they are.
pub(super) fn half_expressions(document: &Document<'_>, report: &mut Report) {
    leaves(document.definition, &mut |leaf, _| {
        for formula in formulas(leaf) {
            let Some(text) = literal_text(formula) else { continue };
            if text.starts_with('[') && !text.starts_with("[[") && !text.ends_with(']') && text.contains('(')
            {
                let message = format!("`{text}` begins with `[` and doesn't end with `]`");
                let help = "the service takes it for a literal text; end it with `]`, or begin it with `[[`";
                report.advise(&codes::HALF_EXPRESSION, formula.span, message, help);
            }
        }
    });
}

/// Types that a pattern chooses: the provider adds types later, and the rule takes them too.
pub(super) fn broad_types(document: &Document<'_>, report: &mut Report) {
    leaves(document.definition, &mut |leaf, _| {
        let broad = matches!(
            leaf.operator,
            Operator::Like | Operator::Match | Operator::MatchInsensitively | Operator::Contains
        );
        if broad && field(leaf).is_some_and(|name| name.eq_ignore_ascii_case("type")) {
            let message = format!("`type` is compared by `{}`", leaf.operator.as_str());
            let help = "name the types, by `equals` or `in`: new types of the provider would match, too";
            report.advise(&codes::BROAD_TYPE, leaf.span, message, help);
        }
    });
}

/// `equals` compares texts: the number 5.0 isn't 5, and "05" isn't the integer 5.
pub(super) fn numbers(document: &Document<'_>, report: &mut Report) {
    leaves(document.definition, &mut |leaf, _| {
        let equality = matches!(leaf.operator, Operator::Equals | Operator::NotEquals);
        let fraction = matches!(leaf.target.literal(), Some(Value::Float(_)));
        let Some(name) = field(leaf).filter(|name| equality && name.contains('/')) else { return };
        let what = match value_type(document, name) {
            _ if fraction => "a number with a fraction",
            Some(ValueType::Number) => "a number",
            Some(ValueType::Integer) => "an integer",
            _ => return,
        };
        let message = format!("`{}` compares {what} as a text", leaf.operator.as_str());
        let help = "the spelling decides: where that isn't meant, compare by the function, `[equals(field('…'), 5)]`";
        report.advise(&codes::NUMBERS_AS_TEXTS, leaf.target.span, message, help);
    });
}

/// The type of an alias's value, where all types that have it agree.
fn value_type(document: &Document<'_>, alias: &str) -> Option<ValueType> {
    let mut all = document.aliases.aliases(alias).map(Alias::value_type);
    let first = all.next()??;
    all.all(|other| other == Some(first)).then_some(first)
}

/// Orders between what has none.
pub(super) fn orders(document: &Document<'_>, report: &mut Report) {
    leaves(document.definition, &mut |leaf, _| {
        if !is_order(leaf) {
            return;
        }
        let help = "the evaluation fails, and a failed evaluation denies";
        let kind = match leaf.target.literal() {
            Some(Value::Bool(_)) => Some("true or false"),
            Some(Value::Object(_)) => Some("an object"),
            Some(Value::Array(_)) => Some("a list"),
            Some(Value::Null) => Some("null"),
            _ => None,
        };
        let operator = leaf.operator.as_str();
        if let Some(kind) = kind {
            let message = format!("`{operator}` with {kind}, which has no order");
            report.advise(&codes::ORDER_OF_UNORDERED, leaf.target.span, message, help);
            return;
        }
        let Some(name) = field(leaf).filter(|name| name.contains('/')) else { return };
        let Some(own) = value_type(document, name) else { return };
        let unlike = matches!(
            (own, leaf.target.literal()),
            (ValueType::Boolean | ValueType::Object | ValueType::Array, _)
                | (ValueType::Integer | ValueType::Number, Some(Value::String(_)))
                | (ValueType::String, Some(Value::Int(_) | Value::Float(_)))
        );
        if unlike {
            let message = format!("`{operator}` on `{name}`, which is of the type {}", own.as_str());
            report.advise(&codes::ORDER_OF_UNORDERED, leaf.span, message, help);
        }
    });
}

/// Whether a leaf asks for an order.
pub(super) fn is_order(leaf: &Leaf) -> bool {
    matches!(
        leaf.operator,
        Operator::Less | Operator::LessOrEquals | Operator::Greater | Operator::GreaterOrEquals
    )
}
