//! Is what is asked exported?

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::arm::{ResourceId, Value};

use super::automation::{Destination, ExportAutomation, Reach};
use super::budget::Budget;
use super::event::Event;
use super::facts::EventSource;
use super::implication::{Implied, are_apart, implied_within, is_empty, undecided_paths, witness};
use super::requirement::ExportRequirement;
use super::rule::{Passes, Rule};
use super::sources::{Comparison, Memo, Sources, Twice};
use super::text::Solved;
use super::words::{self, Gap, Gaps};

/// Whether a subscription exports what an assignment asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Each event that is asked for leaves for its destination.
    Covered,
    /// The same, and some event leaves twice for it.
    Duplicated,
    /// It can't be said.
    Undetermined,
    /// Some events leave, some don't.
    PartlyCovered,
    /// What would export it is switched off.
    Disabled,
    /// It leaves for another destination.
    WrongDestination,
    /// It leaves for a destination that doesn't exist.
    DestinationGone,
    /// Nothing exports it.
    Missing,
}

impl Verdict {
    /// As results name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Covered => "Covered",
            Verdict::Duplicated => "Duplicated",
            Verdict::Undetermined => "Undetermined",
            Verdict::PartlyCovered => "PartlyCovered",
            Verdict::Disabled => "Disabled",
            Verdict::WrongDestination => "WrongDestination",
            Verdict::DestinationGone => "DestinationGone",
            Verdict::Missing => "Missing",
        }
    }

    /// Whether what is asked surely isn't exported.
    pub fn is_unmet(self) -> bool {
        matches!(
            self,
            Verdict::PartlyCovered
                | Verdict::Disabled
                | Verdict::WrongDestination
                | Verdict::DestinationGone
                | Verdict::Missing
        )
    }

    /// Whether what is asked surely is exported.
    pub fn is_met(self) -> bool {
        matches!(self, Verdict::Covered | Verdict::Duplicated)
    }
}

/// An event that leaves twice.
#[derive(Debug, Clone, PartialEq)]
pub struct Duplicate {
    /// For where.
    pub destination: Destination,
    /// By which automations; one that has two actions for it stands here once.
    pub automations: Vec<ResourceId>,
    /// The sources of events that leave twice.
    pub sources: Vec<EventSource>,
    /// One of them.
    pub event: Event,
}

/// A verdict with what it rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// One or two words for a table.
    pub label: &'static str,
    /// Why, in words.
    pub text: String,
    /// What doesn't leave.
    pub gaps: Arc<[Gap]>,
    /// What leaves twice.
    pub duplicates: Vec<Duplicate>,
    /// The automations that it rests on.
    pub rests_on: Vec<ResourceId>,
}

/// What a subscription has.
pub struct Found<'a> {
    /// Its automations.
    pub automations: &'a [ExportAutomation],
    /// Whether these are all.
    pub complete: bool,
    /// Whether a destination is known not to exist.
    pub gone: &'a dyn Fn(&Destination) -> bool,
    /// What was compared already.
    pub memo: &'a Memo,
}

/// Where the resources lie whose events are asked for.
enum Place<'a> {
    /// Anywhere in the subscription: in no group that an automation could name, too.
    Anywhere,
    /// In this group.
    Group(&'a ResourceId),
}

impl Place<'_> {
    fn covered_by(&self, reach: &Reach) -> Passes {
        match (reach, self) {
            (Reach::Subscription, _) => Passes::Yes,
            (Reach::Groups(groups), Place::Group(group)) => groups.contains(group).into(),
            (Reach::Groups(_), Place::Anywhere) | (Reach::Nothing, _) => Passes::No,
            (Reach::Unknown, _) => Passes::Unknown,
        }
    }
}

/// Judges all that is asked for a subscription.
pub fn judge(required: &ExportRequirement, found: &Found<'_>) -> Judgement {
    judge_within(Budget::MOST, required, found)
}

