//! What a document, or an element of a list, is. Known from its content, never from its name.

use crate::arm::ResourceId;
use crate::policy::ParameterType;
use crate::source::Node;

use super::foreign::{self, Foreign};

/// The kind of a document, or of an element of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A management group: an expanded tree, an entity with its parent, or a row of Resource Graph.
    ManagementGroup,
    /// A subscription as an entity of the tree (`getEntities`, descendants, `{group}/subscriptions/{id}`).
    TreeSubscription,
    /// The tenant tree that `AzGovViz` writes.
    AzGovVizTree,
    /// A subscription (`az account list`, REST, Resource Graph, `Get-AzSubscription`).
    Subscription,
    /// A resource group.
    ResourceGroup,
    /// Any other resource.
    Resource,
    /// A role assignment.
    RoleAssignment,
    /// A policy definition: the whole resource, bare `properties`, or a bare `policyRule`.
    PolicyDefinition,
    /// The parameters of a definition whose rule lies in another file.
    PolicyParameters,
    /// An initiative (policy set definition).
    PolicySetDefinition,
    /// A policy assignment.
    PolicyAssignment,
    /// A policy exemption.
    PolicyExemption,
    /// A row of policy states.
    PolicyState,
    /// A resource provider and whether it is registered (`az provider list`).
    Provider,
    /// A deployment (`az deployment sub list`).
    Deployment,
    /// An inventory manifest.
    Manifest,
    /// `azpol.yaml`.
    Config,
    /// What azpol wrote itself: a result, a plan.
    Own,
    /// A file of the trade that isn't read.
    Foreign(Foreign),
    /// Nothing that azpol knows.
    Unknown,
}

/// The keys of `azpol.yaml`, which tell it even without its marker.
const CHOICES: &[&str] = &["$schema", "fail-on", "format", "color", "aliases"];

