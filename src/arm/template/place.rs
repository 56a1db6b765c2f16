//! Where an expression of a template stands, and what it is answered there.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use crate::arm::expression::functions::{derived_guid, resource};
use crate::arm::expression::{Context, ContextFunction, Dialect, Failure};
use crate::arm::{ResourceId, Semantics, Value};
use crate::source::Span;

use super::answers;
use super::body::Trouble;
use super::deployment::Deployment;
use super::request::{DeploymentRequest, ResourceGroupFacts};

/// How many formulas an expansion may evaluate.
const MAX_STEPS: u32 = 1_000_000;

/// How deep calls are nested, through variables, defaults and users' functions.
const MAX_DEPTH: u32 = 200;

/// What a whole expansion shares.
pub(super) struct Run<'r> {
    pub(super) request: &'r DeploymentRequest<'r>,
    /// The innermost fault of what is evaluated right now.
    cause: RefCell<Option<Trouble>>,
    steps: Cell<u32>,
    depth: Cell<u32>,
    /// Whether what is evaluated right now failed because a variable failed.
    pub(super) inherited: Cell<bool>,
    /// Resource groups that the expansion creates.
    pub(super) groups: RefCell<Vec<ResourceGroupFacts>>,
    /// Names of nested deployments.
    pub(super) nested: RefCell<Vec<Arc<str>>>,
    /// Variables that fail by themselves.
    pub(super) variable_faults: RefCell<Vec<(Arc<str>, String)>>,
}

impl<'r> Run<'r> {
    pub(super) fn new(request: &'r DeploymentRequest<'r>) -> Run<'r> {
        Run {
            request,
            cause: RefCell::default(),
            steps: Cell::new(0),
            depth: Cell::new(0),
            inherited: Cell::new(false),
            groups: RefCell::default(),
            nested: RefCell::default(),
            variable_faults: RefCell::default(),
        }
    }

    /// Counts a step.
    pub(super) fn step(&self, span: Span) -> Result<(), Trouble> {
        self.steps.set(self.steps.get() + 1);
        if self.steps.get() > MAX_STEPS {
            return Err(Trouble::unsupported(
                format!("a template of more than {MAX_STEPS} evaluations"),
                span,
            ));
        }
        Ok(())
    }

    /// Keeps the first fault: the one that stands innermost.
    pub(super) fn note(&self, trouble: Trouble) -> Trouble {
        self.cause.borrow_mut().get_or_insert_with(|| trouble.clone());
        trouble
    }

    /// The innermost fault since it was last taken; it stays.
    pub(super) fn cause(&self) -> Option<Trouble> {
        self.cause.borrow().clone()
    }

    /// The innermost fault since the last call.
    pub(super) fn take_cause(&self) -> Option<Trouble> {
        self.cause.borrow_mut().take()
    }
}

/// One round of a copy loop.
#[derive(Debug, Clone)]
pub(super) struct Repetition {
    pub(super) name: Arc<str>,
    pub(super) index: i64,
    /// Whether a resource is copied: then its index needs no name.
    pub(super) of_resource: bool,
}

/// Where an expression stands.
pub(super) struct Place<'p> {
    pub(super) run: &'p Run<'p>,
    pub(super) deployment: &'p Deployment<'p>,
    pub(super) loops: Vec<Repetition>,
    /// For a default value: its parameter, and how many GUIDs it made.
    pub(super) default_of: Option<(Arc<str>, &'p Cell<u32>)>,
    /// For a user's own function: its arguments.
    pub(super) arguments: Option<Vec<(Arc<str>, Value)>>,
    /// What `reference` and `list*` were asked about.
    pub(super) observed: &'p RefCell<Vec<Arc<str>>>,
}

