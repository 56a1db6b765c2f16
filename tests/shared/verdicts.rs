//! The verdicts of the shipped policies against those of the built-ins, over a matrix of parameters and automations.

use azpol::arm::{AliasCatalog, Object, ResourceId, ResourceType, SubscriptionId, Value};
use azpol::engine::{Candidate, CompiledPolicy, Language, Silent, SubscriptionSubject, Truth, bind, compile};
use azpol::inventory::{Chain, Known, Resource, ShapeLoss, Subscription, SubscriptionState};
use azpol::policy;
use azpol::source::{Diagnostics, FileId, Node, Span};
use serde_json::{Value as Json, json};

use crate::deployment::{SUBSCRIPTION, deployed};
use crate::twins::{edges, golden_parameters, pairs, parse};

const NOWHERE: Span = Span { file: FileId::NONE, start: 0, len: 0 };

/// How many parameter sets of the edges are taken for each definition, and of how many of them the automation.
const SETS: usize = 60;
const DEPLOYED: usize = 12;

fn compiled(definition: &Node, given: &Object) -> CompiledPolicy {
    let parameters: serde_json::Map<String, Json> =
        given.iter().map(|(name, value)| (name.to_string(), json!({ "value": value.to_serde() }))).collect();
    let scope = format!("/subscriptions/{SUBSCRIPTION}");
    let assignment = json!({
        "id": format!("{scope}/providers/Microsoft.Authorization/policyAssignments/a"),
        "properties": {
            "scope": scope,
            "policyDefinitionId": definition.get("id").and_then(Node::as_str),
            "parameters": parameters,
        },
    });
    let mut faults = Diagnostics::new();
    let assignment = policy::assignment(&parse(&assignment.to_string())[0], &mut faults);
    let lowered = policy::definition(definition, "", &mut faults);
    assert!(faults.is_empty(), "{faults:?}");
    let (assignment, lowered) = (assignment.expect("an assignment"), lowered.expect("a definition"));
    let bound = bind(&lowered, &assignment, &mut faults).unwrap_or_else(|| panic!("{faults:?}"));
    compile(&lowered, &bound, Language::of(&AliasCatalog::built_in())).expect("compiled")
}

fn subscription() -> Subscription {
    Subscription {
        id: SubscriptionId::new(SUBSCRIPTION),
        display_name: "sub-app".into(),
        state: Known::Yes(SubscriptionState::Enabled),
        tenant: Known::No,
        tags: Known::No,
        chain: Chain::default(),
        span: NOWHERE,
    }
}

fn resource(body: &Json, loss: Option<ShapeLoss>) -> Resource {
    let id = ResourceId::parse(body["id"].as_str().expect("an id")).expect("an id");
    Resource {
        id,
        resource_type: ResourceType::new("Microsoft.Security/automations"),
        location: None,
        body: Value::from(&parse(&body.to_string())[0]).into(),
        loss,
        span: NOWHERE,
    }
}

/// An automation and what becomes of it by hands and tools.
fn variants(automation: &Json) -> Vec<Resource> {
    let mut found = vec![
        resource(automation, None),
        resource(automation, Some(ShapeLoss::NoProperties)),
        resource(automation, Some(ShapeLoss::Projected(vec!["properties.isenabled".into()]))),
    ];
    let changes: [&dyn Fn(&mut Json); 10] = [
        &|properties| properties["isEnabled"] = json!(false),
        &|properties| properties["isEnabled"] = json!("True"),
        &|properties| properties["isEnabled"] = Json::Null,
        &|properties| properties["sources"] = json!([]),
        &|properties| properties["sources"] = Json::Null,
        &|properties| sources(properties).push(json!({ "eventSource": "AttackPaths" })),
        &|properties| drop(sources(properties).pop()),
        &|properties| sources(properties).iter_mut().for_each(|source| source["ruleSets"] = json!([])),
        &|properties| sources(properties).iter_mut().for_each(|source| source["ruleSets"] = Json::Null),
        &|properties| {
            for source in sources(properties) {
                if let Some(rules) = source.pointer_mut("/ruleSets/0/rules").and_then(Json::as_array_mut) {
                    rules[0]["expectedValue"] = json!("something else");
                }
            }
        },
    ];
    for change in changes {
        let mut changed = automation.clone();
        change(&mut changed["properties"]);
        found.push(resource(&changed, None));
    }
    found
}

fn sources(properties: &mut Json) -> &mut Vec<Json> {
    properties["sources"].as_array_mut().expect("sources")
}

/// Some of the items, spread evenly.
fn spread<T: Clone>(items: &[T], count: usize) -> Vec<T> {
    let step = items.len().div_ceil(count).max(1);
    items.iter().step_by(step).cloned().collect()
}

#[test]
fn the_verdicts_are_the_same() {
    for pair in pairs() {
        let mut sets = golden_parameters(pair.file);
        sets.extend(spread(&edges(&sets[0], &pair.built_in), SETS));
        let automations: Vec<Resource> = spread(&sets, DEPLOYED * 2)
            .iter()
            .filter_map(|set| deployed(&pair.built_in, set).ok())
            .take(DEPLOYED)
            .flat_map(|deployed| variants(deployed.resources.last().expect("an automation")))
            .collect();
        let subscription = SubscriptionSubject::new(&subscription());
        let subject = subscription.subject(None);
        let (mut yes, mut no, mut open) = (0, 0, 0);
        for set in &sets {
            let (twin, built_in) = (compiled(&pair.twin, set), compiled(&pair.built_in, set));
            assert_eq!(twin.effect(), built_in.effect());
            assert_eq!(twin.existence(&subject), built_in.existence(&subject), "{} {set:?}", pair.name);
            assert_eq!(twin.applies_to(&subject, &mut Silent), built_in.applies_to(&subject, &mut Silent));
            for automation in &automations {
                for candidate in [Candidate::existing(automation), Candidate::planned(automation)] {
                    let found = twin.satisfies(&subject, candidate, &mut Silent);
                    let wanted = built_in.satisfies(&subject, candidate, &mut Silent);
                    assert_eq!(found, wanted, "{} {set:?}\n{}", pair.name, automation.body);
                    match found {
                        Truth::True => yes += 1,
                        Truth::False => no += 1,
                        Truth::Unknown(_) => open += 1,
                    }
                }
            }
        }
        assert!(yes > 20 && no > 100 && open > 20, "{}: {yes} true, {no} false, {open} unknown", pair.name);
    }
}
