//! An explanation for programs: versioned, with the schema `schemas/explanation.schema.json`.
//!
//! `evaluationDetails` has the members that Azure's policy states have; beside them stand azpol's own.
//! <https://learn.microsoft.com/rest/api/policyinsights/policy-states/list-query-results-for-resource>

use serde_json::{Value as Json, json};

use crate::arm::Value;
use crate::compliance::{Considered, DecidingLeaf, Explained, Reach, Search};
use crate::engine::{ExistenceCheck, Explanation, ExplanationKind, LeafRecord, SearchPlace, Truth};
use crate::policy::FieldName;
use crate::report::json::{assignment_json, not_evaluated_json, place_json, row_json};
use crate::report::{readings, words};
use crate::source::{mask, printable_json};

use super::Story;

/// What marks an explanation as azpol's own.
pub const MARKER: &str = "explanation/v1";

/// What is told of a resource, as text.
pub fn text(story: &Story<'_>) -> serde_json::Result<String> {
    serde_json::to_string_pretty(&explanation(story)).map(|text| printable_json(&text).into_owned() + "\n")
}

fn explanation(story: &Story<'_>) -> Json {
    let teller = Teller { story };
    let explanations: Vec<_> = story.explained.iter().map(|one| teller.explained(one)).collect();
    json!({
        "azpol": MARKER,
        "version": env!("CARGO_PKG_VERSION"),
        "now": story.view.now,
        "aliases": readings::aliases(story.view.run.aliases_given),
        "semantics": story.view.run.semantics.changed().collect::<Vec<_>>(),
        "resource": {
            "id": story.id.as_str(),
            "name": story.name,
            "type": story.resource_type.as_str(),
            "place": place_json(story.span, story.view.sources),
        },
        "explanations": explanations,
        "notEvaluated": story.not_evaluated.iter().map(|not| not_evaluated_json(not)).collect::<Vec<_>>(),
        "selectedAssignments": story.selected,
    })
}

struct Teller<'a> {
    story: &'a Story<'a>,
}

