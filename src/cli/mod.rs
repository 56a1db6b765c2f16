//! One file a subcommand; the only room that prints, exits or reads the environment.

mod args;
mod exit;
#[cfg_attr(not(test), expect(dead_code, reason = "the command that calls it isn't there yet"))]
mod generate_tenant;
mod propose;
mod session;

use std::process::ExitCode;

use clap::Parser;

/// Runs azpol with the arguments of the process.
pub fn main() -> ExitCode {
    let _ = args::Cli::parse();
    ExitCode::SUCCESS
}
