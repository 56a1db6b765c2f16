use super::{bound, lowered};
use crate::arm::Value;

const DEFINITION: &str = r#"{"mode": "All", "parameters": {
    "types": {"type": "array", "allowedValues": ["Security alerts", "Secure scores"], "defaultValue": []},
    "group": {"type": "String"},
    "share": {"type": "Float", "defaultValue": 0.5},
    "since": {"type": "DateTime", "defaultValue": "2026-01-01T00:00:00.0000000Z"},
    "on": {"type": "Boolean", "defaultValue": true}},
    "policyRule": {"if": {"field": "name", "equals": "[parameters('group')]"}, "then": {"effect": "audit"}}}"#;

fn faults(parameters: &str) -> Vec<(&'static str, String, Option<String>)> {
    match bound(&lowered(DEFINITION), parameters) {
        Ok(bound) => panic!("{bound:?}"),
        Err(faults) => faults.into_iter().map(|f| (f.code.id, f.message, f.help)).collect(),
    }
}

#[test]
fn names_compare_without_case_and_defaults_fill_in() {
    let bound =
        bound(&lowered(DEFINITION), r#"{"GROUP": {"value": "rg"}, "share": {"value": 1}}"#).expect("bound");
    assert_eq!(bound.get("Group"), Some(&"rg".into()));
    assert_eq!(bound.get("share"), Some(&Value::Int(1)));
    assert_eq!(bound.get("ON"), Some(&Value::Bool(true)));
    assert_eq!(
        bound.iter().map(|(name, _)| &**name).collect::<Vec<_>>(),
        ["types", "group", "share", "since", "on"]
    );
}

#[test]
fn every_fault_is_found_at_once() {
    let found = faults(
        r#"{"typs": {"value": []}, "types": {"value": ["security alerts", "x"]}, "on": {"value": "true"},
            "since": {"value": "yesterday"}}"#,
    );
    let codes: Vec<_> = found.iter().map(|(code, ..)| *code).collect();
    assert_eq!(codes, ["AZP0312", "AZP0315", "AZP0313", "AZP0314", "AZP0314"]);
    assert_eq!(found[0].1, "parameter `typs` is not declared by test");
    assert_eq!(found[0].2.as_deref(), Some("did you mean `types`?"));
    assert_eq!(found[1].2.as_deref(), Some("allowed values compare with case: write `Security alerts`"));
}

#[test]
fn equal_values_have_equal_keys() {
    let definition = lowered(DEFINITION);
    let key = |parameters: &str| bound(&definition, parameters).expect("bound").key();
    assert_eq!(
        key(r#"{"group": {"value": "a"}}"#),
        key(r#"{"on": {"value": true}, "Group": {"value": "a"}}"#)
    );
    assert_ne!(key(r#"{"group": {"value": "a"}}"#), key(r#"{"group": {"value": "A"}}"#));
}
