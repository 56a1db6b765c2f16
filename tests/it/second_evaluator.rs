//! The product's evaluator against a second one that follows the documentation without compiling anything: drawn
//! rules over drawn resources have the same truth in both, and searches find the same candidates.
//!
//! `AZPOL_CASES=1000000 cargo test --release --test it second_evaluator` draws more than the usual 2,000;
//! `AZPOL_SEED=7` draws others.

use std::cell::Cell;
use std::sync::LazyLock;

use azpol::arm::semantics::{POINTS, Semantics};
use azpol::arm::template::{ResourceGroupFacts, SubscriptionFacts};
use azpol::arm::{AliasCatalog, Location, ResourceId, ResourceType, SubscriptionId, Value};
use azpol::engine::{
    Candidate, Cause, CompiledPolicy, Failures, Language, NotBuiltKind, Recorder, Silent, Subject, bind,
    compile,
};
use azpol::inventory::{Resource, ShapeLoss};
use azpol::policy::{PolicyDefinition, assignment, definition};
use azpol::source::{Diagnostics, FileId, Node, Span, json};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use serde_json::{Value as Json, json};

use crate::naive::draw::Draw;
use crate::naive::{self, ALIASES, Readings, Truth, World};

const SUBSCRIPTION: &str = "11111111-1111-1111-1111-111111111111";

static CATALOG: LazyLock<AliasCatalog> = LazyLock::new(|| {
    let mut catalog = AliasCatalog::default();
    for (of, alias, path) in ALIASES {
        catalog.add(&ResourceType::new(of), alias, path);
    }
    catalog
});

static FACTS: LazyLock<SubscriptionFacts> = LazyLock::new(|| SubscriptionFacts {
    id: SubscriptionId::new(SUBSCRIPTION),
    display_name: Some("app-prod".into()),
    tenant_id: None,
    state: None,
    tags: Some(value(&json!({"Owner": "me"}))),
});

static GROUP: LazyLock<ResourceGroupFacts> = LazyLock::new(|| ResourceGroupFacts {
    id: ResourceId::resource_group(&FACTS.id, "rg"),
    location: Some("westeurope".into()),
    tags: Some(value(&json!({"Env": "prod"}))),
    managed_by: None,
});

fn node(document: &Json) -> Node {
    let mut faults = Diagnostics::new();
    let node = json::parse(FileId::NONE, 0, &document.to_string(), &mut faults).remove(0);
    assert!(faults.is_empty(), "{faults:?}");
    node
}

fn value(document: &Json) -> Value {
    Value::from(&node(document))
}

fn resource(of: &naive::Resource) -> Resource {
    let text = |key: &str| of.body.get(key).and_then(Json::as_str);
    let carried = |members: &Vec<&str>| members.iter().map(|member| (*member).into()).collect();
    Resource {
        id: ResourceId::parse(text("id").expect("an id")).expect("an id"),
        resource_type: ResourceType::new(text("type").expect("a type")),
        location: text("location").map(Location::new),
        body: value(&of.body).into(),
        loss: of.carried.as_ref().map(|members| ShapeLoss::Projected(carried(members))),
        span: Span::none(),
    }
}

/// The names of chosen readings, by point.
type Chosen = Vec<(&'static str, &'static str)>;

/// What is drawn for one case.
struct Case {
    chosen: Chosen,
    parameters: Json,
    resource: naive::Resource,
    candidate: naive::Resource,
    condition: Json,
    existence: Json,
}

/// From left to right, in any order, or strictly; every other point by default.
fn order(draw: &mut Draw<'_>) -> Chosen {
    let strict = [("short-circuit", "every-branch"), ("logical-functions", "eager"), ("coalesce", "eager")];
    match draw.below(3) {
        0 => Vec::new(),
        1 => strict.to_vec(),
        _ => vec![("short-circuit", "any-order")],
    }
}

/// Any reading of any point, one in four not the usual one.
fn any_reading(draw: &mut Draw<'_>) -> Chosen {
    let one = |point: &'static azpol::arm::semantics::Point| {
        let reading = draw.below(4 * (point.readings.len() - 1));
        point.readings.get(reading + 1).map(|reading| (point.id, *reading))
    };
    POINTS.iter().filter_map(one).collect()
}

