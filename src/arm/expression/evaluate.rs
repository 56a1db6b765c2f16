//! The value of an expression.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use crate::arm::Value;
use crate::arm::semantics::{Coalesce, LogicalFunctions};

use super::functions::{self, FunctionEntry, Implementation, RuntimeArguments, Setting, Special};
use super::{Context, ContextFunction, Dialect, Expression, Failure, Term, residual};

/// How many parts of an expression are evaluated before azpol gives up (lambdas within lambdas).
const MAX_STEPS: u32 = 2_000_000;

/// How long a text may grow.
const MAX_TEXT: usize = 4 << 20;

/// How many values an array or object may hold at all depths.
const MAX_NODES: usize = 1 << 18;

/// The same in a rule, as documented.
const MAX_TEXT_IN_RULES: usize = 131_072;
const MAX_NODES_IN_RULES: usize = 32_768;

impl Expression {
    /// Its value at a place.
    ///
    /// Calls are lazy where the service is (`if`) and where it can't be told (`and`, `or`, `coalesce`). What
    /// only a running deployment knows becomes a [`Value::Runtime`].
    pub fn evaluate(&self, context: &dyn Context) -> Result<Value, Failure> {
        Evaluator::new(context).term(&self.root)
    }

    /// Its value at a place, or the failure with the innermost part that fails.
    pub(super) fn evaluate_part(&self, context: &dyn Context) -> Result<Value, (Failure, &Term)> {
        let evaluator = Evaluator::new(context);
        evaluator.term(&self.root).map_err(|failure| {
            let failed = evaluator.failed.get();
            let part = self.terms().find(|term| Some(address(term)) == failed);
            (failure, part.unwrap_or(&self.root))
        })
    }
}

fn address(term: &Term) -> usize {
    std::ptr::from_ref(term).addr()
}

/// One evaluation.
pub(super) struct Evaluator<'a> {
    pub(super) context: &'a dyn Context,
    steps: Cell<u32>,
    /// Variables of the lambdas that are open, innermost last.
    pub(super) locals: RefCell<Vec<(Arc<str>, Value)>>,
    /// The address of the innermost part that failed.
    failed: Cell<Option<usize>>,
}

