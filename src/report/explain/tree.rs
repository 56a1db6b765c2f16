//! A tree of conditions as lines with columns: condition, what was found, line of the document.

use crate::arm::{ResourceType, Value};
use crate::compliance::DecidingLeaf;
use crate::engine::{Cause, Explanation, ExplanationKind, LeafRecord, Truth};
use crate::report::lines::{count, width};
use crate::report::style::{Mark, Style};
use crate::report::words;
use crate::source::{SourceMap, Span, mask, position, printable};

use super::Depth;

/// Members of a count that are shown, where not everything is.
const MEMBERS: usize = 6;

/// Members that don't count, and branches of an `anyOf` that doesn't hold, of which every condition is shown: the
/// nearest ones.
const NEAREST_MEMBERS: usize = 1;
const NEAREST_BRANCHES: usize = 2;

/// Conditions of a group that doesn't bear on the verdict, and that is shown all the same.
const FEW: usize = 3;

/// Levels that are indented; deeper ones stay there.
const INDENTED: usize = 14;

/// The widest left column; what is longer has its finding on the next line.
const LEFT: usize = 60;

/// A line of a tree.
struct Row {
    depth: usize,
    mark: Mark,
    /// Whether it bears on the verdict.
    bears: bool,
    left: String,
    right: String,
    span: Span,
}

/// What a tree is drawn with.
#[derive(Clone, Copy)]
pub(super) struct Drawing<'a> {
    pub(super) sources: &'a SourceMap,
    pub(super) style: Style,
    pub(super) depth: Depth,
    /// The type whose aliases are written without it.
    pub(super) about: &'a ResourceType,
    /// Columns in front of the tree.
    pub(super) indent: usize,
}

/// The mark of a truth.
pub(super) fn mark_of(truth: &Truth) -> Mark {
    match truth {
        Truth::True => Mark::Good,
        Truth::False => Mark::Bad,
        Truth::Unknown(_) => Mark::Open,
    }
}

/// Why a truth isn't known.
pub(super) fn causes(causes: &[Cause]) -> String {
    let texts: Vec<_> = causes.iter().map(ToString::to_string).collect();
    texts.join("; ")
}

