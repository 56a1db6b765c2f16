use std::sync::Arc;

use super::{Findings, Hazard, NotChecked, Survey, for_each, survey};
use crate::arm::{Location, ResourceId, SubscriptionId};
use crate::compliance::{ComplianceState, PolicyState};
use crate::inventory::Deployment as Record;
use crate::remediation::assigned::Assigned;
use crate::remediation::codes;
use crate::remediation::deployment::Deployment;
use crate::remediation::estate::Estate;
use crate::remediation::roles::needed;
use crate::remediation::sample::{
    Tenant, WORKSPACE, assigned, automation, deployed, deployment, group, resource, role, row, subscription,
};
use crate::source::{Code, Span};

const MG: &str = "/providers/Microsoft.Management/managementGroups/mg";
const GROUP: &str = "/subscriptions/s1/resourceGroups/rg-export";
const AUTOMATION: &str =
    "/subscriptions/s1/resourceGroups/rg-export/providers/Microsoft.Security/automations/ExportToWorkspace";
const CONTRIBUTOR: &str = "b24988ac-6180-42a0-ab88-20f7382dd24c";

fn tenant(resources: Vec<crate::inventory::Resource>) -> Tenant {
    Tenant::with(
        vec![subscription("s1", &["mg", "root"]), subscription("sec", &["other", "root"])],
        resources,
    )
}

fn run(
    assignments: &[Assigned],
    rows: &[PolicyState],
    deployments: &[Deployment],
    estate: &dyn Estate,
) -> (Vec<Hazard>, Vec<NotChecked>) {
    let roles = needed(assignments, deployments, estate);
    survey(&Survey { assignments, rows, deployments, roles: &roles, estate })
}

fn check(
    tenant: &Tenant,
    resources: Vec<crate::arm::template::DeployedResource>,
) -> (Vec<Hazard>, Vec<NotChecked>) {
    let plan = [deployment(0, "s1", resources, tenant)];
    run(&[assigned("Deploy", MG)], &[], &plan, tenant)
}

fn messages(found: &[Hazard], code: &'static Code) -> Vec<String> {
    found.iter().filter(|h| h.code == code).map(|h| h.message.clone()).collect()
}

fn asked(found: &[NotChecked], code: &'static Code) -> Vec<String> {
    found.iter().filter(|n| n.code == code).map(|n| n.command.clone()).collect()
}

#[test]
fn a_group_loses_its_tags_only_where_it_is_put() {
    let there = tenant(vec![resource(
        GROUP,
        r#"{"location": "westeurope", "tags": {"owner": "x", "cost-center": "1"}}"#,
    )]);
    let (found, unknown) = check(&there, vec![group("s1"), automation("s1", &["Alerts"])]);
    assert_eq!(messages(&found, &codes::TAGS_RESET), ["rg-export carries `cost-center`, `owner`"]);
    assert!(asked(&unknown, &codes::TAGS_RESET).is_empty());
    let (found, _) = check(&there, vec![automation("s1", &["Alerts"])]);
    assert!(messages(&found, &codes::TAGS_RESET).is_empty());
    let (found, unknown) = check(
        &tenant(vec![]).incomplete("Microsoft.Resources/resourceGroups"),
        vec![group("s1"), automation("s1", &["Alerts"])],
    );
    assert!(messages(&found, &codes::TAGS_RESET).is_empty());
    assert_eq!(asked(&unknown, &codes::TAGS_RESET), ["az group list --subscription 's1' > groups.json"]);
}

#[test]
fn a_group_can_neither_move_nor_be_missed() {
    let elsewhere = tenant(vec![resource(GROUP, r#"{"location": "northeurope"}"#)]);
    let (found, _) = check(&elsewhere, vec![group("s1"), automation("s1", &["Alerts"])]);
    assert_eq!(
        messages(&found, &codes::GROUP_ELSEWHERE),
        ["rg-export exists in northeurope, and is to be put in westeurope: refused"]
    );
    // Into the group where it is: nothing to refuse.
    let (found, _) = check(&elsewhere, vec![automation("s1", &["Alerts"])]);
    assert!(messages(&found, &codes::GROUP_ELSEWHERE).is_empty());
    assert!(messages(&found, &codes::GROUP_ABSENT).is_empty());
    let (found, _) = check(&tenant(vec![]), vec![automation("s1", &["Alerts"])]);
    assert_eq!(
        messages(&found, &codes::GROUP_ABSENT),
        ["rg-export doesn't exist, and nothing makes it: refused"]
    );
    let unlisted = tenant(vec![]).incomplete("Microsoft.Resources/resourceGroups");
    let (found, unknown) = check(&unlisted, vec![automation("s1", &["Alerts"])]);
    assert!(messages(&found, &codes::GROUP_ABSENT).is_empty());
    assert_eq!(asked(&unknown, &codes::GROUP_ABSENT).len(), 1);
}

fn exporting(group: &str, enabled: bool, source: &str, workspace: &str) -> crate::inventory::Resource {
    resource(
        &format!(
            "/subscriptions/s1/resourceGroups/{group}/providers/Microsoft.Security/automations/ExportToWorkspace"
        ),
        &format!(
            r#"{{"location": "westeurope", "properties": {{"isEnabled": {enabled}, "sources": [{{"eventSource": "{source}"}}],
                "actions": [{{"actionType": "Workspace", "workspaceResourceId": "{workspace}"}}]}}}}"#
        ),
    )
}