impl<'a> Evaluator<'a> {
    fn new(context: &'a dyn Context) -> Evaluator<'a> {
        Evaluator { context, steps: Cell::new(0), locals: RefCell::default(), failed: Cell::new(None) }
    }

    pub(super) fn term(&self, term: &Term) -> Result<Value, Failure> {
        self.noted(term, self.value(term))
    }

    /// Keeps which part failed: the first one that is told of stands innermost.
    fn noted<T>(&self, term: &Term, answer: Result<T, Failure>) -> Result<T, Failure> {
        if answer.is_err() && self.failed.get().is_none() {
            self.failed.set(Some(address(term)));
        }
        answer
    }

    fn value(&self, term: &Term) -> Result<Value, Failure> {
        let steps = self.steps.get() + 1;
        if steps > MAX_STEPS {
            return Err(Failure::Unsupported(format!(
                "an expression that takes more than {MAX_STEPS} steps"
            )));
        }
        self.steps.set(steps);
        match term {
            Term::Literal(value) => Ok(value.clone()),
            Term::Access(..) => self.access(term),
            Term::Call(name, arguments) => {
                self.context.enter()?;
                let answer = self.call(name, arguments);
                self.context.leave();
                answer
            }
        }
    }

    fn arguments(&self, terms: &[Term]) -> Result<Vec<Value>, Failure> {
        terms.iter().map(|term| self.term(term)).collect()
    }

    fn call(&self, name: &str, terms: &[Term]) -> Result<Value, Failure> {
        let Some(entry) = functions::find(name) else {
            let arguments = self.arguments(terms)?;
            return match self.context.call_user(name, &arguments) {
                Some(_) if arguments.iter().any(Value::has_runtime) => {
                    Err(Failure::Unsupported(format!("a user's own function ({name}) over a runtime value")))
                }
                Some(answer) => answer,
                None => Err(Failure::Error(format!("the template function '{name}' is not valid"))),
            };
        };
        self.admit(entry, name, terms.len())?;
        if let Implementation::Special(special) = entry.implementation {
            return self.special(special, name, terms);
        }
        let arguments = self.arguments(terms)?;
        self.apply(entry, name, &arguments)
    }

    /// Whether the function may be called here, with so many arguments.
    fn admit(&self, entry: &FunctionEntry, name: &str, given: usize) -> Result<(), Failure> {
        let dialect = self.context.dialect();
        let name = entry.name_of(name);
        if !entry.dialects.allows(dialect) {
            let place = match dialect {
                Dialect::Policy => "a policy rule",
                Dialect::Template => "a deployment template",
            };
            return Err(Failure::Error(format!("the function '{name}' doesn't exist in {place}")));
        }
        match entry.refuses(dialect, given) {
            Some(wanted) => Err(Failure::Error(format!(
                "unable to evaluate the function '{name}': it takes {wanted}, {given} were given"
            ))),
            None => Ok(()),
        }
    }

    /// A function of evaluated arguments.
    fn apply(&self, entry: &FunctionEntry, name: &str, arguments: &[Value]) -> Result<Value, Failure> {
        let runtime = match entry.runtime {
            RuntimeArguments::AnyDepth => arguments.iter().any(Value::has_runtime),
            RuntimeArguments::Whole => arguments.iter().any(|a| matches!(a, Value::Runtime(_))),
            RuntimeArguments::Never => false,
        };
        let answer = match entry.implementation {
            Implementation::Runtime => {
                self.context.observe_runtime(name, arguments);
                return residual::call(name, arguments);
            }
            _ if runtime => return residual::call(name, arguments),
            Implementation::Context(function) => return self.context.ask(function, arguments),
            Implementation::Pure(function) => function(arguments),
            Implementation::Placed(function) => {
                let (dialect, semantics) = (self.context.dialect(), self.context.semantics());
                function(Setting { dialect, semantics }, arguments)
            }
            Implementation::Special(_) => unreachable!("special forms are evaluated before their arguments"),
        };
        answer.and_then(|value| bounded(self.context.dialect(), value)).map_err(|failure| match failure {
            Failure::Error(text) => {
                Failure::Error(format!("unable to evaluate the function '{}': {text}", entry.name_of(name)))
            }
            other => other,
        })
    }

    fn special(&self, special: Special, name: &str, terms: &[Term]) -> Result<Value, Failure> {
        match special {
            Special::If => self.choose(name, terms),
            Special::And => self.junction(name, terms, false),
            Special::Or => self.junction(name, terms, true),
            Special::Coalesce => self.coalesce(name, terms),
            Special::Lambda(kind) => self.lambda(kind, name, terms),
        }
    }

    fn choose(&self, name: &str, terms: &[Term]) -> Result<Value, Failure> {
        match self.term(&terms[0])? {
            Value::Bool(true) => self.term(&terms[1]),
            Value::Bool(false) => self.term(&terms[2]),
            condition @ Value::Runtime(_) => {
                residual::call(name, &[condition, self.term(&terms[1])?, self.term(&terms[2])?])
            }
            other => Err(Failure::Error(format!(
                "unable to evaluate the function 'if': its condition has to be a Boolean, not {}",
                functions::a_kind(&other)
            ))),
        }
    }

    /// `and` is decided by the first `false`, `or` by the first `true`.
    fn junction(&self, name: &str, terms: &[Term], decisive: bool) -> Result<Value, Failure> {
        let eager = self.context.semantics().logical_functions == LogicalFunctions::Eager;
        let (mut open, mut decided) = (Vec::new(), false);
        for term in terms {
            match self.term(term)? {
                Value::Bool(value) if value == decisive && !eager => return Ok(Value::Bool(decisive)),
                Value::Bool(value) => decided |= value == decisive,
                runtime @ Value::Runtime(_) => open.push(runtime),
                other => {
                    return Err(Failure::Error(format!(
                        "unable to evaluate the function '{name}': every argument has to be a Boolean, not {}",
                        functions::a_kind(&other)
                    )));
                }
            }
        }
        match open.len() {
            _ if decided => Ok(Value::Bool(decisive)),
            0 => Ok(Value::Bool(!decisive)),
            1 => Ok(open.remove(0)),
            _ => residual::call(name, &open),
        }
    }

    /// The first argument that isn't null.
    fn coalesce(&self, name: &str, terms: &[Term]) -> Result<Value, Failure> {
        let eager = self.context.semantics().coalesce == Coalesce::Eager;
        let (mut open, mut found) = (Vec::new(), false);
        for term in terms {
            match self.term(term)? {
                // Behind the first one, only its error counts.
                _ if found => {}
                Value::Null => {}
                runtime @ Value::Runtime(_) => open.push(runtime),
                known => {
                    open.push(known);
                    found = true;
                }
            }
            if found && !eager {
                break;
            }
        }
        match open.len() {
            0 => Ok(Value::Null),
            1 => Ok(open.remove(0)),
            _ => residual::call(name, &open),
        }
    }

    /// A value with members and indexes behind it, however many.
    fn access(&self, term: &Term) -> Result<Value, Failure> {
        let (mut base, mut keys) = (term, Vec::new());
        while let Term::Access(container, key) = base {
            keys.push((base, &**key));
            base = container;
        }
        keys.reverse();
        let (mut value, mut first) = match context_call(base) {
            Some(call) => self.noted(keys[0].0, self.context_member(base, &call, keys[0].1))?,
            None => (self.term(base)?, FirstKey::Open),
        };
        for (at, (whole, key)) in keys.iter().enumerate() {
            let key = match std::mem::replace(&mut first, FirstKey::Open) {
                FirstKey::Taken => continue,
                FirstKey::Known(key) => key,
                FirstKey::Open => self.term(key)?,
            };
            value = match (&value, &key) {
                // A tag that isn't set is null in a rule, never an error.
                (Value::Object(tags), Value::String(name))
                    if at == 1
                        && self.context.dialect() == Dialect::Policy
                        && is_tags(base, keys[0].1)
                        && !tags.contains_key(name) =>
                {
                    Value::Null
                }
                _ => self.noted(whole, member(&value, &key))?,
            };
        }
        Ok(value)
    }

    /// The answer of a context function, or one member of it where the place can give that alone.
    fn context_member(
        &self,
        base: &Term,
        call: &ContextCall<'_>,
        key: &Term,
    ) -> Result<(Value, FirstKey), Failure> {
        self.noted(base, self.admit(call.entry, call.name, call.arguments.len()))?;
        let (arguments, key) = (self.arguments(call.arguments)?, self.term(key)?);
        self.context.enter()?;
        let alone = match &key {
            Value::String(member) if !arguments.iter().any(Value::has_runtime) => {
                self.context.ask_member(call.function, &arguments, member)
            }
            _ => None,
        };
        let answer = if let Some(answer) = alone {
            answer.map(|value| (value, FirstKey::Taken))
        } else {
            let whole = self.noted(base, self.apply(call.entry, call.name, &arguments));
            whole.map(|value| (value, FirstKey::Known(key)))
        };
        self.context.leave();
        answer
    }
}

/// What became of the first key behind a call.
enum FirstKey {
    /// Nothing yet.
    Open,
    /// It is evaluated.
    Known(Value),
    /// Its member was taken.
    Taken,
}

/// The call of a function that the place answers.
struct ContextCall<'t> {
    entry: &'static FunctionEntry,
    function: ContextFunction,
    name: &'t str,
    arguments: &'t [Term],
}

