//! The functions that take a `lambda`.
//!
//! <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-lambda>

use std::sync::Arc;

use crate::arm::{Object, Value};

use super::evaluate::{Evaluator, bounded};
use super::functions::{Lambda, a_kind, by_key};
use super::{Failure, Term, residual};

/// A `lambda('x', …, body)`.
struct Function<'t> {
    names: Vec<Arc<str>>,
    body: &'t Term,
}

fn error(name: &str, text: &str) -> Failure {
    Failure::Error(format!("unable to evaluate the function '{name}': {text}"))
}

fn function<'t>(caller: &str, term: &'t Term) -> Result<Function<'t>, Failure> {
    let Term::Call(name, arguments) = term else {
        return Err(error(caller, "a lambda is expected here"));
    };
    let Some((body, names)) = arguments.split_last().filter(|_| &**name == "lambda") else {
        return Err(error(caller, "a lambda is expected here"));
    };
    let names = names.iter().map(|name| match name {
        Term::Literal(Value::String(name)) => Ok(name.clone()),
        _ => Err(error(caller, "the variables of a lambda are literal texts")),
    });
    Ok(Function { names: names.collect::<Result<_, _>>()?, body })
}

/// Whether a lambda or a variable of one stands in it.
fn depends_on_lambda(term: &Term) -> bool {
    match term {
        Term::Literal(_) => false,
        Term::Call(name, arguments) => {
            matches!(&**name, "lambda" | "lambdavariables") || arguments.iter().any(depends_on_lambda)
        }
        Term::Access(container, key) => depends_on_lambda(container) || depends_on_lambda(key),
    }
}

