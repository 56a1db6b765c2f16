//! Expansion of deployment templates into the concrete resources that ARM would put to the resource providers.

mod alone;
mod answers;
mod body;
mod deployment;
mod expand;
mod instance;
mod literal;
mod model;
mod order;
mod place;
mod read;
mod request;
mod shape;
mod target;

pub use expand::{PreparedTemplate, expand, secret_expression};
pub use literal::{template_text, to_template_json};
pub use request::{
    DeployedResource, DeploymentRequest, Expansion, ExpansionFault, FaultKind, ResourceGroupFacts,
    SubscriptionFacts,
};
