//! Expansion against `oracles/expansion/psrule_cases.jsonl`: what the tests of PSRule for Azure say of its templates.
//!
//! Its list of resources has nested deployments in it and children within their parents, in an order of its own. So
//! facts are taken by resource: for all facts about one of its resources there is one of azpol's that has them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use azpol::arm::template::{DeploymentRequest, Expansion, ResourceGroupFacts, SubscriptionFacts, expand};
use azpol::arm::{Object, ResourceId, SubscriptionId, Value};
use azpol::source::{Diagnostics, Node, SourceMap, json};

use crate::functions::{Json, holds};

const TENANT: &str = "ffffffff-ffff-ffff-ffff-ffffffffffff";

/// Cases of which a fact isn't azpol's, each with the reason and its source: a page of
/// `learn.microsoft.com/azure/azure-resource-manager/templates`, or an issue.
const UNLIKE: &[(&str, &str)] = &[
    (
        "CustomTypeValueConstraint",
        "a value breaks a constraint, which the service refuses (parameters); PSRule notes it and goes on",
    ),
    (
        "DependsOnCrossScope",
        "a copy count reads `reference`, which the service refuses (copy-resources); PSRule makes up an answer",
    ),
    (
        "DeploymentWithOptions",
        "`reference` stands in a variable, which the service refuses (template-functions-resource#reference); PSRule makes up an answer",
    ),
    (
        "EqualsEmptyObject",
        "a null below `properties` reaches the provider (bicep#9712, #387), and PSRule drops it; conditions take it for missing",
    ),
    (
        "ExpressionLength",
        "an expression is over the documented limit (best-practices); PSRule notes it and goes on",
    ),
    (
        "InterdependentVariableCopyLoop",
        "its nested deployment has neither `template` nor `templateLink`, which the service wants (linked-templates)",
    ),
    (
        "ManagementGroupScopedResource",
        "a deployment goes to a subscription that only another deployment's output names (`reference`); PSRule makes one up",
    ),
    (
        "NestedCopyLoops",
        "depends on resources that its author cut out, which the service refuses (Azure-Sentinel#14792)",
    ),
    (
        "NestedDeploymentWithMock",
        "a name reads `reference`, which can't be known before the deployment (template-functions-resource#reference); PSRule makes up an answer",
    ),
    (
        "NestedTemplateParsingInner",
        "depends on resources that its author cut out, which the service refuses (Azure-Sentinel#14792)",
    ),
    (
        "NullConditionHandling",
        "a null below `properties` reaches the provider (bicep#9712, #387), and PSRule drops it; conditions take it for missing",
    ),
    (
        "OrLeftHandEvaluation",
        "its nested deployment has neither `template` nor `templateLink`, which the service wants (linked-templates)",
    ),
    (
        "ProcessTemplate_WhenConditionalExistingReference_IgnoresExpand",
        "a name reads `reference`, which can't be known before the deployment (template-functions-resource#reference); PSRule makes up an answer",
    ),
    (
        "ProcessTemplate_WhenMicrosoftGraphType_ShouldIgnoreExtensibilityResources",
        "the language version 2.1-experimental is out of scope: extensions aren't resources of ARM, and its rules aren't documented",
    ),
    (
        "ResolveTemplateTest",
        "`deployment()` in outer scope is the parent's (linked-templates), and PSRule's `guid` isn't the service's",
    ),
    (
        "StrongTypeParameter",
        "the parameter file takes a value from a Key Vault, which nobody has offline (key-vault-parameter); PSRule puts a text in its place",
    ),
    (
        "SymbolicDependsOn",
        "a property reads `reference`, whose answer only the deployment has (template-functions-resource#reference); PSRule makes one up",
    ),
    (
        "UnionMockWithArray",
        "a property reads `reference`, whose answer only the deployment has (template-functions-resource#reference); PSRule makes one up",
    ),
    (
        "ValueConstraint",
        "a value breaks a constraint, which the service refuses (parameters); PSRule notes it and goes on",
    ),
    (
        "WithOutputs",
        "a name reads `reference`, which can't be known before the deployment (template-functions-resource#reference); PSRule makes up an answer",
    ),
    (
        "WithOutputsWithoutProperties",
        "`resourceGroup().location` of a group that no file describes (template-functions-scope#resourcegroup) is unknown; PSRule makes up one",
    ),
    ("WithParameterDefaults", "an expression is over the documented limit (best-practices); PSRule goes on"),
];

fn read(file: &str) -> Node {
    let path = crate::shared().join("oracles/expansion/psrule").join(file);
    let text = fs::read_to_string(path).expect("a template");
    let text = &joined(text.trim_start_matches('\u{feff}'));
    let source = SourceMap::new().add(file, text.as_str());
    let mut faults = Diagnostics::new();
    let documents = json::parse(source, 0, text, &mut faults);
    documents.into_iter().next().unwrap_or_else(|| panic!("{file}: {faults:?}"))
}

/// Texts may go over several lines in a template that is deployed from a file; azpol reads such files as faults.
fn joined(text: &str) -> String {
    let (mut within, mut escaped) = (false, false);
    let one = |c: char| {
        let broken = within && matches!(c, '\n' | '\r');
        if c == '"' && !escaped {
            within = !within;
        }
        escaped = within && c == '\\' && !escaped;
        if broken { ' ' } else { c }
    };
    // Quotes in comments would be taken for texts.
    let lines = text.lines().map(|line| if line.trim_start().starts_with("//") { "" } else { line });
    lines.collect::<Vec<_>>().join("\n").chars().map(one).collect()
}

