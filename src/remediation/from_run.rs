//! The plan of a run: what the rooms above found becomes what the plan is made from.

use std::sync::{Arc, OnceLock};

use crate::arm::expression::Failure;
use crate::arm::template::{
    DeploymentRequest, ExpansionFault, FaultKind, PreparedTemplate, ResourceGroupFacts,
};
use crate::arm::{Location, Object, Value};
use crate::compliance::{
    ComplianceState, Coverage, Evaluated, PolicyState, Run, Selection, Surroundings, coverage, evaluate,
    group_facts, occasion,
};
use crate::engine::{CompiledPolicy, Subject};
use crate::inventory::{Inventory, SetAsideReason, Subscription};
use crate::source::{Node, Span};

use super::assigned::Assigned;
use super::deployment::Deployment;
use super::name;
use super::plan::{Expanded, PlanInput, RemediationPlan};
use super::template::{SubscriptionTemplate, templates};

/// Plans the remediation of a run. `selection` and `now` are those with which its rows were evaluated.
pub fn plan(inventory: &Inventory, run: &Run, selection: &Selection, now: Option<&str>) -> RemediationPlan {
    let templates: Vec<Template> = run.assignments.iter().map(|_| OnceLock::new()).collect();
    RemediationPlan::new(PlanInput {
        semantics: run.semantics.clone(),
        assignments: run.assignments.iter().map(assigned).collect(),
        rows: &run.rows,
        estate: inventory,
        other_tenants: inventory
            .set_aside()
            .iter()
            .filter_map(|aside| match &aside.reason {
                SetAsideReason::OtherTenant(tenant) => {
                    Some((aside.id.clone(), aside.display_name.clone(), tenant.clone()))
                }
                SetAsideReason::TenantLevelAccount => None,
            })
            .collect(),
        in_scope: &|index| in_scope(inventory, run, index),
        expand: &|row| {
            expand(inventory, &run.assignments[row.assignment], &templates[row.assignment], row, now)
        },
        evaluate: &|put| evaluate(&inventory.with_changes(put), &run.assignments, selection, now).0,
    })
}

/// Templates that deploy again what rows ask that Azure finds compliant and whose intent isn't met: by their index
/// in the run. They are no part of the plan: Azure wouldn't remediate these rows.
pub fn deploying_again(
    inventory: &Inventory,
    run: &Run,
    rows: &[usize],
    now: Option<&str>,
) -> Vec<SubscriptionTemplate> {
    let prepared: Vec<Template> = run.assignments.iter().map(|_| OnceLock::new()).collect();
    let deployments: Vec<Deployment> = rows
        .iter()
        .filter_map(|at| {
            let row = &run.rows[*at];
            let evaluated = &run.assignments[row.assignment];
            let expanded = expand(inventory, evaluated, &prepared[row.assignment], row, now).ok()?;
            let location = evaluated.policy.deployment_location().map(|place| Location::new(place));
            let (id, subscription) = (row.resource.clone(), row.subscription.clone());
            let Expanded { expansion, secrets } = expanded;
            Some(Deployment::new(row.assignment, id, subscription, location, expansion, secrets, inventory))
        })
        .collect();
    let mut again = templates(&deployments);
    for template in &mut again {
        template.file = template.file.replacen("deployments/", "intent/", 1);
    }
    again
}

/// How many resources a task of an assignment may take, selected or not: the subscriptions that it covers, or may
/// cover; where it is about what lies in them, the rows that aren't compliant.
fn in_scope(inventory: &Inventory, run: &Run, index: usize) -> usize {
    let evaluated = &run.assignments[index];
    let (_, rows) = run.rows_of(index);
    if rows.iter().any(|row| !row.is_subscription()) {
        return rows.iter().filter(|row| row.state != ComplianceState::Compliant).count();
    }
    let covers = |subscription: &&Subscription| {
        matches!(coverage(&evaluated.assignment, subscription), Coverage::Covered | Coverage::Unknown(_))
    };
    inventory.subscriptions().filter(covers).count()
}

fn assigned(evaluated: &Evaluated) -> Assigned {
    Assigned {
        assignment: evaluated.assignment.clone(),
        member: evaluated.member.clone(),
        definition: evaluated.definition.clone(),
        parameters: evaluated.policy.parameters().clone(),
        effect: evaluated.policy.effect(),
        role_definition_ids: evaluated.policy.role_definition_ids().to_vec(),
        deployment_location: evaluated.policy.deployment_location().cloned(),
        proposed: evaluated.proposed,
    }
}

/// An assignment's template, read when it is first asked for.
type Template = OnceLock<Result<PreparedTemplate, Vec<ExpansionFault>>>;

