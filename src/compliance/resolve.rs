//! From assignments to programs: which definition each names, whether it can be evaluated, and its program.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::arm::nearest::nearest;
use crate::arm::{ResourceType, Scope};
use crate::engine::{
    BoundParameters, CompiledPolicy, Language, Occasion, bind, bind_member, bind_set, unknown_aliases,
};
use crate::inventory::Inventory;
use crate::policy::{Effect, PolicyAssignment, PolicyDefinition, PolicyMode, PolicyType, VersionPattern};
use crate::source::{Diagnostic, Diagnostics};

use super::codes;
use super::compiled::Compiled;
use super::definitions::{Definitions, Found};
use super::extensions::look_like_extensions;
use super::run::{Disabled, Evaluated, Member, NotEvaluated, Run, WhyNot};
use super::selection::Selection;

/// What assignments are resolved with.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// What they may name.
    pub definitions: &'a Definitions,
    /// The tenant in which they stand.
    pub inventory: &'a Inventory,
    /// How rules are read.
    pub language: Language<'a>,
    /// Which members of initiatives are evaluated.
    pub selection: &'a Selection,
    /// Programs that runs share.
    pub compiled: &'a Compiled,
    /// What is given of the occasion on which rules are evaluated; a scan gives nothing.
    pub given: &'a Occasion,
}

/// Binds and compiles every assignment; one of an initiative becomes as many as the initiative has members that
/// `selection` lets through.
///
/// One program serves all that bind a definition alike. Faults in parameters are pushed; what can't be evaluated is
/// kept with its reason. The flag of an assignment says that it is proposed and doesn't exist yet.
pub fn resolve(
    setting: Setting<'_>,
    assignments: Vec<(PolicyAssignment, bool)>,
    faults: &mut Diagnostics,
) -> Run {
    let run = Run {
        semantics: setting.language.semantics.clone(),
        aliases_given: !setting.language.aliases.is_built_in(),
        ..Run::default()
    };
    let mut programs = Programs { setting, faults, known: BTreeMap::new(), run };
    for (assignment, proposed) in assignments {
        programs.resolve(&Arc::new(assignment), proposed);
    }
    let mut run = programs.run;
    let evaluated = run.assignments.iter().map(|one| (&*one.definition, &*one.policy));
    faults.extend(unknown_aliases(evaluated, setting.language.aliases));
    faults.extend(look_like_extensions(&run.assignments, setting.inventory, setting.language.semantics));
    run.assignments.sort_by_cached_key(|e| key(&e.assignment, e.member.as_ref()));
    run.disabled.sort_by_cached_key(|d| key(&d.assignment, d.member.as_ref()));
    run.not_evaluated.sort_by_cached_key(|n| key(&n.assignment, n.member.as_ref()));
    run
}

/// The order of a run: by display name, then id, then reference id.
fn key(assignment: &PolicyAssignment, member: Option<&Member>) -> (String, String, String) {
    let reference = member.map(|member| member.reference_id().to_lowercase()).unwrap_or_default();
    (assignment.display_name.to_lowercase(), assignment.id.to_lowercase(), reference)
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

/// What is being resolved: an assignment, with the member of its initiative.
#[derive(Clone, Copy)]
struct Case<'a> {
    assignment: &'a Arc<PolicyAssignment>,
    member: Option<&'a Member>,
    proposed: bool,
}

struct Programs<'a> {
    setting: Setting<'a>,
    faults: &'a mut Diagnostics,
    /// By the definition's id and the bound parameters.
    known: BTreeMap<(String, String), Result<Arc<CompiledPolicy>, WhyNot>>,
    run: Run,
}

