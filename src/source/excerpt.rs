//! The few lines around some places of a file, made fit for a terminal: secrets hidden, long lines cut to a
//! window, control characters replaced. Places are carried along.

use std::ops::Range;

use super::position::{Text, position};
use super::printable::picture;
use super::{SourceMap, Span, mask};

/// Bytes that are read before and behind the places.
const AROUND: u64 = 16 * 1024;

/// Lines before the first and behind the last place.
const CONTEXT: usize = 1;

/// What an excerpt is to look like.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form {
    /// Columns for the text of a line.
    pub(super) width: usize,
    /// Whether more than ASCII may be drawn.
    pub(super) unicode: bool,
}

/// Lines of a file, and where the places lie in them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Excerpt {
    /// The lines, each ended by `\n`.
    pub(super) text: String,
    /// Number of the first line, from 0.
    pub(super) first_line: usize,
    /// Line and column of the first place, from 0.
    pub(super) position: (usize, usize),
    /// The places as byte ranges of `text`, in the order of the spans that were asked for.
    pub(super) places: Vec<Range<usize>>,
}

/// One character of a shown line, with the bytes of the file that it stands for.
#[derive(Debug, Clone, Copy)]
struct Cell {
    from: u64,
    to: u64,
    shown: char,
}

/// The lines around spans of one file, which must lie near each other; `None` if the file can't be read.
pub(super) fn excerpt(sources: &SourceMap, spans: &[Span], form: Form) -> Option<Excerpt> {
    let primary = *spans.first()?;
    let (line, column) = position(sources, primary)?;
    let first = spans.iter().map(|span| span.start).min()?;
    let last = spans.iter().map(|span| span.start).max()?;
    let from = first.saturating_sub(AROUND);
    let mut reader = Text::open(sources.file(primary.file)?).ok()?;
    let bytes = reader.read(from..last.saturating_add(AROUND)).ok()?;
    let cut = bytes.iter().take_while(|b| (**b & 0xC0) == 0x80).count().min(3);
    let text = String::from_utf8_lossy(&bytes[if from == 0 { 0 } else { cut }..]);
    let base = if from == 0 { 0 } else { from + cut as u64 };

    let secrets = mask::secrets(&text);
    let lines = lines(&text);
    let at = |offset: u64| {
        let offset = usize::try_from(offset.saturating_sub(base)).unwrap_or(usize::MAX);
        lines.partition_point(|line| line.start <= offset).saturating_sub(1)
    };
    let (top, bottom) = (at(first), at(last));
    // What stands behind the last line end is a line only if it has a character or a place.
    let blank = bottom + 1 < lines.len() && lines.last().is_some_and(Range::is_empty);
    let shown = top.saturating_sub(CONTEXT)..(bottom + CONTEXT + 1).min(lines.len() - usize::from(blank));
    let mut excerpt = Excerpt {
        text: String::new(),
        first_line: (usize::try_from(line).ok()? - 1).saturating_sub(at(primary.start) - shown.start),
        position: (usize::try_from(line).ok()? - 1, usize::try_from(column).ok()? - 1),
        places: vec![0..0; spans.len()],
    };
    for index in shown.clone() {
        let line = &lines[index];
        let whole = index > 0 || from == 0;
        let cells = cells(&text, line, base, &secrets, form);
        let here: Vec<usize> = (0..spans.len()).filter(|span| at(spans[*span].start) == index).collect();
        let window = window(&cells, here.iter().map(|span| spans[*span]), whole, form);
        draw(&cells, &window, whole, form, &here, spans, &mut excerpt);
        excerpt.text.push('\n');
    }
    Some(excerpt)
}

/// The lines of a text as byte ranges, line ends left out.
fn lines(text: &str) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', text.as_bytes()).chain([text.len()]) {
        let shown = if end > start && text.as_bytes()[end - 1] == b'\r' { end - 1 } else { end };
        lines.push(start..shown);
        start = end + 1;
    }
    lines
}

fn cells(text: &str, line: &Range<usize>, base: u64, secrets: &[Range<usize>], form: Form) -> Vec<Cell> {
    let mut cells = Vec::with_capacity(line.len());
    let mut at = line.start;
    let mut next = secrets.partition_point(|secret| secret.end <= line.start);
    while at < line.end {
        if let Some(secret) = secrets.get(next)
            && secret.start <= at
        {
            let end = secret.end.min(line.end);
            let (from, to) = (base + at as u64, base + end as u64);
            cells.extend(mask::MASKED.chars().map(|shown| Cell { from, to, shown }));
            at = end;
            next += 1;
            continue;
        }
        let Some(c) = text[at..].chars().next() else { break };
        let (from, to) = (base + at as u64, base + (at + c.len_utf8()) as u64);
        if c == '\t' {
            cells.extend([Cell { from, to, shown: ' ' }; 4]);
        } else {
            let again = c == '#' && cells.last().is_some_and(|cell: &Cell| cell.shown == '#');
            // Two of them begin a command of a pipeline's log.
            let shown = if again { '?' } else { picture(c, form.unicode) };
            cells.push(Cell { from, to, shown });
        }
        at += c.len_utf8();
    }
    cells
}

/// Which cells of a line are shown: all, or as many as fit, with the places among them.
fn window(cells: &[Cell], spans: impl Iterator<Item = Span>, whole: bool, form: Form) -> Range<usize> {
    if cells.len() <= form.width && whole {
        return 0..cells.len();
    }
    let first = spans.map(|span| cells.partition_point(|cell| cell.to <= span.start)).min().unwrap_or(0);
    let left = first.saturating_sub(form.width / 3);
    let left = left.min(cells.len().saturating_sub(form.width));
    left..(left + form.width).min(cells.len())
}

fn draw(
    cells: &[Cell],
    window: &Range<usize>,
    whole: bool,
    form: Form,
    here: &[usize],
    spans: &[Span],
    excerpt: &mut Excerpt,
) {
    let dots = if form.unicode { "…" } else { "..." };
    if window.start > 0 || !whole {
        excerpt.text.push_str(dots);
    }
    let mut offsets = Vec::with_capacity(window.len() + 1);
    for cell in &cells[window.clone()] {
        offsets.push(excerpt.text.len());
        excerpt.text.push(cell.shown);
    }
    offsets.push(excerpt.text.len());
    let behind = |index: usize| offsets[index.clamp(window.start, window.end) - window.start];
    for &span in here {
        let (from, to) = (spans[span].start, spans[span].end());
        let first = cells.partition_point(|cell| cell.to <= from);
        let last = cells.partition_point(|cell| cell.from < to).max(first);
        excerpt.places[span] = behind(first)..behind(last);
    }
    if window.end == cells.len() && here.iter().any(|span| excerpt.places[*span].start == excerpt.text.len())
    {
        // A place at the end of a line points to the blank behind it.
        let end = excerpt.text.len();
        excerpt.text.push(' ');
        for &span in here {
            if excerpt.places[span].start == end {
                excerpt.places[span].end = end + 1;
            }
        }
    }
    if window.end < cells.len() {
        excerpt.text.push_str(dots);
    }
}
