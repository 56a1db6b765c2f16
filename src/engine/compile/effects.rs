//! Effects: what a definition does once its `if` holds.

use std::sync::Arc;

use crate::arm::Value;
use crate::arm::expression::{Formula, Term};
use crate::engine::Truth;
use crate::engine::applicability::{asks_more, reads_location};
use crate::engine::change::{ChangeKind, CompiledChange, CompiledOperation, TargetField};
use crate::engine::context::Lookups;
use crate::engine::effects::{Consequence, NotEvaluable};
use crate::engine::policy::{
    CompiledDeployment, CompiledDetails, CompiledPolicy, CompiledSecret, ReadTemplate,
};
use crate::engine::program::{Computed, Group, Operand, Test, TestKind};
use crate::policy::{
    ActionDetails, AppendDetails, CascadeBehavior, ConflictEffect, Details, Effect, ExistenceDetails,
    FieldName, ManualState, ModifyDetails, OperationKind, PolicyDefinition, PolicyMode, PolicyType,
};
use crate::source::Span;

use super::{Compiler, NotBuiltKind};

impl Compiler<'_> {
    /// The whole definition; nothing where a part stops it.
    ///
    /// What is evaluated elsewhere (the mode of a resource provider, a definition of type `Static`) is compiled as
    /// far as azpol can read it, and says so.
    pub(super) fn policy(&mut self, definition: &PolicyDefinition) -> Option<CompiledPolicy> {
        let effect = self.effect(definition)?;
        let not_evaluable = elsewhere(definition, effect);
        let mut policy = CompiledPolicy {
            definition: definition.id.clone(),
            effect,
            indexed: definition.mode == PolicyMode::Indexed,
            located: false,
            asks_more: false,
            condition: never(definition.rule.span),
            details: None,
            consequence: Consequence::None,
            not_evaluable,
            parameters: self.bound.clone(),
            semantics: self.language.semantics.clone(),
            aliases: self.language.aliases.clone(),
            related_version: None,
            unknown_aliases: Vec::new(),
            lookups: Lookups::new(),
        };
        if effect == Effect::Disabled {
            return Some(policy);
        }
        let condition = self.condition(&definition.rule.condition);
        if policy.not_evaluable.is_some() {
            // Nothing of it is asked here: what azpol can't read is the provider's.
            self.missing.retain(|missing| missing.kind == NotBuiltKind::Refused);
            policy.condition = condition.unwrap_or(policy.condition);
            return Some(policy);
        }
        let details = self.details(definition, effect);
        policy.condition = condition?;
        (policy.details, policy.consequence) = details?;
        let related = policy.details.as_ref().map(|details| &details.resource_type);
        let facts = related.and_then(|related| self.language.aliases.resource_type_facts(related));
        policy.related_version = facts.and_then(|facts| facts.api_versions().max()).map(Arc::from);
        policy.asks_more = asks_more(&policy.condition);
        policy.located = reads_location(&policy.condition, policy.details.as_ref());
        policy.not_evaluable = asks_identity(&policy.condition).then_some(NotEvaluable::Identity);
        policy.lookups = std::mem::take(&mut self.lookups);
        policy.unknown_aliases = self.unknown_aliases();
        Some(policy)
    }

    /// Each alias that nobody knows once, with its first place.
    fn unknown_aliases(&mut self) -> Vec<(Arc<str>, Span)> {
        let mut unknown = std::mem::take(&mut self.unknown);
        unknown.sort_by(|(a, a_span), (b, b_span)| {
            (a.to_ascii_lowercase(), a_span).cmp(&(b.to_ascii_lowercase(), b_span))
        });
        unknown.dedup_by(|(a, _), (b, _)| a.eq_ignore_ascii_case(b));
        unknown
    }

    fn effect(&mut self, definition: &PolicyDefinition) -> Option<Effect> {
        self.parsed(&definition.rule.effect, "the effect", Effect::parse)
    }

    /// A value of a closed set that only parameters can decide.
    fn parsed<T>(&mut self, formula: &Formula, what: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let message = match self.computed(formula) {
            Computed::Known(Value::String(text)) => match parse(&text) {
                Some(parsed) => return Some(parsed),
                None => format!("{what} comes out as `{text}`, which is none"),
            },
            Computed::Known(other) => format!("{what} comes out as `{other}`, which is no text"),
            Computed::Fails(cause) => format!("{what} can't be computed: {cause}"),
            Computed::Current(_) | Computed::Formula(_) => {
                format!("{what} depends on the resource, and only parameters can decide it")
            }
        };
        self.not_built(NotBuiltKind::Refused, message, formula.span);
        None
    }

    /// The details that the bound effect reads.
    fn details(
        &mut self,
        definition: &PolicyDefinition,
        effect: Effect,
    ) -> Option<(Option<CompiledDetails>, Consequence)> {
        let rule = &definition.rule;
        let wanted = !matches!(effect, Effect::Audit | Effect::Deny | Effect::Manual);
        let given = match &rule.details {
            Some(details) if details.serves(effect) => Some(details),
            _ if wanted => {
                let message =
                    format!("the effect is `{}`, and the rule has no details for it", effect.as_str());
                self.not_built(NotBuiltKind::Refused, message, rule.span);
                return None;
            }
            _ => None,
        };
        Some(match (effect, given) {
            (Effect::AuditIfNotExists | Effect::DeployIfNotExists, Some(Details::Existence(details))) => {
                (Some(self.existence(details, effect)?), Consequence::None)
            }
            (Effect::Append, Some(Details::Append(details))) => {
                (None, Consequence::Change(self.append(details)?))
            }
            (Effect::Modify, Some(Details::Modify(details))) => {
                (None, Consequence::Change(self.modify(details)?))
            }
            (Effect::DenyAction, Some(Details::Action(details))) => (None, self.action(details)?),
            (Effect::Manual, Some(Details::Manual(details))) => {
                let state = match &details.default_state {
                    Some(formula) => self.parsed(formula, "`defaultState`", ManualState::parse)?,
                    None => ManualState::Unknown,
                };
                (None, Consequence::Attest(state))
            }
            (Effect::Manual, _) => (None, Consequence::Attest(ManualState::Unknown)),
            _ => (None, Consequence::None),
        })
    }

    fn action(&mut self, details: &ActionDetails) -> Option<Consequence> {
        let span = details.action_names.span;
        let names: Option<Vec<Arc<str>>> = match self.computed(&details.action_names) {
            Computed::Known(Value::Array(items)) => {
                items.iter().map(|item| item.as_str().map(Arc::from)).collect()
            }
            _ => None,
        };
        let on_group_deletion = match &details.on_group_deletion {
            Some(formula) => {
                self.parsed(formula, "`cascadeBehaviors.resourceGroup`", CascadeBehavior::parse)?
            }
            None => CascadeBehavior::Deny,
        };
        let Some(actions) = names else {
            let message = "`actionNames` doesn't come out as a list of texts";
            self.not_built(NotBuiltKind::Refused, message, span);
            return None;
        };
        if let Some(other) = actions.iter().find(|action| !action.eq_ignore_ascii_case("delete")) {
            let message = format!("`{other}` is no action that `denyAction` can refuse");
            self.not_built(NotBuiltKind::Refused, message, span);
            return None;
        }
        Some(Consequence::Protect { actions, on_group_deletion })
    }

    fn append(&mut self, details: &AppendDetails) -> Option<CompiledChange> {
        let operations: Vec<_> = details
            .entries
            .iter()
            .map(|entry| {
                self.operation(ChangeKind::Append, &entry.field, Some(&entry.value), None, entry.span)
            })
            .collect();
        Some(CompiledChange {
            conflict_effect: ConflictEffect::Deny,
            role_definition_ids: Vec::new(),
            operations: operations.into_iter().collect::<Option<_>>()?,
        })
    }

    fn modify(&mut self, details: &ModifyDetails) -> Option<CompiledChange> {
        let conflict_effect = match &details.conflict_effect {
            Some(formula) => self.parsed(formula, "`conflictEffect`", ConflictEffect::parse)?,
            None => ConflictEffect::Deny,
        };
        let operations: Vec<_> = details
            .operations
            .iter()
            .map(|given| {
                let kind = match given.kind {
                    OperationKind::Add => ChangeKind::Add,
                    OperationKind::AddOrReplace => ChangeKind::AddOrReplace,
                    OperationKind::Remove => ChangeKind::Remove,
                };
                self.operation(kind, &given.field, given.value.as_ref(), given.condition.as_ref(), given.span)
            })
            .collect();
        Some(CompiledChange {
            conflict_effect,
            role_definition_ids: details.role_definition_ids.clone(),
            operations: operations.into_iter().collect::<Option<_>>()?,
        })
    }

    fn operation(
        &mut self,
        kind: ChangeKind,
        field: &Formula,
        value: Option<&Formula>,
        condition: Option<&Formula>,
        span: Span,
    ) -> Option<CompiledOperation> {
        let Computed::Known(Value::String(text)) = self.computed(field) else {
            let message = "the field of an operation doesn't come out as a text";
            self.not_built(NotBuiltKind::Refused, message, field.span);
            return None;
        };
        let target = self.changed(kind, &text, field.span)?;
        let value = value.filter(|_| kind != ChangeKind::Remove).map(|value| self.computed(value));
        let condition = condition.map(|condition| self.computed(condition));
        Some(CompiledOperation { kind, field: text, target, value, condition, span })
    }

    /// Where an operation writes. Only tags, the identity and aliases can be changed, and only tags removed.
    fn changed(&mut self, kind: ChangeKind, text: &str, span: Span) -> Option<TargetField> {
        let refused = match FieldName::parse(text) {
            Ok(FieldName::Tags) if kind != ChangeKind::Remove => return Some(TargetField::Tags),
            Ok(FieldName::Tag(name)) => return Some(TargetField::Tag(name)),
            Ok(_) if kind == ChangeKind::Remove => {
                format!("`remove` takes tags away, and `{text}` is none")
            }
            Ok(FieldName::Identity(rest)) if !rest.is_empty() => return Some(TargetField::Identity(rest)),
            Ok(FieldName::Alias(alias)) => {
                return Some(TargetField::Alias(Box::new(self.everywhere(&alias, span))));
            }
            Ok(_) => format!("`{text}` is nothing that a policy can change"),
            Err(fault) => format!("`{text}` {fault}"),
        };
        self.not_built(NotBuiltKind::Refused, refused, span);
        None
    }

    fn existence(&mut self, details: &ExistenceDetails, effect: Effect) -> Option<CompiledDetails> {
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

    fn deployment(&mut self, details: &ExistenceDetails) -> Option<CompiledDeployment> {
        let Some(deployment) = &details.deployment else {
            let message = "the effect is `deployIfNotExists`, and its details have no `deployment`";
            self.not_built(NotBuiltKind::Refused, message, details.span);
            return None;
        };
        let parameters = deployment
            .parameters
            .iter()
            .map(|(name, formula, span)| (name.clone(), self.computed(formula), *span))
            .collect();
        let secrets = deployment
            .secrets
            .iter()
            .map(|secret| CompiledSecret {
                parameter: secret.name.clone(),
                vault: self.computed(&secret.vault),
                name: self.computed(&secret.secret_name),
                version: secret.secret_version.as_ref().map(|version| self.computed(version)),
                span: secret.span,
            })
            .collect();
        Some(CompiledDeployment {
            scope: deployment.scope,
            location: deployment.location.clone(),
            parameters,
            secrets,
            template: deployment.template.clone(),
            read: ReadTemplate::default(),
        })
    }
}

