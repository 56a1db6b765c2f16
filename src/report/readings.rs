//! How the language was read, where that is not the usual way.

use crate::arm::Semantics;
use crate::arm::semantics::Reading;
use crate::source::printable;

use super::lines::wrap;

/// A line, wrapped, that names what is read otherwise than by default; nothing where all is.
pub(super) fn line(semantics: &Semantics, width: usize) -> String {
    let named = |Reading { point, reading }| format!("{point} {reading}");
    let chosen: Vec<String> = semantics.changed().map(named).collect();
    if chosen.is_empty() {
        return String::new();
    }
    let text = format!("read otherwise than by default: {}", chosen.join(", "));
    let mut lines = wrap(&printable(&text), width).join("\n");
    lines.push('\n');
    lines
}

/// Where the known aliases come from, for programs.
pub(super) fn aliases(given: bool) -> &'static str {
    if given { "given" } else { "shipped" }
}