impl Case {
    fn new(bytes: &[u8], readings: fn(&mut Draw<'_>) -> Chosen) -> Case {
        let mut draw = Draw::new(bytes);
        let chosen = readings(&mut draw);
        // First what is compared, then what it is compared with: fewer bytes keep the rule.
        let condition = draw.condition(false);
        let parameters = draw.parameters();
        let resource = draw.resource();
        let existence = draw.condition(true);
        let candidate = draw.candidate();
        Case { chosen, parameters, resource, candidate, condition, existence }
    }

    fn definition(&self) -> PolicyDefinition {
        let declared = |name: &str, of: &str| json!({"type": of, "defaultValue": self.parameters[name]});
        let document = json!({"mode": "All", "parameters": {
            "word": declared("word", "String"), "number": declared("number", "Integer"),
            "list": declared("list", "Array"), "tag": declared("tag", "String"),
            "object": declared("object", "Object")}, "policyRule": {"if": self.condition, "then": {
            "effect": "auditIfNotExists", "details": {"type": "Contoso.Things/crates",
            "existenceCondition": self.existence}}}});
        lowered(&document)
    }

    /// As text, for messages.
    fn shown(&self) -> String {
        format!(
            "{:?}\nparameters {}\nresource {} carries {:?}\ncandidate {} carries {:?}\nif {}\nexistence {}",
            self.chosen,
            self.parameters,
            self.resource.body,
            self.resource.carried,
            self.candidate.body,
            self.candidate.carried,
            self.condition,
            self.existence
        )
    }
}

fn lowered(document: &Json) -> PolicyDefinition {
    let mut faults = Diagnostics::new();
    let lowered = definition(&node(document), "drawn", &mut faults);
    lowered.unwrap_or_else(|| panic!("{faults:?}\n{document}"))
}

/// Compiles a definition; nothing where Azure refuses it with these parameters.
fn compiled(definition: &PolicyDefinition, semantics: &Semantics) -> Option<CompiledPolicy> {
    let assigned = json!({"id": format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/policyAssignments/x"),
        "policyDefinitionId": "/providers/Microsoft.Authorization/policyDefinitions/drawn"});
    let mut faults = Diagnostics::new();
    let assigned = assignment(&node(&assigned), &mut faults).expect("an assignment");
    let bound = bind(definition, &assigned, &mut faults).unwrap_or_else(|| panic!("{faults:?}"));
    match compile(definition, &bound, Language { aliases: &CATALOG, semantics }) {
        Ok(policy) => Some(policy),
        Err(missing) => {
            assert!(missing.iter().all(|not| not.kind == NotBuiltKind::Refused), "{missing:?}");
            None
        }
    }
}

fn class(truth: &azpol::engine::Truth) -> Truth {
    let azpol::engine::Truth::Unknown(causes) = truth else {
        return if *truth == azpol::engine::Truth::True { Truth::True } else { Truth::False };
    };
    let fails = |cause: &Cause| matches!(cause, Cause::Fails(_));
    match (causes.iter().any(fails), causes.iter().all(fails)) {
        (true, true) => Truth::Error,
        (true, false) => Truth::Either,
        _ => Truth::Unknown,
    }
}

/// The product's readings.
fn semantics(chosen: &Chosen) -> Semantics {
    let mut semantics = Semantics::default();
    for (id, reading) in chosen {
        let point = POINTS.iter().find(|point| point.id == *id).expect(id);
        assert!((point.choose)(&mut semantics, reading), "{id}: {reading}");
    }
    semantics
}

/// The second evaluator's.
fn readings(chosen: &Chosen) -> Readings {
    let mut readings = Readings::default();
    for (id, reading) in chosen {
        readings.choose(id, reading);
    }
    readings
}

/// How often each truth came out; cases that Azure refuses are the last.
type Tally = Cell<[usize; 6]>;

fn count(tally: &Tally, at: usize) {
    let mut counts = tally.get();
    counts[at] += 1;
    tally.set(counts);
}

/// Whether both evaluators say the same of a case; the product may read something otherwise.
fn agree(case: &Case, otherwise: &Chosen, tally: &Tally) -> Result<(), String> {
    let chosen = [&case.chosen[..], otherwise].concat();
    let Some(policy) = compiled(&case.definition(), &semantics(&chosen)) else {
        count(tally, 5);
        return Ok(());
    };
    let readings = readings(&case.chosen);
    let (own, other) = (resource(&case.resource), resource(&case.candidate));
    let subject =
        Subject { resource: &own, subscription: &FACTS, resource_group: Some(&GROUP), ..subject(&own) };
    for existence in [false, true] {
        let mut recorder = Recorder::new();
        let mut failures = Failures::new();
        let told = if existence {
            let view = Candidate::existing(&other);
            [
                policy.satisfies(&subject, view, &mut Silent),
                policy.satisfies(&subject, view, &mut recorder),
                policy.satisfies(&subject, view, &mut failures),
            ]
        } else {
            [
                policy.applies_to(&subject, &mut Silent),
                policy.applies_to(&subject, &mut recorder),
                policy.applies_to(&subject, &mut failures),
            ]
        };
        let [silent, recorded, failed] = &told;
        let alike = silent == recorded && silent == failed;
        if !alike {
            return Err(format!("who looks on changes the verdict: {told:?}"));
        }
        if recorder.explanation().map(|whole| &whole.truth) != Some(silent) {
            return Err(format!("the explanation says otherwise than {silent:?}"));
        }
        let world = World {
            resource: &case.resource,
            view: if existence { &case.candidate } else { &case.resource },
            existence,
            parameters: &case.parameters,
            readings: &readings,
        };
        let condition = if existence { &case.existence } else { &case.condition };
        let wanted = naive::evaluate(condition, world);
        count(tally, wanted as usize);
        if class(silent) != wanted {
            return Err(format!("existence {existence}: wanted {wanted:?}, found {silent:?}"));
        }
    }
    Ok(())
}

fn subject(resource: &Resource) -> Subject<'_> {
    Subject { resource, subscription: &FACTS, resource_group: None, now: None, occasion: None }
}

