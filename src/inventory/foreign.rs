//! Files of the trade whose form isn't read: named as what they seem to be, with what to give instead.

use crate::source::{Diagnostic, Node, NodeValue, Span};

use super::codes;
use super::shape::template::{self, Opened};

/// A form that azpol recognises and doesn't read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Foreign {
    /// An ARM template.
    Template,
    /// The parameters of an ARM template, also as `AzOps` writes them.
    TemplateParameters,
    /// A resource as a template declares it: `apiVersion` and no id (Enterprise-Scale, ALZ library).
    TemplateResource,
    /// EPAC: a tree of assignments.
    EpacAssignments,
    /// EPAC: exemptions.
    EpacExemptions,
    /// EPAC: global settings, documentation, structure, enrolment, a plan.
    EpacSettings,
    /// The Azure Landing Zones library: architecture, archetype, default values.
    AlzLibrary,
    /// `AzOps`: its settings, or a deployment of parameters.
    AzOps,
    /// Terraform: state or plan.
    Terraform,
    /// A recorded session of a client.
    Recording,
    /// A list of policies without their rules (`AzAdvertizer` and the like).
    PolicySummary,
    /// A JSON schema.
    JsonSchema,
    /// A catalogue of aliases (`Get-AzPolicyAlias`).
    AliasCatalog,
}

impl Foreign {
    /// What it seems to be.
    pub fn as_str(self) -> &'static str {
        match self {
            Foreign::Template => "an ARM template",
            Foreign::TemplateParameters => "parameters of an ARM template",
            Foreign::TemplateResource => "a resource of an ARM template",
            Foreign::EpacAssignments => "assignments of EPAC",
            Foreign::EpacExemptions => "exemptions of EPAC",
            Foreign::EpacSettings => "settings of EPAC",
            Foreign::AlzLibrary => "a part of the Azure Landing Zones library",
            Foreign::AzOps => "a file of AzOps",
            Foreign::Terraform => "a state or plan of Terraform",
            Foreign::Recording => "a recorded session",
            Foreign::PolicySummary => "a list of policies without their rules",
            Foreign::JsonSchema => "a JSON schema",
            Foreign::AliasCatalog => "a catalogue of aliases",
        }
    }

    /// What to give instead.
    fn instead(self) -> &'static str {
        match self {
            Foreign::Template | Foreign::TemplateParameters => {
                "give what was deployed: `az policy assignment list`, `az policy definition list`, \
                 or the resources as Resource Graph lists them"
            }
            Foreign::TemplateResource | Foreign::AlzLibrary => {
                "give the deployed object, which has an id: `az policy assignment list` or \
                 `az policy definition list`"
            }
            Foreign::EpacAssignments => {
                "give the deployed assignments: `az policy assignment list --disable-scope-strict-match`"
            }
            Foreign::EpacExemptions => "give the deployed exemptions: `az policy exemption list`",
            Foreign::EpacSettings => {
                "give the management groups (`az account management-group show -e -r`) and the deployed assignments"
            }
            Foreign::AzOps => {
                "give the tenant itself: `az account management-group show -e -r`, `az policy assignment list`"
            }
            Foreign::Terraform => {
                "give the tenant itself: `az policy assignment list`, `az security automation list`"
            }
            Foreign::Recording => "give the bodies of its answers as files of their own",
            Foreign::PolicySummary => {
                "give the definitions with their `policyRule`: `az policy definition list`"
            }
            Foreign::JsonSchema => "it describes documents and holds none; leave it out",
            Foreign::AliasCatalog => CATALOGUE_HELP,
        }
    }

    /// The finding for a document of this form.
    pub fn diagnostic(self, span: Span) -> Diagnostic {
        if self == Foreign::AliasCatalog {
            return catalogue_unused(span);
        }
        Diagnostic::new(
            &codes::UNREAD_FORM,
            format!("this seems to be {}, a form that isn't read", self.as_str()),
        )
        .at(span, "not read")
        .help(self.instead())
    }
}

/// What a form that isn't read as a whole holds of Azure Policy; `None` where that is nothing.
pub(super) fn opened(foreign: Foreign, node: &Node) -> Option<Opened> {
    match foreign {
        Foreign::Template => template::open(node),
        Foreign::TemplateResource => template::open_resource(node),
        Foreign::AzOps | Foreign::TemplateParameters => {
            // Version 0 of AzOps gives its template one parameter, which is the object.
            let input = node.at(&["parameters", "input", "value"])?;
            let policy = ["policyRule", "policyDefinitions", "policyDefinitionId"];
            let has = |key: &&str| input.get(key).or_else(|| input.at(&["properties", key])).is_some();
            policy.iter().any(has).then(|| Opened { documents: vec![input.clone()], ..Opened::default() })
        }
        _ => None,
    }
}

