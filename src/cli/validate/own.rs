//! azpol's own files among the inputs: `azpol.yaml`, manifests, policy tests.

use std::path::Path;

use crate::arm::nearest::nearest;
use crate::cli::test::Tests;
use crate::config::{self, Config};
use crate::lint;
use crate::report::validation::Looked;
use crate::source::{self, Diagnostic, Diagnostics, Input, Node, SourceMap};
use crate::testing;

/// Kinds of documents that azpol reads.
const READ: [&str; 3] = ["config/v1", "manifest/v1", "test/v1"];

/// Kinds of documents that azpol writes, without their versions: they hold nothing that an author could get wrong.
const WRITTEN: [&str; 5] = ["result/", "plan/", "explanation/", "validation/", "test-result/"];

/// Whether a file is a policy test by its name: it is read here, and by nobody else.
pub(super) fn is_test(input: &Input, sources: &SourceMap) -> bool {
    sources.file(input.file).is_some_and(|file| testing::is_test_file(&file.name))
}

/// Checks what a file holds of azpol's own documents, and counts it.
pub(super) fn check(
    input: &Input,
    text: &str,
    sources: &mut SourceMap,
    looked: &mut Looked,
    found: &mut Diagnostics,
) {
    let stem = sources.file(input.file).and_then(|file| file.path.as_deref()).and_then(Path::file_stem);
    let is_config = stem.is_some_and(|stem| stem.eq_ignore_ascii_case("azpol"));
    let is_test = is_test(input, sources);
    if !is_config && !is_test && !text.contains("azpol") {
        return;
    }
    // Faults of syntax were told when the inputs were read; a test's file wasn't.
    let mut faults = Diagnostics::new();
    let documents = source::read::parse(input.file, input.form, text, &mut faults);
    if is_test {
        found.extend(faults);
    }
    for document in &documents {
        let marker = document.get("azpol").filter(|marker| marker.as_str().is_some());
        let kind = marker.and_then(Node::as_str).unwrap_or_default();
        if is_test || kind.starts_with("test/") {
            looked.tests += 1;
            test(document, input, sources, found);
        } else if is_config || kind.starts_with("config/") {
            looked.configurations += 1;
            if let Some(config) = Config::read(document, found) {
                lint::severities(&config.severities, found);
            }
        } else if kind.starts_with("manifest/") {
            // Whoever read the inputs has checked it.
            looked.manifests += 1;
        } else if let Some(marker) = marker.filter(|_| !WRITTEN.iter().any(|known| kind.starts_with(known))) {
            found.push(unknown(kind, marker));
        }
    }
}

/// A test by its schema, and whether its definition is there.
fn test(document: &Node, input: &Input, sources: &mut SourceMap, found: &mut Diagnostics) {
    let Some(file) = testing::read(document, found) else { return };
    let path = sources.file(input.file).and_then(|file| file.path.clone());
    let mut faults = Diagnostics::new();
    // What is wrong within the definition is told where that is validated.
    Tests::default().definition(&file, path.as_deref(), sources, &mut faults);
    let named = faults.into_iter().filter(|fault| *fault.code == testing::codes::UNKNOWN_DEFINITION);
    named.for_each(|fault| found.push(fault));
}

fn unknown(kind: &str, marker: &Node) -> Diagnostic {
    let message = format!("`{kind}` is no kind of document that azpol knows");
    let fault = Diagnostic::new(&config::codes::UNKNOWN_VERSION, message).at(marker.span, "not read");
    fault.help(match nearest(kind, READ) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("azpol reads `{}`", READ.join("`, `")),
    })
}
