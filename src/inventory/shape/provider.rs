//! Resource providers (`az provider list`, `az provider show`) and deployments (`az deployment sub list`).

use crate::arm::{Location, ResourceId};
use crate::source::{Diagnostics, Node};

use super::super::access::{Deployment, ProviderRegistration};
use super::resource::bad_id;
use super::text::{shared, text};

/// Reads the registration of a provider.
pub(crate) fn registration(node: &Node) -> Option<ProviderRegistration> {
    let subscription = text(node, &["id"]).and_then(ResourceId::parse).and_then(|id| id.subscription_id());
    Some(ProviderRegistration {
        subscription,
        namespace: shared(node, &["namespace", "providerNamespace"])?,
        state: shared(node, &["registrationState"])?,
        span: node.span,
    })
}

/// Whether the provider is listed with the aliases of its types (`--expand resourceTypes/aliases`).
pub(crate) fn lists_aliases(node: &Node) -> bool {
    let types = node.get("resourceTypes").map(Node::items).unwrap_or_default();
    types.iter().any(|one| one.get("aliases").is_some_and(|aliases| !aliases.items().is_empty()))
}

/// Reads a deployment; one whose id is none gives a finding.
pub(crate) fn deployment(node: &Node, faults: &mut Diagnostics) -> Option<Deployment> {
    let text = text(node, &["id"]).unwrap_or_default();
    let Some(id) = ResourceId::parse(text) else {
        faults.push(bad_id(text).at(node.span, "this deployment isn't read"));
        return None;
    };
    let location = node.get("location").and_then(Node::as_str).map(Location::new);
    let properties = node.get("properties").unwrap_or(node);
    let outputs = properties.get("outputResources").map_or(&[][..], Node::items);
    let wrote = outputs
        .iter()
        .filter_map(|output| output.get("id")?.as_str())
        .filter_map(ResourceId::parse)
        .collect();
    let group = properties.at(&["parameters", "resourceGroupName", "value"]).and_then(Node::as_str);
    Some(Deployment {
        id,
        location,
        wrote,
        group_parameter: group.map(Into::into),
        timestamp: shared(properties, &["timestamp"]),
        span: node.span,
    })
}

#[cfg(test)]
mod tests {
    use super::{deployment, registration};
    use crate::source::{Diagnostics, FileId, Node, json};

    fn node(text: &str) -> Node {
        json::parse(FileId::NONE, 0, text, &mut Diagnostics::new()).remove(0)
    }

    #[test]
    fn a_registration_knows_its_subscription() {
        let read = registration(&node(
            r#"{"id":"/subscriptions/S/providers/Microsoft.Security","namespace":"Microsoft.Security",
              "registrationState":"NotRegistered","resourceTypes":[]}"#,
        ))
        .expect("a registration");
        assert_eq!(read.subscription.map(|id| id.to_string()).as_deref(), Some("s"));
        assert!(!read.state.eq_ignore_ascii_case("Registered"));
    }

    #[test]
    fn a_deployment_knows_its_location() {
        let mut faults = Diagnostics::new();
        let read = deployment(
            &node(
                r#"{"id":"/subscriptions/s/providers/Microsoft.Resources/deployments/PolicyDeployment_1",
                  "location":"West Europe","name":"PolicyDeployment_1","type":"Microsoft.Resources/deployments",
                  "properties":{"timestamp":"2024-05-06T07:08:09Z","outputResources":[{"id":"/subscriptions/s/resourceGroups/g"}],
                    "parameters":{"resourceGroupName":{"type":"String","value":"g"}}}}"#,
            ),
            &mut faults,
        )
        .expect("a deployment");
        assert_eq!(
            read.wrote,
            [crate::arm::ResourceId::parse("/subscriptions/s/resourceGroups/g").expect("an id")]
        );
        assert_eq!(read.group_parameter.as_deref(), Some("g"));
        assert_eq!(read.timestamp.as_deref(), Some("2024-05-06T07:08:09Z"));
        assert_eq!(read.location.map(|l| l.to_string()).as_deref(), Some("westeurope"));
        assert!(deployment(&node(r#"{"id":"x"}"#), &mut faults).is_none());
        assert!(faults.has_errors());
    }
}
