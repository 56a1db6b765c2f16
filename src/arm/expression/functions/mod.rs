//! The functions of the language: one table, with what differs between the dialects in it.
//!
//! <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions>

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::LazyLock;

use crate::arm::Value;

use super::{ContextFunction, Dialect, Failure};
use crate::arm::semantics::Semantics;

mod array;
mod calendar;
mod cidr;
mod comparison;
mod conversion;
mod encoding;
mod format;
mod hash;
mod lenient_json;
mod logical;
mod number_format;
mod numeric;
mod object;
pub mod resource;
mod string;
mod text;
mod uri;

pub use calendar::format_time;
pub use hash::{derived_guid, unique_string};

/// One function.
#[derive(Debug)]
pub struct FunctionEntry {
    /// As the documentation spells it.
    pub name: &'static str,
    /// How many arguments it takes.
    pub arity: Arity,
    /// How many at most in a rule, where that differs.
    most_in_rules: Option<usize>,
    /// Where it exists.
    pub dialects: Dialects,
    /// Which runtime values among its arguments make the call a runtime one.
    pub runtime: RuntimeArguments,
    /// How it is computed.
    pub implementation: Implementation,
}

/// How many arguments a function takes.
#[derive(Debug, Clone, Copy)]
pub struct Arity {
    least: usize,
    most: Option<usize>,
}

/// Which runtime values among a function's arguments make its call a runtime one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuntimeArguments {
    /// Any, at any depth.
    AnyDepth,
    /// A whole argument; inside an array or object they are carried along.
    Whole,
    /// None: arguments become parts of the answer.
    Never,
}

/// Where a function exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialects {
    /// In rules and templates.
    Both,
    /// In rules only.
    Policy,
    /// In templates only.
    Template,
}

/// How a function is computed.
#[derive(Debug, Clone, Copy)]
pub enum Implementation {
    /// From its arguments.
    Pure(fn(&[Value]) -> Answer),
    /// From its arguments, not alike in both dialects or in all readings.
    Placed(fn(Setting<'_>, &[Value]) -> Answer),
    /// The place answers.
    Context(ContextFunction),
    /// Its arguments aren't all evaluated first.
    Special(Special),
    /// Only a running deployment answers.
    Runtime,
}

/// In which language a function is called.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// The dialect.
    pub dialect: Dialect,
    /// How open points are read.
    pub semantics: &'a Semantics,
}

/// A function whose arguments aren't all evaluated first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Special {
    /// `if`
    If,
    /// `and`
    And,
    /// `or`
    Or,
    /// `coalesce`
    Coalesce,
    /// A function that takes a lambda.
    Lambda(Lambda),
}

/// The functions around lambdas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lambda {
    /// `lambda`
    Itself,
    /// `lambdaVariables`
    Variables,
    /// `map`
    Map,
    /// `filter`
    Filter,
    /// `sort`
    Sort,
    /// `reduce`
    Reduce,
    /// `toObject`
    ToObject,
    /// `groupBy`
    GroupBy,
    /// `mapValues`
    MapValues,
}

/// What a function gives.
pub type Answer = Result<Value, Failure>;

impl Arity {
    /// `None` if the number fits, else what is wanted: `2 arguments`.
    pub fn refuses(self, given: usize) -> Option<String> {
        let fits = given >= self.least && self.most.is_none_or(|most| given <= most);
        let noun = |count: usize| if count == 1 { "argument" } else { "arguments" };
        let least = self.least;
        (!fits).then(|| match self.most {
            Some(0) => "no arguments".to_owned(),
            Some(most) if most == least => format!("{least} {}", noun(least)),
            Some(most) if most == least + 1 => format!("{least} or {most} arguments"),
            Some(most) => format!("{least} to {most} arguments"),
            None => format!("at least {least} {}", noun(least)),
        })
    }
}

impl Dialects {
    /// Whether the function exists in this dialect.
    pub fn allows(self, dialect: Dialect) -> bool {
        match self {
            Dialects::Both => true,
            Dialects::Policy => dialect == Dialect::Policy,
            Dialects::Template => dialect == Dialect::Template,
        }
    }
}

impl FunctionEntry {
    const fn new(name: &'static str, arity: (usize, usize), implementation: Implementation) -> FunctionEntry {
        let most = if arity.1 == ANY { None } else { Some(arity.1) };
        let arity = Arity { least: arity.0, most };
        FunctionEntry {
            name,
            arity,
            most_in_rules: None,
            dialects: Dialects::Both,
            runtime: RuntimeArguments::AnyDepth,
            implementation,
        }
    }

    const fn pure(
        name: &'static str,
        arity: (usize, usize),
        function: fn(&[Value]) -> Answer,
    ) -> FunctionEntry {
        FunctionEntry::new(name, arity, Implementation::Pure(function))
    }

