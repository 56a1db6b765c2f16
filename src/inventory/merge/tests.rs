use super::{Side, agreed, difference, joined, same};
use crate::arm::Value;
use crate::inventory::shape::Envelope;
use crate::inventory::shape::resource::{Read, read};
use crate::inventory::{Resource, ShapeLoss};
use crate::source::{Diagnostics, FileId, json};

const ID: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Security/automations/a";

fn resource(rest: &str, envelope: Envelope) -> Read {
    let mut faults = Diagnostics::new();
    let text = format!(r#"{{"id":"{ID}",{rest}}}"#);
    let node = json::parse(FileId::NONE, 0, &text, &mut faults).remove(0);
    let read = read(&node, envelope, &mut faults);
    assert!(faults.is_empty(), "{faults:?}");
    read.expect("a resource")
}

fn side(read: &Read) -> Side<'_> {
    Side { resource: &read.resource, shape: read.shape }
}

fn rest() -> Read {
    resource(
        r#""name":"a","type":"Microsoft.Security/automations","location":"East US","etag":"1","tags":{},"properties":
        {"isEnabled":true,"metadata":{"createdDateTimeUtc":"2022-04-05T12:18:09.4575499Z"},
        "scopes":[{"scopePath":"/subscriptions/S"}],"sources":[{"eventSource":"Alerts"}],"actions":[]}"#,
        Envelope::RestList,
    )
}

fn graph(enabled: bool) -> Read {
    resource(
        &format!(
            r#""name":"a","type":"microsoft.security/automations","location":"eastus","tags":null,"tenantId":"t",
            "subscriptionId":"s","resourceGroup":"g","kind":"","properties":{{"isEnabled":{enabled},"description":"",
            "metadata":{{"createdDateTimeUtc":"2022-04-05T12:18:09.458Z"}},"scopes":[{{"scopePath":"/subscriptions/s"}}],
            "sources":[{{"eventSource":"Alerts","ruleSets":[]}}],"actions":[]}}"#
        ),
        Envelope::Graph,
    )
}

fn flattened() -> Read {
    resource(
        r#""name":"a","type":"Microsoft.Security/automations","location":"eastus","etag":"2","tags":{},
        "resourceGroup":"g","isEnabled":true,"description":null,"scopes":[{"scopePath":"/subscriptions/s"}],
        "sources":[{"eventSource":"Alerts","ruleSets":null}],"actions":[]"#,
        Envelope::Array,
    )
}

#[test]
fn three_forms_of_one_resource_agree() {
    assert_eq!(difference(&side(&rest()), &side(&graph(true))), None);
    assert_eq!(difference(&side(&rest()), &side(&flattened())), None);
    assert_eq!(difference(&side(&flattened()), &side(&graph(true))), None);
}

#[test]
fn a_difference_names_its_path() {
    assert_eq!(difference(&side(&rest()), &side(&graph(false))).as_deref(), Some("properties.isEnabled"));
}

#[test]
fn a_form_without_properties_contradicts_nothing_and_yields() {
    let bare = resource(
        r#""name":"a","type":"Microsoft.Security/automations","location":"eastus","properties":null,"tags":{}"#,
        Envelope::Array,
    );
    assert_eq!(difference(&side(&bare), &side(&rest())), None);
    for (first, second) in [(bare, rest()), (rest(), flattened())] {
        let (kept, _) = joined((first.resource, first.shape), (second.resource, second.shape));
        assert_eq!(kept.loss, None);
        assert!(kept.body.at(&["properties", "metadata"]).is_some());
    }
}

#[test]
fn two_projections_become_one_that_carries_both() {
    let one = resource(r#""name":"a","isEnabled":true"#, Envelope::Graph);
    let two = resource(r#""name":"a","location":"eastus","sources":[]"#, Envelope::Graph);
    assert_eq!(difference(&side(&one), &side(&two)), None);
    let (kept, _) = joined((one.resource, one.shape), (two.resource, two.shape));
    assert!(
        kept.carries("properties.isEnabled")
            && kept.carries("properties.sources")
            && kept.carries("location")
    );
    assert!(!kept.carries("properties.actions"));
    assert_eq!(kept.body.at(&["properties", "isEnabled"]), Some(&Value::Bool(true)));
    assert!(kept.location.is_some());
}

#[test]
fn of_a_contradiction_only_what_both_say_is_carried() {
    let kept: Resource = agreed(&side(&rest()), &side(&graph(false)));
    assert!(kept.carries("properties.sources") && !kept.carries("properties.isEnabled"));
    assert!(matches!(kept.loss, Some(ShapeLoss::Projected(_))));
}

#[test]
fn values_are_the_same_whatever_the_order_of_their_keys() {
    let read =
        |text: &str| Value::from(&json::parse(FileId::NONE, 0, text, &mut Diagnostics::new()).remove(0));
    assert!(same(&read(r#"{"a":1,"b":{"c":[1.0]}}"#), &read(r#"{"b":{"c":[1]},"A":1,"d":null}"#)));
    assert!(!same(&read(r#"{"a":[1,2]}"#), &read(r#"{"a":[2,1]}"#)));
    assert!(!same(&read(r#"{"a":"2022-04-05T12:18:09.457Z"}"#), &read(r#"{"a":"2022-04-05T12:18:10Z"}"#)));
}
