use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::rc::Rc;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::rows::{Case, Plan};
use super::{ASSIGNMENTS, CONTAINERS, MANIFEST, RESOURCES, TenantOptions, hex, tenant};

const SMALL: TenantOptions = TenantOptions { seed: 42, subscriptions: 200, foreign: 2 };

#[derive(Clone, Default)]
struct Memory(Rc<RefCell<Vec<u8>>>);

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn generate(options: &TenantOptions) -> BTreeMap<String, String> {
    let mut files: BTreeMap<String, Memory> = BTreeMap::new();
    tenant(options, |name| Ok(files.entry(name.to_owned()).or_default().clone())).expect("memory takes all");
    files
        .into_iter()
        .map(|(name, memory)| (name, String::from_utf8(memory.0.take()).expect("text")))
        .collect()
}

fn rows(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a row")).collect()
}

#[test]
fn a_seed_repeats_and_another_differs() {
    let files = generate(&SMALL);
    assert_eq!(files, generate(&SMALL));
    assert_ne!(files, generate(&TenantOptions { seed: 43, ..SMALL }));
    assert_eq!(files.keys().collect::<Vec<_>>(), [ASSIGNMENTS, MANIFEST, CONTAINERS, RESOURCES]);
}

#[test]
fn ids_are_unique_and_subscriptions_lie_below_the_assignment() {
    let files = generate(&SMALL);
    let containers = rows(&files[CONTAINERS]);
    let mut ids = BTreeSet::new();
    for row in containers.iter().chain(&rows(&files[RESOURCES])) {
        assert!(ids.insert(row["id"].as_str().expect("a string").to_ascii_lowercase()), "{row}");
    }
    let subscriptions: Vec<&Value> =
        containers.iter().filter(|row| row["type"] == "microsoft.resources/subscriptions").collect();
    assert_eq!(subscriptions.len(), 200);
    for row in subscriptions {
        let chain = row["properties"]["managementGroupAncestorsChain"].as_array().expect("an array");
        assert_eq!(chain[chain.len() - 2]["name"], "mg-generated");
    }
    let groups =
        containers.iter().filter(|row| row["type"] == "microsoft.management/managementgroups").count();
    assert_eq!(groups, 11);
}

#[test]
fn automations_stand_in_groups_that_exist() {
    let files = generate(&SMALL);
    let groups: BTreeSet<String> =
        rows(&files[CONTAINERS]).iter().map(|row| row["id"].as_str().expect("a string").to_owned()).collect();
    for row in rows(&files[RESOURCES]) {
        let id = row["id"].as_str().expect("a string");
        let group = id.split("/providers/").next().expect("a group");
        assert!(groups.contains(group), "{group}");
    }
}

#[test]
fn each_case_occurs_and_shows() {
    let plan = Plan::new(&SMALL);
    let mut seen = BTreeMap::new();
    for subscription in 0..SMALL.subscriptions {
        let slots = 3 + SMALL.foreign;
        let export = plan.resource(subscription * slots);
        let second = plan.resource(subscription * slots + 1);
        let case = plan.case(subscription);
        let sources =
            export.as_ref().map(|row| row["properties"]["sources"].as_array().expect("an array").len());
        assert_eq!(
            sources,
            match case {
                Case::Missing => None,
                Case::FewSources => Some(5),
                Case::ManySources => Some(7),
                _ => Some(6),
            }
        );
        assert_eq!(second.is_some(), case == Case::Duplicate);
        if let Some(export) = export {
            assert_eq!(export["properties"]["isEnabled"], case != Case::Disabled);
        }
        *seen.entry(format!("{case:?}")).or_insert(0) += 1;
    }
    assert_eq!(seen.len(), 10, "{seen:?}");
}

#[test]
fn foreign_resources_follow_their_number() {
    let count = |foreign| {
        let files = generate(&TenantOptions { foreign, ..SMALL });
        let rows = rows(&files[RESOURCES]);
        rows.iter().filter(|row| row["type"] != "microsoft.security/automations").count()
    };
    assert_eq!((count(0), count(3)), (0, 600));
}

#[test]
fn the_manifest_holds_the_hashes() {
    let files = generate(&SMALL);
    for name in [CONTAINERS, RESOURCES, ASSIGNMENTS] {
        let hash = hex(&Sha256::digest(files[name].as_bytes()));
        assert!(files[MANIFEST].contains(&format!("sha256: {hash}")), "{name}");
    }
}
