//! From assignments to programs: which definition each names, whether it can be evaluated, and its program.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::arm::nearest::nearest;
use crate::arm::{ResourceType, Scope};
use crate::engine::{CompiledPolicy, Language, bind, compile, unknown_aliases};
use crate::inventory::Inventory;
use crate::policy::{Effect, PolicyAssignment, PolicyDefinition, PolicyMode, PolicyType};
use crate::source::{Diagnostic, Diagnostics};

use super::codes;
use super::definitions::{Definitions, Found};
use super::run::{Disabled, Evaluated, NotEvaluated, Run, WhyNot};

/// Binds and compiles every assignment.
///
/// One program serves all assignments that bind a definition alike. Faults in parameters are pushed; an
/// assignment that can't be evaluated is kept with its reason. `proposed` says which ones don't exist yet.
pub fn resolve(
    assignments: Vec<(PolicyAssignment, bool)>,
    definitions: &Definitions,
    inventory: &Inventory,
    language: Language<'_>,
    faults: &mut Diagnostics,
) -> Run {
    let mut run = Run {
        semantics: language.semantics.clone(),
        aliases_given: !language.aliases.is_built_in(),
        ..Run::default()
    };
    let mut programs = Programs { language, inventory, known: BTreeMap::new() };
    for (assignment, proposed) in assignments {
        match programs.resolve(assignment, definitions, faults) {
            Resolved::Evaluated(assignment, definition, policy) => {
                let versions = newest(&policy, language);
                run.assignments.push(Evaluated { assignment, definition, policy, proposed, versions });
            }
            Resolved::Disabled(assignment, definition) => {
                run.disabled.push(Disabled { assignment, definition });
            }
            Resolved::Not(not) => run.not_evaluated.push(*not),
        }
    }
    let evaluated = run.assignments.iter().map(|one| (&*one.definition, &*one.policy));
    faults.extend(unknown_aliases(evaluated, language.aliases));
    let key = |a: &PolicyAssignment| (a.display_name.to_lowercase(), a.id.to_lowercase());
    run.assignments.sort_by_key(|e| key(&e.assignment));
    run.disabled.sort_by_key(|d| key(&d.assignment));
    run.not_evaluated.sort_by_key(|n| key(&n.assignment));
    run
}

/// The newest API version of each type that a policy names.
fn newest(policy: &CompiledPolicy, language: Language<'_>) -> BTreeMap<ResourceType, Arc<str>> {
    let of = |resource_type: ResourceType| {
        let version = language.aliases.resource_type_facts(&resource_type)?.api_versions().max()?;
        let version: Arc<str> = version.into();
        Some((resource_type, version))
    };
    policy.target_types().into_iter().flatten().filter_map(of).collect()
}

enum Resolved {
    Evaluated(PolicyAssignment, Arc<PolicyDefinition>, Arc<CompiledPolicy>),
    Disabled(PolicyAssignment, Arc<PolicyDefinition>),
    Not(Box<NotEvaluated>),
}

struct Programs<'a> {
    language: Language<'a>,
    inventory: &'a Inventory,
    /// By the definition's id and the bound parameters.
    known: BTreeMap<(String, String), Result<Arc<CompiledPolicy>, WhyNot>>,
}

