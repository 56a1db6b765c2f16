//! `then.details`.

use std::sync::Arc;

use crate::arm::expression::{ContextFunction, Formula, FormulaKind};
use crate::arm::{Value, codes as arm_codes};
use crate::policy::{
    ActionDetails, AppendDetails, AppendEntry, CascadeBehavior, ConflictEffect, Details, Effect, FieldName,
    ManualDetails, ManualState, ModifyDetails, ModifyOperation, NetworkGroupDetails, OperationKind,
    PolicyMode, ProviderDetails, ProviderDetailsKind, codes,
};
use crate::source::{Diagnostic, Node};

use super::existence::{existence, roles, text_formula};
use super::reading::{Lowering, suggest};

/// Which details these are.
#[derive(Clone, Copy)]
enum Form {
    Existence,
    Append,
    Modify,
    Action,
    Manual,
    NetworkGroup,
    Provider(ProviderDetailsKind),
}

/// Lowers details; `Some(None)` for those that no effect of ARM's own reads, `None` where they have a fault.
#[expect(clippy::option_option, reason = "a fault and details that nothing reads are told apart")]
pub(super) fn details(
    node: &Node,
    effect: Option<Effect>,
    mode: Option<&PolicyMode>,
    lowering: &mut Lowering<'_>,
) -> Option<Option<Details>> {
    let Some(form) = form(node, effect, mode) else { return Some(None) };
    let lowered = match form {
        Form::Existence => existence(node, lowering).map(Box::new).map(Details::Existence),
        Form::Append => append(node, lowering).map(Details::Append),
        Form::Modify => modify(node, lowering).map(Details::Modify),
        Form::Action => action(node, lowering).map(Details::Action),
        Form::Manual => manual(node, lowering).map(Details::Manual),
        Form::NetworkGroup => network_group(node, lowering).map(Details::NetworkGroup),
        Form::Provider(kind) => provider(node, kind, lowering).map(Details::Provider),
    };
    lowered.map(Some)
}

/// The effect says which details these are, or what they hold does.
fn form(node: &Node, effect: Option<Effect>, mode: Option<&PolicyMode>) -> Option<Form> {
    use ProviderDetailsKind::{Constraint, Mutation, Other, RegoPolicy, Setting};
    let has = |keys: &[&str]| keys.iter().any(|key| node.get(key).is_some());
    if let Some(PolicyMode::ResourceProvider(_)) = mode {
        let kinds: [(&[&str], ProviderDetailsKind); 4] = [
            (&["templateInfo", "constraintTemplate", "constraint"], Constraint),
            (&["mutationInfo"], Mutation),
            (&["policy", "policyId"], RegoPolicy),
            (&["setting"], Setting),
        ];
        if effect == Some(Effect::AddToNetworkGroup) || has(&["networkGroupId"]) {
            return Some(Form::NetworkGroup);
        }
        let kind = kinds.into_iter().find(|(keys, _)| has(keys)).map_or(Other, |(_, kind)| kind);
        return Some(Form::Provider(kind));
    }
    match effect {
        Some(Effect::AuditIfNotExists | Effect::DeployIfNotExists) => Some(Form::Existence),
        Some(Effect::Append) => Some(Form::Append),
        Some(Effect::Modify) => Some(Form::Modify),
        Some(Effect::DenyAction | Effect::AuditAction) => Some(Form::Action),
        Some(Effect::Manual) => Some(Form::Manual),
        Some(Effect::AddToNetworkGroup) => Some(Form::NetworkGroup),
        Some(Effect::EnforceRegoPolicy) => Some(Form::Provider(RegoPolicy)),
        Some(Effect::EnforceSetting) => Some(Form::Provider(Setting)),
        Some(Effect::Mutate) => Some(Form::Provider(Mutation)),
        Some(Effect::Audit | Effect::Deny | Effect::Disabled) | None => {
            let forms: [(&[&str], Form); 5] = [
                (&["operations"], Form::Modify),
                (&["actionNames"], Form::Action),
                (&["defaultState"], Form::Manual),
                (&["networkGroupId"], Form::NetworkGroup),
                (&["type", "existenceCondition", "deployment"], Form::Existence),
            ];
            // What an effect that reads no details has beside it is never looked at.
            if effect.is_some() {
                return None;
            }
            if node.is_array() {
                return Some(Form::Append);
            }
            forms.into_iter().find(|(keys, _)| has(keys)).map(|(_, form)| form)
        }
    }
}

