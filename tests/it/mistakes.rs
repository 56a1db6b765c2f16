//! The commonest mistakes of authors, and what `azpol validate` says of each: the whole text.

use crate::tenant::Tenant;

/// What `azpol validate` says of one document.
fn said(document: impl AsRef<[u8]>) -> String {
    let tenant = Tenant::new().file("policy.json", document);
    // What isn't the mistake is left out.
    let ran = tenant.azpol(&["validate", "policy.json", "--ignore", "AZP1031,AZP1041,AZP1042"]);
    assert_eq!(ran.err, "");
    format!("{}exit {}\n", ran.out, ran.code)
}

/// A definition with this `if` and `then`.
fn rule(condition: &str, then: &str) -> String {
    format!(
        "{{\n  \"mode\": \"All\",\n  \"policyRule\": {{\n    \"if\": {condition},\n    \"then\": {then}\n  }}\n}}\n"
    )
}

const AUDIT: &str = r#"{ "effect": "audit" }"#;
const STORAGE: &str = r#"{ "field": "type", "equals": "Microsoft.Storage/storageAccounts" }"#;

#[test]
fn a_misspelt_key() {
    insta::assert_snapshot!(said(rule(&format!("{{ \"alOf\": [{STORAGE}] }}"), AUDIT)));
}

#[test]
fn an_unknown_effect() {
    insta::assert_snapshot!(said(rule(STORAGE, r#"{ "effect": "auditIfNotExist" }"#)));
}

#[test]
fn a_typo_in_an_alias() {
    let leaf = r#"{ "field": "Microsoft.Storage/storageAccounts/suportsHttpsTrafficOnly", "equals": false }"#;
    insta::assert_snapshot!(said(rule(
        &format!("{{\n      \"allOf\": [\n        {STORAGE},\n        {leaf}\n      ]\n    }}"),
        AUDIT
    )));
}

#[test]
fn a_parameter_that_isnt_declared() {
    insta::assert_snapshot!(said(
        r#"{
  "mode": "Indexed",
  "parameters": { "allowedLocations": { "type": "Array" } },
  "policyRule": {
    "if": { "field": "location", "notIn": "[parameters('allowedLocation')]" },
    "then": { "effect": "audit" }
  }
}
"#
    ));
}

#[test]
fn an_expression_without_its_end() {
    let condition = r#"{ "value": "[concat('a', resourceGroup().name]", "equals": "ab" }"#;
    insta::assert_snapshot!(said(rule(condition, AUDIT)));
}

#[test]
fn an_expression_without_its_last_bracket() {
    let condition = r#"{ "value": "[concat('a', field('name'))", "equals": "ab" }"#;
    insta::assert_snapshot!(said(rule(condition, AUDIT)));
}

#[test]
fn two_operators_in_one_condition() {
    let condition = r#"{ "field": "location", "equals": "westeurope", "notEquals": "northeurope" }"#;
    insta::assert_snapshot!(said(rule(condition, AUDIT)));
}

#[test]
fn a_list_operator_with_a_text() {
    insta::assert_snapshot!(said(rule(r#"{ "field": "location", "in": "westeurope" }"#, AUDIT)));
}

#[test]
fn a_deployment_that_is_missing() {
    let details = r#"{
      "effect": "deployIfNotExists",
      "details": {
        "type": "Microsoft.Insights/diagnosticSettings",
        "roleDefinitionIds": ["/providers/Microsoft.Authorization/roleDefinitions/749f88d5-cbae-40b8-bcfc-e573ddc772fa"]
      }
    }"#;
    insta::assert_snapshot!(said(rule(STORAGE, details)));
}

#[test]
fn a_field_without_its_quotes() {
    let condition = r#"{ "value": "[field(location)]", "equals": "westeurope" }"#;
    insta::assert_snapshot!(said(rule(condition, AUDIT)));
}

#[test]
fn an_effect_that_isnt_allowed() {
    insta::assert_snapshot!(said(
        r#"{
  "mode": "All",
  "parameters": {
    "effect": {
      "type": "String",
      "allowedValues": ["Audit", "Disabled"],
      "defaultValue": "audit"
    }
  },
  "policyRule": {
    "if": { "field": "type", "equals": "Microsoft.Storage/storageAccounts" },
    "then": { "effect": "[parameters('effect')]" }
  }
}
"#
    ));
}

#[test]
fn a_mode_that_leaves_out_what_the_rule_is_about() {
    let condition = r#"{ "field": "type", "equals": "Microsoft.Resources/subscriptions/resourceGroups" }"#;
    insta::assert_snapshot!(said(rule(condition, AUDIT).replace("\"All\"", "\"Indexed\"")));
}
