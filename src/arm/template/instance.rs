//! The resources of a template before their bodies are evaluated: loops are unrolled, conditions decided,
//! names and ids known.

use std::cell::RefCell;
use std::sync::Arc;

use crate::arm::expression::Formula;
use crate::arm::{ResourceId, ResourceType, SubscriptionId};

use super::body::{Trouble, bool_of, count_of, int_of, misfit, text_of};
use super::deployment::DeploymentScope;
use super::expand::Level;
use super::model::{NestedTemplate, ResourceTemplate};
use super::order::Identity;
use super::place::{Place, Repetition, group_facts};
use super::request::{ExpansionFault, SubscriptionFacts};
use super::target::{Target, joined};

/// A resource of a template, one round of its loop.
#[derive(Debug)]
pub(super) struct Instance<'t> {
    pub(super) template: &'t ResourceTemplate,
    pub(super) loops: Vec<Repetition>,
    pub(super) identity: Identity,
    /// The type as it is written, joined over parents.
    pub(super) written_type: Arc<str>,
    pub(super) api_version: Option<Arc<str>>,
    /// Whether it is deployed: its condition holds, and it isn't only read.
    pub(super) active: bool,
    /// Not deployed, and its name has no value.
    pub(super) unnamed: bool,
    /// For a deployment: its template, and where that puts its resources.
    pub(super) nested: Option<(&'t NestedTemplate, Target)>,
}

impl Instance<'_> {
    /// What it is sorted by.
    pub(super) fn key(&self) -> String {
        self.identity
            .id
            .as_ref()
            .map_or_else(|| self.identity.full_name.to_string(), |id| id.folded().to_owned())
    }
}

/// All instances of a level.
pub(super) struct Declared<'t> {
    pub(super) instances: Vec<Instance<'t>>,
    /// Names and symbols of loops that make nothing.
    pub(super) empty: Vec<Arc<str>>,
}

/// Unrolls the resources of a level and their children.
pub(super) fn declare<'t>(level: &Level<'t>, faults: &mut Vec<ExpansionFault>) -> Declared<'t> {
    let mut declared = Declared { instances: Vec::new(), empty: Vec::new() };
    for resource in level.resources {
        unroll(level, resource, None, &level.loops, &mut declared, faults);
    }
    declared
}

fn unroll<'t>(
    level: &Level<'t>,
    template: &'t ResourceTemplate,
    parent: Option<(&str, &str)>,
    loops: &[Repetition],
    declared: &mut Declared<'t>,
    faults: &mut Vec<ExpansionFault>,
) {
    let observed = RefCell::default();
    let rounds = match rounds(level, template, loops, &observed) {
        Ok(rounds) => rounds,
        Err(trouble) => return faults.push(level.fault(trouble)),
    };
    if let (Some((name, 0)), _) = (&rounds.repeat, &template.symbol) {
        declared.empty.push(name.clone());
        declared.empty.extend(template.symbol.clone());
    }
    for loops in rounds.loops {
        let place = level.place(loops.clone(), &observed);
        match instance(level, template, parent, &place) {
            Ok(mut instance) => {
                instance.identity.loop_name = rounds.repeat.as_ref().map(|(name, _)| name.clone());
                let names = (instance.written_type.clone(), instance.identity.full_name.clone());
                let unnamed = instance.unnamed;
                declared.instances.push(instance);
                if !unnamed {
                    for child in &template.children {
                        unroll(level, child, Some((&names.0, &names.1)), &loops, declared, faults);
                    }
                }
            }
            Err(trouble) => faults.push(level.fault(trouble)),
        }
    }
}

struct Rounds {
    loops: Vec<Vec<Repetition>>,
    repeat: Option<(Arc<str>, i64)>,
}

fn rounds(
    level: &Level<'_>,
    template: &ResourceTemplate,
    loops: &[Repetition],
    observed: &RefCell<Vec<Arc<str>>>,
) -> Result<Rounds, Trouble> {
    let Some(repeat) = &template.repeat else {
        return Ok(Rounds { loops: vec![loops.to_vec()], repeat: None });
    };
    let place = level.place(loops.to_vec(), observed);
    let name = text_of(&repeat.name, &place, "the name of a copy loop")?;
    let count = count_of(&repeat.count, &place)?;
    if let Some(formula) = &repeat.batch_size {
        let size = int_of(formula, &place, "the batch size of a copy loop")?;
        if size < 1 || (count > 0 && size > count) {
            return Err(misfit(
                formula,
                format!("the batch size {size} has to be between 1 and the count {count}"),
            ));
        }
    }
    let round = |index| {
        let name = name.clone();
        loops.iter().cloned().chain([Repetition { name, index, of_resource: true }]).collect()
    };
    Ok(Rounds { loops: (0..count).map(round).collect(), repeat: Some((name, count)) })
}

