//! Expansion of deployment templates into the concrete resources that ARM would put to the resource providers.

mod request;

pub use request::{
    DeployedResource, DeploymentRequest, Expansion, ExpansionFault, FaultKind, ResourceGroupFacts,
    SubscriptionFacts,
};
