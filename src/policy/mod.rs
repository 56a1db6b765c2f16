//! The documents of Azure Policy, lowered from the spanned tree.
//!
//! Lowering finds every fault of a document at once and never guesses: what isn't understood is a
//! diagnostic. Nothing here is bound to parameters yet; that is the room `engine`.

mod assignment;
pub mod codes;
mod condition;
mod definition;
mod details;
mod effect;
mod field;
mod lower;
mod parameter;
mod set;
mod shipped;
mod value_schema;
mod version;

pub use assignment::{EnforcementMode, Identity, IdentityType, PolicyAssignment, Selective};
pub use condition::{Condition, Count, Leaf, Operator, Subject};
pub use definition::{DefinitionSource, PolicyDefinition, PolicyMode, PolicyRule, PolicyType};
pub use details::{
    ActionDetails, AppendDetails, AppendEntry, CascadeBehavior, ConflictEffect, Deployment, Details,
    ExistenceDetails, ExistenceScope, ManualDetails, ManualState, ModifyDetails, ModifyOperation,
    NetworkGroupDetails, OperationKind, ProviderDetails, ProviderDetailsKind, SecretParameter,
};
pub use effect::Effect;
pub use field::{FieldFault, FieldName};
pub use lower::{assignment, definition, set_definition};
pub use parameter::{ParameterDefinition, ParameterType};
pub use set::{MemberParameter, PolicyGroup, PolicyMember, PolicySetDefinition};
pub use shipped::{SHIPPED, Shipped};
pub use value_schema::{Unfit, ValueSchema};
pub use version::VersionPattern;
