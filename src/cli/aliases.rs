//! Which aliases a run knows: the catalogues that are given, or the ones that ship with azpol.

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::arm::AliasCatalog;
use crate::arm::alias::AliasReader;
use crate::config::Config;
use crate::inventory;
use crate::source::{self, Diagnostic, Diagnostics, SourceMap, read};

use super::args::AliasArgs;
use super::environment::Environment;

/// The catalogues that are named: a flag beats the environment, which beats `azpol.yaml` in this folder.
pub fn files(args: &AliasArgs, environment: &Environment, config: &Config, folder: &Path) -> Vec<PathBuf> {
    if !args.files.is_empty() {
        return args.files.clone();
    }
    if !environment.aliases.is_empty() {
        return environment.aliases.clone();
    }
    config.aliases.iter().map(|file| folder.join(file)).collect()
}

/// Without the notes about catalogues among the inputs, where one is given: it may be that file.
pub fn beside(given: &AliasCatalog, faults: Diagnostics) -> Diagnostics {
    let mut kept = Diagnostics::new();
    let unused = inventory::codes::CATALOGUE_UNUSED.id;
    let wanted = |fault: &Diagnostic| given.is_built_in() || fault.code.id != unused;
    faults.into_iter().filter(wanted).for_each(|fault| kept.push(fault));
    kept
}

/// Reads the catalogues; without any, what ships with azpol. What is wrong with them is pushed; there is to be no run
/// then, because a run with other aliases than the user's would say something else.
pub fn catalog(
    files: &[PathBuf],
    stdin: &mut dyn Read,
    sources: &mut SourceMap,
    faults: &mut Diagnostics,
) -> Option<AliasCatalog> {
    if files.is_empty() {
        return Some(AliasCatalog::built_in());
    }
    let (mut found, mut reader) = (Diagnostics::new(), AliasReader::new());
    for input in source::discover(files, stdin, sources, &mut found) {
        if let Some(text) = read::text(sources, input.file, &mut found) {
            reader.read(input.file, input.form, &text, &mut found);
        }
    }
    let failed = found.has_errors();
    faults.extend(found);
    reader.finish().filter(|_| !failed)
}
