//! A deployment: a template bound to parameters at a scope. Parameters' defaults and variables are evaluated
//! when they are first asked for, once.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::arm::expression::Failure;
use crate::arm::nearest::nearest;
use crate::arm::{Object, ResourceId, Value};

use super::body::Trouble;
use super::model::{Template, VariableValue};
use super::place::{Place, Run, error};
use super::request::{DeploymentRequest, ResourceGroupFacts, SubscriptionFacts};
use super::shape::{fits, is_nullable};

/// Where a deployment runs, as its expressions see it.
#[derive(Debug, Clone)]
pub(super) struct DeploymentScope {
    pub(super) subscription: Option<SubscriptionFacts>,
    pub(super) group: Option<ResourceGroupFacts>,
    /// The id of a management group.
    pub(super) management_group: Option<ResourceId>,
}

impl DeploymentScope {
    /// That of a request.
    pub(super) fn of(request: &DeploymentRequest<'_>) -> DeploymentScope {
        let above = request.management_group.is_some();
        DeploymentScope {
            subscription: (!above).then(|| request.subscription.clone()),
            group: request.resource_group.filter(|_| !above).cloned(),
            management_group: request.management_group.cloned(),
        }
    }
}

/// A value that is evaluated when it is first asked for.
#[derive(Debug)]
enum Slot {
    Pending,
    /// There is nothing to evaluate: no value was given.
    Lacking,
    Busy,
    Done(Result<Value, Failure>),
}

/// Slots by name in lower case, with the place of each in the template.
type Slots = BTreeMap<String, (usize, RefCell<Slot>)>;

/// A template bound to parameters at a scope.
#[derive(Debug)]
pub(super) struct Deployment<'t> {
    pub(super) template: &'t Template,
    pub(super) name: Arc<str>,
    pub(super) location: Option<Arc<str>>,
    pub(super) scope: DeploymentScope,
    /// Names of the deployments that it is nested in, and its own.
    pub(super) path: String,
    parameters: Slots,
    variables: Slots,
    /// The innermost fault of each variable that failed, for whoever asks again.
    causes: RefCell<BTreeMap<usize, Trouble>>,
}