fn instance<'t>(
    level: &Level<'t>,
    template: &'t ResourceTemplate,
    parent: Option<(&str, &str)>,
    place: &Place<'_>,
) -> Result<Instance<'t>, Trouble> {
    let condition = match &template.condition {
        Some(condition) => bool_of(condition, place, "the condition of a resource")?,
        None => true,
    };
    let active = condition && !template.existing;
    match named(level, template, parent, place) {
        Ok(mut instance) => {
            instance.active = active;
            if active && let Some(formula) = &template.api_version {
                instance.api_version = Some(text_of(formula, place, "the `apiVersion` of a resource")?);
            }
            Ok(instance)
        }
        Err(trouble) if active => Err(trouble),
        Err(_) => {
            // What isn't deployed may as well have no name.
            level.run.take_cause();
            let nothing: Arc<str> = "".into();
            let identity = Identity {
                id: None,
                full_name: nothing.clone(),
                own_name: nothing.clone(),
                loop_name: None,
                symbol: template.symbol.clone(),
            };
            Ok(Instance {
                template,
                loops: place.loops.clone(),
                identity,
                written_type: nothing,
                api_version: None,
                active: false,
                unnamed: true,
                nested: None,
            })
        }
    }
}

fn named<'t>(
    level: &Level<'t>,
    template: &'t ResourceTemplate,
    parent: Option<(&str, &str)>,
    place: &Place<'_>,
) -> Result<Instance<'t>, Trouble> {
    let own_type = text_of(&template.resource_type, place, "the type of a resource")?;
    let own_name = text_of(&template.name, place, "the name of a resource")?;
    let (written_type, full_name) = joined(parent, &own_type, &own_name);
    let scope =
        template.scope.as_ref().map(|scope| text_of(scope, place, "the scope of a resource")).transpose()?;
    let nested = match &template.nested {
        Some(nested) if ResourceType::new(&written_type).is("Microsoft.Resources/deployments") => {
            Some((nested, target_of(level, nested, scope.as_deref(), template, place)?))
        }
        _ => None,
    };
    let id = match &nested {
        Some((_, target)) => target.id(&written_type, &full_name, None),
        None => level.target.id(&written_type, &full_name, scope.as_deref()),
    };
    let id = id.map_err(|message| misfit(&template.name, message))?;
    let symbol = template.symbol.clone();
    let identity = Identity { id: Some(id), full_name, own_name, loop_name: None, symbol };
    let loops = place.loops.clone();
    Ok(Instance {
        template,
        loops,
        identity,
        written_type,
        api_version: None,
        active: true,
        unnamed: false,
        nested,
    })
}

/// Where a nested deployment runs: `scope`, `subscriptionId` and `resourceGroup`, or where its parent does.
fn target_of(
    level: &Level<'_>,
    nested: &NestedTemplate,
    scope: Option<&str>,
    template: &ResourceTemplate,
    place: &Place<'_>,
) -> Result<Target, Trouble> {
    if let Some(scope) = scope {
        return Target::at_scope(scope).ok_or_else(|| {
            Trouble::refused(format!("`{scope}` is no scope that a deployment can run at"), template.span)
        });
    }
    // An empty text asks for the parent's own.
    let given = |formula: Option<&Formula>, what: &str| match formula {
        Some(formula) => text_of(formula, place, what).map(|text| Some(text).filter(|text| !text.is_empty())),
        None => Ok(None),
    };
    let subscription = given(nested.subscription.as_ref(), "the `subscriptionId` of a deployment")?;
    let subscription = subscription.map(|text| SubscriptionId::new(&text));
    let name = given(nested.group.as_ref(), "the `resourceGroup` of a deployment")?;
    let (Some(group), Some(name)) = (&nested.group, name) else {
        return Ok(subscription.map_or_else(|| level.target.clone(), Target::subscription));
    };
    let Some(subscription) = subscription.or_else(|| level.target.subscription.clone()) else {
        return Err(misfit(group, "a resource group needs a `subscriptionId` here"));
    };
    match ResourceId::parse(&format!("subscriptions/{subscription}/resourceGroups/{name}")) {
        Some(id) if !name.contains('/') => Ok(Target::group(id)),
        _ => Err(misfit(group, format!("`{name}` is no name of a resource group"))),
    }
}

/// What the expressions of an inner-scope deployment see of its target.
pub(super) fn scope_of(level: &Level<'_>, target: &Target) -> DeploymentScope {
    let subscription = target.subscription.as_ref().map(|id| {
        let own = level.deployment.scope.subscription.iter().chain([level.run.request.subscription]);
        own.into_iter().find(|facts| facts.id == *id).cloned().unwrap_or_else(|| SubscriptionFacts {
            id: id.clone(),
            display_name: None,
            tenant_id: None,
            state: None,
            tags: None,
        })
    });
    let group = target.group.as_ref().map(|id| group_facts(level.run, id));
    DeploymentScope { subscription, group, management_group: target.management_group.clone() }
}
