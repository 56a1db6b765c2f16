//! What manifests state about the files of a run.

use std::collections::{BTreeMap, HashMap};

use crate::config::{Manifest, ManifestEntry, codes};
use crate::source::{Diagnostic, Diagnostics, FileId, SourceMap, Span};

use super::collected::Collected;

/// What manifests say, by file.
#[derive(Debug, Default)]
pub(super) struct Stated {
    /// The entry of each file, with the tenant that its manifest names.
    pub(super) entries: BTreeMap<FileId, (ManifestEntry, Option<String>)>,
    /// The times of collection.
    pub(super) collected: Collected,
}

/// What the manifests say of the files that were read; entries that can't be trusted are left out.
pub(super) fn stated(
    manifests: Vec<Manifest>,
    files: &SourceMap,
    hash: &dyn Fn(FileId) -> Option<String>,
    faults: &mut Diagnostics,
) -> Stated {
    let names: HashMap<String, FileId> = files.iter().map(|(id, file)| (normal(&file.name), id)).collect();
    let mut stated = Stated::default();
    for manifest in manifests {
        let folder = folder(files.name(manifest.span));
        for entry in manifest.files {
            let name = normal(&format!("{folder}{}", entry.path));
            let Some(file) = names.get(&name).copied() else {
                faults.push(missing(&entry));
                continue;
            };
            if let Some(wanted) = &entry.sha256
                && hash(file).is_none_or(|found| !found.eq_ignore_ascii_case(wanted))
            {
                faults.push(changed(&entry));
                continue;
            }
            if let Some((other, _)) = stated.entries.get(&file) {
                faults.push(twice(&entry, other.span));
                continue;
            }
            if let Some(time) = entry.collected {
                stated.collected.insert(file, time);
            }
            stated.entries.insert(file, (entry, manifest.tenant.clone()));
        }
    }
    stated
}

/// A name with `/` between folders, without `.` and with `..` resolved.
fn normal(name: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in name.split(['/', '\\']) {
        match part {
            "." => {}
            ".." if parts.last().is_some_and(|last| !matches!(*last, "" | "..")) => {
                parts.pop();
            }
            "" if !parts.is_empty() => {}
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// The folder of a file's name, with its slash at the end.
fn folder(name: &str) -> &str {
    name.rfind(['/', '\\']).map_or("", |at| &name[..=at])
}

fn missing(entry: &ManifestEntry) -> Diagnostic {
    Diagnostic::new(
        &codes::FILE_MISSING,
        format!("the manifest names `{}`, which isn't among the files that were read", entry.path),
    )
    .at(entry.span, "says nothing")
    .help("was it moved or deleted? if only some files were given, give the whole folder")
}

fn changed(entry: &ManifestEntry) -> Diagnostic {
    Diagnostic::new(
        &codes::FILE_CHANGED,
        format!("`{}` isn't the file that the manifest means: its SHA-256 is another", entry.path),
    )
    .at(entry.span, "what this says of it isn't used")
    .help("write the manifest again with `azpol manifest`, if the file was changed on purpose")
}

fn twice(entry: &ManifestEntry, other: Span) -> Diagnostic {
    Diagnostic::new(&codes::FILE_TWICE, format!("`{}` stands in a manifest twice", entry.path))
        .at(entry.span, "this one isn't used")
        .at(other, "the first one")
}
