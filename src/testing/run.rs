//! Running cases: all at once, told in the order of their files.

use std::sync::Arc;

use rayon::prelude::*;

use crate::engine::Language;
use crate::policy::PolicyDefinition;
use crate::source::{Diagnostics, Span};

use super::case::TestCase;
use super::compare::{Mismatch, compare};
use super::evaluate::{Actual, Assignable, evaluate};

/// A test file whose definition is known, with the cases that are to run.
#[derive(Debug)]
pub struct Selected {
    /// Its name, as messages name it.
    pub file: String,
    /// The definition: its index among those of the run.
    pub definition: usize,
    /// The cases.
    pub cases: Vec<TestCase>,
}

/// What came of a case.
#[derive(Debug)]
pub struct CaseResult {
    /// Its name.
    pub name: Arc<str>,
    /// Where its name stands.
    pub span: Span,
    /// What came of it.
    pub outcome: Outcome,
    /// What the policy says of it, where that can be said.
    pub actual: Option<Actual>,
}

/// What came of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Everything is as expected.
    Passed,
    /// These points aren't.
    Failed(Vec<Mismatch>),
    /// It can't be evaluated; a finding says why.
    NotEvaluated,
    /// A case before it failed, and the run was to end there.
    Skipped,
}

/// How many cases there are of each outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Passed.
    pub passed: usize,
    /// Failed.
    pub failed: usize,
    /// Not evaluated.
    pub not_evaluated: usize,
    /// Skipped.
    pub skipped: usize,
}

impl Totals {
    /// Counts.
    pub fn of<'a>(results: impl IntoIterator<Item = &'a CaseResult>) -> Totals {
        let mut totals = Totals::default();
        for result in results {
            *match result.outcome {
                Outcome::Passed => &mut totals.passed,
                Outcome::Failed(_) => &mut totals.failed,
                Outcome::NotEvaluated => &mut totals.not_evaluated,
                Outcome::Skipped => &mut totals.skipped,
            } += 1;
        }
        totals
    }
}

/// Runs cases; results in the order of files and cases. With `fail_fast` those behind the first one that doesn't pass
/// are skipped.
pub fn run(
    files: &[Selected],
    definitions: &[PolicyDefinition],
    language: Language<'_>,
    fail_fast: bool,
    faults: &mut Diagnostics,
) -> Vec<Vec<CaseResult>> {
    let assignable: Vec<Assignable<'_>> =
        definitions.iter().map(|definition| Assignable::new(definition, language)).collect();
    let work: Vec<(usize, &TestCase)> = files
        .iter()
        .enumerate()
        .flat_map(|(file, selected)| selected.cases.iter().map(move |case| (file, case)))
        .collect();
    let done: Vec<(usize, CaseResult, Diagnostics)> = work
        .into_par_iter()
        .map(|(file, case)| {
            let index = files[file].definition;
            let mut found = Diagnostics::new();
            let actual = evaluate(case, &assignable[index], &mut found);
            let outcome = match &actual {
                Some(actual) => match compare(&case.expect, actual) {
                    points if points.is_empty() => Outcome::Passed,
                    points => Outcome::Failed(points),
                },
                None => Outcome::NotEvaluated,
            };
            (file, CaseResult { name: case.name.clone(), span: case.span, outcome, actual }, found)
        })
        .collect();
    let mut results: Vec<Vec<CaseResult>> = files.iter().map(|_| Vec::new()).collect();
    let mut ended = false;
    for (file, mut result, found) in done {
        if ended {
            (result.outcome, result.actual) = (Outcome::Skipped, None);
        } else {
            faults.extend(found);
            ended = fail_fast && result.outcome != Outcome::Passed;
        }
        results[file].push(result);
    }
    results
}
