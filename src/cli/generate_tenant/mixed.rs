//! Mixed inventories: resources of the types that built-in definitions are about most often.
//!
//! Resources come in sets of one of each type; a set lies in one group, so that children have their parents beside
//! them. Each is made from the seed and its number alone.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::kinds::{Choice, KINDS, Kind};
use super::random::Random;
use super::rows::guid;
use super::{CONTAINERS, MANIFEST, RESOURCES, hashed, manifest_of, shuffled};

/// The group at the top, above all subscriptions.
pub const TOP: &str = "mg-mixed";

/// Groups of a subscription.
const GROUPS: u64 = 3;
const REGIONS: [&str; 3] = ["westeurope", "northeurope", "eastus"];

/// What a mixed inventory is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MixedOptions {
    /// Decides about properties and the order of rows.
    pub seed: u64,
    /// Number of subscriptions; each has three groups.
    pub subscriptions: u64,
    /// Number of resources, over all types.
    pub resources: u64,
    /// The only type, in place of all; it has to be one of [`types`].
    pub only: Option<&'static str>,
}

/// The types that a mixed inventory holds, parents in front of their children.
pub fn types() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|kind| kind.resource_type)
}

/// Writes a mixed inventory as rows of Resource Graph, with a manifest that says that everything is listed. `open` is
/// called once for each file, with its name; the manifest comes last.
///
/// # Errors
/// Whatever `open` or a writer answers.
pub fn mixed<W: Write>(
    options: &MixedOptions,
    mut open: impl FnMut(&str) -> io::Result<W>,
) -> io::Result<()> {
    let plan = Mixed::new(*options);
    let seed = options.seed;
    let containers = hashed(&mut open, CONTAINERS, |out| {
        shuffled(seed, 2 + options.subscriptions * (1 + GROUPS), |slot| Some(plan.container(slot)), out)
    })?;
    let resources = hashed(&mut open, RESOURCES, |out| {
        shuffled(seed ^ 1, options.resources, |slot| Some(plan.resource(slot)), out)
    })?;
    let listed: Vec<&str> = plan.kinds().map(|kind| kind.resource_type).collect();
    let mut out = open(MANIFEST)?;
    let files =
        [(CONTAINERS, super::contents(CONTAINERS).0, containers), (RESOURCES, &listed[..], resources)];
    manifest_of(&plan.tenant, &files, &mut out)?;
    out.flush()
}

struct Mixed {
    options: MixedOptions,
    tenant: String,
}

impl Mixed {
    fn new(options: MixedOptions) -> Mixed {
        Mixed { options, tenant: guid(options.seed, 0x7e, 0) }
    }

