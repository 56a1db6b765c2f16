//! Exemptions.
//!
//! <https://learn.microsoft.com/azure/governance/policy/concepts/exemption-structure>

use jiff::Timestamp;

use crate::arm::nearest::nearest;
use crate::arm::{ResourceId, Scope};
use crate::compliance::Definitions;
use crate::policy::{PolicyAssignment, codes as policy_codes};
use crate::source::{Diagnostic, Diagnostics, Node};

use super::assignment::{known_reference, lies_outside};
use super::document::properties;
use super::report::Report;
use super::{codes, selectors};

const CATEGORIES: &[&str] = &["Waiver", "Mitigated"];
const VALIDATIONS: &[&str] = &["Default", "DoNotValidate"];

/// All findings on an exemption, without those that it silences itself. `assignments` are those that were given.
pub fn check_exemption(node: &Node, assignments: &[PolicyAssignment], known: &Definitions) -> Diagnostics {
    let inner = properties(node);
    let mut report = Report::default();
    choice(inner, "exemptionCategory", CATEGORIES, true, &mut report);
    choice(inner, "assignmentScopeValidation", VALIDATIONS, false, &mut report);
    expiry(inner, &mut report);
    let assignment = assignment(inner, assignments, &mut report);
    if let Some(assignment) = assignment {
        place(node, inner, assignment, &mut report);
    }
    let references: Option<Vec<&str>> = assignment.and_then(|assignment| {
        let id = &*assignment.definition_id;
        if known.is_initiative(id) {
            let set = known.find_initiative(id).one()?;
            return Some(set.members.iter().map(|member| &*member.reference_id).collect());
        }
        Some(Vec::new())
    });
    for reference in inner.get("policyDefinitionReferenceIds").map(Node::items).unwrap_or_default() {
        known_reference(reference, references.as_deref(), &mut report);
    }
    if let Some(list) = inner.get("resourceSelectors") {
        selectors::resource_selectors(list, &mut report);
    }
    super::told(inner, report)
}

fn choice(inner: &Node, key: &str, words: &[&str], needed: bool, report: &mut Report) {
    let Some(given) = inner.get(key).filter(|given| !given.is_null()) else {
        if needed {
            let message = format!("an exemption has no `{key}`");
            let fault = Diagnostic::new(&policy_codes::MISSING_MEMBER, message).at(inner.span, "");
            report.push(fault.help(format!("it is `{}`", words.join("` or `"))));
        }
        return;
    };
    let text = given.as_str().unwrap_or_default();
    if words.iter().any(|word| word.eq_ignore_ascii_case(text)) {
        return;
    }
    let fault = Diagnostic::new(&policy_codes::UNKNOWN_VALUE, format!("`{text}` is no `{key}`"));
    let help = match nearest(text, words.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("it is `{}`", words.join("` or `")),
    };
    report.push(fault.at(given.span, "unknown").help(help));
}

fn expiry(inner: &Node, report: &mut Report) {
    let Some(given) = inner.get("expiresOn").filter(|given| !given.is_null()) else { return };
    let text = given.as_str().unwrap_or_default();
    if text.parse::<Timestamp>().is_ok() {
        return;
    }
    let message = if text.trim().is_empty() {
        "`expiresOn` is empty".to_owned()
    } else {
        format!("`expiresOn` isn't a time with a zone: `{text}`")
    };
    let help = "write it in UTC, such as `2026-12-31T00:00:00Z`, or leave it out";
    report.advise(&codes::BAD_EXPIRY, given.span, message, help);
}

/// The assignment that is meant, where it was given. An id that is none is told; a missing one was told by whoever
/// read the document.
fn assignment<'a>(
    inner: &Node,
    assignments: &'a [PolicyAssignment],
    report: &mut Report,
) -> Option<&'a PolicyAssignment> {
    let given = inner.get("policyAssignmentId")?;
    let text = given.as_str().filter(|text| !text.is_empty())?;
    let id = ResourceId::parse(text)
        .filter(|id| id.folded().contains("/providers/microsoft.authorization/policyassignments/"));
    let Some(id) = id else {
        let fault = Diagnostic::new(
            &policy_codes::BAD_ID,
            format!("`policyAssignmentId` is no id of an assignment: `{text}`"),
        );
        report.push(
            fault
                .at(given.span, "no id of an assignment")
                .help("it ends with `/providers/Microsoft.Authorization/policyAssignments/{name}`"),
        );
        return None;
    };
    assignments.iter().find(|known| ResourceId::parse(&known.id).is_some_and(|known| known == id))
}

/// Whether the exemption lies at or below the scope of its assignment.
fn place(node: &Node, inner: &Node, assignment: &PolicyAssignment, report: &mut Report) {
    let free = inner.get("assignmentScopeValidation").and_then(Node::as_str);
    let Some(id) =
        node.get("id").filter(|_| free.is_none_or(|word| !word.eq_ignore_ascii_case("DoNotValidate")))
    else {
        return;
    };
    let text = id.as_str().unwrap_or_default();
    let at = text.to_ascii_lowercase().rfind("/providers/microsoft.authorization/policyexemptions/");
    let Some(scope) = at.and_then(|at| Scope::parse(&text[..at])) else { return };
    if lies_outside(&scope, &assignment.scope) {
        let message = format!("the exemption doesn't lie below `{}`, where it is assigned", assignment.scope);
        let help = "the service refuses it, unless `assignmentScopeValidation` is `DoNotValidate`";
        report.advise(&codes::SCOPE_OUTSIDE, id.span, message, help);
    }
}
