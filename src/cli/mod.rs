//! One file a subcommand; the only room that prints, exits or reads the environment.

mod args;
mod exit;
pub mod generate_tenant;

use std::process::ExitCode;

use clap::Parser;

/// Runs azpol with the arguments of the process.
pub fn main() -> ExitCode {
    let _ = args::Cli::parse();
    ExitCode::SUCCESS
}
