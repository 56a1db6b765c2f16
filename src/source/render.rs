//! Diagnostics as people read them: the only file that knows `miette`.
//!
//! `miette` draws the excerpts; header and help are written here. An excerpt is a few lines, read around the
//! places, never a whole file.

use std::fmt::{self, Write as _};

use anstyle::{AnsiColor, Style};
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents};
use miette::{SourceCode, SourceSpan, SpanContents, ThemeCharacters, ThemeStyles};

use super::excerpt::{Excerpt, Form, excerpt};
use super::{Diagnostic, Label, Severity, SourceMap, Span, mask, position, printable};

/// How findings are to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RenderStyle {
    /// Columns of the terminal.
    pub width: usize,
    /// Whether to colour.
    pub color: bool,
    /// Whether to draw with more than ASCII.
    pub unicode: bool,
}

/// Lines between two places that still share an excerpt.
const NEAR: u64 = 3;

/// A finding as text of several lines, the last one ended: header, excerpts, help.
///
/// Secrets are masked, and nothing from an input reaches the terminal raw.
pub fn render(diagnostic: &Diagnostic, sources: &SourceMap, style: RenderStyle) -> String {
    let mut text = String::new();
    header(&mut text, diagnostic, style);
    for group in groups(diagnostic, sources, style) {
        snippet(&mut text, diagnostic, &group, sources, style);
    }
    help(&mut text, diagnostic, style);
    text
}

/// A text of ours that may quote inputs: masked, and without what steers a terminal.
fn clean(text: &str) -> String {
    printable(&mask(text)).into_owned()
}

fn header(text: &mut String, diagnostic: &Diagnostic, style: RenderStyle) {
    let (word, color) = match diagnostic.severity {
        Severity::Error => ("", AnsiColor::Red),
        Severity::Warning => (" warning", AnsiColor::Yellow),
        Severity::Note => (" note", AnsiColor::Cyan),
    };
    let code = format!("{}{word}:", diagnostic.code.id);
    let lines = wrap(&clean(&diagnostic.message), style.width, code.len() + 1, 2);
    let paint = if style.color { color.on_default().bold() } else { Style::new() };
    let _ = write!(text, "{paint}{code}{paint:#} ");
    write_lines(text, &lines, 2);
}

fn help(text: &mut String, diagnostic: &Diagnostic, style: RenderStyle) {
    // The command stays in one line.
    let explain = format!("azpol{GLUE}explain{GLUE}{}", diagnostic.code.id);
    let words = match &diagnostic.help {
        Some(help) => format!("{}  {explain}", clean(help)),
        None => explain,
    };
    let paint = if style.color { AnsiColor::Cyan.on_default() } else { Style::new() };
    let _ = write!(text, "  {paint}help:{paint:#} ");
    write_lines(text, &wrap(&words, style.width, 8, 8), 8);
}

fn write_lines(text: &mut String, lines: &[String], indent: usize) {
    for (index, line) in lines.iter().enumerate() {
        if index > 0 {
            let _ = write!(text, "{:indent$}", "");
        }
        text.push_str(line);
        text.push('\n');
    }
}

/// A blank at which no line is broken.
const GLUE: char = '\u{a0}';

/// Breaks a text between words; `first` and `rest` columns are taken at the beginning of the lines.
fn wrap(text: &str, width: usize, first: usize, rest: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = first;
    for (index, word) in text.split(' ').enumerate() {
        let long = word.chars().count();
        let line = lines.last_mut().filter(|line| index == 0 || line.is_empty() || used + 1 + long <= width);
        if let Some(line) = line {
            if index > 0 {
                line.push(' ');
                used += 1;
            }
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
            used = rest;
        }
        used += long;
    }
    lines.into_iter().map(|line| line.trim_end().replace(GLUE, " ")).collect()
}

/// Labels that are shown in one excerpt: near each other in one file. The group of the first label comes first.
fn groups<'a>(diagnostic: &'a Diagnostic, sources: &SourceMap, style: RenderStyle) -> Vec<Vec<&'a Label>> {
    let mut groups: Vec<Vec<(&Label, (u64, u64))>> = Vec::new();
    let wide = (style.width / 2) as u64;
    for label in diagnostic.labels.iter().filter(|label| label.span.is_some()) {
        let place = position(sources, label.span).unwrap_or_default();
        let near = |(other, at): &(&Label, (u64, u64))| {
            let columns = if at.0 == place.0 { at.1.abs_diff(place.1) } else { 0 };
            other.span.file == label.span.file
                && at.0.abs_diff(place.0) <= NEAR
                && other.span.start.abs_diff(label.span.start) < 8 * 1024
                && columns < wide
        };
        match groups.iter_mut().find(|group| group.iter().any(near)) {
            Some(group) => group.push((label, place)),
            None => groups.push(vec![(label, place)]),
        }
    }
    groups.into_iter().map(|group| group.into_iter().map(|(label, _)| label).collect()).collect()
}

fn snippet(
    text: &mut String,
    diagnostic: &Diagnostic,
    group: &[&Label],
    sources: &SourceMap,
    style: RenderStyle,
) {
    let spans: Vec<Span> = group.iter().map(|label| label.span).collect();
    let Some(first) = spans.first() else { return };
    let name = clean(sources.name(*first));
    let form = Form { width: style.width.saturating_sub(10).max(20), unicode: style.unicode };
    let Some(excerpt) = excerpt(sources, &spans, form).filter(|excerpt| !excerpt.text.is_empty()) else {
        let _ = writeln!(text, "  at {name}");
        return;
    };
    let labels = group
        .iter()
        .zip(&excerpt.places)
        .enumerate()
        .map(|(index, (label, place))| {
            let words = Some(clean(&label.text)).filter(|words| !words.is_empty());
            let span = SourceSpan::from((place.start, place.len()));
            if index == 0 {
                LabeledSpan::new_primary_with_span(words, span)
            } else {
                LabeledSpan::new_with_span(words, span)
            }
        })
        .collect();
    let snippet = Snippet { name, excerpt, labels, severity: diagnostic.severity };
    let theme = GraphicalTheme {
        characters: if style.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() },
        styles: if style.color { ThemeStyles::ansi() } else { ThemeStyles::none() },
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(style.width)
        .with_links(false)
        .without_syntax_highlighting();
    let mut drawn = String::new();
    if handler.render_report(&mut drawn, &snippet).is_ok() {
        // The first line is the header of `miette`, which stands above already.
        for line in drawn.lines().skip(1) {
            text.push_str(line.trim_end());
            text.push('\n');
        }
    }
}

/// An excerpt in the form that `miette` draws.
#[derive(Debug)]
struct Snippet {
    name: String,
    excerpt: Excerpt,
    labels: Vec<LabeledSpan>,
    severity: Severity,
}

impl fmt::Display for Snippet {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Snippet {}

impl miette::Diagnostic for Snippet {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        })
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

impl SourceCode for Snippet {
    /// Always the whole excerpt. Asked without context, it is for the header: then line and column are those
    /// of the first place in its file.
    fn read_span<'a>(
        &'a self,
        _: &SourceSpan,
        before: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let text = self.excerpt.text.as_bytes();
        let (line, column) = if before == 0 { self.excerpt.position } else { (self.excerpt.first_line, 0) };
        let lines = memchr::memchr_iter(b'\n', text).count();
        let whole = SourceSpan::from((0, text.len()));
        Ok(Box::new(MietteSpanContents::new_named(self.name.clone(), text, whole, line, column, lines)))
    }
}

#[cfg(test)]
mod tests;
