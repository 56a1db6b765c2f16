//! Remediation tasks: the recommended way.

use serde_json::{Value as Json, json};
use std::fmt::Write;

use crate::arm::{ResourceId, Scope};

use super::assigned::Assigned;
use super::name;
use super::quote::{bash, powershell, url_path};

/// The version of the API that knows `filters.resourceIds`.
const API_VERSION: &str = "2024-10-01";
/// Resources that `filters.resourceIds` takes.
const MOST_IDS: usize = 100;
/// The greatest `resourceCount`.
const MOST_RESOURCES: usize = 50_000;

/// A `Microsoft.PolicyInsights/remediations` resource: one for each assignment with planned rows, at the
/// assignment's scope.
///
/// <https://learn.microsoft.com/azure/governance/policy/concepts/remediation-structure>
#[derive(Debug, Clone, PartialEq)]
pub struct RemediationTask {
    /// The assignment.
    pub assignment: usize,
    /// Its name, derived from the assignment and the planned rows.
    pub name: String,
    /// Where it is put.
    pub scope: Scope,
    /// How many planned rows it takes.
    pub planned: usize,
    /// What is put.
    pub body: Json,
    /// What one should know before it is run.
    pub notes: Vec<String>,
}

impl RemediationTask {
    /// The task for these rows of an assignment; `in_scope` is the number of subscriptions in its scope.
    pub fn new(index: usize, assigned: &Assigned, rows: &[&ResourceId], in_scope: usize) -> RemediationTask {
        let assignment = &assigned.assignment;
        let mut ids: Vec<&ResourceId> = rows.to_vec();
        ids.sort();
        ids.dedup();
        let reference = assigned.member.as_ref().map(|member| &**member.reference_id());
        let own = [&*assignment.id].into_iter().chain(reference);
        let parts = own.chain(ids.iter().map(|id| id.folded()));
        let name = name::derived("azpol", &assignment.name, parts);
        let mut notes = Vec::new();
        let mut properties = json!({
            "policyAssignmentId": &*assignment.id,
            "resourceDiscoveryMode": "ExistingNonCompliant",
        });
        if let Some(member) = &assigned.member {
            properties["policyDefinitionReferenceId"] = Json::from(&**member.reference_id());
            if !member.policy().reference_given {
                notes.push(
                    "the initiative's file doesn't give this member a reference id, and the service makes one up: \
                     take the one that `az policy set-definition show` prints"
                        .to_owned(),
                );
            }
        }
        if ids.len() <= MOST_IDS {
            let ids: Vec<Json> = ids.iter().map(|id| Json::from(id.as_str())).collect();
            properties["filters"] = json!({ "resourceIds": ids });
        } else {
            let count = in_scope.max(ids.len());
            properties["resourceCount"] = Json::from(count.min(MOST_RESOURCES));
            notes.push(format!(
                "a task names at most {MOST_IDS} resources, and {} are planned: it takes every row that Azure holds \
                 NonCompliant in its scope, also those that azpol left out of the plan",
                ids.len()
            ));
            if count > MOST_RESOURCES {
                notes.push(format!(
                    "a task takes at most {MOST_RESOURCES} resources, and {count} lie in its scope: run it again \
                     until no row is left"
                ));
            }
        }
        if assigned.proposed {
            notes.push("the assignment doesn't exist yet: create it, with an identity, first".to_owned());
        }
        RemediationTask {
            assignment: index,
            name,
            scope: assignment.scope.clone(),
            planned: ids.len(),
            body: json!({ "properties": properties }),
            notes,
        }
    }

    /// Where the plan's folder holds its body.
    pub fn file(&self) -> String {
        format!("tasks/{}.json", self.name)
    }

    /// Its address below the cloud's endpoint.
    pub fn url(&self) -> String {
        let scope = self.scope.id();
        format!(
            "{}/providers/Microsoft.PolicyInsights/remediations/{}?api-version={API_VERSION}",
            url_path(scope.trim_end_matches('/')),
            self.name
        )
    }

    /// The call for `bash`, to be run in the plan's folder. `az policy remediation create` has no option for ids and
    /// counts.
    pub fn bash(&self) -> String {
        format!(
            "az rest --method put --url {} --body {}",
            bash(&self.url()),
            bash(&format!("@{}", self.file()))
        )
    }

