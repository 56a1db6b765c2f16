//! Reading the inputs: one thread takes files apart and takes over what was read, the others read the pieces. What
//! is in flight is bounded, and the order in which things are taken over is that of the files.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::Read;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::inventory::{
    Completeness, Inventory, InventoryBuilder, Kept, PieceReader, PolicyDocuments, Portion, Provenance,
};
use crate::source::split::{Piece, Splitter};
use crate::source::{Diagnostics, FileId, Form, Input, SourceMap, read};

/// Is told how many bytes were taken apart since it was told last.
type Counter<'a> = &'a (dyn Fn(u64) + Sync);

/// How many bytes each thread has before it.
const AHEAD: usize = 2 << 20;

/// How many pieces are in flight at most.
const PIECES: usize = 512;

/// From this size on, a file is hashed while it is read; below it, a manifest is looked for.
const LARGE: u64 = 4 << 20;

/// Reads all inputs into an inventory that keeps these types.
pub fn load(
    inputs: &[Input],
    kept: &Kept,
    assertions: &[Completeness],
    sources: &mut SourceMap,
    progress: Counter<'_>,
    faults: &mut Diagnostics,
) -> (Inventory, PolicyDocuments) {
    let mut builder = InventoryBuilder::keeping(kept.clone());
    let reader = PieceReader::new(kept.clone());
    let hashed = to_be_hashed(inputs, sources);
    let known = sources.clone();
    // The hashes are wanted at the end: a thread that has nothing else to do makes them.
    let ((), hashes) = rayon::join(
        || {
            let mut rounds = Rounds { inputs: inputs.iter(), open: None, sources };
            read_all(&mut rounds, &mut builder, &reader, progress, faults);
        },
        || hashed.par_iter().filter_map(|file| Some((*file, hash(&known, *file)?))).collect(),
    );
    let hashes: HashMap<FileId, String> = hashes;
    // A manifest may name files that aren't read this time: those aren't hashed.
    let read: HashSet<FileId> = inputs.iter().map(|input| input.file).collect();
    let stated = |file: FileId| {
        let known = hashes.get(&file).cloned();
        known.or_else(|| read.contains(&file).then(|| hash(sources, file)).flatten())
    };
    let (inventory, documents, found) = builder.finish(assertions, sources, &stated);
    faults.extend(found);
    (inventory, documents)
}

/// While one round is read, the one before it is taken over and the next one is taken apart.
fn read_all(
    rounds: &mut Rounds<'_>,
    builder: &mut InventoryBuilder,
    reader: &PieceReader,
    progress: Counter<'_>,
    faults: &mut Diagnostics,
) {
    let mut waiting = rounds.next_round();
    let mut read: Vec<(Provenance, Portion)> = Vec::new();
    while !(waiting.is_empty() && read.is_empty()) {
        progress(waiting.iter().map(|(_, piece)| size(piece) as u64).sum());
        let (next, portions) = rayon::join(
            || {
                for (provenance, portion) in read {
                    builder.take(portion, provenance, faults);
                }
                rounds.next_round()
            },
            || waiting.into_par_iter().map(|(provenance, piece)| (provenance, reader.read(piece))).collect(),
        );
        (waiting, read) = (next, portions);
    }
}

fn size(piece: &Piece) -> usize {
    match piece {
        Piece::Batch(batch) => batch.text.len(),
        Piece::Nodes { .. } | Piece::Envelope(_) | Piece::Faults(_) => 0,
    }
}

/// The pieces of all files, in order.
struct Rounds<'a> {
    inputs: std::slice::Iter<'a, Input>,
    open: Option<(Provenance, Splitter)>,
    sources: &'a mut SourceMap,
}

impl Rounds<'_> {
    /// As many pieces as keep all threads busy for a while; none at the end.
    fn next_round(&mut self) -> Vec<(Provenance, Piece)> {
        let wanted = AHEAD * rayon::current_num_threads();
        let (mut pieces, mut bytes) = (Vec::new(), 0);
        while bytes < wanted && pieces.len() < PIECES {
            if let Some((provenance, splitter)) = &mut self.open {
                match splitter.next() {
                    Some(piece) => {
                        bytes += size(&piece);
                        pieces.push((*provenance, piece));
                    }
                    None => self.open = None,
                }
                continue;
            }
            let Some(input) = self.inputs.next() else { break };
            let provenance = Provenance { file: input.file, lines: input.form == Form::Lines };
            self.open = Some((provenance, Splitter::open(self.sources, input)));
        }
        pieces
    }
}

/// The inputs that are no large files.
pub fn small(inputs: &[Input], sources: &SourceMap) -> Vec<Input> {
    inputs.iter().filter(|input| length(sources, input.file).is_none_or(|l| l < LARGE)).cloned().collect()
}

/// The length of a file; nothing for what lies in no file.
fn length(sources: &SourceMap, file: FileId) -> Option<u64> {
    let path = sources.file(file)?.path.as_ref()?;
    fs::metadata(path).ok().map(|metadata| metadata.len())
}

/// Large files, if there seems to be a manifest that states hashes.
fn to_be_hashed(inputs: &[Input], sources: &SourceMap) -> Vec<FileId> {
    let (large, small): (Vec<&Input>, Vec<&Input>) =
        inputs.iter().partition(|input| length(sources, input.file).is_some_and(|length| length >= LARGE));
    let states_hashes = |input: &&Input| {
        let bytes = read::bytes(sources, input.file).unwrap_or_default();
        let has = |text: &str| memchr::memmem::find(&bytes, text.as_bytes()).is_some();
        has("manifest/") && has("sha256")
    };
    if large.is_empty() || !small.iter().any(states_hashes) {
        return Vec::new();
    }
    large.into_iter().map(|input| input.file).collect()
}

/// The SHA-256 of a file's bytes, in lower-case hexadecimal digits; `None` for what lies in no file.
pub fn hash(sources: &SourceMap, file: FileId) -> Option<String> {
    let mut file = File::open(sources.file(file)?.path.as_ref()?).ok()?;
    let mut state = Sha256::new();
    let mut block = vec![0; 256 << 10];
    loop {
        match file.read(&mut block).ok()? {
            0 => break,
            length => state.update(&block[..length]),
        }
    }
    let digits = state.finalize().iter().flat_map(|byte| [byte >> 4, byte & 15]).collect::<Vec<u8>>();
    Some(digits.into_iter().filter_map(|digit| char::from_digit(digit.into(), 16)).collect())
}
