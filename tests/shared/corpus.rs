//! Microsoft's public definitions and initiatives, as a whole: every one is lowered and its parts are counted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use azpol::arm::Value;
use azpol::engine::{bind_member, bind_set};
use azpol::policy::{
    Details, Effect, PolicyDefinition, PolicyMode, PolicySetDefinition, PolicyType, ProviderDetailsKind,
    definition, set_definition,
};
use azpol::source::Diagnostics;

use crate::definitions::{assigned, files, fillers, read};
use crate::shared;

/// All definitions, by file.
pub(crate) fn definitions() -> &'static [PolicyDefinition] {
    static ALL: OnceLock<Vec<PolicyDefinition>> = OnceLock::new();
    ALL.get_or_init(|| {
        files(&shared().join("azure-policy/policyDefinitions"))
            .iter()
            .map(|path| {
                let mut faults = Diagnostics::new();
                let lowered = definition(&read(path)[0], "", &mut faults);
                lowered.unwrap_or_else(|| panic!("{}: {faults:?}", path.display()))
            })
            .collect()
    })
}

/// All initiatives, by file.
pub(crate) fn initiatives() -> &'static [PolicySetDefinition] {
    static ALL: OnceLock<Vec<PolicySetDefinition>> = OnceLock::new();
    ALL.get_or_init(|| {
        files(&shared().join("azure-policy/policySetDefinitions"))
            .iter()
            .map(|path| {
                let mut faults = Diagnostics::new();
                let lowered = set_definition(&read(path)[0], "", &mut faults);
                lowered.unwrap_or_else(|| panic!("{}: {faults:?}", path.display()))
            })
            .collect()
    })
}

fn count<K: Ord>(keys: impl IntoIterator<Item = K>) -> BTreeMap<K, usize> {
    let mut counts = BTreeMap::new();
    for key in keys {
        *counts.entry(key).or_default() += 1;
    }
    counts
}

/// The effects that a definition can have: written out, or those that its parameter allows or defaults to.
fn effects(definition: &PolicyDefinition) -> BTreeSet<Effect> {
    let parse = |value: &Value| Effect::parse(value.as_str()?);
    if let Some(effect) = definition.rule.effect.literal() {
        return parse(effect).into_iter().collect();
    }
    let read = definition.rule.effect.expressions().next().expect("an expression").0;
    let azpol::arm::expression::Term::Call(_, arguments) = &read.root else { panic!("{}", read.text) };
    let azpol::arm::expression::Term::Literal(name) = &arguments[0] else { panic!("{}", read.text) };
    let name = name.as_str().expect("a name");
    let declared =
        definition.parameters.iter().find(|p| p.name.eq_ignore_ascii_case(name)).expect("declared");
    declared.allowed.iter().flatten().chain(&declared.default).filter_map(parse).collect()
}

#[test]
fn types_modes_and_effects_are_as_counted() {
    let all = definitions();
    assert_eq!((all.len(), initiatives().len()), (3594, 181));
    let types = count(all.iter().map(|d| format!("{:?}", d.policy_type)));
    assert_eq!(types, count_of(&[("BuiltIn", 2762), ("Static", 832)]));
    let evaluated = || all.iter().filter(|d| d.policy_type != PolicyType::Static);
    let modes = count(evaluated().map(|d| match &d.mode {
        PolicyMode::All => "All".to_owned(),
        PolicyMode::Indexed => "Indexed".to_owned(),
        PolicyMode::ResourceProvider(mode) => mode.as_ref().to_owned(),
    }));
    let wanted = count_of(&[
        ("All", 906),
        ("Indexed", 1722),
        ("Microsoft.CognitiveServices.Data", 5),
        ("Microsoft.ContainerService.Data", 9),
        ("Microsoft.DataFactory.Data", 2),
        ("Microsoft.KeyVault.Data", 24),
        ("Microsoft.Kubernetes.Data", 76),
        ("Microsoft.LoadTestService.Data", 2),
        ("Microsoft.MachineLearningServices.Data", 6),
        ("Microsoft.MachineLearningServices.v2.Data", 3),
        ("Microsoft.ManagedHSM.Data", 7),
    ]);
    assert_eq!(modes, wanted);
    // Those of `Static` definitions are counted too.
    let effects = count(all.iter().flat_map(effects).map(|effect| effect.as_str().to_owned()));
    let wanted = count_of(&[
        ("append", 6),
        ("audit", 1475),
        ("auditAction", 1),
        ("auditIfNotExists", 975),
        ("deny", 521),
        ("denyAction", 2),
        ("deployIfNotExists", 888),
        ("disabled", 2557),
        ("enforceRegoPolicy", 9),
        ("enforceSetting", 6),
        ("manual", 557),
        ("modify", 103),
        ("mutate", 19),
    ]);
    assert_eq!(effects, wanted);
}

