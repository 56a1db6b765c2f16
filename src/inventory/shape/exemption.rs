//! Policy exemptions: REST, Resource Graph, flattened by `az`.

use crate::source::{Diagnostic, Diagnostics, Node};

use super::super::access::Exemption;
use super::super::codes;
use super::role_assignment::scope_of;
use super::text::{json_in, shared};

/// Reads one. One without an id or an assignment gives a finding.
pub(crate) fn read(node: &Node, faults: &mut Diagnostics) -> Option<Exemption> {
    let properties =
        node.get("properties").map(|found| json_in(found, faults).unwrap_or_else(|| found.clone()));
    let properties = properties.as_ref().filter(|properties| properties.is_object()).unwrap_or(node);
    let id = shared(node, &["id", "resourceId"]);
    let assignment_id = shared(properties, &["policyAssignmentId"]);
    let scope = id.as_deref().and_then(scope_of);
    let (Some(id), Some(assignment_id), Some(scope)) = (id, assignment_id, scope) else {
        faults.push(
            Diagnostic::new(&codes::WRONG_TYPE, "an exemption has an `id` and a `policyAssignmentId`")
                .at(node.span, "not read"),
        );
        return None;
    };
    Some(Exemption {
        id,
        scope,
        assignment_id,
        reference_ids: properties
            .get("policyDefinitionReferenceIds")
            .map_or(&[][..], Node::items)
            .iter()
            .filter_map(|item| item.as_str().map(Into::into))
            .collect(),
        expires_on: shared(properties, &["expiresOn"]),
        span: node.span,
    })
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::arm::Scope;
    use crate::source::{Diagnostics, FileId, json};

    #[test]
    fn the_scope_is_what_it_lies_on() {
        let text = r#"{"id":"/subscriptions/s/providers/Microsoft.Authorization/policyExemptions/e",
            "properties":{"policyAssignmentId":"/subscriptions/s/providers/Microsoft.Authorization/policyAssignments/a",
            "exemptionCategory":"Waiver","expiresOn":"2030-01-01T00:00:00Z"}}"#;
        let mut faults = Diagnostics::new();
        let node = json::parse(FileId::NONE, 0, text, &mut faults).remove(0);
        let exemption = read(&node, &mut faults).expect("an exemption");
        assert_eq!(Some(exemption.scope), Scope::parse("/subscriptions/s"));
        assert_eq!(exemption.expires_on.as_deref(), Some("2030-01-01T00:00:00Z"));
    }

    #[test]
    fn one_without_an_assignment_is_a_finding() {
        let mut faults = Diagnostics::new();
        let text = r#"{"id":"/subscriptions/s/providers/Microsoft.Authorization/policyExemptions/e"}"#;
        let node = json::parse(FileId::NONE, 0, text, &mut faults).remove(0);
        assert!(read(&node, &mut faults).is_none());
        assert!(faults.has_errors());
    }
}
