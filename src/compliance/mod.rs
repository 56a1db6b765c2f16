//! Assignments over the tree: which subscriptions and resources each covers, what its definition says of them, why,
//! and which facts the files lack.

pub mod codes;
mod compiled;
mod coverage;
mod definitions;
mod evaluate;
mod existence;
mod explain;
mod extensions;
mod facts;
mod listed;
mod met;
mod resolve;
mod run;
mod selection;
mod state;
mod summary;
mod surroundings;
mod targets;
mod verdict;

pub use compiled::Compiled;
pub use coverage::{Coverage, Inside, Within, coverage, within};
pub use definitions::{Definitions, Found};
pub use evaluate::{evaluate, occasion};
pub use explain::{Considered, Explained, Reach, Search, explain};
pub use facts::{OpenFact, open_facts};
pub use listed::{Listed, Unlisted};
pub use met::met;
pub use resolve::{Setting, resolve};
pub use run::{Disabled, Evaluated, Excluded, Member, NotEvaluated, Run, WhyNot, called};
pub use selection::{Selection, Wanted};
pub use state::{
    ComplianceState, DecidingLeaf, Evidence, LookedFor, MissingFact, NearMiss, PolicyState, Provisional,
    ReasonKind,
};
pub use summary::Summary;
pub use surroundings::{Surroundings, group_facts};
