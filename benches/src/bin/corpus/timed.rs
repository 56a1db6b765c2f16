//! Medians of runs, and how they are printed.
#![expect(clippy::print_stdout, reason = "a program that measures prints what it finds")]

use std::time::{Duration, Instant};

/// Times one piece of work.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}

/// The median.
pub(crate) fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Prints the head of a table of contenders.
pub(crate) fn head() {
    println!("| contender | median s | best s | times azpol |");
    println!("|---|---:|---:|---:|");
}

/// Prints a contender's row: median, best, and the ratio of its median to that of the first one.
pub(crate) fn row(name: &str, times: &mut [Duration], first: Duration) {
    let (middle, best) = (median(times), times.first().copied().unwrap_or_default());
    let ratio = middle.as_secs_f64() / first.as_secs_f64();
    println!("| {name} | {:.3} | {:.3} | {ratio:.2} |", middle.as_secs_f64(), best.as_secs_f64());
}

/// The most memory that this process ever had, in MiB; nothing where the system doesn't tell.
pub(crate) fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kibibytes| kibibytes / 1024)
}
