use std::collections::BTreeMap;

use crate::arm::{ManagementGroupId, ResourceId, ResourceType, Scope, SubscriptionId, Value};
use crate::inventory::{
    Completeness, Existence, Inventory, InventoryBuilder, Known, Listing, Placement, PolicyDocuments,
    Provenance, ProviderRegistration, Resource, SetAsideReason, SubscriptionState,
};
use crate::source::{Diagnostics, FileId, SourceMap, json};

/// A run over these files; hashes are the file's name reversed.
fn run(files: &[(&str, &str)], complete: &[&str]) -> (Inventory, PolicyDocuments, Diagnostics) {
    let mut sources = SourceMap::new();
    let mut builder = InventoryBuilder::new();
    let mut faults = Diagnostics::new();
    for (name, text) in files {
        let file = sources.add(*name, *text);
        let lines = name.ends_with(".ndjson");
        for node in json::parse(file, 0, text, &mut faults) {
            builder.document(node, Provenance { file, lines }, &mut faults);
        }
    }
    let asserted: Vec<_> = complete.iter().map(|text| Completeness::parse(text).expect("a flag")).collect();
    let hash = |file: FileId| Some(format!("{:0>64}", file.0));
    let (inventory, documents, found) = builder.finish(&asserted, &sources, &hash);
    faults.extend(found);
    (inventory, documents, faults)
}

fn clean(files: &[(&str, &str)], complete: &[&str]) -> Inventory {
    let (inventory, _, faults) = run(files, complete);
    assert!(faults.is_empty(), "{faults:?}");
    inventory
}

fn codes(faults: &Diagnostics) -> Vec<&'static str> {
    faults.iter().map(|fault| fault.code.id).collect()
}

fn automations() -> ResourceType {
    ResourceType::new(ResourceType::AUTOMATION)
}

fn listing(inventory: &Inventory, scope: &str) -> Listing {
    inventory.listing(&automations(), &Scope::parse(scope).expect("a scope"))
}

fn automation(subscription: &str, name: &str, enabled: bool) -> String {
    format!(
        r#"{{"id":"/subscriptions/{subscription}/resourceGroups/g/providers/Microsoft.Security/automations/{name}",
        "name":"{name}","type":"Microsoft.Security/automations","location":"westeurope","tags":{{}},
        "properties":{{"isEnabled":{enabled},"scopes":[],"sources":[],"actions":[]}}}}"#
    )
}

const ACCOUNTS: &str = r#"[{"id":"b","name":"B","state":"Enabled","tenantId":"T","isDefault":false},
    {"id":"a","name":"A","state":"Disabled","tenantId":"T","isDefault":true},
    {"id":"T","name":"N/A(tenant level account)","state":"Enabled","tenantId":"T","isDefault":false}]"#;

#[test]
fn subscriptions_are_sorted_and_tenants_set_aside() {
    let inventory = clean(&[("a.json", ACCOUNTS)], &[]);
    let ids: Vec<_> = inventory.subscriptions().map(|s| (s.id.as_str(), s.state.clone())).collect();
    assert_eq!(
        ids,
        [("a", Known::Yes(SubscriptionState::Disabled)), ("b", Known::Yes(SubscriptionState::Enabled))]
    );
    assert_eq!(inventory.set_aside()[0].reason, SetAsideReason::TenantLevelAccount);
    assert_eq!(inventory.tenants(), ["t"]);
}

#[test]
fn a_tree_names_subscriptions_and_sets_other_tenants_aside() {
    let tree = r#"{"id":"/providers/Microsoft.Management/managementGroups/t","name":"t","tenantId":"t",
        "type":"Microsoft.Management/managementGroups","details":{"parent":null},"children":[
        {"id":"/subscriptions/only","name":"only","type":"/subscriptions","displayName":"Only in the tree"}]}"#;
    let accounts = r#"[{"id":"far","name":"Far","state":"Enabled","tenantId":"other","isDefault":false},
        {"id":"lent","name":"Lent","state":"Enabled","tenantId":"t","homeTenantId":"customer","isDefault":false}]"#;
    let inventory = clean(&[("tree.json", tree), ("accounts.json", accounts)], &[]);
    let ids: Vec<_> = inventory.subscriptions().map(|s| s.id.as_str()).collect();
    assert_eq!(ids, ["only"]);
    let aside: BTreeMap<_, _> =
        inventory.set_aside().iter().map(|s| (s.id.as_str(), s.reason.clone())).collect();
    assert_eq!(aside["far"], SetAsideReason::OtherTenant("other".into()));
    assert_eq!(aside["lent"], SetAsideReason::OtherTenant("customer".into()));
    let group = ManagementGroupId::new("t");
    assert_eq!(inventory.placement(&SubscriptionId::new("only"), &group), Placement::Under);
    assert_eq!(inventory.placement(&SubscriptionId::new("nowhere"), &group), Placement::Unknown);
}