    const fn placed(
        name: &'static str,
        arity: (usize, usize),
        function: fn(Setting<'_>, &[Value]) -> Answer,
    ) -> FunctionEntry {
        FunctionEntry::new(name, arity, Implementation::Placed(function))
    }

    const fn context(name: &'static str, arity: (usize, usize), function: ContextFunction) -> FunctionEntry {
        FunctionEntry::new(name, arity, Implementation::Context(function))
    }

    const fn special(name: &'static str, arity: (usize, usize), special: Special) -> FunctionEntry {
        FunctionEntry::new(name, arity, Implementation::Special(special))
    }

    const fn runtime(name: &'static str, arity: (usize, usize)) -> FunctionEntry {
        FunctionEntry::new(name, arity, Implementation::Runtime).in_templates()
    }

    const fn at_most_in_rules(mut self, most: usize) -> FunctionEntry {
        self.most_in_rules = Some(most);
        self
    }

    const fn in_templates(mut self) -> FunctionEntry {
        self.dialects = Dialects::Template;
        self
    }

    const fn in_rules(mut self) -> FunctionEntry {
        self.dialects = Dialects::Policy;
        self
    }

    /// Looks only at the outside of its arguments.
    const fn structural(mut self) -> FunctionEntry {
        self.runtime = RuntimeArguments::Whole;
        self
    }

    /// Makes its arguments parts of its answer.
    const fn constructor(mut self) -> FunctionEntry {
        self.runtime = RuntimeArguments::Never;
        self
    }

    /// `None` if so many arguments are taken in this dialect, else what is wanted: `2 arguments`.
    pub fn refuses(&self, dialect: Dialect, given: usize) -> Option<String> {
        match self.most_in_rules.filter(|_| dialect == Dialect::Policy) {
            Some(most) => Arity { least: self.arity.least, most: Some(most) }.refuses(given),
            None => self.arity.refuses(given),
        }
    }

    /// The documented spelling; for a `list*` function that isn't in the table the one that was called.
    pub fn name_of<'a>(&self, called: &'a str) -> &'a str
    where
        'static: 'a,
    {
        if self.name == ANY_LIST.name { called } else { self.name }
    }
}

/// No upper bound for the number of arguments.
const ANY: usize = usize::MAX;

/// Any other `list…`: each resource type may have its own.
static ANY_LIST: FunctionEntry = FunctionEntry::runtime("list*", (1, 3));

static TABLES: &[&[FunctionEntry]] = &[
    array::TABLE,
    calendar::TABLE,
    cidr::TABLE,
    comparison::TABLE,
    conversion::TABLE,
    encoding::TABLE,
    hash::TABLE,
    logical::TABLE,
    numeric::TABLE,
    object::TABLE,
    resource::TABLE,
    string::TABLE,
    uri::TABLE,
];

static BY_NAME: LazyLock<HashMap<String, &'static FunctionEntry>> = LazyLock::new(|| {
    let entries = TABLES.iter().flat_map(|table| table.iter());
    entries.map(|entry| (entry.name.to_ascii_lowercase(), entry)).collect()
});

/// The function of this name, given in lower case.
pub fn find(name: &str) -> Option<&'static FunctionEntry> {
    BY_NAME.get(name).copied().or_else(|| {
        let listing = name.starts_with("list") && !name.contains('.');
        listing.then_some(&ANY_LIST)
    })
}

/// The names of all functions of a dialect, as documented.
pub fn names(dialect: Dialect) -> impl Iterator<Item = &'static str> {
    let entries = TABLES.iter().flat_map(|table| table.iter());
    entries.filter(move |entry| entry.dialects.allows(dialect)).map(|entry| entry.name)
}

/// The kind of a value with its article, for messages.
pub(crate) fn a_kind(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Int(_) | Value::Array(_) | Value::Object(_) => format!("an {}", value.kind()),
        _ => format!("a {}", value.kind()),
    }
}

/// The order of keys that `items` has: by ordinal, without case.
pub(super) fn by_key(a: &str, b: &str) -> Ordering {
    a.chars().map(text::upper).cmp(b.chars().map(text::upper))
}

/// How many characters a text has, as .NET counts them.
pub(super) fn text_length(text: &str) -> usize {
    text::length(text)
}

fn error<T>(message: impl Into<String>) -> Result<T, Failure> {
    Err(Failure::Error(message.into()))
}

/// The fault of an argument of the wrong kind; arguments count from one.
fn wrong<T>(arguments: &[Value], index: usize, wanted: &str) -> Result<T, Failure> {
    let found = arguments.get(index).map_or_else(|| "nothing".to_owned(), a_kind);
    error(format!("argument {} has to be {wanted}, not {found}", index + 1))
}

fn text_at(arguments: &[Value], index: usize) -> Result<&str, Failure> {
    match arguments.get(index) {
        Some(Value::String(text)) => Ok(text),
        _ => wrong(arguments, index, "a String"),
    }
}

fn int_at(arguments: &[Value], index: usize) -> Result<i64, Failure> {
    match arguments.get(index) {
        Some(Value::Int(number)) => Ok(*number),
        _ => wrong(arguments, index, "an Integer"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let count: usize = TABLES.iter().map(|table| table.len()).sum();
        assert_eq!(BY_NAME.len(), count);
    }

    #[test]
    fn any_list_function_is_known() {
        assert!(matches!(find("listkeys").map(|f| f.implementation), Some(Implementation::Runtime)));
        assert!(matches!(find("listwhatever").map(|f| f.implementation), Some(Implementation::Runtime)));
        assert!(matches!(find("list").map(|f| f.implementation), Some(Implementation::Runtime)));
        assert!(find("lists.of").is_none());
    }
}
