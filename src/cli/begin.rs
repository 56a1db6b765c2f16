//! What `scan` and `plan` begin with: settings, threads, the session; faults are told on the way.

use std::io::{self, Read};

use crate::arm::AliasCatalog;
use crate::engine::Language;
use crate::inventory::Kept;
use crate::source::{Diagnostics, SourceMap};

use super::aliases::catalog;
use super::args::RunArgs;
use super::environment::Environment;
use super::exit;
use super::output::{self, Output};
use super::progress::Progress;
use super::session::Session;
use super::settings::Settings;

/// A run that may be reported.
#[derive(Debug)]
pub struct Begun {
    /// What holds for it.
    pub settings: Settings,
    /// How it is shown.
    pub output: Output,
    /// What was read and evaluated.
    pub session: Session,
    /// Whether progress may be shown.
    pub progress: bool,
}

/// Reads and evaluates; the exit code where that is not to be reported: wrong usage or configuration.
pub fn begin(args: &RunArgs) -> Result<Begun, u8> {
    begin_with(args, |now, language, progress, stdin| Session::shown(args, now, language, progress, stdin))
}

/// Reads, keeping at least these types of resource, and evaluates nothing.
pub fn begin_reading(args: &RunArgs, kept: &Kept) -> Result<Begun, u8> {
    begin_with(args, |now, language, progress, stdin| {
        Session::read(args, now, language, kept.clone(), progress, stdin)
    })
}

fn begin_with(
    args: &RunArgs,
    start: impl FnOnce(Option<String>, Language<'_>, &Progress, &mut dyn Read) -> Session,
) -> Result<Begun, u8> {
    let environment = Environment::of_process();
    let (mut sources, mut faults) = (SourceMap::new(), Diagnostics::new());
    let settings = Settings::new(args, &environment, &mut sources, &mut faults);
    let output = Output::new(settings.color, args.shown.look.ascii, &environment);
    output.faults(&faults, &sources);
    if faults.has_errors() {
        return Err(exit::USAGE);
    }
    let mut stdin = io::stdin();
    let Some(aliases) = aliases(&settings, output, &mut stdin) else { return Err(exit::INCOMPLETE) };
    if let Some(jobs) = args.jobs {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs.into()).build_global();
        pool.map_err(|error| output::internal(&error))?;
    }
    let shown = environment.stderr_is_terminal && !args.no_progress;
    let mut progress = Progress::start(shown, output.style.width);
    let language = Language { aliases: &aliases, semantics: &settings.semantics };
    let session = start(settings.now.clone(), language, &progress, &mut stdin);
    progress.end();
    output.faults(&session.faults, &session.sources);
    if exit::any_usage(&session.faults, &session.sources) {
        return Err(exit::USAGE);
    }
    Ok(Begun { settings, output, session, progress: shown })
}

/// The aliases of the run; nothing where a catalogue can't be read.
fn aliases(settings: &Settings, output: Output, stdin: &mut dyn Read) -> Option<AliasCatalog> {
    let (mut sources, mut faults) = (SourceMap::new(), Diagnostics::new());
    let catalog = catalog(&settings.aliases, stdin, &mut sources, &mut faults);
    output.faults(&faults, &sources);
    catalog
}
