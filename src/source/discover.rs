//! Which files a run reads: any mix of files, folders and `-` for standard input.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::{Diagnostic, Diagnostics, FileId, SourceFile, SourceMap, codes, decode};

/// The grammar of a file, as far as its name tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// JSON, with or without comments; one document or several.
    Json,
    /// One JSON document a line.
    Lines,
    /// YAML.
    Yaml,
    /// Not known: the content decides.
    Unknown,
}

impl Form {
    /// What the extension says, in any case; `None` if it is none of those that azpol reads in folders.
    pub fn of(path: &Path) -> Option<Form> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "json" | "jsonc" => Some(Form::Json),
            "ndjson" | "jsonl" => Some(Form::Lines),
            "yaml" | "yml" => Some(Form::Yaml),
            _ => None,
        }
    }
}

/// A file to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Its entry in the [`SourceMap`]. The text of standard input is held there already, that of a file not.
    pub file: FileId,
    /// Its grammar.
    pub form: Form,
    /// Whether the user named this very file, rather than a folder above it.
    pub named: bool,
}

/// The name of standard input on the command line and in messages.
pub const STDIN: &str = "-";

/// Finds the files of a run, in the order in which they were named; a folder's files sorted by name.
///
/// In a folder only `.json`, `.jsonc`, `.ndjson`, `.jsonl`, `.yaml` and `.yml` are read, in any case; folders
/// whose name begins with `.` and folders that azpol wrote are skipped. A file named directly is always read.
/// What is missing or can't be read is a finding each; the same file is read once.
pub fn discover(
    inputs: &[PathBuf],
    stdin: &mut dyn Read,
    sources: &mut SourceMap,
    faults: &mut Diagnostics,
) -> Vec<Input> {
    let mut search = Search { sources, faults, found: Vec::new(), seen: BTreeMap::new() };
    for input in inputs {
        if input.as_os_str() == STDIN {
            search.stdin(stdin);
        } else {
            search.path(input);
        }
    }
    search.found
}

struct Search<'a> {
    sources: &'a mut SourceMap,
    faults: &'a mut Diagnostics,
    found: Vec<Input>,
    /// Where each file really lies, and its place in `found`.
    seen: BTreeMap<PathBuf, usize>,
}

impl Search<'_> {
    fn stdin(&mut self, stdin: &mut dyn Read) {
        if !self.first_time(Path::new(STDIN), PathBuf::from(STDIN), true) {
            return;
        }
        let mut bytes = Vec::new();
        match stdin.read_to_end(&mut bytes) {
            Ok(_) => self.held(STDIN.to_owned(), bytes, Form::Unknown),
            Err(error) => self.faults.push(unreadable("standard input", &error)),
        }
    }

    /// Takes in a text that can be read only once.
    fn held(&mut self, name: String, bytes: Vec<u8>, form: Form) {
        let file = self.sources.push(SourceFile { name, path: None, text: None });
        match decode::decode(file, bytes) {
            Ok(text) => {
                self.sources.hold(file, text);
                self.found.push(Input { file, form, named: true });
            }
            Err(fault) => self.faults.push(*fault),
        }
    }

    fn path(&mut self, path: &Path) {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => self.folder(path),
            Ok(metadata) if metadata.is_file() => self.file(path, Form::of(path), true),
            // A pipe or a device: it can be read once, and isn't there for excerpts.
            Ok(_) => match fs::read(path) {
                Ok(bytes) => self.held(shown(path), bytes, Form::of(path).unwrap_or(Form::Unknown)),
                Err(error) => self.faults.push(unreadable(&shown(path), &error)),
            },
            Err(error) => self.faults.push(unreadable(&shown(path), &error)),
        }
    }

    fn folder(&mut self, folder: &Path) {
        if is_own_output(folder) {
            self.faults.push(
                Diagnostic::new(
                    &codes::OWN_OUTPUT,
                    format!("`{}` is not read: it holds a plan that azpol wrote", shown(folder)),
                )
                .help("give the folder of the inventory"),
            );
            return;
        }
        let before = (self.found.len(), self.faults.len(), self.seen.len());
        let mut known = 0;
        let walk = WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter();
        for entry in walk.filter_entry(|entry| entry.depth() == 0 || is_entered(entry)) {
            match entry {
                Ok(entry) if entry.file_type().is_file() => {
                    if let Some(form) = Form::of(entry.path()) {
                        known += 1;
                        self.file(entry.path(), Some(form), false);
                    }
                }
                Ok(_) => {}
                Err(error) => self.faults.push(unwalkable(folder, &error)),
            }
        }
        if known == 0 && before == (self.found.len(), self.faults.len(), self.seen.len()) {
            self.faults.push(
                Diagnostic::new(
                    &codes::EMPTY_FOLDER,
                    format!("`{}` holds no file that is read", shown(folder)),
                )
                .help("in folders, files ending in .json, .jsonc, .ndjson, .jsonl, .yaml or .yml are read"),
            );
        }
    }

    fn file(&mut self, path: &Path, form: Option<Form>, named: bool) {
        // Opening tells now, with all other findings, what can't be read.
        let empty = match File::open(path).and_then(|file| file.metadata()) {
            Ok(metadata) => metadata.len() == 0,
            Err(error) => {
                self.faults.push(unreadable(&shown(path), &error));
                return;
            }
        };
        let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if self.first_time(path, real, named) {
            if empty {
                self.faults.push(
                    Diagnostic::new(&codes::EMPTY_FILE, format!("`{}` is empty", shown(path)))
                        .help("did the command that writes it fail? run it again and look at its messages"),
                );
            }
            let file = self.sources.add_path(shown(path), path);
            self.found.push(Input { file, form: form.unwrap_or(Form::Unknown), named });
        }
    }

    fn first_time(&mut self, path: &Path, real: PathBuf, named: bool) -> bool {
        let Some(&index) = self.seen.get(&real) else {
            self.seen.insert(real, self.found.len());
            return true;
        };
        let mut message = format!("`{}` is given more than once, and read once", shown(path));
        if let Some(first) = self.found.get_mut(index) {
            first.named |= named;
            let name = self.sources.file(first.file).map_or("", |file| file.name.as_str());
            if name != shown(path) {
                message = format!("`{}` is the same file as `{name}`, and read once", shown(path));
            }
        }
        self.faults.push(Diagnostic::new(&codes::READ_ONCE, message));
        false
    }
}

