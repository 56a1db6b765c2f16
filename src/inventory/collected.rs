//! When each file was collected.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::source::FileId;

/// Times of collection, as manifests state them.
#[derive(Debug, Default, Clone)]
pub(crate) struct Collected(BTreeMap<FileId, Timestamp>);

impl Collected {
    /// States one.
    pub(crate) fn insert(&mut self, file: FileId, time: Timestamp) {
        self.0.insert(file, time);
    }

    /// When a file was collected, where that is known.
    pub(crate) fn of(&self, file: FileId) -> Option<Timestamp> {
        self.0.get(&file).copied()
    }

    /// The oldest.
    pub(crate) fn oldest(&self) -> Option<Timestamp> {
        self.0.values().min().copied()
    }
}
