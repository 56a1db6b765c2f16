//! Large files in pieces: elements are found by a scanner, not by a reader, and handed on as bytes with their
//! offsets, in batches that many threads can read at once. A file is never held whole.
//!
//! What is taken apart: top-level documents one after another (one a line, too), the elements of a bare array,
//! and those of the array that services and tools wrap in an object under `value` or `data`. UTF-16 and YAML
//! are read whole and come out in the same form.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{Cursor, Read};
use std::ops::Range;
use std::sync::Arc;

use super::decode::{self, Encoding};
use super::discover::unreadable;
use super::{Diagnostic, Diagnostics, FileId, Form, Input, Node, SourceMap, Span, codes, json, read};

mod chunk;
mod envelope;
mod machine;
mod scan;

pub use envelope::{Envelope, open};
use machine::Machine;
pub(super) use scan::{Outcome, Scan};

/// Bytes that are read at once; a batch is about as large.
pub const BLOCK: usize = 1 << 20;

/// Bytes that one element may take.
pub const MAX_ELEMENT: usize = 512 << 20;

/// A part of a file.
#[derive(Debug)]
pub enum Piece {
    /// Elements as bytes.
    Batch(Batch),
    /// Elements that are read already, in the same order as all others.
    Nodes {
        /// The elements.
        nodes: Vec<Node>,
        /// The number of the list that they stand in; none for documents of their own.
        envelope: Option<u32>,
        /// Whether that list stands under the key `data`.
        under_data: bool,
    },
    /// A list ended: what stood around it. Comes behind its elements.
    Envelope(Envelope),
    /// What is wrong with the file, as far as the splitting sees it. Faults within an element are found by
    /// whoever reads it.
    Faults(Diagnostics),
}

/// Elements that stand together in a file, as bytes.
#[derive(Debug)]
pub struct Batch {
    /// The file.
    pub file: FileId,
    /// Offset of `text` in the file's decoded text.
    pub base: u64,
    /// A stretch of the file.
    pub text: String,
    /// The elements, in order.
    pub elements: Vec<Element>,
}

/// An element of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// Where it stands in the batch's text. The text of an element is one value. Only in a file whose name says
    /// that each line is a document, a line that holds several objects is one element.
    pub range: Range<usize>,
    /// The number of the list that it stands in; none for a document of its own.
    pub envelope: Option<u32>,
    /// Whether that list stands under the key `data`.
    pub under_data: bool,
}

impl Batch {
    /// The bytes of an element.
    pub fn text(&self, element: &Element) -> &str {
        &self.text[element.range.clone()]
    }

    /// The place of an element in its file.
    pub fn span(&self, element: &Element) -> Span {
        Span::new(self.file, self.base + element.range.start as u64, self.base + element.range.end as u64)
    }

    /// Reads an element with the places of all its parts: for diagnostics, for explanations, and for whatever
    /// a faster reader refuses. One node, none after a fault, or several (see [`Element::range`]).
    pub fn parse(&self, element: &Element, faults: &mut Diagnostics) -> Vec<Node> {
        let at = self.base + element.range.start as u64;
        let mut found = Diagnostics::new();
        let mut nodes = json::parse(self.file, at, self.text(element), &mut found);
        if found.iter().any(|fault| fault.code.id == codes::JSON_TRUNCATED.id) {
            // More of the file follows: a text that isn't closed ends with its line, not with the file.
            found = Diagnostics::new();
            nodes = json::parse(self.file, at, &format!("{}\n", self.text(element)), &mut found);
        }
        faults.extend(found);
        nodes
    }
}

/// A file in pieces.
pub struct Splitter {
    ready: VecDeque<Piece>,
    machine: Option<Machine>,
}

