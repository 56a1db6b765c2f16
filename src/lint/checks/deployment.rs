//! What a deployment gives its template.

use crate::policy::Details;
use crate::source::Node;

use crate::arm::nearest::nearest;
use crate::lint::codes;
use crate::lint::document::Document;
use crate::lint::report::Report;

/// Parameters that only one of deployment and template knows.
pub(super) fn parameters(document: &Document<'_>, report: &mut Report) {
    let details = document.definition.rule.details.as_ref().and_then(Details::existence);
    let Some(deployment) = details.and_then(|details| details.deployment.as_ref()) else { return };
    let declared = deployment.template.get("parameters").map(Node::members).unwrap_or_default();
    let given = deployment.parameters.iter().map(|(name, _, span)| (name, *span));
    let given: Vec<_> =
        given.chain(deployment.secrets.iter().map(|secret| (&secret.name, secret.span))).collect();
    for (name, span) in &given {
        if declared.iter().any(|member| member.key.eq_ignore_ascii_case(name)) {
            continue;
        }
        let message = format!("the template has no parameter `{name}`");
        match nearest(name, declared.iter().map(|member| &*member.key)) {
            Some(near) => {
                let help = format!("did you mean `{near}`?");
                report.advise(&codes::PARAMETER_NOT_IN_TEMPLATE, *span, message, help);
            }
            None => {
                let help = "Azure refuses the deployment: declare it, or leave it out";
                report.advise(&codes::PARAMETER_NOT_IN_TEMPLATE, *span, message, help);
            }
        }
    }
    for member in declared {
        let optional = member.value.get("defaultValue").is_some()
            || member.value.get("nullable").and_then(Node::as_bool) == Some(true);
        if optional || given.iter().any(|(name, _)| name.eq_ignore_ascii_case(&member.key)) {
            continue;
        }
        let message = format!("the template needs `{}`, which the deployment doesn't give", member.key);
        let help = "give it in `deployment.properties.parameters`, or give it a `defaultValue`";
        report.advise(&codes::PARAMETER_NOT_GIVEN, member.key_span, message, help);
    }
}
