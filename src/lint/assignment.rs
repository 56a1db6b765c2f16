//! Assignments: what the service refuses of them, and what they give or name in vain. Their definitions are looked for
//! among the inputs and the shipped twins; of one that isn't there nothing is said.
//!
//! <https://learn.microsoft.com/azure/governance/policy/concepts/assignment-structure>

use std::sync::Arc;

use crate::arm::Scope;
use crate::arm::nearest::nearest;
use crate::compliance::Definitions;
use crate::engine::{BoundParameters, bind, bind_member, bind_set, check_member};
use crate::policy::{
    Effect, IdentityType, ParameterDefinition, PolicyAssignment, PolicyDefinition, PolicySetDefinition,
};
use crate::source::{Diagnostic, Diagnostics, Node, Span};

use super::document::{literal_text, parameter_of, properties};
use super::members::{definition_of, takes};
use super::report::Report;
use super::{codes, selectors};

const NOT_SCOPES: usize = 400;
const NAME: usize = 64;
const NAME_AT_GROUP: usize = 24;

/// What an assignment assigns, as far as it is known.
enum Assigned<'a> {
    Definition(&'a Arc<PolicyDefinition>),
    Initiative(&'a Arc<PolicySetDefinition>),
    Unknown,
}

/// All findings on an assignment, without those that it silences itself. `computed` are parameters whose values only a
/// deployment knows; none where the document is no part of a template.
pub fn check_assignment(
    node: &Node,
    assignment: &PolicyAssignment,
    computed: Option<&[(Arc<str>, Span)]>,
    known: &Definitions,
) -> Diagnostics {
    let inner = properties(node);
    let mut report = Report::default();
    let assigned = assigned(assignment, known, &mut report);
    let bound = parameters(assignment, &assigned, computed.unwrap_or_default(), known, &mut report);
    let references = match &assigned {
        Assigned::Initiative(set) => Some(set.members.iter().map(|member| &*member.reference_id).collect()),
        Assigned::Definition(_) => Some(Vec::new()),
        Assigned::Unknown => None,
    };
    if computed.is_none() {
        not_scopes(assignment, &mut report);
    }
    name(assignment, computed.is_some(), &mut report);
    identity(node, assignment, &bound, &mut report);
    messages(inner, references.as_deref(), &mut report);
    let either = |keys: [&str; 2]| keys.iter().find_map(|key| inner.get(key).or_else(|| node.get(key)));
    if let Some(list) = either(["overrides", "override"]) {
        selectors::overrides(list, references.as_deref(), &mut report);
    }
    if let Some(list) = either(["resourceSelectors", "resourceSelector"]) {
        selectors::resource_selectors(list, &mut report);
    }
    super::told(inner, report)
}

fn assigned<'a>(assignment: &PolicyAssignment, known: &'a Definitions, report: &mut Report) -> Assigned<'a> {
    let id = &*assignment.definition_id;
    let wanted = assignment.definition_version.as_ref();
    if known.is_initiative(id) {
        if let Some(set) = known.find_initiative(id).one() {
            let taken = takes(wanted, set.version.as_deref());
            return if taken { Assigned::Initiative(set) } else { Assigned::Unknown };
        }
    } else if let Some(definition) = known.find(id).one() {
        let taken = takes(wanted, definition.version.as_deref());
        return if taken { Assigned::Definition(definition) } else { Assigned::Unknown };
    }
    let built_in = id.to_ascii_lowercase().starts_with("/providers/microsoft.authorization/");
    let name = id.rsplit('/').next().unwrap_or(id);
    // What isn't there may stand elsewhere; a name that is nearly one of those that are there is rather misspelt. GUIDs
    // that are nearly alike are different ones.
    if !built_in
        && uuid::Uuid::try_parse(name).is_err()
        && let Some(near) = nearest(name, known.names())
        && !near.eq_ignore_ascii_case(name)
    {
        let message = format!("no document that was given is called `{name}`");
        let help = format!("did you mean `{near}`?");
        report.advise(&codes::UNKNOWN_DEFINITION, assignment.definition_span, message, help);
    }
    Assigned::Unknown
}

