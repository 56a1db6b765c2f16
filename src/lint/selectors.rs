//! `overrides` and `resourceSelectors` of assignments and exemptions.
//!
//! <https://learn.microsoft.com/azure/governance/policy/concepts/assignment-structure#resource-selectors>

use crate::arm::nearest::nearest;
use crate::policy::Effect;
use crate::source::{Node, Span};

use super::assignment::known_reference;
use super::codes;
use super::report::Report;

const ENTRIES: usize = 10;
const VALUES: usize = 50;

const OF_OVERRIDES: &[&str] = &["policyDefinitionReferenceId", "resourceLocation"];
const OF_SELECTORS: &[&str] = &["resourceLocation", "resourceType", "resourceWithoutLocation"];

/// Kinds that clients of the service know and its documentation doesn't.
const UNDOCUMENTED: &[&str] = &["userPrincipalId", "groupPrincipalId"];

/// `overrides`; `references` are those of the initiative, none for a single definition.
pub(super) fn overrides(list: &Node, references: Option<&[&str]>, report: &mut Report) {
    few(list, "overrides", report);
    for item in list.items() {
        let kind = item.get("kind").and_then(Node::as_str).unwrap_or_default();
        let value = item.get("value");
        if !["policyEffect", "definitionVersion", "policyVersion"]
            .iter()
            .any(|k| k.eq_ignore_ascii_case(kind))
        {
            let at = item.get("kind").unwrap_or(item).span;
            unknown_kind(kind, at, &["policyEffect", "definitionVersion"], "an override", report);
        } else if kind.eq_ignore_ascii_case("policyEffect") {
            let text = value.and_then(Node::as_str).unwrap_or_default();
            if Effect::parse(text).is_none() {
                let names = Effect::ALL.iter().map(|effect| effect.as_str());
                let help = nearest(text, names).map_or_else(
                    || "it is the name of an effect, such as `disabled`".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                );
                let message = format!("the `value` of this override is no effect: `{text}`");
                report.advise(&codes::BAD_SELECTOR, value.unwrap_or(item).span, message, help);
            }
        } else if value.and_then(Node::as_str).is_none_or(str::is_empty) {
            report.add(&codes::BAD_SELECTOR, item.span, "this override has no `value`");
        }
        each(item, OF_OVERRIDES, references, report);
    }
}

/// `resourceSelectors`
pub(super) fn resource_selectors(list: &Node, report: &mut Report) {
    few(list, "resourceSelectors", report);
    for item in list.items() {
        each(item, OF_SELECTORS, None, report);
        let kinds: Vec<&str> = selectors(item).iter().filter_map(|s| s.get("kind")?.as_str()).collect();
        let has = |wanted: &str| kinds.iter().any(|kind| kind.eq_ignore_ascii_case(wanted));
        if has("resourceLocation") && has("resourceWithoutLocation") {
            let message = "a resource has a location, or it has none: these two never hold together";
            let help = "write two entries of `resourceSelectors`, which stand for either";
            report.advise(&codes::BAD_SELECTOR, item.span, message, help);
        }
    }
}

fn selectors(item: &Node) -> &[Node] {
    item.get("selectors").or_else(|| item.get("selector")).map(Node::items).unwrap_or_default()
}

fn few(list: &Node, what: &str, report: &mut Report) {
    let number = list.items().len();
    if number > ENTRIES {
        let message = format!("{number} `{what}`, the service takes {ENTRIES}");
        report.add(&codes::SERVICE_LIMIT, list.span, message);
    }
}

/// The `selectors` of one entry.
fn each(item: &Node, kinds: &[&str], references: Option<&[&str]>, report: &mut Report) {
    let mut seen: Vec<&str> = Vec::new();
    for selector in selectors(item) {
        let kind = selector.get("kind").and_then(Node::as_str).unwrap_or_default();
        let at = selector.get("kind").unwrap_or(selector).span;
        let known = || kinds.iter().chain(UNDOCUMENTED);
        if !known().any(|known| known.eq_ignore_ascii_case(kind)) {
            unknown_kind(kind, at, kinds, "a selector here", report);
        }
        if seen.iter().any(|known| known.eq_ignore_ascii_case(kind)) {
            let help = "put the values into one selector: different kinds hold together, none stands twice";
            report.advise(&codes::BAD_SELECTOR, at, format!("`{kind}` stands here twice"), help);
        }
        seen.push(kind);
        values(selector, kind, references, report);
    }
}

fn values(selector: &Node, kind: &str, references: Option<&[&str]>, report: &mut Report) {
    let given = |key: &str| selector.get(key).filter(|list| !list.is_null());
    let (within, without) = (given("in"), given("notIn"));
    let list = match (within, without) {
        (Some(list), None) | (None, Some(list)) => list,
        (Some(_), Some(_)) => {
            let help = "keep one of them";
            report.advise(
                &codes::BAD_SELECTOR,
                selector.span,
                "a selector has `in` or `notIn`, not both",
                help,
            );
            return;
        }
        (None, None) => {
            let help = "write `in` or `notIn` with a list of values";
            report.advise(&codes::BAD_SELECTOR, selector.span, "this selector names no values", help);
            return;
        }
    };
    let number = list.items().len();
    if number == 0 {
        report.add(&codes::BAD_SELECTOR, list.span, "this selector names no values");
    }
    if number > VALUES {
        let message = format!("{number} values of a selector, the service takes {VALUES}");
        report.add(&codes::SERVICE_LIMIT, list.span, message);
    }
    for value in list.items() {
        if kind.eq_ignore_ascii_case("policyDefinitionReferenceId") {
            known_reference(value, references, report);
        } else if kind.eq_ignore_ascii_case("resourceWithoutLocation") {
            let text = value.as_str().unwrap_or_default();
            if !text.eq_ignore_ascii_case("subscriptionLevelResources") {
                let message = format!("`{text}` is no value of `resourceWithoutLocation`");
                let help = "its only value is `subscriptionLevelResources`";
                report.advise(&codes::BAD_SELECTOR, value.span, message, help);
            }
        }
    }
}

fn unknown_kind(kind: &str, at: Span, known: &[&str], what: &str, report: &mut Report) {
    let help = match nearest(kind, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the kinds are `{}`", known.join("`, `")),
    };
    let message = if kind.is_empty() {
        format!("{what} has no `kind`")
    } else {
        format!("{what} has no kind `{kind}`")
    };
    report.advise(&codes::BAD_SELECTOR, at, message, help);
}
