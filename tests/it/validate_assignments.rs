//! `azpol validate` over assignments, exemptions and members of initiatives.

use serde_json::{Value, json};

use crate::tenant::{LOG_ANALYTICS, Ran, Tenant, guid, management_group, with};

const BELOW: &str = "/providers/Microsoft.Authorization";

fn scope() -> String {
    format!("/subscriptions/{}", guid(1))
}

/// A definition whose parameter `effect` allows two, and whose `tags` has a schema.
fn definition() -> Value {
    json!({
        "id": format!("{}{BELOW}/policyDefinitions/storage", scope()),
        "properties": {
            "mode": "All",
            "parameters": {
                "effect": { "type": "String", "allowedValues": ["Audit", "Disabled"], "defaultValue": "Audit" },
                "days": { "type": "Integer" },
                "tags": { "type": "Object", "defaultValue": {}, "schema": { "type": "object", "additionalProperties": { "type": "string" } } },
            },
            "policyRule": {
                "if": { "allOf": [
                    { "field": "type", "equals": "Microsoft.Storage/storageAccounts" },
                    { "value": "[length(parameters('tags'))]", "less": "[parameters('days')]" },
                ] },
                "then": { "effect": "[parameters('effect')]" },
            },
        },
    })
}

fn initiative() -> Value {
    json!({
        "id": format!("{}{BELOW}/policySetDefinitions/both", scope()),
        "properties": { "policyDefinitions": [{
            "policyDefinitionReferenceId": "storage",
            "policyDefinitionId": definition()["id"],
            "parameters": { "days": { "value": 3 } },
        }] },
    })
}

fn assignment(of: &Value, parameters: &Value) -> Value {
    json!({
        "id": format!("{}{BELOW}/policyAssignments/a", scope()),
        "type": "Microsoft.Authorization/policyAssignments",
        "properties": { "policyDefinitionId": of["id"], "parameters": parameters },
    })
}

fn good() -> Value {
    assignment(&definition(), &json!({ "days": { "value": 3 } }))
}

fn validated(documents: &[Value]) -> Ran {
    let tenant = Tenant::new().json("all.json", &json!(documents));
    tenant.azpol(&["validate", "all.json", "--format", "json"])
}

/// The codes that are told, but for advice on how definitions are written.
fn codes(ran: &Ran) -> Vec<String> {
    let json = ran.json();
    let all = json["findings"].as_array().expect("findings").iter();
    let codes = all.map(|one| one["code"].as_str().expect("a code").to_owned());
    codes
        .filter(|code| !matches!(&**code, "AZP1028" | "AZP1031" | "AZP1036" | "AZP1041" | "AZP1042"))
        .collect()
}

fn tells(documents: &[Value], wanted: &[&str], text: &str) {
    let ran = validated(documents);
    assert_eq!(codes(&ran), wanted, "{}", ran.out);
    assert!(ran.out.contains(text), "{text}: {}", ran.out);
}

#[test]
fn what_is_right_is_left_alone() {
    tells(&[definition(), initiative(), good()], &[], "");
    tells(&[definition(), initiative(), assignment(&initiative(), &json!({}))], &[], "");
    // A built-in that isn't known, and a definition of the company's own that lies elsewhere.
    for id in [
        format!("{BELOW}/policyDefinitions/{}", guid(7)),
        format!("{}{BELOW}/policyDefinitions/another", scope()),
    ] {
        tells(&[definition(), assignment(&json!({ "id": id }), &json!({ "x": { "value": 1 } }))], &[], "");
    }
}

#[test]
fn parameters_are_bound_as_a_scan_binds_them() {
    for (parameters, code, text) in [
        (
            json!({ "days": { "value": 3 }, "efect": { "value": "Audit" } }),
            "AZP0312",
            "did you mean `effect`?",
        ),
        (json!({}), "AZP0313", "`days`"),
        (json!({ "days": { "value": "3" } }), "AZP0314", "an integer"),
        (json!({ "days": { "value": 3 }, "effect": { "value": "audit" } }), "AZP0315", "write `Audit`"),
        (json!({ "days": { "value": 3 }, "tags": { "value": { "a": 1 } } }), "AZP0323", "`/a`"),
    ] {
        let documents = [definition(), assignment(&definition(), &parameters)];
        tells(&documents, &[code], text);
        let tenant = Tenant::small().json("all.json", &json!(documents));
        let ran = tenant.scan(&[]);
        assert!(ran.tells(code), "scan {code}: {}", ran.err);
    }
    let shipped = json!({ "id": format!("{BELOW}/policyDefinitions/{LOG_ANALYTICS}") });
    let ran = validated(&[assignment(&shipped, &json!({ "workspace": { "value": "x" } }))]);
    assert!(codes(&ran).contains(&"AZP0312".to_owned()), "{}", ran.out);
}