#[test]
fn an_export_elsewhere_is_paid_twice() {
    let old = "/subscriptions/s1/resourceGroups/x/providers/Microsoft.OperationalInsights/workspaces/law-old";
    let twice = |other| {
        let (found, _) =
            check(&tenant(vec![other]), vec![group("s1"), automation("s1", &["Alerts", "SecureScores"])]);
        messages(&found, &codes::PAID_TWICE)
    };
    assert_eq!(
        twice(exporting("rg-monitoring", true, "alerts", old)),
        ["ExportToWorkspace in rg-monitoring stays, and sends the same data (alerts)"]
    );
    assert_eq!(
        twice(exporting("rg-monitoring", true, "Alerts", WORKSPACE)),
        ["ExportToWorkspace in rg-monitoring stays, and sends the same data to the same place (Alerts)"]
    );
    assert!(twice(exporting("rg-monitoring", false, "Alerts", old)).is_empty(), "disabled");
    assert!(twice(exporting("rg-monitoring", true, "AttackPaths", old)).is_empty(), "other data");
    let unlisted = tenant(vec![resource(GROUP, r#"{"location": "westeurope"}"#)])
        .incomplete("Microsoft.Security/automations");
    let (_, unknown) = check(&unlisted, vec![automation("s1", &["Alerts"])]);
    assert_eq!(
        asked(&unknown, &codes::PAID_TWICE),
        ["az security automation list --subscription 's1' > automations.json"]
    );
}

#[test]
fn an_automation_is_overwritten_with_the_difference() {
    let there = tenant(vec![exporting("rg-export", true, "AttackPaths", WORKSPACE)]);
    let (found, _) = check(&there, vec![automation("s1", &["Alerts"])]);
    let hazard = found.iter().find(|h| h.code == &codes::OVERWRITTEN).expect("a hazard");
    assert_eq!(hazard.message, "ExportToWorkspace: + source Alerts, source AttackPaths vanishes");
    assert!(
        hazard.details.iter().any(|line| line.starts_with("- properties.sources[AttackPaths]")),
        "{hazard:?}"
    );
    let mut elsewhere = exporting("rg-export", true, "Alerts", WORKSPACE);
    elsewhere.location = Some(Location::new("North Europe"));
    let (found, _) = check(&tenant(vec![elsewhere]), vec![automation("s1", &["Alerts"])]);
    assert_eq!(
        messages(&found, &codes::AUTOMATION_ELSEWHERE),
        ["ExportToWorkspace exists in northeurope, and is to be put in westeurope: refused"]
    );
}

#[test]
fn two_policies_on_one_name_are_seen_planned_and_compliant() {
    let tenant = tenant(vec![exporting("rg-export", true, "SecureScores", WORKSPACE)]);
    let both = [assigned("One", MG), assigned("Two", MG)];
    let plan = [
        deployment(0, "s1", vec![group("s1"), automation("s1", &["Alerts"])], &tenant),
        deployment(1, "s1", vec![group("s1"), automation("s1", &["Assessments"])], &tenant),
    ];
    let (found, _) = run(&both, &[], &plan, &tenant);
    assert_eq!(
        messages(&found, &codes::WRITTEN_TWICE),
        ["ExportToWorkspace is written by `Display of One` and `Display of Two`: the last one wins"]
    );
    let mut compliant = row(1, "s1", ComplianceState::Compliant);
    compliant.evidence_mut().candidate = Some(plan[0].resources[1].deployed.id.clone());
    let (found, _) = run(&both, &[compliant], &plan[..1], &tenant);
    assert_eq!(
        messages(&found, &codes::WRITTEN_TWICE),
        ["ExportToWorkspace makes `Display of Two` compliant, and `Display of One` replaces it"]
    );
}

#[test]
fn identities_and_their_roles() {
    let mut none = assigned("Deploy", MG);
    Arc::make_mut(&mut none.assignment).identity = None;
    let tenant = |grants: &[(&str, &str)]| {
        let mut tenant = tenant(vec![]);
        tenant.roles = grants.iter().map(|(scope, granted)| role("principal", granted, scope)).collect();
        tenant
    };
    let plan =
        |tenant: &Tenant| [deployment(0, "s1", vec![group("s1"), automation("s1", &["Alerts"])], tenant)];
    let empty = tenant(&[]);
    let (found, _) = run(&[none], &[], &plan(&empty), &empty);
    assert_eq!(
        messages(&found, &codes::NO_IDENTITY),
        ["shows no identity: a remediation task can't be created"]
    );
    assert!(messages(&found, &codes::ROLE_MISSING).is_empty());

    let mut placeless = assigned("Deploy", MG);
    Arc::make_mut(&mut placeless.assignment).location = None;
    let (found, _) = run(&[placeless], &[], &plan(&empty), &empty);
    assert_eq!(messages(&found, &codes::NO_IDENTITY).len(), 1);

    let missing = |tenant: &Tenant| {
        let (found, unknown) = run(&[assigned("Deploy", MG)], &[], &plan(tenant), tenant);
        (messages(&found, &codes::ROLE_MISSING), asked(&unknown, &codes::ROLE_MISSING))
    };
    let lacks_target = "the identity lacks Contributor at workspace law-central";
    let (found, _) = missing(&empty);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.contains(&lacks_target.to_owned()));
    assert_eq!(missing(&tenant(&[(MG, CONTRIBUTOR)])).0, [lacks_target]);
    assert!(missing(&tenant(&[(MG, CONTRIBUTOR), ("/subscriptions/sec", CONTRIBUTOR)])).0.is_empty());
    let owner = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
    assert!(
        missing(&tenant(&[("/providers/Microsoft.Management/managementGroups/root", owner)])).0.is_empty()
    );
    let (found, unknown) =
        missing(&tenant(&[(MG, CONTRIBUTOR)]).incomplete("Microsoft.Authorization/roleAssignments"));
    assert!(found.is_empty());
    assert_eq!(
        unknown,
        ["az role assignment list --all --include-inherited --subscription 'sec' > roles.json"]
    );
}

#[test]
fn a_trusted_service_needs_the_senders_role() {
    let hub = "/subscriptions/sec/resourceGroups/rg/providers/Microsoft.EventHub/namespaces/n/eventhubs/h";
    let export = || {
        vec![deployed(
            AUTOMATION,
            &format!(
                r#"{{"location": "westeurope", "properties": {{"isEnabled": true, "actions": [
                    {{"actionType": "EventHub", "eventHubResourceId": "{hub}", "isTrustedServiceEnabled": true}}]}}}}"#
            ),
        )]
    };
    let (found, _) = check(&tenant(vec![]), export());
    assert_eq!(
        messages(&found, &codes::SENDER_MISSING),
        ["nobody holds Azure Event Hubs Data Sender at hub h"]
    );
    let granted = |name: &str| {
        let mut tenant = tenant(vec![]);
        let mut sender = role("p", "2b629674-e913-4c01-ae53-ef4638d8f975", hub);
        sender.principal_name = Some(name.into());
        tenant.roles = vec![sender];
        tenant
    };
    let (found, unknown) = check(&granted("Windows Azure Security Resource Provider"), export());
    assert!(
        messages(&found, &codes::SENDER_MISSING).is_empty()
            && asked(&unknown, &codes::SENDER_MISSING).is_empty()
    );
    let (found, unknown) = check(&granted("somebody"), export());
    assert!(messages(&found, &codes::SENDER_MISSING).is_empty());
    assert_eq!(asked(&unknown, &codes::SENDER_MISSING).len(), 1);
}

