//! `plan.json`: the plan for programs. Its schema is `schemas/plan.schema.json`.

use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::arm::semantics::Reading;

use super::assigned::Assigned;
use super::deployment::{Action, Deployment, PlannedResource};
use super::difference::Change;
use super::hazards::{Hazard, NotChecked};
use super::plan::RemediationPlan;
use super::proof::{Finding, NOT_PROVEN};
use super::{quote, secret};

/// The version of the format; a change that readers could stumble over raises it.
pub const VERSION: &str = "1";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PlanJson<'a> {
    // INVARIANT: the kind comes first; by it a folder of azpol's is known without reading all of the file.
    kind: &'static str,
    version: &'static str,
    azpol: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<Vec<&'a str>>,
    /// Open points that aren't read by default.
    semantics: Vec<Reading<'a>>,
    assignments: Vec<AssignmentJson<'a>>,
    deployments: Vec<DeploymentJson<'a>>,
    not_planned: Vec<NotPlannedJson<'a>>,
    not_deployable: Vec<NotDeployableJson<'a>>,
    tasks: Vec<TaskJson<'a>>,
    templates: Vec<TemplateJson<'a>>,
    rights: Vec<RightJson<'a>>,
    hazards: Vec<HazardJson<'a>>,
    not_checked: Vec<NotCheckedJson<'a>>,
    proof: ProofJson<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AssignmentJson<'a> {
    id: &'a str,
    name: &'a str,
    display_name: &'a str,
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_definition_reference_id: Option<&'a str>,
    enforcement_mode: &'static str,
    effect: &'static str,
    proposed: bool,
    definition: DefinitionJson<'a>,
}

/// By which assignment, and by which member of its initiative.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OfAssignment<'a> {
    assignment: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_definition_reference_id: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DefinitionJson<'a> {
    id: &'a str,
    display_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    source: &'static str,
}

#[derive(Serialize)]
struct SubscriptionJson<'a> {
    id: &'a str,
    name: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DeploymentJson<'a> {
    #[serde(flatten)]
    assignment: OfAssignment<'a>,
    subscription: SubscriptionJson<'a>,
    resource: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<&'a str>,
    summary: String,
    resources: Vec<ResourceJson<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResourceJson<'a> {
    action: &'static str,
    id: &'a str,
    #[serde(rename = "type")]
    resource_type: &'a str,
    api_version: &'a str,
    body: Json,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changes: Vec<ChangeJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_known: Option<&'static str>,
}

#[derive(Serialize)]
struct ChangeJson<'a> {
    path: &'a str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Json>,
}

#[derive(Serialize)]
struct NotPlannedJson<'a> {
    code: &'static str,
    #[serde(flatten)]
    assignment: Option<OfAssignment<'a>>,
    subscription: SubscriptionJson<'a>,
    resource: &'a str,
    reason: &'a str,
}

#[derive(Serialize)]
struct NotDeployableJson<'a> {
    code: &'static str,
    #[serde(flatten)]
    assignment: OfAssignment<'a>,
    subscription: SubscriptionJson<'a>,
    resource: &'a str,
    refusals: Vec<RefusalJson<'a>>,
}

#[derive(Serialize)]
struct RefusalJson<'a> {
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    expression: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TaskJson<'a> {
    #[serde(flatten)]
    assignment: OfAssignment<'a>,
    name: &'a str,
    scope: String,
    url: String,
    file: String,
    planned: usize,
    body: &'a Json,
    notes: &'a [String],
    commands: CommandsJson,
}

#[derive(Serialize)]
struct CommandsJson {
    bash: String,
    powershell: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TemplateJson<'a> {
    subscription: SubscriptionJson<'a>,
    name: &'a str,
    location: &'a str,
    file: &'a str,
    deployments: &'a [usize],
    secure_parameters: Vec<SecureJson<'a>>,
    commands: CommandsJson,
}

#[derive(Serialize)]
struct SecureJson<'a> {
    name: &'a str,
    #[serde(rename = "for")]
    what: &'a str,
}

#[derive(Serialize)]
struct RightJson<'a> {
    who: &'static str,
    needs: &'a str,
    role: &'a str,
    why: &'a str,
    scopes: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<bool>,
}

#[derive(Serialize)]
struct HazardJson<'a> {
    code: &'static str,
    name: &'static str,
    assignments: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subscription: Option<SubscriptionJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<&'a str>,
    message: &'a str,
    details: &'a [String],
}

