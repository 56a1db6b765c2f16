//! Where an automation sends to.

use crate::arm::{ResourceId, Value};

/// A destination of an automation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// What kind of action sends there.
    pub kind: TargetKind,
    /// The workspace, event hub or Logic App.
    pub id: ResourceId,
    /// What the deployment reads with a `list…` function to get at the secret: a hub's authorization rule, a
    /// Logic App's trigger.
    pub read: Option<ResourceId>,
    /// Whether Defender for Cloud sends as a trusted service, without a connection string.
    pub trusted: bool,
}

/// `actionType`
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TargetKind {
    /// `Workspace`
    Workspace,
    /// `EventHub`
    EventHub,
    /// `LogicApp`
    LogicApp,
}

impl TargetKind {
    /// As people call it.
    pub fn as_str(self) -> &'static str {
        match self {
            TargetKind::Workspace => "workspace",
            TargetKind::EventHub => "event hub",
            TargetKind::LogicApp => "Logic App",
        }
    }

    /// The member that holds the id.
    fn member(self) -> &'static str {
        match self {
            TargetKind::Workspace => "workspaceResourceId",
            TargetKind::EventHub => "eventHubResourceId",
            TargetKind::LogicApp => "logicAppResourceId",
        }
    }
}

/// The destinations of an automation's body, in order. An action whose kind is missing is known by its id.
pub(crate) fn targets(body: &Value) -> Vec<Target> {
    let actions = body.at(&["properties", "actions"]).map_or(&[][..], Value::items);
    actions.iter().filter_map(target).collect()
}

fn target(action: &Value) -> Option<Target> {
    let kinds = [TargetKind::Workspace, TargetKind::EventHub, TargetKind::LogicApp];
    let (kind, id) = kinds.into_iter().find_map(|kind| {
        let id = action.get(kind.member())?.as_str()?;
        Some((kind, ResourceId::parse(id)?))
    })?;
    let secret = match kind {
        TargetKind::Workspace => None,
        TargetKind::EventHub => action.get("connectionString"),
        TargetKind::LogicApp => action.get("uri"),
    };
    let read = match secret {
        Some(Value::Runtime(expression)) => quoted_id(expression),
        _ => None,
    };
    let trusted = action.get("isTrustedServiceEnabled").and_then(Value::as_bool) == Some(true);
    Some(Target { kind, id, read, trusted })
}

/// The first text in quotes of an expression that is an id: `listkeys('/subscriptions/…', …)`.
fn quoted_id(expression: &str) -> Option<ResourceId> {
    expression
        .split('\'')
        .skip(1)
        .step_by(2)
        .filter(|text| text.to_ascii_lowercase().trim_start_matches('/').starts_with("subscriptions/"))
        .find_map(ResourceId::parse)
}

/// The event sources of an automation's body.
pub(crate) fn sources(body: &Value) -> Vec<&str> {
    let sources = body.at(&["properties", "sources"]).map_or(&[][..], Value::items);
    sources.iter().filter_map(|source| source.get("eventSource")?.as_str()).collect()
}

/// Whether an automation runs.
pub(crate) fn is_enabled(body: &Value) -> bool {
    body.at(&["properties", "isEnabled"]).and_then(Value::as_bool) == Some(true)
}

#[cfg(test)]
mod tests {
    use super::{TargetKind, targets};
    use crate::arm::Value;
    use crate::remediation::sample::value;

    #[test]
    fn a_hub_is_found_with_the_rule_that_is_read() {
        let hub = "/subscriptions/s/resourceGroups/g/providers/Microsoft.EventHub/namespaces/n/eventhubs/h";
        let rule = format!("{hub}/authorizationRules/send");
        let action = Value::object([
            ("actionType", Value::from("EventHub")),
            ("eventHubResourceId", Value::from(hub.trim_start_matches('/'))),
            (
                "connectionString",
                Value::Runtime(format!("listkeys('{rule}','2017-04-01').primaryConnectionString").into()),
            ),
        ]);
        let body = Value::object([("properties", Value::object([("actions", Value::array([action]))]))]);
        let found = targets(&body);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].kind, TargetKind::EventHub);
        assert_eq!(found[0].id.as_str(), hub);
        assert_eq!(found[0].read.as_ref().map(|r| r.as_str().to_owned()), Some(rule));
        assert!(!found[0].trusted);
    }

    #[test]
    fn an_action_without_a_destination_is_none() {
        let body = value(r#"{"properties": {"actions": [{"actionType": "Workspace", "workspaceId": "x"}]}}"#);
        assert_eq!(targets(&body), []);
    }
}
