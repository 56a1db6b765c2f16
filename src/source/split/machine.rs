//! The states of a file that is taken apart.

use std::collections::VecDeque;
use std::io::Read;

use super::envelope::{self, Envelope, Probe, probe};
use super::scan::{Outcome, Scan, blank};
use super::{Batch, Element, MAX_ELEMENT, Piece, too_large};
use crate::source::json::{self, Layout, resume};
use crate::source::{Diagnostic, Diagnostics, FileId, Node, NodeValue, Span, codes, decode, printable};

/// How many faults of one file are passed, and how many bytes that aren't text are told one by one.
const MAX_PASSED: usize = 20;

/// How far is looked for the place where reading goes on behind a fault.
const LOOK: usize = 1 << 20;

/// Where in the file the machine stands.
#[derive(Debug, Clone, Copy)]
enum State {
    /// Between documents.
    Top,
    /// At the beginning of an object at the top.
    Object,
    /// In a document that is an element; it begins at `keep`.
    Document(Scan),
    /// In a list: before an element.
    Before,
    /// In a list: in an element, which begins at `keep`.
    Within(Scan),
    /// In a list: behind an element.
    Behind,
    /// Behind the list of an envelope, whose `]` stands at `keep`.
    Tail(Scan),
    /// Behind a fault, looking for a line that opens a document.
    Lost,
    /// At the end, or behind a fault that can't be passed.
    End,
}

/// The list that is being read.
#[derive(Debug)]
struct List {
    id: u32,
    /// Where the whole document begins.
    start: u64,
    /// Where the array begins, and where it ends as far as is known.
    array: Span,
    /// The key of an envelope's list, and the members before it.
    around: Option<(Node, Node)>,
    elements: u64,
    under_data: bool,
    /// Whether the line below its first one is indented.
    indented: bool,
}

enum Step {
    On(State),
    More,
}

pub(super) struct Machine {
    file: FileId,
    reader: Box<dyn Read + Send>,
    block: usize,
    /// Bytes of the file from `base` on.
    bytes: Vec<u8>,
    base: u64,
    /// Whether the reader has no more.
    last: bool,
    /// The next byte to look at.
    at: usize,
    /// Bytes before this aren't needed any more.
    keep: usize,
    state: State,
    list: Option<List>,
    next_id: u32,
    layout: Layout,
    elements: Vec<Element>,
    /// What follows the elements.
    pending: Vec<Piece>,
    faults: Diagnostics,
    /// Faults that were passed.
    passed: usize,
    /// Bytes that aren't text.
    strange: usize,
}

impl Machine {
    pub(super) fn new(file: FileId, lines: bool, reader: Box<dyn Read + Send>, block: usize) -> Machine {
        Machine {
            file,
            reader,
            block: block.max(1),
            bytes: Vec::new(),
            base: 0,
            last: false,
            at: 0,
            keep: 0,
            state: State::Top,
            list: None,
            next_id: 0,
            layout: Layout::new(lines),
            elements: Vec::new(),
            pending: Vec::new(),
            faults: Diagnostics::new(),
            passed: 0,
            strange: 0,
        }
    }

    /// Goes on until the bytes at hand are used up, and hands out what was found; `false` at the end.
    pub(super) fn advance(&mut self, ready: &mut VecDeque<Piece>) -> bool {
        loop {
            if matches!(self.state, State::End) {
                self.at = self.bytes.len();
                self.keep = self.at;
                self.flush(ready);
                return false;
            }
            match self.step() {
                Step::On(state) => self.state = state,
                Step::More => {
                    debug_assert!(!self.last, "asked for more at the end");
                    self.flush(ready);
                    if self.bytes.len() > MAX_ELEMENT {
                        self.faults.push(too_large(self.file, self.base + self.keep as u64));
                        self.close_list(self.bytes.len(), None, false);
                        self.state = State::End;
                    } else {
                        self.fill();
                    }
                    return true;
                }
            }
        }
    }

