//! `--stdin`: one expression a line, one JSON a line.

use std::io::{self, BufRead, Write};

use crate::report::codes;
use crate::report::evaluation::{Ending, Evaluation};
use crate::source::{Diagnostic, Diagnostics, FileId, NodeValue, SourceMap, json};

use super::evaluate::{Form, evaluate};
use super::facts::Facts;

/// Answers every line; what became of each comes back.
///
/// A line that begins with a double quote is a JSON string, which holds the text as a document does: brackets decide.
/// Any other line is taken as it is typed on the command line. A blank line is the empty text, so that there are as
/// many answers as lines. A writer that went away ends it.
pub(super) fn answer(facts: &Facts, input: &mut dyn BufRead, out: &mut dyn Write) -> io::Result<Vec<Ending>> {
    let mut endings = Vec::new();
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let text = String::from_utf8_lossy(&line);
        let text = if endings.is_empty() { text.trim_start_matches('\u{feff}') } else { &text };
        let answer = one(facts, text.trim_end_matches(['\n', '\r']));
        endings.push(answer.ending);
        match out.write_all(answer.line().as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => break,
            other => other?,
        }
    }
    Ok(endings)
}

fn one(facts: &Facts, line: &str) -> Evaluation {
    if !line.trim_start().starts_with('"') {
        return evaluate(line, if line.trim().is_empty() { Form::Document } else { Form::Typed }, facts);
    }
    let mut faults = Diagnostics::new();
    let nodes = json::parse(FileId::NONE, 0, line, &mut faults);
    match nodes.as_slice() {
        [node] if !faults.has_errors() => {
            if let NodeValue::String(text) = &node.value {
                return evaluate(text, Form::Document, facts);
            }
        }
        _ => {}
    }
    let mut findings = Diagnostics::new();
    findings.push(
        Diagnostic::new(
            &codes::EXPRESSION_FAILS,
            "the line begins with a double quote and is no JSON string",
        )
        .help("a text inside an expression stands in single quotes"),
    );
    Evaluation {
        text: line.to_owned(),
        ending: Ending::Error,
        value: None,
        findings,
        sources: SourceMap::new(),
    }
}
