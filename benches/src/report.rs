//! What is printed.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that measures prints what it finds"
)]

use std::process::ExitCode;
use std::time::Duration;

use crate::Contender;
use crate::definition::Definition;
use crate::fault::Fault;
use crate::memory::Peak;
use crate::outcome::{Measured, Verdicts};
use crate::tenant::Tenant;

/// What is measured.
pub(crate) fn header(tenant: &Tenant, definition: &Definition, runs: usize) {
    println!(
        "{} subscriptions (seed {}), {:.1} MB of NDJSON",
        tenant.options().subscriptions,
        tenant.options().seed,
        megabytes(tenant.bytes())
    );
    println!("definition: {}", definition.title());
    let simd = if cfg!(target_feature = "avx2") { "with AVX2" } else { "for the baseline of its target" };
    println!("built {simd}; medians of {runs} runs in alternation\n");
}

/// The table of times.
pub(crate) fn times(measured: &[Measured], bytes: u64) {
    println!("{:<36} {:>9} {:>9} {:>8} {:>10}", "", "median", "best", "MB/s", "x sonic-rs");
    let sonic = total(measured, Contender::SonicRs);
    for one in measured {
        let name = one.contender.name();
        let Some((median, best)) = one.total() else { continue };
        line(&name, median, best, Some(bytes), sonic);
        for (part, median, best) in one.parts() {
            line(&format!("  {part}"), median, best, None, sonic);
        }
    }
    println!();
}

fn line(name: &str, median: Duration, best: Duration, bytes: Option<u64>, sonic: Option<Duration>) {
    let rate =
        bytes.map(|bytes| format!("{:.0}", megabytes(bytes) / median.as_secs_f64())).unwrap_or_default();
    let ratio = sonic.map(|sonic| format!("{:.2}", ratio(median, sonic))).unwrap_or_default();
    println!(
        "{name:<36} {:>7.3} s {:>7.3} s {rate:>8} {ratio:>10}",
        median.as_secs_f64(),
        best.as_secs_f64()
    );
}

/// The targets, and what was reached.
pub(crate) fn targets(measured: &[Measured]) {
    let Some(azpol) = total(measured, Contender::Azpol(1)) else { return };
    let say = |what: &str, other: Option<f64>, wanted: &str| {
        if let Some(value) = other {
            println!("{what:<52} {value:>6.2}  {wanted}");
        }
    };
    say(
        "azpol / sonic-rs",
        total(measured, Contender::SonicRs).map(|sonic| ratio(azpol, sonic)),
        "(target: at most 1.5)",
    );
    say(
        "regorus / azpol",
        total(measured, Contender::Regorus).map(|peer| ratio(peer, azpol)),
        "(target: about 25)",
    );
    say(
        "azpol on one thread / on two",
        total(measured, Contender::Azpol(2)).map(|two| ratio(azpol, two)),
        "(target: 1.8)",
    );
    say(
        "intent / the scan without it",
        total(measured, Contender::Intent).map(|intent| ratio(intent, azpol.saturating_sub(intent))),
        "(target: at most 0.5)",
    );
    println!();
}

/// The verdicts of each contender that has any; whether they agree.
pub(crate) fn verdicts(measured: &[Measured]) -> bool {
    let all: Vec<(String, &Verdicts)> = measured
        .iter()
        .filter_map(|one| one.verdicts().map(|verdicts| (one.contender.name(), verdicts)))
        .collect();
    for (name, verdicts) in &all {
        println!(
            "{name:<20} {:>8} compliant {:>8} non-compliant {:>8} neither",
            verdicts.compliant,
            verdicts.non_compliant.len(),
            verdicts.other
        );
    }
    let mut agree = true;
    if let Some(((first, wanted), rest)) = all.split_first() {
        for (name, found) in rest {
            if found != wanted {
                agree = false;
                let unlike = wanted.non_compliant.symmetric_difference(&found.non_compliant).next();
                eprintln!(
                    "error: {first} and {name} disagree, on `{}` first",
                    unlike.map_or("", String::as_str)
                );
            }
        }
    }
    println!();
    agree
}

/// The table of memory.
pub(crate) fn memory(peaks: &[Peak]) {
    println!("{:<36} {:>9} {:>11} {:>8}", "peak memory of azpol, 1 thread", "MB read", "peak MB", "growth");
    let base = peaks.iter().find(|peak| peak.foreign == 1).and_then(|peak| peak.kibibytes);
    for peak in peaks {
        let name = format!("  {} unread resources a subscription", peak.foreign);
        let size = peak.kibibytes.map_or_else(|| "n/a".to_owned(), |k| format!("{:.1}", megabytes(k * 1024)));
        let growth = match (peak.kibibytes, base) {
            (Some(kibibytes), Some(base)) => format!("{:.2}", megabytes(kibibytes) / megabytes(base)),
            _ => "n/a".to_owned(),
        };
        println!("{name:<36} {:>9.1} {size:>11} {growth:>8}", megabytes(peak.bytes));
    }
    println!("(target: three times the unread resources stay below 1.10)");
}

/// The measurement was stopped.
pub(crate) fn failed(fault: &Fault) -> ExitCode {
    eprintln!("error: {fault}");
    ExitCode::FAILURE
}

fn total(measured: &[Measured], contender: Contender) -> Option<Duration> {
    measured.iter().find(|one| one.contender == contender)?.total().map(|(median, _)| median)
}

fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}

#[expect(clippy::cast_precision_loss, reason = "sizes of files and processes")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
