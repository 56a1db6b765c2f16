//! Expressions of the template language: one parser, one table of functions, two dialects.
//!
//! A string that begins with `[` and ends with `]` is an expression; `[[…]` is the literal text `[…]`.
//! <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-expressions>

use std::fmt;
use std::sync::Arc;

use crate::source::Span;

use super::Value;
use super::semantics::{self, Semantics};

mod check;
mod evaluate;
mod formula;
pub mod functions;
mod lambda;
mod parse;
mod placed;
mod residual;
#[cfg(test)]
mod tests;

pub use check::Misuse;
pub(crate) use evaluate::member;
pub use parse::{MAX_DEPTH, MAX_LENGTH, ParseFault, TextKind, classify};
pub use placed::PlacedExpression;
pub(crate) use residual::call as runtime_call;

/// Where an expression stands: the functions that exist there, and a few of their rules, differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// In a policy rule, and in `then.details` except below `deployment.properties.template`.
    Policy,
    /// In a deployment template.
    Template,
}

/// A function whose answer depends on where the expression stands; everything else is computed by the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ContextFunction {
    /// `parameters(name)`
    Parameters,
    /// `variables(name)`
    Variables,
    /// `field(name)`
    Field,
    /// `current([key])`
    Current,
    /// `subscription()`
    Subscription,
    /// `resourceGroup()`
    ResourceGroup,
    /// `tenant()`
    Tenant,
    /// `managementGroup()`
    ManagementGroup,
    /// `deployment()`
    Deployment,
    /// `environment()`
    Environment,
    /// `copyIndex([name], [offset])`
    CopyIndex,
    /// `resourceId(…)`: its default subscription and group come from the place.
    ResourceId,
    /// `subscriptionResourceId(…)`
    SubscriptionResourceId,
    /// `utcNow([format])`
    UtcNow,
    /// `newGuid()`
    NewGuid,
    /// `policy()`
    Policy,
    /// `requestContext()`
    RequestContext,
    /// `claims()`
    Claims,
    /// `managementGroupResourceId(…)`: its group comes from the place.
    ManagementGroupResourceId,
}

/// Why an expression has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The service would fail too: the message says why.
    Error(String),
    /// The value exists but the files don't carry it: the reason says which fact is missing.
    Unknown(String),
    /// The service may well know it, but azpol has not built this yet: what is missing, by name.
    Unsupported(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Error(text) | Failure::Unknown(text) => f.write_str(text),
            Failure::Unsupported(what) => write!(f, "{what} is not supported yet"),
        }
    }
}

/// What an expression can ask of the place where it stands.
pub trait Context {
    /// The dialect.
    fn dialect(&self) -> Dialect;

    /// How points are read that the documentation leaves open.
    fn semantics(&self) -> &Semantics {
        &semantics::DEFAULT
    }

    /// The answer of a context function to evaluated arguments (not called for arguments that failed).
    fn ask(&self, function: ContextFunction, arguments: &[Value]) -> Result<Value, Failure>;

    /// One member of such an answer, where the whole of it needn't be known: `subscription().id`.
    ///
    /// `None` means that the whole answer is asked for and its member taken.
    fn ask_member(
        &self,
        _function: ContextFunction,
        _arguments: &[Value],
        _member: &str,
    ) -> Option<Result<Value, Failure>> {
        None
    }

    /// Calls a user's own function (`namespace.name`, in lower case); `None` if there is none of that name.
    fn call_user(&self, _name: &str, _arguments: &[Value]) -> Option<Result<Value, Failure>> {
        None
    }

    /// Is told when a call begins, and by [`leave`](Context::leave) when it ends: a place whose variables call
    /// one another counts here how deep that goes, and stops it.
    fn enter(&self) -> Result<(), Failure> {
        Ok(())
    }

    /// The end of a call that [`enter`](Context::enter) let begin.
    fn leave(&self) {}

    /// Is told of each call that only a running deployment answers (`reference`, `list*`).
    fn observe_runtime(&self, _function: &str, _arguments: &[Value]) {}
}

/// A value of a document in which texts in brackets are expressions.
#[derive(Debug, Clone, PartialEq)]
pub struct Formula {
    /// What it is.
    pub kind: FormulaKind,
    /// Where it stands.
    pub span: Span,
}

/// What a [`Formula`] is.
#[derive(Debug, Clone, PartialEq)]
pub enum FormulaKind {
    /// Nothing in it is an expression (`[[` is already unescaped).
    Literal(Value),
    /// One expression.
    Expression(Expression),
    /// A list with an expression somewhere in it.
    Array(Vec<Formula>),
    /// An object with an expression somewhere in it.
    Object(Vec<(Arc<str>, Formula)>),
}

/// A parsed expression.
///
/// `Display` prints it in normal form, without the brackets.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    /// As it was written, brackets included.
    pub text: Arc<str>,
    /// Its root.
    pub root: Term,
}

/// A part of an expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Term {
    /// A literal text or integer.
    Literal(Value),
    /// `name(argument, …)`: the name in lower case (with `ns.` for a user's own function).
    Call(Arc<str>, Vec<Term>),
    /// `term.name` and `term['name']` and `term[index]`
    Access(Box<Term>, Box<Term>),
}
