//! What a deployment gives its template.

use crate::policy::Details;
use crate::source::{Node, NodeValue, Span};

use crate::arm::expression::{Dialect, Expression, Misuse, TextKind, classify};
use crate::arm::nearest::nearest;
use crate::lint::codes;
use crate::lint::document::Document;
use crate::lint::report::Report;

/// Parameters that only one of deployment and template knows.
pub(super) fn parameters(document: &Document<'_>, report: &mut Report) {
    let details = document.definition.rule.details.as_ref().and_then(Details::existence);
    let Some(deployment) = details.and_then(|details| details.deployment.as_ref()) else { return };
    let declared = deployment.template.get("parameters").map(Node::members).unwrap_or_default();
    let given = deployment.parameters.iter().map(|(name, _, span)| (name, *span));
    let given: Vec<_> =
        given.chain(deployment.secrets.iter().map(|secret| (&secret.name, secret.span))).collect();
    for (name, span) in &given {
        if declared.iter().any(|member| member.key.eq_ignore_ascii_case(name)) {
            continue;
        }
        let message = format!("the template has no parameter `{name}`");
        let near = nearest(name, declared.iter().map(|member| &*member.key));
        let help = near.map_or_else(
            || "Azure refuses the deployment: declare it, or leave it out".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        report.advise(&codes::PARAMETER_NOT_IN_TEMPLATE, *span, message, help);
    }
    for member in declared {
        let optional = member.value.get("defaultValue").is_some()
            || member.value.get("nullable").and_then(Node::as_bool) == Some(true);
        if optional || given.iter().any(|(name, _)| name.eq_ignore_ascii_case(&member.key)) {
            continue;
        }
        let message = format!("the template needs `{}`, which the deployment doesn't give", member.key);
        let help = "give it in `deployment.properties.parameters`, or give it a `defaultValue`";
        report.advise(&codes::PARAMETER_NOT_GIVEN, member.key_span, message, help);
    }
}

/// The types that a parameter of a template can have.
///
/// <https://learn.microsoft.com/azure/azure-resource-manager/templates/data-types>
const TYPES: &[&str] = &["array", "bool", "int", "object", "secureObject", "secureString", "string"];

/// Types of the parameters of the template and of the templates within it.
pub(super) fn types(document: &Document<'_>, report: &mut Report) {
    let details = document.definition.rule.details.as_ref().and_then(Details::existence);
    if let Some(deployment) = details.and_then(|details| details.deployment.as_ref()) {
        types_of(&deployment.template, report);
    }
}

fn types_of(template: &Node, report: &mut Report) {
    for member in template.get("parameters").map(Node::members).unwrap_or_default() {
        let Some(written) = member.value.get("type") else { continue };
        let Some(name) = written.as_str().filter(|name| !TYPES.iter().any(|t| t.eq_ignore_ascii_case(name)))
        else {
            continue;
        };
        let message = format!("`{name}` is no type of a template's parameter");
        let near = nearest(name, TYPES.iter().copied()).or_else(|| policy_type(name));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the types are `{}`", TYPES.join("`, `")),
        };
        report.advise(&codes::TEMPLATE_PARAMETER_TYPE, written.span, message, help);
    }
    let Some(resources) = template.get("resources") else { return };
    let listed = resources.items().iter();
    for resource in listed.chain(resources.members().iter().map(|member| &member.value)) {
        if let Some(inner) = resource.at(&["properties", "template"]) {
            types_of(inner, report);
        }
    }
}

/// Expressions of the template: the deployment has other functions than the policy has.
pub(super) fn template_expressions(document: &Document<'_>, report: &mut Report) {
    let details = document.definition.rule.details.as_ref().and_then(Details::existence);
    if let Some(deployment) = details.and_then(|details| details.deployment.as_ref()) {
        let mut texts = Vec::new();
        expressions_of(&deployment.template, &mut texts);
        for (text, span) in texts {
            refuse(text, span, report);
        }
    }
}

/// Every text of a template that is an expression, without its brackets.
fn expressions_of<'a>(node: &'a Node, into: &mut Vec<(&'a str, Span)>) {
    match &node.value {
        NodeValue::String(text) => {
            if let TextKind::Expression(text) = classify(text) {
                into.push((text, node.span));
            }
        }
        NodeValue::Array(items) => items.iter().for_each(|item| expressions_of(item, into)),
        NodeValue::Object(members) => members.iter().for_each(|member| expressions_of(&member.value, into)),
        _ => {}
    }
}

fn refuse(text: &str, span: Span, report: &mut Report) {
    let help = "Azure refuses the deployment";
    let expression = match Expression::parse(text) {
        Ok(expression) => expression,
        Err(fault) => {
            report.advise(&codes::TEMPLATE_EXPRESSION, span, fault.message, help);
            return;
        }
    };
    // A function of the template's own has a namespace.
    for misuse in expression.misuses(Dialect::Template, &|name| name.contains('.')) {
        let (message, help) = match misuse {
            Misuse::Unknown { name, nearest } => (
                format!("templates have no function `{name}`"),
                nearest.map_or_else(|| help.to_owned(), |near| format!("did you mean `{near}`?")),
            ),
            Misuse::NotAllowed { name } => (
                format!("`{name}` is a function of policies, which a template can't call"),
                "give its value by `deployment.properties.parameters`, which the policy computes".to_owned(),
            ),
            Misuse::Arguments { name, wanted, given } => {
                (format!("`{name}` takes {wanted}, {given} were given"), help.to_owned())
            }
        };
        report.advise(&codes::TEMPLATE_EXPRESSION, span, message, help);
    }
}

/// What a template calls a type of a policy's parameter.
fn policy_type(name: &str) -> Option<&'static str> {
    match name.to_ascii_lowercase().as_str() {
        "integer" => Some("int"),
        "boolean" => Some("bool"),
        _ => None,
    }
}
