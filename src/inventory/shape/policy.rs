//! Policy documents from lists: put into the form in which one lowers them, and compared.

use std::sync::Arc;

use crate::arm::{Object, Value};
use crate::source::{Diagnostics, Node, NodeValue};

use super::text::json_in;

/// Members at the top of a policy document; in a flattened one, any other belongs to `properties`.
const TOP: &[&str] =
    &["id", "name", "type", "location", "identity", "kind", "sku", "systemData", "tags", "properties"];

/// Members that tools add.
const ADDED: &[&str] = &[
    "apiVersion",
    "resourceGroup",
    "resourceGroupName",
    "resourceId",
    "resourceName",
    "resourceType",
    "subscriptionId",
    "tenantId",
    "policyAssignmentId",
    "policyDefinitionResourceId",
    "managedBy",
    "plan",
    "zones",
    "extendedLocation",
];

/// Replaces texts that hold JSON in the places where objects belong.
pub(crate) fn opened(mut node: Node, faults: &mut Diagnostics) -> Node {
    open_members(&mut node, &["properties", "identity", "parameters", "policyRule", "metadata"], faults);
    if let NodeValue::Object(members) = &mut node.value
        && let Some(properties) = members.iter_mut().find(|m| m.key.eq_ignore_ascii_case("properties"))
    {
        open_members(
            &mut properties.value,
            &["parameters", "policyRule", "metadata", "policyDefinitions"],
            faults,
        );
    }
    node
}

fn open_members(node: &mut Node, keys: &[&str], faults: &mut Diagnostics) {
    let NodeValue::Object(members) = &mut node.value else { return };
    for member in members.iter_mut().filter(|m| keys.iter().any(|key| m.key.eq_ignore_ascii_case(key))) {
        if let Some(inner) = json_in(&member.value, faults) {
            member.value = inner;
        }
    }
}

/// A policy document in ARM's form, to be compared: names in lower case, nulls taken out, what a service adds
/// (`systemData`, times and authors in `metadata`) left out.
pub(crate) fn normal(node: &Node) -> Value {
    let known = |key: &str, names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(key));
    let flattened = node.get("properties").is_none();
    let mut top = Object::new();
    let mut properties = Object::new();
    for member in node.members() {
        let (key, value) = (&*member.key, &member.value);
        let at_top = known(key, TOP);
        if value.is_null()
            || (!at_top && (!flattened || known(key, ADDED)))
            || key.eq_ignore_ascii_case("systemData")
        {
            continue;
        }
        if key.eq_ignore_ascii_case("properties") {
            for inner in value.members().iter().filter(|inner| !inner.value.is_null()) {
                properties.insert(folded(&inner.key), stripped(&inner.value));
            }
        } else if at_top {
            top.insert(folded(key), stripped(value));
        } else {
            properties.insert(folded(key), stripped(value));
        }
    }
    if let Some(Value::Object(metadata)) = properties.get("metadata") {
        const WRITTEN: &[&str] = &["createdby", "createdon", "updatedby", "updatedon"];
        let kept = metadata.iter().filter(|(key, _)| !WRITTEN.contains(&&*key.to_ascii_lowercase()));
        let kept: Object = kept.map(|(key, value)| (key.clone(), value.clone())).collect();
        properties.insert("metadata", Value::from(kept));
    }
    top.insert("properties", Value::from(properties));
    Value::from(top)
}

fn folded(key: &str) -> Arc<str> {
    key.to_ascii_lowercase().into()
}

fn stripped(node: &Node) -> Value {
    match &node.value {
        NodeValue::Array(items) => items.iter().map(stripped).collect(),
        NodeValue::Object(members) => Value::from(
            members
                .iter()
                .filter(|member| !member.value.is_null())
                .map(|member| (member.key.clone(), stripped(&member.value)))
                .collect::<Object>(),
        ),
        _ => Value::from(node),
    }
}

#[cfg(test)]
mod tests {
    use super::{normal, opened};
    use crate::source::{Diagnostics, FileId, Node, json};

    fn node(text: &str) -> Node {
        json::parse(FileId::NONE, 0, text, &mut Diagnostics::new()).remove(0)
    }

    #[test]
    fn the_flattened_form_equals_rest() {
        let az = node(
            r#"{"id":"/x","name":"n","type":"t","displayName":"D","notScopes":null,"parameters":{"a":{"value":1}},
              "scope":"/subscriptions/s","resourceGroup":"g","systemData":{"createdAt":"1"},
              "metadata":{"createdOn":"1","x":"y"}}"#,
        );
        let rest = node(
            r#"{"id":"/x","name":"n","type":"t","properties":{"displayName":"D","metadata":{"x":"y"},
              "parameters":{"a":{"value":1}},"scope":"/subscriptions/s"}}"#,
        );
        assert!(crate::inventory::merge::same(&normal(&az), &normal(&rest)));
    }

    #[test]
    fn json_in_a_text_is_opened() {
        let mut faults = Diagnostics::new();
        let node = opened(node(r#"{"id":"/x","properties":"{\"parameters\":\"{}\"}"}"#), &mut faults);
        assert!(faults.is_empty());
        assert!(node.at(&["properties", "parameters"]).is_some_and(Node::is_object));
    }
}
