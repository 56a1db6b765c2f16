//! Inputs: one automation in every shape that users' tools export gives one verdict; what carries no properties or
//! was cut is never read as an empty configuration; forms that aren't read are named.

use serde_json::{Value, json};

use crate::tenant::{
    Ran, TENANT, Tenant, assignment, automation, automation_id, group, guid, management_group, rows, states,
    subscription, text, tree, with, workspace,
};

/// The automation of `one`, on or off.
fn rest(on: bool) -> Value {
    with(automation(1), &[("/properties/isEnabled", json!(on))])
}

/// As `az security automation list` writes it: members of `properties` at the top, absent ones null.
fn flattened(on: bool) -> Value {
    let mut flat = rest(on);
    let properties = flat["properties"].take();
    flat.as_object_mut().expect("an object").remove("properties");
    for (key, value) in properties.as_object().expect("an object") {
        flat[key] = value.clone();
    }
    flat["etag"] = Value::Null;
    flat["kind"] = Value::Null;
    flat["resourceGroup"] = json!("rg-export");
    flat
}

/// As a row of Resource Graph.
fn row(on: bool) -> Value {
    with(
        rest(on),
        &[
            ("/type", json!("microsoft.security/automations")),
            ("/resourceGroup", json!("rg-export")),
            ("/subscriptionId", json!(guid(1))),
            ("/tenantId", json!(TENANT)),
            ("/sku", Value::Null),
            ("/managedBy", json!("")),
        ],
    )
}

/// As `Get-AzSecurityAutomation | ConvertTo-Json -Depth 20` writes it.
fn powershell(on: bool) -> Value {
    json!({"Id": automation_id(1), "Name": "ExportToWorkspace", "Type": "Microsoft.Security/automations",
        "Location": "westeurope", "ETag": null, "Tags": {}, "Description": "export", "IsEnabled": on,
        "Scopes": [{"Description": "all of it", "ScopePath": format!("/subscriptions/{}", guid(1))}],
        "Sources": [{"EventSource": "Alerts", "RuleSets": [{"Rules": [{"PropertyJPath": "Severity",
            "PropertyType": "string", "ExpectedValue": "high", "OperatorProperty": "Equals"}]}]}],
        "Actions": [{"WorkspaceResourceId": workspace()}]})
}

/// As the table form of Resource Graph.
fn table(on: bool) -> Value {
    let row = row(on);
    let keys = ["id", "name", "type", "location", "properties"];
    let columns: Vec<Value> = keys
        .iter()
        .map(|key| json!({"name": key, "type": if *key == "properties" { "object" } else { "string" }}))
        .collect();
    let cells: Vec<Value> = keys.iter().map(|key| row[key].clone()).collect();
    json!({"totalRecords": 1, "count": 1, "resultTruncated": "false", "facets": [],
        "data": {"columns": columns, "rows": [cells]}})
}

fn pretty(document: &Value) -> String {
    serde_json::to_string_pretty(document).expect("JSON")
}

fn utf16(text: &str) -> Vec<u8> {
    let mut bytes = vec![0xff, 0xfe];
    bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    bytes
}

/// Every shape: file name and bytes.
fn shapes(on: bool) -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let list = pretty(&json!({"value": [rest(on)]}));
    let odd_id = automation_id(1)
        .replace("/subscriptions/", "//Subscriptions/")
        .replace("resourceGroups", "resourcegroups")
        .replace("Microsoft.Security", "microsoft.security")
        + "/";
    let row_in_text = with(row(on), &[("/properties", json!(row(on)["properties"].to_string()))]);
    let yaml = serde_yaml::to_string(&rest(on)).expect("YAML");
    vec![
        ("REST, with its envelope", "a.json", list.clone().into()),
        ("az, flattened", "a.json", pretty(&json!([flattened(on)])).into()),
        ("a bare array", "a.json", pretty(&json!([rest(on)])).into()),
        ("a single object", "a.json", pretty(&rest(on)).into()),
        (
            "Graph over REST",
            "a.json",
            pretty(&json!({"totalRecords": 1, "count": 1, "data": [row(on)], "facets": [],
            "resultTruncated": "false"}))
            .into(),
        ),
        (
            "az graph query",
            "a.json",
            pretty(&json!({"count": 1, "data": [row(on)], "skip_token": null,
            "total_records": 1}))
            .into(),
        ),
        ("Search-AzGraph", "a.json", pretty(&json!([row(on)])).into()),
        ("Graph's table form", "a.json", pretty(&table(on)).into()),
        ("NDJSON", "a.ndjson", format!("{}\n", row(on)).into()),
        (
            "JSON Lines with other resources",
            "a.jsonl",
            format!("{}\n{}\n", group(1, "rg-other"), row(on)).into(),
        ),
        ("PowerShell", "a.json", pretty(&json!([powershell(on)])).into()),
        ("properties as JSON in a string", "a.json", pretty(&json!({"data": [row_in_text]})).into()),
        ("YAML", "a.yaml", yaml.clone().into()),
        ("YML", "a.yml", yaml.into()),
        ("JSONC", "a.jsonc", format!("// exported today\n{}", list.replacen('{', "{ /* all */ ", 1)).into()),
        ("a byte-order mark", "a.json", format!("\u{feff}{list}").into()),
        ("UTF-16 as PowerShell 5 writes it", "a.json", utf16(&list.replace('\n', "\r\n"))),
        ("CR LF", "a.json", list.replace('\n', "\r\n").into()),
        ("documents one after another", "a.json", format!("[]\n{}\n[]", pretty(&json!([rest(on)]))).into()),
        ("an odd id", "a.json", pretty(&with(rest(on), &[("/id", json!(odd_id))])).into()),
        (
            "the type as 201 answers name it",
            "a.json",
            pretty(&with(rest(on), &[("/type", json!("Microsoft.Security/SecurityAutomations"))])).into(),
        ),
    ]
}

