//! Small tenants: a folder of their own with a few files, on which azpol runs.
//!
//! [`Tenant::small`] is the usual one: two enabled subscriptions, `one` and `two`, under `mg-a` under the root, each
//! with the group `rg-export`; one assignment `Export` at `mg-a` that wants one source, alerts, in the automation
//! `ExportToWorkspace`; `one` has it, `two` doesn't. Nothing says that a listing is complete.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) const TENANT: &str = "aaaaaaaa-0000-4000-8000-000000000000";
pub(crate) const LOG_ANALYTICS: &str = "ffb6f416-7bd2-4488-8828-56585fef2be9";
pub(crate) const EVENT_HUB: &str = "cdfcce10-4578-4ecd-9703-530938e4abcb";
pub(crate) const TRUSTED_HUB: &str = "af9f6c70-eb74-4189-8d15-e4f11a7ebfd4";
pub(crate) const ALERT_WORKFLOW: &str = "f1525828-9a90-4fcf-be48-268cdd02361e";
pub(crate) const RECOMMENDATION_WORKFLOW: &str = "73d6ab6c-2475-4850-afd6-43795f3492ef";
pub(crate) const REGULATORY_WORKFLOW: &str = "509122b9-ddd9-47ba-a5f1-d0dac20be63c";

/// A folder with the files of a tenant.
pub(crate) struct Tenant {
    folder: TempDir,
}

/// What a run of azpol gave.
pub(crate) struct Ran {
    /// The exit code.
    pub(crate) code: i32,
    /// Standard output.
    pub(crate) out: String,
    /// Standard error.
    pub(crate) err: String,
}

impl Tenant {
    /// A folder without files.
    pub(crate) fn new() -> Tenant {
        Tenant { folder: tempfile::tempdir().expect("a folder") }
    }

    /// The usual tenant; see the head of this file.
    pub(crate) fn small() -> Tenant {
        Tenant::new()
            .json("tree.json", &tree(&[("mg-a", &[1, 2])]))
            .json("subs.json", &json!([subscription(1), subscription(2)]))
            .json("groups.json", &json!([group(1, "rg-export"), group(2, "rg-export")]))
            .json("automations.json", &json!([automation(1)]))
            .json("assignments.json", &json!([assignment()]))
    }

    /// Writes a file, in place of one of that name.
    pub(crate) fn file(self, name: &str, bytes: impl AsRef<[u8]>) -> Tenant {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, bytes).expect("written");
        self
    }

    /// Writes a document.
    pub(crate) fn json(self, name: &str, document: &Value) -> Tenant {
        let text = serde_json::to_string_pretty(document).expect("JSON");
        self.file(name, text)
    }

    /// Takes a file away.
    pub(crate) fn without(self, name: &str) -> Tenant {
        fs::remove_file(self.folder.path().join(name)).expect("removed");
        self
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// `azpol ARGUMENTS…` in the folder.
    pub(crate) fn azpol(&self, arguments: &[&str]) -> Ran {
        azpol(self.folder.path(), arguments)
    }

    /// `azpol scan . ARGUMENTS…`
    pub(crate) fn scan(&self, arguments: &[&str]) -> Ran {
        self.azpol(&[&["scan", "."], arguments].concat())
    }

    /// `azpol plan . ARGUMENTS…`
    pub(crate) fn plan(&self, arguments: &[&str]) -> Ran {
        self.azpol(&[&["plan", "."], arguments].concat())
    }

    /// `azpol scan . --format json ARGUMENTS…`, the result parsed.
    pub(crate) fn result(&self, arguments: &[&str]) -> Value {
        self.scan(&[&["--format", "json"], arguments].concat()).json()
    }

    /// The rows of a scan, as `subscription State`.
    pub(crate) fn states(&self, arguments: &[&str]) -> Vec<String> {
        states(&self.result(arguments))
    }

    /// `azpol plan . --format json ARGUMENTS…`, the member `plan` of the result.
    pub(crate) fn planned(&self, arguments: &[&str]) -> Value {
        self.plan(&[&["--format", "json"], arguments].concat()).json()["plan"].take()
    }

    /// Names of the files below the folder, with forward slashes, sorted.
    pub(crate) fn files(&self, below: &str) -> Vec<String> {
        let root = self.folder.path().join(below);
        let mut files = Vec::new();
        walk(&root, &mut |path| {
            let name = path.strip_prefix(&root).expect("below").to_string_lossy().replace('\\', "/");
            files.push(name);
        });
        files.sort();
        files
    }

    /// The text of a file.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).expect(name)
    }
}

