//! Azure Resource Manager's own language: identifiers, values, template expressions and their functions,
//! template expansion, aliases.

pub mod alias;
pub mod codes;
mod compare;
mod id;
mod location;
pub mod nearest;
mod reader;
mod reads;
mod resource_type;
mod scope;
pub mod semantics;
mod value;

pub use alias::AliasCatalog;
pub use compare::{culture_order, deep_equal};
pub(crate) use id::mark;
pub use id::{ById, Marked, ResourceId};
pub use location::Location;
pub use reader::ValueReader;
pub use reads::{FieldPaths, Reads};
pub use resource_type::ResourceType;
pub use scope::{ManagementGroupId, Scope, SubscriptionId};
pub use semantics::Semantics;
pub use value::{Object, Value};

pub mod expression;
pub mod template;
