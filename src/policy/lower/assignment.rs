//! Assignments, in the shapes that tools export.

use std::sync::Arc;

use crate::arm::{Location, ResourceId, Scope, Value};
use crate::policy::{
    EnforcementMode, Identity, IdentityType, PolicyAssignment, Selective, VersionPattern, codes,
};
use crate::source::{Diagnostic, Diagnostics, Member, Node, NodeValue, Span};

use super::placeholder::{is_placeholder, placeholder, written_out};
use super::reading::{Lowering, unwrapped};

/// What stands between an assignment's scope and its name, in lower case.
const BELOW_SCOPE: &str = "/providers/microsoft.authorization/policyassignments/";

/// Lowers an assignment: ARM's own form, the flat form of `az` and of `Get-AzPolicyAssignment`, a row of
/// Resource Graph (`properties` may be JSON in a string), the older form of `Get-AzPolicyAssignment`.
///
/// Nothing comes back where the document has an error; all of them are pushed.
pub fn assignment(node: &Node, faults: &mut Diagnostics) -> Option<PolicyAssignment> {
    let mut lowering = Lowering::new(faults);
    let lowered = read(node, &mut lowering);
    lowered.filter(|_| !lowering.failed())
}

/// The two objects in which members may stand: `properties`, and the document itself.
struct Shape<'n> {
    inner: Option<&'n Node>,
    outer: &'n Node,
}

impl<'n> Shape<'n> {
    /// The first of these members that is there and isn't null.
    fn get(&self, keys: &[&str]) -> Option<&'n Node> {
        self.member(keys).map(|member| &member.value).filter(|value| !value.is_null())
    }

    /// The first of these members that is there, be it null; one that isn't null goes first.
    fn member(&self, keys: &[&str]) -> Option<&'n Member> {
        let found = || {
            keys.iter().flat_map(|key| {
                [self.inner, Some(self.outer)].into_iter().flatten().filter_map(|node| node.member(key))
            })
        };
        found().find(|member| !member.value.is_null()).or_else(|| found().next())
    }
}

fn read(node: &Node, lowering: &mut Lowering<'_>) -> Option<PolicyAssignment> {
    let node = lowering.object(node, "assignment")?;
    let unpacked = node.get("properties").and_then(unwrapped);
    let inner = match (&unpacked, node.get("properties")) {
        (Some(inner), _) => Some(inner),
        (None, Some(inner)) if !inner.is_null() => Some(lowering.object(inner, "properties")?),
        _ => None,
    };
    let shape = Shape { inner, outer: node };
    let (id, scope) = place(&shape, lowering)?;
    let definition = definition_id(&shape, lowering);
    let not_scopes = not_scopes(&shape, lowering);
    let definition_version = shape
        .get(&["definitionVersion"])
        .and_then(|given| lowering.as_text(given, "definitionVersion"))
        .filter(|text| !text.trim().is_empty())
        .map(VersionPattern::new);
    let parameters = parameters(&shape, lowering);
    let mut unsupported = unsupported(&shape);
    let enforcement_mode = enforcement(&shape, &mut unsupported, lowering);
    let identity = identity(&shape, lowering);
    let location = location(&shape, lowering);
    let display_name = shape
        .get(&["displayName"])
        .and_then(|given| lowering.as_text(given, "displayName"))
        .filter(|text| !text.trim().is_empty());
    let name: Arc<str> = id.name().into();
    let (definition_id, definition_span) = definition?;
    Some(PolicyAssignment {
        id: id.as_str().into(),
        display_name: display_name.unwrap_or_else(|| name.clone()),
        name,
        scope,
        not_scopes,
        definition_id,
        definition_span,
        definition_version,
        parameters,
        enforcement_mode: enforcement_mode?,
        identity,
        location,
        unsupported,
        span: node.span,
    })
}

/// A text that has to be an id; what isn't is a fault.
fn id_text(node: &Node, what: &str, lowering: &mut Lowering<'_>) -> Option<Arc<str>> {
    written_out(node, what, "the assignment", "az policy assignment list", lowering)
}

fn bad_id(node: &Node, what: &str, text: &str, help: &str, lowering: &mut Lowering<'_>) {
    lowering.fault(
        Diagnostic::new(&codes::BAD_ID, format!("`{what}` is no id: `{text}`"))
            .at(node.span, "no id")
            .help(help.to_owned()),
    );
}

