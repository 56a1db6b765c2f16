//! What would be deployed, with which rights, in which tasks, with which hazards; the proof that it converges.

mod assigned;
pub mod codes;
mod deployment;
mod difference;
mod estate;
pub mod hazards;
mod name;
mod quote;
mod roles;
#[cfg(test)]
pub(crate) mod sample;
mod secret;
mod target;
mod task;
mod template;

pub use assigned::Assigned;
pub use deployment::{Action, Deployment, PlannedResource};
pub use difference::{Change, ChangeKind, Difference};
pub use estate::{Estate, Existence, existence, lies_within};
pub use roles::{Held, NeededRole, role_name};
pub use target::{Target, TargetKind};
pub use task::RemediationTask;
pub use template::{SubscriptionTemplate, templates};