impl Programs<'_> {
    fn resolve(&mut self, assignment: &Arc<PolicyAssignment>, proposed: bool) {
        let case = Case { assignment, member: None, proposed };
        if is_unknown(&assignment.scope, self.setting.inventory) {
            self.faults.push(unknown_scope(assignment, self.setting.inventory));
            return self.not(case, None, WhyNot::UnknownScope(assignment.scope.clone()));
        }
        if self.setting.definitions.is_initiative(&assignment.definition_id) {
            return self.initiative(case);
        }
        let found = self.setting.definitions.find(&assignment.definition_id);
        let Some(definition) = self.found(case, &found) else { return };
        let version = definition.version.as_deref();
        if let Err(reason) =
            whole(assignment).and_then(|()| taken(assignment.definition_version.as_ref(), version))
        {
            return self.not(case, Some(definition), reason);
        }
        self.definition(case, definition, |faults| bind(definition, assignment, faults));
    }

    /// Each member of an assigned initiative.
    fn initiative(&mut self, case: Case<'_>) {
        let assignment = case.assignment;
        let found = self.setting.definitions.find_initiative(&assignment.definition_id);
        let Some(set) = self.found(case, &found) else { return };
        let version = set.version.as_deref();
        if let Err(reason) =
            whole(assignment).and_then(|()| taken(assignment.definition_version.as_ref(), version))
        {
            return self.not(case, None, reason);
        }
        let Some(values) = bind_set(set, assignment, self.faults) else {
            return self.not(case, None, WhyNot::Parameters);
        };
        for (index, policy) in set.members.iter().enumerate() {
            let member = Member { set: set.clone(), index };
            let case = Case { member: Some(&member), ..case };
            let found = self.setting.definitions.find(&policy.definition_id);
            let known = match &found {
                Found::One(definition) => Some(&***definition),
                Found::Ambiguous | Found::None => None,
            };
            if !self.setting.selection.keeps_member(set, policy, known) {
                continue;
            }
            let Some(definition) = self.found(case, &found) else { continue };
            match taken(policy.definition_version.as_ref(), definition.version.as_deref()) {
                Err(reason) => self.not(case, Some(definition), reason),
                Ok(()) => {
                    self.definition(case, definition, |faults| {
                        bind_member(definition, policy, &values, faults)
                    });
                }
            }
        }
    }

    /// The document, if there is one; else the case can't be evaluated.
    fn found<'d, T>(&mut self, case: Case<'_>, found: &Found<'d, T>) -> Option<&'d Arc<T>> {
        match found {
            Found::One(document) => return Some(document),
            Found::Ambiguous => self.not(case, None, WhyNot::AmbiguousDefinition),
            Found::None => self.not(case, None, WhyNot::UnknownDefinition),
        }
        None
    }

    /// A case whose definition is known.
    fn definition(
        &mut self,
        case: Case<'_>,
        definition: &Arc<PolicyDefinition>,
        bind: impl FnOnce(&mut Diagnostics) -> Option<BoundParameters>,
    ) {
        if let Some(kind) = by_kind(definition) {
            return self.not(case, Some(definition), WhyNot::NotEvaluable(kind));
        }
        let Some(bound) = bind(self.faults) else {
            return self.not(case, Some(definition), WhyNot::Parameters);
        };
        let Case { assignment, member, proposed } = case;
        match self.program(definition, &bound) {
            Ok(policy) if policy.effect() == Effect::Disabled => self.run.disabled.push(Disabled {
                assignment: assignment.clone(),
                member: member.cloned(),
                definition: definition.clone(),
            }),
            Ok(policy) => match policy.not_evaluable_on(Some(self.setting.given)) {
                Some(why) => self.not(case, Some(definition), WhyNot::NotEvaluable(why.to_string())),
                None => self.run.assignments.push(Evaluated {
                    assignment: assignment.clone(),
                    member: member.cloned(),
                    definition: definition.clone(),
                    versions: newest(&policy, self.setting.language),
                    given: self.setting.given.clone(),
                    policy,
                    proposed,
                }),
            },
            Err(reason) => self.not(case, Some(definition), reason),
        }
    }

    fn program(
        &mut self,
        definition: &PolicyDefinition,
        bound: &BoundParameters,
    ) -> Result<Arc<CompiledPolicy>, WhyNot> {
        let key = (definition.id.to_ascii_lowercase(), bound.key());
        let Programs { known, faults, setting, .. } = self;
        let compiled = || {
            setting.compiled.get(definition, bound, setting.language).map_err(|missing| {
                for not in &missing {
                    faults.push(not.diagnostic());
                }
                WhyNot::NotBuilt(missing.into_iter().map(|not| (not.to_string(), not.span)).collect())
            })
        };
        known.entry(key).or_insert_with(compiled).clone()
    }

    fn not(&mut self, case: Case<'_>, definition: Option<&Arc<PolicyDefinition>>, reason: WhyNot) {
        self.run.not_evaluated.push(NotEvaluated {
            assignment: case.assignment.clone(),
            member: case.member.cloned(),
            definition: definition.cloned(),
            reason,
        });
    }
}

/// Whether all of an assignment can be evaluated.
fn whole(assignment: &PolicyAssignment) -> Result<(), WhyNot> {
    if assignment.unsupported.is_empty() {
        return Ok(());
    }
    let mut parts: Vec<_> = assignment.unsupported.iter().map(|(part, _)| *part).collect();
    parts.sort();
    parts.dedup();
    Err(WhyNot::Selective(parts))
}

/// Whether the version that was given is one that is asked for. A document that doesn't say its version is taken.
fn taken(wanted: Option<&VersionPattern>, given: Option<&str>) -> Result<(), WhyNot> {
    match (wanted, given) {
        (Some(wanted), Some(given)) if !wanted.takes(given) => {
            Err(WhyNot::Version { wanted: wanted.as_str().into(), given: given.into() })
        }
        _ => Ok(()),
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
