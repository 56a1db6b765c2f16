//! Points that the documentation leaves open: each can be chosen, and code, schema and documentation name the same.

use std::collections::BTreeMap;
use std::fs;

use azpol::arm::semantics::POINTS;
use serde_json::{Value, json};

use crate::tenant::{Tenant, assigned, automation, guid, management_group, root, rows, text, with};

/// What a case is about.
enum About {
    /// `if`, beside the type of a subscription, for the effect audit.
    If(Value),
    /// `if`, beside the type of the only note, for the effect audit in the mode `Indexed`.
    Note(Value),
    /// The existence condition of `ExportToWorkspace`.
    Automation(Value),
    /// The details of `auditIfNotExists`.
    Details(Value),
    /// An expression of a template, for `azpol eval`.
    Template(&'static str),
    /// A rule, and a case of `azpol test` for it.
    Tested(Value, Value),
}
use About::{Automation, Details, If, Note, Template, Tested};

/// A case for a point, with its outcome under each reading: the state of a policy's row, the value of an
/// expression, whether a test passes.
struct Case {
    point: &'static str,
    about: About,
    states: &'static [&'static str],
}

const HELD: &str = "NonCompliant";
const NOT: &str = "Compliant";

fn automations(rest: &str) -> String {
    format!("Microsoft.Security/automations/{rest}")
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn cases() -> Vec<Case> {
    let case = |point, about, states| Case { point, about, states };
    let value = |value: &str, operator: &str, target: Value| If(json!({"value": value, operator: target}));
    let description = |operator: &str, target: &str| {
        Automation(json!({"field": automations("description"), operator: target}))
    };
    let fails = json!({"value": 1, "equals": "[div(1, 0)]"});
    let apart = json!({"value": "a", "equals": "b"});
    let outer = json!({"count": {"field": automations("sources[*].ruleSets[*]"),
        "where": {"field": automations("sources[*].eventSource"), "equals": "Assessments"}}, "equals": 1});
    let hidden = json!({"type": "Microsoft.Insights/diagnosticSettings",
        "existenceCondition": {"field": "Microsoft.Insights/diagnosticSettings/logs.enabled", "equals": true}});
    let contributor =
        "/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c";
    let setting = json!({"type": "Microsoft.Insights/diagnosticSettings", "apiVersion": "2021-05-01-preview",
        "name": "d", "properties": {}});
    let deploying = Tested(
        json!({"if": {"field": "type", "equals": "Microsoft.Resources/subscriptions"}, "then": {
            "effect": "deployIfNotExists", "details": {"type": "Microsoft.Insights/diagnosticSettings",
            "deploymentScope": "subscription", "roleDefinitionIds": [contributor], "deployment": {
            "location": "westeurope", "properties": {"mode": "incremental", "template": {
                "$schema": "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#",
                "contentVersion": "1.0.0.0", "variables": {"unused": "[div(1, 0)]"}, "resources": [setting]}}}}}}),
        json!({"name": "a", "resource": "subscription", "expect": {"state": "NonCompliant",
            "deployed": [{"name": "d"}], "partial": true}}),
    );
    let account = "Microsoft.Storage/storageAccounts";
    let adding = Tested(
        json!({"if": {"field": "type", "equals": account}, "then": {"effect": "modify", "details": {
            "roleDefinitionIds": [contributor], "operations": [{"operation": "add", "value": "TLS1_2",
                "field": "Microsoft.Storage/storageAccounts/minimumTlsVersion"}]}}}),
        json!({"name": "a", "resource": {"type": account, "location": "westeurope",
            "properties": {"minimumTlsVersion": "TLS1_0"}}, "expect": {"state": "NonCompliant",
            "message": "has another value, which `add` can't change"}}),
    );
    let nested = json!({"count": {"value": [1], "name": "a", "where": {"count": {"value": [2], "name": "b",
        "where": {"value": "[current()]", "equals": 2}}, "equals": 1}}, "equals": 1});
    vec![
        case("short-circuit", If(json!({"allOf": [fails, apart]})), &["Error", NOT, "Error"]),
        case("short-circuit", If(json!({"allOf": [apart, fails]})), &[NOT, NOT, "Error"]),
        case("missing-equals-empty", description("equals", ""), &["Compliant", "NonCompliant"]),
        case(
            "missing-in-list",
            Automation(json!({"field": automations("description"), "in": ["x", ""]})),
            &["Compliant", "NonCompliant"],
        ),
        case("missing-matches-empty", description("match", ""), &["Compliant", "NonCompliant"]),
        case("missing-like-star", description("like", "*"), &["NonCompliant", "Compliant"]),
        case("missing-ordered", description("less", "x"), &["Undetermined", "NonCompliant", "Error"]),
        case(
            "null-ordered",
            value("[tryGet(createObject('a', 1), 'b')]", "less", json!(5)),
            &["Undetermined", NOT, "Error"],
        ),
        case("null-target", description("equals", "[null()]"), &["Error", "Compliant"]),
        case(
            "unlike-ordered",
            Automation(json!({"field": automations("isEnabled"), "less": 5})),
            &["Error", "NonCompliant"],
        ),
        case(
            "date-without-time",
            value("2026-03-04", "less", json!("2026-05-01T00:00:00Z")),
            &["Error", HELD],
        ),
        case("number-and-text", value("[add(2, 3)]", "equals", json!("05")), &[NOT, HELD]),
        case("contains-in-array", value("[createArray('a')]", "contains", json!("A")), &[HELD, NOT]),
        case("contains-in-object", value("[createObject('a', 1)]", "contains", json!("A")), &[HELD, NOT]),
        case("like-stars", value("abc", "like", json!("*b*")), &[HELD, "Error"]),
        case("like-question-mark", value("abc", "like", json!("a?c")), &[NOT, HELD]),
        case("match-letter", value("é", "match", json!("?")), &[HELD, NOT]),
        case("failing-value", value("[div(1, 0)]", "equals", json!(1)), &["Error", NOT]),
        case(
            "missing-array",
            Automation(json!({"field": automations("scopes[*].scopePath"), "equals": "x"})),
            &["Compliant", "NonCompliant"],
        ),
        case("hidden-array", Details(hidden), &["NonCompliant", "Compliant"]),
        case("absent-tags", Note(json!({"value": "[field('tags')]", "exists": false})), &[HELD, NOT]),
        case("unnamed-current", If(nested), &["not evaluated", HELD]),
        case("count-of-null", If(json!({"count": {"value": "[null()]"}, "equals": 0})), &["Error", HELD]),
        case("outer-member", Automation(outer), &["Compliant", "NonCompliant"]),
        case("contains-case", value("[contains('ABC', 'b')]", "equals", json!(true)), &[HELD, NOT]),
        case("replace-case", value("[replace('ABC', 'b', 'x')]", "equals", json!("AxC")), &[HELD, NOT]),
        case(
            "logical-functions",
            If(json!({"value": true, "equals": "[or(true(), equals(div(1, 0), 1))]"})),
            &[HELD, "Error"],
        ),
        case("coalesce", If(json!({"value": 1, "equals": "[coalesce(1, div(1, 0))]"})), &[HELD, "Error"]),
        case(
            "address-families",
            If(json!({"value": false, "equals": "[ipRangeContains('10.0.0.0/8', '::1')]"})),
            &["Error", HELD],
        ),
        case(
            "empty-json",
            If(json!({"value": true, "equals": "[equals(json(''), null())]"})),
            &["Error", HELD],
        ),
        case("length-of-null", Template("length(null())"), &["0", "Error"]),
        case(
            "int-of-fraction",
            If(json!({"value": 1, "equals": "[int(float('1.5'))]"})),
            &["Undetermined", HELD, "Error"],
        ),
        case(
            "union-keys",
            value(
                "[equals(first(items(union(createObject('K', 1), createObject('k', 2)))).key, 'k')]",
                "equals",
                json!(true),
            ),
            &[NOT, HELD],
        ),
        case("template-variables", deploying, &["passed", "failed"]),
        case(
            "scope-and-group",
            Details(json!({"type": automations("").trim_end_matches('/'), "name": "ExportToWorkspace",
                "existenceScope": "Subscription", "resourceGroupName": "rg-other"})),
            &["NonCompliant", "Compliant"],
        ),
        case(
            "subscription-search",
            Details(json!({"type": automations("").trim_end_matches('/')})),
            &["Compliant", "Error"],
        ),
        case(
            "nested-without-name",
            Details(json!({"type": "Contoso.Things/boxes/lids", "existenceScope": "Subscription"})),
            &["Compliant", "Error"],
        ),
        case(
            "extension-search",
            Details(
                json!({"type": "Microsoft.Insights/diagnosticSettings", "existenceScope": "Subscription",
                    "name": "d"}),
            ),
            &["NonCompliant", "Compliant"],
        ),
        case("modify-add", adding, &["failed", "passed"]),
    ]
}

/// A date without a time is of another type than a time, unless it is read as one.
const COUPLED: (&str, &str) = ("unlike-ordered", "date-without-time");

/// A tenant with one subscription and an assignment for each case of a row, named by its index.
fn tenant(cases: &[Case]) -> Tenant {
    let mut definitions = Vec::new();
    let mut assignments = Vec::new();
    let subscription = json!({"field": "type", "equals": "Microsoft.Resources/subscriptions"});
    let note = json!({"field": "type", "equals": "Contoso.Things/notes"});
    for (index, case) in cases.iter().enumerate() {
        let name = format!("case-{index:02}");
        let rule = match &case.about {
            If(condition) => json!({"if": {"allOf": [subscription, condition]}, "then": {"effect": "audit"}}),
            Note(condition) => json!({"if": {"allOf": [note, condition]}, "then": {"effect": "audit"}}),
            Template(_) | Tested(..) => continue,
            Automation(condition) => {
                json!({"if": subscription, "then": {"effect": "auditIfNotExists", "details": {
                "type": "Microsoft.Security/automations", "name": "ExportToWorkspace",
                "resourceGroupName": "rg-export", "existenceCondition": condition}}})
            }
            Details(details) => {
                json!({"if": subscription, "then": {"effect": "auditIfNotExists", "details": details}})
            }
        };
        let mode = if matches!(case.about, Note(_)) { "Indexed" } else { "All" };
        definitions.push(json!({"id": format!("/providers/Microsoft.Authorization/policyDefinitions/{name}"),
            "name": name, "type": "Microsoft.Authorization/policyDefinitions", "properties": {
            "displayName": name, "mode": mode, "policyType": "Custom", "parameters": {}, "policyRule": rule}}));
        assignments.push(assigned(&name, &management_group("mg-a"), &name, &json!({})));
    }
    let sources = json!([{"eventSource": "Alerts", "ruleSets": []},
        {"eventSource": "Assessments", "ruleSets": [{"rules": []}]}]);
    let mut bare = with(automation(1), &[("/properties/sources", sources)]);
    let properties = bare["properties"].as_object_mut().expect("properties");
    properties.remove("description");
    properties.remove("scopes");
    let subscription = format!("/subscriptions/{}", guid(1));
    let group = format!("{subscription}/resourceGroups/rg-export/providers");
    let resource = |id: String, resource_type: &str| json!({"id": id, "name": id.rsplit('/').next(), "type": resource_type, "properties": {}});
    let others = json!([
        resource(format!("{group}/Contoso.Things/boxes/b/lids/l"), "Contoso.Things/boxes/lids"),
        resource(
            format!("{group}/Contoso.Things/boxes/b/providers/Microsoft.Insights/diagnosticSettings/d"),
            "Microsoft.Insights/diagnosticSettings"
        ),
        with(
            resource(format!("{group}/Contoso.Things/notes/n"), "Contoso.Things/notes"),
            &[("/location", json!("westeurope"))],
        ),
        with(
            resource(
                format!("{subscription}/providers/Microsoft.Insights/diagnosticSettings/s"),
                "Microsoft.Insights/diagnosticSettings"
            ),
            &[("/properties/logs", json!([]))],
        ),
    ]);
    Tenant::small()
        .json("aliases.txt", &aliases())
        .file("azpol.yaml", ALIASES)
        .json("tree.json", &crate::tenant::tree(&[("mg-a", &[1])]))
        .json("subs.json", &json!([crate::tenant::subscription(1)]))
        .json(
            "groups.json",
            &json!([crate::tenant::group(1, "rg-export"), crate::tenant::group(1, "rg-other")]),
        )
        .json("automations.json", &json!([bare]))
        .json("others.json", &others)
        .json("definitions.json", &json!(definitions))
        .json("assignments.json", &json!(assignments))
}

/// The outcome of each case. An expression or a test, which is a run of its own, is asked only if it is `wanted`.
fn outcomes(
    tenant: &Tenant,
    cases: &[Case],
    arguments: &[&str],
    wanted: impl Fn(&Case) -> bool,
) -> Vec<String> {
    let rows = states(tenant, arguments);
    let outcome = |(index, case): (usize, &Case)| match &case.about {
        Template(_) | Tested(..) if !wanted(case) => case.states[0].to_owned(),
        Template(text) => {
            let ran = tenant.azpol(&[&["eval", "--dialect", "template", text], arguments].concat());
            if ran.code == 0 { ran.out.trim().to_owned() } else { "Error".to_owned() }
        }
        Tested(rule, case) => {
            write(tenant, "test/rule.json", &json!({"mode": "All", "policyRule": rule}));
            let test = json!({"azpol": "test/v1", "definition": "rule.json", "cases": [case]});
            write(tenant, "test/one.azpol-test.json", &test);
            let ran = tenant.azpol(&[&["test", "test"], arguments].concat());
            fs::remove_dir_all(tenant.path().join("test")).expect("removed");
            match ran.code {
                0 => "passed".to_owned(),
                1 => "failed".to_owned(),
                _ => panic!("{}", ran.all()),
            }
        }
        If(_) | Note(_) | Automation(_) | Details(_) => rows[&index].clone(),
    };
    cases.iter().enumerate().map(outcome).collect()
}

fn write(tenant: &Tenant, name: &str, document: &Value) {
    let path = tenant.path().join(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, document.to_string()).expect("written");
}

/// The state of each row; `not evaluated` where there is none.
fn states(tenant: &Tenant, arguments: &[&str]) -> BTreeMap<usize, String> {
    let result = tenant.result(&[&["--complete"], arguments].concat());
    let index = |row: &Value, key: &str| -> usize {
        let id = text(&row[key]);
        id[id.len() - 2..].parse().expect("the number of a case")
    };
    let mut states: BTreeMap<usize, String> = rows(&result)
        .iter()
        .map(|row| (index(row, "assignmentId"), text(&row["state"]).to_owned()))
        .collect();
    for not in result["notEvaluated"].as_array().expect("a list") {
        states.insert(index(not, "id"), "not evaluated".to_owned());
    }
    states
}

#[test]
fn every_reading_has_a_case_that_shows_it() {
    let cases = cases();
    for point in POINTS {
        let own: Vec<&Case> = cases.iter().filter(|case| case.point == point.id).collect();
        for case in &own {
            assert_eq!(case.states.len(), point.readings.len(), "{}", point.id);
        }
        for (reading, name) in point.readings.iter().enumerate().skip(1) {
            let shows = own.iter().any(|case| case.states[reading] != case.states[0]);
            assert!(shows, "no case shows that {} is read as {name}", point.id);
        }
    }
}

#[test]
fn each_switch_changes_its_own_rows_and_no_others() {
    let cases = cases();
    let tenant = tenant(&cases);
    let default: Vec<&str> = cases.iter().map(|case| case.states[0]).collect();
    assert_eq!(outcomes(&tenant, &cases, &[], |_| true), default, "by default");
    for point in POINTS {
        for (reading, name) in point.readings.iter().enumerate() {
            let tenant = with_config(&tenant, &format!("semantics:\n  {}: {name}\n", point.id));
            let told = outcomes(tenant, &cases, &[], |case| case.point == point.id);
            for (index, case) in cases.iter().enumerate() {
                if (point.id, case.point) == COUPLED {
                    continue;
                }
                let wanted = if case.point == point.id { case.states[reading] } else { default[index] };
                assert_eq!(told[index], wanted, "{}: {name}, case {index} ({})", point.id, case.point);
            }
        }
    }
}

/// The tenant with this in `azpol.yaml`.
fn with_config<'t>(tenant: &'t Tenant, text: &str) -> &'t Tenant {
    fs::write(tenant.path().join("azpol.yaml"), format!("{ALIASES}{text}")).expect("written");
    tenant
}

