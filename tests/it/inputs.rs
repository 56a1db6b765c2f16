//! What users' tools write is read, whatever the tool, the encoding and the order of the files.

use std::fs;
use std::path::{Path, PathBuf};

use azpol::arm::{ManagementGroupId, ResourceType, Scope, SubscriptionId, Value};
use azpol::inventory::{
    Completeness, Inventory, InventoryBuilder, Listing, Placement, PolicyDocuments, Provenance, Resource,
};
use azpol::source::{self, Diagnostics, Form, SourceMap};

const S: &str = "11111111-1111-1111-1111-111111111111";
const T: &str = "99999999-9999-9999-9999-999999999999";

fn load(arguments: &[PathBuf], complete: &[&str]) -> (Inventory, PolicyDocuments, Diagnostics) {
    let mut sources = SourceMap::new();
    let mut faults = Diagnostics::new();
    let inputs = source::discover(arguments, &mut std::io::empty(), &mut sources, &mut faults);
    let mut builder = InventoryBuilder::new();
    for input in &inputs {
        let provenance = Provenance { file: input.file, lines: input.form == Form::Lines };
        for node in source::documents(&mut sources, input, &mut faults) {
            builder.document(node, provenance, &mut faults);
        }
    }
    let complete: Vec<_> = complete.iter().map(|text| Completeness::parse(text).expect("a flag")).collect();
    let (inventory, documents, found) = builder.finish(&complete, &sources, &|_| None);
    faults.extend(found);
    (inventory, documents, faults)
}

/// A folder with these files, read whole.
fn folder(files: &[(&str, Vec<u8>)], complete: &[&str]) -> (Inventory, PolicyDocuments, Diagnostics) {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).expect("a folder");
        fs::write(path, bytes).expect("written");
    }
    load(&[folder.path().to_owned()], complete)
}

fn clean(files: &[(&str, String)], complete: &[&str]) -> Inventory {
    let files: Vec<_> = files.iter().map(|(name, text)| (*name, text.clone().into_bytes())).collect();
    let (inventory, _, faults) = folder(&files, complete);
    let said: Vec<_> = faults.iter().map(|fault| format!("{}: {}", fault.code.id, fault.message)).collect();
    assert!(said.is_empty(), "{said:#?}");
    inventory
}

fn id() -> String {
    format!(
        "/subscriptions/{S}/resourceGroups/rg-export/providers/Microsoft.Security/automations/ExportToWorkspace"
    )
}

const SOURCES: &str = r#"[{"eventSource":"Alerts","ruleSets":[{"rules":[{"propertyJPath":"Severity","propertyType":"String","expectedValue":"high","operator":"Equals"}]}]},{"eventSource":"SecureScores"}]"#;

fn actions() -> String {
    format!(
        r#"[{{"actionType":"Workspace","workspaceResourceId":"/subscriptions/{S}/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/w"}}]"#
    )
}

fn scopes() -> String {
    format!(r#"[{{"description":"all","scopePath":"/subscriptions/{S}"}}]"#)
}

/// `az rest`, `az security automation show` of the unflattened kind: one resource.
fn rest() -> String {
    format!(
        r#"{{"id":"{}","name":"ExportToWorkspace","type":"Microsoft.Security/automations","location":"westeurope",
        "etag":"\"1\"","tags":{{}},"properties":{{"description":"","isEnabled":true,"scopes":{},"sources":{SOURCES},
        "actions":{},"metadata":{{"createdDateTimeUtc":"2022-04-05T12:18:09.4575499Z"}}}}}}"#,
        id(),
        scopes(),
        actions()
    )
}

fn rest_list() -> String {
    format!(r#"{{"value":[{}],"nextLink":null}}"#, rest())
}

fn flattened() -> String {
    format!(
        r#"[{{"id":"{}","name":"ExportToWorkspace","type":"Microsoft.Security/automations","location":"westeurope",
        "etag":"\"1\"","kind":null,"tags":{{}},"resourceGroup":"rg-export","description":"","isEnabled":true,
        "scopes":{},"sources":{},"actions":{}}}]"#,
        id(),
        scopes(),
        SOURCES.replace(r#""eventSource":"SecureScores""#, r#""eventSource":"SecureScores","ruleSets":null"#),
        actions()
    )
}

fn graph_row() -> String {
    format!(
        r#"{{"id":"{}","name":"ExportToWorkspace","type":"microsoft.security/automations","tenantId":"{T}","kind":"",
        "location":"westeurope","resourceGroup":"rg-export","subscriptionId":"{S}","managedBy":"","sku":null,
        "plan":null,"identity":null,"zones":null,"extendedLocation":null,"tags":null,"properties":{{"isEnabled":true,
        "scopes":{},"sources":{SOURCES},"actions":{},"metadata":{{"createdDateTimeUtc":"2022-04-05T12:18:09.458Z"}}}}}}"#,
        id(),
        scopes(),
        actions()
    )
}

