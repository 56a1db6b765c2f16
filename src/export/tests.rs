//! Verdicts on automations that are written in a few lines.

use super::{ExportAutomation, ExportRequirement, Found, Judgement, Memo, Verdict, judge, notes};
use crate::arm::{ResourceId, Value};
use crate::inventory::Resource;
use crate::source::{Diagnostics, FileId, Span, json};

const LAW: &str = "/subscriptions/s/resourceGroups/m/providers/Microsoft.OperationalInsights/workspaces/law";
const OLD: &str =
    "/subscriptions/s/resourceGroups/m/providers/Microsoft.OperationalInsights/workspaces/law-old";

fn id(text: &str) -> ResourceId {
    ResourceId::parse(text).expect("an id")
}

/// An automation of the subscription `s`: its name, its destination, its sources, and more members.
fn automation(name: &str, workspace: &str, sources: &str, more: &str) -> ExportAutomation {
    let (id, body) = written(name, workspace, sources, more);
    ExportAutomation::of_resource(&Resource {
        resource_type: id.resource_type(),
        id,
        location: None,
        body: body.into(),
        loss: None,
        span: Span::none(),
    })
}

fn written(name: &str, workspace: &str, sources: &str, more: &str) -> (ResourceId, Value) {
    let text = format!(
        r#"{{"properties": {{"isEnabled": true, "scopes": [{{"scopePath": "/subscriptions/s"}}],
        "actions": [{{"actionType": "Workspace", "workspaceResourceId": "{workspace}"}}],
        "sources": [{sources}]}}}}"#
    );
    let mut faults = Diagnostics::new();
    let node = json::parse(FileId::NONE, 0, &text, &mut faults).remove(0);
    let over = json::parse(FileId::NONE, 0, &format!("{{{more}}}"), &mut faults).remove(0);
    assert!(faults.is_empty(), "{faults:?} {text}");
    let mut properties =
        Value::from(&node).get("properties").and_then(Value::as_object).cloned().expect("object");
    for member in over.members() {
        properties.insert(member.key.clone(), Value::from(&member.value));
    }
    let body = Value::object([("properties", Value::from(properties))]);
    let id =
        id(&format!("/subscriptions/s/resourceGroups/g/providers/Microsoft.Security/automations/{name}"));
    (id, body)
}

