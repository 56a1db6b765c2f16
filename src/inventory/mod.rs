//! What a tenant holds, read from every shape that users' tools export, and what is known to be complete.

mod completeness;
mod place;
mod resource;
mod subscription;

pub use completeness::{Completeness, Listing};
pub use place::{Chain, Placement};
pub use resource::{Resource, ShapeLoss};
pub use subscription::{Known, Subscription, SubscriptionState};
