//! What stops the measurement.

use std::io;
use std::path::PathBuf;

/// What stops the measurement.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// The material that is measured isn't there.
    #[error("`{0}` is missing: name the folder that holds it with --shared")]
    NoMaterial(PathBuf),
    /// A file can't be read or written.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// A contender refuses what it is given.
    #[error("{0}: {1}")]
    Refused(&'static str, String),
    /// Contenders find different things.
    #[error("azpol finds {0} non-compliant, regorus {1}")]
    Disagree(usize, usize),
}
