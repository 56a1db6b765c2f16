//! Catalogues of aliases: where they come from, what is said of a broken one, and what an unknown alias does.

use azpol::arm::alias::{AliasPath, AliasReader, ValueType};
use azpol::arm::{AliasCatalog, ResourceType};
use azpol::source::{Diagnostics, FileId, Form};
use serde_json::{Value, json};

use crate::tenant::{Ran, Tenant, assigned, management_group, states};

const OWN: &str = "/providers/Microsoft.Authorization/policyDefinitions/own";

/// A tenant with a definition whose existence condition reads an alias of automations.
fn tenant(id: Option<&str>, condition: &Value) -> Tenant {
    let mut definition = json!({"name": "own", "type": "Microsoft.Authorization/policyDefinitions",
        "properties": {"displayName": "own", "mode": "All", "policyType": "Custom", "policyRule": {
            "if": {"field": "type", "equals": "Microsoft.Resources/subscriptions"},
            "then": {"effect": "auditIfNotExists", "details": {"type": "Microsoft.Security/automations",
                "existenceCondition": condition}}}}});
    if let Some(id) = id {
        definition["id"] = id.into();
    }
    Tenant::small()
        .json("definition.json", &definition)
        .json("assignments.json", &json!([assigned("Own", &management_group("mg-a"), "own", &json!({}))]))
}

fn scan(tenant: &Tenant, more: &[&str]) -> Ran {
    tenant.scan(&[&["--complete", "--format", "json", "--fail-on", "never"][..], more].concat())
}

/// A catalogue in which automations have one alias, `lid`, in the form of `az provider list`.
fn lids() -> Value {
    json!([{"namespace": "Microsoft.Security", "resourceTypes": [{"resourceType": "automations",
        "aliases": [{"name": "Microsoft.Security/automations/lid", "defaultPath": "properties.isEnabled"}]}]}])
}

#[test]
fn what_rests_on_an_unknown_alias_is_undetermined_and_the_alias_is_named() {
    let condition = json!({"field": "Microsoft.Security/automations/notThere", "equals": true});
    let ran = scan(&tenant(Some(OWN), &condition), &[]);
    assert!(ran.err.contains("AZP0603 warning") && ran.err.contains("automations/notThere"), "{}", ran.err);
    // `two` has no automation: nothing is looked at there.
    assert_eq!(states(&ran.json()), ["one Undetermined", "two NonCompliant"], "{}", ran.all());
    assert!(
        ran.out.contains("the catalogue doesn't know the alias `Microsoft.Security/automations/notThere`")
    );
    // A part that decides alone still does.
    let known = json!({"field": "Microsoft.Security/automations/isEnabled", "in": [true, false]});
    let ran = scan(&tenant(Some(OWN), &json!({"anyOf": [condition, known]})), &[]);
    assert_eq!(states(&ran.json()), ["one Compliant", "two NonCompliant"], "{}", ran.all());
}

#[test]
fn a_users_own_definition_gets_an_error_and_a_suggestion() {
    let condition = json!({"field": "Microsoft.Security/automations/isEnabeld", "equals": true});
    let ran = scan(&tenant(None, &condition), &[]);
    assert!(ran.err.contains("AZP0604"), "{}", ran.err);
    assert!(ran.err.contains("did you mean `Microsoft.Security/automations/isEnabled`?"), "{}", ran.err);
    assert_eq!(ran.code, 3);
}

#[test]
fn an_alias_of_another_type_is_missing_and_nothing_is_said() {
    let condition = json!({"field": "Microsoft.Storage/storageAccounts/sku.name", "exists": false});
    let ran = scan(&tenant(Some(OWN), &condition), &[]);
    assert!(!ran.err.contains("AZP06"), "{}", ran.err);
    assert_eq!(states(&ran.json()), ["one Compliant", "two NonCompliant"], "{}", ran.all());
}

