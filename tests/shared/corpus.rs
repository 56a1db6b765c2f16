//! Microsoft's public definitions and initiatives, as a whole: every one is lowered and its parts are counted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use azpol::arm::{FieldPaths, Location, ResourceId, ResourceType, Value};
use azpol::engine::{
    Candidate, Cause, CompiledPolicy, Language, Recorder, Silent, Standing, Subject, Truth, bind,
    bind_member, bind_set, compile,
};
use azpol::inventory::Resource;
use azpol::policy::{
    Details, Effect, PolicyDefinition, PolicyMode, PolicySetDefinition, PolicyType, ProviderDetailsKind,
    definition, set_definition,
};
use azpol::source::{Diagnostics, Span};

use crate::aliases::every_alias;
use crate::definitions::{assigned, files, fillers, read, subscription};
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
fn every_member_of_every_initiative_is_bound_and_compiled() {
    let by_id: BTreeMap<String, &PolicyDefinition> =
        definitions().iter().map(|d| (d.id.to_ascii_lowercase(), d)).collect();
    let (mut bound_members, mut of_other_version, mut said) = (0, 0, Vec::new());
    let (aliases, mut compiled) = (every_alias(), BTreeSet::new());
    for set in initiatives() {
        let mut faults = Diagnostics::new();
        let values = bind_set(set, &assigned(&set.id, &fillers(&set.parameters)), &mut faults);
        let values = values.unwrap_or_else(|| panic!("{}: {faults:?}", set.display_name));
        for member in &set.members {
            let definition = by_id[&member.definition_id.to_ascii_lowercase()];
            let takes = |version: &str| member.definition_version.as_ref().is_none_or(|v| v.takes(version));
            if !definition.version.as_deref().is_none_or(takes) {
                of_other_version += 1;
                continue;
            }
            let mut faults = Diagnostics::new();
            let bound = bind_member(definition, member, &values, &mut faults);
            let bound = bound.unwrap_or_else(|| panic!("{} {}: {faults:?}", set.name, member.reference_id));
            if compiled.insert((&definition.id, bound.key())) {
                let program = compile(definition, &bound, Language::of(&aliases));
                assert_eq!(program.err(), None, "{} {}", set.name, member.reference_id);
            }
            said.extend(faults.into_iter().map(|fault| fault.message));
            bound_members += 1;
        }
    }
    assert_eq!(said, ["x"; 0]);
    // The stored definitions are the newest versions; these members take older ones.
    assert_eq!((bound_members, of_other_version), (15714, 101));
}

/// A body whose members at these paths are texts; where `lists` is set, what lies between is a list of one.
fn filled(paths: &FieldPaths, lists: bool) -> Value {
    let members = paths.keys().map(|key| {
        let below = paths.below(key).expect("a key that is listed");
        let value = if below.is_whole() { Value::from("x") } else { filled(below, lists) };
        let wrap = lists && key != "properties" && !below.is_whole();
        (key.to_owned(), if wrap { Value::array([value]) } else { value })
    });
    Value::object(members)
}

/// Resources of a type: one that has nothing, and two that have what a policy reads.
fn samples(resource_type: &ResourceType, paths: &FieldPaths) -> Vec<Resource> {
    let group = ResourceId::parse("/subscriptions/a/resourceGroups/b").expect("id");
    let (text, depth) = (resource_type.as_str(), resource_type.depth());
    let id = match text.to_ascii_lowercase().as_str() {
        "microsoft.resources/subscriptions" => ResourceId::parse("/subscriptions/a").expect("id"),
        "microsoft.resources/resourcegroups" | "microsoft.resources/subscriptions/resourcegroups" => group,
        _ => group.child(text, &vec!["x"; depth].join("/")),
    };
    [Value::object([("properties", Value::object::<String>([]))]), filled(paths, false), filled(paths, true)]
        .into_iter()
        .map(|body| {
            let mut object = body.as_object().expect("an object").clone();
            object.insert("id", id.as_str());
            object.insert("location", "westeurope");
            Resource {
                id: id.clone(),
                resource_type: resource_type.clone(),
                location: Some(Location::new("westeurope")),
                body: Value::from(object).into(),
                loss: None,
                span: Span::none(),
            }
        })
        .collect()
}

/// No part of a truth rests on something that isn't built.
fn is_built(policy: &CompiledPolicy, causes: &[Cause]) {
    for cause in causes {
        assert!(!cause.to_string().contains("not supported"), "{}: {cause}", policy.definition());
    }
}

fn causes(truth: &Truth) -> &[Cause] {
    match truth {
        Truth::Unknown(causes) => causes,
        _ => &[],
    }
}

/// Every definition over resources of every type that it names: nothing is unbuilt, the fast evaluator says what the
/// explaining one says, and what is evaluated elsewhere is never decided.
#[test]
fn every_definition_is_evaluated() {
    let aliases = every_alias();
    let (mut evaluated, mut changed, mut kinds) = (0, 0, BTreeMap::new());
    let facts = subscription("a");
    for definition in definitions() {
        let assignment = assigned(&definition.id, &fillers(&definition.parameters));
        let bound = bind(definition, &assignment, &mut Diagnostics::new()).expect("bound");
        let policy = compile(definition, &bound, Language::of(&aliases)).expect("compiled");
        let reads = policy.reads();
        for (resource_type, paths) in reads.types() {
            for resource in samples(resource_type, paths) {
                let subject = Subject { resource: &resource, ..facts.subject(Some("2026-01-02T03:04:05Z")) };
                let standing = policy.standing(&subject, &mut Silent);
                assert_eq!(policy.standing(&subject, &mut Recorder::new()), standing, "{}", definition.id);
                evaluated += 1;
                let name = format!("{standing:?}");
                let name = name.split(['(', ' ']).next().unwrap_or_default().to_owned();
                *kinds.entry(name).or_insert(0_usize) += 1;
                if let Standing::Undecided(causes) = &standing {
                    is_built(&policy, causes);
                }
                if let Some(changes) = policy.changes(&subject) {
                    assert_eq!(changes.any(), changes.before != changes.after, "{}", definition.id);
                    changes
                        .undecided()
                        .into_iter()
                        .for_each(|cause| is_built(&policy, std::slice::from_ref(cause)));
                    changed += usize::from(changes.any());
                }
                let Some(related) = policy.related_type() else { continue };
                let nothing = FieldPaths::none();
                for candidate in samples(related, reads.paths(related).unwrap_or(&nothing)) {
                    let candidate = Candidate::existing(&candidate);
                    let truth = policy.satisfies(&subject, candidate, &mut Silent);
                    assert_eq!(policy.satisfies(&subject, candidate, &mut Recorder::new()), truth);
                    is_built(&policy, causes(&truth));
                }
            }
        }
    }
    assert!(evaluated > 20_000 && changed > 90, "{evaluated} {changed} {kinds:?}");
    let names: Vec<_> = kinds.keys().map(String::as_str).collect();
    let wanted =
        ["Attested", "LooksForRelated", "NoRow", "NotEvaluable", "RuleDoesNotHold", "RuleHolds", "Undecided"];
    assert_eq!(names, wanted, "{kinds:?}");
}
