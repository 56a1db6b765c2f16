//! Catalogues of a run: files that users give.

use std::sync::Arc;

use serde_json::Deserializer;

use crate::arm::{Value, codes};
use crate::source::{Diagnostic, Diagnostics, FileId, Form, Node, Span, read};

use super::AliasCatalog;
use super::read::Filling;
use super::types::{self, PropertyTypes};

/// The longest text that is read; its lengths are counted in 32 bits.
const LONGEST: usize = 1 << 30;

/// Reads one catalogue from several files: listings of resource providers with their aliases, and Bicep's types of Azure
/// (`types.json`), which say what properties are like. What comes first for an alias of a type stays.
#[derive(Debug, Default)]
pub struct AliasReader {
    filling: Filling,
    properties: PropertyTypes,
    /// Whether some file was there to give aliases.
    listed: bool,
    broken: bool,
}

impl AliasReader {
    /// Has read nothing yet.
    pub fn new() -> AliasReader {
        AliasReader::default()
    }

    /// Reads a file. What is wrong with it is pushed, with its place.
    pub fn read(&mut self, file: FileId, form: Form, text: &str, faults: &mut Diagnostics) {
        let whole = Span::new(file, 0, text.len().min(1) as u64);
        if text.len() > LONGEST {
            let fault = Diagnostic::new(&codes::NO_CATALOG, "this catalogue has more than 1 GiB");
            faults.push(fault.at(whole, "not read").help("give the providers in several files"));
            self.broken = true;
            return;
        }
        if types::is_index(text) {
            return;
        }
        if types::seems(text) {
            if let Err(fault) = self.properties.add(text) {
                let message = format!("these types of Bicep can't be read: {fault}");
                faults.push(Diagnostic::new(&codes::NO_CATALOG, message).at(whole, "not read"));
                self.broken = true;
            }
            return;
        }
        self.listed = true;
        let before = (self.filling.table.rows().len(), self.filling.incomplete);
        self.filling.seen = false;
        if !self.quickly(form, text) {
            self.slowly(file, form, text, faults);
        }
        if self.filling.incomplete > before.1 {
            let documents = read::parse(file, form, text, &mut Diagnostics::new());
            for node in &documents {
                incomplete(node, faults);
            }
        }
        if self.filling.table.rows().len() == before.0 && !self.broken {
            faults.push(nothing(whole, self.filling.seen));
            self.broken = true;
        }
    }

    /// Whether it could be read in one pass.
    fn quickly(&mut self, form: Form, text: &str) -> bool {
        let before = self.filling.incomplete;
        let mut json = Deserializer::from_str(text);
        let read = form != Form::Yaml && self.filling.document(&mut json).is_ok() && json.end().is_ok();
        if !read {
            // What was taken over already comes again, and counts once.
            self.filling.abandon(before);
        }
        read
    }

    /// With the reader that knows places, comments and YAML.
    fn slowly(&mut self, file: FileId, form: Form, text: &str, faults: &mut Diagnostics) {
        let mut found = Diagnostics::new();
        let documents = read::parse(file, form, text, &mut found);
        self.broken |= found.has_errors();
        faults.extend(found);
        for node in documents {
            // Into a value of the JSON crate: the same reader takes it.
            let value = Value::from(&node).to_serde();
            if self.filling.document(value).is_err() {
                self.broken = true;
            }
        }
    }

    /// The catalogue; `None` where a file was at fault. Where only types of Bicep were given, which say what properties
    /// are like and name no alias, the aliases are those that ship with azpol.
    pub fn finish(self) -> Option<AliasCatalog> {
        if self.broken {
            return None;
        }
        let mut catalog = if self.listed {
            AliasCatalog::given(self.filling.table.finish())
        } else {
            AliasCatalog::built_in()
        };
        catalog.properties = (!self.properties.is_empty()).then(|| Arc::new(self.properties));
        Some(catalog)
    }
}

/// The fault of a file without an alias.
fn nothing(whole: Span, seen: bool) -> Diagnostic {
    let message = if seen {
        "this listing of resource providers holds no alias"
    } else {
        "this is no catalogue of aliases"
    };
    Diagnostic::new(&codes::NO_CATALOG, message)
        .at(whole, "no alias in this file")
        .help("write one with: az provider list --expand resourceTypes/aliases")
}

/// Names every alias that has no name or no path.
fn incomplete(node: &Node, faults: &mut Diagnostics) {
    for item in node.items() {
        incomplete(item, faults);
    }
    for member in node.members() {
        if !member.key.eq_ignore_ascii_case("aliases") {
            incomplete(&member.value, faults);
            continue;
        }
        let one = std::slice::from_ref(&member.value);
        let aliases = if member.value.is_array() { member.value.items() } else { one };
        for alias in aliases.iter().filter(|alias| alias.is_object()) {
            if let Some(lack) = lack(alias) {
                faults.push(
                    Diagnostic::new(&codes::INCOMPLETE_ALIAS, format!("this alias has no {lack}"))
                        .at(alias.span, "left out")
                        .help("without it the alias counts as unknown"),
                );
            }
        }
    }
}

fn lack(alias: &Node) -> Option<&'static str> {
    let text = |key: &str| alias.get(key).and_then(Node::as_str).filter(|text| !text.is_empty());
    if text("name").is_none_or(|name| !name.contains('/')) {
        return Some("name of the form `Namespace/…`");
    }
    let by_version = |node: &Node| {
        node.items().iter().any(|path| path.get("path").is_some() && path.get("apiVersions").is_some())
    };
    let paths = alias.get("paths").is_some_and(by_version);
    (text("defaultPath").is_none() && !paths).then_some("path")
}
