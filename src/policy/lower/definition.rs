//! The envelope of a definition.

use std::sync::Arc;

use crate::arm::ResourceId;
use crate::arm::nearest::nearest;
use crate::policy::{DefinitionSource, PolicyDefinition, PolicyMode, PolicyType, codes};
use crate::source::{Diagnostic, Diagnostics, Node, NodeValue};

use super::parameters::parameters;
use super::placeholder::placeholder;
use super::reading::{Lowering, Owner, suggest, unwrapped};
use super::rule::rule;

/// Where ids of built-in definitions begin.
const BUILT_IN: &str = "/providers/microsoft.authorization/policydefinitions/";

/// What stands beside the rule. Tools add members of their own, so only what looks misspelt is a fault.
pub(super) const PROPERTIES: &[&str] = &[
    "displayName",
    "description",
    "policyType",
    "mode",
    "metadata",
    "version",
    "versions",
    "parameters",
    "policyRule",
];

/// Lowers a definition: a full resource, bare `properties`, or a bare rule; keys in any case.
///
/// `fallback` is the name of a document that has none (the name of its file). Nothing comes back where the
/// document has an error; all of them are pushed.
pub fn definition(node: &Node, fallback: &str, faults: &mut Diagnostics) -> Option<PolicyDefinition> {
    let mut lowering = Lowering::new(faults);
    let lowered = envelope(node, fallback, &mut lowering);
    lowered.filter(|_| !lowering.failed())
}

fn envelope(node: &Node, fallback: &str, lowering: &mut Lowering<'_>) -> Option<PolicyDefinition> {
    let node = lowering.object(node, "definition")?;
    let unpacked = node.get("properties").and_then(unwrapped);
    let properties = match (&unpacked, node.get("properties")) {
        (Some(inner), _) => inner,
        (None, Some(inner)) if node.get("policyRule").is_none() => lowering.object(inner, "properties")?,
        _ => node,
    };
    let bare_rule = properties.get("if").is_some() && properties.get("then").is_some();
    let given_rule = if bare_rule {
        properties
    } else {
        misspelt(properties, "a definition", PROPERTIES, lowering);
        let Some(given) = properties.get("policyRule") else {
            lowering.missing(properties.span, "policyRule", "the definition");
            return None;
        };
        given
    };
    let id = envelope_id(node, lowering);
    let policy_type = policy_type(properties, id.as_ref(), BUILT_IN, lowering);
    let from_service = policy_type.is_some_and(PolicyType::is_from_service);
    let parameters =
        if bare_rule { Vec::new() } else { parameters(properties.get("parameters"), from_service, lowering) };
    let text = |lowering: &mut Lowering<'_>, key: &str| {
        lowering.text(properties, key).filter(|text| !text.trim().is_empty())
    };
    let name = lowering
        .text(node, "name")
        .filter(|name| !name.is_empty())
        .or_else(|| id.as_ref().map(|id| id.name().into()))
        .unwrap_or_else(|| fallback.into());
    let mode = mode(properties, lowering);
    let rule = rule(given_rule, mode.as_ref(), lowering);
    let declared: Vec<String> = declared(properties).collect();
    let declared: Vec<_> = declared.iter().map(String::as_str).collect();
    lowering.check_reads(&declared, Owner::Definition);
    let metadata = properties.get("metadata");
    let of_metadata = |key: &str| metadata.and_then(|m| m.get(key)).and_then(Node::as_str).map(Arc::from);
    Some(PolicyDefinition {
        id: id.map_or_else(|| name.clone(), |id| id.as_str().into()),
        display_name: text(lowering, "displayName").unwrap_or_else(|| name.clone()),
        version: text(lowering, "version").or_else(|| of_metadata("version")),
        category: of_metadata("category"),
        name,
        policy_type: policy_type?,
        mode: mode?,
        parameters,
        rule: rule?,
        source: DefinitionSource::Given,
        span: node.span,
    })
}

/// The names of the parameters, those with a faulty declaration too.
fn declared(properties: &Node) -> impl Iterator<Item = String> {
    let members = properties.get("parameters").map_or(&[][..], Node::members);
    members.iter().map(|member| member.key.as_ref().to_owned())
}

/// Faults for keys that are nearly one of those that a definition has.
pub(super) fn misspelt(properties: &Node, owner: &str, known: &[&str], lowering: &mut Lowering<'_>) {
    for member in properties.members() {
        let is_known = known.iter().any(|key| key.eq_ignore_ascii_case(&member.key));
        if is_known || nearest(&member.key, known.iter().copied()).is_none() {
            continue;
        }
        let message = format!("{owner} has no member `{}`", member.key);
        let fault = Diagnostic::new(&codes::UNKNOWN_KEY, message).at(member.key_span, "probably misspelt");
        lowering.fault(suggest(fault, &member.key, known));
    }
}

/// The id that a definition or an initiative states.
pub(super) fn envelope_id(node: &Node, lowering: &mut Lowering<'_>) -> Option<ResourceId> {
    let given = ["id", "resourceId", "policyDefinitionId", "policySetDefinitionId"]
        .iter()
        .find_map(|key| node.get(key).filter(|given| given.as_str().is_some_and(|text| !text.is_empty())))?;
    let text = lowering.as_text(given, "id")?;
    if let Some(found) = placeholder(&text) {
        let message = format!("the definition's id holds a placeholder: `{found}`");
        lowering.fault(
            Diagnostic::new(&codes::PLACEHOLDER, message)
                .at(given.span, "to be filled in")
                .help("give the document that the generator makes of this one"),
        );
        return None;
    }
    let parsed = ResourceId::parse(&text);
    if parsed.is_none() {
        lowering.say(&codes::BAD_ID, given.span, format!("`{text}` is no resource id"), "no id");
    }
    parsed
}

/// `policyType`; without it, what an id below `built_in` says.
pub(super) fn policy_type(
    properties: &Node,
    id: Option<&ResourceId>,
    built_in: &str,
    lowering: &mut Lowering<'_>,
) -> Option<PolicyType> {
    let by_id = match id {
        Some(id) if id.folded().starts_with(built_in) => PolicyType::BuiltIn,
        _ => PolicyType::Custom,
    };
    let Some(given) = properties.get("policyType").filter(|given| !given.is_null()) else {
        return Some(by_id);
    };
    lowering.choice(given, "policyType", &["BuiltIn", "Custom", "Static", "NotSpecified"], |text| match text
        .to_ascii_lowercase()
        .as_str()
    {
        "builtin" => Some(PolicyType::BuiltIn),
        "custom" => Some(PolicyType::Custom),
        "static" => Some(PolicyType::Static),
        "notspecified" => Some(by_id),
        _ => None,
    })
}

fn mode(properties: &Node, lowering: &mut Lowering<'_>) -> Option<PolicyMode> {
    let given = properties.get("mode").filter(|given| !matches!(given.value, NodeValue::Null));
    let Some(given) = given else { return Some(PolicyMode::Indexed) };
    lowering.choice(given, "mode", &["All", "Indexed"], |text| match text.to_ascii_lowercase().as_str() {
        "all" => Some(PolicyMode::All),
        "indexed" => Some(PolicyMode::Indexed),
        lower if lower.starts_with("microsoft.") => Some(PolicyMode::ResourceProvider(text.into())),
        _ => None,
    })
}
