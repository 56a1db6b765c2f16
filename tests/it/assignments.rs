//! Assignments: where they hold, what their parameters may be, what isn't evaluated yet, what selects.

use serde_json::{Value, json};

use crate::tenant::{
    LOG_ANALYTICS, Ran, Tenant, assigned, assignment, guid, management_group, parameters, rows, states, text,
    with, workspace,
};

const BOTH: [&str; 2] = ["one Compliant", "two NonCompliant"];

/// The usual tenant with these assignments.
fn tenant(assignments: &[Value]) -> Tenant {
    Tenant::small().json("assignments.json", &json!(assignments))
}

fn at(scope: &str) -> Value {
    assigned("Export", scope, LOG_ANALYTICS, &parameters())
}

/// The usual assignment with one parameter replaced or added.
fn given(parameter: &str, value: &Value) -> Value {
    with(assignment(), &[(&format!("/properties/parameters/{parameter}"), json!({"value": value}))])
}

fn not_evaluated(ran: &Ran) -> Vec<String> {
    let result = ran.json();
    let list = result["notEvaluated"].as_array().expect("a list");
    list.iter().map(|not| format!("{} {}", text(&not["name"]), text(&not["reason"]))).collect()
}

#[test]
fn they_are_inherited_down_the_tree() {
    for (scope, wanted) in [
        (management_group("mg-a"), &BOTH[..]),
        (management_group(crate::tenant::TENANT), &BOTH),
        (management_group("MG-A").replace("Microsoft.Management", "microsoft.management"), &BOTH),
        (format!("/subscriptions/{}", guid(2)), &["two NonCompliant"]),
    ] {
        assert_eq!(tenant(&[at(&scope)]).states(&["--complete"]), wanted, "{scope}");
    }
}

#[test]
fn at_a_resource_group_no_subscription_is_covered() {
    let scope = format!("/subscriptions/{}/resourceGroups/rg-export", guid(1));
    let ran = tenant(&[at(&scope)]).scan(&["--complete"]);
    assert_eq!(ran.code, 3, "no row was found: {}", ran.all());
    assert!(ran.out.starts_with('!') || ran.out.contains("\n! "), "{}", ran.out);
}

#[test]
fn a_parameter_that_is_not_declared_is_an_error_with_its_place_and_a_near_name() {
    let ran = tenant(&[given("exportedDatatype", &json!([]))]).scan(&["--complete"]);
    assert!(ran.tells("AZP0312"), "{}", ran.err);
    assert!(ran.err.contains("assignments.json:"), "{}", ran.err);
    assert!(ran.err.contains("did you mean `exportedDataTypes`?"), "{}", ran.err);
    assert_eq!(ran.code, 3);
    // Names compare without case: this is the declared one.
    let text = json!([assignment()]).to_string().replace("exportedDataTypes", "exporteddatatypes");
    assert_eq!(Tenant::small().file("assignments.json", text).states(&["--complete"]), BOTH);
}

#[test]
fn missing_mistyped_and_forbidden_parameters_are_errors_with_a_place() {
    let mut missing = assignment();
    missing["properties"]["parameters"].as_object_mut().expect("an object").remove("workspaceResourceId");
    for (assignment, code, shown) in [
        (missing, "AZP0313", "workspaceResourceId"),
        (given("isSecurityFindingsEnabled", &json!([])), "AZP0314", "isSecurityFindingsEnabled"),
        (given("exportedDataTypes", &json!("Security alerts")), "AZP0314", "exportedDataTypes"),
        (given("exportedDataTypes", &json!(["Security alert"])), "AZP0315", "Security alert"),
        (given("alertSeverities", &json!(["Informational"])), "AZP0315", "Informational"),
    ] {
        let ran = tenant(&[assignment]).scan(&["--complete", "--format", "json"]);
        assert!(ran.tells(code), "{code}: {}", ran.err);
        assert!(ran.err.contains("assignments.json:") && ran.err.contains(shown), "{code}: {}", ran.err);
        assert_eq!(ran.code, 3, "{code}");
        assert_eq!(not_evaluated(&ran), ["Export Parameters"], "{code}");
    }
}

