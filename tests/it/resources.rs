//! Rows of resources other than subscriptions: which there are, their states, what isn't listed.

use serde_json::{Value, json};

use crate::tenant::{Ran, Tenant, group, guid, management_group, rows, subscription, text, tree};

/// A definition of the tenant as REST writes it.
fn definition(name: &str, mode: &str, rule: &Value) -> Value {
    json!({"id": definition_id(name), "name": name, "type": "Microsoft.Authorization/policyDefinitions",
        "properties": {"displayName": name, "policyType": "Custom", "mode": mode, "parameters": {}, "policyRule": rule}})
}

fn definition_id(name: &str) -> String {
    format!("{}/providers/Microsoft.Authorization/policyDefinitions/{name}", management_group("mg-a"))
}

/// Its assignment at a scope.
fn assigned(name: &str, scope: &str) -> Value {
    json!({"id": format!("{scope}/providers/Microsoft.Authorization/policyAssignments/{name}"), "name": name,
        "type": "Microsoft.Authorization/policyAssignments", "location": "westeurope",
        "identity": {"type": "SystemAssigned", "principalId": "bbbbbbbb-0000-4000-8000-000000000001"},
        "properties": {"displayName": name, "scope": scope, "policyDefinitionId": definition_id(name)}})
}

fn group_id(number: usize, group: &str) -> String {
    format!("/subscriptions/{}/resourceGroups/{group}", guid(number))
}

fn resource(number: usize, group: &str, resource_type: &str, name: &str, location: &str) -> Value {
    json!({"id": format!("{}/providers/{resource_type}/{name}", group_id(number, group)), "name": name,
        "type": resource_type, "location": location, "tags": {}, "properties": {}})
}

fn account(number: usize, group: &str, name: &str, location: &str) -> Value {
    let account = resource(number, group, "Microsoft.Storage/storageAccounts", name, location);
    crate::tenant::with(account, &[("/kind", "StorageV2".into())])
}

/// Two subscriptions below `mg-a` with two groups each; accounts: `near1` and `far1` in `rg-a` of `one`, `near2` in
/// `rg-b` of `one`, `far3` in `rg-a` of `two`.
fn tenant() -> Tenant {
    Tenant::new()
        .json("tree.json", &tree(&[("mg-a", &[1, 2])]))
        .json("subs.json", &json!([subscription(1), subscription(2)]))
        .json("groups.json", &json!([group(1, "rg-a"), group(1, "rg-b"), group(2, "rg-a"), group(2, "rg-b")]))
        .json(
            "accounts.json",
            &json!([
                account(1, "rg-a", "near1", "westeurope"),
                account(1, "rg-a", "far1", "eastus"),
                account(1, "rg-b", "near2", "West Europe"),
                account(2, "rg-a", "far3", "eastus")
            ]),
        )
}

/// The tenant with one definition, assigned at these scopes.
fn with_rule(tenant: Tenant, name: &str, mode: &str, rule: &Value, scopes: &[String]) -> Tenant {
    let assignments: Vec<Value> = scopes.iter().map(|scope| assigned(name, scope)).collect();
    tenant
        .json("definition.json", &definition(name, mode, rule))
        .json("assignments.json", &json!(assignments))
}

/// Accounts have to lie in West Europe.
fn location_rule(effect: &str) -> Value {
    json!({"if": {"allOf": [
            {"field": "type", "equals": "Microsoft.Storage/storageAccounts"},
            {"field": "location", "notEquals": "westeurope"}]},
        "then": {"effect": effect}})
}

/// The rows of a result, as `name State`.
fn states(result: &Value) -> Vec<String> {
    let name = |row: &Value| text(&row["resourceId"]).rsplit('/').next().unwrap_or_default().to_owned();
    rows(result).iter().map(|row| format!("{} {}", name(row), text(&row["state"]))).collect()
}

const ALL_ACCOUNTS: [&str; 4] =
    ["far1 NonCompliant", "near1 Compliant", "near2 Compliant", "far3 NonCompliant"];

