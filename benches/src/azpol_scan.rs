//! azpol itself, end to end: what `azpol scan` does up to the states.

use std::ffi::OsString;
use std::io;
use std::path::Path;

use azpol::cli::{Cli, Command, Session};
use azpol::compliance::{ComplianceState, Run};
use azpol::export::intents;
use clap::Parser;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::definition::Definition;
use crate::fault::Fault;
use crate::outcome::{Outcome, Verdicts};

/// Reads a folder, resolves its assignment, compiles the definition and evaluates it for each subscription, on so
/// many threads; the second verdict, on the intent, is part of it.
pub(crate) fn run(dir: &Path, definition: &Definition, threads: usize) -> Result<Outcome, Fault> {
    let pool = pool(threads)?;
    let mut outcome = Outcome::default();
    let session = scanned(dir, definition, threads, |start| outcome.part("scan", || pool.install(start)))?;
    outcome.verdicts = Some(verdicts(&session.run));
    Ok(outcome)
}

/// The second verdict on each row alone, on one thread, after a scan that isn't timed.
pub(crate) fn intent(dir: &Path, definition: &Definition) -> Result<Outcome, Fault> {
    let pool = pool(1)?;
    let session = scanned(dir, definition, 1, |start| pool.install(start))?;
    let mut outcome = Outcome::default();
    let now = session.now.as_deref();
    let found = outcome.part("intent", || pool.install(|| intents(&session.inventory, &session.run, now)));
    if found.rows.iter().flatten().count() != session.run.rows.len() {
        return Err(Fault::Peer("azpol", "a row has no verdict on its intent".to_owned()));
    }
    Ok(outcome)
}

/// A pool of its own: the process's is as wide as the machine, and can't be made narrower for one run.
fn pool(threads: usize) -> Result<ThreadPool, Fault> {
    let built = ThreadPoolBuilder::new().num_threads(threads).build();
    built.map_err(|error| Fault::Peer("azpol", error.to_string()))
}

/// A session over a folder, started by `run`.
fn scanned(
    dir: &Path,
    definition: &Definition,
    threads: usize,
    run: impl FnOnce(Box<dyn FnOnce() -> Session + Send + '_>) -> Session,
) -> Result<Session, Fault> {
    let Command::Scan(args) = arguments(dir, definition, threads)?.command else {
        return Err(Fault::Peer("azpol", "`scan` isn't a command".to_owned()));
    };
    let session = run(Box::new(|| Session::start(&args.run, &mut io::empty())));
    if session.faults.has_errors() {
        let first = session.faults.iter().next().map(|fault| fault.message.clone());
        return Err(Fault::Peer("azpol", first.unwrap_or_default()));
    }
    Ok(session)
}

fn arguments(dir: &Path, definition: &Definition, threads: usize) -> Result<Cli, Fault> {
    let mut words: Vec<OsString> = ["azpol", "scan", "--no-progress", "--jobs"].map(OsString::from).to_vec();
    words.push(threads.to_string().into());
    words.push(dir.into());
    words.extend(definition.file.iter().map(OsString::from));
    Cli::try_parse_from(words).map_err(|error| Fault::Peer("azpol", error.to_string()))
}

fn verdicts(run: &Run) -> Verdicts {
    let mut verdicts = Verdicts::default();
    for row in &run.rows {
        match row.state {
            ComplianceState::Compliant => verdicts.compliant += 1,
            ComplianceState::NonCompliant => {
                verdicts
                    .non_compliant
                    .insert(format!("/subscriptions/{}", row.subscription).to_ascii_lowercase());
            }
            ComplianceState::Error
            | ComplianceState::Protected
            | ComplianceState::Unknown
            | ComplianceState::Undetermined => verdicts.other += 1,
        }
    }
    verdicts
}
