//! Resource ids.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::Arc;

use super::{ResourceType, SubscriptionId};

/// The id of a resource, a resource group, a subscription or a management group, as ARM writes them:
/// `/subscriptions/{s}/resourceGroups/{g}/providers/{namespace}/{type}/{name}[/{type}/{name}…]`.
///
/// Kept in the spelling in which it came, with exactly one leading slash and no trailing one; compared and
/// sorted without case. Odd spellings that occur (`//subscriptions`, `/Subscriptions/`, no leading slash, a
/// trailing slash) are read.
#[derive(Clone)]
pub struct ResourceId {
    /// The spelling; behind it, if it has letters in upper case, the same in lower case.
    texts: Arc<str>,
    length: u32,
    /// A hash of the form in lower case: unlike ids are told apart by it nearly always.
    mark: u32,
}

impl ResourceId {
    /// From any spelling. What isn't an id at all gives `None`: it has to begin with `subscriptions` or
    /// `providers`, and to have a value for each key.
    pub fn parse(text: &str) -> Option<ResourceId> {
        ResourceId::checked(text).map(ResourceId::from_trimmed)
    }

    /// An id without the slashes around it, if the text is one.
    pub(crate) fn checked(text: &str) -> Option<&str> {
        let trimmed = text.trim().trim_matches('/');
        let first = &trimmed[..memchr::memchr(b'/', trimmed.as_bytes())?];
        let known = first.eq_ignore_ascii_case("subscriptions") || first.eq_ignore_ascii_case("providers");
        let mut bytes = trimmed.as_bytes();
        while let Some(at) = memchr::memchr(b'/', bytes) {
            bytes = &bytes[at + 1..];
            if bytes.first() == Some(&b'/') {
                return None;
            }
        }
        known.then_some(trimmed)
    }

    fn from_trimmed(trimmed: &str) -> ResourceId {
        let length = trimmed.len() + 1;
        let texts = if trimmed.bytes().any(|b| b.is_ascii_uppercase()) {
            let mut texts = ["/", trimmed, "/", trimmed].concat();
            texts[length..].make_ascii_lowercase();
            texts
        } else {
            ["/", trimmed].concat()
        };
        let mark = mark(&texts.as_bytes()[texts.len() - length..]);
        // INVARIANT: no text is longer than an element of a file, which is smaller than 4 GiB.
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        ResourceId { texts: texts.into(), length, mark }
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
        let mut text = format!("{}/providers/{}", self.as_str(), types.next().unwrap_or_default());
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
        &self.texts[..self.length as usize]
    }

    /// In lower case: the form that is compared and sorted.
    pub fn folded(&self) -> &str {
        &self.texts[self.texts.len() - self.length as usize..]
    }

    /// The part in front of the last `/providers/`, and the part behind it.
    fn split_provider(&self) -> Option<(&str, &str)> {
        let at = memchr::memmem::rfind(self.folded().as_bytes(), b"/providers/")?;
        Some((&self.as_str()[..at], &self.as_str()[at + "/providers/".len()..]))
    }

    fn segments(&self) -> impl Iterator<Item = &str> {
        self.as_str()[1..].split('/')
    }

    /// The subscription that it lies in, in lower case.
    pub(crate) fn folded_subscription(&self) -> Option<&str> {
        let behind = self.folded().strip_prefix("/subscriptions/")?;
        Some(&behind[..memchr::memchr(b'/', behind.as_bytes()).unwrap_or(behind.len())])
    }

    /// The subscription that it lies in.
    pub fn subscription_id(&self) -> Option<SubscriptionId> {
        self.folded_subscription().map(SubscriptionId::new)
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
        self.as_str().rsplit('/').next().unwrap_or_default()
    }

    /// The names joined by `/`: `server/database`.
    pub fn full_name(&self) -> String {
        match self.split_provider() {
            Some((_, behind)) => behind.split('/').skip(2).step_by(2).collect::<Vec<_>>().join("/"),
            None => self.name().to_owned(),
        }
    }

    /// Whether the names joined by `/` are these, compared without case.
    pub fn has_full_name(&self, name: &str) -> bool {
        match self.split_provider() {
            Some((_, behind)) => {
                let mut wanted = name.split('/');
                let mut names = behind.split('/').skip(2).step_by(2);
                names.all(|own| wanted.next().is_some_and(|wanted| wanted.eq_ignore_ascii_case(own)))
                    && wanted.next().is_none()
            }
            None => self.name().eq_ignore_ascii_case(name),
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
        self.folded()
            .strip_prefix(scope.folded())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// A hash that spreads well enough for ids, eight bytes at a time.
pub(crate) fn mark(bytes: &[u8]) -> u32 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let (chunks, rest) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let mut state = bytes.len() as u64;
    for chunk in chunks.iter().chain([&last]) {
        state = (state ^ u64::from_le_bytes(*chunk)).wrapping_mul(FACTOR);
        state ^= state >> 32;
    }
    u32::try_from(state & 0xFFFF_FFFF).unwrap_or(0)
}

/// What is found by the id of a resource.
pub type ById<V> = HashMap<ResourceId, V, Marked>;

/// Hashes ids of resources and of subscriptions by their marks: those of resources are there already.
pub type Marked = BuildHasherDefault<MarkHasher>;

/// See [`Marked`].
#[derive(Debug, Clone, Copy, Default)]
pub struct MarkHasher(u64);

impl Hasher for MarkHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.write_u32(mark(bytes));
    }

    /// A text ends with a byte of its own.
    fn write_u8(&mut self, byte: u8) {
        self.write_u32(byte.into());
    }

    fn write_u32(&mut self, mark: u32) {
        self.0 = (self.0 ^ u64::from(mark)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl PartialEq for ResourceId {
    fn eq(&self, other: &ResourceId) -> bool {
        self.mark == other.mark && self.folded() == other.folded()
    }
}

impl Eq for ResourceId {}

impl Hash for ResourceId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.mark.hash(state);
    }
}

impl PartialOrd for ResourceId {
    fn partial_cmp(&self, other: &ResourceId) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ResourceId {
    fn cmp(&self, other: &ResourceId) -> Ordering {
        self.folded().cmp(other.folded())
    }
}

impl fmt::Debug for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ResourceId").field(&self.as_str()).finish()
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