#[test]
fn all_faults_are_told_in_one_run() {
    let ran = tenant(&[
        with(
            given("exportedDatatype", &json!([])),
            &[("/properties/parameters/alertSeverities", json!({"value": "High"}))],
        ),
        with(
            at(&format!("/subscriptions/{}", guid(2))),
            &[("/properties/parameters/createResourceGroup", json!({"value": "maybe"}))],
        ),
    ])
    .scan(&["--complete"]);
    for code in ["AZP0312", "AZP0314"] {
        assert!(ran.tells(code), "{code}: {}", ran.err);
    }
    assert!(ran.err.matches("AZP0314").count() >= 2, "{}", ran.err);
}

#[test]
fn do_not_enforce_is_evaluated_and_planned() {
    let quiet = with(assignment(), &[("/properties/enforcementMode", json!("DoNotEnforce"))]);
    let tenant = tenant(&[quiet]);
    let result = tenant.result(&["--complete"]);
    assert_eq!(states(&result), BOTH);
    assert_eq!(result["assignments"][0]["enforcementMode"], "DoNotEnforce");
    assert_eq!(tenant.planned(&["--complete"])["deployments"].as_array().map(Vec::len), Some(1));
}

#[test]
fn what_is_not_built_yet_is_not_evaluated_with_its_reason() {
    let overrides = json!([{"kind": "policyEffect", "value": "Disabled"}]);
    let selectors = json!([{"name": "x", "selectors": [{"kind": "resourceLocation", "in": ["westeurope"]}]}]);
    for (document, reason, shown) in [
        (with(assignment(), &[("/properties/overrides", overrides)]), "Selective", "overrides"),
        (
            with(assignment(), &[("/properties/resourceSelectors", selectors)]),
            "Selective",
            "resourceSelectors",
        ),
        (
            with(assignment(), &[("/properties/definitionVersion", json!("3.*.*"))]),
            "Version",
            "wants version 3.*.* of it, and 4.1.0 was given",
        ),
        (with(assignment(), &[("/properties/enforcementMode", json!("Enroll"))]), "Selective", "Enroll"),
    ] {
        let other = with(
            at(&format!("/subscriptions/{}", guid(1))),
            &[
                ("/name", json!("Other")),
                (
                    "/id",
                    json!(format!(
                        "/subscriptions/{}/providers/Microsoft.Authorization/policyAssignments/Other",
                        guid(1)
                    )),
                ),
            ],
        );
        let tenant = tenant(&[document, other]);
        let ran = tenant.scan(&["--complete", "--format", "json", "--fail-on", "never"]);
        assert_eq!(not_evaluated(&ran), [format!("Export {reason}")]);
        assert_eq!(states(&ran.json()), ["one Compliant"], "{reason}: it has no rows");
        assert_eq!(ran.code, 3, "{reason}");
        let table = tenant.scan(&["--complete"]).out;
        assert!(table.contains("not evaluated") && table.contains(shown), "{reason}: {table}");
        assert_eq!(tenant.scan(&["--complete", "--assignment", "Other"]).code, 0, "{reason}: not selected");
    }
}

#[test]
fn a_version_that_the_definition_has_is_taken() {
    for version in ["4.*.*", "4.1.*", "4.1.0"] {
        let pinned = with(assignment(), &[("/properties/definitionVersion", json!(version))]);
        assert_eq!(tenant(&[pinned]).states(&["--complete"]), BOTH, "{version}");
    }
}

#[test]
fn empty_forms_of_them_are_no_hindrance() {
    let empty = with(
        assignment(),
        &[
            ("/properties/overrides", json!([])),
            ("/properties/resourceSelectors", Value::Null),
            ("/properties/definitionVersion", Value::Null),
            ("/properties/notScopes", Value::Null),
        ],
    );
    assert_eq!(tenant(&[empty]).states(&["--complete"]), BOTH);
}

#[test]
fn an_unknown_definition_is_not_evaluated() {
    let unknown =
        assigned("Other", &management_group("mg-a"), "00000000-1111-2222-3333-444444444444", &json!({}));
    let tenant = tenant(&[assignment(), unknown]);
    let ran = tenant.scan(&["--complete", "--format", "json"]);
    assert_eq!(not_evaluated(&ran), ["Other UnknownDefinition"]);
    assert_eq!(ran.code, 3);
    assert_eq!(tenant.scan(&["--complete", "--definition", "ffb6f416"]).code, 1);
}

