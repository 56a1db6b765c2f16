//! `azpol test`: what passes, what fails and how it is told, coverage, forms, exit codes.

use std::fs;

use insta::assert_snapshot;
use serde_json::Value;

use crate::tenant::{Ran, Tenant, azpol, root};

const DEFINITION: &str = r#"mode: Indexed
parameters:
  effect: { type: String, allowedValues: [Audit, Deny, Disabled], defaultValue: Audit }
policyRule:
  if:
    allOf:
      - { field: type, equals: Microsoft.Storage/storageAccounts }
      - { field: Microsoft.Storage/storageAccounts/supportsHttpsTrafficOnly, notEquals: true }
  then:
    effect: "[parameters('effect')]"
"#;

const MODIFY: &str = r#"mode: Indexed
policyRule:
  if: { field: "tags['owner']", exists: false }
  then:
    effect: modify
    details:
      roleDefinitionIds: [/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c]
      operations:
        - { operation: add, field: "tags['owner']", value: me }
"#;

const HEAD: &str = "azpol: test/v1\ndefinition: def.yaml\ncases:\n";

const ACCOUNT: &str = "resource: { type: Microsoft.Storage/storageAccounts, location: westeurope, properties: { supportsHttpsTrafficOnly: false } }";

fn tested(definition: &str, test: &str, arguments: &[&str]) -> Ran {
    let tenant = Tenant::new().file("def.yaml", definition).file("x.azpol-test.yaml", test);
    tenant.azpol(&[&["test", "x.azpol-test.yaml"], arguments].concat())
}

fn case(name: &str, more: &str, expect: &str) -> String {
    format!("  - name: {name}\n    {ACCOUNT}\n{more}    expect: {expect}\n")
}

fn cases(cases: &[String]) -> String {
    format!("{HEAD}{}", cases.concat())
}