/// What is wrong with the parameters; the definitions that are then in force, with their values.
fn parameters<'a>(
    assignment: &PolicyAssignment,
    assigned: &Assigned<'a>,
    computed: &[(Arc<str>, Span)],
    known: &'a Definitions,
    report: &mut Report,
) -> Vec<(&'a Arc<PolicyDefinition>, BoundParameters)> {
    let mut faults = Diagnostics::new();
    let mut bound = Vec::new();
    match assigned {
        Assigned::Definition(definition) if computed.is_empty() => {
            bound.extend(bind(definition, assignment, &mut faults).map(|values| (*definition, values)));
        }
        Assigned::Initiative(set) if computed.is_empty() => {
            if let Some(values) = bind_set(set, assignment, &mut faults) {
                for member in &set.members {
                    let Some(definition) = definition_of(member, known) else { continue };
                    let (mut found, mut own) = (Diagnostics::new(), Diagnostics::new());
                    let values = bind_member(definition, member, &values, &mut found);
                    bound.extend(values.map(|values| (definition, values)));
                    // What is wrong whatever is assigned is told of the initiative.
                    check_member(definition, member, &mut own);
                    let of_assignment = |fault: &Diagnostic| !own.iter().any(|known| known == fault);
                    found.into_iter().filter(of_assignment).for_each(|fault| faults.push(fault));
                }
            }
        }
        Assigned::Definition(definition) => {
            let open = PolicyDefinition {
                parameters: others(&definition.parameters, computed, &definition.name, report),
                ..PolicyDefinition::clone(definition)
            };
            let _ = bind(&open, assignment, &mut faults);
        }
        Assigned::Initiative(set) => {
            let open = PolicySetDefinition {
                parameters: others(&set.parameters, computed, &set.name, report),
                ..PolicySetDefinition::clone(set)
            };
            let _ = bind_set(&open, assignment, &mut faults);
        }
        Assigned::Unknown => {}
    }
    faults.into_iter().for_each(|fault| report.push(fault));
    bound
}

/// The parameters whose values are written; a computed one that isn't declared is told.
fn others(
    declared: &[ParameterDefinition],
    computed: &[(Arc<str>, Span)],
    owner: &str,
    report: &mut Report,
) -> Vec<ParameterDefinition> {
    let is = |parameter: &ParameterDefinition, name: &str| parameter.name.eq_ignore_ascii_case(name);
    for (name, span) in computed.iter().filter(|(name, _)| !declared.iter().any(|known| is(known, name))) {
        let message = format!("parameter `{name}` is not declared by {owner}");
        let mut fault = Diagnostic::new(&crate::policy::codes::UNDECLARED_PARAMETER, message)
            .at(*span, "not a parameter of this definition");
        let near = nearest(name, declared.iter().map(|known| &*known.name));
        fault.help = near.map(|near| format!("did you mean `{near}`?"));
        report.push(fault);
    }
    declared.iter().filter(|known| !computed.iter().any(|(name, _)| is(known, name))).cloned().collect()
}

fn not_scopes(assignment: &PolicyAssignment, report: &mut Report) {
    let number = assignment.not_scopes.len();
    if let Some((_, span)) = assignment.not_scopes.get(NOT_SCOPES) {
        let message = format!("{number} `notScopes`, the service takes {NOT_SCOPES}");
        report.add(&codes::SERVICE_LIMIT, *span, message);
    }
    for (scope, span) in &assignment.not_scopes {
        if *scope == assignment.scope {
            let message = "`notScopes` names the scope of the assignment, which then reaches nothing";
            let help = "take it away, or the assignment";
            report.advise(&codes::SCOPE_OUTSIDE, *span, message, help);
        } else if lies_outside(scope, &assignment.scope) {
            let message = format!("`{scope}` doesn't lie below `{}`", assignment.scope);
            let help = "it leaves out nothing: correct it, or take it away";
            report.advise(&codes::SCOPE_OUTSIDE, *span, message, help);
        }
    }
}

