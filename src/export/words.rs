//! Gaps and duplicates in words.

use super::automation::{ExportAutomation, Reach};
use super::event::Event;
use super::facts::{EventSource, Subject};
use super::implication::{Implied, implied};
use super::judge::Duplicate;
use super::rule::{Rule, Test};
use super::text::Pattern;

/// Something that is asked for and doesn't leave.
#[derive(Debug, Clone, PartialEq)]
pub struct Gap {
    /// The source of the events.
    pub source: EventSource,
    /// In words: `medium and high alerts`.
    pub words: String,
    /// The severities or states that don't leave, where others do or aren't asked for.
    pub values: Vec<&'static str>,
    /// Whether it is told apart by nothing but that.
    pub is_plain: bool,
    /// An event that is asked for and doesn't leave; none where nothing listens and what is asked rests on
    /// paths of which nothing is known.
    pub event: Option<Event>,
}

/// Gaps as they are found; those that differ in severity only become one.
#[derive(Debug, Default)]
pub(super) struct Gaps {
    found: Vec<Raw>,
}

#[derive(Debug)]
struct Raw {
    source: EventSource,
    noun: String,
    is_plain: bool,
    values: Vec<&'static str>,
    event: Option<Event>,
}

impl Gaps {
    /// Adds what a rule set asks for and isn't exported; `value` where it is only what has this severity.
    pub(super) fn add(
        &mut self,
        source: EventSource,
        asked: &[Rule],
        value: Option<&&'static str>,
        event: Option<Event>,
    ) {
        let noun = Noun::of(source, asked);
        let values: Vec<&'static str> = match (value, source.graded()) {
            (Some(value), _) => vec![value],
            (None, Some((path, all))) => {
                let rules: Vec<&Rule> = asked.iter().filter(|rule| *rule.path == *path).collect();
                let fits = |value: &&&str| {
                    rules.iter().all(|rule| {
                        super::values::holds(
                            &rule.test,
                            &super::values::Value::Text(super::text::fold(value)),
                        )
                    })
                };
                all.iter().filter(fits).copied().collect()
            }
            (None, None) => Vec::new(),
        };
        let text = noun.text();
        let known = self.found.iter_mut().find(|raw| raw.source == source && raw.noun == text);
        match known {
            Some(raw) => {
                raw.values.extend(values);
                if raw.event.is_none() {
                    raw.event = event;
                }
            }
            None => {
                self.found.push(Raw { source, noun: text, is_plain: noun.is_plain(), values, event });
            }
        }
    }

    /// All gaps, in the order in which they were found.
    pub(super) fn finish(self) -> Vec<Gap> {
        self.found
            .into_iter()
            .map(|raw| {
                let all = raw.source.graded().map_or(&[][..], |(_, values)| values);
                let mut values: Vec<&'static str> =
                    all.iter().filter(|value| raw.values.contains(value)).copied().collect();
                if values.len() == all.len() {
                    values.clear();
                }
                let adjectives = list(&values.iter().map(|v| v.to_ascii_lowercase()).collect::<Vec<_>>());
                let mut words = match (adjectives.is_empty(), raw.noun.split_once('\u{0}')) {
                    (true, Some((_, noun))) => noun.to_owned(),
                    (true, None) => raw.noun,
                    (false, Some((_, noun))) => format!("{noun} ({adjectives})"),
                    (false, None) => format!("{adjectives} {}", raw.noun),
                };
                if raw.source.is_snapshot() {
                    words = format!("snapshots of {words}");
                }
                Gap { source: raw.source, words, values, is_plain: raw.is_plain, event: raw.event }
            })
            .collect()
    }
}

/// What a rule set asks for, in words.
struct Noun {
    subject: Subject,
    /// What is named: a recommendation, a control, a standard.
    named: Option<String>,
    /// Severities that aren't a closed set.
    adjectives: Vec<String>,
    rest: Vec<String>,
}

impl Noun {
    fn of(source: EventSource, asked: &[Rule]) -> Noun {
        let graded = source.graded().map(|(path, _)| path);
        let mut noun =
            Noun { subject: source.subject(), named: None, adjectives: Vec::new(), rest: Vec::new() };
        for rule in asked {
            let says_nothing = || implied(source, &[], &[std::slice::from_ref(rule)], &[&[]]) == Implied::Yes;
            if Some(&*rule.path) == graded || says_nothing() {
                continue;
            }
            let subject = noun.subject;
            if noun.named.is_none()
                && let Some(name) = named(subject, rule)
            {
                noun.named = Some(name);
            } else if rule.path.to_ascii_lowercase().ends_with("severity")
                && matches!(rule.test, Test::Text(Pattern::Equals, _, true))
            {
                noun.adjectives.push(rule.expected.to_lowercase());
            } else {
                noun.rest.push(rule.words());
            }
        }
        noun
    }

