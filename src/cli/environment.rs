//! What the process finds around it: variables, terminals, the working directory, the clock.
//!
//! The only file that reads any of them.

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::PathBuf;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// What the process finds around it.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Environment {
    /// `AZPOL_FAIL_ON`
    pub fail_on: Option<String>,
    /// `AZPOL_FORMAT`
    pub format: Option<String>,
    /// `AZPOL_COLOR`
    pub color: Option<String>,
    /// `AZPOL_CONFIG`
    pub config: Option<PathBuf>,
    /// `AZPOL_ALIASES`: paths, separated as in `PATH`
    pub aliases: Vec<PathBuf>,
    /// `NO_COLOR` is set, or `TERM` is `dumb`.
    pub no_color: bool,
    /// Columns: `COLUMNS`, else those of the terminal.
    pub columns: Option<usize>,
    /// Whether results go to a terminal.
    pub stdout_is_terminal: bool,
    /// Whether findings go to a terminal.
    pub stderr_is_terminal: bool,
    /// The working directory.
    pub folder: Option<PathBuf>,
    /// `AZPOL_HISTORY`: `off`, or the file that keeps what is typed at a prompt.
    pub history: Option<OsString>,
    /// Where programs of this user keep their data.
    pub data: Option<PathBuf>,
    /// Whether standard input comes from a terminal.
    pub stdin_is_terminal: bool,
}

impl Environment {
    /// That of the process. A variable that is set to nothing counts as not set.
    pub fn of_process() -> Environment {
        let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let text = |value: OsString| value.to_string_lossy().into_owned();
        let columns = variable("COLUMNS").and_then(|value| value.to_str()?.trim().parse().ok());
        let terminal = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        Environment {
            fail_on: variable("AZPOL_FAIL_ON").map(text),
            format: variable("AZPOL_FORMAT").map(text),
            color: variable("AZPOL_COLOR").map(text),
            config: variable("AZPOL_CONFIG").map(PathBuf::from),
            aliases: variable("AZPOL_ALIASES").map(|paths| split(&paths)).unwrap_or_default(),
            no_color: variable("NO_COLOR").is_some() || variable("TERM").is_some_and(|term| term == "dumb"),
            columns: columns.filter(|columns| *columns > 0).or_else(terminal),
            stdout_is_terminal: io::stdout().is_terminal(),
            stderr_is_terminal: io::stderr().is_terminal(),
            folder: std::env::current_dir().ok(),
            history: variable("AZPOL_HISTORY"),
            data: data_folder(&variable),
            stdin_is_terminal: io::stdin().is_terminal(),
        }
    }
}

/// Where programs of this user keep their data: as the system wants it.
fn data_folder(variable: &dyn Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let home = || variable("HOME").map(PathBuf::from);
    if cfg!(windows) {
        variable("LOCALAPPDATA").map(PathBuf::from)
    } else if cfg!(target_os = "macos") {
        home().map(|home| home.join("Library/Application Support"))
    } else {
        variable("XDG_DATA_HOME").map(PathBuf::from).or_else(|| home().map(|home| home.join(".local/share")))
    }
}

/// The paths of a variable that holds several.
fn split(paths: &OsString) -> Vec<PathBuf> {
    std::env::split_paths(paths).filter(|path| !path.as_os_str().is_empty()).collect()
}

/// The time of the system clock, in the form of [`instant`].
pub fn clock() -> String {
    written(Timestamp::now())
}

/// A time in ISO 8601 in the form that `utcNow()` has in a policy rule: `2025-03-01T06:00:00.0000000Z`.
///
/// Without a zone it is taken as UTC, without a time as the beginning of the day. `None` for what is no time.
pub fn instant(text: &str) -> Option<String> {
    let text = text.trim();
    let begins_with_year = text.len() >= 10 && text.is_ascii() && text.as_bytes()[4] == b'-';
    let civil = || text.parse::<DateTime>().ok().and_then(|civil| Offset::UTC.to_timestamp(civil).ok());
    let time = begins_with_year.then(|| text.parse().ok().or_else(civil)).flatten()?;
    Some(written(time))
}

fn written(time: Timestamp) -> String {
    let time = Offset::UTC.to_datetime(time);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:07}Z",
        time.year(),
        time.month(),
        time.day(),
        time.hour(),
        time.minute(),
        time.second(),
        time.subsec_nanosecond() / 100
    )
}

#[cfg(test)]
mod tests {
    use super::{clock, instant};

    #[test]
    fn times_have_one_form() {
        let form = |text| instant(text).unwrap_or_default();
        assert_eq!(form("2025-03-01T06:00:00Z"), "2025-03-01T06:00:00.0000000Z");
        assert_eq!(form("2025-03-01T06:00:00.5+02:00"), "2025-03-01T04:00:00.5000000Z");
        assert_eq!(form("2025-03-01T06:00:00"), "2025-03-01T06:00:00.0000000Z");
        assert_eq!(form("2025-03-01"), "2025-03-01T00:00:00.0000000Z");
        for none in ["", "yesterday", "2025-13-01", "06:00", "20250301", "2025-03-01T25:00:00Z", "ü025-03-01"]
        {
            assert_eq!(instant(none), None, "{none}");
        }
        let now = clock();
        assert_eq!(instant(&now), Some(now));
    }
}
