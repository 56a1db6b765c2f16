//! Rules over small resources of a type made up for it: what each part of the language means.

mod aliases;
mod answers;
mod applicability;
mod binding;
mod changes;
mod counts;
mod effects;
mod existence;
mod fields;
mod planned;
mod truths;

use crate::arm::template::SubscriptionFacts;
use crate::arm::{AliasCatalog, Location, ResourceId, ResourceType, Semantics, SubscriptionId, Value};
use crate::inventory::{Resource, ShapeLoss};
use crate::policy::{PolicyDefinition, assignment, definition};
use crate::source::{Diagnostics, FileId, Node, Span, json};

use super::{
    BoundParameters, Candidate, Cause, CompiledPolicy, Doubt, Language, NotBuilt, Recorder, Silent, Subject,
    Truth, bind, compile,
};

pub(super) const BOX: &str = "Contoso.Things/boxes";
const ID: &str =
    "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Contoso.Things/boxes/b1";

pub(super) fn node(text: &str) -> Node {
    let mut faults = Diagnostics::new();
    let mut nodes = json::parse(FileId::NONE, 0, text, &mut faults);
    assert!(faults.is_empty(), "{faults:?}\n{text}");
    nodes.remove(0)
}

pub(super) fn value(text: &str) -> Value {
    Value::from(&node(text))
}

/// Aliases of the made-up type: `size`, `list[*]`, `list[*].color`, `list[*].parts[*].n` and others.
pub(super) fn aliases() -> AliasCatalog {
    let mut catalog = AliasCatalog::default();
    let (boxes, crates) = (ResourceType::new(BOX), ResourceType::new("Contoso.Things/crates"));
    let paths = [
        "size",
        "label",
        "flag",
        "nested.deep",
        "list",
        "list[*]",
        "list[*].color",
        "list[*].parts",
        "list[*].parts[*]",
        "list[*].parts[*].n",
        "other[*]",
        "other[*].n",
    ];
    for path in paths {
        catalog.add(&boxes, &format!("{BOX}/{path}"), &format!("properties.{path}"));
    }
    catalog.add(&boxes, "Contoso.Things/short", "properties.size");
    catalog.add(&crates, "Contoso.Things/short", "properties.depth");
    catalog.add(&crates, "Contoso.Things/crates/depth", "properties.depth");
    catalog.add(&boxes, &format!("{BOX}/logs.enabled"), "properties.logs[*].enabled");
    catalog
}

/// A box with these properties.
pub(super) fn resource(properties: &str) -> Resource {
    let body = format!(
        r#"{{"id": "{ID}", "name": "b1", "type": "{BOX}", "kind": "Wood", "location": "West Europe",
            "tags": {{"Env": "prod", "a.b": "dotted", "it's": "quoted"}},
            "identity": {{"type": "SystemAssigned"}}, "properties": {properties}}}"#
    );
    of_body(&body)
}

pub(super) fn of_body(body: &str) -> Resource {
    let body = value(body);
    Resource {
        id: ResourceId::parse(body.get("id").and_then(Value::as_str).expect("id")).expect("id"),
        resource_type: ResourceType::new(body.get("type").and_then(Value::as_str).expect("type")),
        location: body.get("location").and_then(Value::as_str).map(Location::new),
        body: body.into(),
        loss: None,
        span: Span::none(),
    }
}

pub(super) fn facts() -> SubscriptionFacts {
    SubscriptionFacts {
        id: SubscriptionId::new("11111111-1111-1111-1111-111111111111"),
        display_name: Some("app-prod".into()),
        tenant_id: None,
        state: Some("Enabled".into()),
        tags: Some(value(r#"{"Owner": "me"}"#)),
    }
}

pub(super) fn lowered(text: &str) -> PolicyDefinition {
    let mut faults = Diagnostics::new();
    let lowered = definition(&node(text), "test", &mut faults);
    lowered.unwrap_or_else(|| panic!("{faults:?}"))
}

/// Binds a definition to parameters in the form of an assignment's.
pub(super) fn bound(definition: &PolicyDefinition, parameters: &str) -> Result<BoundParameters, Diagnostics> {
    let text = format!(
        r#"{{"id": "/subscriptions/a/providers/Microsoft.Authorization/policyAssignments/x",
            "policyDefinitionId": "/providers/Microsoft.Authorization/policyDefinitions/x",
            "parameters": {parameters}}}"#
    );
    let mut faults = Diagnostics::new();
    let assigned = assignment(&node(&text), &mut faults).expect("assignment");
    bind(definition, &assigned, &mut faults).ok_or(faults)
}

/// A definition with parameters `list` (an array), `word`, `number`, and this condition as its `if`.
pub(super) fn with_parameters(condition: &str) -> String {
    format!(
        r#"{{"mode": "All", "parameters": {{
            "list": {{"type": "Array", "defaultValue": ["a", "b"]}},
            "word": {{"type": "String", "defaultValue": "red"}},
            "number": {{"type": "Integer", "defaultValue": 2}},
            "object": {{"type": "Object", "defaultValue": {{"k": "v"}}}}
        }}, "policyRule": {{"if": {condition}, "then": {{"effect": "audit"}}}}}}"#
    )
}

pub(super) fn compiled(text: &str, parameters: &str) -> Result<CompiledPolicy, Vec<NotBuilt>> {
    let definition = lowered(text);
    let bound = bound(&definition, parameters).unwrap_or_else(|faults| panic!("{faults:?}"));
    compile(&definition, &bound, Language { aliases: &aliases(), semantics: &Semantics::DEFAULT })
}

/// The truth of a condition for a resource, with doubts; the fast path and the recording one agree.
pub(super) fn judge(condition: &str, resource: &Resource) -> (Truth, Vec<Doubt>) {
    let policy = compiled(&with_parameters(condition), "{}").unwrap_or_else(|missing| panic!("{missing:?}"));
    let facts = facts();
    let subject = Subject { resource, subscription: &facts, resource_group: None, now: None, occasion: None };
    let mut recorder = Recorder::new();
    let truth = policy.applies_to(&subject, &mut recorder);
    assert_eq!(policy.applies_to(&subject, &mut Silent), truth, "{condition}");
    assert_eq!(recorder.explanation().expect("explanation").truth, truth);
    assert_eq!(recorder.failed().is_empty(), truth == Truth::True, "{condition}");
    (truth, recorder.doubts().collect())
}

#[track_caller]
pub(super) fn holds(condition: &str, properties: &str, wanted: bool) {
    let (truth, _) = judge(condition, &resource(properties));
    assert_eq!(truth, Truth::from(wanted), "{condition}\n{properties}");
}

/// Why a condition can't be decided.
#[track_caller]
pub(super) fn undecided(condition: &str, resource: &Resource) -> Vec<Cause> {
    match judge(condition, resource).0 {
        Truth::Unknown(causes) => causes,
        decided => panic!("{condition} is {decided:?}"),
    }
}
