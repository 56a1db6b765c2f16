//! What the policy says of the resource of a case: the one place where cases meet the product's own evaluation.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::arm::{ResourceId, ResourceType, Scope, Value};
use crate::compliance::{
    Compiled, ComplianceState, Definitions, Evaluated, Explained, MissingFact, PolicyState, ReasonKind, Run,
    Selection, Setting, Surroundings, WhyNot, explain, occasion, resolve,
};
use crate::engine::{Explanation, ExplanationKind, Language, Outcome, Subject, Truth};
use crate::policy::{Details, Effect, EnforcementMode, PolicyAssignment, PolicyDefinition};
use crate::remediation;
use crate::source::{Diagnostic, Diagnostics, Span};

use super::case::TestCase;
use super::codes;
use super::world::{World, world};

/// A definition under test, with all that its cases share.
#[derive(Debug)]
pub struct Assignable<'a> {
    definition: &'a PolicyDefinition,
    definitions: Definitions,
    programs: Compiled,
    language: Language<'a>,
}

impl<'a> Assignable<'a> {
    /// A definition that cases assign; cases that bind it alike share one program.
    pub fn new(definition: &'a PolicyDefinition, language: Language<'a>) -> Assignable<'a> {
        // One definition isn't ambiguous.
        let definitions =
            Definitions::new(vec![definition.clone()], Vec::new(), Vec::new(), &mut Diagnostics::new());
        Assignable { definition, definitions, programs: Compiled::new(), language }
    }
}

/// What the policy says of the resource of a case.
#[derive(Debug, Clone)]
pub struct Actual {
    /// The state of its row; `None` where there is none.
    pub state: Option<ComplianceState>,
    /// The effect in force.
    pub effect: Effect,
    /// Why.
    pub reason: Option<ReasonKind>,
    /// The body after `append` or `modify`, where one of them changes it.
    pub modified: Option<Value>,
    /// What a remediation would deploy.
    pub deployed: Vec<Value>,
    /// What is said of errors, missing facts, operations that aren't carried out, deployments that would be refused.
    pub messages: Vec<String>,
    /// The type of the resource.
    pub resource_type: ResourceType,
    /// The conditions that were looked at; `None` where the effect is `disabled`.
    pub explained: Option<Explained>,
}

impl Actual {
    fn new(effect: Effect, resource_type: ResourceType) -> Actual {
        Actual {
            state: None,
            effect,
            reason: None,
            modified: None,
            deployed: Vec::new(),
            messages: Vec::new(),
            resource_type,
            explained: None,
        }
    }

    /// Comparisons that came out true or false.
    pub(super) fn seen(&self) -> BTreeSet<(Span, bool)> {
        let mut seen = BTreeSet::new();
        let Some(explained) = &self.explained else { return seen };
        let candidates = explained.search.iter().flat_map(|search| &search.candidates);
        let conditions = candidates.filter_map(|candidate| candidate.condition.as_ref());
        for whole in explained.condition.iter().chain(conditions) {
            gather(whole, &mut seen);
        }
        seen
    }
}

fn gather(part: &Explanation, seen: &mut BTreeSet<(Span, bool)>) {
    if let (ExplanationKind::Leaf(_), Truth::True | Truth::False) = (&part.kind, &part.truth) {
        seen.insert((part.span, part.truth == Truth::True));
    }
    for inner in &part.parts {
        gather(inner, seen);
    }
}

/// Evaluates a case as a scan would evaluate a tenant that holds its resources. `None` where that isn't possible;
/// why is pushed.
pub fn evaluate(case: &TestCase, under: &Assignable<'_>, faults: &mut Diagnostics) -> Option<Actual> {
    let definition = under.definition;
    let listed: Vec<_> = match &definition.rule.details {
        Some(Details::Existence(details)) => vec![details.resource_type.clone()],
        _ => Vec::new(),
    };
    let world = world(case, &listed, faults)?;
    let assignment = assignment(case, definition, &world);
    let setting = Setting {
        definitions: &under.definitions,
        inventory: &world.inventory,
        language: under.language,
        selection: &Selection::default(),
        compiled: &under.programs,
        given: &case.context.occasion,
    };
    let mut run = resolve(setting, vec![(assignment, false)], faults);
    if !run.disabled.is_empty() {
        return Some(Actual::new(Effect::Disabled, world.subject.resource_type()));
    }
    if let Some(not) = run.not_evaluated.first() {
        faults.push(
            Diagnostic::new(&codes::NOT_EVALUATED, format!("`{}` can't be evaluated", case.name))
                .at(case.span, why_not(&not.reason)),
        );
        return None;
    }
    let found = told(&world, &mut run, case);
    if found.is_none() {
        let message = format!("`{}` can't be evaluated", case.name);
        let label = format!("`{}` isn't in the inventory of the case", world.subject);
        faults.push(Diagnostic::new(&codes::NOT_EVALUATED, message).at(case.span, label));
    }
    found
}

fn assignment(case: &TestCase, definition: &PolicyDefinition, world: &World) -> PolicyAssignment {
    let (id, scope) = if let Some(named) = &case.context.assignment {
        (named.id.clone(), named.scope.clone())
    } else {
        let subscription = &world.subscription;
        let id = format!(
            "/subscriptions/{subscription}/providers/Microsoft.Authorization/policyAssignments/azpol-test"
        );
        (id.into(), Scope::Subscription(subscription.clone()))
    };
    PolicyAssignment {
        name: id.rsplit('/').next().unwrap_or(&id).into(),
        id,
        display_name: case.name.clone(),
        scope,
        not_scopes: Vec::new(),
        definition_id: definition.id.clone(),
        definition_span: case.span,
        definition_version: None,
        parameters: case.parameters.clone(),
        enforcement_mode: EnforcementMode::Default,
        identity: None,
        location: None,
        unsupported: Vec::new(),
        span: case.span,
    }
}