fn append(node: &Node, lowering: &mut Lowering<'_>) -> Option<AppendDetails> {
    if !node.is_array() {
        lowering.wrong_kind(node, "details", "a list of `field` and `value`");
        return None;
    }
    let entries: Vec<_> = node.items().iter().map(|item| entry(item, lowering)).collect();
    Some(AppendDetails { entries: entries.into_iter().collect::<Option<_>>()?, span: node.span })
}

fn entry(node: &Node, lowering: &mut Lowering<'_>) -> Option<AppendEntry> {
    let node = lowering.object(node, "details")?;
    lowering.only(node, "an appended field", &["field", "value"]);
    let field = field(node, "an appended field", lowering);
    let value = node.get("value").map(|given| lowering.formula(given));
    if value.is_none() {
        lowering.missing(node.span, "value", "an appended field");
    }
    Some(AppendEntry { field: field?, value: value??, span: node.span })
}

/// `field`: what is changed.
fn field(node: &Node, owner: &str, lowering: &mut Lowering<'_>) -> Option<Formula> {
    let Some(formula) = text_formula(node, "field", lowering)? else {
        lowering.missing(node.span, "field", owner);
        return None;
    };
    if let FormulaKind::Literal(Value::String(text)) = &formula.kind
        && let Err(fault) = FieldName::parse(text)
    {
        let said = Diagnostic::new(&codes::UNKNOWN_FIELD, format!("`{text}` {fault}"));
        lowering.fault(suggest(said.at(formula.span, "no field"), text, FieldName::ACCESSORS));
        return None;
    }
    Some(formula)
}

fn modify(node: &Node, lowering: &mut Lowering<'_>) -> Option<ModifyDetails> {
    let node = lowering.object(node, "details")?;
    lowering.only(node, "`details`", &["roleDefinitionIds", "conflictEffect", "operations"]);
    let known: Vec<_> = ConflictEffect::ALL.iter().map(|effect| effect.as_str()).collect();
    let conflict_effect = chosen(node, "conflictEffect", &known, &ConflictEffect::parse, lowering);
    let role_definition_ids = roles(node, lowering);
    let Some(given) = node.get("operations") else {
        lowering.missing(node.span, "operations", "`details`");
        return None;
    };
    if !given.is_array() {
        lowering.wrong_kind(given, "operations", "a list of operations");
        return None;
    }
    let operations: Vec<_> = given.items().iter().map(|item| operation(item, lowering)).collect();
    Some(ModifyDetails {
        role_definition_ids,
        conflict_effect: conflict_effect?,
        operations: operations.into_iter().collect::<Option<_>>()?,
        span: node.span,
    })
}

/// A member that is one of a closed set, or an expression that yields one: `None` outside is a fault.
#[expect(clippy::option_option, reason = "a fault and an absent member are told apart")]
fn chosen<T>(
    node: &Node,
    key: &str,
    known: &[&str],
    parse: &dyn Fn(&str) -> Option<T>,
    lowering: &mut Lowering<'_>,
) -> Option<Option<Formula>> {
    let formula = text_formula(node, key, lowering)?;
    if let Some(Formula { kind: FormulaKind::Literal(Value::String(text)), span }) = &formula
        && parse(text).is_none()
    {
        let fault = Diagnostic::new(&codes::UNKNOWN_VALUE, format!("`{text}` is no `{key}`"))
            .at(*span, "not one of the values that Azure knows");
        lowering.fault(suggest(fault, text, known));
        return None;
    }
    Some(formula)
}

fn operation(node: &Node, lowering: &mut Lowering<'_>) -> Option<ModifyOperation> {
    let node = lowering.object(node, "operations")?;
    lowering.only(node, "an operation", &["operation", "field", "value", "condition"]);
    let names: Vec<_> = OperationKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let kind = if let Some(given) = node.get("operation") {
        lowering.choice(given, "operation", &names, OperationKind::parse)
    } else {
        lowering.missing(node.span, "operation", "an operation");
        None
    };
    let field = field(node, "an operation", lowering);
    let value = if let Some(given) = node.get("value") {
        Some(lowering.formula(given)?)
    } else {
        if kind.is_some_and(|kind| kind != OperationKind::Remove) {
            lowering.missing(node.span, "value", "an operation that adds");
            return None;
        }
        None
    };
    let condition = text_formula(node, "condition", lowering)?;
    if let Some(condition) = &condition {
        only_the_request(condition, lowering)?;
    }
    Some(ModifyOperation { kind: kind?, field: field?, value, condition, span: node.span })
}

