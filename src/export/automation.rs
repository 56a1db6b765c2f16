//! An automation as an export: what it listens to, what it lets through, where it sends to.

use crate::arm::{ResourceId, Scope, SubscriptionId, Value};
use crate::inventory::Resource;
use crate::source::Span;

use super::codes;
use super::facts::EventSource;
use super::rule::{Fault, Filter, Passes};

/// Where an automation sends to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Destination {
    /// What kind of action sends there.
    pub kind: Kind,
    /// The workspace, event hub or Logic App.
    pub id: ResourceId,
}

/// `actionType`
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `Workspace`
    Workspace,
    /// `EventHub`
    EventHub,
    /// `LogicApp`
    LogicApp,
}

impl Kind {
    const ALL: [Kind; 3] = [Kind::Workspace, Kind::EventHub, Kind::LogicApp];

    /// As the API writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Workspace => "Workspace",
            Kind::EventHub => "EventHub",
            Kind::LogicApp => "LogicApp",
        }
    }

    /// As people call it.
    pub fn words(self) -> &'static str {
        match self {
            Kind::Workspace => "workspace",
            Kind::EventHub => "event hub",
            Kind::LogicApp => "Logic App",
        }
    }

    /// The member that holds the destination's id.
    fn member(self) -> &'static str {
        match self {
            Kind::Workspace => "workspaceResourceId",
            Kind::EventHub => "eventHubResourceId",
            Kind::LogicApp => "logicAppResourceId",
        }
    }
}

/// One entry of `actions`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// It sends there.
    To(Destination),
    /// It has no destination, so it sends nothing; or it is of a kind that is none of ours.
    Nowhere,
    /// It sends somewhere, of this kind if that is known.
    Somewhere(Option<Kind>),
}

/// One entry of `sources`.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// What it listens to; `None` for an event source that isn't known.
    pub event: Option<EventSource>,
    /// What it lets through.
    pub filter: Filter,
    /// Where it stands: `sources[0]`.
    pub place: String,
}

/// What an automation covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// The whole subscription.
    Subscription,
    /// These resource groups of it.
    Groups(Vec<ResourceId>),
    /// Nothing of it.
    Nothing,
    /// The files don't say.
    Unknown,
}

/// An automation, read.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportAutomation {
    /// Its id.
    pub id: ResourceId,
    /// `isEnabled`; `None` where that isn't known.
    pub enabled: Option<bool>,
    /// What it covers.
    pub reach: Reach,
    /// What it listens to; `None` where that isn't known.
    pub sources: Option<Vec<Source>>,
    /// Where it sends to; `None` where that isn't known.
    pub actions: Option<Vec<Action>>,
    /// What can't be understood in it.
    pub faults: Vec<Fault>,
    /// Where it stands, or where the template declares it.
    pub span: Span,
}

impl ExportAutomation {
    /// One of the inventory.
    pub fn of_resource(resource: &Resource) -> ExportAutomation {
        let carries = |member: &str| resource.carries(&format!("properties.{member}"));
        ExportAutomation::read(&resource.id, resource.id.folded(), &resource.body, resource.span, &carries)
    }

    /// One that a deployment would put.
    pub fn of_body(id: &ResourceId, body: &Value, span: Span) -> ExportAutomation {
        ExportAutomation::read(id, &format!("asked {}", id.folded()), body, span, &|_| true)
    }

    fn read(
        id: &ResourceId,
        owner: &str,
        body: &Value,
        span: Span,
        carries: &dyn Fn(&str) -> bool,
    ) -> ExportAutomation {
        let member = |name: &str| body.at(&["properties", name]);
        let mut faults = Vec::new();
        let sources = match member("sources") {
            Some(Value::Array(sources)) => {
                let one = |(at, source)| read_source(source, at, owner, &mut faults);
                Some(sources.iter().enumerate().map(one).collect())
            }
            None | Some(Value::Null) if carries("sources") => Some(Vec::new()),
            _ => None,
        };
        let actions = match member("actions") {
            Some(Value::Array(actions)) => Some(
                actions.iter().enumerate().map(|(at, action)| read_action(action, at, &mut faults)).collect(),
            ),
            None | Some(Value::Null) if carries("actions") => Some(Vec::new()),
            _ => None,
        };
        let enabled = match member("isEnabled") {
            Some(Value::Bool(enabled)) => Some(*enabled),
            _ => None,
        };
        let reach = match member("scopes") {
            Some(Value::Array(scopes)) if !scopes.is_empty() => {
                reach(scopes, id.subscription_id().as_ref(), &mut faults)
            }
            _ => Reach::Unknown,
        };
        ExportAutomation { id: id.clone(), enabled, reach, sources, actions, faults, span }
    }

