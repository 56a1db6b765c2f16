//! `azpol eval`: the value of an expression.

mod context;
mod evaluate;
mod facts;
mod lines;
mod prompt;
mod terminal;

use std::io;

use crate::report::evaluation::Ending;
use crate::source::{Diagnostic, Diagnostics, SourceMap};

use super::aliases;
use super::args::EvalArgs;
use super::environment::Environment;
use super::output::{self, Output};
use super::settings::Shown;
use super::{codes, exit};

use evaluate::Form;
use facts::Facts;

/// Runs the command; the exit code comes back.
pub fn run(args: &EvalArgs) -> u8 {
    let environment = Environment::of_process();
    let (mut sources, mut faults) = (SourceMap::new(), Diagnostics::new());
    let shown = Shown::new(&args.shown, &environment, &mut sources, &mut faults);
    let output = Output::new(shown.color, args.shown.look.ascii, &environment);
    if faults.has_errors() {
        output.faults(&faults, &sources);
        return exit::USAGE;
    }
    if args.expression.is_none() && !args.stdin && !environment.stdin_is_terminal {
        return output.usage(
            Diagnostic::new(&codes::NO_EXPRESSION, "no expression is given, and there is nobody to ask")
                .help("give one, or read one a line with `--stdin`"),
        );
    }
    let files = aliases::files(&args.language.aliases, &environment, &shown.config, &shown.folder);
    let catalog = aliases::catalog(&files, &mut io::empty(), &mut sources, &mut faults);
    let mut facts = Facts::new(args, catalog, shown.semantics(&args.language), &mut sources, &mut faults);
    output.faults(&faults, &sources);
    if exit::any_usage(&faults, &sources) {
        return exit::USAGE;
    }
    if faults.has_errors() {
        return exit::INCOMPLETE;
    }
    if args.stdin {
        let stdin = io::stdin();
        return match lines::answer(&facts, &mut stdin.lock(), &mut output::results()) {
            Ok(endings) => code(endings),
            Err(error) => output.usage(output::not_written("standard output", &error)),
        };
    }
    if let Some(text) = &args.expression {
        let answer = evaluate::evaluate(text, Form::Typed, &facts);
        output.faults(&answer.findings, &answer.sources);
        return match output::write(None, &answer.pretty(args.raw)) {
            Ok(()) => code([answer.ending]),
            Err(fault) => output.usage(fault),
        };
    }
    match terminal::prompt(&mut facts, args, &environment, output) {
        Ok(()) => exit::CLEAN,
        Err(error) => output.usage(output::not_written("the terminal", &error)),
    }
}

/// The exit code of what became of some expressions: what isn't known comes first.
fn code(endings: impl IntoIterator<Item = Ending>) -> u8 {
    let of = |ending| match ending {
        Ending::Value => exit::CLEAN,
        Ending::Error => exit::FINDINGS,
        Ending::Remaining | Ending::Unknown => exit::INCOMPLETE,
    };
    endings.into_iter().map(of).max().unwrap_or(exit::CLEAN)
}