#[test]
fn a_deny_on_location_has_a_row_for_each_account() {
    let tenant =
        with_rule(tenant(), "Places", "Indexed", &location_rule("deny"), &[management_group("mg-a")]);
    let ran = tenant.scan(&["--complete", "--format", "json"]);
    assert_eq!(ran.code, 1, "{}", ran.all());
    let result = ran.json();
    assert_eq!(states(&result), ALL_ACCOUNTS);
    let first = &rows(&result)[0];
    assert_eq!(text(&first["resourceType"]), "Microsoft.Storage/storageAccounts");
    assert_eq!((text(&first["subscriptionName"]), text(&first["reason"]["code"])), ("one", "RuleHolds"));
    assert_eq!(result["assignments"][0]["unlisted"], Value::Null, "everything is listed");
}

#[test]
fn an_assignment_may_stand_at_a_group_or_at_a_resource() {
    let at = |scope: String| {
        let tenant = with_rule(tenant(), "Places", "All", &location_rule("audit"), &[scope]);
        states(&tenant.result(&["--complete"]))
    };
    assert_eq!(at(group_id(1, "RG-A")), ["far1 NonCompliant", "near1 Compliant"]);
    let near = format!("{}/providers/Microsoft.Storage/storageAccounts/near2", group_id(1, "rg-b"));
    assert_eq!(at(near), ["near2 Compliant"]);
    assert_eq!(at(format!("/subscriptions/{}", guid(2))), ["far3 NonCompliant"]);
}

#[test]
fn not_scopes_leave_out_groups_and_resources() {
    let far = format!("{}/providers/microsoft.storage/STORAGEACCOUNTS/far3", group_id(2, "rg-a"));
    let mut assignment = assigned("Places", &management_group("mg-a"));
    assignment["properties"]["notScopes"] = json!([group_id(1, "rg-a"), far]);
    let tenant = tenant()
        .json("definition.json", &definition("Places", "Indexed", &location_rule("audit")))
        .json("assignments.json", &json!([assignment]));
    let result = tenant.result(&["--complete"]);
    assert_eq!(states(&result), ["near2 Compliant"]);
    let excluded: Vec<&str> =
        result["excluded"].as_array().expect("excluded").iter().map(|one| text(&one["scope"])).collect();
    assert_eq!(excluded, [group_id(1, "rg-a").as_str(), far.as_str()]);
    let table = tenant.scan(&["--complete"]).out;
    assert!(table.contains("excluded") && table.contains("2 scopes"), "{table}");
}

#[test]
fn a_scope_below_a_subscription_selects() {
    let tenant =
        with_rule(tenant(), "Places", "Indexed", &location_rule("audit"), &[management_group("mg-a")]);
    let of = |scope: String| states(&tenant.result(&["--complete", "--scope", &scope]));
    assert_eq!(of(group_id(1, "rg-b")), ["near2 Compliant"]);
    assert_eq!(of(format!("/subscriptions/{}", guid(2))), ["far3 NonCompliant"]);
}

#[test]
fn groups_and_subscriptions_have_rows_in_mode_all_only() {
    let rule = json!({"if": {"field": "tags['owner']", "exists": "false"}, "then": {"effect": "audit"}});
    let names = |mode: &str| -> Vec<String> {
        let tenant = with_rule(tenant(), "Owner", mode, &rule, &[format!("/subscriptions/{}", guid(2))]);
        states(&tenant.result(&["--complete"]))
            .iter()
            .map(|s| s.split(' ').next().expect("a name").to_owned())
            .collect()
    };
    assert_eq!(names("Indexed"), ["far3"]);
    assert_eq!(names("All"), [&guid(2), "rg-a", "far3", "rg-b"]);
}

