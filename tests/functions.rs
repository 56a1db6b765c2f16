//! The functions of the language, each case of `../shared/oracles/arm_functions.jsonl` a test of its own:
//! `cargo test --test functions -- uniqueString`. A case that another source contradicts has to fail.

use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Trial};

#[path = "shared/functions.rs"]
mod functions;

/// The folder; its absence is a failure, never a skipped test.
pub(crate) fn shared() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    assert!(folder.is_dir(), "{} is missing: this suite reads it", folder.display());
    folder
}

fn main() {
    let trials = functions::cases().into_iter().map(|case| {
        let kind = if case.contradicted.is_some() { "xfail" } else { "" };
        let name = case.name.clone();
        let run = move || match (case.check(), case.contradicted) {
            (Ok(()), None) | (Err(_), Some(_)) => Ok(()),
            (Ok(()), Some(why)) => Err(format!("holds, though {why}").into()),
            (Err(found), None) => Err(found.into()),
        };
        Trial::test(name, run).with_kind(kind)
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}
