//! Where a subscription lies: chains from every source that has them, and `Undetermined` where none says it.

use serde_json::{Value, json};

use crate::tenant::{
    TENANT, Tenant, assignment, automation, guid, management_group, name, rows, states, subscription, text,
    tree, with,
};

/// The usual tenant without its tree, all listings complete.
fn placeless() -> Tenant {
    Tenant::small().without("tree.json")
}

/// A row of `resourcecontainers`; the chain is nearest first.
fn container(number: usize, chain: &Value) -> Value {
    json!({"id": format!("/subscriptions/{}", guid(number)), "name": name(number), "subscriptionId": guid(number),
        "type": "microsoft.resources/subscriptions", "tenantId": TENANT, "tags": {},
        "properties": {"state": "Enabled", "managementGroupAncestorsChain": chain}})
}

fn chain(groups: &[&str]) -> Value {
    groups.iter().map(|group| json!({"name": group, "displayName": group})).collect()
}

/// A group of `getEntities`.
fn entity(name: &str, parent: Option<&str>) -> Value {
    let parent_id = parent.map(management_group);
    json!({"id": management_group(name), "name": name, "type": "/providers/Microsoft.Management/managementGroups",
        "properties": {"displayName": name, "tenantId": TENANT, "parent": {"id": parent_id},
        "parentNameChain": [], "permissions": "noaccess"}})
}

fn entity_of(number: usize, parent: &str) -> Value {
    json!({"id": format!("/subscriptions/{}", guid(number)), "name": guid(number), "type": "/subscriptions",
        "properties": {"displayName": name(number), "tenantId": TENANT, "parent": {"id": management_group(parent)}}})
}

const BOTH: [&str; 2] = ["one Compliant", "two NonCompliant"];

#[test]
fn every_source_of_chains_is_read() {
    let entities = json!({"value": [entity(TENANT, None), entity("mg-a", Some(TENANT)), entity_of(1, "mg-a"),
        entity_of(2, "mg-a")]});
    let containers = json!({"data": [container(1, &chain(&["mg-a", TENANT])), container(2, &chain(&["mg-x", "mg-a", TENANT]))]});
    let in_text = json!({"data": [
        with(container(1, &Value::Null), &[("/properties/managementGroupAncestorsChain", json!(chain(&["mg-a", TENANT]).to_string()))]),
        container(2, &chain(&["mg-a", TENANT]))]});
    let member = |number: usize| {
        json!({"SubscriptionId": guid(number), "SubscriptionName": name(number),
        "subscriptionId": guid(number), "displayName": name(number)})
    };
    let viz = json!({"Tenant": {"TenantId": TENANT, "TenantName": "t", "ManagementGroups": {TENANT: {
        "MgId": TENANT, "MgName": "Tenant Root Group", "mgParentId": "", "level": 0, "Subscriptions": {},
        "ManagementGroups": {"mg-a": {"MgId": "mg-a", "MgName": "mg-a", "mgParentId": TENANT, "level": 1,
            "Subscriptions": {guid(1): member(1), guid(2): member(2)}, "ManagementGroups": {}}}}}}});
    let rest = with(tree(&[("mg-a", &[1, 2])]), &[("/details", Value::Null)]);
    for (what, document) in [
        ("az account management-group show -e -r", tree(&[("mg-a", &[1, 2])])),
        (
            "REST, expanded",
            json!({"id": rest["id"], "name": TENANT, "type": rest["type"], "properties": {
            "displayName": "root", "tenantId": TENANT, "details": {"parent": null, "version": 0}, "children": rest["children"]}}),
        ),
        ("getEntities", entities),
        ("resourcecontainers", containers),
        ("resourcecontainers, projected with tostring()", in_text),
        ("AzGovViz", viz),
    ] {
        let tenant = placeless().json("place.json", &document);
        let ran = tenant.scan(&["--complete", "--format", "json"]);
        assert_eq!(states(&ran.json()), BOTH, "{what}: {}", ran.err);
    }
}

