//! `if`, `existenceCondition` and `where`.

use std::sync::Arc;

use crate::arm::Value;
use crate::arm::expression::{Formula, FormulaKind};
use crate::policy::{Condition, Count, FieldFault, FieldName, Leaf, Operator, Subject, codes};
use crate::source::{Diagnostic, Member, Node, Span};

use super::reading::{Lowering, suggest};

const SUBJECTS: &[&str] = &["field", "value", "count"];
const GROUPS: &[&str] = &["allOf", "anyOf", "not"];

/// The counts around a condition, outermost first: the array's alias, or `None` for a count over values.
type Counts = Vec<Option<Arc<str>>>;

/// Lowers a condition; nothing where it has a fault (all of them are reported).
pub(super) fn condition(node: &Node, lowering: &mut Lowering<'_>) -> Option<Condition> {
    read(node, lowering, &mut Vec::new())
}

fn read(node: &Node, lowering: &mut Lowering<'_>, counts: &mut Counts) -> Option<Condition> {
    let node = lowering.object(node, "condition")?;
    let is = |member: &&Member, names: &[&str]| names.iter().any(|n| n.eq_ignore_ascii_case(&member.key));
    let groups: Vec<_> = node.members().iter().filter(|m| is(m, GROUPS)).collect();
    let Some(group) = groups.first() else { return leaf(node, lowering, counts) };
    if let Some(other) = node.members().iter().find(|m| m.key_span != group.key_span) {
        let message = format!("`{}` stands beside `{}` in one condition", other.key, group.key);
        lowering.fault(
            Diagnostic::new(&codes::MALFORMED_CONDITION, message)
                .at(other.key_span, "a second condition in this object")
                .at(group.key_span, "the first one")
                .help("put both into the list of an `allOf` or `anyOf`"),
        );
        return None;
    }
    if group.key.eq_ignore_ascii_case("not") {
        if group.value.is_array() {
            lowering.fault(
                Diagnostic::new(&codes::MALFORMED_CONDITION, "`not` takes one condition, not a list")
                    .at(group.value.span, "a list")
                    .help("write `\"not\": { \"anyOf\": […] }`"),
            );
            return None;
        }
        return Some(Condition::Not(Box::new(read(&group.value, lowering, counts)?), node.span));
    }
    let parts = list(&group.value, &group.key, lowering, counts)?;
    Some(if group.key.eq_ignore_ascii_case("allOf") {
        Condition::AllOf(parts, node.span)
    } else {
        Condition::AnyOf(parts, node.span)
    })
}

fn list(node: &Node, key: &str, lowering: &mut Lowering<'_>, counts: &mut Counts) -> Option<Vec<Condition>> {
    if !node.is_array() {
        lowering.wrong_kind(node, key, "a list of conditions");
        return None;
    }
    if node.items().is_empty() {
        let message = format!("`{key}` has no condition");
        lowering.say(&codes::MALFORMED_CONDITION, node.span, message, "an empty list");
        return None;
    }
    let parts: Vec<_> = node.items().iter().map(|item| read(item, lowering, counts)).collect();
    parts.into_iter().collect()
}

fn leaf(node: &Node, lowering: &mut Lowering<'_>, counts: &mut Counts) -> Option<Condition> {
    let mut subjects: Vec<&Member> = Vec::new();
    let mut operators: Vec<(&Member, Operator)> = Vec::new();
    let mut known = true;
    for member in node.members() {
        if SUBJECTS.iter().any(|key| key.eq_ignore_ascii_case(&member.key)) {
            subjects.push(member);
        } else if let Some(operator) = Operator::parse(&member.key) {
            operators.push((member, operator));
        } else {
            known = false;
            unknown(member, lowering);
        }
    }
    for extra in subjects.iter().skip(1) {
        twice(lowering, extra.key_span, subjects[0].key_span, "subject");
    }
    for (extra, _) in operators.iter().skip(1) {
        twice(lowering, extra.key_span, operators[0].0.key_span, "operator");
    }
    if known && subjects.is_empty() {
        let message = "this condition has no `field`, `value` or `count`".to_owned();
        lowering.say(&codes::MALFORMED_CONDITION, node.span, message, "what is compared?");
    }
    if known && operators.is_empty() {
        let message = "this condition has no operator".to_owned();
        lowering.say(&codes::MALFORMED_CONDITION, node.span, message, "`equals`, `in`, `exists`, …?");
    }
    let subject = subjects.first().and_then(|member| subject(member, lowering, counts));
    let target = operators.first().and_then(|(member, operator)| target(&member.value, *operator, lowering));
    let (subject, target, (_, operator)) = (subject?, target?, operators.first()?);
    let whole = known && subjects.len() == 1 && operators.len() == 1;
    whole.then(|| Condition::Leaf(Box::new(Leaf { subject, operator: *operator, target, span: node.span })))
}