impl Drawing<'_> {
    /// Draws a condition with all that is in it.
    pub(super) fn draw(&self, condition: &Explanation, out: &mut String) {
        let mut rows = Vec::new();
        self.collect(condition, 0, true, true, &mut rows);
        let heads: Vec<usize> =
            rows.iter().map(|row| 2 * row.depth.min(INDENTED) + 2 + width(&row.left)).collect();
        let column = heads
            .iter()
            .zip(&rows)
            .filter(|(head, row)| **head <= LEFT && !row.right.is_empty())
            .map(|(head, _)| *head)
            .max()
            .unwrap_or(0);
        for (row, head) in rows.iter().zip(heads) {
            self.line(row, head, column, out);
        }
    }

    fn line(&self, row: &Row, head: usize, column: usize, out: &mut String) {
        let style = self.style;
        let indent = self.indent + 2 * row.depth.min(INDENTED);
        let place = position(self.sources, row.span).map_or_else(String::new, |(line, _)| format!(":{line}"));
        let paint = |text: &str| if row.bears { style.paint(row.mark, text) } else { style.dim(text) };
        let left = style.text(&format!("{} {}", style.symbol(row.mark), row.left));
        let fits = head <= column || row.right.is_empty();
        let room = style.width.saturating_sub(self.indent + column + 2 + 2 + place.len()).max(24);
        let right = style.text(&row.right);
        let fits = fits && (width(&right) <= room || right.contains(' ') && width(&right) > 2 * room);
        let room = if fits { room } else { style.width.saturating_sub(indent + 4).max(24) };
        let mut lines = wrap_words(&right, room).into_iter();
        out.push_str(&" ".repeat(indent));
        out.push_str(&paint(&left));
        let mut used = indent + width(&left);
        let mut placed = false;
        let mut put_place = |out: &mut String, used: usize| {
            if placed || place.is_empty() {
                return;
            }
            placed = true;
            let gap = style.width.saturating_sub(used + place.len()).max(2);
            out.push_str(&" ".repeat(gap));
            out.push_str(&style.dim(&place));
        };
        if fits && let Some(first) = lines.next().filter(|first| !first.is_empty()) {
            let gap = (self.indent + column + 2).saturating_sub(used).max(2);
            out.push_str(&" ".repeat(gap));
            out.push_str(&first);
            used += gap + width(&first);
        }
        put_place(out, used);
        out.push('\n');
        for line in lines {
            let at = if fits { self.indent + column + 2 } else { indent + 4 };
            out.push_str(&" ".repeat(at));
            out.push_str(&line);
            out.push('\n');
        }
    }

    fn collect(&self, part: &Explanation, depth: usize, bears: bool, expand: bool, rows: &mut Vec<Row>) {
        let mut push = |left: String, right: String| {
            let of_member = matches!(part.kind, ExplanationKind::Member(..));
            let span = if of_member { Span::none() } else { part.span };
            rows.push(Row { depth, mark: mark_of(&part.truth), bears, left, right, span });
        };
        match &part.kind {
            ExplanationKind::Leaf(leaf) => {
                let (left, right) = self.leaf(leaf);
                push(left, right);
                self.members(part, depth + 1, bears, rows);
            }
            ExplanationKind::Member(index, value) => {
                let counts = match part.truth {
                    Truth::True => "counts".to_owned(),
                    Truth::False => "doesn't count".to_owned(),
                    Truth::Unknown(_) => "can't be said to count".to_owned(),
                };
                let value = match value {
                    Value::Object(_) | Value::Array(_) => String::new(),
                    one => format!(" {}", scalar(one)),
                };
                push(format!("[{index}]{value}"), counts);
                if expand {
                    self.parts(part, depth + 1, bears, rows);
                }
            }
            ExplanationKind::AllOf | ExplanationKind::AnyOf | ExplanationKind::Not => {
                let name = match part.kind {
                    ExplanationKind::AllOf => "allOf",
                    ExplanationKind::AnyOf => "anyOf",
                    _ => "not",
                };
                let leaves = leaves(part);
                if self.depth == Depth::Deciding && !bears && leaves > FEW {
                    push(format!("{name}: {}", count(leaves, "condition", "conditions")), String::new());
                } else {
                    push(name.to_owned(), String::new());
                    self.parts(part, depth + 1, bears, rows);
                }
            }
        }
    }

    /// The parts of a group; those that can't change its truth don't bear on the verdict.
    fn parts(&self, whole: &Explanation, depth: usize, bears: bool, rows: &mut Vec<Row>) {
        let alternatives = matches!(whole.kind, ExplanationKind::AnyOf)
            && whole.truth == Truth::False
            && whole.parts.len() > 3;
        if self.depth == Depth::Full || !alternatives || whole.parts.iter().all(is_small) {
            for part in &whole.parts {
                self.collect(part, depth, bears && decides(whole, part), true, rows);
            }
            return;
        }
        let mut shown = nearest(&whole.parts, NEAREST_BRANCHES);
        let least = shown.first().map_or(0, |part| distance(part, true));
        shown.retain(|part| distance(part, true) == least);
        for part in whole.parts.iter().filter(|part| among(&shown, part)) {
            self.collect(part, depth, bears, true, rows);
        }
        rows.push(left_out(depth, format!("… {} more, none of them holds", whole.parts.len() - shown.len())));
    }

    /// The members that a count looked at: those that stand out, where not all are shown.
    fn members(&self, count_of: &Explanation, depth: usize, bears: bool, rows: &mut Vec<Row>) {
        let members = &count_of.parts;
        // Without a condition every member counts: there is nothing to tell apart.
        if members.iter().all(|member| member.parts.is_empty()) {
            return;
        }
        if self.depth == Depth::Full {
            for member in members {
                self.collect(member, depth, bears, true, rows);
            }
            return;
        }
        let (counted, others): (Vec<&Explanation>, Vec<&Explanation>) =
            members.iter().partition(|member| member.truth == Truth::True);
        let explained = if bears { nearest(others.iter().copied(), NEAREST_MEMBERS) } else { Vec::new() };
        let mut shown: Vec<&Explanation> = members.iter().collect();
        if members.len() > MEMBERS {
            // What is rarer says more.
            let rare = if counted.len() * 2 <= members.len() { counted.clone() } else { others.clone() };
            shown.sort_by_key(|member| (!among(&explained, member), !among(&rare, member)));
            shown.truncate(MEMBERS);
        }
        for member in members.iter().filter(|member| among(&shown, member)) {
            self.collect(member, depth, bears, among(&explained, member), rows);
        }
        if shown.len() < members.len() {
            let more = members.len() - shown.len();
            rows.push(left_out(
                depth,
                format!("… {more} more; {} of {} count", counted.len(), members.len()),
            ));
        }
    }

    /// `isEnabled equals true` and `is false`.
    fn leaf(&self, record: &LeafRecord) -> (String, String) {
        let leaf = DecidingLeaf::from(record);
        let subject = self.subject(&leaf.subject);
        let target = match &leaf.target {
            Some(value) => shown(&words::masked(&leaf, value)),
            None => "a value that can't be computed".to_owned(),
        };
        let left = format!("{subject} {} {target}", leaf.operator);
        let right = match (&record.truth, &leaf.current) {
            (Truth::Unknown(why), _) => causes(why),
            (_, None) => "is missing".to_owned(),
            (_, Some(value)) => {
                let at = leaf.path.as_deref().filter(|path| path.contains('[') && !path.contains("[*]"));
                let at = at.and_then(|path| path.rfind(']').map(|end| &path[..=end]));
                let index = at.and_then(|at| at.rfind('[').map(|start| &at[start..])).unwrap_or_default();
                let member = index.trim_matches(['[', ']']).bytes().all(|byte| byte.is_ascii_digit());
                let index = if member { index } else { "" };
                let text = shown(&words::masked(&leaf, value));
                if index.is_empty() { format!("is {text}") } else { format!("{index} is {text}") }
            }
        };
        (mask(&printable(&left)).into_owned(), mask(&printable(&right)).into_owned())
    }

    /// An alias without the type that is looked at; an expression without what doesn't fit.
    fn subject(&self, subject: &str) -> String {
        cut(&words::subject_of(subject, self.about), 72)
    }
}

