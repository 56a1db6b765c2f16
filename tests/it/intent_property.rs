//! The verdict on the intent against filtering events: automations, requirements and events are drawn, and a filter
//! of a few lines, written apart from the product's, says which events leave.
//!
//! `AZPOL_CASES=100000 cargo test --test it intent_property` draws more than the usual 2,000.

use azpol::arm::{ResourceId, Value};
use azpol::export::{ExportAutomation, ExportRequirement, Found, Judgement, Memo, Verdict, judge};
use azpol::inventory::Resource;
use azpol::source::Span;

const LAW: &str = "/subscriptions/s/resourceGroups/m/providers/Microsoft.OperationalInsights/workspaces/law";
const OLD: &str = "/subscriptions/s/resourceGroups/m/providers/Microsoft.OperationalInsights/workspaces/old";
const GROUP: &str = "/subscriptions/s/resourceGroups/rg";

/// A generator of numbers; the same ones in each run.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % u64::try_from(end).expect("small")).expect("small")
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    fn chance(&mut self, of_ten: usize) -> bool {
        self.below(10) < of_ten
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Knowledge {
    Closed(&'static [&'static str]),
    Text,
    /// The id of a finding.
    Id,
    Absent,
    Open,
    OpenNumber,
}

/// Paths of each source as the documentation of this project names them.
fn paths(source: &str) -> Vec<(&'static str, Knowledge)> {
    match source {
        "Alerts" => vec![
            ("Severity", Knowledge::Closed(&["Informational", "Low", "Medium", "High"])),
            ("properties.metadata.severity", Knowledge::Absent),
            ("Unknown.Path", Knowledge::Open),
        ],
        "Assessments" => vec![
            ("properties.metadata.severity", Knowledge::Closed(&["Low", "Medium", "High"])),
            ("name", Knowledge::Text),
        ],
        "SubAssessments" => vec![
            ("id", Knowledge::Id),
            ("properties.status.severity", Knowledge::Text),
            ("Severity", Knowledge::Absent),
        ],
        _ => vec![("score", Knowledge::OpenNumber), ("label", Knowledge::Open)],
    }
}

const SOURCES: [&str; 4] = ["Alerts", "Assessments", "SubAssessments", "SecureScores"];
const TEXTS: [&str; 6] = ["", "a", "B", "ab", "ba", "aBa"];
/// Parts of the ids of findings.
const PARTS: [&str; 8] = [
    "/assessments/a/",
    "/assessments/AB/",
    "/Assessments/",
    "a/sub",
    "/subscriptions/",
    "/subAssessments/b",
    "/b",
    "x",
];

#[derive(Debug, Clone)]
struct Rule {
    path: &'static str,
    operator: &'static str,
    value: String,
    integer: bool,
}

#[derive(Debug, Clone)]
struct Source {
    event: &'static str,
    sets: Vec<Vec<Rule>>,
}

#[derive(Debug, Clone)]
struct Automation {
    name: String,
    enabled: bool,
    whole: bool,
    to: Vec<&'static str>,
    sources: Vec<Source>,
}

/// An event with what a rule may ask of it, completely.
#[derive(Debug, Clone)]
struct Event {
    source: &'static str,
    values: Vec<(&'static str, Option<String>)>,
    in_group: bool,
    /// Whether `NotEquals` holds of what is absent.
    absent_differs: bool,
}

impl Rule {
    fn passes(&self, event: &Event) -> bool {
        let value = event.values.iter().find(|(path, _)| *path == self.path).and_then(|(_, v)| v.as_deref());
        let Some(value) = value else { return self.operator == "NotEquals" && event.absent_differs };
        if self.integer {
            let (value, wanted): (i64, i64) =
                (value.parse().expect("a number"), self.value.parse().expect("a number"));
            return match self.operator {
                "Equals" => value == wanted,
                "NotEquals" => value != wanted,
                "GreaterThan" => value > wanted,
                "GreaterThanOrEqualTo" => value >= wanted,
                "LesserThan" => value < wanted,
                _ => value <= wanted,
            };
        }
        let (value, wanted) = (value.to_lowercase(), self.value.to_lowercase());
        match self.operator {
            "Equals" => value == wanted,
            "NotEquals" => value != wanted,
            "Contains" => value.contains(&wanted),
            "StartsWith" => value.starts_with(&wanted),
            _ => value.ends_with(&wanted),
        }
    }
}

impl Automation {
    /// How many of its sources let an event through; its scope and its switch aren't asked.
    fn lets(&self, event: &Event) -> bool {
        self.sources.iter().filter(|source| source.event == event.source).any(|source| {
            source.sets.is_empty() || source.sets.iter().any(|set| set.iter().all(|rule| rule.passes(event)))
        })
    }

