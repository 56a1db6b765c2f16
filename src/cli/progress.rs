//! Progress on standard error: one line that is drawn anew while something takes long.
//!
//! Nothing is drawn in the first second, nor where standard error is no terminal; what was drawn is wiped away
//! before anything else is printed.

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How long nothing is drawn.
const PATIENCE: Duration = Duration::from_secs(1);
/// Between two drawings.
const INTERVAL: Duration = Duration::from_millis(200);

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Phase {
    /// Files are read.
    Reading = 0,
    /// Assignments are evaluated.
    Evaluating = 1,
    /// The plan is made and proven.
    Planning = 2,
}

/// What is counted.
#[derive(Debug, Default)]
struct Counts {
    phase: AtomicU8,
    bytes: AtomicU64,
}

/// The line; it ends when this is dropped.
#[derive(Debug)]
pub struct Progress {
    counts: Arc<Counts>,
    drawing: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Begins; `shown` is false where nothing may be drawn.
    pub fn start(shown: bool, width: usize) -> Progress {
        if shown { Progress::drawn(io::stderr(), width, PATIENCE, INTERVAL) } else { Progress::silent() }
    }

    /// Counts and draws nothing.
    pub fn silent() -> Progress {
        Progress { counts: Arc::default(), drawing: None }
    }

    fn drawn(
        mut out: impl Write + Send + 'static,
        width: usize,
        patience: Duration,
        interval: Duration,
    ) -> Progress {
        let counts = Arc::<Counts>::default();
        let (sender, receiver) = mpsc::channel();
        let seen = Arc::clone(&counts);
        let thread = thread::spawn(move || {
            let begun = Instant::now();
            let mut line = Line { width, drawn: 0 };
            let mut wait = patience;
            // The end of the channel is the end of the work.
            while receiver.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                line.draw(&mut out, &text(&seen, begun.elapsed()));
                wait = interval;
            }
            line.draw(&mut out, "");
        });
        Progress { counts, drawing: Some((sender, thread)) }
    }

    /// So many more bytes of the inputs were read.
    pub fn read(&self, bytes: u64) {
        self.counts.bytes.fetch_add(bytes, Relaxed);
    }

    /// What is done from now on.
    pub fn phase(&self, phase: Phase) {
        self.counts.phase.store(phase as u8, Relaxed);
    }

    /// Ends the drawing: what was drawn is gone when this returns.
    pub fn end(&mut self) {
        if let Some((sender, thread)) = self.drawing.take() {
            drop(sender);
            let _ = thread.join();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end();
    }
}

/// One line on a terminal, wiped away with blanks: that works everywhere.
struct Line {
    width: usize,
    /// Columns of what stands there.
    drawn: usize,
}

impl Line {
    fn draw(&mut self, out: &mut impl Write, text: &str) {
        let text: String = text.chars().take(self.width.saturating_sub(1)).collect();
        let columns = text.chars().count();
        if columns == 0 && self.drawn == 0 {
            return;
        }
        let blanks = " ".repeat(self.drawn.saturating_sub(columns));
        let back = if columns == 0 { "\r" } else { "" };
        // A terminal that went away is no reason to stop.
        let _ = write!(out, "\r{text}{blanks}{back}").and_then(|()| out.flush());
        self.drawn = columns;
    }
}

fn text(counts: &Counts, elapsed: Duration) -> String {
    let what = match counts.phase.load(Relaxed) {
        0 => "reading",
        1 => "evaluating",
        _ => "planning",
    };
    let read = match counts.bytes.load(Relaxed) {
        0 => String::new(),
        bytes => format!(", {}", Size(bytes)),
    };
    format!("{what}{read}, {} s", elapsed.as_secs())
}

/// A number of bytes as people read it.
struct Size(u64);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, name) = match self.0 {
            0..1_000_000 => (1_000, "kB"),
            1_000_000..1_000_000_000 => (1_000_000, "MB"),
            _ => (1_000_000_000, "GB"),
        };
        write!(f, "{}.{} {name}", self.0 / unit, self.0 % unit * 10 / unit)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};
    use std::thread;
    use std::time::Duration;

    use super::{Phase, Progress, Size};

    #[derive(Clone, Default)]
    struct Terminal(Arc<Mutex<Vec<u8>>>);

    impl Write for Terminal {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("a terminal").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Terminal {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().expect("a terminal").clone()).expect("text")
        }
    }

    #[test]
    fn what_takes_long_is_shown_and_wiped_away() {
        let terminal = Terminal::default();
        let mut progress =
            Progress::drawn(terminal.clone(), 16, Duration::from_millis(1), Duration::from_millis(1));
        progress.read(12_300_000);
        progress.phase(Phase::Evaluating);
        for _ in 0..500 {
            if terminal.text().contains("evaluating, 12.") {
                break;
            }
            thread::sleep(Duration::from_millis(10));
        }
        progress.end();
        let text = terminal.text();
        assert!(text.contains("\revaluating, 12."), "{text:?}");
        assert!(!text.contains("12.3 MB"), "no line is longer than the terminal: {text:?}");
        assert!(text.ends_with(&format!("\r{}\r", " ".repeat(15))), "{text:?}");
    }

    #[test]
    fn what_is_over_soon_shows_nothing() {
        let terminal = Terminal::default();
        drop(Progress::drawn(terminal.clone(), 80, Duration::from_secs(60), Duration::from_secs(60)));
        assert_eq!(terminal.text(), "");
    }

    #[test]
    fn sizes_are_read_by_people() {
        let shown = [0, 999, 12_340, 999_999, 1_000_000, 2_550_000_000].map(|size| Size(size).to_string());
        assert_eq!(shown, ["0.0 kB", "0.9 kB", "12.3 kB", "999.9 kB", "1.0 MB", "2.5 GB"]);
    }
}
