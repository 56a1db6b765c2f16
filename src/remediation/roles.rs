//! Which roles identities need, and what is known of their holding them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::arm::{ResourceId, ResourceType, Scope};
use crate::inventory::Placement;

use super::assigned::Assigned;
use super::deployment::Deployment;
use super::estate::{Estate, lies_within};
use super::target::Target;

/// `Microsoft.Authorization/roleAssignments`
pub(crate) const ROLE_ASSIGNMENTS: &str = "Microsoft.Authorization/roleAssignments";
/// Azure Event Hubs Data Sender.
pub(crate) const DATA_SENDER: &str = "2b629674-e913-4c01-ae53-ef4638d8f975";
/// The service principal of Defender for Cloud, as listings name it.
pub(crate) const DEFENDER_PRINCIPAL: &str = "Windows Azure Security Resource Provider";
const OWNER: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";

/// Names of roles that occur here, for people.
const NAMES: &[(&str, &str)] = &[
    (OWNER, "Owner"),
    ("b24988ac-6180-42a0-ab88-20f7382dd24c", "Contributor"),
    ("fb1c8493-542b-48eb-b624-b4c8fea62acd", "Security Admin"),
    (DATA_SENDER, "Azure Event Hubs Data Sender"),
];

/// Whether a principal holds a role at a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// It does, there or above.
    Yes,
    /// A complete listing shows that it doesn't.
    No,
    /// The files don't say, for this reason.
    NotKnown(String),
}

/// A role that the identity of an assignment needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeededRole {
    /// The assignment.
    pub assignment: usize,
    /// The identity's principal, where it is known.
    pub principal: Option<Arc<str>>,
    /// The role: the last segment of its id.
    pub role: String,
    /// Where.
    pub scope: Scope,
    /// The target for whose sake it is needed there; without one it is the assignment's own scope.
    pub target: Option<Target>,
    /// Whether it is held.
    pub held: Held,
}

/// What people call a role.
pub fn role_name(role: &str) -> &str {
    NAMES.iter().find(|(id, _)| id.eq_ignore_ascii_case(role)).map_or(role, |(_, name)| name)
}

/// The last segment of a role's id.
pub(crate) fn role_guid(id: &str) -> String {
    id.trim_matches('/').rsplit('/').next().unwrap_or_default().to_ascii_lowercase()
}

/// The roles of all assignments that have a deployment: those of the rule at the assignment's scope, and at
/// each target outside of it.
pub(crate) fn needed(
    assignments: &[Assigned],
    deployments: &[Deployment],
    estate: &dyn Estate,
) -> Vec<NeededRole> {
    let mut targets: BTreeMap<usize, BTreeMap<ResourceId, Target>> = BTreeMap::new();
    for deployment in deployments {
        let of_assignment = targets.entry(deployment.assignment).or_default();
        for resource in &deployment.resources {
            for target in resource.targets() {
                of_assignment.entry(target.id.clone()).or_insert(target);
            }
        }
    }
    let mut needed: Vec<NeededRole> = Vec::new();
    let mut seen = BTreeSet::new();
    for (index, targets) in targets {
        let Some(assigned) = assignments.get(index) else { continue };
        let principal = assigned.assignment.identity.as_ref().and_then(|i| i.principal_id.clone());
        let mut roles: Vec<String> = assigned.role_definition_ids.iter().map(|id| role_guid(id)).collect();
        roles.sort();
        roles.dedup();
        for role in roles {
            let at = |scope: Scope, target: Option<Target>, outside: Placement| {
                let held = match (&principal, outside) {
                    (Some(principal), _) => match held(estate, principal, &role, &scope) {
                        Held::No if outside == Placement::Unknown => {
                            Held::NotKnown("whether it lies within the assignment's scope isn't known".into())
                        }
                        held => held,
                    },
                    (None, _) => Held::NotKnown("the identity's principal isn't known".into()),
                };
                NeededRole {
                    assignment: index,
                    principal: principal.clone(),
                    role: role.clone(),
                    scope,
                    target,
                    held,
                }
            };
            // The members of an initiative share one identity: each role is needed once.
            let id = &assigned.assignment.id;
            let mut is_new = |at: Option<&Target>| seen.insert((id, role.clone(), at.map(|t| t.id.clone())));
            if is_new(None) {
                needed.push(at(assigned.assignment.scope.clone(), None, Placement::Outside));
            }
            for target in targets.values() {
                let scope = Scope::Resource(target.id.clone());
                let placement = lies_within(estate, &scope, &assigned.assignment.scope);
                // A trusted service reads nothing of its hub: its own principal sends.
                if placement != Placement::Under && !target.trusted && is_new(Some(target)) {
                    needed.push(at(scope, Some(target.clone()), placement));
                }
            }
        }
    }
    needed
}

/// Whether the principal holds the role (or Owner) at the scope or above it.
pub(crate) fn held(estate: &dyn Estate, principal: &str, role: &str, scope: &Scope) -> Held {
    let mut unsure = false;
    for granted in estate.roles_of(principal) {
        let role_fits = [role, OWNER].iter().any(|role| granted.role_definition.eq_ignore_ascii_case(role));
        if !role_fits {
            continue;
        }
        match lies_within(estate, scope, &granted.scope) {
            Placement::Under if !granted.is_conditional => return Held::Yes,
            Placement::Under | Placement::Unknown => unsure = true,
            Placement::Outside => {}
        }
    }
    if unsure {
        return Held::NotKnown("a grant may or may not reach it".to_owned());
    }
    let listing = ResourceType::new(ROLE_ASSIGNMENTS);
    if estate.listing(&listing, &listed_scope(scope)).is_complete() {
        Held::No
    } else {
        Held::NotKnown("role assignments there aren't known to be complete".to_owned())
    }
}

/// Role assignments are listed for a subscription or a management group.
fn listed_scope(scope: &Scope) -> Scope {
    scope.subscription().map_or_else(|| scope.clone(), Scope::Subscription)
}