fn count_of(wanted: &[(&str, usize)]) -> BTreeMap<String, usize> {
    wanted.iter().map(|(key, count)| ((*key).to_owned(), *count)).collect()
}

#[test]
fn details_are_typed_and_serve_the_effects_that_need_them() {
    let kind = |definition: &PolicyDefinition| match &definition.rule.details {
        None => "none",
        Some(Details::Existence(_)) => "existence",
        Some(Details::Append(_)) => "append",
        Some(Details::Modify(_)) => "modify",
        Some(Details::Action(_)) => "action",
        Some(Details::Manual(_)) => "manual",
        Some(Details::NetworkGroup(_)) => "network group",
        Some(Details::Provider(details)) => match details.kind {
            ProviderDetailsKind::Constraint => "constraint",
            ProviderDetailsKind::Mutation => "mutation",
            ProviderDetailsKind::RegoPolicy => "rego policy",
            ProviderDetailsKind::Setting => "setting",
            ProviderDetailsKind::Other => "other",
        },
    };
    let evaluated = || definitions().iter().filter(|d| d.policy_type != PolicyType::Static);
    let wanted = count_of(&[
        ("action", 2),
        ("append", 6),
        ("constraint", 57),
        ("existence", 1393),
        ("manual", 557),
        ("modify", 104),
        ("mutation", 19),
        ("none", 609),
        ("rego policy", 9),
        ("setting", 6),
    ]);
    assert_eq!(count(evaluated().map(|d| kind(d).to_owned())), wanted);
    for definition in evaluated() {
        for effect in effects(definition) {
            let reads_none = matches!(effect, Effect::Audit | Effect::Deny | Effect::Disabled);
            let served =
                definition.rule.details.as_ref().map_or(reads_none, |details| details.serves(effect));
            assert!(served, "{}: {}", definition.display_name, effect.as_str());
        }
    }
}

#[test]
fn operations_are_as_counted() {
    let modify = || definitions().iter().filter_map(|d| d.rule.details.as_ref()?.modify());
    let operations = count(modify().flat_map(|m| &m.operations).map(|o| o.kind.as_str().to_owned()));
    assert_eq!(operations, count_of(&[("add", 5), ("addOrReplace", 112)]));
    assert!(modify().all(|modify| !modify.role_definition_ids.is_empty()));
}

#[test]
fn initiatives_are_lowered_as_a_whole() {
    let members = || initiatives().iter().flat_map(|set| &set.members);
    assert_eq!(members().count(), 15815);
    assert_eq!(members().filter(|member| !member.parameters.is_empty()).count(), 8462);
    assert_eq!(members().filter(|member| !member.group_names.is_empty()).count(), 14177);
    assert_eq!(members().map(|member| member.parameters.len()).sum::<usize>(), 16529);
    assert!(members().all(|member| member.reference_given && member.definition_version.is_some()));
    assert_eq!(initiatives().iter().map(|set| set.groups.len()).sum::<usize>(), 8667);
    assert_eq!(initiatives().iter().map(|set| set.parameters.len()).sum::<usize>(), 12264);
    assert!(initiatives().iter().all(|set| set.policy_type == PolicyType::BuiltIn));
    assert!(initiatives().iter().all(|set| set.version.is_some() && !set.versions.is_empty()));
}

#[test]
fn every_member_of_every_initiative_binds() {
    let by_id: BTreeMap<String, &PolicyDefinition> =
        definitions().iter().map(|d| (d.id.to_ascii_lowercase(), d)).collect();
    let (mut bound_members, mut of_other_version, mut said) = (0, 0, Vec::new());
    for set in initiatives() {
        let mut faults = Diagnostics::new();
        let values = bind_set(set, &assigned(&set.id, &fillers(&set.parameters)), &mut faults);
        let values = values.unwrap_or_else(|| panic!("{}: {faults:?}", set.display_name));
        for member in &set.members {
            let definition = by_id[&member.definition_id.to_ascii_lowercase()];
            if !member.takes(definition.version.as_deref()) {
                of_other_version += 1;
                continue;
            }
            let mut faults = Diagnostics::new();
            let bound = bind_member(definition, member, &values, &mut faults);
            assert!(bound.is_some(), "{} {}: {faults:?}", set.name, member.reference_id);
            said.extend(faults.into_iter().map(|fault| fault.message));
            bound_members += 1;
        }
    }
    assert_eq!(said, ["x"; 0]);
    assert_eq!((bound_members, of_other_version), (15714, 101));
}
