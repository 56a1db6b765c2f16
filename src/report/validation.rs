//! What `azpol validate` finds.

use serde::Serialize;

use crate::source::{Diagnostics, RenderStyle, Severity, SourceMap, render};

use super::json::{Finding, finding};

/// The kind and the version of the document.
pub const MARKER: &str = "validation/v1";

/// How many documents were looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Looked {
    /// Definitions.
    pub definitions: usize,
    /// Initiatives.
    pub initiatives: usize,
    /// Assignments.
    pub assignments: usize,
    /// Exemptions.
    pub exemptions: usize,
    /// Configurations of azpol.
    pub configurations: usize,
    /// Manifests of inventories.
    pub manifests: usize,
    /// Policy tests.
    pub tests: usize,
}

/// The findings as JSON.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Validation {
    azpol: &'static str,
    version: &'static str,
    documents: Looked,
    summary: Summary,
    not_checked: Vec<&'static str>,
    findings: Vec<Finding>,
}

#[derive(Debug, Serialize)]
struct Summary {
    errors: usize,
    warnings: usize,
    notes: usize,
}

fn of_severity(faults: &Diagnostics, severity: Severity) -> usize {
    faults.iter().filter(|fault| fault.severity == severity).count()
}

/// The findings as they are written for programs; the form is `schemas/validation.schema.json`.
pub fn json(
    looked: Looked,
    not_checked: Vec<&'static str>,
    faults: &Diagnostics,
    sources: &SourceMap,
) -> Validation {
    Validation {
        azpol: MARKER,
        version: env!("CARGO_PKG_VERSION"),
        documents: looked,
        summary: Summary {
            errors: of_severity(faults, Severity::Error),
            warnings: of_severity(faults, Severity::Warning),
            notes: of_severity(faults, Severity::Note),
        },
        not_checked,
        findings: faults.iter().map(|fault| finding(fault, sources)).collect(),
    }
}

/// The findings as people read them, with one line at the end.
pub fn text(
    looked: Looked,
    not_checked: &[&str],
    faults: &Diagnostics,
    sources: &SourceMap,
    style: RenderStyle,
) -> String {
    let mut text = String::new();
    for fault in faults {
        text.push_str(&render(fault, sources, style));
        text.push('\n');
    }
    let count = |number: usize, one: &str| {
        let ending = if number == 1 { "" } else { "s" };
        (number > 0).then(|| format!("{number} {one}{ending}"))
    };
    let documents: Vec<String> = [
        count(looked.definitions, "definition"),
        count(looked.initiatives, "initiative"),
        count(looked.assignments, "assignment"),
        count(looked.exemptions, "exemption"),
        count(looked.configurations, "configuration"),
        count(looked.manifests, "manifest"),
        count(looked.tests, "test file"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let found: Vec<String> = [
        count(of_severity(faults, Severity::Error), "error"),
        count(of_severity(faults, Severity::Warning), "warning"),
        count(of_severity(faults, Severity::Note), "note"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let documents = if documents.is_empty() { "no document".to_owned() } else { documents.join(", ") };
    let found = if found.is_empty() { "no findings".to_owned() } else { found.join(", ") };
    let dot = if style.unicode { "·" } else { "-" };
    text.push_str(&format!("{documents} {dot} {found}\n"));
    if looked.definitions > 0 && !not_checked.is_empty() {
        let names = not_checked.join(", ");
        text.push_str(&format!("not checked, the catalogue of aliases doesn't say enough: {names}\n"));
    }
    text
}
