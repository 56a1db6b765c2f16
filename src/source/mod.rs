//! Files become text with positions, and faults in them become diagnostics.
//!
//! This room knows bytes, encodings and the grammars of JSON, JSONC, NDJSON and YAML. It doesn't know
//! Azure: what a document means is decided in the rooms below.

mod code;
pub mod codes;
mod diagnostic;
pub mod json;
mod map;
mod node;
mod span;

pub(crate) use code::codes;
pub use code::{Code, Severity};
pub use diagnostic::{Diagnostic, Diagnostics, Label};
pub use map::{SourceFile, SourceMap};
pub use node::{Member, Node, NodeValue};
pub use span::{FileId, Span};
