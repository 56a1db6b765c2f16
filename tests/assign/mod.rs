//! Assignments of every definition of a folder, at one scope: for suites and measurements over all that Microsoft ships.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

/// The documents below a folder, by path.
pub(crate) fn documents(folder: &Path) -> Vec<(PathBuf, Value)> {
    let mut files = Vec::new();
    walk(folder, &mut files);
    files.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("a definition is readable");
        let document =
            serde_json::from_str(text.trim_start_matches('\u{feff}')).expect("a definition is JSON");
        (path, document)
    };
    files.into_iter().map(read).collect()
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
}

/// The assignment of a definition at a scope, every parameter with a value: its default, else an allowed one, else one
/// of its type. An effect that is a parameter isn't `disabled`.
pub(crate) fn assignment(definition: &Value, number: usize, scope: &str) -> Value {
    let properties = &definition["properties"];
    let mut parameters = Map::new();
    for (name, declared) in properties["parameters"].as_object().into_iter().flatten() {
        if let Some(value) = value_of(name, declared) {
            parameters.insert(name.clone(), json!({ "value": value }));
        }
    }
    let name = format!("all-{number:04}");
    json!({"id": format!("{scope}/providers/Microsoft.Authorization/policyAssignments/{name}"), "name": name,
        "type": "Microsoft.Authorization/policyAssignments", "location": "westeurope",
        "identity": {"type": "SystemAssigned", "principalId": "bbbbbbbb-0000-4000-8000-000000000001"},
        "properties": {"displayName": name, "scope": scope, "policyDefinitionId": definition["id"],
            "parameters": parameters}})
}

/// What a parameter is given; nothing where its default serves.
fn value_of(name: &str, declared: &Value) -> Option<Value> {
    let allowed = declared["allowedValues"].as_array().map_or(&[][..], Vec::as_slice);
    let is_off = |value: &Value| value.as_str().is_some_and(|text| text.eq_ignore_ascii_case("disabled"));
    if name.to_ascii_lowercase().contains("effect") {
        let default = &declared["defaultValue"];
        return if is_off(default) || default.is_null() {
            allowed.iter().find(|value| !is_off(value)).cloned()
        } else {
            None
        };
    }
    if declared.get("defaultValue").is_some() {
        return None;
    }
    if let Some(first) = allowed.first() {
        return Some(if declared["type"].as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("array")) {
            json!([first])
        } else {
            first.clone()
        });
    }
    Some(match declared["type"].as_str().unwrap_or_default().to_ascii_lowercase().as_str() {
        "array" => json!([]),
        // Its schema wants this.
        "object" if name == "maintenanceWindow" => {
            json!({"properties": {"maintenanceWindow": {"schedule": {}, "durationHours": 4, "startTime": "00:00"}}})
        }
        "object" => json!({}),
        "boolean" => json!(true),
        "integer" | "float" => json!(1),
        "datetime" => json!("2026-01-01T00:00:00Z"),
        _ => json!("westeurope"),
    })
}