/// Whether a walk goes on into this entry.
fn is_entered(entry: &DirEntry) -> bool {
    let name = entry.file_name();
    if entry.file_type().is_dir() {
        return !begins_with(name, b".") && !is_own_output(entry.path());
    }
    // `._name` are the resource forks that macOS leaves on foreign file systems.
    !begins_with(name, b"._")
}

fn begins_with(name: &OsStr, start: &[u8]) -> bool {
    name.as_encoded_bytes().starts_with(start)
}

/// Whether azpol wrote this folder: it holds a `plan.json` whose kind, in its first bytes, is `azpol/plan`.
pub fn is_own_output(folder: &Path) -> bool {
    let mut start = Vec::new();
    let Ok(file) = File::open(folder.join("plan.json")) else { return false };
    if file.take(1024).read_to_end(&mut start).is_err() {
        return false;
    }
    start.retain(|byte| !byte.is_ascii_whitespace());
    memchr::memmem::find(&start, br#""kind":"azpol/plan"#).is_some()
}

/// A path as messages show it: as given, with `/` between folders.
fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' {
        text.into_owned()
    } else {
        text.replace(std::path::MAIN_SEPARATOR, "/")
    }
}

/// The finding of something that can't be read.
pub(super) fn unreadable(name: &str, error: &io::Error) -> Diagnostic {
    let (why, help) = match error.kind() {
        io::ErrorKind::NotFound => ("no such file or folder".to_owned(), "look at the spelling"),
        io::ErrorKind::PermissionDenied => ("permission denied".to_owned(), "make it readable for this user"),
        _ => (error.to_string(), "it was named as an input, so it must be readable"),
    };
    Diagnostic::new(&codes::UNREADABLE, format!("`{name}` can't be read: {why}")).help(help)
}

fn unwalkable(folder: &Path, error: &walkdir::Error) -> Diagnostic {
    let name = shown(error.path().unwrap_or(folder));
    if let Some(ancestor) = error.loop_ancestor() {
        return Diagnostic::new(
            &codes::UNREADABLE,
            format!("`{name}` can't be read: it is a link that leads back to `{}`", shown(ancestor)),
        )
        .help("remove the link");
    }
    match error.io_error() {
        Some(error) => unreadable(&name, error),
        None => Diagnostic::new(&codes::UNREADABLE, format!("`{name}` can't be read: {error}")),
    }
}

#[cfg(test)]
mod tests;
