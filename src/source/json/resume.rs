//! Where reading goes on behind a faulty document.

/// How the documents of a file lie in its lines, as far as it has been read.
#[derive(Debug, Clone, Copy)]
pub(in crate::source) struct Layout {
    /// Whether each document so far took one line; at first, what the file's name says.
    lines: bool,
    /// Whether there was a document at all.
    any: bool,
    named: bool,
}

impl Layout {
    /// Nothing read yet; `named` if the file's name says that each line is a document.
    pub(in crate::source) fn new(named: bool) -> Layout {
        Layout { lines: true, any: false, named }
    }

    /// Takes note of a document that was read.
    pub(in crate::source) fn seen(&mut self, text: &[u8], start: u64, end: u64) {
        let range = usize::try_from(start).unwrap_or(0)..usize::try_from(end).unwrap_or(0);
        self.seen_bytes(text.get(range).unwrap_or_default());
    }

    /// Takes note of a document by its bytes.
    pub(in crate::source) fn seen_bytes(&mut self, document: &[u8]) {
        self.any = true;
        self.lines &= memchr::memchr(b'\n', document).is_none();
    }

    /// Whether the file's name says so.
    pub(in crate::source) fn is_named(self) -> bool {
        self.named
    }

    /// Whether each line seems to be a document of its own.
    pub(in crate::source) fn is_lines(self) -> bool {
        self.named || (self.any && self.lines)
    }
}

/// Where the next document begins behind the faulty one that begins at `start`: the next line that opens in
/// its first column. `None` where nothing shows that such a line is no part of the faulty document.
pub(in crate::source) fn resume(text: &[u8], start: usize, layout: Layout) -> Option<usize> {
    let second = start + memchr::memchr(b'\n', &text[start..])? + 1;
    if !layout.is_lines() && !matches!(text.get(second), Some(b' ' | b'\t')) {
        return None;
    }
    let mut line = second;
    loop {
        match text.get(line)? {
            b'{' | b'[' => return Some(line),
            _ => line += memchr::memchr(b'\n', &text[line..])? + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_resumed_at_the_next_line() {
        let text = b"{\"a\":\n{\"b\":1}\n";
        assert_eq!(resume(text, 0, Layout::new(true)), Some(6));
        assert_eq!(resume(text, 0, Layout::new(false)), None);
        let mut layout = Layout::new(false);
        layout.seen_bytes(b"{}");
        assert_eq!(resume(text, 0, layout), Some(6));
        layout.seen_bytes(b"{\n}");
        assert_eq!(resume(text, 0, layout), None);
    }

    #[test]
    fn indented_documents_end_where_a_line_opens_in_its_first_column() {
        let text = b"[\n  {\n  x\n]\n[\n  1\n]\n";
        assert_eq!(resume(text, 0, Layout::new(false)), Some(12));
        assert_eq!(resume(text, 12, Layout::new(false)), None);
    }
}
