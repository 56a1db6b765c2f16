//! What is odd about an automation, whatever is asked: exports that export nothing, that say more than they mean, or
//! that nobody sees.

use crate::arm::{ResourceId, SubscriptionId};
use crate::source::{Code, Diagnostic, SourceMap, Span, inside};

use super::automation::{Destination, ExportAutomation, Kind, Reach};
use super::codes;
use super::facts::{EventSource, PathKnowledge, also_contained, portal_name};
use super::implication::is_empty;
use super::rule::{Filter, Passes, Rule, Test};
use super::sources::{Remark, Source};
use super::text::Pattern;
use super::words::assessment_key;

/// A remark on an automation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its kind, with its page.
    pub code: &'static Code,
    /// The subscription.
    pub subscription: SubscriptionId,
    /// The automation.
    pub automation: ResourceId,
    /// Where in it: `sources[0].ruleSets[1]`; may be empty.
    pub place: String,
    /// One sentence.
    pub message: String,
    /// Where it stands.
    pub span: Span,
}

impl Note {
    /// As a finding, at the part that it is about where the text of the automation still has it.
    pub fn diagnostic(&self, sources: &SourceMap) -> Diagnostic {
        let paths = [format!("properties.{}", self.place), self.place.clone()];
        let part = paths.iter().find_map(|path| inside(sources, self.span, path));
        let of = if self.place.is_empty() { String::new() } else { format!(", `{}`", self.place) };
        Diagnostic::new(self.code, self.message.clone())
            .at(part.unwrap_or(self.span), format!("{}{of}", self.automation.name()))
    }
}

/// What can't be understood in an automation.
pub(super) fn faults(subscription: &SubscriptionId, automation: &ExportAutomation) -> Vec<Note> {
    let note = |fault: &super::rule::Fault| Note {
        code: fault.code,
        subscription: subscription.clone(),
        automation: automation.id.clone(),
        place: fault.place.clone(),
        message: fault.message.clone(),
        span: automation.span,
    };
    automation.faults.iter().map(note).collect()
}

/// Remarks on the automations of a subscription, in the order of their ids.
pub(super) fn notes(subscription: &SubscriptionId, automations: &[ExportAutomation]) -> Vec<Note> {
    let mut notes = Vec::new();
    for automation in automations {
        notes.extend(faults(subscription, automation));
        let mut add = |code, place: String, message: String| {
            notes.push(Note {
                code,
                subscription: subscription.clone(),
                automation: automation.id.clone(),
                place,
                message,
                span: automation.span,
            });
        };
        for remark in automation.sources.iter().flat_map(|sources| &sources.remarks) {
            add(remark.code, remark.place.clone(), remark.message.clone());
        }
        if let Some(why) = hidden(automation, automations) {
            add(&codes::NOT_IN_PORTAL, String::new(), why);
        }
    }
    notes.extend(findings_alone(subscription, automations));
    notes
}

/// What is odd about a rule set.
pub(super) fn of_set(event: EventSource, set: &[Rule], place: &str, remarks: &mut Vec<Remark>) {
    let mut add = |code, place, message| remarks.push(Remark { code, place, message });
    let one = event.subject().one();
    let mut foreign = false;
    for (at, rule) in set.iter().enumerate() {
        let place = format!("{place}.rules[{at}]");
        match event.knows(rule) {
            PathKnowledge::Foreign(owner) => {
                foreign = true;
                let message = format!(
                    "`{}` is a property of {}, {one} has none: `{}` lets nothing through",
                    rule.path,
                    owner.one(),
                    rule.words()
                );
                add(&codes::FOREIGN_PROPERTY, place.clone(), message);
            }
            PathKnowledge::Unknown if !matches!(rule.test, Test::Broken(_)) => {
                let near = event.nearly(&rule.path);
                let near = near.map(|near| format!(", did you mean `{near}`?")).unwrap_or_default();
                let message = format!(
                    "nothing is known of `{}` in the events of {event}: what rests on it is undetermined{near}",
                    rule.path
                );
                add(&codes::UNKNOWN_PATH, place.clone(), message);
            }
            _ => {}
        }
        if let Test::Text(Pattern::Contains, constant, true) = &rule.test
            && let Some(other) = also_contained(event, &rule.path, constant)
        {
            let message = format!("`{}` lets `{other}` through, too", rule.words());
            add(&codes::PASSES_MORE, place, message);
        }
    }
    if !foreign && !set.is_empty() && is_empty(event, set) {
        add(&codes::EXPORTS_NOTHING, place.to_owned(), why_empty(event, set));
    }
}

