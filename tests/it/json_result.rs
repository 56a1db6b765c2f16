//! The result for programs: it fits its schema, and the same inputs give the same bytes in whatever order they are named.

use std::fs;

use jsonschema::{Registry, Validator};
use serde_json::{Value, json};

use crate::tenant::{Tenant, assignment, automation, azpol, group, guid, root, subscription, with};

fn schema(name: &str) -> Value {
    let text = fs::read_to_string(root().join("schemas").join(name)).expect(name);
    serde_json::from_str(&text).expect("JSON")
}

/// Runs `check` with the schema of results, which refers to the one of plans.
fn with_schema(check: impl FnOnce(&Validator)) {
    let plan = schema("plan.schema.json");
    let id = plan["$id"].as_str().expect("an id").to_owned();
    let registry = Registry::new().add(id, plan).expect("an address").prepare().expect("a registry");
    check(
        &jsonschema::options()
            .with_registry(&registry)
            .build(&schema("result.schema.json"))
            .expect("a schema"),
    );
}

#[track_caller]
fn fits(validator: &Validator, what: &str, result: &Value) {
    let faults: Vec<String> =
        validator.iter_errors(result).map(|fault| format!("{fault} at {}", fault.instance_path())).collect();
    assert!(faults.is_empty(), "{what}: {faults:#?}");
}

#[test]
fn results_of_all_example_tenants_fit_the_schema() {
    with_schema(|validator| {
        for fixture in ["contoso", "fabrikam", "first-hour"] {
            for command in ["scan", "plan"] {
                let ran = azpol(&root(), &[command, &format!("fixtures/{fixture}"), "--format", "json"]);
                fits(validator, &format!("{command} {fixture}"), &ran.json());
            }
        }
    });
}

/// Tenants in which something of everything occurs.
fn odd_tenants() -> Vec<(&'static str, Tenant)> {
    let guest = with(subscription(4), &[("/homeTenantId", json!("cccccccc-0000-4000-8000-000000000000"))]);
    let account = with(subscription(3), &[("/name", json!("N/A(tenant level account)"))]);
    let off = with(automation(2), &[("/properties/isEnabled", json!(false))]);
    let bare = with(automation(1), &[("/properties", Value::Null)]);
    let excluded = json!([format!("/subscriptions/{}", guid(2))]);
    let unknown = with(
        assignment(),
        &[(
            "/properties/policyDefinitionId",
            json!("/providers/Microsoft.Authorization/policyDefinitions/none"),
        )],
    );
    let many = |assignment: Value| Tenant::small().json("assignments.json", &json!([assignment]));
    vec![
        ("empty", Tenant::new()),
        ("nothing known", Tenant::small().without("tree.json").json("automations.json", &json!([]))),
        (
            "set aside",
            Tenant::small().json("subs.json", &json!([subscription(1), subscription(2), guest, account])),
        ),
        ("off", Tenant::small().json("automations.json", &json!([automation(1), off]))),
        ("without properties", Tenant::small().json("automations.json", &json!([bare]))),
        ("excluded", many(with(assignment(), &[("/properties/notScopes", excluded)]))),
        ("unknown definition", many(unknown)),
        (
            "overrides",
            many(with(assignment(), &[("/properties/overrides", json!([{"kind": "policyEffect"}]))])),
        ),
        (
            "a bad parameter",
            many(with(assignment(), &[("/properties/parameters/exportedDatatype", json!({"value": 1}))])),
        ),
        (
            "refused",
            many(with(assignment(), &[("/properties/parameters/alertSeverities", json!({"value": []}))])),
        ),
        ("a broken file", Tenant::small().file("broken.json", "{\"value\": [")),
        (
            "two contents",
            Tenant::small()
                .json("more.json", &json!([with(automation(1), &[("/location", json!("north"))])])),
        ),
        ("an initiative", crate::initiatives::tenant()),
        ("an unknown document", Tenant::small().json("x.json", &json!({"hello": 1}))),
        (
            "planted",
            Tenant::small()
                .json("groups.json", &json!([group(1, "rg-export"), group(2, "##vso[x]\u{1b}\u{202e}")])),
        ),
    ]
}

#[test]
fn results_of_odd_tenants_fit_the_schema_too() {
    with_schema(|validator| {
        for (what, tenant) in odd_tenants() {
            for complete in [&[][..], &["--complete"]] {
                fits(validator, what, &tenant.result(complete));
                fits(validator, what, &tenant.plan(&[complete, &["--format", "json"]].concat()).json());
            }
        }
    });
}