/// Whether a scope surely isn't at or below another one. Where management groups lie isn't known here.
pub(super) fn lies_outside(scope: &Scope, above: &Scope) -> bool {
    match above {
        Scope::Tenant => false,
        Scope::ManagementGroup(_) => matches!(scope, Scope::Tenant),
        above => {
            let (inner, outer) = (scope.id().to_ascii_lowercase(), above.id().to_ascii_lowercase());
            !inner.strip_prefix(&outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        }
    }
}

/// <https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftauthorization>
fn name(assignment: &PolicyAssignment, anywhere: bool, report: &mut Report) {
    let at_group = matches!(assignment.scope, Scope::ManagementGroup(_) | Scope::Tenant) && !anywhere;
    let most = if at_group { NAME_AT_GROUP } else { NAME };
    let length = assignment.name.chars().count();
    if length > most {
        let message = format!("a name of {length} characters, the service takes {most} at this scope");
        report.add(&codes::SERVICE_LIMIT, assignment.span, message);
    }
}

/// The identity that carries out deployments and changes.
fn identity(
    node: &Node,
    assignment: &PolicyAssignment,
    bound: &[(&Arc<PolicyDefinition>, BoundParameters)],
    report: &mut Report,
) {
    let has =
        assignment.identity.as_ref().is_some_and(|identity| identity.identity_type != IdentityType::None);
    let place = node.member("identity").map_or(assignment.definition_span, |member| member.key_span);
    if !has {
        let writing = bound.iter().find_map(|(definition, values)| {
            let effect = effect(definition, values)?;
            matches!(effect, Effect::DeployIfNotExists | Effect::Modify).then_some((definition, effect))
        });
        if let Some((definition, effect)) = writing {
            let message = format!(
                "nobody carries out `{}` of `{}`: the assignment has no identity",
                effect.as_str(),
                definition.display_name
            );
            let help = "give it an `identity`, such as `{ \"type\": \"SystemAssigned\" }`, and a `location`";
            report.advise(&codes::NO_IDENTITY, place, message, help);
        }
    }
    let location = node.member("location");
    match (&assignment.location, location) {
        (Some(found), Some(member)) if found.as_str() == "global" => {
            let message = "an identity has no location `global`";
            let help = "name a region, such as `westeurope`";
            report.advise(&codes::BAD_LOCATION, member.value.span, message, help);
        }
        (None, None) if has => {
            let message = "an assignment with an identity needs a `location`";
            let help = "name the region of the identity, such as `westeurope`";
            report.advise(&codes::BAD_LOCATION, place, message, help);
        }
        _ => {}
    }
}

/// The effect in force, where that is plain.
fn effect(definition: &PolicyDefinition, values: &BoundParameters) -> Option<Effect> {
    let effect = &definition.rule.effect;
    let text = literal_text(effect).or_else(|| values.get(parameter_of(effect)?)?.as_str());
    Effect::parse(text?)
}

fn messages(inner: &Node, references: Option<&[&str]>, report: &mut Report) {
    let listed = inner.get("nonComplianceMessages").or_else(|| inner.get("nonComplianceMessage"));
    for item in listed.map(Node::items).unwrap_or_default() {
        let text = item.get("message").and_then(Node::as_str).unwrap_or_default();
        if item.is_object() && text.trim().is_empty() {
            let fault = Diagnostic::new(
                &crate::policy::codes::MISSING_MEMBER,
                "an entry of `nonComplianceMessages` has no `message`",
            );
            report.push(fault.at(item.span, ""));
        }
        if let Some(reference) = item.get("policyDefinitionReferenceId") {
            known_reference(reference, references, report);
        }
    }
}

/// A finding where a reference id is surely none of the initiative. An assigned definition has none at all.
pub(super) fn known_reference(node: &Node, references: Option<&[&str]>, report: &mut Report) {
    let (Some(text), Some(references)) = (node.as_str().filter(|text| !text.is_empty()), references) else {
        return;
    };
    if references.iter().any(|known| known.eq_ignore_ascii_case(text)) {
        return;
    }
    let (message, help) = if references.is_empty() {
        let message =
            format!("`{text}` names a member of an initiative, and a single definition is assigned");
        (message, "take it away".to_owned())
    } else {
        let help = match nearest(text, references.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "reference ids stand in `policyDefinitions` of the initiative".to_owned(),
        };
        (format!("the initiative has no member `{text}`"), help)
    };
    report.advise(&codes::UNKNOWN_REFERENCE, node.span, message, help);
}