#[test]
fn without_a_place_a_row_is_undetermined_with_what_it_would_be() {
    let result = placeless().result(&["--complete"]);
    assert_eq!(states(&result), ["one Undetermined", "two Undetermined"]);
    let provisional: Vec<_> = rows(&result)
        .iter()
        .map(|row| (text(&row["provisional"]["state"]), text(&row["provisional"]["assumptions"][0]["kind"])))
        .collect();
    assert_eq!(provisional, [("Compliant", "under"), ("NonCompliant", "under")]);
    let out = placeless().scan(&["--complete"]).out;
    assert!(out.contains("Compliant, if it lies under mg-a"), "{out}");
}

#[test]
fn a_chain_that_is_cut_places_inside_and_never_outside() {
    // Projected down to the nearest group: it says `mg-a`, and for the other one nothing about `mg-a`.
    let cut = json!({"data": [container(1, &chain(&["mg-a"])), container(2, &chain(&["mg-x"]))]});
    let tenant = placeless().json("place.json", &cut);
    assert_eq!(tenant.states(&["--complete"]), ["one Compliant", "two Undetermined"]);
}

#[test]
fn a_chain_up_to_the_root_without_the_group_is_outside() {
    let containers =
        json!({"data": [container(1, &chain(&["mg-a", TENANT])), container(2, &chain(&["mg-x", TENANT]))]});
    let tenant = placeless().json("place.json", &containers);
    assert_eq!(tenant.states(&["--complete"]), ["one Compliant"]);
    let tree = tree(&[("mg-a", &[1]), ("mg-x", &[2])]);
    assert_eq!(placeless().json("tree.json", &tree).states(&["--complete"]), ["one Compliant"]);
}

#[test]
fn a_recursive_listing_of_the_very_group_is_enough_for_it() {
    let mut group = tree(&[("mg-a", &[1])])["children"][0].take();
    group["tenantId"] = json!(TENANT);
    let tenant = placeless().json("mg-a.json", &group);
    assert_eq!(tenant.states(&["--complete"]), ["one Compliant"], "mg-a is listed, and `two` isn't in it");
    // It says nothing about another group.
    let elsewhere = tenant.json("assignments.json", &json!([at("mg-b")]));
    assert_eq!(elsewhere.states(&["--complete", "--fail-on", "never"]).len(), 2);
}

/// The usual assignment at another group.
fn at(group: &str) -> Value {
    crate::tenant::assigned(
        "Export",
        &management_group(group),
        crate::tenant::LOG_ANALYTICS,
        &crate::tenant::parameters(),
    )
}

#[test]
fn not_scopes_need_a_place_too() {
    let not = |scopes: Value| json!([with(assignment(), &[("/properties/notScopes", scopes)])]);
    let by_group = not(json!([management_group("mg-b")]));
    let cut = json!({"data": [container(1, &chain(&["mg-a"])), container(2, &chain(&["mg-b"]))]});
    let tenant = placeless().json("assignments.json", &by_group).json("place.json", &cut);
    let result = tenant.result(&["--complete"]);
    assert_eq!(states(&result), ["one Undetermined"]);
    assert_eq!(rows(&result)[0]["provisional"]["assumptions"][0]["kind"], "outside");
    assert_eq!(result["excluded"][0]["subscriptionName"], "two");
    let by_id = not(json!([format!("/subscriptions/{}/", guid(2).to_uppercase())]));
    let result = Tenant::small().json("assignments.json", &by_id).result(&["--complete"]);
    assert_eq!(
        (states(&result), result["excluded"][0]["subscriptionName"].clone()),
        (vec!["one Compliant".to_owned()], json!("two"))
    );
}

#[test]
fn a_subscription_that_only_the_tree_names_is_evaluated() {
    let tenant = Tenant::small().json("subs.json", &json!([subscription(1)]));
    assert_eq!(tenant.states(&["--complete"]), BOTH);
}