#[derive(Serialize)]
struct NotCheckedJson<'a> {
    code: &'static str,
    name: &'static str,
    question: &'a str,
    subscriptions: Vec<&'a str>,
    command: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProofJson<'a> {
    holds: bool,
    sentence: String,
    orders: usize,
    planned: usize,
    compliant: usize,
    non_convergent: Vec<FindingJson<'a>>,
    undecided: Vec<FindingJson<'a>>,
    worse: Vec<FindingJson<'a>>,
    planned_next: Vec<FindingJson<'a>>,
    not_proven: &'static [&'static str],
}

#[derive(Serialize)]
struct FindingJson<'a> {
    code: &'static str,
    #[serde(flatten)]
    assignment: OfAssignment<'a>,
    subscription: SubscriptionJson<'a>,
    resource: &'a str,
    reason: &'a str,
}

/// The plan as JSON: stable order, secrets masked, expressions such as `listkeys(…)` kept.
pub fn plan(plan: &RemediationPlan) -> Json {
    serde_json::to_value(whole(plan)).unwrap_or_else(|_| json!({}))
}

/// The text of `plan.json` in a folder that holds these files.
pub(crate) fn file(plan: &RemediationPlan, files: Vec<&str>) -> String {
    quote::json(&PlanJson { files: Some(files), ..whole(plan) })
}

fn whole(plan: &RemediationPlan) -> PlanJson<'_> {
    PlanJson {
        kind: "azpol/plan",
        version: VERSION,
        azpol: env!("CARGO_PKG_VERSION"),
        files: None,
        semantics: plan.semantics.changed().collect(),
        assignments: assignments(plan),
        deployments: plan.deployments.iter().map(|deployment| deployment_json(plan, deployment)).collect(),
        not_planned: plan
            .not_planned
            .iter()
            .map(|row| NotPlannedJson {
                code: row.code.id,
                assignment: row.assignment.map(|index| of(plan, index)),
                subscription: subscription(plan, &row.subscription),
                resource: row.resource.as_str(),
                reason: &row.reason,
            })
            .collect(),
        not_deployable: plan
            .not_deployable
            .iter()
            .map(|row| NotDeployableJson {
                code: super::codes::NOT_DEPLOYABLE.id,
                assignment: of(plan, row.assignment),
                subscription: subscription(plan, &row.subscription),
                resource: row.resource.as_str(),
                refusals: row
                    .refusals
                    .iter()
                    .map(|r| RefusalJson { message: &r.message, expression: r.expression.as_deref() })
                    .collect(),
            })
            .collect(),
        tasks: tasks(plan),
        templates: templates(plan),
        rights: plan
            .rights
            .iter()
            .map(|right| RightJson {
                who: right.who.as_str(),
                needs: &right.needs,
                role: &right.role,
                why: &right.why,
                scopes: &right.scopes,
                held: right.held,
            })
            .collect(),
        hazards: plan.hazards.iter().map(|hazard| hazard_json(plan, hazard)).collect(),
        not_checked: plan.not_checked.iter().map(not_checked_json).collect(),
        proof: proof(plan),
    }
}

fn id(plan: &RemediationPlan, index: usize) -> &str {
    plan.assignments.get(index).map_or("", |assigned| &*assigned.assignment.id)
}

fn of(plan: &RemediationPlan, index: usize) -> OfAssignment<'_> {
    OfAssignment {
        assignment: id(plan, index),
        policy_definition_reference_id: reference(plan.assignments.get(index)),
    }
}

/// Each assignment once: members of an initiative have one.
fn names<'a>(plan: &'a RemediationPlan, indices: &[usize]) -> Vec<&'a str> {
    let mut ids: Vec<&str> = indices.iter().map(|index| id(plan, *index)).collect();
    ids.dedup();
    ids
}

fn reference(assigned: Option<&Assigned>) -> Option<&str> {
    assigned?.member.as_ref().map(|member| &**member.reference_id())
}

fn subscription<'a>(plan: &'a RemediationPlan, id: &'a crate::arm::SubscriptionId) -> SubscriptionJson<'a> {
    SubscriptionJson { id: id.as_str(), name: plan.name(id) }
}

fn assignments(plan: &RemediationPlan) -> Vec<AssignmentJson<'_>> {
    plan.assignments
        .iter()
        .map(|assigned| AssignmentJson {
            id: &assigned.assignment.id,
            name: &assigned.assignment.name,
            display_name: &assigned.assignment.display_name,
            scope: assigned.assignment.scope.id(),
            policy_definition_reference_id: reference(Some(assigned)),
            enforcement_mode: assigned.enforcement_mode(),
            effect: assigned.effect.as_str(),
            proposed: assigned.proposed,
            definition: DefinitionJson {
                id: &assigned.definition.id,
                display_name: &assigned.definition.display_name,
                version: assigned.definition.version.as_deref(),
                source: if assigned.is_twin() { "shipped" } else { "given" },
            },
        })
        .collect()
}

