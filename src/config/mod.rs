//! azpol's own documents: `azpol.yaml` (choices) and the inventory manifest (facts about files).
//!
//! Both are validated by a schema in `schemas/`; faults carry the place in the document.

pub mod codes;
pub mod manifest;
mod schema;
mod settings;

pub use manifest::{Manifest, ManifestEntry};
pub(crate) use schema::Schema;
pub use settings::{ColorChoice, Config, FailOn, OutputFormat};