#[test]
fn the_provider_has_to_be_registered() {
    let put = || vec![group("s1"), automation("s1", &["Alerts"])];
    let (found, _) = check(&tenant(vec![]).registered("s1", "Microsoft.Security", "NotRegistered"), put());
    assert_eq!(messages(&found, &codes::NOT_REGISTERED), ["Microsoft.Security is NotRegistered"]);
    let (found, unknown) = check(&tenant(vec![]).registered("s1", "microsoft.security", "Registered"), put());
    assert!(
        messages(&found, &codes::NOT_REGISTERED).is_empty()
            && asked(&unknown, &codes::NOT_REGISTERED).is_empty()
    );
    let (_, unknown) = check(&tenant(vec![]), put());
    assert_eq!(
        asked(&unknown, &codes::NOT_REGISTERED),
        ["az provider show --namespace Microsoft.Security --subscription 's1' > providers.json"]
    );
    let (_, unknown) = check(&tenant(vec![exporting("rg-other", false, "Alerts", WORKSPACE)]), put());
    assert!(asked(&unknown, &codes::NOT_REGISTERED).is_empty(), "one of its resources stands there");
}

#[test]
fn an_old_record_of_the_policy_collides() {
    let id = |text: &str| ResourceId::parse(text).expect("an id");
    let record = |name: &str, location: &str, wrote: &str| Record {
        id: id(&format!("/subscriptions/s1/providers/Microsoft.Resources/deployments/{name}")),
        location: Some(Location::new(location)),
        wrote: vec![id(wrote)],
        group_parameter: None,
        timestamp: Some("2024-05-06T07:08:09Z".into()),
        span: Span::none(),
    };
    let collides = |record| {
        let mut tenant = tenant(vec![]);
        tenant.records = vec![record];
        let (found, _) = check(&tenant, vec![automation("s1", &["Alerts"])]);
        messages(&found, &codes::DEPLOYMENT_ELSEWHERE)
    };
    let folded = AUTOMATION.to_lowercase();
    assert_eq!(
        collides(record("PolicyDeployment_123", "northeurope", &folded)),
        [
            "PolicyDeployment_123 of 2024-05-06, which wrote the same, lies in northeurope, and the policy deploys from westeurope"
        ]
    );
    assert!(collides(record("PolicyDeployment_123", "West Europe", &folded)).is_empty());
    assert!(collides(record("mine", "northeurope", &folded)).is_empty());
    assert!(collides(record("PolicyDeployment_123", "northeurope", GROUP)).is_empty());
    let failed = |group: &str| Record {
        wrote: Vec::new(),
        group_parameter: Some(group.into()),
        ..record("PolicyDeployment_123", "northeurope", AUTOMATION)
    };
    assert_eq!(collides(failed("RG-export")).len(), 1);
    assert!(collides(failed("rg-other")).is_empty());
}

