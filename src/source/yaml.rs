//! YAML as spanned trees: version 1.2, core schema, as much of it as JSON can say.
//!
//! Tags, merge keys, infinities and keys that are lists have no counterpart in JSON and are refused. An
//! unquoted `[parameters('x')]`, which is a list to YAML, is recognised for what was meant.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError};

use super::json::MAX_DEPTH;
use super::members::Members;
use super::{Diagnostic, Diagnostics, FileId, Member, Node, NodeValue, Span, codes};

mod offsets;
mod scalar;

use offsets::Offsets;

/// How many nodes the aliases of one text may add in all.
pub const MAX_ALIASED: usize = 100_000;

/// How many unquoted expressions of one text are put in quotes for the reading.
const MAX_QUOTED: usize = 100;

/// Reads all documents of a text, which stands at the beginning of its file.
///
/// A syntax fault ends its document; reading goes on at the next `---`.
pub fn parse(file: FileId, text: &str, faults: &mut Diagnostics) -> Vec<Node> {
    let mut documents = Vec::new();
    let mut from = 0;
    // The text with a word in place of each expression whose missing quotes make the parser fail.
    let mut readable = Cow::Borrowed(text);
    let mut quoted: Vec<Range<usize>> = Vec::new();
    loop {
        let before = documents.len();
        let mut found = Diagnostics::new();
        let mut builder = Builder::new(file, from, text, &readable[from..], &quoted, &mut found);
        let end = builder.run(&mut documents);
        if let End::Unquoted(range) = &end
            && !quoted.contains(range)
            && quoted.len() < MAX_QUOTED
        {
            readable.to_mut().replace_range(range.clone(), &"x".repeat(range.len()));
            quoted.push(range.clone());
            documents.truncate(before);
            continue;
        }
        faults.extend(found);
        let at = match end {
            End::Done => return documents,
            End::Fault(at) => at,
            End::Unquoted(range) => range.start - from,
        };
        // The parser may have seen the next `---` already.
        let rest = &readable[from..];
        let line = rest[..at].rfind('\n').unwrap_or(at);
        match memchr::memmem::find(&rest.as_bytes()[line..], b"\n---") {
            Some(next) => from += line + next + 1,
            None => return documents,
        }
    }
}

/// How the reading of some documents ended.
enum End {
    Done,
    /// A fault at this byte of the part that was read; it is reported.
    Fault(usize),
    /// An expression without quotes, which stands here in the file.
    Unquoted(Range<usize>),
}

/// How large a tree is.
#[derive(Debug, Clone, Copy)]
struct Size {
    /// Nodes, the topmost included.
    count: usize,
    /// Levels.
    height: usize,
}

impl Size {
    const ONE: Size = Size { count: 1, height: 1 };

    fn add(&mut self, child: Size) {
        self.count += child.count;
        self.height = self.height.max(child.height + 1);
    }
}

/// A collection that is being read.
struct Frame {
    start: usize,
    anchor: usize,
    /// Whether it is written with brackets.
    flow: bool,
    size: Size,
    kind: Kind,
}

enum Kind {
    Sequence { items: Vec<Node>, first_plain: bool },
    Mapping { members: Members, key: Option<Key> },
}

enum Key {
    Text(String, Span),
    /// A key that can't be one; its fault is reported, its value read and dropped.
    Refused,
}

struct Builder<'a> {
    file: FileId,
    /// Where `text` begins in `whole`.
    base: usize,
    /// The file as it is.
    whole: &'a str,
    /// The part that is read, with words in place of `quoted`.
    text: &'a str,
    quoted: &'a [Range<usize>],
    offsets: Offsets,
    faults: &'a mut Diagnostics,
    stack: Vec<Frame>,
    anchors: BTreeMap<usize, (Node, Size)>,
    aliased: usize,
}

