//! Rules of an automation: what they say, and whether an event passes them.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::arm::Value;
use crate::source::Code;

use super::codes;
use super::event::Event;
use super::facts::{EventSource, PathKnowledge};
use super::text::{Pattern, fold};

/// One rule: a path of the event's body against a value.
///
/// <https://learn.microsoft.com/rest/api/defenderforcloud/automations/create-or-update#automationtriggeringrule>
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// `propertyJPath`
    pub path: Arc<str>,
    /// What it asks.
    pub test: Test,
    /// `operator`, as it is written.
    pub operator: Arc<str>,
    /// `expectedValue`, as it is written.
    pub expected: Arc<str>,
}

/// What a rule asks of the value at its path.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// `String`: the pattern, the folded value, and whether it is to fit.
    Text(Pattern, Arc<str>, bool),
    /// `Integer`
    Integer(Order, i128),
    /// `Number`
    Number(Order, f64),
    /// `Boolean`: the value that it has to have.
    Boolean(bool, bool),
    /// It can't be understood: it decides nothing. Where it stands tells it from others.
    Broken(Arc<str>),
}

/// An order of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Order {
    /// `Equals`
    Equal,
    /// `NotEquals`
    NotEqual,
    /// `GreaterThan`
    Greater,
    /// `GreaterThanOrEqualTo`
    GreaterOrEqual,
    /// `LesserThan`
    Less,
    /// `LesserThanOrEqualTo`
    LessOrEqual,
}

/// Whether an event passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passes {
    /// It does.
    Yes,
    /// It doesn't.
    No,
    /// It can't be said.
    Unknown,
}

impl From<bool> for Passes {
    fn from(passes: bool) -> Passes {
        if passes { Passes::Yes } else { Passes::No }
    }
}

/// What is wrong with a rule, a source or an action: its code, where in the automation, and a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Its kind.
    pub code: &'static Code,
    /// `sources[0].ruleSets[1].rules[0]`
    pub place: String,
    /// One sentence.
    pub message: String,
}

/// Rule sets: OR between them, AND between the rules of one.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// None of them, or nothing written, lets everything through.
    pub sets: Vec<Vec<Rule>>,
}

impl Order {
    fn parse(operator: &str) -> Option<Order> {
        [
            ("Equals", Order::Equal),
            ("NotEquals", Order::NotEqual),
            ("GreaterThan", Order::Greater),
            ("GreaterThanOrEqualTo", Order::GreaterOrEqual),
            ("LesserThan", Order::Less),
            ("LesserThanOrEqualTo", Order::LessOrEqual),
        ]
        .into_iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(operator))
        .map(|(_, order)| order)
    }

    /// Whether a number stands so to the rule's.
    pub fn holds<T: PartialOrd>(self, value: &T, constant: &T) -> bool {
        let order = value.partial_cmp(constant);
        match self {
            Order::Equal => order == Some(Ordering::Equal),
            Order::NotEqual => order != Some(Ordering::Equal),
            Order::Greater => order == Some(Ordering::Greater),
            Order::GreaterOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
            Order::Less => order == Some(Ordering::Less),
            Order::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        }
    }
}

/// The operators of texts: pattern, and whether it has to fit.
const TEXT_OPERATORS: &[(&str, Pattern, bool)] = &[
    ("Equals", Pattern::Equals, true),
    ("NotEquals", Pattern::Equals, false),
    ("Contains", Pattern::Contains, true),
    ("StartsWith", Pattern::StartsWith, true),
    ("EndsWith", Pattern::EndsWith, true),
];

