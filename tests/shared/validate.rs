//! `azpol validate` over Microsoft's public definitions and initiatives: how many findings of each code, and why the
//! worst ones are right.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::Value;

use crate::shared;
use crate::tenant::azpol;

/// Findings by code. Samples of each were compared with the documents.
const COUNTS: &[(&str, usize)] = &[
    ("AZP0316", 4),
    ("AZP1001", 28),
    ("AZP1003", 11),
    ("AZP1010", 32),
    ("AZP1014", 2),
    ("AZP1015", 1),
    ("AZP1016", 3),
    ("AZP1022", 4),
    ("AZP1024", 5),
    ("AZP1026", 1),
    ("AZP1028", 1),
    ("AZP1031", 122),
    ("AZP1032", 50),
    ("AZP1033", 2),
    ("AZP1035", 2),
    ("AZP1036", 907),
    ("AZP1037", 4),
    ("AZP1039", 82),
    ("AZP1041", 201),
    ("AZP1043", 330),
    ("AZP1044", 59),
    ("AZP1045", 7),
    ("AZP1047", 18),
    ("AZP1048", 74),
];

/// Each error, with why it is one although Microsoft ships the definition: file, code, number, reason.
const ERRORS: &[(&str, &str, usize, &str)] = &[
    (
        "Network/VirtualNetwork_Flowlog_TrafficAnalytics_Centralized_DINE.json",
        "AZP1016",
        3,
        "`field()` stands in the template, outside of `deployment.properties.parameters`: an expander of templates refuses it as an unknown function",
    ),
    (
        "PostgreSQL/FlexibleServers_LogRetentionDays_DINE.json",
        "AZP1015",
        1,
        "the template declares a parameter of the type `Integer`, which templates don't have: an expander refuses it",
    ),
    ("Stack HCI/DataAtRestEncryptedAtCluster_Audit.json", "AZP1022", 1, MIXED),
    ("Stack HCI/DataInTransitProtectedAtCluster_Audit.json", "AZP1022", 1, MIXED),
    ("Stack HCI/SecuredCoreComplianceAtCluster_Audit.json", "AZP1022", 1, MIXED),
    ("Stack HCI/WdacComplianceAtCluster_Audit.json", "AZP1022", 1, MIXED),
];

const MIXED: &str = "`Audit` is allowed beside `AuditIfNotExists`: an assignment that chooses it never asks the existence condition";

/// What an expander of templates refuses, by the beginning of what it says: what of it is a limit of that expander,
/// and what a fault that azpol names.
const REFUSED: &[(&str, Option<&str>, &str)] = &[
    (
        "ArgumentException: An item with the same key",
        None,
        "parameters of one name in nested templates, each in its own scope",
    ),
    ("ArgumentException: resourceType", None, "the type of a resource is computed"),
    (
        "ExpressionEvaluationException: An error occurred evaluating expression '[parameters('aksClusterContent').location]'",
        None,
        "a value that only `reference()` knows is passed to a nested template",
    ),
    (
        "NotImplementedException: The function \"field\" was not found",
        Some("AZP1016"),
        "`field()` in the template",
    ),
    (
        "TemplateParameterException: The type for parameter",
        Some("AZP1015"),
        "a type of policies in the template",
    ),
];

fn findings() -> &'static [Value] {
    static ALL: OnceLock<Vec<Value>> = OnceLock::new();
    ALL.get_or_init(|| {
        let ran = azpol(&shared().join("azure-policy"), &["validate", ".", "--format", "json"]);
        assert_eq!(ran.code, 1, "{}", ran.err);
        let json = ran.json();
        assert_eq!(json["documents"]["definitions"], 3594);
        assert_eq!(json["documents"]["initiatives"], 181);
        json["findings"].as_array().expect("findings").clone()
    })
}

fn code(finding: &Value) -> &str {
    finding["code"].as_str().expect("a code")
}

/// The file below `policyDefinitions` or `policySetDefinitions`.
fn file(finding: &Value) -> &str {
    let name = finding["places"][0]["file"].as_str().expect("a file");
    name.split_once("efinitions/").map_or(name, |(_, below)| below)
}

#[test]
fn counts_by_code() {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in findings() {
        *counts.entry(code(finding)).or_default() += 1;
    }
    assert_eq!(counts.into_iter().collect::<Vec<_>>(), COUNTS);
}

#[test]
fn every_error_is_argued() {
    let mut found: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for finding in findings().iter().filter(|finding| finding["severity"] == "error") {
        *found.entry((file(finding), code(finding))).or_default() += 1;
    }
    let argued: BTreeMap<(&str, &str), usize> =
        ERRORS.iter().map(|(file, code, number, _)| ((*file, *code), *number)).collect();
    assert_eq!(found, argued);
    assert!(ERRORS.iter().all(|(_, _, _, why)| !why.is_empty()));
}

/// Microsoft's definitions in the mode `Indexed` name hundreds of types; these are the ones that its list of types
/// without tags has.
#[test]
fn few_indexed_definitions_are_about_types_without_tags() {
    let mut found: Vec<&str> =
        findings().iter().filter(|finding| code(finding) == "AZP1003").map(file).collect();
    found.sort_unstable();
    let diagnostics = [
        "cache-redisenterprise-databases",
        "classicnetwork-networksecuritygroups",
        "powerbi-tenants-workspaces",
    ];
    let logs =
        ["EH", "LA", "ST"].map(|to| diagnostics.map(|of| format!("Monitoring/DS_{to}_{of}_DINE.json")));
    let others = [
        "App Service/App_PrivateEndpoint_Audit_Deprecated.json",
        "Mission/ACRRestrictExternalPrivateEndpoint.json",
    ];
    let wanted: Vec<String> = others.into_iter().map(str::to_owned).chain(logs.concat()).collect();
    assert_eq!(found, wanted);
}

#[test]
fn no_condition_of_microsofts_contradicts_another() {
    let found: Vec<&Value> = findings().iter().filter(|finding| code(finding) == "AZP1009").collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn what_an_expander_refuses_is_named_or_its_limit() {
    let text =
        std::fs::read_to_string(shared().join("oracles/expansion/policy_refused.jsonl")).expect("the file");
    let mut used = vec![false; REFUSED.len()];
    for line in text.lines() {
        let case: Value = serde_json::from_str(line).expect("JSON");
        let (id, error) = (case["id"].as_str().expect("id"), case["error"].as_str().expect("error"));
        let at = REFUSED.iter().position(|(begins, _, _)| error.starts_with(begins));
        let at = at.unwrap_or_else(|| panic!("{id}: {error} is in no list"));
        used[at] = true;
        let (_, named, why) = REFUSED[at];
        let of_file: Vec<&str> = findings()
            .iter()
            .filter(|finding| file(finding) == id && finding["severity"] == "error")
            .map(code)
            .collect();
        match named {
            Some(named) => assert!(of_file.contains(&named), "{id}: {why}"),
            None => assert!(of_file.is_empty(), "{id}: {of_file:?}, but {why}"),
        }
    }
    assert!(used.into_iter().all(|used| used), "an entry is of no use");
}
