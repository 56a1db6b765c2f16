//! A definition with the values of its parameters becomes a program.

mod conditions;
mod expressions;
mod fields;

use std::fmt;
use std::sync::Arc;

use crate::arm::{AliasCatalog, ResourceType, Value};
use crate::policy::{Details, Effect, PolicyDefinition, PolicyMode, PolicyType};
use crate::source::{Diagnostic, Span};

pub(super) use fields::everywhere;

use super::applicability::reads_location;
use super::context::Lookups;
use super::policy::{CompiledDeployment, CompiledDetails, CompiledPolicy, ReadTemplate};
use super::program::{Computed, Group, Path, Test, TestKind};
use super::{BoundParameters, Truth, codes};

/// A part of a definition because of which it can't be evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotBuilt {
    /// What kind of part.
    pub kind: NotBuiltKind,
    /// The part by name, as a phrase: "the effect `modify`".
    pub what: Arc<str>,
    /// Where it stands in the definition.
    pub span: Span,
}

/// The kinds of part that stop a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NotBuiltKind {
    /// A resource provider's mode.
    Mode,
    /// A definition of type `Static`, which nobody evaluates: Microsoft attests it.
    Static,
    /// An effect.
    Effect,
    /// An alias that the table doesn't have.
    Alias,
    /// A field that isn't an alias.
    Field,
    /// A function.
    Function,
    /// A Key Vault secret as a parameter of the deployment.
    Secret,
    /// Azure itself refuses the definition with these parameters.
    Refused,
}

impl NotBuilt {
    /// As a finding.
    pub fn diagnostic(&self) -> Diagnostic {
        let (code, label) = match self.kind {
            NotBuiltKind::Refused => (&codes::REFUSED, "Azure refuses this"),
            _ => (&codes::NOT_BUILT, "used here"),
        };
        Diagnostic::new(code, self.to_string()).at(self.span, label)
    }
}

impl fmt::Display for NotBuilt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            NotBuiltKind::Refused => f.write_str(&self.what),
            NotBuiltKind::Static => write!(f, "{} is attested by Microsoft, not evaluated", self.what),
            NotBuiltKind::Alias => write!(f, "{} isn't in the table of aliases", self.what),
            _ => write!(f, "{} is not supported yet", self.what),
        }
    }
}

/// Compiles a definition whose parameters are bound; once for all assignments that bind it alike.
///
/// Expressions that parameters decide are evaluated now; one that fails makes its comparison undecided where
/// it is evaluated, as in Azure. What stops the definition comes back as a whole, sorted by place.
pub fn compile(
    definition: &PolicyDefinition,
    bound: &BoundParameters,
    aliases: &AliasCatalog,
) -> Result<CompiledPolicy, Vec<NotBuilt>> {
    let mut compiler = Compiler {
        bound,
        aliases,
        missing: Vec::new(),
        lookups: Lookups::new(),
        scopes: Vec::new(),
        related: None,
        items: 1,
    };
    let compiled = compiler.policy(definition);
    let mut missing = compiler.missing;
    missing.sort_by(|a, b| (a.span, a.kind, &a.what).cmp(&(b.span, b.kind, &b.what)));
    missing.dedup();
    match compiled {
        Some(policy) if missing.is_empty() => Ok(policy),
        _ => Err(missing),
    }
}

/// A count around the condition that is being compiled.
#[derive(Debug, Clone)]
enum Scope {
    /// Over an array, with its path for each type.
    Field { alias: Arc<str>, paths: Vec<(ResourceType, Path)> },
    /// Over a list that is computed for each resource.
    Value(Arc<str>),
    /// Over a list that parameters decide; the item that is being compiled.
    Known(Arc<str>, Value),
}

struct Compiler<'a> {
    bound: &'a BoundParameters,
    aliases: &'a AliasCatalog,
    missing: Vec<NotBuilt>,
    lookups: Lookups,
    /// Open counts, outermost first.
    scopes: Vec<Scope>,
    /// Below `existenceCondition`: the type of the candidates.
    related: Option<ResourceType>,
    /// How many items the open counts over known lists go through, multiplied.
    items: usize,
}

