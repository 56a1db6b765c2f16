//! Expressions: what parameters decide is computed now.

use std::cell::Cell;

use crate::arm::Value;
use crate::arm::expression::{
    Context, ContextFunction, Dialect, Expression, Failure, Formula, FormulaKind, Term,
};
use crate::arm::semantics::{Semantics, UnnamedCurrent};
use crate::engine::context::{cause, parameter};
use crate::engine::program::Computed;
use crate::engine::{BoundParameters, walk};
use crate::policy::FieldName;
use crate::source::Span;

use super::{Compiler, NotBuiltKind, Scope};

/// Knows the parameters, and notes when something else is asked for.
struct Folding<'a> {
    bound: &'a BoundParameters,
    semantics: &'a Semantics,
    asked: Cell<bool>,
}

impl Context for Folding<'_> {
    fn dialect(&self) -> Dialect {
        Dialect::Policy
    }

    fn semantics(&self) -> &Semantics {
        self.semantics
    }

    fn ask(&self, function: ContextFunction, arguments: &[Value]) -> Result<Value, Failure> {
        if function == ContextFunction::Parameters {
            return parameter(self.bound, arguments);
        }
        self.asked.set(true);
        Err(Failure::Unknown("known for each resource only".into()))
    }
}

impl Compiler<'_> {
    /// The value of a formula as far as parameters decide it.
    pub(super) fn computed(&mut self, formula: &Formula) -> Computed {
        if let FormulaKind::Literal(value) = &formula.kind {
            return Computed::Known(value.clone());
        }
        let formula = self.rewritten(formula);
        self.check(&formula);
        let folding =
            Folding { bound: self.bound, semantics: self.language.semantics, asked: Cell::new(false) };
        let value = formula.evaluate(&folding);
        if folding.asked.get() {
            return self.direct(&formula).unwrap_or(Computed::Formula(formula));
        }
        match value {
            Ok(value) => Computed::Known(value),
            Err(Failure::Unsupported(what)) => {
                self.not_built(NotBuiltKind::Function, what, formula.span);
                Computed::Known(Value::Null)
            }
            Err(failure) => Computed::Fails(cause(&failure)),
        }
    }

    /// `[current('name')]` of a count over a list.
    fn direct(&self, formula: &Formula) -> Option<Computed> {
        let FormulaKind::Expression(Expression { root: Term::Call(function, arguments), .. }) = &formula.kind
        else {
            return None;
        };
        let [Term::Literal(Value::String(wanted))] = arguments.as_slice() else { return None };
        if &**function != "current" {
            return None;
        }
        let mut frames = self.scopes.iter().rev().filter(|scope| !matches!(scope, Scope::Known(..)));
        let index = frames.position(|scope| match scope {
            Scope::Value(name) => name.eq_ignore_ascii_case(wanted),
            Scope::Field { alias, .. } => walk::begins_with(wanted, alias),
            Scope::Known(..) => false,
        })?;
        let scopes: Vec<_> =
            self.scopes.iter().rev().filter(|scope| !matches!(scope, Scope::Known(..))).collect();
        matches!(scopes[index], Scope::Value(_)).then_some(Computed::Current(index))
    }

    /// With the values of parameters, and of counts over known lists, put in.
    fn rewritten(&mut self, formula: &Formula) -> Formula {
        let span = formula.span;
        let kind = match &formula.kind {
            FormulaKind::Literal(value) => FormulaKind::Literal(value.clone()),
            FormulaKind::Expression(expression) => FormulaKind::Expression(Expression {
                text: expression.text.clone(),
                root: self.term(&expression.root, span),
            }),
            FormulaKind::Array(items) => {
                FormulaKind::Array(items.iter().map(|item| self.rewritten(item)).collect())
            }
            FormulaKind::Object(members) => FormulaKind::Object(
                members.iter().map(|(key, item)| (key.clone(), self.rewritten(item))).collect(),
            ),
        };
        Formula { kind, span }
    }

    fn term(&mut self, term: &Term, span: Span) -> Term {
        let (name, arguments) = match term {
            Term::Literal(_) => return term.clone(),
            Term::Access(of, key) => {
                return Term::Access(Box::new(self.term(of, span)), Box::new(self.term(key, span)));
            }
            Term::Call(name, arguments) => (name, arguments),
        };
        let arguments: Vec<_> = arguments.iter().map(|argument| self.term(argument, span)).collect();
        let known = match (&**name, arguments.as_slice()) {
            ("parameters", [Term::Literal(Value::String(parameter))]) => self.bound.get(parameter).cloned(),
            ("current", []) => self.only(span),
            ("current", [Term::Literal(Value::String(wanted))]) => self.current(wanted, span),
            _ => None,
        };
        known.map_or_else(|| Term::Call(name.clone(), arguments), Term::Literal)
    }

    /// `current()`: allowed where one count is open.
    fn only(&mut self, span: Span) -> Option<Value> {
        match self.scopes.as_slice() {
            [Scope::Known(_, value)] => Some(value.clone()),
            [_] => None,
            [] => self.refused("`current()` stands outside of a count", span),
            [.., innermost] if self.language.semantics.unnamed_current == UnnamedCurrent::Innermost => {
                match innermost {
                    Scope::Known(_, value) => Some(value.clone()),
                    Scope::Field { .. } | Scope::Value(_) => None,
                }
            }
            _ => self.refused("`current()` needs a name where counts are nested", span),
        }
    }

    fn current(&mut self, wanted: &str, span: Span) -> Option<Value> {
        for scope in self.scopes.iter().rev() {
            match scope {
                Scope::Known(name, value) if name.eq_ignore_ascii_case(wanted) => return Some(value.clone()),
                Scope::Value(name) if name.eq_ignore_ascii_case(wanted) => return None,
                Scope::Field { alias, .. } if walk::begins_with(wanted, alias) => return None,
                _ => {}
            }
        }
        self.refused(&format!("`current('{wanted}')` names no count around it"), span)
    }

    fn refused(&mut self, message: &str, span: Span) -> Option<Value> {
        self.not_built(NotBuiltKind::Refused, message, span);
        None
    }

    /// Names what isn't built, and finds the aliases that functions read.
    fn check(&mut self, formula: &Formula) {
        for (expression, span) in formula.expressions() {
            for misuse in expression.misuses(Dialect::Policy, &|_| false) {
                self.not_built(NotBuiltKind::Refused, misuse.message(Dialect::Policy), span);
            }
            for term in expression.terms() {
                let Term::Call(name, arguments) = term else { continue };
                let reads = matches!(&**name, "field" | "current");
                if let (true, [Term::Literal(Value::String(read))]) = (reads, arguments.as_slice()) {
                    self.look_up(&name.clone(), read, span);
                }
            }
        }
    }

    fn look_up(&mut self, function: &str, read: &str, span: Span) {
        match FieldName::parse(read) {
            Ok(FieldName::Alias(alias)) => {
                let access = self.everywhere(&alias, span);
                self.lookups.insert(alias.to_ascii_lowercase(), access);
            }
            Err(fault) if function == "field" => {
                self.not_built(NotBuiltKind::Refused, format!("`{read}` {fault}"), span);
            }
            _ => {}
        }
    }
}
