//! Policy unit tests: cases beside a definition, what the policy says of each, and what was expected.
//!
//! A case becomes a small inventory and an assignment, and is evaluated as a scan evaluates a tenant.

mod case;
pub mod codes;
mod compare;
mod coverage;
mod diff;
mod evaluate;
mod run;
mod world;

pub use case::{Assigned, Context, Expectation, Looked, TestCase, TestFile, append, is_test_file, read};
pub use compare::Mismatch;
pub use coverage::{Coverage, Gap, Missed};
pub use diff::{Line, LineKind, diff};
pub use evaluate::{Actual, Assignable, evaluate};
pub use run::{CaseResult, Outcome, Selected, Totals, run};