/// The same, with so many units of a budget for each destination.
pub(super) fn judge_within(units: u64, required: &ExportRequirement, found: &Found<'_>) -> Judgement {
    let mut parts = Vec::new();
    for automation in &required.automations {
        parts.extend(of_automation(units, automation, found));
    }
    joined(parts)
}

/// One verdict of several: all alike, or the worst; what is covered in part is covered partly.
fn joined(mut parts: Vec<Judgement>) -> Judgement {
    if parts.len() == 1 {
        return parts.remove(0);
    }
    parts.sort_by_key(|part| std::cmp::Reverse(part.verdict));
    let some_met = parts.iter().any(|part| part.verdict.is_met() || part.verdict == Verdict::PartlyCovered);
    let worst = parts.first().map_or(Verdict::Covered, |part| part.verdict);
    let verdict = match worst {
        Verdict::Missing | Verdict::Disabled if some_met => Verdict::PartlyCovered,
        worst => worst,
    };
    let counted = |part: &&Judgement| !part.verdict.is_met() || verdict.is_met();
    let mut texts: Vec<String> = Vec::new();
    for part in parts.iter().filter(counted) {
        if !texts.contains(&part.text) && !part.text.is_empty() {
            texts.push(part.text.clone());
        }
    }
    let mut rests_on: Vec<ResourceId> = parts.iter().flat_map(|part| part.rests_on.clone()).collect();
    rests_on.sort();
    rests_on.dedup();
    Judgement {
        verdict,
        label: parts.first().map_or("", |part| part.label),
        text: texts.join("; "),
        gaps: parts.iter().flat_map(|part| part.gaps.iter().cloned()).collect(),
        duplicates: parts.iter().flat_map(|part| part.duplicates.clone()).collect(),
        rests_on,
    }
}

/// A judgement that says only why there is none.
pub fn undetermined(why: impl Into<String>) -> Judgement {
    Judgement {
        verdict: Verdict::Undetermined,
        label: "undetermined",
        text: why.into(),
        gaps: Arc::default(),
        duplicates: Vec::new(),
        rests_on: Vec::new(),
    }
}

fn of_automation(units: u64, required: &ExportAutomation, found: &Found<'_>) -> Vec<Judgement> {
    let name = required.name();
    if required.enabled != Some(true) {
        return vec![undetermined(format!("the deployment wouldn't enable {name}"))];
    }
    let places = match &required.reach {
        Reach::Subscription => vec![Place::Anywhere],
        Reach::Groups(groups) => groups.iter().map(Place::Group).collect(),
        Reach::Nothing | Reach::Unknown => {
            return vec![undetermined(format!("what {name} is to cover can't be read from its deployment"))];
        }
    };
    let destinations: BTreeSet<&Destination> = required.destinations().collect();
    let all = required.actions.as_ref().is_some_and(|actions| {
        use super::automation::Action;
        !actions.iter().any(|action| matches!(action, Action::Somewhere(_)))
    });
    if destinations.is_empty() || !all {
        return vec![undetermined(format!("where {name} is to send can't be read from its deployment"))];
    }
    if required.sources.is_none() {
        return vec![undetermined(format!("what {name} is to send can't be read from its deployment"))];
    }
    destinations
        .into_iter()
        .map(|to| {
            Pair {
                required,
                to,
                places: &places,
                found,
                budget: Budget::new(units),
                meeting: Budget::new(units),
            }
            .judge()
        })
        .collect()
}

/// Where the budget of a comparison is spent.
const TOO_MUCH: &str = "there are more rules than are compared";

/// One automation that is asked for, with one of its destinations.
struct Pair<'a> {
    required: &'a ExportAutomation,
    to: &'a Destination,
    places: &'a [Place<'a>],
    found: &'a Found<'a>,
    /// For comparing: what it comes to is remembered, so that nothing else may take from it …
    budget: Budget,
    /// … and for looking at what meets what is asked.
    meeting: Budget,
}

