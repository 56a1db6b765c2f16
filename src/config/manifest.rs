//! The inventory manifest: facts about the files of the folder that it lies in.
//!
//! ```yaml
//! azpol: manifest/v1
//! files:
//!   - path: automations.json
//!     types: [Microsoft.Security/automations]
//!     scopes: [/]
//!     command: az graph query …
//!     collected: 2025-03-01T06:00:00Z
//!     sha256: …
//! ```

use std::sync::LazyLock;

use jiff::Timestamp;
use serde::Serialize;

use crate::arm::{ResourceType, Scope};
use crate::source::{Diagnostic, Diagnostics, Node, Span};

use super::codes;
use super::schema::Schema;

/// The schema of a manifest, as text.
pub const SCHEMA: &str = include_str!("../../schemas/manifest.schema.json");

static CHECKED: LazyLock<Schema> = LazyLock::new(|| Schema::new(SCHEMA, "a manifest"));

/// An inventory manifest.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// The tenant that the scope `/` means.
    pub tenant: Option<String>,
    /// The files.
    pub files: Vec<ManifestEntry>,
    /// The document.
    pub span: Span,
}

/// What a manifest says of a file.
#[derive(Debug, Clone)]
pub struct ManifestEntry {
    /// The file, relative to the manifest's folder.
    pub path: String,
    /// The types of which it holds every resource in the scopes.
    pub types: Vec<ResourceType>,
    /// The scopes for which that holds; none says nothing about completeness.
    pub scopes: Vec<Scope>,
    /// The command that wrote it.
    pub command: Option<String>,
    /// When it was collected.
    pub collected: Option<Timestamp>,
    /// The SHA-256 of its bytes, in lower-case hexadecimal digits.
    pub sha256: Option<String>,
    /// The entry.
    pub span: Span,
}

/// Reads a manifest. `None` if it doesn't fit its schema or is of a version that isn't known; entries with a
/// fault of their own are left out.
pub fn read(node: &Node, faults: &mut Diagnostics) -> Option<Manifest> {
    if let Some(marker) = node.get("azpol")
        && let Some(version) = marker.as_str().filter(|text| *text != "manifest/v1")
    {
        faults.push(
            Diagnostic::new(&codes::UNKNOWN_VERSION, format!("`{version}` isn't read by this azpol"))
                .at(marker.span, "`manifest/v1` is"),
        );
        return None;
    }
    if !CHECKED.check(node, faults) {
        return None;
    }
    let files = node.get("files").map(Node::items).unwrap_or_default();
    Some(Manifest {
        tenant: node.get("tenant").and_then(Node::as_str).map(str::to_owned),
        files: files.iter().filter_map(|entry| entry_of(entry, faults)).collect(),
        span: node.span,
    })
}

fn entry_of(node: &Node, faults: &mut Diagnostics) -> Option<ManifestEntry> {
    let text = |key: &str| node.get(key).and_then(Node::as_str).map(str::to_owned);
    let texts = |key: &str| node.get(key).map(Node::items).unwrap_or_default();
    let mut whole = true;
    let mut scopes = Vec::new();
    for scope in texts("scopes") {
        let text = scope.as_str().unwrap_or_default();
        if let Some(scope) = Scope::parse(text) {
            scopes.push(scope);
        } else {
            whole = false;
            faults.push(
                Diagnostic::new(&codes::BAD_SCOPE, format!("`{text}` is no scope"))
                    .at(scope.span, "not a scope")
                    .help(
                        "write `/`, `/subscriptions/{id}`, or the id of a resource group or management group",
                    ),
            );
        }
    }
    let collected = match node.get("collected") {
        None => None,
        Some(found) => {
            let time = time(found, faults);
            whole &= time.is_some();
            time
        }
    };
    whole.then_some(())?;
    Some(ManifestEntry {
        path: text("path")?,
        types: texts("types").iter().filter_map(Node::as_str).map(ResourceType::new).collect(),
        scopes,
        command: text("command"),
        collected,
        sha256: text("sha256").map(|hash| hash.to_ascii_lowercase()),
        span: node.span,
    })
}

/// The time that a text names.
fn time(node: &Node, faults: &mut Diagnostics) -> Option<Timestamp> {
    let text = node.as_str().unwrap_or_default();
    let time = text.parse().ok();
    if time.is_none() {
        faults.push(
            Diagnostic::new(&codes::BAD_TIME, format!("`{text}` is no time"))
                .at(node.span, "not a time")
                .help("write it in ISO 8601 with a zone, such as `2025-03-01T06:00:00Z`"),
        );
    }
    time
}

#[derive(Serialize)]
struct Written<'a> {
    azpol: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<&'a str>,
    files: Vec<WrittenEntry<'a>>,
}

