//! The shipped policies: they are read without a fault, name what they stand for, and deploy what the built-ins
//! of the same ids deploy.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use azpol::arm::expression::{Dialect, Formula};
use azpol::arm::template::FaultKind;
use azpol::arm::{Object, Value};
use azpol::source::{Diagnostics, FileId, Node, json};
use sha2::{Digest, Sha256};

use crate::deployment::{definition, deployed, details};

/// File, built-in and version.
const TWINS: [(&str, &str, &str); 6] = [
    ("export-to-log-analytics", "ffb6f416-7bd2-4488-8828-56585fef2be9", "4.1.0"),
    ("export-to-event-hub", "cdfcce10-4578-4ecd-9703-530938e4abcb", "4.2.0"),
    ("export-to-event-hub-as-trusted-service", "af9f6c70-eb74-4189-8d15-e4f11a7ebfd4", "1.0.0"),
    ("workflow-automation-for-alerts", "f1525828-9a90-4fcf-be48-268cdd02361e", "5.0.1"),
    ("workflow-automation-for-recommendations", "73d6ab6c-2475-4850-afd6-43795f3492ef", "5.0.1"),
    ("workflow-automation-for-regulatory-compliance", "509122b9-ddd9-47ba-a5f1-d0dac20be63c", "5.0.1"),
];

/// Members whose values only a running deployment knows.
const RUNTIME: [&str; 2] = ["connectionString", "uri"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn twin(file: &str) -> Node {
    definition(&root().join(format!("policies/{file}.yaml")))
}

fn parse(text: &str) -> Node {
    let mut faults = Diagnostics::new();
    let mut nodes = json::parse(FileId::NONE, 0, text, &mut faults);
    assert!(faults.is_empty(), "{faults:?}");
    nodes.remove(0)
}

fn object(node: &Node) -> Object {
    Value::from(node).as_object().expect("an object").clone()
}

fn text<'a>(node: &'a Node, path: &[&str]) -> &'a str {
    node.at(path).and_then(Node::as_str).unwrap_or_default()
}

#[test]
fn the_folder_holds_the_twins_and_their_tests_and_nothing_else() {
    let mut names: Vec<String> = std::fs::read_dir(root().join("policies"))
        .expect("policies")
        .map(|entry| entry.expect("entry").file_name().to_string_lossy().into_owned())
        .filter(|name| !name.ends_with(".azpol-test.yaml"))
        .collect();
    names.sort();
    let mut expected: Vec<String> = TWINS.iter().map(|(file, ..)| format!("{file}.yaml")).collect();
    expected.sort();
    assert_eq!(names, expected);
}

#[test]
fn each_names_what_it_stands_for() {
    for (file, guid, version) in TWINS {
        let twin = twin(file);
        let id = format!("/providers/Microsoft.Authorization/policyDefinitions/{guid}");
        assert_eq!(text(&twin, &["id"]), id);
        assert_eq!(text(&twin, &["name"]), guid);
        assert_eq!(text(&twin, &["properties", "version"]), version);
        let azpol = twin.at(&["properties", "metadata", "azpol"]).expect("metadata.azpol");
        assert_eq!((text(azpol, &["twinOf"]), text(azpol, &["version"])), (&*id, version));
    }
}

#[test]
fn every_expression_is_one_of_its_dialect() {
    for (file, ..) in TWINS {
        let twin = twin(file);
        let mut faults = Diagnostics::new();
        let rule = twin.at(&["properties", "policyRule"]).expect("rule");
        check(rule, Dialect::Policy, &mut faults);
        let template = details(&twin).at(&["deployment", "properties", "template"]).expect("template");
        check(template, Dialect::Template, &mut faults);
        assert!(faults.is_empty(), "{file}: {faults:?}");
    }
}

/// Checks what stands below a node, but for a template in a rule.
fn check(node: &Node, dialect: Dialect, faults: &mut Diagnostics) {
    for member in node.members() {
        if dialect == Dialect::Template || &*member.key != "template" {
            check(&member.value, dialect, faults);
        }
    }
    for item in node.items() {
        check(item, dialect, faults);
    }
    if node.as_str().is_some() {
        Formula::read(node, faults).check(dialect, faults);
    }
}

/// `policies/expected.json` holds, for 126 sets of parameters, the hash of what the built-in of that id deploys.
#[test]
fn they_deploy_what_the_built_ins_deploy() {
    let twins: BTreeMap<&str, Node> = TWINS.iter().map(|(file, guid, _)| (*guid, twin(file))).collect();
    let expected = std::fs::read_to_string(root().join("tests/it/policies/expected.json")).expect("hashes");
    let expected = parse(&expected);
    assert_eq!(expected.items().len(), 126);
    let mut wrong = Vec::new();
    for entry in expected.items() {
        let [guid, parameters, hash] = entry.items() else { panic!("an entry has three parts") };
        let (guid, hash) = (guid.as_str().expect("an id"), hash.as_str().expect("a hash"));
        let found = match deployed(&twins[guid], &object(parameters)) {
            Ok(deployed) => sha256(&deployed.normal_form(&RUNTIME)),
            Err(faults) => faults[0].message.clone(),
        };
        if found != hash {
            wrong.push(format!("{guid} {}: {found}", Value::from(parameters)));
        }
    }
    assert!(wrong.is_empty(), "{} differ, the first is\n{}", wrong.len(), wrong[0]);
}

fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |hash, byte| hash + &format!("{byte:02x}"))
}

/// A first set of parameters of a definition, from the hashes' file, with some of them replaced.
fn parameters(guid: &str, replaced: &str) -> Object {
    let expected =
        parse(&std::fs::read_to_string(root().join("tests/it/policies/expected.json")).expect("hashes"));
    let first = expected.items().iter().find(|entry| entry.items()[0].as_str() == Some(guid)).expect("a set");
    let mut parameters = object(&first.items()[1]);
    for (key, value) in object(&parse(replaced)).iter() {
        parameters.insert(key.clone(), value.clone());
    }
    parameters
}

fn refusal(file: &str, replaced: &str) -> Option<FaultKind> {
    let (_, guid, _) = TWINS.iter().find(|(name, ..)| *name == file).expect("a twin");
    deployed(&twin(file), &parameters(guid, replaced)).err().map(|faults| faults[0].kind)
}

#[test]
fn what_arm_refuses_is_refused() {
    let refused = [
        ("export-to-log-analytics", r#"{"exportedDataTypes":[]}"#),
        ("export-to-log-analytics", r#"{"exportedDataTypes":["Security alerts"],"alertSeverities":[]}"#),
        (
            "export-to-event-hub",
            r#"{"exportedDataTypes":["Security recommendations"],"recommendationSeverities":[]}"#,
        ),
        (
            "export-to-event-hub",
            r#"{"eventHubDetails":"/subscriptions/s/resourceGroups/g/providers/Microsoft.EventHub/namespaces/n"}"#,
        ),
        ("workflow-automation-for-alerts", r#"{"alertSeverities":[]}"#),
        ("workflow-automation-for-recommendations", r#"{"recommendationSeverities":[]}"#),
        ("workflow-automation-for-recommendations", r#"{"recommendationStates":[]}"#),
    ];
    for (file, replaced) in refused {
        assert_eq!(refusal(file, replaced), Some(FaultKind::Refused), "{file} {replaced}");
    }
    let accepted = [
        ("export-to-log-analytics", r#"{"exportedDataTypes":["Security alerts","Security alerts"]}"#),
        ("workflow-automation-for-regulatory-compliance", r#"{"regulatoryComplianceControlStates":[]}"#),
    ];
    for (file, replaced) in accepted {
        assert_eq!(refusal(file, replaced), None, "{file} {replaced}");
    }
}

#[test]
fn a_duplicated_data_type_gives_two_sources() {
    let replaced =
        r#"{"exportedDataTypes":["Security alerts","Security alerts"],"isSecurityFindingsEnabled":false}"#;
    let parameters = parameters(TWINS[0].1, replaced);
    let deployed = deployed(&twin(TWINS[0].0), &parameters).expect("accepted");
    let automation = deployed.resources.last().expect("an automation");
    let sources = automation["properties"]["sources"].as_array().expect("sources");
    assert_eq!(sources.len(), 2);
    assert_eq!(sources[0], sources[1]);
}

#[test]
fn secrets_stay_expressions() {
    let cases = [
        ("export-to-event-hub", "connectionString", "listkeys("),
        ("workflow-automation-for-alerts", "uri", "listcallbackurl("),
    ];
    for (file, member, call) in cases {
        let (_, guid, _) = TWINS.iter().find(|(name, ..)| *name == file).expect("a twin");
        let deployed = deployed(&twin(file), &parameters(guid, "{}")).expect("accepted");
        let automation = deployed.resources.last().expect("an automation");
        let text = automation["properties"]["actions"][0][member].as_str().expect("a text");
        assert!(text.to_ascii_lowercase().starts_with(&format!("[{call}")), "{text}");
    }
}

#[test]
fn without_a_group_to_create_only_the_automation_is_put() {
    let parameters = parameters(TWINS[0].1, r#"{"createResourceGroup":false}"#);
    let deployed = deployed(&twin(TWINS[0].0), &parameters).expect("accepted");
    let types: Vec<&str> = deployed.resources.iter().filter_map(|r| r["type"].as_str()).collect();
    assert_eq!(types, ["Microsoft.Security/automations"]);
    assert!(Path::new(deployed.resources[0]["id"].as_str().expect("an id")).ends_with("ExportToWorkspace"));
}