#[test]
fn an_exemption_makes_its_row_undetermined() {
    let id =
        format!("{}/providers/Microsoft.Authorization/policyAssignments/Export", management_group("mg-a"));
    let exemption = |scope: &str| {
        json!({"id": format!("{scope}/providers/Microsoft.Authorization/policyExemptions/waived"), "name": "waived",
            "type": "Microsoft.Authorization/policyExemptions", "properties": {"policyAssignmentId": id.to_lowercase(),
            "exemptionCategory": "Waiver", "expiresOn": "2020-01-01T00:00:00Z"}})
    };
    let tenant = Tenant::small()
        .json("exemptions.json", &json!({"value": [exemption(&format!("/subscriptions/{}", guid(2)))]}));
    let result = tenant.result(&["--complete"]);
    assert_eq!(states(&result), ["one Compliant", "two Undetermined"]);
    assert_eq!(rows(&result)[1]["reason"]["code"], "ExemptionNotEvaluated");
    let plan = tenant.planned(&["--complete"]);
    assert_eq!(plan["deployments"], json!([]));
    assert_eq!(plan["notPlanned"][0]["code"], "AZP0823");
    let above = Tenant::small().json("exemptions.json", &json!([exemption(&management_group("mg-a"))]));
    assert_eq!(above.states(&["--complete"]), ["one Undetermined", "two Undetermined"]);
    let other = with(
        exemption(&format!("/subscriptions/{}", guid(2))),
        &[("/properties/policyAssignmentId", json!("/x"))],
    );
    assert_eq!(Tenant::small().json("exemptions.json", &json!([other])).states(&["--complete"]), BOTH);
}

#[test]
fn a_disabled_effect_is_listed_as_giving_no_rows() {
    let definition = json!({"id": "/providers/Microsoft.Authorization/policyDefinitions/off", "name": "off",
        "type": "Microsoft.Authorization/policyDefinitions", "properties": {"displayName": "off", "mode": "All",
        "policyType": "Custom", "parameters": {"effect": {"type": "String", "defaultValue": "Disabled"}},
        "policyRule": {"if": {"field": "type", "equals": "Microsoft.Resources/subscriptions"},
            "then": {"effect": "[parameters('effect')]", "details": {"type": "Microsoft.Security/automations"}}}}});
    let off = assigned("Off", &management_group("mg-a"), "off", &json!({}));
    let tenant = tenant(&[assignment(), off.clone()]).json("definition.json", &definition);
    let result = tenant.result(&["--complete"]);
    assert_eq!(states(&result), BOTH);
    assert_eq!(result["disabled"][0]["name"], "Off");
    assert!(tenant.scan(&["--complete"]).out.contains("disabled"), "it is listed");
    let alone = tenant.json("assignments.json", &json!([off])).scan(&["--complete"]);
    assert_eq!(alone.code, 3, "no row was found: {}", alone.all());
}

#[test]
fn a_proposed_assignment_is_evaluated() {
    let workspace = format!("workspaceResourceId={}", workspace());
    let propose = |more: &[&str]| {
        let mut arguments = vec![
            "--complete",
            "--assign",
            LOG_ANALYTICS,
            "--at",
            "mg-a",
            "--param",
            "resourceGroupName=rg-export",
            "--param",
            "resourceGroupLocation=westeurope",
            "--param",
            &workspace,
            "--param",
            r#"exportedDataTypes=["Security alerts"]"#,
            "--param",
            "isSecurityFindingsEnabled=false",
        ];
        arguments.extend(more);
        Tenant::small().without("assignments.json").scan(&arguments)
    };
    let ran = propose(&["--format", "json"]);
    assert_eq!(states(&ran.json()), BOTH, "{}", ran.err);
    assert_eq!(ran.json()["assignments"][0]["proposed"], true);
    let short = Tenant::small().scan(&["--complete", "--assign", "ffb6f416", "--at", "mg-a"]);
    assert!(short.tells("AZP0313") && !short.tells("AZP0704"), "as the table shows it: {}", short.err);
    assert!(propose(&["--param", "exportedDatatypes2=[]"]).tells("AZP0312"));
    assert!(propose(&["--param", "alertSeverities"]).tells("AZP0706"));
    let unknown = Tenant::small().scan(&[
        "--complete",
        "--assign",
        "ffb6f417-7bd2-4488-8828-56585fef2be9",
        "--at",
        "mg-a",
    ]);
    assert!(unknown.tells("AZP0704") && unknown.err.contains("ffb6f416"), "{}", unknown.err);
    let nowhere = Tenant::small().scan(&["--complete", "--assign", LOG_ANALYTICS, "--at", "mg-b"]);
    assert!(nowhere.tells("AZP0705") && nowhere.err.contains("mg-a"), "{}", nowhere.err);
}

