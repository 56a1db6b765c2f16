//! Microsoft's definitions and the sample assignments are lowered and compiled.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use azpol::arm::{AliasCatalog, Location, ResourceId, ResourceType, SubscriptionId, Value};
use azpol::engine::{
    Candidate, Cause, CompiledPolicy, DeploymentOptions, Language, NotBuilt, Recorder, Silent, Subject,
    SubscriptionSubject, Truth, bind, compile,
};
use azpol::inventory::{Chain, Known, Resource, Subscription, SubscriptionState};
use azpol::policy::{
    Effect, ParameterDefinition, PolicyAssignment, PolicyDefinition, assignment, definition,
};
use azpol::source::{Diagnostics, FileId, Node, Span, json};

use crate::aliases::every_alias;
use crate::corpus::definitions;
use crate::shared;

pub(crate) fn files(below: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![below.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("readable folder") {
            let path = entry.expect("entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

pub(crate) fn read(path: &Path) -> Vec<Node> {
    let text = fs::read_to_string(path).expect("text");
    let mut faults = Diagnostics::new();
    let nodes = json::parse(FileId::NONE, 0, &text, &mut faults);
    assert!(!faults.has_errors(), "{}: {faults:?}", path.display());
    nodes
}

fn lower(path: &Path, faults: &mut Diagnostics) -> Option<PolicyDefinition> {
    definition(&read(path)[0], "", faults)
}

#[test]
fn every_built_in_definition_is_lowered() {
    let files = files(&shared().join("azure-policy/policyDefinitions"));
    assert_eq!(files.len(), 3594);
    let mut said: Vec<(&str, String)> = Vec::new();
    for path in &files {
        let mut faults = Diagnostics::new();
        let lowered = lower(path, &mut faults);
        assert!(lowered.is_some(), "{}: {faults:?}", path.display());
        said.extend(faults.into_iter().map(|fault| (fault.code.id, fault.message)));
    }
    assert_eq!(said, []);
}

/// An assignment of a definition or initiative with these parameters, as ARM has it.
pub(crate) fn assigned(id: &str, parameters: &str) -> PolicyAssignment {
    let id = if id.contains('/') {
        id.to_owned()
    } else {
        format!("/providers/Microsoft.Authorization/policyDefinitions/{id}")
    };
    let text = format!(
        r#"{{"id": "/subscriptions/00000000-0000-0000-0000-000000000000/providers/Microsoft.Authorization/policyAssignments/test",
            "properties": {{"policyDefinitionId": "{id}", "parameters": {parameters}}}}}"#
    );
    let mut faults = Diagnostics::new();
    let nodes = json::parse(FileId::NONE, 0, &text, &mut faults);
    let lowered = assignment(&nodes[0], &mut faults);
    assert!(faults.is_empty(), "{faults:?}");
    lowered.expect("assignment")
}

/// Values for the parameters that have no default.
pub(crate) fn fillers(declared: &[ParameterDefinition]) -> String {
    use azpol::policy::ParameterType as Type;
    let values: Vec<String> = declared
        .iter()
        .filter(|parameter| parameter.default.is_none())
        .map(|parameter| {
            let first = parameter.allowed.as_ref().and_then(|allowed| allowed.first());
            let value = match (parameter.parameter_type, first) {
                (Type::Array, Some(first)) => format!("[{first}]"),
                (_, Some(first)) => first.to_string(),
                (Type::Array, None) => "[]".into(),
                // Its schema wants this.
                (Type::Object, None) if &*parameter.name == "maintenanceWindow" => {
                    r#"{"properties": {"maintenanceWindow": {"schedule": {}, "durationHours": 4, "startTime": "00:00"}}}"#.into()
                }
                (Type::Object, None) => "{}".into(),
                (Type::Boolean, None) => "true".into(),
                (Type::Integer | Type::Float, None) => "1".into(),
                (Type::DateTime, None) => "\"2026-01-01T00:00:00.0000000Z\"".into(),
                (Type::String, None) => "\"x\"".into(),
            };
            format!("\"{}\": {{\"value\": {value}}}", parameter.name)
        })
        .collect();
    format!("{{{}}}", values.join(", "))
}

fn compiled(definition: &PolicyDefinition, aliases: &AliasCatalog) -> Result<(), Vec<NotBuilt>> {
    let assignment = assigned(&definition.id, &fillers(&definition.parameters));
    let mut faults = Diagnostics::new();
    let bound = bind(definition, &assignment, &mut faults);
    let bound = bound.unwrap_or_else(|| panic!("{}: {faults:?}", definition.display_name));
    compile(definition, &bound, Language::of(aliases)).map(|policy| {
        let again = compile(definition, &bound, Language::of(aliases));
        assert_eq!(again, Ok(policy), "{}", definition.display_name);
    })
}

/// The definitions that don't compile, with what stops them.
fn refused(aliases: &AliasCatalog) -> Vec<(Arc<str>, Vec<NotBuilt>)> {
    let all = definitions().iter();
    all.filter_map(|definition| Some((definition.name.clone(), compiled(definition, aliases).err()?)))
        .collect()
}

#[test]
fn every_definition_compiles_with_each_catalogue() {
    assert_eq!(definitions().len(), 3594);
    assert_eq!(refused(&AliasCatalog::built_in()), []);
    assert_eq!(refused(&every_alias()), []);
}

/// Practitioners' tests of four policies: each file's name ends with the effect that a resource meets.
#[test]
fn practitioners_expectations_are_met() {
    let aliases = every_alias();
    let (mut judged, mut unlike) = (0, Vec::new());
    for path in files(&shared().join("samples/policy_eval/samples")) {
        let folder = path.parent().expect("folder");
        if folder.file_name().is_none_or(|name| name != "tests") {
            continue;
        }
        let definition = lower(&folder.with_file_name("azurepolicy.json"), &mut Diagnostics::new());
        let definition = definition.expect("lowered");
        let mut faults = Diagnostics::new();
        let assignment = assigned(&definition.id, &fillers(&definition.parameters));
        let bound = bind(&definition, &assignment, &mut faults).expect("bound");
        let policy = compile(&definition, &bound, Language::of(&aliases)).expect("compiles");
        let body = Value::from(&read(&path)[0]);
        let mut object = body.as_object().expect("object").clone();
        let place = ResourceId::parse("/subscriptions/a/resourceGroups/b").expect("id");
        let kind = body.get("type").and_then(Value::as_str).expect("type");
        let name = vec!["x"; kind.split('/').count() - 1].join("/");
        object.insert("id", place.child(kind, &name).as_str());
        object.insert("location", "westeurope");
        let resource = resource(object.into());
        let subscription = subscription("a");
        let subject = Subject { resource: &resource, ..subscription.subject(None) };
        let truth = policy.applies_to(&subject, &mut Silent);
        let file = path.file_name().expect("name").to_string_lossy().into_owned();
        let fires = !file.ends_with("-none.json");
        if truth != Truth::from(fires) {
            unlike.push((file, truth));
        }
        judged += 1;
    }
    // They take a condition over an empty array for false, which the documentation takes for true ("Author
    // policies for arrays"), as public reports do (azure-policy#1121).
    let empty = ["kv-iprules-with-allow-none.json", "kv-iprules-with-deny-none.json"];
    assert_eq!(unlike, empty.map(|file| (file.to_owned(), Truth::True)));
    assert_eq!(judged, 12);
}

/// The six definitions that make automations.
const SIX: &[&str] = &[
    "ASC_ExportToEventHubASCAlertsAndRecommendations_DINE.json",
    "ASC_ExportToEventHubAsTrustedService_DINE.json",
    "ASC_ExportToLogAnalyticsWorkspace_DINE.json",
    "ASC_WorkflowAutomationASCRecommendations_DINE.json",
    "ASC_WorkflowAutomationASCRegulatoryCompliance_DINE.json",
    "ASC_WorkflowAutomationAzureSecurityCenterAlerts_DINE.json",
];

fn six(file: &str) -> PolicyDefinition {
    let path = shared().join("azure-policy/policyDefinitions/Security Center").join(file);
    lower(&path, &mut Diagnostics::new()).expect("lowered")
}

fn bound(definition: &PolicyDefinition, parameters: &str) -> CompiledPolicy {
    let mut faults = Diagnostics::new();
    let bound = bind(definition, &assigned(&definition.id, parameters), &mut faults);
    let bound = bound.unwrap_or_else(|| panic!("{faults:?}"));
    compile(definition, &bound, Language::of(&AliasCatalog::built_in())).expect("compiles")
}

#[test]
fn the_six_definitions_compile() {
    for file in SIX {
        let definition = six(file);
        assert_eq!(compiled(&definition, &AliasCatalog::built_in()), Ok(()), "{file}");
    }
}

pub(crate) fn subscription(id: &str) -> SubscriptionSubject {
    SubscriptionSubject::new(&Subscription {
        id: SubscriptionId::new(id),
        display_name: "sample".into(),
        state: Known::Yes(SubscriptionState::Enabled),
        tenant: Known::No,
        tags: Known::No,
        chain: Chain::default(),
        span: Span::none(),
    })
}

fn resource(body: Value) -> Resource {
    Resource {
        id: ResourceId::parse(body.get("id").and_then(Value::as_str).expect("id")).expect("id"),
        resource_type: ResourceType::new(body.get("type").and_then(Value::as_str).expect("type")),
        location: body.get("location").and_then(Value::as_str).map(Location::new),
        body: body.into(),
        loss: None,
        span: Span::none(),
    }
}

#[test]
fn the_live_automation_is_judged_as_in_azure() {
    let sample = shared().join("samples/automations/rest_list_subscription.azure-cli-recording.json");
    let listing = Value::from(&read(&sample)[0]);
    let automations: Vec<_> =
        listing.get("value").expect("value").items().iter().cloned().map(resource).collect();
    let definition = six("ASC_ExportToLogAnalyticsWorkspace_DINE.json");
    let fixed = r#""resourceGroupName": {"value": "Sample-RG"}, "resourceGroupLocation": {"value": "eastus"},
        "workspaceResourceId": {"value": "/subscriptions/a/resourceGroups/b/providers/c/d/e"}"#;
    let streaming = format!(
        r#"{{{fixed}, "isSecurityFindingsEnabled": {{"value": true}}, "exportedDataTypes": {{"value": [
            "Security recommendations", "Security alerts", "Overall secure score", "Secure score controls",
            "Regulatory compliance"]}}}}"#
    );
    let subject = subscription("00000000-0000-0000-0000-000000000000");
    let subject = subject.subject(None);
    for (parameters, wanted) in [(format!("{{{fixed}}}"), Truth::False), (streaming, Truth::True)] {
        let policy = bound(&definition, &parameters);
        assert_eq!(policy.effect(), Effect::DeployIfNotExists);
        assert_eq!(policy.applies_to(&subject, &mut Silent), Truth::True);
        let check = policy.existence(&subject).expect("check");
        let found: Vec<_> = automations.iter().filter(|automation| check.admits(automation)).collect();
        assert_eq!(found.len(), 1);
        let mut recorder = Recorder::new();
        let truth = policy.satisfies(&subject, Candidate::existing(found[0]), &mut recorder);
        assert_eq!(truth, wanted);
        assert_eq!(policy.satisfies(&subject, Candidate::existing(found[0]), &mut Silent), wanted);
        if wanted == Truth::False {
            let failed: Vec<_> =
                recorder.failed().iter().map(|leaf| (leaf.current.clone(), leaf.target.clone())).collect();
            let counts = |current, target| (Some(Value::Int(current)), Some(Value::Int(target)));
            assert_eq!(failed, [counts(6, 11), counts(5, 10)]);
        }
    }
}

