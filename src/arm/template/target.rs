//! Where a deployment puts its resources, and the ids that they get there.

use std::sync::Arc;

use crate::arm::{ResourceId, ResourceType, SubscriptionId};

/// The scope of a deployment as a place for resources.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) subscription: Option<SubscriptionId>,
    pub(super) group: Option<ResourceId>,
    pub(super) management_group: Option<ResourceId>,
    /// What an id begins with: nothing for the tenant.
    base: String,
}

impl Target {
    pub(super) fn subscription(subscription: SubscriptionId) -> Target {
        let base = format!("/subscriptions/{subscription}");
        Target { subscription: Some(subscription), group: None, management_group: None, base }
    }

    pub(super) fn group(group: ResourceId) -> Target {
        let base = group.as_str().to_owned();
        Target { subscription: group.subscription_id(), group: Some(group), management_group: None, base }
    }

    pub(super) fn management_group(id: ResourceId) -> Target {
        let base = id.as_str().to_owned();
        Target { subscription: None, group: None, management_group: Some(id), base }
    }

    /// From the `scope` of a nested deployment: `/`, a subscription, or a management group.
    pub(super) fn at_scope(scope: &str) -> Option<Target> {
        let trimmed = scope.trim_matches('/');
        if trimmed.is_empty() {
            let base = String::new();
            return Some(Target { subscription: None, group: None, management_group: None, base });
        }
        let id = ResourceId::parse(trimmed).or_else(|| ResourceId::parse(&format!("providers/{trimmed}")))?;
        match (id.subscription_id(), id.resource_group_name()) {
            (Some(subscription), None) => Some(Target::subscription(subscription)),
            (Some(_), Some(_)) => Some(Target::group(id.resource_group_id()?)),
            (None, _) if id.resource_type().is("Microsoft.Management/managementGroups") => {
                Some(Target::management_group(id))
            }
            _ => None,
        }
    }

    /// The id of a resource, of type and name as they are written; the message says why there is none.
    pub(super) fn id(
        &self,
        resource_type: &str,
        name: &str,
        scope: Option<&str>,
    ) -> Result<ResourceId, String> {
        let types = resource_type.split('/').count().saturating_sub(1);
        let names = name.split('/').count();
        if types != names || types == 0 {
            return Err(format!(
                "the type `{resource_type}` has {types} segment(s) behind its namespace, but the name `{name}` has {names}"
            ));
        }
        let invalid = || format!("the type `{resource_type}` and the name `{name}` make no id");
        if ResourceType::new(resource_type).is(ResourceType::RESOURCE_GROUP) && types == 1 {
            return match (&self.subscription, &self.group) {
                (Some(subscription), None) => {
                    ResourceId::parse(&format!("subscriptions/{subscription}/resourceGroups/{name}"))
                        .ok_or_else(invalid)
                }
                _ => Err("a resource group can be created only by a deployment at a subscription".to_owned()),
            };
        }
        let base = match scope {
            None => self.base.clone(),
            Some(scope) if scope.starts_with('/') => scope.trim_end_matches('/').to_owned(),
            Some(scope) => format!("{}/providers/{}", self.base, scope.trim_matches('/')),
        };
        ResourceId::parse(&interleave(&base, resource_type, name)).ok_or_else(invalid)
    }
}

/// `{base}/providers/{namespace}/{type}/{name}/…`
fn interleave(base: &str, resource_type: &str, name: &str) -> String {
    let mut types = resource_type.split('/');
    let mut id = format!("{base}/providers/{}", types.next().unwrap_or_default());
    for (segment, name) in types.zip(name.split('/')) {
        id = format!("{id}/{segment}/{name}");
    }
    id
}

/// The type and the name of a child that its parent holds.
pub(super) fn joined(parent: Option<(&str, &str)>, own_type: &str, own_name: &str) -> (Arc<str>, Arc<str>) {
    let own_type = own_type.trim_matches('/');
    let Some((parent_type, parent_name)) = parent else { return (own_type.into(), own_name.into()) };
    let below = own_type.len() > parent_type.len()
        && own_type.is_char_boundary(parent_type.len())
        && own_type[..parent_type.len()].eq_ignore_ascii_case(parent_type);
    let resource_type = if below { own_type.into() } else { format!("{parent_type}/{own_type}").into() };
    let whole = below && own_name.split('/').count() == own_type.split('/').count() - 1;
    let name = if whole { own_name.into() } else { format!("{parent_name}/{own_name}").into() };
    (resource_type, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group() -> Target {
        Target::group(ResourceId::parse("/subscriptions/s/resourceGroups/g").unwrap())
    }

    #[test]
    fn ids_interleave_types_and_names() {
        let id = |t: &str, n: &str, s: Option<&str>| group().id(t, n, s).map(|id| id.as_str().to_owned());
        let base = "/subscriptions/s/resourceGroups/g/providers/";
        assert_eq!(id("A.B/c/d", "x/y", None), Ok(format!("{base}A.B/c/x/d/y")));
        assert_eq!(id("A.B/c/providers/d", "x/E.F/y", None), Ok(format!("{base}A.B/c/x/providers/E.F/d/y")));
        assert_eq!(id("E.F/d", "y", Some("A.B/c/x")), Ok(format!("{base}A.B/c/x/providers/E.F/d/y")));
        assert_eq!(
            id("E.F/d", "y", Some("/subscriptions/t")),
            Ok("/subscriptions/t/providers/E.F/d/y".to_owned())
        );
        assert!(id("A.B/c", "x/y", None).is_err());
        assert!(
            id("Microsoft.Resources/resourceGroups", "x", None).unwrap_err().contains("at a subscription")
        );
        let tenant = Target::at_scope("/").unwrap().id("A.B/c", "x", None);
        assert_eq!(tenant.map(|id| id.as_str().to_owned()), Ok("/providers/A.B/c/x".to_owned()));
    }

    #[test]
    fn children_are_joined() {
        let parent = Some(("A.B/c", "x"));
        assert_eq!(joined(parent, "d", "y"), ("A.B/c/d".into(), "x/y".into()));
        assert_eq!(joined(parent, "A.B/c/d", "x/y"), ("A.B/c/d".into(), "x/y".into()));
        assert_eq!(joined(parent, "providers/d", "E.F/y"), ("A.B/c/providers/d".into(), "x/E.F/y".into()));
        assert_eq!(joined(None, "A.B/c/", "y"), ("A.B/c".into(), "y".into()));
    }
}
