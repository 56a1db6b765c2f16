//! What would be deployed, with which rights, in which tasks, with which hazards; the proof that it converges.

mod assigned;
pub mod codes;
mod deployment;
mod difference;
mod estate;
mod files;
mod from_run;
pub mod hazards;
pub mod json;
mod name;
mod plan;
mod proof;
mod quote;
mod readme;
mod rights;
mod roles;
#[cfg(test)]
pub(crate) mod sample;
mod scripts;
mod secret;
mod target;
mod task;
mod template;
mod write;

pub use assigned::Assigned;
pub use deployment::{Action, Deployment, PlannedResource};
pub use difference::{Change, ChangeKind, Difference};
pub use estate::{Estate, existence, lies_within};
pub use files::{PLAN_FILE, PlanFiles};
pub use from_run::{deploying_again, plan};
pub use plan::{Counts, Expanded, NotDeployable, NotPlanned, PlanInput, Refusal, RemediationPlan};
pub use proof::{Finding, NOT_PROVEN, Proof};
pub use rights::{Right, Who};
pub use roles::{Held, NeededRole, role_name};
pub use target::{Target, TargetKind};
pub use task::RemediationTask;
pub use template::{SubscriptionTemplate, templates};
pub use write::{WriteError, write_whole};
