//! JSON and JSONC as spanned trees.
//!
//! Comments and trailing commas are accepted everywhere: tools of the trade write them into `.json` files too.
//! Several documents may stand one after another, as `az … >> file` leaves them. What can be read past is
//! reported and read past, so that one run shows more than the first fault.

use std::borrow::Cow;
use std::sync::Arc;

use super::members::Members;
use super::{Diagnostic, Diagnostics, FileId, Member, Node, NodeValue, Span, codes, printable};

mod number;
mod resume;
pub mod strict;
mod string;

pub(super) use resume::{Layout, resume};

/// How deep arrays and objects may be nested.
pub const MAX_DEPTH: usize = 128;

/// How many faults of one text are read past.
const MAX_RECOVERED: usize = 20;

/// Reads all documents of a piece of text.
///
/// `base` is the offset of `text` in its file. A fault that can't be read past ends the reading of this text:
/// the documents before it are returned, the fault is pushed.
pub fn parse(file: FileId, base: u64, text: &str, faults: &mut Diagnostics) -> Vec<Node> {
    let mut documents = Vec::new();
    let mut parser = Parser::new(file, base, text, faults);
    while let Some(document) = parser.document() {
        match document {
            Ok(node) => documents.push(node),
            Err(fault) => {
                parser.faults.push(*fault);
                break;
            }
        }
    }
    documents
}

/// Reads all documents of a whole file. Where the lines show how far a faulty document reaches (one a line, or
/// indented ones one after another), reading goes on behind it.
pub fn parse_file(file: FileId, text: &str, lines: bool, faults: &mut Diagnostics) -> Vec<Node> {
    let mut documents: Vec<Node> = Vec::new();
    let mut layout = Layout::new(lines);
    let mut from = 0;
    'pieces: loop {
        let mut parser = Parser::new(file, 0, text, faults);
        parser.at = from;
        while let Some(document) = parser.document() {
            match document {
                Ok(node) => {
                    layout.seen(text.as_bytes(), node.span.start, node.span.end());
                    documents.push(node);
                }
                Err(fault) => {
                    let start = parser.start;
                    let Some(next) = resume(text.as_bytes(), start, layout) else {
                        faults.push(*fault);
                        return documents;
                    };
                    // Read alone, the piece has its own fault, not one of what follows.
                    let before = faults.len();
                    documents.extend(parse(file, start as u64, &text[start..next], faults));
                    if faults.len() == before {
                        faults.push(*fault);
                    }
                    from = next;
                    continue 'pieces;
                }
            }
        }
        return documents;
    }
}

struct Parser<'a> {
    file: FileId,
    base: u64,
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// Where the document begins that is being read.
    start: usize,
    depth: usize,
    recovered: usize,
    faults: &'a mut Diagnostics,
}

type Read<T> = Result<T, Box<Diagnostic>>;

