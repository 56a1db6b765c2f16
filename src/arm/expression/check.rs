//! What can be said of an expression without a value.

use std::sync::Arc;

use crate::arm::nearest::nearest;

use super::functions::{self, Implementation};
use super::{ContextFunction, Dialect, Expression, Term};

/// A call that the service refuses before it evaluates anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misuse {
    /// No function of that name; with the name that was probably meant.
    Unknown {
        /// The name.
        name: Arc<str>,
        /// Did you mean?
        nearest: Option<&'static str>,
    },
    /// The function doesn't exist in this dialect.
    NotAllowed {
        /// The name.
        name: Arc<str>,
    },
    /// Too few or too many arguments.
    Arguments {
        /// The name.
        name: Arc<str>,
        /// `2 arguments`, `1 to 3 arguments`.
        wanted: String,
        /// How many were given.
        given: usize,
    },
}

impl Expression {
    /// All calls, outermost first: the names are in lower case.
    pub fn calls(&self) -> impl Iterator<Item = &str> {
        self.terms().filter_map(|term| match term {
            Term::Call(name, _) => Some(&**name),
            _ => None,
        })
    }

    /// All parts, outermost first.
    pub fn terms(&self) -> impl Iterator<Item = &Term> {
        let mut open = vec![&self.root];
        std::iter::from_fn(move || {
            let term = open.pop()?;
            match term {
                Term::Literal(_) => {}
                Term::Call(_, arguments) => open.extend(arguments.iter().rev()),
                Term::Access(container, key) => open.extend([&**key, &**container]),
            }
            Some(term)
        })
    }

    /// Whether one of these functions is called anywhere in it.
    pub fn mentions(&self, wanted: &[ContextFunction]) -> bool {
        self.calls().filter_map(functions::find).any(|entry| match entry.implementation {
            Implementation::Context(function) => wanted.contains(&function),
            _ => false,
        })
    }

    /// Whether a function is called that only a running deployment answers (`reference`, `list*`).
    pub fn mentions_runtime(&self) -> bool {
        self.calls()
            .filter_map(functions::find)
            .any(|entry| matches!(entry.implementation, Implementation::Runtime))
    }

    /// Every call that can't be made in this dialect; names for which `is_own` holds are a user's functions.
    pub fn misuses(&self, dialect: Dialect, is_own: &dyn Fn(&str) -> bool) -> Vec<Misuse> {
        self.misused(dialect, is_own).into_iter().map(|(misuse, _)| misuse).collect()
    }

    /// As [`misuses`](Self::misuses), each with its call.
    pub(super) fn misused(&self, dialect: Dialect, is_own: &dyn Fn(&str) -> bool) -> Vec<(Misuse, &Term)> {
        let mut found = Vec::new();
        for term in self.terms() {
            let Term::Call(name, arguments) = term else { continue };
            let misuse = match functions::find(name) {
                None if is_own(name) => continue,
                None => {
                    Misuse::Unknown { name: name.clone(), nearest: nearest(name, functions::names(dialect)) }
                }
                Some(entry) => {
                    let name: Arc<str> = entry.name_of(name).into();
                    if !entry.dialects.allows(dialect) {
                        Misuse::NotAllowed { name }
                    } else if let Some(wanted) = entry.refuses(dialect, arguments.len()) {
                        Misuse::Arguments { name, wanted, given: arguments.len() }
                    } else {
                        continue;
                    }
                }
            };
            found.push((misuse, term));
        }
        found
    }
}
