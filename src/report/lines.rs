//! Lines with columns, wrapped to the width of the terminal.

use super::style::{Mark, Style};

/// A line of a table: a symbol, up to three columns, the last of which is wrapped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Symbol and colour.
    pub mark: Mark,
    /// The first column: a word.
    pub label: String,
    /// The second column: a name; may be empty.
    pub name: String,
    /// The rest.
    pub text: String,
}

impl Line {
    /// A line.
    pub fn new(
        mark: Mark,
        label: impl Into<String>,
        name: impl Into<String>,
        text: impl Into<String>,
    ) -> Line {
        Line { mark, label: label.into(), name: name.into(), text: text.into() }
    }
}

/// The widest label that keeps its column: a code and its name.
const LABEL: usize = 28;

/// The widest name that keeps its column; a wider one pushes its text to the right.
const NAME: usize = 24;

/// How many columns a text takes.
pub fn width(text: &str) -> usize {
    text.chars().count()
}

fn pad(text: &str, to: usize) -> String {
    let mut padded = text.to_owned();
    padded.extend(std::iter::repeat_n(' ', to.saturating_sub(width(text))));
    padded
}

/// Draws lines below each other, columns aligned.
pub fn draw(lines: &[Line], style: Style, out: &mut String) {
    let column = |of: fn(&Line) -> &str, most: usize| {
        lines.iter().map(|line| width(of(line))).filter(|w| *w <= most).max().unwrap_or(0)
    };
    let labels = column(|line| &line.label, LABEL);
    let names = column(|line| &line.name, NAME);
    for line in lines {
        let mut head = format!("  {} {}", style.symbol(line.mark), pad(&line.label, labels));
        if names > 0 {
            head.push_str("  ");
            head.push_str(&pad(&line.name, names));
        }
        let indent = 2 + 2 + labels + if names > 0 { 2 + names } else { 0 } + 2;
        let text = style.text(&line.text);
        let room = style.width.saturating_sub(indent).max(24);
        let mut rows = wrap(&text, room).into_iter();
        let first = rows.next().unwrap_or_default();
        let painted = style.paint(line.mark, &head);
        out.push_str(format!("{painted}  {first}").trim_end());
        out.push('\n');
        for row in rows {
            out.push_str(&" ".repeat(indent));
            out.push_str(&row);
            out.push('\n');
        }
    }
}

/// Breaks a text at blanks (a word that is longer than the room stays whole).
pub fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut rows = Vec::new();
    let mut row = String::new();
    for word in text.split(' ') {
        if !row.is_empty() && width(&row) + 1 + width(word) > room {
            rows.push(std::mem::take(&mut row));
        }
        if !row.is_empty() {
            row.push(' ');
        }
        row.push_str(word);
    }
    rows.push(row);
    rows
}

/// `1 row`, `2 rows`
pub fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}
