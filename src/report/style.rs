//! How a table is drawn: width, symbols, colours.

use anstyle::{AnsiColor, Style as Ansi};

use crate::compliance::ComplianceState;

/// How a table is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Columns; longer lines are wrapped.
    pub width: usize,
    /// Whether to write colours. They never carry a meaning alone.
    pub color: bool,
    /// Whether symbols beyond ASCII may be written.
    pub unicode: bool,
}

/// What a line is about; decides symbol and colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It is in order.
    Good,
    /// It isn't.
    Bad,
    /// It can't be decided.
    Open,
    /// It is left out.
    Out,
    /// Attention.
    Warn,
    /// Something comes into being.
    Create,
    /// Something is changed.
    Change,
    /// No symbol.
    Plain,
}

impl From<ComplianceState> for Mark {
    fn from(state: ComplianceState) -> Mark {
        match state {
            ComplianceState::Compliant => Mark::Good,
            ComplianceState::NonCompliant => Mark::Bad,
            ComplianceState::Error => Mark::Warn,
            ComplianceState::Protected => Mark::Out,
            ComplianceState::Unknown | ComplianceState::Undetermined => Mark::Open,
        }
    }
}

impl Style {
    /// The symbol of a mark: one column.
    pub fn symbol(self, mark: Mark) -> &'static str {
        match (mark, self.unicode) {
            (Mark::Good, true) => "✓",
            (Mark::Bad, true) => "✗",
            (Mark::Bad, false) => "x",
            (Mark::Open, _) => "?",
            (Mark::Out, true) => "–",
            (Mark::Out, false) => "-",
            (Mark::Warn, _) => "!",
            (Mark::Good, false) | (Mark::Create, _) => "+",
            (Mark::Change, _) => "~",
            (Mark::Plain, _) => " ",
        }
    }

    /// ` · ` or ` - `
    pub fn dot(self) -> &'static str {
        if self.unicode { " · " } else { " - " }
    }

    /// Puts the colour of a mark around a text.
    pub fn paint(self, mark: Mark, text: &str) -> String {
        let color = match mark {
            Mark::Good | Mark::Create => AnsiColor::Green,
            Mark::Bad => AnsiColor::Red,
            Mark::Open | Mark::Warn | Mark::Change => AnsiColor::Yellow,
            Mark::Out => AnsiColor::BrightBlack,
            Mark::Plain => return text.to_owned(),
        };
        self.styled(Ansi::new().fg_color(Some(color.into())), text)
    }

    /// Sets a text in bold.
    pub fn bold(self, text: &str) -> String {
        self.styled(Ansi::new().bold(), text)
    }

    /// Sets a text back.
    pub fn dim(self, text: &str) -> String {
        self.styled(Ansi::new().dimmed(), text)
    }

    fn styled(self, ansi: Ansi, text: &str) -> String {
        if self.color { format!("{ansi}{text}{ansi:#}") } else { text.to_owned() }
    }

    /// Text in ASCII where the terminal has nothing else.
    pub fn text(self, text: &str) -> String {
        if self.unicode {
            return text.to_owned();
        }
        text.replace('→', "->").replace('…', "...").replace(['·', '–'], "-").replace('×', "x")
    }
}