/// A small catalogue is read faster than the table that ships.
const ALIASES: &str = "aliases: [aliases.txt]\n";

fn aliases() -> Value {
    let of = |namespace: &str, resource_type: &str, paths: &[&str]| {
        let alias = |path: &&str| {
            let name = format!("{namespace}/{resource_type}/{}", path.replace("logs[*]", "logs"));
            json!({"name": name, "defaultPath": format!("properties.{path}")})
        };
        let aliases: Vec<Value> = paths.iter().map(alias).collect();
        json!({"namespace": namespace, "resourceTypes": [{"resourceType": resource_type, "aliases": aliases}]})
    };
    let automations = [
        "description",
        "isEnabled",
        "scopes[*].scopePath",
        "sources[*].eventSource",
        "sources[*].ruleSets[*]",
    ];
    json!([
        of("Microsoft.Security", "automations", &automations),
        of("Microsoft.Insights", "diagnosticSettings", &["logs[*].enabled"]),
        of("Microsoft.Storage", "storageAccounts", &["minimumTlsVersion"]),
    ])
}

#[test]
fn strict_evaluates_every_branch() {
    let cases = cases();
    let tenant = tenant(&cases);
    let told = outcomes(&tenant, &cases, &["--strict"], |_| true);
    for (index, case) in cases.iter().enumerate() {
        let wanted = match case.point {
            "short-circuit" | "logical-functions" | "coalesce" => case.states.last().expect("a state"),
            _ => case.states.first().expect("a state"),
        };
        assert_eq!(told[index], *wanted, "{}", case.point);
    }
}

