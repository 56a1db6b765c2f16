//! Aliases in memory: one text, rows of small numbers, an index by name without case.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::arm::ResourceType;

use super::facts::{AliasFlags, Metadata, last};

/// A piece of the table's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Text {
    start: u32,
    length: u32,
}

/// An alias of a type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Row {
    /// Which of the table's types.
    pub(super) resource_type: u32,
    hash: u32,
    pub(super) name: Text,
    pub(super) path: Text,
    /// Which of the table's details, counted from 1; 0 where nothing beyond the path is known.
    details: u32,
}

/// What a catalogue says of an alias beyond its path.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Details {
    pub(super) metadata: Metadata,
    pub(super) flags: Option<AliasFlags>,
    pub(super) pattern: Option<RawPattern>,
    /// The range of its paths by API version.
    pub(super) paths: (u32, u32),
}

/// A path that holds for some API versions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct VersionedPath {
    pub(super) path: Text,
    /// Which of the table's lists of versions.
    pub(super) versions: u32,
    pub(super) metadata: Option<Metadata>,
    pub(super) pattern: Option<RawPattern>,
}

/// A pattern of type `Extract`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RawPattern {
    pub(super) phrase: Text,
    pub(super) variable: Text,
}

/// A type, with what the catalogue says of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TypeEntry {
    pub(super) name: ResourceType,
    /// `capabilities`, as the catalogue writes them.
    pub(super) capabilities: Option<Text>,
    /// Which of the table's lists of versions; counted from 1, 0 where none is given.
    pub(super) versions: u32,
}

/// All aliases of one source.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Table {
    text: String,
    pub(super) types: Vec<TypeEntry>,
    type_index: Index,
    rows: Vec<Row>,
    row_index: Index,
    details: Vec<Details>,
    paths: Vec<VersionedPath>,
    /// Lists of API versions, each once.
    lists: Vec<Vec<Text>>,
    known_lists: HashMap<Vec<Text>, u32>,
    interned: Vec<Text>,
    text_index: Index,
    /// Some alias has metadata, a pattern or paths by version: then an alias without them has none.
    pub(super) detailed: bool,
    renamed: Renamed,
}

/// By type and path: the aliases whose last segment isn't the path's. Made when somebody asks; follows from the rows, so
/// that two of them never differ.
#[derive(Debug, Clone, Default)]
struct Renamed(OnceLock<HashMap<(u32, Text), Vec<Text>>>);

impl PartialEq for Renamed {
    fn eq(&self, _: &Renamed) -> bool {
        true
    }
}

impl Table {
    /// Empty, with room for about so many bytes of text.
    pub(super) fn with_room(bytes: usize) -> Table {
        Table { text: String::with_capacity(bytes), ..Table::default() }
    }

    /// A piece of the text.
    pub(super) fn text(&self, text: Text) -> &str {
        let start = text.start as usize;
        &self.text[start..start + text.length as usize]
    }

    /// Holds a text that isn't likely to come again.
    pub(super) fn push_text(&mut self, text: &str) -> Text {
        let start = small(self.text.len());
        self.text.push_str(text);
        Text { start, length: small(text.len()) }
    }

    /// A text that is likely to come again, kept once. Equal pieces are then equal numbers.
    pub(super) fn intern(&mut self, text: &str) -> Text {
        let hash = exact_hash(text);
        let known = self.text_index.find(hash, |id| self.text(self.interned[id as usize]) == text);
        if let Some(id) = known {
            return self.interned[id as usize];
        }
        let new = self.push_text(text);
        self.text_index.insert(hash, small(self.interned.len()));
        self.interned.push(new);
        new
    }

    /// The number of a type; the first spelling stays.
    pub(super) fn add_type(&mut self, name: &str) -> u32 {
        let resource_type = ResourceType::new(name);
        if let Some(id) = self.type_id(&resource_type) {
            return id;
        }
        let id = small(self.types.len());
        self.type_index.insert(folded_hash(resource_type.folded()), id);
        self.types.push(TypeEntry { name: resource_type, capabilities: None, versions: 0 });
        id
    }

