//! The rows of a generated tenant: each is made from the seed and its slot alone.

use serde_json::{Value, json};

use super::TenantOptions;
use super::random::Random;

/// Subscriptions for each management group.
const SUBSCRIPTIONS_PER_GROUP: u64 = 20;
/// Groups right below a group.
const FAN_OUT: u64 = 8;
/// Groups below the root: a tenant can hold 10,000.
const MOST_GROUPS: u64 = 2_000;
/// Slots for automations of a subscription: the export, a second one, a workflow automation.
const AUTOMATION_SLOTS: u64 = 3;
/// Slots for resource groups of a subscription: that of the export, that of a monitoring team, that of a workload.
const GROUP_SLOTS: u64 = 3;

/// The top group, at which the export is assigned.
const TOP: &str = "mg-generated";
const EXPORT_GROUP: &str = "rg-security-export";
const MONITOR_GROUP: &str = "rg-monitoring";
const REGION: &str = "westeurope";

/// The sources that the assignment asks for, findings first.
const SOURCES: [&str; 6] = [
    "SubAssessments",
    "Assessments",
    "Alerts",
    "SecureScores",
    "SecureScoreControls",
    "RegulatoryComplianceAssessment",
];

/// How the export of a subscription stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Compliant,
    Missing,
    Disabled,
    FewSources,
    ManySources,
    Elsewhere,
    Duplicate,
    WrongDestination,
    LowSeverities,
    ScopedToGroup,
}

/// The cases with their shares of a hundred.
const CASES: [(Case, u64); 10] = [
    (Case::Compliant, 60),
    (Case::Missing, 12),
    (Case::Disabled, 4),
    (Case::FewSources, 5),
    (Case::ManySources, 3),
    (Case::Elsewhere, 4),
    (Case::Duplicate, 4),
    (Case::WrongDestination, 4),
    (Case::LowSeverities, 2),
    (Case::ScopedToGroup, 2),
];

/// What is to be generated.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    options: TenantOptions,
    groups: u64,
    tenant: String,
}

impl Plan {
    pub(super) fn new(options: &TenantOptions) -> Plan {
        let groups = (options.subscriptions / SUBSCRIPTIONS_PER_GROUP).clamp(1, MOST_GROUPS);
        Plan { options: *options, groups, tenant: guid(options.seed, 0x7e, 0) }
    }

    pub(super) fn seed(&self) -> u64 {
        self.options.seed
    }

    /// The tenant's id.
    pub(super) fn tenant(&self) -> &str {
        &self.tenant
    }

    /// Slots of the table of containers: the root, the groups, and for each subscription itself and its groups.
    pub(super) fn container_slots(&self) -> u64 {
        1 + self.groups + self.options.subscriptions * (1 + GROUP_SLOTS)
    }

    /// Slots of the table of resources.
    pub(super) fn resource_slots(&self) -> u64 {
        self.options.subscriptions * (AUTOMATION_SLOTS + self.options.foreign)
    }

    /// The row of a slot of the table of containers.
    pub(super) fn container(&self, slot: u64) -> Option<Value> {
        if slot <= self.groups {
            return Some(self.management_group(slot.checked_sub(1)));
        }
        let (subscription, part) = split(slot - self.groups - 1, 1 + GROUP_SLOTS);
        match part {
            0 => Some(self.subscription(subscription)),
            part => self.resource_group(subscription, part - 1),
        }
    }

    /// The row of a slot of the table of resources.
    pub(super) fn resource(&self, slot: u64) -> Option<Value> {
        let (subscription, part) = split(slot, AUTOMATION_SLOTS + self.options.foreign);
        match part {
            0 => self.export(subscription),
            1 => self.second_export(subscription),
            2 => self.workflow(subscription),
            part => Some(self.foreign(subscription, part - AUTOMATION_SLOTS)),
        }
    }