/// Commands whose results name readings.
const COMMANDS: [&[&str]; 4] =
    [&["scan", "."], &["plan", "."], &["explain", "one", "."], &["test", "a.azpol-test.yaml"]];

#[test]
fn results_name_what_is_read_otherwise_than_by_default() {
    let case = Case { point: "", about: Note(json!({"field": "name", "equals": "n"})), states: &[] };
    let tenant = tenant(&[case])
        .file("rule.yaml", "mode: All\npolicyRule: { if: { field: name, exists: true }, then: { effect: audit } }\n")
        .file(
            "a.azpol-test.yaml",
            "azpol: test/v1\ndefinition: rule.yaml\ncases: [{ name: a, resource: subscription, expect: NonCompliant }]\n",
        );
    let told = |command: &[&str], more: &[&str]| {
        let told = tenant.azpol(&[command, &["--format", "json"], more].concat()).json();
        (told["semantics"].clone(), told["aliases"].clone())
    };
    let line = |command: &[&str]| {
        let table = tenant.azpol(command).out;
        table
            .lines()
            .find_map(|line| line.strip_prefix("read otherwise than by default: "))
            .map(str::to_owned)
    };
    for command in COMMANDS {
        assert_eq!(told(command, &[]), (json!([]), json!("given")), "{command:?}");
        assert_eq!(line(command), None, "{command:?}");
    }
    let types = "missing-array: fails\n  types-without-tags: [Contoso.Things/lids, Contoso.Things/notes]\n";
    with_config(&tenant, &format!("semantics:\n  {types}"));
    let chosen = json!([{"point": "missing-array", "reading": "fails"},
        {"point": "types-without-tags", "reading": "Contoso.Things/lids"},
        {"point": "types-without-tags", "reading": "Contoso.Things/notes"}]);
    let words = "missing-array fails, types-without-tags Contoso.Things/lids, types-without-tags Contoso.Things/notes";
    for command in COMMANDS {
        assert_eq!(told(command, &[]).0, chosen, "{command:?}");
        assert!(words.starts_with(&line(command).expect("a line")), "{command:?}");
        let strict = told(command, &["--strict"]).0;
        let points: Vec<&str> =
            strict.as_array().expect("a list").iter().map(|one| text(&one["point"])).collect();
        assert_eq!(
            points[..4],
            ["short-circuit", "missing-array", "logical-functions", "coalesce"],
            "{command:?}"
        );
    }
    assert_eq!(tenant.plan(&["-o", "plan"]).code, 3);
    let plan: Value = serde_json::from_str(&tenant.read("plan/plan.json")).expect("JSON");
    assert_eq!(plan["semantics"], chosen);
    fs::write(tenant.path().join("azpol.yaml"), "{}").expect("written");
    assert_eq!(told(COMMANDS[0], &[]).1, "shipped");
}

