//! JSON and JSONC as spanned trees.
//!
//! Comments and trailing commas are accepted everywhere: tools of the trade write them into `.json` files too.
//! Several documents may stand one after another, as `az … >> file` leaves them.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Diagnostic, Diagnostics, FileId, Member, Node, NodeValue, Span, codes};

/// How deep arrays and objects may be nested.
pub const MAX_DEPTH: usize = 128;

/// Reads all documents of a text.
///
/// `base` is the offset of `text` in its file. A syntax fault ends the reading of this text: what stood
/// before it is returned, the fault is pushed.
pub fn parse(file: FileId, base: u64, text: &str, faults: &mut Diagnostics) -> Vec<Node> {
    let mut parser = Parser { file, base, text, bytes: text.as_bytes(), at: 0, depth: 0, faults };
    let mut documents = Vec::new();
    loop {
        match parser.blank() {
            Ok(()) if parser.at >= parser.bytes.len() => return documents,
            Ok(()) => {}
            Err(fault) => {
                parser.faults.push(fault);
                return documents;
            }
        }
        match parser.value() {
            Ok(node) => documents.push(node),
            Err(fault) => {
                parser.faults.push(fault);
                return documents;
            }
        }
    }
}

struct Parser<'a> {
    file: FileId,
    base: u64,
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    depth: usize,
    faults: &'a mut Diagnostics,
}

type Read<T> = Result<T, Diagnostic>;