#[test]
fn what_the_six_deploy_satisfies_them() {
    let oracle = shared().join("oracles/expansion/policy_goldens.jsonl");
    let text = fs::read_to_string(oracle).expect("goldens");
    let (mut made_compliant, mut undecided) = (0, Vec::new());
    for line in text.lines() {
        let case: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let Some(file) = case["id"].as_str().and_then(|id| id.strip_prefix("Security Center/")) else {
            continue;
        };
        if !SIX.contains(&file) {
            continue;
        }
        let definition = six(file);
        let parameters: serde_json::Map<_, _> = case["parameters"]
            .as_object()
            .expect("parameters")
            .iter()
            .filter(|(name, _)| definition.parameters.iter().any(|p| p.name.eq_ignore_ascii_case(name)))
            .map(|(name, value)| (name.clone(), serde_json::json!({"value": value})))
            .collect();
        let policy = bound(&definition, &serde_json::Value::from(parameters).to_string());
        let subject = subscription(case["scope"]["subscriptionId"].as_str().expect("id"));
        let subject = subject.subject(Some("2026-01-02T03:04:05Z"));
        let options =
            DeploymentOptions { name: "azpol".into(), guid_seed: "seed".into(), resource_group: None };
        let expansion = policy.deployment(&subject, &options).expect("expansion");
        let check = policy.existence(&subject).expect("check");
        let made: Vec<_> = expansion
            .resources
            .iter()
            .filter(|made| made.resource_type.is(ResourceType::AUTOMATION))
            .map(|made| {
                let mut body = made.body.as_object().expect("object").clone();
                body.insert("id", made.id.as_str());
                resource(body.into())
            })
            .collect();
        assert_eq!(made.len(), 1, "{file}");
        assert!(check.admits(&made[0]), "{file}: {check:?} {}", made[0].id);
        let mut recorder = Recorder::new();
        let truth = policy.satisfies(&subject, Candidate::planned(&made[0]), &mut recorder);
        assert_eq!(policy.satisfies(&subject, Candidate::planned(&made[0]), &mut Silent), truth);
        match truth {
            Truth::True => made_compliant += 1,
            Truth::False => panic!("{file} {}: {:?}", case["variant"], recorder.failed()),
            Truth::Unknown(causes) => undecided.push((file.to_owned(), case["variant"].as_i64(), causes)),
        }
    }
    // With every state chosen the workflow writes an empty array where its condition wants none.
    let path = Cause::ProviderDecides("properties.sources[*].ruleSets".into());
    let workflow = "ASC_WorkflowAutomationASCRegulatoryCompliance_DINE.json".to_owned();
    assert_eq!(undecided, [(workflow, Some(0), vec![path])]);
    assert_eq!(made_compliant, 125);
}