    /// Its destinations.
    pub fn destinations(&self) -> impl Iterator<Item = &Destination> {
        self.actions.iter().flatten().filter_map(|action| match action {
            Action::To(destination) => Some(destination),
            _ => None,
        })
    }

    /// Whether it sends to a destination.
    pub fn sends_to(&self, destination: &Destination) -> Passes {
        let Some(actions) = &self.actions else { return Passes::Unknown };
        if self.destinations().any(|own| own == destination) {
            return Passes::Yes;
        }
        let may = |action: &Action| match action {
            Action::Somewhere(kind) => kind.is_none_or(|kind| kind == destination.kind),
            Action::To(_) | Action::Nowhere => false,
        };
        if actions.iter().any(may) { Passes::Unknown } else { Passes::No }
    }

    /// Whether it runs.
    pub fn runs(&self) -> Passes {
        self.enabled.map_or(Passes::Unknown, Passes::from)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.id.name()
    }
}

fn read_source(source: &Value, at: usize, owner: &str, faults: &mut Vec<Fault>) -> Source {
    let place = format!("sources[{at}]");
    let event = match source.get("eventSource") {
        Some(Value::String(text)) => {
            let event = EventSource::parse(text);
            if event.is_none() {
                faults.push(Fault {
                    code: &codes::UNKNOWN_EVENT_SOURCE,
                    place: place.clone(),
                    message: format!("`{text}` is no event source that azpol knows"),
                });
            }
            event
        }
        _ => {
            faults.push(Fault {
                code: &codes::UNKNOWN_EVENT_SOURCE,
                place: place.clone(),
                message: "a source has no `eventSource` that can be read".to_owned(),
            });
            None
        }
    };
    let filter = Filter::read(source.get("ruleSets"), owner, &place, faults);
    Source { event, filter, place }
}

fn read_action(action: &Value, at: usize, faults: &mut Vec<Fault>) -> Action {
    let place = format!("actions[{at}]");
    let stated = match action.get("actionType") {
        Some(Value::String(text)) => {
            match Kind::ALL.into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(text)) {
                Some(kind) => Some(kind),
                None => return Action::Nowhere,
            }
        }
        Some(Value::Runtime(_)) => return Action::Somewhere(None),
        _ => None,
    };
    // An action whose kind isn't written is known by the member with its destination.
    let kind = stated.or_else(|| Kind::ALL.into_iter().find(|kind| action.get(kind.member()).is_some()));
    let Some(kind) = kind else {
        faults.push(no_destination(place, action, "its kind isn't written either"));
        return Action::Nowhere;
    };
    match action.get(kind.member()) {
        Some(Value::String(text)) if !text.is_empty() => match ResourceId::parse(text) {
            Some(id) => Action::To(Destination { kind, id }),
            None => {
                faults.push(Fault {
                    code: &codes::NO_ID,
                    place: format!("{place}.{}", kind.member()),
                    message: format!("`{text}` is no id of a resource"),
                });
                Action::Somewhere(Some(kind))
            }
        },
        Some(Value::Runtime(_)) => Action::Somewhere(Some(kind)),
        _ => {
            faults.push(no_destination(place, action, &format!("`{}` is missing", kind.member())));
            Action::Nowhere
        }
    }
}

fn no_destination(place: String, action: &Value, why: &str) -> Fault {
    let near = action.as_object().and_then(|members| {
        members.iter().map(|(key, _)| key).find(|key| {
            let key = key.to_ascii_lowercase();
            key.ends_with("id")
                && ["workspace", "eventhub", "logicapp"].iter().any(|kind| key.starts_with(kind))
        })
    });
    let instead = near.map(|key| format!(", `{key}` is no member of an action")).unwrap_or_default();
    Fault {
        code: &codes::NO_DESTINATION,
        place,
        message: format!("an action has no destination, so that it sends nothing: {why}{instead}"),
    }
}

