//! What is said once for many elements of a list, and of documents that can't be used.

use crate::source::{Diagnostic, Diagnostics, Node, Severity, Span};

use super::builder::Batch;
use super::kind::Kind;
use super::shape::text::is_cut;
use super::{codes, foreign};

/// Says what of a document isn't read.
pub(super) fn tell_strange(batch: &Batch, first: Span, total: usize, faults: &mut Diagnostics) {
    for (kind, count) in &batch.kinds {
        let place = if *count == total { batch.span } else { first };
        let share = if *count == total { String::new() } else { format!(" ({count} of {total} elements)") };
        match kind {
            Kind::Foreign(foreign) => faults.push(foreign.diagnostic(place)),
            Kind::Unknown => faults.push(
                Diagnostic::new(&codes::UNKNOWN_DOCUMENT, format!("azpol doesn't know what this is{share}"))
                    .at(place, "not read"),
            ),
            Kind::PolicyState => faults.push(
                Diagnostic::new(&codes::UNUSED_DOCUMENT, format!("policy states aren't used yet{share}"))
                    .at(place, "not used"),
            ),
            _ => {}
        }
    }
}

/// The finding for resources whose form has lost something.
pub(super) fn lost_found(what: &str, count: usize, first: Span) -> Diagnostic {
    let many = if count == 1 { "a resource".to_owned() } else { format!("{count} resources") };
    let verb = if count == 1 { "carries" } else { "carry" };
    match what {
        "aliases" => foreign::catalogue_unused(first),
        "properties" => Diagnostic::new(&codes::NO_PROPERTIES, format!("{many} here {verb} no properties"))
            .at(first, "the first one")
            .help("`az resource list` leaves them out; use Resource Graph or the type's own `list` command"),
        "depth" => Diagnostic::new(
            &codes::TRUNCATED,
            format!("{many} here {} cut off by a depth limit", if count == 1 { "was" } else { "were" }),
        )
        .at(first, "the first one")
        .help("export again with `ConvertTo-Json -Depth 20`"),
        _ => Diagnostic::new(&codes::PROJECTED, format!("{many} here {verb} some members only"))
            .at(first, "the first one")
            .help("what isn't carried leaves rows Undetermined; query whole rows, without `project`"),
    }
}

/// Why a policy document can't be used: a placeholder, or a form that has lost what it says.
pub(super) fn unusable(kind: Kind, node: &Node) -> Option<Diagnostic> {
    if let Some(placeholder) = foreign::placeholder(node) {
        let text = placeholder.as_str().unwrap_or_default();
        let message = format!("`{text}` is a placeholder, so {} isn't read", kind.as_str());
        return Some(
            Diagnostic::new(&codes::PLACEHOLDER, message)
                .at(placeholder.span, "a value belongs here")
                .help("give the deployed object, or put the value in"),
        );
    }
    if let Some(cut) = first_cut(node, 0) {
        let message = format!("{} was cut off by a depth limit and isn't read", kind.as_str());
        return Some(
            Diagnostic::new(&codes::TRUNCATED, message)
                .at(cut.span, "an object stood here")
                .help("export again with `ConvertTo-Json -Depth 20`")
                .severity(Severity::Error),
        );
    }
    let flattened = ["policyDefinitionId", "policyAssignmentId", "policyRule", "policyDefinitions", "if"];
    let bare = node.get("properties").is_none_or(Node::is_null)
        && flattened.iter().all(|key| node.get(key).is_none_or(Node::is_null));
    bare.then(|| {
        let message = format!("{} carries no properties and isn't read", kind.as_str());
        Diagnostic::new(&codes::NO_PROPERTIES, message)
            .at(node.span, "not read")
            .help("`az resource list` leaves them out; use `az policy assignment list` or Resource Graph")
            .severity(Severity::Error)
    })
}

/// The first text that a depth limit left, in the parts of a policy document that a depth limit reaches.
fn first_cut(node: &Node, depth: usize) -> Option<&Node> {
    if node.as_str().is_some_and(is_cut) {
        return Some(node);
    }
    if depth > 5 {
        return None;
    }
    let members = node.members().iter().map(|member| &member.value);
    members.chain(node.items()).find_map(|inner| first_cut(inner, depth + 1))
}