    fn is_plain(&self) -> bool {
        self.named.is_none() && self.adjectives.is_empty() && self.rest.is_empty()
    }

    /// The words; a NUL at the front says that severities stand behind in brackets.
    fn text(&self) -> String {
        let mut text = match (&self.named, self.subject) {
            (Some(name), Subject::Recommendation) => format!("\u{0}recommendation {name}"),
            (Some(name), Subject::Finding) => format!("findings of {name}"),
            (Some(name), Subject::Control) => format!("secure score control {name}"),
            (Some(name), Subject::Regulatory) => format!("\u{0}regulatory compliance of {name}"),
            (Some(name), Subject::Alert) => format!("alerts named {name}"),
            (_, Subject::Regulatory) => format!("\u{0}{}", self.subject.plural()),
            (_, subject) => subject.plural().to_owned(),
        };
        if !self.adjectives.is_empty() {
            text = format!("{} {text}", list(&self.adjectives));
        }
        if !self.rest.is_empty() {
            text.push_str(&format!(" with {}", self.rest.join(" and ")));
        }
        text
    }
}

/// The name that a rule asks for.
fn named(subject: Subject, rule: &Rule) -> Option<String> {
    let Test::Text(pattern, _, true) = &rule.test else { return None };
    let name = match (subject, &*rule.path) {
        (Subject::Recommendation | Subject::Control, "name") => rule.expected.to_string(),
        (Subject::Alert, "AlertDisplayName") => rule.expected.to_string(),
        (Subject::Regulatory, "id") => rule.expected.trim_matches('/').to_owned(),
        (Subject::Finding, "id") => assessment_key(&rule.expected)?.to_owned(),
        _ => return None,
    };
    matches!(pattern, Pattern::Equals | Pattern::Contains).then_some(name)
}

/// `<key>` of `/assessments/<key>/`.
pub(super) fn assessment_key(text: &str) -> Option<&str> {
    const HEAD: &str = "/assessments/";
    let at = text.to_ascii_lowercase().find(HEAD)? + HEAD.len();
    let key = text[at..].split('/').next().unwrap_or_default();
    (!key.is_empty()).then_some(key)
}

/// `a`, `a and b`, `a, b and c`
fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// `medium and high alerts don't leave (exported: low)`
pub(super) fn unleft(gaps: &[Gap], exported: &[&str]) -> String {
    const SHOWN: usize = 3;
    let mut words: Vec<String> = gaps.iter().take(SHOWN).map(|gap| gap.words.clone()).collect();
    if gaps.len() > SHOWN {
        words.push(format!("{} more", gaps.len() - SHOWN));
    }
    let one = words.len() == 1
        && ["the ", "recommendation ", "regulatory ", "secure score control "]
            .iter()
            .any(|start| words[0].starts_with(start) && !words[0].starts_with("secure score controls"));
    let verb = if one { "doesn't leave" } else { "don't leave" };
    let mut text = format!("{} {verb}", list(&words));
    if !exported.is_empty() {
        let names: Vec<String> = exported.iter().map(|value| value.to_ascii_lowercase()).collect();
        text.push_str(&format!(" (exported: {})", names.join(", ")));
    }
    text
}

/// `alerts leave twice, by a and b`
pub(super) fn duplicate(duplicate: &Duplicate) -> String {
    let names: Vec<String> = duplicate.automations.iter().map(|id| id.name().to_owned()).collect();
    let what = match duplicate.sources.as_slice() {
        [one] => one.subject().plural().to_owned(),
        many => format!("{} sources", many.len()),
    };
    match names.as_slice() {
        [one] => format!("{what} leave twice, {one} has two actions for it"),
        many => format!("{what} leave twice, by {}", list(many)),
    }
}

/// The groups that automations are for.
pub(super) fn groups(automations: &[&ExportAutomation]) -> String {
    let mut names: Vec<String> = automations
        .iter()
        .flat_map(|automation| match &automation.reach {
            Reach::Groups(groups) => groups.iter().map(|group| group.name().to_owned()).collect(),
            _ => Vec::new(),
        })
        .collect();
    names.sort();
    names.dedup();
    list(&names)
}