    /// The assignment of the export to Log Analytics at the top group.
    pub(super) fn assignment(&self) -> Value {
        let scope = group_id(TOP);
        json!({
            "id": format!("{scope}/providers/Microsoft.Authorization/policyAssignments/Deploy-Export-LA"),
            "name": "Deploy-Export-LA",
            "type": "Microsoft.Authorization/policyAssignments",
            "location": REGION,
            "identity": { "type": "SystemAssigned", "principalId": guid(self.seed(), 0x1d, 0), "tenantId": self.tenant },
            "properties": {
                "displayName": "Export to Log Analytics",
                "policyDefinitionId":
                    "/providers/Microsoft.Authorization/policyDefinitions/ffb6f416-7bd2-4488-8828-56585fef2be9",
                "scope": scope,
                "notScopes": [],
                "enforcementMode": "Default",
                "parameters": {
                    "resourceGroupName": { "value": EXPORT_GROUP },
                    "resourceGroupLocation": { "value": REGION },
                    "exportedDataTypes": { "value": [
                        "Security recommendations", "Security alerts", "Overall secure score",
                        "Secure score controls", "Regulatory compliance",
                    ] },
                    "isSecurityFindingsEnabled": { "value": true },
                    "workspaceResourceId": { "value": self.workspace("law-central") },
                },
            },
        })
    }

    /// The case of a subscription.
    pub(super) fn case(&self, subscription: u64) -> Case {
        let mut rest = Random::new(self.seed(), 0xca, subscription).below(100);
        for (case, share) in CASES {
            if rest < share {
                return case;
            }
            rest -= share;
        }
        Case::Compliant
    }

    fn subscription_id(&self, subscription: u64) -> String {
        guid(self.seed(), 0x5b, subscription)
    }

    fn workspace(&self, name: &str) -> String {
        let central = self.subscription_id(0);
        format!(
            "/subscriptions/{central}/resourceGroups/rg-security/providers/Microsoft.OperationalInsights/workspaces/{name}"
        )
    }

    /// The group that a subscription lies right under.
    fn parent_of(&self, subscription: u64) -> u64 {
        Random::new(self.seed(), 0xa2, subscription).below(self.groups)
    }

    /// The chain of a group (`None` is the root), nearest first, itself included.
    fn chain(&self, group: Option<u64>) -> Vec<Value> {
        let mut chain = Vec::new();
        let mut next = group;
        while let Some(group) = next {
            chain.push(json!({ "name": group_name(group), "displayName": group_name(group) }));
            next = group.checked_sub(1).map(|below| below / FAN_OUT);
        }
        chain.push(json!({ "name": self.tenant, "displayName": "Tenant Root Group" }));
        chain
    }

    fn management_group(&self, group: Option<u64>) -> Value {
        let name = group.map_or_else(|| self.tenant.clone(), group_name);
        let chain = self.chain(group).split_off(1);
        let parent = chain.first().map(|parent| {
            let name = parent["name"].as_str().unwrap_or_default();
            json!({ "id": group_id(name), "name": name, "displayName": parent["displayName"] })
        });
        let mut details = json!({ "managementGroupAncestorsChain": chain });
        if let Some(parent) = parent {
            details["parent"] = parent;
        }
        let display = if group.is_some() { name.as_str() } else { "Tenant Root Group" };
        json!({
            "id": group_id(&name),
            "name": name,
            "type": "microsoft.management/managementgroups",
            "tenantId": self.tenant,
            "properties": { "displayName": display, "tenantId": self.tenant, "details": details },
        })
    }

    fn subscription(&self, subscription: u64) -> Value {
        let id = self.subscription_id(subscription);
        json!({
            "id": format!("/subscriptions/{id}"),
            "name": format!("sub-{subscription:06}"),
            "type": "microsoft.resources/subscriptions",
            "tenantId": self.tenant,
            "subscriptionId": id,
            "tags": {},
            "properties": {
                "state": "Enabled",
                "managedByTenants": [],
                "managementGroupAncestorsChain": self.chain(Some(self.parent_of(subscription))),
            },
        })
    }

    fn resource_group(&self, subscription: u64, part: u64) -> Option<Value> {
        let case = self.case(subscription);
        let name = match part {
            0 if matches!(case, Case::Missing | Case::Elsewhere) => return None,
            0 => EXPORT_GROUP,
            1 if !matches!(case, Case::Elsewhere | Case::Duplicate) => return None,
            1 => MONITOR_GROUP,
            _ => "rg-workload",
        };
        let id = self.subscription_id(subscription);
        Some(json!({
            "id": format!("/subscriptions/{id}/resourceGroups/{name}"),
            "name": name,
            "type": "microsoft.resources/subscriptions/resourcegroups",
            "tenantId": self.tenant,
            "subscriptionId": id,
            "resourceGroup": name,
            "location": REGION,
            "tags": null,
            "properties": { "provisioningState": "Succeeded" },
        }))
    }

