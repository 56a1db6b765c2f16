//! The generated tenant, and its lines.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use azpol::cli::generate_tenant::{ASSIGNMENTS, CONTAINERS, RESOURCES, TenantOptions, tenant};
use tempfile::TempDir;

use crate::fault::Fault;

/// A generated tenant.
#[derive(Debug)]
pub(crate) struct Tenant {
    dir: Dir,
    options: TenantOptions,
    bytes: u64,
}

/// The folder of a tenant.
#[derive(Debug)]
enum Dir {
    /// Goes with the tenant.
    Temporary(TempDir),
    /// Stays.
    Kept(PathBuf),
}

impl Tenant {
    /// Generates one: into a folder that stays, or into a temporary one.
    pub(crate) fn generate(options: TenantOptions, keep: Option<&Path>) -> Result<Tenant, Fault> {
        let dir = match keep {
            Some(path) => {
                fs::create_dir_all(path).map_err(Fault::file(path))?;
                Dir::Kept(path.to_owned())
            }
            None => Dir::Temporary(
                tempfile::tempdir().map_err(|error| Fault::System("no temporary folder", error))?,
            ),
        };
        let path = dir.path();
        tenant(&options, |name| File::create(path.join(name)).map(BufWriter::new))
            .map_err(Fault::file(path))?;
        let mut made = Tenant { dir, options, bytes: 0 };
        for path in made.listings() {
            made.bytes += fs::metadata(&path).map_err(Fault::file(&path))?.len();
        }
        Ok(made)
    }

    /// Its folder.
    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// What it is made of.
    pub(crate) fn options(&self) -> &TenantOptions {
        &self.options
    }

    /// The size of the listings.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The listings: NDJSON.
    pub(crate) fn listings(&self) -> [PathBuf; 2] {
        [CONTAINERS, RESOURCES].map(|name| self.dir().join(name))
    }

    /// The bytes of a listing.
    pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Fault> {
        fs::read(path).map_err(Fault::file(path))
    }

    /// The assignment, as `serde_json` reads it.
    pub(crate) fn assignment(dir: &Path) -> Result<serde_json::Value, Fault> {
        let path = dir.join(ASSIGNMENTS);
        let list: serde_json::Value = serde_json::from_slice(&Tenant::read(&path)?)
            .map_err(|error| Fault::Document(path.display().to_string(), error.to_string()))?;
        Ok(list["value"][0].clone())
    }
}

impl Dir {
    fn path(&self) -> &Path {
        match self {
            Dir::Temporary(dir) => dir.path(),
            Dir::Kept(path) => path,
        }
    }
}

/// The lines of a listing, empty ones left out.
pub(crate) fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty())
}
