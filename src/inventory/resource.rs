//! Resources.

use std::sync::Arc;

use crate::arm::{Location, ResourceId, ResourceType};
use crate::source::Span;

use super::body::Body;

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
