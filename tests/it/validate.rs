//! `azpol validate`: which documents it reads, which findings it tells, and how it ends.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::tenant::{Ran, Tenant, root};

const STORAGE: &str = r#"{ "field": "type", "equals": "Microsoft.Storage/storageAccounts" }"#;

/// A bare rule that denies, with one more condition.
fn rule(more: &str) -> String {
    format!(r#"{{ "if": {{ "allOf": [{STORAGE}, {more}] }}, "then": {{ "effect": "audit" }} }}"#)
}

const DOUBLE_STAR: &str = r#"{ "field": "name", "like": "*a*" }"#;

fn found(ran: &Ran) -> Vec<String> {
    let json: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}{}", ran.out, ran.err));
    let findings = json["findings"].as_array().expect("findings");
    findings.iter().map(|one| one["code"].as_str().expect("a code").to_owned()).collect()
}

fn validate(tenant: &Tenant, arguments: &[&str]) -> Ran {
    tenant.azpol(&[&["validate", ".", "--format", "json"], arguments].concat())
}

#[test]
fn every_form_of_a_definition_is_read() {
    let bare = rule(DOUBLE_STAR);
    let properties = format!(r#"{{ "mode": "All", "policyRule": {bare} }}"#);
    let resource = format!(
        r#"{{ "name": "a", "id": "/providers/Microsoft.Authorization/policyDefinitions/a", "type": "Microsoft.Authorization/policyDefinitions", "properties": {properties} }}"#
    );
    let yaml = "mode: All\npolicyRule:\n  if:\n    allOf:\n      - field: type\n        equals: Microsoft.Storage/storageAccounts\n      - field: name\n        like: '*a*'\n  then:\n    effect: audit\n";
    let windows = format!("\u{feff}{}", properties.replace(", ", ",\r\n"));
    let commented = format!("// what it is for\n{properties}\n");
    for (name, text) in [
        ("bare.json", bare.as_str()),
        ("properties.json", &properties),
        ("resource.json", &resource),
        ("definition.yaml", yaml),
        ("windows.json", &windows),
        ("commented.jsonc", &commented),
    ] {
        let ran = validate(&Tenant::new().file(name, text), &["--select", "AZP1007"]);
        assert_eq!(found(&ran), ["AZP1007"], "{name}: {}{}", ran.out, ran.err);
    }
}

#[test]
fn every_fault_comes_in_one_run() {
    let text = r#"{ "mode": "Al", "policyRule": { "if": { "allOf": [
        { "fild": "type", "equals": "a" },
        { "field": "name", "equal": "b" },
        { "field": "name", "like": "*a*" }
    ] }, "then": { "effect": "adit" } } }"#;
    let ran = validate(&Tenant::new().file("a.json", text), &[]);
    let json: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert!(json["summary"]["errors"].as_u64() >= Some(3), "{}", ran.out);
    assert_eq!(ran.code, 1);
}

#[test]
fn the_gate_decides_the_exit_code() {
    let tenant = Tenant::new().file("a.json", rule(DOUBLE_STAR));
    for (gate, code) in [("error", 0), ("warning", 1), ("info", 1), ("never", 0)] {
        assert_eq!(validate(&tenant, &["--fail-on", gate]).code, code, "{gate}");
    }
    assert_eq!(validate(&tenant, &["--fail-on", "warning", "--ignore", "several-wildcards"]).code, 0);
    assert_eq!(validate(&tenant, &["--select", "AZP1o07"]).code, 2);
    assert_eq!(tenant.azpol(&["validate", "absent.json"]).code, 3);
    assert_eq!(tenant.azpol(&["validate"]).code, 2);
    assert_eq!(Tenant::new().file("a.json", "{ \"mode\": ").azpol(&["validate", "a.json"]).code, 3);
}

#[test]
fn a_configuration_chooses_severities() {
    let tenant = Tenant::new().file("a.json", rule(DOUBLE_STAR));
    let with = |text: &str| {
        let tenant = Tenant::new().file("a.json", rule(DOUBLE_STAR)).file("azpol.yaml", text);
        validate(&tenant, &[])
    };
    assert_eq!(validate(&tenant, &[]).code, 0);
    assert_eq!(with("severities:\n  several-wildcards: error\n").code, 1);
    assert!(!found(&with("severities:\n  AZP1007: off\n")).contains(&"AZP1007".to_owned()));
    assert_eq!(with("severities:\n  several-wildcard: error\n").code, 2);
}

