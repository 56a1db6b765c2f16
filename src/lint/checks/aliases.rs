//! Aliases of rules against what is known of them.

use std::collections::BTreeSet;

use crate::arm::ResourceType;
use crate::policy::Details;

use crate::lint::codes;
use crate::lint::document::Document;
use crate::lint::report::Report;
use crate::lint::walk::{Block, aliases, leaves, types};

/// Aliases that nothing has, and those of another type than the rule's.
pub(super) fn known(document: &Document<'_>, report: &mut Report) {
    let of_if = types(&document.definition.rule.condition);
    let details = document.definition.rule.details.as_ref().and_then(Details::existence);
    let related = details.map(|details| vec![details.resource_type.clone()]);
    let mut told: BTreeSet<String> = BTreeSet::new();
    leaves(document.definition, &mut |leaf, visit| {
        for alias in aliases(leaf) {
            if is_data_plane(alias) || !told.insert(alias.to_ascii_lowercase()) {
                continue;
            }
            let owners: Vec<&ResourceType> = document.aliases.find(alias).map(|(owner, _)| owner).collect();
            if owners.is_empty() {
                if document.aliases.names().next().is_none() {
                    continue;
                }
                let message = format!("no resource type has the alias `{alias}`");
                let help = match nearest_alias(document, alias) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => {
                        "a condition on it is never decided; `--aliases` gives another catalogue".to_owned()
                    }
                };
                report.advise(&codes::UNKNOWN_ALIAS, leaf.span, message, help);
                continue;
            }
            // In an existence condition `field()` reads the resource under `if`: either type will do.
            let mut wanted: Vec<&ResourceType> = of_if.iter().flatten().collect();
            if visit.block == Block::Existence {
                let Some(related) = &related else { continue };
                if of_if.is_none() && aliases(leaf).len() > 1 {
                    continue;
                }
                wanted.extend(related);
            }
            let misses = !wanted.is_empty() && !wanted.iter().any(|kind| owners.contains(kind));
            if misses {
                let message = format!("`{alias}` is no alias of `{}`", wanted[wanted.len() - 1]);
                let owner = owners[0];
                let help = format!("it is one of `{owner}`, so that the condition never sees a value");
                report.advise(&codes::ALIAS_OF_ANOTHER_TYPE, leaf.span, message, help);
            }
        }
    });
}

/// The nearest alias of the same type.
fn nearest_alias(document: &Document<'_>, alias: &str) -> Option<String> {
    let lower = alias.to_ascii_lowercase();
    let (of_type, _) = lower.rsplit_once('/')?;
    let names = document.aliases.names().filter(|name| name.starts_with(of_type));
    crate::arm::nearest::nearest(&lower, names).map(str::to_owned)
}

/// `Microsoft.KeyVault.Data/…`: aliases that only a resource provider's mode has.
pub(super) fn is_data_plane(alias: &str) -> bool {
    alias.split('/').next().is_some_and(|provider| provider.to_ascii_lowercase().ends_with(".data"))
}

/// Paths through the properties of another resource, whose state a scan may not have.
pub(super) fn deep(document: &Document<'_>, report: &mut Report) {
    let mut told: BTreeSet<String> = BTreeSet::new();
    leaves(document.definition, &mut |leaf, _| {
        for alias in aliases(leaf) {
            let nested = |path: &str| path.split(['.', '[']).filter(|step| *step == "properties").count() > 2;
            let deep = document.aliases.find(alias).any(|(_, path)| nested(path));
            if deep && told.insert(alias.to_ascii_lowercase()) {
                let message = format!("`{alias}` goes through the properties of another resource");
                let help = "ask that resource itself, by its own type: this one may carry a part of it only";
                report.advise(&codes::DEEP_ALIAS, leaf.span, message, help);
            }
        }
    });
}
