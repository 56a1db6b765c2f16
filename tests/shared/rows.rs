//! Every definition that Microsoft ships over a generated inventory of the sixty most used types.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::BufWriter;

use azpol::cli::generate_tenant::mixed::{MixedOptions, TOP, mixed, types};
use serde_json::{Value, json};

use crate::assign;
use crate::tenant::{Tenant, management_group, rows, text};

/// Sets of one resource of each type.
const SETS: usize = 3;

/// The type that the whole `if` demands, where it demands one and nothing asks for a name or a kind.
fn demanded(condition: &Value) -> Option<String> {
    let part = |condition: &Value| {
        let field = member(condition, "field")?.as_str()?;
        let wanted = member(condition, "equals")?.as_str()?;
        (field.eq_ignore_ascii_case("type") && wanted.contains('/')).then(|| wanted.to_ascii_lowercase())
    };
    let text = condition.to_string().to_ascii_lowercase();
    if text.contains(r#""field":"name""#) || text.contains(r#""field":"kind""#) || text.contains(r#"/kind""#)
    {
        return None;
    }
    match member(condition, "allOf").and_then(Value::as_array) {
        Some(parts) => parts.iter().find_map(part),
        None => part(condition),
    }
}

fn member<'a>(node: &'a Value, key: &str) -> Option<&'a Value> {
    node.as_object()?.iter().find(|(own, _)| own.eq_ignore_ascii_case(key)).map(|(_, value)| value)
}

#[test]
fn every_definition_has_its_rows_over_the_sixty_most_used_types() {
    let definitions = assign::documents(&crate::shared().join("azure-policy/policyDefinitions"));
    let scope = management_group(TOP);
    let assignments: Vec<Value> = definitions
        .iter()
        .enumerate()
        .map(|(number, (_, definition))| assign::assignment(definition, number, &scope))
        .collect();
    let tenant = Tenant::new().json("assignments.json", &json!(assignments));
    let folder = tenant.path().to_owned();
    let options = MixedOptions { seed: 7, subscriptions: 2, resources: (60 * SETS) as u64, only: None };
    mixed(&options, |name| File::create(folder.join(name)).map(BufWriter::new)).expect("written");
    let given = crate::shared().join("azure-policy/policyDefinitions");
    let ran = tenant.azpol(&["scan", ".", &given.to_string_lossy(), "--format", "json", "--no-progress"]);
    assert!(ran.code == 3 || ran.code == 1, "exit code {}: {}", ran.code, ran.err);
    let result = ran.json();
    // Neither a provider's business, nor an alias that no catalogue has.
    let unexpected: Vec<&str> = result["notEvaluated"]
        .as_array()
        .expect("notEvaluated")
        .iter()
        .filter(|not| not["reason"] != "NotEvaluable")
        .map(|not| text(&not["text"]))
        .filter(|why| !why.contains("isn't in the table of aliases"))
        .collect();
    assert!(unexpected.is_empty(), "{} of {}: {unexpected:?}", unexpected.len(), definitions.len());

    // How many rows each assignment has of each type.
    let mut found: BTreeMap<(String, String), usize> = BTreeMap::new();
    for row in rows(&result) {
        let name = text(&row["assignmentId"]).rsplit('/').next().unwrap_or_default().to_owned();
        let resource_type = row["resourceType"].as_str().unwrap_or("microsoft.resources/subscriptions");
        *found.entry((name, resource_type.to_ascii_lowercase())).or_default() += 1;
    }
    let generated: BTreeSet<String> = types().map(str::to_ascii_lowercase).collect();
    assert_eq!(generated.len(), 60);
    let effects: BTreeMap<&str, &str> = result["assignments"]
        .as_array()
        .expect("assignments")
        .iter()
        .map(|one| (text(&one["name"]), text(&one["effect"])))
        .collect();
    let (mut held, mut missed) = (0, Vec::new());
    for (number, (path, definition)) in definitions.iter().enumerate() {
        let name = format!("all-{number:04}");
        let Some(effect) = effects.get(name.as_str()) else { continue };
        if effect.to_ascii_lowercase().ends_with("ifnotexists") {
            continue;
        }
        let Some(wanted) = demanded(&definition["properties"]["policyRule"]["if"]) else { continue };
        if !generated.contains(&wanted) {
            continue;
        }
        held += 1;
        let count = found.get(&(name, wanted.clone())).copied().unwrap_or(0);
        if count != SETS {
            missed.push(format!("{}: {count} of {SETS} {wanted}", path.display()));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    assert!(held > 300, "only {held} definitions were held against the count");
}
