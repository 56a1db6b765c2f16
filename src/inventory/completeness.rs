//! Which listings are known to hold everything.

use crate::arm::{ResourceType, Scope};
use crate::source::Span;

/// What is known about the listing of a type in a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listing {
    /// All resources of the type in the scope are in the inventory: a manifest says so.
    Manifest,
    /// All are in the inventory: whoever runs azpol says so (`--complete`).
    Asserted,
    /// The listing goes on elsewhere, whatever a manifest or flag says: `nextLink`, a skip token,
    /// `resultTruncated`, a count below the total. With the place that shows it.
    Disproved(Span, String),
    /// Nothing is known.
    Unknown,
}

impl Listing {
    /// Whether absence from the files is absence from Azure.
    pub fn is_complete(&self) -> bool {
        matches!(self, Listing::Manifest | Listing::Asserted)
    }
}

/// A type in a scope that is asserted to be complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completeness {
    /// The type; `None` asserts every type that was given.
    pub resource_type: Option<ResourceType>,
    /// The scope; `None` asserts it for every subscription known to the run.
    pub scope: Option<Scope>,
}
