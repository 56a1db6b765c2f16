//! One row, with why it has its state.

use serde::Serialize;
use serde_json::Value as Json;

use crate::compliance::{DecidingLeaf, MissingFact, PolicyState, ReasonKind};
use crate::engine::Doubt;
use crate::export::Intent;
use crate::report::intent::{self, IntentJson};
use crate::report::view::View;
use crate::report::words;
use crate::source::{SourceMap, mask};

use super::{Place, place};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    assignment_id: String,
    /// Of a member of an assigned initiative.
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_definition_reference_id: Option<String>,
    subscription_id: String,
    subscription_name: String,
    resource_id: String,
    /// Absent where the row is about the subscription itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_type: Option<String>,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    looked_for: Option<LookedFor>,
    #[serde(skip_serializing_if = "Option::is_none")]
    candidate: Option<String>,
    failed_conditions: Vec<Condition>,
    /// The conditions because of which the rule holds; absent where it isn't that which decides.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    met_conditions: Vec<Condition>,
    near_misses: Vec<NearMiss>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provisional: Option<Provisional>,
    low_confidence: Vec<&'static str>,
    /// Whether what is asked is exported; absent where no export is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    intent: Option<IntentJson>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Reason {
    code: &'static str,
    text: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct LookedFor {
    #[serde(rename = "type")]
    resource_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_group: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Condition {
    expression: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    operator: &'static str,
    /// Absent where the value is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    expression_value: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_value: Option<Json>,
    /// Of the comparison itself, as Azure writes it.
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Place>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct NearMiss {
    id: String,
    satisfies: bool,
    same_name: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Provisional {
    state: &'static str,
    assumptions: Vec<Assumption>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Assumption {
    kind: &'static str,
    text: String,
    /// Of a `listing`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    resource_type: Option<String>,
    /// Of a `listing`.
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    /// Of `under` and `outside`.
    #[serde(skip_serializing_if = "Option::is_none")]
    management_group: Option<String>,
    /// Of `carried`: the resource whose export lacks the path.
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_id: Option<String>,
    /// Of `carried`.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
}

/// One row, as a result has it.
pub(in crate::report) fn row_json(view: &View<'_>, state: &PolicyState) -> Json {
    serde_json::to_value(row(view, state, None)).unwrap_or_default()
}

pub(super) fn row(view: &View<'_>, row: &PolicyState, intent: Option<&Intent>) -> Row {
    let evaluated = &view.run.assignments[row.assignment];
    Row {
        assignment_id: evaluated.assignment.id.to_string(),
        policy_definition_reference_id: evaluated.reference_id().map(ToString::to_string),
        subscription_id: row.subscription.to_string(),
        subscription_name: view.subscription(&row.subscription),
        resource_id: row.resource.to_string(),
        resource_type: (!row.is_subscription()).then(|| row.resource.resource_type().to_string()),
        state: row.state.as_str(),
        reason: row.reason.as_ref().map(|reason| Reason {
            code: ReasonKind::as_str(reason),
            text: mask(&words::reason(row).text).into_owned(),
        }),
        looked_for: row.evidence().looked_for.as_ref().map(|looked_for| LookedFor {
            resource_type: looked_for.resource_type.to_string(),
            name: looked_for.name.as_deref().map(str::to_owned),
            resource_group: looked_for.resource_group.as_deref().map(str::to_owned),
        }),
        candidate: row.evidence().candidate.as_ref().map(ToString::to_string),
        failed_conditions: row.evidence().failed.iter().map(|leaf| condition(leaf, view.sources)).collect(),
        met_conditions: view.met(row).iter().map(|leaf| condition(leaf, view.sources)).collect(),
        near_misses: row
            .evidence()
            .near_misses
            .iter()
            .map(|near| NearMiss {
                id: near.id.to_string(),
                satisfies: near.satisfies,
                same_name: near.same_name,
            })
            .collect(),
        provisional: row.evidence().provisional.as_ref().map(|provisional| Provisional {
            state: provisional.state.as_str(),
            assumptions: provisional.assumptions.iter().map(assumption).collect(),
        }),
        low_confidence: row.doubts.iter().map(Doubt::as_str).collect(),
        intent: intent.map(intent::json),
    }
}

fn assumption(fact: &MissingFact) -> Assumption {
    let bare = |kind| Assumption {
        kind,
        text: words::assumption(fact),
        resource_type: None,
        scope: None,
        management_group: None,
        resource_id: None,
        path: None,
    };
    match fact {
        MissingFact::Listing(resource_type, scope) => Assumption {
            resource_type: Some(resource_type.to_string()),
            scope: Some(scope.id()),
            ..bare("listing")
        },
        MissingFact::Under(_, group) => {
            Assumption { management_group: Some(group.to_string()), ..bare("under") }
        }
        MissingFact::Outside(_, group) => {
            Assumption { management_group: Some(group.to_string()), ..bare("outside") }
        }
        MissingFact::Carried(id, path) => {
            Assumption { resource_id: Some(id.to_string()), path: Some(path.to_string()), ..bare("carried") }
        }
        MissingFact::Other(_) => bare("other"),
    }
}

fn condition(leaf: &DecidingLeaf, sources: &SourceMap) -> Condition {
    Condition {
        expression: leaf.subject.to_string(),
        path: leaf.path.as_deref().map(str::to_owned),
        operator: leaf.operator,
        expression_value: leaf.current.as_ref().map(|value| words::masked(leaf, value).to_serde()),
        target_value: leaf.target.as_ref().map(|value| words::masked(leaf, value).to_serde()),
        result: match leaf.holds {
            Some(true) => "True",
            Some(false) => "False",
            None => "Unknown",
        },
        place: place(leaf.span, "", sources),
    }
}