#[test]
fn tenant_level_accounts_and_other_tenants_are_set_aside_by_name() {
    let account =
        with(subscription(3), &[("/name", json!("N/A(tenant level account)")), ("/id", json!(TENANT))]);
    let other = "cccccccc-0000-4000-8000-000000000000";
    let guest = with(subscription(4), &[("/homeTenantId", json!(other))]);
    let tenant = Tenant::small()
        .json("subs.json", &json!([subscription(1), subscription(2), account, guest]))
        .json("automations.json", &json!([automation(1), automation(4)]));
    let result = tenant.result(&["--complete"]);
    assert_eq!(states(&result), BOTH);
    let aside: Vec<_> = result["setAside"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| (text(&one["subscriptionName"]), text(&one["reason"])))
        .collect();
    assert_eq!(aside, [("N/A(tenant level account)", "TenantLevelAccount"), ("four", "OtherTenant")]);
    assert_eq!(result["setAside"][1]["tenantId"], other);
    let out = tenant.scan(&["--complete"]).out;
    assert!(out.contains("N/A(tenant level account)") && out.contains("four"), "a table names them: {out}");
}

#[test]
fn cyclic_groups_are_an_error_and_place_nothing() {
    let entities = json!({"value": [entity("mg-a", Some("mg-b")), entity("mg-b", Some("mg-a")), entity_of(1, "mg-a"),
        entity_of(2, "mg-b")]});
    let ran = placeless().json("place.json", &entities).scan(&["--complete"]);
    assert!(ran.tells("AZP0517"), "{}", ran.err);
    assert_eq!(ran.code, 3);
}

#[test]
fn an_assignment_at_an_unknown_scope_is_named() {
    let ran = Tenant::small().json("assignments.json", &json!([at("mg-nowhere")])).scan(&["--complete"]);
    assert_eq!(ran.code, 3, "{}", ran.all());
    assert!(ran.all().contains("mg-nowhere"), "{}", ran.all());
    assert!(ran.tells("AZP0702") || ran.out.contains("not evaluated"), "{}", ran.all());
}

#[test]
fn every_subscription_of_a_tenant_lies_under_its_root() {
    // The root group bears the tenant's id: that a subscription lies under it needs no tree.
    let tenant = placeless().json("assignments.json", &json!([at(TENANT)]));
    assert_eq!(tenant.states(&["--complete"]), BOTH);
}

#[test]
fn trees_in_pieces_are_joined() {
    let whole = tree(&[("mg-a", &[1, 2])]);
    let mut root = whole.clone();
    root["children"][0]["children"] = Value::Null;
    let tenant = placeless()
        .file("tree.json", format!("{root}\n{}", whole["children"][0]))
        .json("assignments.json", &json!([at(TENANT)]));
    assert_eq!(tenant.states(&["--complete"]), BOTH);
}

#[test]
fn odd_ids_of_scopes_are_read() {
    let scopes = [
        format!("/providers/microsoft.management/managementgroups/{}", "MG-A"),
        format!("{}/", management_group("mg-a")),
        format!("/{}", management_group("mg-a")),
    ];
    for scope in scopes {
        let odd = with(assignment(), &[("/properties/scope", json!(scope))]);
        let ran =
            Tenant::small().json("assignments.json", &json!([odd])).scan(&["--complete", "--format", "json"]);
        assert_eq!(states(&ran.json()), BOTH, "{scope}: {}", ran.err);
    }
}

#[test]
fn a_subscription_that_only_its_resources_name_is_told_of() {
    let tenant = Tenant::small().json("automations.json", &json!([automation(1), automation(7)]));
    let result = tenant.result(&[]);
    let told = |fact: &&Value| fact["question"].as_str().is_some_and(|text| text.contains(&guid(7)));
    let facts = result["missingFacts"].as_array().expect("facts");
    assert_eq!(facts.iter().filter(told).count(), 1, "{facts:?}");
    assert!(result["rows"].as_array().expect("rows").iter().all(|row| row["subscriptionId"] != guid(7)));
    let in_order = Tenant::small().result(&[]);
    assert!(!in_order["missingFacts"].to_string().contains("have no rows"), "{in_order}");
    assert!(!in_order["missingFacts"].to_string().contains("has no rows"), "{in_order}");
}
