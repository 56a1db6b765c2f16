//! Checks of definitions beyond syntax: what the service would refuse, what never matches, and what practice advises
//! against.
//!
//! A check is a function over a [`Document`]; all of them see the rule through one walk. What Microsoft's own linter
//! checks has that linter's identifier for its name.

mod assignment;
mod checks;
pub mod codes;
mod comments;
mod document;
mod exemption;
mod members;
mod report;
mod selection;
mod selectors;
mod unchecked;
mod walk;

pub use assignment::check_assignment;
pub use comments::Comments;
pub use document::Document;
pub use exemption::check_exemption;
pub use members::check_members;
pub use selection::{Selection, code, severities};
pub use unchecked::unchecked;

use crate::arm::AliasCatalog;
use crate::policy::{PolicyDefinition, PolicySetDefinition, PolicyType};
use crate::source::{Diagnostics, Node};

use report::Report;
use selection::Silenced;

/// All findings on a definition, without those that it silences itself. A `Static` definition is an attestation of
/// Microsoft's that is never evaluated: its rule says nothing.
pub fn check(node: &Node, definition: &PolicyDefinition, aliases: &AliasCatalog) -> Diagnostics {
    if definition.policy_type == PolicyType::Static {
        return Diagnostics::new();
    }
    let document = Document { node, definition, aliases };
    let mut report = Report::default();
    for check in checks::CHECKS {
        check(&document, &mut report);
    }
    told(document.properties(), report)
}

/// All findings on an initiative, without those that it silences itself.
pub fn check_set(node: &Node, set: &PolicySetDefinition) -> Diagnostics {
    let mut report = Report::default();
    checks::of_set(node, set, &mut report);
    told(document::properties(node), report)
}

fn told(properties: &Node, report: Report) -> Diagnostics {
    let mut faults = Diagnostics::new();
    let silenced = Silenced::read(properties, &mut faults);
    for finding in report.into_findings() {
        if !silenced.silences(&finding) {
            faults.push(finding);
        }
    }
    faults.sort();
    faults
}