    fn row(
        &self,
        subscription: u64,
        group: &str,
        resource_type: &str,
        name: &str,
        properties: &Value,
    ) -> Value {
        let id = self.subscription_id(subscription);
        json!({
            "id": format!("/subscriptions/{id}/resourceGroups/{group}/providers/{resource_type}/{name}"),
            "name": name,
            "type": resource_type.to_ascii_lowercase(),
            "tenantId": self.tenant,
            "kind": "",
            "location": REGION,
            "resourceGroup": group,
            "subscriptionId": id,
            "managedBy": "",
            "sku": null,
            "plan": null,
            "tags": {},
            "identity": null,
            "zones": null,
            "extendedLocation": null,
            "properties": properties,
        })
    }

    fn automation(&self, subscription: u64, group: &str, name: &str, properties: &Value) -> Value {
        self.row(subscription, group, "Microsoft.Security/automations", name, properties)
    }

    fn export(&self, subscription: u64) -> Option<Value> {
        let case = self.case(subscription);
        let group = match case {
            Case::Missing => return None,
            Case::Elsewhere => MONITOR_GROUP,
            _ => EXPORT_GROUP,
        };
        Some(self.automation(
            subscription,
            group,
            "ExportToWorkspace",
            &self.export_properties(subscription, case),
        ))
    }

    fn second_export(&self, subscription: u64) -> Option<Value> {
        (self.case(subscription) == Case::Duplicate).then(|| {
            let properties = self.export_properties(subscription, Case::Compliant);
            self.automation(subscription, MONITOR_GROUP, "defender-to-law", &properties)
        })
    }

    fn export_properties(&self, subscription: u64, case: Case) -> Value {
        let severities: &[&str] =
            if case == Case::LowSeverities { &["low"] } else { &["high", "medium", "low"] };
        let mut sources: Vec<Value> = SOURCES.iter().map(|event| source(event, severities)).collect();
        match case {
            Case::FewSources => sources.truncate(SOURCES.len() - 1),
            Case::ManySources => sources.push(json!({ "eventSource": "AttackPaths" })),
            _ => {}
        }
        let id = self.subscription_id(subscription);
        let scope = match case {
            Case::ScopedToGroup => format!("/subscriptions/{id}/resourceGroups/rg-workload"),
            _ => format!("/subscriptions/{id}"),
        };
        let workspace = if case == Case::WrongDestination { "law-old" } else { "law-central" };
        json!({
            "description": "Export Microsoft Defender for Cloud data to Log Analytics workspace via policy",
            "isEnabled": case != Case::Disabled,
            "scopes": [{ "description": format!("scope for subscription {id}"), "scopePath": scope }],
            "sources": sources,
            "actions": [{ "actionType": "Workspace", "workspaceResourceId": self.workspace(workspace) }],
        })
    }

    /// A workflow automation, which the export's existence check has to look at and leave aside; in every fourth
    /// subscription.
    fn workflow(&self, subscription: u64) -> Option<Value> {
        if Random::new(self.seed(), 0x3f, subscription).below(4) != 0 {
            return None;
        }
        let id = self.subscription_id(subscription);
        let properties = json!({
            "description": "Alerts to the operations centre",
            "isEnabled": true,
            "scopes": [{ "description": format!("scope for subscription {id}"), "scopePath": format!("/subscriptions/{id}") }],
            "sources": [source("Alerts", &["high"])],
            "actions": [{
                "actionType": "LogicApp",
                "logicAppResourceId": format!("/subscriptions/{id}/resourceGroups/rg-workload/providers/Microsoft.Logic/workflows/alerts"),
            }],
        });
        Some(self.automation(subscription, "rg-workload", "alerts", &properties))
    }

