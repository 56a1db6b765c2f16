//! Subscriptions.

use std::sync::Arc;

use crate::arm::{SubscriptionId, Value};
use crate::source::Span;

use super::Chain;

/// A fact that a shape may not carry.
#[derive(Debug, Clone, PartialEq)]
pub enum Known<T> {
    /// It is carried.
    Yes(T),
    /// The shape says nothing about it.
    No,
}

impl<T> Known<T> {
    /// The fact, where it is carried.
    pub fn as_option(&self) -> Option<&T> {
        match self {
            Known::Yes(value) => Some(value),
            Known::No => None,
        }
    }
}

/// The state of a subscription, as ARM names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubscriptionState {
    /// `Enabled`
    Enabled,
    /// `Disabled`
    Disabled,
    /// `Warned`
    Warned,
    /// `PastDue`
    PastDue,
    /// `Deleted`
    Deleted,
}

/// A subscription.
#[derive(Debug, Clone)]
pub struct Subscription {
    /// Its id.
    pub id: SubscriptionId,
    /// What people call it; the id where no shape carries a name.
    pub display_name: Arc<str>,
    /// Its state; `az account list` without `--all` leaves out all but enabled ones, a tree carries none.
    pub state: Known<SubscriptionState>,
    /// Its tenant.
    pub tenant: Known<Arc<str>>,
    /// Its tags (an object); `az account list` carries none.
    pub tags: Known<Value>,
    /// The management groups above it.
    pub chain: Chain,
    /// Where it stands.
    pub span: Span,
}
