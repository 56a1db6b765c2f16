//! The details of "if not exists".

use std::sync::Arc;

use crate::arm::ResourceType;
use crate::arm::expression::Formula;
use crate::policy::{Deployment, ExistenceDetails, ExistenceScope, SecretParameter};
use crate::source::{Member, Node};

use super::condition::condition;
use super::reading::Lowering;

const DETAILS: &[&str] = &[
    "type",
    "name",
    "kind",
    "resourceGroupName",
    "existenceScope",
    "existenceCondition",
    "evaluationDelay",
    "roleDefinitionIds",
    "deploymentScope",
    "deployment",
];

pub(super) fn existence(node: &Node, lowering: &mut Lowering<'_>) -> Option<ExistenceDetails> {
    let node = lowering.object(node, "details")?;
    lowering.only(node, "`details`", DETAILS);
    let resource_type = lowering.text(node, "type").filter(|text| !text.is_empty());
    if resource_type.is_none() {
        lowering.missing(node.span, "type", "`details`");
    }
    let name = text_formula(node, "name", lowering);
    let resource_group_name = text_formula(node, "resourceGroupName", lowering);
    let existence_scope = scope(node, "existenceScope", lowering);
    let existence_condition = match node.get("existenceCondition") {
        None => Some(None),
        Some(given) => condition(given, lowering).map(Some),
    };
    let role_definition_ids = roles(node, lowering);
    let deployment = match node.get("deployment") {
        None => Some(None),
        Some(given) => deployment(given, node, lowering).map(Some),
    };
    Some(ExistenceDetails {
        resource_type: ResourceType::new(&resource_type?),
        name: name?,
        resource_group_name: resource_group_name?,
        existence_scope: existence_scope?,
        existence_scope_given: node.get("existenceScope").is_some_and(|given| !given.is_null()),
        existence_condition: existence_condition?,
        evaluation_delay: node
            .get("evaluationDelay")
            .and_then(|given| Some((lowering.as_text(given, "evaluationDelay")?, given.span))),
        role_definition_ids,
        deployment: deployment?,
        span: node.span,
    })
}

/// An optional text that may be an expression: `None` outside is a fault.
#[expect(clippy::option_option, reason = "a fault and an absent member are told apart")]
pub(super) fn text_formula(node: &Node, key: &str, lowering: &mut Lowering<'_>) -> Option<Option<Formula>> {
    let Some(given) = node.get(key).filter(|given| !given.is_null()) else { return Some(None) };
    if given.as_str().is_none() {
        lowering.wrong_kind(given, key, "a string");
        return None;
    }
    Some(Some(lowering.formula(given)?))
}

fn scope(node: &Node, key: &str, lowering: &mut Lowering<'_>) -> Option<ExistenceScope> {
    let Some(given) = node.get(key).filter(|given| !given.is_null()) else {
        return Some(ExistenceScope::ResourceGroup);
    };
    lowering.choice(given, key, &["ResourceGroup", "Subscription"], |text| {
        match text.to_ascii_lowercase().as_str() {
            "resourcegroup" => Some(ExistenceScope::ResourceGroup),
            "subscription" => Some(ExistenceScope::Subscription),
            _ => None,
        }
    })
}

pub(super) fn roles(node: &Node, lowering: &mut Lowering<'_>) -> Vec<Arc<str>> {
    let Some(given) = node.get("roleDefinitionIds").filter(|given| !given.is_null()) else {
        return Vec::new();
    };
    if !given.is_array() {
        lowering.wrong_kind(given, "roleDefinitionIds", "a list of ids");
    }
    given.items().iter().filter_map(|id| lowering.as_text(id, "roleDefinitionIds")).collect()
}

fn deployment(node: &Node, details: &Node, lowering: &mut Lowering<'_>) -> Option<Deployment> {
    let node = lowering.object(node, "deployment")?;
    lowering.only(node, "`deployment`", &["location", "properties"]);
    let scope = scope(details, "deploymentScope", lowering);
    let location = lowering.text(node, "location");
    let Some(properties) = node.get("properties") else {
        lowering.missing(node.span, "properties", "`deployment`");
        return None;
    };
    let properties = lowering.object(properties, "deployment.properties")?;
    let known =
        ["mode", "template", "templateLink", "parameters", "parametersLink", "expressionEvaluationOptions"];
    lowering.only(properties, "`deployment.properties`", &known);
    let Some(template) = properties.get("template") else {
        lowering.missing(properties.span, "template", "`deployment.properties`");
        return None;
    };
    let template = lowering.object(template, "template")?;
    let mut parameters = Vec::new();
    let mut secrets = Vec::new();
    if let Some(given) = properties.get("parameters").filter(|given| !given.is_null()) {
        for member in lowering.object(given, "deployment.properties.parameters")?.members() {
            let Some(body) = lowering.object(&member.value, &member.key) else { continue };
            if let Some(value) = body.get("value") {
                if let Some(formula) = lowering.formula(value) {
                    parameters.push((member.key.clone(), formula, value.span));
                }
            } else if let Some(reference) = body.get("reference") {
                secrets.extend(secret(member, reference, lowering));
            } else {
                lowering.missing(body.span, "value", &format!("parameter `{}`", member.key));
            }
        }
    }
    Some(Deployment {
        scope: scope?,
        location,
        parameters,
        secrets,
        template: Arc::new(template.clone()),
        span: node.span,
    })
}

/// A parameter whose value lies in a key vault.
fn secret(member: &Member, node: &Node, lowering: &mut Lowering<'_>) -> Option<SecretParameter> {
    let node = lowering.object(node, "reference")?;
    lowering.only(node, "`reference`", &["keyVault", "secretName", "secretVersion"]);
    let wanted = |lowering: &mut Lowering<'_>, owner: &Node, key: &str, name: &str| {
        let found = text_formula(owner, key, lowering)?;
        if found.is_none() {
            lowering.missing(owner.span, key, name);
        }
        found
    };
    let vault = if let Some(vault) = node.get("keyVault") {
        let vault = lowering.object(vault, "keyVault");
        vault.and_then(|vault| wanted(lowering, vault, "id", "`keyVault`"))
    } else {
        lowering.missing(node.span, "keyVault", "`reference`");
        None
    };
    let secret_name = wanted(lowering, node, "secretName", "`reference`");
    let secret_version = text_formula(node, "secretVersion", lowering);
    Some(SecretParameter {
        name: member.key.clone(),
        vault: vault?,
        secret_name: secret_name?,
        secret_version: secret_version?,
        span: member.key_span,
    })
}