#[test]
fn the_shipped_policies_pass_and_every_outcome_is_seen() {
    let ran = azpol(&root(), &["test", "policies", "--min-coverage", "100"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.ends_with("21 passed · 3 files, 3 definitions\n"), "{}", ran.out);
    assert_eq!(ran.err, "");
}

#[test]
fn a_wrong_state_shows_the_conditions_that_decide() {
    let ran = tested(DEFINITION, &cases(&[case("a", "", "Compliant")]), &[]);
    assert_eq!(ran.code, 1);
    assert_snapshot!(ran.out);
}

#[test]
fn every_point_that_differs_is_told() {
    let expect = "{ state: Compliant, effect: deny, reason: Satisfied, message: never said, modified: { a: 1 }, deployed: [{ name: x }] }";
    let ran = tested(DEFINITION, &cases(&[case("a", "", expect)]), &[]);
    assert_eq!(ran.code, 1);
    assert_snapshot!(ran.out);
}

#[test]
fn a_change_that_nobody_expects_fails_and_any_lets_it_be() {
    let plain = tested(MODIFY, &cases(&[case("a", "", "NonCompliant")]), &[]);
    assert_eq!(plain.code, 1);
    assert_snapshot!(plain.out);
    for expect in [
        "{ state: NonCompliant, modified: any }",
        "{ state: NonCompliant, modified: { tags: { owner: me } }, partial: true }",
        "{ state: NonCompliant, modified: { location: westeurope, properties: { supportsHttpsTrafficOnly: false }, tags: { owner: me } } }",
    ] {
        let ran = tested(MODIFY, &cases(&[case("a", "", expect)]), &[]);
        assert_eq!(ran.code, 0, "{expect}: {}", ran.out);
    }
    for expect in [
        "{ state: NonCompliant, modified: { tags: { owner: me } } }",
        "{ state: NonCompliant, modified: { tags: { owner: you } }, partial: true }",
        "{ state: NonCompliant, modified: { tags: { owner: me, cost: 1 } }, partial: true }",
    ] {
        assert_eq!(tested(MODIFY, &cases(&[case("a", "", expect)]), &[]).code, 1, "{expect}");
    }
}

#[test]
fn what_no_case_has_seen_is_listed_and_may_fail_the_run() {
    let test = cases(&[case("a", "", "NonCompliant")]);
    let ran = tested(DEFINITION, &test, &["--coverage", "--min-coverage", "50"]);
    assert_eq!(ran.code, 1);
    assert_snapshot!(ran.out);
    assert_eq!(tested(DEFINITION, &test, &["--coverage", "--min-coverage", "42"]).code, 0);
    assert_eq!(tested(DEFINITION, &test, &["--min-coverage", "101"]).code, 2);
}

#[test]
fn json_and_junit_say_the_same_as_the_table() {
    let test = cases(&[case("good", "", "NonCompliant"), case("bad <&", "", "Compliant")]);
    let json = tested(DEFINITION, &test, &["--format", "json", "--coverage"]);
    assert_eq!(json.code, 1);
    let schema: Value = serde_json::from_str(
        &fs::read_to_string(root().join("schemas/test-result.schema.json")).expect("schema"),
    )
    .expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let result = json.json();
    let faults: Vec<String> = validator.iter_errors(&result).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!(result["summary"]["failed"], 1);
    assert_eq!(result["files"][0]["cases"][1]["at"], "x.azpol-test.yaml:7");
    let junit = tested(DEFINITION, &test, &["--format", "junit", "--min-coverage", "90"]);
    assert_snapshot!(junit.out);
}

#[test]
fn cases_are_selected_listed_and_skipped() {
    let test = cases(&[case("first", "", "Compliant"), case("second", "", "NonCompliant")]);
    let list = tested(DEFINITION, &test, &["--list"]);
    assert_eq!((list.code, list.out.as_str()), (0, "x.azpol-test.yaml: first\nx.azpol-test.yaml: second\n"));
    assert_eq!(tested(DEFINITION, &test, &["--filter", "SEC"]).code, 0);
    assert_eq!(tested(DEFINITION, &test, &["--filter", "*t"]).code, 1);
    assert_eq!(tested(DEFINITION, &test, &["--filter", "third"]).code, 2);
    let fast = tested(DEFINITION, &test, &["--fail-fast"]);
    assert_eq!(fast.code, 1);
    assert!(fast.out.contains("– second  skipped\n\n1 failed, 1 skipped"), "{}", fast.out);
}

#[test]
fn faults_of_test_files_have_their_places_and_give_3() {
    let misspelt = tested(DEFINITION, &cases(&[case("a", "", "{ state: NonCompliant, efect: audit }")]), &[]);
    assert_eq!(misspelt.code, 3);
    assert!(misspelt.err.contains("did you mean `effect`?"), "{}", misspelt.err);
    assert!(misspelt.err.contains("x.azpol-test.yaml:6:"), "{}", misspelt.err);
    let parameter =
        tested(DEFINITION, &cases(&[case("a", "    parameters: { effct: Deny }\n", "NonCompliant")]), &[]);
    assert_eq!(parameter.code, 3);
    assert!(
        parameter.tells("AZP1102") && parameter.err.contains("did you mean `effect`?"),
        "{}",
        parameter.err
    );
    for broken in
        ["", "[]", "azpol: test/v2", "azpol: test/v1\ndefinition: def.yaml\ncases: []", "{", "a: b: c"]
    {
        let ran = tested(DEFINITION, broken, &[]);
        assert_eq!(ran.code, 3, "{broken}: {}", ran.err);
    }
    let missing = Tenant::new().azpol(&["test", "nowhere"]);
    assert_eq!(missing.code, 3, "{}", missing.err);
}

#[test]
fn windows_line_ends_and_json_are_read() {
    let test = cases(&[case("a", "", "NonCompliant")]).replace('\n', "\r\n");
    assert_eq!(tested(&DEFINITION.replace('\n', "\r\n"), &test, &[]).code, 0);
    let json = r#"{"azpol":"test/v1","definition":"def.yaml","cases":[{"name":"a","expect":"NonCompliant",
        "resource":{"type":"Microsoft.Storage/storageAccounts","location":"x","properties":{}}}]}"#;
    let tenant = Tenant::new().file("def.yaml", DEFINITION).file("x.azpol-test.json", json);
    let ran = tenant.azpol(&["test", "."]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
}

