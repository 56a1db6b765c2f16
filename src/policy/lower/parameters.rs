//! `parameters` of a definition.

use std::sync::Arc;

use crate::arm::Value;
use crate::policy::{ParameterDefinition, ParameterType, ValueSchema, codes};
use crate::source::{Diagnostic, Member, Node, NodeValue, Severity};

use super::reading::Lowering;

const KEYS: &[&str] =
    &["type", "metadata", "defaultValue", "allowedValues", "schema", "displayName", "description"];

/// Lowers declarations. In a document that the service itself gives out, a default that its declaration rules
/// out stops nothing: Microsoft ships such ones.
pub(super) fn parameters(
    node: Option<&Node>,
    from_service: bool,
    lowering: &mut Lowering<'_>,
) -> Vec<ParameterDefinition> {
    let Some(node) = node.filter(|node| !node.is_null()) else { return Vec::new() };
    let Some(node) = lowering.object(node, "parameters") else { return Vec::new() };
    node.members().iter().filter_map(|member| parameter(member, from_service, lowering)).collect()
}

fn parameter(
    member: &Member,
    from_service: bool,
    lowering: &mut Lowering<'_>,
) -> Option<ParameterDefinition> {
    let node = lowering.object(&member.value, &member.key)?;
    lowering.only(node, &format!("parameter `{}`", member.key), KEYS);
    let names: Vec<_> = ParameterType::ALL.iter().map(|known| known.as_str()).collect();
    let parameter_type = match node.get("type") {
        None => Some(ParameterType::String),
        Some(given) => lowering.choice(given, "type", &names, ParameterType::parse),
    };
    let allowed = match node.get("allowedValues") {
        None => None,
        Some(given) if given.is_null() => None,
        Some(given) => {
            if let NodeValue::Array(items) = &given.value {
                // Built-ins have empty lists beside defaults, and are assigned: such a list rules nothing out.
                (!items.is_empty()).then(|| items.iter().map(Value::from).collect::<Vec<_>>())
            } else {
                lowering.wrong_kind(given, "allowedValues", "a list");
                None
            }
        }
    };
    let metadata = node.get("metadata");
    let schema = node.get("schema").filter(|schema| !schema.is_null());
    let strong_type = metadata
        .and_then(|metadata| metadata.get("strongType"))
        .and_then(Node::as_str)
        .filter(|text| !text.is_empty())
        .map(Arc::from);
    let assign_permissions =
        metadata.and_then(|metadata| metadata.get("assignPermissions")).is_some_and(is_true);
    let declared = ParameterDefinition {
        name: member.key.clone(),
        parameter_type: parameter_type?,
        default: node.get("defaultValue").map(Value::from),
        allowed,
        strong_type,
        assign_permissions,
        schema: schema.map(|node| Arc::new(ValueSchema::new(Value::from(node), node.span))),
        span: member.key_span,
    };
    check_default(&declared, node, from_service, lowering);
    Some(declared)
}

fn is_true(node: &Node) -> bool {
    node.as_bool() == Some(true) || node.as_str().is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

/// A default that the declaration itself rules out.
fn check_default(
    declared: &ParameterDefinition,
    node: &Node,
    from_service: bool,
    lowering: &mut Lowering<'_>,
) {
    let (Some(default), Some(place)) = (&declared.default, node.get("defaultValue")) else { return };
    if !declared.parameter_type.admits(default) {
        let message = format!(
            "the default of `{}` is {}, but the parameter is {}",
            declared.name,
            place.kind(),
            declared.parameter_type.described()
        );
        let fault = Diagnostic::new(&codes::BAD_DECLARATION, message).at(place.span, "of another type");
        lowering.fault(if from_service { fault.severity(Severity::Warning) } else { fault });
    } else if let Some(value) = declared.refused(default) {
        let message =
            format!("the default of `{}` isn't one of its `allowedValues`: `{value}`", declared.name);
        let mut fault = Diagnostic::new(&codes::BAD_DECLARATION, message).at(place.span, "not allowed");
        if let Some(allowed) = node.member("allowedValues") {
            fault = fault.at(allowed.key_span, "declared here");
        }
        // Azure has a built-in definition with such a default, so this stops nothing.
        lowering.fault(fault.severity(Severity::Warning).help("allowed values compare with case"));
    }
}
