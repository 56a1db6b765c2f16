//! Assignments over the tree: applicability, states, roll-up.

mod state;

pub use state::{
    ComplianceState, FailedLeaf, LookedFor, MissingFact, NearMiss, PolicyState, Provisional, ReasonKind,
};
