//! Which listings are known to hold everything.

use std::collections::{BTreeMap, HashMap};

use crate::arm::{ManagementGroupId, ResourceId, ResourceType, Scope, SubscriptionId};
use crate::source::{Diagnostic, Span};

use super::codes;

/// What is known about the listing of a type in a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listing {
    /// All resources of the type in the scope are in the inventory: a manifest says so.
    Manifest,
    /// All are in the inventory: whoever runs azpol says so (`--complete`).
    Asserted,
    /// The listing goes on elsewhere, whatever a manifest or flag says: `nextLink`, a skip token,
    /// `resultTruncated`, a count below the total. With the place that shows it.
    Disproved(Span, String),
    /// Nothing is known.
    Unknown,
}

impl Listing {
    /// Whether absence from the files is absence from Azure.
    pub fn is_complete(&self) -> bool {
        matches!(self, Listing::Manifest | Listing::Asserted)
    }
}

/// A type in a scope that is asserted to be complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completeness {
    /// The type; `None` asserts every type that was given.
    pub resource_type: Option<ResourceType>,
    /// The scope; `None` asserts it for every subscription known to the run.
    pub scope: Option<Scope>,
}

impl Completeness {
    /// From the value of `--complete`: empty, `TYPE`, or `TYPE@SCOPE`, where a scope is an id or the GUID of a
    /// subscription.
    pub fn parse(text: &str) -> Result<Completeness, Diagnostic> {
        let (resource_type, scope) = match text.trim().split_once('@') {
            Some((resource_type, scope)) => (resource_type.trim(), Some(scope.trim())),
            None => (text.trim(), None),
        };
        let segments: Vec<&str> = resource_type.trim_matches('/').split('/').collect();
        let is_type = segments.len() > 1 && segments.iter().all(|segment| !segment.is_empty());
        if !resource_type.is_empty() && !is_type {
            return Err(Diagnostic::new(
                &codes::BAD_COMPLETE,
                format!("`{resource_type}` of `--complete` is no resource type"),
            )
            .help("write the provider and the type, such as `Microsoft.Security/automations`"));
        }
        let scope = match scope {
            None => None,
            Some(text) => Some(parse_scope(text).ok_or_else(|| {
                Diagnostic::new(&codes::BAD_COMPLETE, format!("`{text}` of `--complete` is no scope"))
                    .help("write an id such as `/subscriptions/{guid}`, or the GUID of a subscription")
            })?),
        };
        let resource_type = (!resource_type.is_empty()).then(|| ResourceType::new(resource_type));
        Ok(Completeness { resource_type, scope })
    }
}

/// A scope as users write it: an id, or a subscription's bare GUID.
fn parse_scope(text: &str) -> Option<Scope> {
    if text.contains('/') {
        return Scope::parse(text);
    }
    let is_guid = text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
    is_guid.then(|| Scope::Subscription(SubscriptionId::new(text)))
}

/// Who says that a listing is complete; a manifest outweighs a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Says {
    Manifest,
    Flag,
}

impl Says {
    fn listing(self) -> Listing {
        match self {
            Says::Manifest => Listing::Manifest,
            Says::Flag => Listing::Asserted,
        }
    }
}

/// The claims about one type.
#[derive(Debug, Default, Clone)]
struct Claims {
    /// In every subscription and group of the run.
    everywhere: Option<Says>,
    /// In every subscription of these tenants.
    tenants: BTreeMap<String, Says>,
    groups: BTreeMap<ManagementGroupId, Says>,
    subscriptions: HashMap<SubscriptionId, Says>,
    /// Resource groups and single resources.
    below: HashMap<ResourceId, Says>,
}

/// What shows that a listing isn't complete.
#[derive(Debug, Clone)]
pub(crate) struct Disproof {
    /// The type; `None` where the page is empty and its link doesn't say: any type.
    pub(crate) resource_type: Option<ResourceType>,
    /// The scope; `None` where nothing says it: any scope.
    pub(crate) scope: Option<Scope>,
    pub(crate) span: Span,
    pub(crate) why: String,
}

/// Where a subscription lies, as far as completeness needs it.
pub(crate) trait Places {
    /// Whether a subscription is known to lie under a group.
    fn is_under(&self, subscription: &SubscriptionId, group: &ManagementGroupId) -> bool;
    /// Whether it may lie under it.
    fn may_be_under(&self, subscription: &SubscriptionId, group: &ManagementGroupId) -> bool;
    /// The tenant of a subscription, in lower case.
    fn tenant(&self, subscription: &SubscriptionId) -> Option<&str>;
}