impl<'a> Parser<'a> {
    fn new(file: FileId, base: u64, text: &'a str, faults: &'a mut Diagnostics) -> Parser<'a> {
        Parser { file, base, text, bytes: text.as_bytes(), at: 0, start: 0, depth: 0, recovered: 0, faults }
    }

    /// The next document, or `None` at the end.
    fn document(&mut self) -> Option<Read<Node>> {
        self.start = self.at;
        if let Err(fault) = self.blank() {
            return Some(Err(fault));
        }
        self.start = self.at;
        if self.at >= self.bytes.len() {
            return None;
        }
        let document = self.value();
        if let Ok(node) = &document
            && !(node.is_object() || node.is_array())
            && let Some(fault) = self.behind_scalar(node)
        {
            return Some(Err(Box::new(fault)));
        }
        Some(document)
    }

    /// What may not stand behind a scalar that is a document of its own.
    fn behind_scalar(&mut self, node: &Node) -> Option<Diagnostic> {
        let glued = self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'"');
        let end = self.at;
        let _ = self.blank();
        match self.peek() {
            Some(b':') if node.as_str().is_some() => Some(
                Diagnostic::new(&codes::JSON_SYNTAX, "this member stands in no object")
                    .at(node.span, "a key at the top")
                    .help("put `{` before it and `}` behind the last one"),
            ),
            _ if glued => {
                self.at = end;
                Some(self.unexpected("the end of this value"))
            }
            _ => None,
        }
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, self.base + start as u64, self.base + end as u64)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Skips white space, comments and byte order marks (they stand in the middle where files were joined).
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
                            return Err(Box::new(self.truncated(self.at, "this comment has no end")));
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

    /// Where the last character begins and ends that is no white space.
    fn last_character(&self) -> (usize, usize) {
        let text = self.text.trim_end();
        (text.char_indices().next_back().map_or(0, |(at, _)| at), text.len())
    }

    fn truncated(&self, open: usize, label: &str) -> Diagnostic {
        let (last, end) = self.last_character();
        Diagnostic::new(&codes::JSON_TRUNCATED, "the document ends before it is complete")
            .at(self.span(last, end), "ends here")
            .at(self.span(open, open + self.text[open..].chars().next().map_or(0, char::len_utf8)), label)
            .help("was the file cut off while it was written? fetch it again")
    }

    fn unexpected(&self, wanted: &str) -> Diagnostic {
        let found = self.text.get(self.at..).and_then(|rest| rest.chars().next());
        let shown = found.map_or_else(String::new, |c| printable(c.encode_utf8(&mut [0; 4])).into_owned());
        let width = found.map_or(0, char::len_utf8);
        let fault = Diagnostic::new(&codes::JSON_SYNTAX, format!("expected {wanted}, found `{shown}`"))
            .at(self.span(self.at, self.at + width), format!("expected {wanted}"));
        let help = match found {
            Some('<') if self.at == self.start => "this looks like HTML or XML: was an error page saved?",
            Some('\'') => "JSON has double quotes only",
            Some('$' | '#' | '%') => "a placeholder? give the file in which it is filled in",
            Some('{') if self.bytes[self.at..].starts_with(b"{{") => {
                "a placeholder? give the file in which it is filled in"
            }
            Some(c) if c.is_ascii_alphabetic() && self.at == self.start => {
                "if this is YAML, its name must end in .yaml or .yml"
            }
            _ => return fault,
        };
        fault.help(help)
    }

    /// Reports a fault that can be read past, as long as there are not too many.
    fn recover(&mut self, fault: Diagnostic) -> Read<()> {
        if self.recovered == MAX_RECOVERED {
            return Err(Box::new(fault));
        }
        self.recovered += 1;
        self.faults.push(fault);
        Ok(())
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
            Some(_) => return Err(Box::new(self.unexpected("a JSON value"))),
            None => {
                let (open, _) = self.last_character();
                return Err(Box::new(self.truncated(open, "a value is missing after this")));
            }
        };
        Ok(Node { span: self.span(start, self.at), value })
    }

    fn nested(&mut self, read: fn(&mut Self) -> Read<NodeValue>) -> Read<NodeValue> {
        if self.depth == MAX_DEPTH {
            let message = format!("nested more than {MAX_DEPTH} levels deep");
            let fault = Diagnostic::new(&codes::TOO_DEEP, message)
                .at(self.span(self.at, self.at + 1), "one level too many");
            return Err(Box::new(fault));
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
                None => return Err(Box::new(self.truncated(open, "this array is never closed"))),
                Some(b',') => {
                    self.recover(self.unexpected("a JSON value"))?;
                    self.at += 1;
                    continue;
                }
                Some(_) => items.push(self.value()?),
            }
            self.blank()?;
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {}
                None => return Err(Box::new(self.truncated(open, "this array is never closed"))),
                Some(b'{' | b'[' | b'"' | b'0'..=b'9' | b'-') => {
                    self.recover(self.unexpected("`,` or `]`"))?;
                }
                Some(_) => return Err(Box::new(self.unexpected("`,` or `]`"))),
            }
        }
    }

    fn object(&mut self) -> Read<NodeValue> {
        let open = self.at;
        self.at += 1;
        let mut members = Members::default();
        loop {
            self.blank()?;
            let start = self.at;
            match self.peek() {
                Some(b'}') => {
                    self.at += 1;
                    return Ok(NodeValue::Object(members.into_vec()));
                }
                None => return Err(Box::new(self.truncated(open, "this object is never closed"))),
                Some(b'"') => {}
                Some(b',') => {
                    self.recover(self.unexpected("a key in double quotes or `}`"))?;
                    self.at += 1;
                    continue;
                }
                Some(_) => return Err(Box::new(self.unexpected("a key in double quotes or `}`"))),
            }
            let key: Arc<str> = self.string()?.into();
            let key_span = self.span(start, self.at);
            self.blank()?;
            match self.peek() {
                Some(b':') => self.at += 1,
                None => return Err(Box::new(self.truncated(open, "this object is never closed"))),
                Some(_) => return Err(Box::new(self.unexpected("`:`"))),
            }
            self.blank()?;
            let value = self.value()?;
            members.push(Member { key, key_span, value }, self.faults);
            self.blank()?;
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {}
                None => return Err(Box::new(self.truncated(open, "this object is never closed"))),
                Some(b'"') => self.recover(self.unexpected("`,` or `}`"))?,
                Some(_) => return Err(Box::new(self.unexpected("`,` or `}`"))),
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
            return Err(Box::new(self.truncated(self.at, "cut off here")));
        }
        Err(Box::new(self.unexpected("a JSON value")))
    }

    fn number(&mut self) -> Read<NodeValue> {
        let (length, value) = number::read(&self.text[self.at..]);
        let start = self.at;
        self.at += length;
        match value {
            Ok(value) => Ok(value),
            Err(number::Fault::Incomplete) if self.at >= self.bytes.len() => {
                Err(Box::new(self.truncated(start, "this number is cut off")))
            }
            Err(number::Fault::Incomplete) => Err(Box::new(self.unexpected("a digit"))),
            Err(number::Fault::LeadingZero) => {
                let fault = Diagnostic::new(&codes::JSON_SYNTAX, "a number must not begin with a zero")
                    .at(self.span(start, self.at), "a number with a leading zero")
                    .help("remove the zero, or put it in quotes to make it a text");
                self.recover(fault)?;
                Ok(NodeValue::Null)
            }
            Err(number::Fault::TooLarge) => {
                let fault = Diagnostic::new(&codes::NUMBER_RANGE, "this number is too large to be read")
                    .at(self.span(start, self.at), "beyond 64 bits of floating point");
                self.recover(fault)?;
                Ok(NodeValue::Null)
            }
        }
    }

    fn string(&mut self) -> Read<Cow<'a, str>> {
        let open = self.at;
        match string::read(&self.text[open..]) {
            Ok(found) => {
                self.at = open + found.length;
                for at in found.controls {
                    let fault = self.control(open + at);
                    self.faults.push(fault);
                }
                if let Some(at) = found.lone {
                    let fault = Diagnostic::new(&codes::LONE_SURROGATE, "this escape is half a character")
                        .at(self.span(open + at, open + at + 6), "read as `\u{fffd}`")
                        .help("a character beyond U+FFFF needs two escapes: `\\ud83d\\ude00`");
                    self.faults.push(fault);
                }
                Ok(found.text)
            }
            Err(string::Fault::Unclosed) => Err(Box::new(self.truncated(open, "this text is never closed"))),
            Err(string::Fault::LineEnd(at)) => Err(Box::new(
                Diagnostic::new(&codes::JSON_SYNTAX, "this text isn't closed in its line")
                    .at(self.span(open, open + at), "a closing `\"` is missing")
                    .help("a line end within a text is written `\\n`"),
            )),
            Err(string::Fault::Escape(range)) => {
                let shown = &self.text[open + range.start..open + range.end];
                Err(Box::new(
                    Diagnostic::new(&codes::JSON_SYNTAX, format!("`{shown}` is no escape of JSON"))
                        .at(self.span(open + range.start, open + range.end), "unknown escape")
                        .help("a backslash itself is written `\\\\`; an apostrophe needs none"),
                ))
            }
            Err(string::Fault::Hex(range)) => Err(Box::new(
                Diagnostic::new(&codes::JSON_SYNTAX, "`\\u` needs four hexadecimal digits")
                    .at(self.span(open + range.start, open + range.end), "incomplete escape"),
            )),
        }
    }

    fn control(&self, at: usize) -> Diagnostic {
        let byte = self.bytes[at];
        let help = if byte == b'\t' {
            "a tab is written `\\t`".to_owned()
        } else {
            format!("it is written `\\u{byte:04x}`")
        };
        Diagnostic::new(
            &codes::CONTROL_CHARACTER,
            format!("a control character (0x{byte:02X}) stands in a text"),
        )
        .at(self.span(at, at + 1), "not allowed in JSON, read as it is")
        .help(help)
    }
}

#[cfg(test)]
mod tests;
