//! The example tenant in order shows every case that it is to show, and converges.

use serde_json::Value;

use crate::tenant::{azpol, root, rows, text};

fn result() -> Value {
    azpol(&root(), &["plan", "fixtures/contoso", "--format", "json"]).json()
}

/// The row of a subscription under the assignment of this name.
fn row(result: &Value, assignment: &str, subscription: &str) -> Value {
    let of = |row: &&Value| {
        row["subscriptionName"] == subscription
            && text(&row["assignmentId"]).ends_with(&format!("/{assignment}"))
    };
    rows(result).iter().find(of).unwrap_or_else(|| panic!("no row of {subscription}")).clone()
}

fn reason(result: &Value, subscription: &str) -> String {
    let row = row(result, "Deploy-Export-LA", subscription);
    format!("{} {}", text(&row["state"]), text(&row["reason"]["text"]))
}

#[test]
fn each_subscription_shows_its_case() {
    let result = result();
    for (subscription, wanted) in [
        ("security-core", "Compliant"),
        ("app-prod-01", "NonCompliant no ExportToWorkspace: rg-security-export doesn't exist"),
        ("app-prod-02", "NonCompliant ExportToWorkspace: isEnabled is false, wants true"),
        ("data-prod", "NonCompliant ExportToWorkspace: count(sources[*]) is 5, wants 6"),
        ("data-dev", "NonCompliant ExportToWorkspace: count(sources[*]) is 7, wants 6"),
        (
            "sandbox-02",
            "NonCompliant ExportToWorkspace stands in rg-monitoring, wanted in rg-security-export",
        ),
        // For Azure these are compliant: a duplicate, one group only, another workspace, low severities only.
        ("management", "Compliant"),
        ("hr-prod", "Compliant"),
        ("app-dev-01", "Compliant"),
        ("app-dev-02", "Compliant"),
    ] {
        assert!(
            reason(&result, subscription).starts_with(wanted),
            "{subscription}: {}",
            reason(&result, subscription)
        );
    }
    let excluded: Vec<&str> = result["excluded"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| text(&one["subscriptionName"]))
        .collect();
    assert!(excluded.contains(&"sandbox-01"), "{excluded:?}");
}

#[test]
fn a_group_in_another_region_is_written_into_where_it_is() {
    let result = result();
    assert_eq!(row(&result, "Deploy-Export-LA-Reg", "payments-prod")["state"], "NonCompliant");
    let deployments = result["plan"]["deployments"].as_array().expect("a list");
    let own =
        deployments.iter().find(|one| one["subscription"]["name"] == "payments-prod").expect("a deployment");
    let types: Vec<&str> =
        own["resources"].as_array().expect("a list").iter().map(|one| text(&one["type"])).collect();
    assert_eq!(types, ["Microsoft.Security/automations"], "its group is not put");
}

#[test]
fn every_listing_is_complete_and_everything_converges() {
    let result = result();
    assert_eq!(result["summary"]["undetermined"], 0);
    assert_eq!(
        (&result["missingFacts"], &result["diagnostics"]),
        (&Value::Array(Vec::new()), &Value::Array(Vec::new()))
    );
    let plan = &result["plan"];
    assert_eq!(plan["proof"]["holds"], true);
    for list in ["notPlanned", "notDeployable", "notChecked"] {
        assert_eq!(plan[list], Value::Array(Vec::new()), "{list}");
    }
}
