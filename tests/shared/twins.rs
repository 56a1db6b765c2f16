//! The shipped policies against the built-ins that they stand for: same parameters, same deployments, over the
//! parameter sets of the goldens and over a matrix of edges.

use std::fs;
use std::path::Path;

use azpol::arm::{Object, Value};
use azpol::source::{Diagnostics, FileId, Node, json};

use crate::deployment::{bound, definition, deployed, details};
use crate::shared;

/// The shipped file, and the built-in's below `policyDefinitions/Security Center/`.
const TWINS: [(&str, &str); 6] = [
    ("export-to-log-analytics", "ASC_ExportToLogAnalyticsWorkspace_DINE.json"),
    ("export-to-event-hub", "ASC_ExportToEventHubASCAlertsAndRecommendations_DINE.json"),
    ("export-to-event-hub-as-trusted-service", "ASC_ExportToEventHubAsTrustedService_DINE.json"),
    ("workflow-automation-for-alerts", "ASC_WorkflowAutomationAzureSecurityCenterAlerts_DINE.json"),
    ("workflow-automation-for-recommendations", "ASC_WorkflowAutomationASCRecommendations_DINE.json"),
    (
        "workflow-automation-for-regulatory-compliance",
        "ASC_WorkflowAutomationASCRegulatoryCompliance_DINE.json",
    ),
];

pub(crate) struct Pair {
    pub(crate) name: &'static str,
    pub(crate) file: &'static str,
    pub(crate) twin: Node,
    pub(crate) built_in: Node,
}

pub(crate) fn pairs() -> impl Iterator<Item = Pair> {
    TWINS.into_iter().map(|(name, file)| Pair {
        name,
        file,
        twin: definition(&Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("policies/{name}.yaml"))),
        built_in: definition(&shared().join("azure-policy/policyDefinitions/Security Center").join(file)),
    })
}

pub(crate) fn parse(text: &str) -> Vec<Node> {
    let mut faults = Diagnostics::new();
    let nodes = json::parse(FileId::NONE, 0, text, &mut faults);
    assert!(faults.is_empty(), "{faults:?}");
    nodes
}

/// The parameter sets of the goldens of a definition.
pub(crate) fn golden_parameters(file: &str) -> Vec<Object> {
    let text = fs::read_to_string(shared().join("oracles/expansion/policy_goldens.jsonl")).expect("goldens");
    let id = format!("\"id\": \"Security Center/{file}\"");
    let lines: String = text.lines().filter(|line| line.contains(&id)).collect::<Vec<_>>().join("\n");
    parse(&lines).iter().map(|golden| object(golden.get("parameters").expect("parameters"))).collect()
}

fn object(node: &Node) -> Object {
    Value::from(node).as_object().expect("an object").clone()
}

/// Both deploy the same, or both are refused for the same kind of reason.
fn assert_same(pair: &Pair, given: &Object) -> bool {
    let (twin, built_in) = (deployed(&pair.twin, given), deployed(&pair.built_in, given));
    match (twin, built_in) {
        (Ok(twin), Ok(built_in)) => {
            assert_eq!(twin, built_in, "{} {given:?}", pair.name);
            true
        }
        (Err(twin), Err(built_in)) => {
            assert_eq!(twin[0].kind, built_in[0].kind, "{} {given:?}: {twin:?} / {built_in:?}", pair.name);
            false
        }
        (twin, built_in) => panic!("{} {given:?}: {twin:?} / {built_in:?}", pair.name),
    }
}

#[test]
fn the_parameters_are_the_same() {
    for pair in pairs() {
        let facts = |definition: &Node| -> Vec<(String, Vec<Option<String>>)> {
            let parameters = definition.at(&["properties", "parameters"]).expect("parameters");
            parameters
                .members()
                .iter()
                .map(|member| {
                    let of = |path: &[&str]| member.value.at(path).map(|node| Value::from(node).to_json());
                    let mut type_name = of(&["type"]);
                    type_name.as_mut().expect("a type").make_ascii_lowercase();
                    let rest = [
                        &["allowedValues"][..],
                        &["defaultValue"],
                        &["metadata", "strongType"],
                        &["metadata", "assignPermissions"],
                    ];
                    (member.key.to_string(), [type_name].into_iter().chain(rest.map(of)).collect())
                })
                .collect()
        };
        assert_eq!(facts(&pair.twin), facts(&pair.built_in), "{}", pair.name);
    }
}

