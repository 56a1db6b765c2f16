use std::collections::BTreeMap;

use super::{Tree, TreeFacts};
use crate::arm::{ManagementGroupId, SubscriptionId};
use crate::inventory::collected::Collected;
use crate::inventory::kind::Kind;
use crate::inventory::shape::group::{Gathered, read, subscription};
use crate::inventory::shape::subscription as row;
use crate::inventory::tree::GroupKey;
use crate::inventory::{Chain, Placement};
use crate::source::{Diagnostics, FileId, json};

/// The tree of several documents; each is its own file.
fn tree_at(texts: &[&str], times: &[(u32, &str)]) -> (Tree, Diagnostics) {
    let mut facts = TreeFacts::default();
    let mut faults = Diagnostics::new();
    let mut subscriptions = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        let file = FileId(u32::try_from(index).expect("few"));
        for node in json::parse(file, 0, text, &mut faults) {
            let mut gathered =
                Gathered { tree: &mut facts, subscriptions: &mut subscriptions, faults: &mut faults };
            match Kind::of(&node) {
                Kind::ManagementGroup => read(&node, &mut gathered),
                Kind::TreeSubscription => subscription(&node, &mut gathered),
                other => panic!("{other:?}"),
            }
        }
    }
    let mut collected = Collected::default();
    for (file, time) in times {
        collected.insert(FileId(*file), time.parse().expect("a time"));
    }
    let tree = facts.finish(&collected, &mut faults);
    (tree, faults)
}

fn tree(texts: &[&str]) -> Tree {
    let (tree, faults) = tree_at(texts, &[]);
    assert!(faults.is_empty(), "{faults:?}");
    tree
}

fn codes(faults: &Diagnostics) -> Vec<&str> {
    faults.iter().map(|fault| fault.code.id).collect()
}

fn chain(tree: &Tree, subscription: &str) -> Chain {
    tree.chain(&SubscriptionId::new(subscription), None)
}

fn above(tree: &Tree, subscription: &str) -> Vec<String> {
    chain(tree, subscription).above.iter().map(ToString::to_string).collect()
}

fn placement(tree: &Tree, subscription: &str, group: &str) -> Placement {
    chain(tree, subscription).placement(&ManagementGroupId::new(group))
}

const AZ: &str = r#"{"id":"/providers/Microsoft.Management/managementGroups/mg","name":"mg","tenantId":"T",
  "type":"Microsoft.Management/managementGroups","displayName":"MG",
  "details":{"parent":{"id":"/providers/Microsoft.Management/managementGroups/t","name":"t"}},
  "children":[{"id":"/providers/Microsoft.Management/managementGroups/low","name":"low","children":[
    {"id":"/subscriptions/s1","name":"s1","type":"/subscriptions","displayName":"One","children":null}]},
    {"id":"/providers/Microsoft.Management/managementGroups/empty","name":"empty","children":null}]}"#;

#[test]
fn an_expanded_tree_below_the_root_gives_whole_chains() {
    let tree = tree(&[AZ]);
    assert_eq!(above(&tree, "s1"), ["low", "mg", "t"]);
    assert!(chain(&tree, "s1").complete);
    assert_eq!(placement(&tree, "s1", "elsewhere"), Placement::Outside);
}

#[test]
fn a_recursive_listing_shows_what_does_not_lie_under_it() {
    let tree = tree(&[AZ]);
    assert_eq!(placement(&tree, "other", "mg"), Placement::Outside);
    assert_eq!(placement(&tree, "other", "empty"), Placement::Outside);
    assert_eq!(placement(&tree, "other", "t"), Placement::Unknown);
}

#[test]
fn a_listing_of_one_level_shows_nothing_of_what_it_lacks() {
    let text = r#"{"id":"/providers/Microsoft.Management/managementGroups/mg","name":"mg","children":[
        {"id":"/providers/Microsoft.Management/managementGroups/low","name":"low","children":null}]}"#;
    assert_eq!(placement(&tree(&[text]), "s", "mg"), Placement::Unknown);
}

#[test]
fn rest_expands_only_the_root_with_properties() {
    let text = r#"{"id":"/providers/Microsoft.Management/managementGroups/mg","name":"mg","properties":{
        "tenantId":"t","details":{"version":0},"children":[
        {"id":"/providers/Microsoft.Management/managementGroups/low","type":"/providers/Microsoft.Management/managementGroups",
         "name":"low","children":[{"id":"/subscriptions/s","type":"/subscriptions","name":"s"}]}]}}"#;
    let tree = tree(&[text]);
    assert_eq!(above(&tree, "s"), ["low", "mg"]);
    assert!(chain(&tree, "s").complete, "its details name no parent");
}