fn why_not(reason: &WhyNot) -> String {
    match reason {
        WhyNot::NotEvaluable(why) => why.clone(),
        WhyNot::Parameters => "its parameters don't fit the definition".to_owned(),
        WhyNot::NotBuilt(parts) => parts.iter().map(|(what, _)| what.clone()).collect::<Vec<_>>().join("; "),
        WhyNot::UnknownDefinition | WhyNot::AmbiguousDefinition => {
            "the definition isn't one that can be assigned".to_owned()
        }
        WhyNot::Version { .. } | WhyNot::Selective(_) | WhyNot::UnknownScope(_) => {
            "it can't be assigned".to_owned()
        }
    }
}

fn told(world: &World, run: &mut Run, case: &TestCase) -> Option<Actual> {
    let (inventory, now) = (&world.inventory, case.context.now.as_deref());
    let subscription = inventory.subscription(&world.subscription)?;
    let whole = world.subject == ResourceId::subscription(&world.subscription);
    if !whole && inventory.resource(&world.subject).is_none() {
        return None;
    }
    let explained = explain(inventory, run, &world.subject, now).into_iter().next()?;
    run.rows.extend(explained.row.clone());
    let evaluated = run.assignments.first()?;
    let mut surroundings = Surroundings::new(subscription);
    let plain = if whole {
        surroundings.subscription(now)
    } else {
        surroundings.subject(inventory, inventory.resource(&world.subject)?, now)
    };
    let occasion = occasion(evaluated, &plain.resource.resource_type);
    let subject = Subject { occasion: Some(&occasion), ..plain };
    let mut actual = Actual::new(evaluated.policy.effect(), plain.resource.resource_type.clone());
    if let Some(row) = run.rows.first() {
        actual.state = Some(row.state);
        actual.reason.clone_from(&row.reason);
        actual.messages = messages(row);
    }
    actual.explained = Some(explained);
    if actual.state == Some(ComplianceState::NonCompliant) {
        change(&mut actual, evaluated, &subject);
        if evaluated.policy.deployment_scope().is_some() {
            deploy(&mut actual, world, run, now);
        }
    }
    Some(actual)
}

/// What a row says beside its state.
fn messages(row: &PolicyState) -> Vec<String> {
    match &row.reason {
        Some(ReasonKind::Fails(why)) => vec![why.to_string()],
        Some(ReasonKind::Missing(facts)) => facts.iter().map(fact).collect(),
        _ => Vec::new(),
    }
}

fn fact(fact: &MissingFact) -> String {
    match fact {
        MissingFact::Listing(resource_type, _) => format!("the case doesn't say which {resource_type} exist"),
        MissingFact::Under(subscription, group) | MissingFact::Outside(subscription, group) => {
            format!("the case doesn't say whether {subscription} lies under {group}")
        }
        MissingFact::Carried(_, path) => format!("the case doesn't carry `{path}`"),
        MissingFact::Other(text) => text.to_string(),
    }
}

/// What `append` and `modify` make of the resource.
fn change(actual: &mut Actual, evaluated: &Evaluated, subject: &Subject<'_>) {
    let Some(changes) = evaluated.policy.changes(subject) else { return };
    for operation in &changes.operations {
        let told = match &operation.outcome {
            Outcome::Conflict(why) => format!("`{}` conflicts: {why}", operation.field),
            Outcome::Refused(path) => format!("`{}` is refused: `{path}` has another value", operation.field),
            Outcome::Undecided(cause) => format!("`{}` can't be said: {cause}", operation.field),
            Outcome::Applied | Outcome::Unchanged | Outcome::Skipped(_) => continue,
        };
        actual.messages.push(told);
    }
    if changes.any() {
        actual.modified = Some(changes.after);
    }
}

/// What a remediation would deploy.
fn deploy(actual: &mut Actual, world: &World, run: &Run, now: Option<&str>) {
    let plan = remediation::plan(&world.inventory, run, &Selection::default(), now);
    for deployment in plan.deployments.iter().filter(|deployment| deployment.resource == world.subject) {
        actual.deployed.extend(deployment.resources.iter().map(|planned| {
            let deployed = &planned.deployed;
            let resource_type = match &deployed.resource_type {
                group if group.is(ResourceType::RESOURCE_GROUP) => "Microsoft.Resources/resourceGroups",
                other => other.as_str(),
            };
            let mut members = vec![
                (Arc::from("id"), Value::string(deployed.id.as_str())),
                (Arc::from("type"), Value::string(resource_type)),
                (Arc::from("apiVersion"), Value::String(deployed.api_version.clone())),
            ];
            let body = deployed.body.as_object().into_iter().flat_map(crate::arm::Object::iter);
            members.extend(
                body.filter(|(key, _)| !key.eq_ignore_ascii_case("type"))
                    .map(|(key, value)| (key.clone(), value.clone())),
            );
            Value::object(members)
        }));
    }
    let refused = plan.not_deployable.iter().flat_map(|not| &not.refusals);
    actual.messages.extend(refused.map(|refusal| refusal.message.clone()));
    actual.messages.extend(plan.not_planned.iter().map(|not| not.reason.clone()));
}
