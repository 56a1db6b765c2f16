//! What is said of aliases that the catalogue doesn't know.

use std::collections::BTreeMap;

use crate::arm::AliasCatalog;
use crate::policy::PolicyDefinition;
use crate::source::{Diagnostic, Diagnostics, Span};

use super::{CompiledPolicy, codes};

/// How many places a finding shows.
const SHOWN: usize = 3;

/// The findings about unknown aliases of these policies: one error for each in a definition that a user is writing,
/// and one warning for all of those that the service has accepted.
pub fn unknown_aliases<'a>(
    policies: impl IntoIterator<Item = (&'a PolicyDefinition, &'a CompiledPolicy)>,
    catalog: &AliasCatalog,
) -> Diagnostics {
    let mut faults = Diagnostics::new();
    let mut listed: BTreeMap<String, (&str, Span)> = BTreeMap::new();
    for (definition, policy) in policies {
        for (alias, span) in policy.unknown_aliases() {
            if definition.is_from_service() {
                listed.entry(alias.to_ascii_lowercase()).or_insert((alias, *span));
            } else {
                faults.push(unknown(alias, *span, catalog));
            }
        }
    }
    if !listed.is_empty() {
        faults.push(unlisted(&listed, catalog));
    }
    faults.sort();
    faults
}

fn unknown(alias: &str, span: Span, catalog: &AliasCatalog) -> Diagnostic {
    let fault = Diagnostic::new(&codes::UNKNOWN_ALIAS, format!("no resource type has the alias `{alias}`"))
        .at(span, "unknown alias");
    match catalog.near(alias) {
        Some(near) => fault.help(format!("did you mean `{near}`?")),
        None => fault.help(advice(catalog)),
    }
}

fn unlisted(listed: &BTreeMap<String, (&str, Span)>, catalog: &AliasCatalog) -> Diagnostic {
    let names: Vec<String> = listed.values().map(|(alias, _)| format!("`{alias}`")).collect();
    let message = match names.as_slice() {
        [one] => format!("the catalogue of aliases lacks {one}, which a definition of the run uses"),
        _ => format!(
            "the catalogue of aliases lacks {} that definitions of the run use: {}",
            names.len(),
            names.join(", ")
        ),
    };
    let places = listed.values().take(SHOWN);
    let fault = places.fold(Diagnostic::new(&codes::UNLISTED_ALIASES, message), |fault, (_, span)| {
        fault.at(*span, "what rests on it is undetermined")
    });
    fault.help(advice(catalog))
}

/// How to get a catalogue that may have more.
fn advice(catalog: &AliasCatalog) -> &'static str {
    if catalog.is_built_in() {
        "give the catalogue of today: az provider list --expand resourceTypes/aliases > aliases.json, then --aliases \
         aliases.json"
    } else {
        "fetch the catalogue again if it is old; aliases of data planes stand in none"
    }
}
