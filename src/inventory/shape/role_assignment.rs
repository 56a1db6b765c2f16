//! Role assignments: REST, Resource Graph, flattened by `az`, printed by PowerShell (`AzGovViz` keeps that form).

use std::sync::Arc;

use crate::arm::Scope;
use crate::source::{Diagnostic, Diagnostics, Node};

use super::super::access::RoleAssignment;
use super::super::codes;
use super::text::{json_in, shared, text};

/// Reads one. One that lacks its principal, its role or its scope gives a finding; a classic administrator,
/// whose row has neither principal nor role, is no role assignment.
pub(crate) fn read(node: &Node, faults: &mut Diagnostics) -> Option<RoleAssignment> {
    let properties =
        node.get("properties").map(|found| json_in(found, faults).unwrap_or_else(|| found.clone()));
    let properties = properties.as_ref().filter(|properties| properties.is_object()).unwrap_or(node);
    let id = shared(node, &["id", "roleAssignmentId"]).unwrap_or_default();
    let principal = text(properties, &["principalId", "objectId"]);
    let role = text(properties, &["roleDefinitionId"]);
    let scope = text(properties, &["scope"]).and_then(Scope::parse).or_else(|| scope_of(&id));
    let (Some(principal), Some(role), Some(scope)) = (principal, role, scope) else {
        if principal.is_none() && role.is_none() && text(properties, &["roleDefinitionName"]).is_some() {
            return None;
        }
        faults.push(
            Diagnostic::new(
                &codes::WRONG_TYPE,
                "a role assignment has a `principalId`, a `roleDefinitionId` and a `scope`",
            )
            .at(node.span, "not read"),
        );
        return None;
    };
    Some(RoleAssignment {
        id,
        principal_id: principal.to_ascii_lowercase().into(),
        principal_type: shared(properties, &["principalType", "objectType"]),
        principal_name: shared(properties, &["principalName", "principalDisplayName", "displayName"]),
        role_definition: bare(role),
        scope,
        is_conditional: text(properties, &["condition"]).is_some(),
        span: node.span,
    })
}

/// The last segment of a role's id, in lower case.
fn bare(role: &str) -> Arc<str> {
    role.trim_matches('/').rsplit('/').next().unwrap_or_default().to_ascii_lowercase().into()
}

/// What an extension lies on: the part of its id before the last `/providers/`.
pub(crate) fn scope_of(id: &str) -> Option<Scope> {
    let at = id.to_ascii_lowercase().rfind("/providers/")?;
    let above = &id[..at];
    if above.is_empty() { Some(Scope::Tenant) } else { Scope::parse(above) }
}

#[cfg(test)]
mod tests {
    use super::{read, scope_of};
    use crate::arm::Scope;
    use crate::inventory::RoleAssignment;
    use crate::source::{Diagnostics, FileId, json};

    fn role(text: &str) -> RoleAssignment {
        let mut faults = Diagnostics::new();
        let node = json::parse(FileId::NONE, 0, text, &mut faults).remove(0);
        let read = read(&node, &mut faults);
        assert!(faults.is_empty(), "{faults:?}");
        read.expect("a role assignment")
    }

    #[test]
    fn every_form_says_the_same() {
        let az = role(
            r#"{"id":"/subscriptions/s/providers/Microsoft.Authorization/roleAssignments/a","condition":null,
              "principalId":"P","principalType":"ServicePrincipal","scope":"/subscriptions/s",
              "roleDefinitionId":"/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/R"}"#,
        );
        let rest = role(
            r#"{"id":"/subscriptions/s/providers/Microsoft.Authorization/roleAssignments/a",
              "properties":{"principalId":"p","principalType":"ServicePrincipal","scope":"/subscriptions/s/",
              "roleDefinitionId":"/providers/Microsoft.Authorization/RoleDefinitions/r"}}"#,
        );
        let shell = role(
            r#"{"RoleAssignmentId":"/subscriptions/s/providers/Microsoft.Authorization/roleAssignments/a",
              "ObjectId":"p","ObjectType":"ServicePrincipal","RoleDefinitionId":"r","Scope":"/subscriptions/s"}"#,
        );
        for other in [&rest, &shell] {
            assert_eq!(
                (&az.principal_id, &az.role_definition, &az.scope, &az.principal_type),
                (&other.principal_id, &other.role_definition, &other.scope, &other.principal_type)
            );
        }
    }

    #[test]
    fn a_form_without_a_scope_takes_it_from_the_id() {
        let group = "/providers/Microsoft.Management/managementGroups/g";
        assert_eq!(
            scope_of(&format!("{group}/providers/Microsoft.Authorization/roleAssignments/a")),
            Scope::parse(group)
        );
        assert_eq!(scope_of("/providers/Microsoft.Authorization/roleAssignments/a"), Some(Scope::Tenant));
        assert_eq!(scope_of("a"), None);
    }
}
