//! What was expected against what is, line by line. The only file that knows the crate `similar`.

use similar::{ChangeTag, TextDiff};

/// A line of a diff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// On which side it stands.
    pub kind: LineKind,
    /// The line.
    pub text: String,
}

/// On which side a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// It was expected, and is missing.
    Expected,
    /// It is, and wasn't expected.
    Actual,
    /// Both.
    Same,
    /// Lines that are the same were left out here.
    Gap,
}

/// How many lines that are the same stand around a difference.
const AROUND: usize = 3;

/// The lines in which two texts differ, with a few around them.
pub fn diff(expected: &str, actual: &str) -> Vec<Line> {
    let diff = TextDiff::from_lines(expected, actual);
    let mut lines = Vec::new();
    for (index, group) in diff.grouped_ops(AROUND).iter().enumerate() {
        if index > 0 {
            lines.push(Line { kind: LineKind::Gap, text: String::new() });
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let kind = match change.tag() {
                ChangeTag::Delete => LineKind::Expected,
                ChangeTag::Insert => LineKind::Actual,
                ChangeTag::Equal => LineKind::Same,
            };
            lines.push(Line { kind, text: change.value().trim_end_matches('\n').to_owned() });
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{LineKind, diff};

    #[test]
    fn differences_stand_with_a_few_lines_around_them() {
        let many = (0..20).map(|n| n.to_string()).collect::<Vec<_>>().join("\n") + "\n";
        let changed = many.replace("\n2\n", "\ntwo\n").replace("\n18\n", "\n");
        let lines = diff(&many, &changed);
        let of = |kind| lines.iter().filter(|l| l.kind == kind).map(|l| l.text.as_str()).collect::<Vec<_>>();
        assert_eq!(of(LineKind::Expected), ["2", "18"]);
        assert_eq!(of(LineKind::Actual), ["two"]);
        assert_eq!(of(LineKind::Gap).len(), 1);
        assert!(!of(LineKind::Same).contains(&"10"));
        assert!(diff(&many, &many).is_empty());
    }
}
