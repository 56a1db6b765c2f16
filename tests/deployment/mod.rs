//! What a definition's deployment puts for values of its parameters, in a normal form that can be compared and
//! hashed. Used by the tests over the shipped policies, in both test binaries.

use std::path::Path;
use std::sync::Arc;

use azpol::arm::expression::{Context, ContextFunction, Dialect, Failure, Formula};
use azpol::arm::template::{DeploymentRequest, ExpansionFault, SubscriptionFacts, expand};
use azpol::arm::{Object, SubscriptionId, Value};
use azpol::source::{Diagnostics, FileId, Node, json, yaml};

/// The subscription into which the tests deploy.
pub(crate) const SUBSCRIPTION: &str = "11111111-2222-3333-4444-555555555555";

/// Reads a definition; a fault fails the test.
pub(crate) fn definition(path: &Path) -> Node {
    let text = std::fs::read_to_string(path).expect("readable");
    let mut faults = Diagnostics::new();
    let mut nodes = match path.extension().and_then(|e| e.to_str()) {
        Some("json") => json::parse(FileId::NONE, 0, &text, &mut faults),
        _ => yaml::parse(FileId::NONE, &text, &mut faults),
    };
    assert!(faults.is_empty(), "{}: {faults:?}", path.display());
    assert_eq!(nodes.len(), 1, "{} holds one document", path.display());
    nodes.remove(0)
}

/// `then.details`
pub(crate) fn details(definition: &Node) -> &Node {
    definition.at(&["properties", "policyRule", "then", "details"]).expect("details")
}

/// What ARM would put, or why it would refuse. Values of parameters that aren't given are the defaults.
pub(crate) fn deployed(definition: &Node, given: &Object) -> Result<Deployed, Vec<ExpansionFault>> {
    let values = bound(definition, given);
    let deployment = details(definition).get("deployment").expect("deployment");
    let properties = deployment.get("properties").expect("properties");
    let mut parameters = Object::new();
    for member in properties.get("parameters").expect("parameters").members() {
        let mut faults = Diagnostics::new();
        let formula = Formula::read(member.value.get("value").expect("value"), &mut faults);
        assert!(faults.is_empty(), "{faults:?}");
        parameters.insert(member.key.clone(), formula.evaluate(&Parameters(&values)).expect("a value"));
    }
    let subscription = SubscriptionFacts {
        id: SubscriptionId::new(SUBSCRIPTION),
        display_name: Some("sub-app".into()),
        tenant_id: Some("99999999-8888-7777-6666-555555555555".into()),
        state: None,
        tags: None,
    };
    let expansion = expand(&DeploymentRequest {
        template: properties.get("template").expect("template"),
        parameters: &parameters,
        name: "azpol".into(),
        location: deployment.get("location").and_then(Node::as_str).map(Arc::from),
        subscription: &subscription,
        resource_group: None,
        management_group: None,
        guid_seed: "seed".into(),
        now: None,
        semantics: &azpol::arm::semantics::DEFAULT,
    })?;
    let mut resources: Vec<serde_json::Value> = expansion
        .resources
        .iter()
        .map(|resource| {
            let mut body = resource.body.to_serde();
            body["id"] = resource.id.to_string().into();
            body["apiVersion"] = (*resource.api_version).into();
            body
        })
        .collect();
    resources.sort_by(|a, b| a["id"].as_str().cmp(&b["id"].as_str()));
    Ok(Deployed { resources, eager_faults: !expansion.eager_faults.is_empty() })
}

/// Given values, and defaults for the rest.
pub(crate) fn bound(definition: &Node, given: &Object) -> Object {
    let mut values = given.clone();
    for member in definition.at(&["properties", "parameters"]).expect("parameters").members() {
        if let (false, Some(default)) = (values.contains_key(&member.key), member.value.get("defaultValue")) {
            values.insert(member.key.clone(), Value::from(default));
        }
    }
    values
}

/// What a deployment puts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Deployed {
    /// The resources by id, with their API versions; nulls and runtime values as they come.
    pub(crate) resources: Vec<serde_json::Value>,
    /// Whether a variable fails that nothing needs.
    pub(crate) eager_faults: bool,
}

impl Deployed {
    /// As compact JSON with sorted keys, without nulls and without the members of these names.
    pub(crate) fn normal_form(&self, skipped: &[&str]) -> String {
        let resources = self.resources.iter().map(|resource| normal(resource, skipped)).collect();
        serde_json::Value::Array(resources).to_string()
    }
}

fn normal(value: &serde_json::Value, skipped: &[&str]) -> serde_json::Value {
    use serde_json::Value as Json;
    match value {
        Json::Array(items) => items.iter().map(|item| normal(item, skipped)).collect(),
        Json::Object(members) => {
            let mut kept: Vec<_> = members
                .iter()
                .filter(|(key, value)| !value.is_null() && !skipped.contains(&key.as_str()))
                .map(|(key, value)| (key.clone(), normal(value, skipped)))
                .collect();
            kept.sort_by(|a, b| a.0.cmp(&b.0));
            kept.into_iter().collect()
        }
        other => other.clone(),
    }
}

/// Answers `parameters()` in a policy rule, and nothing else.
struct Parameters<'a>(&'a Object);

impl Context for Parameters<'_> {
    fn dialect(&self) -> Dialect {
        Dialect::Policy
    }

    fn ask(&self, function: ContextFunction, arguments: &[Value]) -> Result<Value, Failure> {
        let name = arguments.first().and_then(Value::as_str).unwrap_or_default();
        match function {
            ContextFunction::Parameters => {
                self.0.get(name).cloned().ok_or_else(|| Failure::Error(format!("no parameter `{name}`")))
            }
            other => Err(Failure::Unsupported(format!("{other:?}"))),
        }
    }
}