#[test]
fn a_finding_is_silenced_in_its_place() {
    let silent = |name: &str, text: &str| {
        let tenant = Tenant::new().file(name, text);
        found(&validate(&tenant, &["--select", "AZP1007,AZP1010,AZP1012"]))
    };
    let with = |metadata: &str, parameters: &str| {
        format!(
            r#"{{ "mode": "All", "metadata": {metadata}, "parameters": {parameters}, "policyRule": {} }}"#,
            rule(DOUBLE_STAR)
        )
    };
    assert_eq!(silent("a.json", &with("{}", "{}")), ["AZP1007"]);
    assert_eq!(silent("a.json", &with(r#"{"azpol":{"ignore":["AZP1007"]}}"#, "{}")), [""; 0]);
    assert_eq!(silent("a.json", &with(r#"{"azpol":{"ignore":["several-wildcards"]}}"#, "{}")), [""; 0]);
    assert_eq!(silent("a.json", &with(r#"{"azpol":{"ignore":["AZP10O7"]}}"#, "{}")).len(), 2);
    // A parameter's own metadata speaks of that parameter.
    let one = r#"{"a":{"type":"String","metadata":{"azpol":{"ignore":["AZP1010"]}}},"b":{"type":"String"}}"#;
    assert_eq!(silent("a.json", &with(r#"{"azpol":{"ignore":["AZP1007"]}}"#, one)), ["AZP1010"]);
    // Comments, where a document has them.
    let commented = with("{}", "{}").replace("\"policyRule\"", "\n// azpol: ignore[AZP1007]\n\"policyRule\"");
    assert_eq!(silent("a.jsonc", &commented), [""; 0]);
}

#[test]
fn a_configuration_among_the_files_is_checked() {
    let tenant = Tenant::new()
        .file("ci/azpol.yaml", "azpol: config/v1\nfromat: json\nseverities:\n  AZP9999: error\n");
    let ran = tenant.azpol(&["validate", "ci", "--format", "json"]);
    assert_eq!(found(&ran), ["AZP0402"], "{}{}", ran.out, ran.err);
    assert_eq!(ran.code, 1);
}

#[test]
fn the_page_of_checks_lists_all_of_them() {
    let page = fs::read_to_string(root().join("docs/validate.md")).expect("docs/validate.md");
    let listed: BTreeSet<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| [AZP10"))
        .map(|line| line.split('|').take(3).map(str::trim).collect::<Vec<_>>().join(" | "))
        .collect();
    let wanted: BTreeSet<String> = azpol::all_codes()
        .iter()
        .filter_map(|code| {
            let rest = code.id.strip_prefix("AZP10")?;
            let severity = format!("{:?}", code.severity).to_lowercase();
            Some(format!("{rest}](codes/{}.md) | `{}` | {severity}", code.id, code.name))
        })
        .collect();
    assert_eq!(listed, wanted);
}

#[test]
fn the_result_fits_its_schema() {
    let text = fs::read_to_string(root().join("schemas/validation.schema.json")).expect("the schema");
    let schema: Value = serde_json::from_str(&text).expect("JSON");
    let checker = jsonschema::validator_for(&schema).expect("a schema");
    let tenant = Tenant::new().file("a.json", rule(DOUBLE_STAR));
    for arguments in [&[][..], &["--select", "AZP1001"]] {
        let result = validate(&tenant, arguments).json();
        let faults: Vec<String> = checker.iter_errors(&result).map(|fault| fault.to_string()).collect();
        assert_eq!(faults, [""; 0]);
    }
}

#[test]
fn own_files_are_checked_by_their_schemas() {
    let test = |more: &str| {
        format!(
            "azpol: test/v1\ndefinition: def.json\ncases:\n  - name: a\n    resource: {{ type: a.b/c }}\n{more}"
        )
    };
    let good = test("    expect: Compliant\n");
    let clean = Tenant::new()
        .file("def.json", rule(DOUBLE_STAR))
        .file("a.azpol-test.yaml", &good)
        .file("azpol-manifest.yaml", "azpol: manifest/v1\nfiles: [{ path: def.json }]\n")
        .file("azpol.yaml", "fail-on: never\n")
        .file("result.json", r#"{"azpol":"result/v1","rows":[]}"#);
    let ran =
        validate(&clean, &["--select", "AZP0401,AZP0402,AZP0403,AZP0502,AZP1101,AZP1103,AZP1105,AZP1108"]);
    assert_eq!((ran.code, found(&ran)), (0, vec![]), "{}", ran.out);
    let json: Value = serde_json::from_str(&ran.out).expect("JSON");
    for (kind, number) in [("definitions", 1), ("tests", 1), ("manifests", 1), ("configurations", 1)] {
        assert_eq!(json["documents"][kind], number, "{kind}: {}", ran.out);
    }
    for (name, text, code, help) in [
        (
            "a.azpol-test.yaml",
            test("    expct: Compliant\n    expect: Compliant\n"),
            "AZP0402",
            "did you mean `expect`?",
        ),
        ("a.azpol-test.yaml", test("    expect: Complaint\n"), "AZP1108", "did you mean `Compliant`?"),
        ("a.azpol-test.yaml", test("").replace('\n', "\r\n"), "AZP0401", "needs the key `expect`"),
        ("a.azpol-test.yaml", good.replace("azpol: test/v1\n", ""), "AZP0401", "needs the key `azpol`"),
        ("named.yaml", good.replace("def.json", "def.jsn"), "AZP1101", "did you mean `def.json`?"),
        (
            "m.yaml",
            "azpol: manifest/v1\nfils: []\nfiles: []\n".to_owned(),
            "AZP0402",
            "did you mean `files`?",
        ),
        ("c.yaml", "azpol: config/v1\nfial-on: never\n".to_owned(), "AZP0402", "did you mean `fail-on`?"),
        ("t.yaml", good.replace("test/v1", "tests/v1"), "AZP0403", "did you mean `test/v1`?"),
    ] {
        let tenant = Tenant::new().file("def.json", rule(DOUBLE_STAR)).file(name, &text);
        let ran = validate(&tenant, &["--ignore", "AZP1007"]);
        assert!(
            found(&ran).contains(&code.to_owned()) && ran.out.contains(help),
            "{name} {code}: {}",
            ran.out
        );
        assert!(
            ran.out.contains(&format!("\"file\": \"{name}\"")) || ran.out.contains(&format!("./{name}")),
            "{}",
            ran.out
        );
        assert_eq!(ran.code, 1, "{name}: {}", ran.out);
    }
    assert_eq!(validate(&Tenant::new().file("a.azpol-test.yaml", "a: ["), &[]).code, 3);
}

#[test]
fn the_form_s_own_keys_compare_without_case_and_values_keep_theirs() {
    let doubled = r#"{ "mode": "All", "Mode": "Indexed", "policyRule": {
        "if": { "field": "name", "equals": "a", "Field": "type" },
        "then": { "effect": "audit" }, "THEN": { "effect": "audit" } } }"#;
    let ran = validate(&Tenant::new().file("a.json", doubled), &["--select", "AZP0104,AZP0105,AZP0302"]);
    let mut codes = found(&ran);
    codes.sort();
    assert_eq!(codes.iter().filter(|code| *code == "AZP0104").count(), 2, "{}", ran.out);
    assert!(codes.contains(&"AZP0105".to_owned()), "{}", ran.out);
    let values = r#"{ "mode": "All", "parameters": { "map": { "type": "Object", "defaultValue": { "a": 1, "A": 2 } } },
        "policyRule": { "if": { "value": "[parameters('map').A]", "equals": 2 }, "then": { "effect": "audit" } } }"#;
    let ran = validate(&Tenant::new().file("a.json", values), &["--select", "AZP0104,AZP0105"]);
    assert_eq!(found(&ran), [""; 0], "{}", ran.out);
}

#[test]
fn what_ships_has_no_error() {
    for folder in
        ["policies", "fixtures/contoso", "fixtures/fabrikam", "fixtures/first-hour", "fixtures/wishes"]
    {
        let ran = crate::tenant::azpol(&root(), &["validate", folder]);
        assert_eq!(ran.code, 0, "{folder}: {}", ran.all());
    }
}
