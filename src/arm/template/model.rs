//! A template as it is written, with its expressions parsed.

use std::sync::Arc;

use crate::arm::Value;
use crate::arm::expression::Formula;
use crate::source::Span;

use super::body::Body;

/// A deployment template.
///
/// <https://learn.microsoft.com/azure/azure-resource-manager/templates/syntax>
#[derive(Debug)]
pub(super) struct Template {
    pub(super) parameters: Vec<ParameterTemplate>,
    /// `definitions`: types that parameters refer to.
    pub(super) definitions: Vec<(Arc<str>, Shape)>,
    pub(super) functions: Vec<FunctionTemplate>,
    pub(super) variables: Vec<VariableTemplate>,
    pub(super) resources: Vec<ResourceTemplate>,
    /// `languageVersion` 2.0: resources have symbolic names, functions may call functions.
    pub(super) symbolic: bool,
    pub(super) span: Span,
}

#[derive(Debug)]
pub(super) struct ParameterTemplate {
    pub(super) name: Arc<str>,
    pub(super) shape: Shape,
    pub(super) default: Option<Body>,
    pub(super) span: Span,
}

/// The type of a parameter, or of a part of one, with its constraints.
#[derive(Debug, Default, Clone)]
pub(super) struct Shape {
    pub(super) kind: Option<Kind>,
    /// `$ref`, without `#/definitions/`.
    pub(super) reference: Option<Arc<str>>,
    pub(super) nullable: bool,
    pub(super) allowed: Option<Vec<Value>>,
    pub(super) min_value: Option<i64>,
    pub(super) max_value: Option<i64>,
    pub(super) min_length: Option<i64>,
    pub(super) max_length: Option<i64>,
    pub(super) items: Option<Box<Shape>>,
    /// The types of the first items.
    pub(super) prefix: Vec<Shape>,
    /// Whether there may be no items behind those.
    pub(super) closed: bool,
    pub(super) properties: Vec<(Arc<str>, Shape)>,
    /// Whether members that aren't declared are refused.
    pub(super) sealed: bool,
    /// The member whose text decides between types.
    pub(super) discriminator: Option<Discriminator>,
}

/// A member of an object, and the type of the whole object for each of its texts.
#[derive(Debug, Clone)]
pub(super) struct Discriminator {
    pub(super) property: Arc<str>,
    pub(super) mapping: Vec<(Arc<str>, Shape)>,
}

/// The types that parameters have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Integer,
    Boolean,
    Object,
    Array,
}

/// A user's own function.
#[derive(Debug)]
pub(super) struct FunctionTemplate {
    /// `namespace.name`, in lower case.
    pub(super) name: Arc<str>,
    pub(super) parameters: Vec<Arc<str>>,
    pub(super) output: Formula,
}

#[derive(Debug)]
pub(super) struct VariableTemplate {
    pub(super) name: Arc<str>,
    pub(super) value: VariableValue,
}

#[derive(Debug)]
pub(super) enum VariableValue {
    One(Body),
    /// An element of `variables.copy`.
    Loop(CopyTemplate),
}

/// An element of `copy`: so many values of `input`.
#[derive(Debug)]
pub(super) struct CopyTemplate {
    pub(super) name: Arc<str>,
    pub(super) count: Formula,
    pub(super) input: Body,
}

#[derive(Debug)]
pub(super) struct ResourceTemplate {
    /// The key of the resource where resources have symbolic names.
    pub(super) symbol: Option<Arc<str>>,
    /// Only read, never deployed.
    pub(super) existing: bool,
    pub(super) condition: Option<Formula>,
    pub(super) repeat: Option<LoopTemplate>,
    pub(super) resource_type: Formula,
    pub(super) name: Formula,
    pub(super) api_version: Option<Formula>,
    pub(super) scope: Option<Formula>,
    pub(super) depends_on: Option<Formula>,
    /// What is put: every member but those above and `comments`, `resources`.
    pub(super) body: Vec<(Arc<str>, Body)>,
    pub(super) children: Vec<ResourceTemplate>,
    pub(super) nested: Option<NestedTemplate>,
    pub(super) span: Span,
}

/// The `copy` of a resource.
#[derive(Debug)]
pub(super) struct LoopTemplate {
    pub(super) name: Formula,
    pub(super) count: Formula,
    pub(super) batch_size: Option<Formula>,
}

/// What only `Microsoft.Resources/deployments` has.
#[derive(Debug)]
pub(super) struct NestedTemplate {
    pub(super) subscription: Option<Formula>,
    pub(super) group: Option<Formula>,
    pub(super) location: Option<Formula>,
    pub(super) mode: Option<Formula>,
    /// Whether its expressions see its own parameters and variables.
    pub(super) inner: bool,
    pub(super) parameters: Vec<Argument>,
    pub(super) template: Option<Template>,
}

/// A parameter that is passed to a nested template.
#[derive(Debug)]
pub(super) struct Argument {
    pub(super) name: Arc<str>,
    pub(super) value: ArgumentValue,
    pub(super) span: Span,
}

#[derive(Debug)]
pub(super) enum ArgumentValue {
    /// `{"value": …}`
    Value(Body),
    /// What gives an object with `value` or `reference`: an expression, or an object that copies its value.
    Wrapped(Body),
    /// `{"reference": {"keyVault": {"id": …}, "secretName": …}}`: a secret of a vault, which only the deployment reads.
    Secret(Body),
}
