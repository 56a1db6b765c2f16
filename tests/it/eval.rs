//! `azpol eval`: values, diagnostics, what is given and what isn't, one expression a line.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::tenant::{Ran, Tenant};

fn eval(arguments: &[&str]) -> Ran {
    Tenant::new().azpol(&[&["eval"], arguments].concat())
}

/// The value, of a run that gives one.
fn value(arguments: &[&str]) -> Value {
    let ran = eval(arguments);
    assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.err);
    ran.json()
}

/// Standard error of a run that ends with this code and prints no value.
fn fails(code: i32, arguments: &[&str]) -> String {
    let ran = eval(arguments);
    assert_eq!((ran.code, ran.out.as_str()), (code, ""), "{arguments:?}: {}", ran.err);
    ran.err
}

fn answers(arguments: &[&str], lines: &str) -> (i32, Vec<Value>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_azpol"))
        .args(["eval", "--stdin"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("azpol");
    let mut stdin = child.stdin.take().expect("standard input");
    stdin.write_all(lines.as_bytes()).expect("written");
    drop(stdin);
    let done = child.wait_with_output().expect("done");
    let text = String::from_utf8(done.stdout).expect("UTF-8");
    let answers = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    (done.status.code().expect("a code"), answers)
}

#[test]
fn brackets_may_be_left_out_and_a_text_stands_for_itself() {
    assert_eq!(value(&["concat('a', toLower('B'))"]), "ab");
    assert_eq!(value(&["[concat('a', toLower('B'))]"]), "ab");
    assert_eq!(value(&["[[not('x')]"]), "[not('x')]");
    assert_eq!(value(&["5"]), 5);
    let literal = eval(&["hello"]);
    assert_eq!((literal.code, literal.json()), (0, json!("hello")));
    assert!(literal.err.starts_with("AZP1304 note: this text is no expression"), "{}", literal.err);
    assert_eq!(eval(&["[[x]"]).err, "");
    assert_eq!(eval(&["'it''s'", "--raw"]).out, "it's\n");
}

#[test]
fn the_mark_stands_under_the_part_that_fails() {
    let shown = fails(1, &["concat('a', add(1, 'b'))"]);
    assert!(shown.contains("[expression:1:13]"), "{shown}");
    let mark = shown.lines().find(|line| line.contains('·')).expect("a mark");
    let text = shown.lines().find(|line| line.contains("concat(")).expect("the text");
    let (from, length) = (mark.chars().position(|c| c == '─').expect("a mark"), mark.matches('─').count());
    let marked: String = text.chars().skip(from).take(length).collect();
    assert_eq!(marked, "add(1, 'b')");
}

#[test]
fn misspelt_functions_and_those_of_the_other_dialect_are_told_with_help() {
    let shown = fails(1, &["[conact('a', toLowr('B'))]"]);
    assert!(shown.contains("did you mean `concat`?") && shown.contains("did you mean `toLower`?"), "{shown}");
    let shown = fails(1, &["listKeys('a', 'b')"]);
    assert!(shown.contains("AZP0204") && shown.contains("--dialect template"), "{shown}");
    let shown = fails(1, &["field('name')", "--dialect", "template"]);
    assert!(shown.contains("AZP0204") && shown.contains("--dialect policy"), "{shown}");
    assert!(fails(1, &["toLower('a', 'b')"]).contains("takes 1 argument, 2 were given"));
    assert!(fails(1, &["concat('a'"]).contains("AZP0201"));
}

#[test]
fn what_is_not_given_is_unknown_and_the_help_names_its_flag() {
    for (expression, flag) in [
        ("parameters('x')", "--param NAME=VALUE"),
        ("field('name')", "--resource FILE"),
        ("subscription().id", "--subscription ID"),
        ("resourceGroup().name", "--resource-group NAME"),
    ] {
        let shown = fails(3, &[expression]);
        assert!(shown.contains("AZP1302") && shown.contains(flag), "{expression}: {shown}");
    }
    for (expression, flag) in [
        ("variables('x')", "--var NAME=VALUE"),
        ("managementGroup().id", "--management-group NAME"),
        ("deployment().name", "--deployment NAME"),
        ("resourceId('A.B/c', 'd')", "--subscription ID"),
    ] {
        let shown = fails(3, &[expression, "--dialect", "template"]);
        assert!(shown.contains("AZP1302") && shown.contains(flag), "{expression}: {shown}");
    }
    // A subscription of which only the id is known has tags that nobody knows.
    assert!(fails(3, &["subscription().tags", "--subscription", "s1"]).contains("tags of the subscription"));
    // What isn't reached isn't missed.
    assert_eq!(value(&["if(true(), 1, parameters('x'))"]), 1);
}

#[test]
fn places_come_from_flags() {
    let at = ["--subscription", "s1", "--resource-group", "rg", "--location", "westeurope"];
    let of =
        |expression: &str, dialect: &str| value(&[&[expression, "--dialect", dialect], &at[..]].concat());
    assert_eq!(of("subscription().id", "policy"), "/subscriptions/s1");
    assert_eq!(of("resourceGroup().location", "policy"), "westeurope");
    assert_eq!(
        of("resourceId('Microsoft.Storage/storageAccounts', 'x')", "template"),
        "/subscriptions/s1/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/x"
    );
    let named = r#"{"subscriptionId": "s2", "displayName": "Prod", "tags": {"env": "p"}}"#;
    assert_eq!(value(&["subscription().tags.env", "--subscription", named]), "p");
    let group = r#"{"id": "/subscriptions/s2/resourceGroups/g", "tags": {"a": "b"}}"#;
    assert_eq!(
        value(&["concat(resourceGroup().tags.a, resourceGroup().name)", "--resource-group", group]),
        "bg"
    );
    assert_eq!(
        value(&["managementGroup().id", "--dialect", "template", "--management-group", "mg"]),
        "/providers/Microsoft.Management/managementGroups/mg"
    );
    assert_eq!(value(&["utcNow()", "--now", "2025-03-01"]), "2025-03-01T00:00:00.0000000Z");
    assert_eq!(value(&["utcNow('yyyy')", "--now", "2025-03-01", "--dialect", "template"]), "2025");
    assert_eq!(eval(&["1", "--now", "tomorrow"]).code, 2);
    assert_eq!(eval(&["1", "--subscription", "a/b/c"]).code, 2);
    assert_eq!(eval(&["1", "--resource-group", "rg"]).code, 2);
}

#[test]
fn a_resource_is_read_from_an_export_and_with_it_its_places() {
    let tenant = Tenant::small();
    let read = |expression: &str| {
        let ran = tenant.azpol(&["eval", expression, "--resource", ".:ExportToWorkspace"]);
        assert_eq!(ran.code, 0, "{expression}: {}", ran.err);
        ran.json()
    };
    assert_eq!(read("field('type')"), "Microsoft.Security/automations");
    assert_eq!(read("field('Microsoft.Security/automations/isEnabled')"), true);
    assert_eq!(read("length(field(concat('Microsoft.Security/automations/', 'sources[*]')))"), 1);
    assert_eq!(read("resourceGroup().name"), "rg-export");
    assert_eq!(read("subscription().displayName"), "one");
    let missing = tenant.azpol(&["eval", "field('name')", "--resource", ".:ExportToWorkspce"]);
    assert_eq!(missing.code, 2);
    assert!(missing.err.contains("did you mean `ExportToWorkspace`?"), "{}", missing.err);
    let unknown = tenant.azpol(&["eval", "field('A.B/c/d')", "--resource", ".:ExportToWorkspace"]);
    assert_eq!(unknown.code, 3, "{}", unknown.err);
}

#[test]
fn a_definition_gives_defaults_and_checks_values() {
    let definition = json!({"properties": {"mode": "All", "parameters": {
        "effect": {"type": "String", "defaultValue": "audit", "allowedValues": ["audit", "deny"]},
        "names": {"type": "Array"}
    }, "policyRule": {"if": {"field": "type", "equals": "A.B/c"}, "then": {"effect": "[parameters('effect')]"}}}});
    let tenant = Tenant::new().json("policy.json", &definition);
    let run =
        |arguments: &[&str]| tenant.azpol(&[&["eval", "--definition", "policy.json"], arguments].concat());
    assert_eq!(run(&["parameters('Effect')"]).json(), "audit");
    assert_eq!(run(&["length(parameters('names'))", "--param", "names=[1,2]"]).json(), 2);
    let lacking = run(&["parameters('names')"]);
    assert!(lacking.code == 3 && lacking.err.contains("`names` has no value"), "{}", lacking.err);
    let near = run(&["parameters('efect')"]);
    assert!(near.code == 1 && near.err.contains("did you mean `effect`?"), "{}", near.err);
    for refused in ["effect=dny", "names=x", "nmes=[]"] {
        let ran = run(&["1", "--param", refused]);
        assert_eq!(ran.code, 2, "{refused}: {}", ran.err);
    }
}

#[test]
fn a_template_gives_parameters_variables_and_functions() {
    let template = json!({
        "functions": [{"namespace": "my", "members": {"twice": {
            "parameters": [{"name": "x", "type": "string"}],
            "output": {"type": "string", "value": "[concat(parameters('x'), parameters('x'))]"}}}}],
        "parameters": {
            "prefix": {"type": "string"},
            "size": {"type": "int", "defaultValue": "[add(1, 1)]"},
            "password": {"type": "secureString"}},
        "variables": {"name": "[concat(parameters('prefix'), '-', parameters('size'))]",
                      "login": "[concat('user:', parameters('password'))]",
                      "copy": [{"name": "list", "count": 3, "input": "[copyIndex('list', 1)]"}]},
        "resources": []});
    let file = json!({"$schema": "x", "parameters": {"prefix": {"value": "p"},
        "password": {"value": "hunter2-secret"}}});
    let tenant = Tenant::new().json("main.json", &template).json("main.parameters.json", &file);
    let run = |arguments: &[&str]| tenant.azpol(&[&["eval", "--template", "main.json"], arguments].concat());
    let given = ["--parameters", "main.parameters.json"];
    let of = |expression: &str| run(&[&[expression], &given[..]].concat());
    assert_eq!(of("variables('name')").json(), "p-2");
    assert_eq!(of("my.twice(variables('name'))").json(), "p-2p-2");
    assert_eq!(of("variables('list')").json(), json!([1, 2, 3]));
    let lacking = run(&["variables('name')"]);
    assert!(lacking.code == 3 && lacking.err.contains("`prefix`"), "{}", lacking.err);
    assert_eq!(run(&["variables('list')"]).json(), json!([1, 2, 3]));
    // The value of a secure parameter is never shown, in whatever it ends up.
    for hidden in
        ["parameters('password')", "variables('login')", "createObject('a', parameters('PASSWORD'))"]
    {
        let ran = of(hidden);
        assert!(ran.out.contains("***") && !ran.out.contains("hunter2"), "{hidden}: {}", ran.out);
    }
    let failing = of("int(variables('login'))");
    assert!(failing.code == 1 && !failing.err.contains("hunter2"), "{}", failing.err);
    assert_eq!(of("length(parameters('password'))").json(), 14);
    assert_eq!(run(&["1", "--param", "size=x"]).code, 1);
    assert_eq!(run(&["variables('nam')"]).code, 1);
}

#[test]
fn what_only_a_deployment_knows_is_printed_as_what_remains() {
    let ran = eval(&[
        "concat(toLower('A'), listKeys(parameters('id'), '2023-01-01').keys[0].value)",
        "--dialect",
        "template",
        "--param",
        "id=/x",
    ]);
    assert_eq!(ran.code, 3);
    assert_eq!(ran.json(), "[concat('a', listKeys('/x', '2023-01-01').keys[0].value)]");
    assert!(ran.err.starts_with("AZP1303 note:"), "{}", ran.err);
}

#[test]
fn secrets_are_hidden_by_name_and_form() {
    let hub = "Endpoint=sb://x;SharedAccessKeyName=a;SharedAccessKey=abcdef0123456789";
    let ran = eval(&["parameters('c')", "--param", &format!("c={hub}")]);
    assert!(!ran.out.contains("abcdef") && ran.out.contains("***"), "{}", ran.out);
    let ran = eval(&["parameters('c')", "--param", r#"c={"connectionString":"whatever"}"#]);
    assert!(!ran.out.contains("whatever"), "{}", ran.out);
}

#[test]
fn a_line_gives_an_answer_in_one_line() {
    let lines =
        "\"[add(1, 2)]\"\nconcat('a'\n\nhello\r\n\"[subscription()]\"\n\"x\n\"concat('a')\"\n\"['ü', 1]\"";
    let (code, answers) = answers(&[], lines);
    assert_eq!(code, 3);
    assert_eq!(answers[0], json!({"value": 3}));
    assert_eq!(answers[1]["error"]["code"], "AZP0201");
    assert_eq!(answers[2], json!({"value": ""}));
    assert_eq!(answers[3], json!({"value": "hello"}));
    assert_eq!(answers[4]["unknown"]["code"], "AZP1302");
    assert_eq!(answers[4]["unknown"]["at"], json!({"offset": 1, "length": 14, "text": "subscription()"}));
    assert_eq!(answers[5]["error"]["code"], "AZP1301");
    // In a document only brackets make an expression.
    assert_eq!(answers[6], json!({"value": "concat('a')"}));
    // Places count characters.
    assert_eq!(answers[7]["error"]["at"]["offset"], 4);
    assert_eq!(answers.len(), 8);
}

#[test]
fn the_exit_code_of_lines_is_that_of_the_worst() {
    assert_eq!(answers(&[], "1\n2\n").0, 0);
    assert_eq!(answers(&[], "1\nadd('x', 1)\n").0, 1);
    assert_eq!(answers(&["--dialect", "template"], "add('x', 1)\nreference('x')\n").0, 3);
    assert_eq!(answers(&[], "").0, 0);
    let (_, remaining) = answers(&["--dialect", "template"], "reference('x').y\n");
    assert_eq!(remaining[0]["unknown"]["expression"], "[reference('x').y]");
}

#[test]
fn without_an_expression_and_without_a_terminal_it_says_how_to_give_one() {
    let shown = fails(2, &[]);
    assert!(shown.contains("AZP1430") && shown.contains("--stdin"), "{shown}");
}

#[test]
fn limits_are_told() {
    let deep = format!("{}1{}", "not(".repeat(70), ")".repeat(70));
    assert!(fails(1, &[&deep]).contains("AZP0202"));
    let doubled = "padLeft('x', 999999999)";
    let ran = eval(&[doubled]);
    assert!(ran.code == 1 || ran.code == 3, "{}", ran.err);
}
