//! Microsoft's definitions and the sample assignments are lowered and compiled.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use azpol::arm::AliasCatalog;
use azpol::engine::{NotBuilt, NotBuiltKind, bind, compile};
use azpol::policy::{PolicyAssignment, PolicyDefinition, assignment, definition};
use azpol::source::{Diagnostics, FileId, Node, json};

use crate::shared;

fn files(below: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![below.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("readable folder") {
            let path = entry.expect("entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> Vec<Node> {
    let text = fs::read_to_string(path).expect("text");
    let mut faults = Diagnostics::new();
    let nodes = json::parse(FileId::NONE, 0, &text, &mut faults);
    assert!(!faults.has_errors(), "{}: {faults:?}", path.display());
    nodes
}

fn lower(path: &Path, faults: &mut Diagnostics) -> Option<PolicyDefinition> {
    definition(&read(path)[0], "", faults)
}

#[test]
fn every_built_in_definition_is_lowered() {
    let files = files(&shared().join("azure-policy/policyDefinitions"));
    let mut failing = Vec::new();
    for path in &files {
        let mut faults = Diagnostics::new();
        if lower(path, &mut faults).is_none() || !faults.is_empty() {
            for fault in faults.iter() {
                failing.push(format!(
                    "{} {} {}",
                    path.file_name().unwrap().to_string_lossy(),
                    fault.code.id,
                    fault.message
                ));
            }
        }
    }
    println!("{}", failing.join("\n"));
    assert_eq!((files.len(), failing.len()), (3594, 0));
}

/// An assignment of a definition with these parameters, as ARM has it.
fn assigned(definition: &PolicyDefinition, parameters: &str) -> PolicyAssignment {
    let text = format!(
        r#"{{"id": "/subscriptions/00000000-0000-0000-0000-000000000000/providers/Microsoft.Authorization/policyAssignments/test",
            "properties": {{"policyDefinitionId": "{}", "parameters": {parameters}}}}}"#,
        definition.id
    );
    let mut faults = Diagnostics::new();
    let nodes = json::parse(FileId::NONE, 0, &text, &mut faults);
    let lowered = assignment(&nodes[0], &mut faults);
    assert!(faults.is_empty(), "{faults:?}");
    lowered.expect("assignment")
}

/// Values for the parameters that have no default.
fn fillers(definition: &PolicyDefinition) -> String {
    use azpol::policy::ParameterType as Type;
    let values: Vec<String> = definition
        .parameters
        .iter()
        .filter(|parameter| parameter.default.is_none())
        .map(|parameter| {
            let first = parameter.allowed.as_ref().and_then(|allowed| allowed.first());
            let value = match (parameter.parameter_type, first) {
                (Type::Array, Some(first)) => format!("[{first}]"),
                (_, Some(first)) => first.to_string(),
                (Type::Array, None) => "[]".into(),
                (Type::Object, None) => "{}".into(),
                (Type::Boolean, None) => "true".into(),
                (Type::Integer | Type::Float, None) => "1".into(),
                (Type::DateTime, None) => "\"2026-01-01T00:00:00.0000000Z\"".into(),
                (Type::String, None) => "\"x\"".into(),
            };
            format!("\"{}\": {{\"value\": {value}}}", parameter.name)
        })
        .collect();
    format!("{{{}}}", values.join(", "))
}

fn compiled(definition: &PolicyDefinition, aliases: &AliasCatalog) -> Result<(), Vec<NotBuilt>> {
    let assignment = assigned(definition, &fillers(definition));
    let mut faults = Diagnostics::new();
    let bound = bind(definition, &assignment, &mut faults);
    let bound = bound.unwrap_or_else(|| panic!("{}: {faults:?}", definition.display_name));
    compile(definition, &bound, aliases).map(|policy| {
        let again = compile(definition, &bound, aliases);
        assert_eq!(again, Ok(policy), "{}", definition.display_name);
    })
}

#[test]
fn what_compiles_is_counted() {
    let aliases = AliasCatalog::default();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for path in files(&shared().join("azure-policy/policyDefinitions")) {
        let definition = lower(&path, &mut Diagnostics::new()).expect("lowered");
        let kind = match compiled(&definition, &aliases) {
            Ok(()) => "compiles".to_owned(),
            Err(missing) => {
                assert!(!missing.is_empty(), "{}", path.display());
                for missing in &missing {
                    if missing.kind == NotBuiltKind::Refused {
                        println!(
                            "{} {:?} {missing}",
                            path.file_name().unwrap().to_string_lossy(),
                            missing.kind
                        );
                    }
                }
                // A missing alias says nothing while the table is short.
                let first = missing.iter().find(|m| m.kind != NotBuiltKind::Alias).unwrap_or(&missing[0]);
                format!(
                    "{:?} {}",
                    first.kind,
                    if matches!(first.kind, NotBuiltKind::Alias | NotBuiltKind::Refused) {
                        ""
                    } else {
                        &first.what
                    }
                )
            }
        };
        *counts.entry(kind).or_default() += 1;
    }
    for (kind, count) in &counts {
        println!("{count:5} {kind}");
    }
    assert_eq!(counts.get("compiles"), Some(&0));
}
