//! Exit codes, in one place.

use crate::compliance::codes as compliance;
use crate::config::FailOn;
use crate::inventory::codes as inventory;
use crate::source::{Code, Diagnostic, Diagnostics, Severity, SourceMap};

use super::codes;
use super::propose::PARAMETER;

/// Codes of faults in what was typed, whichever room finds them; all of this room's are, too.
const USAGE_CODES: &[&Code] = &[
    &compliance::SELECTS_NOTHING,
    &compliance::UNKNOWN_DEFINITION,
    &compliance::NO_SCOPE,
    &compliance::NO_PARAMETER,
    &inventory::BAD_COMPLETE,
];

/// Whether a finding is wrong usage: a fault of the command line, not of an input. The only place that
/// decides it.
pub fn is_usage(fault: &Diagnostic, sources: &SourceMap) -> bool {
    let typed = || {
        let file = sources.file(fault.span().file);
        file.is_some_and(|file| file.path.is_none() && file.name.starts_with(PARAMETER))
    };
    fault.severity == Severity::Error
        && (USAGE_CODES.contains(&fault.code) || codes::ALL.contains(&fault.code) || typed())
}

/// Whether any finding is wrong usage: then there is no result, and the exit code is [`USAGE`].
pub fn any_usage(faults: &Diagnostics, sources: &SourceMap) -> bool {
    faults.iter().any(|fault| is_usage(fault, sources))
}

/// What a run came to, as far as the exit code asks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcome {
    /// A diagnostic of severity error: an input that could not be read or understood.
    pub unreadable: bool,
    /// Assignments that could not be evaluated (not counting those that aren't evaluable by kind).
    pub not_evaluated: usize,
    /// No assignment, no subscription or no row.
    pub empty: bool,
    /// Rows that are `Undetermined`.
    pub undetermined: usize,
    /// Rows that are `NonCompliant`.
    pub noncompliant: usize,
    /// Rows that are `Error`.
    pub error: usize,
    /// Rows whose intent surely isn't met.
    pub intent: usize,
    /// Rows of which can't be said whether their intent is met.
    pub intent_undetermined: usize,
    /// Hazards of the plan.
    pub hazards: usize,
    /// Planned deployments that don't converge.
    pub nonconvergent: usize,
    /// Rows whose deployment ARM would refuse.
    pub undeployable: usize,
    /// Deployments that are planned.
    pub planned: usize,
}

