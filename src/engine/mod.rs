//! A rule bound to its parameters becomes a program; the program runs against a resource; what a deployment
//! would create for it.

mod alias;
mod alone;
mod answers;
mod applicability;
mod bind;
mod change;
pub mod codes;
mod compare;
mod compile;
mod context;
mod count;
mod doubt;
mod effects;
mod evaluate;
mod existence;
mod extension_types;
mod failures;
mod fold;
mod indexed;
mod observe;
mod policy;
mod program;
mod reads;
mod subject;
mod tally;
mod time;
mod truth;
mod types_without_tags;
mod unknown;
mod walk;

pub use alone::Alone;
pub use answers::{Answers, Failing};
pub use bind::{BoundParameters, bind, bind_member, bind_set, check_member};
pub use change::{Change, ChangeKind, Changes, Clash, Outcome, Skipped, Write, clashes};
pub use compile::{Language, NotBuilt, NotBuiltKind, compile};
pub use doubt::{Doubt, Doubts};
pub use effects::{NotEvaluable, Standing};
pub use existence::{ExistenceCheck, NameRule, SearchPlace, is_extension};
pub use failures::Failures;
pub use observe::{Explanation, ExplanationKind, LeafRecord, Looked, Observer, Part, Recorder, Silent};
pub use policy::{CompiledPolicy, DeploymentOptions, SecretReference};
pub use subject::{Candidate, Occasion, Subject, SubscriptionSubject};
pub use truth::{Cause, Truth};
pub use types_without_tags::has_no_tags;
pub use unknown::unknown_aliases;

#[cfg(test)]
mod tests;