#[test]
fn a_scan_and_a_validation_pass_over_test_files() {
    let test = cases(&[case("a", "", "NonCompliant")]);
    let tenant = Tenant::new().file("def.yaml", DEFINITION).file("x.azpol-test.yaml", test);
    let ran = tenant.azpol(&["validate", "x.azpol-test.yaml", "def.yaml"]);
    assert!(!ran.all().contains("x.azpol-test.yaml"), "{}", ran.all());
}

#[test]
fn several_documents_and_aliases_of_yaml_are_one_file() {
    let second = "---\nazpol: test/v1\ndefinition: def.yaml\ncases:\n";
    let test =
        format!("{HEAD}{}{second}{}", case("one", "", "NonCompliant"), case("two", "", "NonCompliant"));
    let ran = tested(DEFINITION, &test, &[]);
    assert_eq!(
        ran.out, "x.azpol-test.yaml  def\n  ✓ one\n  ✓ two\n\n2 passed · 1 file, 1 definition\n",
        "{}",
        ran.err
    );
    let ran = tested(DEFINITION, &test.replace("two", "one"), &[]);
    assert_eq!(ran.code, 3, "{}", ran.out);
    assert!(ran.tells("AZP1105"), "{}", ran.err);
    let aliased = format!(
        "azpol: test/v1\ndefinition: def.yaml\ngiven: {{ resource: &r {} }}\ncases:\n  - name: a\n    resource: *r\n    expect: NonCompliant\n",
        ACCOUNT.trim_start_matches("resource: ")
    );
    assert_eq!(tested(DEFINITION, &aliased, &[]).code, 0);
    for (faulty, told) in [
        ("  - resource: { type: a.b/c }\n    expect: Compliant\n", "needs the key `name`"),
        ("  - name: x\n    resorce: { type: a.b/c }\n    expect: Compliant\n", "did you mean `resource`?"),
    ] {
        let ran = tested(DEFINITION, &format!("{HEAD}{faulty}"), &[]);
        assert!(ran.code == 3 && ran.err.contains(told), "{}", ran.err);
    }
}

/// A rule about one function: what it answers has to be `wanted`.
fn asks(expression: &str) -> String {
    let value = format!("[{expression}]");
    format!(
        "mode: All\npolicyRule:\n  if: {{ value: \"{value}\", equals: wanted }}\n  then: {{ effect: audit }}\n"
    )
}

#[test]
fn who_asks_and_what_is_claimed_is_given_by_the_case() {
    let functions = [
        ("requestContext().identity.appid", "requestContext: { identity: { appid: wanted } }"),
        ("requestContext().identity['acrs']", "requestContext: { identity: { acrs: Wanted } }"),
        ("claims().scan.result", "claims: { scan: { result: wanted } }"),
        ("policy().setDefinitionId", "policy: { setDefinitionId: wanted }"),
        ("policy().definitionReferenceId", "policy: { definitionReferenceId: wanted }"),
        (
            "if(equals(requestContext().apiVersion, '2021-01-01'), 'wanted', 'else')",
            "requestContext: { apiVersion: '2021-01-01' }",
        ),
    ];
    for (expression, given) in functions {
        // What is assigned by itself is no member of an initiative, which is known.
        let test = cases(&[
            case("given", &format!("    {given}\n"), "NonCompliant"),
            case(
                "another",
                &format!("    {}\n", given.replace("anted", "aited").replace("2021", "2022")),
                "Compliant",
            ),
            case(
                "not given",
                "",
                if expression.starts_with("policy()") { "Compliant" } else { "Undetermined" },
            ),
        ]);
        let ran = tested(&asks(expression), &test, &[]);
        assert_eq!(ran.code, 0, "{expression}: {}{}", ran.out, ran.err);
    }
}