#[test]
fn two_sources_that_contradict_each_other_on_a_subscription() {
    let other = r#"[{"id":"/subscriptions/a","subscriptionId":"a","displayName":"A","tenantId":"T","state":"Enabled"}]"#;
    let (inventory, _, faults) = run(&[("a.json", ACCOUNTS), ("b.json", other)], &[]);
    assert_eq!(codes(&faults), ["AZP0524"]);
    assert_eq!(inventory.subscription(&SubscriptionId::new("a")).map(|s| s.state.clone()), Some(Known::No));
}

#[test]
fn resources_are_found_by_type_and_by_id() {
    let list = format!(
        "[{},{},{}]",
        automation("s", "z", true),
        automation("s", "a", true),
        automation("x", "a", true)
    );
    let inventory = clean(&[("a.json", &list)], &[]);
    let names: Vec<_> =
        inventory.resources(&SubscriptionId::new("S"), &automations()).map(Resource::name).collect();
    assert_eq!(names, ["a", "z"]);
    let id =
        ResourceId::parse("/SUBSCRIPTIONS/s/resourcegroups/G/providers/microsoft.security/automations/Z");
    assert!(inventory.resource(&id.expect("an id")).is_some());
    let unlisted: Vec<_> = inventory.unlisted_subscriptions().iter().map(ToString::to_string).collect();
    assert_eq!(unlisted, ["s", "x"]);
}

#[test]
fn changes_replace_and_add_and_leave_what_was_read() {
    let list = format!("[{},{}]", automation("s", "a", false), automation("s", "b", false));
    let inventory = clean(&[("a.json", &list)], &[]);
    let put = clean(
        &[("p.json", &format!("[{},{}]", automation("s", "A", true), automation("s", "c", true)))],
        &[],
    );
    let s = SubscriptionId::new("s");
    let new: Vec<Resource> = put.resources(&s, &automations()).cloned().collect();
    let changed = inventory.with_changes(&new);
    let enabled = |inventory: &Inventory| -> Vec<_> {
        let found = inventory.resources(&s, &automations());
        found
            .map(|r| (r.name().to_owned(), r.body.at(&["properties", "isEnabled"]).and_then(Value::as_bool)))
            .collect()
    };
    let says = |name: &str, enabled: bool| (name.to_owned(), Some(enabled));
    assert_eq!(enabled(&changed), [says("A", true), says("b", false), says("c", true)]);
    assert_eq!(enabled(&inventory), [says("a", false), says("b", false)]);
    assert_eq!(enabled(&changed.with_changes(&new)), enabled(&changed));
}

#[test]
fn a_group_is_absent_only_from_a_complete_listing() {
    let groups = r#"[{"id":"/subscriptions/s/resourceGroups/there","name":"there","type":"Microsoft.Resources/resourceGroups",
        "location":"westeurope","managedBy":null,"tags":null,"properties":{"provisioningState":"Succeeded"}}]"#;
    let id =
        |name: &str| ResourceId::parse(&format!("/subscriptions/s/resourceGroups/{name}")).expect("an id");
    let partial = clean(&[("g.json", groups)], &[]);
    assert!(matches!(partial.resource_group(&id("THERE")), Existence::Exists(_)));
    assert!(matches!(partial.resource_group(&id("gone")), Existence::Unknown));
    let whole = clean(&[("g.json", groups)], &[""]);
    assert!(matches!(whole.resource_group(&id("gone")), Existence::Absent));
}

