//! What a tenant holds, read from every shape that users' tools export, and what is known to be complete.
//!
//! [`InventoryBuilder::document`] takes documents in any order. Each says itself what it is ([`Kind`]); its
//! envelope is opened, each element is read into ARM's own form (`shape`), the same thing from two sources is
//! merged. [`InventoryBuilder::finish`] applies manifests and assertions and gives the [`Inventory`], which
//! answers the questions of the rooms below, and the [`PolicyDocuments`] for the room `policy`.

mod access;
mod around;
mod body;
mod builder;
pub mod codes;
mod collected;
mod completeness;
mod documents;
mod finish;
mod foreign;
mod halves;
mod kept;
mod kind;
mod lookup;
mod merge;
mod place;
mod placing;
mod resource;
mod settle;
mod shape;
mod stated;
mod stream;
mod subscription;
mod tell;
mod tree;

pub use access::{Deployment, Exemption, ProviderRegistration, RoleAssignment};
pub use body::Body;
pub use builder::{DocumentSummary, InventoryBuilder, Provenance};
pub use completeness::{Completeness, Listing};
pub use documents::PolicyDocuments;
pub use foreign::Foreign;
pub use kept::Kept;
pub use kind::Kind;
pub use lookup::{Assertion, Existence, Inventory};
pub use place::{Chain, Placement};
pub use resource::{Resource, ShapeLoss};
pub use shape::{Envelope, Unplaced};
pub use stream::{PieceReader, Portion};
pub use subscription::{Known, SetAside, SetAsideReason, Subscription, SubscriptionState};
pub use tree::ManagementGroup;
