//! What a definition does, and who decides it.

use std::collections::BTreeSet;

use crate::arm::Value;
use crate::policy::{Details, Effect};

use crate::lint::codes;
use crate::lint::document::Document;
use crate::lint::report::Report;
use crate::lint::walk::{field, leaves};

/// Effects that change or refuse what people do.
fn enforces(effect: Effect) -> bool {
    matches!(
        effect,
        Effect::Deny | Effect::DenyAction | Effect::Modify | Effect::Append | Effect::DeployIfNotExists
    )
}

/// The effects that need details of their own.
fn needs_details(effect: Effect) -> bool {
    !matches!(effect, Effect::Audit | Effect::Deny | Effect::Disabled | Effect::Manual | Effect::AuditAction)
}

/// Which effects may stand for one another: those of one group, and `disabled` in all.
fn group(effect: Effect) -> u8 {
    match effect {
        Effect::Audit
        | Effect::Deny
        | Effect::Modify
        | Effect::Append
        | Effect::Mutate
        | Effect::EnforceRegoPolicy
        | Effect::EnforceSetting => 1,
        Effect::AuditIfNotExists | Effect::DeployIfNotExists => 2,
        Effect::Manual => 3,
        Effect::DenyAction | Effect::AuditAction => 4,
        Effect::AddToNetworkGroup => 5,
        Effect::Disabled => 0,
    }
}

/// Each effect that can be chosen finds its details.
pub(super) fn without_details(document: &Document<'_>, report: &mut Report) {
    let reachable = document.effects();
    let details = document.definition.rule.details.as_ref();
    for effect in reachable.effects {
        let served = details.is_some_and(|details| details.serves(effect));
        if served || !needs_details(effect) {
            continue;
        }
        let name = effect.as_str();
        let (message, span) = match details {
            None => (format!("the effect can be `{name}`, which needs `details`"), reachable.span),
            Some(details) => (format!("these details aren't those of `{name}`"), details.span()),
        };
        report.advise(
            &codes::EFFECT_WITHOUT_DETAILS,
            span,
            message,
            "an assignment that chooses this effect is refused",
        );
    }
    let deploys = document.effects().effects.contains(&Effect::DeployIfNotExists);
    if let Some(Details::Existence(details)) = details
        && deploys
        && details.deployment.is_none()
    {
        let message = "the effect can be `deployIfNotExists`, and the details have no `deployment`";
        report.add(&codes::EFFECT_WITHOUT_DETAILS, details.span, message);
    }
}

/// An assignment should be able to go from one allowed effect to any other.
pub(super) fn mixed(document: &Document<'_>, report: &mut Report) {
    let Some(parameter) = document.effects().parameter else { return };
    let allowed = parameter.allowed.iter().flatten();
    let effects: BTreeSet<Effect> = allowed.filter_map(Value::as_str).filter_map(Effect::parse).collect();
    let groups: BTreeSet<u8> = effects.iter().map(|effect| group(*effect)).filter(|g| *g > 0).collect();
    if groups.len() > 1 {
        let names: Vec<&str> = effects.iter().map(|effect| effect.as_str()).collect();
        let message =
            format!("`{}` allows effects that need different rules: {}", parameter.name, names.join(", "));
        let help =
            "one rule serves audit, deny, modify and append; another auditIfNotExists and deployIfNotExists";
        report.advise(&codes::MIXED_EFFECTS, document.parameter_name(parameter), message, help);
    }
}

/// The parameter that names the effect says which effects there are, and begins with one.
pub(super) fn parameter(document: &Document<'_>, report: &mut Report) {
    let Some(parameter) = document.effects().parameter else { return };
    let (name, span) = (&parameter.name, document.parameter_name(parameter));
    if parameter.allowed.is_none() {
        let help = "without `allowedValues` an assignment may give anything, and fails later";
        let message = format!("`{name}` names the effect and doesn't say which ones are allowed");
        report.advise(&codes::EFFECT_WITHOUT_ALLOWED, span, message, help);
    }
    let Some(default) = &parameter.default else {
        let message = format!("`{name}` names the effect and has no default");
        report.add(&codes::EFFECT_WITHOUT_DEFAULT, span, message);
        return;
    };
    if let Some(effect) = default.as_str().and_then(Effect::parse).filter(|effect| enforces(*effect)) {
        let message = format!("`{name}` is `{}` unless an assignment says otherwise", effect.as_str());
        let help = "begin with an effect that only reports: enforcing is then somebody's decision";
        report.advise(&codes::RISKY_DEFAULT, span, message, help);
    }
}

/// An enforcing effect that is written out can't be tried first.
pub(super) fn hard_coded(document: &Document<'_>, report: &mut Report) {
    let reachable = document.effects();
    if let Some(effect) = reachable.literal.filter(|effect| enforces(*effect)) {
        let message = format!("the effect is always `{}`", effect.as_str());
        report.advise(&codes::HARD_CODED_EFFECT, reachable.span, message, "make it a parameter");
    }
}

const ROLE_TYPES: &[&str] = &[
    "microsoft.authorization/roleassignments",
    "microsoft.authorization/roleassignmentschedulerequests",
    "microsoft.authorization/roleeligibilityschedulerequests",
];

/// A rule that refuses role assignments can lock everyone out, who would mend it too.
pub(super) fn role_assignments(document: &Document<'_>, report: &mut Report) {
    let refuses = |effect: &Effect| matches!(effect, Effect::Deny | Effect::DenyAction);
    if !document.effects().effects.iter().any(refuses) {
        return;
    }
    leaves(document.definition, &mut |leaf, _| {
        if !field(leaf).is_some_and(|name| name.eq_ignore_ascii_case("type")) {
            return;
        }
        let Some(target) = leaf.target.literal() else { return };
        let texts = target.as_str().into_iter().chain(target.items().iter().filter_map(Value::as_str));
        for text in texts {
            if ROLE_TYPES.contains(&text.to_ascii_lowercase().as_str()) {
                let message = format!("the rule can refuse every `{text}`");
                let help = "whoever would repair it needs one: leave out a group of people or a scope";
                report.advise(&codes::BLOCKED_ROLE_ASSIGNMENTS, leaf.span, message, help);
            }
        }
    });
}