#[test]
fn complete_without_a_value_asserts_what_was_given_as_a_list() {
    let list = format!("[{}]", automation("s", "a", true));
    let inventory = clean(&[("a.json", &list)], &[""]);
    assert_eq!(listing(&inventory, "/subscriptions/anything"), Listing::Asserted);
    assert_eq!(inventory.assertions().len(), 1);
    let single = clean(&[("a.json", &automation("s", "a", true))], &[""]);
    assert_eq!(listing(&single, "/subscriptions/s"), Listing::Unknown);
    let lines = clean(&[("a.ndjson", &automation("s", "a", true))], &[""]);
    assert_eq!(listing(&lines, "/subscriptions/s"), Listing::Asserted);
    let bare = clean(&[("a.json", &list)], &[]);
    assert_eq!(listing(&bare, "/subscriptions/s"), Listing::Unknown);
}

#[test]
fn an_assertion_about_what_was_not_given_is_noted() {
    let (inventory, _, faults) =
        run(&[("a.json", ACCOUNTS)], &["Microsoft.Security/automations@/subscriptions/a"]);
    assert_eq!(codes(&faults), ["AZP0522"]);
    assert_eq!(listing(&inventory, "/subscriptions/a"), Listing::Asserted);
    assert_eq!(listing(&inventory, "/subscriptions/b"), Listing::Unknown);
}

#[test]
fn a_next_page_disproves_whatever_is_asserted() {
    let list = format!(
        r#"{{"value":[{}],"nextLink":"https://management.azure.com/subscriptions/s/providers/Microsoft.Security/automations?x=1"}}"#,
        automation("s", "a", true)
    );
    let (inventory, _, faults) = run(&[("a.json", &list)], &[""]);
    assert_eq!(codes(&faults), ["AZP0513", "AZP0521"]);
    assert!(matches!(listing(&inventory, "/subscriptions/s"), Listing::Disproved(..)));
    assert_eq!(listing(&inventory, "/subscriptions/other"), Listing::Asserted);
}

fn page(name: &str, rest: &str) -> String {
    format!(
        r#"{{"totalRecords":2,"count":1,"data":[{}],"resultTruncated":"false"{rest}}}"#,
        automation("s", name, true)
    )
}