#[derive(Serialize)]
struct WrittenEntry<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    types: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scopes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    collected: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<&'a str>,
}

/// A manifest as YAML, entries sorted by path.
pub fn write(manifest: &Manifest) -> Result<String, serde_yaml::Error> {
    let mut files: Vec<WrittenEntry<'_>> = manifest
        .files
        .iter()
        .map(|entry| WrittenEntry {
            path: &entry.path,
            types: entry.types.iter().map(ResourceType::as_str).collect(),
            scopes: entry.scopes.iter().map(Scope::id).collect(),
            command: entry.command.as_deref(),
            collected: entry.collected.map(|time| time.to_string()),
            sha256: entry.sha256.as_deref(),
        })
        .collect();
    files.sort_by(|a, b| a.path.cmp(b.path));
    serde_yaml::to_string(&Written { azpol: "manifest/v1", tenant: manifest.tenant.as_deref(), files })
}

#[cfg(test)]
mod tests {
    use super::{Manifest, read, write};
    use crate::source::{Diagnostics, FileId, Span, json, yaml};

    fn manifest(text: &str) -> (Option<Manifest>, Diagnostics) {
        let mut faults = Diagnostics::new();
        let node = json::parse(FileId(0), 0, text, &mut faults).remove(0);
        (read(&node, &mut faults), faults)
    }

    fn codes(text: &str) -> Vec<&'static str> {
        manifest(text).1.iter().map(|fault| fault.code.id).collect()
    }

    const WHOLE: &str = r#"{"azpol":"manifest/v1","tenant":"T","files":[{"path":"b.json",
        "types":["Microsoft.Security/automations"],"scopes":["/","/subscriptions/s"],"command":"az x",
        "collected":"2025-03-01T06:00:00Z","sha256":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
        {"path":"a.json"}]}"#;

    #[test]
    fn a_whole_one_is_read() {
        let (read, faults) = manifest(WHOLE);
        assert!(faults.is_empty(), "{faults:?}");
        let read = read.expect("a manifest");
        let entry = &read.files[0];
        assert_eq!((entry.types.len(), entry.scopes.len()), (1, 2));
        assert_eq!(entry.collected.map(|time| time.to_string()).as_deref(), Some("2025-03-01T06:00:00Z"));
        assert_eq!(entry.sha256.as_deref(), Some("a".repeat(64).as_str()));
    }

    #[test]
    fn faults_carry_their_place() {
        let text = r#"{"azpol":"manifest/v1","files":[{"path":"a.json","type":["x"]}]}"#;
        let (read, faults) = manifest(text);
        assert!(read.is_none());
        let fault = faults.iter().next().expect("a fault");
        assert_eq!((fault.code.id, fault.help.as_deref()), ("AZP0402", Some("did you mean `types`?")));
        let start = text.find("\"type\"").expect("there") as u64;
        assert_eq!(fault.span(), Span::new(FileId(0), start, start + 6));
    }

    #[test]
    fn every_kind_of_fault() {
        assert_eq!(codes(r#"{"azpol":"manifest/v2","files":[]}"#), ["AZP0403"]);
        assert_eq!(codes(r#"{"azpol":"manifest/v1"}"#), ["AZP0401"]);
        assert_eq!(codes(r#"{"azpol":"manifest/v1","files":[{"path":5}]}"#), ["AZP0401"]);
        assert_eq!(codes(r#"{"azpol":"manifest/v1","files":[{"path":"a","types":["x"]}]}"#), ["AZP0401"]);
        assert_eq!(
            codes(r#"{"azpol":"manifest/v1","files":[{"path":"a","collected":"yesterday"}]}"#),
            ["AZP0406"]
        );
        assert_eq!(
            codes(r#"{"azpol":"manifest/v1","files":[{"path":"a","scopes":["/nowhere/x"]}]}"#),
            ["AZP0407"]
        );
    }

    #[test]
    fn what_is_written_says_the_same() {
        let text = write(&manifest(WHOLE).0.expect("read")).expect("written");
        assert!(
            text.starts_with("azpol: manifest/v1\ntenant: T\nfiles:\n- path: a.json\n- path: b.json\n"),
            "{text}"
        );
        let mut faults = Diagnostics::new();
        let node = yaml::parse(FileId(0), &text, &mut faults).remove(0);
        let again = read(&node, &mut faults).expect("a manifest");
        assert!(faults.is_empty(), "{faults:?}");
        let entry = &again.files[1];
        assert_eq!((entry.types.len(), entry.scopes.len(), entry.command.as_deref()), (1, 2, Some("az x")));
        assert_eq!(entry.collected.map(|time| time.to_string()).as_deref(), Some("2025-03-01T06:00:00Z"));
        assert_eq!(entry.sha256.as_deref(), Some("a".repeat(64).as_str()));
    }
}
