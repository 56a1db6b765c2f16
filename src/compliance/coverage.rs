//! Which subscriptions an assignment covers: its scope, less its `notScopes`.

use crate::arm::{ResourceId, Scope};
use crate::inventory::{Placement, Subscription};
use crate::policy::PolicyAssignment;

use super::MissingFact;

/// Whether an assignment covers a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Coverage {
    /// It does.
    Covered,
    /// It lies outside of the scope.
    Outside,
    /// It lies under this one of the `notScopes`.
    Excluded(Scope),
    /// It would be covered if these facts held.
    Unknown(Vec<MissingFact>),
}

/// Whether `assignment` covers `subscription`, as far as the files say.
///
/// An assignment at a resource group or a resource covers no subscription: the subscription lies above it.
/// <https://learn.microsoft.com/azure/governance/policy/concepts/scope>
pub fn coverage(assignment: &PolicyAssignment, subscription: &Subscription) -> Coverage {
    let mut assumed = Vec::new();
    match &assignment.scope {
        Scope::Tenant => {}
        Scope::ManagementGroup(group) => match subscription.placement(group) {
            Placement::Under => {}
            Placement::Outside => return Coverage::Outside,
            Placement::Unknown => assumed.push(MissingFact::Under(subscription.id.clone(), group.clone())),
        },
        Scope::Subscription(id) if *id == subscription.id => {}
        Scope::Subscription(_) | Scope::ResourceGroup(_) | Scope::Resource(_) => return Coverage::Outside,
    }
    for (scope, _) in &assignment.not_scopes {
        match scope {
            Scope::ManagementGroup(group) => match subscription.placement(group) {
                Placement::Under => return Coverage::Excluded(scope.clone()),
                Placement::Outside => {}
                Placement::Unknown => {
                    assumed.push(MissingFact::Outside(subscription.id.clone(), group.clone()));
                }
            },
            Scope::Subscription(id) if *id == subscription.id => return Coverage::Excluded(scope.clone()),
            Scope::Tenant => return Coverage::Excluded(scope.clone()),
            Scope::Subscription(_) | Scope::ResourceGroup(_) | Scope::Resource(_) => {}
        }
    }
    if assumed.is_empty() {
        Coverage::Covered
    } else {
        assumed.sort();
        assumed.dedup();
        Coverage::Unknown(assumed)
    }
}

/// How an assignment covers what lies in a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Within {
    /// Nothing of it.
    Outside,
    /// All of it lies under this one of the `notScopes`.
    Excluded(Scope),
    /// What [`Inside::holds`] says.
    Inside(Inside),
}

/// An assignment inside of a subscription.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inside {
    /// What has to hold for the assignment to reach the subscription.
    pub assumed: Vec<MissingFact>,
    /// The group or the resource at which it is assigned; the whole subscription without it.
    scope: Option<ResourceId>,
    /// Groups and resources of the subscription that `notScopes` leave out.
    excluded: Vec<ResourceId>,
}

impl Inside {
    /// The group or the resource at which it is assigned; nothing where the whole subscription is covered.
    pub fn scope(&self) -> Option<&ResourceId> {
        self.scope.as_ref()
    }

    /// Whether a resource of the subscription is covered. One that `notScopes` leave out gives the scope that does.
    pub fn holds(&self, resource: &ResourceId) -> Result<bool, &ResourceId> {
        if self.scope.as_ref().is_some_and(|scope| !resource.is_within(scope)) {
            return Ok(false);
        }
        match self.excluded.iter().find(|scope| resource.is_within(scope)) {
            Some(scope) => Err(scope),
            None => Ok(true),
        }
    }
}

/// How an assignment covers the resources of a subscription, as far as the files say.
pub fn within(assignment: &PolicyAssignment, subscription: &Subscription) -> Within {
    let own = |id: &ResourceId| id.folded_subscription() == Some(subscription.id.as_str());
    let mut inside = Inside::default();
    match &assignment.scope {
        Scope::ResourceGroup(id) | Scope::Resource(id) if own(id) => inside.scope = Some(id.clone()),
        _ => match coverage(assignment, subscription) {
            Coverage::Outside => return Within::Outside,
            Coverage::Excluded(scope) => return Within::Excluded(scope),
            Coverage::Covered => {}
            Coverage::Unknown(facts) => inside.assumed = facts,
        },
    }
    for (scope, _) in &assignment.not_scopes {
        match scope {
            Scope::ResourceGroup(id) | Scope::Resource(id) if own(id) => inside.excluded.push(id.clone()),
            // An assignment below the subscription was not asked for these above.
            Scope::Subscription(id) if *id == subscription.id => return Within::Excluded(scope.clone()),
            _ => {}
        }
    }
    inside.excluded.sort();
    Within::Inside(inside)
}

#[cfg(test)]
mod tests {
    use super::{Coverage, Within, coverage, within};
    use crate::arm::{ManagementGroupId, ResourceId, Scope, SubscriptionId};
    use crate::compliance::MissingFact;
    use crate::inventory::{Chain, Known, Subscription};
    use crate::policy::{EnforcementMode, PolicyAssignment};
    use crate::source::Span;

