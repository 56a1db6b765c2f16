//! A compiled policy: what compliance and remediation ask.

use std::sync::{Arc, OnceLock};

use crate::arm::expression::Failure;
use crate::arm::template::{
    DeploymentRequest, Expansion, ExpansionFault, FaultKind, PreparedTemplate, ResourceGroupFacts,
    secret_expression,
};
use crate::arm::{AliasCatalog, Object, Reads, ResourceId, ResourceType, Semantics, Value};
use crate::policy::{Effect, ExistenceScope};
use crate::source::{Node, Span};

use super::context::{Lookups, RuleContext};
use super::effects::{Consequence, NotEvaluable};
use super::evaluate::Run;
use super::existence::{Wanted, search};
use super::indexed::where_admitted;
use super::observe::Observer;
use super::program::{Computed, Test};
use super::{BoundParameters, Candidate, Cause, ExistenceCheck, Subject, Truth, reads, time};

/// A definition with the values of its parameters, as a program.
#[derive(Debug, Clone, PartialEq)]
pub struct CompiledPolicy {
    pub(super) definition: Arc<str>,
    pub(super) effect: Effect,
    pub(super) indexed: bool,
    /// The rule reads the location.
    pub(super) located: bool,
    /// The rule asks for more than type, name and kind.
    pub(super) asks_more: bool,
    pub(super) condition: Test,
    pub(super) details: Option<CompiledDetails>,
    /// What other effects do.
    pub(super) consequence: Consequence,
    pub(super) not_evaluable: Option<NotEvaluable>,
    pub(super) parameters: BoundParameters,
    /// How open points are read.
    pub(super) semantics: Semantics,
    /// The aliases that it was compiled with.
    pub(super) aliases: AliasCatalog,
    /// The newest API version of the related type, by which a scan reads candidates; where the catalogue lists them.
    pub(super) related_version: Option<Arc<str>>,
    /// Aliases of the rule that none of them is, each once, sorted, with its first place.
    pub(super) unknown_aliases: Vec<(Arc<str>, Span)>,
    pub(super) lookups: Lookups,
}

/// The details of "if not exists".
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CompiledDetails {
    pub(super) resource_type: ResourceType,
    pub(super) name: Option<(Computed, Span)>,
    pub(super) group: Option<(Computed, Span)>,
    pub(super) scope: ExistenceScope,
    pub(super) scope_given: bool,
    pub(super) condition: Option<Test>,
    pub(super) role_definition_ids: Vec<Arc<str>>,
    pub(super) deployment: Option<CompiledDeployment>,
}

/// What would be deployed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CompiledDeployment {
    pub(super) scope: ExistenceScope,
    pub(super) location: Option<Arc<str>>,
    pub(super) parameters: Vec<(Arc<str>, Computed, Span)>,
    pub(super) secrets: Vec<CompiledSecret>,
    pub(super) template: Arc<Node>,
    pub(super) read: ReadTemplate,
}

/// A parameter whose value lies in a key vault.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CompiledSecret {
    pub(super) parameter: Arc<str>,
    pub(super) vault: Computed,
    pub(super) name: Computed,
    pub(super) version: Option<Computed>,
    pub(super) span: Span,
}

/// A secret that a deployment reads from a key vault, as computed for a resource. Whoever deploys needs the right to
/// read it (`Microsoft.KeyVault/vaults/deploy/action`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretReference {
    /// The template's parameter.
    pub parameter: Arc<str>,
    /// The vault's id.
    pub vault: Arc<str>,
    /// The secret's name.
    pub name: Arc<str>,
    /// Its version; the newest without it.
    pub version: Option<Arc<str>>,
    /// Where the parameter's name stands.
    pub span: Span,
}

/// What a deployment is called and where it runs.
#[derive(Debug, Clone)]
pub struct DeploymentOptions<'a> {
    /// What `deployment().name` answers. The service's own name can't be known.
    pub name: Arc<str>,
    /// What `newGuid()` is derived from.
    pub guid_seed: Arc<str>,
    /// What is known of the group that the deployment runs in, where it runs in one and the group is known.
    pub resource_group: Option<&'a ResourceGroupFacts>,
}

impl CompiledDeployment {
    /// Expands the template, which is read once.
    fn prepared(&self, request: &DeploymentRequest<'_>) -> Result<Expansion, Vec<ExpansionFault>> {
        match self.read.0.get_or_init(|| PreparedTemplate::read(&self.template)) {
            Ok(template) => template.expand(request),
            Err(faults) => Err(faults.clone()),
        }
    }
}

