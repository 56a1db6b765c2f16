//! Loading and compiling every definition, with the catalogue of aliases, on one thread.
#![expect(clippy::print_stdout, reason = "a program that measures prints what it finds")]

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use azpol::arm::AliasCatalog;
use azpol::arm::alias::AliasReader;
use azpol::engine::{Language, bind, compile};
use azpol::policy::{self, PolicyAssignment};
use azpol::source::{Diagnostics, FileId, Form, json};
use regorus::Source;
use regorus::languages::azure_policy::aliases::AliasRegistry;
use regorus::languages::azure_policy::{compiler, parser};

use crate::fault::Fault;
use crate::timed::{head, median, row, timed};
use crate::{Args, assign};

/// Texts are in memory before the time starts; catalogues are not.
pub(crate) fn run(args: &Args) -> Result<(), Fault> {
    let documents = assign::documents(&args.shared.join("azure-policy/policyDefinitions"));
    let texts: Vec<String> =
        documents.iter().map(|(path, _)| fs::read_to_string(path)).collect::<Result<_, _>>()?;
    let catalogue = fs::read_to_string(args.shared.join("aliases/provider-aliases.json"))?;
    let assignments: Vec<PolicyAssignment> = documents
        .iter()
        .enumerate()
        .filter_map(|(number, (_, document))| {
            let assignment = assign::assignment(document, number, "/subscriptions/s").to_string();
            let node = json::parse(FileId::NONE, 0, &assignment, &mut Diagnostics::new()).pop()?;
            policy::assignment(&node, &mut Diagnostics::new())
        })
        .collect();
    // The table that ships is read once in a process: only the first run pays for it.
    let (count, cold) = timed(|| azpol(&texts, &assignments, &AliasCatalog::built_in()));
    let (mut own, mut peer): (Vec<Duration>, Vec<Duration>) = (Vec::new(), Vec::new());
    let (mut compiled, mut accepted) = (0, 0);
    for _ in 0..args.runs.max(1) {
        let (found, time) = timed(|| given(&catalogue).map(|aliases| azpol(&texts, &assignments, &aliases)));
        compiled = found?;
        own.push(time);
        let (found, time) = timed(|| regorus(&texts, &catalogue));
        accepted = found?;
        peer.push(time);
    }
    let first = median(&mut own);
    head();
    row("azpol, loading the catalogue", &mut own, first);
    row("azpol, reading its own table (once, cold)", &mut [cold], first);
    row("regorus, loading the catalogue (target: 2)", &mut peer, first);
    println!(
        "\n{} definitions: azpol compiles {compiled} ({count} with its own table), regorus {accepted}; target: under 1 s",
        texts.len()
    );
    Ok(())
}

/// The catalogue as `--aliases` reads it.
fn given(catalogue: &str) -> Result<AliasCatalog, Fault> {
    let mut reader = AliasReader::new();
    reader.read(FileId::NONE, Form::Json, catalogue, &mut Diagnostics::new());
    reader.finish().ok_or_else(|| Fault::Refused("azpol", "the catalogue can't be read".to_owned()))
}

/// How many definitions become programs; those that a provider evaluates count, too.
fn azpol(texts: &[String], assignments: &[PolicyAssignment], aliases: &AliasCatalog) -> usize {
    let language = Language::of(aliases);
    let mut faults = Diagnostics::new();
    let mut count = 0;
    for (text, assignment) in texts.iter().zip(assignments) {
        for node in json::parse(FileId::NONE, 0, text.trim_start_matches('\u{feff}'), &mut faults) {
            let Some(definition) = policy::definition(&node, "definition", &mut faults) else { continue };
            let Some(bound) = bind(&definition, assignment, &mut faults) else { continue };
            count += usize::from(compile(&definition, &bound, language).is_ok());
        }
    }
    count
}

fn regorus(texts: &[String], catalogue: &str) -> Result<usize, Fault> {
    let mut aliases = AliasRegistry::new();
    aliases.load_from_json(catalogue).map_err(|error| Fault::Refused("regorus", error.to_string()))?;
    let aliases = Arc::new(aliases);
    let mut count = 0;
    for text in texts {
        let text = text.trim_start_matches('\u{feff}').to_owned();
        let Ok(source) = Source::from_contents("definition".to_owned(), text) else { continue };
        let Ok(parsed) = parser::parse_policy_definition(&source) else { continue };
        let program = compiler::compile_policy_definition_with_aliases(&parsed, Arc::clone(&aliases));
        count += usize::from(program.is_ok());
    }
    Ok(count)
}