    fn subscription(above: &[&str], complete: bool) -> Subscription {
        Subscription {
            id: SubscriptionId::new("s1"),
            display_name: "one".into(),
            state: Known::No,
            tenant: Known::No,
            tags: Known::No,
            chain: Chain {
                above: above.iter().map(|g| ManagementGroupId::new(g)).collect(),
                complete,
                not_under: Vec::new(),
            },
            span: Span::none(),
        }
    }

    fn assignment(scope: &str, not_scopes: &[&str]) -> PolicyAssignment {
        let parse = |text: &str| Scope::parse(text).expect("a scope");
        PolicyAssignment {
            id: "a".into(),
            name: "a".into(),
            display_name: "a".into(),
            scope: parse(scope),
            not_scopes: not_scopes.iter().map(|s| (parse(s), Span::none())).collect(),
            definition_id: "d".into(),
            definition_span: Span::none(),
            definition_version: None,
            parameters: Vec::new(),
            enforcement_mode: EnforcementMode::Default,
            identity: None,
            location: None,
            unsupported: Vec::new(),
            span: Span::none(),
        }
    }

    const GROUP: &str = "/providers/Microsoft.Management/managementGroups/mg-a";

    #[test]
    fn a_group_covers_what_lies_under_it() {
        let a = assignment(GROUP, &[]);
        assert_eq!(coverage(&a, &subscription(&["mg-x", "MG-A", "root"], true)), Coverage::Covered);
        assert_eq!(coverage(&a, &subscription(&["mg-x", "root"], true)), Coverage::Outside);
    }

    #[test]
    fn an_incomplete_chain_excludes_nothing() {
        let under = MissingFact::Under(SubscriptionId::new("s1"), ManagementGroupId::new("mg-a"));
        assert_eq!(
            coverage(&assignment(GROUP, &[]), &subscription(&["mg-x"], false)),
            Coverage::Unknown(vec![under])
        );
    }

    #[test]
    fn a_listing_of_the_group_without_it_is_enough() {
        let mut outside = subscription(&[], false);
        outside.chain.not_under.push(ManagementGroupId::new("mg-a"));
        assert_eq!(coverage(&assignment(GROUP, &[]), &outside), Coverage::Outside);
    }

    #[test]
    fn not_scopes_win() {
        let by_id = assignment(GROUP, &["/subscriptions/S1/"]);
        let excluded = coverage(&by_id, &subscription(&["mg-a"], false));
        assert!(matches!(excluded, Coverage::Excluded(Scope::Subscription(_))), "{excluded:?}");
        let by_group = assignment(GROUP, &["/providers/Microsoft.Management/managementGroups/mg-b"]);
        let unknown = coverage(&by_group, &subscription(&["mg-a"], false));
        let fact = MissingFact::Outside(SubscriptionId::new("s1"), ManagementGroupId::new("mg-b"));
        assert_eq!(unknown, Coverage::Unknown(vec![fact]));
        assert_eq!(coverage(&by_group, &subscription(&["mg-a", "root"], true)), Coverage::Covered);
    }

    #[test]
    fn below_a_subscription_groups_and_resources_count() {
        let group = "/subscriptions/s1/resourceGroups/rg";
        let id = |text: &str| ResourceId::parse(text).expect("an id");
        let (inner, outer) = (
            id("/subscriptions/S1/resourceGroups/RG/providers/A.B/c/x"),
            id("/subscriptions/s1/resourceGroups/rg2"),
        );
        let at = |scope: &str, not: &[&str]| match within(&assignment(scope, not), &subscription(&[], true)) {
            Within::Inside(inside) => inside,
            other => panic!("{other:?}"),
        };
        let there = at(group, &[]);
        assert_eq!((there.holds(&inner), there.holds(&outer)), (Ok(true), Ok(false)));
        assert_eq!(there.holds(&id("/subscriptions/s1")), Ok(false));
        let less = at("/subscriptions/s1", &[group]);
        assert_eq!((less.holds(&inner), less.holds(&outer)), (Err(&id(group)), Ok(true)));
        let elsewhere = assignment("/subscriptions/s2/resourceGroups/rg", &[]);
        assert_eq!(within(&elsewhere, &subscription(&[], true)), Within::Outside);
        let out = assignment(group, &["/subscriptions/s1"]);
        assert!(matches!(within(&out, &subscription(&[], true)), Within::Excluded(Scope::Subscription(_))));
    }

    #[test]
    fn what_lies_below_the_subscription_covers_and_excludes_nothing() {
        let group = "/subscriptions/s1/resourceGroups/rg";
        assert_eq!(coverage(&assignment(group, &[]), &subscription(&[], true)), Coverage::Outside);
        let a = assignment("/subscriptions/s1", &[group]);
        assert_eq!(coverage(&a, &subscription(&[], true)), Coverage::Covered);
    }
}
