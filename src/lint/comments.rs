//! Comments that silence a finding where it stands: `// azpol: ignore[AZP1007]` in JSONC, `# azpol: ignore[…]` in YAML.

use crate::source::{Code, Diagnostic, Diagnostics, FileId, Span};

use super::selection::{code, unknown};

const MARK: &str = "azpol: ignore[";

/// What the comments of a file silence: codes by line.
#[derive(Debug, Clone, Default)]
pub struct Comments {
    entries: Vec<(&'static Code, Span)>,
}

impl Comments {
    /// Reads a file's text. A comment speaks of its line, or, where nothing else stands there, of the next one. What
    /// names no code is a finding.
    pub fn read(&mut self, file: FileId, text: &str, faults: &mut Diagnostics) {
        if !text.contains(MARK) {
            return;
        }
        let mut start = 0;
        let mut waiting: Vec<&'static Code> = Vec::new();
        for line in text.split_inclusive('\n') {
            let span = Span::new(file, start as u64, (start + line.len()) as u64);
            let comment = comment(line);
            let alone = line[..comment.unwrap_or(line.len())].trim().is_empty();
            let mut codes =
                comment.map(|at| codes(file, start + at, &line[at..], faults)).unwrap_or_default();
            start += line.len();
            if alone {
                waiting.append(&mut codes);
                continue;
            }
            self.entries.extend(waiting.drain(..).chain(codes).map(|code| (code, span)));
        }
    }

    /// Whether a finding is silenced where it begins.
    pub fn silence(&self, finding: &Diagnostic) -> bool {
        let at = finding.span();
        let within = |span: &Span| span.file == at.file && span.start <= at.start && at.start < span.end();
        self.entries.iter().any(|(code, span)| *code == finding.code && within(span))
    }
}

/// Where the comment of a line begins: at `//` or `#` outside of a text.
fn comment(line: &str) -> Option<usize> {
    let mut quoted = false;
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '#' if !quoted => return Some(at),
            '/' if !quoted && line[at + 1..].starts_with('/') => return Some(at),
            _ => {}
        }
    }
    None
}

/// The codes that a comment names.
fn codes(file: FileId, start: usize, comment: &str, faults: &mut Diagnostics) -> Vec<&'static Code> {
    let Some(from) = comment.find(MARK).map(|at| at + MARK.len()) else { return Vec::new() };
    let list = comment[from..].split(']').next().unwrap_or_default();
    let mut found = Vec::new();
    let mut at = start + from;
    for text in list.split(',') {
        match code(text) {
            Ok(code) => found.push(code),
            Err(near) => {
                let span = Span::new(file, at as u64, (at + text.len()) as u64);
                faults.push(unknown(text.trim(), span, near));
            }
        }
        at += text.len() + 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::Comments;
    use crate::lint::codes;
    use crate::source::{Diagnostic, Diagnostics, FileId, Span};

    fn silenced(text: &str, what: &str) -> (bool, usize) {
        let (mut comments, mut faults) = (Comments::default(), Diagnostics::new());
        comments.read(FileId::NONE, text, &mut faults);
        let at = text.find(what).expect("the place") as u64;
        let finding =
            Diagnostic::new(&codes::SEVERAL_WILDCARDS, "x").at(Span::new(FileId::NONE, at, at + 1), "");
        (comments.silence(&finding), faults.len())
    }

    #[test]
    fn a_comment_speaks_of_its_line_or_of_the_next_one() {
        assert_eq!(silenced("{\r\n  \"here\": 1 // azpol: ignore[AZP1007]\r\n}", "here"), (true, 0));
        assert_eq!(silenced("# azpol: ignore[several-wildcards]\n# why\nhere: 1\n", "here"), (true, 0));
        assert_eq!(silenced("# azpol: ignore[AZP1007]\nother: 1\nhere: 1\n", "here"), (false, 0));
        assert_eq!(silenced("here: 1 # azpol: ignore[AZP1001, azp1007]\n", "here"), (true, 0));
        assert_eq!(silenced("here: 1 # azpol: ignore[AZP1001]\n", "here"), (false, 0));
    }

    #[test]
    fn a_text_is_no_comment_and_an_unknown_code_is_told() {
        assert_eq!(silenced("\"here\": \"// azpol: ignore[AZP1007]\"", "here"), (false, 0));
        assert_eq!(silenced("\"here \\\" # azpol: ignore[AZP1007]\"", "here"), (false, 0));
        assert_eq!(silenced("here: 1 # azpol: ignore[AZP9999]\n", "here"), (false, 1));
    }
}
