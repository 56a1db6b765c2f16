//! The third truth value.

use std::fmt;
use std::sync::Arc;

use crate::arm::semantics::ShortCircuit;

/// What a condition says of a resource. Combined as Kleene does (`not` of what is unknown stays unknown), but for
/// failures: they end the evaluation where they come first.
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

impl Cause {
    /// Whether the service would fail, as opposed to a fact that azpol lacks.
    pub(super) fn is_failure(&self) -> bool {
        matches!(self, Cause::Fails(_))
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

    /// `allOf` of what came so far and the next part.
    #[must_use]
    pub(super) fn and(self, next: Truth, order: ShortCircuit) -> Truth {
        self.join(next, &Truth::False, order)
    }

    /// `anyOf` of what came so far and the next part.
    #[must_use]
    pub(super) fn or(self, next: Truth, order: ShortCircuit) -> Truth {
        self.join(next, &Truth::True, order)
    }

    /// What decides wins, then what is unknown. A part that fails is none that decides: before one it comes
    /// out, behind one it isn't reached, unless every branch is evaluated.
    fn join(self, next: Truth, decisive: &Truth, order: ShortCircuit) -> Truth {
        // Nearly always both are known, and then neither fails: no order matters.
        if let (Truth::True | Truth::False, Truth::True | Truth::False) = (&self, &next) {
            return if next == *decisive { next } else { self };
        }
        match order {
            ShortCircuit::LeftToRight if self.may_fail() => return self,
            ShortCircuit::EveryBranch => {
                if let Some(failing) = Truth::strict(&self, &next) {
                    return failing;
                }
            }
            ShortCircuit::LeftToRight | ShortCircuit::AnyOrder => {}
        }
        match (self, next) {
            (one, other) if one == *decisive || other == *decisive => decisive.clone(),
            (Truth::Unknown(a), Truth::Unknown(b)) => Truth::unknown(a.into_iter().chain(b)),
            (unknown @ Truth::Unknown(_), _) | (_, unknown @ Truth::Unknown(_)) => unknown,
            (neutral, _) => neutral,
        }
    }

    /// Of two parts that are both evaluated: the failure of one of them, if there is any.
    fn strict(one: &Truth, other: &Truth) -> Option<Truth> {
        let causes = |truth: &Truth| match truth {
            Truth::Unknown(causes) => causes.clone(),
            Truth::True | Truth::False => Vec::new(),
        };
        match (one.fails(), other.fails()) {
            (true, false) => Some(one.clone()),
            (false, true) => Some(other.clone()),
            (false, false) if !one.may_fail() && !other.may_fail() => None,
            _ => Some(Truth::unknown(causes(one).into_iter().chain(causes(other)))),
        }
    }

    /// Whether the next part can't change anything.
    pub(super) fn settles(&self, decisive: &Truth, order: ShortCircuit) -> bool {
        match order {
            ShortCircuit::LeftToRight => self == decisive || self.may_fail(),
            ShortCircuit::AnyOrder => self == decisive,
            ShortCircuit::EveryBranch => false,
        }
    }

    /// Whether the service fails here, whatever the missing facts are.
    pub(super) fn fails(&self) -> bool {
        matches!(self, Truth::Unknown(causes) if causes.iter().all(Cause::is_failure))
    }

    /// Whether the service may fail here.
    pub(super) fn may_fail(&self) -> bool {
        matches!(self, Truth::Unknown(causes) if causes.iter().any(Cause::is_failure))
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
