//! `azpol scan`: the gate.

use std::io;

use crate::compliance::Summary;
use crate::report::{json, table};

use super::args::{Format, ScanArgs};
use super::exit::{self, Asks, Outcome};
use super::output::{self, Output};
use super::session::Session;

/// Runs the command; the exit code comes back.
pub fn run(args: &ScanArgs) -> u8 {
    let output = Output::new(&args.run);
    let session = Session::start(&args.run, &mut io::stdin());
    output.faults(&session.faults, &session.sources);
    let view = session.view();
    let text = match args.run.format {
        Format::Table => table::scan(&view, output.style),
        Format::Json => match json::text(&json::result(&view, &session.faults)) {
            Ok(text) => text,
            Err(error) => return output::internal(&error),
        },
    };
    if let Err(error) = output::write(args.output.as_deref(), &text) {
        return output::usage(&error);
    }
    exit::code(&outcome(&session, args.run.allow_empty), Asks::Scan(args.run.fail_on.as_deref()))
}

/// What the exit code asks of a session.
pub fn outcome(session: &Session, allow_empty: bool) -> Outcome {
    let summary = Summary::of_run(&session.run);
    Outcome {
        unreadable: session.faults.has_errors(),
        not_evaluated: session.run.not_evaluated.iter().filter(|not| !not.reason.is_by_kind()).count(),
        empty: table::is_empty(&session.view()) && !allow_empty,
        undetermined: summary.undetermined,
        noncompliant: summary.non_compliant,
        error: summary.error,
        ..Outcome::default()
    }
}