impl Programs<'_> {
    fn resolve(
        &mut self,
        assignment: PolicyAssignment,
        definitions: &Definitions,
        faults: &mut Diagnostics,
    ) -> Resolved {
        let not = |assignment, definition: Option<&Arc<PolicyDefinition>>, reason| {
            Resolved::Not(Box::new(NotEvaluated { assignment, definition: definition.cloned(), reason }))
        };
        if is_unknown(&assignment.scope, self.inventory) {
            faults.push(unknown_scope(&assignment, self.inventory));
            let scope = assignment.scope.clone();
            return not(assignment, None, WhyNot::UnknownScope(scope));
        }
        if assignment.definition_id.to_ascii_lowercase().contains("/policysetdefinitions/") {
            return not(assignment, None, WhyNot::Initiative);
        }
        let definition = match definitions.find(&assignment.definition_id) {
            Found::One(definition) => definition,
            Found::Ambiguous => return not(assignment, None, WhyNot::AmbiguousDefinition),
            Found::None => return not(assignment, None, WhyNot::UnknownDefinition),
        };
        if !assignment.unsupported.is_empty() {
            let mut parts: Vec<_> = assignment.unsupported.iter().map(|(part, _)| *part).collect();
            parts.sort();
            parts.dedup();
            return not(assignment, Some(definition), WhyNot::Selective(parts));
        }
        if let Some(kind) = by_kind(definition) {
            return not(assignment, Some(definition), WhyNot::NotEvaluable(kind));
        }
        let Some(bound) = bind(definition, &assignment, faults) else {
            return not(assignment, Some(definition), WhyNot::Parameters);
        };
        let key = (definition.id.to_ascii_lowercase(), bound.key());
        let language = self.language;
        let program = self.known.entry(key).or_insert_with(|| {
            compile(definition, &bound, language).map(Arc::new).map_err(|missing| {
                for not in &missing {
                    faults.push(not.diagnostic());
                }
                WhyNot::NotBuilt(missing.into_iter().map(|not| (not.to_string(), not.span)).collect())
            })
        });
        match program {
            Ok(policy) if policy.effect() == Effect::Disabled => {
                Resolved::Disabled(assignment, definition.clone())
            }
            Ok(policy) if policy.not_evaluable().is_some() => {
                let reason = policy.not_evaluable().map(ToString::to_string).unwrap_or_default();
                not(assignment, Some(definition), WhyNot::NotEvaluable(reason))
            }
            Ok(policy) => Resolved::Evaluated(assignment, definition.clone(), policy.clone()),
            Err(reason) => not(assignment, Some(definition), reason.clone()),
        }
    }
}

/// Whether a scope is known not to exist: a group that no input names although some tree reaches its root, or a
/// subscription that no input names.
fn is_unknown(scope: &Scope, inventory: &Inventory) -> bool {
    match scope {
        Scope::Tenant => false,
        Scope::ManagementGroup(group) => {
            !inventory.has_management_group(group) && inventory.subscriptions().any(|s| s.chain.complete)
        }
        other => other.subscription().is_some_and(|id| {
            inventory.subscription(&id).is_none() && !inventory.set_aside().iter().any(|aside| aside.id == id)
        }),
    }
}

fn unknown_scope(assignment: &PolicyAssignment, inventory: &Inventory) -> Diagnostic {
    let message =
        format!("`{}` is assigned at `{}`, which no input knows", assignment.name, assignment.scope);
    let mut fault = Diagnostic::new(&codes::UNKNOWN_SCOPE, message).at(assignment.span, "this assignment");
    if let Scope::ManagementGroup(group) = &assignment.scope {
        let names = inventory.management_groups().map(|group| group.id.as_str());
        fault = match nearest(group.as_str(), names) {
            Some(near) => fault.help(format!("did you mean `{near}`?")),
            None => fault.help("fetch the tree: az account management-group show -n <tenant id> -e -r"),
        };
    } else {
        fault = fault.help("give the subscription's files too, or select what is evaluated with `--scope`");
    }
    fault
}

/// What azpol can't evaluate by its kind, whatever is built.
fn by_kind(definition: &PolicyDefinition) -> Option<String> {
    match (&definition.policy_type, &definition.mode) {
        (PolicyType::Static, _) => {
            Some("a Static definition: Microsoft attests it, nothing is evaluated".to_owned())
        }
        (_, PolicyMode::ResourceProvider(mode)) => {
            Some(format!("the mode {mode} is evaluated by its resource provider"))
        }
        _ => None,
    }
}