impl Kind {
    /// As messages name one of it.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::ManagementGroup => "a management group",
            Kind::TreeSubscription => "a subscription of a management group",
            Kind::AzGovVizTree => "a tenant tree of AzGovViz",
            Kind::Subscription => "a subscription",
            Kind::ResourceGroup => "a resource group",
            Kind::Resource => "a resource",
            Kind::RoleAssignment => "a role assignment",
            Kind::PolicyDefinition => "a policy definition",
            Kind::PolicyParameters => "parameters of a policy definition",
            Kind::PolicySetDefinition => "an initiative",
            Kind::PolicyAssignment => "a policy assignment",
            Kind::PolicyExemption => "a policy exemption",
            Kind::PolicyState => "a row of policy states",
            Kind::Provider => "a resource provider's registration",
            Kind::Deployment => "a deployment",
            Kind::Manifest => "an inventory manifest",
            Kind::Config => "a configuration of azpol",
            Kind::Own => "a document that azpol wrote",
            Kind::Foreign(foreign) => foreign.as_str(),
            Kind::Unknown => "a document of unknown kind",
        }
    }

    /// The kind of a node: a whole document that is no list, or an element of a list.
    pub fn of(node: &Node) -> Kind {
        if !node.is_object() {
            return Kind::Unknown;
        }
        if let Some(marker) = node.get("azpol") {
            return Kind::of_marker(marker);
        }
        if is_policy_state(node) {
            return Kind::PolicyState;
        }
        let id = id_of(node);
        let declared = node.get("type").and_then(Node::as_str).filter(|text| text.contains('/'));
        if id.is_none()
            && let Some(foreign) = foreign::seems(node)
        {
            return Kind::Foreign(foreign);
        }
        declared
            .and_then(Kind::of_type)
            .or_else(|| Kind::of_id(id?))
            .or_else(|| Kind::of_both(declared?, id?))
            .or_else(|| Kind::of_members(node))
            .or_else(|| declared.map(|_| Kind::Resource))
            .or_else(|| id.and_then(ResourceId::parse).map(|_| Kind::Resource))
            .unwrap_or(Kind::Unknown)
    }

    fn of_marker(marker: &Node) -> Kind {
        match marker.as_str() {
            Some(text) if text.starts_with("manifest/") => Kind::Manifest,
            Some(text) if text.starts_with("config/") => Kind::Config,
            _ => Kind::Own,
        }
    }

    /// What a type says. `None` leaves it to the members.
    pub(super) fn of_type(text: &str) -> Option<Kind> {
        let text = text.trim_matches('/').to_ascii_lowercase();
        let text = text.strip_prefix("providers/").unwrap_or(&text);
        Some(match text {
            "subscriptions" | "microsoft.management/managementgroups/subscriptions" => Kind::TreeSubscription,
            "microsoft.management/managementgroups" => Kind::ManagementGroup,
            "microsoft.resources/subscriptions" => Kind::Subscription,
            "microsoft.resources/subscriptions/resourcegroups" | "microsoft.resources/resourcegroups" => {
                Kind::ResourceGroup
            }
            "microsoft.resources/deployments" => Kind::Deployment,
            "microsoft.authorization/roleassignments" => Kind::RoleAssignment,
            "microsoft.authorization/policydefinitions" => Kind::PolicyDefinition,
            "microsoft.authorization/policysetdefinitions" => Kind::PolicySetDefinition,
            "microsoft.authorization/policyassignments" => Kind::PolicyAssignment,
            "microsoft.authorization/policyexemptions" => Kind::PolicyExemption,
            "microsoft.policyinsights/policystates" => Kind::PolicyState,
            _ => return None,
        })
    }

    /// What an id says, where no type does.
    fn of_id(text: &str) -> Option<Kind> {
        let id = ResourceId::parse(text)?;
        let resource_type = id.resource_type();
        let kind = Kind::of_type(resource_type.as_str())?;
        // `/subscriptions/{s}` is a subscription in every shape; whether of a listing or of a tree, its type says.
        Some(kind)
    }

    /// A resource whose type and id agree is one, whatever its members are called.
    fn of_both(declared: &str, id: &str) -> Option<Kind> {
        let by_id = ResourceId::parse(id)?.resource_type();
        by_id.is(declared.trim_matches('/')).then_some(Kind::Resource)
    }

    /// What the members say, where neither a type nor an id does.
    fn of_members(node: &Node) -> Option<Kind> {
        let properties = node.get("properties");
        let has = |key: &str| {
            node.get(key).is_some() || properties.is_some_and(|properties| properties.get(key).is_some())
        };
        let top = |key: &str| node.get(key).is_some();
        if node.at(&["Tenant", "ManagementGroups"]).is_some() {
            return Some(Kind::AzGovVizTree);
        }
        if has("policyRule") || (top("if") && top("then")) {
            return Some(Kind::PolicyDefinition);
        }
        if top("namespace") && top("registrationState") {
            return Some(Kind::Provider);
        }
        if has("policyAssignmentId") && has("exemptionCategory") {
            return Some(Kind::PolicyExemption);
        }
        if has("policyDefinitionId") && (has("scope") || has("enforcementMode") || properties.is_some()) {
            return Some(Kind::PolicyAssignment);
        }
        if has("roleDefinitionId") && (has("principalId") || top("objectId")) {
            return Some(Kind::RoleAssignment);
        }
        if has("policyDefinitions") && (properties.is_some() || top("displayName") || top("parameters")) {
            return Some(Kind::PolicySetDefinition);
        }
        let members = node.members();
        if !members.is_empty() && members.iter().all(|member| CHOICES.contains(&&*member.key)) {
            return Some(Kind::Config);
        }
        if Kind::is_parameters(node) {
            return Some(Kind::PolicyParameters);
        }
        if Kind::is_subscription(node) {
            return Some(Kind::Subscription);
        }
        // A flattened automation whose id was projected away.
        (top("isEnabled") && (top("sources") || top("actions"))).then_some(Kind::Resource)
    }

    /// Declarations of parameters and nothing else, as the samples of Microsoft keep them beside a rule.
    fn is_parameters(node: &Node) -> bool {
        let alone = node.members().len() == 1;
        let declared = node.get("parameters").filter(|_| alone).unwrap_or(node);
        let has_type = |node: &Node| node.get("type").and_then(Node::as_str).is_some_and(is_parameter_type);
        let is_one = |node: &Node| {
            has_type(node)
                && ["metadata", "defaultValue", "allowedValues"].iter().any(|key| node.get(key).is_some())
        };
        let members = declared.members();
        !members.is_empty() && members.iter().all(|member| is_one(&member.value))
    }

    /// `az account list`, `Get-AzSubscription`: the id is bare, the tenant and the state stand beside it.
    fn is_subscription(node: &Node) -> bool {
        let bare = node
            .get("id")
            .or_else(|| node.get("subscriptionId"))
            .and_then(Node::as_str)
            .is_some_and(|id| !id.is_empty() && !id.contains('/'));
        bare && node.get("tenantId").is_some()
            && (node.get("state").is_some()
                || node.get("isDefault").is_some()
                || node.get("subscriptionId").is_some())
    }
}

fn is_parameter_type(text: &str) -> bool {
    ParameterType::parse(text).is_some()
}

/// A row of policy states: its `resourceId` is another thing's, and no `id` of its own stands beside it.
fn is_policy_state(node: &Node) -> bool {
    let Some(assignment) = node.get("policyAssignmentId").and_then(Node::as_str) else { return false };
    let resource = node.get("resourceId").and_then(Node::as_str);
    node.get("id").is_none() && resource.is_some_and(|resource| !resource.eq_ignore_ascii_case(assignment))
}

