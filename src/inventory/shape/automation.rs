//! `Microsoft.Security/automations`, flattened by `az` or written by PowerShell, back in ARM's form.

use std::sync::Arc;

use crate::arm::{Object, Value};
use crate::source::{Diagnostics, Node, NodeValue};

use super::text::{has_cut, is_cut, json_in};

/// The members of an automation's `properties`.
const MEMBERS: &[&str] = &["description", "isEnabled", "metadata", "scopes", "sources", "actions"];

/// Those that a tool writes always, as null where the service left them out.
const ALWAYS: &[&str] = &["isEnabled", "scopes", "sources", "actions"];

/// The names below `properties`, as ARM writes them.
const NAMES: &[&str] = &[
    "actionType",
    "connectionString",
    "description",
    "eventHubResourceId",
    "eventSource",
    "eventVersionType",
    "expectedValue",
    "isTrustedServiceEnabled",
    "logicAppResourceId",
    "operator",
    "propertyJPath",
    "propertyType",
    "ruleSets",
    "rules",
    "sasPolicyName",
    "scopePath",
    "uri",
    "workspaceResourceId",
];

/// What an element says beside its envelope.
#[derive(Debug, Default)]
pub(crate) struct Members {
    /// `properties`, put together.
    pub(crate) properties: Object,
    /// The paths that the element carries, in lower case.
    pub(crate) carried: Vec<Arc<str>>,
    /// Whether it carries all of them.
    pub(crate) whole: bool,
    /// Whether a depth limit cut it.
    pub(crate) cut: bool,
}

/// Whether the element holds any of an automation's properties beside its id.
pub(crate) fn is_flattened(node: &Node) -> bool {
    ALWAYS.iter().any(|key| node.get(key).is_some())
}

/// Reads the members that stand beside the id.
pub(crate) fn members(node: &Node, faults: &mut Diagnostics) -> Members {
    let mut read = Members { whole: true, ..Members::default() };
    for key in MEMBERS {
        let Some(found) = node.get(key) else {
            read.whole &= !ALWAYS.contains(key);
            continue;
        };
        let path: Arc<str> = format!("properties.{}", key.to_ascii_lowercase()).into();
        if found.is_null() {
            read.carried.push(path);
            continue;
        }
        let inner = json_in(found, faults);
        let found = inner.as_ref().unwrap_or(found);
        let fits = match *key {
            "isEnabled" => found.as_bool().is_some(),
            "description" => found.as_str().is_some(),
            "metadata" => found.is_object(),
            _ => found.is_array(),
        };
        if !fits {
            read.cut |= found.as_str().is_some_and(is_cut);
            read.whole &= !ALWAYS.contains(key);
            continue;
        }
        let value = canonical(found);
        read.cut |= has_cut(&value) || (found.is_array() && *key != "scopes" && has_texts(found));
        if *key == "actions" && found.items().iter().any(says_nothing) {
            // An early module wrote actions without a single member.
            read.whole = false;
            continue;
        }
        read.carried.push(path);
        read.properties.push(*key, list_form(key, value));
    }
    read
}

/// Puts right what odd exports write in `properties` that are in ARM's form otherwise: scopes as plain texts.
pub(crate) fn straighten(properties: Value) -> Value {
    let Value::Object(object) = &properties else { return properties };
    let plain =
        object.get("scopes").is_some_and(|scopes| scopes.items().iter().any(|item| item.as_str().is_some()));
    if !plain {
        return properties;
    }
    let straight = object.iter().map(|(key, value)| {
        let value = if key.eq_ignore_ascii_case("scopes") { scopes(value) } else { value.clone() };
        (key.clone(), value)
    });
    Value::from(straight.collect::<Object>())
}

fn list_form(key: &str, value: Value) -> Value {
    match key {
        "scopes" => scopes(&value),
        "actions" => value.items().iter().map(with_action_type).collect(),
        _ => value,
    }
}

fn scopes(value: &Value) -> Value {
    value
        .items()
        .iter()
        .map(|item| match item {
            Value::String(text) if !is_cut(text) => Value::object([("scopePath", item.clone())]),
            _ => item.clone(),
        })
        .collect()
}

/// `actionType` stands in no member of PowerShell's form; the member with the destination tells it.
fn with_action_type(action: &Value) -> Value {
    let Value::Object(object) = action else { return action.clone() };
    if object.contains_key("actionType") {
        return action.clone();
    }
    let kinds = [
        ("workspaceResourceId", "Workspace"),
        ("eventHubResourceId", "EventHub"),
        ("logicAppResourceId", "LogicApp"),
    ];
    let Some((_, kind)) = kinds.into_iter().find(|(member, _)| object.contains_key(member)) else {
        return action.clone();
    };
    let mut whole = Object::clone(object);
    whole.insert("actionType", kind);
    Value::from(whole)
}

/// Whether a text stands in the list where an object belongs.
fn has_texts(list: &Node) -> bool {
    list.items().iter().any(|item| item.as_str().is_some())
}