fn expand(
    inventory: &Inventory,
    evaluated: &Evaluated,
    prepared: &Template,
    row: &PolicyState,
    now: Option<&str>,
) -> Result<Expanded, Vec<ExpansionFault>> {
    let policy = &evaluated.policy;
    let Some(template) = policy.template() else {
        return Err(vec![fault("the definition has no deployment", FaultKind::Refused, Span::none())]);
    };
    let Some(subscription) = inventory.subscription(&row.subscription) else {
        return Err(vec![fault("the subscription isn't known", FaultKind::MissingFact, Span::none())]);
    };
    let mut surroundings = Surroundings::new(subscription);
    let subject = if row.is_subscription() {
        surroundings.subscription(now)
    } else {
        let Some(resource) = inventory.resource(&row.resource) else {
            return Err(vec![fault("the resource isn't known", FaultKind::MissingFact, Span::none())]);
        };
        surroundings.subject(inventory, resource, now)
    };
    let occasion = occasion(evaluated, &subject.resource.resource_type);
    let subject = Subject { occasion: Some(&occasion), ..subject };
    let parameters = policy.deployment_parameters(&subject).map_err(faults_of)?;
    let group = deployment_group(inventory, policy, &subject, template.span)?;
    let seed: Arc<str> = format!("{} {}", evaluated.assignment.id, row.resource.folded()).into();
    let request = DeploymentRequest {
        template,
        parameters: &parameters,
        name: format!("PolicyDeployment_{}", name::hash([&*seed], 16)).into(),
        location: policy.deployment_location().cloned(),
        subscription: subject.subscription,
        resource_group: group.as_ref(),
        management_group: None,
        guid_seed: seed,
        now: now.map(Arc::from),
        semantics: policy.semantics(),
    };
    let prepared = prepared.get_or_init(|| PreparedTemplate::read(template));
    let expansion = prepared.as_ref().map_err(Clone::clone)?.expand(&request)?;
    Ok(Expanded { expansion, secrets: secure_values(template, &parameters) })
}

fn fault(message: &str, kind: FaultKind, span: Span) -> ExpansionFault {
    ExpansionFault { message: message.to_owned(), expression: None, span, kind }
}

fn faults_of(failures: Vec<(Failure, Span)>) -> Vec<ExpansionFault> {
    let one = |(failure, span): (Failure, Span)| {
        let kind = match failure {
            Failure::Error(_) => FaultKind::Refused,
            Failure::Unknown(_) => FaultKind::MissingFact,
            Failure::Unsupported(_) => FaultKind::Unsupported,
        };
        fault(&failure.to_string(), kind, span)
    };
    failures.into_iter().map(one).collect()
}

/// The group that a deployment at group scope runs in.
fn deployment_group(
    inventory: &Inventory,
    policy: &CompiledPolicy,
    subject: &Subject<'_>,
    span: Span,
) -> Result<Option<ResourceGroupFacts>, Vec<ExpansionFault>> {
    let group = policy.deployment_group(subject).map_err(|failure| faults_of(vec![(failure, span)]))?;
    Ok(group.map(|id| group_facts(inventory, id)))
}

/// The texts in values of secure parameters.
fn secure_values(template: &Node, values: &Object) -> Vec<Arc<str>> {
    let mut found = Vec::new();
    let declared = template.get("parameters").map_or(&[][..], Node::members);
    for parameter in declared {
        let secure = parameter
            .value
            .get("type")
            .and_then(Node::as_str)
            .is_some_and(|kind| kind.to_ascii_lowercase().starts_with("secure"));
        if secure {
            let default = parameter.value.get("defaultValue").map(Value::from);
            let given = values.get(&parameter.key).cloned().or(default);
            texts(&given.unwrap_or(Value::Null), &mut found);
        }
    }
    found.sort();
    found.dedup();
    found
}

fn texts(value: &Value, found: &mut Vec<Arc<str>>) {
    match value {
        Value::String(text) if !text.is_empty() => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(object) => object.iter().for_each(|(_, value)| texts(value, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::secure_values;
    use crate::remediation::sample::value;
    use crate::source::{Diagnostics, FileId, json};

    #[test]
    fn values_of_secure_parameters_are_secrets() {
        let text = r#"{"parameters": {"password": {"type": "secureString"}, "name": {"type": "string"},
            "more": {"type": "secureObject", "defaultValue": {"a": ["deep"]}}}}"#;
        let template = json::parse(FileId::NONE, 0, text, &mut Diagnostics::new()).remove(0);
        let values = value(r#"{"Password": "hunter2", "name": "plain"}"#);
        let found = secure_values(&template, values.as_object().expect("an object"));
        assert_eq!(found.iter().map(|t| &**t).collect::<Vec<_>>(), ["deep", "hunter2"]);
    }
}
