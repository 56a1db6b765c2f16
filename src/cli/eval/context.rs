//! What an expression on the command line is answered: by what was given, else by nobody.
//!
//! What wasn't given isn't guessed: it is unknown, and the failure names the flag that gives it.

use std::cell::Cell;

use crate::arm::expression::functions::format_time;
use crate::arm::expression::{Context, ContextFunction, Dialect, Failure};
use crate::arm::nearest::nearest;
use crate::arm::{Object, Semantics, Value};

use super::facts::Facts;

/// The place of an expression that stands in no document.
pub(super) struct Asked<'a> {
    facts: &'a Facts,
    /// What answers where the facts suffice.
    inner: &'a dyn Context,
    /// Whether a secure parameter was asked for.
    secure: Cell<bool>,
}

type Answer = Result<Value, Failure>;

impl<'a> Asked<'a> {
    /// A place that asks `inner` for what isn't given by itself.
    pub(super) fn new(facts: &'a Facts, inner: &'a dyn Context) -> Asked<'a> {
        Asked { facts, inner, secure: Cell::new(false) }
    }

    /// Whether the answer may hold the value of a secure parameter.
    pub(super) fn saw_secret(&self) -> bool {
        self.secure.get()
    }

    fn parameter(&self, arguments: &[Value]) -> Option<Answer> {
        let Some(Value::String(name)) = arguments.first() else { return None };
        if self.facts.is_secure(name) {
            self.secure.set(true);
        }
        if let Some(value) = self.facts.parameters.get(name) {
            // A template checks the value and answers it itself.
            return self.facts.template.is_none().then(|| Ok(value.clone()));
        }
        let declared = self.facts.declared.iter().map(|name| &**name);
        if declared.clone().any(|known| known.eq_ignore_ascii_case(name)) {
            return self
                .facts
                .template
                .is_none()
                .then(|| unknown(format!("the parameter `{name}` has no value"), "--param NAME=VALUE"));
        }
        if self.facts.has_document() {
            let near =
                nearest(name, declared).map_or_else(String::new, |near| format!(", did you mean `{near}`?"));
            return Some(Err(Failure::Error(format!("no parameter `{name}` is declared{near}"))));
        }
        Some(unknown(format!("the parameter `{name}` isn't given"), "--param NAME=VALUE"))
    }

    fn variable(&self, arguments: &[Value]) -> Option<Answer> {
        let Some(Value::String(name)) = arguments.first() else { return None };
        if let Some(value) = self.facts.variables.get(name) {
            return Some(Ok(value.clone()));
        }
        let known = |template: &crate::arm::template::PreparedTemplate| {
            template.variables().any(|known| known.eq_ignore_ascii_case(name))
        };
        match &self.facts.template {
            Some(template) if known(template) => None,
            Some(template) => {
                let near = nearest(name, template.variables())
                    .map_or_else(String::new, |near| format!(", did you mean `{near}`?"));
                Some(Err(Failure::Error(format!("no variable `{name}` is declared{near}"))))
            }
            None => Some(unknown(format!("the variable `{name}` isn't given"), "--var NAME=VALUE")),
        }
    }

    /// What decides before anybody else is asked; `None` leaves it to them.
    fn guard(&self, function: ContextFunction, arguments: &[Value]) -> Option<Answer> {
        let facts = self.facts;
        match function {
            ContextFunction::Parameters => self.parameter(arguments),
            ContextFunction::Variables => self.variable(arguments),
            ContextFunction::Field if facts.resource.is_none() => {
                Some(unknown("no resource is given", "--resource FILE"))
            }
            ContextFunction::Subscription
            | ContextFunction::SubscriptionResourceId
            | ContextFunction::ResourceId
            | ContextFunction::Tenant
                if facts.subscription.is_none() =>
            {
                Some(unknown("no subscription is given", "--subscription ID"))
            }
            ContextFunction::ResourceGroup if facts.group.is_none() => {
                Some(unknown("no resource group is given", "--resource-group NAME"))
            }
            ContextFunction::ManagementGroup => Some(match &facts.management_group {
                Some(group) => Ok(group.clone()),
                None => unknown("no management group is given", "--management-group NAME"),
            }),
            ContextFunction::Deployment if facts.deployment.is_none() => {
                Some(unknown("no deployment is given", "--deployment NAME"))
            }
            ContextFunction::Policy if facts.definition.is_none() => {
                Some(unknown("no definition with an id is given", "--definition FILE"))
            }
            ContextFunction::UtcNow => {
                let now = facts.now();
                Some(match (arguments.first(), self.dialect()) {
                    (None, Dialect::Policy) => Ok(now.into()),
                    (None, Dialect::Template) => format_time(&now, "yyyyMMdd'T'HHmmss'Z'").map(Value::from),
                    (Some(Value::String(style)), _) => format_time(&now, style).map(Value::from),
                    (Some(_), _) => Err(Failure::Error("the format of `utcNow` has to be a String".into())),
                })
            }
            _ => None,
        }
    }
}

fn unknown(what: impl Into<String>, flag: &str) -> Answer {
    Err(Failure::Unknown(format!("{}: give {flag}", what.into())))
}

impl Context for Asked<'_> {
    fn dialect(&self) -> Dialect {
        self.facts.dialect
    }

    fn semantics(&self) -> &Semantics {
        self.inner.semantics()
    }

    fn ask(&self, function: ContextFunction, arguments: &[Value]) -> Answer {
        self.guard(function, arguments).unwrap_or_else(|| self.inner.ask(function, arguments))
    }

    fn ask_member(&self, function: ContextFunction, arguments: &[Value], member: &str) -> Option<Answer> {
        match self.guard(function, arguments) {
            // The whole is known: its member is taken from it.
            Some(Ok(_)) => None,
            Some(failure) => Some(failure),
            None => self.inner.ask_member(function, arguments, member),
        }
    }

    fn call_user(&self, name: &str, arguments: &[Value]) -> Option<Answer> {
        self.inner.call_user(name, arguments)
    }

    fn enter(&self) -> Result<(), Failure> {
        self.inner.enter()
    }

    fn leave(&self) {
        self.inner.leave();
    }
}

/// What `managementGroup()` answers of a group that only its name is known of.
pub(super) fn management_group(name: &str) -> Value {
    let name = name.rsplit('/').next().unwrap_or(name);
    let members = [
        ("id", Value::from(format!("/providers/Microsoft.Management/managementGroups/{name}"))),
        ("name", name.into()),
        ("type", "/providers/Microsoft.Management/managementGroups".into()),
    ];
    members.into_iter().map(|(key, value)| (key.into(), value)).collect::<Object>().into()
}
