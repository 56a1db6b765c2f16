//! The only place that prints: results to standard output, findings and progress to standard error.

use std::error::Error;
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use crate::report::Style;
use crate::source::{Diagnostics, RenderStyle, Severity, SourceMap, render};

use super::args::{RunArgs, When};
use super::exit;

/// How many findings of one code are shown whole; the rest are counted.
const SHOWN: usize = 20;

/// A file that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("failed to write {}: {source}", path.display())]
pub struct WriteError {
    path: PathBuf,
    source: io::Error,
}

/// What the terminal and the flags allow.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    /// For results.
    pub style: Style,
    /// For findings.
    pub findings: RenderStyle,
}

impl Output {
    /// From flags and the environment (`NO_COLOR`, `COLUMNS`).
    pub fn new(args: &RunArgs) -> Output {
        let color = |terminal: bool| match args.color {
            When::Always => true,
            When::Never => false,
            When::Auto => terminal && std::env::var_os("NO_COLOR").is_none(),
        };
        let width =
            std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok()).unwrap_or(100).clamp(60, 200);
        let unicode = !args.ascii;
        Output {
            style: Style { width, color: color(io::stdout().is_terminal()), unicode },
            findings: RenderStyle { width, color: color(io::stderr().is_terminal()), unicode },
        }
    }

    /// Prints the findings of a run.
    pub fn faults(self, faults: &Diagnostics, sources: &SourceMap) {
        let mut text = String::new();
        let mut shown: Vec<(&str, usize)> = Vec::new();
        for fault in faults {
            let at = shown.iter().position(|(id, _)| *id == fault.code.id).unwrap_or_else(|| {
                shown.push((fault.code.id, 0));
                shown.len() - 1
            });
            shown[at].1 += 1;
            if shown[at].1 <= SHOWN || fault.severity == Severity::Error && shown[at].1 <= SHOWN * 5 {
                text.push_str(&render(fault, sources, self.findings));
                text.push('\n');
            }
        }
        for (id, number) in shown.into_iter().filter(|(_, number)| *number > SHOWN) {
            text.push_str(&format!("{id}: {number} findings in all, azpol explain {id}\n"));
        }
        to_stderr(&text);
    }
}

/// Writes a result: to a file if one is named, else to standard output.
pub fn write(file: Option<&Path>, text: &str) -> Result<(), WriteError> {
    match file {
        None => {
            to_stdout(text);
            Ok(())
        }
        Some(path) => fs::write(path, text).map_err(|source| WriteError { path: path.to_owned(), source }),
    }
}

/// Tells of a fault of azpol's own; the exit code for it.
pub fn internal(error: &dyn Error) -> u8 {
    to_stderr(&format!("azpol: internal error: {error}\n"));
    exit::INTERNAL
}

/// Tells of wrong usage; the exit code for it.
pub fn usage(error: &dyn Error) -> u8 {
    to_stderr(&format!("azpol: {error}\n"));
    exit::USAGE
}

/// Writes to standard output; a reader that went away is no failure.
pub fn to_stdout(text: &str) {
    let mut out = anstream::AutoStream::new(io::stdout(), anstream::ColorChoice::AlwaysAnsi);
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Writes to standard error.
pub fn to_stderr(text: &str) {
    let mut out = anstream::AutoStream::new(io::stderr(), anstream::ColorChoice::AlwaysAnsi);
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