fn reach(scopes: &[Value], own: Option<&SubscriptionId>, faults: &mut Vec<Fault>) -> Reach {
    let (mut groups, mut open) = (Vec::new(), false);
    for (at, scope) in scopes.iter().enumerate() {
        let text = match scope {
            Value::String(text) => Some(text),
            _ => match scope.get("scopePath") {
                Some(Value::String(text)) => Some(text),
                _ => None,
            },
        };
        let Some(text) = text else {
            open = true;
            continue;
        };
        match Scope::parse(text) {
            Some(Scope::Subscription(id)) if Some(&id) == own => return Reach::Subscription,
            Some(Scope::ResourceGroup(id)) if id.subscription_id().as_ref() == own => groups.push(id),
            // The API demands that the automation lies in the subscription that it is for.
            Some(_) => {}
            None => {
                faults.push(Fault {
                    code: &codes::NO_ID,
                    place: format!("scopes[{at}].scopePath"),
                    message: format!("`{text}` is no id of a scope"),
                });
                open = true;
            }
        }
    }
    match (open, groups.is_empty()) {
        (true, _) => Reach::Unknown,
        (false, true) => Reach::Nothing,
        (false, false) => Reach::Groups(groups),
    }
}

#[cfg(test)]
mod tests {
    use super::{Action, Destination, ExportAutomation, Kind, Reach};
    use crate::arm::{ResourceId, Value};
    use crate::export::Passes;
    use crate::source::{Diagnostics, FileId, Span, json};

    const HUB: &str =
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.EventHub/namespaces/n/eventhubs/h";

    fn read(properties: &str) -> ExportAutomation {
        let text = format!(r#"{{"properties": {properties}}}"#);
        let node = json::parse(FileId::NONE, 0, &text, &mut Diagnostics::new()).remove(0);
        let id =
            ResourceId::parse("/subscriptions/s/resourceGroups/g/providers/Microsoft.Security/automations/a");
        ExportAutomation::of_body(&id.expect("an id"), &Value::from(&node), Span::none())
    }

    #[test]
    fn destinations_are_read_and_what_has_none_is_named() {
        let found = read(&format!(
            r#"{{"actions": [{{"actionType": "eventhub", "eventHubResourceId": "{}"}},
                {{"actionType": "Workspace", "workspaceId": "x"}},
                {{"actionType": "Workspace", "workspaceResourceId": "law"}}]}}"#,
            HUB.trim_start_matches('/')
        ));
        let hub = Destination { kind: Kind::EventHub, id: ResourceId::parse(HUB).expect("an id") };
        let expected = [Action::To(hub.clone()), Action::Nowhere, Action::Somewhere(Some(Kind::Workspace))];
        assert_eq!(found.actions.as_deref(), Some(&expected[..]));
        let codes: Vec<&str> = found.faults.iter().map(|fault| fault.code.id).collect();
        assert_eq!(codes, ["AZP0912", "AZP0906"]);
        assert!(found.faults[0].message.contains("`workspaceId` is no member"), "{:?}", found.faults);
        assert_eq!(found.sends_to(&hub), Passes::Yes);
        let other = Destination { kind: Kind::Workspace, id: hub.id.clone() };
        assert_eq!(found.sends_to(&other), Passes::Unknown);
        let app = Destination { kind: Kind::LogicApp, id: hub.id };
        assert_eq!(found.sends_to(&app), Passes::No);
    }

    #[test]
    fn a_scope_is_the_subscription_or_groups_of_it() {
        let reach = |scopes: &str| read(&format!(r#"{{"scopes": {scopes}}}"#)).reach;
        assert_eq!(reach(r#"[{"scopePath": "/Subscriptions/S/"}]"#), Reach::Subscription);
        let group = ResourceId::parse("/subscriptions/s/resourceGroups/rg").expect("an id");
        assert_eq!(
            reach(r#"[{"scopePath": "/subscriptions/s/resourceGroups/rg"}]"#),
            Reach::Groups(vec![group])
        );
        assert_eq!(reach(r#"[{"scopePath": "/subscriptions/other"}]"#), Reach::Nothing);
        assert_eq!(reach(r#"[{"scopePath": "s"}]"#), Reach::Unknown);
        assert_eq!(reach("[]"), Reach::Unknown);
    }
}