const CATALOGUE_HELP: &str =
    "name the file by `--aliases FILE`, or under `aliases` in azpol.yaml: it then replaces azpol's own table";

/// The finding for a catalogue that lies among the inputs.
pub(super) fn catalogue_unused(span: Span) -> Diagnostic {
    Diagnostic::new(
        &codes::CATALOGUE_UNUSED,
        "this catalogue of aliases isn't used: it lies among the inputs",
    )
    .at(span, "aliases of resource providers")
    .help(CATALOGUE_HELP)
}

/// The form that an object without an id has, if it is one that is recognised. Documents that are read, such
/// as a definition in one of EPAC's files, give `None`.
pub(super) fn seems(node: &Node) -> Option<Foreign> {
    let has = |key: &str| node.get(key).is_some();
    let list = |key: &str| node.get(key).is_some_and(Node::is_array);
    let rule = has("policyRule") || node.at(&["properties", "policyRule"]).is_some();
    if let Some(schema) = node.get("$schema").and_then(Node::as_str)
        && let Some(foreign) = by_schema(schema)
        && !(rule && foreign == Foreign::EpacSettings)
    {
        return Some(foreign);
    }
    if has("nodeName")
        && (list("children") || has("definitionEntry") || list("definitionEntryList") || has("assignment"))
    {
        return Some(Foreign::EpacAssignments);
    }
    if has("contentVersion") {
        let parameters = !has("resources") && has("parameters");
        return Some(if !parameters {
            Foreign::Template
        } else if node.at(&["parameters", "input", "value"]).is_some() {
            Foreign::AzOps
        } else {
            Foreign::TemplateParameters
        });
    }
    if has("apiVersion") && node.get("type").and_then(Node::as_str).is_some_and(|text| text.contains('/')) {
        return Some(Foreign::TemplateResource);
    }
    if list("exemptions") {
        return Some(Foreign::EpacExemptions);
    }
    if [
        "pacEnvironments",
        "pacOwnerId",
        "documentAssignments",
        "documentPolicySets",
        "managementGroupNameMappings",
        "policyEnrollments",
    ]
    .into_iter()
    .any(has)
    {
        return Some(Foreign::EpacSettings);
    }
    if list("management_groups")
        || (has("name") && (list("policy_assignments") || list("policy_definitions")))
    {
        return Some(Foreign::AlzLibrary);
    }
    if has("terraform_version")
        && ["resources", "values", "planned_values", "resource_changes", "format_version"]
            .into_iter()
            .any(has)
    {
        return Some(Foreign::Terraform);
    }
    if has("namespace") && has("resourceType") && has("aliases") {
        return Some(Foreign::AliasCatalog);
    }
    if recorded(node) {
        return Some(Foreign::Recording);
    }
    if node
        .members()
        .iter()
        .any(|member| member.key.starts_with("Core.Include") || member.key.starts_with("Core.Skip"))
    {
        return Some(Foreign::AzOps);
    }
    let summary = (has("policyId") || has("policyDefinitionId")) && has("category") && has("displayName");
    (summary && !rule && !has("scope") && !has("properties")).then_some(Foreign::PolicySummary)
}

fn by_schema(schema: &str) -> Option<Foreign> {
    let schema = schema.to_ascii_lowercase();
    Some(if schema.contains("deploymentparameters.json") {
        Foreign::TemplateParameters
    } else if schema.contains("deploymenttemplate.json") {
        Foreign::Template
    } else if schema.contains("json-schema.org") {
        Foreign::JsonSchema
    } else if schema.contains("azure-landing-zones-library") {
        Foreign::AlzLibrary
    } else if schema.contains("enterprise-azure-policy-as-code") {
        match schema.rsplit('/').next().unwrap_or_default() {
            "policy-assignment-schema.json" => Foreign::EpacAssignments,
            "policy-exemption-schema.json" => Foreign::EpacExemptions,
            // These two describe documents that are Azure's own form.
            "policy-definition-schema.json" | "policy-set-definition-schema.json" => return None,
            _ => Foreign::EpacSettings,
        }
    } else {
        return None;
    })
}

