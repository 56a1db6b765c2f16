//! Whole files as trees.

use std::fs;
use std::sync::Arc;

use super::discover::unreadable;
use super::{Diagnostics, FileId, Form, Input, Node, SourceMap, decode, json, yaml};

/// Reads a file whole: all its top-level documents. Its text is held in the [`SourceMap`] from then on.
///
/// Faults are pushed; what could be read is returned.
pub fn documents(sources: &mut SourceMap, input: &Input, faults: &mut Diagnostics) -> Vec<Node> {
    match text(sources, input.file, faults) {
        Some(text) => parse(input.file, input.form, &text, faults),
        None => Vec::new(),
    }
}

/// The decoded text of a file, read if it isn't held yet, and held from then on.
pub fn text(sources: &mut SourceMap, file: FileId, faults: &mut Diagnostics) -> Option<Arc<str>> {
    let source = sources.file(file)?;
    if let Some(text) = &source.text {
        return Some(Arc::clone(text));
    }
    let bytes = match fs::read(source.path.as_ref()?) {
        Ok(bytes) => bytes,
        Err(error) => {
            faults.push(unreadable(&source.name, &error));
            return None;
        }
    };
    match decode::decode(file, bytes) {
        Ok(text) => {
            let text: Arc<str> = text.into();
            sources.hold(file, Arc::clone(&text));
            Some(text)
        }
        Err(fault) => {
            faults.push(*fault);
            None
        }
    }
}

/// The bytes of a file as they lie on disk; `None` for standard input and what can't be read (again).
pub fn bytes(sources: &SourceMap, file: FileId) -> Option<Vec<u8>> {
    fs::read(sources.file(file)?.path.as_ref()?).ok()
}

/// All documents of a text that is held already.
pub fn parse(file: FileId, form: Form, text: &str, faults: &mut Diagnostics) -> Vec<Node> {
    match form {
        Form::Json | Form::Lines => json::parse_file(file, text, form == Form::Lines, faults),
        Form::Yaml => yaml::parse(file, text, faults),
        Form::Unknown => unknown(file, text, faults),
    }
}

/// JSON if it is JSON, else YAML if it is YAML, else the faults of the one that it looks like.
fn unknown(file: FileId, text: &str, faults: &mut Diagnostics) -> Vec<Node> {
    let mut json_faults = Diagnostics::new();
    let documents = json::parse_file(file, text, false, &mut json_faults);
    let looks_like_json = text.trim_start().starts_with(['{', '[', '"', '/']);
    if json_faults.has_errors() && !looks_like_json {
        return yaml::parse(file, text, faults);
    }
    faults.extend(json_faults);
    documents
}
