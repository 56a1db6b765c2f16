//! azpol itself, end to end: what `azpol scan` does up to the states.

use std::path::Path;

use crate::definition::Definition;
use crate::fault::Fault;
use crate::outcome::Outcome;

/// Reads a folder, resolves its assignment, compiles the definition and evaluates it for each subscription, on so
/// many threads.
///
/// PLACEHOLDER: the run of `azpol scan` as a library call isn't there yet; this one function is all that waits
/// for it.
pub(crate) fn run(_dir: &Path, _definition: &Definition, _threads: usize) -> Result<Outcome, Fault> {
    Err(Fault::NotThere("`azpol scan` can't be called as a library yet"))
}
