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

/// Prints a line with a time and its ratio to the first one.
pub(crate) fn line(name: &str, time: Duration, first: Option<Duration>) {
    let ratio = first.map(|first| format!("{:>8.1} x", time.as_secs_f64() / first.as_secs_f64()));
    println!("{name:<44} {:>9.3} s {}", time.as_secs_f64(), ratio.unwrap_or_default());
}