#[test]
fn all_pages_of_a_query_are_one_list() {
    let (one, two) = (page("a", r#","$skipToken":"x""#), page("b", ""));
    let (inventory, _, faults) = run(&[("1.json", &one)], &[""]);
    assert_eq!(codes(&faults), ["AZP0513", "AZP0521"]);
    assert!(matches!(listing(&inventory, "/subscriptions/s"), Listing::Disproved(..)));
    let inventory = clean(&[("1.json", &one), ("2.json", &two)], &[""]);
    assert_eq!(listing(&inventory, "/subscriptions/s"), Listing::Asserted);
}

fn manifest(entries: &str) -> String {
    format!(r#"{{"azpol":"manifest/v1","files":[{entries}]}}"#)
}

#[test]
fn a_manifest_governs_its_folder() {
    let list = format!("[{}]", automation("s", "a", true));
    let hash = format!("{:0>64}", 0);
    let entry = format!(
        r#"{{"path":"./sub/a.json","types":["Microsoft.Security/automations"],"scopes":["/subscriptions/s"],
        "collected":"2025-03-01T06:00:00Z","sha256":"{hash}"}}"#
    );
    let text = manifest(&entry);
    let inventory = clean(&[("in/sub/a.json", &list), ("in/manifest.json", &text)], &[]);
    assert_eq!(listing(&inventory, "/subscriptions/s"), Listing::Manifest);
    assert_eq!(listing(&inventory, "/subscriptions/x"), Listing::Unknown);
    assert_eq!(inventory.collected().map(|time| time.to_string()).as_deref(), Some("2025-03-01T06:00:00Z"));

    let (moved, _, faults) = run(&[("sub/a.json", &list), ("in/manifest.json", &text)], &[]);
    assert_eq!(codes(&faults), ["AZP0404"]);
    assert_eq!(listing(&moved, "/subscriptions/s"), Listing::Unknown);

    let (changed, _, faults) =
        run(&[("in/other.json", "[]"), ("in/sub/a.json", &list), ("in/manifest.json", &text)], &[]);
    assert_eq!(codes(&faults), ["AZP0405", "AZP0512"]);
    assert_eq!(listing(&changed, "/subscriptions/s"), Listing::Unknown);
}

#[test]
fn a_manifest_makes_an_empty_list_say_something() {
    let entry = r#"{"path":"a.json","types":["Microsoft.Security/automations"],"scopes":["/"]}"#;
    let inventory = clean(&[("a.json", "[]"), ("manifest.json", &manifest(entry))], &[]);
    assert_eq!(listing(&inventory, "/subscriptions/s"), Listing::Manifest);
    let (_, _, faults) = run(&[("a.json", "[]")], &[]);
    assert_eq!(codes(&faults), ["AZP0512"]);
}

#[test]
fn a_file_stands_in_manifests_once() {
    let entry = r#"{"path":"a.json"}"#;
    let (_, _, faults) =
        run(&[("a.json", ACCOUNTS), ("m.json", &manifest(&format!("{entry},{entry}")))], &[]);
    assert_eq!(codes(&faults), ["AZP0408"]);
}

#[test]
fn the_whole_tenant_means_one_tenant() {
    let tree = |tenant: &str| {
        format!(
            r#"{{"id":"/providers/Microsoft.Management/managementGroups/{tenant}","name":"{tenant}","tenantId":"{tenant}",
            "type":"Microsoft.Management/managementGroups","details":{{"parent":null}},"children":[
            {{"id":"/subscriptions/in{tenant}","name":"in{tenant}","type":"/subscriptions"}}]}}"#
        )
    };
    let list = format!("[{}]", automation("ina", "x", true));
    let entry = r#"{"path":"l.json","types":["Microsoft.Security/automations"],"scopes":["/"]}"#;
    let trees = [tree("a"), tree("b")];
    let files = |manifest: &str| {
        run(&[("1.json", &trees[0]), ("2.json", &trees[1]), ("l.json", &list), ("m.json", manifest)], &[])
    };
    let (inventory, _, faults) = files(&manifest(entry));
    assert_eq!(codes(&faults), ["AZP0523"]);
    assert_eq!(listing(&inventory, "/subscriptions/ina"), Listing::Unknown);
    let named = manifest(entry).replace(r#""files""#, r#""tenant":"A","files""#);
    let (inventory, _, faults) = files(&named);
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!(listing(&inventory, "/subscriptions/ina"), Listing::Manifest);
    assert_eq!(listing(&inventory, "/subscriptions/inb"), Listing::Unknown);
}

#[test]
fn one_id_with_two_contents() {
    let (yes, no) = (automation("s", "a", true), automation("s", "a", false));
    let equal = format!("[{yes},{yes}]");
    assert_eq!(clean(&[("a.json", &equal)], &[]).resource_count(), 1);

    let (inventory, _, faults) = run(&[("a.json", &format!("[{yes},{no}]"))], &[]);
    assert_eq!(codes(&faults), ["AZP0514"]);
    let kept = inventory.resources(&SubscriptionId::new("s"), &automations()).next().expect("kept").clone();
    assert!(!kept.carries("properties.isEnabled") && kept.carries("properties.sources"));
    assert_eq!(inventory.resource_count(), 1);

    let (_, _, faults) = run(&[("a.json", &yes), ("b.json", &no)], &[]);
    assert_eq!(codes(&faults), ["AZP0515"]);
    assert_eq!(faults.iter().next().map(|fault| fault.labels.len()), Some(2));
}

#[test]
fn the_newer_of_two_contents_is_used() {
    let lists =
        |enabled: bool| format!("[{},{}]", automation("s", "a", enabled), automation("s", "b", enabled));
    let times = r#"{"path":"a.json","collected":"2025-02-01T00:00:00Z"},{"path":"b.json","collected":"2025-01-01T00:00:00Z"}"#;
    let (inventory, _, faults) =
        run(&[("a.json", &lists(true)), ("b.json", &lists(false)), ("m.json", &manifest(times))], &[]);
    assert_eq!(codes(&faults), ["AZP0516"], "one note for both");
    let all: Vec<_> = inventory.resources(&SubscriptionId::new("s"), &automations()).collect();
    assert!(all.iter().all(|r| r.body.at(&["properties", "isEnabled"]) == Some(&Value::Bool(true))));
    assert_eq!(inventory.collected().map(|t| t.to_string()).as_deref(), Some("2025-01-01T00:00:00Z"));
}

