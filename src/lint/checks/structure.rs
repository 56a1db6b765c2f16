//! How conditions are put together.

use std::collections::BTreeMap;

use crate::policy::{Condition, Operator};
use crate::source::Diagnostic;

use crate::lint::codes;
use crate::lint::document::{Document, literal_text};
use crate::lint::report::Report;
use crate::lint::walk::{Block, field, visit};

/// Groups in groups of their kind, groups of one, and groups that one condition says.
pub(super) fn groups(document: &Document<'_>, report: &mut Report) {
    visit(document.definition, &mut |visit| {
        let (name, parts, span) = match visit.condition {
            Condition::AllOf(parts, span) => ("allOf", parts, *span),
            Condition::AnyOf(parts, span) => ("anyOf", parts, *span),
            _ => return,
        };
        let same = |above: &&Condition| {
            matches!(
                (above, visit.condition),
                (Condition::AllOf(..), Condition::AllOf(..)) | (Condition::AnyOf(..), Condition::AnyOf(..))
            )
        };
        if visit.around.last().copied().is_some_and(|above| same(&above)) {
            let message = format!("an `{name}` directly in an `{name}`");
            report.advise(&codes::NESTED_QUANTIFIER, span, message, "put its conditions into the outer one");
        }
        if parts.len() == 1 {
            let message = format!("an `{name}` of one condition");
            report.advise(&codes::QUANTIFIER_OF_ONE, span, message, "write the condition itself");
        }
        repeated(name, parts, report);
    });
}

/// `equals` several times in an `anyOf`, `notEquals` several times in an `allOf`, on one field.
fn repeated(group: &str, parts: &[Condition], report: &mut Report) {
    let (wanted, better, code) = match group {
        "anyOf" => (Operator::Equals, "in", &codes::EQUALS_TO_IN),
        _ => (Operator::NotEquals, "notIn", &codes::NOT_EQUALS_TO_NOT_IN),
    };
    let mut by_field: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for part in parts {
        if let Condition::Leaf(leaf) = part
            && leaf.operator == wanted
            && let (Some(field), Some(_)) = (field(leaf), literal_text(&leaf.target))
        {
            by_field.entry(field.to_ascii_lowercase()).or_default().push((field, leaf.span));
        }
    }
    for found in by_field.into_values().filter(|found| found.len() > 1) {
        let (field, first) = found[0];
        let message = format!("`{field}` is compared {} times by `{}`", found.len(), wanted.as_str());
        let mut finding = Diagnostic::new(code, message).at(first, "");
        for (_, again) in &found[1..] {
            finding = finding.at(*again, "");
        }
        report.push(finding.help(format!("one `{better}` with a list says it")));
    }
}

/// In the `allOf` of a rule the type comes first, where readers look for it.
pub(super) fn type_first(document: &Document<'_>, report: &mut Report) {
    visit(document.definition, &mut |visit| {
        let Condition::AllOf(parts, _) = visit.condition else { return };
        if visit.block != Block::If || !visit.around.is_empty() {
            return;
        }
        let asks_type = |part: &Condition| match part {
            Condition::Leaf(leaf) => field(leaf).is_some_and(|name| name.eq_ignore_ascii_case("type")),
            _ => false,
        };
        if let Some((at, Condition::Leaf(leaf))) = parts.iter().enumerate().find(|(_, part)| asks_type(part))
            && at > 0
        {
            report.add(&codes::TYPE_NOT_FIRST, leaf.span, "the condition on `type` isn't the first one");
        }
    });
}
