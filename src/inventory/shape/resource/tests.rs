use super::{Read, Shape, read};
use crate::arm::Value;
use crate::inventory::ShapeLoss;
use crate::inventory::shape::Envelope;
use crate::source::{Diagnostics, FileId, json};

fn try_read(text: &str, envelope: Envelope) -> (Option<Read>, Diagnostics) {
    let mut faults = Diagnostics::new();
    let node = json::parse(FileId::NONE, 0, text, &mut faults).remove(0);
    let read = read(&node, envelope, &mut faults);
    (read, faults)
}

fn resource(text: &str, envelope: Envelope) -> Read {
    let (read, faults) = try_read(text, envelope);
    assert!(faults.is_empty(), "{faults:?}");
    read.expect("a resource")
}

const ID: &str = "/subscriptions/s/resourcegroups/G/providers/Microsoft.Security/automations/Export";

fn projected(read: &Read) -> Vec<&str> {
    match &read.resource.loss {
        Some(ShapeLoss::Projected(paths)) => paths.iter().map(|path| &**path).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn rest_stays_as_it_is() {
    let text = format!(
        r#"{{"id":"{ID}","name":"Export","type":"Microsoft.Security/automations","kind":"","location":"West Europe",
        "tags":{{}},"etag":"\"1\"","properties":{{"isEnabled":true,"sources":[{{"eventSource":"Alerts","ruleSets":[]}}]}}}}"#
    );
    let read = resource(&text, Envelope::RestList);
    assert_eq!(read.shape, Shape::Rest);
    assert_eq!(read.resource.loss, None);
    assert_eq!(read.resource.location.as_ref().map(ToString::to_string).as_deref(), Some("westeurope"));
    assert_eq!(read.resource.body.get("kind"), Some(&Value::from("")));
    assert_eq!(
        read.resource.body.at(&["properties", "sources"]).map(Value::to_json).as_deref(),
        Some(r#"[{"eventSource":"Alerts","ruleSets":[]}]"#)
    );
}

#[test]
fn the_type_of_an_answer_to_put_is_put_right() {
    let text =
        format!(r#"{{"id":"{ID}","type":"Microsoft.Security/SecurityAutomations","properties":{{}}}}"#);
    let read = resource(&text, Envelope::Single);
    assert!(read.resource.resource_type.is("Microsoft.Security/automations"));
    assert_eq!(
        read.resource.body.get("type").and_then(Value::as_str),
        Some("Microsoft.Security/automations")
    );
}

#[test]
fn az_flattened_is_put_back_under_properties() {
    let text = format!(
        r#"{{"id":"{ID}","name":"Export","type":"Microsoft.Security/automations","resourceGroup":"G","location":"eastus",
        "kind":null,"etag":"e","tags":null,"description":null,"isEnabled":false,"scopes":[],"sources":[],"actions":[]}}"#
    );
    let read = resource(&text, Envelope::Array);
    assert_eq!(read.shape, Shape::Flattened);
    assert_eq!(read.resource.loss, None);
    assert_eq!(
        read.resource.body.to_json(),
        format!(
            r#"{{"id":"{ID}","name":"Export","type":"Microsoft.Security/automations","location":"eastus","etag":"e","properties":{{"isEnabled":false,"scopes":[],"sources":[],"actions":[]}}}}"#
        )
    );
}

#[test]
fn powershell_is_read() {
    let text = format!(
        r#"{{"Id":"{ID}","Name":"Export","Type":"Microsoft.Security/automations","ETag":"e","Location":"eastus",
        "Tags":{{"a":"b"}},"IsEnabled":true,"Scopes":[],"Sources":[],"Actions":[]}}"#
    );
    let read = resource(&text, Envelope::Array);
    assert_eq!(read.shape, Shape::PowerShell);
    assert_eq!(read.resource.loss, None);
    assert_eq!(read.resource.body.at(&["tags", "a"]).and_then(Value::as_str), Some("b"));
    assert_eq!(read.resource.body.get("etag").and_then(Value::as_str), Some("e"));
}

#[test]
fn a_list_without_properties_says_so() {
    let text = r#"{"id":"/subscriptions/s/resourceGroups/g/providers/microsoft.insights/components/m","identity":null,
        "kind":"web","location":"eastus","managedBy":null,"name":"m","plan":null,"properties":null,"resourceGroup":"g",
        "sku":null,"tags":{},"type":"microsoft.insights/components"}"#;
    let read = resource(text, Envelope::Array);
    assert_eq!(read.resource.loss, Some(ShapeLoss::NoProperties));
    assert!(read.resource.carries("location") && !read.resource.carries("properties.isEnabled"));
    let text = r#"{"id":"/subscriptions/s/resourceGroups/g/providers/a.b/c/m","name":"m","type":"a.b/c","location":"x"}"#;
    assert_eq!(resource(text, Envelope::RestList).resource.loss, Some(ShapeLoss::NoProperties));
}