impl<'a> Pair<'a> {
    fn judge(&self) -> Judgement {
        let comparison = self.comparison();
        let duplicates = self.duplicates();
        let ways: Vec<ResourceId> = self.ways().map(|automation| automation.id.clone()).collect();
        if comparison.gaps.is_empty() {
            return self.without_gap(&comparison, duplicates, ways);
        }
        let mut judgement = self.with_gap(&comparison.gaps, &comparison.open, ways);
        judgement.duplicates = duplicates;
        judgement
    }

    /// What doesn't leave. Where nothing but sources decides, subscriptions that are alike are compared once.
    fn comparison(&self) -> Arc<Comparison> {
        if let ([place @ Place::Anywhere], Some(asked)) = (self.places, &self.required.sources)
            && !self.found.automations.iter().any(|a| self.may_be_narrow(a))
        {
            let counting = self.found.automations.iter().filter_map(|automation| {
                let counts = self.counts(automation, place);
                (counts != Passes::No).then_some((automation.sources.as_ref(), counts == Passes::Yes))
            });
            let known: Option<Vec<(&Arc<Sources>, bool)>> =
                counting.map(|(sources, certain)| Some((sources?, certain))).collect();
            if let Some(found) = known {
                return self.found.memo.compared(asked, &found, self.found.complete, || self.compare_all());
            }
        }
        Arc::new(self.compare_all())
    }

    fn compare_all(&self) -> Comparison {
        let mut gaps = Gaps::default();
        let mut open = Vec::new();
        for place in self.places {
            for source in self.required.listens() {
                let Some(event) = source.event else {
                    open.push(format!("{} names an event source that isn't known", source.place));
                    continue;
                };
                for set in source.filter.alternatives() {
                    self.compare(place, event, set, &mut gaps, &mut open);
                }
            }
        }
        open.sort();
        open.dedup();
        Comparison { gaps: gaps.finish().into(), open }
    }

    /// Whether an automation may send to the destination, for resource groups only.
    fn may_be_narrow(&self, automation: &ExportAutomation) -> bool {
        self.is_narrow(automation)
            && automation.sends_to(self.to) != Passes::No
            && automation.runs() != Passes::No
    }

    fn without_gap(
        &self,
        comparison: &Comparison,
        duplicates: Vec<Duplicate>,
        rests_on: Vec<ResourceId>,
    ) -> Judgement {
        let to = self.to.id.name();
        let (verdict, label, text) = if !comparison.open.is_empty() {
            (Verdict::Undetermined, "undetermined", comparison.open.join("; "))
        } else if (self.found.gone)(self.to) {
            (Verdict::DestinationGone, "gone", format!("{} {to} doesn't exist", self.to.kind.words()))
        } else if let Some(first) = duplicates.first() {
            (Verdict::Duplicated, "twice", words::duplicate(first))
        } else {
            (Verdict::Covered, "covered", String::new())
        };
        Judgement { verdict, label, text, gaps: comparison.gaps.clone(), duplicates, rests_on }
    }

