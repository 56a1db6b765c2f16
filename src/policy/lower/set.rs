//! Initiatives.

use std::sync::Arc;

use crate::arm::ResourceId;
use crate::policy::{
    MemberParameter, PolicyGroup, PolicyMember, PolicySetDefinition, PolicyType, VersionPattern, codes,
};
use crate::source::{Diagnostic, Diagnostics, Member, Node};

use super::definition::{PROPERTIES, envelope_id, misspelt, policy_type};
use super::parameters::parameters;
use super::placeholder::written_out;
use super::reading::{Lowering, Owner, suggest, unwrapped};

/// Where ids of built-in initiatives begin.
const BUILT_IN: &str = "/providers/microsoft.authorization/policysetdefinitions/";

const MEMBER: &[&str] = &[
    "policyDefinitionId",
    "policyDefinitionName",
    "policyDefinitionReferenceId",
    "definitionVersion",
    "effectiveDefinitionVersion",
    "latestDefinitionVersion",
    "parameters",
    "groupNames",
];

const GROUP: &[&str] = &["name", "displayName", "category", "description", "additionalMetadataId"];

/// Lowers an initiative: a full resource, or bare `properties`; keys in any case.
///
/// `fallback` is the name of a document that has none (the name of its file). Nothing comes back where the
/// document has an error; all of them are pushed.
pub fn set_definition(node: &Node, fallback: &str, faults: &mut Diagnostics) -> Option<PolicySetDefinition> {
    let mut lowering = Lowering::new(faults);
    let lowered = envelope(node, fallback, &mut lowering);
    lowered.filter(|_| !lowering.failed())
}

fn envelope(node: &Node, fallback: &str, lowering: &mut Lowering<'_>) -> Option<PolicySetDefinition> {
    let node = lowering.object(node, "initiative")?;
    let unpacked = node.get("properties").and_then(unwrapped);
    let properties = match (&unpacked, node.get("properties")) {
        (Some(inner), _) => inner,
        (None, Some(inner)) if node.get("policyDefinitions").is_none() => {
            lowering.object(inner, "properties")?
        }
        _ => node,
    };
    misspelt(properties, "an initiative", &known(), lowering);
    let id = envelope_id(node, lowering);
    let name = lowering
        .text(node, "name")
        .filter(|name| !name.is_empty())
        .or_else(|| id.as_ref().map(|id| id.name().into()))
        .unwrap_or_else(|| fallback.into());
    let policy_type = policy_type(properties, id.as_ref(), BUILT_IN, lowering);
    let from_service = policy_type.is_some_and(PolicyType::is_from_service);
    let parameters = parameters(properties.get("parameters"), from_service, lowering);
    let groups = groups(properties, lowering);
    let members = members(properties, lowering)?;
    check_groups(&members, &groups, properties, lowering);
    let declared = properties.get("parameters").map_or(&[][..], Node::members);
    let declared: Vec<&str> = declared.iter().map(|member| &*member.key).collect();
    lowering.check_reads(&declared, Owner::Initiative);
    let metadata = properties.get("metadata");
    let of_metadata = |key: &str| metadata.and_then(|m| m.get(key)).and_then(Node::as_str).map(Arc::from);
    let said = |text: &Arc<str>| !text.trim().is_empty();
    Some(PolicySetDefinition {
        id: id.map_or_else(|| name.clone(), |id| id.as_str().into()),
        display_name: lowering.text(properties, "displayName").filter(said).unwrap_or_else(|| name.clone()),
        version: lowering.text(properties, "version").filter(said).or_else(|| of_metadata("version")),
        versions: texts(properties, "versions", lowering).into_iter().map(|(text, _)| text).collect(),
        category: of_metadata("category"),
        name,
        policy_type: policy_type?,
        parameters,
        members,
        groups,
        span: node.span,
    })
}

/// What stands in `properties`.
fn known() -> Vec<&'static str> {
    let own = ["policyDefinitions", "policyDefinitionGroups"];
    PROPERTIES.iter().copied().filter(|key| !matches!(*key, "policyRule" | "mode")).chain(own).collect()
}

/// A list of texts with their places; nothing where it is absent or null.
fn texts(node: &Node, key: &str, lowering: &mut Lowering<'_>) -> Vec<(Arc<str>, crate::source::Span)> {
    let Some(given) = node.get(key).filter(|given| !given.is_null()) else { return Vec::new() };
    if !given.is_array() {
        lowering.wrong_kind(given, key, "a list of texts");
        return Vec::new();
    }
    given.items().iter().filter_map(|item| Some((lowering.as_text(item, key)?, item.span))).collect()
}

fn members(properties: &Node, lowering: &mut Lowering<'_>) -> Option<Vec<PolicyMember>> {
    let Some(given) = properties.get("policyDefinitions") else {
        lowering.missing(properties.span, "policyDefinitions", "the initiative");
        return None;
    };
    if !given.is_array() {
        lowering.wrong_kind(given, "policyDefinitions", "a list of members");
        return None;
    }
    if given.items().is_empty() {
        let message = "an initiative has at least one member".to_owned();
        lowering.say(&codes::MISSING_MEMBER, given.span, message, "an empty list");
        return None;
    }
    let mut found: Vec<PolicyMember> = Vec::new();
    for item in given.items() {
        let Some(mut member) = member(item, lowering) else { continue };
        let same = found.iter().find(|known| known.reference_id.eq_ignore_ascii_case(&member.reference_id));
        match same {
            Some(first) if member.reference_given && first.reference_given => {
                let message =
                    format!("two members of the initiative have the reference id `{}`", member.reference_id);
                lowering.fault(
                    Diagnostic::new(&codes::DUPLICATE_REFERENCE, message)
                        .at(member.span, "the second one")
                        .at(first.span, "the first one"),
                );
            }
            Some(_) => member.reference_id = unique(&member.reference_id, &found),
            None => {}
        }
        found.push(member);
    }
    Some(found)
}

