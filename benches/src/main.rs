//! azpol beside its peers: the same definition over the same generated tenant, in one process, in alternation.

mod azpol_scan;
mod definition;
mod fault;
mod memory;
mod outcome;
mod parsing;
mod peer;
mod report;
mod tenant;

use std::path::PathBuf;
use std::process::ExitCode;

use azpol::cli::generate_tenant::TenantOptions;
use clap::Parser;

use definition::Definition;
use fault::Fault;
use outcome::{Measured, Outcome};
use tenant::Tenant;

/// Measures azpol beside regorus, and beside parsing alone, on a generated tenant.
#[derive(Debug, Parser)]
#[command(name = "azpol-benches", max_term_width = 100)]
struct Args {
    /// How many subscriptions
    #[arg(long, default_value_t = 100_000)]
    subscriptions: u64,
    /// How often each contender runs; medians are printed
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// What the tenant is drawn from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The definition instead of the shipped twin: JSON or YAML
    #[arg(long, env = "AZPOL_BENCH_DEFINITION", value_name = "FILE")]
    definition: Option<PathBuf>,
    /// Measure only contenders whose name holds this text
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,
    /// Write the tenant into this folder and leave it there
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Leave out the measurement of memory
    #[arg(long)]
    no_memory: bool,
    /// Scan this folder once and print the peak memory: what the measurement of memory starts
    #[arg(long, hide = true, value_name = "DIR")]
    scan_once: Option<PathBuf>,
}

impl Args {
    /// The tenant that is asked for, with so many resources for each subscription that nothing reads.
    fn tenant(&self, foreign: u64) -> TenantOptions {
        TenantOptions { seed: self.seed, subscriptions: self.subscriptions, foreign }
    }
}

/// What is measured over a tenant's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Contender {
    /// Everything that `azpol scan` does up to the states, on so many threads.
    Azpol(usize),
    /// The part of it that judges the intent, on one thread.
    Intent,
    /// `regorus` with its `azure_policy` language.
    Regorus,
    /// Parsing alone, by `sonic-rs`.
    SonicRs,
    /// Parsing alone, by `serde_json`.
    SerdeJson,
    /// The bytes from the file system, nothing done with them.
    Reading,
}

/// In the order in which they run and are printed.
const CONTENDERS: [Contender; 7] = [
    Contender::Azpol(1),
    Contender::Azpol(2),
    Contender::Intent,
    Contender::Regorus,
    Contender::SonicRs,
    Contender::SerdeJson,
    Contender::Reading,
];

impl Contender {
    fn name(self) -> String {
        match self {
            Contender::Azpol(1) => "azpol, 1 thread".to_owned(),
            Contender::Azpol(threads) => format!("azpol, {threads} threads"),
            Contender::Intent => "azpol, of it the intent".to_owned(),
            Contender::Regorus => "regorus".to_owned(),
            Contender::SonicRs => "sonic-rs to Value".to_owned(),
            Contender::SerdeJson => "serde_json to Value".to_owned(),
            Contender::Reading => "reading the bytes".to_owned(),
        }
    }

    fn run(self, tenant: &Tenant, definition: &Definition) -> Result<Outcome, Fault> {
        match self {
            Contender::Azpol(threads) => azpol_scan::run(tenant.dir(), definition, threads),
            Contender::Intent => azpol_scan::intent(tenant.dir(), definition),
            Contender::Regorus => peer::run(tenant, definition),
            Contender::SonicRs => parsing::sonic_rs(tenant),
            Contender::SerdeJson => parsing::serde_json(tenant),
            Contender::Reading => parsing::reading(tenant),
        }
    }
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(code) => code,
        Err(fault) => report::failed(&fault),
    }
}

fn run(args: &Args) -> Result<ExitCode, Fault> {
    let definition = Definition::read(args.definition.as_deref())?;
    if let Some(dir) = &args.scan_once {
        return memory::child(dir, &definition);
    }
    let tenant = Tenant::generate(args.tenant(0), args.keep.as_deref())?;
    report::header(&tenant, &definition, args.runs);
    let measured = measure(args, &tenant, &definition)?;
    report::times(&measured, tenant.bytes());
    report::targets(&measured);
    let agree = report::verdicts(&measured);
    if !args.no_memory {
        report::memory(&memory::measure(args)?);
    }
    Ok(if agree { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs all contenders in alternation, so that what the machine does meanwhile meets all of them.
fn measure(args: &Args, tenant: &Tenant, definition: &Definition) -> Result<Vec<Measured>, Fault> {
    let mut measured: Vec<Measured> = CONTENDERS
        .into_iter()
        .filter(|contender| contender.name().contains(&args.only))
        .map(Measured::new)
        .collect();
    for _ in 0..args.runs.max(1) {
        for one in &mut measured {
            one.outcomes.push(one.contender.run(tenant, definition)?);
        }
    }
    Ok(measured)
}

#[cfg(test)]
mod tests {
    use super::{Args, CONTENDERS, Definition, Tenant};
    use clap::Parser;

    #[test]
    fn azpol_and_its_peer_find_the_same_over_a_small_tenant() {
        let args = Args::try_parse_from(["azpol-benches", "--subscriptions", "60"]).unwrap();
        let definition = Definition::read(None).unwrap();
        let tenant = Tenant::generate(args.tenant(1), None).unwrap();
        let found: Vec<_> = CONTENDERS
            .into_iter()
            .filter_map(|contender| contender.run(&tenant, &definition).unwrap().verdicts)
            .collect();
        assert_eq!(found.len(), 3);
        let first = &found[0];
        assert!(!first.non_compliant.is_empty() && first.compliant > 0, "{first:?}");
        assert_eq!((first.compliant + first.non_compliant.len(), first.other), (60, 0));
        assert!(found.iter().all(|other| other == first), "{found:?}");
    }
}
