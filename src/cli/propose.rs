//! `--assign`: assignments that don't exist yet; and the flags that select.

use std::sync::Arc;

use crate::arm::nearest::nearest;
use crate::arm::{ManagementGroupId, Scope, Value};
use crate::compliance::{Definitions, Selection, codes};
use crate::inventory::Inventory;
use crate::policy::{EnforcementMode, ParameterDefinition, PolicyAssignment};
use crate::source::{Diagnostic, Diagnostics, FileId, SourceMap, Span, json};

use super::args::RunArgs;

/// What the name of a `--param` begins with among the files, where messages point into it.
pub const PARAMETER: &str = "--param ";

/// The assignments that `--assign`, `--at` and `--param` propose.
///
/// One `--at` serves all; several stand each for the `--assign` at the same position. Parameters serve every
/// proposal whose definition declares them.
pub fn proposals(
    args: &RunArgs,
    definitions: &Definitions,
    inventory: &Inventory,
    sources: &mut SourceMap,
    faults: &mut Diagnostics,
) -> Vec<PolicyAssignment> {
    if args.assign.is_empty() {
        return Vec::new();
    }
    if args.at.len() != 1 && args.at.len() != args.assign.len() {
        faults.push(
            Diagnostic::new(&codes::NO_SCOPE, "`--at` is wanted once, or once for each `--assign`")
                .help(format!("there are {} `--assign` and {} `--at`", args.assign.len(), args.at.len())),
        );
        return Vec::new();
    }
    let parameters: Vec<_> =
        args.param.iter().filter_map(|text| named("--param", text, sources, faults)).collect();
    let mut proposed = Vec::new();
    for (index, wanted) in args.assign.iter().enumerate() {
        let at = args.at.get(index).or(args.at.first()).map_or("", String::as_str);
        let scope = scope("--at", at, inventory, faults);
        let Some((definition_id, display_name, declared)) = assignable(wanted, definitions) else {
            let message = format!("`--assign {wanted}` names no definition and no initiative");
            let mut fault = Diagnostic::new(&codes::UNKNOWN_DEFINITION, message);
            if let Some(near) = nearest(wanted, definitions.names()) {
                fault = fault.help(format!("did you mean `{near}`?"));
            }
            faults.push(fault);
            continue;
        };
        let Some(scope) = scope else { continue };
        let declares = |name: &str| declared.iter().any(|p| p.name.eq_ignore_ascii_case(name));
        let alone = args.assign.len() == 1;
        let name: Arc<str> = format!("proposed-{}", index + 1).into();
        let base = if scope == Scope::Tenant { String::new() } else { scope.id() };
        proposed.push(PolicyAssignment {
            id: format!("{base}/providers/Microsoft.Authorization/policyAssignments/{name}").into(),
            name,
            display_name: display_name.clone(),
            scope,
            not_scopes: Vec::new(),
            definition_id: definition_id.clone(),
            definition_span: Span::none(),
            definition_version: None,
            // With one proposal an undeclared parameter is a fault that binding reports.
            parameters: parameters.iter().filter(|p| alone || declares(&p.0)).cloned().collect(),
            enforcement_mode: EnforcementMode::Default,
            identity: None,
            location: None,
            unsupported: Vec::new(),
            span: Span::none(),
        });
    }
    proposed
}

/// Id, display name and parameters of what can be assigned: a definition, else an initiative.
fn assignable<'a>(
    wanted: &str,
    definitions: &'a Definitions,
) -> Option<(&'a Arc<str>, &'a Arc<str>, &'a [ParameterDefinition])> {
    if let Some(definition) = definitions.find(wanted).one() {
        return Some((&definition.id, &definition.display_name, &definition.parameters));
    }
    let set = definitions.find_initiative(wanted).one()?;
    Some((&set.id, &set.display_name, &set.parameters))
}

/// `NAME=VALUE`: a value that is JSON is taken as JSON, any other as a text.
pub(super) fn named(
    flag: &str,
    text: &str,
    sources: &mut SourceMap,
    faults: &mut Diagnostics,
) -> Option<(Arc<str>, Span, Value, Span)> {
    let Some((name, value)) = text.split_once('=') else {
        faults.push(
            Diagnostic::new(&codes::NO_PARAMETER, format!("`{flag} {text}` has no value"))
                .help(format!("write {flag} NAME=VALUE, where VALUE is JSON or a plain text")),
        );
        return None;
    };
    let file = sources.add(format!("{flag} {name}"), text);
    let start = name.len() as u64 + 1;
    let place = |from: u64, to: u64| Span::new(file, from, to);
    let mut ignored = Diagnostics::new();
    let parsed = json::parse(FileId::NONE, 0, value, &mut ignored);
    let value_of = match parsed.as_slice() {
        [one] if ignored.is_empty() => Value::from(one),
        _ => Value::string(value),
    };
    Some((name.into(), place(0, name.len() as u64), value_of, place(start, text.len() as u64)))
}

/// A scope as it is typed: an id, or the name of a management group of the inputs.
fn scope(flag: &str, text: &str, inventory: &Inventory, faults: &mut Diagnostics) -> Option<Scope> {
    if text.contains('/')
        && let Some(scope) = Scope::parse(text)
    {
        return Some(scope);
    }
    let group = ManagementGroupId::new(text);
    if !text.contains('/') && inventory.has_management_group(&group) {
        return Some(Scope::ManagementGroup(group));
    }
    let named = inventory
        .subscriptions()
        .find(|s| s.display_name.eq_ignore_ascii_case(text) || s.id.as_str().eq_ignore_ascii_case(text));
    if let Some(subscription) = named {
        return Some(Scope::Subscription(subscription.id.clone()));
    }
    let mut fault = Diagnostic::new(&codes::NO_SCOPE, format!("`{flag} {text}` is no scope of the inputs"));
    let names = inventory.management_groups().map(|group| group.id.as_str());
    let subscriptions = inventory.subscriptions().map(|s| &*s.display_name);
    if let Some(near) = nearest(text, names.chain(subscriptions)) {
        fault = fault.help(format!("did you mean `{near}`?"));
    } else {
        fault = fault.help("give an id, or the name of a management group or subscription of the inputs");
    }
    faults.push(fault);
    None
}

/// What the selecting flags select.
pub fn selection(args: &RunArgs, inventory: &Inventory, faults: &mut Diagnostics) -> Selection {
    Selection {
        assignments: args.assignment.clone(),
        definitions: args.definition.clone(),
        categories: args.category.clone(),
        scopes: args.scope.iter().filter_map(|text| scope("--scope", text, inventory, faults)).collect(),
        subscriptions: args.subscription.clone(),
    }
}