#[test]
fn proxy_children_have_rows_in_mode_all_only() {
    let child = json!({"id": format!("{}/providers/Microsoft.Sql/servers/s/firewallRules/all", group_id(1, "rg-a")),
        "name": "all", "type": "Microsoft.Sql/servers/firewallRules", "properties": {"startIpAddress": "0.0.0.0"}});
    let rule = json!({"if": {"field": "type", "equals": "Microsoft.Sql/servers/firewallRules"},
        "then": {"effect": "audit"}});
    let of = |mode: &str| {
        let tenant = tenant().json("rules.json", &json!([child]));
        let tenant = with_rule(tenant, "Walls", mode, &rule, &[management_group("mg-a")]);
        states(&tenant.result(&["--complete"]))
    };
    assert_eq!(of("All"), ["all NonCompliant"]);
    assert_eq!(of("Indexed"), [] as [&str; 0]);
}

#[test]
fn kind_and_name_decide_about_the_row_where_other_conditions_stand_beside_them() {
    let rule = |more: &[Value]| {
        let mut parts = vec![json!({"field": "type", "equals": "Microsoft.Storage/storageAccounts"})];
        parts.extend_from_slice(more);
        json!({"if": {"allOf": parts}, "then": {"effect": "audit"}})
    };
    let of = |rule: &Value| {
        states(
            &with_rule(tenant(), "Kinds", "All", rule, &[management_group("mg-a")]).result(&["--complete"]),
        )
    };
    let far = json!({"field": "name", "like": "far*"});
    assert_eq!(
        of(&rule(std::slice::from_ref(&far))),
        ALL_ACCOUNTS,
        "the name decides between compliant and not"
    );
    let owner = json!({"field": "tags['owner']", "exists": "true"});
    assert_eq!(
        of(&rule(&[far, owner.clone()])),
        ["far1 Compliant", "far3 Compliant"],
        "the name decides on the row"
    );
    let kind = json!({"field": "kind", "equals": "BlobStorage"});
    assert_eq!(of(&rule(&[kind, owner])), [] as [&str; 0]);
}

/// A vault has to send its logs somewhere, by a setting of this name.
fn vault_rule(name: Option<&str>) -> Value {
    let mut details = json!({"type": "Microsoft.Insights/diagnosticSettings",
        "existenceCondition": {"field": "name", "like": "send-*"}});
    if let Some(name) = name {
        details["name"] = name.into();
    }
    json!({"if": {"field": "type", "equals": "Microsoft.KeyVault/vaults"},
        "then": {"effect": "auditIfNotExists", "details": details}})
}

fn setting(number: usize, vault: &str, name: &str) -> Value {
    let vault = format!("{}/providers/Microsoft.KeyVault/vaults/{vault}", group_id(number, "rg-a"));
    json!({"id": format!("{vault}/providers/microsoft.insights/diagnosticSettings/{name}"), "name": name,
        "type": "Microsoft.Insights/diagnosticSettings", "properties": {"logs": []}})
}

fn vaults() -> Tenant {
    let vault = |name| resource(1, "rg-a", "Microsoft.KeyVault/vaults", name, "westeurope");
    tenant()
        .json("vaults.json", &json!([vault("kv"), vault("kv-2"), vault("kv-3")]))
        .json("settings.json", &json!([setting(1, "kv", "send-all"), setting(1, "kv-2", "keep")]))
}

#[test]
fn settings_are_searched_on_the_vault_itself() {
    let tenant = with_rule(vaults(), "Logs", "Indexed", &vault_rule(None), &[management_group("mg-a")]);
    let result = tenant.result(&["--complete"]);
    assert_eq!(states(&result), ["kv Compliant", "kv-2 NonCompliant", "kv-3 NonCompliant"]);
    let codes: Vec<&str> = rows(&result).iter().map(|row| text(&row["reason"]["code"])).collect();
    assert_eq!(codes, ["Satisfied", "ConditionFails", "ResourceNotFound"]);
    assert!(
        text(&rows(&result)[1]["candidate"])
            .ends_with("/vaults/kv-2/providers/microsoft.insights/diagnosticSettings/keep")
    );
}

