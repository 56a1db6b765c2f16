//! Resource ids.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::{ResourceType, SubscriptionId};

/// The id of a resource, a resource group, a subscription or a management group, as ARM writes them:
/// `/subscriptions/{s}/resourceGroups/{g}/providers/{namespace}/{type}/{name}[/{type}/{name}…]`.
///
/// Kept in the spelling in which it came, with exactly one leading slash and no trailing one; compared and
/// sorted without case. Odd spellings that occur (`//subscriptions`, `/Subscriptions/`, no leading slash, a
/// trailing slash) are read.
#[derive(Debug, Clone)]
pub struct ResourceId {
    text: Arc<str>,
    folded: Arc<str>,
}

impl ResourceId {
    /// From any spelling. What isn't an id at all gives `None`: it has to begin with `subscriptions` or
    /// `providers`, and to have a value for each key.
    pub fn parse(text: &str) -> Option<ResourceId> {
        let trimmed = text.trim().trim_matches('/');
        let mut segments = trimmed.split('/');
        let first = segments.next()?;
        let known = first.eq_ignore_ascii_case("subscriptions") || first.eq_ignore_ascii_case("providers");
        if !known || trimmed.split('/').any(str::is_empty) || segments.next().is_none() {
            return None;
        }
        Some(ResourceId::from_trimmed(trimmed))
    }

    fn from_trimmed(trimmed: &str) -> ResourceId {
        let text: Arc<str> = format!("/{trimmed}").into();
        let folded = if text.bytes().any(|b| b.is_ascii_uppercase()) {
            text.to_ascii_lowercase().into()
        } else {
            text.clone()
        };
        ResourceId { text, folded }
    }

    /// The id of a subscription.
    pub fn subscription(subscription: &SubscriptionId) -> ResourceId {
        ResourceId::from_trimmed(&format!("subscriptions/{subscription}"))
    }

    /// The id of a resource group.
    pub fn resource_group(subscription: &SubscriptionId, group: &str) -> ResourceId {
        ResourceId::from_trimmed(&format!("subscriptions/{subscription}/resourceGroups/{group}"))
    }

    /// The id of something below this one: `/…/providers/{type}/{name}` with the names put between the
    /// segments of the type.
    #[must_use]
    pub fn child(&self, resource_type: &str, full_name: &str) -> ResourceId {
        let mut types = resource_type.split('/');
        let mut text = format!("{}/providers/{}", self.text, types.next().unwrap_or_default());
        let mut names = full_name.split('/');
        for segment in types {
            text.push('/');
            text.push_str(segment);
            if let Some(name) = names.next() {
                text.push('/');
                text.push_str(name);
            }
        }
        ResourceId::from_trimmed(text.trim_matches('/'))
    }

    /// As it was spelled (with one leading slash).
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// In lower case: the form that is compared and sorted.
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// The part in front of the last `/providers/`, and the part behind it.
    fn split_provider(&self) -> Option<(&str, &str)> {
        let at = self.folded.rfind("/providers/")?;
        Some((&self.text[..at], &self.text[at + "/providers/".len()..]))
    }

    fn segments(&self) -> impl Iterator<Item = &str> {
        self.text[1..].split('/')
    }

    /// The subscription that it lies in.
    pub fn subscription_id(&self) -> Option<SubscriptionId> {
        let mut segments = self.segments();
        segments.next()?.eq_ignore_ascii_case("subscriptions").then_some(())?;
        segments.next().map(SubscriptionId::new)
    }

    /// The name of the resource group that it lies in (or is).
    pub fn resource_group_name(&self) -> Option<&str> {
        let mut segments = self.segments();
        segments.next()?.eq_ignore_ascii_case("subscriptions").then_some(())?;
        segments.nth(1)?.eq_ignore_ascii_case("resourceGroups").then_some(())?;
        segments.next()
    }

    /// The id of the resource group that it lies in (or is).
    pub fn resource_group_id(&self) -> Option<ResourceId> {
        Some(ResourceId::resource_group(&self.subscription_id()?, self.resource_group_name()?))
    }

    /// The type that the id says: `Microsoft.Resources/subscriptions` and
    /// `Microsoft.Resources/subscriptions/resourceGroups` for those two.
    pub fn resource_type(&self) -> ResourceType {
        match self.split_provider() {
            Some((_, behind)) => {
                let mut segments = behind.split('/');
                let mut text = segments.next().unwrap_or_default().to_owned();
                for segment in segments.step_by(2) {
                    text.push('/');
                    text.push_str(segment);
                }
                ResourceType::new(&text)
            }
            None if self.resource_group_name().is_some() => ResourceType::new(ResourceType::RESOURCE_GROUP),
            None => ResourceType::new(ResourceType::SUBSCRIPTION),
        }
    }

    /// The last segment of the name.
    pub fn name(&self) -> &str {
        self.text.rsplit('/').next().unwrap_or_default()
    }

    /// The names joined by `/`: `server/database`.
    pub fn full_name(&self) -> String {
        match self.split_provider() {
            Some((_, behind)) => behind.split('/').skip(2).step_by(2).collect::<Vec<_>>().join("/"),
            None => self.name().to_owned(),
        }
    }

    /// What an extension resource lies on: the part before the last `/providers/`, where that is a resource.
    pub fn extended(&self) -> Option<ResourceId> {
        let (before, _) = self.split_provider()?;
        before
            .to_ascii_lowercase()
            .contains("/providers/")
            .then(|| ResourceId::from_trimmed(before.trim_matches('/')))
    }

    /// Whether it is `scope` or lies below it, compared by whole segments and without case.
    pub fn is_within(&self, scope: &ResourceId) -> bool {
        self.folded.strip_prefix(&*scope.folded).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl PartialEq for ResourceId {
    fn eq(&self, other: &ResourceId) -> bool {
        self.folded == other.folded
    }
}

impl Eq for ResourceId {}

impl Hash for ResourceId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.folded.hash(state);
    }
}

impl PartialOrd for ResourceId {
    fn partial_cmp(&self, other: &ResourceId) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ResourceId {
    fn cmp(&self, other: &ResourceId) -> Ordering {
        self.folded.cmp(&other.folded)
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
