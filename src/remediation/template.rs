//! Deployable templates: the other way, for those who can't or won't run remediation tasks.
//!
//! One template for each subscription: `az deployment sub create` takes one, and a subscription's resource group
//! then stands in it once, however many assignments deploy into it. A deployment that would write a resource of the
//! first template with other contents goes into a second one, since a template can't put one resource twice.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::arm::template::template_text;
use crate::arm::{Location, ResourceId, SubscriptionId, Value};

use super::deployment::{Deployment, PlannedResource};
use super::quote::{bash, powershell};
use super::{name, secret};

const SUBSCRIPTION_SCHEMA: &str =
    "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#";
const GROUP_SCHEMA: &str = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#";
const DEPLOYMENTS_API: &str = "2021-04-01";

/// A template at subscription scope that puts what is planned for a subscription.
#[derive(Debug, Clone, PartialEq)]
pub struct SubscriptionTemplate {
    /// The subscription.
    pub subscription: SubscriptionId,
    /// The deployments in it: their indices in the plan.
    pub deployments: Vec<usize>,
    /// The name of its deployment, derived from all of it.
    pub name: String,
    /// The location of its deployment.
    pub location: Location,
    /// Where the plan's folder holds it.
    pub file: String,
    /// The template.
    pub template: Json,
    /// Secrets that it takes as parameters of type `securestring`: name, and what it is for.
    pub secrets: Vec<(String, String)>,
}

impl SubscriptionTemplate {
    /// The call for `bash` and PowerShell, to be run in the plan's folder; `az` asks for secrets.
    pub fn bash(&self) -> String {
        self.call(bash)
    }

    /// The same with PowerShell's quotes.
    pub fn powershell(&self) -> String {
        self.call(powershell)
    }

    fn call(&self, quote: fn(&str) -> String) -> String {
        format!(
            "az deployment sub create --subscription {} --location {} --name {} --template-file {}",
            quote(self.subscription.as_str()),
            quote(self.location.as_str()),
            quote(&self.name),
            quote(&self.file)
        )
    }
}

/// The templates for all deployments, by subscription.
pub fn templates(deployments: &[Deployment]) -> Vec<SubscriptionTemplate> {
    let mut by_subscription: BTreeMap<&SubscriptionId, Vec<usize>> = BTreeMap::new();
    for (index, deployment) in deployments.iter().enumerate() {
        by_subscription.entry(&deployment.subscription).or_default().push(index);
    }
    let mut templates = Vec::new();
    for (subscription, indices) in by_subscription {
        for (number, indices) in apart(deployments, &indices).into_iter().enumerate() {
            templates.push(template(deployments, subscription, indices, number));
        }
    }
    templates
}

/// Splits deployments so that no part writes one resource with unlike contents.
fn apart(deployments: &[Deployment], indices: &[usize]) -> Vec<Vec<usize>> {
    let mut parts: Vec<(BTreeMap<&ResourceId, &Value>, Vec<usize>)> = Vec::new();
    for &index in indices {
        let puts = || deployments[index].resources.iter().map(|r| (&r.deployed.id, &r.deployed.body));
        let fits = |part: &BTreeMap<&ResourceId, &Value>| {
            puts().all(|(id, body)| part.get(id).is_none_or(|other| *other == body))
        };
        let at = parts.iter().position(|(part, _)| fits(part)).unwrap_or_else(|| {
            parts.push((BTreeMap::new(), Vec::new()));
            parts.len() - 1
        });
        parts[at].0.extend(puts());
        parts[at].1.push(index);
    }
    parts.into_iter().map(|(_, indices)| indices).collect()
}

fn template(
    deployments: &[Deployment],
    subscription: &SubscriptionId,
    indices: Vec<usize>,
    number: usize,
) -> SubscriptionTemplate {
    let location = indices.iter().find_map(|&index| place(&deployments[index]));
    // Where the record of the deployment is kept; what is deployed without any region doesn't say.
    let location = location.unwrap_or_else(|| Location::new("westeurope"));
    let mut writer = Writer::new(subscription, &location);
    for &index in &indices {
        writer.add(&deployments[index]);
    }
    let (template, secrets) = writer.finish();
    let text = template.to_string();
    let name = name::derived("azpol", "", [subscription.as_str(), location.as_str(), &text]);
    let stem = name::file_stem(subscription.as_str());
    let file = match number {
        0 => format!("deployments/{stem}.json"),
        number => format!("deployments/{stem}.{}.json", number + 1),
    };
    SubscriptionTemplate {
        subscription: subscription.clone(),
        deployments: indices,
        name,
        location,
        file,
        template,
        secrets,
    }
}

