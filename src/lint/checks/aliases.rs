//! Aliases of rules against what is known of them.

use std::collections::BTreeSet;

use crate::arm::ResourceType;
use crate::arm::alias::{Alias, AliasPath, PropertyFacts, TypeFacts};
use crate::arm::expression::Formula;
use crate::policy::Details;
use crate::source::{Code, Span};

use crate::lint::codes;
use crate::lint::document::{Document, literal_text};
use crate::lint::report::Report;
use crate::lint::walk::{Block, aliases, leaves, types};

/// Aliases that nothing has, and those of another type than the rule's.
pub(super) fn known(document: &Document<'_>, report: &mut Report) {
    let of_if = types(&document.definition.rule.condition);
    let details = document.definition.rule.details.as_ref().and_then(Details::existence);
    let related = details.map(|details| &details.resource_type);
    let mut told: BTreeSet<String> = BTreeSet::new();
    leaves(document.definition, &mut |leaf, visit| {
        for (alias, span) in aliases(leaf) {
            if is_data_plane(alias) || !told.insert(alias.to_ascii_lowercase()) {
                continue;
            }
            // In an existence condition `field()` reads the resource under `if`: either type will do, and any where the
            // rule names none.
            let mut wanted: Vec<&ResourceType> = of_if.iter().flatten().collect();
            if visit.block == Block::Existence {
                if of_if.is_none() && aliases(leaf).len() > 1 {
                    wanted.clear();
                } else {
                    wanted.extend(related.iter());
                }
            }
            one(document, alias, span, &wanted, READ, report);
        }
    });
}

/// Aliases that `modify` and `append` write, against what is known.
pub(super) fn written(document: &Document<'_>, report: &mut Report) {
    let fields: Vec<&Formula> = match &document.definition.rule.details {
        Some(Details::Modify(details)) => details.operations.iter().map(|one| &one.field).collect(),
        Some(Details::Append(details)) => details.entries.iter().map(|one| &one.field).collect(),
        _ => return,
    };
    let wanted = types(&document.definition.rule.condition);
    for field in fields {
        let Some(name) = literal_text(field).filter(|name| name.contains('/') && !is_data_plane(name)) else {
            continue;
        };
        let wanted: Vec<&ResourceType> = wanted.iter().flatten().collect();
        one(document, name, field.span, &wanted, WRITTEN, report);
    }
}

/// What comes of an alias that nothing has, and of one that another type has.
type Outcome = (&'static str, &'static str);

const READ: Outcome = (
    "a condition on it is never decided; `--aliases` gives another catalogue",
    ", so that the condition never sees a value",
);

const WRITTEN: Outcome = ("the service refuses what it can't write", ": nothing would be written");

/// An alias against what is known of it; any type will do where none is wanted.
fn one(
    document: &Document<'_>,
    alias: &str,
    span: Span,
    wanted: &[&ResourceType],
    (unknown, elsewhere): Outcome,
    report: &mut Report,
) {
    let owners: Vec<&ResourceType> = document.aliases.types_of(alias).collect();
    let Some(owner) = owners.first() else {
        let message = format!("no resource type has the alias `{alias}`");
        let near = document.aliases.near(alias);
        let help = near.map_or_else(|| unknown.to_owned(), |near| format!("did you mean `{near}`?"));
        return report.advise(&codes::UNKNOWN_ALIAS, span, message, help);
    };
    if let Some(last) = wanted.last()
        && !wanted.iter().any(|kind| owners.contains(kind))
    {
        let message = format!("`{alias}` is no alias of `{last}`");
        report.advise(
            &codes::ALIAS_OF_ANOTHER_TYPE,
            span,
            message,
            format!("it is one of `{owner}`{elsewhere}"),
        );
    }
}

/// `Microsoft.KeyVault.Data/…`: aliases that only a resource provider's mode has.
pub(super) fn is_data_plane(alias: &str) -> bool {
    alias.split('/').next().is_some_and(|provider| provider.to_ascii_lowercase().ends_with(".data"))
}

/// Paths through the properties of another resource, whose state a scan may not have.
pub(super) fn deep(document: &Document<'_>, report: &mut Report) {
    let mut told: BTreeSet<String> = BTreeSet::new();
    leaves(document.definition, &mut |leaf, _| {
        for (alias, span) in aliases(leaf) {
            let nested = |path: &str| path.split(['.', '[']).filter(|step| *step == "properties").count() > 2;
            let deep = document.aliases.find(alias).any(|(_, path)| nested(path));
            if deep && told.insert(alias.to_ascii_lowercase()) {
                let message = format!("`{alias}` goes through the properties of another resource");
                let help = "ask that resource itself, by its own type: this one may carry a part of it only";
                report.advise(&codes::DEEP_ALIAS, span, message, help);
            }
        }
    });
}

