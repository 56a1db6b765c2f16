//! Expressions of a rule: a parser and the functions that the drawn rules use.

use serde_json::{Map, Value as Json, json};

use super::compare::{collate, same, text};
use super::{Readings, Truth, World, place};
use place::Frame;

/// Why an expression has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The service fails.
    Error,
    /// The fact isn't given.
    Unknown,
}

type Answer = Result<Json, Fault>;

#[derive(Debug, Clone)]
enum Term {
    Literal(Json),
    Call(String, Vec<Term>),
    Key(Box<Term>, Box<Term>),
}

/// A value of a rule: texts in brackets are expressions.
pub fn value(value: &Json, world: &World<'_>, frames: &[Frame]) -> Answer {
    match value {
        Json::String(text) if text.starts_with("[[") && text.ends_with(']') => Ok(text[1..].into()),
        Json::String(text) if text.starts_with('[') && text.ends_with(']') => {
            let mut parser = Parser { rest: &text[1..text.len() - 1] };
            let term = parser.term();
            assert_eq!(parser.rest, "", "{text}");
            Place { world, frames }.of(&term)
        }
        Json::Array(items) => items.iter().map(|item| self::value(item, world, frames)).collect(),
        other => Ok(other.clone()),
    }
}

struct Parser<'t> {
    rest: &'t str,
}

impl Parser<'_> {
    fn take(&mut self, token: &str) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn word(&mut self) -> String {
        let end = self.rest.find(|c: char| !c.is_alphanumeric() && c != '-').unwrap_or(self.rest.len());
        let word = self.rest[..end].to_owned();
        self.rest = &self.rest[end..];
        word
    }

    fn term(&mut self) -> Term {
        let mut term = if self.take("'") {
            let mut literal = String::new();
            loop {
                let end = self.rest.find('\'').expect("a closing quote");
                literal.push_str(&self.rest[..end]);
                self.rest = &self.rest[end + 1..];
                if !self.take_at_once("'") {
                    break;
                }
                literal.push('\'');
            }
            Term::Literal(literal.into())
        } else {
            self.rest = self.rest.trim_start();
            let word = self.word();
            if let Ok(number) = word.parse::<i64>() {
                Term::Literal(number.into())
            } else {
                assert!(self.take("("), "{word} {}", self.rest);
                let mut arguments = Vec::new();
                while !self.take(")") {
                    arguments.push(self.term());
                    self.take(",");
                }
                Term::Call(word.to_lowercase(), arguments)
            }
        };
        loop {
            let key = if self.take(".") {
                Term::Literal(self.word().into())
            } else if self.take("[") {
                let key = self.term();
                assert!(self.take("]"), "{}", self.rest);
                key
            } else {
                return term;
            };
            term = Term::Key(Box::new(term), Box::new(key));
        }
    }

    fn take_at_once(&mut self, token: &str) -> bool {
        let found = self.rest.strip_prefix(token);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }
}

struct Place<'p> {
    world: &'p World<'p>,
    frames: &'p [Frame],
}

fn error<T>() -> Result<T, Fault> {
    Err(Fault::Error)
}

/// A text in an object without case, the exact one first.
fn find<'j>(object: &'j Map<String, Json>, key: &str) -> Option<&'j Json> {
    object.get(key).or_else(|| object.iter().find(|(known, _)| same(known, key)).map(|(_, value)| value))
}