fn expanded(case: &Value) -> Result<Expansion, String> {
    let template = read(case.get("template").and_then(Value::as_str).expect("a template"));
    let mut parameters = Object::new();
    if let Some(file) = case.get("parameters").and_then(Value::as_str) {
        let given = Value::from(&read(file));
        let given = given.get("parameters").and_then(Value::as_object).cloned().unwrap_or_default();
        for (name, one) in given.iter() {
            if let Some(value) = one.get("value") {
                parameters.insert(name.clone(), value.clone());
            }
        }
    }
    let subscription = SubscriptionFacts {
        id: SubscriptionId::new(TENANT),
        display_name: Some("PSRule Test Subscription".into()),
        tenant_id: Some(TENANT.into()),
        state: Some("NotDefined".into()),
        tags: None,
    };
    let group = ResourceGroupFacts {
        id: ResourceId::resource_group(&subscription.id, "ps-rule-test-rg"),
        location: Some("eastus".into()),
        tags: Some(Value::Object(std::sync::Arc::default())),
        managed_by: None,
    };
    let schema = template.get("$schema").and_then(Node::as_str).unwrap_or_default().to_lowercase();
    let root = ResourceId::parse("/providers/Microsoft.Management/managementGroups/psrule-test");
    let management_group = root.filter(|_| schema.contains("managementgroupdeploymenttemplate"));
    let in_group = management_group.is_none() && !schema.contains("subscriptiondeploymenttemplate");
    expand(&DeploymentRequest {
        template: &template,
        parameters: &parameters,
        name: "ps-rule-test-deployment".into(),
        location: (!in_group).then(|| "eastus".into()),
        subscription: &subscription,
        resource_group: in_group.then_some(&group),
        management_group: management_group.as_ref(),
        guid_seed: "seed".into(),
        now: Some("2026-01-02T03:04:05Z".into()),
        semantics: &azpol::arm::semantics::DEFAULT,
    })
    .map_err(|faults| faults.into_iter().map(|fault| fault.message).collect::<Vec<_>>().join("; "))
}

/// What isn't to be had of a case.
fn wrong(case: &Value) -> Vec<String> {
    if case.get("checks").is_none_or(|checks| checks.items().is_empty()) {
        // Its test is about something else, such as a message.
        return Vec::new();
    }
    let expansion = match expanded(case) {
        Ok(expansion) => expansion,
        Err(why) => return vec![format!("isn't expanded: {why}")],
    };
    let bodies: Vec<Value> = expansion
        .resources
        .iter()
        .map(|resource| {
            let mut body = resource.body.as_object().cloned().unwrap_or_default();
            body.insert("id", resource.id.as_str());
            body.insert("name", resource.id.full_name().as_str());
            body.insert("type", resource.resource_type.as_str());
            body.into()
        })
        .collect();
    let mut by_resource: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for check in case.get("checks").map(Value::items).unwrap_or_default() {
        let path = check.get("path").and_then(Value::as_str).unwrap_or_default();
        let (head, rest) = split(path);
        // What only its own form has: the scope beside a resource, children within their parents.
        if head.is_empty() || rest == ".scope" || rest == ".resources" {
            continue;
        }
        let mut check = check.as_object().cloned().unwrap_or_default();
        check.insert("path", rest.as_str());
        // The name of an extension has those of its parent in front there.
        let extension =
            check.get("value").and_then(Value::as_str).filter(|name| name.contains("/Microsoft."));
        if let (".name", Some((_, name))) = (&*rest, extension.and_then(|name| name.rsplit_once('/'))) {
            let name = Value::from(name);
            check.insert("value", name);
        }
        by_resource.entry(head).or_default().push(check.into());
    }
    let mut wrong = Vec::new();
    for (of, checks) in by_resource {
        let deployment = checks.iter().any(|check| {
            let value = check.get("value").and_then(Value::as_str).unwrap_or_default();
            value.contains("Microsoft.Resources/deployments")
        });
        let fits = |body: &Value| checks.iter().all(|check| holds(body, check));
        if !deployment && !bodies.iter().any(fits) {
            let wanted: Vec<String> = checks.iter().map(ToString::to_string).collect();
            let there: Vec<String> = bodies.iter().map(ToString::to_string).collect();
            wrong.push(format!("{of}: {} in {}", wanted.join(", "), there.join("\n        ")));
        }
    }
    wrong
}

/// `$[1].resources[0].name` is about `$[1].resources[0]`, and there about `.name`.
fn split(path: &str) -> (String, String) {
    let Some(rest) = path.strip_prefix("$[") else { return Default::default() };
    let (index, rest) = rest.split_once(']').expect("an index");
    match rest.strip_prefix(".resources[").and_then(|rest| rest.split_once(']')) {
        Some((child, rest)) => (format!("{index}.{child}"), rest.to_owned()),
        None => (index.to_owned(), rest.to_owned()),
    }
}

#[test]
fn what_psrule_says_of_its_templates_holds() {
    let path = crate::shared().join("oracles/expansion/psrule_cases.jsonl");
    let text = fs::read_to_string(path).expect("the cases");
    let (mut unlike, mut seen, mut lines) = (BTreeSet::new(), 0, Vec::new());
    for line in text.lines() {
        let Json(case) = serde_json::from_str(line).expect("a case");
        seen += 1;
        let name = case.get("test").and_then(Value::as_str).expect("a name").to_owned();
        let wrong = wrong(&case);
        if !wrong.is_empty() {
            lines.push(format!("{name}: {}", wrong.join("\n    ")));
            unlike.insert(name);
        }
    }
    assert_eq!(seen, 88);
    let listed: BTreeSet<String> = UNLIKE.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(unlike, listed, "{}", lines.join("\n"));
}
