//! A rule bound to its parameters becomes a program; the program runs against a resource; what a deployment
//! would create for it.

mod alone;
mod answers;
mod applicability;
mod bind;
pub mod codes;
mod compare;
mod compile;
mod context;
mod count;
mod doubt;
mod evaluate;
mod existence;
mod extension_types;
mod failures;
mod fold;
mod observe;
mod policy;
mod program;
mod reads;
mod subject;
mod tally;
mod time;
mod truth;
mod walk;

pub use alone::Alone;
pub use answers::{Answers, Failing};
pub use bind::{BoundParameters, bind};
pub use compile::{NotBuilt, NotBuiltKind, compile};
pub use doubt::Doubt;
pub use existence::{ExistenceCheck, NameRule, SearchPlace};
pub use failures::Failures;
pub use observe::{Explanation, ExplanationKind, LeafRecord, Looked, Observer, Part, Recorder, Silent};
pub use policy::{CompiledPolicy, DeploymentOptions};
pub use subject::{Candidate, Subject, SubscriptionSubject};
pub use truth::{Cause, Truth};

#[cfg(test)]
mod tests;
