//! Where a subscription lies in the management-group tree, and what of that is known.

use std::sync::Arc;

use crate::arm::ManagementGroupId;

/// The management groups above a subscription, as far as the files say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chain {
    /// The groups that it is known to lie under, nearest first.
    pub above: Arc<[ManagementGroupId]>,
    /// Whether `above` ends with the tenant's root, so that a group which isn't named is no ancestor.
    pub complete: bool,
    /// Groups that it is known not to lie under although the chain isn't complete: a recursive listing of that
    /// very group lacks it.
    pub not_under: Vec<ManagementGroupId>,
}

/// Whether a subscription lies under a management group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// It does.
    Under,
    /// It is known not to.
    Outside,
    /// The files don't say.
    Unknown,
}

impl Chain {
    /// Whether it lies under this group.
    pub fn placement(&self, group: &ManagementGroupId) -> Placement {
        if self.above.contains(group) {
            Placement::Under
        } else if self.complete || self.not_under.contains(group) {
            Placement::Outside
        } else {
            Placement::Unknown
        }
    }
}
