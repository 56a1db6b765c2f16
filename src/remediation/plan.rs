//! The plan, put together.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::arm::template::{Expansion, ExpansionFault, FaultKind};
use crate::arm::{Location, ResourceId, Semantics, SubscriptionId};
use crate::compliance::{ComplianceState, PolicyState, ReasonKind};
use crate::inventory::{Resource, SubscriptionState};
use crate::policy::Effect;
use crate::source::{Code, Span, mask};

use super::assigned::Assigned;
use super::codes;
use super::deployment::{Action, Deployment};
use super::estate::Estate;
use super::hazards::{Hazard, NotChecked, Survey, survey};
use super::proof::{Proof, prove};
use super::quote::shown;
use super::rights::{Right, rights};
use super::roles::needed;
use super::task::RemediationTask;
use super::template::{SubscriptionTemplate, templates};

/// Everything that remediation would do, and what is to be known before it does.
#[derive(Debug, Clone)]
pub struct RemediationPlan {
    /// How open points of the language are read.
    pub semantics: Semantics,
    /// The assignments of the run; indices point here.
    pub assignments: Vec<Assigned>,
    /// What people call the subscriptions that occur here.
    pub names: BTreeMap<SubscriptionId, Arc<str>>,
    /// What would be deployed, by assignment, then in the order of the rows.
    pub deployments: Vec<Deployment>,
    /// Rows that aren't compliant and aren't planned.
    pub not_planned: Vec<NotPlanned>,
    /// `NonCompliant` rows whose deployment Azure Resource Manager would refuse.
    pub not_deployable: Vec<NotDeployable>,
    /// The recommended way: one for each assignment.
    pub tasks: Vec<RemediationTask>,
    /// The other way: one for each subscription.
    pub templates: Vec<SubscriptionTemplate>,
    /// What deploys again what Azure wouldn't remediate, where that is asked for; no part of what is proven.
    pub deploying_again: Vec<SubscriptionTemplate>,
    /// What whoever runs it needs.
    pub rights: Vec<Right>,
    /// What may go wrong, or cost.
    pub hazards: Vec<Hazard>,
    /// Hazards that the inputs can't decide.
    pub not_checked: Vec<NotChecked>,
    /// What the plan makes of the tenant.
    pub proof: Proof,
}

/// A row, or a subscription, for which nothing is planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotPlanned {
    /// Why.
    pub code: &'static Code,
    /// The row's assignment; none for a subscription that no assignment reaches.
    pub assignment: Option<usize>,
    /// The row's resource.
    pub resource: ResourceId,
    /// Its subscription.
    pub subscription: SubscriptionId,
    /// Why, in words; a line.
    pub reason: String,
}

/// A row whose deployment would be refused.
#[derive(Debug, Clone, PartialEq)]
pub struct NotDeployable {
    /// The row's assignment.
    pub assignment: usize,
    /// The row's resource.
    pub resource: ResourceId,
    /// Its subscription.
    pub subscription: SubscriptionId,
    /// Everything that Azure Resource Manager would refuse, at least one.
    pub refusals: Vec<Refusal>,
}

/// Why a deployment would be refused.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// What Azure Resource Manager would say; a line.
    pub message: String,
    /// The expression that fails; a line.
    pub expression: Option<String>,
    /// Where it stands in the definition.
    pub span: Span,
}

/// What a plan is made from.
pub struct PlanInput<'a> {
    /// How open points of the language are read.
    pub semantics: Semantics,
    /// The evaluated assignments.
    pub assignments: Vec<Assigned>,
    /// Their rows.
    pub rows: &'a [PolicyState],
    /// The tenant.
    pub estate: &'a dyn Estate,
    /// Subscriptions that aren't evaluated because they belong to another tenant: id, name, tenant.
    pub other_tenants: Vec<(SubscriptionId, Arc<str>, Arc<str>)>,
    /// How many subscriptions lie in the scope of an assignment, whether or not they were selected.
    pub in_scope: &'a dyn Fn(usize) -> usize,
    /// Expands the deployment of a row.
    pub expand: &'a (dyn Fn(&PolicyState) -> Result<Expanded, Vec<ExpansionFault>> + Sync),
    /// Evaluates all assignments again, with planned resources put over what the tenant holds.
    pub evaluate: &'a (dyn Fn(&[Resource]) -> Vec<PolicyState> + Sync),
}

/// An expanded deployment.
#[derive(Debug, Clone)]
pub struct Expanded {
    /// What it puts.
    pub expansion: Expansion,
    /// Values of its secure parameters: texts that are never shown or written.
    pub secrets: Vec<Arc<str>>,
}

