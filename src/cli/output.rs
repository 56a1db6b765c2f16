//! The only place that prints: results to standard output, findings and progress to standard error.

use std::error::Error;
use std::fmt::Display;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use crate::config::ColorChoice;
use crate::report::Style;
use crate::source::{Diagnostic, Diagnostics, RenderStyle, Severity, SourceMap, printable, render};

use super::codes;
use super::environment::Environment;
use super::exit;

/// How many findings of one code are shown whole; the rest are counted.
const SHOWN: usize = 20;

/// Columns where neither `COLUMNS` nor a terminal says them.
const COLUMNS: usize = 100;

/// What the terminal and the flags allow.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    /// For results.
    pub style: Style,
    /// For findings.
    pub findings: RenderStyle,
}

impl Output {
    /// From what was chosen and what is there.
    pub fn new(choice: ColorChoice, ascii: bool, environment: &Environment) -> Output {
        let color = |terminal: bool| match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => terminal && !environment.no_color,
        };
        let width = environment.columns.unwrap_or(COLUMNS).clamp(60, 200);
        let unicode = !ascii;
        Output {
            style: Style { width, color: color(environment.stdout_is_terminal), unicode },
            findings: RenderStyle { width, color: color(environment.stderr_is_terminal), unicode },
        }
    }

    /// Findings that are the result, on standard output.
    pub fn results(self) -> RenderStyle {
        RenderStyle { color: self.style.color, ..self.findings }
    }

    /// For commands without flags for it.
    pub fn plain() -> Output {
        Output::new(ColorChoice::Auto, false, &Environment::of_process())
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

impl Output {
    /// Tells of one fault of what was typed, without a place; the exit code for it.
    pub fn usage(self, fault: Diagnostic) -> u8 {
        let mut faults = Diagnostics::new();
        faults.push(fault);
        self.faults(&faults, &SourceMap::new());
        exit::USAGE
    }
}

/// Writes a result: to a file if one is named, else to standard output. A reader of standard output that went
/// away has what it wanted.
pub fn write(file: Option<&Path>, text: &str) -> Result<(), Diagnostic> {
    match file {
        None => {
            let mut out = anstream::AutoStream::new(io::stdout(), anstream::ColorChoice::AlwaysAnsi);
            match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                    Err(not_written("standard output", &error))
                }
                _ => Ok(()),
            }
        }
        Some(path) => {
            fs::write(path, text).map_err(|error| not_written(&format!("`{}`", path.display()), &error))
        }
    }
}

/// Where results go that are written piece by piece.
pub fn results() -> impl Write {
    anstream::AutoStream::new(io::stdout(), anstream::ColorChoice::AlwaysAnsi)
}

/// The finding of something that can't be written.
pub fn not_written(what: &str, error: &io::Error) -> Diagnostic {
    let why = match error.kind() {
        io::ErrorKind::NotFound => "its folder doesn't exist".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    };
    Diagnostic::new(&codes::NOT_WRITTEN, format!("{what} can't be written: {why}"))
}

/// Tells of a fault of azpol's own; the exit code for it.
pub fn internal(error: &dyn Error) -> u8 {
    to_stderr(&format!("azpol: internal error: {error}\n"));
    exit::INTERNAL
}

/// Says something that is no finding.
pub fn say(text: impl Display) {
    to_stderr(&format!("{}\n", printable(&text.to_string())));
}

/// Writes to standard error; there is nobody to tell that it can't be written.
fn to_stderr(text: &str) {
    let mut out = anstream::AutoStream::new(io::stderr(), anstream::ColorChoice::AlwaysAnsi);
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use super::Output;
    use crate::cli::environment::Environment;
    use crate::config::ColorChoice;

    #[test]
    fn colours_are_for_terminals_that_want_them() {
        let terminal = Environment { stdout_is_terminal: true, ..Environment::default() };
        let color = |choice, environment: &Environment| Output::new(choice, false, environment).style.color;
        assert!(color(ColorChoice::Auto, &terminal));
        assert!(!color(ColorChoice::Auto, &Environment::default()));
        assert!(!color(ColorChoice::Auto, &Environment { no_color: true, ..terminal.clone() }));
        assert!(color(ColorChoice::Always, &Environment { no_color: true, ..Environment::default() }));
        assert!(!color(ColorChoice::Never, &terminal));
    }

    #[test]
    fn the_width_has_bounds() {
        let width = |columns| {
            let environment = Environment { columns, ..Environment::default() };
            Output::new(ColorChoice::Auto, false, &environment).style.width
        };
        assert_eq!([None, Some(80), Some(1), Some(usize::MAX)].map(width), [100, 80, 60, 200]);
    }
}