/// The condition of an operation can't ask for the resource nor for where it lies.
fn only_the_request(condition: &Formula, lowering: &mut Lowering<'_>) -> Option<()> {
    let barred = [
        (ContextFunction::Field, "field"),
        (ContextFunction::ResourceGroup, "resourceGroup"),
        (ContextFunction::Subscription, "subscription"),
    ];
    let mut allowed = Some(());
    for (_, name) in barred.into_iter().filter(|(function, _)| condition.mentions(&[*function])) {
        let message = format!("the function `{name}` can't stand in the condition of an operation");
        lowering.fault(
            Diagnostic::new(&arm_codes::FUNCTION_NOT_ALLOWED, message)
                .at(condition.span, "")
                .help("put what depends on the resource into `if`"),
        );
        allowed = None;
    }
    allowed
}

fn action(node: &Node, lowering: &mut Lowering<'_>) -> Option<ActionDetails> {
    let node = lowering.object(node, "details")?;
    lowering.only(node, "`details`", &["actionNames", "cascadeBehaviors"]);
    let action_names = if let Some(given) = node.get("actionNames") {
        lowering.formula(given)
    } else {
        lowering.missing(node.span, "actionNames", "`details`");
        None
    };
    if let Some(formula) = &action_names {
        actions(formula, node, lowering)?;
    }
    let on_group_deletion = match node.get("cascadeBehaviors").filter(|given| !given.is_null()) {
        Some(given) => {
            let given = lowering.object(given, "cascadeBehaviors")?;
            lowering.only(given, "`cascadeBehaviors`", &["resourceGroup"]);
            chosen(given, "resourceGroup", &["allow", "deny"], &CascadeBehavior::parse, lowering)?
        }
        None => None,
    };
    Some(ActionDetails { action_names: action_names?, on_group_deletion, span: node.span })
}

/// `actionNames` is a list; `delete` is all that Azure supports.
fn actions(formula: &Formula, owner: &Node, lowering: &mut Lowering<'_>) -> Option<()> {
    let given = owner.get("actionNames")?;
    match &formula.kind {
        FormulaKind::Literal(Value::Array(items)) => {
            for (item, node) in items.iter().zip(given.items()) {
                let known = item.as_str().is_some_and(|text| text.eq_ignore_ascii_case("delete"));
                if !known {
                    let shown = item.as_str().map_or_else(|| item.to_string(), str::to_owned);
                    let message = format!("`{shown}` is no action that `denyAction` can refuse");
                    let fault = Diagnostic::new(&codes::UNKNOWN_VALUE, message).at(node.span, "unknown");
                    lowering.fault(suggest(fault, &shown, &["delete"]));
                    return None;
                }
            }
            Some(())
        }
        FormulaKind::Literal(_) | FormulaKind::Object(_) => {
            lowering.wrong_kind(given, "actionNames", "a list of actions");
            None
        }
        FormulaKind::Array(_) | FormulaKind::Expression(_) => Some(()),
    }
}

fn manual(node: &Node, lowering: &mut Lowering<'_>) -> Option<ManualDetails> {
    let node = lowering.object(node, "details")?;
    lowering.only(node, "`details`", &["defaultState"]);
    let known = ["Compliant", "Non-compliant", "Unknown"];
    let default_state = chosen(node, "defaultState", &known, &ManualState::parse, lowering)?;
    Some(ManualDetails { default_state, span: node.span })
}

fn network_group(node: &Node, lowering: &mut Lowering<'_>) -> Option<NetworkGroupDetails> {
    let node = lowering.object(node, "details")?;
    lowering.only(node, "`details`", &["networkGroupId", "networkManagerId"]);
    let Some(network_group_id) = text_formula(node, "networkGroupId", lowering)? else {
        lowering.missing(node.span, "networkGroupId", "`details`");
        return None;
    };
    Some(NetworkGroupDetails { network_group_id, span: node.span })
}

/// Only the expressions are looked at: the rest is the provider's.
fn provider(node: &Node, kind: ProviderDetailsKind, lowering: &mut Lowering<'_>) -> Option<ProviderDetails> {
    lowering.formula(node)?;
    Some(ProviderDetails { kind, node: Arc::new(node.clone()), span: node.span })
}
