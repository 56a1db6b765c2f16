//! Documents in which texts in brackets are expressions.

use std::sync::Arc;

use crate::arm::{Object, Value, codes};
use crate::source::{Diagnostic, Diagnostics, Node, NodeValue, Span};

use super::parse::{ParseFault, TextKind, classify, parse};
use super::{Context, ContextFunction, Dialect, Expression, Failure, Formula, FormulaKind, Misuse};

impl Expression {
    /// Parses a text in brackets.
    pub fn parse(text: &str) -> Result<Expression, ParseFault> {
        parse(text)
    }
}

impl ParseFault {
    /// The place of the fault in a text that stands at `span`; the whole text where it has escapes.
    pub fn span_in(&self, span: Span, text: &str) -> Span {
        let before = match span.len as usize {
            len if len == text.len() + 2 => 1,
            len if len == text.len() => 0,
            _ => return span,
        };
        let start = span.start + before + self.offset as u64;
        Span::new(span.file, start, (start + self.len as u64).min(span.end()))
    }

    /// As a finding about a text that stands at `span`.
    pub fn diagnostic(&self, span: Span, text: &str) -> Diagnostic {
        let code = if self.limit { &codes::EXPRESSION_LIMIT } else { &codes::EXPRESSION_SYNTAX };
        let diagnostic = Diagnostic::new(code, self.message.clone()).at(self.span_in(span, text), "");
        match self.help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }
}

impl Misuse {
    /// One sentence.
    pub fn message(&self, dialect: Dialect) -> String {
        let place = match dialect {
            Dialect::Policy => "a policy rule",
            Dialect::Template => "a deployment template",
        };
        match self {
            Misuse::Unknown { name, .. } => format!("there is no function `{name}`"),
            Misuse::NotAllowed { name } => format!("the function `{name}` doesn't exist in {place}"),
            Misuse::Arguments { name, wanted, given } => {
                format!("the function `{name}` takes {wanted}, {given} were given")
            }
        }
    }

    /// As a finding about an expression that stands at `span`.
    pub fn diagnostic(&self, dialect: Dialect, span: Span) -> Diagnostic {
        let code = match self {
            Misuse::Unknown { .. } => &codes::UNKNOWN_FUNCTION,
            Misuse::NotAllowed { .. } => &codes::FUNCTION_NOT_ALLOWED,
            Misuse::Arguments { .. } => &codes::ARGUMENT_COUNT,
        };
        let diagnostic = Diagnostic::new(code, self.message(dialect)).at(span, "");
        match self {
            Misuse::Unknown { nearest: Some(name), .. } => diagnostic.help(format!("did you mean `{name}`?")),
            _ => diagnostic,
        }
    }
}

impl Formula {
    /// Reads a value of a document: texts in brackets become expressions, at any depth.
    ///
    /// A text in brackets that is no expression is a fault and stands as `null` in the formula.
    pub fn read(node: &Node, faults: &mut Diagnostics) -> Formula {
        let kind = match &node.value {
            NodeValue::String(text) => match classify(text) {
                TextKind::Literal(literal) if literal.len() == text.len() => {
                    FormulaKind::Literal(Value::String(text.clone()))
                }
                TextKind::Literal(literal) => FormulaKind::Literal(literal.into()),
                TextKind::Expression(text) => match parse(text) {
                    Ok(expression) => FormulaKind::Expression(expression),
                    Err(fault) => {
                        faults.push(fault.diagnostic(node.span, text));
                        FormulaKind::Literal(Value::Null)
                    }
                },
            },
            NodeValue::Array(items) => {
                let items: Vec<_> = items.iter().map(|item| Formula::read(item, faults)).collect();
                match items.iter().map(|item| item.literal().cloned()).collect::<Option<Vec<_>>>() {
                    Some(values) => FormulaKind::Literal(Value::array(values)),
                    None => FormulaKind::Array(items),
                }
            }
            NodeValue::Object(members) => {
                let members: Vec<(Arc<str>, Formula)> = members
                    .iter()
                    .map(|member| (member.key.clone(), Formula::read(&member.value, faults)))
                    .collect();
                let literal =
                    |(key, formula): &(Arc<str>, Formula)| Some((key.clone(), formula.literal()?.clone()));
                match members.iter().map(literal).collect::<Option<Object>>() {
                    Some(object) => FormulaKind::Literal(object.into()),
                    None => FormulaKind::Object(members),
                }
            }
            _ => FormulaKind::Literal(Value::from(node)),
        };
        Formula { kind, span: node.span }
    }

    /// A known value.
    pub fn known(value: Value, span: Span) -> Formula {
        Formula { kind: FormulaKind::Literal(value), span }
    }

    /// Its value, if nothing in it is an expression.
    pub fn literal(&self) -> Option<&Value> {
        match &self.kind {
            FormulaKind::Literal(value) => Some(value),
            _ => None,
        }
    }

    /// Its value at a place; the first failure of a part is the failure of the whole.
    pub fn evaluate(&self, context: &dyn Context) -> Result<Value, Failure> {
        self.evaluate_at(context).map_err(|(failure, _)| failure)
    }

    /// Its value at a place, or the failure with the part that fails.
    pub fn evaluate_at(&self, context: &dyn Context) -> Result<Value, (Failure, &Formula)> {
        match &self.kind {
            FormulaKind::Literal(value) => Ok(value.clone()),
            FormulaKind::Expression(expression) => {
                expression.evaluate(context).map_err(|failure| (failure, self))
            }
            FormulaKind::Array(items) => items.iter().map(|item| item.evaluate_at(context)).collect(),
            FormulaKind::Object(members) => {
                let mut object = Object::new();
                for (key, member) in members {
                    object.push(key.clone(), member.evaluate_at(context)?);
                }
                Ok(object.into())
            }
        }
    }

    /// All expressions in it, in order of the document, with their places.
    pub fn expressions(&self) -> impl Iterator<Item = (&Expression, Span)> {
        let mut open = vec![self];
        std::iter::from_fn(move || {
            loop {
                let formula = open.pop()?;
                match &formula.kind {
                    FormulaKind::Literal(_) => {}
                    FormulaKind::Expression(expression) => return Some((expression, formula.span)),
                    FormulaKind::Array(items) => open.extend(items.iter().rev()),
                    FormulaKind::Object(members) => {
                        open.extend(members.iter().rev().map(|(_, member)| member));
                    }
                }
            }
        })
    }

    /// Whether one of these functions is called anywhere in it.
    pub fn mentions(&self, wanted: &[ContextFunction]) -> bool {
        self.expressions().any(|(expression, _)| expression.mentions(wanted))
    }

    /// Reports every call in it that Azure refuses in this dialect.
    pub fn check(&self, dialect: Dialect, faults: &mut Diagnostics) {
        for (expression, span) in self.expressions() {
            let misuses = expression.misuses(dialect, &|_| false);
            for misuse in &misuses {
                faults.push(misuse.diagnostic(dialect, span));
            }
        }
    }
}
