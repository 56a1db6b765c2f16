//! Lines and columns, and stretches of text, also of files that the run doesn't hold.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::Arc;

use super::decode::{self, Encoding};
use super::{SourceFile, SourceMap, Span};

/// Distance of the remembered positions in a file.
const STEP: u64 = 1 << 20;

/// Lines and columns counted so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Progress {
    /// Line ends passed.
    line: u64,
    /// Characters passed since the last line end.
    column: u64,
}

impl Progress {
    fn feed(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        if let Some(last) = memchr::memrchr(b'\n', bytes) {
            self.line += memchr::memchr_iter(b'\n', &bytes[..=last]).count() as u64;
            self.column = 0;
            rest = &bytes[last + 1..];
        }
        self.column += rest.iter().filter(|b| (**b & 0xC0) != 0x80).count() as u64;
    }
}

/// Line and column where a span begins, both from 1; the column counts characters.
///
/// `None` if the span points into no file, or the file can't be read any more.
pub fn position(sources: &SourceMap, span: Span) -> Option<(u64, u64)> {
    let file = sources.file(span.file)?;
    let mut text = Text::open(file).ok()?;
    let mut marks = sources.marks();
    let marks = marks.entry(span.file).or_default();
    let index = usize::try_from(span.start / STEP).ok()?;
    while marks.len() <= index {
        let mut progress = marks.last().copied().unwrap_or_default();
        if !marks.is_empty() {
            let from = (marks.len() as u64 - 1) * STEP;
            let bytes = text.read(from..from + STEP).ok()?;
            progress.feed(&bytes);
        }
        marks.push(progress);
    }
    let mut progress = marks[index];
    let bytes = text.read(index as u64 * STEP..span.start).ok()?;
    progress.feed(&bytes);
    Some((progress.line + 1, progress.column + 1))
}

/// A file's decoded text, read in parts.
pub(super) enum Text {
    Held(Arc<str>),
    /// UTF-8 on disk, the text beginning behind the byte order mark.
    Disk(File, u64),
}

impl Text {
    pub(super) fn open(file: &SourceFile) -> io::Result<Text> {
        if let Some(text) = &file.text {
            return Ok(Text::Held(Arc::clone(text)));
        }
        let path = file.path.as_ref().ok_or(io::ErrorKind::NotFound)?;
        let mut disk = File::open(path)?;
        let mut start = Vec::with_capacity(decode::SNIFF);
        disk.by_ref().take(decode::SNIFF as u64).read_to_end(&mut start)?;
        match decode::encoding(&start) {
            Encoding::Utf8 { mark } => Ok(Text::Disk(disk, mark as u64)),
            Encoding::Utf16 { .. } => {
                disk.read_to_end(&mut start)?;
                Ok(Text::Held(decode::lossy(&start).into()))
            }
        }
    }

    /// The bytes of a range, as far as the text reaches.
    pub(super) fn read(&mut self, range: Range<u64>) -> io::Result<Vec<u8>> {
        match self {
            Text::Held(text) => {
                let end = usize::try_from(range.end).unwrap_or(usize::MAX).min(text.len());
                let start = usize::try_from(range.start).unwrap_or(usize::MAX).min(end);
                Ok(text.as_bytes()[start..end].to_vec())
            }
            Text::Disk(disk, mark) => {
                let mut bytes = Vec::new();
                disk.seek(SeekFrom::Start(range.start + *mark))?;
                disk.take(range.end.saturating_sub(range.start)).read_to_end(&mut bytes)?;
                Ok(bytes)
            }
        }
    }
}