/// All that is known about completeness.
#[derive(Debug, Default, Clone)]
pub(crate) struct Known {
    claims: HashMap<ResourceType, Claims>,
    /// Disproofs of a subscription or what lies in it.
    against_one: BTreeMap<SubscriptionId, Vec<Disproof>>,
    /// Disproofs of anything wider.
    against_many: Vec<Disproof>,
}

impl Known {
    /// States that a type is complete in a scope. A tenant's scope holds for that tenant's subscriptions, or for
    /// all where no tenant is named.
    pub(crate) fn claim(
        &mut self,
        resource_type: &ResourceType,
        scope: Option<&Scope>,
        tenant: Option<&str>,
        says: Says,
    ) {
        let claims = self.claims.entry(resource_type.clone()).or_default();
        let keep = |known: &mut Says| *known = (*known).min(says);
        match (scope, tenant) {
            (Some(Scope::Tenant), Some(tenant)) => {
                claims.tenants.entry(tenant.to_ascii_lowercase()).and_modify(keep).or_insert(says);
            }
            (None | Some(Scope::Tenant), _) => {
                claims.everywhere = Some(claims.everywhere.map_or(says, |known| known.min(says)));
            }
            (Some(Scope::ManagementGroup(group)), _) => {
                claims.groups.entry(group.clone()).and_modify(keep).or_insert(says);
            }
            (Some(Scope::Subscription(id)), _) => {
                claims.subscriptions.entry(id.clone()).and_modify(keep).or_insert(says);
            }
            (Some(Scope::ResourceGroup(id) | Scope::Resource(id)), _) => {
                claims.below.entry(id.clone()).and_modify(keep).or_insert(says);
            }
        }
    }

    /// States that a listing goes on elsewhere.
    pub(crate) fn disprove(&mut self, disproof: Disproof) {
        match disproof.scope.as_ref().and_then(Scope::subscription) {
            Some(id) => self.against_one.entry(id).or_default().push(disproof),
            None => self.against_many.push(disproof),
        }
    }

    /// What is known about a type in a scope.
    pub(crate) fn listing(
        &self,
        resource_type: &ResourceType,
        scope: &Scope,
        places: &impl Places,
    ) -> Listing {
        if let Some(disproof) = self.against(resource_type, Some(scope), places) {
            return Listing::Disproved(disproof.span, disproof.why.clone());
        }
        let Some(claims) = self.claims.get(resource_type) else { return Listing::Unknown };
        claims.says(scope, places).map_or(Listing::Unknown, Says::listing)
    }

    /// The first thing that disproves a listing; without a scope, the listing of any.
    pub(crate) fn against(
        &self,
        resource_type: &ResourceType,
        scope: Option<&Scope>,
        places: &impl Places,
    ) -> Option<&Disproof> {
        let hits = |disproof: &&Disproof| {
            disproof.resource_type.as_ref().is_none_or(|disproved| disproved == resource_type)
                && match (scope, &disproof.scope) {
                    (Some(scope), Some(disproved)) => may_overlap(disproved, scope, places),
                    _ => true,
                }
        };
        let one = match scope.and_then(Scope::subscription) {
            Some(id) => self.against_one.get(&id).and_then(|list| list.iter().find(hits)),
            None => self.against_one.values().flatten().find(hits),
        };
        one.or_else(|| self.against_many.iter().find(hits))
    }
}

impl Claims {
    fn says(&self, scope: &Scope, places: &impl Places) -> Option<Says> {
        let mut found: Vec<Says> = self.everywhere.into_iter().collect();
        let subscription = scope.subscription();
        if let Some(id) = &subscription {
            found.extend(self.subscriptions.get(id).copied());
            if !self.tenants.is_empty() {
                found.extend(places.tenant(id).and_then(|tenant| self.tenants.get(tenant)).copied());
            }
            found.extend(
                self.groups.iter().filter(|(group, _)| places.is_under(id, group)).map(|(_, says)| *says),
            );
        }
        match scope {
            Scope::ResourceGroup(id) => found.extend(self.below.get(id).copied()),
            Scope::Resource(id) => {
                found.extend(self.below.get(id).copied());
                found.extend(id.resource_group_id().and_then(|group| self.below.get(&group)).copied());
            }
            Scope::ManagementGroup(group) => found.extend(self.groups.get(group).copied()),
            Scope::Tenant | Scope::Subscription(_) => {}
        }
        // A scope above subscriptions is also covered by its tenant, where there is one tenant only.
        if subscription.is_none() && self.tenants.len() == 1 {
            found.extend(self.tenants.values().copied());
        }
        found.into_iter().min()
    }
}

