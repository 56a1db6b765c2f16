//! An expression of a rule on its own, outside of any definition.

use std::sync::Arc;

use crate::arm::expression::{Context, ContextFunction, Dialect, Failure};
use crate::arm::{Semantics, Value};
use crate::policy::FieldName;

use super::alias;
use super::context::{Lookups, RuleContext};
use super::{BoundParameters, Candidate, Language, Subject};

/// Answers an expression of the policy dialect that stands in no rule: what it asks of a resource, of places and of
/// the time. It stands in no count and has no parameters.
#[derive(Debug, Clone, Copy)]
pub struct Alone<'a> {
    /// The resource that `field()` reads, and where it lies.
    pub subject: Subject<'a>,
    /// The definition's id, of which `policy()` tells.
    pub definition: &'a Arc<str>,
    /// The aliases that `field()` may name, and how open points are read.
    pub language: Language<'a>,
}

impl Alone<'_> {
    /// Lets the context of a rule answer that knows these aliases.
    fn within<T>(&self, lookups: &Lookups, answer: impl FnOnce(&RuleContext<'_>) -> T) -> T {
        answer(&RuleContext {
            subject: &self.subject,
            view: Candidate::existing(self.subject.resource),
            version: self.subject.api_version(),
            own: true,
            frames: None,
            definition: self.definition,
            parameters: &BoundParameters::default(),
            lookups,
            semantics: self.language.semantics,
            aliases: self.language.aliases,
        })
    }

    /// The alias that `field()` is called with, if it is one that is known.
    fn lookups(&self, function: ContextFunction, arguments: &[Value]) -> Result<Lookups, Failure> {
        let mut lookups = Lookups::new();
        let (ContextFunction::Field, Some(Value::String(name))) = (function, arguments.first()) else {
            return Ok(lookups);
        };
        if let Ok(FieldName::Alias(alias)) = FieldName::parse(name) {
            let alias: Arc<str> = alias;
            let access = alias::access(self.language.aliases, &alias);
            if access.unknown {
                return Err(Failure::Unknown(format!("the alias `{alias}` isn't in the table of aliases")));
            }
            lookups.insert(alias.to_ascii_lowercase(), access);
        }
        Ok(lookups)
    }
}

impl Context for Alone<'_> {
    fn dialect(&self) -> Dialect {
        Dialect::Policy
    }

    fn semantics(&self) -> &Semantics {
        self.language.semantics
    }

    fn ask(&self, function: ContextFunction, arguments: &[Value]) -> Result<Value, Failure> {
        let lookups = self.lookups(function, arguments)?;
        self.within(&lookups, |rule| rule.ask(function, arguments))
    }

    fn ask_member(
        &self,
        function: ContextFunction,
        arguments: &[Value],
        member: &str,
    ) -> Option<Result<Value, Failure>> {
        self.within(&Lookups::new(), |rule| rule.ask_member(function, arguments, member))
    }
}