fn verdict(tenant: &Tenant) -> (Ran, String) {
    let ran = tenant.scan(&["--complete", "--format", "json"]);
    let result = ran.json();
    let row = rows(&result).iter().find(|row| row["subscriptionName"] == "one").expect("a row");
    let reason = text(&row["reason"]["code"]);
    let verdict = format!("{} {reason}", text(&row["state"]));
    (ran, verdict)
}

#[test]
fn every_shape_of_an_automation_gives_the_same_verdict() {
    let mut wrong = Vec::new();
    for (on, wanted) in [(true, "Compliant Satisfied"), (false, "NonCompliant ConditionFails")] {
        for (what, file, bytes) in shapes(on) {
            let (ran, found) = verdict(&tenant_with(file, bytes));
            if found != wanted || ran.err.contains("error") {
                wrong.push(format!("{what}: {found}, wanted {wanted}\n{}", ran.err));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn tenant_with(file: &str, bytes: impl AsRef<[u8]>) -> Tenant {
    Tenant::small().without("automations.json").file(file, bytes)
}

#[test]
fn a_file_on_standard_input_is_read_as_any_other() {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let tenant = Tenant::small().without("automations.json");
    let mut child = Command::new(env!("CARGO_BIN_EXE_azpol"))
        .args(["scan", ".", "-", "--complete", "--format", "json"])
        .current_dir(tenant.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("azpol runs");
    let mut input = child.stdin.take().expect("a pipe");
    input.write_all(json!([flattened(true)]).to_string().as_bytes()).expect("written");
    drop(input);
    let output = child.wait_with_output().expect("azpol ends");
    let result = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(states(&result), ["one Compliant", "two NonCompliant"]);
}

#[test]
fn a_shape_without_properties_is_no_configuration() {
    let bare =
        with(rest(true), &[("/properties", Value::Null), ("/kind", Value::Null), ("/sku", Value::Null)]);
    let ran = tenant_with("a.json", pretty(&json!([bare]))).scan(&["--complete", "--format", "json"]);
    assert!(ran.tells("AZP0508"), "{}", ran.err);
    let result = ran.json();
    assert_eq!(states(&result), ["one Undetermined", "two NonCompliant"]);
    let reason = text(&rows(&result)[0]["reason"]["text"]);
    assert!(reason.contains("carry"), "{reason}");
}

#[test]
fn what_powershell_cut_is_no_configuration() {
    let rule_sets = with(powershell(true), &[("/Sources/0/RuleSets", json!(["System.Object"]))]);
    let sources = with(
        powershell(true),
        &[(
            "/Sources",
            json!(["Microsoft.Azure.Commands.Security.Models.Automations.PSSecurityAutomationSource"]),
        )],
    );
    let cut = tenant_with("a.json", pretty(&json!([sources]))).scan(&["--complete", "--format", "json"]);
    assert!(cut.tells("AZP0509"), "{}", cut.err);
    assert_eq!(states(&cut.json()), ["one Undetermined", "two NonCompliant"]);
    // A rule set that was cut leaves its list open: azpol doesn't say what it can't see.
    let deeper = tenant_with("a.json", pretty(&json!([rule_sets]))).scan(&["--complete", "--format", "json"]);
    assert!(deeper.tells("AZP0509"), "{}", deeper.err);
    assert_eq!(states(&deeper.json()), ["one Undetermined", "two NonCompliant"]);
}

#[test]
fn a_projected_row_shows_presence_and_no_more() {
    let projected =
        json!({"data": [{"id": automation_id(1), "name": "ExportToWorkspace", "isEnabled": true}]});
    let ran = tenant_with("a.json", pretty(&projected)).scan(&["--complete", "--format", "json"]);
    let result = ran.json();
    assert_eq!(states(&result)[0], "one Undetermined", "{}", ran.err);
}

#[test]
fn files_of_the_trade_are_named_as_what_they_seem_to_be() {
    let epac = json!({"nodeName": "/Security/", "scope": {"prod": [management_group("mg-a")]},
        "definitionEntry": {"policyName": "x"}, "children": [], "parameters": {}});
    let template = json!({"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0", "resources": []});
    let az_ops = json!({"contentVersion": "1.0.0.0", "parameters": {"input": {"value": {"Name": "x"}}}});
    let tenant =
        Tenant::small().json("epac.json", &epac).json("template.json", &template).json("azops.json", &az_ops);
    let ran = tenant.scan(&["--complete"]);
    for (seems, instead) in [
        ("assignments of EPAC", "az policy assignment list"),
        ("an ARM template", "az policy assignment list"),
        ("a file of AzOps", "az account management-group show"),
    ] {
        assert!(ran.err.contains(seems) && ran.err.contains(instead), "{seems}: {}", ran.err);
    }
    assert!(ran.tells("AZP0502"), "{}", ran.err);
}

#[test]
fn a_placeholder_where_a_value_belongs_is_named_and_not_guessed() {
    let scope = management_group("${root_id}");
    let placed = with(assignment(), &[("/properties/scope", json!(scope)), ("/name", json!("Other"))]);
    let placed = with(
        placed,
        &[("/id", json!(format!("{scope}/providers/Microsoft.Authorization/policyAssignments/Other")))],
    );
    let ran = Tenant::small().json("placeholder.json", &placed).scan(&["--complete"]);
    assert!(ran.tells("AZP0504"), "{}", ran.err);
    assert!(ran.err.contains("${root_id}"), "{}", ran.err);
    assert_eq!(ran.code, 3);
}

#[test]
fn a_document_of_unknown_kind_is_a_note() {
    let tenant = Tenant::small().json("package.json", &json!({"name": "x", "dependencies": {}}));
    let ran = tenant.scan(&["--complete"]);
    assert!(ran.tells("AZP0501"), "{}", ran.err);
    assert_eq!(ran.code, 1, "a note changes no exit code: {}", ran.all());
}

#[test]
fn a_folder_is_walked_and_only_its_documents_are_read() {
    let disabled = json!([rest(false)]).to_string();
    let tenant = Tenant::small()
        .file("notes.txt", &disabled)
        .file("automations.json.bak", &disabled)
        .file(".cache/automations.json", &disabled);
    assert_eq!(tenant.states(&["--complete"]), ["one Compliant", "two NonCompliant"]);
    let named = tenant.azpol(&["scan", ".", "notes.txt", "--complete"]);
    assert!(
        named.tells("AZP0515") || named.tells("AZP0514"),
        "a file named directly is read: {}",
        named.all()
    );
}

#[test]
fn own_output_is_skipped() {
    let tenant = Tenant::small();
    let before = tenant.states(&["--complete"]);
    let written = tenant.azpol(&["plan", ".", "--complete", "-o", "plan"]);
    assert_eq!(written.code, 0, "{}", written.all());
    let tenant = tenant.json("result.json", &tenant_result());
    assert_eq!(tenant.states(&["--complete"]), before);
}

fn tenant_result() -> Value {
    Tenant::small().result(&["--complete"])
}

#[test]
fn an_unquoted_expression_in_yaml_is_told_to_be_quoted() {
    let definition = "mode: All\npolicyRule:\n  if:\n    field: type\n    equals: [parameters('x')]\n  then:\n    effect: audit\nparameters:\n  x: {type: String}\n";
    let ran = Tenant::small().file("definition.yaml", definition).scan(&["--complete"]);
    assert!(ran.tells("AZP0114"), "{}", ran.err);
    assert!(ran.err.contains("quote"), "{}", ran.err);
}

#[test]
fn yaml_follows_the_core_schema() {
    // `no` is a text and 1e1 a number; a norway of booleans would switch the export off.
    let yaml =
        serde_yaml::to_string(&rest(true)).expect("YAML").replace("description: export", "description: no");
    let (ran, found) = verdict(&tenant_with("a.yaml", yaml.clone()));
    assert_eq!(found, "Compliant Satisfied", "{}", ran.err);
    let (ran, found) = verdict(&tenant_with("a.yaml", yaml.replace("isEnabled: true", "isEnabled: yes")));
    assert!(found.starts_with("NonCompliant") || ran.code == 3, "`yes` is a text: {found} {}", ran.err);
}

#[test]
fn inputs_of_several_tenants_are_separated() {
    let other = "cccccccc-0000-4000-8000-000000000000";
    let text = pretty(&tree(&[("mg-c", &[7])])).replace(TENANT, other);
    let theirs = with(subscription(7), &[("/tenantId", json!(other)), ("/homeTenantId", json!(other))]);
    let tenant = Tenant::small().file("other/tree.json", text).json("other/subs.json", &json!([theirs]));
    let result = tenant.result(&["--complete"]);
    assert_eq!(states(&result), ["one Compliant", "two NonCompliant"]);
    let mut tenants: Vec<&str> = result["tenants"].as_array().expect("tenants").iter().map(text_of).collect();
    tenants.sort_unstable();
    assert_eq!(tenants, [TENANT, other]);
}

fn text_of(value: &Value) -> &str {
    text(value)
}
