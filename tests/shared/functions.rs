//! The functions of the language against `oracles/arm_functions.jsonl`.
//!
//! Every case of a function that is built has to hold, or stands in a list with the source that contradicts it.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::sync::Arc;

use azpol::arm::expression::functions::{derived_guid, resource};
use azpol::arm::expression::{Context, ContextFunction, Dialect, Expression, Failure, Term};
use azpol::arm::{Object, ResourceId, SubscriptionId, Value, deep_equal};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// JSON with its order of keys, and with keys that differ in case only.
pub(crate) struct Json(pub(crate) Value);

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Json, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Value;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }
            fn visit_unit<E>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }
            fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
                Ok(Value::Bool(value))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
                Ok(Value::Int(value))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
                Ok(Value::Int(i64::try_from(value).expect("an integer of 64 bits")))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
                Ok(Value::Float(value))
            }
            fn visit_str<E>(self, value: &str) -> Result<Value, E> {
                Ok(Value::from(value))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
                let mut items = Vec::new();
                while let Some(Json(item)) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Value::array(items))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
                let mut object = Object::new();
                while let Some((key, Json(value))) = map.next_entry::<String, Json>()? {
                    object.push(key, value);
                }
                Ok(object.into())
            }
        }
        deserializer.deserialize_any(Any).map(Json)
    }
}

/// The place that the cases were computed at.
struct Place {
    subscription: SubscriptionId,
    group: ResourceId,
    management_group: String,
    parameters: Value,
    variables: Value,
}

impl Place {
    fn member(&self, of: &Value, arguments: &[Value]) -> Result<Value, Failure> {
        let name = arguments[0].as_str().expect("a name");
        let value = of.get(name).ok_or_else(|| Failure::Error(format!("no {name}")))?;
        match value {
            Value::String(text) if text.starts_with('[') && !text.starts_with("[[") => {
                Expression::parse(text).expect("an expression").evaluate(self)
            }
            Value::String(text) => {
                Ok(text.strip_prefix("[[").map_or(value.clone(), |rest| format!("[{rest}").into()))
            }
            value => Ok(value.clone()),
        }
    }
}

impl Context for Place {
    fn dialect(&self) -> Dialect {
        Dialect::Template
    }

    fn ask(&self, function: ContextFunction, arguments: &[Value]) -> Result<Value, Failure> {
        match function {
            ContextFunction::Parameters => self.member(&self.parameters, arguments),
            ContextFunction::Variables => self.member(&self.variables, arguments),
            ContextFunction::CopyIndex => {
                Ok(Value::Int(arguments.last().and_then(Value::as_int).unwrap_or(0)))
            }
            ContextFunction::ResourceId => {
                resource::resource_id(Some(&self.subscription), Some(&self.group), arguments)
            }
            ContextFunction::SubscriptionResourceId => {
                resource::subscription_resource_id(Some(&self.subscription), arguments)
            }
            ContextFunction::ManagementGroupResourceId => {
                resource::management_group_resource_id(Some(&self.management_group), arguments)
            }
            ContextFunction::NewGuid => Ok(derived_guid("seed").into()),
            other => panic!("{other:?} stands in no case"),
        }
    }
}

fn place(case: &Value) -> Place {
    let context = case.get("context");
    let text = |key: &str, default: &str| {
        context.and_then(|c| c.get(key)).and_then(Value::as_str).unwrap_or(default).to_owned()
    };
    let subscription = SubscriptionId::new(&text("subscriptionId", "ffffffff-ffff-ffff-ffff-ffffffffffff"));
    let group = ResourceId::resource_group(&subscription, &text("resourceGroup", "ps-rule-test-rg"));
    let parameters = match case.get("parameters") {
        Some(parameters) => parameters.clone(),
        None => Value::object([("vnetName", Value::from("vnet1"))]),
    };
    let variables = case.get("variables").cloned().unwrap_or(Value::Object(Arc::default()));
    // A note of the case names another group than the usual one.
    let note = case.get("context_note").and_then(Value::as_str).unwrap_or_default();
    let management_group = match note.split_once("ManagementGroup.Name = \"") {
        Some((_, rest)) => rest.trim_end_matches('"').to_owned(),
        None => "psrule-test".to_owned(),
    };
    Place { subscription, group, management_group, parameters, variables }
}

fn term(value: &Value) -> Term {
    match value.get("$fn").and_then(Value::as_str) {
        Some(name) => {
            let arguments = value.get("args").map(Value::items).unwrap_or_default();
            Term::Call(name.to_ascii_lowercase().into(), arguments.iter().map(term).collect())
        }
        None => Term::Literal(value.clone()),
    }
}

fn expression(case: &Value) -> Expression {
    match case.get("expr").and_then(Value::as_str) {
        Some(text) => Expression::parse(text).unwrap_or_else(|fault| panic!("{text}: {fault:?}")),
        None => {
            let name = case.get("function").and_then(Value::as_str).expect("a function");
            let arguments = case.get("args").map(Value::items).unwrap_or_default();
            let root = Term::Call(name.to_ascii_lowercase().into(), arguments.iter().map(term).collect());
            Expression { text: "[…]".into(), root }
        }
    }
}

