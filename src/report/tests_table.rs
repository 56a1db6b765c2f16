//! What came of policy tests, for people: what failed, with the difference and the conditions behind it, and what
//! no case has seen.

use crate::engine::Language;
use std::collections::BTreeSet;

use crate::policy::PolicyDefinition;
use crate::source::{SourceMap, Span, mask, position, printable};
use crate::testing::{
    Actual, CaseResult, Coverage, Gap, LineKind, Mismatch, Missed, Outcome, Selected, Totals, diff,
};

use super::explain::{Depth, Findings};
use super::lines::count;
use super::readings;
use super::style::{Mark, Style};

/// What a report of tests is made from.
#[derive(Debug, Clone, Copy)]
pub struct Tested<'a> {
    /// The files.
    pub files: &'a [Selected],
    /// The definitions.
    pub definitions: &'a [PolicyDefinition],
    /// How the language was read.
    pub language: Language<'a>,
    /// What came of the cases, by file.
    pub results: &'a [Vec<CaseResult>],
    /// What they have seen, by definition; empty where nobody asked.
    pub coverage: &'a [Coverage],
    /// Below this many per cent, the run fails.
    pub least: Option<u8>,
    /// Whether every gap is listed.
    pub gaps: bool,
    /// The texts.
    pub sources: &'a SourceMap,
}

impl Tested<'_> {
    /// Totals over all files.
    pub fn totals(&self) -> Totals {
        Totals::of(self.results.iter().flatten())
    }

    /// The definitions of which too little was seen.
    pub fn below(&self) -> Vec<usize> {
        let least = usize::from(self.least.unwrap_or(0));
        let short = |(index, coverage): (usize, &Coverage)| (coverage.percent() < least).then_some(index);
        self.coverage.iter().enumerate().filter_map(short).collect()
    }

    /// `file:line`
    pub fn place(&self, span: Span) -> String {
        let name = self.sources.name(span);
        match position(self.sources, span) {
            Some((line, _)) => format!("{name}:{line}"),
            None => name.to_owned(),
        }
    }
}

/// The report.
pub fn text(tested: &Tested<'_>, style: Style) -> String {
    let mut out = readings::line(tested.language.semantics, style.width);
    for (selected, results) in tested.files.iter().zip(tested.results) {
        let definition = &tested.definitions[selected.definition];
        let title = printable(&selected.file).into_owned();
        let name = printable(&definition.display_name).into_owned();
        out.push_str(&format!("{}  {}\n", style.bold(&title), style.dim(&name)));
        for result in results {
            case(&mut out, tested, definition, result, style);
        }
        out.push('\n');
    }
    coverage(&mut out, tested, style);
    summary(&mut out, tested, style);
    out
}

fn case(
    out: &mut String,
    tested: &Tested<'_>,
    definition: &PolicyDefinition,
    result: &CaseResult,
    style: Style,
) {
    let name = printable(&result.name).into_owned();
    let mut line = |mark: Mark, rest: &str| {
        let symbol = style.paint(mark, style.symbol(mark));
        out.push_str(format!("  {symbol} {name}{rest}").trim_end());
        out.push('\n');
    };
    match &result.outcome {
        Outcome::Passed => line(Mark::Good, ""),
        Outcome::Skipped => line(Mark::Out, &style.dim("  skipped")),
        Outcome::NotEvaluated => line(Mark::Open, "  not evaluated, see the findings"),
        Outcome::Failed(points) => {
            line(Mark::Bad, &style.dim(&format!("  {}", printable(&tested.place(result.span)))));
            for point in points {
                mismatch(out, tested, point, style);
            }
            if let Some(actual) = &result.actual {
                why(out, tested, definition, points, actual, style);
            }
        }
    }
}

fn mismatch(out: &mut String, tested: &Tested<'_>, point: &Mismatch, style: Style) {
    let place = style.dim(&printable(&tested.place(point.span)));
    let short = !point.expected.contains('\n') && !point.actual.contains('\n');
    if short {
        let nothing = |text: &str| if text.is_empty() { "nothing".to_owned() } else { shown(text) };
        let expected = style.paint(Mark::Bad, &format!("- {}", nothing(&point.expected)));
        let actual = style.paint(Mark::Good, &format!("+ {}", nothing(&point.actual)));
        out.push_str(&format!("      {:<9} {expected}  {place}\n      {:<9} {actual}\n", point.what, ""));
        return;
    }
    let legend = match (point.expected.is_empty(), point.actual.is_empty()) {
        (true, _) => style.paint(Mark::Good, "+ not expected"),
        (_, true) => style.paint(Mark::Bad, "- expected, and there is nothing"),
        _ => format!("{} {}", style.paint(Mark::Bad, "- expected"), style.paint(Mark::Good, "+ actual")),
    };
    out.push_str(&format!("      {:<9} {legend}  {place}\n", point.what));
    for line in diff(&point.expected, &point.actual) {
        let text = shown(&line.text);
        let text = match line.kind {
            LineKind::Expected => style.paint(Mark::Bad, &format!("- {text}")),
            LineKind::Actual => style.paint(Mark::Good, &format!("+ {text}")),
            LineKind::Same => format!("  {text}"),
            LineKind::Gap => style.dim(&style.text("  …")),
        };
        out.push_str(format!("          {text}").trim_end());
        out.push('\n');
    }
    if let Some(help) = point.help {
        out.push_str(&format!("      {:<9} {help}\n", "help"));
    }
}