#[test]
fn an_assignment_may_lie_above_the_subscription() {
    let id = "/providers/Microsoft.Management/managementGroups/corp/providers/Microsoft.Authorization/policyAssignments/wanted";
    let rule = asks("last(split(policy().assignmentId, '/'))");
    let given =
        |groups: &str| format!("    managementGroups: [{groups}]\n    policy: {{ assignmentId: {id} }}\n");
    for groups in ["corp", "landing, Corp, root", "/providers/Microsoft.Management/managementGroups/corp"] {
        let ran = tested(&rule, &cases(&[case("a", &given(groups), "NonCompliant")]), &[]);
        assert_eq!(ran.code, 0, "{groups}: {}{}", ran.out, ran.err);
    }
    let ran = tested(&rule, &cases(&[case("a", &given("landing"), "NonCompliant")]), &[]);
    assert_eq!(ran.code, 3, "{}{}", ran.out, ran.err);
    assert!(ran.tells("AZP1110"), "{}", ran.err);
}

#[test]
fn what_a_case_cannot_give_is_refused_and_the_others_run() {
    for key in [
        "exemptions: []",
        "notScopes: []",
        "overrides: []",
        "resourceSelectors: []",
        "enforcementMode: DoNotEnforce",
    ] {
        let test =
            cases(&[case("a", &format!("    {key}\n"), "NonCompliant"), case("b", "", "NonCompliant")]);
        let ran = tested(DEFINITION, &test, &[]);
        assert_eq!(ran.code, 3, "{key}: {}{}", ran.out, ran.err);
        assert!(ran.tells("AZP1109") && ran.out.contains("1 passed"), "{key}: {}{}", ran.out, ran.err);
    }
    let misspelt = tested(DEFINITION, &cases(&[case("a", "    claim: {}\n", "NonCompliant")]), &[]);
    assert!(misspelt.err.contains("did you mean `claims`?"), "{}", misspelt.err);
}

/// The trees are those of `azpol explain`: what it prints for the same resource stands in the failing case.
#[test]
fn a_failing_case_shows_what_explain_shows() {
    let id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/one";
    let resource = format!(
        "{{ \"id\": \"{id}\", \"type\": \"Microsoft.Storage/storageAccounts\", \"location\": \"westeurope\", \"properties\": {{ \"supportsHttpsTrafficOnly\": false }} }}"
    );
    let test = format!("{HEAD}  - name: a\n    resource: {resource}\n    expect: Compliant\n");
    let subscription = r#"[{ "id": "00000000-0000-0000-0000-000000000000", "name": "s", "tenantId": "t", "state": "Enabled" }]"#;
    let tenant = Tenant::new()
        .file("def.yaml", DEFINITION)
        .file("x.azpol-test.yaml", test)
        .file("in/one.json", format!("[{resource}]"))
        .file("in/subscriptions.json", subscription);
    let failed = tenant.azpol(&["test", "x.azpol-test.yaml"]);
    let told = tenant.azpol(&[
        "explain",
        id,
        "in",
        "def.yaml",
        "--assign",
        "def",
        "--at",
        "00000000-0000-0000-0000-000000000000",
    ]);
    // Lines break elsewhere, further to the right.
    let tree = |text: &str| {
        let text = text.split("if holds").nth(1).unwrap_or_default().split("\n\n").next().unwrap_or_default();
        let mut words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        words.sort();
        words
    };
    assert!(tree(&told.out).len() > 10, "{}{}", told.out, told.err);
    assert_eq!(tree(&told.out), tree(&failed.out), "{}\n{}", told.out, failed.out);
}

/// Blocks of the page become files by the names in their first lines; what it shows of the program is what it says.
#[test]
fn the_examples_of_the_page_are_true() {
    let page = fs::read_to_string(root().join("docs/testing.md")).expect("the page");
    let mut tenant = Tenant::new();
    let (mut shown, mut checked) = (Vec::new(), 0);
    for block in page.split("```").skip(1).step_by(2) {
        if let Some(text) = block.strip_prefix("yaml\n") {
            let name = text.lines().next().and_then(|line| line.strip_prefix("# ")).expect("a name");
            tenant = tenant.file(name, text);
        } else if let Some(text) = block.strip_prefix("console\n$ azpol ") {
            shown.push(text);
        }
    }
    for text in shown {
        let (command, expected) = text.split_once('\n').expect("a command");
        let ran = tenant.azpol(&command.split(' ').collect::<Vec<_>>());
        assert_eq!(ran.out, expected, "{}", ran.err);
        checked += 1;
    }
    assert_eq!(checked, 2);
}