/// Why nothing of a definition is evaluated here, whatever the resource is.
fn elsewhere(definition: &PolicyDefinition, effect: Effect) -> Option<NotEvaluable> {
    match (definition.policy_type, &definition.mode) {
        (PolicyType::Static, _) => Some(NotEvaluable::Static),
        (_, PolicyMode::ResourceProvider(mode)) => Some(NotEvaluable::ProviderMode(mode.clone())),
        _ if NotEvaluable::is_elsewhere(effect) => Some(NotEvaluable::Effect(effect)),
        _ => None,
    }
}

/// A condition that never holds.
fn never(span: Span) -> Test {
    Test { kind: TestKind::AnyOf(Group::default()), known: Some(Truth::False), span }
}

/// Whether a condition asks who makes the request.
fn asks_identity(test: &Test) -> bool {
    let leaf = match &test.kind {
        TestKind::AllOf(group) | TestKind::AnyOf(group) => return group.parts.iter().any(asks_identity),
        TestKind::Not(part) => return asks_identity(part),
        TestKind::Compare(leaf) => leaf,
    };
    let asks = |computed: &Computed| matches!(computed, Computed::Formula(formula) if identity(formula));
    asks(&leaf.target)
        || match &leaf.subject {
            Operand::Field(_) => false,
            Operand::ComputedField(formula) => identity(formula),
            Operand::Value(value) => asks(value),
            Operand::CountField(count) => count.filter.as_ref().is_some_and(asks_identity),
            Operand::CountValue(count) => {
                asks(&count.list) || count.filter.as_ref().is_some_and(asks_identity)
            }
            Operand::CountItems(items) => items.iter().any(|(_, test)| asks_identity(test)),
        }
}

fn identity(formula: &Formula) -> bool {
    formula.expressions().flat_map(|(expression, _)| expression.terms()).any(|term| match term {
        Term::Call(name, _) => &**name == "claims",
        Term::Access(of, key) => {
            let request = matches!(&**of, Term::Call(name, _) if &**name == "requestcontext");
            request
                && matches!(&**key, Term::Literal(Value::String(key)) if key.eq_ignore_ascii_case("identity"))
        }
        Term::Literal(_) => false,
    })
}