#[test]
fn the_schema_is_strict() {
    with_schema(|validator| {
        let result = azpol(&root(), &["plan", "fixtures/fabrikam", "--format", "json"]).json();
        fits(validator, "as it is", &result);
        for (pointer, value) in [
            ("/more", json!(1)),
            ("/azpol", json!("result/v2")),
            ("/rows/0/more", json!(1)),
            ("/rows/0/state", json!("Fine")),
            ("/rows/0/subscriptionName", Value::Null),
            ("/summary/rows", json!(-1)),
            ("/assignments/0/definition/source", json!("guessed")),
            ("/plan/more", json!(1)),
            ("/plan/hazards/0/code", json!("hazard")),
        ] {
            assert!(!validator.is_valid(&with(result.clone(), &[(pointer, value)])), "{pointer}");
        }
        // Every object of the schema names its members.
        open_objects("", &schema("result.schema.json"));
    });
}

fn open_objects(at: &str, schema: &Value) {
    match schema {
        Value::Object(members) => {
            if members.get("type") == Some(&json!("object")) {
                assert_eq!(members.get("additionalProperties"), Some(&json!(false)), "{at} takes anything");
            }
            members.iter().for_each(|(key, value)| open_objects(&format!("{at}/{key}"), value));
        }
        Value::Array(items) => items.iter().for_each(|item| open_objects(at, item)),
        _ => {}
    }
}

#[test]
fn the_same_inputs_give_the_same_bytes_in_any_order() {
    for fixture in ["contoso", "fabrikam", "first-hour"] {
        let folder = format!("fixtures/{fixture}");
        let mut files: Vec<String> = fs::read_dir(root().join(&folder))
            .expect("a folder")
            .map(|entry| entry.expect("entry").path())
            .filter(|path| path.extension().is_some_and(|e| e == "json" || e == "yaml"))
            .map(|path| format!("{folder}/{}", path.file_name().expect("a name").to_string_lossy()))
            .collect();
        files.sort();
        for command in ["scan", "plan"] {
            let run = |files: &[String]| {
                let files: Vec<&str> = files.iter().map(String::as_str).collect();
                azpol(&root(), &[&[command, "--format", "json"], &files[..]].concat()).out
            };
            let forward = run(&files);
            assert_eq!(forward, run(&files), "{command} {fixture}: twice");
            let mut backward = files.clone();
            backward.reverse();
            assert_eq!(forward, run(&backward), "{command} {fixture}: in another order");
            let mut turned = files.clone();
            turned.rotate_left(files.len() / 2);
            assert_eq!(forward, run(&turned), "{command} {fixture}: in a third order");
        }
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let run =
        |jobs: &str| azpol(&root(), &["plan", "fixtures/contoso", "--format", "json", "--jobs", jobs]).out;
    assert_eq!(run("1"), run("4"));
}

#[test]
fn rows_in_shuffled_order_give_the_same_result() {
    let tenant = Tenant::small();
    let shuffled = Tenant::small()
        .json("subs.json", &json!([subscription(2), subscription(1)]))
        .json("groups.json", &json!([group(2, "rg-export"), group(1, "rg-export")]));
    let plain = |tenant: &Tenant| {
        let mut result = tenant.plan(&["--complete", "--format", "json"]).json();
        result["diagnostics"].take();
        result
    };
    assert_eq!(plain(&tenant), plain(&shuffled));
}

#[test]
fn colours_only_where_they_are_asked_for() {
    let tenant = Tenant::small();
    assert!(!tenant.scan(&["--complete"]).out.contains('\u{1b}'), "standard output is no terminal");
    assert!(tenant.scan(&["--complete", "--color", "always"]).out.contains('\u{1b}'));
    let ascii = tenant.plan(&["--complete", "--ascii"]);
    assert!(ascii.out.is_ascii(), "{}", ascii.out);
    assert!(ascii.out.contains("x missing"), "a word stands beside each symbol: {}", ascii.out);
}

#[test]
fn a_result_can_go_to_a_file() {
    let tenant = Tenant::small();
    let ran = tenant.scan(&["--complete", "--format", "json", "-o", "result.json"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    let written: Value = serde_json::from_str(&tenant.read("result.json")).expect("JSON");
    assert_eq!(written["azpol"], "result/v1");
}