fn context_call(term: &Term) -> Option<ContextCall<'_>> {
    let Term::Call(name, arguments) = term else { return None };
    let entry = functions::find(name)?;
    match entry.implementation {
        Implementation::Context(function) => Some(ContextCall { entry, function, name, arguments }),
        _ => None,
    }
}

/// `resourceGroup().tags` and `subscription().tags`.
fn is_tags(base: &Term, key: &Term) -> bool {
    matches!(key, Term::Literal(Value::String(name)) if name.eq_ignore_ascii_case("tags"))
        && matches!(base, Term::Call(name, _) if matches!(&**name, "resourcegroup" | "subscription"))
}

/// The member of an object (the exact case first, then without case) or the item of an array.
pub(crate) fn member(container: &Value, key: &Value) -> Result<Value, Failure> {
    match (container, key) {
        (Value::Runtime(_), _) | (_, Value::Runtime(_)) => residual::access(container, key),
        (Value::Object(object), Value::String(name)) => object.get(name).cloned().ok_or_else(|| {
            let mut names: Vec<&str> = object.iter().map(|(key, _)| &**key).collect();
            names.truncate(30);
            Failure::Error(format!(
                "the language expression property '{name}' doesn't exist, available properties are '{}'",
                names.join(", ")
            ))
        }),
        (Value::Array(items), Value::Int(index)) => {
            usize::try_from(*index).ok().and_then(|at| items.get(at)).cloned().ok_or_else(|| {
                Failure::Error(format!(
                    "the language expression property array index '{index}' is out of bounds"
                ))
            })
        }
        (_, Value::String(name)) => Err(Failure::Error(format!(
            "the language expression property '{name}' can't be evaluated: it is read from {}",
            functions::a_kind(container)
        ))),
        (_, Value::Int(index)) => Err(Failure::Error(format!(
            "the language expression property '{index}' can't be evaluated: it is read from {}",
            functions::a_kind(container)
        ))),
        (_, other) => Err(Failure::Error(format!(
            "the key of a language expression property has to be a String or an Integer, not {}",
            functions::a_kind(other)
        ))),
    }
}