#[test]
fn eager_faults_are_said_once_for_an_assignment() {
    let tenant = tenant(vec![]);
    let mut plan = vec![
        deployment(0, "s1", vec![automation("s1", &["Alerts"])], &tenant),
        deployment(0, "s2", vec![automation("s2", &["Alerts"])], &tenant),
    ];
    for deployment in &mut plan {
        deployment.eager_faults = vec![("rules".into(), "index 0 is out of range".into())];
    }
    let (found, _) = run(&[assigned("Deploy", MG)], &[], &plan, &tenant);
    assert_eq!(
        messages(&found, &codes::EAGER_VARIABLE),
        ["variable `rules` fails if it is evaluated: index 0 is out of range"]
    );
}

#[test]
fn what_many_subscriptions_miss_is_asked_once() {
    let ids: Vec<_> = ["a", "b"].into_iter().map(SubscriptionId::new).collect();
    assert_eq!(
        for_each("az group list --subscription {} > groups.json", &ids),
        r#"az account list --query '[].id' -o tsv | while read -r id; do az group list --subscription "$id"; done > groups.json"#
    );
    assert_eq!(for_each("az x --subscription {}", &ids[..1]), "az x --subscription 'a'");
    let mut found = Findings::default();
    for id in &ids {
        found.ask(&codes::TAGS_RESET, "?", "az {}", Some(id));
    }
    assert_eq!(found.finish().1.len(), 1);
}

#[test]
fn nothing_of_the_inventory_breaks_a_line() {
    let id = "/subscriptions/s1/resourceGroups/rg\n##vso[x]";
    let there = tenant(vec![resource(id, r#"{"location": "a\nb", "tags": {"::error::\n": "x"}}"#)]);
    let (found, _) = check(&there, vec![deployed(id, r#"{"location": "westeurope"}"#)]);
    assert!(found.len() >= 2);
    for hazard in found {
        assert!(!hazard.message.contains('\n') && !hazard.message.contains("##vso["), "{}", hazard.message);
        assert!(!hazard.message.contains("::error"), "{}", hazard.message);
    }
}
