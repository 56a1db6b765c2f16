//! Files become text with positions, and faults in them become diagnostics.
//!
//! This room knows bytes, encodings and the grammars of JSON, JSONC, NDJSON and YAML. It doesn't know
//! Azure: what a document means is decided in the rooms below.

mod code;
pub mod codes;
pub mod decode;
mod diagnostic;
pub mod discover;
mod excerpt;
mod inside;
pub mod json;
mod map;
mod mask;
mod members;
mod node;
mod position;
mod printable;
pub mod read;
mod render;
mod span;
pub mod split;
pub mod yaml;

pub(crate) use code::codes;
pub use code::{Code, Severity};
pub use diagnostic::{Diagnostic, Diagnostics, Label};
pub use discover::{Form, Input, discover};
pub use inside::inside;
pub use map::{SourceFile, SourceMap};
pub use mask::{is_secret, mask, mask_value};
pub use members::doubled_keys;
pub use node::{Member, Node, NodeValue};
pub use position::position;
pub use printable::{printable, printable_json, steers};
pub use read::documents;
pub use render::{RenderStyle, render};
pub use span::{FileId, Span};