#[test]
fn every_command_that_evaluates_can_be_strict() {
    let condition = json!({"allOf": [{"value": "a", "equals": "b"}, {"value": "[div(1, 0)]", "equals": 1}]});
    let tenant = tenant(&[Case { point: "", about: If(condition), states: &[] }]);
    let state = |more: &[&str]| {
        let told = tenant.azpol(&[&["explain", "one", ".", "--format", "json"], more].concat()).json();
        text(&told["explanations"][0]["state"]).to_owned()
    };
    assert_eq!((state(&[]), state(&["--strict"])), ("Compliant".to_owned(), "Error".to_owned()));
    for text in ["or(true(), equals(div(1, 0), 1))", "coalesce(1, div(1, 0))"] {
        for dialect in ["policy", "template"] {
            let eval = |more: &[&str]| tenant.azpol(&[&["eval", text, "--dialect", dialect], more].concat());
            assert_eq!(eval(&[]).code, 0, "{text}");
            let strict = eval(&["--strict"]);
            assert_eq!(strict.code, 1, "{text}");
            assert!(strict.tells("AZP1301"), "{}", strict.err);
        }
    }
}

#[test]
fn a_further_extension_type_is_searched_on_the_resource() {
    let details = json!({"type": "Contoso.Things/notes", "existenceScope": "Subscription"});
    let tenant = tenant(&[Case { point: "", about: Details(details), states: &[] }]);
    assert_eq!(states(&tenant, &[])[&0], "Compliant");
    with_config(&tenant, "semantics:\n  extension-types: [contoso.things/NOTES]\n");
    assert_eq!(states(&tenant, &[])[&0], "NonCompliant");
}

