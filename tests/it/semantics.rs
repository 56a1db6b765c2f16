//! Points that the documentation leaves open: each can be chosen, and code, schema and documentation name the same.

use std::collections::BTreeMap;
use std::fs;

use azpol::arm::semantics::POINTS;
use serde_json::{Value, json};

use crate::tenant::{Tenant, assigned, automation, guid, management_group, root, rows, text, with};

/// What a policy of a case is about.
enum About {
    /// `if`, beside the type of a subscription, for the effect audit.
    If(Value),
    /// The existence condition of `ExportToWorkspace`.
    Automation(Value),
    /// The details of `auditIfNotExists`.
    Details(Value),
}
use About::{Automation, Details, If};

/// A policy for a point, with the state of its row under each reading.
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
        case("like-stars", value("abc", "like", json!("*b*")), &[HELD, "Error"]),
        case("like-question-mark", value("abc", "like", json!("a?c")), &[NOT, HELD]),
        case("match-letter", value("é", "match", json!("?")), &[HELD, NOT]),
        case("failing-value", value("[div(1, 0)]", "equals", json!(1)), &["Error", NOT]),
        case(
            "missing-array",
            Automation(json!({"field": automations("scopes[*].scopePath"), "equals": "x"})),
            &["Compliant", "NonCompliant"],
        ),
        case("unnamed-current", If(nested), &["not evaluated", HELD]),
        case("count-of-null", If(json!({"count": {"value": "[null()]"}, "equals": 0})), &["Error", HELD]),
        case("outer-member", Automation(outer), &["Compliant", "NonCompliant"]),
        case("contains-case", value("[contains('ABC', 'b')]", "equals", json!(true)), &[HELD, NOT]),
        case(
            "logical-functions",
            If(json!({"value": true, "equals": "[or(true(), equals(div(1, 0), 1))]"})),
            &[HELD, "Error"],
        ),
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
                json!({"type": "Microsoft.Insights/diagnosticSettings", "existenceScope": "Subscription"}),
            ),
            &["NonCompliant", "Compliant"],
        ),
    ]
}

/// Points that no row of a subscription shows; the test that does.
const ELSEWHERE: &[&str] =
    &["hidden-array", "absent-tags", "length-of-null", "template-variables", "modify-add"];

/// A date without a time is of another type than a time, unless it is read as one.
const COUPLED: (&str, &str) = ("unlike-ordered", "date-without-time");

/// A tenant with one subscription and an assignment for each case, named by its index.
fn tenant(cases: &[Case]) -> Tenant {
    let mut definitions = Vec::new();
    let mut assignments = Vec::new();
    let subscription = json!({"field": "type", "equals": "Microsoft.Resources/subscriptions"});
    for (index, case) in cases.iter().enumerate() {
        let name = format!("case-{index:02}");
        let rule = match &case.about {
            If(condition) => json!({"if": {"allOf": [subscription, condition]}, "then": {"effect": "audit"}}),
            Automation(condition) => {
                json!({"if": subscription, "then": {"effect": "auditIfNotExists", "details": {
                "type": "Microsoft.Security/automations", "name": "ExportToWorkspace",
                "resourceGroupName": "rg-export", "existenceCondition": condition}}})
            }
            Details(details) => {
                json!({"if": subscription, "then": {"effect": "auditIfNotExists", "details": details}})
            }
        };
        definitions.push(json!({"id": format!("/providers/Microsoft.Authorization/policyDefinitions/{name}"),
            "name": name, "type": "Microsoft.Authorization/policyDefinitions", "properties": {
            "displayName": name, "mode": "All", "policyType": "Custom", "parameters": {}, "policyRule": rule}}));
        assignments.push(assigned(&name, &management_group("mg-a"), &name, &json!({})));
    }
    let sources = json!([{"eventSource": "Alerts", "ruleSets": []},
        {"eventSource": "Assessments", "ruleSets": [{"rules": []}]}]);
    let mut bare = with(automation(1), &[("/properties/sources", sources)]);
    let properties = bare["properties"].as_object_mut().expect("properties");
    properties.remove("description");
    properties.remove("scopes");
    let group = format!("/subscriptions/{}/resourceGroups/rg-export/providers", guid(1));
    let resource = |id: String, resource_type: &str| json!({"id": id, "name": id.rsplit('/').next(), "type": resource_type, "properties": {}});
    let others = json!([
        resource(format!("{group}/Contoso.Things/boxes/b/lids/l"), "Contoso.Things/boxes/lids"),
        resource(
            format!("{group}/Contoso.Things/boxes/b/providers/Microsoft.Insights/diagnosticSettings/d"),
            "Microsoft.Insights/diagnosticSettings"
        ),
        resource(format!("{group}/Contoso.Things/notes/n"), "Contoso.Things/notes"),
    ]);
    Tenant::small()
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

/// The state of each case's row; `not evaluated` where it has none.
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
fn every_point_has_a_case() {
    let cases = cases();
    for point in POINTS {
        let shown = cases.iter().any(|case| case.point == point.id);
        assert_eq!(shown, !ELSEWHERE.contains(&point.id), "{}", point.id);
    }
}

#[test]
fn each_switch_changes_its_own_rows_and_no_others() {
    let cases = cases();
    let tenant = tenant(&cases);
    let default: Vec<&str> = cases.iter().map(|case| case.states[0]).collect();
    let told: Vec<String> = states(&tenant, &[]).into_values().collect();
    assert_eq!(told, default, "by default");
    for point in POINTS {
        for (reading, name) in point.readings.iter().enumerate() {
            let tenant = with_config(&tenant, &format!("semantics:\n  {}: {name}\n", point.id));
            let told = states(tenant, &[]);
            for (index, case) in cases.iter().enumerate() {
                if (point.id, case.point) == COUPLED {
                    continue;
                }
                let wanted = if case.point == point.id { case.states[reading] } else { default[index] };
                assert_eq!(told[&index], wanted, "{}: {name}, row {index} ({})", point.id, case.point);
            }
        }
    }
}

/// The tenant with this `azpol.yaml`.
fn with_config<'t>(tenant: &'t Tenant, text: &str) -> &'t Tenant {
    fs::write(tenant.path().join("azpol.yaml"), text).expect("written");
    tenant
}

#[test]
fn strict_evaluates_every_branch() {
    let cases = cases();
    let tenant = tenant(&cases);
    let told = states(&tenant, &["--strict"]);
    for (index, case) in cases.iter().enumerate() {
        let wanted = match case.point {
            "short-circuit" | "logical-functions" => case.states.last().expect("a state"),
            _ => case.states.first().expect("a state"),
        };
        assert_eq!(told[&index], *wanted, "{}", case.point);
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
