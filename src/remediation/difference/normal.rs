//! When two values are the same for a provider.

use crate::arm::{Location, ResourceId, Value};

/// How deep a member stands in a resource's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// At the top.
    Top,
    /// Directly below `properties`.
    Properties,
    /// Anywhere else.
    Below,
}

/// Whether the provider, Azure Resource Manager or a tool adds the member by itself. `key` is in lower case.
pub(super) fn is_read_only(place: Place, key: &str) -> bool {
    const TOP: &[&str] = &[
        "id",
        "name",
        "type",
        "apiversion",
        "etag",
        "systemdata",
        "managedby",
        "subscriptionid",
        "tenantid",
        "resourcegroup",
    ];
    const PROPERTIES: &[&str] = &["metadata", "provisioningstate", "etag", "systemdata"];
    match place {
        Place::Top => TOP.contains(&key),
        Place::Properties => PROPERTIES.contains(&key),
        Place::Below => key == "saspolicyname",
    }
}

/// Whether the value says no more than its absence would: null, an empty list or object, an empty `kind`.
pub(super) fn is_absent(key: &str, value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(object) => object.is_empty(),
        Value::String(text) => text.is_empty() && key.eq_ignore_ascii_case("kind"),
        _ => false,
    }
}

/// The member that tells the items of a list apart.
pub(super) fn item_key(list: &str) -> Option<&'static str> {
    match list.to_ascii_lowercase().as_str() {
        "sources" => Some("eventSource"),
        "scopes" => Some("scopePath"),
        _ => None,
    }
}

/// Whether two single values are the same.
pub(super) fn same(key: &str, a: &Value, b: &Value) -> bool {
    canonical(key, a) == canonical(key, b)
}

/// A text that is equal for values that are the same: keys sorted, nulls and empty parts dropped, ids, regions
/// and enumerations without case, the order of rules and rule sets (joined by AND and OR) left out.
pub(super) fn canonical(key: &str, value: &Value) -> String {
    match value {
        Value::String(text) => Value::from(fold(key, text)).to_json(),
        Value::Array(items) => {
            let mut items: Vec<String> = items.iter().map(|item| canonical(key, item)).collect();
            if ["rules", "rulesets"].contains(&key.to_ascii_lowercase().as_str()) {
                items.sort();
            }
            format!("[{}]", items.join(","))
        }
        Value::Object(object) => {
            let mut members: Vec<(String, String)> = object
                .iter()
                .filter(|(key, value)| !is_absent(key, value))
                .filter(|(key, _)| !is_read_only(Place::Below, &key.to_ascii_lowercase()))
                .map(|(key, value)| (key.to_ascii_lowercase(), canonical(key, value)))
                .collect();
            members.sort();
            let members: Vec<_> =
                members.into_iter().map(|(key, value)| format!("{}:{value}", Value::from(key))).collect();
            format!("{{{}}}", members.join(","))
        }
        // An array as long as one that is listed in another order isn't the same; numbers compare by value.
        Value::Float(number) if number.fract() == 0.0 => format!("{number:.0}"),
        other => other.to_json(),
    }
}

fn fold(key: &str, text: &str) -> String {
    const ENUMERATIONS: &[&str] = &["eventsource", "propertytype", "operator", "actiontype"];
    let key = key.to_ascii_lowercase();
    if key == "location" {
        return Location::new(text).as_str().to_owned();
    }
    if ENUMERATIONS.contains(&key.as_str()) {
        return text.to_ascii_lowercase();
    }
    let is_id = text.trim_start_matches('/').to_ascii_lowercase().starts_with("subscriptions/")
        || text.to_ascii_lowercase().starts_with("/providers/");
    match ResourceId::parse(text).filter(|_| is_id) {
        Some(id) => id.folded().to_owned(),
        None => text.to_owned(),
    }
}