fn place(deployment: &Deployment) -> Option<Location> {
    deployment.location.clone().or_else(|| deployment.resources.iter().find_map(PlannedResource::location))
}

/// What stands in one template.
struct Writer<'a> {
    subscription: &'a SubscriptionId,
    location: &'a Location,
    /// At the top: groups, and what lies in no group.
    top: Vec<(ResourceId, Json)>,
    /// By group: what is put into it, and the secrets that it takes.
    nested: BTreeMap<ResourceId, Nested>,
    secrets: Vec<(String, String)>,
}

#[derive(Default)]
struct Nested {
    resources: Vec<(ResourceId, Json)>,
    secrets: Vec<String>,
}

impl<'a> Writer<'a> {
    fn new(subscription: &'a SubscriptionId, location: &'a Location) -> Writer<'a> {
        Writer { subscription, location, top: Vec::new(), nested: BTreeMap::new(), secrets: Vec::new() }
    }

    fn add(&mut self, deployment: &Deployment) {
        let mut before: BTreeMap<Option<ResourceId>, ResourceId> = BTreeMap::new();
        for resource in &deployment.resources {
            let id = &resource.deployed.id;
            let group = id.resource_group_id().filter(|group| group != id);
            let written = match &group {
                Some(group) => {
                    self.nested.get(group).is_some_and(|n| n.resources.iter().any(|(i, _)| i == id))
                }
                None => self.top.iter().any(|(i, _)| i == id),
            };
            if !written {
                let known = self.secrets.len();
                let mut json = self.resource(resource, &deployment.secrets);
                // In the order of the deployment: the expansion has resolved what depends on what.
                if group.is_some()
                    && let Some(earlier) = before.get(&group)
                {
                    json["dependsOn"] = json!([reference(earlier)]);
                }
                match &group {
                    Some(group) => {
                        let nested = self.nested.entry(group.clone()).or_default();
                        nested.secrets.extend(self.secrets[known..].iter().map(|(name, _)| name.clone()));
                        nested.resources.push((id.clone(), json));
                    }
                    None => self.top.push((id.clone(), json)),
                }
            }
            before.insert(group, id.clone());
        }
    }

    fn resource(&mut self, resource: &PlannedResource, also: &[std::sync::Arc<str>]) -> Json {
        let deployed = &resource.deployed;
        let mut members = Map::new();
        members.insert("type".into(), literal_text(template_type(resource)));
        members.insert("apiVersion".into(), literal_text(&deployed.api_version));
        members.insert("name".into(), literal_text(&deployed.id.full_name()));
        if let Some(extended) = deployed.id.extended() {
            members.insert("scope".into(), literal_text(extended.as_str()));
        }
        let Value::Object(body) = &deployed.body else {
            return Json::Object(members);
        };
        let skipped = ["id", "name", "type", "apiversion", "scope"];
        for (key, value) in body.iter().filter(|(key, _)| !skipped.contains(&&*key.to_ascii_lowercase())) {
            let what = format!("{} of {}", key, deployed.id);
            let hidden = secret::is_secret(body, key, value);
            let json = self.literal(value, hidden, &what, also);
            members.insert(template_text(key), json);
        }
        Json::Object(members)
    }

    /// A value as a template holds it: what begins with a bracket is escaped, what is known only while it is
    /// deployed is an expression, and a secret is a parameter.
    fn literal(&mut self, value: &Value, hidden: bool, what: &str, also: &[std::sync::Arc<str>]) -> Json {
        match value {
            Value::String(text) if hidden || secret::is_secret_text(text) || secret::holds(text, also) => {
                self.secret(what)
            }
            // A secret inside of an expression: the whole value is asked for.
            Value::Runtime(text) if secret::is_secret_text(text) || secret::holds(text, also) => {
                self.secret(what)
            }
            // A template can't read a key vault in the middle of an expression.
            Value::Runtime(text) if secret::reads_vault(text) => self.secret(&format!("{what}: {text}")),
            Value::String(text) => literal_text(text),
            Value::Array(items) => {
                items.iter().map(|item| self.literal(item, false, what, also)).collect::<Vec<_>>().into()
            }
            Value::Object(object) => {
                let mut members = Map::new();
                for (key, value) in object.iter() {
                    let what = format!("{key} in {what}");
                    let hidden = secret::is_secret(object, key, value);
                    let json = self.literal(value, hidden, &what, also);
                    members.insert(template_text(key), json);
                }
                Json::Object(members)
            }
            other => other.to_serde(),
        }
    }

    /// A parameter for a secret.
    fn secret(&mut self, what: &str) -> Json {
        let name = format!("secret{}", self.secrets.len() + 1);
        let expression = format!("[parameters('{name}')]");
        self.secrets.push((name, what.to_owned()));
        Json::from(expression)
    }

    fn finish(self) -> (Json, Vec<(String, String)>) {
        let mut resources = Vec::new();
        let mut made: BTreeMap<ResourceId, String> = BTreeMap::new();
        for (id, json) in self.top {
            match id.subscription_id().filter(|other| other != self.subscription) {
                None => {
                    made.insert(id.clone(), reference(&id));
                    resources.push(json);
                }
                Some(other) => {
                    let nested = Nested { resources: vec![(id.clone(), json)], secrets: Vec::new() };
                    let mut deployment = nested_deployment(&id, &nested, SUBSCRIPTION_SCHEMA);
                    deployment["subscriptionId"] = literal_text(other.as_str());
                    deployment["location"] = literal_text(self.location.as_str());
                    let name = deployment["name"].as_str().unwrap_or_default();
                    let other = quoted(other.as_str());
                    let reference = format!(
                        "[subscriptionResourceId({other}, 'Microsoft.Resources/deployments', '{name}')]"
                    );
                    made.insert(id, reference);
                    resources.push(deployment);
                }
            }
        }
        for (group, nested) in self.nested {
            let mut deployment = nested_deployment(&group, &nested, GROUP_SCHEMA);
            deployment["resourceGroup"] = literal_text(group.name());
            if let Some(other) = group.subscription_id().filter(|other| other != self.subscription) {
                deployment["subscriptionId"] = literal_text(other.as_str());
            }
            if let Some(reference) = made.get(&group) {
                deployment["dependsOn"] = json!([reference]);
            }
            resources.push(deployment);
        }
        let parameters: Map<String, Json> = self
            .secrets
            .iter()
            .map(|(name, what)| {
                let parameter =
                    json!({ "type": "securestring", "metadata": { "description": literal_text(what) } });
                (name.clone(), parameter)
            })
            .collect();
        let template = json!({
            "$schema": SUBSCRIPTION_SCHEMA,
            "contentVersion": "1.0.0.0",
            "parameters": parameters,
            "resources": resources,
        });
        (template, self.secrets)
    }
}