#[test]
fn a_cut_document_says_so() {
    let text = format!(r#"{{"Id":"{ID}","Name":"Export","Properties":{{"sources":"System.Object[]"}}}}"#);
    assert_eq!(resource(&text, Envelope::Array).resource.loss, Some(ShapeLoss::Truncated));
    let text = format!(r#"{{"Id":"{ID}","Name":"Export","Properties":"@{{isEnabled=True; sources=}}"}}"#);
    assert_eq!(resource(&text, Envelope::Array).resource.loss, Some(ShapeLoss::Truncated));
}

#[test]
fn a_projection_carries_what_it_names() {
    let text = format!(r#"{{"id":"{ID}","tags":{{}},"properties":{{"isEnabled":true}}}}"#);
    let read = resource(&text, Envelope::Graph);
    assert_eq!(projected(&read), ["id", "name", "properties", "tags", "type"]);
    assert!(read.resource.carries("properties.sources") && !read.resource.carries("location"));

    let text = format!(r#"{{"id":"{ID}","name":"Export","isEnabled":true}}"#);
    let read = resource(&text, Envelope::GraphTable);
    assert!(read.resource.carries("properties.isEnabled") && !read.resource.carries("properties.actions"));

    let text = format!(r#"{{"id":"{ID}","name":"Export"}}"#);
    let read = resource(&text, Envelope::Graph);
    assert!(!read.resource.carries("properties.isEnabled"));
}

#[test]
fn a_whole_row_of_resource_graph_has_lost_nothing() {
    let text = format!(
        r#"{{"id":"{ID}","name":"Export","type":"microsoft.security/automations","tenantId":"t","kind":"","location":"eastus",
        "resourceGroup":"g","subscriptionId":"s","managedBy":"","sku":null,"plan":null,"properties":{{"isEnabled":true}},
        "tags":null,"identity":null,"zones":null,"extendedLocation":null}}"#
    );
    for envelope in [Envelope::Graph, Envelope::Array] {
        let read = resource(&text, envelope);
        assert_eq!((read.shape, read.resource.loss.as_ref()), (Shape::Graph, None));
        assert_eq!(
            read.resource.body.to_json(),
            format!(
                r#"{{"id":"{ID}","name":"Export","type":"Microsoft.Security/automations","location":"eastus","kind":"","properties":{{"isEnabled":true}}}}"#
            )
        );
    }
}

#[test]
fn properties_in_a_text_are_read() {
    let text = format!(
        r#"{{"id":"{ID}","name":"Export","type":"x/automations","location":"l","tags":"","properties":"{{\"isEnabled\":true}}"}}"#
    );
    let read = resource(&text, Envelope::Graph);
    assert_eq!(read.resource.body.at(&["properties", "isEnabled"]), Some(&Value::Bool(true)));
}

#[test]
fn another_flattened_type_is_a_projection() {
    let text = r#"{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.OperationalInsights/workspaces/w",
        "name":"w","type":"Microsoft.OperationalInsights/workspaces","location":"eastus","resourceGroup":"g",
        "retentionInDays":30,"features":{"x":null,"y":1}}"#;
    let read = resource(text, Envelope::Array);
    assert_eq!(
        read.resource.body.at(&["properties", "features"]).map(Value::to_json).as_deref(),
        Some(r#"{"y":1}"#)
    );
    assert!(read.resource.carries("properties.retentionInDays") && !read.resource.carries("properties.sku"));
}

#[test]
fn what_has_no_id_is_a_finding() {
    for (text, code) in [
        (r#"{"type":"Microsoft.KeyVault/vaults","properties":{}}"#, "AZP0505"),
        (r#"{"id":"/nowhere/at/all","type":"Microsoft.KeyVault/vaults","properties":{}}"#, "AZP0506"),
    ] {
        let (read, faults) = try_read(text, Envelope::Single);
        assert!(read.is_none());
        assert_eq!(faults.iter().map(|fault| fault.code.id).collect::<Vec<_>>(), [code]);
    }
}

#[test]
fn a_member_of_the_wrong_type_is_a_finding() {
    let text =
        format!(r#"{{"id":"{ID}","name":"Export","type":"a/b","location":5,"tags":[1],"properties":3}}"#);
    let (read, faults) = try_read(&text, Envelope::Single);
    assert_eq!(faults.len(), 3);
    assert_eq!(read.expect("read").resource.loss, Some(ShapeLoss::NoProperties));
}
