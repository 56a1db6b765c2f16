//! The prompt on a terminal: editing, completion, history.

use std::io;
use std::path::PathBuf;

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::Validator;
use rustyline::{Context, Editor, Helper};

use crate::arm::expression::{Dialect, functions};
use crate::cli::args::EvalArgs;
use crate::cli::environment::Environment;
use crate::cli::output::{self, Output};

use super::facts::Facts;
use super::prompt::{Line, Lines, commands, talk};

/// How many lines of history are kept.
const KEPT: usize = 1000;

/// Talks on the terminal until it is left.
pub(super) fn prompt(
    facts: &mut Facts,
    args: &EvalArgs,
    environment: &Environment,
    output: Output,
) -> io::Result<()> {
    let history = history_file(args, environment);
    let mut terminal = Terminal::open(history).map_err(io::Error::other)?;
    output::say("azpol eval: enter an expression; :help lists the commands, Ctrl-D leaves");
    let talked = talk(facts, &mut terminal, &mut output::results(), output.findings);
    terminal.keep();
    talked
}

/// Where the history is kept: nowhere if that isn't wanted.
fn history_file(args: &EvalArgs, environment: &Environment) -> Option<PathBuf> {
    if args.no_history {
        return None;
    }
    match &environment.history {
        Some(word) if word.eq_ignore_ascii_case("off") => None,
        Some(path) => Some(path.into()),
        None => environment.data.as_ref().map(|data| data.join("azpol").join("eval-history")),
    }
}

struct Terminal {
    editor: Editor<Names, FileHistory>,
    history: Option<PathBuf>,
}

impl Terminal {
    fn open(history: Option<PathBuf>) -> rustyline::Result<Terminal> {
        let config = rustyline::Config::builder().max_history_size(KEPT)?.auto_add_history(false).build();
        let mut editor = Editor::with_config(config)?;
        editor.set_helper(Some(Names { dialect: Dialect::Policy }));
        if let Some(file) = &history {
            // There is none the first time.
            let _ = editor.load_history(file);
        }
        Ok(Terminal { editor, history })
    }

    /// Writes the history; that it can't be written is no reason to complain.
    fn keep(&mut self) {
        if let Some(file) = &self.history {
            if let Some(folder) = file.parent() {
                let _ = std::fs::create_dir_all(folder);
            }
            let _ = self.editor.save_history(file);
        }
    }
}

impl Lines for Terminal {
    fn read(&mut self, prompt: &str) -> io::Result<Line> {
        match self.editor.readline(prompt) {
            Ok(line) => Ok(Line::Text(line)),
            Err(ReadlineError::Interrupted) => Ok(Line::Interrupted),
            Err(ReadlineError::Eof) => Ok(Line::End),
            Err(ReadlineError::Io(error)) => Err(error),
            Err(other) => Err(io::Error::other(other)),
        }
    }

    fn remember(&mut self, text: &str) {
        let _ = self.editor.add_history_entry(text);
    }

    fn speaks(&mut self, dialect: Dialect) {
        self.editor.set_helper(Some(Names { dialect }));
    }
}

/// Completes the names of functions and commands.
struct Names {
    dialect: Dialect,
}

/// What the text before the cursor may go on with: where that begins, and the names.
fn completions(line: &str, at: usize, dialect: Dialect) -> (usize, Vec<String>) {
    let before = line.get(..at).unwrap_or(line);
    if before.starts_with(':') && !before.contains(' ') {
        let found = commands().filter(|command| command.starts_with(before)).map(str::to_owned);
        return (0, found.collect());
    }
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let start = before
        .rfind(|c| !word(c))
        .map_or(0, |end| end + before[end..].chars().next().map_or(1, char::len_utf8));
    let begun = before[start..].to_ascii_lowercase();
    let quoted = before[..start].matches('\'').count() % 2 == 1;
    if begun.is_empty() || quoted {
        return (start, Vec::new());
    }
    let mut names: Vec<String> = functions::names(dialect)
        .filter(|name| name.to_ascii_lowercase().starts_with(&begun))
        .map(|name| format!("{name}("))
        .collect();
    names.sort();
    (start, names)
}

impl Completer for Names {
    type Candidate = String;

    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        Ok(completions(line, at, self.dialect))
    }
}

impl Hinter for Names {
    type Hint = String;
}

impl Highlighter for Names {}

impl Validator for Names {}

impl Helper for Names {}

#[cfg(test)]
mod tests {
    use super::completions;
    use crate::arm::expression::Dialect;

    #[test]
    fn names_of_functions_and_commands_are_completed() {
        let of = |line: &str| completions(line, line.len(), Dialect::Policy);
        assert_eq!(of("concat(tol"), (7, vec!["toLower(".to_owned()]));
        assert_eq!(of(":ty"), (0, vec![":type".to_owned()]));
        assert_eq!(of("concat('tol"), (8, Vec::new()));
        assert_eq!(of(""), (0, Vec::new()));
        // What only templates have isn't offered in a rule.
        assert_eq!(of("listK"), (0, Vec::new()));
        assert_eq!(completions("listK", 5, Dialect::Template).1, ["listKeys("]);
        assert_eq!(of("ü(tol").0, 3);
    }
}