fn deployment_json<'a>(plan: &'a RemediationPlan, deployment: &'a Deployment) -> DeploymentJson<'a> {
    DeploymentJson {
        assignment: of(plan, deployment.assignment),
        subscription: subscription(plan, &deployment.subscription),
        resource: deployment.resource.as_str(),
        location: deployment.location.as_ref().map(crate::arm::Location::as_str),
        summary: deployment.summary(),
        resources: deployment
            .resources
            .iter()
            .map(|resource| resource_json(resource, &deployment.secrets))
            .collect(),
    }
}

fn resource_json<'a>(resource: &'a PlannedResource, secrets: &[std::sync::Arc<str>]) -> ResourceJson<'a> {
    let difference = match &resource.action {
        Action::Replace(difference) => Some(difference),
        Action::Create | Action::Unchanged | Action::Unknown => None,
    };
    ResourceJson {
        action: resource.action.as_str(),
        id: resource.deployed.id.as_str(),
        resource_type: resource.deployed.resource_type.as_str(),
        api_version: &resource.deployed.api_version,
        body: secret::mask(&resource.deployed.body, secrets).to_serde(),
        changes: difference.map_or_else(Vec::new, |d| d.changes.iter().map(change_json).collect()),
        not_known: difference.and_then(|d| d.not_known),
    }
}

fn change_json(change: &Change) -> ChangeJson<'_> {
    ChangeJson {
        path: &change.path,
        kind: change.kind.as_str(),
        before: change.before.as_ref().map(crate::arm::Value::to_serde),
        after: change.after.as_ref().map(crate::arm::Value::to_serde),
    }
}

fn tasks(plan: &RemediationPlan) -> Vec<TaskJson<'_>> {
    plan.tasks
        .iter()
        .map(|task| TaskJson {
            assignment: of(plan, task.assignment),
            name: &task.name,
            scope: task.scope.id(),
            url: task.url(),
            file: task.file(),
            planned: task.planned,
            body: &task.body,
            notes: &task.notes,
            commands: CommandsJson { bash: task.bash(), powershell: task.powershell() },
        })
        .collect()
}

fn templates(plan: &RemediationPlan) -> Vec<TemplateJson<'_>> {
    plan.templates
        .iter()
        .map(|template| TemplateJson {
            subscription: subscription(plan, &template.subscription),
            name: &template.name,
            location: template.location.as_str(),
            file: &template.file,
            deployments: &template.deployments,
            secure_parameters: template
                .secrets
                .iter()
                .map(|(name, what)| SecureJson { name, what })
                .collect(),
            commands: CommandsJson { bash: template.bash(), powershell: template.powershell() },
        })
        .collect()
}

fn hazard_json<'a>(plan: &'a RemediationPlan, hazard: &'a Hazard) -> HazardJson<'a> {
    HazardJson {
        code: hazard.code.id,
        name: hazard.code.name,
        assignments: names(plan, &hazard.assignments),
        subscription: hazard.subscription.as_ref().map(|id| subscription(plan, id)),
        resource: hazard.resource.as_ref().map(crate::arm::ResourceId::as_str),
        message: &hazard.message,
        details: &hazard.details,
    }
}

fn not_checked_json(open: &NotChecked) -> NotCheckedJson<'_> {
    NotCheckedJson {
        code: open.code.id,
        name: open.code.name,
        question: &open.question,
        subscriptions: open.subscriptions.iter().map(crate::arm::SubscriptionId::as_str).collect(),
        command: &open.command,
    }
}

fn finding_list<'a>(plan: &'a RemediationPlan, found: &'a [Finding]) -> Vec<FindingJson<'a>> {
    found
        .iter()
        .map(|finding| FindingJson {
            code: finding.code.id,
            assignment: of(plan, finding.assignment),
            subscription: subscription(plan, &finding.subscription),
            resource: finding.resource.as_str(),
            reason: &finding.reason,
        })
        .collect()
}

fn proof(plan: &RemediationPlan) -> ProofJson<'_> {
    let proof = &plan.proof;
    ProofJson {
        holds: proof.holds(),
        sentence: proof.sentence(),
        orders: proof.orders,
        planned: proof.planned,
        compliant: proof.compliant,
        non_convergent: finding_list(plan, &proof.non_convergent),
        undecided: finding_list(plan, &proof.undecided),
        worse: finding_list(plan, &proof.worse),
        planned_next: finding_list(plan, &proof.planned_next),
        not_proven: NOT_PROVEN,
    }
}
