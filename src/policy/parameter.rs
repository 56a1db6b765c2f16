//! Parameters of definitions.

use std::sync::Arc;

use crate::arm::Value;
use crate::source::Span;

/// The type of a parameter; names compare without case, the default is `String`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ParameterType {
    /// `String`
    String,
    /// `Array`
    Array,
    /// `Object`
    Object,
    /// `Boolean`
    Boolean,
    /// `Integer`
    Integer,
    /// `Float`
    Float,
    /// `DateTime`
    DateTime,
}

/// A parameter that a definition declares.
#[derive(Debug, Clone)]
pub struct ParameterDefinition {
    /// Its name; compared without case.
    pub name: Arc<str>,
    /// Its type.
    pub parameter_type: ParameterType,
    /// Makes it optional.
    pub default: Option<Value>,
    /// The values that an assignment may give, compared with case; for an array each item has to be one.
    pub allowed: Option<Vec<Value>>,
    /// `metadata.strongType`.
    pub strong_type: Option<Arc<str>>,
    /// `metadata.assignPermissions`: the portal grants the assignment's identity its roles on this value.
    pub assign_permissions: bool,
    /// Where it is declared.
    pub span: Span,
}