/// A reference id that no member has yet.
fn unique(wanted: &str, taken: &[PolicyMember]) -> Arc<str> {
    let free = |text: &String| taken.iter().all(|known| !known.reference_id.eq_ignore_ascii_case(text));
    let numbered = (2..=taken.len() + 2).map(|number| format!("{wanted}_{number}")).find(free);
    numbered.unwrap_or_else(|| wanted.to_owned()).into()
}

fn member(node: &Node, lowering: &mut Lowering<'_>) -> Option<PolicyMember> {
    let node = lowering.object(node, "policyDefinitions")?;
    lowering.only(node, "a member of an initiative", MEMBER);
    // EPAC names a definition and finds where it lies.
    let Some(given) = node.get("policyDefinitionId").or_else(|| node.get("policyDefinitionName")) else {
        lowering.missing(node.span, "policyDefinitionId", "a member of the initiative");
        return None;
    };
    let definition_id = definition_id(given, node.get("policyDefinitionId").is_none(), lowering);
    let reference = lowering.text(node, "policyDefinitionReferenceId").filter(|text| !text.is_empty());
    let definition_version =
        lowering.text(node, "definitionVersion").filter(|text| !text.is_empty()).map(VersionPattern::new);
    let group_names = texts(node, "groupNames", lowering);
    let parameters = match node.get("parameters").filter(|given| !given.is_null()) {
        Some(given) => lowering
            .object(given, "parameters")?
            .members()
            .iter()
            .filter_map(|member| parameter(member, lowering))
            .collect(),
        None => Vec::new(),
    };
    let definition_id = definition_id?;
    Some(PolicyMember {
        reference_given: reference.is_some(),
        reference_id: reference
            .unwrap_or_else(|| definition_id.rsplit('/').next().unwrap_or(&definition_id).into()),
        definition_id,
        definition_span: given.span,
        definition_version,
        parameters,
        group_names,
        span: node.span,
    })
}

fn definition_id(node: &Node, by_name: bool, lowering: &mut Lowering<'_>) -> Option<Arc<str>> {
    let list = "az policy set-definition list";
    let text = written_out(node, "policyDefinitionId", "the initiative", list, lowering)?;
    let below = "/providers/microsoft.authorization/policydefinitions/";
    if by_name && !text.contains('/') && !text.trim().is_empty() {
        return Some(format!("/providers/Microsoft.Authorization/policyDefinitions/{text}").into());
    }
    let parsed = ResourceId::parse(&text).filter(|id| id.folded().contains(below));
    if parsed.is_none() {
        lowering.fault(
            Diagnostic::new(
                &codes::BAD_ID,
                format!("`policyDefinitionId` is no id of a definition: `{text}`"),
            )
            .at(node.span, "no id of a definition")
            .help("the id of a built-in is `/providers/Microsoft.Authorization/policyDefinitions/{guid}`"),
        );
    }
    parsed.map(|id| id.as_str().into())
}

fn parameter(member: &Member, lowering: &mut Lowering<'_>) -> Option<MemberParameter> {
    let Some(value) = member.value.is_object().then(|| member.value.get("value")).flatten() else {
        let message = format!("the value of parameter `{}` doesn't stand in `value`", member.key);
        lowering.fault(
            Diagnostic::new(&codes::MISSING_MEMBER, message)
                .at(member.value.span, "no `value` here")
                .help(format!("write `\"{}\": {{ \"value\": … }}`", member.key)),
        );
        return None;
    };
    let value = lowering.formula(value)?;
    Some(MemberParameter { name: member.key.clone(), name_span: member.key_span, value })
}

fn groups(properties: &Node, lowering: &mut Lowering<'_>) -> Vec<PolicyGroup> {
    let Some(given) = properties.get("policyDefinitionGroups").filter(|given| !given.is_null()) else {
        return Vec::new();
    };
    if !given.is_array() {
        lowering.wrong_kind(given, "policyDefinitionGroups", "a list of groups");
        return Vec::new();
    }
    given.items().iter().filter_map(|item| group(item, lowering)).collect()
}

fn group(node: &Node, lowering: &mut Lowering<'_>) -> Option<PolicyGroup> {
    let node = lowering.object(node, "policyDefinitionGroups")?;
    lowering.only(node, "a group", GROUP);
    let Some(name) = lowering.text(node, "name").filter(|name| !name.is_empty()) else {
        lowering.missing(node.span, "name", "a group");
        return None;
    };
    Some(PolicyGroup {
        name,
        display_name: lowering.text(node, "displayName"),
        category: lowering.text(node, "category"),
        description: lowering.text(node, "description"),
        additional_metadata_id: lowering.text(node, "additionalMetadataId"),
        span: node.span,
    })
}

/// A fault for each group that a member names and the initiative doesn't have.
fn check_groups(
    members: &[PolicyMember],
    groups: &[PolicyGroup],
    properties: &Node,
    lowering: &mut Lowering<'_>,
) {
    let faulty = properties.get("policyDefinitionGroups").map_or(0, |given| given.items().len());
    if faulty != groups.len() {
        return;
    }
    let known: Vec<&str> = groups.iter().map(|group| &*group.name).collect();
    for (name, span) in members.iter().flat_map(|member| &member.group_names) {
        if !known.iter().any(|group| group.eq_ignore_ascii_case(name)) {
            let fault =
                Diagnostic::new(&codes::UNKNOWN_GROUP, format!("the initiative has no group `{name}`"))
                    .at(*span, "not one of `policyDefinitionGroups`");
            lowering.fault(suggest(fault, name, &known));
        }
    }
}
