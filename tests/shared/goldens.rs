//! Expansion against `oracles/expansion/policy_goldens.jsonl`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::Arc;

use azpol::arm::template::{
    DeploymentRequest, Expansion, ExpansionFault, PreparedTemplate, ResourceGroupFacts, SubscriptionFacts,
    expand,
};
use azpol::arm::{Object, ResourceId, SubscriptionId, Value, deep_equal};
use azpol::source::{Diagnostics, Node, SourceMap, json};

use crate::functions::Json;

struct Golden {
    id: String,
    variant: i64,
    case: Value,
}

fn goldens(file: &str) -> Vec<Golden> {
    let text = fs::read_to_string(crate::shared().join("oracles/expansion").join(file)).expect("the goldens");
    let cases = text.lines().map(|line| {
        let Json(case) = serde_json::from_str(line).expect("a golden");
        let id = case.get("id").and_then(Value::as_str).expect("an id").to_owned();
        let variant = case.get("variant").and_then(Value::as_int).expect("a variant");
        Golden { id, variant, case }
    });
    cases.collect()
}

/// The template of a definition's deployment.
fn template(id: &str) -> Node {
    let path = crate::shared().join("azure-policy/policyDefinitions").join(id);
    let text = fs::read_to_string(path).expect("a definition");
    let file = SourceMap::new().add(id, text.as_str());
    let mut faults = Diagnostics::new();
    let documents = json::parse(file, 0, &text, &mut faults);
    let path = ["properties", "policyRule", "then", "details", "deployment", "properties", "template"];
    documents[0].at(&path).expect("a template").clone()
}

fn texts(value: &Value, key: &str) -> Option<Arc<str>> {
    value.get(key).and_then(Value::as_str).map(Arc::from)
}

fn run(golden: &Golden, template: &Node, prepared: bool) -> Result<Expansion, Vec<ExpansionFault>> {
    let scope = golden.case.get("scope").expect("a scope");
    let subscription = SubscriptionFacts {
        id: SubscriptionId::new(scope.get("subscriptionId").and_then(Value::as_str).expect("an id")),
        display_name: texts(scope, "subscriptionName"),
        tenant_id: texts(scope, "tenantId"),
        state: Some("Enabled".into()),
        tags: None,
    };
    let group = scope.get("resourceGroup").map(|group| ResourceGroupFacts {
        id: ResourceId::resource_group(
            &subscription.id,
            group.get("name").and_then(Value::as_str).expect("a name"),
        ),
        location: texts(group, "location"),
        tags: None,
        managed_by: None,
    });
    let parameters = golden.case.get("parameters").and_then(Value::as_object).expect("parameters");
    let request = DeploymentRequest {
        template,
        parameters,
        name: "azpol".into(),
        location: texts(scope, "deploymentLocation"),
        subscription: &subscription,
        resource_group: group.as_ref(),
        management_group: None,
        guid_seed: "seed".into(),
        now: Some("2026-01-02T03:04:05Z".into()),
        semantics: &azpol::arm::semantics::DEFAULT,
    };
    if prepared { PreparedTemplate::read(template)?.expand(&request) } else { expand(&request) }
}

/// Without nulls and without the members that only a running deployment knows.
fn normal(value: &Value, skipped: &[&str]) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| normal(item, skipped)).collect(),
        Value::Object(object) => object
            .iter()
            .filter(|(key, value)| !value.is_null() && !skipped.contains(&&***key))
            .map(|(key, value)| (key.clone(), normal(value, skipped)))
            .collect::<Object>()
            .into(),
        other => other.clone(),
    }
}

/// What a golden holds, in the form that an expansion has: children stand beside their parents, and
/// `apiversion` has its documented spelling.
fn wanted(golden: &Golden) -> Vec<Object> {
    let mut wanted = Vec::new();
    for resource in golden.case.get("resources").map(Value::items).unwrap_or_default() {
        let mut resource = resource.as_object().expect("a resource").clone();
        for child in resource.remove("resources").iter().flat_map(Value::items) {
            let mut child = child.as_object().expect("a child").clone();
            let text = |object: &Object, key: &str| {
                object.get(key).and_then(Value::as_str).expect("a text").to_owned()
            };
            let (kind, name) = (text(&child, "type"), text(&child, "name"));
            child.insert("id", format!("{}/{kind}/{name}", text(&resource, "id")));
            child.insert("type", format!("{}/{kind}", text(&resource, "type")));
            child.insert("name", format!("{}/{name}", text(&resource, "name")));
            child.remove("dependsOn");
            wanted.push(child);
        }
        if let Some(version) = resource.remove("apiversion") {
            resource.insert("apiVersion", version);
        }
        wanted.push(resource);
    }
    wanted.sort_by_key(|resource| resource.get("id").map(Value::to_json));
    wanted
}

