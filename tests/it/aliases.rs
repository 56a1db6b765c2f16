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

/// Bicep's types of automations in one API version: `state` is read-only, `note` optional, `hub` there for some kinds.
fn types(version: &str, flags_of_note: u32) -> Value {
    let property = |of: u32, flags: u32| json!({"type": {"$ref": format!("#/{of}")}, "flags": flags});
    json!([
        {"$type": "StringType"},
        {"$type": "ObjectType", "name": "Microsoft.Security/automations", "properties": {"properties": property(2, 0)}},
        {"$type": "DiscriminatedObjectType", "name": "P", "discriminator": "k",
            "baseProperties": {"isEnabled": property(0, 2), "description": property(0, flags_of_note)},
            "elements": {"A": {"$ref": "#/3"}, "B": {"$ref": "#/4"}}},
        {"$type": "ObjectType", "name": "A", "properties": {"scopes": property(0, 0)}},
        {"$type": "ObjectType", "name": "B", "properties": {}},
        {"$type": "ResourceType", "name": format!("Microsoft.Security/automations@{version}"), "body": {"$ref": "#/1"}}
    ])
}

#[test]
fn types_of_bicep_say_what_properties_are_like() {
    let alias = |name: &str| format!("Microsoft.Security/automations/{name}");
    let rule = json!({"mode": "All", "policyRule": {"if": {"allOf": [
        {"field": "type", "equals": "Microsoft.Security/automations"},
        {"field": alias("isEnabled"), "equals": true},
        {"field": alias("description"), "notEquals": "x"},
        {"field": alias("scopes"), "exists": true},
        {"field": alias("sources"), "exists": true}]},
        "then": {"effect": "auditIfNotExists", "details": {"type": "Microsoft.Security/automations",
            "name": "x", "existenceCondition": {"field": alias("isEnabled"), "equals": false}}}}});
    let tenant = Tenant::new()
        .json("rules/a.json", &rule)
        .json("types/security/2023-12-01-preview/types.json", &types("2023-12-01-preview", 0))
        .json("types/security/2019-01-01-preview/types.json", &types("2019-01-01-preview", 1))
        .json(
            "types/index.json",
            &json!({"resources": {"Microsoft.Security/automations@2019-01-01-preview":
            {"$ref": "security/2019-01-01-preview/types.json#/5"}}}),
        );
    let told = |more: &[&str]| {
        let arguments =
            ["validate", "rules", "--select", "AZP1001,AZP1025,AZP1034,AZP1040", "--format", "json"];
        let ran = tenant.azpol(&[&arguments[..], more].concat());
        let json: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.all()));
        let one = |finding: &Value| {
            format!(
                "{} {}",
                finding["code"].as_str().expect("a code"),
                finding["message"].as_str().expect("text")
            )
        };
        (
            json["findings"].as_array().expect("findings").iter().map(one).collect::<Vec<_>>(),
            json["notChecked"].clone(),
        )
    };
    let (without, unchecked) = told(&[]);
    assert_eq!(without, [""; 0]);
    assert!(unchecked.to_string().contains("read-only-field-alias"), "{unchecked}");
    // The aliases stay azpol's own where no catalogue is given: no alias is unknown.
    let (findings, unchecked) = told(&["--aliases", "types"]);
    assert_eq!(
        findings,
        [
            format!(
                "AZP1034 `{}` is read-only in every known API version (newest: 2023-12-01-preview)",
                alias("isEnabled")
            ),
            format!(
                "AZP1040 `{}` need not be there in 1 of 2 API versions (newest: 2023-12-01-preview)",
                alias("description")
            ),
            format!(
                "AZP1025 `{}` is there for some kinds of the resource only in every known API version (newest: 2023-12-01-preview)",
                alias("scopes")
            ),
        ]
    );
    assert!(!unchecked.to_string().contains("read-only-field-alias"), "{unchecked}");
    let broken = tenant.file("broken/types.json", "[{\"$type\": \"ObjectType\", \"properties\": 1}]");
    let ran = broken.azpol(&["validate", "rules", "--aliases", "broken"]);
    assert!(ran.err.contains("these types of Bicep can't be read"), "{}", ran.all());
    assert_ne!(ran.code, 0);
}

#[test]
fn checks_that_need_the_versions_and_types_of_aliases_run_where_a_catalogue_has_them() {
    let alias = |name: &str, kind: &str, versions: &[&str]| {
        json!({"name": format!("Contoso.Things/boxes/{name}"), "defaultPath": format!("properties.{name}"),
            "defaultMetadata": {"type": kind, "attributes": "None"},
            "paths": [{"path": format!("properties.{name}"), "apiVersions": versions}]})
    };
    let all = ["2020-01-01", "2022-01-01", "2024-01-01"];
    let catalogue = json!([{"namespace": "Contoso.Things", "resourceTypes": [{"resourceType": "boxes", "apiVersions": all,
        "aliases": [alias("size", "Integer", &all), alias("word", "String", &all), alias("share", "Number", &all), alias("old", "String", &all[..1]), alias("new", "String", &all[2..]),
            alias("flag", "Boolean", &all), alias("any", "Any", &all)]}]}]);
    let rule = |condition: Value| {
        json!({"mode": "All", "policyRule": {"if": {"allOf": [
            {"field": "type", "equals": "Contoso.Things/boxes"}, condition]}, "then": {"effect": "audit"}}})
    };
    for (condition, wanted) in [
        (
            json!({"field": "Contoso.Things/boxes/old", "equals": "x"}),
            "field-alias-unavailable-in-latest-api-version",
        ),
        (
            json!({"field": "Contoso.Things/boxes/new", "equals": "x"}),
            "field-alias-unavailable-in-old-api-versions",
        ),
        (
            json!({"field": "Contoso.Things/boxes/size", "less": "3"}),
            "ordering-operator-on-incompatible-field-type",
        ),
        (
            json!({"field": "Contoso.Things/boxes/flag", "greater": 3}),
            "ordering-operator-on-incompatible-field-type",
        ),
        (
            json!({"field": "Contoso.Things/boxes/word", "less": 3}),
            "ordering-operator-on-incompatible-field-type",
        ),
        (json!({"field": "Contoso.Things/boxes/share", "equals": 3}), "equality-check-on-numeric-field"),
        (json!({"field": "Contoso.Things/boxes/size", "notEquals": "3"}), "equality-check-on-numeric-field"),
        (json!({"field": "Contoso.Things/boxes/size", "less": 3}), ""),
        (json!({"field": "Contoso.Things/boxes/any", "less": 3}), ""),
    ] {
        let tenant =
            Tenant::new().json("a.json", &rule(condition.clone())).json("given/aliases.json", &catalogue);
        let selected = "field-alias-unavailable-in-latest-api-version,field-alias-unavailable-in-old-api-versions,\
            ordering-operator-on-incompatible-field-type,equality-check-on-numeric-field";
        let ran = tenant.azpol(&[
            "validate",
            "a.json",
            "--format",
            "json",
            "--select",
            selected,
            "--aliases",
            "given/aliases.json",
        ]);
        let json: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.all()));
        let findings = json["findings"].as_array().expect("findings");
        let names: Vec<&str> =
            findings.iter().map(|finding| finding["name"].as_str().expect("a name")).collect();
        let wanted: Vec<&str> = Some(wanted).filter(|name| !name.is_empty()).into_iter().collect();
        assert_eq!(names, wanted, "{condition}");
        assert_eq!(json["notChecked"].as_array().map(Vec::len), Some(3), "{condition}");
    }
}