impl<'p> Place<'p> {
    /// One round further in.
    pub(super) fn within(&self, round: Repetition) -> Place<'p> {
        let loops = self.loops.iter().cloned().chain([round]).collect();
        Place { loops, default_of: self.default_of.clone(), arguments: self.arguments.clone(), ..*self }
    }

    fn copy_index(&self, arguments: &[Value]) -> Result<Value, Failure> {
        let (name, offset) = match arguments {
            [] => (None, 0),
            [Value::Int(offset)] => (None, *offset),
            [Value::String(name)] => (Some(name), 0),
            [Value::String(name), Value::Int(offset)] => (Some(name), *offset),
            _ => return error("`copyIndex` takes the name of a loop and an integer"),
        };
        let found = self.loops.iter().rev().find(|round| match name {
            Some(name) => round.name.eq_ignore_ascii_case(name),
            None => round.of_resource,
        });
        match (found, name) {
            (Some(round), _) => match round.index.checked_add(offset) {
                Some(index) => Ok(Value::Int(index)),
                None => error("the index doesn't fit into 64 bits"),
            },
            (None, Some(name)) => error(format!("there is no copy loop '{name}' around this")),
            (None, None) => error("`copyIndex` without a name stands only in a resource that is copied"),
        }
    }

    fn new_guid(&self) -> Result<Value, Failure> {
        let Some((parameter, counter)) = &self.default_of else {
            return error("`newGuid` can be called only in the default value of a parameter");
        };
        let number = counter.replace(counter.get() + 1);
        let (seed, path) = (&self.run.request.guid_seed, &self.deployment.path);
        Ok(derived_guid(&format!("{seed}\n{path}\n{}\n{number}", parameter.to_ascii_lowercase())).into())
    }

    fn utc_now(&self, arguments: &[Value]) -> Result<Value, Failure> {
        let style = match arguments.first() {
            None => None,
            Some(Value::String(style)) => Some(&**style),
            Some(_) => return error("the format of `utcNow` has to be a String"),
        };
        answers::utc_now(self.run.request.now.as_deref(), style)
    }
}

pub(super) fn error<T>(message: impl Into<String>) -> Result<T, Failure> {
    Err(Failure::Error(message.into()))
}

fn name_of<'a>(arguments: &'a [Value], what: &str) -> Result<&'a str, Failure> {
    match arguments.first() {
        Some(Value::String(name)) => Ok(name),
        _ => error(format!("the name of a {what} has to be a String")),
    }
}

