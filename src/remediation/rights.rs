//! What the one who runs the plan needs, scope by scope.

use std::collections::{BTreeMap, BTreeSet};

use crate::arm::{ResourceId, Scope};

use super::assigned::Assigned;
use super::deployment::{Action, Deployment};
use super::roles::{Held, NeededRole, role_name};
use super::target::{Target, TargetKind};
use super::task::RemediationTask;

/// Who needs a right, and for which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Who {
    /// Whoever creates the remediation tasks.
    TaskCaller,
    /// The managed identities of the assignments, which deploy when a task runs.
    Identity,
    /// Whoever deploys the templates.
    TemplateCaller,
}

impl Who {
    /// As `plan.json` writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Who::TaskCaller => "whoever creates the tasks",
            Who::Identity => "the identity of the assignment",
            Who::TemplateCaller => "whoever deploys the templates",
        }
    }
}

/// A right at some scopes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Right {
    /// Who needs it.
    pub who: Who,
    /// The operation, or the role where an identity needs one.
    pub needs: String,
    /// A role that has it.
    pub role: String,
    /// What for.
    pub why: String,
    /// Where: ids, sorted.
    pub scopes: Vec<String>,
    /// Whether it is known to be held; `None` where the files don't say, as always for people.
    pub held: Option<bool>,
}

/// Who, needs, role, why, held: what is told apart.
type Kind = (Who, String, String, String, Option<bool>);

#[derive(Default)]
struct Rights {
    found: BTreeMap<Kind, BTreeSet<String>>,
}

impl Rights {
    fn add(&mut self, who: Who, needs: &str, role: &str, why: &str, held: Option<bool>, scope: String) {
        let key = (who, needs.to_owned(), role.to_owned(), why.to_owned(), held);
        self.found.entry(key).or_default().insert(scope);
    }
}

/// All rights for both ways.
pub(crate) fn rights(
    assignments: &[Assigned],
    deployments: &[Deployment],
    tasks: &[RemediationTask],
    roles: &[NeededRole],
) -> Vec<Right> {
    let mut rights = Rights::default();
    for task in tasks {
        rights.add(
            Who::TaskCaller,
            "Microsoft.PolicyInsights/remediations/write",
            "Resource Policy Contributor",
            "to create the remediation task",
            None,
            task.scope.id(),
        );
    }
    for needed in roles {
        identity(&mut rights, assignments, needed);
    }
    for deployment in deployments {
        templates(&mut rights, deployment);
    }
    rights
        .found
        .into_iter()
        .map(|((who, needs, role, why, held), scopes)| Right {
            who,
            needs,
            role,
            why,
            held,
            scopes: scopes.into_iter().collect(),
        })
        .collect()
}

fn identity(rights: &mut Rights, assignments: &[Assigned], needed: &NeededRole) {
    let name = assignments.get(needed.assignment).map_or("", |a| &*a.assignment.name);
    let role = role_name(&needed.role);
    let why = match &needed.target {
        Some(target) => {
            format!("`{name}` writes to what lies outside of its scope: {}", target.kind.as_str())
        }
        None => format!("`{name}` deploys with it"),
    };
    let held = match needed.held {
        Held::Yes => Some(true),
        Held::No => Some(false),
        Held::NotKnown(_) => None,
    };
    let scope = needed.scope.id();
    rights.add(Who::Identity, &needed.role, role, &why, held, scope.clone());
    if held != Some(true) {
        rights.add(
            Who::TaskCaller,
            "Microsoft.Authorization/roleAssignments/write",
            "Role Based Access Control Administrator",
            &format!("to grant {role} to the identity of `{name}`, unless it holds it"),
            None,
            scope,
        );
    }
}

