//! The functions of the language against `oracles/arm_functions.jsonl`.
//!
//! Every case of a function that is built has to hold, or stands in a list with the source that contradicts it.

use std::collections::{BTreeMap, BTreeSet};
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

fn holds(answer: &Value, check: &Value) -> bool {
    let text = |key: &str| check.get(key).and_then(Value::as_str).unwrap_or_default();
    let found = at(answer, text("path"));
    let wanted = check.get("value").unwrap_or(&Value::Null);
    match (text("test"), found) {
        ("notnull", found) => found.is_some_and(|value| !value.is_null()),
        ("equals", Some(found)) => deep_equal(found, wanted),
        ("empty", Some(found)) => found.items().is_empty() == (wanted == &Value::Bool(true)),
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
        (_, None) => false,
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

/// Functions that azpol has not built; each must be met by at least one case.
const UNBUILT: &[&str] = &[];

#[test]
fn every_case_of_a_built_function_holds() {
    let path = crate::shared().join("oracles/arm_functions.jsonl");
    let text = fs::read_to_string(path).expect("the cases");
    let (mut passed, mut wrong) = (0, Vec::new());
    let mut unbuilt: BTreeMap<String, usize> = BTreeMap::new();
    let mut contradicted = BTreeSet::new();
    for line in text.lines() {
        let Json(case) = serde_json::from_str(line).expect("a case");
        let source = case.get("source").and_then(Value::as_str).expect("a source");
        let answer = expression(&case).evaluate(&place(&case));
        let good = match &answer {
            Err(Failure::Unsupported(what)) => {
                *unbuilt.entry(what.clone()).or_default() += 1;
                continue;
            }
            Err(Failure::Error(_)) => case.get("error").is_some(),
            Err(Failure::Unknown(_)) => false,
            Ok(value) => match (case.get("expected"), case.get("checks")) {
                (Some(expected), _) => deep_equal(value, expected),
                (None, Some(checks)) => checks.items().iter().all(|check| holds(value, check)),
                (None, None) => false,
            },
        };
        match CONTRADICTED.iter().find(|(listed, _)| source.contains(listed)) {
            Some(listed) if !good => {
                contradicted.insert(listed.0);
            }
            _ if good => passed += 1,
            _ => wrong.push(format!("{answer:?}\n    {line}")),
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(contradicted.len(), CONTRADICTED.len(), "a listed case holds, or is gone: {contradicted:?}");
    let names: Vec<&str> = unbuilt.keys().map(String::as_str).collect();
    assert_eq!(names, UNBUILT, "what isn't built has changed: {unbuilt:?}");
    assert_eq!(passed + unbuilt.values().sum::<usize>() + contradicted.len(), 458, "cases were skipped");
}
