//! Does whatever passes one rule set pass one of others? Decided by looking for an event that doesn't.
//!
//! Each path of an event, with the type that a rule reads it as, is a variable. A counterexample gives each a value
//! so that all required rules hold and of each rule set found one rule fails. The search is exact: variables don't
//! depend on each other, and for one variable it is decided whether a value meets a list of conditions (`values`).

use std::sync::Arc;

use super::event::Event;
use super::facts::EventSource;
use super::rule::{Passes, Rule, Test, all, is_plain};
use super::text::Solved;
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
    if certain.iter().any(|set| set.iter().all(|rule| required.iter().any(|other| other.is_same(rule)))) {
        return Implied::Yes;
    }
    if let Solved::Some(event) = Search::new(source, required, possible, true).run() {
        return Implied::No(Box::new(event));
    }
    match Search::new(source, required, certain, false).run() {
        Solved::None => Implied::Yes,
        Solved::Some(_) | Solved::GivenUp => Implied::Unknown,
    }
}

/// An event that surely passes all these rules; `None` where there is surely none.
pub fn witness(source: EventSource, rules: &[Rule]) -> Solved<Event> {
    match Search::new(source, rules, &[], true).run() {
        Solved::Some(event) => Solved::Some(event),
        _ => match Search::new(source, rules, &[], false).run() {
            Solved::None => Solved::None,
            Solved::Some(_) | Solved::GivenUp => Solved::GivenUp,
        },
    }
}

/// Whether no event of the source passes all these rules.
pub fn is_empty(source: EventSource, rules: &[Rule]) -> bool {
    Search::new(source, rules, &[], false).run() == Solved::None
}

struct Variable {
    path: Arc<str>,
    domain: Domain,
    conditions: Conditions,
    value: Value,
}

struct Search<'a> {
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
    fn new(source: EventSource, required: &'a [Rule], found: &'a [&'a [Rule]], sure: bool) -> Search<'a> {
        Search { source, required, found, sure, variables: Vec::new(), steps: 0, gave_up: false }
    }

    fn run(mut self) -> Solved<Event> {
        for rule in self.required {
            if self.sure && !self.is_sure(rule) {
                return Solved::None;
            }
            let at = self.variable(rule);
            self.variables[at].conditions.push((rule.test.clone(), true));
        }
        for at in 0..self.variables.len() {
            match self.solve(at) {
                Solved::Some(value) => self.variables[at].value = value,
                Solved::None => return Solved::None,
                Solved::GivenUp => self.gave_up = true,
            }
        }
        if self.gave_up {
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

    /// Whether what a rule says of an event follows from what is known of it.
    fn is_sure(&self, rule: &Rule) -> bool {
        domain(self.source, rule).is_sure(rule)
    }

    /// The variable that a rule reads.
    fn variable(&mut self, rule: &Rule) -> usize {
        let domain = domain(self.source, rule);
        let found = self.variables.iter().position(|v| v.path == rule.path && v.domain == domain);
        found.unwrap_or_else(|| {
            let conditions = Conditions::new();
            let value = match solve(&domain, &conditions) {
                Solved::Some(value) => value,
                Solved::None | Solved::GivenUp => Value::Missing(false),
            };
            self.variables.push(Variable { path: rule.path.clone(), domain, conditions, value });
            self.variables.len() - 1
        })
    }

    fn solve(&self, at: usize) -> Solved<Value> {
        solve(&self.variables[at].domain, &self.variables[at].conditions)
    }

    /// Whether the values of the moment pass a rule set; what isn't sure is taken to pass.
    fn passes(&mut self, set: &[Rule]) -> bool {
        set.iter().all(|rule| {
            if self.sure && !self.is_sure(rule) {
                return true;
            }
            let at = self.variable(rule);
            holds(&rule.test, &self.variables[at].value)
        })
    }

    /// Changes values until no rule set found passes. Where one does, one of its rules has to fail: each is tried.
    fn descend(&mut self) -> bool {
        self.steps += 1;
        if self.steps > MOST_STEPS {
            self.gave_up = true;
            return false;
        }
        let found = self.found;
        let Some(set) = found.iter().find(|set| self.passes(set)) else { return true };
        for rule in *set {
            if self.sure && !self.is_sure(rule) {
                continue;
            }
            let at = self.variable(rule);
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
    match (source.subject(), path) {
        (Subject::Recommendation, "name") if text == "other" => {
            Some("00000000-0000-0000-0000-000000000001".to_owned())
        }
        (Subject::Finding, "id") => {
            let middle = if text.starts_with("/assessments/") {
                text.to_owned()
            } else {
                format!("/assessments/{text}/")
            };
            let end = if middle.ends_with('/') { "subassessments/1" } else { "/subassessments/1" };
            Some(format!("{SUBSCRIPTION}/providers/microsoft.security{middle}{end}"))
        }
        (Subject::Regulatory, "id") => Some(format!(
            "{SUBSCRIPTION}/providers/microsoft.security/regulatorycompliancestandards/{text}/regulatorycompliancecontrols/1"
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
