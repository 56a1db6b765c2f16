//! The first hour: the three plain `az` files only, and an output that a newcomer can act on.

use crate::tenant::{azpol, root, rows, text};

fn scan(more: &[&str]) -> crate::tenant::Ran {
    azpol(&root(), &[&["scan", "fixtures/first-hour"], more].concat())
}

#[test]
fn every_row_says_what_it_would_be_and_under_which_assumptions() {
    let ran = scan(&[]);
    assert_eq!(ran.code, 3);
    assert_eq!(ran.err, "", "nothing is wrong with the files");
    insta::assert_snapshot!("scan_first_hour", ran.out);
}

#[test]
fn each_missing_fact_is_said_once_with_the_ways_to_settle_it() {
    let result = scan(&["--format", "json"]).json();
    assert_eq!(result["summary"]["undetermined"], 3);
    assert!(result["summary"]["compliantPercent"].is_null(), "nothing is counted");
    for row in rows(&result) {
        assert!(!row["provisional"]["assumptions"].as_array().expect("assumptions").is_empty(), "{row}");
    }
    let facts = result["missingFacts"].as_array().expect("facts");
    let waiting: Vec<_> = facts.iter().filter(|fact| fact["rows"] != 0).collect();
    assert_eq!(waiting.len(), 2, "{facts:?}");
    for fact in waiting {
        assert!(text(&fact["command"]).starts_with("az "), "{fact}");
    }
}

#[test]
fn following_the_advice_leads_on() {
    // The flag that the output names settles the listing; what is left is the place.
    let ran = scan(&["--complete", "microsoft.security/automations"]);
    assert_eq!(ran.code, 3);
    assert!(ran.out.starts_with("asserted: all microsoft.security/automations are listed"), "{}", ran.out);
    assert!(ran.out.contains("NonCompliant, if it lies under mg-contoso"), "{}", ran.out);
    assert!(!ran.out.contains("are these all automations?"), "{}", ran.out);
    // The tree that the output asks for settles the rest.
    let arguments = [
        "scan",
        "fixtures/first-hour",
        "fixtures/contoso/management-groups.json",
        "--complete=microsoft.security/automations",
    ];
    let settled = azpol(&root(), &arguments);
    assert_eq!(settled.code, 1, "{}", settled.all());
    assert!(
        settled.out.contains("0 undetermined") || !settled.out.contains("undetermined"),
        "{}",
        settled.out
    );
}

#[test]
fn who_has_no_assignment_yet_can_propose_one() {
    let workspace = "workspaceResourceId=/subscriptions/c0a70500-0001-4000-8000-000000000001/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/law";
    let ran = azpol(
        &root(),
        &[
            "scan",
            "fixtures/first-hour/subs.json",
            "fixtures/first-hour/automations.json",
            "--assign",
            "ffb6f416-7bd2-4488-8828-56585fef2be9",
            "--at",
            "app-prod-02",
            "--param",
            workspace,
            "--param",
            "resourceGroupName=rg-security-export",
            "--param",
            "resourceGroupLocation=westeurope",
        ],
    );
    assert!(ran.out.contains("(proposed)"), "{}", ran.all());
    assert!(ran.out.contains("app-prod-02"), "{}", ran.out);
}
