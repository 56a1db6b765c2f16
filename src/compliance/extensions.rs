//! Types that policies look for and that lie on other resources only, although no list says that they do.

use std::collections::BTreeMap;

use crate::arm::{ResourceType, Semantics};
use crate::engine::is_extension;
use crate::inventory::Inventory;
use crate::source::{Diagnostic, Diagnostics, Span};

use super::codes;
use super::run::Evaluated;

/// A note for each type of which every resource among the inputs lies on another one: it is searched like a sibling
/// until somebody says that it is an extension type. What the inputs hold beside it decides nothing.
pub(super) fn look_like_extensions(
    assignments: &[Evaluated],
    inventory: &Inventory,
    semantics: &Semantics,
) -> Diagnostics {
    let mut wanted: BTreeMap<&ResourceType, Span> = BTreeMap::new();
    for evaluated in assignments {
        if let Some(related) = evaluated.policy.related_type()
            && !is_extension(related, semantics)
        {
            wanted.entry(related).or_insert(evaluated.definition.rule.span);
        }
    }
    let mut notes = Diagnostics::new();
    for (related, span) in wanted {
        let mut found = inventory
            .subscriptions()
            .flat_map(|subscription| inventory.resources(&subscription.id, related))
            .map(|resource| resource.id.extended().is_some())
            .peekable();
        if found.peek().is_some() && found.all(|extends| extends) {
            let message = format!("every `{related}` of the inputs lies on another resource");
            let help = format!(
                "if it is an extension type, write `extension-types: [{related}]` below `semantics` in azpol.yaml"
            );
            let note = Diagnostic::new(&codes::LOOKS_LIKE_EXTENSION, message);
            notes.push(note.at(span, "searched like any other type, not on the resource").help(help));
        }
    }
    notes
}