/// A text of a document on one line of a terminal, without secrets.
fn shown(text: &str) -> String {
    mask(&printable(text)).into_owned()
}

/// How far what explains a case is indented.
const INDENT: usize = 6;

/// Why the policy says what it says: what `azpol explain` would tell of the resource.
fn why(
    out: &mut String,
    tested: &Tested<'_>,
    definition: &PolicyDefinition,
    points: &[Mismatch],
    actual: &Actual,
    style: Style,
) {
    for message in &actual.messages {
        out.push_str(&format!("      {:<9} {}\n", "said", shown(message)));
    }
    let about_state = points.iter().any(|point| matches!(point.what, "state" | "reason" | "effect"));
    if !about_state {
        return;
    }
    let Some(explained) = &actual.explained else {
        out.push_str(&format!("      {:<9} the effect is disabled, so that there is no row\n", "why"));
        return;
    };
    out.push_str(&format!(
        "      {:<9} {}\n",
        "why",
        style.dim(&printable(&tested.place(definition.rule.span)))
    ));
    let narrow = Style { width: style.width.saturating_sub(INDENT), ..style };
    let mut findings = Findings::new(tested.sources, narrow, Depth::Deciding, &actual.resource_type);
    findings.why(explained);
    findings.condition(explained);
    if let Some(search) = &explained.search {
        findings.search(search);
    }
    findings.doubts(explained);
    for line in findings.out.lines() {
        let indent = if line.is_empty() { 0 } else { INDENT };
        out.push_str(&format!("{}{line}\n", " ".repeat(indent)));
    }
}

fn coverage(out: &mut String, tested: &Tested<'_>, style: Style) {
    if tested.coverage.is_empty() {
        return;
    }
    let below = tested.below();
    out.push_str(&format!("{}\n", style.bold("Coverage of conditions")));
    for (index, coverage) in tested.coverage.iter().enumerate() {
        let definition = &tested.definitions[index];
        let short = below.contains(&index);
        let mark = match (short, coverage.gaps.is_empty()) {
            (true, _) => Mark::Bad,
            (false, true) => Mark::Good,
            (false, false) => Mark::Warn,
        };
        let (symbol, name) = (style.paint(mark, style.symbol(mark)), shown(&definition.display_name));
        let wanted = match tested.least {
            Some(least) if short => format!(", wants {least} %"),
            _ => String::new(),
        };
        out.push_str(&format!(
            "  {symbol} {:>3} %  {name}  {} of {} outcomes{wanted}\n",
            coverage.percent(),
            coverage.seen,
            coverage.outcomes
        ));
        if tested.gaps || short {
            for gap in &coverage.gaps {
                let place = style.dim(&printable(&tested.place(gap.span)));
                out.push_str(&format!("           {:<16} {}  {place}\n", missed(gap), shown(&gap.text)));
            }
        }
    }
    out.push('\n');
}

/// What wasn't seen, in words.
pub(super) fn missed(gap: &Gap) -> &'static str {
    match gap.missed {
        Missed::True => "never true",
        Missed::False => "never false",
        Missed::Both => "never evaluated",
        Missed::Effect => "never in force",
    }
}

fn summary(out: &mut String, tested: &Tested<'_>, style: Style) {
    let totals = tested.totals();
    let mut parts = Vec::new();
    let mut part = |number: usize, word: &str, mark: Mark| {
        if number > 0 {
            parts.push(style.paint(mark, &format!("{number} {word}")));
        }
    };
    part(totals.failed, "failed", Mark::Bad);
    part(totals.not_evaluated, "not evaluated", Mark::Open);
    part(totals.passed, "passed", Mark::Good);
    part(totals.skipped, "skipped", Mark::Out);
    if parts.is_empty() {
        parts.push("no case".to_owned());
    }
    let names: BTreeSet<&str> = tested.files.iter().map(|selected| &*selected.file).collect();
    let files = count(names.len(), "file", "files");
    let definitions = count(tested.definitions.len(), "definition", "definitions");
    out.push_str(&format!("{}{}{files}, {definitions}\n", parts.join(", "), style.dot()));
}
