//! Does whatever passes one rule set pass one of others? Decided by looking for an event that doesn't.
//!
//! Each path of an event, with the type that a rule reads it as, is a variable. A counterexample gives each a value
//! so that all required rules hold and of each rule set found one rule fails. The search is exact: variables don't
//! depend on each other, and for one variable it is decided whether a value meets a list of conditions (`values`).

use std::sync::Arc;

use super::budget::Budget;
use super::event::Event;
use super::facts::EventSource;
use super::rule::{Passes, Rule, Test, all, is_plain};
use super::text::{Pattern, Solved};
use super::values::{Conditions, Domain, Value, domain, holds, solve};

/// How many steps a search takes.
const MOST_STEPS: usize = 3_000;

/// What a comparison of rule sets comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Implied {
    /// Proven: whatever passes what is required passes what was found.
    Yes,
    /// This event passes what is required, and nothing that was found.
    No(Box<Event>),
    /// Neither.
    Unknown,
}

/// Whether each event of the source that passes all `required` rules passes one of the rule sets found. `certain` are
/// those that surely count; `possible` (which hold them, too) those that may.
pub fn implied(source: EventSource, required: &[Rule], certain: &[&[Rule]], possible: &[&[Rule]]) -> Implied {
    implied_within(&Budget::default(), source, required, certain, possible)
}

/// The same, as far as a budget reaches.
pub(super) fn implied_within(
    budget: &Budget,
    source: EventSource,
    required: &[Rule],
    certain: &[&[Rule]],
    possible: &[&[Rule]],
) -> Implied {
    if certain.iter().any(|set| set.iter().all(|rule| required.iter().any(|other| other.is_same(rule)))) {
        return Implied::Yes;
    }
    if let Solved::Some(event) = Search::new(budget, source, required, possible, true).run() {
        return Implied::No(Box::new(event));
    }
    match Search::new(budget, source, required, certain, false).run() {
        Solved::None => Implied::Yes,
        Solved::Some(_) | Solved::GivenUp => Implied::Unknown,
    }
}

/// An event that surely passes all these rules; `None` where there is surely none.
pub(super) fn witness(budget: &Budget, source: EventSource, rules: &[Rule]) -> Solved<Event> {
    match Search::new(budget, source, rules, &[], true).run() {
        Solved::Some(event) => Solved::Some(event),
        _ => match Search::new(budget, source, rules, &[], false).run() {
            Solved::None => Solved::None,
            Solved::Some(_) | Solved::GivenUp => Solved::GivenUp,
        },
    }
}

/// Whether no event of the source passes all these rules.
pub fn is_empty(source: EventSource, rules: &[Rule]) -> bool {
    Search::new(&Budget::default(), source, rules, &[], false).run() == Solved::None
}

/// Whether no event passes both rule sets; one that can't be told from the budget left passes.
pub(super) fn are_apart(budget: &Budget, source: EventSource, first: &[Rule], second: &[Rule]) -> bool {
    budget.spend(1);
    let mut pairs = first.iter().flat_map(|one| second.iter().map(move |other| (one, other)));
    pairs.any(|(one, other)| contradict(one, other) || contradict(other, one))
        || Search::new(budget, source, &[first, second].concat(), &[], false).run() == Solved::None
}

/// Whether the value that the first rule names fails the second.
fn contradict(first: &Rule, second: &Rule) -> bool {
    match (&first.test, &second.test) {
        (Test::Text(Pattern::Equals, value, true), Test::Text(pattern, constant, wanted)) => {
            first.path == second.path && is_plain(&first.path) && pattern.fits(value, constant) != *wanted
        }
        _ => false,
    }
}

struct Variable {
    path: Arc<str>,
    domain: Domain,
    conditions: Conditions,
    value: Value,
}

impl Variable {
    fn is_read_by(&self, rule: &Rule) -> bool {
        *self.path == *rule.path && self.domain.is_of(&rule.test)
    }
}

struct Search<'a> {
    budget: &'a Budget,
    source: EventSource,
    required: &'a [Rule],
    found: &'a [&'a [Rule]],
    /// Only events of which everything that matters is known count.
    sure: bool,
    variables: Vec<Variable>,
    steps: usize,
    gave_up: bool,
}