fn unknown(member: &Member, lowering: &mut Lowering<'_>) {
    if member.key.eq_ignore_ascii_case("source") {
        lowering.fault(
            Diagnostic::new(&codes::UNKNOWN_CONDITION, "`source` is no subject of a condition any more")
                .at(member.key_span, "a form of old previews")
                .help("write `field`"),
        );
        return;
    }
    let names: Vec<_> = Operator::ALL
        .iter()
        .map(|operator| operator.as_str())
        .chain(SUBJECTS.iter().copied())
        .chain(GROUPS.iter().copied())
        .collect();
    let message = format!("`{}` is no condition", member.key);
    let fault = Diagnostic::new(&codes::UNKNOWN_CONDITION, message).at(member.key_span, "unknown");
    lowering.fault(suggest(fault, &member.key, &names));
}

fn twice(lowering: &mut Lowering<'_>, extra: Span, first: Span, what: &str) {
    lowering.fault(
        Diagnostic::new(&codes::MALFORMED_CONDITION, format!("a condition has one {what}, this one has two"))
            .at(extra, format!("a second {what}"))
            .at(first, "the first one")
            .help("put two conditions into the list of an `allOf` or `anyOf`"),
    );
}

fn subject(member: &Member, lowering: &mut Lowering<'_>, counts: &mut Counts) -> Option<Subject> {
    let span = member.value.span;
    match member.key.to_ascii_lowercase().as_str() {
        "field" => {
            if member.value.as_str().is_none() {
                lowering.wrong_kind(&member.value, "field", "a string");
                return None;
            }
            let formula = lowering.formula(&member.value)?;
            if let FormulaKind::Literal(Value::String(text)) = &formula.kind {
                check_field(text, span, lowering)?;
            }
            Some(Subject::Field(formula, span))
        }
        "value" => Some(Subject::Value(lowering.formula(&member.value)?, span)),
        _ => count(&member.value, lowering, counts).map(|count| Subject::Count(count, span)),
    }
}

/// A fault for a literal text that names no field.
fn check_field(text: &str, span: Span, lowering: &mut Lowering<'_>) -> Option<()> {
    let Err(fault) = FieldName::parse(text) else { return Some(()) };
    let message = format!("`{text}` {fault}");
    let said = Diagnostic::new(&codes::UNKNOWN_FIELD, message).at(span, "no field");
    lowering.fault(match fault {
        FieldFault::Unknown if is_tag(text) => said.help(format!("did you mean `tags{}`?", &text[3..])),
        FieldFault::Unknown => suggest(said, text, FieldName::ACCESSORS),
        FieldFault::SlashInTag => said.help("Azure refuses this form; tag names hold none of `<>%&\\?/`"),
    });
    None
}

/// `tag['name']`, `tag.name`: the accessor has an `s`.
fn is_tag(text: &str) -> bool {
    text.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("tag")) && text[3..].starts_with(['[', '.'])
}

