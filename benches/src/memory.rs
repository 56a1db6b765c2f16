//! Peak memory of azpol, in a process of its own over tenants that differ only in resources that nothing reads.

use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use crate::Args;
use crate::azpol_scan;
use crate::definition::Definition;
use crate::fault::Fault;
use crate::tenant::Tenant;

/// Foreign resources for each subscription in the tenants that are compared.
const FOREIGN: [u64; 3] = [0, 1, 3];

/// The peak over one tenant.
#[derive(Debug)]
pub(crate) struct Peak {
    /// Foreign resources for each subscription.
    pub(crate) foreign: u64,
    /// The size of the listings.
    pub(crate) bytes: u64,
    /// The peak of resident memory in KiB; `None` where the system doesn't tell.
    pub(crate) kibibytes: Option<u64>,
}

/// What the child prints: a mark, then the peak in KiB.
const MARK: &str = "peak-kib ";

/// Starts this program again for each tenant.
pub(crate) fn measure(args: &Args) -> Result<Vec<Peak>, Fault> {
    FOREIGN.into_iter().map(|foreign| peak(args, foreign)).collect()
}

fn peak(args: &Args, foreign: u64) -> Result<Peak, Fault> {
    let tenant = Tenant::generate(args.tenant(foreign), None)?;
    let program = env::current_exe().map_err(|error| Fault::System("this program isn't found", error))?;
    let mut command = Command::new(program);
    command.arg("--scan-once").arg(tenant.dir()).stderr(Stdio::inherit());
    if let Some(definition) = &args.definition {
        command.arg("--definition").arg(definition);
    }
    let output = command.output().map_err(|error| Fault::System("no child process", error))?;
    if !output.status.success() {
        return Err(Fault::Peer("the child process", output.status.to_string()));
    }
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let kibibytes =
        printed.lines().find_map(|line| line.strip_prefix(MARK)).and_then(|number| number.parse().ok());
    Ok(Peak { foreign, bytes: tenant.bytes(), kibibytes })
}

/// The child: scans once and prints its own peak, where the system tells it.
#[expect(clippy::print_stdout, reason = "the parent reads it")]
pub(crate) fn child(dir: &Path, definition: &Definition) -> Result<ExitCode, Fault> {
    azpol_scan::run(dir, definition, 1)?;
    if let Some(kibibytes) = own_peak() {
        println!("{MARK}{kibibytes}");
    }
    Ok(ExitCode::SUCCESS)
}

/// `VmHWM` of Linux: the most memory that was ever resident, in KiB. Other systems have no such file.
fn own_peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}
