//! Every initiative that Microsoft ships, assigned over a generated inventory: each member is evaluated or says why not.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::BufWriter;

use azpol::cli::generate_tenant::mixed::{MixedOptions, TOP, mixed};
use serde_json::{Value, json};

use crate::assign;
use crate::tenant::{Tenant, management_group, rows, text};

/// Members of all initiatives, and those that pin another version than the one that is stored.
const MEMBERS: usize = 15_815;
const OF_OTHER_VERSION: usize = 101;

#[test]
fn every_member_of_every_initiative_is_evaluated_or_says_why_not() {
    let initiatives = assign::documents(&crate::shared().join("azure-policy/policySetDefinitions"));
    let scope = management_group(TOP);
    let assignments: Vec<Value> = initiatives
        .iter()
        .enumerate()
        .map(|(number, (_, initiative))| assign::assignment(initiative, number, &scope))
        .collect();
    let tenant = Tenant::new().json("assignments.json", &json!(assignments));
    let folder = tenant.path().to_owned();
    let options = MixedOptions { seed: 11, subscriptions: 1, resources: 60, only: None };
    mixed(&options, |name| File::create(folder.join(name)).map(BufWriter::new)).expect("written");
    let given = crate::shared().join("azure-policy");
    let ran = tenant.azpol(&["scan", ".", &given.to_string_lossy(), "--format", "json", "--no-progress"]);
    assert!(ran.code == 3 || ran.code == 1, "exit code {}: {}", ran.code, ran.err);
    let result = ran.json();

    let list = |key: &str| result[key].as_array().expect(key).iter();
    let reference = |one: &Value| {
        let id = one.get("assignmentId").or(one.get("id")).expect("an id");
        (text(id).to_owned(), text(&one["policyDefinitionReferenceId"]).to_lowercase())
    };
    let told: BTreeSet<_> =
        list("assignments").chain(list("notEvaluated")).chain(list("disabled")).map(reference).collect();
    assert_eq!(told.len(), MEMBERS);
    // What only Azure evaluates: attestations, a provider's own modes, rules about who makes a request.
    let elsewhere: BTreeSet<String> =
        assign::documents(&crate::shared().join("azure-policy/policyDefinitions"))
            .iter()
            .filter(|(_, document)| {
                let properties = &document["properties"];
                properties["policyType"] == "Static"
                    || properties["mode"].as_str().is_some_and(|mode| mode.ends_with(".Data"))
                    || properties["policyRule"].to_string().contains("requestContext().identity")
            })
            .map(|(_, document)| text(&document["id"]).to_lowercase())
            .collect();
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for not in list("notEvaluated") {
        let reason = text(&not["reason"]);
        if reason == "NotEvaluable" {
            assert!(elsewhere.contains(&text(&not["definitionId"]).to_lowercase()), "{not}");
        } else {
            *reasons.entry(reason).or_default() += 1;
        }
    }
    assert_eq!(reasons, BTreeMap::from([("Version", OF_OTHER_VERSION)]));
    let evaluated: BTreeSet<_> = list("assignments").map(reference).collect();
    assert!(rows(&result).iter().all(|row| evaluated.contains(&reference(row))));
    assert!(rows(&result).len() > 5_000, "only {} rows", rows(&result).len());
}