impl Rule {
    /// Reads a rule of an automation (`owner`). One that can't be understood gives a fault and is [`Test::Broken`].
    pub fn read(rule: &Value, owner: &str, place: &str, faults: &mut Vec<Fault>) -> Rule {
        let text = |key: &str| rule.get(key).and_then(Value::as_str).map(Arc::<str>::from);
        let path = text("propertyJPath");
        let expected = match rule.get("expectedValue") {
            // The API has a text; some clients write what they mean.
            Some(value @ (Value::Bool(_) | Value::Int(_) | Value::Float(_))) => Some(value.to_json().into()),
            _ => text("expectedValue"),
        };
        let operator = text("operator");
        let test = match (&path, &expected, &operator) {
            (Some(path), Some(expected), Some(operator)) if !path.is_empty() => {
                // A type that isn't written is a text: that is what every default of the API means.
                let kind = text("propertyType").unwrap_or_else(|| "String".into());
                test(&kind, operator, expected)
            }
            _ => {
                let member =
                    [("propertyJPath", &path), ("expectedValue", &expected), ("operator", &operator)]
                        .into_iter()
                        .find(|(_, value)| value.as_ref().is_none_or(|text| text.is_empty()))
                        .map_or("rule", |(name, _)| name);
                Err((&codes::UNREADABLE_RULE, format!("a rule has no `{member}` that can be read")))
            }
        };
        let test = test.unwrap_or_else(|(code, message)| {
            faults.push(Fault { code, place: place.to_owned(), message });
            Test::Broken(format!("{owner} {place}").into())
        });
        let or_empty = |text: Option<Arc<str>>| text.unwrap_or_else(|| "".into());
        Rule { path: or_empty(path), test, operator: or_empty(operator), expected: or_empty(expected) }
    }

    /// Whether the rule is the same one.
    pub fn is_same(&self, other: &Rule) -> bool {
        self.path == other.path && self.test == other.test && !matches!(self.test, Test::Broken(_))
    }

    /// A rule that a text has exactly this value.
    pub(super) fn equals(path: &str, value: &str) -> Rule {
        Rule {
            path: path.into(),
            test: Test::Text(Pattern::Equals, fold(value), true),
            operator: "Equals".into(),
            expected: value.into(),
        }
    }

    /// As people read it: `Severity Equals high`.
    pub fn words(&self) -> String {
        format!("{} {} {}", self.path, self.operator, self.expected)
    }

    /// Whether an event passes the rule.
    pub fn passes(&self, event: &Event) -> Passes {
        if matches!(self.test, Test::Broken(_)) || !is_plain(&self.path) {
            return Passes::Unknown;
        }
        let found = event.at(&self.path);
        match (event.source.path(&self.path), found) {
            (PathKnowledge::Unknown, None) => Passes::Unknown,
            (PathKnowledge::Closed(_) | PathKnowledge::Text, None) => Passes::Unknown,
            (PathKnowledge::Foreign(_), _) => match self.test {
                // What the service makes of an absent value there isn't documented.
                Test::Text(_, _, false)
                | Test::Integer(Order::NotEqual, _)
                | Test::Number(Order::NotEqual, _)
                | Test::Boolean(_, false) => Passes::Unknown,
                _ => Passes::No,
            },
            (_, Some(value)) => match (&self.test, value) {
                (Test::Text(pattern, constant, wanted), Value::String(text)) => {
                    (pattern.fits(&fold(text), constant) == *wanted).into()
                }
                (Test::Integer(order, constant), Value::Int(value)) => {
                    order.holds(&i128::from(*value), constant).into()
                }
                (Test::Boolean(constant, wanted), Value::Bool(value)) => {
                    ((value == constant) == *wanted).into()
                }
                _ => Passes::Unknown,
            },
        }
    }
}

/// Whether a path goes to one value: no wildcard, no filter, no descent.
pub(super) fn is_plain(path: &str) -> bool {
    !path.contains(['*', '?', '@', ':', ',', '(', '$']) && !path.contains("..")
}

