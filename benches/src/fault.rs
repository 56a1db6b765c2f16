//! What stops the measurement.

use std::io;
use std::path::{Path, PathBuf};

/// What stops the measurement.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// A file can't be read or written.
    #[error("`{0}`: {1}")]
    File(PathBuf, io::Error),
    /// No temporary folder, or no child process.
    #[error("{0}: {1}")]
    System(&'static str, io::Error),
    /// A document isn't what it has to be.
    #[error("{0}: {1}")]
    Document(String, String),
    /// A peer refuses what it is given.
    #[error("{0}: {1}")]
    Peer(&'static str, String),
}

impl Fault {
    /// A file can't be read or written.
    pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> Fault {
        let path = path.to_owned();
        move |error| Fault::File(path, error)
    }
}
