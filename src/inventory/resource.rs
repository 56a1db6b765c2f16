//! Resources.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use crate::arm::{Location, ResourceId, ResourceType, Value};
use crate::source::Span;

use super::shape::plain;

/// A resource of the inventory in ARM's own form, whatever tool exported it.
#[derive(Debug, Clone)]
pub struct Resource {
    /// Its id.
    pub id: ResourceId,
    /// Its type: what `type` says where present (and isn't one of the odd texts that occur), else the id's.
    pub resource_type: ResourceType,
    /// Its region, in normal form.
    pub location: Option<Location>,
    /// The whole resource in REST form: `id`, `name`, `type`, `location`, `tags`, `kind`, `properties`, …
    /// Flattened shapes are put back under `properties`; members that the tool added are taken out.
    pub body: Body,
    /// What the shape that it came in has lost, if anything.
    pub loss: Option<ShapeLoss>,
    /// Where it stands.
    pub span: Span,
}

/// A resource's body. Most are only asked whether they exist: those stay text until somebody looks into them.
#[derive(Clone)]
pub struct Body {
    value: OnceLock<Value>,
    /// INVARIANT: without a value, this is the text of an element from which `plain` makes one.
    text: Box<str>,
}

impl Body {
    /// One that is read when it is asked for; `text` was found to be plain.
    pub(super) fn unread(text: &str) -> Body {
        Body { value: OnceLock::new(), text: text.into() }
    }

    /// The body.
    pub fn value(&self) -> &Value {
        self.value.get_or_init(|| plain::body(&self.text))
    }
}

impl From<Value> for Body {
    fn from(value: Value) -> Body {
        Body { value: value.into(), text: Box::default() }
    }
}

impl Deref for Body {
    type Target = Value;

    fn deref(&self) -> &Value {
        self.value()
    }
}

impl PartialEq for Body {
    fn eq(&self, other: &Body) -> bool {
        self.value() == other.value()
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value().fmt(f)
    }
}

impl fmt::Display for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value().fmt(f)
    }
}

/// What the shape of an export doesn't carry of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShapeLoss {
    /// The shape carries no properties at all (`az resource list`).
    NoProperties,
    /// Cut off: a serialiser's depth limit left texts where objects were.
    Truncated,
    /// A projection: only these members (paths in REST form, in lower case) are carried.
    Projected(Vec<Arc<str>>),
}

impl Resource {
    /// Whether what stands (or doesn't stand) at a path of the body can be relied on: `properties.sources`.
    pub fn carries(&self, path: &str) -> bool {
        match &self.loss {
            None => true,
            Some(ShapeLoss::NoProperties) => !path.to_ascii_lowercase().starts_with("properties"),
            Some(ShapeLoss::Truncated) => !path.to_ascii_lowercase().starts_with("properties."),
            Some(ShapeLoss::Projected(paths)) => {
                let path = path.to_ascii_lowercase();
                paths.iter().any(|p| {
                    path == **p
                        || path
                            .strip_prefix(&**p)
                            .is_some_and(|rest| rest.starts_with('.') || rest.starts_with('['))
                })
            }
        }
    }

    /// The last segment of the name.
    pub fn name(&self) -> &str {
        self.id.name()
    }
}