/// Which command asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks<'a> {
    /// `scan` with its `--fail-on`.
    Scan(Option<&'a [FailOn]>),
    /// `plan` with its `--fail-on` and `--detailed-exitcode`.
    Plan(Option<&'a [FailOn]>, bool),
}

/// Nothing to object to.
pub const CLEAN: u8 = 0;
/// Findings that `--fail-on` names.
pub const FINDINGS: u8 = 1;
/// Wrong usage or configuration.
pub const USAGE: u8 = 2;
/// Something could not be read, evaluated or decided.
pub const INCOMPLETE: u8 = 3;
/// An internal error or a limit.
pub const INTERNAL: u8 = 4;
/// `plan --detailed-exitcode`: something would be deployed.
pub const CHANGES: u8 = 5;

const SCAN_FAILS_ON: &[FailOn] = &[FailOn::NonCompliant, FailOn::Error, FailOn::Undetermined];
const PLAN_FAILS_ON: &[FailOn] = &[FailOn::NonConvergent, FailOn::Undetermined];

/// The exit code: the first that holds.
pub fn code(outcome: &Outcome, asks: Asks<'_>) -> u8 {
    let (given, default, detailed) = match asks {
        Asks::Scan(given) => (given, SCAN_FAILS_ON, false),
        Asks::Plan(given, detailed) => (given, PLAN_FAILS_ON, detailed),
    };
    let fails_on = |what| given.unwrap_or(default).contains(&what);
    if outcome.unreadable || outcome.not_evaluated > 0 || outcome.empty {
        return INCOMPLETE;
    }
    if outcome.undetermined > 0 && fails_on(FailOn::Undetermined) {
        return INCOMPLETE;
    }
    if outcome.intent_undetermined > 0
        && given.is_some_and(|given| given.contains(&FailOn::Intent))
        && fails_on(FailOn::Undetermined)
    {
        return INCOMPLETE;
    }
    let found = [
        (FailOn::NonCompliant, outcome.noncompliant),
        (FailOn::Error, outcome.error),
        (FailOn::Intent, outcome.intent),
        (FailOn::Hazard, outcome.hazards),
        (FailOn::NonConvergent, outcome.nonconvergent),
    ];
    if found.iter().any(|(what, number)| *number > 0 && fails_on(*what)) {
        return FINDINGS;
    }
    if matches!(asks, Asks::Plan(..)) && (outcome.undeployable > 0 && !fails_on(FailOn::Never)) {
        return FINDINGS;
    }
    if detailed && outcome.planned > 0 { CHANGES } else { CLEAN }
}

#[cfg(test)]
mod tests {
    use super::{Asks, CHANGES, CLEAN, FINDINGS, INCOMPLETE, Outcome, any_usage, code};
    use crate::cli::codes;
    use crate::config::FailOn;
    use crate::inventory::codes::{BAD_COMPLETE, BAD_ID};
    use crate::policy::codes::ALL as POLICY;
    use crate::source::{Diagnostic, Diagnostics, Severity, SourceMap, Span};

    #[test]
    fn a_fault_of_the_command_line_is_wrong_usage_and_one_of_an_input_is_not() {
        let mut sources = SourceMap::new();
        let typed = sources.add("--param effect", "effect=5");
        let read = sources.add("-", "{}");
        let usage = |fault: Diagnostic| {
            let mut faults = Diagnostics::new();
            faults.push(fault);
            any_usage(&faults, &sources)
        };
        assert!(usage(Diagnostic::new(&BAD_COMPLETE, "")));
        assert!(usage(Diagnostic::new(&codes::BAD_TIME, "")));
        assert!(!usage(Diagnostic::new(&BAD_ID, "")));
        assert!(!usage(Diagnostic::new(&BAD_COMPLETE, "").severity(Severity::Warning)));
        let mistyped = POLICY.iter().copied().find(|code| code.severity == Severity::Error).expect("a code");
        assert!(usage(Diagnostic::new(mistyped, "").at(Span::new(typed, 0, 1), "")));
        assert!(!usage(Diagnostic::new(mistyped, "").at(Span::new(read, 0, 1), "")));
    }

    #[test]
    fn the_gate_fails_on_what_it_finds_and_on_what_it_cannot_decide() {
        let scan = |outcome: &Outcome| code(outcome, Asks::Scan(None));
        assert_eq!(scan(&Outcome::default()), CLEAN);
        assert_eq!(scan(&Outcome { noncompliant: 1, ..Outcome::default() }), FINDINGS);
        assert_eq!(scan(&Outcome { error: 1, ..Outcome::default() }), FINDINGS);
        assert_eq!(scan(&Outcome { undetermined: 1, noncompliant: 1, ..Outcome::default() }), INCOMPLETE);
        assert_eq!(scan(&Outcome { empty: true, ..Outcome::default() }), INCOMPLETE);
    }

    #[test]
    fn a_given_list_may_leave_undetermined_out_but_nothing_that_was_not_read() {
        let rows = Outcome { undetermined: 1, noncompliant: 1, ..Outcome::default() };
        assert_eq!(code(&rows, Asks::Scan(Some(&[FailOn::NonCompliant]))), FINDINGS);
        assert_eq!(code(&rows, Asks::Scan(Some(&[FailOn::Never]))), CLEAN);
        let unread = Outcome { not_evaluated: 1, ..rows };
        assert_eq!(code(&unread, Asks::Scan(Some(&[FailOn::Never]))), INCOMPLETE);
    }

    #[test]
    fn a_plan_is_clean_with_changes_and_not_with_what_cannot_converge() {
        let planned = Outcome { noncompliant: 3, planned: 3, hazards: 2, ..Outcome::default() };
        assert_eq!(code(&planned, Asks::Plan(None, false)), CLEAN);
        assert_eq!(code(&planned, Asks::Plan(None, true)), CHANGES);
        assert_eq!(code(&planned, Asks::Plan(Some(&[FailOn::Hazard]), true)), FINDINGS);
        assert_eq!(code(&Outcome { nonconvergent: 1, ..planned }, Asks::Plan(None, false)), FINDINGS);
        assert_eq!(code(&Outcome { undeployable: 1, ..planned }, Asks::Plan(None, true)), FINDINGS);
        assert_eq!(code(&Outcome { undetermined: 1, ..planned }, Asks::Plan(None, false)), INCOMPLETE);
    }
}