impl Compiler<'_> {
    fn not_built(&mut self, kind: NotBuiltKind, what: impl Into<Arc<str>>, span: Span) {
        self.missing.push(NotBuilt { kind, what: what.into(), span });
    }

    fn policy(&mut self, definition: &PolicyDefinition) -> Option<CompiledPolicy> {
        if definition.policy_type == PolicyType::Static {
            self.not_built(NotBuiltKind::Static, "a definition of type `Static`", definition.rule.span);
            return None;
        }
        let effect = self.effect(definition)?;
        let mut policy = CompiledPolicy {
            definition: definition.id.clone(),
            effect,
            indexed: definition.mode == PolicyMode::Indexed,
            located: false,
            condition: never(definition.rule.span),
            details: None,
            parameters: self.bound.clone(),
            lookups: Lookups::new(),
        };
        if effect == Effect::Disabled {
            return Some(policy);
        }
        if let PolicyMode::ResourceProvider(mode) = &definition.mode {
            self.not_built(NotBuiltKind::Mode, format!("the mode `{mode}`"), definition.rule.span);
        }
        let condition = self.condition(&definition.rule.condition);
        let details = match effect {
            Effect::Audit | Effect::Deny => Some(None),
            Effect::AuditIfNotExists | Effect::DeployIfNotExists => {
                self.details(definition, effect).map(Some)
            }
            other => {
                let what = format!("the effect `{}`", other.as_str());
                self.not_built(NotBuiltKind::Effect, what, definition.rule.effect.span);
                None
            }
        };
        policy.condition = condition?;
        policy.details = details?;
        policy.located = reads_location(&policy.condition, policy.details.as_ref());
        policy.lookups = std::mem::take(&mut self.lookups);
        Some(policy)
    }

    fn effect(&mut self, definition: &PolicyDefinition) -> Option<Effect> {
        let span = definition.rule.effect.span;
        let message = match self.computed(&definition.rule.effect) {
            Computed::Known(Value::String(text)) => match Effect::parse(&text) {
                Some(effect) => return Some(effect),
                None => format!("the effect comes out as `{text}`, which is none"),
            },
            Computed::Known(other) => format!("the effect comes out as `{other}`, which is no text"),
            Computed::Fails(cause) => format!("the effect can't be computed: {cause}"),
            Computed::Current(_) | Computed::Formula(_) => {
                "the effect depends on the resource, and only parameters can decide it".to_owned()
            }
        };
        self.not_built(NotBuiltKind::Refused, message, span);
        None
    }

    fn details(&mut self, definition: &PolicyDefinition, effect: Effect) -> Option<CompiledDetails> {
        let Some(details) = &definition.rule.details else {
            let message = format!("the effect is `{}`, and the rule has no details for it", effect.as_str());
            self.not_built(NotBuiltKind::Refused, message, definition.rule.span);
            return None;
        };
        let name = details.name.as_ref().map(|formula| (self.computed(formula), formula.span));
        let group =
            details.resource_group_name.as_ref().map(|formula| (self.computed(formula), formula.span));
        self.related = Some(details.resource_type.clone());
        let condition = match &details.existence_condition {
            None => Some(None),
            Some(condition) => self.condition(condition).map(Some),
        };
        self.related = None;
        let deployment = match effect {
            Effect::DeployIfNotExists => Some(self.deployment(details)?),
            _ => None,
        };
        Some(CompiledDetails {
            resource_type: details.resource_type.clone(),
            name,
            group,
            scope: details.existence_scope,
            scope_given: details.existence_scope_given,
            condition: condition?,
            role_definition_ids: details.role_definition_ids.clone(),
            deployment,
        })
    }

    fn deployment(&mut self, details: &Details) -> Option<CompiledDeployment> {
        let Some(deployment) = &details.deployment else {
            let message = "the effect is `deployIfNotExists`, and its details have no `deployment`";
            self.not_built(NotBuiltKind::Refused, message, details.span);
            return None;
        };
        for (name, span) in &deployment.secrets {
            let what = format!("a Key Vault reference as the value of the deployment's parameter `{name}`");
            self.not_built(NotBuiltKind::Secret, what, *span);
        }
        let parameters = deployment
            .parameters
            .iter()
            .map(|(name, formula, span)| (name.clone(), self.computed(formula), *span))
            .collect();
        Some(CompiledDeployment {
            scope: deployment.scope,
            location: deployment.location.clone(),
            parameters,
            template: deployment.template.clone(),
            read: ReadTemplate::default(),
        })
    }
}

/// A condition that never holds.
fn never(span: Span) -> Test {
    Test { kind: TestKind::AnyOf(Group::default()), known: Some(Truth::False), span }
}
