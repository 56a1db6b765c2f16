//! What was evaluated, and what wasn't: assignments, and members of assigned initiatives.

use serde::Serialize;
use serde_json::Value as Json;

use crate::compliance::{Disabled, Evaluated, Member, NotEvaluated, Summary, Unlisted, WhyNot};
use crate::policy::{DefinitionSource, EnforcementMode, PolicyAssignment, PolicyDefinition};
use crate::report::view::View;
use crate::report::without_rows::why_not;
use crate::source::SourceMap;

use super::{Place, place};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Counts {
    rows: usize,
    compliant: usize,
    non_compliant: usize,
    error: usize,
    /// Absent where there is none.
    #[serde(skip_serializing_if = "is_zero")]
    protected: usize,
    /// Absent where there is none.
    #[serde(skip_serializing_if = "is_zero")]
    unknown: usize,
    undetermined: usize,
    /// Of the rows with a state of Azure's; null where there is none.
    compliant_percent: Option<f64>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Named {
    id: String,
    name: String,
    display_name: String,
    scope: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SwitchedOff {
    #[serde(flatten)]
    named: Named,
    /// Of a member of an assigned initiative.
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_definition_reference_id: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Definition {
    id: String,
    display_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    /// `given` or `shipped`.
    source: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Place>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Assignment {
    #[serde(flatten)]
    named: Named,
    /// The initiative that it names, and by which of its members it is meant here.
    #[serde(flatten)]
    member: Option<OfInitiative>,
    definition: Definition,
    effect: &'static str,
    enforcement_mode: &'static str,
    proposed: bool,
    summary: Counts,
    /// What it is about and may not be listed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unlisted: Vec<UnlistedType>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct OfInitiative {
    policy_definition_reference_id: String,
    initiative: Initiative,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Initiative {
    id: String,
    display_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Place>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct UnlistedType {
    /// Absent where the assignment is about every type.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    resource_type: Option<String>,
    subscriptions: usize,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Unevaluated {
    #[serde(flatten)]
    named: Named,
    /// Of a member of an assigned initiative, where the reason is its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_definition_reference_id: Option<String>,
    definition_id: String,
    reason: &'static str,
    text: String,
}

/// One assignment of a run, as a result has it, without its counts.
pub(in crate::report) fn assignment_json(view: &View<'_>, index: usize) -> Json {
    let mut told = serde_json::to_value(assignment(view, index)).unwrap_or_default();
    if let Some(members) = told.as_object_mut() {
        members.remove("summary");
    }
    told
}

/// An assignment that can't be evaluated, as a result has it.
pub(in crate::report) fn not_evaluated_json(not: &NotEvaluated) -> Json {
    serde_json::to_value(unevaluated(not)).unwrap_or_default()
}

pub(super) fn counts(summary: Summary) -> Counts {
    // Tenths of a percent, exact in decimal notation.
    #[expect(clippy::cast_precision_loss, reason = "at most 1000")]
    let percent = summary.per_mille().map(|per_mille| per_mille as f64 / 10.0);
    Counts {
        rows: summary.rows(),
        compliant: summary.compliant,
        non_compliant: summary.non_compliant,
        error: summary.error,
        protected: summary.protected,
        unknown: summary.unknown,
        undetermined: summary.undetermined,
        compliant_percent: percent,
    }
}

fn named(assignment: &PolicyAssignment) -> Named {
    Named {
        id: assignment.id.to_string(),
        name: assignment.name.to_string(),
        display_name: assignment.display_name.to_string(),
        scope: assignment.scope.id(),
    }
}

fn definition(definition: &PolicyDefinition, sources: &SourceMap) -> Definition {
    Definition {
        id: definition.id.to_string(),
        display_name: definition.display_name.to_string(),
        version: definition.version.as_deref().map(str::to_owned),
        source: match definition.source {
            DefinitionSource::Given => "given",
            DefinitionSource::Shipped => "shipped",
        },
        place: place(definition.span, "", sources),
    }
}

pub(super) fn assignment(view: &View<'_>, index: usize) -> Assignment {
    let Evaluated { assignment, member, definition: found, policy, proposed, .. } =
        &view.run.assignments[index];
    Assignment {
        named: named(assignment),
        member: member.as_ref().map(|member| of_initiative(member, view.sources)),
        definition: definition(found, view.sources),
        effect: policy.effect().as_str(),
        enforcement_mode: match assignment.enforcement_mode {
            EnforcementMode::Default => "Default",
            EnforcementMode::DoNotEnforce => "DoNotEnforce",
            EnforcementMode::Enroll => "Enroll",
        },
        proposed: *proposed,
        summary: counts(Summary::of(view.run.rows_of(index).1)),
        unlisted: view.run.listed.of(index).iter().map(unlisted).collect(),
    }
}

fn of_initiative(member: &Member, sources: &SourceMap) -> OfInitiative {
    let set = &member.set;
    OfInitiative {
        policy_definition_reference_id: member.reference_id().to_string(),
        initiative: Initiative {
            id: set.id.to_string(),
            display_name: set.display_name.to_string(),
            version: set.version.as_deref().map(str::to_owned),
            place: place(member.policy().span, "", sources),
        },
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde asks for it")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

fn unlisted(one: &Unlisted) -> UnlistedType {
    UnlistedType {
        resource_type: one.resource_type.as_ref().map(ToString::to_string),
        subscriptions: one.subscriptions,
    }
}

pub(super) fn unevaluated(not: &NotEvaluated) -> Unevaluated {
    Unevaluated {
        named: named(&not.assignment),
        policy_definition_reference_id: not.member.as_ref().map(|member| member.reference_id().to_string()),
        definition_id: not.definition_id().to_string(),
        reason: match not.reason {
            WhyNot::UnknownDefinition => "UnknownDefinition",
            WhyNot::AmbiguousDefinition => "AmbiguousDefinition",
            WhyNot::Version { .. } => "Version",
            WhyNot::Selective(_) => "Selective",
            WhyNot::UnknownScope(_) => "UnknownScope",
            WhyNot::Parameters => "Parameters",
            WhyNot::NotBuilt(_) => "NotBuilt",
            WhyNot::NotEvaluable(_) => "NotEvaluable",
        },
        text: why_not(not),
    }
}

pub(super) fn switched_off(disabled: &Disabled) -> SwitchedOff {
    SwitchedOff {
        named: named(&disabled.assignment),
        policy_definition_reference_id: disabled
            .member
            .as_ref()
            .map(|member| member.reference_id().to_string()),
    }
}