    /// How often an event leaves for the workspace.
    fn sends(&self, event: &Event) -> usize {
        let runs = self.enabled && (self.whole || event.in_group) && self.lets(event);
        if runs { self.to.iter().filter(|to| **to == LAW).count() } else { 0 }
    }

    fn body(&self) -> Value {
        let rule = |rule: &Rule| {
            Value::object([
                ("propertyJPath", Value::from(rule.path)),
                ("propertyType", Value::from(if rule.integer { "Integer" } else { "String" })),
                ("expectedValue", Value::from(&*rule.value)),
                ("operator", Value::from(rule.operator)),
            ])
        };
        let set = |set: &Vec<Rule>| Value::object([("rules", set.iter().map(rule).collect::<Value>())]);
        let source = |source: &Source| {
            Value::object([
                ("eventSource", Value::from(source.event)),
                ("ruleSets", source.sets.iter().map(set).collect::<Value>()),
            ])
        };
        let action = |to: &&str| {
            Value::object([
                ("actionType", Value::from("Workspace")),
                ("workspaceResourceId", Value::from(*to)),
            ])
        };
        let scope = if self.whole { "/subscriptions/s" } else { GROUP };
        Value::object([(
            "properties",
            Value::object([
                ("isEnabled", Value::from(self.enabled)),
                ("scopes", Value::array([Value::object([("scopePath", Value::from(scope))])])),
                ("sources", self.sources.iter().map(source).collect::<Value>()),
                ("actions", self.to.iter().map(action).collect::<Value>()),
            ]),
        )])
    }

    fn id(&self) -> ResourceId {
        let text = format!(
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Security/automations/{}",
            self.name
        );
        ResourceId::parse(&text).expect("an id")
    }

