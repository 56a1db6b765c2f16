//! Where something stands.

use std::ops::Range;

/// A file of the run's [`SourceMap`](super::SourceMap).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub(crate) u32);

impl FileId {
    /// The place of what has no file: flags of the command line, facts that ship with azpol.
    pub const NONE: FileId = FileId(u32::MAX);
}

/// A stretch of a file's decoded text: byte offsets into UTF-8, `start` from the beginning of the file.
///
/// Every node of a document carries one, so that no message is without a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// Byte offset of the first byte.
    pub start: u64,
    /// Length in bytes.
    pub len: u32,
}

impl Span {
    /// A span from `start` up to (not including) `end`.
    pub fn new(file: FileId, start: u64, end: u64) -> Span {
        let len = u32::try_from(end.saturating_sub(start)).unwrap_or(u32::MAX);
        Span { file, start, len }
    }

    /// The place of what stands in no file.
    pub fn none() -> Span {
        Span { file: FileId::NONE, start: 0, len: 0 }
    }

    /// Byte offset just behind the last byte.
    pub fn end(self) -> u64 {
        self.start + u64::from(self.len)
    }

    /// Whether this points into a file at all.
    pub fn is_some(self) -> bool {
        self.file != FileId::NONE
    }

    /// The same as indices of the file's whole text.
    pub fn range(self) -> Range<usize> {
        let index = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
        index(self.start)..index(self.end())
    }

    /// From the beginning of `self` to the end of `other`, which lies behind it in the same file.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        Span::new(self.file, self.start, other.end().max(self.end()))
    }
}