impl Context for Place<'_> {
    fn dialect(&self) -> Dialect {
        Dialect::Template
    }

    fn semantics(&self) -> &Semantics {
        self.run.request.semantics
    }

    fn ask(&self, function: ContextFunction, arguments: &[Value]) -> Result<Value, Failure> {
        let scope = &self.deployment.scope;
        match function {
            ContextFunction::Parameters => {
                let name = name_of(arguments, "parameter")?;
                match &self.arguments {
                    Some(own) => own
                        .iter()
                        .find(|(other, _)| other.eq_ignore_ascii_case(name))
                        .map(|(_, value)| value.clone())
                        .ok_or_else(|| Failure::Error(format!("the function has no parameter '{name}'"))),
                    None => self.deployment.parameter(self.run, name),
                }
            }
            ContextFunction::Variables => {
                let answer = self.deployment.variable(self.run, name_of(arguments, "variable")?);
                if answer.is_err() {
                    self.run.inherited.set(true);
                }
                answer
            }
            ContextFunction::CopyIndex => self.copy_index(arguments),
            ContextFunction::NewGuid => self.new_guid(),
            ContextFunction::UtcNow => self.utc_now(arguments),
            ContextFunction::ResourceId => {
                let group = scope.group.as_ref().map(|group| &group.id);
                resource::resource_id(scope.subscription.as_ref().map(|s| &s.id), group, arguments)
            }
            ContextFunction::SubscriptionResourceId => {
                resource::subscription_resource_id(scope.subscription.as_ref().map(|s| &s.id), arguments)
            }
            ContextFunction::Subscription => answers::whole(answers::subscription(scope)?, "subscription"),
            ContextFunction::ResourceGroup => {
                answers::whole(answers::resource_group(scope)?, "resourceGroup")
            }
            ContextFunction::Tenant => answers::whole(answers::tenant(scope), "tenant"),
            ContextFunction::Deployment => answers::whole(answers::deployment(self.deployment), "deployment"),
            ContextFunction::Environment => Ok(answers::environment()),
            ContextFunction::ManagementGroup => {
                answers::whole(answers::management_group(scope)?, "managementGroup")
            }
            ContextFunction::ManagementGroupResourceId => {
                let group = scope.management_group.as_ref().map(ResourceId::name);
                resource::management_group_resource_id(group, arguments)
            }
            ContextFunction::Claims
            | ContextFunction::Field
            | ContextFunction::Current
            | ContextFunction::Policy
            | ContextFunction::RequestContext => error("the function doesn't exist in a deployment template"),
        }
    }

    fn ask_member(
        &self,
        function: ContextFunction,
        arguments: &[Value],
        member: &str,
    ) -> Option<Result<Value, Failure>> {
        if function == ContextFunction::Variables {
            let name = name_of(arguments, "variable").ok()?;
            return self.deployment.variable_member(self.run, name, member);
        }
        let scope = &self.deployment.scope;
        let (facts, name) = match function {
            ContextFunction::Subscription => (answers::subscription(scope), "subscription"),
            ContextFunction::ResourceGroup => (answers::resource_group(scope), "resourceGroup"),
            ContextFunction::ManagementGroup => (answers::management_group(scope), "managementGroup"),
            ContextFunction::Tenant => (Ok(answers::tenant(scope)), "tenant"),
            ContextFunction::Deployment => (Ok(answers::deployment(self.deployment)), "deployment"),
            _ => return None,
        };
        Some(facts.and_then(|facts| answers::member(&facts, name, member)))
    }

    fn call_user(&self, name: &str, arguments: &[Value]) -> Option<Result<Value, Failure>> {
        let function = self.deployment.template.functions.iter().find(|function| *function.name == *name)?;
        if self.arguments.is_some() && !self.deployment.template.symbolic {
            return Some(error("a user's own function can't call another one"));
        }
        if function.parameters.len() != arguments.len() {
            let wanted = function.parameters.len();
            return Some(error(format!(
                "the function '{name}' takes {wanted} arguments, {} were given",
                arguments.len()
            )));
        }
        let own = function.parameters.iter().cloned().zip(arguments.iter().cloned()).collect();
        let place = Place { loops: Vec::new(), default_of: None, arguments: Some(own), ..*self };
        Some(super::body::value_of(&function.output, &place).map_err(|trouble| trouble.failure))
    }

    fn enter(&self) -> Result<(), Failure> {
        if self.run.depth.get() == MAX_DEPTH {
            return Err(Failure::Unsupported(format!(
                "calls that are nested more than {MAX_DEPTH} levels deep"
            )));
        }
        self.run.depth.set(self.run.depth.get() + 1);
        Ok(())
    }

    fn leave(&self) {
        self.run.depth.set(self.run.depth.get() - 1);
    }

    fn observe_runtime(&self, _function: &str, arguments: &[Value]) {
        if let Some(Value::String(text)) = arguments.first() {
            self.observed.borrow_mut().push(text.clone());
        }
    }
}

/// The facts about a group that the expansion knows: the request's own, or those of a group that it creates.
pub(super) fn group_facts(run: &Run<'_>, id: &ResourceId) -> ResourceGroupFacts {
    let created = run.groups.borrow().iter().find(|group| group.id == *id).cloned();
    let given = run.request.resource_group.filter(|group| group.id == *id).cloned();
    created.or(given).unwrap_or_else(|| ResourceGroupFacts::unknown(id.clone()))
}