impl Teller<'_> {
    fn explained(&self, one: &Explained) -> Json {
        let view = &self.story.view;
        let (reach, facts, scope) = match &one.reach {
            Reach::Covered => ("Covered", Vec::new(), None),
            Reach::Assumed(facts) => ("Assumed", facts.iter().map(words::question).collect(), None),
            Reach::Excluded(scope) => ("Excluded", Vec::new(), Some(scope.id())),
        };
        let mut told = json!({
            "assignment": assignment_json(view, one.assignment),
            "reach": reach,
            "state": one.row.as_ref().map(|row| row.state.as_str()),
            "row": one.row.as_ref().map(|row| row_json(view, row)),
            "condition": one.condition.as_ref().map(|condition| self.condition(condition)),
            "evaluationDetails": self.details(one),
            "doubts": one.doubts.iter().map(ToString::to_string).collect::<Vec<_>>(),
        });
        if !facts.is_empty() {
            told["assumptions"] = json!(facts);
        }
        if let Some(scope) = scope {
            told["notScope"] = json!(scope);
        }
        if let Some(search) = &one.search {
            told["search"] = self.search(search);
        }
        told
    }

    /// What Azure's policy states say.
    fn details(&self, one: &Explained) -> Json {
        let mut leaves = Vec::new();
        if let Some(condition) = &one.condition {
            flatten(condition, &mut leaves);
        }
        let mut details =
            json!({"evaluatedExpressions": leaves.iter().map(|leaf| self.leaf(leaf)).collect::<Vec<_>>()});
        if let Some(search) = &one.search {
            let found = search.candidates.first().map(|one| one.id.as_str());
            details["ifNotExistsDetails"] =
                json!({"resourceId": found, "totalResources": search.candidates.len()});
        }
        details
    }

    fn leaf(&self, record: &LeafRecord) -> Json {
        let leaf = DecidingLeaf::from(record);
        let shown = |value: &Option<Value>| {
            value.as_ref().map_or(Json::Null, |value| words::masked(&leaf, value).to_serde())
        };
        let mut told = json!({
            "result": result(&record.truth),
            "expression": mask(&leaf.subject),
            "expressionKind": kind(record),
            "operator": capital(leaf.operator),
            "expressionValue": shown(&leaf.current),
            "targetValue": shown(&leaf.target),
            "missing": leaf.current.is_none(),
        });
        if let Some(path) = &leaf.path {
            told["path"] = json!(&**path);
        }
        if let Truth::Unknown(causes) = &record.truth {
            told["causes"] =
                json!(causes.iter().map(|cause| mask(&cause.to_string()).into_owned()).collect::<Vec<_>>());
        }
        if let Some(place) = place_json(leaf.span, self.story.view.sources) {
            told["place"] = place;
        }
        told
    }

    /// A condition with its parts.
    fn condition(&self, part: &Explanation) -> Json {
        let parts: Vec<_> = part.parts.iter().map(|part| self.condition(part)).collect();
        match &part.kind {
            ExplanationKind::Leaf(leaf) => {
                let mut told = self.leaf(leaf);
                if !parts.is_empty() {
                    told["members"] = json!(parts);
                }
                told
            }
            ExplanationKind::Member(index, value) => {
                json!({"index": index, "value": words::hidden("", value).to_serde(),
                       "result": result(&part.truth), "conditions": parts})
            }
            group => {
                let name = match group {
                    ExplanationKind::AllOf => "allOf",
                    ExplanationKind::AnyOf => "anyOf",
                    _ => "not",
                };
                let mut told = json!({"result": result(&part.truth)});
                told[name] = json!(parts);
                if let Some(place) = place_json(part.span, self.story.view.sources) {
                    told["place"] = place;
                }
                told
            }
        }
    }

    fn search(&self, search: &Search) -> Json {
        let of = |all: &[Considered]| all.iter().map(|one| self.considered(one)).collect::<Vec<_>>();
        let mut told = json!({"candidates": of(&search.candidates), "elsewhere": of(&search.elsewhere)});
        match &search.check {
            Ok(check) => told["lookedFor"] = looked_for(check),
            Err(why) => told["error"] = json!(mask(why)),
        }
        told
    }

    fn considered(&self, one: &Considered) -> Json {
        let mut told = json!({
            "resourceId": one.id.as_str(),
            "result": result(&one.truth),
            "failingConditions": one.failing,
            "sameName": one.same_name,
        });
        if let Some(condition) = &one.condition {
            let mut leaves = Vec::new();
            flatten(condition, &mut leaves);
            told["condition"] = self.condition(condition);
            told["evaluatedExpressions"] =
                json!(leaves.iter().map(|leaf| self.leaf(leaf)).collect::<Vec<_>>());
        }
        if let Some(place) = place_json(one.span, self.story.view.sources) {
            told["place"] = place;
        }
        told
    }
}

fn looked_for(check: &ExistenceCheck) -> Json {
    let place = match &check.place {
        SearchPlace::ResourceGroup(id) | SearchPlace::On(id) | SearchPlace::Below(id) => Some(id.as_str()),
        SearchPlace::Subscription => None,
    };
    json!({"type": check.resource_type.as_str(), "name": check.name.as_deref(), "within": place})
}

/// The comparisons in the order of the rule; what a count compares inside is not among them.
fn flatten<'e>(part: &'e Explanation, leaves: &mut Vec<&'e LeafRecord>) {
    match &part.kind {
        ExplanationKind::Leaf(leaf) => leaves.push(leaf),
        _ => part.parts.iter().for_each(|part| flatten(part, leaves)),
    }
}

/// As Azure writes it; `Unknown` is azpol's own.
fn result(truth: &Truth) -> &'static str {
    match truth {
        Truth::True => "True",
        Truth::False => "False",
        Truth::Unknown(_) => "Unknown",
    }
}

/// What is looked at: `Field`, `Value` or `Count`.
fn kind(leaf: &LeafRecord) -> &'static str {
    let subject = &*leaf.subject;
    if subject.starts_with("count(") {
        return "Count";
    }
    let named = || match FieldName::parse(subject) {
        Ok(FieldName::Alias(alias)) => alias.contains('/'),
        Ok(_) => true,
        Err(_) => false,
    };
    // A field whose name is computed has a path.
    if leaf.path.is_some() || (!subject.starts_with('[') && named()) { "Field" } else { "Value" }
}

/// Operators begin with a capital letter in Azure's states.
fn capital(operator: &str) -> String {
    let mut letters = operator.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