#[test]
fn without_a_complete_listing_what_is_there_decides_and_absence_does_not() {
    let of = |name: Option<&str>, arguments: &[&str]| {
        let tenant = with_rule(vaults(), "Logs", "Indexed", &vault_rule(name), &[management_group("mg-a")]);
        let ran = tenant.scan(&[&["--format", "json"], arguments].concat());
        (ran.code, states(&ran.json()))
    };
    let open = ["kv Compliant", "kv-2 Undetermined", "kv-3 Undetermined"].map(str::to_owned).to_vec();
    assert_eq!(of(None, &[]), (3, open));
    // A name leaves room for one setting on a vault: `keep` fails, whatever else is there.
    let named = ["kv Undetermined", "kv-2 NonCompliant", "kv-3 Undetermined"].map(str::to_owned).to_vec();
    assert_eq!(of(Some("keep"), &[]), (3, named));
    let all = ["kv Compliant", "kv-2 NonCompliant", "kv-3 NonCompliant"].map(str::to_owned).to_vec();
    assert_eq!(of(None, &["--complete", "microsoft.insights/diagnosticsettings"]), (1, all));
}

#[test]
fn siblings_are_searched_in_the_group_of_the_resource_or_in_its_subscription() {
    let of = |scope: &str| {
        let rule = json!({"if": {"field": "type", "equals": "Microsoft.KeyVault/vaults"},
            "then": {"effect": "auditIfNotExists", "details": {"type": "Microsoft.Storage/storageAccounts",
                "name": "near2", "existenceScope": scope}}});
        let tenant = with_rule(vaults(), "Beside", "Indexed", &rule, &[management_group("mg-a")]);
        tenant.result(&["--complete"])
    };
    let (group, whole) = (of("resourceGroup"), of("subscription"));
    assert!(rows(&group).iter().all(|row| row["state"] == "NonCompliant"), "{group}");
    assert_eq!(rows(&group)[0]["nearMisses"][0]["sameName"], true);
    assert!(rows(&whole).iter().all(|row| row["state"] == "Compliant"), "{whole}");
}

#[test]
fn what_a_rule_asks_about_its_group_is_that_of_the_resource() {
    let rule = json!({"if": {"allOf": [{"field": "type", "equals": "Microsoft.Storage/storageAccounts"},
            {"value": "[resourceGroup().name]", "equals": "rg-b"},
            {"value": "[resourceGroup().location]", "equals": "[field('location')]"},
            {"value": "[subscription().displayName]", "equals": "one"}]},
        "then": {"effect": "audit"}});
    let tenant = with_rule(tenant(), "Group", "Indexed", &rule, &[management_group("mg-a")]);
    let holding: Vec<String> =
        states(&tenant.result(&["--complete"])).into_iter().filter(|s| s.ends_with("NonCompliant")).collect();
    assert_eq!(holding, ["near2 NonCompliant"]);
}

#[test]
fn what_an_export_lost_is_not_decided() {
    let rule = json!({"if": {"allOf": [{"field": "type", "equals": "Microsoft.Security/automations"},
            {"field": "Microsoft.Security/automations/isEnabled", "notEquals": "true"}]},
        "then": {"effect": "audit"}});
    // As `az resource list` writes it.
    let automation = json!([{"id": crate::tenant::automation_id(1), "name": "ExportToWorkspace",
        "type": "Microsoft.Security/automations", "location": "westeurope", "tags": {}, "resourceGroup": "rg-export",
        "kind": null, "sku": null, "plan": null, "identity": null, "managedBy": null, "properties": null,
        "extendedLocation": null, "changedTime": null, "createdTime": null, "provisioningState": "Succeeded"}]);
    let tenant = with_rule(
        tenant().json("list.json", &automation),
        "On",
        "Indexed",
        &rule,
        &[management_group("mg-a")],
    );
    let ran = tenant.scan(&["--complete", "--format", "json"]);
    assert_eq!((ran.code, states(&ran.json())), (3, vec!["ExportToWorkspace Undetermined".to_owned()]));
}

