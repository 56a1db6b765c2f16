//! Assignments over the tree: applicability, states, roll-up.

mod coverage;
mod state;

pub use coverage::{Coverage, coverage};
pub use state::{
    ComplianceState, FailedLeaf, LookedFor, MissingFact, NearMiss, PolicyState, Provisional, ReasonKind,
};