/// The assignment's id and scope; either follows from the other.
fn place(shape: &Shape<'_>, lowering: &mut Lowering<'_>) -> Option<(ResourceId, Scope)> {
    let id = shape.get(&["id", "resourceId", "policyAssignmentId"]).filter(|given| !empty(given));
    let scope = shape.get(&["scope"]).filter(|given| !empty(given));
    let stated = match scope {
        None => None,
        Some(given) => {
            let text = id_text(given, "scope", lowering)?;
            let parsed = Scope::parse(&text);
            if parsed.is_none() {
                let help = "a scope is the id of a management group, subscription, group or resource";
                bad_id(given, "scope", &text, help, lowering);
                return None;
            }
            parsed
        }
    };
    let Some(given) = id else {
        let name = match shape.get(&["name"]) {
            None => None,
            Some(given) => Some(id_text(given, "name", lowering)?),
        };
        let (Some(name), Some(stated)) = (name, stated) else {
            lowering.missing(shape.outer.span, "id", "the assignment");
            return None;
        };
        let base = stated.id();
        let text = format!("{}{BELOW_SCOPE}{name}", base.trim_end_matches('/'));
        return Some((ResourceId::parse(&spelled(&text))?, stated));
    };
    let text = id_text(given, "id", lowering)?;
    let parsed = ResourceId::parse(&text).and_then(|id| {
        let at = id.folded().rfind(BELOW_SCOPE)?;
        let scope = if at == 0 { Some(Scope::Tenant) } else { Scope::parse(&id.as_str()[..at]) };
        Some((id, scope?))
    });
    let Some((id, scope)) = parsed else {
        let help = "the id of an assignment ends with \
                    `/providers/Microsoft.Authorization/policyAssignments/{name}`";
        bad_id(given, "id", &text, help, lowering);
        return None;
    };
    if let (Some(stated), Some(place)) = (&stated, shape.get(&["scope"]))
        && *stated != scope
    {
        let message = format!("the assignment says scope `{stated}`, but its id lies at `{scope}`");
        lowering.fault(
            Diagnostic::new(&codes::SCOPE_MISMATCH, message)
                .at(place.span, "not the scope of the id")
                .at(given.span, "the id decides"),
        );
    }
    Some((id, scope))
}

/// The part of an id that azpol makes itself, as Azure spells it.
fn spelled(text: &str) -> String {
    text.replace(BELOW_SCOPE, "/providers/Microsoft.Authorization/policyAssignments/")
}

fn empty(node: &Node) -> bool {
    node.as_str().is_some_and(|text| text.trim().is_empty())
}

fn definition_id(shape: &Shape<'_>, lowering: &mut Lowering<'_>) -> Option<(Arc<str>, Span)> {
    let Some(given) = shape.get(&["policyDefinitionId"]).filter(|given| !empty(given)) else {
        lowering.missing(shape.outer.span, "policyDefinitionId", "the assignment");
        return None;
    };
    let text = id_text(given, "policyDefinitionId", lowering)?;
    let parsed = ResourceId::parse(&text).filter(|id| {
        id.folded().contains("/providers/microsoft.authorization/policydefinitions/")
            || id.folded().contains("/providers/microsoft.authorization/policysetdefinitions/")
    });
    let Some(id) = parsed else {
        let help = "the id of a built-in is `/providers/Microsoft.Authorization/policyDefinitions/{guid}`";
        bad_id(given, "policyDefinitionId", &text, help, lowering);
        return None;
    };
    Some((id.as_str().into(), given.span))
}

fn not_scopes(shape: &Shape<'_>, lowering: &mut Lowering<'_>) -> Vec<(Scope, Span)> {
    let Some(given) = shape.get(&["notScopes", "notScope"]) else { return Vec::new() };
    let items = match &given.value {
        NodeValue::Array(items) => items.as_slice(),
        NodeValue::String(text) if text.trim().is_empty() => return Vec::new(),
        NodeValue::String(_) => std::slice::from_ref(given),
        _ => {
            lowering.wrong_kind(given, "notScopes", "a list of ids");
            return Vec::new();
        }
    };
    let mut scopes = Vec::new();
    for item in items {
        let Some(text) = id_text(item, "notScopes", lowering) else { continue };
        if let Some(scope) = Scope::parse(&text) {
            scopes.push((scope, item.span));
        } else {
            let help = "an excluded scope is the id of a management group, subscription, group or resource";
            bad_id(item, "notScopes", &text, help, lowering);
        }
    }
    scopes
}

fn parameters(shape: &Shape<'_>, lowering: &mut Lowering<'_>) -> Vec<(Arc<str>, Span, Value, Span)> {
    let Some(given) = shape.get(&["parameters", "parameter"]) else { return Vec::new() };
    if empty(given) {
        return Vec::new();
    }
    let unpacked = unwrapped(given);
    let Some(given) = unpacked.as_ref().or_else(|| lowering.object(given, "parameters")) else {
        return Vec::new();
    };
    given.members().iter().filter_map(|member| parameter(member, lowering)).collect()
}

