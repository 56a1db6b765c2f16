//! `policyRule`: `if`, `then`, and the details of "if not exists".

use std::sync::Arc;

use crate::arm::expression::{Formula, FormulaKind};
use crate::arm::{ResourceType, Value};
use crate::policy::{Condition, Deployment, Details, Effect, ExistenceScope, PolicyRule, codes};
use crate::source::{Diagnostic, Node};

use super::condition::condition;
use super::reading::{Lowering, suggest};

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

pub(super) fn rule(node: &Node, lowering: &mut Lowering<'_>) -> Option<PolicyRule> {
    if node.as_str().is_some() {
        lowering.fault(
            Diagnostic::new(&codes::COMPUTED_PART, "the rule is a text, not an object")
                .at(node.span, "computed by a template")
                .help("this is a template that makes a definition: give the definition that it makes"),
        );
        return None;
    }
    let node = lowering.object(node, "policyRule")?;
    lowering.only(node, "`policyRule`", &["if", "then"]);
    let condition: Option<Condition> = if let Some(given) = node.get("if") {
        condition(given, lowering)
    } else {
        lowering.missing(node.span, "if", "`policyRule`");
        None
    };
    let Some(then) = node.get("then") else {
        lowering.missing(node.span, "then", "`policyRule`");
        return None;
    };
    let then = lowering.object(then, "then")?;
    lowering.only(then, "`then`", &["effect", "details"]);
    let effect = effect(then, lowering);
    let details = then.get("details").filter(|given| names_existence(given, effect.as_ref()));
    let details = match details {
        Some(given) => Some(existence(given, lowering)?),
        None => None,
    };
    Some(PolicyRule { condition: condition?, effect: effect?, details, span: node.span })
}

fn effect(then: &Node, lowering: &mut Lowering<'_>) -> Option<Formula> {
    let Some(given) = then.get("effect") else {
        lowering.missing(then.span, "effect", "`then`");
        return None;
    };
    if given.as_str().is_none() {
        lowering.wrong_kind(given, "effect", "a string");
        return None;
    }
    let formula = lowering.formula(given)?;
    if let FormulaKind::Literal(Value::String(text)) = &formula.kind
        && Effect::parse(text).is_none()
    {
        let names: Vec<_> = Effect::ALL.iter().map(|effect| effect.as_str()).collect();
        let fault = Diagnostic::new(&codes::UNKNOWN_EFFECT, format!("`{text}` is no effect"))
            .at(given.span, "unknown");
        lowering.fault(suggest(fault, text, &names));
        return None;
    }
    Some(formula)
}

/// Whether these are the details of "if not exists": the effect says so, or they hold what only those have.
fn names_existence(details: &Node, effect: Option<&Formula>) -> bool {
    match effect.map(|formula| &formula.kind) {
        Some(FormulaKind::Literal(Value::String(text))) => {
            matches!(Effect::parse(text), Some(Effect::AuditIfNotExists | Effect::DeployIfNotExists))
        }
        _ => ["type", "existenceCondition", "deployment"].iter().any(|key| details.get(key).is_some()),
    }
}

fn existence(node: &Node, lowering: &mut Lowering<'_>) -> Option<Details> {
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
    Some(Details {
        resource_type: ResourceType::new(&resource_type?),
        name: name?,
        resource_group_name: resource_group_name?,
        existence_scope: existence_scope?,
        existence_scope_given: node.get("existenceScope").is_some_and(|given| !given.is_null()),
        existence_condition: existence_condition?,
        role_definition_ids,
        deployment: deployment?,
        span: node.span,
    })
}

/// An optional text that may be an expression: `None` outside is a fault.
#[expect(clippy::option_option, reason = "a fault and an absent member are told apart")]
fn text_formula(node: &Node, key: &str, lowering: &mut Lowering<'_>) -> Option<Option<Formula>> {
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

fn roles(node: &Node, lowering: &mut Lowering<'_>) -> Vec<Arc<str>> {
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
            } else if body.get("reference").is_some() {
                secrets.push((member.key.clone(), member.key_span));
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
