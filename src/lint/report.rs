//! Where checks put what they find.

use crate::source::{Code, Diagnostic, Diagnostics, Span};

/// The findings on one document.
#[derive(Debug, Default)]
pub struct Report {
    found: Diagnostics,
}

impl Report {
    /// Adds a finding with its place.
    pub(super) fn add(&mut self, code: &'static Code, span: Span, message: impl Into<String>) {
        self.push(Diagnostic::new(code, message).at(span, ""));
    }

    /// Adds a finding with its place and what to do.
    pub(super) fn advise(
        &mut self,
        code: &'static Code,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.push(Diagnostic::new(code, message).at(span, "").help(help));
    }

    /// Adds a finding.
    pub(super) fn push(&mut self, finding: Diagnostic) {
        self.found.push(finding);
    }

    /// What was found.
    pub(super) fn into_findings(self) -> Diagnostics {
        self.found
    }
}
