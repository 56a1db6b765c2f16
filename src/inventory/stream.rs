//! Files that come in pieces: elements are read by many threads, and taken over in the order of the file.

use crate::arm::ResourceType;
use crate::source::split::{self, Batch, Piece};
use crate::source::{Diagnostics, Node, Span};

use super::builder::{InventoryBuilder, Provenance};
use super::kept::Kept;
use super::kind::Kind;
use super::shape::Envelope;
use super::shape::envelope::{self, GoesOn};
use super::shape::plain::{self, Plain, Tools};

/// A piece of a file whose elements are read.
#[derive(Debug)]
pub struct Portion {
    entries: Vec<(Option<u32>, Entry)>,
    /// The types of its plain resources, by number.
    types: Vec<ResourceType>,
    /// The subscriptions in which resources lie that were dropped.
    around: Vec<String>,
    end: Option<split::Envelope>,
    faults: Diagnostics,
    /// Whether elements are missing that the file has.
    broken: bool,
}

#[derive(Debug)]
enum Entry {
    Plain(Plain),
    /// Read with their places. Elements of a list that stands under `data` are rows of Resource Graph.
    Nodes(Vec<Node>, Envelope),
    /// Not readable.
    Broken(Span),
}

impl Portion {
    /// Reads the elements of a piece. Plain ones of types that aren't kept are passed by.
    pub fn read(piece: Piece, kept: &Kept) -> Portion {
        let mut portion = Portion {
            entries: Vec::new(),
            types: Vec::new(),
            around: Vec::new(),
            end: None,
            faults: Diagnostics::new(),
            broken: false,
        };
        match piece {
            Piece::Batch(batch) => portion.batch(&batch, kept),
            Piece::Nodes { nodes, envelope, under_data } => {
                portion.entries.push((envelope, Entry::Nodes(nodes, within(envelope, under_data))));
            }
            Piece::Envelope(end) => portion.end = Some(end),
            Piece::Faults(faults) => {
                portion.broken = faults.has_errors();
                portion.faults = faults;
            }
        }
        portion
    }

    fn batch(&mut self, batch: &Batch, kept: &Kept) {
        let mut tools = Tools::new(kept);
        self.entries.reserve(batch.elements.len());
        for element in &batch.elements {
            let span = batch.span(element);
            let within = within(element.envelope, element.under_data);
            let plain = plain::read(batch.text(element), span, within.is_graph(), &mut tools);
            let entry = if let Some(plain) = plain {
                Entry::Plain(plain)
            } else {
                match batch.parse(element, &mut self.faults) {
                    nodes if nodes.is_empty() => Entry::Broken(span),
                    nodes => Entry::Nodes(nodes, within),
                }
            };
            self.entries.push((element.envelope, entry));
        }
        self.around = std::mem::take(&mut tools.around);
        self.types = tools.types.into_met();
    }
}

/// What is known of the envelope before its end is read.
fn within(list: Option<u32>, under_data: bool) -> Envelope {
    match list {
        None => Envelope::Single,
        Some(_) if under_data => Envelope::Graph,
        Some(_) => Envelope::Array,
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
                Entry::Nodes(nodes, within) => self.nodes(nodes, list, within, provenance, faults),
                Entry::Broken(span) => self.broken(list, provenance, span),
            }
        }
        self.met(lists, &types);
        for subscription in &portion.around {
            self.around.add(subscription);
        }
        if portion.broken && provenance.lines {
            let start = Span::new(provenance.file, 0, 0);
            self.broken(None, provenance, start);
        }
        if let Some(end) = portion.end {
            self.end_list(&end, provenance, faults);
        }
    }

    /// The list with a number in its file, or that of the file's single documents.
    fn batch_of(&mut self, list: Option<u32>, provenance: Provenance) -> usize {
        let Some(list) = list else { return self.documents(provenance) };
        if let Some((key, batch)) = self.open_list
            && key == (provenance.file, list)
        {
            return batch;
        }
        let known = self.lists.get(&(provenance.file, list)).copied();
        let batch = known.unwrap_or_else(|| {
            let batch = self.batch(provenance, Span::new(provenance.file, 0, 0), Envelope::Array);
            self.lists.insert((provenance.file, list), batch);
            batch
        });
        self.open_list = Some(((provenance.file, list), batch));
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

    fn nodes(
        &mut self,
        nodes: Vec<Node>,
        list: Option<u32>,
        within: Envelope,
        provenance: Provenance,
        faults: &mut Diagnostics,
    ) {
        if list.is_none() {
            for node in nodes {
                self.document(node, provenance, faults);
            }
            return;
        }
        let batch = self.batch_of(list, provenance);
        if self.batches[batch].rows == 0 {
            self.batches[batch].envelope = within;
        }
        for node in nodes {
            if within == Envelope::Array && envelope::is_list(&node) {
                self.document(node, provenance, faults);
                self.batches[batch].has_lists = true;
            } else {
                self.element(node, batch, faults);
            }
        }
    }

    /// What a list or the lines of a file lack is not known to be absent.
    fn broken(&mut self, list: Option<u32>, provenance: Provenance, span: Span) {
        if list.is_none() && !provenance.lines {
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
        let batch = self.batch_of(Some(end.id), provenance);
        let around = envelope::around(end);
        let list = &mut self.batches[batch];
        (list.span, list.envelope, list.total) = (end.span, around.envelope, around.total);
        if around.goes_on.is_some() {
            list.goes_on = around.goes_on;
        }
        if !end.complete || end.elements > list.rows {
            self.broken(Some(end.id), provenance, end.span);
        }
        self.close(batch, faults);
    }
}