impl Splitter {
    /// Opens a file. Standard input is taken from the map; UTF-16, YAML and what isn't JSON are read whole,
    /// and are held in the map from then on.
    pub fn open(sources: &mut SourceMap, input: &Input) -> Splitter {
        let lines = input.form == Form::Lines;
        if let Some(text) = sources.text(input.file) {
            if is_json(input.form, text.as_bytes()) {
                let bytes: Arc<[u8]> = text.into();
                return Splitter::new(input.file, lines, Box::new(Cursor::new(bytes)), BLOCK);
            }
            return Splitter::whole(sources, input);
        }
        match start(sources, input.file) {
            Ok((start, file)) => match decode::encoding(&start) {
                Encoding::Utf8 { mark } if is_json(input.form, &start[mark..]) => {
                    if let Some(fault) = decode::binary(input.file, &start[mark..]) {
                        return Splitter::faulty(fault);
                    }
                    let mut start = Cursor::new(start);
                    start.set_position(mark as u64);
                    Splitter::new(input.file, lines, Box::new(start.chain(file)), BLOCK)
                }
                _ => Splitter::whole(sources, input),
            },
            Err(error) => {
                let name = sources.file(input.file).map_or("", |file| file.name.as_str());
                Splitter::faulty(unreadable(name, &error))
            }
        }
    }

    /// Splits what a reader gives: UTF-8 without a byte order mark. `lines` says that each line should be a
    /// document; `block` is the number of bytes to read at once.
    pub fn new(file: FileId, lines: bool, reader: Box<dyn Read + Send>, block: usize) -> Splitter {
        Splitter { ready: VecDeque::new(), machine: Some(Machine::new(file, lines, reader, block)) }
    }

    fn faulty(fault: Diagnostic) -> Splitter {
        let mut faults = Diagnostics::new();
        faults.push(fault);
        Splitter { ready: VecDeque::from([Piece::Faults(faults)]), machine: None }
    }

    fn whole(sources: &mut SourceMap, input: &Input) -> Splitter {
        let mut faults = Diagnostics::new();
        let documents = read::documents(sources, input, &mut faults);
        let mut ready = VecDeque::new();
        let mut next = 0;
        for document in documents {
            match open(document, next) {
                Ok((nodes, envelope)) => {
                    let under_data = envelope.is_under_data();
                    ready.push_back(Piece::Nodes { nodes, envelope: Some(next), under_data });
                    ready.push_back(Piece::Envelope(envelope));
                    next += 1;
                }
                Err(node) => {
                    ready.push_back(Piece::Nodes { nodes: vec![node], envelope: None, under_data: false });
                }
            }
        }
        if !faults.is_empty() {
            ready.push_back(Piece::Faults(faults));
        }
        Splitter { ready, machine: None }
    }
}

impl Iterator for Splitter {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        loop {
            if let Some(piece) = self.ready.pop_front() {
                return Some(piece);
            }
            let machine = self.machine.as_mut()?;
            if !machine.advance(&mut self.ready) {
                self.machine = None;
            }
        }
    }
}

/// The first bytes of a file, and the file behind them.
fn start(sources: &SourceMap, file: FileId) -> std::io::Result<(Vec<u8>, File)> {
    let path = sources.file(file).and_then(|file| file.path.as_ref()).ok_or(std::io::ErrorKind::NotFound)?;
    let mut file = File::open(path)?;
    let mut start = Vec::with_capacity(8 * decode::SNIFF);
    file.by_ref().take(8 * decode::SNIFF as u64).read_to_end(&mut start)?;
    Ok((start, file))
}

/// Whether a text is to be read as JSON: by its name, else by its first character.
fn is_json(form: Form, start: &[u8]) -> bool {
    match form {
        Form::Json | Form::Lines => true,
        Form::Yaml => false,
        Form::Unknown => {
            let first = start.iter().find(|byte| !byte.is_ascii_whitespace());
            matches!(first, Some(b'{' | b'[' | b'/') | None)
        }
    }
}

/// The fault of an element that is larger than azpol reads.
fn too_large(file: FileId, at: u64) -> Diagnostic {
    let mib = MAX_ELEMENT >> 20;
    Diagnostic::new(&codes::TOO_LARGE, format!("this value is larger than {mib} MiB"))
        .at(Span::new(file, at, at + 1), "begins here")
        .help("is a bracket missing? a list of resources is an array, or an object with the array under `value`")
}

#[cfg(test)]
mod tests;