    fn with_gap(&self, gaps: &Arc<[Gap]>, open: &[String], ways: Vec<ResourceId>) -> Judgement {
        let to = self.to.id.name();
        let judged = |verdict, label, text, rests_on| Judgement {
            verdict,
            label,
            text,
            gaps: gaps.clone(),
            duplicates: Vec::new(),
            rests_on,
        };
        let partly = |rests_on, label, text| {
            if gaps.iter().any(|gap| gap.event.is_some()) {
                judged(Verdict::PartlyCovered, label, text, rests_on)
            } else {
                let why = words::unleft(gaps, &[]) + ", and no event shows it for sure";
                Judgement { gaps: gaps.clone(), rests_on, ..undetermined(why) }
            }
        };
        let narrow: Vec<&ExportAutomation> =
            self.some(|a| a.sends_to(self.to) == Passes::Yes && a.runs() == Passes::Yes && self.is_narrow(a));
        let leaving: Vec<&ExportAutomation> = self.ways().filter(|a| self.overlaps(a)).collect();
        if self.meeting.is_spent() {
            return Judgement { gaps: gaps.clone(), rests_on: ways, ..undetermined(TOO_MUCH) };
        }
        if !leaving.is_empty() {
            let label = if gaps.iter().all(|gap| !gap.values.is_empty()) { "severities" } else { "partly" };
            return partly(ways, label, words::unleft(gaps, &self.exported(gaps)));
        }
        if !narrow.is_empty() {
            let text = format!("only what lies in {} leaves", words::groups(&narrow));
            return partly(ids(&narrow), "scope", text);
        }
        let elsewhere = self.some(|a| {
            a.runs() == Passes::Yes
                && a.sends_to(self.to) == Passes::No
                && self.places.iter().all(|place| place.covered_by(&a.reach) == Passes::Yes)
                && a.destinations().any(|own| own.kind == self.to.kind)
        });
        if !elsewhere.is_empty() {
            let mut names: Vec<&str> = elsewhere
                .iter()
                .flat_map(|a| a.destinations().filter(|own| own.kind == self.to.kind))
                .map(|own| own.id.name())
                .collect();
            names.sort_unstable();
            names.dedup();
            let asked = if names.contains(&to) { self.to.id.as_str() } else { to };
            let text = format!("sends to {}, asked for {asked}", names.join(" and "));
            return judged(Verdict::WrongDestination, "destination", text, ids(&elsewhere));
        }
        let off = self.some(|a| a.runs() == Passes::No && a.sends_to(self.to) == Passes::Yes);
        if !off.is_empty() {
            let names: Vec<&str> = off.iter().map(|a| a.name()).collect();
            let text = format!("{} is disabled", names.join(" and "));
            return judged(Verdict::Disabled, "disabled", text, ids(&off));
        }
        let mut text = format!("nothing sends to {to} what is asked");
        if !open.is_empty() {
            text.push_str(&format!(" ({})", open.join("; ")));
        }
        judged(Verdict::Missing, "missing", text, Vec::new())
    }

