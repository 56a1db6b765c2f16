//! What the files don't say, once for each fact, with the way to settle it.

use std::collections::{BTreeMap, BTreeSet};

use crate::arm::{ResourceType, Scope};
use crate::inventory::Inventory;

use super::listed::is_read_otherwise;
use super::run::Run;
use super::state::{MissingFact, ReasonKind};

/// A fact that the inputs lack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenFact {
    /// How many rows wait for it; 0 for a fact that changes no state.
    pub rows: usize,
    /// The fact, as a question.
    pub question: String,
    /// The command that fetches it, where there is one.
    pub command: Option<String>,
    /// The flag that asserts it, where there is one.
    pub flag: Option<String>,
}

/// One kind of fact, over all rows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Listing(ResourceType),
    Place,
    /// A path of a type.
    Carried(ResourceType, String),
    Other(String),
}

/// The facts for which rows wait, most rows first, then those whose listing is missing and that change no state.
pub fn open_facts(run: &Run, inventory: &Inventory) -> Vec<OpenFact> {
    let mut waiting: BTreeMap<Kind, usize> = BTreeMap::new();
    for row in &run.rows {
        let Some(ReasonKind::Missing(facts)) = &row.reason else { continue };
        let kinds: BTreeSet<Kind> = facts.iter().map(kind).collect();
        for kind in kinds {
            *waiting.entry(kind).or_default() += 1;
        }
    }
    let tenant = match inventory.tenants().as_slice() {
        [one] => (*one).to_owned(),
        _ => "<tenant id>".to_owned(),
    };
    let mut facts: Vec<OpenFact> =
        waiting.into_iter().map(|(kind, rows)| describe(&kind, rows, &tenant)).collect();
    // Stable: within one number of rows the order of kinds stays.
    facts.sort_by_key(|fact| std::cmp::Reverse(fact.rows));
    facts.extend(
        run.listed.types.iter().map(|(resource_type, count)| targets(resource_type.as_ref(), *count)),
    );
    facts.extend(unnamed(inventory));
    facts.extend(unlisted(inventory));
    facts
}

fn kind(fact: &MissingFact) -> Kind {
    match fact {
        MissingFact::Listing(resource_type, _) => Kind::Listing(resource_type.clone()),
        MissingFact::Under(..) | MissingFact::Outside(..) => Kind::Place,
        MissingFact::Carried(id, path) => Kind::Carried(id.resource_type(), path.to_string()),
        MissingFact::Other(text) => Kind::Other(text.to_string()),
    }
}

fn describe(kind: &Kind, rows: usize, tenant: &str) -> OpenFact {
    match kind {
        Kind::Listing(resource_type) => OpenFact {
            rows,
            question: format!("are these all {}?", plural(resource_type)),
            command: Some(listing_command(resource_type)),
            flag: Some(format!("--complete {}", resource_type.folded())),
        },
        Kind::Place => OpenFact {
            rows,
            question: "where do the subscriptions lie?".to_owned(),
            command: Some(format!("az account management-group show -n {tenant} -e -r > tree.json")),
            flag: None,
        },
        Kind::Carried(resource_type, path) => OpenFact {
            rows,
            question: format!("what is `{path}`? the export doesn't carry it"),
            command: Some(listing_command(resource_type)),
            flag: None,
        },
        Kind::Other(text) => OpenFact { rows, question: text.clone(), command: None, flag: None },
    }
}

/// `automations` for `Microsoft.Security/automations`.
fn plural(resource_type: &ResourceType) -> &str {
    resource_type.as_str().rsplit('/').next().unwrap_or_default()
}

/// The Resource Graph query for all resources of a type.
fn listing_command(resource_type: &ResourceType) -> String {
    let table = match resource_type.namespace().to_ascii_lowercase().as_str() {
        "microsoft.authorization" if resource_type.folded().contains("role") => "authorizationresources",
        "microsoft.authorization" => "policyresources",
        "microsoft.resources" => "resourcecontainers",
        _ => "resources",
    };
    let wanted = resource_type.folded();
    format!(
        "az graph query --first 1000 -q \"{table} | where type =~ '{wanted}'\" > {}.json",
        plural(resource_type)
    )
}

/// Resources that assignments are about: those that aren't listed have no row.
fn targets(resource_type: Option<&ResourceType>, subscriptions: usize) -> OpenFact {
    let places = match subscriptions {
        1 => "1 subscription".to_owned(),
        more => format!("{more} subscriptions"),
    };
    let Some(resource_type) = resource_type else {
        return OpenFact {
            rows: 0,
            question: format!("are these all resources of {places}?"),
            command: Some("az graph query --first 1000 -q \"resources\" > resources.json".to_owned()),
            flag: None,
        };
    };
    let question = format!("are these all {} of {places}?", plural(resource_type));
    if is_read_otherwise(resource_type) {
        let question =
            format!("{} have no rows: azpol reads them as documents of their own", plural(resource_type));
        return OpenFact { rows: 0, question, command: None, flag: None };
    }
    OpenFact {
        rows: 0,
        question,
        command: Some(listing_command(resource_type)),
        flag: Some(format!("--complete {}", resource_type.folded())),
    }
}

/// Subscriptions that hold resources of the files and that no list and no tree names: they have no rows.
fn unnamed(inventory: &Inventory) -> Option<OpenFact> {
    let unnamed = inventory.unlisted_subscriptions();
    let first = unnamed.first()?;
    let question = match unnamed.len() {
        1 => format!("{first} holds resources, is in no list, and has no rows"),
        more => format!("{first} and {} more hold resources, are in no list, and have no rows", more - 1),
    };
    let command = Some("az account list --all > subscriptions.json".to_owned());
    Some(OpenFact { rows: 0, question, command, flag: None })
}

/// Listings without which the result may say less, but no state changes: type, question, command.
const UNLISTED: &[(&str, &str, &str)] = &[
    (
        "Microsoft.Authorization/policyAssignments",
        "are there other assignments?",
        "az policy assignment list --disable-scope-strict-match > assignments.json",
    ),
    (
        "Microsoft.Authorization/policyExemptions",
        "are there exemptions?",
        "az policy exemption list > exemptions.json",
    ),
    (
        "Microsoft.Authorization/roleAssignments",
        "are there other role assignments?",
        "az role assignment list --all --include-inherited > roles.json",
    ),
];

fn unlisted(inventory: &Inventory) -> Vec<OpenFact> {
    let known: Vec<_> = inventory.subscriptions().map(|s| Scope::Subscription(s.id.clone())).collect();
    UNLISTED
        .iter()
        .map(|(resource_type, question, command)| (ResourceType::new(resource_type), question, command))
        .filter(|(t, ..)| !known.iter().all(|scope| inventory.listing(t, scope).is_complete()))
        .map(|(resource_type, question, command)| OpenFact {
            rows: 0,
            question: (*question).to_owned(),
            command: Some((*command).to_owned()),
            flag: Some(format!("--complete {}", resource_type.folded())),
        })
        .collect()
}
