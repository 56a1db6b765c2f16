//! Whether a deployment's automations depend on nothing of the subscription but its id, and on that in such places
//! only where another id can stand instead.

use crate::source::{Node, NodeValue};

/// Context functions by which a template may read more of where it is deployed.
const OTHER_CONTEXT: &[&str] = &["resourcegroup(", "deployment(", "tenant(", "managementgroup(", "deployer("];

/// Functions of an id that put it, or what is in front of it, into a longer text and nothing else.
const JOINING: &[&str] = &["concat(", "format(", "subscription("];

/// Keys whose values don't say what is exported.
const INDIFFERENT: &[&str] = &["description", "dependson", "outputs"];

/// Whether what a template exports is the same for each subscription, but for the subscription's id in the ids of
/// what is put and in scopes.
///
/// It reads of the subscription `id` and `subscriptionId` only; and these only in descriptions and dependencies, or
/// in `scopePath` joined with other texts. Everything else (a variable, a condition, a destination) may decide
/// anything by it.
pub(super) fn only_places(template: &Node) -> bool {
    fits(template, "")
}

fn fits(node: &Node, key: &str) -> bool {
    match &node.value {
        NodeValue::String(text) => text_fits(text, key),
        NodeValue::Array(items) => items.iter().all(|item| fits(item, key)),
        NodeValue::Object(members) => members.iter().all(|member| {
            let own = member.key.to_ascii_lowercase();
            // Where something is deployed, or what it is for, may be one certain subscription.
            let elsewhere = match &*own {
                "subscriptionid" | "scope" => true,
                "scopes" => !member.value.is_array(),
                "scopepath" => !member.value.as_str().is_some_and(names_own),
                _ => false,
            };
            if elsewhere {
                return false;
            }
            // Whatever lies below something indifferent is it, too.
            let key = if INDIFFERENT.contains(&key) { key } else { &own };
            // A key may be an expression.
            text_fits(&member.key, "") && fits(&member.value, key)
        }),
        _ => true,
    }
}

/// Whether a scope is made of the id of the subscription that is deployed into.
fn names_own(text: &str) -> bool {
    text.starts_with('[') && calls(&text.to_ascii_lowercase(), "subscription(")
}

fn text_fits(text: &str, key: &str) -> bool {
    if !text.starts_with('[') {
        return true;
    }
    let folded: String = text.to_ascii_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    if OTHER_CONTEXT.iter().any(|function| calls(&folded, function)) {
        return false;
    }
    // Ids are made of the subscription's without its being named.
    let makes_ids = calls(&folded, "resourceid(") || calls(&folded, "subscriptionresourceid(");
    if !calls(&folded, "subscription(") && !makes_ids {
        return true;
    }
    let reads_ids_only = folded.split("subscription()").skip(1).all(|rest| {
        let member: String = rest
            .strip_prefix('.')
            .map(|rest| rest.chars().take_while(|c| c.is_alphanumeric()).collect())
            .unwrap_or_default();
        member == "id" || member == "subscriptionid"
    });
    if !reads_ids_only {
        return false;
    }
    if INDIFFERENT.contains(&key) {
        return true;
    }
    key == "scopepath" && !makes_ids && functions(&folded).all(|function| JOINING.contains(&&*function))
}

/// Whether a function is called: its name isn't the end of another one's.
fn calls(text: &str, function: &str) -> bool {
    text.match_indices(function)
        .any(|(at, _)| !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.'))
}

/// The names of all functions that are called, with their brackets.
fn functions(text: &str) -> impl Iterator<Item = String> + '_ {
    text.match_indices('(').map(|(at, _)| {
        let head = &text[..at];
        let start = head.rfind(|c: char| !c.is_alphanumeric() && c != '_' && c != '.').map_or(0, |at| at + 1);
        format!("{}(", &head[start..])
    })
}

#[cfg(test)]
mod tests {
    use super::only_places;
    use crate::source::{Diagnostics, FileId, json};

    fn alike(properties: &str) -> bool {
        let text = format!(r#"{{"resources": [{{"properties": {{{properties}}}}}]}}"#);
        only_places(&json::parse(FileId::NONE, 0, &text, &mut Diagnostics::new()).remove(0))
    }

    #[test]
    fn an_id_may_stand_in_scopes_and_descriptions() {
        assert!(alike(r#""scopes": [{"scopePath": "[subscription().id]", "description": "x"}]"#));
        assert!(alike(
            r#""scopes": [{"scopePath": "[concat('/subscriptions/', subscription().subscriptionId)]"}]"#
        ));
        assert!(alike(r#""description": "[replace(variables('a'), '{0}', subscription().subscriptionId)]""#));
        assert!(alike(r#""x": "[parameters('y')]", "dependsOn": ["[resourceId('a/b', 'c')]"]"#));
    }

    #[test]
    fn anything_else_may_decide_by_it() {
        for properties in [
            r#""scopes": [{"scopePath": "[toLower(subscription().id)]"}]"#,
            r#""scopes": [{"scopePath": "[subscription().displayName]"}]"#,
            r#""isEnabled": "[equals(subscription().subscriptionId, 'x')]""#,
            r#""actions": [{"workspaceResourceId": "[resourceId('a/b', 'c')]"}]"#,
            r#""description": "[subscription().tags.owner]""#,
            r#""description": "[resourceGroup().location]""#,
            r#""description": "[string(subscription())]""#,
            r#""[subscription().id]": 1"#,
            r#""scopes": [{"scopePath": "/subscriptions/x"}]"#,
            r#""scopes": "[parameters('scopes')]""#,
            r#""subscriptionId": "x""#,
        ] {
            assert!(!alike(properties), "{properties}");
        }
    }
}