fn templates(rights: &mut Rights, deployment: &Deployment) {
    const WHO: Who = Who::TemplateCaller;
    let subscription = Scope::Subscription(deployment.subscription.clone()).id();
    let mut add = |needs: &str, role: &str, why: &str, scope: String| {
        rights.add(WHO, needs, role, why, None, scope);
    };
    add("Microsoft.Resources/deployments/write", "Contributor", "to deploy", subscription.clone());
    for resource in &deployment.resources {
        let id = &resource.deployed.id;
        if resource.is_group() {
            let why = match resource.action {
                Action::Create => "to create the resource group",
                _ => "to put the resource group",
            };
            let at = id.subscription_id().map_or(subscription.clone(), |s| Scope::Subscription(s).id());
            add("Microsoft.Resources/subscriptions/resourceGroups/write", "Contributor", why, at);
        } else if resource.is_automation() {
            let group = id.resource_group_id().map_or(subscription.clone(), |g| g.as_str().to_owned());
            add(
                "Microsoft.Security/automations/write",
                "Security Admin, or Owner",
                "to write the automation",
                group,
            );
        } else {
            let needs = format!("{}/write", resource.deployed.resource_type);
            let at = id.resource_group_id().map_or(subscription.clone(), |g| g.as_str().to_owned());
            add(&needs, "Contributor", "to write the resource", at);
        }
        for target in resource.targets() {
            for (needs, why, scope) in target_rights(&target) {
                add(needs, "Contributor", why, scope.as_str().to_owned());
            }
        }
    }
}

/// What a destination demands of the one who makes an automation that sends there.
fn target_rights(target: &Target) -> Vec<(&'static str, &'static str, ResourceId)> {
    let read = target.read.clone().unwrap_or_else(|| target.id.clone());
    match target.kind {
        TargetKind::Workspace => vec![
            ("Microsoft.OperationalInsights/workspaces/write", "to send to the workspace", target.id.clone()),
            (
                "Microsoft.OperationsManagement/solutions/read",
                "where the workspace has Defender's solution; `solutions/action` where it hasn't",
                target.id.resource_group_id().unwrap_or_else(|| target.id.clone()),
            ),
        ],
        TargetKind::EventHub if target.trusted => {
            vec![("Microsoft.EventHub/namespaces/eventhubs/write", "to send to the hub", target.id.clone())]
        }
        TargetKind::EventHub => vec![(
            "Microsoft.EventHub/namespaces/eventhubs/authorizationRules/listKeys/action",
            "to read the connection string",
            read,
        )],
        TargetKind::LogicApp => vec![(
            "Microsoft.Logic/workflows/triggers/listCallbackUrl/action",
            "to read the trigger's address",
            read,
        )],
    }
}

#[cfg(test)]
mod tests {
    use super::{Who, rights};
    use crate::remediation::roles::needed;
    use crate::remediation::sample::{
        Tenant, WORKSPACE, assigned, automation, deployment, group, subscription,
    };
    use crate::remediation::task::RemediationTask;

    #[test]
    fn both_ways_are_told_scope_by_scope() {
        let mg = "/providers/Microsoft.Management/managementGroups/mg";
        let tenant = Tenant::with(vec![subscription("s1", &["mg"]), subscription("sec", &["other"])], vec![]);
        let assignments = [assigned("Deploy", mg)];
        let plan = [
            deployment(0, "s1", vec![group("s1"), automation("s1", &["Alerts"])], &tenant),
            deployment(0, "s2", vec![group("s2"), automation("s2", &["Alerts"])], &tenant),
        ];
        let tasks = [RemediationTask::new(0, &assignments[0], &[&plan[0].resource], 1)];
        let found = rights(&assignments, &plan, &tasks, &needed(&assignments, &plan, &tenant));
        let at = |who: Who, needs: &str| {
            let right = found.iter().find(|r| r.who == who && r.needs == needs);
            right.map(|r| (r.scopes.clone(), r.held)).expect(needs)
        };
        assert_eq!(
            at(Who::TaskCaller, "Microsoft.PolicyInsights/remediations/write"),
            (vec![mg.to_owned()], None)
        );
        assert_eq!(
            at(Who::TaskCaller, "Microsoft.Authorization/roleAssignments/write").0.len(),
            2,
            "at the assignment's scope and at the workspace"
        );
        let contributor = "b24988ac-6180-42a0-ab88-20f7382dd24c";
        let identity: Vec<_> =
            found.iter().filter(|r| r.who == Who::Identity && r.needs == contributor).collect();
        assert_eq!(identity.len(), 2);
        assert!(identity.iter().all(|r| r.held == Some(false)));
        let groups = at(Who::TemplateCaller, "Microsoft.Security/automations/write").0;
        assert_eq!(
            groups,
            ["/subscriptions/s1/resourceGroups/rg-export", "/subscriptions/s2/resourceGroups/rg-export"]
        );
        assert_eq!(at(Who::TemplateCaller, "Microsoft.OperationalInsights/workspaces/write").0, [WORKSPACE]);
    }
}