fn walk(folder: &Path, each: &mut dyn FnMut(&Path)) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.expect("entry").path();
        if path.is_dir() { walk(&path, each) } else { each(&path) }
    }
}

impl Ran {
    /// Standard output as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }

    /// Whether standard error has a finding of this code.
    pub(crate) fn tells(&self, code: &str) -> bool {
        let begins = |line: &str| line.strip_prefix(code).is_some_and(|rest| rest.starts_with([':', ' ']));
        self.err.lines().any(begins)
    }

    /// Both outputs, for messages.
    pub(crate) fn all(&self) -> String {
        format!("{}\n{}", self.out, self.err)
    }
}

/// The folder of the project.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Runs azpol in a folder, apart from the environment of whoever runs the test, 100 columns wide.
pub(crate) fn azpol(folder: &Path, arguments: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_azpol"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AZPOL_") {
            command.env_remove(name);
        }
    }
    let output = command.env("NO_COLOR", "1").env("COLUMNS", "100").output().expect("azpol runs");
    Ran {
        code: output.status.code().expect("an exit code: azpol was killed"),
        out: String::from_utf8(output.stdout).expect("standard output is UTF-8"),
        err: String::from_utf8(output.stderr).expect("standard error is UTF-8"),
    }
}

/// The rows of a result, as `subscription State`, each subscription's in the order of the result.
pub(crate) fn states(result: &Value) -> Vec<String> {
    rows(result)
        .iter()
        .map(|row| format!("{} {}", text(&row["subscriptionName"]), text(&row["state"])))
        .collect()
}

/// The rows of a result.
pub(crate) fn rows(result: &Value) -> &[Value] {
    result["rows"].as_array().expect("rows")
}

/// A text of a result.
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

/// The GUID of subscription `number`.
pub(crate) fn guid(number: usize) -> String {
    format!("aaaaaaaa-0000-4000-8000-{number:012}")
}

/// What people call it.
pub(crate) fn name(number: usize) -> String {
    let names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    names.get(number).map_or_else(|| format!("sub-{number:03}"), ToString::to_string)
}

/// A subscription as `az account list` writes it.
pub(crate) fn subscription(number: usize) -> Value {
    json!({
        "cloudName": "AzureCloud", "homeTenantId": TENANT, "id": guid(number), "isDefault": number == 1,
        "managedByTenants": [], "name": name(number), "state": "Enabled", "tenantId": TENANT,
        "user": {"name": "someone", "type": "user"}
    })
}

/// The id of a management group.
pub(crate) fn management_group(name: &str) -> String {
    format!("/providers/Microsoft.Management/managementGroups/{name}")
}

/// The root with groups below it, and subscriptions in those, as `az account management-group show -e -r` writes it.
pub(crate) fn tree(groups: &[(&str, &[usize])]) -> Value {
    let subscriptions = |numbers: &[usize]| -> Vec<Value> {
        let one = |number: &usize| {
            json!({"id": format!("/subscriptions/{}", guid(*number)), "name": guid(*number), "type": "/subscriptions",
                "displayName": name(*number), "children": null})
        };
        numbers.iter().map(one).collect()
    };
    let children: Vec<Value> = groups
        .iter()
        .map(|(name, numbers)| {
            json!({"id": management_group(name), "name": name, "displayName": name,
                "type": "Microsoft.Management/managementGroups", "children": subscriptions(numbers)})
        })
        .collect();
    json!({"id": management_group(TENANT), "name": TENANT, "displayName": "Tenant Root Group", "tenantId": TENANT,
        "type": "Microsoft.Management/managementGroups", "details": {"parent": null}, "children": children})
}