/// Every object below a node that says it is an assignment.
fn assignments<'n>(node: &'n Node, found: &mut Vec<&'n Node>) {
    let is = node
        .get("type")
        .and_then(Node::as_str)
        .is_some_and(|kind| kind.eq_ignore_ascii_case("Microsoft.Authorization/policyAssignments"));
    if is {
        found.push(node);
    }
    for member in node.members() {
        assignments(&member.value, found);
    }
    for item in node.items() {
        assignments(item, found);
    }
}

#[test]
fn every_sample_assignment_is_lowered_or_says_why_not() {
    let (mut lowered, mut refused) = (0, BTreeMap::new());
    for path in files(&shared().join("samples")) {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let nodes = json::parse(FileId::NONE, 0, &text, &mut Diagnostics::new());
        let mut found = Vec::new();
        nodes.iter().for_each(|node| assignments(node, &mut found));
        for node in found {
            let mut faults = Diagnostics::new();
            if assignment(node, &mut faults).is_some() {
                lowered += 1;
            } else {
                *refused.entry(faults.iter().next().expect("a fault").code.id).or_insert(0) += 1;
            }
        }
    }
    // Placeholders of a library, and templates that compute where they assign.
    assert_eq!(lowered, 75);
    assert_eq!(refused, BTreeMap::from([("AZP0311", 5), ("AZP0320", 4)]));
}
