use super::{Doubt, Silent, Subject, Truth, compiled, facts, of_body, resource};
use crate::arm::ResourceId;
use crate::arm::expression::Failure;
use crate::engine::{Candidate, CompiledPolicy, ExistenceCheck, NameRule, SearchPlace};
use crate::inventory::Resource;

const SUBSCRIPTION: &str = r#"{"id": "/subscriptions/11111111-1111-1111-1111-111111111111",
    "type": "Microsoft.Resources/subscriptions"}"#;

fn policy(details: &str) -> CompiledPolicy {
    let text = format!(
        r#"{{"mode": "All", "parameters": {{"group": {{"type": "String", "defaultValue": "rg-export"}}}},
            "policyRule": {{"if": {{"field": "name", "exists": true}},
            "then": {{"effect": "auditIfNotExists", "details": {{{details}}}}}}}}}"#
    );
    compiled(&text, "{}").unwrap_or_else(|missing| panic!("{missing:?}"))
}

fn check(details: &str, resource: &Resource) -> Result<ExistenceCheck, Failure> {
    let facts = facts();
    policy(details).existence(&Subject {
        resource,
        subscription: &facts,
        resource_group: None,
        now: None,
        occasion: None,
    })
}

fn id(text: &str) -> ResourceId {
    ResourceId::parse(text).expect("id")
}

#[test]
fn a_sibling_is_searched_in_a_group_or_in_the_subscription() {
    let boxes = resource("{}");
    let own = id("/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg");
    let found = check(r#""type": "Contoso.Things/crates""#, &boxes).expect("check");
    assert_eq!(found.place, SearchPlace::ResourceGroup(own));
    let named = id("/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/RG-EXPORT");
    let details =
        r#""type": "Contoso.Things/crates", "ResourceGroupName": "[parameters('group')]", "name": "c""#;
    for resource in [&boxes, &of_body(SUBSCRIPTION)] {
        let found = check(details, resource).expect("check");
        assert_eq!(found.place, SearchPlace::ResourceGroup(named.clone()));
        assert_eq!((found.name.as_deref(), found.name_rule), (Some("c"), Some(NameRule::Full)));
        assert!(found.doubts.is_empty());
    }
    let found =
        check(r#""type": "Contoso.Things/crates", "existenceScope": "SUBSCRIPTION""#, &boxes).expect("check");
    assert_eq!((found.place, found.doubts), (SearchPlace::Subscription, vec![]));
    let found = check(r#""type": "Contoso.Things/crates""#, &of_body(SUBSCRIPTION)).expect("check");
    assert_eq!((found.place, found.doubts), (SearchPlace::Subscription, vec![Doubt::SubscriptionSearch]));
}

#[test]
fn extensions_and_children_are_searched_at_the_resource_only() {
    let boxes = resource("{}");
    let details = r#""type": "Microsoft.Insights/diagnosticSettings", "resourceGroupName": "x", "name": "n""#;
    let found = check(details, &boxes).expect("check");
    assert_eq!(found.place, SearchPlace::On(boxes.id.clone()));
    assert_eq!(found.name_rule, Some(NameRule::Last));
    let setting = of_body(&format!(
        r#"{{"id": "{}/providers/microsoft.insights/diagnosticSettings/N", "type": "microsoft.insights/diagnosticsettings"}}"#,
        boxes.id
    ));
    assert!(found.admits(&setting));
    let found = check(r#""type": "Contoso.Things/boxes/lids", "existenceScope": "subscription""#, &boxes)
        .expect("check");
    assert_eq!(found.place, SearchPlace::Below(boxes.id.clone()));
    let lid = of_body(&format!(r#"{{"id": "{}/lids/l", "type": "Contoso.Things/boxes/lids"}}"#, boxes.id));
    assert!(found.admits(&lid) && !found.admits(&boxes));
}

#[test]
fn an_extension_of_a_subscription_lies_on_it() {
    let subscription = of_body(SUBSCRIPTION);
    let found =
        check(r#""type": "Microsoft.Security/assessments", "name": "x""#, &subscription).expect("check");
    let on = |place: &str| {
        of_body(&format!(
            r#"{{"id": "{place}/providers/Microsoft.Security/assessments/x", "type": "Microsoft.Security/assessments"}}"#
        ))
    };
    assert!(found.admits(&on(subscription.id.as_str())));
    assert!(!found.admits(&on(&format!("{}/resourceGroups/g/providers/A.B/c/d", subscription.id))));
}

#[test]
fn names_are_compared_by_segments() {
    let boxes = resource("{}");
    let rule = |kind: &str, name: &str| {
        check(&format!(r#""type": "{kind}", "name": "{name}""#), &boxes).map(|check| check.name_rule)
    };
    assert_eq!(rule("Contoso.Things/crates", "c"), Ok(Some(NameRule::Full)));
    assert_eq!(rule("Contoso.Things/crates/lids", "c/l"), Ok(Some(NameRule::Full)));
    assert_eq!(rule("Contoso.Things/crates/lids", "l"), Ok(Some(NameRule::Last)));
    assert_eq!(rule("Contoso.Things/boxes/lids", "l"), Ok(Some(NameRule::Last)));
    assert_eq!(rule("Contoso.Things/boxes/lids", "b1/?"), Ok(Some(NameRule::ChildrenOf("b1".into()))));
    assert!(matches!(rule("Contoso.Things/crates", "a/b/c"), Err(Failure::Error(_))));
    let nested = check(r#""type": "Contoso.Things/crates/lids""#, &boxes).expect("check");
    assert_eq!(nested.doubts, [Doubt::NestedWithoutName]);
}

#[test]
fn the_condition_reads_the_candidate_and_the_function_the_resource() {
    let policy = policy(
        r#""type": "Contoso.Things/crates", "existenceCondition": {"allOf": [
            {"field": "Contoso.Things/short", "equals": 4},
            {"value": "[field('kind')]", "equals": "Wood"},
            {"field": "Contoso.Things/boxes/size", "exists": false},
            {"value": "[field('Contoso.Things/boxes/size')]", "equals": 9}]}"#,
    );
    let boxes = resource(r#"{"size": 9}"#);
    let candidate = of_body(
        r#"{"id": "/subscriptions/1/resourceGroups/rg/providers/Contoso.Things/crates/c", "kind": "Steel",
            "type": "contoso.things/crates", "properties": {"depth": 4, "size": 1}}"#,
    );
    let facts = facts();
    let subject =
        Subject { resource: &boxes, subscription: &facts, resource_group: None, now: None, occasion: None };
    assert_eq!(policy.satisfies(&subject, Candidate::existing(&candidate), &mut Silent), Truth::True);
}

#[test]
fn without_a_condition_any_candidate_satisfies() {
    let policy = policy(r#""type": "Contoso.Things/crates""#);
    let (facts, boxes) = (facts(), resource("{}"));
    let subject =
        Subject { resource: &boxes, subscription: &facts, resource_group: None, now: None, occasion: None };
    assert_eq!(policy.satisfies(&subject, Candidate::existing(&boxes), &mut Silent), Truth::True);
    let reads = policy.reads();
    assert!(reads.wants_every_type());
}