/// Whether both find the same candidates; the product may read something otherwise.
fn search(bytes: &[u8], otherwise: &Chosen) -> Result<(), String> {
    let mut draw = Draw::new(bytes);
    let chosen = any_reading(&mut draw);
    let (details, start) = (draw.details(), draw.start());
    let document = json!({"mode": "All", "policyRule": {"if": {"field": "type", "exists": true}, "then": {
        "effect": "auditIfNotExists", "details": details}}});
    let policy =
        compiled(&lowered(&document), &semantics(&[&chosen[..], otherwise].concat())).expect("compiles");
    let own = resource(&start);
    let candidates = Draw::candidates();
    let wanted = naive::search::candidates(&details, &start, &candidates, &readings(&chosen));
    let found = policy.existence(&subject(&own)).map(|check| {
        let admitted = candidates.iter().enumerate().filter(|(_, one)| check.admits(&resource(one)));
        admitted.map(|(index, _)| index).collect::<Vec<_>>()
    });
    match (&wanted, &found) {
        (Ok(wanted), Ok(found)) if wanted == found => Ok(()),
        (Err(_), Err(_)) => Ok(()),
        _ => Err(format!(
            "{chosen:?}\n{details} from {}: wanted {wanted:?}, found {found:?}",
            start.body["id"]
        )),
    }
}

