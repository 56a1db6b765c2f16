//! azpol beside regorus over the definitions that Microsoft ships, and over resources of many types.
//!
//! Reads `../shared` (definitions and the catalogue of aliases); says so where it is missing.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that measures prints what it finds"
)]

#[path = "../../../../tests/assign/mod.rs"]
mod assign;
mod compiling;
mod everything;
mod fault;
mod storage;
mod timed;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use fault::Fault;

/// Measures loading and compiling of all definitions, a storage audit, and all definitions over mixed resources.
#[derive(Debug, Parser)]
#[command(name = "corpus", max_term_width = 100)]
struct Args {
    /// The folder with `azure-policy` and `aliases`
    #[arg(long, default_value = "../shared")]
    shared: PathBuf,
    /// How many accounts, and how many mixed resources
    #[arg(long, default_value_t = 100_000)]
    resources: u64,
    /// How many subscriptions they lie in
    #[arg(long, default_value_t = 200)]
    subscriptions: u64,
    /// How often each contender runs; medians are printed
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// Measure only this: `compiling`, `storage` or `everything`
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("error: {fault}");
            ExitCode::FAILURE
        }
    }
}

type Measurement = fn(&Args) -> Result<(), Fault>;

fn run(args: &Args) -> Result<(), Fault> {
    for part in ["azure-policy/policyDefinitions", "aliases/provider-aliases.json"] {
        let path = args.shared.join(part);
        if !path.exists() {
            return Err(Fault::NoMaterial(path));
        }
    }
    let all: [(&str, Measurement); 3] =
        [("compiling", compiling::run), ("storage", storage::run), ("everything", everything::run)];
    for (name, measure) in all {
        if name.contains(&args.only) {
            println!("## {name}\n");
            measure(args)?;
            println!();
        }
    }
    Ok(())
}