fn says_nothing(action: &Node) -> bool {
    action.is_object() && action.members().iter().all(|member| member.value.is_null())
}

/// A value with ARM's names and without nulls, which these tools write for absent members.
fn canonical(node: &Node) -> Value {
    match &node.value {
        NodeValue::Array(items) => items.iter().map(canonical).collect(),
        NodeValue::Object(members) => Value::from(
            members
                .iter()
                .filter(|member| !member.value.is_null())
                .map(|member| (name(&member.key), canonical(&member.value)))
                .collect::<Object>(),
        ),
        _ => Value::from(node),
    }
}

fn name(key: &Arc<str>) -> Arc<str> {
    if key.eq_ignore_ascii_case("operatorProperty") {
        return "operator".into();
    }
    match NAMES.iter().find(|name| name.eq_ignore_ascii_case(key)) {
        Some(name) if **name == **key => key.clone(),
        Some(name) => (*name).into(),
        None => super::resource::camel(key),
    }
}

#[cfg(test)]
mod tests {
    use super::{Members, members, straighten};
    use crate::arm::Value;
    use crate::source::{Diagnostics, FileId, json};

    fn read(text: &str) -> Members {
        let mut faults = Diagnostics::new();
        let node = json::parse(FileId::NONE, 0, text, &mut faults).remove(0);
        let read = members(&node, &mut faults);
        assert!(faults.is_empty(), "{faults:?}");
        read
    }

    #[test]
    fn the_flattened_form_is_put_back() {
        let read = read(
            r#"{"description":null,"isEnabled":true,"scopes":[{"description":null,"scopePath":"/subscriptions/s"}],
              "sources":[{"eventSource":"Alerts","ruleSets":null}],
              "actions":[{"actionType":"Workspace","workspaceResourceId":"/w"}]}"#,
        );
        assert!(read.whole && !read.cut);
        assert_eq!(
            Value::from(read.properties).to_json(),
            r#"{"isEnabled":true,"scopes":[{"scopePath":"/subscriptions/s"}],"sources":[{"eventSource":"Alerts"}],"actions":[{"actionType":"Workspace","workspaceResourceId":"/w"}]}"#
        );
    }

    #[test]
    fn powershell_is_put_back() {
        let read = read(
            r#"{"Description":"d","IsEnabled":true,"Scopes":["/subscriptions/s"],
              "Sources":[{"EventSource":"Alerts","RuleSets":[{"Rules":[{"PropertyJPath":"Severity",
                "PropertyType":"String","ExpectedValue":"high","OperatorProperty":"Equals"}]}]}],
              "Actions":[{"EventHubResourceId":"/h","SasPolicyName":"Send","ConnectionString":null}]}"#,
        );
        assert!(read.whole && !read.cut);
        assert_eq!(
            Value::from(read.properties).to_json(),
            r#"{"description":"d","isEnabled":true,"scopes":[{"scopePath":"/subscriptions/s"}],"sources":[{"eventSource":"Alerts","ruleSets":[{"rules":[{"propertyJPath":"Severity","propertyType":"String","expectedValue":"high","operator":"Equals"}]}]}],"actions":[{"eventHubResourceId":"/h","sasPolicyName":"Send","actionType":"EventHub"}]}"#
        );
    }

    #[test]
    fn a_cut_list_is_seen() {
        let text = r#"{"IsEnabled":true,"Scopes":[],"Actions":[],
            "Sources":["Microsoft.Azure.Commands.Security.Models.Automations.PSSecurityAutomationSource"]}"#;
        assert!(read(text).cut);
        assert!(read(r#"{"IsEnabled":true,"Scopes":[],"Actions":[],"Sources":"System.Object[]"}"#).cut);
        let deep = r#"{"IsEnabled":true,"Scopes":[],"Actions":[],"Sources":[{"EventSource":"Alerts",
            "RuleSets":"System.Collections.Generic.List"}]}"#;
        assert!(read(deep).cut);
    }

    #[test]
    fn a_projection_says_what_it_carries() {
        let read = read(r#"{"isEnabled":true,"sources":"[{\"eventSource\":\"Alerts\"}]","actions":3}"#);
        assert!(!read.whole && !read.cut);
        assert_eq!(
            read.carried.iter().map(|p| &**p).collect::<Vec<_>>(),
            ["properties.isenabled", "properties.sources"]
        );
    }

    #[test]
    fn actions_without_members_arent_carried() {
        let read = read(r#"{"IsEnabled":true,"Scopes":[],"Sources":[],"Actions":[{}]}"#);
        assert!(!read.whole);
        assert!(!read.carried.iter().any(|path| path.contains("actions")));
    }

    #[test]
    fn plain_scopes_are_straightened() {
        let value = Value::object([("scopes", Value::array([Value::from("/subscriptions/s")]))]);
        assert_eq!(straighten(value).to_json(), r#"{"scopes":[{"scopePath":"/subscriptions/s"}]}"#);
    }
}