/// Draws bytes and shrinks those for which a check fails.
fn drawn(
    cases: u32,
    shrink: u32,
    length: usize,
    check: impl Fn(&[u8]) -> Result<(), String>,
) -> Result<(), TestError<Vec<u8>>> {
    let seed = std::env::var("AZPOL_SEED").ok().and_then(|text| text.parse::<u8>().ok()).unwrap_or(5);
    let config = Config { cases, max_shrink_iters: shrink, failure_persistence: None, ..Config::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let bytes = proptest::collection::vec(proptest::num::u8::ANY, 0..length);
    TestRunner::new_with_rng(config, rng).run(&bytes, |bytes| check(&bytes).map_err(TestCaseError::fail))
}

/// How many smaller cases are tried once one fails.
const SHRINK: u32 = 20_000;

fn number_of_cases() -> u32 {
    std::env::var("AZPOL_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(2_000)
}

#[test]
fn both_evaluators_agree_on_drawn_rules() {
    let tally = agreed(order);
    // What never came out wasn't tested.
    let [yes, no, unknown, error, either, refused] = tally.get();
    let all = yes + no + unknown + error + either;
    let least = [yes, no, unknown, error].into_iter().min().expect("counts");
    assert!(least * 50 > all && either > 0, "{:?}", tally.get());
    assert!(refused * 10 < all, "{:?}", tally.get());
}

#[test]
fn both_evaluators_agree_however_points_are_read() {
    agreed(any_reading);
}

/// Both agree on all cases that are drawn with such readings.
fn agreed(readings: fn(&mut Draw<'_>) -> Chosen) -> Tally {
    let tally = Tally::default();
    let outcome = drawn(number_of_cases(), SHRINK, 500, |bytes| {
        agree(&Case::new(bytes, readings), &Vec::new(), &tally)
    });
    if let Err(TestError::Fail(why, bytes)) = &outcome {
        panic!("{why}\n{}", Case::new(bytes, readings).shown());
    }
    outcome.expect("drawn");
    tally
}

#[test]
fn both_searches_find_the_same_candidates() {
    let outcome = drawn(number_of_cases().min(20_000), SHRINK, 60, |bytes| search(bytes, &Vec::new()));
    if let Err(TestError::Fail(why, _)) = &outcome {
        panic!("{why}");
    }
    outcome.expect("drawn");
}

/// Points that no drawn rule turns on, or too few do: functions that aren't drawn, templates, changes, counts in counts.
const NOT_DRAWN: &[&str] = &[
    "unnamed-current",
    "address-families",
    "empty-json",
    "length-of-null",
    "int-of-fraction",
    "union-keys",
    "template-variables",
    "modify-add",
];

/// Points that drawn searches turn on.
const SEARCHES: &[&str] =
    &["scope-and-group", "subscription-search", "nested-without-name", "extension-search"];

/// Points that many drawn rules turn on; the others take longer, and are drawn where `AZPOL_CASES` is set.
const OFTEN: &[&str] =
    &["missing-ordered", "unlike-ordered", "failing-value", "missing-array", "contains-in-array"];

#[test]
fn a_rule_that_is_read_otherwise_is_found_out() {
    let all = std::env::var_os("AZPOL_CASES").is_some();
    let other = |id| NOT_DRAWN.contains(&id) || SEARCHES.contains(&id);
    let wanted = |id| if all { !other(id) } else { OFTEN.contains(&id) };
    for point in POINTS.iter().filter(|point| wanted(point.id)) {
        for reading in &point.readings[1..] {
            let otherwise = vec![(point.id, *reading)];
            let tally = Tally::default();
            let cases = number_of_cases().max(20_000);
            let outcome = drawn(cases, 0, 500, |bytes| agree(&Case::new(bytes, order), &otherwise, &tally));
            let Err(TestError::Fail(_, bytes)) = outcome else {
                panic!("{}: {reading} isn't noticed", point.id);
            };
            // It is the reading that was noticed: with the usual one both agree on the same case.
            let usual = agree(&Case::new(&bytes, order), &Vec::new(), &tally);
            assert_eq!(usual, Ok(()), "{}: {reading}", point.id);
        }
    }
}

#[test]
fn a_search_that_is_read_otherwise_is_found_out() {
    for point in POINTS.iter().filter(|point| SEARCHES.contains(&point.id)) {
        let otherwise = vec![(point.id, point.readings[1])];
        let outcome = drawn(20_000, 0, 60, |bytes| search(bytes, &otherwise));
        assert!(matches!(outcome, Err(TestError::Fail(..))), "{} isn't noticed", point.id);
    }
}