fn nested_deployment(place: &ResourceId, nested: &Nested, schema: &str) -> Json {
    let values: Map<String, Json> = nested
        .secrets
        .iter()
        .map(|name| (name.clone(), json!({ "value": format!("[parameters('{name}')]") })))
        .collect();
    let declared: Map<String, Json> =
        nested.secrets.iter().map(|name| (name.clone(), json!({ "type": "securestring" }))).collect();
    let ids = nested.resources.iter().map(|(id, _)| id.folded());
    let resources: Vec<Json> = nested.resources.iter().map(|(_, json)| json.clone()).collect();
    json!({
        "type": "Microsoft.Resources/deployments",
        "apiVersion": DEPLOYMENTS_API,
        "name": name::derived("azpol", place.name(), [place.folded()].into_iter().chain(ids)),
        "properties": {
            "mode": "Incremental",
            "expressionEvaluationOptions": { "scope": "inner" },
            "parameters": values,
            "template": {
                "$schema": schema,
                "contentVersion": "1.0.0.0",
                "parameters": declared,
                "resources": resources,
            },
        },
    })
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A resource of the same template, as `dependsOn` names it.
fn reference(id: &ResourceId) -> String {
    if id.resource_group_id().as_ref() == Some(id) {
        return format!(
            "[subscriptionResourceId('Microsoft.Resources/resourceGroups', {})]",
            quoted(id.name())
        );
    }
    let function = if id.resource_group_name().is_some() { "resourceId" } else { "subscriptionResourceId" };
    let names: Vec<String> = id.full_name().split('/').map(quoted).collect();
    match id.extended() {
        Some(extended) => format!(
            "[extensionResourceId({}, {}, {})]",
            quoted(extended.as_str()),
            quoted(id.resource_type().as_str()),
            names.join(", ")
        ),
        None => format!("[{function}({}, {})]", quoted(id.resource_type().as_str()), names.join(", ")),
    }
}

/// In templates the type of a group has one segment less.
fn template_type(resource: &PlannedResource) -> &str {
    if resource.is_group() {
        "Microsoft.Resources/resourceGroups"
    } else {
        resource.deployed.resource_type.as_str()
    }
}

fn literal_text(text: &str) -> Json {
    Json::from(template_text(text))
}

#[cfg(test)]
mod tests;