/// What becomes of a row.
enum Fate {
    Planned(Box<Deployment>),
    NotPlanned(NotPlanned),
    NotDeployable(NotDeployable),
}

impl RemediationPlan {
    /// Plans the deployments of all `NonCompliant` rows of `deployIfNotExists` (also under `DoNotEnforce`: tasks
    /// remediate those, too) in enabled subscriptions, looks for hazards and proves the whole.
    pub fn new(input: PlanInput<'_>) -> RemediationPlan {
        let PlanInput { assignments, rows, estate, .. } = input;
        let fates: Vec<Fate> = rows
            .par_iter()
            .filter(|row| wants_something(row.state))
            .map(|row| fate(row, &assignments, estate, input.expand))
            .collect();
        let mut deployments = Vec::new();
        let mut not_planned: Vec<NotPlanned> =
            input.other_tenants.iter().map(|(id, _, tenant)| other_tenant(id, tenant)).collect();
        let mut not_deployable = Vec::new();
        for fate in fates {
            match fate {
                Fate::Planned(deployment) => deployments.push(*deployment),
                Fate::NotPlanned(row) => not_planned.push(row),
                Fate::NotDeployable(row) => not_deployable.push(row),
            }
        }
        deployments.sort_by_key(|deployment| deployment.assignment);
        not_planned.sort_by(|a, b| {
            (a.code.id, a.assignment, &a.resource).cmp(&(b.code.id, b.assignment, &b.resource))
        });
        let tasks = tasks(&assignments, &deployments, input.in_scope);
        let roles = needed(&assignments, &deployments, estate);
        let (hazards, not_checked) = survey(&Survey {
            assignments: &assignments,
            rows,
            deployments: &deployments,
            roles: &roles,
            estate,
        });
        let proof = prove(&assignments, rows, &deployments, estate, input.evaluate);
        let mut names: BTreeMap<SubscriptionId, Arc<str>> =
            input.other_tenants.iter().map(|(id, name, _)| (id.clone(), name.clone())).collect();
        for row in rows.iter().filter(|row| wants_something(row.state)) {
            if !names.contains_key(&row.subscription)
                && let Some(subscription) = estate.subscription(&row.subscription)
            {
                names.insert(subscription.id.clone(), subscription.display_name.clone());
            }
        }
        RemediationPlan {
            semantics: input.semantics,
            rights: rights(&assignments, &deployments, &tasks, &roles),
            templates: templates(&deployments),
            deploying_again: Vec::new(),
            assignments,
            names,
            deployments,
            not_planned,
            not_deployable,
            tasks,
            hazards,
            not_checked,
            proof,
        }
    }

    /// What people call a subscription.
    pub fn name<'a>(&'a self, subscription: &'a SubscriptionId) -> &'a str {
        self.names.get(subscription).map_or(subscription.as_str(), |name| name)
    }

    /// Whether something would be deployed.
    pub fn has_changes(&self) -> bool {
        !self.deployments.is_empty()
    }

    /// How many rows would be planned if azpol could say what their deployments put.
    pub fn not_expanded(&self) -> usize {
        self.not_planned.iter().filter(|row| row.code == &codes::DEPLOYMENT_UNKNOWN).count()
    }

    /// Resources that are created and changed: groups and the others apart.
    pub fn counts(&self) -> Counts {
        let mut counts =
            Counts { deployments: self.deployments.len(), tasks: self.tasks.len(), ..Counts::default() };
        let mut seen = std::collections::BTreeSet::new();
        for resource in self.deployments.iter().flat_map(|deployment| &deployment.resources) {
            if !seen.insert(&resource.deployed.id) || resource.action == Action::Unchanged {
                continue;
            }
            match (resource.is_group(), &resource.action) {
                // A group that is only put again is no news, unless it loses something: that is a hazard.
                (true, Action::Replace(_)) => {}
                (true, _) => counts.groups += 1,
                (false, _) => counts.others += 1,
            }
        }
        counts
    }
}

/// How much a plan does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Deployments.
    pub deployments: usize,
    /// Resource groups that are made, or may be.
    pub groups: usize,
    /// Other resources that are made or changed.
    pub others: usize,
    /// Remediation tasks.
    pub tasks: usize,
}

