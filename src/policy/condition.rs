//! Conditions of rules.

use std::sync::Arc;

use crate::arm::expression::Formula;
use crate::source::Span;

/// `if`, `existenceCondition`, `where`.
#[derive(Debug, Clone)]
pub enum Condition {
    /// `{"allOf": […]}`
    AllOf(Vec<Condition>, Span),
    /// `{"anyOf": […]}`
    AnyOf(Vec<Condition>, Span),
    /// `{"not": {…}}`
    Not(Box<Condition>, Span),
    /// A subject, an operator and a target.
    Leaf(Box<Leaf>),
}

/// `{"field": …, "equals": …}`
#[derive(Debug, Clone)]
pub struct Leaf {
    /// What is looked at.
    pub subject: Subject,
    /// How it is compared.
    pub operator: Operator,
    /// With what: a value, or an expression.
    pub target: Formula,
    /// The whole object.
    pub span: Span,
}

/// The left side of a condition.
#[derive(Debug, Clone)]
pub enum Subject {
    /// `field`: an accessor, an alias, or an expression that yields one.
    Field(Formula, Span),
    /// `value`
    Value(Formula, Span),
    /// `count`
    Count(Count, Span),
}

/// `count`
#[derive(Debug, Clone)]
pub enum Count {
    /// `{"field": "alias[*]", "where": …}`
    Field {
        /// The counted array's alias.
        alias: Arc<str>,
        /// Which members count; all without it.
        filter: Option<Box<Condition>>,
    },
    /// `{"value": […], "name": …, "where": …}`
    Value {
        /// The list.
        value: Formula,
        /// What `current(name)` calls the member; `default` where absent.
        name: Arc<str>,
        /// Which members count; all without it.
        filter: Option<Box<Condition>>,
    },
}

/// The 19 conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operator {
    /// `contains`
    Contains,
    /// `containsKey`
    ContainsKey,
    /// `equals`
    Equals,
    /// `exists`
    Exists,
    /// `greater`
    Greater,
    /// `greaterOrEquals`
    GreaterOrEquals,
    /// `in`
    In,
    /// `less`
    Less,
    /// `lessOrEquals`
    LessOrEquals,
    /// `like`
    Like,
    /// `match`
    Match,
    /// `matchInsensitively`
    MatchInsensitively,
    /// `notContains`
    NotContains,
    /// `notContainsKey`
    NotContainsKey,
    /// `notEquals`
    NotEquals,
    /// `notIn`
    NotIn,
    /// `notLike`
    NotLike,
    /// `notMatch`
    NotMatch,
    /// `notMatchInsensitively`
    NotMatchInsensitively,
}

impl Operator {
    /// All, in alphabetical order.
    pub const ALL: &'static [Operator] = &[
        Operator::Contains,
        Operator::ContainsKey,
        Operator::Equals,
        Operator::Exists,
        Operator::Greater,
        Operator::GreaterOrEquals,
        Operator::In,
        Operator::Less,
        Operator::LessOrEquals,
        Operator::Like,
        Operator::Match,
        Operator::MatchInsensitively,
        Operator::NotContains,
        Operator::NotContainsKey,
        Operator::NotEquals,
        Operator::NotIn,
        Operator::NotLike,
        Operator::NotMatch,
        Operator::NotMatchInsensitively,
    ];

    /// From any case; `None` for what is no condition.
    pub fn parse(text: &str) -> Option<Operator> {
        Operator::ALL.iter().copied().find(|operator| operator.as_str().eq_ignore_ascii_case(text))
    }

    /// Whether its target is a list.
    pub fn takes_list(self) -> bool {
        matches!(self, Operator::In | Operator::NotIn)
    }

    /// Whether it orders two values.
    pub fn orders(self) -> bool {
        use Operator::{Greater, GreaterOrEquals, Less, LessOrEquals};
        matches!(self, Less | LessOrEquals | Greater | GreaterOrEquals)
    }

    /// The operator whose exact complement this is; itself for one that isn't negated.
    #[must_use]
    pub fn positive(self) -> Operator {
        match self {
            Operator::NotContains => Operator::Contains,
            Operator::NotContainsKey => Operator::ContainsKey,
            Operator::NotEquals => Operator::Equals,
            Operator::NotIn => Operator::In,
            Operator::NotLike => Operator::Like,
            Operator::NotMatch => Operator::Match,
            Operator::NotMatchInsensitively => Operator::MatchInsensitively,
            operator => operator,
        }
    }

    /// As Azure's documentation writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Operator::Contains => "contains",
            Operator::ContainsKey => "containsKey",
            Operator::Equals => "equals",
            Operator::Exists => "exists",
            Operator::Greater => "greater",
            Operator::GreaterOrEquals => "greaterOrEquals",
            Operator::In => "in",
            Operator::Less => "less",
            Operator::LessOrEquals => "lessOrEquals",
            Operator::Like => "like",
            Operator::Match => "match",
            Operator::MatchInsensitively => "matchInsensitively",
            Operator::NotContains => "notContains",
            Operator::NotContainsKey => "notContainsKey",
            Operator::NotEquals => "notEquals",
            Operator::NotIn => "notIn",
            Operator::NotLike => "notLike",
            Operator::NotMatch => "notMatch",
            Operator::NotMatchInsensitively => "notMatchInsensitively",
        }
    }
}