#[test]
fn a_given_catalogue_replaces_the_one_that_ships() {
    let lid = json!({"field": "Microsoft.Security/automations/lid", "exists": true});
    let tenant = tenant(Some(OWN), &lid).json("given/aliases.json", &lids());
    let ran = scan(&tenant, &["--aliases", "given/aliases.json"]);
    assert_eq!(states(&ran.json()), ["one Compliant", "two NonCompliant"], "{}", ran.all());
    // The configuration names it, relative to its own folder.
    let tenant = tenant.file("azpol.yaml", "aliases: given/aliases.json\n");
    let ran = scan(&tenant, &[]);
    assert_eq!(states(&ran.json()), ["one Compliant", "two NonCompliant"], "{}", ran.all());
    let enabled = json!({"field": "Microsoft.Security/automations/isEnabled", "exists": true});
    let tenant = self::tenant(Some(OWN), &enabled).json("given/aliases.json", &lids());
    let ran = scan(&tenant, &["--aliases", "given/aliases.json"]);
    assert!(ran.err.contains("automations/isEnabled"), "{}", ran.err);
    assert_eq!(states(&ran.json()), ["one Undetermined", "two NonCompliant"], "{}", ran.all());
}

#[test]
fn a_broken_catalogue_stops_the_run_with_its_place() {
    let condition = json!({"field": "Microsoft.Security/automations/isEnabled", "exists": true});
    let tenant = tenant(Some(OWN), &condition)
        .file("given/broken.json", "[\n  {\"namespace\": \"A.B\", \"resourceTypes\": [}\n]")
        .file("given/empty.json", "");
    let ran = scan(&tenant, &["--aliases", "given/broken.json"]);
    assert_eq!(ran.code, 3, "{}", ran.all());
    assert!(ran.err.contains("given/broken.json:2:"), "{}", ran.err);
    assert!(ran.out.is_empty());
    let ran = scan(&tenant, &["--aliases", "given/empty.json"]);
    assert_eq!(ran.code, 3, "{}", ran.all());
    let ran = scan(&tenant, &["--aliases", "given/absent.json"]);
    assert_eq!(ran.code, 3, "{}", ran.all());
    assert!(ran.err.contains("absent.json"), "{}", ran.err);
}

/// The catalogue of a text.
fn read(form: Form, text: &str) -> AliasCatalog {
    let (mut reader, mut faults) = (AliasReader::new(), Diagnostics::new());
    reader.read(FileId::NONE, form, text, &mut faults);
    assert!(faults.is_empty(), "{faults:?}");
    reader.finish().expect("a catalogue")
}

#[test]
fn every_form_of_a_catalogue_is_read() {
    let boxes = ResourceType::new("Contoso.Things/boxes");
    let alias = json!({"name": "Contoso.Things/boxes/size", "defaultPath": "properties.size"});
    let kind = json!({"aliases": [alias], "capabilities": "SupportsTags, SupportsLocation",
        "apiVersions": ["2024-01-01", "2023-01-01"], "resourceType": "boxes"});
    let provider = json!({"id": "/x", "namespace": "Contoso.Things", "resourceTypes": [kind]});
    let powershell = json!([{"Namespace": "Contoso.Things", "ResourceType": "boxes",
        "Aliases": [{"Name": "Contoso.Things/boxes/size", "DefaultPath": "properties.size", "Paths": "System.Object[]"}]}]);
    let reversed = json!({"resourceTypes": [kind], "namespace": "Contoso.Things"});
    for form in [json!([provider]), provider.clone(), json!({"value": [provider]}), powershell, reversed] {
        let catalog = read(Form::Json, &form.to_string());
        assert_eq!(catalog.path(&boxes, "contoso.things/BOXES/size"), Some("properties.size"), "{form}");
    }
    let commented = format!("// az\n[{provider},]");
    assert_eq!(read(Form::Json, &commented).len(), 1);
    let yaml = "- namespace: Contoso.Things\r\n  resourceTypes:\r\n  - resourceType: boxes\r\n    aliases:\r\n    - name: Contoso.Things/boxes/size\r\n      defaultPath: properties.size\r\n";
    assert_eq!(read(Form::Yaml, yaml).path(&boxes, "Contoso.Things/boxes/size"), Some("properties.size"));
    let catalog = read(Form::Json, &provider.to_string());
    let facts = catalog.resource_type_facts(&boxes).expect("facts");
    assert_eq!((facts.is_indexed(), facts.api_versions().next()), (Some(true), Some("2024-01-01")));
}