    /// Automations that pass a test and let through something that is asked for.
    fn some(&self, test: impl Fn(&ExportAutomation) -> bool) -> Vec<&'a ExportAutomation> {
        self.found.automations.iter().filter(|a| test(a) && self.overlaps(a)).collect()
    }

    /// What surely sends to the destination from everywhere.
    fn ways(&self) -> impl Iterator<Item = &'a ExportAutomation> {
        self.found.automations.iter().filter(|automation| {
            self.places.iter().any(|place| self.counts(automation, place) == Passes::Yes)
        })
    }

    fn is_narrow(&self, automation: &ExportAutomation) -> bool {
        matches!(automation.reach, Reach::Groups(_))
            && self.places.iter().all(|place| place.covered_by(&automation.reach) == Passes::No)
    }

    /// Whether an automation sends events of the place to the destination.
    fn counts(&self, automation: &ExportAutomation, place: &Place<'_>) -> Passes {
        let parts = [automation.runs(), automation.sends_to(self.to), place.covered_by(&automation.reach)];
        if parts.contains(&Passes::No) {
            Passes::No
        } else if parts.contains(&Passes::Unknown) {
            Passes::Unknown
        } else {
            Passes::Yes
        }
    }

    /// Whether an automation lets through something that is asked for.
    fn overlaps(&self, automation: &ExportAutomation) -> bool {
        let asked = self.required.listens().iter();
        asked.filter_map(|source| Some((source.event?, source))).any(|(event, source)| {
            let theirs = automation.listens().iter().filter(|other| other.event == Some(event));
            theirs.flat_map(|other| other.filter.alternatives()).any(|set| {
                source.filter.alternatives().iter().any(|asked| !are_apart(&self.meeting, event, asked, set))
            })
        })
    }

    /// The rule sets that surely count for a source, and those that may.
    fn sets(&self, place: &Place<'_>, event: EventSource) -> (Vec<&'a [Rule]>, Vec<&'a [Rule]>) {
        let (mut certain, mut possible): (Vec<&[Rule]>, Vec<&[Rule]>) = (Vec::new(), Vec::new());
        if !self.found.complete {
            possible.push(&[]);
        }
        for automation in self.found.automations {
            let counts = self.counts(automation, place);
            if counts == Passes::No {
                continue;
            }
            let Some(sources) = &automation.sources else {
                possible.push(&[]);
                continue;
            };
            for source in &sources.list {
                match source.event {
                    Some(own) if own == event => {
                        let sets = source.filter.alternatives();
                        possible.extend(&sets);
                        if counts == Passes::Yes {
                            certain.extend(sets);
                        }
                    }
                    Some(_) => {}
                    None => possible.push(&[]),
                }
            }
        }
        (certain, possible)
    }

    fn compare(
        &self,
        place: &Place<'_>,
        event: EventSource,
        asked: &'a [Rule],
        gaps: &mut Gaps,
        open: &mut Vec<String>,
    ) {
        let (certain, possible) = self.sets(place, event);
        let whole = implied_within(&self.budget, event, asked, &certain, &possible);
        if whole == Implied::Yes {
            return;
        }
        if possible.is_empty() {
            // Nothing listens: no event is needed to say so.
            let shown = match whole {
                Implied::No(shown) => Some(*shown),
                _ => None,
            };
            return gaps.add(event, asked, None, self.placed(place, shown));
        }
        let Some((path, values)) = event.graded() else {
            return match whole {
                Implied::No(shown) => gaps.add(event, asked, None, self.placed(place, Some(*shown))),
                _ => open.push(self.why_open(event, asked, &certain, &possible)),
            };
        };
        let (mut shown_any, mut open_any) = (false, false);
        for value in values {
            let graded: Vec<Rule> = asked.iter().cloned().chain([Rule::equals(path, value)]).collect();
            match implied_within(&self.budget, event, &graded, &certain, &possible) {
                Implied::Yes => {}
                Implied::No(shown) => {
                    shown_any = true;
                    gaps.add(event, asked, Some(value), self.placed(place, Some(*shown)));
                }
                Implied::Unknown => open_any = true,
            }
        }
        if open_any {
            open.push(self.why_open(event, asked, &certain, &possible));
        }
        if let (false, false, Implied::No(shown)) = (shown_any, open_any, whole) {
            gaps.add(event, asked, None, self.placed(place, Some(*shown)));
        }
    }

    /// An event with where it has to come from to show the gap.
    fn placed(&self, place: &Place<'_>, event: Option<Event>) -> Option<Event> {
        let mut event = event?;
        if matches!(place, Place::Anywhere) {
            let narrow = self.found.automations.iter().filter(|a| self.may_be_narrow(a));
            for automation in narrow {
                if let Reach::Groups(groups) = &automation.reach {
                    event.outside.extend(groups.iter().map(|group| group.as_str().into()));
                }
            }
            event.outside.sort();
            event.outside.dedup();
        }
        Some(event)
    }

    fn why_open(
        &self,
        event: EventSource,
        asked: &[Rule],
        certain: &[&[Rule]],
        possible: &[&[Rule]],
    ) -> String {
        let of = event.as_str();
        if self.budget.is_spent() {
            return format!("{of}: {TOO_MUCH}");
        }
        if !self.found.complete {
            return format!("{of}: whether these are all automations of the subscription isn't known");
        }
        let rules: Vec<Rule> = asked.iter().chain(possible.iter().copied().flatten()).cloned().collect();
        let paths = undecided_paths(event, &rules);
        if !paths.is_empty() {
            let names: Vec<String> = paths.iter().map(|path| format!("`{path}`")).collect();
            return format!("{of}: nothing is known of {}", names.join(" and "));
        }
        if rules.iter().any(|rule| matches!(rule.test, super::rule::Test::Broken(_))) {
            return format!("{of}: a rule can't be understood");
        }
        if possible.len() > certain.len() {
            return format!("{of}: the files don't say enough of an automation");
        }
        format!("{of}: whether the rules let through what is asked couldn't be decided")
    }

    /// Severities of what leaves, where those that don't leave are named.
    fn exported(&self, gaps: &[Gap]) -> Vec<&'static str> {
        let [gap] = gaps else { return Vec::new() };
        let Some((path, values)) = gap.source.graded().filter(|_| gap.is_plain) else { return Vec::new() };
        let Some(place) = self.places.first() else { return Vec::new() };
        let (certain, _) = self.sets(place, gap.source);
        let leaves = |value: &&&str| {
            let rule = Rule::equals(path, value);
            certain.iter().any(|set| !is_empty(gap.source, &[*set, std::slice::from_ref(&rule)].concat()))
        };
        values.iter().filter(leaves).copied().collect()
    }

    /// Events that leave twice for the destination.
    fn duplicates(&self) -> Vec<Duplicate> {
        let ways: Vec<&ExportAutomation> = self
            .found
            .automations
            .iter()
            .filter(|a| a.runs() == Passes::Yes && a.sends_to(self.to) == Passes::Yes)
            .collect();
        let mut found = Vec::new();
        for (at, first) in ways.iter().enumerate() {
            let times = first.destinations().filter(|own| *own == self.to).count();
            if times > 1 && !matches!(first.reach, Reach::Nothing | Reach::Unknown) {
                found.extend(self.twice(first, first));
            }
            for second in &ways[at + 1..] {
                if meet(&first.reach, &second.reach) {
                    found.extend(self.twice(first, second));
                }
            }
        }
        found
    }

    fn twice(&self, first: &ExportAutomation, second: &ExportAutomation) -> Option<Duplicate> {
        let (one, other) = (first.sources.as_ref()?, second.sources.as_ref()?);
        let twice = self.found.memo.twice(one, other, || common(one, other))?;
        let mut automations = vec![first.id.clone(), second.id.clone()];
        automations.dedup();
        Some(Duplicate {
            destination: self.to.clone(),
            automations,
            sources: twice.0.clone(),
            event: twice.1.clone(),
        })
    }
}