#[test]
fn without_a_root_the_chain_is_not_complete() {
    let text = r#"{"id":"/providers/Microsoft.Management/managementGroups/mg","name":"mg","properties":{"children":[
        {"id":"/subscriptions/s","type":"/subscriptions","name":"s"}]}}"#;
    let tree = tree(&[text]);
    assert_eq!(above(&tree, "s"), ["mg"]);
    assert!(!chain(&tree, "s").complete);
    assert_eq!(placement(&tree, "s", "other"), Placement::Unknown);
    assert_eq!(placement(&tree, "elsewhere", "mg"), Placement::Outside);
}

#[test]
fn entities_are_joined_by_their_parents() {
    let entity = |name: &str, kind: &str, parent: &str| {
        format!(
            r#"{{"id":"/x/{name}","name":"{name}","type":"{kind}","properties":{{"tenantId":"t","parent":{{"id":{parent}}}}}}}"#
        )
    };
    let groups = "Microsoft.Management/managementGroups";
    let texts = [
        entity("root", groups, "null"),
        entity("mg", groups, r#""/providers/Microsoft.Management/managementGroups/root""#),
        entity("s", "/subscriptions", r#""/providers/Microsoft.Management/managementGroups/mg""#),
    ];
    let tree = tree(&[&texts.join("\n")]);
    assert_eq!(above(&tree, "s"), ["mg", "root"]);
    assert!(chain(&tree, "s").complete);
}

#[test]
fn a_chain_of_names_that_contradicts_the_parent_is_not_used() {
    let text = r#"{"id":"/providers/Microsoft.Management/managementGroups/mg","name":"mg","type":"Microsoft.Management/managementGroups",
        "properties":{"parent":{"id":"/providers/Microsoft.Management/managementGroups/p"},"parentNameChain":["root","q"]}}"#;
    let (tree, faults) = tree_at(&[text], &[]);
    assert_eq!(codes(&faults), ["AZP0519"]);
    assert!(!tree.groups.iter().any(|group| group.id.as_str() == "q"));
}

#[test]
fn the_third_form_of_an_edge() {
    let id = r#"{"id":"/providers/Microsoft.Management/managementGroups/mg/subscriptions/s","name":"s",
        "type":"Microsoft.Management/managementGroups/subscriptions","properties":{"tenant":"t","displayName":"S"}}"#;
    assert_eq!(above(&tree(&[id]), "s"), ["mg"]);
    let name = r#"{"name":"mg/s","type":"Microsoft.Management/managementGroups/subscriptions"}"#;
    assert_eq!(above(&tree(&[name]), "s"), ["mg"]);
}

#[test]
fn a_chain_of_resource_graph_ends_with_the_tenant() {
    let mut facts = TreeFacts::default();
    let mut faults = Diagnostics::new();
    let keys = |names: &[&str]| {
        names
            .iter()
            .map(|name| GroupKey { tenant: Some("t".into()), id: ManagementGroupId::new(name) })
            .collect::<Vec<_>>()
    };
    let span = crate::source::Span::new(FileId(0), 0, 1);
    facts.chain(&SubscriptionId::new("a"), &keys(&["low", "mg", "T"]), span);
    facts.chain(&SubscriptionId::new("b"), &keys(&["cut"]), span);
    let tree = facts.finish(&Collected::default(), &mut faults);
    assert!(faults.is_empty());
    assert!(chain(&tree, "a").complete);
    assert!(!chain(&tree, "b").complete);
    assert_eq!(placement(&tree, "b", "mg"), Placement::Unknown);
}

#[test]
fn a_cycle_is_a_finding_and_places_nothing() {
    let group = |name: &str, parent: &str| {
        format!(
            r#"{{"id":"/providers/Microsoft.Management/managementGroups/{name}","name":"{name}","tenantId":"t",
            "details":{{"parent":{{"name":"{parent}"}}}}}}"#
        )
    };
    let texts = [group("a", "b"), group("b", "c"), group("c", "a"), group("d", "a")].join("\n");
    let (tree, faults) = tree_at(&[&texts], &[]);
    assert_eq!(codes(&faults), ["AZP0517"]);
    assert_eq!(faults.iter().next().map(|fault| fault.labels.len()), Some(3));
    assert!(tree.chain(&SubscriptionId::new("s"), None).above.is_empty());
}

const UNDER_A: &str =
    r#"{"id":"/x/s","name":"s","type":"/subscriptions","properties":{"parent":{"id":"/g/a"}}}"#;
const UNDER_B: &str =
    r#"{"id":"/x/s","name":"s","type":"/subscriptions","properties":{"parent":{"id":"/g/b"}}}"#;