    pub(super) fn type_id(&self, name: &ResourceType) -> Option<u32> {
        let hash = folded_hash(name.folded());
        self.type_index.find(hash, |id| self.types[id as usize].name == *name)
    }

    /// Adds an alias of a type; what is given first for the two stays.
    pub(super) fn add(&mut self, resource_type: u32, alias: &str, path: &str, details: Option<Details>) {
        if self.row(resource_type, alias).is_none() {
            let (name, path) = (self.push_text(alias), self.intern(path));
            self.push_row(resource_type, name, path, details);
        }
    }

    /// The same, of texts that the table holds.
    pub(super) fn add_held(&mut self, resource_type: u32, name: Text, path: Text, details: Option<Details>) {
        if self.row(resource_type, self.text(name)).is_none() {
            self.push_row(resource_type, name, path, details);
        }
    }

    fn push_row(&mut self, resource_type: u32, name: Text, path: Text, details: Option<Details>) {
        let hash = folded_hash(self.text(name));
        let details = match details {
            Some(details) => {
                self.details.push(details);
                small(self.details.len())
            }
            None => 0,
        };
        self.row_index.insert(hash, small(self.rows.len()));
        self.rows.push(Row { resource_type, hash, name, path, details });
    }

    /// A path by version, for [`Details::paths`].
    pub(super) fn add_path(&mut self, path: VersionedPath) {
        self.paths.push(path);
    }

    /// Of the paths by version from this one on, that of the newest version.
    pub(super) fn newest_path(&self, first: u32) -> Option<Text> {
        let newest = |path: &VersionedPath| {
            self.list(path.versions).iter().map(|version| self.text(*version).to_ascii_lowercase()).max()
        };
        self.paths.get(first as usize..)?.iter().max_by_key(|path| newest(path)).map(|path| path.path)
    }

    /// How many paths by version there are.
    pub(super) fn path_count(&self) -> u32 {
        small(self.paths.len())
    }

    /// The number of a list of API versions.
    pub(super) fn add_list<'a>(&mut self, versions: impl IntoIterator<Item = &'a str>) -> u32 {
        let list: Vec<Text> = versions.into_iter().map(|version| self.intern(version)).collect();
        if let Some(id) = self.known_lists.get(&list) {
            return *id;
        }
        let id = small(self.lists.len());
        self.lists.push(list.clone());
        self.known_lists.insert(list, id);
        id
    }

    pub(super) fn list(&self, id: u32) -> &[Text] {
        self.lists.get(id as usize).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn details(&self, row: &Row) -> Option<&Details> {
        self.details.get((row.details as usize).checked_sub(1)?)
    }

    pub(super) fn paths(&self, details: &Details) -> &[VersionedPath] {
        self.paths.get(details.paths.0 as usize..details.paths.1 as usize).unwrap_or_default()
    }

    /// Every row, in the order in which they came.
    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The rows of this name, in any case, in the order in which they came.
    pub(super) fn named<'a>(&'a self, alias: &str) -> impl Iterator<Item = &'a Row> {
        let hash = folded_hash(alias);
        self.row_index
            .chain(hash)
            .map(|id| &self.rows[id as usize])
            .filter(move |row| row.hash == hash && self.text(row.name).eq_ignore_ascii_case(alias))
    }

    /// The row of a type and a name.
    pub(super) fn row<'a>(&'a self, resource_type: u32, alias: &str) -> Option<&'a Row> {
        self.named(alias).find(|row| row.resource_type == resource_type)
    }

    /// The names of a row's type and path whose last segment isn't the path's.
    pub(super) fn renamed(&self, row: &Row) -> &[Text] {
        let renamed = self.renamed.0.get_or_init(|| {
            let mut renamed: HashMap<_, Vec<Text>> = HashMap::new();
            for row in &self.rows {
                if !last(self.text(row.name)).eq_ignore_ascii_case(last(self.text(row.path))) {
                    renamed.entry((row.resource_type, row.path)).or_default().push(row.name);
                }
            }
            renamed
        });
        renamed.get(&(row.resource_type, row.path)).map(Vec::as_slice).unwrap_or_default()
    }

    /// Forgets what follows from the rows: they change.
    pub(super) fn forget(&mut self) {
        self.renamed = Renamed::default();
    }

    /// Forgets what only building needs.
    pub(super) fn finish(mut self) -> Table {
        self.known_lists = HashMap::new();
        self.interned = Vec::new();
        self.text_index = Index::default();
        self.text.shrink_to_fit();
        self.rows.shrink_to_fit();
        self
    }
}

