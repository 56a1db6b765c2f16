//! The suites over the material that lies beside the checkout, in `../shared`.

mod aliases;
mod corpus;
mod definitions;
mod functions;
mod goldens;
mod initiatives;
mod intent;
mod live;
mod policy_tests;
mod psrule;
mod rows;
mod samples;
mod twins;
mod validate;
mod verdicts;

#[expect(dead_code, reason = "the tests that run azpol from outside use all of it")]
#[path = "../it/tenant.rs"]
mod tenant;

#[expect(dead_code, reason = "the hashes of the normal form are held by the other binary")]
#[path = "../deployment/mod.rs"]
mod deployment;

#[path = "../assign/mod.rs"]
mod assign;

use std::path::{Path, PathBuf};

/// The folder; its absence is a failure, never a skipped test.
pub(crate) fn shared() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    assert!(folder.is_dir(), "{} is missing: this suite reads it", folder.display());
    folder
}

#[test]
fn the_folder_is_there() {
    assert!(shared().join("azure-policy").is_dir());
}