#[test]
fn flags_select_before_anything_is_compiled() {
    // The other one's parameters don't fit: a fault, if it is looked at.
    let bad = with(
        given("exportedDatatype", &json!([])),
        &[
            ("/name", json!("Bad")),
            ("/properties/displayName", json!("Bad")),
            (
                "/id",
                json!(format!(
                    "{}/providers/Microsoft.Authorization/policyAssignments/Bad",
                    management_group("mg-a")
                )),
            ),
        ],
    );
    let tenant = tenant(&[assignment(), bad]);
    assert_eq!(tenant.scan(&["--complete"]).code, 3);
    let selected = tenant.scan(&["--complete", "--assignment", "export", "--format", "json"]);
    assert_eq!((selected.code, selected.err.as_str()), (1, ""));
    assert_eq!(states(&selected.json()), BOTH);
    for (flags, wanted) in [
        (&["--subscription", "two"][..], &["two NonCompliant"][..]),
        (&["--subscription", &guid(1)], &["one Compliant"]),
        (&["--scope", "mg-a"], &BOTH),
        (&["--scope", &format!("/subscriptions/{}", guid(1))], &["one Compliant"]),
        (&["--category", "security center"], &BOTH),
        (&["--definition", "Export to Log Analytics"], &BOTH),
    ] {
        let arguments = [&["--complete", "--assignment", "Export"], flags].concat();
        assert_eq!(tenant.states(&arguments), wanted, "{flags:?}");
    }
    let typing_mistake = tenant.scan(&["--complete", "--assignment", "Expart"]);
    assert!(
        typing_mistake.tells("AZP0703") && typing_mistake.err.contains("Export"),
        "{}",
        typing_mistake.err
    );
    assert_eq!(typing_mistake.code, 2);
}

#[test]
fn an_empty_run_says_so_first() {
    let nothing = tenant(&[]);
    let ran = nothing.scan(&["--complete"]);
    assert_eq!(ran.code, 3);
    assert!(ran.out.lines().next().is_some_and(|line| line.contains("no policy assignment")), "{}", ran.out);
    assert_eq!(nothing.scan(&["--complete", "--allow-empty"]).code, 0);
    let ran = Tenant::new().json("assignments.json", &json!([assignment()])).scan(&[]);
    assert_eq!(ran.code, 3);
    assert!(ran.out.lines().next().is_some_and(|line| line.contains("no subscription")), "{}", ran.out);
}

#[test]
fn a_built_in_that_was_given_is_used_instead_of_the_twin() {
    let result = Tenant::small().result(&["--complete"]);
    let definition = &result["assignments"][0]["definition"];
    assert_eq!((&definition["source"], &definition["version"]), (&json!("shipped"), &json!("4.1.0")));
    let own = json!({"id": format!("/providers/Microsoft.Authorization/policyDefinitions/{LOG_ANALYTICS}"),
        "name": LOG_ANALYTICS, "type": "Microsoft.Authorization/policyDefinitions", "properties": {
        "displayName": "old", "mode": "All", "policyType": "BuiltIn", "metadata": {"version": "3.0.0"},
        "parameters": parameters().as_object().expect("an object").keys().map(|name| {
            let of = match name.as_str() { "exportedDataTypes" | "alertSeverities" => "Array", "isSecurityFindingsEnabled" => "Boolean", _ => "String" };
            (name.clone(), json!({"type": of}))
        }).collect::<serde_json::Map<_, _>>(),
        "policyRule": {"if": {"field": "type", "equals": "Microsoft.Resources/subscriptions"},
            "then": {"effect": "auditIfNotExists", "details": {"type": "Microsoft.Security/automations",
                "name": "ExportToWorkspace", "existenceScope": "ResourceGroup",
                "resourceGroupName": "[parameters('resourceGroupName')]"}}}}});
    let result = Tenant::small().json("definition.json", &own).result(&["--complete"]);
    let definition = &result["assignments"][0]["definition"];
    assert_eq!((&definition["source"], &definition["version"]), (&json!("given"), &json!("3.0.0")));
    assert_eq!(states(&result), BOTH);
}
