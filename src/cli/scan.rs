//! `azpol scan`: the gate.

use crate::compliance::Summary;
use crate::config::OutputFormat;
use crate::report::{json, table};

use super::args::ScanArgs;
use super::begin::{Begun, begin};
use super::exit::{self, Asks, Outcome};
use super::output;
use super::session::Session;

/// Runs the command; the exit code comes back.
pub fn run(args: &ScanArgs) -> u8 {
    let Begun { settings, output, session, .. } = match begin(&args.run) {
        Ok(begun) => begun,
        Err(code) => return code,
    };
    let view = session.view();
    let text = match settings.format {
        OutputFormat::Table => table::scan(&view, output.style),
        OutputFormat::Json => match json::text(&json::result(&view, &session.faults)) {
            Ok(text) => text,
            Err(error) => return output::internal(&error),
        },
    };
    if let Err(fault) = output::write(args.output.as_deref(), &text) {
        return output.usage(fault);
    }
    let code = exit::code(&outcome(&session, args.run.allow_empty), Asks::Scan(settings.fail_on.as_deref()));
    session.leave();
    code
}

/// What the exit code asks of a session.
pub fn outcome(session: &Session, allow_empty: bool) -> Outcome {
    let summary = Summary::of_run(&session.run);
    Outcome {
        unreadable: session.faults.has_errors(),
        not_evaluated: session.run.not_evaluated.iter().filter(|not| !not.reason.is_by_kind()).count()
            + session.run.listed.unseen.len(),
        empty: table::is_empty(&session.view()) && !allow_empty,
        undetermined: summary.undetermined,
        noncompliant: summary.non_compliant,
        error: summary.error,
        intent: session.intents.unmet(),
        intent_undetermined: session.intents.undetermined(),
        ..Outcome::default()
    }
}
