//! `azpol generate-aliases`: the table of aliases that ships with azpol, from a catalogue.

use std::io;

use crate::source::{Diagnostics, SourceMap};

use super::aliases::catalog;
use super::args::GenerateAliasesArgs;
use super::exit;
use super::output::{self, Output};

/// Runs the command; the exit code comes back.
pub fn run(args: &GenerateAliasesArgs) -> u8 {
    let (mut sources, mut faults) = (SourceMap::new(), Diagnostics::new());
    let catalog = catalog(&args.catalogs, &mut io::stdin(), &mut sources, &mut faults);
    Output::plain().faults(&faults, &sources);
    let Some(catalog) = catalog else { return exit::INCOMPLETE };
    match output::write(args.output.as_deref(), &catalog.to_compact()) {
        Ok(()) => {
            output::say(format_args!("a table of {} aliases", catalog.len()));
            exit::CLEAN
        }
        Err(fault) => Output::plain().usage(fault),
    }
}