#[test]
fn policy_documents_are_handed_on_once() {
    let assignment = |flag: bool| {
        format!(
            r#"{{"id":"/subscriptions/s/providers/Microsoft.Authorization/policyAssignments/a","name":"a",
            "type":"Microsoft.Authorization/policyAssignments","properties":{{"scope":"/subscriptions/s",
            "policyDefinitionId":"/d","parameters":{{"x":{{"value":{flag}}}}}}}}}"#
        )
    };
    let flat = r#"[{"id":"/subscriptions/S/providers/Microsoft.Authorization/policyAssignments/a","name":"a",
        "type":"Microsoft.Authorization/policyAssignments","scope":"/subscriptions/s","policyDefinitionId":"/d",
        "parameters":{"x":{"value":true}},"notScopes":null,"location":null}]"#;
    let rule = r#"{"if":{"field":"type","equals":"x"},"then":{"effect":"audit"}}"#;
    let (_, documents, faults) =
        run(&[("a.json", &assignment(true)), ("b.json", flat), ("c.json", rule)], &[]);
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!((documents.assignments.len(), documents.definitions.len()), (1, 1));
    let (_, documents, faults) = run(&[("a.json", &assignment(false)), ("b.json", flat)], &[]);
    assert_eq!(codes(&faults), ["AZP0515"]);
    assert_eq!(documents.assignments.len(), 1);
    let placeholder = assignment(true).replace("/d", "${definition}");
    let (_, documents, faults) = run(&[("a.json", &placeholder)], &[]);
    assert_eq!(codes(&faults), ["AZP0504"]);
    assert!(documents.assignments.is_empty());
}

#[test]
fn exemptions_touch_what_lies_below_them() {
    let exemption = |scope: &str, name: &str| {
        format!(
            r#"{{"id":"{scope}/providers/Microsoft.Authorization/policyExemptions/{name}",
            "type":"Microsoft.Authorization/policyExemptions","properties":{{"policyAssignmentId":"/x","exemptionCategory":"Waiver"}}}}"#
        )
    };
    let list = format!(
        r#"{{"value":[{},{},{}]}}"#,
        exemption("/subscriptions/s", "own"),
        exemption("/subscriptions/s/resourceGroups/g", "below"),
        exemption("/providers/Microsoft.Management/managementGroups/m", "above")
    );
    let inventory = clean(&[("e.json", &list)], &[]);
    let touching = |id: &str| -> Vec<_> {
        let id = ResourceId::parse(id).expect("an id");
        inventory
            .exemptions_touching(&id)
            .map(|e| e.id.rsplit('/').next().unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(touching("/subscriptions/s"), ["above", "own"], "whether it lies under the group isn't known");
    assert_eq!(touching("/subscriptions/s/resourceGroups/g"), ["above", "own", "below"]);
}

#[test]
fn roles_providers_and_deployments_are_found() {
    let role = r#"[{"id":"/subscriptions/s/providers/Microsoft.Authorization/roleAssignments/r","principalId":"P",
        "roleDefinitionId":"/x/roleDefinitions/R","scope":"/subscriptions/s"}]"#;
    let provider = r#"[{"id":"/subscriptions/s/providers/Microsoft.Security","namespace":"Microsoft.Security",
        "registrationState":"NotRegistered"}]"#;
    let deployment = r#"[{"id":"/subscriptions/s/providers/Microsoft.Resources/deployments/d","location":"westeurope",
        "name":"d","type":"Microsoft.Resources/deployments","properties":{}}]"#;
    let inventory = clean(&[("r.json", role), ("p.json", provider), ("d.json", deployment)], &[]);
    assert_eq!(inventory.role_assignments("p").len(), 1);
    let s = SubscriptionId::new("s");
    assert_eq!(
        inventory.provider(&s, "microsoft.security").map(ProviderRegistration::is_registered),
        Some(false)
    );
    let id =
        ResourceId::parse("/subscriptions/s/providers/Microsoft.Resources/deployments/D").expect("an id");
    assert!(inventory.deployment(&id).is_some_and(|d| d.location.is_some()));
}