#[test]
fn the_rules_look_in_the_same_place_under_the_same_role() {
    for pair in pairs() {
        let facts = |definition: &Node| {
            let details = details(definition);
            let text = |path: &[&str]| details.at(path).and_then(Node::as_str).map(str::to_ascii_lowercase);
            let roles: Vec<_> = details.get("roleDefinitionIds").expect("roles").items().iter().collect();
            let roles: Vec<_> = roles.iter().filter_map(|role| role.as_str()?.rsplit('/').next()).collect();
            let properties = definition.get("properties").expect("properties");
            let effect = properties.at(&["policyRule", "then", "effect"]).and_then(Node::as_str);
            (
                [
                    text(&["type"]),
                    text(&["name"]),
                    text(&["resourceGroupName"]),
                    text(&["existenceScope"]),
                    text(&["deploymentScope"]),
                    text(&["deployment", "location"]),
                    text(&["deployment", "properties", "mode"]),
                ],
                roles.join(" "),
                effect.map(str::to_owned),
                Value::from(properties.at(&["policyRule", "if"]).expect("if")).to_json(),
                ["version", "mode"].map(|key| properties.get(key).and_then(Node::as_str).map(str::to_owned)),
                properties.at(&["metadata", "category"]).and_then(Node::as_str).map(str::to_owned),
            )
        };
        assert_eq!(facts(&pair.twin), facts(&pair.built_in), "{}", pair.name);
    }
}

#[test]
fn they_deploy_the_same_over_the_goldens() {
    for pair in pairs() {
        let sets = golden_parameters(pair.file);
        assert_eq!(sets.len(), 21, "{}", pair.name);
        for set in sets {
            assert!(assert_same(&pair, &set), "{} refuses {set:?}", pair.name);
        }
    }
}

#[test]
fn they_deploy_the_same_at_the_edges() {
    for pair in pairs() {
        let base = golden_parameters(pair.file).remove(0);
        let (mut accepted, mut refused) = (0, 0);
        for set in edges(&base, &pair.built_in) {
            if assert_same(&pair, &set) {
                accepted += 1;
            } else {
                refused += 1;
            }
        }
        assert!(accepted > 5, "{}: {accepted} accepted, {refused} refused", pair.name);
        let never_refused = pair.name.ends_with("regulatory-compliance");
        assert_eq!(refused == 0, never_refused, "{}: {accepted} accepted, {refused} refused", pair.name);
    }
}

/// Every combination of a few values of each parameter, the empty ones and the doubled ones among them.
pub(crate) fn edges(base: &Object, definition: &Node) -> Vec<Object> {
    let names = bound(definition, base);
    let mut sets = vec![base.clone()];
    for (parameter, values) in EDGES {
        if !names.contains_key(parameter) {
            continue;
        }
        let values = parse(values).remove(0);
        sets = sets
            .iter()
            .flat_map(|set| {
                values.items().iter().map(|value| {
                    let mut set = set.clone();
                    set.insert(*parameter, Value::from(value));
                    set
                })
            })
            .collect();
    }
    for hub in HUBS.iter().filter(|_| names.contains_key("eventHubDetails")) {
        let mut set = base.clone();
        set.insert("eventHubDetails", Value::string(*hub));
        sets.push(set);
    }
    sets
}

const EDGES: &[(&str, &str)] = &[
    (
        "exportedDataTypes",
        r#"[[], ["Security alerts"], ["Security recommendations"], ["Overall secure score"],
            ["Regulatory compliance", "Secure score controls"], ["Security alerts", "Security alerts"],
            ["Security findings - snapshot", "Security recommendations - snapshot"],
            ["Overall secure score - snapshot", "Secure score controls - snapshot",
             "Regulatory compliance - snapshot"]]"#,
    ),
    ("isSecurityFindingsEnabled", "[true, false]"),
    ("recommendationNames", r#"[[], ["a-1", "b-2"], ["a-1", "a-1"]]"#),
    ("recommendationSeverities", r#"[[], ["High"], ["Low", "Medium", "High"]]"#),
    ("recommendationStates", r#"[[], ["Not Applicable"], ["Healthy", "Unhealthy", "Not Applicable"]]"#),
    ("alertSeverities", r#"[[], ["Low"], ["High", "High"]]"#),
    ("alertName", r#"["", "brute force"]"#),
    ("secureScoreControlsNames", r#"[[], ["MFA"]]"#),
    ("regulatoryComplianceStandardsNames", r#"[["PCI-DSS-4", "ISO-27001"]]"#),
    ("regulatoryComplianceStandards", r#"[[], ["PCI-DSS-4"], ["PCI-DSS-4", "ISO-27001"]]"#),
    (
        "regulatoryComplianceControlStates",
        r#"[[], ["Failed"], ["Failed", "Passed"], ["Failed", "Passed", "Skipped", "Unsupported"],
            ["Failed", "Failed", "Passed", "Skipped", "Unsupported"]]"#,
    ),
    ("createResourceGroup", "[true, false]"),
];

/// Too short, without its first slash, longer than a rule's id.
const HUBS: &[&str] = &[
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.EventHub/namespaces/n",
    "subscriptions/s/resourceGroups/g/providers/Microsoft.EventHub/namespaces/n/eventhubs/h/authorizationRules/r",
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.EventHub/namespaces/n/eventhubs/h/authorizationRules/r/x",
];