/// The id of an element, whatever the shape calls it; a bare GUID isn't one.
pub(super) fn id_of(node: &Node) -> Option<&str> {
    ["id", "resourceId"]
        .into_iter()
        .filter_map(|key| node.get(key).and_then(Node::as_str))
        .find(|text| text.contains('/'))
}

#[cfg(test)]
mod tests {
    use super::Kind;
    use crate::inventory::foreign::Foreign;
    use crate::source::{Diagnostics, FileId, json};

    fn kind(text: &str) -> Kind {
        let mut faults = Diagnostics::new();
        let nodes = json::parse(FileId::NONE, 0, text, &mut faults);
        assert!(faults.is_empty(), "{faults:?}");
        Kind::of(&nodes[0])
    }

    #[test]
    fn a_type_decides() {
        assert_eq!(
            kind(r#"{"id":"/a/b","type":"/providers/Microsoft.Management/managementGroups"}"#),
            Kind::ManagementGroup
        );
        assert_eq!(kind(r#"{"id":"/subscriptions/s","type":"/subscriptions"}"#), Kind::TreeSubscription);
        assert_eq!(
            kind(r#"{"id":"/subscriptions/s","type":"microsoft.resources/subscriptions","properties":{}}"#),
            Kind::Subscription
        );
        assert_eq!(
            kind(r#"{"id":"/subscriptions/s/resourceGroups/g","type":"Microsoft.Resources/resourceGroups"}"#),
            Kind::ResourceGroup
        );
        assert_eq!(kind(r#"{"type":"Microsoft.KeyVault/vaults","properties":{}}"#), Kind::Resource);
    }

    #[test]
    fn without_a_type_the_id_decides() {
        assert_eq!(
            kind(
                r#"{"id":"/providers/Microsoft.Management/managementGroups/g","properties":{"children":[]}}"#
            ),
            Kind::ManagementGroup
        );
        assert_eq!(
            kind(
                r#"{"id":"/subscriptions/s/resourcegroups/g/providers/Microsoft.Security/automations/a","name":"a"}"#
            ),
            Kind::Resource
        );
        assert_eq!(
            kind(r#"{"id":"/subscriptions/s","subscriptionId":"s","displayName":"n"}"#),
            Kind::Subscription
        );
    }

    #[test]
    fn without_both_the_members_decide() {
        assert_eq!(kind(r#"{"mode":"All","policyRule":{},"parameters":{}}"#), Kind::PolicyDefinition);
        assert_eq!(kind(r#"{"if":{},"then":{}}"#), Kind::PolicyDefinition);
        assert_eq!(kind(r#"{"a":{"type":"String","metadata":{}}}"#), Kind::PolicyParameters);
        assert_eq!(kind(r#"{"a":{"type":"String"},"b":{"type":"x/y"}}"#), Kind::Unknown);
        assert_eq!(
            kind(r#"{"id":"9","name":"n","tenantId":"t","state":"Enabled","isDefault":false}"#),
            Kind::Subscription
        );
        assert_eq!(
            kind(r#"{"namespace":"Microsoft.Security","registrationState":"Registered"}"#),
            Kind::Provider
        );
        assert_eq!(
            kind(r#"{"RoleAssignmentId":"/x","RoleDefinitionId":"r","ObjectId":"o","Scope":"/"}"#),
            Kind::RoleAssignment
        );
        assert_eq!(kind(r#"{"Tenant":{"TenantId":"t","ManagementGroups":{}}}"#), Kind::AzGovVizTree);
        assert_eq!(
            kind(r#"{"resourceId":"/subscriptions/s","policyAssignmentId":"/x","numRecords":12}"#),
            Kind::PolicyState
        );
        assert_eq!(
            kind(
                r#"{"ResourceId":"/x/y","PolicyAssignmentId":"/x/y","Properties":{"PolicyDefinitionId":"/d"}}"#
            ),
            Kind::PolicyAssignment
        );
        assert_eq!(kind(r#"{"hello":"world"}"#), Kind::Unknown);
        assert_eq!(kind(r"[1]"), Kind::Unknown);
    }

    #[test]
    fn azpol_knows_its_own_documents() {
        assert_eq!(kind(r#"{"azpol":"manifest/v1","files":[]}"#), Kind::Manifest);
        assert_eq!(kind(r#"{"azpol":{"result":"v1"},"rows":[]}"#), Kind::Own);
        assert_eq!(kind(r#"{"fail-on":"never"}"#), Kind::Config);
    }

    #[test]
    fn a_template_is_no_resource() {
        let text = r#"{"$schema":"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
            "contentVersion":"1.0.0.0","resources":[]}"#;
        assert_eq!(kind(text), Kind::Foreign(Foreign::Template));
    }
}