/// The template once it is read: follows from the text beside it, so two of them never differ.
#[derive(Debug, Default)]
pub(super) struct ReadTemplate(OnceLock<Result<PreparedTemplate, Vec<ExpansionFault>>>);

impl Clone for ReadTemplate {
    fn clone(&self) -> ReadTemplate {
        ReadTemplate::default()
    }
}

impl PartialEq for ReadTemplate {
    fn eq(&self, _: &ReadTemplate) -> bool {
        true
    }
}

fn fault(failure: &Failure, span: Span) -> ExpansionFault {
    let kind = match failure {
        Failure::Error(_) => FaultKind::Refused,
        Failure::Unknown(_) => FaultKind::MissingFact,
        Failure::Unsupported(_) => FaultKind::Unsupported,
    };
    ExpansionFault { message: failure.to_string(), expression: None, span, kind }
}

impl SecretReference {
    /// What stands for the value in an expansion: only the deployment reads it.
    fn expression(&self) -> Arc<str> {
        secret_expression(&self.vault, &self.name, self.version.as_deref())
    }
}

impl CompiledPolicy {
    /// How points are read that the documentation leaves open.
    pub fn semantics(&self) -> &Semantics {
        &self.semantics
    }

    /// The id of the definition.
    pub fn definition(&self) -> &Arc<str> {
        &self.definition
    }

    /// The effect; of a disabled policy nothing else is to be asked.
    pub fn effect(&self) -> Effect {
        self.effect
    }

    /// The aliases of the rule that no type is known to have, each once, sorted, with the first place of each. What
    /// rests on one is undecided for the types that may have it.
    pub fn unknown_aliases(&self) -> &[(Arc<str>, Span)] {
        &self.unknown_aliases
    }

    /// The values of the parameters.
    pub fn parameters(&self) -> &BoundParameters {
        &self.parameters
    }

    /// The type of the related resource, where the effect looks for one.
    pub fn related_type(&self) -> Option<&ResourceType> {
        self.details.as_ref().map(|details| &details.resource_type)
    }

    /// Whether the effect looks for a related resource ("if not exists").
    pub fn looks_for_related(&self) -> bool {
        self.details.is_some()
    }

    /// Whether the mode admits the resource and the rule's `if` holds for it.
    ///
    /// For "if not exists" this decides whether there is a row at all. For `audit` and `deny` it is what makes
    /// a row non-compliant; see [`applicable`](Self::applicable).
    /// A policy that a resource provider evaluates is undecided here for every resource.
    pub fn applies_to<O: Observer>(&self, subject: &Subject<'_>, observer: &mut O) -> Truth {
        if let Some(reason) = self.elsewhere() {
            return Truth::unknown([Cause::MissingFact(reason.to_string().into())]);
        }
        let admitted = self.admits(subject.resource, observer);
        if admitted == Truth::False {
            return admitted;
        }
        let view = Candidate::existing(subject.resource);
        where_admitted(admitted, self.run(subject, view, true, observer).test(&self.condition, None))
    }

    /// Why the rule isn't evaluated at all.
    pub(super) fn elsewhere(&self) -> Option<&NotEvaluable> {
        self.not_evaluable.as_ref().filter(|reason| **reason != NotEvaluable::Identity)
    }