impl<'a> Search<'a> {
    fn new(
        budget: &'a Budget,
        source: EventSource,
        required: &'a [Rule],
        found: &'a [&'a [Rule]],
        sure: bool,
    ) -> Search<'a> {
        Search { budget, source, required, found, sure, variables: Vec::new(), steps: 0, gave_up: false }
    }

    fn run(mut self) -> Solved<Event> {
        for rule in self.required {
            let at = self.declared(rule);
            if self.sure && !self.variables[at].domain.is_sure(rule) {
                return Solved::None;
            }
            self.variables[at].conditions.push((rule.test.clone(), true));
        }
        for at in 0..self.variables.len() {
            match self.solve(at) {
                Solved::Some(value) => self.variables[at].value = value,
                Solved::None => return Solved::None,
                Solved::GivenUp => self.gave_up = true,
            }
        }
        if self.gave_up || self.budget.is_spent() {
            return Solved::GivenUp;
        }
        if self.descend() {
            let event = self.event();
            // Verified by filtering: a witness is never taken on trust.
            let good = !self.sure
                || all(self.required, &event) == Passes::Yes
                    && self.found.iter().all(|set| all(set, &event) == Passes::No);
            return if good { Solved::Some(event) } else { Solved::GivenUp };
        }
        if self.gave_up { Solved::GivenUp } else { Solved::None }
    }

    /// The variable that a rule reads; a new one has no value yet.
    fn declared(&mut self, rule: &Rule) -> usize {
        if let Some(known) = self.variables.iter().position(|variable| variable.is_read_by(rule)) {
            return known;
        }
        let domain = domain(self.source, rule);
        let (conditions, value) = (Conditions::new(), Value::Missing(false));
        self.variables.push(Variable { path: rule.path.clone(), domain, conditions, value });
        self.variables.len() - 1
    }

    /// The variable that a rule reads, with a value.
    fn variable(&mut self, rule: &Rule) -> usize {
        let known = self.variables.len();
        let at = self.declared(rule);
        if at == known
            && let Solved::Some(value) = self.solve(at)
        {
            self.variables[at].value = value;
        }
        at
    }

    fn solve(&self, at: usize) -> Solved<Value> {
        solve(&self.variables[at].domain, &self.variables[at].conditions, self.budget)
    }

    /// Whether the values of the moment pass a rule set; what isn't sure is taken to pass.
    fn passes(&mut self, set: &[Rule]) -> bool {
        self.budget.spend(1);
        set.iter().all(|rule| {
            let at = self.variable(rule);
            let Variable { domain, value, .. } = &self.variables[at];
            self.sure && !domain.is_sure(rule) || holds(&rule.test, value)
        })
    }

    /// Changes values until no rule set found passes. Where one does, one of its rules has to fail: each is tried.
    fn descend(&mut self) -> bool {
        self.steps += 1;
        if self.steps > MOST_STEPS || self.budget.is_spent() {
            self.gave_up = true;
            return false;
        }
        let found = self.found;
        let Some(set) = found.iter().find(|set| self.passes(set)) else { return true };
        for rule in *set {
            let at = self.variable(rule);
            if self.sure && !self.variables[at].domain.is_sure(rule) {
                continue;
            }
            self.variables[at].conditions.push((rule.test.clone(), false));
            let before = self.variables[at].value.clone();
            match self.solve(at) {
                Solved::Some(value) => {
                    self.variables[at].value = value;
                    if self.descend() {
                        return true;
                    }
                }
                Solved::None => {}
                Solved::GivenUp => self.gave_up = true,
            }
            self.variables[at].value = before;
            self.variables[at].conditions.pop();
        }
        false
    }

    /// The event that the values make.
    fn event(&self) -> Event {
        let mut event = Event::new(self.source);
        for variable in &self.variables {
            if let Some(value) = variable.value.shown(&variable.domain) {
                event.values.push((variable.path.clone(), value));
            }
        }
        event.values.sort_by(|a, b| a.0.cmp(&b.0));
        for at in 0..event.values.len() {
            self.prettify(&mut event, at);
        }
        event
    }

    /// Gives a value the form that it has in Azure, where that changes nothing.
    fn prettify(&self, event: &mut Event, at: usize) {
        let (path, value) = event.values[at].clone();
        let Some(text) = value.as_str() else { return };
        let Some(better) = dressed(self.source, &path, text) else { return };
        event.values[at].1 = better.into();
        let same = all(self.required, event) == Passes::Yes
            && self.found.iter().all(|set| all(set, event) == Passes::No);
        if !same {
            event.values[at].1 = value;
        }
    }
}

/// A value as it is found in Azure.
fn dressed(source: EventSource, path: &str, text: &str) -> Option<String> {
    use super::facts::Subject;
    const SUBSCRIPTION: &str = "/subscriptions/00000000-0000-0000-0000-000000000000";
    const KEY: &str = "00000000-0000-0000-0000-000000000001";
    // What stands in it beside the form that each has.
    let form = source.form(path);
    let own = form.iter().fold(text.to_owned(), |text, (_, part)| text.replacen(part, "", 1));
    let own = own.trim_matches('/');
    let own = own.strip_prefix("assessments/").unwrap_or(own);
    let or = |default| if own.is_empty() { default } else { own };
    match (source.subject(), path) {
        (Subject::Recommendation, "name") if text == "other" => Some(KEY.to_owned()),
        (Subject::Finding, "id") => Some(format!(
            "{SUBSCRIPTION}/providers/microsoft.security/assessments/{}/subassessments/1",
            or(KEY)
        )),
        (Subject::Regulatory, "id") => Some(format!(
            "{SUBSCRIPTION}/providers/microsoft.security/regulatorycompliancestandards/{}/regulatorycompliancecontrols/1/regulatorycomplianceassessments/1",
            or("standard")
        )),
        _ => None,
    }
}

/// Rules whose paths decide nothing, because nothing is known of them.
pub fn undecided_paths(source: EventSource, rules: &[Rule]) -> Vec<Arc<str>> {
    let mut paths: Vec<Arc<str>> = rules
        .iter()
        .filter(|rule| !matches!(rule.test, Test::Broken(_)))
        .filter(|rule| {
            !is_plain(&rule.path) || source.path(&rule.path) == super::facts::PathKnowledge::Unknown
        })
        .map(|rule| rule.path.clone())
        .collect();
    paths.sort();
    paths.dedup();
    paths
}