/// Which rules no event passes together.
fn why_empty(event: EventSource, set: &[Rule]) -> String {
    let one = event.subject().one();
    if let Some(rule) = set.iter().find(|rule| is_empty(event, std::slice::from_ref(rule))) {
        return match event.knows(rule) {
            PathKnowledge::Closed(values) => format!(
                "no event passes `{}`: the `{}` of {one} is one of {}",
                rule.words(),
                rule.path,
                values.join(", ")
            ),
            _ => format!("no event passes `{}`", rule.words()),
        };
    }
    for (at, first) in set.iter().enumerate() {
        for second in &set[at + 1..] {
            if is_empty(event, &[first.clone(), second.clone()]) {
                return format!(
                    "no event passes both `{}` and `{}`: rules of one set are joined by AND",
                    first.words(),
                    second.words()
                );
            }
        }
    }
    let words: Vec<String> = set.iter().map(|rule| format!("`{}`", rule.words())).collect();
    format!("no event passes all of {}", words.join(", "))
}

/// Why the portal doesn't show an export.
fn hidden(automation: &ExportAutomation, all: &[ExportAutomation]) -> Option<String> {
    let kinds: Vec<Kind> = automation.destinations().map(|to| to.kind).collect();
    let names: Vec<&str> = kinds.iter().filter_map(|kind| portal_name(*kind)).collect();
    let expected = *names.first()?;
    if !names.iter().any(|name| name.eq_ignore_ascii_case(automation.name())) {
        return Some(format!("not shown in the portal, which shows the one named `{expected}`"));
    }
    if matches!(automation.reach, Reach::Groups(_)) {
        return Some("not shown in the portal: it is for resource groups only".to_owned());
    }
    let twin = all
        .iter()
        .take_while(|other| other.id != automation.id)
        .find(|other| other.name().eq_ignore_ascii_case(automation.name()))?;
    let group = twin.id.resource_group_name().unwrap_or_default();
    Some(format!("the portal shows one export of a kind, and there is another `{}` in {group}", twin.name()))
}

/// Findings that leave for a destination that gets no recommendations to hang them below.
fn findings_alone(subscription: &SubscriptionId, automations: &[ExportAutomation]) -> Vec<Note> {
    let mut notes = Vec::new();
    for automation in automations.iter().filter(|automation| automation.runs() == Passes::Yes) {
        for source in automation.listens() {
            let Some(parent) = source.event.and_then(EventSource::parent) else { continue };
            for to in automation.destinations() {
                if let Some(what) = orphans(&source.filter, parent, to, automations) {
                    notes.push(Note {
                        code: &codes::FINDINGS_ALONE,
                        subscription: subscription.clone(),
                        automation: automation.id.clone(),
                        place: source.place.clone(),
                        message: format!(
                            "{what} leave for {} without the recommendations that carry them ({parent})",
                            to.id.name()
                        ),
                        span: automation.span,
                    });
                }
            }
        }
    }
    notes
}

/// Which findings have no recommendation at the destination.
fn orphans(
    findings: &Filter,
    parent: EventSource,
    to: &Destination,
    automations: &[ExportAutomation],
) -> Option<String> {
    let carried: Vec<&Source> = automations
        .iter()
        .filter(|automation| automation.runs() != Passes::No && automation.sends_to(to) != Passes::No)
        .flat_map(ExportAutomation::listens)
        .filter(|source| source.event.is_none_or(|event| event == parent))
        .collect();
    if automations.iter().any(|a| a.sources.is_none() && a.sends_to(to) != Passes::No) {
        return None;
    }
    if !carried.iter().any(|source| source.lets_something) {
        return Some("findings".to_owned());
    }
    if !findings.sets.iter().flatten().any(|rule| *rule.path == *"id") {
        return None;
    }
    let sets: Vec<&[Rule]> = carried.iter().flat_map(|source| source.filter.alternatives()).collect();
    let keys = findings
        .sets
        .iter()
        .flatten()
        .filter(|rule| *rule.path == *"id")
        .filter_map(|rule| assessment_key(&rule.expected));
    let mut alone: Vec<&str> = keys
        .filter(|key| {
            let name = Rule::equals("name", key);
            sets.iter().all(|set| is_empty(parent, &[*set, std::slice::from_ref(&name)].concat()))
        })
        .collect();
    alone.sort_unstable();
    alone.dedup();
    (!alone.is_empty()).then(|| format!("findings of {}", alone.join(", ")))
}