/// The differences between an expansion and its golden.
fn differences(golden: &Golden, expansion: &Expansion) -> Vec<String> {
    let skipped = golden.case.get("skipKeys").map(Value::items).unwrap_or_default();
    let skipped: Vec<&str> = skipped.iter().filter_map(Value::as_str).collect();
    let mut found: Vec<Object> = Vec::new();
    for resource in &expansion.resources {
        let mut object = resource.body.as_object().expect("a body").clone();
        object.insert("id", resource.id.as_str());
        object.insert("apiVersion", resource.api_version.clone());
        found.push(object);
    }
    found.sort_by_key(|resource| resource.get("id").map(Value::to_json));
    let wanted = wanted(golden);
    let ids = |resources: &[Object]| -> Vec<String> {
        resources.iter().filter_map(|resource| resource.get("id")).map(Value::to_json).collect()
    };
    if ids(&wanted) != ids(&found) {
        return vec![format!("ids: wanted {:?}, found {:?}", ids(&wanted), ids(&found))];
    }
    let pairs = wanted.into_iter().zip(found);
    pairs
        .filter_map(|(wanted, found)| {
            let (wanted, found) = (normal(&wanted.into(), &skipped), normal(&found.into(), &skipped));
            (!deep_equal(&wanted, &found)).then(|| format!("wanted {wanted}\n      found {found}"))
        })
        .collect()
}

fn is_export(golden: &Golden) -> bool {
    ["ASC_ExportTo", "ASC_WorkflowAutomation"]
        .iter()
        .any(|name| golden.id.starts_with(&format!("Security Center/{name}")))
}

#[test]
fn the_exports_expand_as_the_goldens() {
    let goldens: Vec<Golden> = goldens("policy_goldens.jsonl").into_iter().filter(is_export).collect();
    assert_eq!(goldens.len(), 126);
    for golden in &goldens {
        let template = template(&golden.id);
        let expansion = run(golden, &template, true);
        let expansion =
            expansion.unwrap_or_else(|faults| panic!("{} {}: {faults:#?}", golden.id, golden.variant));
        let differences = differences(golden, &expansion);
        assert!(differences.is_empty(), "{} {}:\n{}", golden.id, golden.variant, differences.join("\n"));
        assert_eq!(expansion.nested.len(), 1, "{}", golden.id);
    }
}

/// Goldens that aren't expanded: the condition of a resource rests on `reference`. Each is marked as inexact.
const NOT_EXPANDED: &[&str] = &[
    "Managed Identity/VMSS_UAI_DINE.json 0",
    "Managed Identity/VMSS_UAI_DINE.json 1",
    "SQL Server/SQLIaaS_EnableSAIOnSQLVM_DINE.json 0",
    "Security Center/MDC_DfSQL_AddUserAssignedIdentity_VM.json 0",
    "Security Center/MDC_DfSQL_AddUserAssignedIdentity_VM.json 1",
    "Security Center/MDC_DfSQL_AssignSAI_VM_DINE.json 0",
];

/// What they are refused with.
const RUNTIME_CONDITION: &str =
    "MissingFact: the condition of a resource depends on what only a running deployment knows";

#[test]
fn the_other_definitions_expand_as_the_goldens() {
    let (mut equal, mut unlike) = (0, Vec::new());
    let mut refused: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for golden in goldens("policy_goldens.jsonl") {
        let template = template(&golden.id);
        match run(&golden, &template, false) {
            Ok(expansion) => {
                let differences = differences(&golden, &expansion);
                if differences.is_empty() {
                    equal += 1;
                } else {
                    unlike.push(format!(
                        "{} {}:\n      {}",
                        golden.id,
                        golden.variant,
                        differences.join("\n      ")
                    ));
                }
            }
            Err(faults) => {
                let messages = faults.into_iter().map(|fault| format!("{:?}: {}", fault.kind, fault.message));
                refused.entry(format!("{} {}", golden.id, golden.variant)).or_default().extend(messages);
            }
        }
    }
    assert!(unlike.is_empty(), "{equal} are equal, {} are not:\n{}", unlike.len(), unlike.join("\n"));
    let found: Vec<(String, String)> = refused
        .into_iter()
        .map(|(golden, messages)| (golden, messages.into_iter().collect::<Vec<_>>().join("; ")))
        .collect();
    let listed: Vec<(String, String)> =
        NOT_EXPANDED.iter().map(|golden| ((*golden).to_owned(), RUNTIME_CONDITION.to_owned())).collect();
    assert_eq!(found, listed, "{equal} are equal");
    assert_eq!(equal + listed.len(), 1086);
}

/// What the first expander refused, most of it by a limit of its own: all but four expand here.
#[test]
fn the_refused_inputs() {
    let (mut expanded, mut refused) = (0, Vec::new());
    for golden in goldens("policy_refused.jsonl") {
        match run(&golden, &template(&golden.id), false) {
            Ok(expansion) => {
                assert_eq!(expansion.resources.len(), 1, "{}", golden.id);
                expanded += 1;
            }
            Err(faults) => refused.push(format!("{} {}: {}", golden.id, golden.variant, faults[0].message)),
        }
    }
    assert_eq!(refused, REFUSED);
    assert_eq!(expanded, 13);
}

const REFUSED: &[&str] = &[
    "Compute/VirtualMachineReplication_AzureSiteRecovery_DINE.json 0: the condition of a resource depends on what \
     only a running deployment knows",
    "Network/VirtualNetwork_Flowlog_TrafficAnalytics_Centralized_DINE.json 0: the function `field` doesn't exist in \
     a deployment template",
    "PostgreSQL/FlexibleServers_LogRetentionDays_DINE.json 0: `Integer` is no type of a parameter",
    "PostgreSQL/FlexibleServers_LogRetentionDays_DINE.json 1: `Integer` is no type of a parameter",
];