#[test]
fn effects_have_their_states() {
    let of = |then: Value| {
        let rule = json!({"if": {"allOf": [{"field": "type", "equals": "Microsoft.Storage/storageAccounts"},
            {"field": "location", "equals": "eastus"}]}, "then": then});
        let tenant =
            with_rule(tenant(), "Effect", "Indexed", &rule, &[format!("/subscriptions/{}", guid(1))]);
        let ran = tenant.scan(&["--complete", "--format", "json"]);
        (ran.code, states(&ran.json()), ran)
    };
    let roles =
        json!(["/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c"]);
    let objecting = ["far1 NonCompliant", "near1 Compliant", "near2 Compliant"].map(str::to_owned).to_vec();
    let modify = json!({"effect": "modify", "details": {"roleDefinitionIds": roles,
        "operations": [{"operation": "add", "field": "tags['a']", "value": "b"}]}});
    for then in [json!({"effect": "audit"}), json!({"effect": "Deny"}), modify] {
        let (code, states, ran) = of(then);
        assert_eq!((code, &states), (1, &objecting), "{}", ran.all());
    }
    let (code, states, ran) = of(json!({"effect": "denyAction", "details": {"actionNames": ["delete"]}}));
    let protected = ["far1 Protected", "near1 Protected", "near2 Protected"].map(str::to_owned).to_vec();
    assert_eq!((code, states), (0, protected), "{}", ran.all());
    assert_eq!(
        (&ran.json()["summary"]["protected"], &ran.json()["summary"]["compliantPercent"]),
        (&json!(3), &Value::Null)
    );
    let (code, states, ran) = of(json!({"effect": "manual", "details": {"defaultState": "Unknown"}}));
    assert_eq!((code, states.len()), (0, 3), "{}", ran.all());
    assert!(states.iter().all(|state| state.ends_with(" Unknown")));
    assert_eq!(ran.json()["summary"]["unknown"], 3);
    let (code, states, ran) = of(json!({"effect": "disabled"}));
    assert_eq!((code, states.len()), (3, 0), "nothing was evaluated: {}", ran.all());
}

#[test]
fn what_a_provider_evaluates_is_counted_and_never_compliant() {
    let rule = json!({"if": {"field": "type", "equals": "Microsoft.KeyVault.Data/vaults/keys"},
        "then": {"effect": "audit"}});
    let tenant = with_rule(tenant(), "Keys", "Microsoft.KeyVault.Data", &rule, &[management_group("mg-a")])
        .json("second.json", &definition("Places", "Indexed", &location_rule("audit")))
        .json(
            "more.json",
            &json!([assigned(
                "Places",
                &format!("{}/providers/Microsoft.Storage/storageAccounts/near2", group_id(1, "rg-b"))
            )]),
        );
    let ran = tenant.scan(&["--complete", "--format", "json"]);
    let result = ran.json();
    assert_eq!((ran.code, states(&result)), (0, vec!["near2 Compliant".to_owned()]), "{}", ran.all());
    assert_eq!(text(&result["notEvaluated"][0]["reason"]), "NotEvaluable");
}

/// What a scan says of a tenant in which some listings of accounts are missing.
fn unlisted(arguments: &[&str], accounts: &Value) -> Ran {
    let tenant =
        with_rule(tenant(), "Places", "Indexed", &location_rule("audit"), &[management_group("mg-a")])
            .json("accounts.json", accounts);
    tenant.scan(&[&["--format", "json"], arguments].concat())
}