#[test]
fn resources_of_a_type_without_tags_are_not_indexed() {
    let tenant =
        tenant(&[Case { point: "", about: Note(json!({"field": "name", "equals": "n"})), states: &[] }]);
    assert_eq!(states(&tenant, &[])[&0], "NonCompliant");
    with_config(&tenant, "semantics:\n  types-without-tags: [contoso.things/NOTES]\n");
    assert!(states(&tenant, &[]).is_empty());
}

#[test]
fn an_unknown_point_or_reading_is_told_with_its_place() {
    let tenant = tenant(&[]);
    for (text, code, wanted) in [
        ("semantics:\n  short-circuits: any-order\n", "AZP0402", "did you mean `short-circuit`?"),
        ("semantics:\n  short-circuit: whatever\n", "AZP0401", "semantics"),
        ("semantics: strict\n", "AZP0401", "azpol.yaml"),
        ("semantics:\n  extension-types: [notes]\n", "AZP0401", "azpol.yaml"),
    ] {
        let ran = with_config(&tenant, text).scan(&[]);
        assert_eq!(ran.code, 2, "{}", ran.all());
        assert!(ran.tells(code) && ran.err.contains(wanted), "{text}\n{}", ran.err);
    }
}

#[test]
fn code_schema_and_documentation_name_the_same_points() {
    let read = |file: &str| fs::read_to_string(root().join(file)).expect(file);
    let schema: Value = serde_json::from_str(&read("schemas/config.schema.json")).expect("JSON");
    let known = schema["properties"]["semantics"]["properties"].as_object().expect("properties");
    let lists = ["extension-types", "types-without-tags"];
    let ids: Vec<&str> = POINTS.iter().map(|point| point.id).chain(lists).collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    assert_eq!(known.keys().map(String::as_str).collect::<Vec<_>>(), sorted);
    for point in POINTS {
        assert_eq!(known[point.id]["enum"], json!(point.readings), "{}", point.id);
    }
    let docs = read("docs/semantics.md");
    let headings: Vec<&str> =
        docs.lines().filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`')).collect();
    assert_eq!(headings, ids, "one section for each point, in the same order");
    for (point, section) in POINTS.iter().zip(docs.split("\n### `").skip(1)) {
        for reading in point.readings {
            assert!(section.contains(&format!("`{reading}`")), "{}: {reading}", point.id);
        }
        let default = format!("`{}` (default)", point.readings[0]);
        assert!(section.contains(&default), "{}: {default}", point.id);
        assert!(section.contains("Source:"), "{}", point.id);
    }
}

#[test]
fn each_point_is_asked_somewhere() {
    let mut code = String::new();
    gather(&root().join("src"), &mut code);
    for id in POINTS.iter().map(|point| point.id).chain(["extension-types", "types-without-tags"]) {
        let asked = format!(".{}", id.replace('-', "_"));
        assert!(code.contains(&asked), "{id}");
    }
}

fn gather(folder: &std::path::Path, code: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            gather(&path, code);
        } else if !path.ends_with("arm/semantics.rs") && !path.ends_with("config/settings.rs") {
            code.push_str(&fs::read_to_string(&path).unwrap_or_default());
        }
    }
}
