use super::{Proof, prove};
use crate::arm::{ResourceId, Value};
use crate::compliance::{ComplianceState, DecidingLeaf, MissingFact, PolicyState, ReasonKind};
use crate::inventory::Resource;
use crate::remediation::assigned::Assigned;
use crate::remediation::deployment::Deployment;
use crate::remediation::estate::Estate;
use crate::remediation::sample::{
    Tenant, assigned, automation, deployment, group, resource, row, subscription,
};
use crate::remediation::target::{is_enabled, sources};
use crate::source::Span;

/// An assignment's condition: the automation in `rg-export` is enabled and has exactly these sources.
struct Wants(&'static [&'static str]);

fn length(count: usize) -> Value {
    Value::Int(i64::try_from(count).expect("few"))
}

fn evaluate(tenant: &Tenant, wants: &[Wants], subscriptions: &[&str], put: &[Resource]) -> Vec<PolicyState> {
    let mut after = tenant.clone();
    after.resources.extend(put.iter().map(|r| (r.id.clone(), r.clone())));
    let mut rows = Vec::new();
    for (index, want) in wants.iter().enumerate() {
        for subscription in subscriptions {
            let id = automation(subscription, &[]).id;
            let found = after.resource(&id);
            let state = match found {
                Some(found) if is_enabled(&found.body) && sources(&found.body) == want.0 => {
                    ComplianceState::Compliant
                }
                _ => ComplianceState::NonCompliant,
            };
            let mut row = row(index, subscription, state);
            row.evidence_mut().candidate = found.map(|found| found.id.clone());
            row.reason = Some(match (state, found) {
                (ComplianceState::Compliant, _) => ReasonKind::Satisfied,
                (_, Some(_)) => ReasonKind::ConditionFails,
                (_, None) => ReasonKind::ResourceNotFound,
            });
            if found.is_some() && state == ComplianceState::NonCompliant {
                row.evidence_mut().failed = vec![DecidingLeaf {
                    subject: "count(sources[*])".into(),
                    path: None,
                    operator: "equals",
                    current: found.map(|found| length(sources(&found.body).len())),
                    target: Some(length(want.0.len())),
                    holds: Some(false),
                    span: Span::none(),
                }];
            }
            rows.push(row);
        }
    }
    rows
}

const GROUP: &str = "/providers/Microsoft.Management/managementGroups/mg";

fn run(
    tenant: &Tenant,
    assignments: &[Assigned],
    wants: &[Wants],
    subscriptions: &[&str],
    plan: &[Deployment],
) -> Proof {
    let before = evaluate(tenant, wants, subscriptions, &[]);
    prove(assignments, &before, plan, tenant, &|put| evaluate(tenant, wants, subscriptions, put))
}

fn tenant(resources: Vec<Resource>) -> Tenant {
    Tenant::with(vec![subscription("s1", &["mg"]), subscription("s2", &["mg"])], resources)
}

