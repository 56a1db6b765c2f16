//! What rules can ask about the place in which a resource lies.

use crate::arm::template::ResourceGroupFacts;
use crate::arm::{Object, ResourceId, Value};
use crate::engine::{Subject, SubscriptionSubject};
use crate::inventory::{Existence, Inventory, Resource, Subscription};

/// A subscription with the group of the resource that was asked for last: resources come group by group, so that
/// each group is looked up once.
#[derive(Debug, Clone)]
pub struct Surroundings {
    whole: SubscriptionSubject,
    group: Option<ResourceGroupFacts>,
}

impl Surroundings {
    /// Of a subscription.
    pub fn new(subscription: &Subscription) -> Surroundings {
        Surroundings { whole: SubscriptionSubject::new(subscription), group: None }
    }

    /// The subscription itself as a policy looks at it.
    pub fn subscription<'a>(&'a self, now: Option<&'a str>) -> Subject<'a> {
        self.whole.subject(now)
    }

    /// A resource of the subscription as a policy looks at it.
    pub fn subject<'a>(
        &'a mut self,
        inventory: &Inventory,
        resource: &'a Resource,
        now: Option<&'a str>,
    ) -> Subject<'a> {
        self.enter(inventory, &resource.id);
        let resource_group = self.group.as_ref().filter(|group| resource.id.is_within(&group.id));
        Subject { resource, resource_group, ..self.whole.subject(now) }
    }

    fn enter(&mut self, inventory: &Inventory, id: &ResourceId) {
        if self.group.as_ref().is_none_or(|group| !id.is_within(&group.id))
            && let Some(group) = id.resource_group_id()
        {
            self.group = Some(group_facts(inventory, group));
        }
    }
}

/// What the files say of a resource group; what they don't say is unknown to a rule or a template.
pub fn group_facts(inventory: &Inventory, id: ResourceId) -> ResourceGroupFacts {
    let found = match inventory.resource_group(&id) {
        Existence::Exists(found) => Some(found),
        Existence::Absent | Existence::Unknown => None,
    };
    ResourceGroupFacts {
        location: found.and_then(|group| group.location.as_ref()).map(|place| place.as_str().into()),
        tags: found
            .filter(|group| group.carries("tags"))
            .map(|group| group.body.get("tags").cloned().unwrap_or_else(|| Object::new().into())),
        managed_by: found
            .filter(|group| group.carries("managedBy"))
            .map(|group| group.body.get("managedBy").cloned().unwrap_or(Value::Null)),
        id,
    }
}
