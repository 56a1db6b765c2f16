//! What the plan asks of the tenant.

use crate::arm::{ManagementGroupId, ResourceId, ResourceType, Scope, SubscriptionId};
use crate::inventory::{
    Deployment as Record, Existence, Inventory, Listing, Placement, Resource, RoleAssignment, Subscription,
};

/// The tenant as far as the files say: what hazards, rights and the proof ask of it.
pub trait Estate: Sync {
    /// A subscription.
    fn subscription(&self, id: &SubscriptionId) -> Option<&Subscription>;

    /// A resource or a resource group.
    fn resource(&self, id: &ResourceId) -> Option<&Resource>;

    /// The resources of a type in a subscription, by id.
    fn resources(&self, subscription: &SubscriptionId, resource_type: &ResourceType) -> Vec<&Resource>;

    /// Whether all resources of the type in the scope are known.
    fn listing(&self, resource_type: &ResourceType, scope: &Scope) -> Listing;

    /// Whether a management group lies under another one (or is it).
    fn group_placement(&self, group: &ManagementGroupId, above: &ManagementGroupId) -> Placement;

    /// The state of a provider's registration in a subscription: `Registered` as Azure writes it.
    fn registration(&self, subscription: &SubscriptionId, namespace: &str) -> Option<&str>;

    /// The role assignments of a principal.
    fn roles_of(&self, principal: &str) -> Vec<&RoleAssignment>;

    /// The assignments of a role (the last segment of its id), whoever holds it.
    fn holders_of(&self, role: &str) -> Vec<&RoleAssignment>;

    /// The records of deployments at a subscription's scope.
    fn records(&self, subscription: &SubscriptionId) -> Vec<&Record>;
}

impl Estate for Inventory {
    fn subscription(&self, id: &SubscriptionId) -> Option<&Subscription> {
        Inventory::subscription(self, id)
    }

    fn resource(&self, id: &ResourceId) -> Option<&Resource> {
        Inventory::resource(self, id)
    }

    fn resources(&self, subscription: &SubscriptionId, resource_type: &ResourceType) -> Vec<&Resource> {
        Inventory::resources(self, subscription, resource_type).collect()
    }

    fn listing(&self, resource_type: &ResourceType, scope: &Scope) -> Listing {
        Inventory::listing(self, resource_type, scope)
    }

    fn group_placement(&self, group: &ManagementGroupId, above: &ManagementGroupId) -> Placement {
        Inventory::group_placement(self, group, above)
    }

    fn registration(&self, subscription: &SubscriptionId, namespace: &str) -> Option<&str> {
        self.provider(subscription, namespace).map(|provider| &*provider.state)
    }

    fn roles_of(&self, principal: &str) -> Vec<&RoleAssignment> {
        self.role_assignments(principal).iter().collect()
    }

    fn holders_of(&self, role: &str) -> Vec<&RoleAssignment> {
        self.all_role_assignments()
            .filter(|granted| granted.role_definition.eq_ignore_ascii_case(role))
            .collect()
    }

    fn records(&self, subscription: &SubscriptionId) -> Vec<&Record> {
        self.subscription_deployments(subscription)
    }
}

/// Whether the resource exists: a complete listing of its type, of a scope around it, or of its groups shows
/// that it doesn't.
pub fn existence<'a>(estate: &'a dyn Estate, id: &ResourceId) -> Existence<'a> {
    if let Some(resource) = estate.resource(id) {
        return Existence::Exists(resource);
    }
    let Some(subscription) = id.subscription_id() else {
        return Existence::Unknown;
    };
    let in_subscription = Scope::Subscription(subscription);
    if estate.listing(&id.resource_type(), &in_subscription).is_complete() {
        return Existence::Absent;
    }
    let Some(group) = id.resource_group_id().filter(|group| group != id) else {
        return Existence::Unknown;
    };
    if estate.listing(&id.resource_type(), &Scope::ResourceGroup(group.clone())).is_complete() {
        return Existence::Absent;
    }
    let groups = ResourceType::new(ResourceType::RESOURCE_GROUP);
    if estate.resource(&group).is_none() && estate.listing(&groups, &in_subscription).is_complete() {
        return Existence::Absent;
    }
    Existence::Unknown
}

/// Whether `scope` is `outer` or lies below it. A subscription's chain and the tree say which groups lie above.
pub fn lies_within(estate: &dyn Estate, scope: &Scope, outer: &Scope) -> Placement {
    match (scope, outer) {
        (_, Scope::Tenant) => Placement::Under,
        (Scope::ManagementGroup(group), Scope::ManagementGroup(above)) => {
            estate.group_placement(group, above)
        }
        (Scope::Tenant | Scope::ManagementGroup(_), _) => Placement::Outside,
        (_, Scope::ManagementGroup(above)) => scope
            .subscription()
            .and_then(|id| estate.subscription(&id))
            .map_or(Placement::Unknown, |subscription| subscription.placement(above)),
        (_, Scope::Subscription(outer)) if scope.subscription().as_ref() == Some(outer) => Placement::Under,
        (
            Scope::ResourceGroup(inner) | Scope::Resource(inner),
            Scope::ResourceGroup(outer) | Scope::Resource(outer),
        ) if inner.is_within(outer) => Placement::Under,
        _ => Placement::Outside,
    }
}