fn existing(subscription: &str, source: &[&str], location: &str) -> Vec<Resource> {
    let planned = automation(subscription, source);
    let group = planned.id.resource_group_id().expect("a group");
    let mut automation = resource(planned.id.as_str(), &planned.body.to_json());
    automation.location = Some(crate::arm::Location::new(location));
    vec![
        resource(group.as_str(), &format!(r#"{{"location": "{location}", "tags": {{"a": "b"}}}}"#)),
        automation,
    ]
}

#[test]
fn a_plan_that_repairs_everything_holds() {
    let tenant = tenant(existing("s2", &["Alerts"], "westeurope"));
    let plan = [deployment(0, "s1", vec![group("s1"), automation("s1", &["Alerts"])], &tenant)];
    let proof = run(&tenant, &[assigned("One", GROUP)], &[Wants(&["Alerts"])], &["s1", "s2"], &plan);
    assert!(proof.holds(), "{proof:?}");
    assert_eq!((proof.orders, proof.planned, proof.compliant), (1, 1, 2));
    assert_eq!(
        proof.sentence(),
        "after this plan all 2 planned and compliant rows are Compliant, nothing else changes, a second plan is empty"
    );
}

#[test]
fn a_put_replaces() {
    let there = existing("s1", &["AttackPaths", "Alerts"], "westeurope");
    let tenant = tenant(there);
    let plan = [deployment(0, "s1", vec![automation("s1", &["Alerts"])], &tenant)];
    let proof = run(&tenant, &[assigned("One", GROUP)], &[Wants(&["Alerts"])], &["s1"], &plan);
    assert!(proof.holds(), "{proof:?}");
}

#[test]
fn what_does_not_meet_its_own_condition_never_converges() {
    let tenant = tenant(vec![]);
    let mut doubled = assigned("One", GROUP);
    let label = Value::from("Security alerts");
    let repeated = Value::array([label.clone(), label]);
    doubled.parameters = [("exportedDataTypes".into(), repeated)].into_iter().collect();
    let plan = [deployment(0, "s1", vec![group("s1"), automation("s1", &["Alerts", "Alerts"])], &tenant)];
    let proof = run(&tenant, &[doubled], &[Wants(&["Alerts"])], &["s1"], &plan);
    assert!(!proof.holds());
    assert_eq!(
        proof.non_convergent[0].reason,
        "what it deploys doesn't meet its own condition: `count(sources[*])` is 2, wants 1; \
         parameter `exportedDataTypes` names `Security alerts` twice"
    );
}

#[test]
fn two_that_write_one_resource_are_tried_in_either_order() {
    let tenant = tenant(vec![]);
    let plan = [
        deployment(0, "s1", vec![group("s1"), automation("s1", &["Alerts"])], &tenant),
        deployment(1, "s1", vec![group("s1"), automation("s1", &["SecureScores"])], &tenant),
    ];
    let both = [assigned("One", GROUP), assigned("Two", GROUP)];
    let proof = run(&tenant, &both, &[Wants(&["Alerts"]), Wants(&["SecureScores"])], &["s1"], &plan);
    assert_eq!(proof.orders, 2);
    let reasons: Vec<_> = proof.non_convergent.iter().map(|f| (f.assignment, f.reason.as_str())).collect();
    assert_eq!(
        reasons,
        [
            (0, "`Display of One` and `Display of Two` both write ExportToWorkspace and undo each other"),
            (1, "`Display of Two` and `Display of One` both write ExportToWorkspace and undo each other"),
        ]
    );
    let same = [plan[0].clone(), Deployment { assignment: 1, ..plan[0].clone() }];
    let proof = run(&tenant, &both, &[Wants(&["Alerts"]), Wants(&["Alerts"])], &["s1"], &same);
    assert!(proof.holds() && proof.orders == 1, "equal contents undo nothing: {proof:?}");
}

#[test]
fn what_was_compliant_is_not_made_worse_unseen() {
    let tenant = tenant(existing("s1", &["Alerts"], "westeurope"));
    let plan = [deployment(1, "s1", vec![automation("s1", &["SecureScores"])], &tenant)];
    let both = [assigned("One", GROUP), assigned("Two", GROUP)];
    let proof = run(&tenant, &both, &[Wants(&["Alerts"]), Wants(&["SecureScores"])], &["s1"], &plan);
    assert!(!proof.holds());
    assert_eq!(proof.worse[0].assignment, 0);
    assert_eq!(
        proof.worse[0].reason,
        "it is NonCompliant after the plan: ExportToWorkspace is written by `Display of Two`"
    );
}

#[test]
fn a_group_has_to_be_there_and_regions_stay() {
    let reason = |tenant: &Tenant, resources| {
        let plan = [deployment(0, "s1", resources, tenant)];
        let proof = run(tenant, &[assigned("One", GROUP)], &[Wants(&["Alerts"])], &["s1"], &plan);
        let findings: Vec<_> =
            proof.non_convergent.iter().chain(&proof.undecided).map(|f| f.reason.clone()).collect();
        (proof.non_convergent.len(), findings)
    };
    let alone = || vec![automation("s1", &["Alerts"])];
    let both = || vec![group("s1"), automation("s1", &["Alerts"])];
    assert_eq!(
        reason(&tenant(vec![]), alone()),
        (1, vec!["the resource group rg-export doesn't exist, and nothing makes it".to_owned()])
    );
    let unlisted = tenant(vec![]).incomplete("Microsoft.Resources/resourceGroups");
    assert_eq!(
        reason(&unlisted, alone()),
        (0, vec!["whether the resource group rg-export exists isn't known".to_owned()])
    );
    let elsewhere = tenant(existing("s1", &["SecureScores"], "northeurope"));
    assert_eq!(
        reason(&elsewhere, both()),
        (1, vec!["rg-export exists in northeurope and can't be put in westeurope".to_owned()])
    );
    assert_eq!(
        reason(&elsewhere, alone()),
        (1, vec!["ExportToWorkspace exists in northeurope and can't be put in westeurope".to_owned()])
    );
}

#[test]
fn what_the_provider_decides_is_undecided() {
    let tenant = tenant(vec![]);
    let plan = [deployment(0, "s1", vec![group("s1"), automation("s1", &["Alerts"])], &tenant)];
    let before = vec![row(0, "s1", ComplianceState::NonCompliant)];
    let words = "what the provider makes of `properties.sources[0].ruleSets` isn't known";
    let proof = prove(&[assigned("One", GROUP)], &before, &plan, &tenant, &|put| {
        assert_eq!(put.len(), 2);
        let mut after = row(0, "s1", ComplianceState::Undetermined);
        after.reason = Some(ReasonKind::Missing(vec![MissingFact::Other(words.into())]));
        vec![after]
    });
    assert!(proof.holds() && proof.non_convergent.is_empty());
    assert_eq!(proof.undecided[0].reason, words);
    assert_eq!(
        proof.sentence(),
        "after this plan 0 planned and compliant rows are Compliant; 1 row is undecided"
    );
}

#[test]
fn what_is_put_is_a_whole_resource() {
    let tenant = tenant(vec![]);
    let plan = [deployment(0, "s1", vec![group("s1"), automation("s1", &["Alerts"])], &tenant)];
    let before = vec![row(0, "s1", ComplianceState::NonCompliant)];
    prove(&[assigned("One", GROUP)], &before, &plan, &tenant, &|put| {
        let id = ResourceId::parse("/subscriptions/s1/resourcegroups/RG-EXPORT").expect("an id");
        let group = put.iter().find(|r| r.id == id).expect("the group");
        assert_eq!(group.location.as_ref().map(|l| l.as_str().to_owned()), Some("westeurope".to_owned()));
        assert_eq!(group.body.get("id").and_then(Value::as_str), Some(group.id.as_str()));
        vec![row(0, "s1", ComplianceState::Compliant)]
    });
}