/// Whether two scopes may have something in common.
fn may_overlap(a: &Scope, b: &Scope, places: &impl Places) -> bool {
    match (a, b) {
        (Scope::Tenant, _) | (_, Scope::Tenant) => true,
        (Scope::ManagementGroup(a), Scope::ManagementGroup(b)) => a == b,
        (Scope::ManagementGroup(group), other) | (other, Scope::ManagementGroup(group)) => {
            other.subscription().is_none_or(|id| places.may_be_under(&id, group))
        }
        (Scope::Subscription(a), b) | (b, Scope::Subscription(a)) => b.subscription().as_ref() == Some(a),
        (Scope::ResourceGroup(a) | Scope::Resource(a), Scope::ResourceGroup(b) | Scope::Resource(b)) => {
            a.is_within(b) || b.is_within(a)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Completeness, Disproof, Known, Listing, Places, Says};
    use crate::arm::{ManagementGroupId, ResourceType, Scope, SubscriptionId};
    use crate::source::Span;

    struct Nested;

    impl Places for Nested {
        fn is_under(&self, subscription: &SubscriptionId, group: &ManagementGroupId) -> bool {
            subscription.as_str() == "s" && group.as_str() == "g"
        }
        fn may_be_under(&self, subscription: &SubscriptionId, group: &ManagementGroupId) -> bool {
            subscription.as_str() == "unplaced" || self.is_under(subscription, group)
        }
        fn tenant(&self, subscription: &SubscriptionId) -> Option<&str> {
            Some(if subscription.as_str() == "s" { "t" } else { "other" })
        }
    }

    fn automations() -> ResourceType {
        ResourceType::new(ResourceType::AUTOMATION)
    }

    fn listing(known: &Known, scope: &str) -> Listing {
        known.listing(&automations(), &Scope::parse(scope).expect("a scope"), &Nested)
    }

    fn claimed(scope: Option<&str>, tenant: Option<&str>) -> Known {
        let mut known = Known::default();
        let scope = scope.map(|scope| Scope::parse(scope).expect("a scope"));
        known.claim(&automations(), scope.as_ref(), tenant, Says::Manifest);
        known
    }

    #[test]
    fn a_claim_covers_what_lies_below_its_scope() {
        let subscription = claimed(Some("/subscriptions/s"), None);
        assert_eq!(listing(&subscription, "/subscriptions/S"), Listing::Manifest);
        assert_eq!(listing(&subscription, "/subscriptions/s/resourceGroups/g"), Listing::Manifest);
        assert_eq!(listing(&subscription, "/subscriptions/x"), Listing::Unknown);
        let group = claimed(Some("/providers/Microsoft.Management/managementGroups/g"), None);
        assert_eq!(listing(&group, "/subscriptions/s"), Listing::Manifest);
        assert_eq!(listing(&group, "/subscriptions/unplaced"), Listing::Unknown);
        let one_group = claimed(Some("/subscriptions/s/resourceGroups/g"), None);
        assert_eq!(listing(&one_group, "/subscriptions/s/resourceGroups/G"), Listing::Manifest);
        assert_eq!(listing(&one_group, "/subscriptions/s"), Listing::Unknown);
    }

    #[test]
    fn a_tenant_covers_its_own_subscriptions_only() {
        let tenant = claimed(Some("/"), Some("T"));
        assert_eq!(listing(&tenant, "/subscriptions/s"), Listing::Manifest);
        assert_eq!(listing(&tenant, "/subscriptions/x"), Listing::Unknown);
        assert_eq!(listing(&claimed(Some("/"), None), "/subscriptions/x"), Listing::Manifest);
    }

    #[test]
    fn a_disproof_beats_every_claim() {
        let mut known = claimed(None, None);
        known.claim(&automations(), None, None, Says::Flag);
        known.disprove(Disproof {
            resource_type: Some(automations()),
            scope: Scope::parse("/subscriptions/s"),
            span: Span::none(),
            why: "more".to_owned(),
        });
        assert!(matches!(listing(&known, "/subscriptions/s"), Listing::Disproved(..)));
        assert!(matches!(listing(&known, "/subscriptions/s/resourceGroups/g"), Listing::Disproved(..)));
        assert_eq!(listing(&known, "/subscriptions/x"), Listing::Manifest);
    }

    #[test]
    fn the_flag_is_read() {
        let parse = |text: &str| Completeness::parse(text).map_err(|fault| fault.message);
        assert_eq!(parse(""), Ok(Completeness { resource_type: None, scope: None }));
        let whole = parse("Microsoft.Security/automations@/subscriptions/S").expect("read");
        assert_eq!(
            (whole.resource_type, whole.scope),
            (Some(automations()), Scope::parse("/subscriptions/s"))
        );
        let guid =
            parse("Microsoft.Security/automations@11111111-2222-3333-4444-555555555555").expect("read");
        assert_eq!(guid.scope, Scope::parse("/subscriptions/11111111-2222-3333-4444-555555555555"));
        assert!(parse("automations").is_err());
        assert!(parse("a/b@prod").is_err());
    }
}