    /// The call for PowerShell with the module Az.PolicyInsights, to be run in the plan's folder.
    pub fn powershell(&self) -> String {
        let id = self.body["properties"]["policyAssignmentId"].as_str().unwrap_or_default();
        let mut call = format!(
            "Start-AzPolicyRemediation -Name {} -PolicyAssignmentId {}",
            powershell(&self.name),
            powershell(id)
        );
        if let Some(reference) = self.body["properties"]["policyDefinitionReferenceId"].as_str() {
            let _ = write!(call, " -PolicyDefinitionReferenceId {}", powershell(reference));
        }
        match &self.scope {
            Scope::Tenant => {}
            Scope::ManagementGroup(group) => {
                let _ = write!(call, " -ManagementGroupName {}", powershell(group.as_str()));
            }
            Scope::Subscription(subscription) => {
                let _ = write!(call, " -SubscriptionId {}", powershell(subscription.as_str()));
            }
            Scope::ResourceGroup(group) => {
                let subscription = group.subscription_id();
                let _ = write!(
                    call,
                    " -SubscriptionId {} -ResourceGroupName {}",
                    powershell(subscription.as_ref().map_or("", |s| s.as_str())),
                    powershell(group.name())
                );
            }
            Scope::Resource(id) => {
                let _ = write!(call, " -ResourceId {}", powershell(id.as_str()));
            }
        }
        match self.body["properties"]["resourceCount"].as_u64() {
            Some(count) => {
                let _ = write!(call, " -ResourceCount {count}");
            }
            None => {
                let _ = write!(
                    call,
                    " -FilterResourceId @((Get-Content -Raw -LiteralPath {} | ConvertFrom-Json).properties.filters.resourceIds)",
                    powershell(&self.file())
                );
            }
        }
        call
    }
}

#[cfg(test)]
mod tests {
    use super::RemediationTask;
    use crate::arm::ResourceId;
    use crate::remediation::sample::assigned;

    fn rows(count: usize) -> Vec<ResourceId> {
        (0..count).map(|n| ResourceId::parse(&format!("/subscriptions/s{n:05}")).expect("an id")).collect()
    }

    fn task(scope: &str, count: usize, in_scope: usize) -> RemediationTask {
        let rows = rows(count);
        RemediationTask::new(
            0,
            &assigned("Deploy-Export-LA", scope),
            &rows.iter().collect::<Vec<_>>(),
            in_scope,
        )
    }

    const GROUP: &str = "/providers/Microsoft.Management/managementGroups/mg-contoso";

    #[test]
    fn a_hundred_rows_are_named_and_more_are_counted() {
        let few = task(GROUP, 100, 700);
        assert_eq!(few.body["properties"]["filters"]["resourceIds"].as_array().map(Vec::len), Some(100));
        assert!(few.body["properties"].get("resourceCount").is_none() && few.notes.is_empty());
        let many = task(GROUP, 101, 700);
        assert_eq!(many.body["properties"]["resourceCount"], 700);
        assert!(many.body["properties"].get("filters").is_none());
        assert!(many.notes[0].contains("azpol left out"), "{:?}", many.notes);
        let most = task(GROUP, 101, 70_000);
        assert_eq!(most.body["properties"]["resourceCount"], 50_000);
        assert!(most.notes[1].contains("70000"), "{:?}", most.notes);
    }

    #[test]
    fn the_name_repeats_and_follows_the_rows() {
        let name = task(GROUP, 3, 3).name;
        assert_eq!(name, task(GROUP, 3, 9).name);
        assert_ne!(name, task(GROUP, 4, 9).name);
        assert!(name.starts_with("azpol-deploy-export-la-") && name.len() <= 64, "{name}");
    }

    #[test]
    fn the_calls_name_the_scope_and_the_file() {
        let task = task(GROUP, 1, 1);
        let name = &task.name;
        assert_eq!(
            task.bash(),
            format!(
                "az rest --method put --url '{GROUP}/providers/Microsoft.PolicyInsights/remediations/{name}?api-version=2024-10-01' --body '@tasks/{name}.json'"
            )
        );
        let call = task.powershell();
        assert!(
            call.contains(" -ManagementGroupName 'mg-contoso' ") && call.contains("-FilterResourceId @("),
            "{call}"
        );
    }

    #[test]
    fn a_planted_scope_stays_a_word() {
        let task = task("/subscriptions/s/resourceGroups/rg'$(touch x)", 1, 1);
        assert!(
            task.bash().contains("/resourceGroups/rg%27%24%28touch%20x%29/providers/"),
            "{}",
            task.bash()
        );
        assert!(task.powershell().contains("-ResourceGroupName 'rg''$(touch x)'"), "{}", task.powershell());
    }
}