impl Place<'_> {
    fn of(&self, term: &Term) -> Answer {
        match term {
            Term::Literal(value) => Ok(value.clone()),
            Term::Key(of, key) => self.key(of, key),
            Term::Call(name, arguments) => match name.as_str() {
                "if" => match self.of(&arguments[0])? {
                    Json::Bool(true) => self.of(&arguments[1]),
                    Json::Bool(false) => self.of(&arguments[2]),
                    _ => error(),
                },
                "and" | "or" => self.junction(name == "or", arguments),
                "coalesce" => {
                    let mut found = Json::Null;
                    for argument in arguments {
                        let value = self.of(argument)?;
                        if found.is_null() {
                            found = value;
                        }
                        if !found.is_null() && !self.world.readings.is("coalesce", "eager") {
                            break;
                        }
                    }
                    Ok(found)
                }
                _ => {
                    let arguments: Vec<Json> =
                        arguments.iter().map(|argument| self.of(argument)).collect::<Result<_, _>>()?;
                    self.call(name, &arguments)
                }
            },
        }
    }

    fn junction(&self, decisive: bool, arguments: &[Term]) -> Answer {
        let mut whole = !decisive;
        for argument in arguments {
            match self.of(argument)? {
                Json::Bool(value) if value == decisive => {
                    whole = decisive;
                    if !self.world.readings.is("logical-functions", "eager") {
                        break;
                    }
                }
                Json::Bool(_) => {}
                _ => return error(),
            }
        }
        Ok(whole.into())
    }

    fn key(&self, of: &Term, key: &Term) -> Answer {
        if let (Term::Call(name, _), Term::Literal(Json::String(member))) = (of, key) {
            match name.as_str() {
                "subscription" => return Place::subscription(member),
                "resourcegroup" => return Place::group(member),
                _ => {}
            }
        }
        // A tag that isn't set is null.
        if let Term::Key(base, tags) = of
            && matches!(&**base, Term::Call(name, _) if name == "resourcegroup" || name == "subscription")
            && matches!(&**tags, Term::Literal(Json::String(name)) if name == "tags")
            && let (Json::Object(tags), Json::String(name)) = (self.of(of)?, self.of(key)?)
        {
            return Ok(find(&tags, &name).cloned().unwrap_or(Json::Null));
        }
        match (self.of(of)?, self.of(key)?) {
            (Json::Object(object), Json::String(key)) => find(&object, &key).cloned().ok_or(Fault::Error),
            (Json::Array(items), Json::Number(index)) => index
                .as_u64()
                .and_then(|at| items.get(usize::try_from(at).ok()?).cloned())
                .ok_or(Fault::Error),
            _ => error(),
        }
    }

    fn subscription(member: &str) -> Answer {
        match member {
            "subscriptionId" => Ok("11111111-1111-1111-1111-111111111111".into()),
            "displayName" => Ok("app-prod".into()),
            "tags" => Ok(json!({"Owner": "me"})),
            "tenantId" => Err(Fault::Unknown),
            _ => error(),
        }
    }

    fn group(member: &str) -> Answer {
        match member {
            "name" => Ok("rg".into()),
            "location" => Ok("westeurope".into()),
            "tags" => Ok(json!({"Env": "prod"})),
            "managedBy" => Err(Fault::Unknown),
            _ => error(),
        }
    }

    fn call(&self, name: &str, arguments: &[Json]) -> Answer {
        let one = arguments.first();
        let integers = || -> Result<Vec<i64>, Fault> {
            arguments.iter().map(|value| value.as_i64().ok_or(Fault::Error)).collect()
        };
        let number = |found: Option<i64>| found.map(Json::from).ok_or(Fault::Error);
        match name {
            "true" => Ok(true.into()),
            "false" => Ok(false.into()),
            "null" => Ok(Json::Null),
            "parameters" => {
                let parameters = self.world.parameters.as_object().expect("parameters");
                let name = one.and_then(Json::as_str).ok_or(Fault::Error)?;
                find(parameters, name).cloned().ok_or(Fault::Error)
            }
            "field" => {
                let name = one.and_then(Json::as_str).ok_or(Fault::Error)?;
                let frames = if self.world.existence { &[] } else { self.frames };
                place::function(name, self.world.resource, frames, self.world.readings).ok_or(Fault::Unknown)
            }
            "current" => {
                let name = one.and_then(Json::as_str);
                place::current(name, self.world.view, self.frames, self.world.readings).ok_or(Fault::Error)
            }
            "concat" => concat(arguments),
            "createarray" => Ok(arguments.to_vec().into()),
            "string" => match &arguments[0] {
                composed @ (Json::Array(_) | Json::Object(_)) => Ok(composed.to_string().into()),
                scalar => Ok(text(scalar).ok_or(Fault::Error)?.into()),
            },
            "tolower" => Ok(one.and_then(Json::as_str).ok_or(Fault::Error)?.to_lowercase().into()),
            "toupper" => Ok(one.and_then(Json::as_str).ok_or(Fault::Error)?.to_uppercase().into()),
            "length" => match &arguments[0] {
                Json::Null => Ok(0.into()),
                Json::String(text) => Ok(text.chars().count().into()),
                Json::Array(items) => Ok(items.len().into()),
                Json::Object(object) => Ok(object.len().into()),
                _ => error(),
            },
            "empty" => match &arguments[0] {
                Json::Null => Ok(true.into()),
                Json::String(text) => Ok(text.is_empty().into()),
                Json::Array(items) => Ok(items.is_empty().into()),
                Json::Object(object) => Ok(object.is_empty().into()),
                _ => error(),
            },
            "first" | "last" => match &arguments[0] {
                Json::Null => Ok(Json::Null),
                Json::String(text) => {
                    let found = if name == "first" { text.chars().next() } else { text.chars().last() };
                    Ok(found.map(String::from).unwrap_or_default().into())
                }
                Json::Array(items) => {
                    let found = if name == "first" { items.first() } else { items.last() };
                    Ok(found.cloned().unwrap_or(Json::Null))
                }
                _ => error(),
            },
            "not" => one.and_then(Json::as_bool).map(|value| Json::Bool(!value)).ok_or(Fault::Error),
            "equals" => Ok(alike(&arguments[0], &arguments[1]).into()),
            "less" | "greater" => {
                let holds =
                    if name == "less" { std::cmp::Ordering::is_lt } else { std::cmp::Ordering::is_gt };
                match (&arguments[0], &arguments[1]) {
                    (Json::Number(a), Json::Number(b)) => {
                        let order = a.as_f64().zip(b.as_f64()).and_then(|(a, b)| a.partial_cmp(&b));
                        order.map(|order| holds(order).into()).ok_or(Fault::Error)
                    }
                    (Json::String(a), Json::String(b)) => match collate(a, b, true, holds) {
                        Truth::True => Ok(true.into()),
                        Truth::False => Ok(false.into()),
                        _ => Err(Fault::Unknown),
                    },
                    _ => error(),
                }
            }
            "add" => number(integers()?.into_iter().try_fold(0, i64::checked_add)),
            "sub" => integers().and_then(|n| number(n[0].checked_sub(n[1]))),
            "div" => integers().and_then(|n| number(n[0].checked_div(n[1]))),
            "mod" => integers().and_then(|n| number(n[0].checked_rem(n[1]))),
            "contains" => contains(self.world.readings, &arguments[0], &arguments[1]),
            "replace" => replace(self.world.readings, arguments),
            "split" => split(&arguments[0], &arguments[1]),
            "join" => join(&arguments[0], &arguments[1]),
            "tryget" => match (&arguments[0], &arguments[1]) {
                (Json::Null, _) => Ok(Json::Null),
                (Json::Object(object), Json::String(key)) => {
                    Ok(find(object, key).cloned().unwrap_or(Json::Null))
                }
                (Json::Array(items), Json::Number(index)) => {
                    let at = index.as_u64().and_then(|at| usize::try_from(at).ok());
                    Ok(at.and_then(|at| items.get(at)).cloned().unwrap_or(Json::Null))
                }
                _ => error(),
            },
            other => panic!("no function: {other}"),
        }
    }
}

