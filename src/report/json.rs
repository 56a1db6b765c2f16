//! States for programs: versioned, with the schema `schemas/result.schema.json`.

use serde::Serialize;
use serde_json::Value as Json;

use crate::arm::semantics::Reading;
use crate::compliance::{
    DecidingLeaf, Disabled, Evaluated, Member, MissingFact, NotEvaluated, PolicyState, ReasonKind, Run,
    Summary, Unlisted, WhyNot,
};
use crate::inventory::{SetAside, SetAsideReason};
use crate::policy::{DefinitionSource, EnforcementMode, PolicyAssignment, PolicyDefinition};
use crate::remediation::{self, RemediationPlan};
use crate::source::{Diagnostics, SourceMap, Span, mask, position, printable_json};

use super::intent::{self, IntentJson, IntentTemplate, NoteJson};
use super::readings;
use super::view::View;
use super::without_rows::why_not;
use super::words;

/// What marks a result as azpol's own.
pub const MARKER: &str = "result/v1";

/// A run.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Result<'r> {
    azpol: &'static str,
    version: &'static str,
    asserted: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    collected: Option<String>,
    /// What `utcNow()` answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    now: Option<String>,
    /// `given` or `shipped`.
    aliases: &'static str,
    /// Open points that aren't read by default.
    semantics: Vec<Reading<'r>>,
    tenants: Vec<String>,
    summary: Counts,
    /// Rows that Azure finds compliant although what they ask isn't exported.
    compliant_intent_not_met: usize,
    assignments: Vec<Assignment>,
    rows: Vec<Row>,
    excluded: Vec<Excluded>,
    not_evaluated: Vec<Unevaluated>,
    disabled: Vec<SwitchedOff>,
    set_aside: Vec<Aside>,
    missing_facts: Vec<Fact>,
    /// Remarks on automations of subscriptions for which exports are asked.
    automation_notes: Vec<NoteJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<Json>,
    /// Of `--plan-intent`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    intent_templates: Vec<IntentTemplate>,
    diagnostics: Vec<Finding>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Counts {
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
struct Named {
    id: String,
    name: String,
    display_name: String,
    scope: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SwitchedOff {
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
struct Assignment {
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
struct Row {
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
    low_confidence: Vec<String>,
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

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Excluded {
    assignment_id: String,
    subscription_id: String,
    subscription_name: String,
    scope: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Unevaluated {
    #[serde(flatten)]
    named: Named,
    /// Of a member of an assigned initiative, where the reason is its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_definition_reference_id: Option<String>,
    definition_id: String,
    reason: &'static str,
    text: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Aside {
    subscription_id: String,
    subscription_name: String,
    reason: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_id: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Fact {
    rows: usize,
    question: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flag: Option<String>,
}

/// A diagnostic.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Finding {
    code: &'static str,
    name: &'static str,
    severity: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    places: Vec<Place>,
}

/// Where something stands: a file, a line and a column (both from 1, columns in characters).
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    file: String,
    line: u64,
    column: u64,
    #[serde(skip_serializing_if = "String::is_empty")]
    text: String,
}

/// One assignment of a run, as a result has it, without its counts.
pub(super) fn assignment_json(view: &View<'_>, index: usize) -> Json {
    let mut told = serde_json::to_value(assignment(view, index)).unwrap_or_default();
    if let Some(members) = told.as_object_mut() {
        members.remove("summary");
    }
    told
}

/// One row, as a result has it.
pub(super) fn row_json(view: &View<'_>, state: &PolicyState) -> Json {
    serde_json::to_value(row(view, state)).unwrap_or_default()
}

/// An assignment that can't be evaluated, as a result has it.
pub(super) fn not_evaluated_json(not: &NotEvaluated) -> Json {
    serde_json::to_value(unevaluated(not)).unwrap_or_default()
}

/// Where something stands; nothing where that can't be said.
pub(super) fn place_json(span: Span, sources: &SourceMap) -> Option<Json> {
    place(span, "", sources).and_then(|place| serde_json::to_value(place).ok())
}

/// A run as it is written.
pub fn result<'r>(view: &View<'r>, faults: &Diagnostics) -> Result<'r> {
    let run = view.run;
    Result {
        azpol: MARKER,
        version: env!("CARGO_PKG_VERSION"),
        asserted: view.asserted.to_vec(),
        collected: view.inventory.collected().map(|time| time.to_string()),
        now: view.now.map(str::to_owned),
        aliases: readings::aliases(run.aliases_given),
        semantics: run.semantics.changed().collect(),
        tenants: view.inventory.tenants().iter().map(ToString::to_string).collect(),
        summary: counts(Summary::of_run(run)),
        assignments: (0..run.assignments.len()).map(|index| assignment(view, index)).collect(),
        rows: run
            .rows
            .iter()
            .enumerate()
            .map(|(at, row)| Row { intent: view.intents.of(at).map(intent::json), ..self::row(view, row) })
            .collect(),
        excluded: run.excluded.iter().map(|one| excluded(view, run, one)).collect(),
        not_evaluated: run.not_evaluated.iter().map(unevaluated).collect(),
        disabled: run.disabled.iter().map(switched_off).collect(),
        set_aside: view.inventory.set_aside().iter().map(aside).collect(),
        missing_facts: view
            .facts
            .iter()
            .map(|fact| Fact {
                rows: fact.rows,
                question: fact.question.clone(),
                command: fact.command.clone(),
                flag: fact.flag.clone(),
            })
            .collect(),
        automation_notes: view.intents.notes.iter().map(intent::note_json).collect(),
        compliant_intent_not_met: view.intents.compliant_and_unmet(&run.rows).count(),
        plan: None,
        intent_templates: Vec::new(),
        diagnostics: faults.iter().map(|fault| finding(fault, view.sources)).collect(),
    }
}

/// A run with its plan as it is written; `plan` has the form of `plan.json`.
pub fn planned<'r>(view: &View<'r>, faults: &Diagnostics, plan: &RemediationPlan) -> Result<'r> {
    let intent_templates = plan.deploying_again.iter().map(intent::template).collect();
    Result { plan: Some(remediation::json::plan(plan)), intent_templates, ..result(view, faults) }
}

/// A result as text.
pub fn text(result: &impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string_pretty(result).map(|text| printable_json(&text).into_owned() + "\n")
}

fn counts(summary: Summary) -> Counts {
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

fn assignment(view: &View<'_>, index: usize) -> Assignment {
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

fn row(view: &View<'_>, row: &PolicyState) -> Row {
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
        looked_for: row.looked_for.as_ref().map(|looked_for| LookedFor {
            resource_type: looked_for.resource_type.to_string(),
            name: looked_for.name.as_deref().map(str::to_owned),
            resource_group: looked_for.resource_group.as_deref().map(str::to_owned),
        }),
        candidate: row.candidate.as_ref().map(ToString::to_string),
        failed_conditions: row.failed.iter().map(|leaf| condition(leaf, view.sources)).collect(),
        met_conditions: view.met(row).iter().map(|leaf| condition(leaf, view.sources)).collect(),
        near_misses: row
            .near_misses
            .iter()
            .map(|near| NearMiss {
                id: near.id.to_string(),
                satisfies: near.satisfies,
                same_name: near.same_name,
            })
            .collect(),
        provisional: row.provisional.as_ref().map(|provisional| Provisional {
            state: provisional.state.as_str(),
            assumptions: provisional.assumptions.iter().map(assumption).collect(),
        }),
        low_confidence: row.low_confidence.iter().map(ToString::to_string).collect(),
        intent: None,
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

fn excluded(view: &View<'_>, run: &Run, one: &crate::compliance::Excluded) -> Excluded {
    Excluded {
        assignment_id: run.assignments[one.assignment].assignment.id.to_string(),
        subscription_id: one.subscription.to_string(),
        subscription_name: view.subscription(&one.subscription),
        scope: one.scope.id(),
    }
}

fn unevaluated(not: &NotEvaluated) -> Unevaluated {
    Unevaluated {
        named: named(&not.assignment),
        policy_definition_reference_id: not.member.as_ref().map(|member| member.reference_id().to_string()),
        definition_id: match &not.member {
            Some(member) => member.policy().definition_id.to_string(),
            None => not.assignment.definition_id.to_string(),
        },
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

fn switched_off(disabled: &Disabled) -> SwitchedOff {
    SwitchedOff {
        named: named(&disabled.assignment),
        policy_definition_reference_id: disabled
            .member
            .as_ref()
            .map(|member| member.reference_id().to_string()),
    }
}

fn aside(aside: &SetAside) -> Aside {
    let (reason, tenant_id) = match &aside.reason {
        SetAsideReason::TenantLevelAccount => ("TenantLevelAccount", None),
        SetAsideReason::OtherTenant(tenant) => ("OtherTenant", Some(tenant.to_string())),
    };
    Aside {
        subscription_id: aside.id.to_string(),
        subscription_name: aside.display_name.to_string(),
        reason,
        tenant_id,
    }
}

pub(super) fn finding(fault: &crate::source::Diagnostic, sources: &SourceMap) -> Finding {
    Finding {
        code: fault.code.id,
        name: fault.code.name,
        severity: fault.severity.as_str(),
        message: mask(&fault.message).into_owned(),
        help: fault.help.as_deref().map(|help| mask(help).into_owned()),
        places: fault.labels.iter().filter_map(|label| place(label.span, &label.text, sources)).collect(),
    }
}

fn place(span: Span, text: &str, sources: &SourceMap) -> Option<Place> {
    let (line, column) = position(sources, span)?;
    Some(Place { file: sources.name(span).to_owned(), line, column, text: mask(text).into_owned() })
}