impl Parser<'_> {
    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, self.base + start as u64, self.base + end as u64)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Skips white space, comments and a byte order mark.
    fn blank(&mut self) -> Read<()> {
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                0xEF if self.bytes[self.at..].starts_with("\u{feff}".as_bytes()) => self.at += 3,
                b'/' => match self.bytes.get(self.at + 1) {
                    Some(b'/') => {
                        let rest = &self.bytes[self.at..];
                        self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                    }
                    Some(b'*') => {
                        let rest = &self.bytes[self.at + 2..];
                        let Some(end) = memchr::memmem::find(rest, b"*/") else {
                            return Err(self.truncated(self.at, "this comment has no end"));
                        };
                        self.at += end + 4;
                    }
                    _ => return Ok(()),
                },
                _ => return Ok(()),
            }
        }
        Ok(())
    }

    fn truncated(&self, open: usize, label: &str) -> Diagnostic {
        let end = self.bytes.len();
        Diagnostic::new(&codes::JSON_TRUNCATED, "the document ends before it is complete")
            .at(self.span(end.saturating_sub(1), end), "ends here")
            .at(self.span(open, open + 1), label)
            .help("was the file cut off while it was written? fetch it again")
    }

    fn unexpected(&self, wanted: &str) -> Diagnostic {
        let found = self.text.get(self.at..).and_then(|rest| rest.chars().next());
        let shown = found.map_or_else(String::new, |c| c.escape_debug().to_string());
        let width = found.map_or(1, char::len_utf8);
        Diagnostic::new(&codes::JSON_SYNTAX, format!("expected {wanted}, found `{shown}`"))
            .at(self.span(self.at, self.at + width), format!("expected {wanted}"))
    }

    fn value(&mut self) -> Read<Node> {
        let start = self.at;
        let value = match self.peek() {
            Some(b'{') => self.nested(Self::object)?,
            Some(b'[') => self.nested(Self::array)?,
            Some(b'"') => NodeValue::String(self.string()?.into()),
            Some(b't') => self.word("true", NodeValue::Bool(true))?,
            Some(b'f') => self.word("false", NodeValue::Bool(false))?,
            Some(b'n') => self.word("null", NodeValue::Null)?,
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(_) => return Err(self.unexpected("a JSON value")),
            None => return Err(self.truncated(start.saturating_sub(1), "a value is missing after this")),
        };
        Ok(Node { span: self.span(start, self.at), value })
    }

    fn nested(&mut self, read: fn(&mut Self) -> Read<NodeValue>) -> Read<NodeValue> {
        if self.depth == MAX_DEPTH {
            return Err(Diagnostic::new(
                &codes::TOO_DEEP,
                format!("nested more than {MAX_DEPTH} levels deep"),
            )
            .at(self.span(self.at, self.at + 1), "one level too many"));
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn array(&mut self) -> Read<NodeValue> {
        let open = self.at;
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.blank()?;
            match self.peek() {
                Some(b']') => {
                    self.at += 1;
                    return Ok(NodeValue::Array(items));
                }
                None => return Err(self.truncated(open, "this array is never closed")),
                Some(_) => items.push(self.value()?),
            }
            self.blank()?;
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {}
                None => return Err(self.truncated(open, "this array is never closed")),
                Some(_) => return Err(self.unexpected("`,` or `]`")),
            }
        }
    }

    fn object(&mut self) -> Read<NodeValue> {
        let open = self.at;
        self.at += 1;
        let mut members: Vec<Member> = Vec::new();
        loop {
            self.blank()?;
            let start = self.at;
            match self.peek() {
                Some(b'}') => {
                    self.at += 1;
                    return Ok(NodeValue::Object(members));
                }
                None => return Err(self.truncated(open, "this object is never closed")),
                Some(b'"') => {}
                Some(_) => return Err(self.unexpected("a key in double quotes or `}`")),
            }
            let key: Arc<str> = self.string()?.into();
            let key_span = self.span(start, self.at);
            self.blank()?;
            match self.peek() {
                Some(b':') => self.at += 1,
                None => return Err(self.truncated(open, "this object is never closed")),
                Some(_) => return Err(self.unexpected("`:`")),
            }
            self.blank()?;
            let value = self.value()?;
            push_member(&mut members, Member { key, key_span, value }, self.faults);
            self.blank()?;
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {}
                None => return Err(self.truncated(open, "this object is never closed")),
                Some(_) => return Err(self.unexpected("`,` or `}`")),
            }
        }
    }

    fn word(&mut self, word: &str, value: NodeValue) -> Read<NodeValue> {
        let rest = &self.bytes[self.at..];
        if rest.starts_with(word.as_bytes()) {
            self.at += word.len();
            return Ok(value);
        }
        if word.as_bytes().starts_with(rest) {
            return Err(self.truncated(self.at, "cut off here"));
        }
        Err(self.unexpected("a JSON value"))
    }

    fn number(&mut self) -> Read<NodeValue> {
        let start = self.at;
        let digits = |parser: &mut Self| {
            let from = parser.at;
            while parser.peek().is_some_and(|b| b.is_ascii_digit()) {
                parser.at += 1;
            }
            parser.at - from
        };
        let mut whole = true;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if digits(self) == 0 {
            return Err(self.unexpected("a digit"));
        }
        if self.peek() == Some(b'.') {
            whole = false;
            self.at += 1;
            if digits(self) == 0 {
                return Err(self.unexpected("a digit"));
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            whole = false;
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if digits(self) == 0 {
                return Err(self.unexpected("a digit"));
            }
        }
        let text = &self.text[start..self.at];
        if whole && let Ok(value) = text.parse() {
            return Ok(NodeValue::Int(value));
        }
        text.parse().map(NodeValue::Float).map_err(|_| self.unexpected("a number"))
    }

    fn string(&mut self) -> Read<Cow<'_, str>> {
        let open = self.at;
        self.at += 1;
        let mut owned: Option<String> = None;
        let mut from = self.at;
        loop {
            let rest = &self.bytes[self.at..];
            let Some(next) = rest.iter().position(|&b| b == b'"' || b == b'\\' || b < 0x20) else {
                return Err(self.truncated(open, "this text is never closed"));
            };
            self.at += next;
            match self.bytes[self.at] {
                b'"' => {
                    let tail = &self.text[from..self.at];
                    self.at += 1;
                    return Ok(match owned {
                        None => Cow::Borrowed(tail),
                        Some(mut text) => {
                            text.push_str(tail);
                            Cow::Owned(text)
                        }
                    });
                }
                b'\\' => {
                    let mut text = owned.take().unwrap_or_default();
                    text.push_str(&self.text[from..self.at]);
                    text.push(self.escape(open)?);
                    owned = Some(text);
                    from = self.at;
                }
                // Control characters are illegal in JSON, but line breaks inside texts occur in hand-made files.
                _ => return Err(self.unexpected("the end of this text before a control character")),
            }
        }
    }

    fn escape(&mut self, open: usize) -> Read<char> {
        let start = self.at;
        self.at += 1;
        let Some(letter) = self.peek() else {
            return Err(self.truncated(open, "this text is never closed"));
        };
        self.at += 1;
        Ok(match letter {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let high = self.hex(start)?;
                if (0xD800..0xDC00).contains(&high) && self.bytes[self.at..].starts_with(b"\\u") {
                    let mark = self.at;
                    self.at += 2;
                    let low = self.hex(start)?;
                    if (0xDC00..0xE000).contains(&low) {
                        let code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                        return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                    }
                    self.at = mark;
                }
                char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            _ => {
                self.at = start;
                let end = self.text[start + 1..].chars().next().map_or(1, char::len_utf8) + 1;
                return Err(Diagnostic::new(
                    &codes::JSON_SYNTAX,
                    format!("`{}` is no escape of JSON", &self.text[start..start + end]),
                )
                .at(self.span(start, start + end), "unknown escape")
                .help("a backslash itself is written `\\\\`"));
            }
        })
    }

    fn hex(&mut self, start: usize) -> Read<u32> {
        let digits = self.text.get(self.at..self.at + 4).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        let Some(digits) = digits else {
            return Err(Diagnostic::new(&codes::JSON_SYNTAX, "`\\u` needs four hexadecimal digits")
                .at(self.span(start, (self.at).min(self.bytes.len())), "incomplete escape"));
        };
        self.at += 4;
        Ok(u32::from_str_radix(digits, 16).unwrap_or(0xFFFD))
    }
}

/// Adds a member; the same key twice (compared without case) is a finding: a warning where the values are
/// equal, an error where they differ. The first one is kept.
pub(super) fn push_member(members: &mut Vec<Member>, member: Member, faults: &mut Diagnostics) {
    let Some(first) = members.iter().find(|m| m.key.eq_ignore_ascii_case(&member.key)) else {
        members.push(member);
        return;
    };
    let (code, message) = if same(&first.value, &member.value) {
        (&codes::REPEATED_KEY, format!("the key `{}` stands here twice with one value", member.key))
    } else {
        (&codes::DUPLICATE_KEY, format!("the key `{}` stands here twice with different values", member.key))
    };
    let note = if first.key == member.key { "" } else { " (keys compare without case)" };
    faults.push(
        Diagnostic::new(code, message)
            .at(member.key_span, format!("again{note}"))
            .at(first.key_span, "first here")
            .help("remove one of the two"),
    );
}

/// Equality of values, wherever they stand.
fn same(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (NodeValue::Array(x), NodeValue::Array(y)) => {
            x.len() == y.len() && x.iter().zip(y).all(|(a, b)| same(a, b))
        }
        (NodeValue::Object(x), NodeValue::Object(y)) => {
            x.len() == y.len()
                && x.iter().all(|m| y.iter().any(|n| n.key == m.key && same(&m.value, &n.value)))
        }
        (x, y) => x == y,
    }
}