fn test(kind: &str, operator: &str, expected: &str) -> Result<Test, (&'static Code, String)> {
    let text = TEXT_OPERATORS.iter().find(|row| row.0.eq_ignore_ascii_case(operator));
    let order = Order::parse(operator);
    if text.is_none() && order.is_none() {
        return Err((&codes::UNKNOWN_OPERATOR, format!("`{operator}` is no operator of a rule")));
    }
    let misfit = |of: &str| {
        (&codes::OPERATOR_MISFIT, format!("the operator `{operator}` doesn't go with values of type {of}"))
    };
    let no_value = |of: &str| (&codes::VALUE_MISFIT, format!("the expected value `{expected}` is no {of}"));
    let trimmed = expected.trim();
    match kind.to_ascii_lowercase().as_str() {
        "string" => {
            let (_, pattern, wanted) = text.ok_or_else(|| misfit("String"))?;
            Ok(Test::Text(*pattern, fold(expected), *wanted))
        }
        "integer" => {
            let order = order.ok_or_else(|| misfit("Integer"))?;
            trimmed.parse().map(|value| Test::Integer(order, value)).map_err(|_| no_value("Integer"))
        }
        "number" => {
            let order = order.ok_or_else(|| misfit("Number"))?;
            let value = trimmed.parse::<f64>().ok().filter(|value| value.is_finite());
            value.map(|value| Test::Number(order, value)).ok_or_else(|| no_value("Number"))
        }
        "boolean" => {
            let wanted = match order {
                Some(Order::Equal) => true,
                Some(Order::NotEqual) => false,
                _ => return Err(misfit("Boolean")),
            };
            let value = match trimmed.to_ascii_lowercase().as_str() {
                "true" => true,
                "false" => false,
                _ => return Err(no_value("Boolean")),
            };
            Ok(Test::Boolean(value, wanted))
        }
        _ => Err((&codes::UNKNOWN_PROPERTY_TYPE, format!("`{kind}` is no type of a property"))),
    }
}

impl Filter {
    /// Lets everything through.
    pub fn everything() -> Filter {
        Filter { sets: Vec::new() }
    }

    /// Reads `ruleSets`: what isn't written, null and an empty list let everything through.
    pub fn read(sets: Option<&Value>, owner: &str, place: &str, faults: &mut Vec<Fault>) -> Filter {
        let unreadable = |place: String, what: &str| Fault {
            code: &codes::UNREADABLE_RULE,
            place,
            message: format!("{what} can't be read as rules"),
        };
        let broken = |place: &str| Rule {
            path: "".into(),
            test: Test::Broken(format!("{owner} {place}").into()),
            operator: "".into(),
            expected: "".into(),
        };
        match sets {
            None | Some(Value::Null) => Filter::everything(),
            Some(Value::Array(sets)) => Filter {
                sets: sets
                    .iter()
                    .enumerate()
                    .map(|(at, set)| {
                        let place = format!("{place}.ruleSets[{at}]");
                        match set.get("rules") {
                            None | Some(Value::Null) if set.as_object().is_some() => Vec::new(),
                            Some(Value::Array(rules)) => rules
                                .iter()
                                .enumerate()
                                .map(|(at, rule)| {
                                    Rule::read(rule, owner, &format!("{place}.rules[{at}]"), faults)
                                })
                                .collect(),
                            _ => {
                                let rule = broken(&place);
                                faults.push(unreadable(place, "this rule set"));
                                vec![rule]
                            }
                        }
                    })
                    .collect(),
            },
            Some(_) => {
                faults.push(unreadable(format!("{place}.ruleSets"), "`ruleSets`"));
                Filter { sets: vec![vec![broken(place)]] }
            }
        }
    }

    /// The sets, one without rules where there is none: what each event passes.
    pub fn alternatives(&self) -> Vec<&[Rule]> {
        if self.sets.is_empty() { vec![&[]] } else { self.sets.iter().map(Vec::as_slice).collect() }
    }

    /// Whether an event passes: any rule set, each of whose rules.
    pub fn passes(&self, event: &Event) -> Passes {
        let mut open = false;
        for set in self.alternatives() {
            match all(set, event) {
                Passes::Yes => return Passes::Yes,
                Passes::Unknown => open = true,
                Passes::No => {}
            }
        }
        if open { Passes::Unknown } else { Passes::No }
    }
}

/// Whether an event passes each of these rules.
pub(super) fn all(rules: &[Rule], event: &Event) -> Passes {
    let mut open = false;
    for rule in rules {
        match rule.passes(event) {
            Passes::No => return Passes::No,
            Passes::Unknown => open = true,
            Passes::Yes => {}
        }
    }
    if open { Passes::Unknown } else { Passes::Yes }
}

impl EventSource {
    /// What is known of the value that a rule reads.
    pub(super) fn knows(self, rule: &Rule) -> PathKnowledge {
        if is_plain(&rule.path) { self.path(&rule.path) } else { PathKnowledge::Unknown }
    }
}
