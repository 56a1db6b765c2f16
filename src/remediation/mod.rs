//! What would be deployed, with which rights, in which tasks, with which hazards; the proof that it converges.

mod assigned;
pub mod codes;
mod deployment;
mod difference;
mod estate;
mod name;
mod quote;
#[cfg(test)]
pub(crate) mod sample;
mod secret;
mod target;

pub use assigned::Assigned;
pub use deployment::{Action, Deployment, PlannedResource};
pub use difference::{Change, ChangeKind, Difference};
pub use estate::{Estate, Existence, existence, lies_within};
pub use target::{Target, TargetKind};
