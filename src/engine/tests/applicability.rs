use super::{BOX, Subject, Truth, compiled, facts, of_body, resource};
use crate::arm::ResourceType;
use crate::engine::Silent;
use crate::inventory::Resource;

const SUBSCRIPTION: &str = r#"{"id": "/subscriptions/11111111-1111-1111-1111-111111111111",
    "type": "Microsoft.Resources/subscriptions"}"#;

fn rule(mode: &str, condition: &str, then: &str) -> String {
    format!(r#"{{"mode": "{mode}", "policyRule": {{"if": {condition}, "then": {{{then}}}}}}}"#)
}

/// Whether there is a row, and whether the whole `if` holds.
fn row(text: &str, resource: &Resource) -> (bool, bool) {
    let policy = compiled(text, "{}").expect("compiles");
    let facts = facts();
    let subject = Subject { resource, subscription: &facts, resource_group: None, now: None, occasion: None };
    let is = |truth: Truth| match truth {
        Truth::True => true,
        Truth::False => false,
        Truth::Unknown(causes) => panic!("{causes:?}"),
    };
    (is(policy.applicable(&subject)), is(policy.applies_to(&subject, &mut Silent)))
}

fn audit(condition: &str, resource: &Resource) -> (bool, bool) {
    row(&rule("All", condition, r#""effect": "audit""#), resource)
}

fn all(parts: &[&str]) -> String {
    format!(r#"{{"allOf": [{}]}}"#, parts.join(", "))
}

#[test]
fn only_type_name_and_kind_decide_whether_there_is_a_row() {
    let boxes = resource(r#"{"size": 1}"#);
    let is_box = format!(r#"{{"field": "type", "equals": "{BOX}"}}"#);
    let is_crate = r#"{"field": "type", "equals": "Contoso.Things/crates"}"#;
    let big = format!(r#"{{"field": "{BOX}/size", "greater": 5}}"#);
    let (wood, steel) = (r#"{"field": "kind", "equals": "wood"}"#, r#"{"field": "kind", "equals": "steel"}"#);
    let (named, other) = (r#"{"field": "name", "equals": "b1"}"#, r#"{"field": "name", "equals": "x"}"#);
    // A row that is compliant, one that isn't, none.
    assert_eq!(audit(&all(&[&is_box, &big]), &boxes), (true, false));
    assert_eq!(audit(&all(&[&is_box, named]), &boxes), (true, true));
    assert_eq!(audit(&all(&[is_crate, &big]), &boxes), (false, false));
    // Kind and name alone, or beside the type alone, don't decide; beside others they do.
    assert_eq!(audit(steel, &boxes), (true, false));
    assert_eq!(audit(other, &boxes), (true, false));
    assert_eq!(audit(&all(&[&is_box, steel]), &boxes), (true, false));
    assert_eq!(audit(&all(&[&is_box, other]), &boxes), (true, false));
    assert_eq!(audit(&all(&[&is_box, steel, &big]), &boxes), (false, false));
    assert_eq!(audit(&all(&[&is_box, other, &big]), &boxes), (false, false));
    assert_eq!(audit(&all(&[&is_box, wood, named, &big]), &boxes), (true, false));
    // Below `not` a part that doesn't count is taken so that it excludes nothing.
    assert_eq!(audit(&all(&[&is_box, &format!(r#"{{"not": {big}}}"#)]), &boxes), (true, true));
    assert_eq!(audit(&format!(r#"{{"not": {is_crate}}}"#), &boxes), (true, true));
    assert_eq!(audit(&format!(r#"{{"not": {is_box}}}"#), &boxes), (false, false));
}

#[test]
fn an_alias_of_another_type_leaves_no_branch() {
    let boxes = resource("{}");
    let depth = r#"{"field": "Contoso.Things/crates/depth", "notEquals": 1}"#;
    let big = format!(r#"{{"field": "{BOX}/size", "greater": 5}}"#);
    assert_eq!(audit(depth, &boxes), (false, true));
    assert_eq!(audit(&format!(r#"{{"not": {depth}}}"#), &boxes), (false, false));
    assert!(audit(&format!(r#"{{"anyOf": [{depth}, {{"not": {big}}}]}}"#), &resource(r#"{"size": 1}"#)).0);
}

#[test]
fn subscriptions_have_no_location_and_no_index() {
    let subscription = of_body(SUBSCRIPTION);
    let is = r#"{"field": "type", "equals": "Microsoft.Resources/subscriptions"}"#;
    let elsewhere = r#"{"field": "location", "notEquals": "westeurope"}"#;
    assert_eq!(audit(is, &subscription), (true, true));
    assert_eq!(audit(&all(&[is, elsewhere]), &subscription), (false, false));
    let related = r#""effect": "auditIfNotExists", "details": {"type": "Contoso.Things/boxes"}"#;
    assert_eq!(row(&rule("All", is, related), &subscription), (true, true));
    assert_eq!(row(&rule("All", &all(&[is, elsewhere]), related), &subscription), (false, false));
    assert_eq!(row(&rule("Indexed", is, related), &subscription), (false, false));
    assert_eq!(row(&rule("All", is, r#""effect": "disabled""#), &subscription), (false, false));
}

#[test]
fn some_types_are_never_evaluated() {
    let named = r#"{"field": "name", "exists": true}"#;
    let has_row = |kind: &str| {
        let id = format!("/subscriptions/a/resourceGroups/b/providers/{kind}/x");
        audit(named, &of_body(&format!(r#"{{"id": "{id}", "type": "{kind}"}}"#))).0
    };
    for (kind, wanted) in [
        ("Microsoft.Resources/deployments", false),
        ("microsoft.resources/tags", false),
        ("Microsoft.Billing/accounts", false),
        ("Microsoft.Capacity/reservationOrders/reservations", false),
        ("Microsoft.Capacity/resources", true),
        ("Microsoft.Help/diagnostics", false),
        ("Microsoft.Storage/storageAccounts", true),
    ] {
        assert_eq!(has_row(kind), wanted, "{kind}");
    }
    assert!(audit(named, &of_body(SUBSCRIPTION)).0);
    let group =
        r#"{"id": "/subscriptions/a/resourceGroups/b", "type": "Microsoft.Resources/resourceGroups"}"#;
    assert!(audit(named, &of_body(group)).0);
}

#[test]
fn a_rule_says_for_which_types_it_can_hold() {
    let text =
        rule("All", &format!(r#"{{"field": "type", "in": ["{BOX}", "a.b/c"]}}"#), r#""effect": "audit""#);
    let policy = compiled(&text, "{}").expect("compiles");
    assert!(policy.may_apply_to(&ResourceType::new("A.B/C")));
    assert!(!policy.may_apply_to(&ResourceType::new(ResourceType::SUBSCRIPTION)));
    assert!(!policy.looks_for_related());
    let any = compiled(&rule("All", r#"{"field": "name", "exists": true}"#, r#""effect": "deny""#), "{}")
        .expect("compiles");
    assert!(any.may_apply_to(&ResourceType::new(ResourceType::SUBSCRIPTION)));
}
