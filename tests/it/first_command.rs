//! The first command: one screen on the example tenant in order, and what the README shows of it.

use std::fs;

use crate::tenant::{Tenant, azpol, root, rows};

/// What the README prints in front of the output.
const COMMANDS: [&str; 2] = ["cargo run --release -- plan fixtures/contoso", "azpol plan fixtures/contoso"];

#[test]
fn it_shows_the_whole_main_job_on_one_screen() {
    let ran = azpol(&root(), &["plan", "fixtures/contoso"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert_eq!(ran.err, "", "a tenant in order gives no finding");
    let lines: Vec<&str> = ran.out.lines().collect();
    assert!(lines.len() <= 50, "{} lines", lines.len());
    let wide: Vec<_> = lines.iter().filter(|line| line.chars().count() > 100).collect();
    assert!(wide.is_empty(), "wider than 100 columns: {wide:#?}");
    insta::assert_snapshot!("plan_contoso", ran.out);
}

#[test]
fn the_readme_begins_with_the_commands_and_shows_what_they_print() {
    let readme = fs::read_to_string(root().join("README.md")).expect("README.md");
    let at = COMMANDS.iter().filter_map(|command| readme.find(command)).min().expect("the command");
    assert!(readme[..at].lines().count() < 15, "the README starts with its two commands");
    assert!(readme[at..].lines().take(5).any(|line| line.starts_with("cargo test")), "the second command");
    let shown = readme[at..].split_once("```text\n").and_then(|(_, rest)| rest.split_once("```\n"));
    let (shown, _) = shown.expect("a fenced block of text after the command");
    let ran = azpol(&root(), &["plan", "fixtures/contoso"]);
    assert_eq!(shown.trim_end(), ran.out.trim_end(), "the README shows another output");
}

#[test]
fn the_readme_gives_the_commands_that_fetch_a_tenant_graph_first() {
    let readme = fs::read_to_string(root().join("README.md")).expect("README.md");
    let at = |text: &str| readme.find(text).unwrap_or_else(|| panic!("`{text}` isn't in the README"));
    for table in ["\"resourcecontainers", "\"resources ", "\"policyresources", "\"authorizationresources"] {
        let line = readme[..at(table)].lines().last().unwrap_or_default();
        assert!(line.contains("az graph query --first 1000"), "{table}: {line}");
    }
    assert!(at("skip") < at("az account list"), "skip tokens are named with Resource Graph");
    assert!(at("authorizationresources") < at("az account list"), "Resource Graph comes first");
    for form in
        ["az account management-group show", "az security automation list", "az policy assignment list"]
    {
        assert!(at(form) > at("authorizationresources"), "{form}");
    }
}

#[test]
fn a_plan_without_a_folder_writes_no_file() {
    let tenant = Tenant::small();
    let before = tenant.files("");
    let ran = tenant.plan(&["--complete"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert!(ran.out.contains("Plan: 1 deployment"), "{}", ran.out);
    assert_eq!(tenant.files(""), before);
}

#[test]
fn compliant_rows_are_one_counted_line_and_json_has_all_of_them() {
    let result = azpol(&root(), &["plan", "fixtures/contoso", "--format", "json"]).json();
    let compliant = rows(&result).iter().filter(|row| row["state"] == "Compliant").count();
    assert_eq!(compliant, 10);
    assert_eq!(result["summary"]["compliant"], 10);
    assert_eq!(result["plan"]["deployments"].as_array().map(Vec::len), Some(7));
}

#[test]
fn scan_is_the_gate_and_plan_the_planner() {
    let gate = azpol(&root(), &["scan", "fixtures/contoso"]);
    assert_eq!(gate.code, 1, "non-compliant rows fail the gate");
    assert!(!gate.out.contains("Plan:"), "{}", gate.out);
    let plan = azpol(&root(), &["plan", "fixtures/contoso", "--detailed-exitcode"]);
    assert_eq!(plan.code, 5, "there are changes");
}