    fn kinds(&self) -> impl Iterator<Item = &'static Kind> + use<> {
        let only = self.options.only;
        KINDS.iter().filter(move |kind| only.is_none_or(|only| kind.resource_type.eq_ignore_ascii_case(only)))
    }

    fn subscription_id(&self, subscription: u64) -> String {
        guid(self.options.seed, 0x5b, subscription)
    }

    fn container(&self, slot: u64) -> Value {
        let root = json!({ "name": self.tenant, "displayName": "Tenant Root Group" });
        let group = |name: &str, display: &str, chain: &[&Value]| {
            let parent = chain.first().map(|parent| {
                json!({ "id": group_id(parent["name"].as_str().unwrap_or_default()), "name": parent["name"],
                    "displayName": parent["displayName"] })
            });
            json!({ "id": group_id(name), "name": name, "type": "microsoft.management/managementgroups",
                "tenantId": self.tenant, "properties": { "displayName": display, "tenantId": self.tenant,
                "details": { "managementGroupAncestorsChain": chain, "parent": parent } } })
        };
        match slot {
            0 => group(&self.tenant, "Tenant Root Group", &[]),
            1 => group(TOP, TOP, &[&root]),
            _ => {
                let (subscription, part) = ((slot - 2) / (1 + GROUPS), (slot - 2) % (1 + GROUPS));
                let id = self.subscription_id(subscription);
                match part.checked_sub(1) {
                    None => json!({
                        "id": format!("/subscriptions/{id}"), "name": format!("sub-{subscription:06}"),
                        "type": "microsoft.resources/subscriptions", "tenantId": self.tenant, "subscriptionId": id,
                        "tags": {}, "properties": { "state": "Enabled", "managedByTenants": [],
                            "managementGroupAncestorsChain": [{ "name": TOP, "displayName": TOP }, root] },
                    }),
                    Some(group) => json!({
                        "id": format!("/subscriptions/{id}/resourceGroups/rg-{group}"), "name": format!("rg-{group}"),
                        "type": "microsoft.resources/subscriptions/resourcegroups", "tenantId": self.tenant,
                        "subscriptionId": id, "resourceGroup": format!("rg-{group}"),
                        "location": REGIONS[usize::try_from(group).unwrap_or(0)], "tags": null,
                        "properties": { "provisioningState": "Succeeded" },
                    }),
                }
            }
        }
    }

    fn resource(&self, slot: u64) -> Value {
        let kinds = self.kinds().count() as u64;
        let (set, at) = (slot / kinds, slot % kinds);
        let kind = self.kinds().nth(usize::try_from(at).unwrap_or(0)).unwrap_or(&KINDS[0]);
        let subscription = set % self.options.subscriptions.max(1);
        let group = set / self.options.subscriptions.max(1) % GROUPS;
        let id = self.subscription_id(subscription);
        let mut random = Random::new(self.options.seed, 0x31, slot);
        let mut path = String::new();
        // A set has one of each: the parent has the number of the set, too.
        let names: Vec<String> =
            kind.resource_type.split('/').skip(1).map(|segment| format!("{}{set}", short(segment))).collect();
        for (segment, name) in kind.resource_type.split('/').skip(1).zip(&names) {
            path.push('/');
            path.push_str(segment);
            path.push('/');
            path.push_str(name);
        }
        let namespace = kind.resource_type.split('/').next().unwrap_or_default();
        let mut row = json!({
            "id": format!("/subscriptions/{id}/resourceGroups/rg-{group}/providers/{namespace}{path}"),
            "name": names.last(),
            "type": kind.resource_type.to_ascii_lowercase(),
            "tenantId": self.tenant,
            "kind": kind.flavour,
            "location": if kind.located { REGIONS[usize::try_from(random.below(3)).unwrap_or(0)] } else { "" },
            "resourceGroup": format!("rg-{group}"),
            "subscriptionId": id,
            "managedBy": "", "plan": null, "zones": null, "extendedLocation": null,
            "sku": kind.sku.map(|name| json!({ "name": name })),
            "tags": tags(&mut random),
            "identity": identity(&mut random),
            "properties": { "provisioningState": "Succeeded" },
        });
        for choice in super::kinds::COMMON.iter().chain(kind.choices) {
            put(&mut row, choice, &mut random);
        }
        row
    }
}

fn tags(random: &mut Random) -> Value {
    match random.below(3) {
        0 => json!({}),
        1 => json!({ "environment": "production" }),
        _ => json!({ "environment": "test", "owner": "team-a", "costCenter": "1234" }),
    }
}

fn identity(random: &mut Random) -> Value {
    match random.below(3) {
        0 => Value::Null,
        1 => json!({ "type": "None" }),
        _ => json!({ "type": "SystemAssigned", "principalId": "00000000-0000-4000-8000-000000000001" }),
    }
}

/// Puts one of the values of a choice at its path below `properties`; or none of them.
fn put(row: &mut Value, (path, values): &Choice, random: &mut Random) {
    let at = random.below(values.len() as u64 + 1);
    let Some(value) = usize::try_from(at).ok().and_then(|at| values.get(at)) else { return };
    let Ok(value) = serde_json::from_str::<Value>(value) else { return };
    let mut node = &mut row["properties"];
    let mut keys = path.split('.').peekable();
    while let Some(key) = keys.next() {
        if !node.is_object() {
            *node = Value::Object(Map::new());
        }
        if keys.peek().is_none() {
            node[key] = value;
            return;
        }
        node = &mut node[key];
    }
}

/// A short name of a segment of a type: `storageAccounts` is `sto`.
fn short(segment: &str) -> String {
    segment.chars().take(3).collect::<String>().to_ascii_lowercase()
}

fn group_id(name: &str) -> String {
    format!("/providers/Microsoft.Management/managementGroups/{name}")
}
