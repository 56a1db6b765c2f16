//! Shapes: the forms in which tools export one and the same thing. One file a family; each reads its form into
//! the form of Azure Resource Manager and says what the form has lost.

pub(crate) mod automation;
pub(crate) mod azgovviz;
pub(crate) mod envelope;
pub(crate) mod exemption;
pub(crate) mod group;
pub(crate) mod plain;
pub(crate) mod policy;
pub(crate) mod provider;
pub(crate) mod resource;
pub(crate) mod role_assignment;
pub(crate) mod subscription;
pub(crate) mod template;
pub(crate) mod text;

pub use envelope::Envelope;
pub use template::Unplaced;