/// A source; each set is rules `path operator value` with a comma between, a type behind a colon.
pub(super) fn source(event: &str, sets: &[&str]) -> String {
    let set = |set: &&str| {
        let rules: Vec<String> = set
            .split(',')
            .map(|rule| {
                let (rule, kind) = rule.split_once(':').unwrap_or((rule, "String"));
                let mut parts = rule.trim().splitn(3, ' ');
                let mut next = || parts.next().unwrap_or_default();
                format!(
                    r#"{{"propertyJPath": "{}", "operator": "{}", "expectedValue": "{}", "propertyType": "{kind}"}}"#,
                    next(),
                    next(),
                    next()
                )
            })
            .collect();
        format!(r#"{{"rules": [{}]}}"#, rules.join(","))
    };
    let sets: Vec<String> = sets.iter().map(set).collect();
    format!(r#"{{"eventSource": "{event}", "ruleSets": [{}]}}"#, sets.join(","))
}

pub(super) fn judged(required: &str, found: &[ExportAutomation]) -> Judgement {
    judged_with(required, found, true, false)
}

/// A requirement of these sources.
pub(super) fn requirement(sources: &str) -> ExportRequirement {
    let (id, body) = written("ExportToWorkspace", LAW, sources, "");
    ExportRequirement { automations: vec![ExportAutomation::of_body(&id, &body, Span::none())] }
}

fn judged_with(required: &str, found: &[ExportAutomation], complete: bool, gone: bool) -> Judgement {
    let required = requirement(required);
    judge(&required, &Found { automations: found, complete, gone: &|_| gone, memo: &Memo::default() })
}

pub(super) fn to_law(sources: &str) -> Vec<ExportAutomation> {
    vec![automation("ExportToWorkspace", LAW, sources, "")]
}

/// The verdict on one source that is found as these sets where it is asked for as those.
fn compared(event: &str, required: &[&str], found: &[&str]) -> Verdict {
    judged(&source(event, required), &to_law(&source(event, found))).verdict
}

const SEVERITIES: [&str; 4] = [
    "Severity Equals low",
    "Severity Equals medium",
    "Severity Equals HIGH",
    "Severity Equals Informational",
];

#[test]
fn listing_all_values_equals_no_rule() {
    assert_eq!(compared("Alerts", &[], &SEVERITIES), Verdict::Covered);
    assert_eq!(compared("Alerts", &SEVERITIES, &[]), Verdict::Covered);
    assert_eq!(compared("Alerts", &[], &SEVERITIES[..3]), Verdict::PartlyCovered);
    let severities =
        ["properties.metadata.severity Equals High", "properties.metadata.severity NotEquals high"];
    assert_eq!(compared("Assessments", &[], &severities), Verdict::Covered);
    assert_eq!(
        compared("Assessments", &[], &["type Contains Microsoft.Security/assessments"]),
        Verdict::Covered
    );
}

#[test]
fn what_is_missing_is_said_with_an_event() {
    let found = judged(&source("Alerts", &SEVERITIES[1..3]), &to_law(&source("Alerts", &SEVERITIES[..1])));
    assert_eq!(found.verdict, Verdict::Missing, "low alerts aren't asked for: nothing of it leaves");
    let found = judged(&source("Alerts", &SEVERITIES[..3]), &to_law(&source("Alerts", &SEVERITIES[..1])));
    assert_eq!((found.verdict, found.label), (Verdict::PartlyCovered, "severities"));
    assert_eq!(found.text, "medium and high alerts don't leave (exported: low)");
    let event = found.gaps[0].event.as_ref().expect("an event");
    assert_eq!(event.to_value().to_json(), r#"{"eventSource":"Alerts","body":{"Severity":"Medium"}}"#);
    let names = ["name Contains aaa", "name Equals bbb"];
    let found = judged(&source("Assessments", &names), &to_law(&source("Assessments", &names[..1])));
    assert_eq!(found.text, "recommendation bbb doesn't leave");
    assert_eq!(found.label, "partly");
}

#[test]
fn text_is_compared_without_case_and_by_parts() {
    let name = |text: &'static str| [text];
    assert_eq!(compared("Assessments", &name("name Equals ABC"), &name("name Contains b")), Verdict::Covered);
    assert_eq!(
        compared("Assessments", &name("name StartsWith abc"), &name("name StartsWith AB")),
        Verdict::Covered
    );
    assert_eq!(
        compared("Assessments", &name("name EndsWith abc"), &name("name Contains bc")),
        Verdict::Covered
    );
    assert_eq!(
        compared("Assessments", &name("name Contains abc"), &name("name Equals abc")),
        Verdict::PartlyCovered
    );
    assert_eq!(
        compared("Assessments", &[], &["name Contains a", "name NotEquals a"]),
        Verdict::Covered,
        "whatever isn't `a` passes one, `a` the other"
    );
}

#[test]
fn several_automations_are_united() {
    let required = source("Alerts", &SEVERITIES[..2]);
    let found = [
        automation("a", LAW, &source("Alerts", &SEVERITIES[..1]), ""),
        automation("b", LAW, &source("Alerts", &SEVERITIES[1..2]), ""),
    ];
    let judgement = judged(&required, &found);
    assert_eq!(judgement.verdict, Verdict::Covered);
    assert_eq!(judgement.rests_on.len(), 2);
    assert_eq!(judged(&required, &found[..1]).verdict, Verdict::PartlyCovered);
}

#[test]
fn a_group_scope_covers_that_group_only() {
    let group = r#""scopes": [{"scopePath": "/subscriptions/s/resourceGroups/rg-hr"}]"#;
    let found = [automation("ExportToWorkspace", LAW, &source("Alerts", &[]), group)];
    let judgement = judged(&source("Alerts", &[]), &found);
    assert_eq!((judgement.verdict, judgement.label), (Verdict::PartlyCovered, "scope"));
    assert_eq!(judgement.text, "only what lies in rg-hr leaves");
    let event = judgement.gaps[0].event.as_ref().expect("an event").to_value().to_json();
    assert!(event.contains(r#""outsideOf":["/subscriptions/s/resourceGroups/rg-hr"]"#), "{event}");
    let required = ExportRequirement { automations: found.to_vec() };
    let narrow = judge(
        &required,
        &Found { automations: &found, complete: true, gone: &|_| false, memo: &Memo::default() },
    );
    assert_eq!(narrow.verdict, Verdict::Covered, "it is asked for that group");
}

#[test]
fn destinations_decide() {
    let all = source("Alerts", &[]);
    let old = [automation("ExportToWorkspace", OLD, &all, "")];
    let judgement = judged(&all, &old);
    assert_eq!(judgement.verdict, Verdict::WrongDestination);
    assert_eq!(judgement.text, "sends to law-old, asked for law");
    assert_eq!(judged_with(&all, &to_law(&all), true, true).verdict, Verdict::DestinationGone);
    let off = [automation("ExportToWorkspace", LAW, &all, r#""isEnabled": false"#)];
    assert_eq!(judged(&all, &off).verdict, Verdict::Disabled);
    assert_eq!(judged(&all, &[]).verdict, Verdict::Missing);
    assert_eq!(judged_with(&all, &[], false, false).verdict, Verdict::Undetermined);
    assert_eq!(judged_with(&all, &to_law(&all), false, false).verdict, Verdict::Covered, "presence suffices");
}

#[test]
fn an_event_that_leaves_twice_is_found() {
    let all = source("Alerts", &[]);
    let found = [
        automation("ExportToWorkspace", LAW, &all, ""),
        automation("other", LAW, &source("Alerts", &SEVERITIES[1..2]), ""),
    ];
    let judgement = judged(&all, &found);
    assert_eq!(judgement.verdict, Verdict::Duplicated);
    assert_eq!(judgement.text, "alerts leave twice, by ExportToWorkspace and other");
    let event = judgement.duplicates[0].event.to_value().to_json();
    assert_eq!(event, r#"{"eventSource":"Alerts","body":{"Severity":"Medium"}}"#);
    let disjoint = [
        automation("a", LAW, &source("Alerts", &SEVERITIES[..2]), ""),
        automation("b", LAW, &source("Alerts", &SEVERITIES[2..]), ""),
    ];
    assert_eq!(judged(&all, &disjoint).verdict, Verdict::Covered);
}

#[test]
fn what_is_not_known_decides_nothing() {
    let path = ["properties.anything Equals a"];
    assert_eq!(compared("Assessments", &path, &path), Verdict::Covered, "the same rule, whatever it reads");
    assert_eq!(compared("Assessments", &[], &path), Verdict::Undetermined);
    assert_eq!(compared("Assessments", &path, &["properties.anything Equals b"]), Verdict::Undetermined);
    assert_eq!(compared("Assessments", &path, &["properties.anything Contains a"]), Verdict::Covered);
    let judgement = judged(&source("Alerts", &[]), &to_law(&source("Alerts", &["Severity Like high"])));
    assert_eq!(judgement.verdict, Verdict::Undetermined);
    assert_eq!(judgement.text, "Alerts: a rule can't be understood");
    let unknown = to_law(&source("Alarms", &[]));
    assert_eq!(judged(&source("Alerts", &[]), &unknown).verdict, Verdict::Undetermined);
    assert_eq!(judged(&source("Alarms", &[]), &unknown).verdict, Verdict::Undetermined);
    let wild = ["properties.a[*] Equals x, properties.a[*] Equals y"];
    assert_eq!(compared("Assessments", &["name Equals n"], &wild), Verdict::Undetermined);
}

#[test]
fn numbers_are_ordered() {
    let number = |text: &'static str| [text];
    let compared = |required, found| compared("SecureScores", &number(required), &number(found));
    assert_eq!(compared("a GreaterThan 5:Integer", "a GreaterThanOrEqualTo 6:Integer"), Verdict::Covered);
    assert_eq!(compared("a GreaterThan 5:Number", "a GreaterThanOrEqualTo 6:Number"), Verdict::Undetermined);
    assert_eq!(compared("a Equals 5:Integer", "a LesserThanOrEqualTo 5:Integer"), Verdict::Covered);
    assert_eq!(compared("a Equals true:Boolean", "a NotEquals false:Boolean"), Verdict::Covered);
    assert_eq!(compared("a GreaterThan x:Integer", "a GreaterThan x:Integer"), Verdict::Undetermined);
    assert_eq!(compared("a GreaterThan 1:String", "a GreaterThan 1:String"), Verdict::Undetermined);
    assert_eq!(compared("a Contains 1:Number", "a Contains 1:Number"), Verdict::Undetermined);
    assert_eq!(compared("a Equals 1:Date", "a Equals 1:Date"), Verdict::Undetermined);
}

#[test]
fn absent_properties_let_nothing_through() {
    let foreign = "properties.metadata.severity Equals High";
    let judgement = judged(&source("Alerts", &[]), &to_law(&source("Alerts", &[foreign])));
    assert_eq!(judgement.verdict, Verdict::Missing);
    assert_eq!(
        compared("Alerts", &[], &["properties.metadata.severity NotEquals High"]),
        Verdict::Undetermined,
        "what the service makes of an absent value there isn't known"
    );
    assert_eq!(compared("Alerts", &[foreign], &[]), Verdict::Covered);
}

#[test]
fn names_are_compared_in_any_number() {
    let keys: Vec<String> = (0..60)
        .map(|n| format!("name Contains key-{n:04}, properties.metadata.severity Equals High"))
        .collect();
    let all: Vec<&str> = keys.iter().map(String::as_str).collect();
    assert_eq!(compared("Assessments", &all, &all[..59]), Verdict::PartlyCovered);
    let reversed: Vec<&str> = all.iter().rev().copied().collect();
    assert_eq!(compared("Assessments", &all, &reversed), Verdict::Covered);
}

#[test]
fn remarks_name_what_exports_nothing() {
    let notes = |automations: &[ExportAutomation]| -> Vec<(String, String)> {
        let found = notes::notes(&crate::arm::SubscriptionId::new("s"), automations);
        found.into_iter().map(|note| (note.code.id.to_owned(), note.message)).collect()
    };
    let one = |event: &str, sets: &[&str]| notes(&to_law(&source(event, sets)));
    let both = "properties.metadata.severity Equals High, properties.metadata.severity Equals Medium";
    let found = one("Assessments", &[both]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, "AZP0910");
    assert!(found[0].1.contains("Equals High` and `"), "{found:?}");
    assert_eq!(one("Alerts", &["Severity Equals Critical"])[0].0, "AZP0910");
    assert_eq!(one("Alerts", &["properties.metadata.severity Equals High"])[0].0, "AZP0911");
    assert_eq!(one("Assessments", &["properties.status.code Contains Healthy"])[0].0, "AZP0913");
    assert_eq!(one("Alerts", &["severity Equals High"])[0].0, "AZP0914");
    assert_eq!(one("SubAssessments", &[])[0].0, "AZP0915");
    let key = "id Contains /assessments/aaa/";
    let both =
        format!("{},{}", source("SubAssessments", &[key]), source("Assessments", &["name Equals bbb"]));
    assert_eq!(
        notes(&to_law(&both))[0].1,
        "findings of aaa leave for law without the recommendations that carry them (Assessments)"
    );
    let both =
        format!("{},{}", source("SubAssessments", &[key]), source("Assessments", &["name Equals AAA"]));
    assert_eq!(notes(&to_law(&both)), []);
    let other = [automation("mine", LAW, &source("Alerts", &[]), "")];
    assert_eq!(notes(&other)[0].0, "AZP0916");
    assert_eq!(one("Alerts", &["Severity Equals High"]), []);
}