/// Stops values that grow without end (a variable that doubles another, forty times over).
///
/// In a rule the service itself has limits, and what is beyond them fails:
/// <https://learn.microsoft.com/azure/governance/policy/overview#maximum-count-of-azure-policy-objects>.
pub(super) fn bounded(dialect: Dialect, value: Value) -> Result<Value, Failure> {
    let (most_text, most_nodes) = match dialect {
        Dialect::Policy => (MAX_TEXT_IN_RULES, MAX_NODES_IN_RULES),
        Dialect::Template => (MAX_TEXT, MAX_NODES),
    };
    let beyond = match &value {
        Value::String(text) if text.len() > most_text => {
            let units = if dialect == Dialect::Policy { functions::text_length(text) } else { text.len() };
            (units > most_text).then(|| format!("a text of more than {most_text} characters"))
        }
        Value::Array(_) | Value::Object(_) => (count(&value, 0, most_nodes) > most_nodes)
            .then(|| format!("a value of more than {most_nodes} parts")),
        _ => None,
    };
    match (beyond, dialect) {
        (None, _) => Ok(value),
        (Some(what), Dialect::Policy) => Err(Failure::Error(format!("{what}, which a rule can't have"))),
        (Some(what), Dialect::Template) => Err(Failure::Unsupported(what)),
    }
}

/// How many values; at least one more than the most, where there are more.
fn count(value: &Value, so_far: usize, most: usize) -> usize {
    if so_far > most {
        return so_far;
    }
    match value {
        Value::Array(items) => items.iter().fold(so_far + 1, |sum, item| count(item, sum, most)),
        Value::Object(object) => object.iter().fold(so_far + 1, |sum, (_, value)| count(value, sum, most)),
        _ => so_far + 1,
    }
}
