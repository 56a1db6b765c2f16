//! The second verdict on automations of a live tenant, under two requirements.

use azpol::arm::{ResourceId, ResourceType, SubscriptionId, Value};
use azpol::export::{ExportAutomation, ExportRequirement, Found, Judgement, Memo, Verdict, judge};
use azpol::inventory::{InventoryBuilder, Provenance};
use azpol::source::{self, Diagnostics, FileId, Form, SourceMap, Span, json};

use crate::shared;

const SUBSCRIPTION: &str = "00000000-0000-0000-0000-000000000000";
const WORKSPACE: &str = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/DefaultResourceGroup-EUS/providers/Microsoft.OperationalInsights/workspaces/DefaultWorkspace-487bb485-b5b0-471e-9c0d-10717612f869-EUS";
const HUB: &str = "/subscriptions/212f9889-769e-45ae-ab43-6da33674bd26/resourceGroups/ContosoSiemPipeRg/providers/Microsoft.EventHub/namespaces/contososiempipe-ns/eventhubs/surashed-test";

/// The automations of the recorded session.
fn live() -> Vec<ExportAutomation> {
    let file = shared().join("samples/automations/rest_list_subscription.azure-cli-recording.json");
    let (mut sources, mut faults) = (SourceMap::new(), Diagnostics::new());
    let inputs = source::discover(&[file], &mut std::io::empty(), &mut sources, &mut faults);
    let mut builder = InventoryBuilder::new();
    for input in &inputs {
        let provenance = Provenance { file: input.file, lines: input.form == Form::Lines };
        for node in source::documents(&mut sources, input, &mut faults) {
            builder.document(node, provenance, &mut faults);
        }
    }
    let (inventory, _, found) = builder.finish(&[], &sources, &|_| None);
    faults.extend(found);
    assert!(!faults.has_errors(), "{faults:?}");
    let kind = ResourceType::new(ResourceType::AUTOMATION);
    inventory
        .resources(&SubscriptionId::new(SUBSCRIPTION), &kind)
        .map(ExportAutomation::of_resource)
        .collect()
}

fn judged(action: &str, sources: &str) -> Judgement {
    let text = format!(
        r#"{{"properties": {{"isEnabled": true, "scopes": [{{"scopePath": "/subscriptions/{SUBSCRIPTION}"}}],
        "actions": [{action}], "sources": [{sources}]}}}}"#
    );
    let mut faults = Diagnostics::new();
    let node = json::parse(FileId::NONE, 0, &text, &mut faults).remove(0);
    assert!(faults.is_empty(), "{faults:?}");
    let id = format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Security/automations/asked"
    );
    let id = ResourceId::parse(&id).expect("an id");
    let asked = ExportAutomation::of_body(&id, &Value::from(&node), Span::none());
    let live = live();
    assert_eq!(live.len(), 4);
    assert!(live.iter().all(|automation| automation.faults.is_empty()), "{live:?}");
    let found = Found { automations: &live, complete: true, gone: &|_| false, memo: &Memo::default() };
    judge(&ExportRequirement { automations: vec![asked] }, &found)
}

#[test]
fn everything_to_the_workspace_leaves() {
    let action = format!(r#"{{"actionType": "Workspace", "workspaceResourceId": "{WORKSPACE}"}}"#);
    let sources = ["Assessments", "SubAssessments", "Alerts", "SecureScores", "SecureScoreControls"];
    let sources: Vec<String> =
        sources.iter().map(|source| format!(r#"{{"eventSource": "{source}", "ruleSets": null}}"#)).collect();
    let judgement = judged(&action, &sources.join(","));
    // All four severities are listed, and the rule on the type of recommendations says nothing.
    assert_eq!(judgement.verdict, Verdict::Covered, "{judgement:#?}");
    assert_eq!(judgement.rests_on.iter().map(ResourceId::name).collect::<Vec<_>>(), ["ExportToWorkspace"]);
    let more = format!(r#"{},{{"eventSource": "AttackPaths"}}"#, sources.join(","));
    let judgement = judged(&action, &more);
    assert_eq!(judgement.verdict, Verdict::PartlyCovered);
    assert_eq!(judgement.text, "attack paths don't leave");
}

#[test]
fn findings_leave_for_the_hub_three_times() {
    let action = format!(r#"{{"actionType": "EventHub", "eventHubResourceId": "{HUB}"}}"#);
    let judgement = judged(&action, r#"{"eventSource": "SubAssessments"}, {"eventSource": "Alerts"}"#);
    assert_eq!(judgement.verdict, Verdict::Duplicated, "{judgement:#?}");
    // Each pair of the three automations that send findings there.
    assert_eq!(judgement.duplicates.len(), 3);
    assert!(judgement.duplicates.iter().all(|twice| twice.event.source.as_str() == "SubAssessments"));
}