#[test]
fn losses_are_told_once_for_a_list() {
    let bare = |name: &str| {
        format!(
            r#"{{"id":"/subscriptions/s/resourceGroups/g/providers/a.b/c/{name}","name":"{name}","type":"a.b/c","location":"x",
            "tags":null,"properties":null}}"#
        )
    };
    let (_, _, faults) = run(&[("a.json", &format!("[{},{}]", bare("x"), bare("y")))], &[]);
    assert_eq!(codes(&faults), ["AZP0508"]);
    assert!(faults.iter().next().is_some_and(|fault| fault.message.starts_with("2 resources")));
}

#[test]
fn what_is_not_read_is_named() {
    let files = [
        ("a.json", r#"{"hello":1}"#),
        ("b.json", r#"{"nodeName":"/x/","children":[]}"#),
        (
            "c.json",
            r#"{"value":[{"resourceId":"/x","policyAssignmentId":"/y","complianceState":"NonCompliant"}]}"#,
        ),
        ("d.json", r#"{"azpol":{"result":"v1"}}"#),
    ];
    let (_, _, faults) = run(&files, &[]);
    assert_eq!(codes(&faults), ["AZP0501", "AZP0502", "AZP0503"]);
}

#[test]
fn lists_that_were_joined_into_a_list_are_lists() {
    let list = format!(r#"{{"value":[{}],"nextLink":null}}"#, automation("s", "a", true));
    let more = format!("[{}]", automation("t", "b", true));
    let inventory = clean(&[("joined.json", &format!("[{list},{more},[]]"))], &[""]);
    assert_eq!(inventory.resource_count(), 2);
    assert_eq!(listing(&inventory, "/subscriptions/u"), Listing::Asserted);
    let open = list.replace(
        "null",
        r#""https://management.azure.com/subscriptions/s/providers/Microsoft.Security/automations?p=2""#,
    );
    let (inventory, _, faults) = run(&[("joined.json", &format!("[{open},{more}]"))], &[""]);
    assert_eq!(codes(&faults), ["AZP0513", "AZP0521"]);
    assert!(matches!(listing(&inventory, "/subscriptions/s"), Listing::Disproved(..)));
}

#[test]
fn a_policy_document_that_lost_what_it_says_is_an_error() {
    let id = "/subscriptions/s/providers/Microsoft.Authorization/policyAssignments/a";
    let bare = format!(
        r#"[{{"id":"{id}","name":"a","type":"Microsoft.Authorization/policyAssignments","properties":null}}]"#
    );
    let cut = format!(
        r#"[{{"ResourceId":"{id}","Name":"a","PolicyAssignmentId":"{id}","Properties":{{"Scope":"/subscriptions/s",
        "PolicyDefinitionId":"/d","Parameters":{{"workspaceResourceId":"@{{value=/subscriptions/s}}"}}}}}}]"#
    );
    for (text, code) in [(bare, "AZP0508"), (cut, "AZP0509")] {
        let (_, documents, faults) = run(&[("a.json", &text)], &[]);
        assert_eq!(codes(&faults), [code]);
        assert!(faults.has_errors() && documents.assignments.is_empty());
    }
}

#[test]
fn a_placeholder_in_an_id_is_named() {
    let text = automation("${subscription}", "a", true);
    let (inventory, _, faults) = run(&[("a.json", &text)], &[]);
    assert_eq!(codes(&faults), ["AZP0504"]);
    assert_eq!(inventory.resource_count(), 0);
}

#[test]
fn entries_are_found_wherever_they_stand() {
    let marks = [0, 1, 1, 1, 7, 7, u64::MAX / 2, u64::MAX / 2, u64::MAX - 1, u64::MAX, u64::MAX];
    let many: Vec<u64> =
        (0..500).map(|number| number / 3).chain((0..500).map(|n| u64::MAX - 500 + n)).collect();
    for marks in [&[][..], &marks[..], &many[..]] {
        let entries: Vec<(u64, u32)> = marks.iter().map(|mark| (*mark, 0)).collect();
        for wanted in marks.iter().copied().chain([0, 2, 5, 200, u64::MAX / 3, u64::MAX]) {
            let found = super::first_of(&entries, wanted);
            assert_eq!(found, entries.partition_point(|(mark, _)| *mark < wanted), "{wanted}");
        }
    }
}