#[test]
fn members_give_what_their_definitions_take() {
    for (parameters, code, text) in [
        (
            json!({ "days": { "value": 3 }, "efect": { "value": "Audit" } }),
            "AZP0312",
            "did you mean `effect`?",
        ),
        (json!({}), "AZP0313", "`days`"),
        (json!({ "days": { "value": [] } }), "AZP0314", "an integer"),
        (json!({ "days": { "value": 3 }, "effect": { "value": "audit" } }), "AZP0315", "write `Audit`"),
        (json!({ "days": { "value": 3 }, "tags": { "value": { "a": 1 } } }), "AZP0323", "`/a`"),
        (json!({ "days": { "value": "[parameters('name')]" } }), "AZP0314", "`name` is a string"),
    ] {
        let mut set = with(initiative(), &[("/properties/policyDefinitions/0/parameters", parameters)]);
        if text.contains("name") {
            set["properties"]["parameters"] = json!({ "name": { "type": "String" } });
        }
        tells(&[definition(), set.clone()], &[code], text);
        // Once, however often it is assigned.
        if !text.contains("name") {
            tells(&[definition(), set, assignment(&initiative(), &json!({}))], &[code], text);
        }
    }
    // Of another version than the member takes nothing is said.
    let set = with(
        initiative(),
        &[
            ("/properties/policyDefinitions/0/parameters", json!({})),
            ("/properties/policyDefinitions/0/definitionVersion", json!("1.*.*")),
        ],
    );
    tells(&[with(definition(), &[("/properties/version", json!("2.0.0"))]), set], &[], "");
}

#[test]
fn limits_of_the_service_are_told() {
    let many = |number: usize| {
        (0..number).map(|n| json!(format!("{}/resourceGroups/g{n}", scope()))).collect::<Vec<_>>()
    };
    let selector = |values: usize| json!({ "selectors": [{ "kind": "resourceLocation", "in": vec!["westeurope"; values] }] });
    for (key, right, wrong) in [
        ("notScopes", json!(many(400)), json!(many(401))),
        ("resourceSelectors", json!(vec![selector(1); 10]), json!(vec![selector(1); 11])),
        ("resourceSelectors", json!([selector(50)]), json!([selector(51)])),
        ("overrides", json!([]), json!(vec![json!({ "kind": "policyEffect", "value": "disabled" }); 11])),
    ] {
        let path = format!("/properties/{key}");
        tells(&[definition(), with(good(), &[(&path, right)])], &[], "");
        tells(&[definition(), with(good(), &[(&path, wrong)])], &["AZP1008"], "the service takes");
    }
    let named = |scope: &str, length: usize| {
        with(good(), &[("/id", json!(format!("{scope}{BELOW}/policyAssignments/{}", "n".repeat(length))))])
    };
    let group = management_group("mg-a");
    for (scope, most) in [(scope(), 64), (group, 24)] {
        tells(&[definition(), named(&scope, most)], &[], "");
        tells(&[definition(), named(&scope, most + 1)], &["AZP1008"], &format!("takes {most} at this scope"));
    }
}

#[test]
fn identities_are_asked_for_where_the_effect_in_force_writes() {
    let writing = with(
        definition(),
        &[
            ("/properties/parameters/effect/allowedValues", json!(["modify", "Disabled"])),
            ("/properties/parameters/effect/defaultValue", json!("modify")),
            (
                "/properties/policyRule/then/details",
                json!({
                    "roleDefinitionIds": [format!("{BELOW}/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c")],
                    "operations": [{ "operation": "addOrReplace", "field": "tags['a']", "value": "b" }],
                }),
            ),
        ],
    );
    let identity = [("/identity", json!({ "type": "SystemAssigned" })), ("/location", json!("West Europe"))];
    tells(&[writing.clone(), good()], &["AZP1052"], "`modify`");
    tells(
        &[writing.clone(), with(good(), &[("/identity", json!({ "type": "None" }))])],
        &["AZP1052"],
        "`modify`",
    );
    tells(&[writing.clone(), with(good(), &identity)], &[], "");
    tells(&[writing.clone(), with(good(), &identity[..1])], &["AZP1053"], "needs a `location`");
    tells(&[writing.clone(), initiative(), assignment(&initiative(), &json!({}))], &["AZP1052"], "`modify`");
    let off = assignment(&writing, &json!({ "days": { "value": 3 }, "effect": { "value": "Disabled" } }));
    tells(&[writing, off], &[], "");
}