impl<'a> Builder<'a> {
    fn new(
        file: FileId,
        base: usize,
        whole: &'a str,
        text: &'a str,
        quoted: &'a [Range<usize>],
        faults: &'a mut Diagnostics,
    ) -> Builder<'a> {
        Builder {
            file,
            base,
            whole,
            text,
            quoted,
            offsets: Offsets::new(text),
            faults,
            stack: Vec::new(),
            anchors: BTreeMap::new(),
            aliased: 0,
        }
    }

    /// Reads documents up to the end or up to a fault.
    fn run(&mut self, documents: &mut Vec<Node>) -> End {
        let mut parser = Parser::new_from_str(self.text);
        while let Some(event) = parser.next_event() {
            let (event, mark) = match event {
                Ok(event) => event,
                Err(error) => return self.fault(&error),
            };
            let start = self.offsets.byte(self.text, mark.start.index());
            let end = self.offsets.byte(self.text, mark.end.index());
            if self.event(event, start, end, documents).is_err() {
                return End::Fault(end);
            }
        }
        End::Done
    }

    fn span(&self, start: usize, end: usize) -> Span {
        let base = self.base as u64;
        Span::new(self.file, base + start as u64, base + end.max(start) as u64)
    }

    /// A fault of syntax: what was probably meant, else what the parser says.
    fn fault(&mut self, error: &ScanError) -> End {
        let at = self.offsets.byte(self.text, error.marker().index());
        if let Some(range) = scalar::unquoted_before(self.text, at) {
            if self.quoted.len() >= MAX_QUOTED {
                self.unquoted(range.start, range.end);
            }
            return End::Unquoted(self.base + range.start..self.base + range.end);
        }
        let width = self.text[at..].chars().next().map_or(0, char::len_utf8);
        let fault = if error.info().contains("recursion limit") {
            self.too_deep(at)
        } else {
            Diagnostic::new(&codes::YAML_SYNTAX, format!("this is not YAML: {}", error.info()))
                .at(self.span(at, at + width), "read up to here")
        };
        self.faults.push(fault);
        End::Fault(at)
    }

    fn too_deep(&self, at: usize) -> Diagnostic {
        Diagnostic::new(&codes::TOO_DEEP, format!("nested more than {MAX_DEPTH} levels deep"))
            .at(self.span(at, at + 1), "one level too many")
    }

    fn unquoted(&mut self, start: usize, end: usize) {
        let shown = &self.whole[self.base + start..self.base + end];
        self.faults.push(
            Diagnostic::new(
                &codes::UNQUOTED_EXPRESSION,
                format!("the expression `{shown}` has no quotes, so YAML reads it as a list"),
            )
            .at(self.span(start, start + shown.len()), "an expression without quotes")
            .help(format!("put it in quotes: `\"{shown}\"`")),
        );
    }

    fn beyond(&mut self, what: String, start: usize, end: usize, help: &str) {
        self.faults.push(
            Diagnostic::new(&codes::YAML_BEYOND_JSON, what).at(self.span(start, end), "not read").help(help),
        );
    }

    /// Takes in one event; `Err` ends the document (the fault is pushed).
    fn event(
        &mut self,
        event: Event<'_>,
        start: usize,
        end: usize,
        documents: &mut Vec<Node>,
    ) -> Result<(), ()> {
        match event {
            Event::DocumentStart(_) => {
                self.anchors.clear();
                self.stack.clear();
            }
            Event::Scalar(value, style, anchor, tag) => {
                if tag.is_some() {
                    self.tag(start, end);
                }
                let start = self.content(start);
                let end = self.scalar_end(start, end, style);
                let plain = style == ScalarStyle::Plain;
                if plain && value.is_empty() && self.stack.is_empty() {
                    // An empty document (`---` and nothing) says nothing.
                    return Ok(());
                }
                if self.takes_key() {
                    self.key(&value, plain, start, end);
                } else {
                    let value = if plain {
                        self.resolve(&value, start, end)
                    } else {
                        NodeValue::String(value.into())
                    };
                    let node = Node { span: self.span(start, end), value };
                    self.finish(node, Size::ONE, anchor, plain, documents);
                }
            }
            Event::SequenceStart(anchor, tag) => {
                if tag.is_some() {
                    self.tag(start, end);
                }
                let kind = Kind::Sequence { items: Vec::new(), first_plain: false };
                self.open(kind, anchor, start)?;
            }
            Event::MappingStart(anchor, tag) => {
                if tag.is_some() {
                    self.tag(start, end);
                }
                self.open(Kind::Mapping { members: Members::default(), key: None }, anchor, start)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(end, documents),
            Event::Alias(anchor) => return self.alias(anchor, start, end, documents),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        Ok(())
    }

    fn tag(&mut self, start: usize, end: usize) {
        let line = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let from = self.text[line..start].rfind('!').map_or(start, |at| line + at);
        let from = self.text[line..from].rfind(|c: char| c.is_whitespace()).map_or(from, |at| line + at + 1);
        let what = "a tag is not read here: a value is what its form says".to_owned();
        self.beyond(what, from, end.max(from + 1), "remove the tag; put a text in quotes");
    }

    /// Whether the next node is a key.
    fn takes_key(&self) -> bool {
        matches!(self.stack.last(), Some(Frame { kind: Kind::Mapping { key: None, .. }, .. }))
    }

    fn key(&mut self, value: &str, plain: bool, start: usize, end: usize) {
        let span = self.span(start, end);
        let refused = plain && value == "<<";
        if refused {
            self.beyond("merge keys (`<<`) are not read".to_owned(), start, end, "write the members out");
        }
        if let Some(Frame { kind: Kind::Mapping { key, .. }, .. }) = self.stack.last_mut() {
            *key = Some(if refused { Key::Refused } else { Key::Text(value.to_owned(), span) });
        }
    }

    /// Where a node begins behind its anchor and tag.
    fn content(&self, start: usize) -> usize {
        start + scalar::properties_length(&self.text[start..])
    }

    /// Where a scalar ends: the parser's marks may reach over white space and comments behind it.
    fn scalar_end(&self, start: usize, end: usize, style: ScalarStyle) -> usize {
        let text = &self.text[start..end.max(start)];
        match style {
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => start + scalar::quoted_length(text),
            _ => start + text.trim_end().len(),
        }
    }

    fn resolve(&mut self, text: &str, start: usize, end: usize) -> NodeValue {
        let place = self.base + start..self.base + end;
        if self.quoted.contains(&place) {
            self.unquoted(start, end);
            return NodeValue::String(self.whole[place].into());
        }
        scalar::resolve(text).unwrap_or_else(|| {
            let what = format!("JSON has no word for `{text}`");
            self.beyond(what, start, end, "give a number, or put it in quotes to make it a text");
            NodeValue::Null
        })
    }

    fn open(&mut self, kind: Kind, anchor: usize, start: usize) -> Result<(), ()> {
        if self.stack.len() == MAX_DEPTH {
            let fault = self.too_deep(start);
            self.faults.push(fault);
            return Err(());
        }
        if self.takes_key() {
            let end = start + self.text[start..].chars().next().map_or(0, char::len_utf8);
            let what = "a key must be a text".to_owned();
            self.beyond(what, start, end, "put the key, or a value such as `{{ name }}`, in quotes");
        }
        let start = self.content(start);
        let flow = self.text[start..].starts_with(['[', '{']);
        self.stack.push(Frame { start, anchor, flow, size: Size::ONE, kind });
        Ok(())
    }

    fn close(&mut self, end: usize, documents: &mut Vec<Node>) {
        let Some(frame) = self.stack.pop() else { return };
        let last = match &frame.kind {
            Kind::Sequence { items, .. } => items.last().map(|item| item.span.end()),
            Kind::Mapping { members, .. } => {
                members.last().map(|member| member.value.span.end().max(member.key_span.end()))
            }
        };
        let last =
            last.and_then(|last| usize::try_from(last).ok()).map(|last| last.saturating_sub(self.base));
        let end = match last {
            Some(last) if !frame.flow => last.max(frame.start),
            _ if !frame.flow => end.max(frame.start),
            _ => scalar::closing(self.text, last.unwrap_or(frame.start + 1)).unwrap_or(end),
        };
        let value = match frame.kind {
            Kind::Sequence { first_plain: true, .. }
                if frame.flow && scalar::is_call(&self.text[frame.start + 1..end]) =>
            {
                self.unquoted(frame.start, end);
                NodeValue::String(self.text[frame.start..end].into())
            }
            Kind::Sequence { items, .. } => NodeValue::Array(items),
            Kind::Mapping { members, .. } => NodeValue::Object(members.into_vec()),
        };
        let node = Node { span: self.span(frame.start, end), value };
        self.finish(node, frame.size, frame.anchor, false, documents);
    }

    fn alias(
        &mut self,
        anchor: usize,
        start: usize,
        end: usize,
        documents: &mut Vec<Node>,
    ) -> Result<(), ()> {
        let Some((node, size)) = self.anchors.get(&anchor) else {
            let fault = Diagnostic::new(&codes::YAML_ALIASES, "this alias stands within its own anchor")
                .at(self.span(start, end), "would never end");
            self.faults.push(fault);
            return Err(());
        };
        let (node, size) = (Node { span: self.span(start, end), value: node.value.clone() }, *size);
        self.aliased += size.count;
        if self.aliased > MAX_ALIASED {
            let fault = Diagnostic::new(
                &codes::YAML_ALIASES,
                format!("the aliases of this file add more than {MAX_ALIASED} values"),
            )
            .at(self.span(start, end), "one too many")
            .help("write the values out");
            self.faults.push(fault);
            return Err(());
        }
        if self.takes_key() {
            if let Some(text) = node.as_str() {
                self.key(text, false, start, end);
                return Ok(());
            }
            self.beyond("a key must be a text".to_owned(), start, end, "write the key out");
        }
        if self.stack.len() + size.height > MAX_DEPTH {
            let fault = self.too_deep(start);
            self.faults.push(fault);
            return Err(());
        }
        self.finish(node, size, 0, false, documents);
        Ok(())
    }

    /// Puts a finished node where it belongs.
    fn finish(&mut self, node: Node, size: Size, anchor: usize, plain: bool, documents: &mut Vec<Node>) {
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), size));
        }
        let Some(frame) = self.stack.last_mut() else {
            documents.push(node);
            return;
        };
        frame.size.add(size);
        match &mut frame.kind {
            Kind::Sequence { items, first_plain } => {
                *first_plain |= items.is_empty() && plain;
                items.push(node);
            }
            Kind::Mapping { members, key } => match key.take() {
                Some(Key::Text(text, key_span)) => {
                    members.push(Member { key: text.into(), key_span, value: node }, self.faults);
                }
                Some(Key::Refused) => {}
                // The node is a collection that stands as a key; it is reported already.
                None => *key = Some(Key::Refused),
            },
        }
    }
}

#[cfg(test)]
mod tests;
