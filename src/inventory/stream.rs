//! Files that come in pieces: elements are read by many threads, and taken over in the order of the file.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::arm::ResourceType;
use crate::source::split::{self, Batch, Piece};
use crate::source::{Diagnostics, Node, Span};

use super::around::Around;
use super::builder::{InventoryBuilder, Provenance};
use super::kept::{Kept, Parts};
use super::kind::Kind;
use super::shape::Envelope;
use super::shape::envelope::{self, GoesOn};
use super::shape::plain::{self, Known, Plain, Tools};

/// Reads pieces of files, on as many threads as want to.
#[derive(Debug)]
pub struct PieceReader {
    kept: Kept,
    parts: Parts,
    /// What threads know that read nothing at the moment.
    idle: Mutex<Vec<Known>>,
}

impl PieceReader {
    /// For an inventory that keeps these types.
    pub fn new(kept: Kept) -> PieceReader {
        PieceReader { parts: kept.parts(), kept, idle: Mutex::default() }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Known>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A piece of a file whose elements are read.
#[derive(Debug)]
pub struct Portion {
    entries: Vec<(List, Entry)>,
    /// The types of its plain resources, by number.
    types: Vec<ResourceType>,
    /// The subscriptions in which resources lie that were dropped.
    around: Around,
    end: Option<split::Envelope>,
    faults: Diagnostics,
    /// Whether elements are missing that the file has.
    broken: bool,
}

/// The list in which an element stands, as far as it is known before its end is read.
#[derive(Debug, Clone, Copy)]
struct List {
    /// Its number in its file; none for a document of its own.
    number: Option<u32>,
    /// Whether its elements are rows of Resource Graph.
    graph: bool,
}

/// Documents of their own.
const SINGLE: List = List { number: None, graph: false };

#[derive(Debug)]
enum Entry {
    Plain(Plain),
    /// Read with their places.
    Nodes(Vec<Node>),
    /// Not readable.
    Broken(Span),
}

impl PieceReader {
    /// Reads the elements of a piece. Plain ones of types that aren't kept are passed by.
    pub fn read(&self, piece: Piece) -> Portion {
        let mut portion = Portion {
            entries: Vec::new(),
            types: Vec::new(),
            around: Around::default(),
            end: None,
            faults: Diagnostics::new(),
            broken: false,
        };
        match piece {
            Piece::Batch(batch) => self.batch(&batch, &mut portion),
            Piece::Nodes { nodes, envelope, under_data } => {
                let list = List { number: envelope, graph: under_data };
                portion.entries.push((list, Entry::Nodes(nodes)));
            }
            Piece::Envelope(end) => portion.end = Some(end),
            Piece::Faults(faults) => {
                portion.broken = faults.has_errors();
                portion.faults = faults;
            }
        }
        portion
    }

    fn batch(&self, batch: &Batch, portion: &mut Portion) {
        let known = self.idle().pop().unwrap_or_default();
        let mut tools = Tools::new(&self.kept, &self.parts, known);
        portion.entries.reserve(batch.elements.len());
        for element in &batch.elements {
            let span = batch.span(element);
            let list = List { number: element.envelope, graph: element.under_data };
            let plain = plain::read(batch.text(element), span, list.graph, &mut tools);
            let entry = if let Some(plain) = plain {
                Entry::Plain(plain)
            } else {
                match batch.parse(element, &mut portion.faults) {
                    nodes if nodes.is_empty() => Entry::Broken(span),
                    nodes => Entry::Nodes(nodes),
                }
            };
            portion.entries.push((list, entry));
        }
        let known;
        (portion.types, portion.around, known) = tools.finish();
        self.idle().push(known);
    }
}

/// How many elements of each type a portion has in each list.
#[derive(Debug)]
struct Met {
    list: Option<usize>,
    /// By number; the last one counts subscriptions.
    counts: Vec<u64>,
    done: Vec<(usize, usize, u64)>,
}

impl Met {
    fn new(types: usize) -> Met {
        Met { list: None, counts: vec![0; types + 1], done: Vec::new() }
    }

    fn add(&mut self, list: usize, number: usize) {
        if self.list != Some(list) {
            self.flush();
            self.list = Some(list);
        }
        self.counts[number] += 1;
    }

    fn subscription(&mut self, list: usize) {
        self.add(list, self.counts.len() - 1);
    }

    fn flush(&mut self) {
        let Some(list) = self.list else { return };
        for (number, count) in self.counts.iter_mut().enumerate().filter(|(_, count)| **count > 0) {
            self.done.push((list, number, std::mem::take(count)));
        }
    }

    /// List, number of the type, count.
    fn finish(mut self) -> Vec<(usize, usize, u64)> {
        self.flush();
        self.done
    }
}

impl InventoryBuilder {
    /// Takes over what was read of a piece. Pieces come in the order of their file, files one after another.
    pub fn take(&mut self, portion: Portion, provenance: Provenance, faults: &mut Diagnostics) {
        faults.extend(portion.faults);
        let types: Vec<ResourceType> =
            portion.types.into_iter().map(|resource_type| self.store.known_type(resource_type)).collect();
        let mut lists = Met::new(types.len());
        for (list, entry) in portion.entries {
            match entry {
                Entry::Plain(plain) => {
                    let batch = self.batch_of(list, provenance);
                    self.batches[batch].rows += 1;
                    self.plain(plain, batch, &types, &mut lists);
                }
                Entry::Nodes(nodes) => self.nodes(nodes, list, provenance, faults),
                Entry::Broken(span) => self.broken(list, provenance, span),
            }
        }
        self.met(lists, &types);
        self.around.extend(portion.around);
        if portion.broken && provenance.lines {
            let start = Span::new(provenance.file, 0, 0);
            self.broken(SINGLE, provenance, start);
        }
        if let Some(end) = portion.end {
            self.end_list(&end, provenance, faults);
        }
    }

    /// The list with a number in its file, or that of the file's single documents.
    fn batch_of(&mut self, list: List, provenance: Provenance) -> usize {
        let Some(number) = list.number else { return self.documents(provenance) };
        if let Some((key, batch)) = self.open_list
            && key == (provenance.file, number)
        {
            return batch;
        }
        let known = self.lists.get(&(provenance.file, number)).copied();
        let batch = known.unwrap_or_else(|| {
            let envelope = if list.graph { Envelope::Graph } else { Envelope::Array };
            let batch = self.batch(provenance, Span::new(provenance.file, 0, 0), envelope);
            self.lists.insert((provenance.file, number), batch);
            batch
        });
        self.open_list = Some(((provenance.file, number), batch));
        batch
    }

    fn plain(&mut self, plain: Plain, batch: usize, types: &[ResourceType], lists: &mut Met) {
        match plain {
            Plain::Resource(mut read, number) => {
                lists.add(batch, number);
                read.resource.resource_type = types[number].clone();
                self.tally(Kind::Resource, batch);
                self.store.add(read, batch);
            }
            Plain::Dropped(number) => {
                lists.add(batch, number);
                self.tally(Kind::Resource, batch);
                if self.dropped.is_empty() || !self.dropped.contains(&types[number]) {
                    self.dropped.insert(types[number].clone());
                }
            }
            Plain::Subscription(facts) => {
                lists.subscription(batch);
                self.tally(Kind::Subscription, batch);
                self.batches[batch].document += 1;
                self.subscription_facts(facts, batch);
            }
        }
    }

    /// Notes the types that plain elements have.
    fn met(&mut self, lists: Met, types: &[ResourceType]) {
        let subscription = ResourceType::new(ResourceType::SUBSCRIPTION);
        for (batch, number, count) in lists.finish() {
            self.batches[batch].document += 1;
            self.typed(types.get(number).unwrap_or(&subscription), batch, count);
        }
    }

    fn nodes(&mut self, nodes: Vec<Node>, list: List, provenance: Provenance, faults: &mut Diagnostics) {
        if list.number.is_none() {
            for node in nodes {
                self.document(node, provenance, faults);
            }
            return;
        }
        let batch = self.batch_of(list, provenance);
        for node in nodes {
            if !list.graph && envelope::is_list(&node) {
                self.document(node, provenance, faults);
                self.batches[batch].has_lists = true;
            } else {
                self.element(node, batch, faults);
            }
        }
    }

    /// What a list or the lines of a file lack is not known to be absent.
    fn broken(&mut self, list: List, provenance: Provenance, span: Span) {
        if list.number.is_none() && !provenance.lines {
            return;
        }
        let batch = self.batch_of(list, provenance);
        self.batches[batch].goes_on.get_or_insert_with(|| GoesOn {
            span,
            why: "a part of it can't be read".to_owned(),
            told: true,
            resource_type: None,
            scope: None,
            may_be_given: false,
        });
    }

    fn end_list(&mut self, end: &split::Envelope, provenance: Provenance, faults: &mut Diagnostics) {
        let number = List { number: Some(end.id), graph: end.is_under_data() };
        let batch = self.batch_of(number, provenance);
        let around = envelope::around(end);
        let list = &mut self.batches[batch];
        (list.span, list.envelope, list.total) = (end.span, around.envelope, around.total);
        if around.goes_on.is_some() {
            list.goes_on = around.goes_on;
        }
        if !end.complete || end.elements > list.rows {
            self.broken(number, provenance, end.span);
        }
        self.close(batch, faults);
    }
}