#[test]
fn paths_patterns_and_metadata_by_version_are_read() {
    let pattern =
        json!({"phrase": "/images/{publisher}/{offer}", "variable": "publisher", "type": "Extract"});
    let alias = json!({"name": "Contoso.Things/publisher", "type": "Mask, Preview",
        "defaultPath": "properties.image", "defaultPattern": pattern,
        "defaultMetadata": {"type": "String", "attributes": "None"},
        "paths": [
            {"path": "properties.image", "apiVersions": ["2024-01-01"], "pattern": pattern,
                "metadata": {"type": "String", "attributes": "Modifiable"}},
            {"path": "properties.old", "apiVersions": ["2020-01-01", "2019-01-01"], "metadata": null}]});
    let text = json!({"namespace": "Contoso.Things", "resourceTypes": [{"resourceType": "disks", "aliases": [alias]}]});
    let catalog = read(Form::Json, &text.to_string());
    let disks = ResourceType::new("Contoso.Things/disks");
    let alias = catalog.alias(&disks, "Contoso.Things/PUBLISHER").expect("the alias");
    assert_eq!(
        alias.pattern().and_then(|pattern| pattern.extract("/Images/Canonical/Ubuntu")),
        Some("Canonical")
    );
    assert_eq!((alias.modifiable(), alias.modifiable_at("2024-01-01")), (Some(false), Some(true)));
    assert_eq!(
        (alias.path_at("2019-01-01"), alias.path_at("2030-01-01")),
        ("properties.old", "properties.image")
    );
    assert_eq!(alias.at("2020-01-01").and_then(AliasPath::pattern), None);
    assert_eq!(alias.value_type(), Some(ValueType::String));
    assert!(alias.flags().is_some_and(|flags| flags.mask && flags.preview && !flags.deprecated));
    // The form in which azpol's own table is kept holds what decides a verdict.
    assert!(
        catalog.to_compact().contains("\t-\t~/images/{publisher}/{offer}\tpublisher"),
        "{}",
        catalog.to_compact()
    );
}

#[test]
fn a_catalogue_among_the_inputs_is_named_and_not_used() {
    let lid = json!({"field": "Microsoft.Security/automations/lid", "exists": true});
    let powershell = json!([{"Namespace": "Microsoft.Security", "ResourceType": "automations",
        "Aliases": [{"Name": "Microsoft.Security/automations/lid", "DefaultPath": "properties.isEnabled"}]}]);
    let mut listed = lids();
    listed[0]["registrationState"] = "Registered".into();
    listed[0]["id"] =
        "/subscriptions/11111111-1111-1111-1111-111111111111/providers/Microsoft.Security".into();
    for catalogue in [listed, powershell] {
        let tenant = tenant(Some(OWN), &lid).json("aliases.json", &catalogue);
        let ran = scan(&tenant, &[]);
        assert!(ran.err.contains("AZP0528 note") && ran.err.contains("--aliases FILE"), "{}", ran.err);
        assert_eq!(states(&ran.json()), ["one Undetermined", "two NonCompliant"], "{}", ran.all());
        let told = tenant.azpol(&["validate", ".", "--format", "json"]);
        assert!(told.out.contains("AZP0528"), "{}", told.all());
        // Where it is the catalogue of the run there is nothing to say.
        let ran = scan(&tenant, &["--aliases", "aliases.json"]);
        assert!(!ran.err.contains("AZP0528"), "{}", ran.err);
        assert_eq!(states(&ran.json()), ["one Compliant", "two NonCompliant"], "{}", ran.all());
    }
}