#[test]
fn two_parents_are_a_finding_unless_one_is_newer() {
    let (tree, faults) = tree_at(&[UNDER_A, UNDER_B], &[]);
    assert_eq!(codes(&faults), ["AZP0518"]);
    assert_eq!(placement(&tree, "s", "a"), Placement::Unknown);
    let times = [(0, "2025-01-01T00:00:00Z"), (1, "2025-02-01T00:00:00Z")];
    let (tree, faults) = tree_at(&[UNDER_A, UNDER_B], &times);
    assert_eq!(codes(&faults), ["AZP0516"]);
    assert_eq!(above(&tree, "s"), ["b"]);
}

#[test]
fn two_roots_are_two_trees_even_with_groups_of_one_name() {
    let tenant = |tenant: &str, subscription: &str| {
        format!(
            r#"{{"id":"/providers/Microsoft.Management/managementGroups/{tenant}","name":"{tenant}","tenantId":"{tenant}",
            "details":{{"parent":null}},"children":[{{"id":"/providers/Microsoft.Management/managementGroups/platform{tenant}",
            "name":"x","children":[{{"id":"/providers/Microsoft.Management/managementGroups/shared","name":"shared","children":[
            {{"id":"/subscriptions/{subscription}","name":"{subscription}","type":"/subscriptions"}}]}}]}}]}}"#
        )
    };
    let (one, two) = (tenant("t1", "a"), tenant("t2", "b"));
    let tree = tree(&[&one, &two]);
    assert_eq!(above(&tree, "a"), ["shared", "platformt1", "t1"]);
    assert_eq!(above(&tree, "b"), ["shared", "platformt2", "t2"]);
    assert_eq!(tree.tenants().len(), 2);
    let names: BTreeMap<_, _> =
        tree.groups.iter().map(|g| ((g.tenant.clone(), g.id.clone()), g.is_root)).collect();
    assert_eq!(names.values().filter(|root| **root).count(), 2);
}

#[test]
fn a_row_reads_its_chain() {
    let mut faults = Diagnostics::new();
    let text = r#"{"id":"/subscriptions/s","type":"microsoft.resources/subscriptions","tenantId":"t","properties":{
        "managementGroupAncestorsChain":[{"name":"mg"},{"name":"t"}]}}"#;
    let node = json::parse(FileId(0), 0, text, &mut faults).remove(0);
    let facts = row::read(&node, &mut faults).expect("a subscription");
    assert_eq!(facts.chain.map(|chain| chain.groups.len()), Some(2));
}

#[test]
fn a_contested_place_proves_nothing() {
    let tree_of = |group: &str| {
        format!(
            r#"{{"id":"/providers/Microsoft.Management/managementGroups/{group}","name":"{group}","children":[
            {{"id":"/subscriptions/s","name":"s","type":"/subscriptions"}}]}}"#
        )
    };
    let (tree, faults) = tree_at(&[&tree_of("a"), &tree_of("b")], &[]);
    assert_eq!(codes(&faults), ["AZP0518"]);
    assert_eq!(placement(&tree, "s", "a"), Placement::Unknown);
    assert_eq!(placement(&tree, "s", "b"), Placement::Unknown);
}

#[test]
fn powershell_writes_the_parent_flat() {
    let text = r#"{"Id":"/providers/Microsoft.Management/managementGroups/mg","Name":"mg","TenantId":"t",
        "Type":"/providers/Microsoft.Management/managementGroups","DisplayName":"MG",
        "ParentId":"/providers/Microsoft.Management/managementGroups/t","ParentName":"t","ParentDisplayName":"Root",
        "Children":[{"Type":"/subscriptions","Id":"/subscriptions/s","Name":"s","DisplayName":"S","Children":null}]}"#;
    let tree = tree(&[text]);
    assert_eq!(above(&tree, "s"), ["mg", "t"]);
    assert!(chain(&tree, "s").complete);
}

#[test]
fn a_cut_tree_shows_nothing_of_what_it_lacks() {
    let text = r#"{"Id":"/providers/Microsoft.Management/managementGroups/mg","Name":"mg","Children":[
        {"Type":"/providers/Microsoft.Management/managementGroups","Id":"/x/low","Name":"low",
         "Children":["Microsoft.Azure.Commands.Resources.Models.ManagementGroups.PSManagementGroupChildInfo"]}]}"#;
    let (tree, faults) = tree_at(&[text], &[]);
    assert_eq!(codes(&faults), ["AZP0509"]);
    assert_eq!(placement(&tree, "s", "mg"), Placement::Unknown);
}