/// By depth and with case; numbers by what they are.
fn alike(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => a.as_f64() == b.as_f64(),
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| alike(a, b)),
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len()
                && a.iter().all(|(key, value)| find(b, key).is_some_and(|other| alike(value, other)))
        }
        (a, b) => a == b,
    }
}

fn concat(arguments: &[Json]) -> Answer {
    let there = || arguments.iter().filter(|value| !value.is_null());
    if arguments.iter().any(Json::is_array) {
        let lists: Option<Vec<&[Json]>> = there().map(|list| list.as_array().map(Vec::as_slice)).collect();
        return Ok(lists.ok_or(Fault::Error)?.concat().into());
    }
    let mut joined = String::new();
    for value in there() {
        match value {
            Json::String(_) | Json::Bool(_) => {}
            Json::Number(number) if number.is_i64() => {}
            _ => return error(),
        }
        joined += &text(value).ok_or(Fault::Error)?;
    }
    Ok(joined.into())
}

/// Texts without case are ASCII here.
fn replace(readings: &Readings, arguments: &[Json]) -> Answer {
    let text = |at: usize| arguments[at].as_str().ok_or(Fault::Error);
    let (whole, old, new) = (text(0)?, text(1)?, text(2)?);
    if old.is_empty() {
        return error();
    }
    if readings.is("replace-case", "minded") {
        return Ok(whole.replace(old, new).into());
    }
    let (mut rest, mut replaced) = (whole, String::new());
    while let Some(at) = rest.to_ascii_lowercase().find(&old.to_ascii_lowercase()) {
        replaced += &rest[..at];
        replaced += new;
        rest = &rest[at + old.len()..];
    }
    Ok((replaced + rest).into())
}

/// In texts and keys without case, in arrays with it.
fn contains(readings: &Readings, container: &Json, item: &Json) -> Answer {
    match (container, item) {
        (Json::String(whole), Json::String(part)) if readings.is("contains-case", "minded") => {
            Ok(whole.contains(part.as_str()).into())
        }
        (Json::String(whole), Json::String(part)) => {
            Ok(whole.to_lowercase().contains(&part.to_lowercase()).into())
        }
        (Json::String(whole), Json::Number(part)) if part.is_i64() => {
            Ok(whole.contains(&part.to_string()).into())
        }
        (Json::Array(items), item) => Ok(items.iter().any(|other| alike(other, item)).into()),
        (Json::Object(object), Json::String(key)) => Ok(find(object, key).is_some().into()),
        (Json::Object(object), Json::Number(key)) if key.is_i64() => {
            Ok(find(object, &key.to_string()).is_some().into())
        }
        _ => error(),
    }
}

fn split(whole: &Json, delimiter: &Json) -> Answer {
    match (whole, delimiter) {
        (Json::Null, Json::String(_)) => Ok(json!([])),
        (Json::String(whole), Json::String(delimiter)) => {
            if delimiter.is_empty() {
                return Ok(json!([whole]));
            }
            Ok(whole.split(delimiter.as_str()).map(Json::from).collect())
        }
        _ => error(),
    }
}

fn join(items: &Json, separator: &Json) -> Answer {
    let (Json::Array(items), Json::String(separator)) = (items, separator) else { return error() };
    let texts: Option<Vec<&str>> = items.iter().map(Json::as_str).collect();
    Ok(texts.ok_or(Fault::Error)?.join(separator).into())
}