fn graph() -> String {
    format!(
        r#"{{"totalRecords":1,"count":1,"data":[{}],"facets":[],"resultTruncated":"false"}}"#,
        graph_row()
    )
}

fn az_graph() -> String {
    format!(r#"{{"count":1,"data":[{}],"skip_token":null,"total_records":1}}"#, graph_row())
}

/// The table form, with `properties` as a text.
fn table() -> String {
    let properties = format!(
        r#"{{"isEnabled":true,"scopes":{},"sources":{SOURCES},"actions":{},
        "metadata":{{"createdDateTimeUtc":"2022-04-05T12:18:09.457Z"}}}}"#,
        scopes(),
        actions()
    );
    let text = serde_json::Value::from(properties).to_string();
    format!(
        r#"{{"totalRecords":1,"count":1,"resultTruncated":"false","data":{{"columns":[{{"name":"id","type":"string"}},
        {{"name":"name","type":"string"}},{{"name":"type","type":"string"}},{{"name":"location","type":"string"}},
        {{"name":"tags","type":"object"}},{{"name":"properties","type":"string"}}],
        "rows":[["{}","ExportToWorkspace","microsoft.security/automations","westeurope",null,{text}]]}}}}"#,
        id()
    )
}

fn powershell() -> String {
    let pascal = |text: &str| {
        [
            "eventSource",
            "ruleSets",
            "rules",
            "propertyJPath",
            "propertyType",
            "expectedValue",
            "scopePath",
            "description",
            "workspaceResourceId",
        ]
        .iter()
        .fold(text.to_owned(), |text, name| {
            let upper = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
            text.replace(&format!("\"{name}\""), &format!("\"{upper}\""))
        })
        .replace("\"operator\"", "\"OperatorProperty\"")
        .replace("\"actionType\":\"Workspace\",", "")
    };
    format!(
        r#"{{"Id":"{}","Name":"ExportToWorkspace","Type":"Microsoft.Security/automations","Location":"westeurope",
        "ETag":"\"1\"","Kind":null,"Tags":{{}},"Description":"","IsEnabled":true,"Scopes":{},"Sources":{},"Actions":{}}}"#,
        id(),
        pascal(&scopes()),
        pascal(SOURCES),
        pascal(&actions())
    )
}

fn only(inventory: &Inventory) -> &Resource {
    let automations = ResourceType::new(ResourceType::AUTOMATION);
    let mut found = inventory.resources(&SubscriptionId::new(S), &automations);
    let one = found.next().expect("an automation");
    assert!(found.next().is_none(), "one automation");
    one
}

fn part(resource: &Resource, name: &str) -> String {
    assert!(resource.carries(&format!("properties.{name}")), "{name} is carried");
    let value =
        resource.body.at(&["properties", name]).map_or_else(serde_json::Value::default, Value::to_serde);
    value.to_string()
}

fn forms() -> Vec<(&'static str, String)> {
    vec![
        ("rest.json", rest()),
        ("list.json", rest_list()),
        ("flattened.json", flattened()),
        ("graph.json", graph()),
        ("az-graph.json", az_graph()),
        ("table.json", table()),
        ("search.json", format!("[{}]", graph_row())),
        ("rows.ndjson", graph_row().replace('\n', " ")),
        ("powershell.json", powershell()),
    ]
}

#[test]
fn every_form_of_an_automation_says_the_same() {
    let parts = ["isEnabled", "scopes", "sources", "actions"];
    let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON").to_string();
    let wanted = ["true".to_owned(), json(&scopes()), json(SOURCES), json(&actions())];
    for (name, text) in forms() {
        let inventory = clean(&[(name, text)], &[]);
        let found = parts.map(|part_name| part(only(&inventory), part_name));
        assert_eq!(found, wanted, "{name}");
    }
}

#[test]
fn every_two_forms_merge_without_a_contradiction() {
    let forms = forms();
    for (first, text) in &forms {
        for (second, other) in forms.iter().filter(|(second, _)| second != first) {
            let inventory = clean(&[(*first, text.clone()), (*second, other.clone())], &[]);
            assert!(only(&inventory).carries("properties.sources"), "{first} and {second}");
        }
    }
    let all = clean(&forms, &[]);
    assert_eq!(only(&all).loss, None);
}

