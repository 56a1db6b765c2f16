//! Where and under which name a related resource is looked for.

use std::sync::Arc;

use crate::arm::semantics::{
    ExtensionSearch, NestedWithoutName, ScopeAndGroup, Semantics, SubscriptionSearch,
};
use crate::arm::{ResourceId, ResourceType};
use crate::inventory::Resource;

use super::{Doubt, extension_types};
use crate::policy::ExistenceScope;

/// What the existence check of one resource looks for.
///
/// <https://learn.microsoft.com/azure/governance/policy/concepts/effect-deploy-if-not-exists#deployifnotexists-properties>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExistenceCheck {
    /// The type of the related resource.
    pub resource_type: ResourceType,
    /// Its name, as the rule gives it.
    pub name: Option<Arc<str>>,
    /// How the name is compared.
    pub name_rule: Option<NameRule>,
    /// Where it is searched.
    pub place: SearchPlace,
    /// Readings that the documentation leaves open.
    pub doubts: Vec<Doubt>,
}

/// Where a related resource is searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SearchPlace {
    /// In the resource group of this id.
    ResourceGroup(ResourceId),
    /// In the whole subscription.
    Subscription,
    /// Directly on the resource: its extensions.
    On(ResourceId),
    /// Below the resource: its children.
    Below(ResourceId),
}

/// How the name of a related resource is compared; always without case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameRule {
    /// With the last segment of the candidate's name.
    Last,
    /// With its whole name, `parent/child`.
    Full,
    /// Every child of the parent that is named in front of `/?`.
    ChildrenOf(Arc<str>),
}

/// The parts of a rule's details that decide a search, evaluated for a resource.
pub(super) struct Wanted<'a> {
    pub(super) resource_type: &'a ResourceType,
    pub(super) name: Option<Arc<str>>,
    pub(super) group: Option<Arc<str>>,
    pub(super) scope: ExistenceScope,
    pub(super) scope_given: bool,
}

/// Where and how to search for a resource; an `Err` says what can't be searched.
pub(super) fn search(
    wanted: Wanted<'_>,
    subject: &Resource,
    semantics: &Semantics,
) -> Result<ExistenceCheck, String> {
    let mut doubts = Vec::new();
    let resource_type = wanted.resource_type;
    let below = resource_type.is_below(&subject.resource_type);
    let placed = wanted.scope_given || wanted.group.as_ref().is_some_and(|group| !group.is_empty());
    let extends = is_extension(resource_type, semantics)
        && (semantics.extension_search == ExtensionSearch::Resource || !placed);
    let nested = resource_type.depth() > 1 && !below && !extends;
    if nested && wanted.name.is_none() {
        if semantics.nested_without_name == NestedWithoutName::Error {
            return Err(format!("`{resource_type}` lies below other resources, and no name is given"));
        }
        doubts.push(Doubt::NestedWithoutName);
    }
    let place = if extends {
        SearchPlace::On(subject.id.clone())
    } else if below {
        SearchPlace::Below(subject.id.clone())
    } else {
        sibling(&wanted, subject, semantics, &mut doubts)?
    };
    let name_rule = match &wanted.name {
        None => None,
        Some(name) => Some(name_rule(name, resource_type, below || extends)?),
    };
    Ok(ExistenceCheck { resource_type: resource_type.clone(), name: wanted.name, name_rule, place, doubts })
}

/// Whether resources of this type lie on other resources.
pub fn is_extension(resource_type: &ResourceType, semantics: &Semantics) -> bool {
    extension_types::extends(resource_type) || semantics.extension_types.contains(resource_type)
}

fn sibling(
    wanted: &Wanted<'_>,
    subject: &Resource,
    semantics: &Semantics,
    doubts: &mut Vec<Doubt>,
) -> Result<SearchPlace, String> {
    let subscription = subject.id.subscription_id().ok_or_else(|| {
        format!("`{}` lies in no subscription, so nothing can be searched there", subject.id)
    })?;
    if wanted.resource_type.is(ResourceType::RESOURCE_GROUP) {
        // No group lies in a group.
        return Ok(SearchPlace::Subscription);
    }
    let named = wanted.group.as_ref().filter(|name| !name.is_empty());
    if wanted.scope == ExistenceScope::Subscription {
        if named.is_none() || semantics.scope_and_group == ScopeAndGroup::Subscription {
            return Ok(SearchPlace::Subscription);
        }
        doubts.push(Doubt::ScopeAndGroup);
    }
    if let Some(group) = named {
        return Ok(SearchPlace::ResourceGroup(ResourceId::resource_group(&subscription, group)));
    }
    if let Some(group) = subject.id.resource_group_id() {
        return Ok(SearchPlace::ResourceGroup(group));
    }
    // The resource is a subscription or lies in it directly: there is no group that contains it.
    if wanted.group.is_some() || wanted.scope_given {
        return Err("the group to search comes out empty".to_owned());
    }
    if semantics.subscription_search == SubscriptionSearch::Error {
        return Err(
            "neither a group nor a scope to search is given, and no group contains the resource".to_owned()
        );
    }
    doubts.push(Doubt::SubscriptionSearch);
    Ok(SearchPlace::Subscription)
}

fn name_rule(name: &str, resource_type: &ResourceType, under: bool) -> Result<NameRule, String> {
    let segments = name.split('/').count();
    if let Some((parent, "?")) = name.rsplit_once('/') {
        return Ok(NameRule::ChildrenOf(parent.into()));
    }
    if name == "?" {
        return Err(format!("the name `?` of `{resource_type}` says no parent: `parent/?` does"));
    }
    match segments {
        1 if under => Ok(NameRule::Last),
        segments if segments == resource_type.depth() => Ok(NameRule::Full),
        1 => Ok(NameRule::Last),
        _ => Err(format!("the name `{name}` has {segments} segments, which `{resource_type}` can't have")),
    }
}

impl ExistenceCheck {
    /// The resource group that is searched, where one is.
    pub fn resource_group(&self) -> Option<&ResourceId> {
        match &self.place {
            SearchPlace::ResourceGroup(group) => Some(group),
            _ => None,
        }
    }

    /// Whether a resource lies where it is searched, has the type, and the name if one is wanted.
    pub fn admits(&self, candidate: &Resource) -> bool {
        candidate.resource_type == self.resource_type && self.names(candidate) && self.lies(candidate)
    }

    /// Whether its name is the wanted one, wherever it lies.
    pub fn names(&self, candidate: &Resource) -> bool {
        let Some(wanted) = &self.name else { return true };
        match &self.name_rule {
            None => true,
            Some(NameRule::Last) => candidate.name().eq_ignore_ascii_case(wanted),
            Some(NameRule::Full) => candidate.id.has_full_name(wanted),
            Some(NameRule::ChildrenOf(parent)) => candidate
                .id
                .full_name()
                .rsplit_once('/')
                .is_some_and(|(above, _)| above.eq_ignore_ascii_case(parent)),
        }
    }

    /// Whether it lies where is searched; the subscription is not asked for: candidates come from one.
    pub fn lies(&self, candidate: &Resource) -> bool {
        match &self.place {
            SearchPlace::ResourceGroup(group) => candidate.id.is_within(group),
            SearchPlace::Subscription => true,
            SearchPlace::On(resource) => {
                let folded = candidate.id.folded();
                folded.rfind("/providers/").is_some_and(|at| folded[..at] == *resource.folded())
            }
            SearchPlace::Below(resource) => candidate.id.is_within(resource) && candidate.id != *resource,
        }
    }
}