#[test]
fn absence_of_rows_does_not_look_like_compliance() {
    let near = json!([account(1, "rg-a", "near1", "westeurope")]);
    let ran = unlisted(&[], &near);
    let result = ran.json();
    assert_eq!((ran.code, states(&result)), (0, vec!["near1 Compliant".to_owned()]));
    let open = &result["assignments"][0]["unlisted"];
    assert_eq!(open, &json!([{"type": "Microsoft.Storage/storageAccounts", "subscriptions": 2}]));
    let fact = &result["missingFacts"][0];
    assert_eq!(text(&fact["question"]), "are these all storageAccounts of 2 subscriptions?");
    assert_eq!(text(&fact["flag"]), "--complete microsoft.storage/storageaccounts");
    let half = format!("microsoft.storage/storageaccounts@{}", guid(1));
    let one = unlisted(&["--complete", &half], &near).json();
    assert_eq!(one["assignments"][0]["unlisted"][0]["subscriptions"], 1);

    // Nothing at all was listed: the assignment wasn't evaluated.
    let ran = unlisted(&["--fail-on", "never"], &json!([]));
    assert_eq!((ran.code, states(&ran.json()).len()), (3, 0), "{}", ran.all());
    // An empty listing that is known to be complete is an answer.
    let ran = unlisted(&["--complete", "microsoft.storage/storageaccounts"], &json!([]));
    assert_eq!((ran.code, states(&ran.json()).len()), (0, 0), "{}", ran.all());
    assert_eq!(ran.json()["assignments"][0]["unlisted"], Value::Null);
}

#[test]
fn a_listing_that_nothing_asks_for_is_no_open_fact() {
    let vault = resource(1, "rg-a", "Microsoft.KeyVault/vaults", "kv", "westeurope");
    let tenant =
        with_rule(tenant(), "Places", "Indexed", &location_rule("audit"), &[management_group("mg-a")])
            .json("vaults.json", &json!([vault]));
    let result = tenant.result(&["--complete", "microsoft.storage/storageaccounts"]);
    let questions: Vec<&str> = result["missingFacts"]
        .as_array()
        .expect("facts")
        .iter()
        .map(|fact| text(&fact["question"]))
        .collect();
    assert!(
        questions.iter().all(|question| !question.contains("vaults") && !question.contains("storage")),
        "{questions:?}"
    );
}

#[test]
fn thousands_of_rows_are_counted_and_some_are_shown() {
    let accounts: Vec<Value> = (0..3000)
        .map(|at| {
            account(1, "rg-a", &format!("sa{at:04}"), if at % 3 == 0 { "westeurope" } else { "eastus" })
        })
        .collect();
    let tenant =
        with_rule(tenant(), "Places", "Indexed", &location_rule("audit"), &[management_group("mg-a")])
            .json("accounts.json", &json!(accounts));
    let ran = tenant.scan(&["--complete"]);
    assert!(ran.out.lines().count() < 40, "{}", ran.out);
    assert!(ran.out.contains("1000 resources"), "{}", ran.out);
    assert!(ran.out.contains("1980 more") && ran.out.contains("1980 NonCompliant"), "{}", ran.out);
    assert!(ran.out.contains("sa0001") && ran.out.contains("(rg-a, one)"), "{}", ran.out);
    let result = tenant.result(&["--complete"]);
    assert_eq!(rows(&result).len(), 3000);
    let ids: Vec<&str> = rows(&result).iter().map(|row| text(&row["resourceId"])).collect();
    assert!(ids.is_sorted(), "rows come by id, however many threads there are");
    let one = tenant.azpol(&["scan", ".", "--complete", "--format", "json", "--jobs", "1"]).out;
    assert_eq!(one, tenant.azpol(&["scan", ".", "--complete", "--format", "json", "--jobs", "2"]).out);
}