fn count(node: &Node, lowering: &mut Lowering<'_>, counts: &mut Counts) -> Option<Count> {
    let node = lowering.object(node, "count")?;
    lowering.only(node, "`count`", &["field", "value", "name", "where"]);
    let (field, value) = (node.member("field"), node.member("value"));
    let filter = |lowering: &mut Lowering<'_>, counts: &mut Counts, frame: Option<Arc<str>>| {
        let Some(filter) = node.get("where") else { return Some(None) };
        counts.push(frame);
        let lowered = read(filter, lowering, counts);
        counts.pop();
        lowered.map(|condition| Some(Box::new(condition)))
    };
    match (field, value) {
        (Some(field), None) => {
            if let Some(name) = node.member("name") {
                let message = "`name` belongs to a count over values".to_owned();
                lowering.say(&codes::MALFORMED_COUNT, name.key_span, message, "this count is over a field");
            }
            let alias = counted(&field.value, lowering, counts);
            let filter = filter(lowering, counts, alias.clone());
            Some(Count::Field { alias: alias?, filter: filter? })
        }
        (None, Some(list)) => {
            let name = lowering.text(node, "name").unwrap_or_else(|| "default".into());
            let value = lowering.formula(&list.value);
            if let Some(FormulaKind::Literal(literal)) = value.as_ref().map(|value| &value.kind)
                && !matches!(literal, Value::Array(_))
            {
                lowering.wrong_kind(&list.value, "count.value", "a list, or an expression that yields one");
            }
            let filter = filter(lowering, counts, None);
            Some(Count::Value { value: value?, name, filter: filter? })
        }
        (Some(field), Some(value)) => {
            twice(lowering, value.key_span, field.key_span, "subject");
            None
        }
        (None, None) => {
            lowering.missing(node.span, "field", "`count`");
            None
        }
    }
}

/// The alias that a count is over: literal, with `[*]`, and below the array of the count around it.
fn counted(node: &Node, lowering: &mut Lowering<'_>, counts: &Counts) -> Option<Arc<str>> {
    let Some(text) = node.as_str() else {
        lowering.wrong_kind(node, "count.field", "an alias");
        return None;
    };
    let fault = if text.starts_with('[') {
        Some("`count.field` takes no expression".to_owned())
    } else if !text.contains('/') {
        Some(format!("`{text}` is no alias, so there is nothing to count"))
    } else if !text.contains("[*]") {
        Some(format!("`{text}` names no array: a counted alias has `[*]`"))
    } else {
        let outer = counts.iter().rev().find_map(|frame| frame.as_deref());
        outer
            .filter(|outer| !below(text, outer))
            .map(|outer| format!("`{text}` isn't below `{outer}`, the array of the count around it"))
    };
    if let Some(message) = fault {
        lowering.say(&codes::MALFORMED_COUNT, node.span, message, "not countable here");
        return None;
    }
    Some(text.into())
}

/// Whether an alias lies below the members of another one's array, with a further array in it.
fn below(alias: &str, outer: &str) -> bool {
    alias.len() > outer.len()
        && alias.get(..outer.len()).is_some_and(|start| start.eq_ignore_ascii_case(outer))
        && alias[outer.len()..].starts_with(['.', '['])
        && alias[outer.len()..].contains("[*]")
}

fn target(node: &Node, operator: Operator, lowering: &mut Lowering<'_>) -> Option<Formula> {
    let formula = lowering.formula(node)?;
    let wanted = match &formula.kind {
        FormulaKind::Literal(value) => literal_target(value, operator),
        FormulaKind::Array(_) => (!operator.takes_list()).then_some("one value"),
        FormulaKind::Object(_) => Some("one value"),
        FormulaKind::Expression(_) => None,
    };
    if let Some(wanted) = wanted {
        let message = format!("`{}` can't compare with {}", operator.as_str(), node.kind());
        let fault = Diagnostic::new(&codes::WRONG_TARGET, message).at(node.span, format!("wanted {wanted}"));
        lowering.fault(match (operator, node.is_array()) {
            (Operator::Equals, true) => fault.help("one of several is `in`"),
            (Operator::NotEquals, true) => fault.help("none of several is `notIn`"),
            _ => fault,
        });
        return None;
    }
    Some(formula)
}

/// What an operator wants instead of a literal that it can't compare with.
fn literal_target(value: &Value, operator: Operator) -> Option<&'static str> {
    match operator {
        Operator::Exists => {
            let known = match value {
                Value::Bool(_) => true,
                Value::String(text) => {
                    text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false")
                }
                _ => false,
            };
            (!known).then_some("`true` or `false`")
        }
        Operator::In | Operator::NotIn => {
            (!matches!(value, Value::Array(_))).then_some("a list, or an expression that yields one")
        }
        Operator::Less | Operator::LessOrEquals | Operator::Greater | Operator::GreaterOrEquals => {
            let known = matches!(value, Value::Int(_) | Value::Float(_) | Value::String(_));
            (!known).then_some("a number, a string or a time")
        }
        _ => matches!(value, Value::Array(_) | Value::Object(_) | Value::Null)
            .then_some("a string, a number or a Boolean"),
    }
}
