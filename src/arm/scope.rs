//! Scopes: where things are assigned and deployed.

use std::fmt;
use std::sync::Arc;

use super::ResourceId;

/// The id of a subscription, in lower case.
///
/// Usually a GUID; samples and tests have other texts, so the form isn't enforced here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubscriptionId(Arc<str>);

impl SubscriptionId {
    /// From any spelling, without `/subscriptions/`.
    pub fn new(text: &str) -> SubscriptionId {
        SubscriptionId(text.trim().to_ascii_lowercase().into())
    }

    /// The bare id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SubscriptionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name (the last segment of the id) of a management group; compared without case, kept as spelled.
#[derive(Debug, Clone)]
pub struct ManagementGroupId {
    text: Arc<str>,
    folded: Arc<str>,
}

impl ManagementGroupId {
    /// From a name or from an id that ends with it.
    pub fn new(text: &str) -> ManagementGroupId {
        let name = text.trim().trim_matches('/').rsplit('/').next().unwrap_or_default();
        ManagementGroupId { text: name.into(), folded: name.to_ascii_lowercase().into() }
    }

    /// As it was spelled.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// `/providers/Microsoft.Management/managementGroups/{name}`.
    pub fn id(&self) -> String {
        format!("/providers/Microsoft.Management/managementGroups/{}", self.text)
    }
}

impl PartialEq for ManagementGroupId {
    fn eq(&self, other: &ManagementGroupId) -> bool {
        self.folded == other.folded
    }
}

impl Eq for ManagementGroupId {}

impl std::hash::Hash for ManagementGroupId {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.folded.hash(state);
    }
}

impl PartialOrd for ManagementGroupId {
    fn partial_cmp(&self, other: &ManagementGroupId) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ManagementGroupId {
    fn cmp(&self, other: &ManagementGroupId) -> std::cmp::Ordering {
        self.folded.cmp(&other.folded)
    }
}

impl fmt::Display for ManagementGroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A place in the hierarchy of a tenant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// The tenant itself, `/`.
    Tenant,
    /// A management group.
    ManagementGroup(ManagementGroupId),
    /// A subscription.
    Subscription(SubscriptionId),
    /// A resource group: its whole id.
    ResourceGroup(ResourceId),
    /// A single resource.
    Resource(ResourceId),
}

impl Scope {
    /// From an id such as `/subscriptions/…` or `/providers/Microsoft.Management/managementGroups/…`; `/` is
    /// the tenant. `None` for what is no id.
    pub fn parse(text: &str) -> Option<Scope> {
        const GROUPS: &str = "/providers/microsoft.management/managementgroups/";
        let trimmed = text.trim().trim_matches('/');
        if trimmed.is_empty() {
            return text.contains('/').then_some(Scope::Tenant);
        }
        let id = ResourceId::parse(trimmed)?;
        if let Some(rest) = id.folded().strip_prefix(GROUPS)
            && !rest.contains('/')
        {
            return Some(Scope::ManagementGroup(ManagementGroupId::new(id.name())));
        }
        let subscription = id.subscription_id();
        Some(match (subscription, id.resource_group_name(), id.folded().contains("/providers/")) {
            (Some(subscription), None, false) => Scope::Subscription(subscription),
            (Some(_), Some(_), false) => Scope::ResourceGroup(id),
            _ => Scope::Resource(id),
        })
    }

    /// The id that users read and Azure takes.
    pub fn id(&self) -> String {
        match self {
            Scope::Tenant => "/".to_owned(),
            Scope::ManagementGroup(group) => group.id(),
            Scope::Subscription(subscription) => format!("/subscriptions/{subscription}"),
            Scope::ResourceGroup(id) | Scope::Resource(id) => id.as_str().to_owned(),
        }
    }

    /// The subscription that it is or lies in.
    pub fn subscription(&self) -> Option<SubscriptionId> {
        match self {
            Scope::Subscription(subscription) => Some(subscription.clone()),
            Scope::ResourceGroup(id) | Scope::Resource(id) => id.subscription_id(),
            Scope::Tenant | Scope::ManagementGroup(_) => None,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id())
    }
}
