//! Every sample of users' files is read without a panic, and each is what its tool writes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use azpol::arm::{ManagementGroupId, ResourceType, SubscriptionId};
use azpol::inventory::{
    DocumentSummary, Inventory, InventoryBuilder, PolicyDocuments, Provenance, ShapeLoss,
};
use azpol::source::{Diagnostics, Form, SourceMap, read};

use crate::shared;

/// The begin of a sample's name (first match counts), what it holds, and the codes of its findings.
const EXPECTED: &[(&str, &str, &str)] = &[
    ("alz/Deploy-ASC-SecurityContacts", "PolicyDefinition 1", ""),
    ("alz/Deploy-MDFC-Config", "PolicySetDefinition 1", ""),
    ("alz/policy_assignments/", "; unplaced 1", ""),
    ("alz/", "Foreign(AlzLibrary) 1", "AZP0502"),
    ("assignments/", "PolicyAssignment 1", ""),
    ("automations/rest_list_subscription", "Resource 4", ""),
    ("automations/", "Resource 1", ""),
    (
        "azgovviz/tenant_tree",
        "AzGovVizTree 1, RoleAssignment 41, PolicyDefinition 96, PolicySetDefinition 3, PolicyAssignment 29",
        "",
    ),
    ("azgovviz/demo-output/{}/Assignments/PolicyAssignments/", "PolicyAssignment 1", ""),
    ("azgovviz/demo-output/{}/Assignments/RoleAssignments/", "RoleAssignment 1", ""),
    ("epac/Schemas/", "Foreign(JsonSchema) 1", "AZP0502"),
    ("epac/Examples/MFA/MFA-policySetDefinition", "PolicySetDefinition 1", ""),
    ("epac/Examples/Auto-Documentation/", "Foreign(EpacSettings) 1", "AZP0502"),
    ("epac/Examples/", "Foreign(EpacAssignments) 1", "AZP0502"),
    ("epac/StarterKit/{}/policyAssignments/", "Foreign(EpacAssignments) 1", "AZP0502"),
    ("epac/StarterKit/{}/policyDefinitions/", "PolicyDefinition 1", ""),
    ("epac/StarterKit/{}/policySetDefinitions/", "PolicySetDefinition 1", ""),
    ("epac/StarterKit/{}/policyExemptions/", "Foreign(EpacExemptions) 1", "AZP0502"),
    ("epac/StarterKit/{}/policyDocumentations/", "Foreign(EpacSettings) 1", "AZP0502"),
    ("epac/StarterKit/{}/global-settings", "Foreign(EpacSettings) 1", "AZP0502"),
    ("epac/StarterKit/HydrationKit/", "Unknown 1", "AZP0501"),
    ("eslz/Deploy-MDFC-Config", "PolicySetDefinition 1", ""),
    ("eslz/Deploy-", "PolicyDefinition 1", ""),
    ("eslz/mdfcConfiguration", "Foreign(Template) 1", "AZP0502"),
    ("eslz/", "; unplaced 1", ""),
    ("exemptions/", "PolicyExemption 2", ""),
    ("graph/", "Resource 2; projected 2", "AZP0510"),
    ("mg/rest_getEntities", "ManagementGroup 1", "AZP0519"),
    ("mg/", "ManagementGroup 1", ""),
    ("policy_eval/samples/Network/enforce-load-balancer-standard-sku/tests/", "Resource 1", ""),
    ("policy_eval/samples/{}/{}/azurepolicy", "PolicyDefinition 1", ""),
    ("policy_eval/samples/{}/{}/tests/", "Resource 1", "AZP0505"),
    ("policy_states/", "PolicyState 2", "AZP0503"),
    ("psrule/Policy.assignment.json", "PolicyDefinition 208, PolicyAssignment 4", ""),
    ("psrule/Policy.assignment.10", "PolicyDefinition 1, PolicyAssignment 1", "AZP0105"),
    ("psrule/Policy.assignment.7", "PolicyDefinition 2, PolicyAssignment 1", ""),
    ("psrule/Policy.assignment.", "PolicyDefinition 1, PolicyAssignment 1", ""),
    // Made for tests of rules: one id stands there with many contents.
    ("psrule/Resources.Defender", "Resource 29", "AZP0514"),
    ("psrule/Resources.KeyVault", "Resource 18", "AZP0514"),
    (
        "psrule/Resources.Policy",
        "PolicyDefinition 3, PolicySetDefinition 3, PolicyAssignment 2, PolicyExemption 3",
        "",
    ),
    ("psrule/Resources.Resource", "Resource 4", ""),
    ("psrule/Resources.Storage", "Resource 11", ""),
    (
        "psrule/Resources.Subscription",
        "Subscription 3, ResourceGroup 2, Resource 9, RoleAssignment 17",
        "AZP0514 AZP0515",
    ),
    ("psrule/Resources.VirtualMachine", "Resource 54", "AZP0514"),
    ("resources/", "Resource 1; without properties 1", "AZP0508"),
];

struct Run {
    summaries: Vec<DocumentSummary>,
    inventory: Inventory,
    documents: PolicyDocuments,
    faults: Diagnostics,
}

fn run(path: &Path) -> Run {
    let mut sources = SourceMap::new();
    let mut faults = Diagnostics::new();
    let text = std::fs::read_to_string(path).expect("a sample is text");
    let file = sources.add(path.display().to_string(), text.as_str());
    let form = Form::of(path).expect("a form");
    let mut builder = InventoryBuilder::new();
    let summaries = read::parse(file, form, &text, &mut faults)
        .into_iter()
        .map(|node| builder.document(node, Provenance { file, lines: form == Form::Lines }, &mut faults))
        .collect();
    let (inventory, documents, found) = builder.finish(&[], &sources, &|_| None);
    faults.extend(found);
    Run { summaries, inventory, documents, faults }
}

