//! The resources of a template, one level of nesting after the other.
//!
//! <https://learn.microsoft.com/azure/azure-resource-manager/templates/linked-templates>

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::arm::expression::{Failure, member};
use crate::arm::semantics::TemplateVariables;
use crate::arm::{Object, ResourceType, Value};
use crate::source::{Node, Span};

use super::body::{Trouble, value_of};
use super::deployment::{Deployment, DeploymentScope};
use super::instance::{Instance, declare};
use super::model::{Argument, ArgumentValue, ResourceTemplate, Template};
use super::order::sort;
use super::place::{Place, Repetition, Run};
use super::request::{
    DeployedResource, DeploymentRequest, Expansion, ExpansionFault, FaultKind, ResourceGroupFacts,
};
use super::target::Target;

/// How many resources a template may have, copies counted.
const MAX_RESOURCES: usize = 800;

/// A template that was read, to be expanded any number of times.
#[derive(Debug)]
pub struct PreparedTemplate {
    pub(super) template: Template,
}

impl PreparedTemplate {
    /// Reads a template and parses its expressions; every fault is reported.
    pub fn read(template: &Node) -> Result<PreparedTemplate, Vec<ExpansionFault>> {
        Ok(PreparedTemplate { template: Template::read(template)? })
    }

    /// The resources that a deployment of it would put. The template of the request isn't looked at.
    pub fn expand(&self, request: &DeploymentRequest<'_>) -> Result<Expansion, Vec<ExpansionFault>> {
        let run = Run::new(request);
        let scope = DeploymentScope::of(request);
        let target = match (request.management_group, request.resource_group) {
            (Some(id), _) => Target::management_group(id.clone()),
            (None, Some(group)) => Target::group(group.id.clone()),
            (None, None) => Target::subscription(request.subscription.id.clone()),
        };
        let (name, location) = (request.name.clone(), request.location.clone());
        let unbound = Deployment::unbound(&self.template, name, location, scope, String::new());
        let deployment =
            Deployment::bind(&run, &self.template, request.parameters, unbound).map_err(faults_of)?;
        let level = Level {
            run: &run,
            deployment: &deployment,
            resources: &self.template.resources,
            loops: Vec::new(),
            target,
        };
        let (resources, _) = level.expand()?;
        deployment.evaluate_eagerly(&run);
        let eager_faults = run.variable_faults.take();
        if request.semantics.template_variables == TemplateVariables::Eager && !eager_faults.is_empty() {
            let fault = |(name, message): (Arc<str>, String)| ExpansionFault {
                message: format!("the variable `{name}` fails: {message}"),
                expression: None,
                span: request.template.span,
                kind: FaultKind::Refused,
            };
            return Err(eager_faults.into_iter().map(fault).collect());
        }
        Ok(Expansion { resources, eager_faults, nested: run.nested.take() })
    }
}

/// The resources that a deployment would put, or every reason why it would be refused.
pub fn expand(request: &DeploymentRequest<'_>) -> Result<Expansion, Vec<ExpansionFault>> {
    PreparedTemplate::read(request.template)?.expand(request)
}

pub(super) fn faults_of(troubles: Vec<Trouble>) -> Vec<ExpansionFault> {
    troubles.into_iter().map(fault_of).collect()
}

fn fault_of(trouble: Trouble) -> ExpansionFault {
    let kind = match trouble.failure {
        Failure::Error(_) => FaultKind::Refused,
        Failure::Unknown(_) => FaultKind::MissingFact,
        Failure::Unsupported(_) => FaultKind::Unsupported,
    };
    let Trouble { failure, expression, span } = trouble;
    ExpansionFault { message: failure.to_string(), expression, span, kind }
}

/// The resources of one template, as they are expanded.
pub(super) struct Level<'l> {
    pub(super) run: &'l Run<'l>,
    /// Whose parameters and variables its expressions see.
    pub(super) deployment: &'l Deployment<'l>,
    pub(super) resources: &'l [ResourceTemplate],
    /// The loops around a nested template of outer scope.
    pub(super) loops: Vec<Repetition>,
    pub(super) target: Target,
}

