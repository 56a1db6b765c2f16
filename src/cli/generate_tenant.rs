//! `azpol generate-tenant`: tenants of any size from a seed, for benches and for trying azpol at one's own scale.
//!
//! The same options give the same bytes. Rows are made one by one from the seed and their number, so memory stays
//! the same for any size, and they come in shuffled order, as Resource Graph may give them.

mod command;
mod kinds;
pub mod mixed;
mod random;
mod rows;

use std::io::{self, Write};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub(super) use command::run;
use random::Shuffle;
use rows::Plan;

/// When the listings of a generated tenant were collected.
const COLLECTED: &str = "2026-11-20T06:00:00Z";

/// Groups, subscriptions and resource groups: rows of Resource Graph's table `resourcecontainers`.
pub const CONTAINERS: &str = "resourcecontainers.ndjson";
/// Automations and other resources: rows of Resource Graph's table `resources`.
pub const RESOURCES: &str = "resources.ndjson";
/// The assignment of the export to Log Analytics, as the REST API lists it.
pub const ASSIGNMENTS: &str = "assignments.json";
/// The manifest, which says that the listings are complete.
pub const MANIFEST: &str = "manifest.yaml";

/// What a generated tenant is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TenantOptions {
    /// Decides which subscription is in which case, and the order of rows.
    pub seed: u64,
    /// Number of subscriptions; management groups grow with it, one for each twenty.
    pub subscriptions: u64,
    /// Resources of types that no shipped policy reads, for each subscription.
    pub foreign: u64,
}

/// Writes a tenant: `open` is called once for each file, with its name. The manifest comes last and holds the
/// hashes of the others.
///
/// # Errors
/// Whatever `open` or a writer answers.
pub fn tenant<W: Write>(
    options: &TenantOptions,
    mut open: impl FnMut(&str) -> io::Result<W>,
) -> io::Result<()> {
    let plan = Plan::new(options);
    let mut files = Vec::new();
    for name in [CONTAINERS, RESOURCES, ASSIGNMENTS] {
        let hash = hashed(&mut open, name, |out| write(&plan, name, out))?;
        files.push((name, contents(name).0, hash));
    }
    let mut out = open(MANIFEST)?;
    manifest_of(plan.tenant(), &files, &mut out)?;
    out.flush()
}

/// Writes a file; its hash comes back.
fn hashed<W: Write>(
    open: &mut impl FnMut(&str) -> io::Result<W>,
    name: &str,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<String> {
    let mut out = Hashed { inner: open(name)?, hash: Sha256::new() };
    write(&mut out)?;
    out.flush()?;
    Ok(hex(&out.hash.finalize()))
}

/// Writes the content of one of the files of rows.
fn write(plan: &Plan, name: &str, out: &mut dyn Write) -> io::Result<()> {
    match name {
        CONTAINERS => shuffled(plan.seed(), plan.container_slots(), |slot| plan.container(slot), out),
        RESOURCES => shuffled(plan.seed() ^ 1, plan.resource_slots(), |slot| plan.resource(slot), out),
        _ => {
            serde_json::to_writer_pretty(&mut *out, &json!({ "value": [plan.assignment()] }))?;
            out.write_all(b"\n")
        }
    }
}

/// Writes the rows of all slots in shuffled order, one a line. A slot can be empty.
fn shuffled(
    seed: u64,
    slots: u64,
    row: impl Fn(u64) -> Option<Value>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let order = Shuffle::new(seed, slots);
    for index in 0..slots {
        if let Some(row) = row(order.at(index)) {
            serde_json::to_writer(&mut *out, &row)?;
            out.write_all(b"\n")?;
        }
    }
    Ok(())
}

/// What each file holds: everything of these types in the tenant.
fn manifest_of(tenant: &str, files: &[(&str, &[&str], String)], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "azpol: manifest/v1\ntenant: {tenant}\nfiles:")?;
    for (name, types, hash) in files {
        let (_, command) = contents(name);
        writeln!(out, "  - path: {name}\n    types:")?;
        for resource_type in *types {
            writeln!(out, "      - {resource_type}")?;
        }
        writeln!(out, "    scopes: [\"/\"]\n    command: {command}")?;
        writeln!(out, "    collected: {COLLECTED}\n    sha256: {hash}")?;
    }
    Ok(())
}

/// The types that a file lists, and the command that stands in the manifest.
fn contents(name: &str) -> (&'static [&'static str], &'static str) {
    match name {
        CONTAINERS => (
            &[
                "microsoft.management/managementgroups",
                "microsoft.resources/subscriptions",
                "microsoft.resources/subscriptions/resourcegroups",
            ],
            "azpol generate-tenant (resourcecontainers)",
        ),
        RESOURCES => (&["microsoft.security/automations"], "azpol generate-tenant (resources)"),
        _ => (&["microsoft.authorization/policyassignments"], "azpol generate-tenant (assignments)"),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// A writer that hashes what passes.
struct Hashed<W> {
    inner: W,
    hash: Sha256,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests;
