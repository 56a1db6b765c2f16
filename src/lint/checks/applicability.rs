//! Which resources a rule can meet.

use std::collections::BTreeSet;

use crate::arm::ResourceType;
use crate::arm::alias::TypeFacts;
use crate::engine::has_no_tags;
use crate::policy::PolicyMode;

use crate::lint::codes;
use crate::lint::document::Document;
use crate::lint::report::Report;
use crate::lint::walk::{Block, field, leaves, types};

/// Types that have neither tags nor a location, so that the mode `Indexed` never evaluates them.
const NEVER_INDEXED: &[&str] = &[ResourceType::SUBSCRIPTION, ResourceType::RESOURCE_GROUP];

/// The mode and the type contradict each other: the definition never has a row.
pub(super) fn indexed(document: &Document<'_>, report: &mut Report) {
    if document.definition.mode != PolicyMode::Indexed {
        return;
    }
    let Some(wanted) = types(&document.definition.rule.condition) else { return };
    let never = |kind: &ResourceType| {
        let facts = document.aliases.resource_type_facts(kind);
        NEVER_INDEXED.iter().any(|never| kind.is(never))
            || facts.and_then(TypeFacts::is_indexed).map_or_else(|| has_no_tags(kind), |indexed| !indexed)
    };
    if wanted.is_empty() || !wanted.iter().all(never) {
        return;
    }
    leaves(document.definition, &mut |leaf, visit| {
        let asks_type = field(leaf).is_some_and(|name| name.eq_ignore_ascii_case("type"));
        if asks_type && visit.block == Block::If {
            let message = "the mode is `Indexed`, which leaves out what has no tags or no location";
            let help = "the definition never evaluates anything: `\"mode\": \"All\"`";
            report.advise(&codes::TYPE_NOT_INDEXED, leaf.target.span, message, help);
        }
    });
}

/// A rule about several types is harder to read and to exempt from.
pub(super) fn several_types(document: &Document<'_>, report: &mut Report) {
    let mut seen: BTreeSet<ResourceType> = BTreeSet::new();
    let mut last = None;
    leaves(document.definition, &mut |leaf, visit| {
        let asks_type = field(leaf).is_some_and(|name| name.eq_ignore_ascii_case("type"));
        if !asks_type || visit.block != Block::If {
            return;
        }
        let Some(target) = leaf.target.literal() else { return };
        let texts = target.as_str().into_iter().chain(target.items().iter().filter_map(|item| item.as_str()));
        let before = seen.len();
        seen.extend(texts.map(ResourceType::new));
        if seen.len() > before {
            last = Some(leaf.span);
        }
    });
    if let (Some(span), true) = (last, seen.len() > 1) {
        let message = format!("the rule is about {} types", seen.len());
        report.add(&codes::SEVERAL_TYPES, span, message);
    }
}
