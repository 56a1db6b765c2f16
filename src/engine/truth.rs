//! The third truth value.

use std::fmt;
use std::sync::Arc;

/// What a condition says of a resource. Combined as Kleene does: `not` of what is unknown stays unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    True,
    /// It doesn't hold.
    False,
    /// It can't be decided, for these reasons (sorted, without repetitions).
    Unknown(Vec<Cause>),
}

/// Why a truth can't be decided.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The shape in which the resource came doesn't carry this (a path of the body).
    NotCarried(Arc<str>),
    /// A fact that the inventory lacks, in words.
    MissingFact(Arc<str>),
    /// A value that only a running deployment knows.
    Runtime(Arc<str>),
    /// The service makes something of this value that isn't known: does it keep an empty array, a null?
    ProviderDecides(Arc<str>),
    /// An alias that the catalogue doesn't know, and that the resource's type may have.
    UnknownAlias(Arc<str>),
    /// The service would fail here: an expression has no value, two values can't be compared.
    Fails(Arc<str>),
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cause::NotCarried(path) => write!(f, "the export doesn't carry `{path}`"),
            Cause::Runtime(text) => write!(f, "`{text}` is known only while it is deployed"),
            Cause::ProviderDecides(text) => write!(f, "what the provider makes of `{text}` isn't known"),
            Cause::UnknownAlias(alias) => write!(f, "the catalogue doesn't know the alias `{alias}`"),
            Cause::MissingFact(text) | Cause::Fails(text) => f.write_str(text),
        }
    }
}

impl Truth {
    /// `not`
    #[must_use]
    pub fn negate(self) -> Truth {
        match self {
            Truth::True => Truth::False,
            Truth::False => Truth::True,
            unknown @ Truth::Unknown(_) => unknown,
        }
    }

    /// `allOf` of two: false wins, then unknown.
    #[must_use]
    pub fn and(self, other: Truth) -> Truth {
        match (self, other) {
            (Truth::False, _) | (_, Truth::False) => Truth::False,
            (Truth::True, rest) | (rest, Truth::True) => rest,
            (Truth::Unknown(a), Truth::Unknown(b)) => Truth::unknown(a.into_iter().chain(b)),
        }
    }

    /// `anyOf` of two: true wins, then unknown.
    #[must_use]
    pub fn or(self, other: Truth) -> Truth {
        match (self, other) {
            (Truth::True, _) | (_, Truth::True) => Truth::True,
            (Truth::False, rest) | (rest, Truth::False) => rest,
            (Truth::Unknown(a), Truth::Unknown(b)) => Truth::unknown(a.into_iter().chain(b)),
        }
    }

    /// Unknown for these reasons.
    pub fn unknown(causes: impl IntoIterator<Item = Cause>) -> Truth {
        let mut causes: Vec<_> = causes.into_iter().collect();
        causes.sort();
        causes.dedup();
        Truth::Unknown(causes)
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Truth {
        if value { Truth::True } else { Truth::False }
    }
}
