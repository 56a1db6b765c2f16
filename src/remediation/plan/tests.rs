use crate::arm::template::{Expansion, ExpansionFault, FaultKind};
use crate::arm::{Semantics, SubscriptionId};
use crate::compliance::{ComplianceState, PolicyState, ReasonKind};
use crate::inventory::{Known, SubscriptionState};
use crate::policy::Effect;
use crate::remediation::codes;
use crate::remediation::sample::{Tenant, assigned, automation, group, row, subscription};
use crate::source::Span;

use super::{Expanded, PlanInput, RemediationPlan};

const GROUP: &str = "/providers/Microsoft.Management/managementGroups/mg";

pub(crate) fn expand(row: &PolicyState) -> Result<Expanded, Vec<ExpansionFault>> {
    let subscription = row.subscription.as_str();
    match subscription {
        "refused" | "unbuilt" => Err(vec![ExpansionFault {
            message: "index 0\nis out of range".to_owned(),
            expression: Some("[parameters('alertSeverities')[0]]".into()),
            span: Span::none(),
            kind: if subscription == "refused" { FaultKind::Refused } else { FaultKind::Unsupported },
        }]),
        _ => Ok(Expanded {
            expansion: Expansion {
                resources: vec![group(subscription), automation(subscription, &["Alerts"])],
                eager_faults: Vec::new(),
                nested: Vec::new(),
            },
            secrets: Vec::new(),
        }),
    }
}

fn plan(tenant: &Tenant, rows: &[PolicyState], effects: &[Effect]) -> RemediationPlan {
    let assignments = effects.iter().enumerate().map(|(n, effect)| {
        let mut one = assigned(&format!("Deploy{n}"), GROUP);
        one.effect = *effect;
        one
    });
    RemediationPlan::new(PlanInput {
        semantics: Semantics::default(),
        assignments: assignments.collect(),
        rows,
        estate: tenant,
        other_tenants: vec![(SubscriptionId::new("guest"), "guest".into(), "t2".into())],
        in_scope: &|_| rows.len(),
        expand: &expand,
        evaluate: &|_| {
            rows.iter().map(|row| PolicyState { state: ComplianceState::Compliant, ..row.clone() }).collect()
        },
    })
}

#[test]
fn only_what_is_known_and_deployable_is_planned() {
    let mut disabled = subscription("disabled", &["mg"]);
    disabled.state = Known::Yes(SubscriptionState::Disabled);
    let tenant = Tenant::with(vec![subscription("s1", &["mg"]), disabled], vec![]);
    let mut exempt = row(0, "exempt", ComplianceState::Undetermined);
    exempt.reason = Some(ReasonKind::Exemption("e1".into()));
    let rows = [
        row(0, "s1", ComplianceState::NonCompliant),
        row(0, "fine", ComplianceState::Compliant),
        row(0, "open", ComplianceState::Undetermined),
        exempt,
        row(0, "broken", ComplianceState::Error),
        row(0, "disabled", ComplianceState::NonCompliant),
        row(0, "refused", ComplianceState::NonCompliant),
        row(0, "unbuilt", ComplianceState::NonCompliant),
        row(1, "s1", ComplianceState::NonCompliant),
    ];
    let plan = plan(&tenant, &rows, &[Effect::DeployIfNotExists, Effect::AuditIfNotExists]);
    assert_eq!(plan.deployments.len(), 1);
    assert_eq!(plan.deployments[0].subscription.as_str(), "s1");
    let reasons: Vec<_> = plan.not_planned.iter().map(|n| (n.code.id, n.subscription.as_str())).collect();
    assert_eq!(
        reasons,
        [
            (codes::SUBSCRIPTION_DISABLED.id, "disabled"),
            (codes::OTHER_TENANT.id, "guest"),
            (codes::UNDETERMINED.id, "open"),
            (codes::EXEMPT.id, "exempt"),
            (codes::NOT_REMEDIABLE.id, "s1"),
            (codes::EVALUATION_FAILS.id, "broken"),
            (codes::DEPLOYMENT_UNKNOWN.id, "unbuilt"),
        ]
    );
    assert_eq!(plan.not_deployable.len(), 1);
    assert_eq!(plan.not_deployable[0].refusals[0].message, "index 0\\nis out of range");
    assert_eq!(
        plan.not_deployable[0].refusals[0].expression.as_deref(),
        Some("[parameters('alertSeverities')[0]]")
    );
    assert_eq!(plan.name(&SubscriptionId::new("s1")), "name of s1");
    let counts = plan.counts();
    assert_eq!((counts.deployments, counts.groups, counts.others, counts.tasks), (1, 1, 1, 1));
}

#[test]
fn each_assignment_has_one_task_for_its_rows() {
    let tenant = Tenant::with(vec![subscription("s1", &["mg"]), subscription("s2", &["mg"])], vec![]);
    let rows = [
        row(0, "s1", ComplianceState::NonCompliant),
        row(0, "s2", ComplianceState::NonCompliant),
        row(1, "s2", ComplianceState::NonCompliant),
    ];
    let plan = plan(&tenant, &rows, &[Effect::DeployIfNotExists, Effect::DeployIfNotExists]);
    let tasks: Vec<_> = plan.tasks.iter().map(|task| (task.assignment, task.planned)).collect();
    assert_eq!(tasks, [(0, 2), (1, 1)]);
    assert_eq!(plan.templates.len(), 2, "one a subscription");
    assert!(plan.proof.holds());
    assert!(plan.has_changes());
    assert_eq!(
        plan.deployments[0].summary(),
        "rg-export (new, westeurope), ExportToWorkspace → law-central, 1 source"
    );
}