#[test]
fn overrides_and_exemptions_name_members_that_there_are() {
    let over = |reference: &str| {
        let selectors = json!([{ "kind": "policyDefinitionReferenceId", "in": [reference] }]);
        let overrides = json!([{ "kind": "policyEffect", "value": "Disabled", "selectors": selectors }]);
        with(assignment(&initiative(), &json!({})), &[("/properties/overrides", overrides)])
    };
    tells(&[definition(), initiative(), over("Storage")], &[], "");
    tells(&[definition(), initiative(), over("storge")], &["AZP1055"], "did you mean `storage`?");
    let exemption = |reference: &str, scope: &str| {
        json!({
            "id": format!("{scope}{BELOW}/policyExemptions/e"),
            "type": "Microsoft.Authorization/policyExemptions",
            "properties": {
                "policyAssignmentId": good()["id"],
                "exemptionCategory": "Mitigated",
                "expiresOn": "2030-01-01T00:00:00Z",
                "policyDefinitionReferenceIds": [reference],
            },
        })
    };
    let assigned = assignment(&initiative(), &json!({}));
    let below = format!("{}/resourceGroups/g", scope());
    tells(&[definition(), initiative(), assigned.clone(), exemption("storage", &below)], &[], "");
    tells(
        &[definition(), initiative(), assigned.clone(), exemption("x", &below)],
        &["AZP1055"],
        "no member `x`",
    );
    let other = format!("/subscriptions/{}", guid(2));
    tells(&[definition(), initiative(), assigned.clone(), exemption("storage", &other)], &["AZP1051"], "");
    let free = with(
        exemption("storage", &other),
        &[("/properties/assignmentScopeValidation", json!("DoNotValidate"))],
    );
    tells(&[definition(), initiative(), assigned.clone(), free], &[], "");
    let none = with(exemption("storage", &below), &[("/properties/policyAssignmentId", json!("/a"))]);
    tells(&[definition(), initiative(), assigned, none], &["AZP0317"], "no id of an assignment");
}

#[test]
fn a_finding_on_an_assignment_is_silenced_in_it() {
    let messages = json!([{ "message": "m", "policyDefinitionReferenceId": "x" }]);
    let loud = with(good(), &[("/properties/nonComplianceMessages", messages)]);
    tells(&[definition(), loud.clone()], &["AZP1055"], "");
    let ignore = json!({ "azpol": { "ignore": ["unknown-reference"] } });
    tells(&[definition(), with(loud, &[("/properties/metadata", ignore)])], &[], "");
}

#[test]
fn assignments_of_templates_and_libraries_are_checked_as_far_as_they_are_written() {
    let assignment = json!({
        "type": "Microsoft.Authorization/policyAssignments",
        "apiVersion": "2024-04-01",
        "name": "a",
        "location": "${default_location}",
        "identity": { "type": "SystemAssigned" },
        "properties": {
            "policyDefinitionId": "/providers/Microsoft.Management/managementGroups/placeholder/providers/Microsoft.Authorization/policyDefinitions/storage",
            "scope": "/providers/Microsoft.Management/managementGroups/placeholder",
            "parameters": { "days": { "value": "${days}" }, "effect": { "value": "audit" } },
        },
    });
    let named = json!({ "name": "storage", "properties": definition()["properties"] });
    let tenant = Tenant::new().json("d.json", &named).json("a.json", &assignment);
    let ran = tenant.azpol(&["validate", ".", "--format", "json"]);
    assert_eq!(codes(&ran), ["AZP0315"], "{}", ran.out);
    let misspelt: Value =
        serde_json::from_str(&assignment.to_string().replace("\"days\"", "\"dais\"")).expect("JSON");
    let ran = tenant.json("a.json", &misspelt).azpol(&["validate", ".", "--format", "json"]);
    let mut found = codes(&ran);
    found.sort();
    assert_eq!(found, ["AZP0312", "AZP0313", "AZP0315"], "{}", ran.out);
}