/// Aliases that some API versions of their type lack, where the catalogue lists them by version.
pub(super) fn versions(document: &Document<'_>, report: &mut Report) {
    let wanted = types(&document.definition.rule.condition);
    let mut told: BTreeSet<String> = BTreeSet::new();
    leaves(document.definition, &mut |leaf, visit| {
        if visit.block != Block::If {
            return;
        }
        for (name, span) in aliases(leaf) {
            let of_rule =
                |alias: &Alias<'_>| wanted.as_ref().is_none_or(|all| all.contains(alias.resource_type()));
            let Some(alias) = document.aliases.aliases(name).find(of_rule) else { continue };
            let having: BTreeSet<&str> = alias.versions().flat_map(AliasPath::api_versions).collect();
            let facts = document.aliases.resource_type_facts(alias.resource_type());
            let all: Vec<&str> = facts.into_iter().flat_map(TypeFacts::api_versions).collect();
            let lacking: Vec<&str> =
                all.iter().copied().filter(|version| !having.contains(version)).collect();
            let (Some(newest), false) = (all.iter().max(), having.is_empty()) else { continue };
            if lacking.is_empty() || !told.insert(name.to_ascii_lowercase()) {
                continue;
            }
            if lacking.contains(newest) {
                let message = format!("the newest API version, {newest}, has no `{name}`");
                let help = "scans read resources by the newest version: the property is always missing";
                report.advise(&codes::NOT_IN_LATEST_VERSION, span, message, help);
            } else {
                let message = format!("{} of {} API versions have no `{name}`", lacking.len(), all.len());
                let help = "requests by these versions slip through, or are denied";
                report.advise(&codes::NOT_IN_OLD_VERSIONS, span, message, help);
            }
        }
    });
}

/// What the properties that a rule reads are like, where the catalogue says so: read-only, there for some kinds only, not
/// required. What lies on the related resource is read after the fact: that no request can send it says nothing.
pub(super) fn properties(document: &Document<'_>, report: &mut Report) {
    if !document.aliases.knows_properties() {
        return;
    }
    let of_if = types(&document.definition.rule.condition);
    let details = document.definition.rule.details.as_ref().and_then(Details::existence);
    let mut told: BTreeSet<(&'static str, String)> = BTreeSet::new();
    leaves(document.definition, &mut |leaf, visit| {
        for (name, span) in aliases(leaf) {
            let wanted = |alias: &Alias<'_>| match visit.block {
                Block::If => of_if.as_ref().is_none_or(|all| all.contains(alias.resource_type())),
                Block::Existence => details.is_some_and(|d| d.resource_type == *alias.resource_type()),
            };
            let Some(alias) = document.aliases.aliases(name).find(wanted) else { continue };
            let known: Vec<(&str, PropertyFacts)> = document.aliases.properties_of(alias).collect();
            for (code, is, what, help) in PROPERTIES {
                let versions: Vec<&str> =
                    known.iter().filter(|(_, facts)| is(facts)).map(|(version, _)| *version).collect();
                let counts = *code != &codes::READ_ONLY_ALIAS || visit.block == Block::If;
                if counts && !versions.is_empty() && told.insert((code.id, name.to_ascii_lowercase())) {
                    let count = if versions.len() == known.len() {
                        "every known API version".to_owned()
                    } else {
                        format!("{} of {} API versions", versions.len(), known.len())
                    };
                    let newest = versions.last().copied().unwrap_or_default();
                    let message = format!("`{name}` {what} in {count} (newest: {newest})");
                    report.advise(code, span, message, *help);
                }
            }
        }
    });
}

/// A code, the properties that it is about, what is said of them, and what to do.
type OfProperty = (&'static Code, fn(&PropertyFacts) -> bool, &'static str, &'static str);

const PROPERTIES: &[OfProperty] = &[
    (
        &codes::READ_ONLY_ALIAS,
        |facts| facts.read_only,
        "is read-only",
        "no request carries it: an effect that stops or changes requests never sees a value",
    ),
    (
        &codes::CONDITIONAL_ALIAS,
        |facts| facts.conditional,
        "is there for some kinds of the resource only",
        "ask for the kind beside it, or say what a missing one means",
    ),
    (
        &codes::OPTIONAL_ALIAS,
        |facts| !facts.required && !facts.conditional && !facts.read_only,
        "need not be there",
        "say what a missing one means: a condition with `exists` beside it",
    ),
];

/// Operations of `modify` on what can't be modified.
pub(super) fn modifiable(document: &Document<'_>, report: &mut Report) {
    let Some(details) = document.definition.rule.details.as_ref().and_then(Details::modify) else { return };
    for operation in &details.operations {
        let Some(name) = literal_text(&operation.field).filter(|name| name.contains('/')) else { continue };
        let known: Vec<Option<bool>> = document.aliases.aliases(name).map(Alias::modifiable).collect();
        if !known.is_empty() && known.iter().all(|modifiable| *modifiable == Some(false)) {
            let message = format!("`{name}` can't be modified");
            let help = "the service refuses the definition: only aliases with the attribute `Modifiable` can";
            report.advise(&codes::NOT_MODIFIABLE, operation.field.span, message, help);
        }
    }
}