impl<'t> Deployment<'t> {
    /// Binds a template; what was passed is checked, and every fault is reported.
    pub(super) fn bind(
        run: &Run<'_>,
        template: &'t Template,
        given: &Object,
        unbound: Deployment<'t>,
    ) -> Result<Deployment<'t>, Vec<Trouble>> {
        let (deployment, mut faults) = Deployment::declare(template, given, unbound);
        for parameter in &template.parameters {
            if deployment.lacks(&parameter.name) {
                let message = format!("the parameter `{}` has no value and no default", parameter.name);
                faults.push(Trouble::refused(message, parameter.span));
            }
        }
        if faults.is_empty() {
            for parameter in &template.parameters {
                let name = &parameter.name;
                if let Err(failure) = deployment.parameter(run, name) {
                    let own =
                        Trouble { failure: describe(failure, name), expression: None, span: parameter.span };
                    faults.push(run.take_cause().unwrap_or(own));
                }
            }
        }
        if faults.is_empty() { Ok(deployment) } else { Err(faults) }
    }

    /// Binds a template as far as values are given: a parameter without one is unknown where it is asked for.
    pub(super) fn bind_partly(
        template: &'t Template,
        given: &Object,
        unbound: Deployment<'t>,
    ) -> Result<Deployment<'t>, Vec<Trouble>> {
        let (deployment, faults) = Deployment::declare(template, given, unbound);
        if faults.is_empty() { Ok(deployment) } else { Err(faults) }
    }

    /// Its parameters and variables, with the faults of what was passed.
    fn declare(
        template: &'t Template,
        given: &Object,
        unbound: Deployment<'t>,
    ) -> (Deployment<'t>, Vec<Trouble>) {
        let mut deployment = unbound;
        let mut faults = Vec::new();
        for (index, parameter) in template.parameters.iter().enumerate() {
            let nullable = is_nullable(&parameter.shape, &template.definitions);
            let slot = match given.get(&parameter.name) {
                // Null asks for the default.
                Some(Value::Null) if parameter.default.is_some() && !parameter.shape.nullable => {
                    Slot::Pending
                }
                Some(value) => {
                    if let Err(failure) = fits(value, &parameter.shape, &template.definitions) {
                        let failure = describe(failure, &parameter.name);
                        faults.push(Trouble { failure, expression: None, span: parameter.span });
                    }
                    Slot::Done(Ok(value.clone()))
                }
                None if parameter.default.is_some() => Slot::Pending,
                None if nullable => Slot::Done(Ok(Value::Null)),
                None => Slot::Lacking,
            };
            deployment.parameters.insert(parameter.name.to_ascii_lowercase(), (index, RefCell::new(slot)));
        }
        for (name, _) in given.iter() {
            if !deployment.parameters.contains_key(&name.to_ascii_lowercase()) {
                let names = template.parameters.iter().map(|parameter| &*parameter.name);
                let meant =
                    nearest(name, names).map_or_else(String::new, |n| format!(", did you mean `{n}`?"));
                let message = format!("the template has no parameter `{name}`{meant}");
                faults.push(Trouble::refused(message, template.span));
            }
        }
        for (index, variable) in template.variables.iter().enumerate() {
            let slot = (index, RefCell::new(Slot::Pending));
            deployment.variables.insert(variable.name.to_ascii_lowercase(), slot);
        }
        (deployment, faults)
    }

    /// Whether a parameter has neither a value nor a default.
    fn lacks(&self, name: &str) -> bool {
        let slot = self.parameters.get(&name.to_ascii_lowercase());
        slot.is_some_and(|(_, slot)| matches!(*slot.borrow(), Slot::Lacking))
    }

    /// A deployment without parameters and variables.
    pub(super) fn unbound(
        template: &'t Template,
        name: Arc<str>,
        location: Option<Arc<str>>,
        scope: DeploymentScope,
        path: String,
    ) -> Deployment<'t> {
        let (parameters, variables) = (Slots::new(), Slots::new());
        Deployment {
            template,
            name,
            location,
            scope,
            path,
            parameters,
            variables,
            causes: RefCell::default(),
        }
    }

    /// Where its parameters' defaults and its variables stand: in no loop and in no function.
    fn place<'p>(&'p self, run: &'p Run<'p>, observed: &'p RefCell<Vec<Arc<str>>>) -> Place<'p> {
        Place { run, deployment: self, loops: Vec::new(), default_of: None, arguments: None, observed }
    }

    /// `parameters(name)`
    pub(super) fn parameter(&self, run: &Run<'_>, name: &str) -> Result<Value, Failure> {
        let Some((index, slot)) = self.parameters.get(&name.to_ascii_lowercase()) else {
            return error(format!("the template parameter '{name}' is not found"));
        };
        let parameter = &self.template.parameters[*index];
        evaluate_once(slot, &parameter.name, "parameter", || {
            let (counter, observed) = (Cell::new(0), RefCell::default());
            let default_of = Some((parameter.name.clone(), &counter));
            let place = Place { default_of, ..self.place(run, &observed) };
            let Some(default) = &parameter.default else { return error("it has no value") };
            let value = default.value(&place).map_err(|trouble| trouble.failure)?;
            fits(&value, &parameter.shape, &self.template.definitions)?;
            Ok(value)
        })
    }

    /// `variables(name)`
    pub(super) fn variable(&self, run: &Run<'_>, name: &str) -> Result<Value, Failure> {
        let Some((index, slot)) = self.variables.get(&name.to_ascii_lowercase()) else {
            return error(format!("the template variable '{name}' is not found"));
        };
        let variable = &self.template.variables[*index];
        let answer = evaluate_once(slot, &variable.name, "variable", || {
            let outside = run.inherited.replace(false);
            let observed = RefCell::default();
            let place = self.place(run, &observed);
            let value = match &variable.value {
                VariableValue::One(body) => body.value(&place),
                VariableValue::Loop(copy) => copy.values(&place),
            };
            if let (Err(Trouble { failure: Failure::Error(message), .. }), false) =
                (&value, run.inherited.get())
            {
                run.variable_faults.borrow_mut().push((variable.name.clone(), message.clone()));
            }
            run.inherited.set(outside);
            value.map_err(|trouble| {
                let failure = run.note(trouble).failure;
                self.causes.borrow_mut().extend(run.cause().map(|cause| (*index, cause)));
                failure
            })
        });
        if answer.is_err()
            && let Some(cause) = self.causes.borrow().get(index)
        {
            run.note(cause.clone());
        }
        answer
    }

    /// One member of a variable whose whole value fails: the others aren't evaluated for it. `None` where the
    /// whole has a value, or where there is no such member that stands for itself.
    ///
    /// Whether the service evaluates variables that far on demand isn't documented; what fails is an eager
    /// fault all the same.
    pub(super) fn variable_member(
        &self,
        run: &Run<'_>,
        name: &str,
        member: &str,
    ) -> Option<Result<Value, Failure>> {
        let (inherited, outside) = (run.inherited.get(), run.take_cause());
        let failed = self.variable(run, name).is_err();
        run.inherited.set(inherited);
        run.take_cause();
        if let Some(cause) = outside {
            run.note(cause);
        }
        let (index, _) = self.variables.get(&name.to_ascii_lowercase()).filter(|_| failed)?;
        let VariableValue::One(body) = &self.template.variables[*index].value else { return None };
        let observed = RefCell::default();
        let place = self.place(run, &observed);
        Some(body.member(member, &place)?.map_err(|trouble| trouble.failure))
    }

    /// Evaluates every variable that nothing asked for, so that those that fail are known.
    pub(super) fn evaluate_eagerly(&self, run: &Run<'_>) {
        // Cut off here, so that the faults of other deployments keep their places.
        let earlier: Vec<_> = run.variable_faults.borrow_mut().drain(..).collect();
        let (mut own, earlier): (Vec<_>, Vec<_>) = earlier
            .into_iter()
            .partition(|(name, _)| self.variables.contains_key(&name.to_ascii_lowercase()));
        for variable in &self.template.variables {
            let _ = self.variable(run, &variable.name);
            run.take_cause();
        }
        let position = |name: &str| self.variables.get(&name.to_ascii_lowercase()).map(|(index, _)| *index);
        own.append(&mut run.variable_faults.borrow_mut());
        own.sort_by_key(|(name, _)| position(name));
        run.variable_faults.borrow_mut().extend(earlier.into_iter().chain(own));
    }
}

fn describe(failure: Failure, parameter: &str) -> Failure {
    match failure {
        Failure::Error(text) => Failure::Error(format!("the parameter `{parameter}` is refused: {text}")),
        other => other,
    }
}

fn evaluate_once(
    slot: &RefCell<Slot>,
    name: &str,
    what: &str,
    evaluate: impl FnOnce() -> Result<Value, Failure>,
) -> Result<Value, Failure> {
    match &*slot.borrow() {
        Slot::Done(answer) => return answer.clone(),
        Slot::Busy => return error(format!("the {what} '{name}' depends on itself")),
        Slot::Lacking => return Err(Failure::Unknown(format!("the {what} `{name}` has no value"))),
        Slot::Pending => {}
    }
    *slot.borrow_mut() = Slot::Busy;
    let answer = evaluate();
    *slot.borrow_mut() = Slot::Done(answer.clone());
    answer
}