#[test]
fn what_contradicts_is_an_error_that_shows_both_files() {
    let off = rest_list().replace(r#""isEnabled":true"#, r#""isEnabled":false"#);
    let files = [("a.json", graph().into_bytes()), ("b.json", off.into_bytes())];
    let (_, _, faults) = folder(&files, &[]);
    let fault = faults.iter().next().expect("a fault");
    assert_eq!((faults.len(), fault.code.id, fault.labels.len()), (1, "AZP0515", 2));
    assert!(fault.message.contains("properties.isEnabled"), "{}", fault.message);
    assert_ne!(fault.labels[0].span.file, fault.labels[1].span.file);
}

#[test]
fn what_powershell_5_writes_is_read() {
    let mut utf16 = vec![0xFF, 0xFE];
    utf16.extend(powershell().replace('\n', "\r\n").encode_utf16().flat_map(u16::to_le_bytes));
    let (inventory, _, faults) = folder(&[("powershell.json", utf16)], &[]);
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!(only(&inventory).loss, None);
}

#[test]
fn answers_that_were_appended_to_one_file_are_read() {
    let other = flattened().replace(S, "22222222-2222-2222-2222-222222222222");
    let inventory = clean(&[("automations.json", format!("{}\n{other}\n[]\n", flattened()))], &[""]);
    assert_eq!(inventory.unlisted_subscriptions().len(), 2);
    let scope = Scope::Subscription(SubscriptionId::new("33333333-3333-3333-3333-333333333333"));
    assert_eq!(inventory.listing(&ResourceType::new(ResourceType::AUTOMATION), &scope), Listing::Asserted);
}

#[test]
fn a_row_of_resourcecontainers_says_where_a_subscription_lies() {
    let containers = format!(
        r#"{{"count":2,"total_records":2,"skip_token":null,"data":[
        {{"id":"/subscriptions/{S}","name":"Production","type":"microsoft.resources/subscriptions","tenantId":"{T}",
          "subscriptionId":"{S}","resourceGroup":"","location":"","tags":{{"a":"b"}},"properties":{{"state":"Enabled",
          "managementGroupAncestorsChain":[{{"name":"mg-corp","displayName":"Corp"}},{{"name":"{T}","displayName":"Root"}}]}}}},
        {{"id":"/subscriptions/{S}/resourceGroups/rg-export","name":"rg-export","tenantId":"{T}","subscriptionId":"{S}",
          "type":"microsoft.resources/subscriptions/resourcegroups","location":"westeurope","resourceGroup":"rg-export",
          "tags":null,"properties":{{"provisioningState":"Succeeded"}}}}]}}"#
    );
    let inventory = clean(&[("containers.json", containers)], &[]);
    let s = SubscriptionId::new(S);
    let subscription = inventory.subscription(&s).expect("a subscription");
    assert_eq!(&*subscription.display_name, "Production");
    assert!(subscription.chain.complete);
    assert_eq!(inventory.placement(&s, &ManagementGroupId::new("MG-CORP")), Placement::Under);
    assert_eq!(inventory.placement(&s, &ManagementGroupId::new("mg-online")), Placement::Outside);
    let groups = ResourceType::new("Microsoft.Resources/resourceGroups");
    assert_eq!(inventory.resources(&s, &groups).count(), 1);
}

#[test]
fn account_list_knows_no_place() {
    let accounts = format!(
        r#"[{{"cloudName":"AzureCloud","homeTenantId":"{T}","id":"{S}","isDefault":true,"managedByTenants":[],
        "name":"Production","state":"Enabled","tenantId":"{T}","user":{{"name":"a@example.com","type":"user"}}}}]"#
    );
    let inventory = clean(&[("accounts.json", accounts)], &[]);
    let group = ManagementGroupId::new("mg-corp");
    assert_eq!(inventory.placement(&SubscriptionId::new(S), &group), Placement::Unknown);
}

#[test]
fn the_order_of_the_files_changes_nothing() {
    let tree = format!(
        r#"{{"id":"/providers/Microsoft.Management/managementGroups/{T}","name":"{T}","tenantId":"{T}",
        "type":"Microsoft.Management/managementGroups","displayName":"Root","details":{{"parent":null}},"children":[
        {{"id":"/subscriptions/{S}","name":"{S}","type":"/subscriptions","displayName":"Production","children":null}}]}}"#
    );
    let manifest = format!(
        "azpol: manifest/v1\nfiles:\n- path: {}\n  types: [Microsoft.Security/automations]\n  scopes: [/]\n  collected: 2025-03-01T06:00:00Z\n",
        "PATH"
    );
    let seen = |names: [&'static str; 3]| {
        let [tree_name, list_name, manifest_name] = names;
        let files = [
            (tree_name, tree.clone()),
            (list_name, rest_list()),
            (manifest_name, manifest.replace("PATH", list_name)),
        ];
        let inventory = clean(&files, &[]);
        let scope = Scope::Subscription(SubscriptionId::new(S));
        let automations = ResourceType::new(ResourceType::AUTOMATION);
        (
            inventory.subscriptions().map(|s| (s.id.clone(), s.chain.clone())).collect::<Vec<_>>(),
            inventory.listing(&automations, &scope),
            inventory.collected().map(|time| time.to_string()),
        )
    };
    let first = seen(["1.json", "2.json", "3.yaml"]);
    assert_eq!(first.1, Listing::Manifest);
    assert_eq!(first, seen(["3.json", "2.json", "1.yaml"]));
    assert_eq!(first, seen(["2.json", "3.json", "0.yaml"]));
}
