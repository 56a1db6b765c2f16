//! Assignments over the tree: which subscriptions each covers, what its definition says of them, why, and
//! which facts the files lack.

pub mod codes;
mod coverage;
mod definitions;
mod evaluate;
mod existence;
mod facts;
mod resolve;
mod run;
mod selection;
mod state;
mod summary;

pub use coverage::{Coverage, coverage};
pub use definitions::{Definitions, Found};
pub use evaluate::evaluate;
pub use facts::{OpenFact, open_facts};
pub use resolve::resolve;
pub use run::{Disabled, Evaluated, Excluded, NotEvaluated, Run, WhyNot};
pub use selection::Selection;
pub use state::{
    ComplianceState, FailedLeaf, LookedFor, MissingFact, NearMiss, PolicyState, Provisional, ReasonKind,
};
pub use summary::Summary;
