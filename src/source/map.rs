//! The files of a run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::position::Progress;
use super::{FileId, Span};

/// One file that was read.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// How messages name it: as the user gave it, with `/` between folders; `-` for standard input.
    pub name: String,
    /// Where it lies; absent for standard input and for what ships with azpol.
    pub path: Option<PathBuf>,
    /// Its decoded text where the run holds it. A large inventory file is read in blocks and not held:
    /// excerpts for messages are read again from `path`.
    pub text: Option<Arc<str>>,
}

/// All files of a run; spans point into it.
#[derive(Debug, Default, Clone)]
pub struct SourceMap {
    files: Vec<SourceFile>,
    /// Lines and columns at regular distances, as far as somebody asked.
    marks: Arc<Mutex<BTreeMap<FileId, Vec<Progress>>>>,
}

impl SourceMap {
    /// Without files.
    pub fn new() -> SourceMap {
        SourceMap::default()
    }

    /// Adds a file whose text is held.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        self.push(SourceFile { name: name.into(), path: None, text: Some(text.into()) })
    }

    /// Adds a file that lies on disk and whose text isn't held.
    pub fn add_path(&mut self, name: impl Into<String>, path: &Path) -> FileId {
        self.push(SourceFile { name: name.into(), path: Some(path.to_owned()), text: None })
    }

    /// Adds a file.
    pub fn push(&mut self, file: SourceFile) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX - 1));
        self.files.push(file);
        id
    }

    /// Holds the decoded text of a file from now on.
    pub fn hold(&mut self, id: FileId, text: impl Into<Arc<str>>) {
        if let Some(file) = self.files.get_mut(id.0 as usize) {
            file.text = Some(text.into());
        }
    }

    /// The held text of a file.
    pub fn text(&self, id: FileId) -> Option<Arc<str>> {
        self.file(id)?.text.clone()
    }

    pub(super) fn marks(&self) -> MutexGuard<'_, BTreeMap<FileId, Vec<Progress>>> {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The file, if the id belongs to one.
    pub fn file(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    /// The name of the file that a span points into, or an empty text.
    pub fn name(&self, span: Span) -> &str {
        self.file(span.file).map_or("", |file| file.name.as_str())
    }

    /// All files with their ids, in the order in which they were read.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files
            .iter()
            .enumerate()
            .map(|(index, file)| (FileId(u32::try_from(index).unwrap_or(u32::MAX)), file))
    }
}
