//! What came of policy tests, for programs: JSON and `JUnit`.

use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};
use serde_json::{Value as Json, json};

use crate::source::mask;
use crate::testing::{CaseResult, LineKind, Mismatch, Outcome, diff};

use super::readings;
use super::tests_table::{Tested, missed};

/// The kind and the version of the document.
pub const MARKER: &str = "test-result/v1";

/// The report as JSON; the form is `schemas/test-result.schema.json`.
pub fn json(tested: &Tested<'_>) -> Json {
    let totals = tested.totals();
    let files: Vec<Json> = tested
        .files
        .iter()
        .zip(tested.results)
        .map(|(selected, results)| {
            let definition = &tested.definitions[selected.definition];
            json!({
                "file": selected.file,
                "definition": &*definition.id,
                "cases": results.iter().map(|result| case(tested, result)).collect::<Vec<_>>(),
            })
        })
        .collect();
    let below = tested.below();
    let coverage: Vec<Json> = tested
        .coverage
        .iter()
        .enumerate()
        .map(|(index, coverage)| {
            let gaps: Vec<Json> = coverage
                .gaps
                .iter()
                .map(|gap| json!({"at": tested.place(gap.span), "text": mask(&gap.text), "missed": missed(gap)}))
                .collect();
            json!({
                "definition": &*tested.definitions[index].id,
                "outcomes": coverage.outcomes,
                "seen": coverage.seen,
                "percent": coverage.percent(),
                "below": below.contains(&index),
                "gaps": gaps,
            })
        })
        .collect();
    json!({
        "azpol": MARKER,
        "version": env!("CARGO_PKG_VERSION"),
        "aliases": readings::aliases(!tested.language.aliases.is_built_in()),
        "semantics": tested.language.semantics.changed().collect::<Vec<_>>(),
        "summary": {
            "passed": totals.passed,
            "failed": totals.failed,
            "notEvaluated": totals.not_evaluated,
            "skipped": totals.skipped,
        },
        "files": files,
        "coverage": coverage,
    })
}

fn outcome(result: &CaseResult) -> &'static str {
    match result.outcome {
        Outcome::Passed => "passed",
        Outcome::Failed(_) => "failed",
        Outcome::NotEvaluated => "notEvaluated",
        Outcome::Skipped => "skipped",
    }
}

fn case(tested: &Tested<'_>, result: &CaseResult) -> Json {
    let points: &[Mismatch] = match &result.outcome {
        Outcome::Failed(points) => points,
        _ => &[],
    };
    let mismatches: Vec<Json> = points
        .iter()
        .map(|point| {
            json!({
                "what": point.what,
                "at": tested.place(point.span),
                "expected": mask(&point.expected),
                "actual": mask(&point.actual),
            })
        })
        .collect();
    let mut case = json!({
        "name": &*result.name,
        "at": tested.place(result.span),
        "outcome": outcome(result),
        "mismatches": mismatches,
    });
    if let Some(actual) = &result.actual {
        case["state"] =
            actual.state.map_or("NotApplicable", crate::compliance::ComplianceState::as_str).into();
        case["effect"] = actual.effect.as_str().into();
        case["messages"] = actual.messages.iter().map(|text| mask(text).into_owned()).collect();
    }
    case
}

/// The report in the form of `JUnit`: a suite for each file.
pub fn junit(tested: &Tested<'_>) -> Result<String, SerializeError> {
    let mut report = Report::new("azpol test");
    for (selected, results) in tested.files.iter().zip(tested.results) {
        let mut suite = TestSuite::new(selected.file.clone());
        for result in results {
            let mut case = TestCase::new(result.name.to_string(), status(tested, result));
            case.set_classname(selected.file.clone());
            suite.add_test_case(case);
        }
        report.add_test_suite(suite);
    }
    let below = tested.below();
    if !below.is_empty() {
        let mut suite = TestSuite::new("coverage");
        for index in below {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let (percent, least) = (tested.coverage[index].percent(), tested.least.unwrap_or(0));
            status.set_message(format!("{percent} % of the outcomes were seen, {least} % are wanted"));
            suite.add_test_case(TestCase::new(tested.definitions[index].display_name.to_string(), status));
        }
        report.add_test_suite(suite);
    }
    report.to_string()
}

fn status(tested: &Tested<'_>, result: &CaseResult) -> TestCaseStatus {
    match &result.outcome {
        Outcome::Passed => TestCaseStatus::success(),
        Outcome::Skipped => TestCaseStatus::skipped(),
        Outcome::NotEvaluated => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message("not evaluated");
            status
        }
        Outcome::Failed(points) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let names: Vec<&str> = points.iter().map(|point| point.what).collect();
            status.set_message(format!("{} differs, {}", names.join(", "), tested.place(result.span)));
            let texts: Vec<String> = points.iter().map(difference).collect();
            status.set_description(texts.join("\n"));
            status
        }
    }
}

fn difference(point: &Mismatch) -> String {
    let mut text = format!("{}:\n", point.what);
    for line in diff(&point.expected, &point.actual) {
        let sign = match line.kind {
            LineKind::Expected => "-",
            LineKind::Actual => "+",
            LineKind::Same => " ",
            LineKind::Gap => "@",
        };
        text.push_str(&format!("{sign} {}\n", mask(&line.text)));
    }
    text
}