fn fate(
    row: &PolicyState,
    assignments: &[Assigned],
    estate: &dyn Estate,
    expand: &(dyn Fn(&PolicyState) -> Result<Expanded, Vec<ExpansionFault>> + Sync),
) -> Fate {
    let not_planned = |code, reason: String| {
        Fate::NotPlanned(NotPlanned {
            code,
            assignment: Some(row.assignment),
            resource: row.resource.clone(),
            subscription: row.subscription.clone(),
            reason,
        })
    };
    match (row.state, &row.reason) {
        (ComplianceState::Undetermined, Some(ReasonKind::Exemption(id))) => {
            return not_planned(&codes::EXEMPT, format!("the exemption {} touches it", shown(id)));
        }
        (ComplianceState::Undetermined, _) => {
            return not_planned(
                &codes::UNDETERMINED,
                "the files don't say whether it is compliant".to_owned(),
            );
        }
        (ComplianceState::Error, reason) => {
            let why = match reason {
                Some(ReasonKind::Fails(why)) => shown(why),
                _ => "the evaluation fails".to_owned(),
            };
            return not_planned(&codes::EVALUATION_FAILS, why);
        }
        _ => {}
    }
    let assigned = &assignments[row.assignment];
    if assigned.effect == Effect::Modify {
        return not_planned(
            &codes::CHANGE_NOT_PLANNED,
            "a remediation task would change it: its operations aren't planned, only deployments are"
                .to_owned(),
        );
    }
    if assigned.effect != Effect::DeployIfNotExists {
        return not_planned(
            &codes::NOT_REMEDIABLE,
            format!("the effect {} deploys nothing", assigned.effect.as_str()),
        );
    }
    let state = estate.subscription(&row.subscription).and_then(|s| s.state.as_option().copied());
    if let Some(state) = state.filter(|state| !takes_deployments(*state)) {
        return not_planned(
            &codes::SUBSCRIPTION_DISABLED,
            format!("the subscription is {}", state_word(state)),
        );
    }
    match expand(row) {
        Ok(Expanded { expansion, secrets }) => Fate::Planned(Box::new(Deployment::new(
            row.assignment,
            row.resource.clone(),
            row.subscription.clone(),
            assigned.deployment_location.as_deref().map(Location::new),
            expansion,
            secrets,
            estate,
        ))),
        Err(faults) => {
            let refusals = refusals(&faults);
            if refusals.is_empty() {
                let words: Vec<_> = faults.iter().map(|fault| line(&fault.message)).collect();
                return not_planned(&codes::DEPLOYMENT_UNKNOWN, words.join("; "));
            }
            Fate::NotDeployable(NotDeployable {
                assignment: row.assignment,
                resource: row.resource.clone(),
                subscription: row.subscription.clone(),
                refusals,
            })
        }
    }
}

/// Whether a plan has something to say of a row in this state.
fn wants_something(state: ComplianceState) -> bool {
    match state {
        ComplianceState::NonCompliant | ComplianceState::Error | ComplianceState::Undetermined => true,
        // What nobody attested no deployment mends.
        ComplianceState::Compliant | ComplianceState::Protected | ComplianceState::Unknown => false,
    }
}

fn refusals(faults: &[ExpansionFault]) -> Vec<Refusal> {
    faults
        .iter()
        .filter(|fault| fault.kind == FaultKind::Refused)
        .map(|fault| Refusal {
            message: line(&fault.message),
            expression: fault.expression.as_deref().map(line),
            span: fault.span,
        })
        .collect()
}

/// A text of an expansion as a line: without secrets.
fn line(text: &str) -> String {
    shown(&mask(text))
}

/// Whether Azure takes deployments in a subscription of this state.
fn takes_deployments(state: SubscriptionState) -> bool {
    matches!(state, SubscriptionState::Enabled | SubscriptionState::PastDue)
}

fn state_word(state: SubscriptionState) -> &'static str {
    match state {
        SubscriptionState::Enabled => "Enabled",
        SubscriptionState::Disabled => "Disabled",
        SubscriptionState::Warned => "Warned (read only)",
        SubscriptionState::PastDue => "PastDue",
        SubscriptionState::Deleted => "Deleted",
    }
}

fn other_tenant(id: &SubscriptionId, tenant: &str) -> NotPlanned {
    NotPlanned {
        code: &codes::OTHER_TENANT,
        assignment: None,
        resource: ResourceId::subscription(id),
        subscription: id.clone(),
        reason: format!("it belongs to the tenant {}", shown(tenant)),
    }
}

fn tasks(
    assignments: &[Assigned],
    deployments: &[Deployment],
    in_scope: &dyn Fn(usize) -> usize,
) -> Vec<RemediationTask> {
    let mut planned: BTreeMap<usize, Vec<&ResourceId>> = BTreeMap::new();
    for deployment in deployments {
        planned.entry(deployment.assignment).or_default().push(&deployment.resource);
    }
    planned
        .into_iter()
        .map(|(index, ids)| RemediationTask::new(index, &assignments[index], &ids, in_scope(index)))
        .collect()
}

#[cfg(test)]
mod tests;