impl Evaluator<'_> {
    pub(super) fn lambda(&self, kind: Lambda, name: &str, terms: &[Term]) -> Result<Value, Failure> {
        if kind == Lambda::Variables {
            return self.variable(terms);
        }
        if kind == Lambda::Itself {
            return Err(error(name, "a lambda stands only as an argument of `map`, `filter` and their like"));
        }
        let container = self.term(&terms[0])?;
        if container.has_runtime() {
            let rest = terms[1..].iter().map(|term| self.open(term, &[])).collect::<Result<Vec<_>, _>>()?;
            let arguments: Vec<Value> = std::iter::once(container).chain(rest).collect();
            return residual::call(name, &arguments);
        }
        let answer = match kind {
            Lambda::MapValues => self.map_values(name, &container, terms)?,
            Lambda::Reduce => self.reduce(name, &container, terms)?,
            _ => self.over_array(kind, name, &container, terms)?,
        };
        bounded(self.context.dialect(), answer)
    }

    /// A part of an expression that a running deployment is left with: whatever doesn't depend on the variables
    /// of its own lambdas, which are `bound`, is put in.
    fn open(&self, term: &Term, bound: &[&str]) -> Result<Value, Failure> {
        if !depends_on_lambda(term) {
            return self.term(term);
        }
        let all = |terms: &[Term], bound: &[&str]| {
            terms.iter().map(|term| self.open(term, bound)).collect::<Result<Vec<_>, _>>()
        };
        match term {
            Term::Literal(value) => Ok(value.clone()),
            Term::Access(container, key) => {
                residual::access(&self.open(container, bound)?, &self.open(key, bound)?)
            }
            Term::Call(name, arguments) if &**name == "lambdavariables" => match arguments.as_slice() {
                [Term::Literal(Value::String(variable))]
                    if bound.iter().any(|other| other.eq_ignore_ascii_case(variable)) =>
                {
                    residual::call(name, &[Value::String(variable.clone())])
                }
                _ => self.term(term),
            },
            Term::Call(name, arguments) if &**name == "lambda" => {
                let names = arguments.iter().filter_map(|argument| match argument {
                    Term::Literal(Value::String(name)) => Some(&**name),
                    _ => None,
                });
                let bound: Vec<&str> = bound.iter().copied().chain(names).collect();
                residual::call(name, &all(arguments, &bound)?)
            }
            Term::Call(name, arguments) => residual::call(name, &all(arguments, bound)?),
        }
    }

    fn variable(&self, terms: &[Term]) -> Result<Value, Failure> {
        let name = self.term(&terms[0])?;
        let name = name.as_str().ok_or_else(|| error("lambdaVariables", "its argument is a text"))?;
        let locals = self.locals.borrow();
        let found = locals.iter().rev().find(|(local, _)| local.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.clone()).ok_or_else(|| {
            error("lambdaVariables", &format!("there is no lambda around it with the variable '{name}'"))
        })
    }

    fn invoke(&self, caller: &str, function: &Function<'_>, values: &[Value]) -> Result<Value, Failure> {
        if function.names.len() > values.len() {
            return Err(error(caller, "the lambda has too many variables"));
        }
        let open = self.locals.borrow().len();
        self.locals.borrow_mut().extend(function.names.iter().cloned().zip(values.iter().cloned()));
        let answer = self.term(function.body);
        self.locals.borrow_mut().truncate(open);
        answer
    }

    fn decide(&self, caller: &str, function: &Function<'_>, values: &[Value]) -> Result<bool, Failure> {
        match self.invoke(caller, function, values)? {
            Value::Bool(answer) => Ok(answer),
            Value::Runtime(_) => {
                Err(Failure::Unsupported(format!("the function `{caller}` over a runtime value")))
            }
            other => Err(error(caller, &format!("the lambda has to give a Boolean, not {}", a_kind(&other)))),
        }
    }

    fn key(&self, caller: &str, function: &Function<'_>, values: &[Value]) -> Result<Arc<str>, Failure> {
        match self.invoke(caller, function, values)? {
            Value::String(key) => Ok(key),
            Value::Runtime(_) => {
                Err(Failure::Unsupported(format!("the function `{caller}` over a runtime value")))
            }
            other => Err(error(caller, &format!("the lambda has to give a String, not {}", a_kind(&other)))),
        }
    }

    fn over_array(
        &self,
        kind: Lambda,
        name: &str,
        container: &Value,
        terms: &[Term],
    ) -> Result<Value, Failure> {
        let Value::Array(items) = container else {
            return Err(error(
                name,
                &format!("its first argument has to be an Array, not {}", a_kind(container)),
            ));
        };
        let first = function(name, &terms[1])?;
        let second = terms.get(2).map(|term| function(name, term)).transpose()?;
        let indexed = items.iter().zip(0_i64..).map(|(item, index)| [item.clone(), Value::Int(index)]);
        match kind {
            Lambda::Map => indexed.map(|pair| self.invoke(name, &first, &pair)).collect(),
            Lambda::Filter => {
                let mut kept = Vec::new();
                for pair in indexed {
                    if self.decide(name, &first, &pair)? {
                        let [item, _] = pair;
                        kept.push(item);
                    }
                }
                Ok(Value::array(kept))
            }
            Lambda::Sort => self.sort(name, items, &first),
            Lambda::ToObject | Lambda::GroupBy => {
                let mut object = Object::new();
                for [item, _] in indexed {
                    let key = self.key(name, &first, std::slice::from_ref(&item))?;
                    let value = match &second {
                        Some(function) => self.invoke(name, function, &[item])?,
                        None => item,
                    };
                    if kind == Lambda::ToObject {
                        object.insert(key, value);
                    } else {
                        let grouped = object.get(&key).map(Value::items).unwrap_or_default();
                        let grouped = Value::array(grouped.iter().cloned().chain([value]));
                        object.insert(key, grouped);
                    }
                }
                Ok(object.into())
            }
            _ => Err(Failure::Unsupported(format!("the function `{name}`"))),
        }
    }

    /// A stable insertion of each item behind the last one that isn't greater.
    fn sort(&self, name: &str, items: &[Value], less: &Function<'_>) -> Result<Value, Failure> {
        let mut sorted: Vec<Value> = Vec::with_capacity(items.len());
        for item in items {
            let (mut low, mut high) = (0, sorted.len());
            while low < high {
                let middle = low.midpoint(high);
                if self.decide(name, less, &[item.clone(), sorted[middle].clone()])? {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            sorted.insert(low, item.clone());
        }
        Ok(Value::array(sorted))
    }

    fn reduce(&self, name: &str, container: &Value, terms: &[Term]) -> Result<Value, Failure> {
        let Value::Array(items) = container else {
            return Err(error(
                name,
                &format!("its first argument has to be an Array, not {}", a_kind(container)),
            ));
        };
        let step = function(name, &terms[2])?;
        let mut so_far = self.term(&terms[1])?;
        for (item, index) in items.iter().zip(0_i64..) {
            so_far = self.invoke(name, &step, &[so_far, item.clone(), Value::Int(index)])?;
        }
        Ok(so_far)
    }

    fn map_values(&self, name: &str, container: &Value, terms: &[Term]) -> Result<Value, Failure> {
        let Value::Object(object) = container else {
            return Err(error(
                name,
                &format!("its first argument has to be an Object, not {}", a_kind(container)),
            ));
        };
        let change = function(name, &terms[1])?;
        let mut sorted: Vec<_> = object.iter().collect();
        sorted.sort_by(|a, b| by_key(a.0, b.0));
        let mut changed = Object::new();
        for (key, value) in sorted {
            changed.push(key.clone(), self.invoke(name, &change, std::slice::from_ref(value))?);
        }
        Ok(changed.into())
    }
}