/// What an instance gave: its resources, and what its expressions asked a running deployment about.
type Outcome = (Vec<DeployedResource>, Vec<Arc<str>>);

impl<'l> Level<'l> {
    /// A place in one of its resources.
    pub(super) fn place<'p>(
        &'p self,
        loops: Vec<Repetition>,
        observed: &'p RefCell<Vec<Arc<str>>>,
    ) -> Place<'p> {
        Place {
            run: self.run,
            deployment: self.deployment,
            loops,
            default_of: None,
            arguments: None,
            observed,
        }
    }

    /// The innermost fault behind a trouble.
    pub(super) fn fault(&self, trouble: Trouble) -> ExpansionFault {
        fault_of(self.run.take_cause().unwrap_or(trouble))
    }

    /// The resources in an order in which they can be put, and the names that no resource here has.
    fn expand(&self) -> Result<Outcome, Vec<ExpansionFault>> {
        let mut faults = Vec::new();
        let declared = declare(self, &mut faults);
        let active: Vec<&Instance<'l>> =
            declared.instances.iter().filter(|instance| instance.active).collect();
        if active.len() > MAX_RESOURCES {
            let message =
                format!("a template can have {MAX_RESOURCES} resources, this one has {}", active.len());
            faults.push(fault_of(Trouble::refused(message, self.deployment.template.span)));
        }
        repetitions(&active, &mut faults);
        let mut edges = Vec::with_capacity(active.len());
        for instance in &active {
            edges.push(self.edges(instance, &active, &declared.instances, &declared.empty, &mut faults));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let keys: Vec<String> = active.iter().map(|instance| instance.key()).collect();
        let circle = |at: usize| {
            let message = format!(
                "a circle of dependencies goes through the resource `{}`",
                active[at].identity.full_name
            );
            vec![fault_of(Trouble::refused(message, active[at].template.span))]
        };
        let order = sort(&keys, &edges).map_err(circle)?;
        let mut outcomes: BTreeMap<usize, Vec<DeployedResource>> = BTreeMap::new();
        let mut unmatched = Vec::new();
        for index in order {
            match self.evaluate(active[index]) {
                Ok((resources, observed)) => {
                    outcomes.insert(index, resources);
                    for name in observed {
                        let meant = active
                            .iter()
                            .position(|other| !name.starts_with('/') && other.identity.is_meant_by(&name));
                        match meant {
                            Some(other) if other == index => {}
                            Some(other) => {
                                edges[index].insert(other);
                            }
                            None => unmatched.push(name),
                        }
                    }
                }
                Err(more) => faults.extend(more),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let order = sort(&keys, &edges).map_err(circle)?;
        Ok((order.into_iter().filter_map(|index| outcomes.remove(&index)).flatten().collect(), unmatched))
    }

    /// What an instance depends on explicitly, as indexes of `active`.
    fn edges(
        &self,
        instance: &Instance<'_>,
        active: &[&Instance<'_>],
        all: &[Instance<'_>],
        empty: &[Arc<str>],
        faults: &mut Vec<ExpansionFault>,
    ) -> BTreeSet<usize> {
        let mut edges = BTreeSet::new();
        let observed = RefCell::default();
        let Some(formula) = &instance.template.depends_on else { return edges };
        let entries = match value_of(formula, &self.place(instance.loops.clone(), &observed)) {
            Ok(Value::Array(entries)) => entries,
            Ok(Value::Null) => return edges,
            Ok(other) => {
                let message = format!("`dependsOn` has to be an Array, not {}", other.kind());
                faults.push(fault_of(Trouble::refused(message, formula.span)));
                return edges;
            }
            Err(trouble) => {
                faults.push(self.fault(trouble));
                return edges;
            }
        };
        for entry in entries.iter() {
            let Value::String(entry) = entry else {
                let message = format!("an entry of `dependsOn` has to be a String, not {}", entry.kind());
                faults.push(fault_of(Trouble::refused(message, formula.span)));
                continue;
            };
            let known = edges.len();
            edges.extend((0..active.len()).filter(|index| active[*index].identity.is_meant_by(entry)));
            let dropped =
                all.iter().any(|other| !other.active && (other.unnamed || other.identity.is_meant_by(entry)));
            if edges.len() == known
                && !dropped
                && !active.iter().any(|other| other.identity.is_meant_by(entry))
                && !empty.iter().any(|name| name.eq_ignore_ascii_case(entry))
            {
                let message = format!("`dependsOn` names `{entry}`, which isn't defined in the template");
                faults.push(fault_of(Trouble::refused(message, formula.span)));
            }
        }
        edges
    }

    fn evaluate(&self, instance: &Instance<'l>) -> Result<Outcome, Vec<ExpansionFault>> {
        if instance.nested.is_some() {
            return self.nested(instance);
        }
        let observed = RefCell::default();
        let place = self.place(instance.loops.clone(), &observed);
        let mut body = Object::new();
        body.push("name", Value::String(instance.identity.full_name.clone()));
        body.push("type", Value::String(instance.written_type.clone()));
        let mut faults = Vec::new();
        for (key, member) in &instance.template.body {
            match member.value(&place) {
                Ok(Value::Null) => {}
                Ok(value) => body.insert(key.clone(), value),
                Err(trouble) => faults.push(self.fault(trouble)),
            }
        }
        let span = instance.template.span;
        let (Some(id), Some(api_version)) = (&instance.identity.id, &instance.api_version) else {
            let message = format!("the resource `{}` has no `apiVersion`", instance.identity.full_name);
            faults.push(fault_of(Trouble::refused(message, span)));
            return Err(faults);
        };
        if !faults.is_empty() {
            return Err(faults);
        }
        let resource_type = id.resource_type();
        if resource_type.is(ResourceType::RESOURCE_GROUP) {
            let location = match body.get("location") {
                Some(Value::String(location)) => Some(location.clone()),
                _ => None,
            };
            let tags = Some(body.get("tags").cloned().unwrap_or_else(|| Object::new().into()));
            let managed_by = Some(body.get("managedBy").cloned().unwrap_or(Value::Null));
            let facts = ResourceGroupFacts { id: id.clone(), location, tags, managed_by };
            self.run.groups.borrow_mut().push(facts);
        }
        let (id, api_version, body) = (id.clone(), api_version.clone(), body.into());
        let resource = DeployedResource { id, resource_type, api_version, body, span };
        drop(place);
        Ok((vec![resource], observed.into_inner()))
    }

    fn nested(&self, instance: &Instance<'l>) -> Result<Outcome, Vec<ExpansionFault>> {
        let Some((nested, target)) = &instance.nested else { return Ok((Vec::new(), Vec::new())) };
        let observed = RefCell::default();
        let place = self.place(instance.loops.clone(), &observed);
        let refuse = |message: String, span: Span| vec![fault_of(Trouble::refused(message, span))];
        let Some(template) = &nested.template else { return Ok((Vec::new(), Vec::new())) };
        let name = instance.identity.full_name.clone();
        if name.chars().count() > 64 {
            let message = format!("the name of a deployment has at most 64 characters, `{name}` has more");
            return Err(refuse(message, instance.template.name.span));
        }
        let text = |formula: &_, what: &str| {
            super::body::text_of(formula, &place, what).map_err(|trouble| vec![self.fault(trouble)])
        };
        if let Some(mode) = &nested.mode {
            let shown = text(mode, "the mode of a deployment")?;
            if !shown.eq_ignore_ascii_case("Incremental") {
                let message = format!("a nested deployment has to be `Incremental`, not `{shown}`");
                return Err(refuse(message, mode.span));
            }
        }
        let location = nested
            .location
            .as_ref()
            .map(|location| text(location, "the location of a deployment"))
            .transpose()?;
        match (&target.group, &location) {
            (None, None) => {
                let message = format!(
                    "the nested deployment `{name}` needs a `location`, as it runs above a resource group"
                );
                return Err(refuse(message, instance.template.span));
            }
            (Some(_), Some(_)) => {
                let message = format!(
                    "the nested deployment `{name}` can't have a `location`, as it runs in a resource group"
                );
                return Err(refuse(message, instance.template.span));
            }
            _ => {}
        }
        self.run.nested.borrow_mut().push(name.clone());
        if !nested.inner {
            let loops = instance.loops.clone();
            let (run, deployment, target) = (self.run, self.deployment, target.clone());
            let level = Level { run, deployment, resources: &template.resources, loops, target };
            let (resources, mut asked) = level.expand()?;
            asked.extend(observed.take());
            return Ok((resources, asked));
        }
        let mut given = Object::new();
        let mut faults = Vec::new();
        for argument in &nested.parameters {
            match argument_value(argument, &place) {
                Ok(value) => given.insert(argument.name.clone(), value),
                Err(trouble) => faults.push(self.fault(trouble)),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let scope = super::instance::scope_of(self, target);
        let path = format!("{}/{name}", self.deployment.path);
        let unbound = Deployment::unbound(template, name, location, scope, path);
        let deployment = Deployment::bind(self.run, template, &given, unbound).map_err(faults_of)?;
        let (run, loops, target) = (self.run, Vec::new(), target.clone());
        let level = Level { run, deployment: &deployment, resources: &template.resources, loops, target };
        let (resources, _) = level.expand()?;
        deployment.evaluate_eagerly(self.run);
        drop(place);
        Ok((resources, observed.into_inner()))
    }
}

/// What stands for the secret of a key vault in an expansion: only the deployment reads it.
pub fn secret_expression(vault: &str, name: &str, version: Option<&str>) -> Arc<str> {
    let quoted = |text: &str| text.replace('\'', "''");
    let version = version.map(|version| format!(", '{}'", quoted(version))).unwrap_or_default();
    format!("getSecret('{}', '{}'{version})", quoted(vault), quoted(name)).into()
}

/// The value of a parameter that is passed on.
fn argument_value(argument: &Argument, place: &Place<'_>) -> Result<Value, Trouble> {
    let secret = |reference: &Value| {
        let text = |path: &[&str]| reference.at(path).and_then(Value::as_str);
        match (text(&["keyVault", "id"]), text(&["secretName"])) {
            (Some(vault), Some(name)) => {
                Ok(Value::Runtime(secret_expression(vault, name, text(&["secretVersion"]))))
            }
            _ if reference.has_runtime() => {
                let what = format!(
                    "a Key Vault of the parameter `{}` that only the deployment knows",
                    argument.name
                );
                Err(Trouble::unsupported(what, argument.span))
            }
            _ => {
                let what = format!(
                    "the parameter `{}` needs the id of a Key Vault and a secret's name",
                    argument.name
                );
                Err(Trouble::refused(what, argument.span))
            }
        }
    };
    match &argument.value {
        ArgumentValue::Value(body) => body.value(place),
        ArgumentValue::Secret(body) => secret(&body.value(place)?),
        ArgumentValue::Wrapped(body) => match body.value(place)? {
            Value::Object(object) => match object.get("reference") {
                Some(reference) => secret(reference),
                None => Ok(object.get("value").cloned().unwrap_or(Value::Null)),
            },
            runtime @ Value::Runtime(_) => member(&runtime, &"value".into()).map_err(|failure| Trouble {
                failure,
                expression: None,
                span: argument.span,
            }),
            other => {
                let (name, kind) = (&argument.name, other.kind());
                let message = format!("the parameter `{name}` has to be an object, not {kind}");
                Err(Trouble::refused(message, argument.span))
            }
        },
    }
}

/// One id can stand in a template once.
fn repetitions(active: &[&Instance<'_>], faults: &mut Vec<ExpansionFault>) {
    let mut seen = BTreeSet::new();
    for instance in active {
        if let Some(id) = &instance.identity.id
            && !seen.insert(id.folded())
        {
            let message = format!("the resource `{id}` stands in the template twice");
            faults.push(fault_of(Trouble::refused(message, instance.template.span)));
        }
    }
}
