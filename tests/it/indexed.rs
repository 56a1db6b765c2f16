//! The mode `Indexed` leaves out types without tags or a location: by `types-without-tags`, by what a catalogue says
//! of the type, by Microsoft's list, by the resource's own location, in this order.

use std::fs;

use serde_json::{Value, json};

use crate::tenant::{Tenant, assigned, guid, management_group, rows, subscription, text, tree};

const HUBS: &str = "Microsoft.EventHub/namespaces/eventhubs";
const ACCOUNTS: &str = "Microsoft.Storage/storageAccounts";
const NOTES: &str = "Contoso.Things/notes";

fn tenant() -> Tenant {
    let group = format!("/subscriptions/{}/resourceGroups/rg/providers", guid(1));
    let resource = |path: &str, kind: &str, location: Option<&str>| {
        let mut resource = json!({"id": format!("{group}/{path}"), "name": path.rsplit('/').next(), "type": kind, "properties": {}});
        if let Some(location) = location {
            resource["location"] = json!(location);
        }
        resource
    };
    let resources = json!([
        resource("Microsoft.EventHub/namespaces/n/eventhubs/h", HUBS, Some("westeurope")),
        resource("Microsoft.Storage/storageAccounts/s", ACCOUNTS, Some("westeurope")),
        resource("Contoso.Things/notes/n", NOTES, None),
    ]);
    let definition = json!({"id": "/providers/Microsoft.Authorization/policyDefinitions/d", "name": "d",
        "type": "Microsoft.Authorization/policyDefinitions", "properties": {"displayName": "d", "mode": "Indexed",
        "policyType": "Custom", "policyRule": {"if": {"field": "name", "exists": true}, "then": {"effect": "audit"}}}});
    Tenant::new()
        .json("tree.json", &tree(&[("mg-a", &[1])]))
        .json("subs.json", &json!([subscription(1)]))
        .json("resources.json", &resources)
        .json("definition.json", &definition)
        .json("assignment.json", &assigned("a", &management_group("mg-a"), "d", &json!({})))
}

/// The types that have a row.
fn told(tenant: &Tenant, arguments: &[&str]) -> Vec<String> {
    let result = tenant.result(arguments);
    rows(&result).iter().map(|row| text(&row["resourceType"]).to_owned()).collect()
}

/// What `explain` doubts of the row of a resource.
fn doubts(tenant: &Tenant, name: &str, arguments: &[&str]) -> Value {
    let told = tenant.azpol(&[&["explain", name, ".", "--format", "json"], arguments].concat()).json();
    told["explanations"][0]["doubts"].clone()
}

#[test]
fn without_a_catalogue_microsofts_list_decides_then_the_location() {
    assert_eq!(told(&tenant(), &[]), [ACCOUNTS]);
    let doubt = json!(["a type counts as indexed because this resource has a location"]);
    assert_eq!(doubts(&tenant(), "s", &[]), doubt);
}

#[test]
fn a_catalogue_that_gives_capabilities_decides() {
    let kind = |name: &str, capabilities: &str| {
        let alias = json!({"name": format!("Contoso.Things/{name}/size"), "defaultPath": "properties.size"});
        json!({"resourceType": name, "aliases": [alias], "capabilities": capabilities})
    };
    let of = |namespace: &str, kind: Value| json!({"namespace": namespace, "resourceTypes": [kind]});
    let catalog = json!([
        of("Microsoft.EventHub", kind("namespaces/eventhubs", "SupportsTags, SupportsLocation")),
        of("Microsoft.Storage", kind("storageAccounts", "SupportsLocation")),
        of("Contoso.Things", kind("notes", "CrossResourceGroupResourceMove, SupportsTags, SupportsLocation")),
    ]);
    let tenant = tenant().json("aliases.txt", &catalog);
    assert_eq!(told(&tenant, &["--aliases", "aliases.txt"]), [NOTES, HUBS]);
    assert_eq!(doubts(&tenant, "h", &["--aliases", "aliases.txt"]), json!([]));
    let config = format!("aliases: [aliases.txt]\nsemantics:\n  types-without-tags: [{HUBS}]\n");
    fs::write(tenant.path().join("azpol.yaml"), config).expect("written");
    assert_eq!(told(&tenant, &[]), [NOTES]);
}