    /// A resource of a type that no shipped policy reads.
    fn foreign(&self, subscription: u64, number: u64) -> Value {
        let mut random = Random::new(self.seed(), 0xf0 + number, subscription);
        let name = format!("res-{number:03}-{:08x}", random.next() >> 32);
        let (resource_type, properties) = match random.below(3) {
            0 => ("Microsoft.Compute/virtualMachines", virtual_machine(&name)),
            1 => ("Microsoft.Storage/storageAccounts", storage_account(&name)),
            _ => ("Microsoft.KeyVault/vaults", vault(&self.tenant, &name)),
        };
        self.row(subscription, "rg-workload", resource_type, &name, &properties)
    }
}

fn virtual_machine(name: &str) -> Value {
    json!({
        "hardwareProfile": { "vmSize": "Standard_D4s_v5" },
        "provisioningState": "Succeeded",
        "vmId": name,
        "storageProfile": {
            "imageReference": { "publisher": "Canonical", "offer": "ubuntu-24_04-lts", "sku": "server", "version": "latest" },
            "osDisk": { "osType": "Linux", "createOption": "FromImage", "caching": "ReadWrite", "diskSizeGB": 64 },
            "dataDisks": [{ "lun": 0, "createOption": "Attach", "diskSizeGB": 256, "caching": "None" }],
        },
        "osProfile": {
            "computerName": name,
            "linuxConfiguration": { "disablePasswordAuthentication": true, "provisionVMAgent": true },
        },
        "securityProfile": { "securityType": "TrustedLaunch", "uefiSettings": { "secureBootEnabled": true } },
    })
}

fn storage_account(name: &str) -> Value {
    json!({
        "provisioningState": "Succeeded",
        "supportsHttpsTrafficOnly": true,
        "minimumTlsVersion": "TLS1_2",
        "allowBlobPublicAccess": false,
        "networkAcls": { "bypass": "AzureServices", "defaultAction": "Deny", "ipRules": [], "virtualNetworkRules": [] },
        "primaryEndpoints": { "blob": format!("https://{name}.blob.core.windows.net/") },
        "encryption": { "keySource": "Microsoft.Storage", "services": { "blob": { "enabled": true } } },
    })
}

fn vault(tenant: &str, name: &str) -> Value {
    json!({
        "tenantId": tenant,
        "vaultUri": format!("https://{name}.vault.azure.net/"),
        "enableRbacAuthorization": true,
        "enableSoftDelete": true,
        "softDeleteRetentionInDays": 90,
        "publicNetworkAccess": "Disabled",
        "sku": { "family": "A", "name": "standard" },
    })
}

/// A source with the rule sets that the export policy writes for it.
fn source(event: &str, alert_severities: &[&str]) -> Value {
    let rule = |path: &str, value: &str, operator: &str| json!({ "propertyJPath": path, "propertyType": "string", "expectedValue": value, "operator": operator });
    let rule_sets: Vec<Value> = match event {
        "Assessments" => ["High", "Medium", "Low"]
            .iter()
            .map(|severity| {
                json!({ "rules": [
                    rule("type", "Microsoft.Security/assessments", "Contains"),
                    rule("properties.metadata.severity", severity, "Equals"),
                ] })
            })
            .collect(),
        "Alerts" => alert_severities
            .iter()
            .map(|severity| json!({ "rules": [rule("Severity", severity, "Equals")] }))
            .collect(),
        _ => return json!({ "eventSource": event }),
    };
    json!({ "eventSource": event, "ruleSets": rule_sets })
}

fn group_name(group: u64) -> String {
    if group == 0 { TOP.to_owned() } else { format!("mg-{group:04}") }
}

fn group_id(name: &str) -> String {
    format!("/providers/Microsoft.Management/managementGroups/{name}")
}

/// A number of the form of a GUID; the last group is the index, so no two of a stream are equal.
pub(super) fn guid(seed: u64, stream: u64, index: u64) -> String {
    let number = Random::new(seed, stream, index).next();
    let (a, b, c) = (number >> 32, number >> 16 & 0xffff, number & 0x0fff);
    format!("{a:08x}-{b:04x}-4{c:03x}-8{stream:03x}-{index:012}")
}

fn split(slot: u64, parts: u64) -> (u64, u64) {
    (slot / parts, slot % parts)
}
