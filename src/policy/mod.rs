//! The documents of Azure Policy, lowered from the spanned tree.
//!
//! Lowering finds every fault of a document at once and never guesses: what isn't understood is a
//! diagnostic. Nothing here is bound to parameters yet; that is the room `engine`.

mod assignment;
mod condition;
mod definition;
mod effect;
mod parameter;

pub use assignment::{EnforcementMode, Identity, IdentityType, PolicyAssignment, Selective};
pub use condition::{Condition, Count, Leaf, Operator, Subject};
pub use definition::{
    DefinitionSource, Deployment, Details, ExistenceScope, PolicyDefinition, PolicyMode, PolicyRule,
    PolicyType,
};
pub use effect::Effect;
pub use parameter::{ParameterDefinition, ParameterType};