    fn found(&self) -> ExportAutomation {
        let id = self.id();
        ExportAutomation::of_resource(&Resource {
            resource_type: id.resource_type(),
            id,
            location: None,
            body: self.body().into(),
            loss: None,
            span: Span::none(),
        })
    }
}

fn drawn_rule(draw: &mut Draw, source: &str, sure: bool) -> Rule {
    let all = paths(source);
    let known: Vec<_> = all
        .iter()
        .filter(|(_, knowledge)| {
            !sure || matches!(knowledge, Knowledge::Closed(_) | Knowledge::Text | Knowledge::Id)
        })
        .collect();
    let Some((path, knowledge)) = known.get(draw.below(known.len().max(1))) else {
        // Nothing is known of this source: a rule that says nothing on anything else's path.
        return drawn_rule(draw, source, false);
    };
    let texts = ["Equals", "NotEquals", "Contains", "StartsWith", "EndsWith"];
    let numbers =
        ["Equals", "NotEquals", "GreaterThan", "GreaterThanOrEqualTo", "LesserThan", "LesserThanOrEqualTo"];
    let (operator, value, integer) = match knowledge {
        Knowledge::Closed(values) => {
            let value = if draw.chance(9) { draw.one(values).to_lowercase() } else { "i".to_owned() };
            (draw.one(&texts), value, false)
        }
        Knowledge::OpenNumber => (draw.one(&numbers), draw.below(5).to_string(), true),
        Knowledge::Id => (draw.one(&texts), draw.one(&PARTS).to_owned(), false),
        _ => (draw.one(&texts), draw.one(&TEXTS).to_owned(), false),
    };
    Rule { path, operator, value, integer }
}

fn drawn_source(draw: &mut Draw, sure: bool) -> Source {
    let event = if sure { draw.one(&SOURCES[..3]) } else { draw.one(&SOURCES) };
    let sets = (0..draw.below(4))
        .map(|_| (0..=draw.below(3)).map(|_| drawn_rule(draw, event, sure)).collect())
        .collect();
    Source { event, sets }
}

fn drawn_automation(draw: &mut Draw, name: String, sure: bool) -> Automation {
    let to = match draw.below(10) {
        0 => vec![OLD],
        1 => vec![LAW, LAW],
        2 => vec![OLD, LAW],
        _ => vec![LAW],
    };
    Automation {
        name,
        enabled: draw.chance(9),
        whole: draw.chance(8),
        to,
        sources: (0..=draw.below(3)).map(|_| drawn_source(draw, sure)).collect(),
    }
}

/// Found automations are often what is asked, changed a little: else nothing is ever covered.
fn changed(draw: &mut Draw, required: &Automation, name: String, sure: bool) -> Automation {
    let mut found = Automation { name, ..required.clone() };
    for source in &mut found.sources {
        match draw.below(6) {
            0 => source.sets.clear(),
            1 => {
                source.sets.pop();
            }
            2 => {
                if let Some(set) = source.sets.first_mut() {
                    set.pop();
                }
            }
            3 => source.sets.push(vec![drawn_rule(draw, source.event, sure)]),
            _ => {}
        }
    }
    if draw.chance(2) {
        found.sources.pop();
    }
    found
}

/// Ids of findings, below a subscription and below a resource.
fn ids() -> Vec<Option<String>> {
    let mut ids = Vec::new();
    for scope in ["s", "s/resourceGroups/a/providers/Microsoft.Sql/servers/x"] {
        for key in ["a", "b", "ab", "x"] {
            for finding in ["a", "b", "bx"] {
                ids.push(Some(format!(
                    "/subscriptions/{scope}/providers/Microsoft.Security/assessments/{key}/subAssessments/{finding}"
                )));
            }
        }
    }
    ids
}

/// All events of a source whose texts are short; with `given` only those that agree with it.
fn events(source: &'static str, given: &[(&'static str, Option<String>)]) -> Vec<Event> {
    let mut texts: Vec<String> = vec![String::new()];
    for length in 0..4 {
        let longer: Vec<String> = texts
            .iter()
            .filter(|text| text.len() == length)
            .flat_map(|text| ["a", "b", "x"].iter().map(move |c| format!("{text}{c}")))
            .collect();
        texts.extend(longer);
    }
    let few = ["", "a", "b", "ab", "ba", "aba", "x", "bab"];
    let mut all: Vec<Vec<(&'static str, Option<String>)>> = vec![Vec::new()];
    let mut whole = true;
    for (path, knowledge) in paths(source) {
        let some = |texts: &[&str]| texts.iter().map(|text| Some((*text).to_owned())).collect::<Vec<_>>();
        let values: Vec<Option<String>> = match given.iter().find(|(at, _)| *at == path) {
            Some((_, value)) => vec![value.clone()],
            None => match knowledge {
                Knowledge::Closed(values) => some(values),
                Knowledge::Absent => vec![None],
                Knowledge::Text if whole => {
                    whole = false;
                    texts.iter().cloned().map(Some).collect()
                }
                Knowledge::Text => some(&few),
                Knowledge::Id => ids(),
                Knowledge::Open => [some(&few), vec![None]].concat(),
                Knowledge::OpenNumber => {
                    [(-1..7).map(|n| Some(n.to_string())).collect(), vec![None]].concat()
                }
            },
        };
        all = all
            .into_iter()
            .flat_map(|event| {
                values.iter().map(move |value| {
                    let mut event = event.clone();
                    event.push((path, value.clone()));
                    event
                })
            })
            .collect();
    }
    let absent = |values: &Vec<(&str, Option<String>)>| values.iter().any(|(_, value)| value.is_none());
    all.into_iter()
        .flat_map(|values| {
            let ways: &[bool] = if absent(&values) { &[true, false] } else { &[true] };
            ways.iter().map(move |differs| Event {
                source,
                values: values.clone(),
                in_group: false,
                absent_differs: *differs,
            })
        })
        .flat_map(|event| [event.clone(), Event { in_group: true, ..event }])
        .collect()
}

/// The events that an event of the product stands for: what it doesn't say is anything.
fn completions(event: &azpol::export::Event) -> Vec<Event> {
    let source = SOURCES.iter().find(|name| **name == event.source.as_str()).expect("a source that is drawn");
    let given: Vec<(&'static str, Option<String>)> = paths(source)
        .into_iter()
        .filter_map(|(path, _)| {
            let value = event.at(path)?.as_str().expect("a text").to_owned();
            Some((path, Some(value)))
        })
        .collect();
    assert_eq!(given.len(), event.values.len(), "an event says something of another path: {event:?}");
    let mut all = events(source, &given);
    if !event.outside.is_empty() {
        assert_eq!(event.outside.iter().map(|group| &**group).collect::<Vec<_>>(), [GROUP]);
        all.retain(|event| !event.in_group);
    }
    all
}

#[derive(Debug, Default)]
struct Tally {
    covered: usize,
    partly: usize,
    undetermined: usize,
    others: usize,
    twice: usize,
}

fn check(required: &Automation, found: &[Automation], complete: bool, sure: bool, tally: &mut Tally) {
    let id = required.id();
    let asked = ExportRequirement {
        automations: vec![ExportAutomation::of_body(&id, &required.body(), Span::none())],
    };
    let automations: Vec<ExportAutomation> = found.iter().map(Automation::found).collect();
    let judgement = judge(
        &asked,
        &Found { automations: &automations, complete, gone: &|_| false, memo: &Memo::default() },
    );
    let context = || format!("{judgement:#?}\nasked {required:#?}\nfound {found:#?}");
    let sent = |event: &Event| found.iter().map(|automation| automation.sends(event)).sum::<usize>();
    let asks = |event: &Event| (required.whole || event.in_group) && required.lets(event);
    let every = || {
        SOURCES
            .iter()
            .filter(|name| required.sources.iter().any(|source| source.event == **name))
            .flat_map(|name| events(name, &[]))
    };
    assert!(complete || !judgement.verdict.is_unmet(), "others may export it\n{}", context());
    match judgement.verdict {
        Verdict::Covered | Verdict::Duplicated => {
            tally.covered += 1;
            let lost = every().find(|event| asks(event) && sent(event) == 0);
            assert!(lost.is_none(), "covered, and {lost:?} doesn't leave\n{}", context());
        }
        Verdict::PartlyCovered => {
            tally.partly += 1;
            assert!(judgement.gaps.iter().any(|gap| gap.event.is_some()), "{}", context());
        }
        Verdict::Missing | Verdict::Disabled | Verdict::WrongDestination => {
            tally.others += 1;
            let leaves = every().find(|event| asks(event) && sent(event) > 0);
            assert!(leaves.is_none(), "{leaves:?} leaves\n{}", context());
        }
        Verdict::Undetermined => {
            tally.undetermined += 1;
            assert!(!(sure && complete), "all is known\n{}", context());
        }
        Verdict::DestinationGone => panic!("no destination is gone"),
    }
    shown(&judgement, &asks, &sent, &context, tally);
}

/// Every event that is shown shows what it is to show, whatever it doesn't say.
fn shown(
    judgement: &Judgement,
    asks: &dyn Fn(&Event) -> bool,
    sent: &dyn Fn(&Event) -> usize,
    context: &dyn Fn() -> String,
    tally: &mut Tally,
) {
    for event in judgement.gaps.iter().filter_map(|gap| gap.event.as_ref()) {
        // An event from within the only group that is asked for is meant, where one is asked for.
        let mut all = completions(event);
        if all.iter().any(|event| event.in_group && asks(event))
            && !all.iter().any(|e| !e.in_group && asks(e))
        {
            all.retain(|event| event.in_group);
        } else {
            all.retain(|event| !event.in_group);
        }
        for event in all {
            assert!(asks(&event) && sent(&event) == 0, "{event:?} is no gap\n{}", context());
        }
    }
    for duplicate in &judgement.duplicates {
        tally.twice += 1;
        let all = completions(&duplicate.event);
        let inside = all.iter().filter(|event| event.in_group).all(|event| sent(event) > 1);
        assert!(inside, "{:?} doesn't leave twice\n{}", duplicate.event, context());
    }
}

/// Draws a case, and checks it.
fn drawn_case(case: usize, tally: &mut Tally) {
    let mut draw = Draw(u64::try_from(case).expect("small").wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xA5);
    draw.below(2);
    let sure = draw.chance(5);
    let complete = draw.chance(9);
    let mut required = drawn_automation(&mut draw, "asked".to_owned(), sure);
    required.enabled = true;
    required.to = vec![LAW];
    required.sources.truncate(2);
    let found: Vec<Automation> = (0..draw.below(4))
        .map(|n| {
            let name = format!("found-{n}");
            if draw.chance(6) {
                changed(&mut draw, &required, name, sure)
            } else {
                drawn_automation(&mut draw, name, sure)
            }
        })
        .collect();
    check(&required, &found, complete, sure, tally);
}

#[test]
fn the_verdict_agrees_with_filtering_events() {
    let cases = std::env::var("AZPOL_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(2_000usize);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let run = |first: usize| {
        let mut tally = Tally::default();
        (first..cases).step_by(threads).for_each(|case| drawn_case(case, &mut tally));
        tally
    };
    let tally = std::thread::scope(|scope| {
        let run = &run;
        let all: Vec<_> = (0..threads).map(|first| scope.spawn(move || run(first))).collect();
        let tallies = all.into_iter().map(|one| one.join().expect("each case holds"));
        tallies.fold(Tally::default(), |a, b| Tally {
            covered: a.covered + b.covered,
            partly: a.partly + b.partly,
            undetermined: a.undetermined + b.undetermined,
            others: a.others + b.others,
            twice: a.twice + b.twice,
        })
    });
    // Each verdict has its share: a generator that draws only one of them shows nothing.
    let least = cases / 25;
    assert!(
        tally.covered > least && tally.partly > least && tally.undetermined > least && tally.others > least,
        "{tally:?}"
    );
    assert!(tally.twice > least, "{tally:?}");
}
