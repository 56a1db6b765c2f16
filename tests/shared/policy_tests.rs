//! Practitioners' cases of policy tests: a resource in a file whose name ends with the effect that it should meet.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::shared;
use crate::tenant::Tenant;

/// Cases that are wrong: a condition on the members of an array without members holds, so that an alias `[*].id` of
/// an empty list meets `exists: false`
/// (<https://learn.microsoft.com/azure/governance/policy/how-to/author-policies-for-arrays>).
const WRONG: [&str; 2] = ["kv-iprules-with-allow-none", "kv-iprules-with-deny-none"];

fn folders(below: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(below)
        .unwrap_or_else(|error| panic!("{}: {error}", below.display()))
        .map(|entry| entry.expect("an entry").path())
        .collect();
    found.sort();
    found
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).expect("a file")).expect("JSON")
}

/// `none` is written for a resource to which nothing happens, whether or not it has a row.
#[test]
fn practitioners_cases_come_out_as_they_say() {
    let (mut ran, mut wrong) = (0, Vec::new());
    for category in folders(&shared().join("samples/policy_eval/samples")) {
        for sample in folders(&category) {
            let definition = fs::read_to_string(sample.join("azurepolicy.json")).expect("a definition");
            for case in folders(&sample.join("tests")) {
                let name = case.file_stem().expect("a name").to_string_lossy().into_owned();
                let effect = name.rsplit('-').next().expect("an effect");
                let mut resource = read(&case);
                if resource.get("location").is_none() {
                    resource["location"] = json!("westeurope");
                }
                let test = json!({"azpol": "test/v1", "definition": "def.json", "cases": [
                    {"name": name, "resource": resource, "expect": {"state": "NonCompliant"}},
                ]});
                let tenant = Tenant::new().file("def.json", &definition).json("x.azpol-test.json", &test);
                let result = tenant.azpol(&["test", "x.azpol-test.json", "--format", "json"]);
                let found = &result.json()["files"][0]["cases"][0];
                let acts = found["state"] == "NonCompliant";
                let right = match effect {
                    "none" => matches!(found["state"].as_str(), Some("Compliant" | "NotApplicable")),
                    effect => acts && found["effect"] == effect,
                };
                ran += 1;
                if right == WRONG.contains(&name.as_str()) {
                    wrong.push(format!("{name}: {found} {}", result.err));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(ran, 12);
}