#[test]
fn a_scan_is_a_request_of_the_newest_version_that_the_catalogue_lists() {
    let rule = json!({"if": {"allOf": [{"field": "type", "equals": "Microsoft.Storage/storageAccounts"},
            {"value": "[requestContext().apiVersion]", "less": "2019-04-01"}]},
        "then": {"effect": "audit"}});
    let catalogue = |versions: &[&str]| {
        json!([{"namespace": "Microsoft.Storage", "resourceTypes": [{"resourceType": "storageAccounts",
            "apiVersions": versions, "aliases": [{"name": "Microsoft.Storage/storageAccounts/sku.name",
                "defaultPath": "sku.name"}]}]}])
    };
    let of = |versions: &[&str]| {
        let tenant = with_rule(tenant(), "Version", "Indexed", &rule, &[group_id(1, "rg-b")]);
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("providers.json");
        std::fs::write(&file, catalogue(versions).to_string()).expect("written");
        states(&tenant.result(&["--complete", "--aliases", &file.to_string_lossy()]))
    };
    assert_eq!(of(&["2023-01-01", "2017-06-01"]), ["near2 Compliant"]);
    assert_eq!(of(&["2017-06-01"]), ["near2 NonCompliant"]);
    assert_eq!(of(&[]), ["near2 Undetermined"]);
}

#[test]
fn a_row_says_which_conditions_make_its_rule_hold() {
    let rule = json!({"if": {"allOf": [
            {"field": "type", "equals": "Microsoft.Storage/storageAccounts"},
            {"not": {"field": "name", "like": "near*"}},
            {"anyOf": [
                {"field": "Microsoft.Storage/storageAccounts/minimumTlsVersion", "notEquals": "TLS1_2"},
                {"field": "Microsoft.Storage/storageAccounts/isHnsEnabled", "equals": true}]}]},
        "then": {"effect": "deny"}});
    let tenant = with_rule(tenant(), "tls", "Indexed", &rule, &[group_id(1, "rg-a")]);
    let ran = tenant.scan(&["--fail-on", "never"]);
    let line = "✗ deny     far1  minimumTlsVersion is missing, notEquals \"TLS1_2\", and 1 more condition";
    assert!(ran.out.contains(line), "{}", ran.out);
    let result = tenant.result(&[]);
    let met = |at: usize| -> Vec<String> {
        let conditions = rows(&result)[at]["metConditions"].as_array().map_or(&[][..], Vec::as_slice);
        let one = |met: &Value| {
            format!("{} {} {}", text(&met["expression"]), text(&met["operator"]), met["result"])
        };
        conditions.iter().map(one).collect()
    };
    let tls = r#"Microsoft.Storage/storageAccounts/minimumTlsVersion notEquals "True""#;
    assert_eq!(met(0), [r#"name like "False""#, tls]);
    assert_eq!(rows(&result).len(), 1, "conditions on the name decide about the row itself");
}

#[test]
fn what_a_candidate_must_not_be_is_said_so() {
    let rule = json!({"if": {"field": "type", "equals": "Microsoft.Storage/storageAccounts"},
        "then": {"effect": "auditIfNotExists", "details": {"type": "Microsoft.Resources/subscriptions/resourceGroups",
            "name": "rg-a", "existenceCondition": {"not": {"field": "location", "equals": "westeurope"}}}}});
    let tenant = with_rule(tenant(), "elsewhere", "Indexed", &rule, &[group_id(1, "rg-a")]);
    let ran = tenant.scan(&["--complete", "--fail-on", "never"]);
    assert!(ran.out.contains("location is \"westeurope\", wants another value"), "{}", ran.out);
}

#[test]
fn a_row_names_the_open_readings_that_it_rests_on() {
    let rule = json!({"if": {"allOf": [
            {"field": "type", "equals": "Microsoft.Storage/storageAccounts"},
            {"field": "Microsoft.Storage/storageAccounts/minimumTlsVersion", "equals": ""}]},
        "then": {"effect": "audit"}});
    let low = |mode: &str| -> Vec<String> {
        let result = with_rule(tenant(), "empty", mode, &rule, &[group_id(1, "rg-a")]).result(&[]);
        assert_eq!(rows(&result).len(), 2, "{result}");
        let low = rows(&result)[0]["lowConfidence"].as_array().expect("a list");
        low.iter().map(|reading| text(reading).to_owned()).collect()
    };
    let empty = "a missing value is taken as equal to the empty text";
    assert_eq!(low("All"), [empty]);
    assert_eq!(low("Indexed"), [empty, "a type counts as indexed because this resource has a location"]);
}