/// Numbers by hash: heads of chains. A chain keeps the order in which its numbers came.
#[derive(Debug, Clone, Default, PartialEq)]
struct Index {
    /// By the hash's last bits: the first number of the chain, counted from 1.
    heads: Vec<u32>,
    /// For each number: its hash, and the next one of the chain, counted from 1.
    next: Vec<(u32, u32)>,
}

impl Index {
    fn slot(&self, hash: u32) -> usize {
        hash as usize & (self.heads.len() - 1)
    }

    /// The numbers that may have this hash.
    fn chain(&self, hash: u32) -> impl Iterator<Item = u32> {
        let mut at = if self.heads.is_empty() { 0 } else { self.heads[self.slot(hash)] };
        std::iter::from_fn(move || {
            let id = at.checked_sub(1)?;
            at = self.next[id as usize].1;
            Some(id)
        })
    }

    fn find(&self, hash: u32, mut is: impl FnMut(u32) -> bool) -> Option<u32> {
        self.chain(hash).find(|id| self.next[*id as usize].0 == hash && is(*id))
    }

    /// INVARIANT: numbers come as 0, 1, 2, ….
    fn insert(&mut self, hash: u32, id: u32) {
        debug_assert_eq!(id as usize, self.next.len());
        self.next.push((hash, 0));
        if self.next.len() > self.heads.len() {
            self.heads = vec![0; (self.next.len() * 2).next_power_of_two()];
            (0..small(self.next.len())).rev().for_each(|id| self.put_first(id));
        } else {
            self.put_last(id);
        }
    }

    fn put_first(&mut self, id: u32) {
        let slot = self.slot(self.next[id as usize].0);
        self.next[id as usize].1 = std::mem::replace(&mut self.heads[slot], id + 1);
    }

    fn put_last(&mut self, id: u32) {
        let slot = self.slot(self.next[id as usize].0);
        match self.chain(self.next[id as usize].0).last() {
            Some(last) => self.next[last as usize].1 = id + 1,
            None => self.heads[slot] = id + 1,
        }
    }
}

/// Lengths and counts of a table; the reader refuses a text that would be longer.
fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// FNV-1a over the bytes in lower case.
fn folded_hash(text: &str) -> u32 {
    mix(text.bytes().map(|byte| byte.to_ascii_lowercase()))
}

fn exact_hash(text: &str) -> u32 {
    mix(text.bytes())
}

fn mix(bytes: impl Iterator<Item = u8>) -> u32 {
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    // Both halves count: the last bits alone are weak.
    u32::try_from((hash ^ (hash >> 32)) & 0xffff_ffff).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn rows_of_one_name_keep_their_order_while_the_index_grows() {
        let mut table = Table::default();
        for number in 0..1000 {
            let kind = table.add_type(&format!("A.B/t{number}"));
            table.add(kind, "A.B/Short", &format!("properties.p{number}"), None);
            table.add(kind, &format!("A.B/t{number}/x"), "properties.x", None);
            table.add(kind, &format!("a.b/T{number}/X"), "properties.other", None);
        }
        let table = table.finish();
        let found: Vec<u32> = table.named("a.b/SHORT").map(|row| row.resource_type).collect();
        assert_eq!(found, (0..1000).collect::<Vec<_>>());
        assert_eq!(table.rows().len(), 2000);
        let row = table.row(7, "A.B/T7/x").expect("a row");
        assert_eq!(table.text(row.path), "properties.x");
        assert!(table.row(8, "A.B/t7/x").is_none());
    }
}
