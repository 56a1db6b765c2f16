//! States for programs: versioned, with the schema `schemas/result.schema.json`.

use serde::Serialize;
use serde_json::Value as Json;

use crate::arm::semantics::Reading;
use crate::compliance::{Run, Summary};
use crate::inventory::{SetAside, SetAsideReason};
use crate::remediation::{self, RemediationPlan};
use crate::source::{Diagnostics, SourceMap, Span, mask, position, printable_json};

use super::intent::{self, IntentTemplate, NoteJson};
use super::readings;
use super::view::View;

mod assignment;
mod row;

use self::assignment::{
    Assignment, Counts, SwitchedOff, Unevaluated, assignment, counts, switched_off, unevaluated,
};
pub(super) use self::assignment::{assignment_json, not_evaluated_json};
pub(super) use self::row::row_json;
use self::row::{Row, row};

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
struct Excluded {
    assignment_id: String,
    subscription_id: String,
    subscription_name: String,
    scope: String,
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
        rows: run.rows.iter().enumerate().map(|(at, state)| row(view, state, view.intents.of(at))).collect(),
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

fn excluded(view: &View<'_>, run: &Run, one: &crate::compliance::Excluded) -> Excluded {
    Excluded {
        assignment_id: run.assignments[one.assignment].assignment.id.to_string(),
        subscription_id: one.subscription.to_string(),
        subscription_name: view.subscription(&one.subscription),
        scope: one.scope.id(),
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
