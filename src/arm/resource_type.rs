//! Resource types.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// A resource type such as `Microsoft.Security/automations`, in the spelling in which it came; compared without case.
///
/// The two spellings of a resource group (`Microsoft.Resources/resourceGroups` in templates,
/// `Microsoft.Resources/subscriptions/resourceGroups` in policies) are one type here: the second.
#[derive(Debug, Clone)]
pub struct ResourceType {
    text: Arc<str>,
    folded: Arc<str>,
}

impl ResourceType {
    /// `Microsoft.Resources/subscriptions`.
    pub const SUBSCRIPTION: &'static str = "Microsoft.Resources/subscriptions";
    /// `Microsoft.Resources/subscriptions/resourceGroups`.
    pub const RESOURCE_GROUP: &'static str = "Microsoft.Resources/subscriptions/resourceGroups";
    /// `Microsoft.Security/automations`.
    pub const AUTOMATION: &'static str = "Microsoft.Security/automations";

    /// From any spelling; slashes at either end don't count.
    pub fn new(text: &str) -> ResourceType {
        let text = text.trim_matches('/');
        let text = if text.eq_ignore_ascii_case("Microsoft.Resources/resourceGroups") {
            Self::RESOURCE_GROUP
        } else {
            text
        };
        ResourceType { text: text.into(), folded: text.to_ascii_lowercase().into() }
    }

    /// As it was spelled.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// As it was spelled, to be shared.
    pub(crate) fn shared(&self) -> &Arc<str> {
        &self.text
    }

    /// In lower case: the form that is compared and sorted.
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// Whether it is this type, in any case.
    pub fn is(&self, text: &str) -> bool {
        self.folded.eq_ignore_ascii_case(text)
    }

    /// The provider's namespace: `Microsoft.Security`.
    pub fn namespace(&self) -> &str {
        self.text.split('/').next().unwrap_or_default()
    }

    /// How many segments stand behind the namespace; the number of segments of a full name.
    pub fn depth(&self) -> usize {
        self.text.split('/').count().saturating_sub(1)
    }

    /// Whether it lies below the other type (`server/firewallRules` below `server`).
    pub fn is_below(&self, parent: &ResourceType) -> bool {
        self.folded.strip_prefix(&*parent.folded).is_some_and(|rest| rest.starts_with('/'))
    }
}

impl PartialEq for ResourceType {
    fn eq(&self, other: &ResourceType) -> bool {
        self.folded == other.folded
    }
}

impl Eq for ResourceType {}

impl Hash for ResourceType {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.folded.hash(state);
    }
}

impl PartialOrd for ResourceType {
    fn partial_cmp(&self, other: &ResourceType) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ResourceType {
    fn cmp(&self, other: &ResourceType) -> Ordering {
        self.folded.cmp(&other.folded)
    }
}

impl fmt::Display for ResourceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