/// A value beside a condition, fit to be shown.
fn scalar(value: &Value) -> String {
    mask(&printable(&words::short(&words::hidden("", value)))).into_owned()
}

/// A value in at most so many characters.
const VALUE: usize = 56;

fn shown(value: &Value) -> String {
    cut(&value.to_json(), VALUE)
}

/// A line for what isn't shown.
fn left_out(depth: usize, left: String) -> Row {
    Row { depth, mark: Mark::Plain, bears: false, left, right: String::new(), span: Span::none() }
}

fn among(parts: &[&Explanation], wanted: &Explanation) -> bool {
    parts.iter().any(|part| std::ptr::eq(*part, wanted))
}

fn is_small(part: &Explanation) -> bool {
    matches!(part.kind, ExplanationKind::Leaf(_)) && part.parts.is_empty()
}

/// The parts that lack least to hold.
fn nearest<'e>(parts: impl IntoIterator<Item = &'e Explanation>, most: usize) -> Vec<&'e Explanation> {
    let mut parts: Vec<&Explanation> = parts.into_iter().collect();
    parts.sort_by_key(|part| distance(part, true));
    parts.truncate(most);
    parts
}

/// How many comparisons would have to come out otherwise, at least, for a part to have this truth.
fn distance(part: &Explanation, wanted: bool) -> usize {
    if part.truth == Truth::from(wanted) {
        return 0;
    }
    let of_parts = |wanted| part.parts.iter().map(move |inner| distance(inner, wanted));
    match (&part.kind, wanted) {
        (ExplanationKind::Leaf(_), _) => 1,
        (ExplanationKind::Not, _) => of_parts(!wanted).sum(),
        (ExplanationKind::AnyOf, true) | (ExplanationKind::AllOf, false) => {
            of_parts(wanted).min().unwrap_or(1)
        }
        _ => of_parts(wanted).sum(),
    }
}

/// A text in at most so many characters.
fn cut(text: &str, most: usize) -> String {
    if width(text) <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most - 1).collect();
    short.push('…');
    short
}

/// Whether the truth of a part is what makes the truth of the whole.
fn decides(whole: &Explanation, part: &Explanation) -> bool {
    match (&whole.kind, &whole.truth) {
        (ExplanationKind::AllOf, Truth::True) | (ExplanationKind::AnyOf, Truth::False) => true,
        (ExplanationKind::AllOf | ExplanationKind::AnyOf, truth) => {
            std::mem::discriminant(truth) == std::mem::discriminant(&part.truth)
        }
        _ => true,
    }
}

/// How many comparisons a part holds; a count is one.
fn leaves(part: &Explanation) -> usize {
    match part.kind {
        ExplanationKind::Leaf(_) => 1,
        _ => part.parts.iter().map(leaves).sum(),
    }
}

/// Breaks a text at blanks, a word that doesn't fit inside itself.
fn wrap_words(text: &str, room: usize) -> Vec<String> {
    let mut rows = Vec::new();
    for row in crate::report::lines::wrap(text, room) {
        let letters: Vec<char> = row.chars().collect();
        rows.extend(letters.chunks(room.max(1)).map(|part| part.iter().collect::<String>()));
    }
    rows
}
