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
    assert_eq!(rule("Contoso.Things/crates/lids", "c/?"), Ok(Some(NameRule::ChildrenOf("c".into()))));
    assert_eq!(rule("Contoso.Things/boxes/lids", "b1/l"), Ok(Some(NameRule::Full)));
    for (kind, name) in [("Contoso.Things/crates", "a/b/c"), ("Contoso.Things/boxes/lids", "?")] {
        assert!(matches!(rule(kind, name), Err(Failure::Error(_))), "{name}");
    }
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

#[test]
fn what_is_below_is_searched_at_any_depth() {
    let boxes = resource("{}");
    let at =
        |name: &str, kind: &str| of_body(&format!(r#"{{"id": "{}/{name}", "type": "{kind}"}}"#, boxes.id));
    let kind = "Contoso.Things/boxes/lids/screws";
    let found = |name: &str| check(&format!(r#""type": "{kind}", "name": "{name}""#), &boxes).expect("check");
    let screw = at("lids/l/screws/s", kind);
    for (name, admitted) in
        [("s", true), ("b1/l/s", true), ("b1/x/s", false), ("b1/l/?", true), ("b2/l/?", false)]
    {
        assert_eq!(found(name).admits(&screw), admitted, "{name}");
    }
    let elsewhere = of_body(&format!(
        r#"{{"id": "{}", "type": "{kind}"}}"#,
        boxes.id.as_str().replace("/b1", "/b10/lids/l/screws/s")
    ));
    assert!(!found("s").admits(&elsewhere));
}

#[test]
fn a_group_is_searched_in_the_subscription() {
    let boxes = resource("{}");
    let details =
        r#""type": "Microsoft.Resources/resourceGroups", "name": "Other", "resourceGroupName": "x""#;
    let group = of_body(
        r#"{"id": "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/other",
            "type": "Microsoft.Resources/resourceGroups"}"#,
    );
    for resource in [&boxes, &group] {
        let found = check(details, resource).expect("check");
        assert_eq!(found.place, SearchPlace::Subscription);
        assert!(found.admits(&group));
    }
    let found = check(details, &of_body(SUBSCRIPTION)).expect("check");
    assert!(found.admits(&group), "{found:?}");
}

#[test]
fn an_extension_resource_has_siblings_in_its_group() {
    let boxes = resource("{}");
    let setting = of_body(&format!(
        r#"{{"id": "{}/providers/Microsoft.Insights/diagnosticSettings/n", "type": "Microsoft.Insights/diagnosticSettings"}}"#,
        boxes.id
    ));
    let found = check(r#""type": "Contoso.Things/crates""#, &setting).expect("check");
    let own = id("/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg");
    assert_eq!(found.place, SearchPlace::ResourceGroup(own));
}

#[test]
fn the_function_reads_the_resource_inside_a_count_too() {
    let policy = policy(
        r#""type": "Contoso.Things/boxes", "name": "other", "existenceCondition": {"count": {
            "field": "Contoso.Things/boxes/list[*]", "where": {"allOf": [
                {"field": "Contoso.Things/boxes/list[*].color", "equals": "[field('Contoso.Things/boxes/label')]"},
                {"value": "[current('Contoso.Things/boxes/list[*].color')]", "equals": "red"},
                {"value": "[length(field('Contoso.Things/boxes/list[*]'))]", "equals": 1}]}}, "equals": 1}"#,
    );
    let (facts, own) = (facts(), resource(r#"{"label": "red", "list": [{"color": "blue"}]}"#));
    let candidate = resource(r#"{"label": "blue", "list": [{"color": "red"}, {"color": "blue"}]}"#);
    let subject =
        Subject { resource: &own, subscription: &facts, resource_group: None, now: None, occasion: None };
    assert_eq!(policy.satisfies(&subject, Candidate::existing(&candidate), &mut Silent), Truth::True);
}