fn parameter(member: &Member, lowering: &mut Lowering<'_>) -> Option<(Arc<str>, Span, Value, Span)> {
    let Some(value) = member.value.is_object().then(|| member.value.get("value")).flatten() else {
        if member.value.as_str().is_some_and(|text| text.starts_with("@{")) {
            lowering.object(&member.value, &member.key);
            return None;
        }
        let message = format!("the value of parameter `{}` doesn't stand in `value`", member.key);
        lowering.fault(
            Diagnostic::new(&codes::MISSING_MEMBER, message)
                .at(member.value.span, "no `value` here")
                .help(format!("write `\"{}\": {{ \"value\": … }}`", member.key)),
        );
        return None;
    };
    if let Some(text) = value.as_str()
        && is_placeholder(text)
    {
        let message = format!("the value of parameter `{}` is a placeholder: `{text}`", member.key);
        lowering.say(&codes::PLACEHOLDER, value.span, message, "to be filled in");
        return None;
    }
    Some((member.key.clone(), member.key_span, Value::from(value), value.span))
}

/// What isn't evaluated yet; empty members count as absent.
fn unsupported(shape: &Shape<'_>) -> Vec<(Selective, Span)> {
    let known: [(&[&str], Selective); 2] = [
        (&["overrides", "override"], Selective::Overrides),
        (&["resourceSelectors", "resourceSelector"], Selective::ResourceSelectors),
    ];
    let said = |node: &&Node| match &node.value {
        NodeValue::Array(items) => !items.is_empty(),
        NodeValue::String(text) => !text.is_empty(),
        _ => true,
    };
    known
        .into_iter()
        .filter_map(|(keys, what)| shape.get(keys).filter(said).map(|node| (what, node.span)))
        .collect()
}

fn enforcement(
    shape: &Shape<'_>,
    unsupported: &mut Vec<(Selective, Span)>,
    lowering: &mut Lowering<'_>,
) -> Option<EnforcementMode> {
    let Some(given) = shape.get(&["enforcementMode"]) else { return Some(EnforcementMode::Default) };
    // `ConvertTo-Json` writes the number of the enumeration's member.
    let mode = match given.value {
        NodeValue::Int(0) => Some(EnforcementMode::Default),
        NodeValue::Int(1) => Some(EnforcementMode::DoNotEnforce),
        _ => lowering.choice(given, "enforcementMode", &["Default", "DoNotEnforce", "Enroll"], |text| {
            match text.to_ascii_lowercase().as_str() {
                "default" => Some(EnforcementMode::Default),
                "donotenforce" => Some(EnforcementMode::DoNotEnforce),
                "enroll" => Some(EnforcementMode::Enroll),
                _ => None,
            }
        }),
    };
    if mode == Some(EnforcementMode::Enroll) {
        unsupported.push((Selective::Enroll, given.span));
    }
    mode
}

fn identity_type(text: &str) -> Option<IdentityType> {
    match text.to_ascii_lowercase().as_str() {
        "systemassigned" => Some(IdentityType::SystemAssigned),
        "userassigned" => Some(IdentityType::UserAssigned),
        "none" | "" => Some(IdentityType::None),
        _ => None,
    }
}

/// What the document says of the identity; nothing where its shape carries none.
fn identity(shape: &Shape<'_>, lowering: &mut Lowering<'_>) -> Option<Identity> {
    const TYPES: &[&str] = &["SystemAssigned", "UserAssigned", "None"];
    let text = |node: Option<&Node>| node.and_then(Node::as_str).filter(|t| !t.is_empty()).map(Arc::from);
    if let Some(flat) = shape.member(&["identityType"]) {
        let identity_type = if flat.value.is_null() {
            IdentityType::None
        } else {
            lowering.choice(&flat.value, "identityType", TYPES, identity_type)?
        };
        return Some(Identity { identity_type, principal_id: text(shape.get(&["identityPrincipalId"])) });
    }
    let member = shape.member(&["identity"])?;
    if member.value.is_null() {
        return Some(Identity { identity_type: IdentityType::None, principal_id: None });
    }
    let given = lowering.object(&member.value, "identity")?;
    let Some(kind) = given.get("type").filter(|kind| !kind.is_null()) else {
        lowering.missing(given.span, "type", "`identity`");
        return None;
    };
    let identity_type = match kind.value {
        // The number of the enumeration's member, as `ConvertTo-Json` writes it.
        NodeValue::Int(0) => IdentityType::SystemAssigned,
        _ => lowering.choice(kind, "identity.type", TYPES, identity_type)?,
    };
    let assigned = given.get("userAssignedIdentities").and_then(|all| all.members().first());
    let principal_id = text(given.get("principalId"))
        .or_else(|| text(assigned.and_then(|member| member.value.get("principalId"))));
    Some(Identity { identity_type, principal_id })
}

fn location(shape: &Shape<'_>, lowering: &mut Lowering<'_>) -> Option<Location> {
    let given = shape.get(&["location"]).filter(|given| !empty(given))?;
    let text = lowering.as_text(given, "location")?;
    if let Some(found) = placeholder(&text) {
        let message = format!("`location` holds a placeholder: `{found}`");
        lowering.say(&codes::PLACEHOLDER, given.span, message, "to be filled in");
        return None;
    }
    Some(Location::new(&text))
}