    pub(super) fn run<'r, O: Observer>(
        &'r self,
        subject: &'r Subject<'r>,
        view: Candidate<'r>,
        own: bool,
        observer: &'r mut O,
    ) -> Run<'r, O> {
        let (definition, parameters, lookups) = (&self.definition, &self.parameters, &self.lookups);
        let (semantics, aliases) = (&self.semantics, &self.aliases);
        let version = match (own, view.planned) {
            (true, _) => subject.api_version(),
            (false, true) => view.api_version(),
            (false, false) => self.related_version.as_deref(),
        };
        Run { subject, view, version, own, definition, parameters, lookups, semantics, aliases, observer }
    }

    /// Where and under which name the related resource is looked for. An error where the effect looks for
    /// none, or where an expression of the details has no value for this resource.
    pub fn existence(&self, subject: &Subject<'_>) -> Result<ExistenceCheck, Failure> {
        let Some(details) = &self.details else {
            return Err(Failure::Error(format!("`{}` looks for no other resource", self.effect.as_str())));
        };
        let name = self.text(details.name.as_ref(), "name", subject)?;
        let group = self.text(details.group.as_ref(), "resourceGroupName", subject)?;
        let wanted = Wanted {
            resource_type: &details.resource_type,
            name: name.filter(|name| !name.is_empty()),
            group,
            scope: details.scope,
            scope_given: details.scope_given,
        };
        search(wanted, subject.resource, &self.semantics).map_err(Failure::Error)
    }

    fn text(
        &self,
        computed: Option<&(Computed, Span)>,
        key: &str,
        subject: &Subject<'_>,
    ) -> Result<Option<Arc<str>>, Failure> {
        let Some((computed, _)) = computed else { return Ok(None) };
        match self.value(computed, subject)? {
            Value::String(text) => Ok(Some(text)),
            other => Err(Failure::Error(format!("`{key}` comes out as `{other}`, which is no text"))),
        }
    }

    /// A value of the details: `field()` reads the resource under `if`.
    pub(super) fn value(&self, computed: &Computed, subject: &Subject<'_>) -> Result<Value, Failure> {
        match computed {
            Computed::Known(value) => Ok(value.clone()),
            Computed::Fails(Cause::MissingFact(text)) => Err(Failure::Unknown(text.as_ref().to_owned())),
            Computed::Fails(cause) => Err(Failure::Error(cause.to_string())),
            Computed::Current(_) => {
                Err(Failure::Error("the function 'current' stands outside of a count".into()))
            }
            Computed::Formula(formula) => formula.evaluate(&RuleContext {
                subject,
                view: Candidate::existing(subject.resource),
                version: subject.api_version(),
                own: true,
                frames: None,
                definition: &self.definition,
                parameters: &self.parameters,
                lookups: &self.lookups,
                semantics: &self.semantics,
                aliases: &self.aliases,
            }),
        }
    }

    /// Whether a candidate meets the existence condition; without one, any does.
    ///
    /// The candidate has to be one that [`ExistenceCheck::admits`].
    pub fn satisfies<O: Observer>(
        &self,
        subject: &Subject<'_>,
        candidate: Candidate<'_>,
        observer: &mut O,
    ) -> Truth {
        match self.details.as_ref().map(|details| details.condition.as_ref()) {
            Some(Some(condition)) => self.run(subject, candidate, false, observer).test(condition, None),
            Some(None) => Truth::True,
            None => Truth::False,
        }
    }

    /// The roles that the assignment's identity needs, as the definition writes their ids.
    pub fn role_definition_ids(&self) -> &[Arc<str>] {
        match (&self.details, self.change()) {
            (Some(details), _) => &details.role_definition_ids,
            (None, Some(change)) => &change.role_definition_ids,
            (None, None) => &[],
        }
    }

    /// `deployment.location`: where the deployment itself is kept, at subscription scope.
    pub fn deployment_location(&self) -> Option<&Arc<str>> {
        self.details.as_ref()?.deployment.as_ref()?.location.as_ref()
    }

    /// Whether the deployment runs in the subscription or in a group; `None` where the effect deploys nothing.
    pub fn deployment_scope(&self) -> Option<ExistenceScope> {
        Some(self.details.as_ref()?.deployment.as_ref()?.scope)
    }

    /// The template of the deployment, untouched.
    pub fn template(&self) -> Option<&Arc<Node>> {
        Some(&self.details.as_ref()?.deployment.as_ref()?.template)
    }

    /// Whether the template's parameters and the group are the same for every resource.
    pub fn deployment_is_fixed(&self) -> bool {
        self.details.as_ref().is_some_and(|details| {
            let known = |computed: &Computed| matches!(computed, Computed::Known(_));
            let parameters = details.deployment.iter().flat_map(|deployment| &deployment.parameters);
            parameters.map(|(_, computed, _)| computed).all(known)
                && details.deployment.iter().all(|deployment| deployment.secrets.is_empty())
                && details.group.iter().all(|(computed, _)| known(computed))
        })
    }

    /// The values that the deployment's template gets for its parameters, computed for this resource.
    pub fn deployment_parameters(&self, subject: &Subject<'_>) -> Result<Object, Vec<(Failure, Span)>> {
        let deployment = self.details.as_ref().and_then(|details| details.deployment.as_ref());
        let Some(deployment) = deployment else {
            let message = format!("`{}` deploys nothing", self.effect.as_str());
            return Err(vec![(Failure::Error(message), self.condition.span)]);
        };
        let (mut values, mut failures) = (Object::new(), Vec::new());
        for (name, computed, span) in &deployment.parameters {
            match self.value(computed, subject) {
                Ok(value) => values.push(name.clone(), value),
                Err(failure) => failures.push((failure, *span)),
            }
        }
        for secret in &deployment.secrets {
            match self.secret(secret, subject) {
                Ok(read) => values.push(secret.parameter.clone(), Value::Runtime(read.expression())),
                Err(failure) => failures.push((failure, secret.span)),
            }
        }
        if failures.is_empty() { Ok(values) } else { Err(failures) }
    }

    /// The secrets that the deployment reads from key vaults, computed for this resource.
    pub fn deployment_secrets(&self, subject: &Subject<'_>) -> Result<Vec<SecretReference>, Failure> {
        let deployment = self.details.as_ref().and_then(|details| details.deployment.as_ref());
        let secrets = deployment.map_or(&[][..], |deployment| &deployment.secrets);
        secrets.iter().map(|secret| self.secret(secret, subject)).collect()
    }

    fn secret(&self, secret: &CompiledSecret, subject: &Subject<'_>) -> Result<SecretReference, Failure> {
        let text = |computed: &Computed, what: &str| match self.value(computed, subject)? {
            Value::String(text) => Ok(text),
            other => Err(Failure::Error(format!("`{what}` comes out as `{other}`, which is no text"))),
        };
        Ok(SecretReference {
            parameter: secret.parameter.clone(),
            vault: text(&secret.vault, "keyVault.id")?,
            name: text(&secret.name, "secretName")?,
            version: secret.version.as_ref().map(|version| text(version, "secretVersion")).transpose()?,
            span: secret.span,
        })
    }

    /// The group that the deployment runs in; `None` where it runs in the subscription.
    pub fn deployment_group(&self, subject: &Subject<'_>) -> Result<Option<ResourceId>, Failure> {
        let Some(details) = &self.details else { return Ok(None) };
        if self.deployment_scope() != Some(ExistenceScope::ResourceGroup) {
            return Ok(None);
        }
        let id = &subject.resource.id;
        let named = self.text(details.group.as_ref(), "resourceGroupName", subject)?;
        let group = match (named.filter(|name| !name.is_empty()), id.subscription_id()) {
            (Some(name), Some(subscription)) => Some(ResourceId::resource_group(&subscription, &name)),
            _ => id.resource_group_id(),
        };
        match group {
            Some(group) => Ok(Some(group)),
            None => Err(Failure::Error(
                "the deployment runs in a resource group, and neither the rule names one nor does the resource \
                 lie in one"
                    .to_owned(),
            )),
        }
    }

    /// What a deployment for this resource would put, or every reason why it can't be said.
    pub fn deployment(
        &self,
        subject: &Subject<'_>,
        options: &DeploymentOptions<'_>,
    ) -> Result<Expansion, Vec<ExpansionFault>> {
        let span = self.condition.span;
        let parameters = self.deployment_parameters(subject).map_err(|failures| {
            failures.into_iter().map(|(failure, span)| fault(&failure, span)).collect::<Vec<_>>()
        })?;
        let group = self.deployment_group(subject).map_err(|failure| vec![fault(&failure, span)])?;
        let deployment = self.details.as_ref().and_then(|details| details.deployment.as_ref());
        let Some(deployment) = deployment else {
            return Err(vec![fault(&Failure::Error("nothing is deployed".to_owned()), span)]);
        };
        let group = group.map(|id| match options.resource_group {
            Some(facts) if facts.id == id => facts.clone(),
            _ => ResourceGroupFacts::unknown(id),
        });
        let request = DeploymentRequest {
            template: &deployment.template,
            parameters: &parameters,
            name: options.name.clone(),
            location: deployment.location.clone(),
            subscription: subject.subscription,
            resource_group: group.as_ref(),
            management_group: None,
            guid_seed: options.guid_seed.clone(),
            now: subject.now.map(Arc::from),
            semantics: &self.semantics,
        };
        deployment.prepared(&request)
    }

    /// Whether an evaluation or a deployment may ask for the time (`utcNow()`).
    pub fn asks_time(&self) -> bool {
        time::asked(self)
    }

    /// Which types and paths an evaluation reads.
    pub fn reads(&self) -> Reads {
        reads::of(self)
    }
}
