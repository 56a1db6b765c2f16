//! One audit over many storage accounts, end to end: from files to states.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use azpol::cli::generate_tenant::mixed::{MixedOptions, TOP, mixed};
use azpol::cli::generate_tenant::{MANIFEST, RESOURCES};
use azpol::cli::{Cli, Command, Session};
use azpol::compliance::ComplianceState;
use clap::Parser;
use rayon::ThreadPoolBuilder;
use regorus::languages::azure_policy::aliases::AliasRegistry;
use regorus::languages::azure_policy::{compiler, parser};
use regorus::rvm::RegoVM;
use regorus::{Source, Value};
use serde_json::json;

use crate::fault::Fault;
use crate::timed::{head, median, row, timed};
use crate::{Args, assign};

const DEFINITION: &str = "azure-policy/policyDefinitions/Storage/Storage_AuditForHTTPSEnabled_Audit.json";
const ACCOUNTS: &str = "Microsoft.Storage/storageAccounts";

pub(crate) fn run(args: &Args) -> Result<(), Fault> {
    let folder = tempfile::tempdir()?;
    let options = MixedOptions {
        seed: 1,
        subscriptions: args.subscriptions,
        resources: args.resources,
        only: Some(ACCOUNTS),
    };
    mixed(&options, |name| File::create(folder.path().join(name)).map(BufWriter::new))?;
    unhashed(folder.path())?;
    let text = fs::read_to_string(args.shared.join(DEFINITION))?;
    let document: serde_json::Value = serde_json::from_str(text.trim_start_matches('\u{feff}'))
        .map_err(|error| Fault::Refused("serde_json", error.to_string()))?;
    let scope = format!("/providers/Microsoft.Management/managementGroups/{TOP}");
    let assignment = assign::assignment(&document, 0, &scope);
    fs::write(folder.path().join("definition.json"), &text)?;
    fs::write(folder.path().join("assignments.json"), json!([assignment]).to_string())?;
    let catalogue = fs::read_to_string(args.shared.join("aliases/provider-aliases.json"))?;
    let (mut one, mut two, mut peer, mut loaded) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..args.runs.max(1) {
        for (threads, times) in [(1, &mut one), (2, &mut two)] {
            // Freeing what is held at the end isn't timed.
            let (session, time) = timed(|| scan(&[folder.path()], threads));
            let found = session.map(|session| non_compliant(&session));
            times.push(time);
            let (other, time) = timed(|| regorus(folder.path(), &text, &catalogue));
            peer.push(time);
            let (found, (other, loading)) = (found?, other?);
            loaded.push(time.saturating_sub(loading));
            if found != other {
                return Err(Fault::Disagree(found, other));
            }
        }
    }
    let first = median(&mut one);
    head();
    row("azpol, 1 thread", &mut one, first);
    row("azpol, 2 threads", &mut two, first);
    row("regorus, 1 thread, reading by `serde_json` (target: 6)", &mut peer, first);
    row("regorus, without loading the catalogue of aliases", &mut loaded, first);
    Ok(())
}

/// Takes the hashes out of the manifest: nobody else would check that the files are the ones that it means.
fn unhashed(folder: &Path) -> Result<(), Fault> {
    let path = folder.join(MANIFEST);
    let text = fs::read_to_string(&path)?;
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("sha256:")).collect();
    Ok(fs::write(path, lines.join("\n"))?)
}

/// How many accounts azpol finds non-compliant.
fn non_compliant(session: &Session) -> usize {
    session.run.rows.iter().filter(|row| row.state == ComplianceState::NonCompliant).count()
}

/// What `azpol scan` does up to the states.
pub(crate) fn scan(inputs: &[&Path], threads: usize) -> Result<Session, Fault> {
    let refused = |error: String| Fault::Refused("azpol", error);
    let pool = ThreadPoolBuilder::new().num_threads(threads).build().map_err(|e| refused(e.to_string()))?;
    let mut words: Vec<std::ffi::OsString> = ["azpol", "scan", "--no-progress"].map(Into::into).to_vec();
    words.extend(inputs.iter().map(Into::into));
    let cli = Cli::try_parse_from(words).map_err(|error| refused(error.to_string()))?;
    let Command::Scan(args) = cli.command else { return Err(refused("`scan` isn't a command".to_owned())) };
    Ok(pool.install(|| Session::start(&args.run, &mut io::empty())))
}

/// How many accounts regorus finds non-compliant, and how long it loads aliases. azpol reads those of one provider from
/// its own table.
fn regorus(folder: &Path, definition: &str, catalogue: &str) -> Result<(usize, Duration), Fault> {
    let refused = |error: String| Fault::Refused("regorus", error);
    let mut aliases = AliasRegistry::new();
    let (read, loading) = timed(|| aliases.load_from_json(catalogue));
    read.map_err(|error| refused(error.to_string()))?;
    let aliases = Arc::new(aliases);
    let text = definition.trim_start_matches('\u{feff}').to_owned();
    let source =
        Source::from_contents("definition".to_owned(), text).map_err(|error| refused(error.to_string()))?;
    let parsed = parser::parse_policy_definition(&source).map_err(|error| refused(error.to_string()))?;
    let program = compiler::compile_policy_definition_with_aliases(&parsed, Arc::clone(&aliases))
        .map_err(|error| refused(error.to_string()))?;
    let mut machine = RegoVM::new();
    machine.load_program(program);
    let parameters = Value::from_json_str("{}").map_err(|error| refused(error.to_string()))?;
    let mut found = 0;
    for line in fs::read(folder.join(RESOURCES))?.split(|byte| *byte == b'\n').filter(|l| !l.is_empty()) {
        let account: Value = serde_json::from_slice(line).map_err(|error| refused(error.to_string()))?;
        machine.set_input(aliases.normalize_and_wrap(&account, None, None, Some(parameters.clone())));
        let result =
            machine.execute_entry_point_by_name("main").map_err(|error| refused(error.to_string()))?;
        found += usize::from(result != Value::Undefined);
    }
    Ok((found, loading))
}