/// Sources of events that pass both lists, and one of these events.
fn common(first: &Sources, second: &Sources) -> Option<Twice> {
    let budget = Budget::default();
    let mut sources = Vec::new();
    let mut shown = None;
    for (one, other) in first.list.iter().flat_map(|one| second.list.iter().map(move |other| (one, other))) {
        let Some(event) = one.event.filter(|event| other.event == Some(*event)) else { continue };
        if sources.contains(&event) {
            continue;
        }
        let theirs = other.filter.alternatives();
        let pairs = one.filter.alternatives().into_iter().flat_map(|a| theirs.iter().map(move |b| (a, *b)));
        let mut pairs =
            pairs.take_while(|_| !budget.is_spent()).filter(|(a, b)| !are_apart(&budget, event, a, b));
        let both = pairs.find_map(|(a, b)| match witness(&budget, event, &[a, b].concat()) {
            Solved::Some(event) => Some(event),
            Solved::None | Solved::GivenUp => None,
        });
        if let Some(both) = both {
            sources.push(event);
            shown.get_or_insert(both);
        }
    }
    Some((sources, shown?))
}

/// Whether two automations may see one event.
fn meet(first: &Reach, second: &Reach) -> bool {
    match (first, second) {
        (Reach::Groups(first), Reach::Groups(second)) => first.iter().any(|group| second.contains(group)),
        (Reach::Subscription, Reach::Subscription | Reach::Groups(_))
        | (Reach::Groups(_), Reach::Subscription) => true,
        (Reach::Nothing | Reach::Unknown, _) | (_, Reach::Nothing | Reach::Unknown) => false,
    }
}

fn ids(automations: &[&ExportAutomation]) -> Vec<ResourceId> {
    automations.iter().map(|automation| automation.id.clone()).collect()
}

impl Event {
    /// As JSON: `eventSource`, `body`, and `outside` where it matters.
    pub fn to_value(&self) -> Value {
        let mut members = vec![("eventSource", Value::from(self.source.as_str())), ("body", self.body())];
        if !self.outside.is_empty() {
            let groups = self.outside.iter().map(|group| Value::from(&**group)).collect();
            members.push(("outsideOf", groups));
        }
        Value::object(members)
    }
}