/// `.a[0].b` of a value.
fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split(['.', '[']).filter(|part| !part.is_empty()).try_fold(value, |value, part| {
        match part.strip_suffix(']') {
            Some(index) => value.items().get(index.parse::<usize>().ok()?),
            None => value.get(part),
        }
    })
}

pub(crate) fn holds(answer: &Value, check: &Value) -> bool {
    let text = |key: &str| check.get(key).and_then(Value::as_str).unwrap_or_default();
    let found = at(answer, text("path"));
    let wanted = check.get("value").unwrap_or(&Value::Null);
    match (text("test"), found) {
        ("notnull", found) => found.is_some_and(|value| !value.is_null()),
        ("equals", Some(found)) => deep_equal(found, wanted),
        ("notempty", Some(found)) => !found.items().is_empty(),
        ("single", Some(found)) => found.items().len() == 1,
        ("empty", Some(found)) => found.items().is_empty() == (wanted != &Value::Bool(false)),
        ("length", Some(found)) => {
            let count = match found {
                Value::String(text) => text.len(),
                Value::Object(object) => object.len(),
                other => other.items().len(),
            };
            wanted.as_int() == i64::try_from(count).ok()
        }
        (test, Some(found)) => match test.strip_prefix("has_key:") {
            Some(key) => found.get(key).is_some() == (wanted == &Value::Bool(true)),
            None => panic!("the check {test} is not known"),
        },
        // A member that is null is left out of what is deployed.
        ("empty", None) => wanted != &Value::Bool(false),
        (test, None) => test.starts_with("has_key:") && wanted == &Value::Bool(false),
    }
}

/// Cases that other sources contradict.
const CONTRADICTED: &[(&str, &str)] = &[
    (
        "Json:L324@",
        "an apostrophe is doubled in the text of an expression only (template-expressions), here it is a value",
    ),
    ("Json:L330@", "Microsoft's linter refuses an empty text; PSRule gives null"),
    (
        "Reference:L881@",
        "PSRule makes up an answer; only a running deployment knows it (template-functions-resource)",
    ),
    ("ComplexArrayReference:L2577@", "as before: the answer of `reference` may be an array or not"),
];

/// One case, by the name that its source gives it.
pub(crate) struct Case {
    pub(crate) name: String,
    case: Value,
    /// The source that contradicts it.
    pub(crate) contradicted: Option<&'static str>,
}

impl Case {
    /// Whether azpol gives what the case wants; else what it gives.
    pub(crate) fn check(&self) -> Result<(), String> {
        let answer = expression(&self.case).evaluate(&place(&self.case));
        let good = match &answer {
            Err(Failure::Error(_)) => self.case.get("error").is_some(),
            Err(Failure::Unknown(_) | Failure::Unsupported(_)) => false,
            Ok(value) => match (self.case.get("expected"), self.case.get("checks")) {
                (Some(expected), _) => deep_equal(value, expected),
                (None, Some(checks)) => checks.items().iter().all(|check| holds(value, check)),
                (None, None) => false,
            },
        };
        if good { Ok(()) } else { Err(format!("{answer:?}\n    {}", self.case)) }
    }
}

/// Every case. A line of the source that gives several is numbered.
pub(crate) fn cases() -> Vec<Case> {
    let path = crate::shared().join("oracles/arm_functions.jsonl");
    let text = fs::read_to_string(path).expect("the cases");
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    text.lines()
        .map(|line| {
            let Json(case) = serde_json::from_str(line).expect("a case");
            let source = case.get("source").and_then(Value::as_str).expect("a source");
            let listed = CONTRADICTED.iter().find(|(listed, _)| source.contains(listed));
            let function = case.get("function").and_then(Value::as_str).unwrap_or("expression");
            let at = source.split_once('@').map_or(source, |(at, _)| at);
            let place = at.rsplit(['#', ' ']).next().unwrap_or(at);
            let name = format!("{function}::{place}");
            let count = seen.entry(name.clone()).or_default();
            *count += 1;
            let name = if *count > 1 { format!("{name}#{count}") } else { name };
            Case { name, contradicted: listed.map(|(_, why)| *why), case }
        })
        .collect()
}

#[test]
fn every_case_holds_or_is_contradicted() {
    let cases = cases();
    assert_eq!(cases.len(), 458, "cases were skipped");
    let mut wrong = Vec::new();
    for case in &cases {
        match (case.check(), case.contradicted) {
            (Ok(()), None) | (Err(_), Some(_)) => {}
            (Ok(()), Some(why)) => wrong.push(format!("{} holds, though: {why}", case.name)),
            (Err(found), None) => wrong.push(format!("{}: {found}", case.name)),
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    let listed = cases.iter().filter(|case| case.contradicted.is_some()).count();
    assert!(listed >= CONTRADICTED.len(), "a listed case is gone");
}