fn sample(name: &str) -> Run {
    run(&shared().join("samples").join(name))
}

fn samples() -> Vec<(String, PathBuf)> {
    let root = shared().join("samples");
    let mut found: Vec<_> = walkdir::WalkDir::new(&root)
        .into_iter()
        .map(|entry| entry.expect("readable").into_path())
        .filter(|path| path.is_file() && Form::of(path).is_some())
        .map(|path| (path.strip_prefix(&root).expect("below").display().to_string(), path))
        .filter(|(name, _)| name != "PROVENANCE.json")
        .collect();
    found.sort();
    found
}

/// Whether a name begins as the pattern says; `{}` stands for any folder.
fn begins(name: &str, pattern: &str) -> bool {
    let mut rest = name;
    for (index, part) in pattern.split("{}").enumerate() {
        if index > 0 {
            let Some(at) = rest.find('/') else { return false };
            rest = &rest[at..];
        }
        let Some(behind) = rest.strip_prefix(part) else { return false };
        rest = behind;
    }
    true
}

fn held(run: &Run) -> String {
    let mut kinds: BTreeMap<_, usize> = BTreeMap::new();
    let (mut bare, mut cut, mut projected) = (0, 0, 0);
    for summary in &run.summaries {
        for (kind, count) in &summary.kinds {
            *kinds.entry(*kind).or_default() += count;
        }
        bare += summary.without_properties;
        cut += summary.cut;
        projected += summary.projected;
    }
    let mut text =
        kinds.iter().map(|(kind, count)| format!("{kind:?} {count}")).collect::<Vec<_>>().join(", ");
    let unplaced = run.documents.unplaced.len();
    for (what, count) in
        [("without properties", bare), ("cut", cut), ("projected", projected), ("unplaced", unplaced)]
    {
        if count > 0 {
            text.push_str(&format!("; {what} {count}"));
        }
    }
    text
}

#[test]
fn every_sample_is_what_its_tool_writes() {
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    let samples = samples();
    assert!(samples.len() > 150, "only {} samples", samples.len());
    for (name, path) in samples {
        let run = run(&path);
        let codes: BTreeSet<_> = run.faults.iter().map(|fault| fault.code.id).collect();
        let found = (held(&run), codes.into_iter().collect::<Vec<_>>().join(" "));
        let row = EXPECTED.iter().position(|(pattern, _, _)| begins(&name, pattern));
        used.extend(row);
        match row.map(|row| EXPECTED[row]) {
            Some((_, kinds, codes)) if found.0 == kinds && found.1 == codes => {}
            other => wrong.push(format!("{name}: {found:?}, expected {other:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(used.len(), EXPECTED.len(), "rows that no sample uses");
}

#[test]
fn azgovviz_gives_the_whole_tree() {
    let run = sample("azgovviz/tenant_tree.json");
    let inventory = &run.inventory;
    assert_eq!(inventory.management_groups().len(), 11);
    assert_eq!(inventory.subscriptions().len(), 2);
    for subscription in inventory.subscriptions() {
        assert!(subscription.chain.complete, "{}", subscription.id);
        assert_eq!(subscription.chain.above.len(), 4);
        assert_eq!(subscription.state.as_option().map(|state| state.as_str()), Some("Enabled"));
        assert!(subscription.tags.as_option().is_some_and(|tags| tags.get("costCenter").is_some()));
    }
    let roots = inventory.management_groups().filter(|group| group.is_root).count();
    assert_eq!(roots, 1);
    assert_eq!(run.documents.assignments.len(), 29);
}

#[test]
fn the_live_automations_are_whole() {
    let run = sample("automations/rest_list_subscription.azure-cli-recording.json");
    let s = SubscriptionId::new("00000000-0000-0000-0000-000000000000");
    let automations = ResourceType::new(ResourceType::AUTOMATION);
    let found: Vec<_> = run.inventory.resources(&s, &automations).collect();
    assert_eq!(found.len(), 4);
    assert!(found.iter().all(|automation| automation.loss.is_none()));
    let export = found.iter().find(|automation| automation.name() == "ExportToWorkspace").expect("there");
    assert_eq!(export.body.at(&["properties", "sources"]).map(|sources| sources.items().len()), Some(6));
    let groups: BTreeSet<_> =
        found.iter().filter_map(|automation| automation.id.resource_group_id()).collect();
    assert_eq!(groups.len(), 1, "two spellings of one group");
}

#[test]
fn the_expanded_tree_ends_with_the_tenant() {
    let run = sample("mg/az_cli_show_expand_recurse.json");
    let subscription = run.inventory.subscriptions().next().expect("one");
    assert_eq!(&*subscription.display_name, "Test Subscription");
    assert!(subscription.chain.complete);
    let names: Vec<_> = subscription.chain.above.iter().map(ManagementGroupId::as_str).collect();
    assert_eq!(
        names,
        ["test-child-mgmt-group", "test-management-group", "00000000-0000-0000-0000-00000000aaaa"]
    );
    let shape = sample("mg/rest_expand_recurse_shape.json");
    assert!(shape.inventory.subscriptions().all(|subscription| !subscription.chain.complete));
    assert_eq!(shape.inventory.subscriptions().len(), 2);
}

#[test]
fn a_list_without_properties_is_never_an_empty_configuration() {
    let run = sample("resources/az_resource_list_live.json");
    let s = SubscriptionId::new("01f5dafd-52e6-4115-b012-803e14712153");
    let components = ResourceType::new("Microsoft.Insights/components");
    let found = run.inventory.resources(&s, &components).next().expect("there");
    assert_eq!(found.loss, Some(ShapeLoss::NoProperties));
    assert!(!found.carries("properties.anything") && found.carries("kind"));
}