fn recorded(node: &Node) -> bool {
    let first = |key: &str| node.get(key).and_then(|list| list.items().first());
    first("Entries").is_some_and(|entry| entry.get("ResponseBody").is_some())
        || first("interactions").is_some_and(|entry| entry.get("response").is_some())
}

/// A placeholder in one of the members whose value decides what a policy document means: `${location}`,
/// `{{scope}}`, `<replace-me>`, `##id##`, `…/placeholder`.
pub(super) fn placeholder(node: &Node) -> Option<&Node> {
    const MEMBERS: &[&str] = &["id", "scope", "policyDefinitionId", "policyAssignmentId", "location"];
    let properties = node.get("properties");
    MEMBERS
        .iter()
        .flat_map(|key| [node.get(key), properties.and_then(|properties| properties.get(key))])
        .flatten()
        .find(|node| matches!(&node.value, NodeValue::String(text) if is_placeholder(text)))
}

/// Whether a text is, or holds, a placeholder.
pub(super) fn is_placeholder(text: &str) -> bool {
    let inside =
        |open: &str, close: &str| text.find(open).is_some_and(|at| text[at + open.len()..].contains(close));
    inside("${", "}")
        || inside("{{", "}}")
        || inside("<", ">")
        || inside("##", "##")
        || text.rsplit('/').next().is_some_and(|last| last.eq_ignore_ascii_case("placeholder"))
}

#[cfg(test)]
mod tests {
    use super::{Foreign, placeholder, seems};
    use crate::source::{Diagnostics, FileId, Node, json};

    fn node(text: &str) -> Node {
        json::parse(FileId::NONE, 0, text, &mut Diagnostics::new()).remove(0)
    }

    #[test]
    fn names_the_forms_of_the_trade() {
        let cases = [
            (r#"{"nodeName":"/Sec/","definitionEntry":{},"children":[]}"#, Foreign::EpacAssignments),
            (r#"{"exemptions":[{"name":"x"}]}"#, Foreign::EpacExemptions),
            (r#"{"pacOwnerId":"x","pacEnvironments":[]}"#, Foreign::EpacSettings),
            (r#"{"contentVersion":"1.0.0.0","parameters":{"input":{"value":{}}}}"#, Foreign::AzOps),
            (r#"{"contentVersion":"1.0.0.0","parameters":{}}"#, Foreign::TemplateParameters),
            (r#"{"contentVersion":"1.0.0.0","parameters":{},"resources":[]}"#, Foreign::Template),
            (
                r#"{"type":"Microsoft.Authorization/policyAssignments","apiVersion":"2022-06-01"}"#,
                Foreign::TemplateResource,
            ),
            (r#"{"terraform_version":"1.9","resources":[]}"#, Foreign::Terraform),
            (r#"{"Entries":[{"ResponseBody":"{}"}],"Variables":{}}"#, Foreign::Recording),
            (r#"{"name":"root","policy_assignments":["a"]}"#, Foreign::AlzLibrary),
            (r#"{"policyId":"x","displayName":"y","category":"z"}"#, Foreign::PolicySummary),
            (r#"{"$schema":"https://json-schema.org/draft/2020-12/schema"}"#, Foreign::JsonSchema),
            (r#"{"Namespace":"A.B","ResourceType":"c","Aliases":[]}"#, Foreign::AliasCatalog),
        ];
        for (text, wanted) in cases {
            assert_eq!(seems(&node(text)), Some(wanted), "{text}");
        }
    }

    #[test]
    fn a_definition_in_a_file_of_epac_is_read() {
        let schema = "https://raw.githubusercontent.com/Azure/enterprise-azure-policy-as-code/main/Schemas/policy-definition-schema.json";
        let text = format!(r#"{{"$schema":"{schema}","name":"n","properties":{{"policyRule":{{}}}}}}"#);
        assert_eq!(seems(&node(&text)), None);
    }

    #[test]
    fn finds_placeholders_only_where_they_decide() {
        let found = |text: &str| placeholder(&node(text)).and_then(Node::as_str).map(str::to_owned);
        assert_eq!(found(r#"{"location":"${default_location}"}"#).as_deref(), Some("${default_location}"));
        assert_eq!(
            found(
                r#"{"properties":{"scope":"/providers/Microsoft.Management/managementGroups/placeholder"}}"#
            )
            .as_deref(),
            Some("/providers/Microsoft.Management/managementGroups/placeholder")
        );
        assert_eq!(found(r#"{"properties":{"description":"use ${x}"},"scope":"/subscriptions/s"}"#), None);
    }
}
