//! Subscriptions.

use std::sync::Arc;

use crate::arm::{ManagementGroupId, SubscriptionId, Value};
use crate::source::Span;

use super::{Chain, Placement};

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

impl SubscriptionState {
    /// From any spelling; `None` for a state that ARM doesn't have.
    pub fn parse(text: &str) -> Option<SubscriptionState> {
        [Self::Enabled, Self::Disabled, Self::Warned, Self::PastDue, Self::Deleted]
            .into_iter()
            .find(|state| state.as_str().eq_ignore_ascii_case(text))
    }

    /// As ARM writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            SubscriptionState::Enabled => "Enabled",
            SubscriptionState::Disabled => "Disabled",
            SubscriptionState::Warned => "Warned",
            SubscriptionState::PastDue => "PastDue",
            SubscriptionState::Deleted => "Deleted",
        }
    }
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

impl Subscription {
    /// Whether it lies under a management group. Every subscription lies under its tenant's root group, which bears
    /// the tenant's id; anything else its chain says.
    ///
    /// <https://learn.microsoft.com/azure/governance/management-groups/overview>
    pub fn placement(&self, group: &ManagementGroupId) -> Placement {
        let is_root =
            || self.tenant.as_option().is_some_and(|tenant| tenant.eq_ignore_ascii_case(group.as_str()));
        match self.chain.placement(group) {
            Placement::Unknown if is_root() => Placement::Under,
            placement => placement,
        }
    }
}

/// A subscription that stands in the files and isn't evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// Its id.
    pub id: SubscriptionId,
    /// What people call it.
    pub display_name: Arc<str>,
    /// Why.
    pub reason: SetAsideReason,
    /// Where it stands.
    pub span: Span,
}

/// Why a subscription isn't evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetAsideReason {
    /// No subscription at all: `az account list` writes an entry `N/A(tenant level account)`, with the tenant's
    /// id, for a tenant in which the account sees none.
    TenantLevelAccount,
    /// It belongs to another tenant than the one whose management groups are given (a guest's or a delegated
    /// one): policies of this tenant's groups don't reach it.
    OtherTenant(Arc<str>),
}