    fn offset(&self, at: usize) -> u64 {
        self.base + at as u64
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, self.offset(start), self.offset(end))
    }

    /// Reads a block behind the bytes at hand.
    fn fill(&mut self) {
        self.bytes.reserve(self.block);
        match self.reader.by_ref().take(self.block as u64).read_to_end(&mut self.bytes) {
            Ok(read) => self.last = read < self.block,
            Err(error) => {
                let fault =
                    Diagnostic::new(&codes::UNREADABLE, format!("the file can't be read on: {error}"))
                        .at(self.span(self.bytes.len(), self.bytes.len()), "read up to here");
                self.faults.push(fault);
                self.last = true;
            }
        }
    }

    /// Hands out what was found before `keep`, and drops the bytes before it.
    fn flush(&mut self, ready: &mut VecDeque<Piece>) {
        if self.elements.is_empty() {
            self.bytes.drain(..self.keep);
        } else {
            let mut rest = Vec::with_capacity(self.bytes.len() - self.keep + self.block);
            rest.extend_from_slice(&self.bytes[self.keep..]);
            self.bytes.truncate(self.keep);
            let bytes = std::mem::replace(&mut self.bytes, rest);
            let batch = self.batch(bytes);
            ready.push_back(Piece::Batch(batch));
        }
        self.base += self.keep as u64;
        self.at -= self.keep;
        if let State::Document(scan) | State::Within(scan) | State::Tail(scan) = &mut self.state {
            scan.at -= self.keep;
        }
        self.keep = 0;
        ready.extend(self.pending.drain(..));
        if !self.faults.is_empty() {
            ready.push_back(Piece::Faults(std::mem::take(&mut self.faults)));
        }
    }

    fn batch(&mut self, bytes: Vec<u8>) -> Batch {
        let mut elements = std::mem::take(&mut self.elements);
        let text = String::from_utf8(bytes).unwrap_or_else(|error| {
            let (text, strange) = replaced(error.as_bytes());
            elements.retain(|element| {
                let within = strange.partition_point(|(at, _)| *at < element.range.start);
                let sound = strange.get(within).is_none_or(|(at, _)| *at >= element.range.end);
                if !sound {
                    let (at, byte) = strange[within];
                    self.strange(at, byte);
                }
                sound
            });
            text
        });
        Batch { file: self.file, base: self.base, text, elements }
    }

    /// Tells a byte that isn't text; of many, the first.
    fn strange(&mut self, at: usize, byte: u8) {
        self.strange += 1;
        if self.strange > MAX_PASSED {
            return;
        }
        let mut fault = decode::not_utf8(self.file, self.offset(at), byte);
        if self.strange == MAX_PASSED {
            fault = fault.help("save the file as UTF-8; more such bytes in this file are not listed");
        }
        self.faults.push(fault);
    }

    fn element(&mut self, start: usize, end: usize) {
        let under_data = self.is_under_data();
        let envelope = self.list.as_mut().map(|list| {
            list.elements += 1;
            list.id
        });
        self.elements.push(Element { range: start..end, envelope, under_data });
    }

    /// Whether a list under the key `data` is being read.
    fn is_under_data(&self) -> bool {
        self.list.as_ref().is_some_and(|list| list.under_data)
    }

    fn step(&mut self) -> Step {
        match self.state {
            State::Top => self.top(),
            State::Object => self.object(),
            State::Document(scan) => self.document(scan),
            State::Before => self.before(),
            State::Within(scan) => self.within(scan),
            State::Behind => self.behind(),
            State::Tail(scan) => self.tail(scan),
            State::Lost => self.lost(),
            State::End => Step::On(State::End),
        }
    }

    /// Passes blanks; `None` if the bytes end with them.
    fn blank(&mut self) -> Option<u8> {
        match blank(&self.bytes, self.at, self.last) {
            Ok(at) => {
                self.at = at;
                self.keep = at;
                Some(self.bytes[at])
            }
            Err(at) => {
                self.at = at;
                self.keep = at;
                None
            }
        }
    }

    fn top(&mut self) -> Step {
        match self.blank() {
            None if self.last => Step::On(State::End),
            None => Step::More,
            Some(b'{') => Step::On(State::Object),
            Some(b'[') => {
                let list = self.start_list(self.at, self.at, None);
                self.list = Some(list);
                self.at += 1;
                self.keep = self.at;
                Step::On(State::Before)
            }
            Some(_) => Step::On(State::Document(Scan::value(self.at))),
        }
    }

    fn start_list(&mut self, start: usize, array: usize, around: Option<(Node, Node)>) -> List {
        let id = self.next_id;
        self.next_id += 1;
        let second =
            memchr::memchr(b'\n', &self.bytes[start..]).and_then(|length| self.bytes.get(start + length + 1));
        List {
            id,
            start: self.offset(start),
            array: self.span(array, array + 1),
            under_data: around
                .as_ref()
                .and_then(|(key, _)| key.as_str())
                .is_some_and(|key| key.eq_ignore_ascii_case("data")),
            around,
            elements: 0,
            indented: matches!(second, Some(b' ' | b'\t')),
        }
    }

    /// An object at the top: an envelope, a line, or any other document.
    fn object(&mut self) -> Step {
        match probe(&self.bytes, self.at, self.last) {
            Probe::More => Step::More,
            Probe::List { key, array } => {
                self.start_envelope(key, array);
                Step::On(State::Before)
            }
            Probe::Element => self.line(),
        }
    }

    fn start_envelope(&mut self, key: (usize, usize), array: usize) {
        let start = self.at;
        // The members before the key, closed: `{ "count": 3, ` and `}`.
        let head = [&self.bytes[start..key.0], b"}"].concat();
        let name = self.bytes[key.0..key.1].to_vec();
        let head = self.parse_part(start, head);
        let name = self.parse_part(key.0, name);
        let empty = || Node { span: self.span(key.0, key.1), value: NodeValue::Object(Vec::new()) };
        let around = (name.unwrap_or_else(empty), head.unwrap_or_else(empty));
        let list = self.start_list(start, array, Some(around));
        self.list = Some(list);
        self.at = array + 1;
        self.keep = self.at;
    }

    fn parse_part(&mut self, at: usize, bytes: Vec<u8>) -> Option<Node> {
        match String::from_utf8(bytes) {
            Ok(text) => json::parse(self.file, self.offset(at), &text, &mut self.faults).into_iter().next(),
            Err(error) => {
                let bad = error.utf8_error().valid_up_to();
                self.strange(at + bad, error.as_bytes()[bad]);
                None
            }
        }
    }

    /// In a file whose name says that each line is a document, an object that opens and closes in one line,
    /// with another one (or nothing) below it, is taken as it is: within JSON a line can't begin with `{` behind
    /// one that ends with `}`.
    fn line(&mut self) -> Step {
        if !self.layout.is_lines() {
            return Step::On(State::Document(Scan::value(self.at)));
        }
        if !self.layout.is_named() {
            return self.odd_line();
        }
        let rest = &self.bytes[self.at..];
        let Some(end) = memchr::memchr(b'\n', rest) else {
            if !self.last && rest.len() < self.block {
                return Step::More;
            }
            return Step::On(State::Document(Scan::value(self.at)));
        };
        let line = rest[..end].trim_ascii_end();
        let below = rest[end..].iter().find(|byte| !byte.is_ascii_whitespace());
        match (line.last(), below) {
            (Some(b'}'), None) if !self.last => Step::More,
            (Some(b'}'), None | Some(b'{')) => {
                let end = self.at + line.len();
                self.end_document(self.at, end)
            }
            _ => self.odd_line(),
        }
    }

    /// Whether more bytes may show where to go on.
    fn can_look(&self, start: usize) -> bool {
        !self.last && self.bytes.len() - start <= LOOK
    }

    /// A document among lines that may take more than its line, or be faulty. It must end before the next line
    /// that opens in its first column, if it is sound.
    fn odd_line(&mut self) -> Step {
        let start = self.at;
        let Some(next) = resume(&self.bytes, start, self.layout) else {
            let go_on = State::Document(Scan::value(start));
            return if self.can_look(start) { Step::More } else { Step::On(go_on) };
        };
        if let Outcome::Done(end) = Scan::value(start).run(&self.bytes[..next], true) {
            return self.end_document(start, end);
        }
        if self.can_look(start) {
            return Step::More;
        }
        if let Outcome::Done(end) = Scan::value(start).run(&self.bytes, true)
            && let Ok(text) = std::str::from_utf8(&self.bytes[start..end])
        {
            let mut faults = Diagnostics::new();
            json::parse(self.file, self.offset(start), text, &mut faults);
            if !faults.has_errors() {
                return self.end_document(start, end);
            }
        }
        self.fault(start, next);
        self.at = next;
        self.keep = next;
        Step::On(State::Top)
    }

    fn document(&mut self, mut scan: Scan) -> Step {
        let start = self.keep;
        match scan.run(&self.bytes, self.last) {
            Outcome::Done(end) => self.end_document(start, end),
            Outcome::More if !self.last => {
                self.state = State::Document(scan);
                Step::More
            }
            Outcome::More | Outcome::Odd(_) => self.faulty_document(start),
        }
    }

    fn end_document(&mut self, start: usize, end: usize) -> Step {
        if !matches!(self.bytes[start], b'{' | b'[') && !self.is_scalar(start, end) {
            return self.faulty_document(start);
        }
        self.layout.seen_bytes(&self.bytes[start..end]);
        self.element(start, end);
        self.at = end;
        self.keep = end;
        Step::On(State::Top)
    }

    /// Whether what stands at the top outside of all brackets is JSON at all, rather than words of some text.
    fn is_scalar(&self, start: usize, end: usize) -> bool {
        let mut faults = Diagnostics::new();
        let Ok(text) = std::str::from_utf8(&self.bytes[start..end]) else { return false };
        json::parse(self.file, self.offset(start), text, &mut faults);
        let key = matches!(blank(&self.bytes, end, true), Ok(next) if self.bytes[next] == b':');
        !faults.has_errors() && !key
    }

    fn faulty_document(&mut self, start: usize) -> Step {
        let next = resume(&self.bytes, start, self.layout);
        if next.is_none() && self.can_look(start) {
            return Step::More;
        }
        self.fault(start, next.unwrap_or(self.bytes.len()));
        match next {
            Some(next) => {
                self.at = next;
                self.keep = next;
                Step::On(State::Top)
            }
            None => Step::On(State::End),
        }
    }

    /// Reads a faulty stretch for its diagnostic; what stood sound in it is handed on.
    fn fault(&mut self, start: usize, end: usize) {
        let bytes = self.bytes[start..end].to_vec();
        let before = self.faults.len();
        let nodes = match String::from_utf8(bytes) {
            Ok(text) => json::parse(self.file, self.offset(start), &text, &mut self.faults),
            Err(error) => {
                let bad = error.utf8_error().valid_up_to();
                self.faults.push(decode::not_utf8(
                    self.file,
                    self.offset(start + bad),
                    error.as_bytes()[bad],
                ));
                return;
            }
        };
        if self.faults.len() == before {
            let fault =
                Diagnostic::new(&codes::JSON_SYNTAX, "this is not JSON").at(self.span(start, start + 1), "");
            self.faults.push(fault);
        }
        if !nodes.is_empty() {
            let envelope = self.list.as_ref().map(|list| list.id);
            self.pending.push(Piece::Nodes { nodes, envelope, under_data: self.is_under_data() });
        }
    }

    fn before(&mut self) -> Step {
        match self.blank() {
            None if self.last => self.unclosed(),
            None => Step::More,
            Some(b']') => self.end_list(),
            Some(b',') => {
                if !self.pass("a JSON value or `]`") {
                    return self.lose(self.at);
                }
                self.at += 1;
                Step::On(State::Before)
            }
            Some(_) => Step::On(State::Within(Scan::value(self.at))),
        }
    }

    fn within(&mut self, mut scan: Scan) -> Step {
        let start = self.keep;
        match scan.run(&self.bytes, self.last) {
            Outcome::Done(end) => {
                self.element(start, end);
                self.at = end;
                self.keep = end;
                Step::On(State::Behind)
            }
            Outcome::More if !self.last => {
                self.state = State::Within(scan);
                Step::More
            }
            Outcome::More => {
                self.fault(start, self.bytes.len());
                self.close_list(self.bytes.len(), None, false);
                Step::On(State::End)
            }
            Outcome::Odd(at) => {
                self.fault(start, at + 1);
                self.lose(at)
            }
        }
    }

    fn behind(&mut self) -> Step {
        match self.blank() {
            None if self.last => self.unclosed(),
            None => Step::More,
            Some(b']') => self.end_list(),
            Some(b',') => {
                self.at += 1;
                Step::On(State::Before)
            }
            Some(first) => {
                let passed = self.pass("`,` or `]`");
                if passed && matches!(first, b'{' | b'[' | b'"') {
                    return Step::On(State::Before);
                }
                self.lose(self.at)
            }
        }
    }

    /// Reports the byte at hand; whether reading may go on.
    fn pass(&mut self, wanted: &str) -> bool {
        let text = String::from_utf8_lossy(&self.bytes[self.at..self.bytes.len().min(self.at + 4)]);
        let found = text.chars().next().unwrap_or(char::REPLACEMENT_CHARACTER);
        let fault = Diagnostic::new(
            &codes::JSON_SYNTAX,
            format!("expected {wanted}, found `{}`", printable(found.encode_utf8(&mut [0; 4]))),
        )
        .at(self.span(self.at, self.at + found.len_utf8()), format!("expected {wanted}"));
        self.faults.push(fault);
        self.passed += 1;
        self.passed <= MAX_PASSED
    }

    /// A list that the file doesn't close.
    fn unclosed(&mut self) -> Step {
        let end = self.bytes.len();
        if let Some(list) = &self.list {
            let open = Span { len: 1, ..list.array };
            let fault = Diagnostic::new(&codes::JSON_TRUNCATED, "the document ends before it is complete")
                .at(self.span(end.saturating_sub(1), end), "ends here")
                .at(open, "this array is never closed")
                .help("was the file cut off while it was written? fetch it again");
            self.faults.push(fault);
        }
        self.close_list(end, None, false);
        Step::On(State::End)
    }

    fn end_list(&mut self) -> Step {
        self.keep = self.at;
        self.at += 1;
        let end = self.offset(self.at);
        if let Some(list) = &mut self.list {
            list.array = Span::new(self.file, list.array.start, end);
        }
        if self.list.as_ref().is_some_and(|list| list.around.is_some()) {
            return Step::On(State::Tail(Scan::rest(self.at)));
        }
        self.close_list(self.at, None, true);
        self.keep = self.at;
        Step::On(State::Top)
    }

    /// What stands behind an envelope's list, up to its `}`.
    fn tail(&mut self, mut scan: Scan) -> Step {
        let outcome = scan.run(&self.bytes, self.last);
        if outcome == Outcome::More && !self.last {
            self.state = State::Tail(scan);
            return Step::More;
        }
        let end = if let Outcome::Done(end) = outcome { end } else { self.bytes.len() };
        // In place of `]` and the comma behind it: `{`.
        let mut tail = self.bytes[self.keep..end].to_vec();
        tail[0] = b'{';
        let comma = blank(&tail, 1, true).ok().filter(|at| tail[*at] == b',');
        if let Some(comma) = comma {
            tail[comma] = b' ';
        } else if let Ok(at) = blank(&tail, 1, true)
            && tail[at] != b'}'
        {
            self.at = self.keep + at;
            self.pass("`,` or `}`");
        }
        let tail = self.parse_part(self.keep, tail);
        let complete = tail.is_some() && matches!(outcome, Outcome::Done(_));
        self.close_list(end, tail, complete);
        self.at = end;
        self.keep = end;
        Step::On(if matches!(outcome, Outcome::Odd(_)) { State::Lost } else { State::Top })
    }

    fn close_list(&mut self, end: usize, tail: Option<Node>, complete: bool) {
        let Some(list) = self.list.take() else { return };
        let span = Span::new(self.file, list.start, self.offset(end));
        let (key, head) = list.around.unzip();
        let key = key.and_then(|name| {
            let value = Node { span: list.array, value: NodeValue::Array(Vec::new()) };
            Some(crate::source::Member { key: name.as_str()?.into(), key_span: name.span, value })
        });
        let members = envelope::join(head, tail, span, &mut self.faults);
        let (id, elements) = (list.id, list.elements);
        self.pending.push(Piece::Envelope(Envelope { id, span, key, members, elements, complete }));
    }

    /// Gives up a list whose layout doesn't show where it ends, or goes on behind it.
    fn lose(&mut self, at: usize) -> Step {
        let indented = self.list.as_ref().is_some_and(|list| list.indented) || self.layout.is_lines();
        self.close_list(at, None, false);
        self.at = at;
        self.keep = at;
        Step::On(if indented { State::Lost } else { State::End })
    }

    /// Looks for the next line that opens a document in its first column.
    fn lost(&mut self) -> Step {
        loop {
            let Some(length) = memchr::memchr(b'\n', &self.bytes[self.at..]) else {
                self.at = self.bytes.len();
                self.keep = self.at;
                return if self.last { Step::On(State::End) } else { Step::More };
            };
            let line = self.at + length + 1;
            match self.bytes.get(line) {
                Some(b'{' | b'[') => {
                    self.at = line;
                    self.keep = line;
                    return Step::On(State::Top);
                }
                Some(_) => self.at = line,
                None if self.last => return Step::On(State::End),
                None => {
                    self.at += length;
                    self.keep = self.at;
                    return Step::More;
                }
            }
        }
    }
}

/// A text in which each byte that isn't text is a question mark, so that places hold; and those bytes.
fn replaced(bytes: &[u8]) -> (String, Vec<(usize, u8)>) {
    let mut text = String::with_capacity(bytes.len());
    let mut strange = Vec::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            strange.push((text.len(), *byte));
            text.push('?');
        }
    }
    (text, strange)
}
