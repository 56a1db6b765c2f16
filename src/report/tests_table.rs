//! What came of policy tests, for people: what failed, with the difference and the conditions behind it, and what
//! no case has seen.

use crate::arm::Value;
use crate::compliance::{ComplianceState, ReasonKind};
use crate::engine::{Explanation, ExplanationKind, Language, Truth};
use crate::policy::PolicyDefinition;
use crate::source::{SourceMap, Span, mask, position, printable};
use crate::testing::{
    Actual, CaseResult, Coverage, Gap, LineKind, Mismatch, Missed, Outcome, Selected, Totals, diff,
};

use super::lines::count;
use super::readings;
use super::style::{Mark, Style};
use super::words;

/// How many conditions are shown of one candidate.
const CONDITIONS: usize = 24;

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
            case(&mut out, tested, result, style);
        }
        out.push('\n');
    }
    coverage(&mut out, tested, style);
    summary(&mut out, tested, style);
    out
}

fn case(out: &mut String, tested: &Tested<'_>, result: &CaseResult, style: Style) {
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
                why(out, tested, points, actual, style);
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

/// Why the policy says what it says.
fn why(out: &mut String, tested: &Tested<'_>, points: &[Mismatch], actual: &Actual, style: Style) {
    for message in &actual.messages {
        out.push_str(&format!("      {:<9} {}\n", "said", shown(message)));
    }
    let about_state = points.iter().any(|point| matches!(point.what, "state" | "reason" | "effect"));
    if !about_state {
        return;
    }
    if actual.effect.as_str() == "disabled" {
        out.push_str(&format!("      {:<9} the effect is disabled, so that there is no row\n", "why"));
        return;
    }
    let looked = actual.explanations.len() > 1;
    let searched = match actual.reason {
        Some(ReasonKind::ResourceGroupNotFound) => {
            Some("the resource group that is searched doesn't exist in this case")
        }
        Some(ReasonKind::ResourceNotFound) => {
            Some("no related resource of the wanted type, name and place is in this case")
        }
        _ => None,
    };
    if let Some(what) = searched {
        out.push_str(&format!("      {:<9} {what}\n", "why"));
    }
    // Where candidates were looked at, `if` holds and says nothing more.
    let skip =
        usize::from(looked || (searched.is_some() && actual.state == Some(ComplianceState::NonCompliant)));
    for (title, whole) in actual.explanations.iter().skip(skip) {
        let truth = match &whole.truth {
            Truth::True => "holds",
            Truth::False => "doesn't hold",
            Truth::Unknown(_) => "can't be decided",
        };
        out.push_str(&format!("      {:<9} {} {truth}\n", "why", shown(title)));
        let mut left = CONDITIONS;
        condition(out, tested, whole, (4, &whole.truth), &mut left, style);
        if left == 0 {
            out.push_str(&format!("        {}\n", style.text("…")));
        }
    }
}

fn condition(
    out: &mut String,
    tested: &Tested<'_>,
    part: &Explanation,
    (depth, whole): (usize, &Truth),
    left: &mut usize,
    style: Style,
) {
    if *left == 0 {
        return;
    }
    *left -= 1;
    let mark = match &part.truth {
        Truth::True => Mark::Good,
        Truth::False => Mark::Bad,
        Truth::Unknown(_) => Mark::Open,
    };
    let symbol = style.paint(mark, style.symbol(mark));
    let indent = "  ".repeat(depth);
    let (text, found) = match &part.kind {
        ExplanationKind::AllOf => ("allOf".to_owned(), String::new()),
        ExplanationKind::AnyOf => ("anyOf".to_owned(), String::new()),
        ExplanationKind::Not => ("not".to_owned(), String::new()),
        ExplanationKind::Member(index, value) => {
            (format!("[{index}]"), shown(&words::short(&words::hidden("", value))))
        }
        ExplanationKind::Leaf(leaf) => {
            let value = |value: Option<&Value>| match value {
                Some(value) => words::short(&words::hidden(&leaf.subject, value)),
                None => "missing".to_owned(),
            };
            let subject = words::short_subject(&leaf.subject);
            let wanted = leaf.target.as_ref().map_or_else(String::new, |target| value(Some(target)));
            let text = format!("{subject} {} {wanted}", leaf.operator.as_str());
            let is = match &leaf.truth {
                Truth::Unknown(causes) => {
                    causes.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
                }
                _ => format!("is {}", value(leaf.current.as_ref())),
            };
            let place = match &part.truth {
                Truth::True if *whole != Truth::True => String::new(),
                _ => format!("  {}", style.dim(&printable(&tested.place(part.span)))),
            };
            (text, format!("{}{place}", shown(&is)))
        }
    };
    let text = shown(&text);
    out.push_str(format!("{indent}{symbol} {text:<46}  {found}").trim_end());
    out.push('\n');
    let count = matches!(part.kind, ExplanationKind::Leaf(_));
    for inner in &part.parts {
        // What agrees with the whole decides it; of the rest one line is enough.
        let decides = match (&part.kind, count) {
            (ExplanationKind::Not, _) => true,
            (_, true) => part.truth != Truth::True,
            _ => inner.truth == part.truth,
        };
        if decides {
            condition(out, tested, inner, (depth + 1, whole), left, style);
        } else if !count && part.truth != Truth::True {
            condition(
                out,
                tested,
                &Explanation { parts: Vec::new(), ..inner.clone() },
                (depth + 1, whole),
                left,
                style,
            );
        }
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
    let files = count(tested.files.len(), "file", "files");
    let definitions = count(tested.definitions.len(), "definition", "definitions");
    out.push_str(&format!("{}{}{files}, {definitions}\n", parts.join(", "), style.dot()));
}