/// A resource group as `az group list` writes it.
pub(crate) fn group(subscription: usize, name: &str) -> Value {
    json!({"id": format!("/subscriptions/{}/resourceGroups/{name}", guid(subscription)), "name": name,
        "type": "Microsoft.Resources/resourceGroups", "location": "westeurope", "managedBy": null, "tags": null,
        "properties": {"provisioningState": "Succeeded"}})
}

/// The id of a subscription's `ExportToWorkspace`.
pub(crate) fn automation_id(subscription: usize) -> String {
    let subscription = guid(subscription);
    format!(
        "/subscriptions/{subscription}/resourceGroups/rg-export/providers/Microsoft.Security/automations/ExportToWorkspace"
    )
}

/// The workspace of the exports.
pub(crate) fn workspace() -> String {
    format!(
        "/subscriptions/{}/resourceGroups/rg-hub/providers/Microsoft.OperationalInsights/workspaces/law",
        guid(1)
    )
}

/// A subscription's `ExportToWorkspace` as REST writes it: on, with alerts as its only source.
pub(crate) fn automation(subscription: usize) -> Value {
    let scope = format!("/subscriptions/{}", guid(subscription));
    json!({"id": automation_id(subscription), "name": "ExportToWorkspace", "type": "Microsoft.Security/automations",
        "location": "westeurope", "tags": {}, "properties": {
            "description": "export", "isEnabled": true,
            "scopes": [{"description": "all of it", "scopePath": scope}],
            "sources": [{"eventSource": "Alerts", "ruleSets": [{"rules": [{"propertyJPath": "Severity",
                "propertyType": "string", "expectedValue": "high", "operator": "Equals"}]}]}],
            "actions": [{"actionType": "Workspace", "workspaceResourceId": workspace()}]}})
}

/// Parameters that want the automation of [`automation`].
pub(crate) fn parameters() -> Value {
    json!({"resourceGroupName": {"value": "rg-export"}, "resourceGroupLocation": {"value": "westeurope"},
        "exportedDataTypes": {"value": ["Security alerts"]}, "isSecurityFindingsEnabled": {"value": false},
        "alertSeverities": {"value": ["High"]}, "workspaceResourceId": {"value": workspace()}})
}

/// The assignment `Export` at `mg-a` as REST writes it.
pub(crate) fn assignment() -> Value {
    assigned("Export", &management_group("mg-a"), LOG_ANALYTICS, &parameters())
}

/// An assignment of a built-in definition as REST writes it.
pub(crate) fn assigned(name: &str, scope: &str, definition: &str, parameters: &Value) -> Value {
    json!({"id": format!("{scope}/providers/Microsoft.Authorization/policyAssignments/{name}"), "name": name,
        "type": "Microsoft.Authorization/policyAssignments", "location": "westeurope",
        "identity": {"type": "SystemAssigned", "principalId": "bbbbbbbb-0000-4000-8000-000000000001", "tenantId": TENANT},
        "properties": {"displayName": name, "scope": scope, "notScopes": [], "enforcementMode": "Default",
            "policyDefinitionId": format!("/providers/Microsoft.Authorization/policyDefinitions/{definition}"),
            "parameters": parameters}})
}

/// A document with some members replaced, by JSON pointer; a member that isn't there yet is added.
pub(crate) fn with(mut document: Value, changes: &[(&str, Value)]) -> Value {
    for (pointer, value) in changes {
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
        match document.pointer_mut(parent) {
            Some(Value::Array(items)) => items[key.parse::<usize>().expect("an index")] = value.clone(),
            Some(parent) => parent[key] = value.clone(),
            None => panic!("{pointer} isn't there"),
        }
    }
    document
}
