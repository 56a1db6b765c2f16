//! The example tenant that isn't in order.

use serde_json::Value;

use crate::tenant::{azpol, root, rows, text};

fn fabrikam(command: &str, more: &[&str]) -> crate::tenant::Ran {
    azpol(&root(), &[&[command, "fixtures/fabrikam"], more].concat())
}

#[test]
fn its_gate_is_closed_by_what_is_not_known() {
    let ran = fabrikam("scan", &[]);
    assert_eq!(ran.code, 3);
    insta::assert_snapshot!("scan_fabrikam", ran.out);
    assert_eq!(fabrikam("scan", &["--fail-on", "noncompliant"]).code, 1);
    assert_eq!(fabrikam("scan", &["--fail-on", "never"]).code, 0);
}

#[test]
fn its_plan_names_what_does_not_converge() {
    let ran = fabrikam("plan", &[]);
    assert_eq!(ran.code, 3);
    insta::assert_snapshot!("plan_fabrikam", ran.out);
    assert_eq!(fabrikam("plan", &["--fail-on", "nonconvergent"]).code, 1);
}

#[test]
fn its_readme_shows_both_exit_codes() {
    let readme = std::fs::read_to_string(root().join("fixtures/fabrikam/README.md")).expect("a README");
    assert!(
        readme.contains("scan fixtures/fabrikam") && readme.contains("--fail-on noncompliant"),
        "{readme}"
    );
    assert!(readme.contains('3') && readme.contains('1'), "{readme}");
}

#[test]
fn it_shows_what_the_issue_names() {
    let result = fabrikam("plan", &["--format", "json"]).json();
    let assumed: Vec<&str> = rows(&result)
        .iter()
        .filter_map(|row| row["provisional"]["assumptions"][0]["kind"].as_str())
        .collect();
    for fact in ["listing", "under"] {
        assert!(assumed.contains(&fact), "{fact}: {assumed:?}");
    }
    let plan = &result["plan"];
    let codes = |list: &Value| -> Vec<String> {
        let all = list.as_array().expect("a list");
        all.iter().map(|one| text(&one["code"]).to_owned()).collect()
    };
    let (hazards, not_planned) = (codes(&plan["hazards"]), codes(&plan["notPlanned"]));
    for code in ["AZP0802", "AZP0803", "AZP0807"] {
        assert!(hazards.contains(&code.to_owned()), "{code}: {hazards:?}");
    }
    assert!(not_planned.contains(&"AZP0820".to_owned()), "a disabled subscription: {not_planned:?}");
    assert!(plan["proof"]["nonConvergent"].to_string().contains("twice"), "a duplicated data type");
}
