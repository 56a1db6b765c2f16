//! A definition with the values of its parameters becomes a program.

mod conditions;
mod effects;
mod expressions;
mod fields;

use std::fmt;
use std::sync::Arc;

use crate::arm::semantics::{self, Semantics};
use crate::arm::{AliasCatalog, ResourceType, Value};
use crate::policy::PolicyDefinition;
use crate::source::{Diagnostic, Span};

use super::alias::TypePath;
use super::context::Lookups;
use super::policy::CompiledPolicy;
use super::{BoundParameters, codes};

/// A part of a definition because of which it can't be evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotBuilt {
    /// What kind of part.
    pub kind: NotBuiltKind,
    /// The part by name, as a phrase: "the number format `0E+0`".
    pub what: Arc<str>,
    /// Where it stands in the definition.
    pub span: Span,
}

/// The kinds of part that stop a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NotBuiltKind {
    /// A part of a function, or an expression beyond azpol's own limits.
    Function,
    /// Azure itself refuses the definition with these parameters.
    Refused,
}

impl NotBuilt {
    /// As a finding.
    pub fn diagnostic(&self) -> Diagnostic {
        let (code, label) = match self.kind {
            NotBuiltKind::Refused => (&codes::REFUSED, "Azure refuses this"),
            NotBuiltKind::Function => (&codes::NOT_BUILT, "used here"),
        };
        Diagnostic::new(code, self.to_string()).at(self.span, label)
    }
}

impl fmt::Display for NotBuilt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            NotBuiltKind::Refused => f.write_str(&self.what),
            NotBuiltKind::Function => write!(f, "{} is not supported yet", self.what),
        }
    }
}

/// What a definition is compiled with: the aliases that are known, and how open points are read.
#[derive(Debug, Clone, Copy)]
pub struct Language<'a> {
    /// The aliases.
    pub aliases: &'a AliasCatalog,
    /// The readings.
    pub semantics: &'a Semantics,
}

impl<'a> Language<'a> {
    /// With every open point read by default.
    pub fn of(aliases: &'a AliasCatalog) -> Language<'a> {
        Language { aliases, semantics: &semantics::DEFAULT }
    }
}

/// Compiles a definition whose parameters are bound; once for all assignments that bind it alike.
///
/// Expressions that parameters decide are evaluated now; one that fails makes its comparison undecided where
/// it is evaluated, as in Azure. What stops the definition comes back as a whole, sorted by place.
pub fn compile(
    definition: &PolicyDefinition,
    bound: &BoundParameters,
    language: Language<'_>,
) -> Result<CompiledPolicy, Vec<NotBuilt>> {
    let mut compiler = Compiler {
        bound,
        language,
        missing: Vec::new(),
        lookups: Lookups::new(),
        scopes: Vec::new(),
        related: None,
        items: 1,
        unknown: Vec::new(),
    };
    let compiled = compiler.policy(definition);
    let mut missing = compiler.missing;
    missing.sort_by(|a, b| (a.span, a.kind, &a.what).cmp(&(b.span, b.kind, &b.what)));
    missing.dedup();
    match compiled {
        Some(policy) if missing.is_empty() => Ok(policy),
        _ => Err(missing),
    }
}

/// A count around the condition that is being compiled.
#[derive(Debug, Clone)]
enum Scope {
    /// Over an array, with its path for each type.
    Field { alias: Arc<str>, paths: Vec<TypePath> },
    /// Over a list that is computed for each resource.
    Value(Arc<str>),
    /// Over a list that parameters decide; the item that is being compiled.
    Known(Arc<str>, Value),
}

struct Compiler<'a> {
    bound: &'a BoundParameters,
    language: Language<'a>,
    missing: Vec<NotBuilt>,
    lookups: Lookups,
    /// Open counts, outermost first.
    scopes: Vec<Scope>,
    /// Below `existenceCondition`: the type of the candidates.
    related: Option<ResourceType>,
    /// How many items the open counts over known lists go through, multiplied.
    items: usize,
    /// Aliases that nobody knows.
    unknown: Vec<(Arc<str>, Span)>,
}

impl Compiler<'_> {
    fn not_built(&mut self, kind: NotBuiltKind, what: impl Into<Arc<str>>, span: Span) {
        self.missing.push(NotBuilt { kind, what: what.into(), span });
    }
}
