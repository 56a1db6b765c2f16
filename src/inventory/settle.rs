//! The same thing from several sources: which of the contents is used.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::arm::{ResourceId, SubscriptionId};
use crate::source::{Diagnostic, Diagnostics, FileId, Span};

use super::access::{Deployment, Exemption, ProviderRegistration, RoleAssignment};
use super::builder::Store;
use super::codes;
use super::collected::Collected;
use super::lookup::Resources;
use super::merge::{self, Side};
use super::resource::Resource;

/// Each resource once; contradictions settled by time, or told. Of each list: its file, and whether it is no list
/// but the single documents of the file.
pub(super) fn settled(
    store: Store,
    batches: &[(FileId, bool)],
    collected: &Collected,
    faults: &mut Diagnostics,
) -> Resources {
    let mut replaced: HashMap<usize, Option<Resource>> = HashMap::new();
    let mut newer: BTreeMap<(FileId, FileId), (usize, Diagnostic)> = BTreeMap::new();
    for (id, places) in &store.contested {
        let time = |at: &usize| collected.of(batches[store.all[*at].batch].0);
        let Some(newest) = places.iter().copied().max_by_key(|at| time(at)) else { continue };
        let older =
            places.iter().copied().filter(|at| *at != newest).max_by_key(|at| time(at)).unwrap_or(newest);
        let sure = time(&newest).is_some()
            && places.iter().all(|at| *at == newest || time(at).is_some_and(|at| Some(at) < time(&newest)));
        if sure {
            let files = (batches[store.all[older].batch].0, batches[store.all[newest].batch].0);
            let note = newer.entry(files).or_insert_with(|| {
                let note =
                    Diagnostic::new(&codes::NEWER_USED, format!("`{id}` is used as the newer file has it"));
                let note = note.at(store.all[newest].resource.span, "newer");
                (0, note.at(store.all[older].resource.span, "older"))
            });
            note.0 += 1;
            for at in places {
                if *at != newest {
                    replaced.insert(*at, None);
                }
            }
            continue;
        }
        faults.push(contradiction(id, &store, places, batches));
        let (a, b) = (&store.all[places[0]], &store.all[places[1]]);
        let side = |at: usize| Side { resource: &store.all[at].resource, shape: store.all[at].shape };
        let mut kept = merge::agreed(&side(places[0]), &side(places[1]));
        for at in &places[2..] {
            kept = merge::agreed(&Side { resource: &kept, shape: a.shape }, &side(*at));
        }
        debug_assert_eq!(a.resource.id, b.resource.id);
        replaced.insert(places[0], Some(kept));
        for at in &places[1..] {
            replaced.insert(*at, None);
        }
    }
    for (_, (count, mut note)) in newer {
        if count > 1 {
            let others =
                if count == 2 { "is another one".to_owned() } else { format!("are {} others", count - 1) };
            note.message = format!("{}, and so {others}", note.message);
        }
        faults.push(note);
    }
    if replaced.is_empty() {
        let all = store.all.into_iter().map(|stored| stored.resource).collect();
        return Resources::new(all, store.first);
    }
    let all = store.all.into_iter().enumerate();
    let all: Vec<Resource> = all
        .filter_map(|(at, stored)| match replaced.remove(&at) {
            Some(other) => other,
            None => Some(stored.resource),
        })
        .collect();
    let numbers = (0u32..).zip(&all).map(|(at, resource)| (resource.id.clone(), at)).collect();
    Resources::new(all, numbers)
}

/// One id with two contents: in one list, or in two sources.
fn contradiction(id: &ResourceId, store: &Store, places: &[usize], batches: &[(FileId, bool)]) -> Diagnostic {
    let (a, b) = (&store.all[places[0]], &store.all[places[1]]);
    let side = |at: usize| Side { resource: &store.all[at].resource, shape: store.all[at].shape };
    let path = merge::difference(&side(places[0]), &side(places[1]));
    let differs = path.map_or_else(String::new, |path| format!(": they differ in `{path}`"));
    if a.batch == b.batch && !batches[a.batch].1 {
        return Diagnostic::new(
            &codes::TWO_CONTENTS,
            format!("`{id}` stands in one list with two contents{differs}"),
        )
        .at(b.resource.span, "here")
        .at(a.resource.span, "and here")
        .help("what both say is used; fetch the list again");
    }
    Diagnostic::new(&codes::SOURCES_DIFFER, format!("`{id}` stands here with two contents{differs}"))
        .at(b.resource.span, "here")
        .at(a.resource.span, "and here")
        .help(
            "what both say is used; remove the outdated file, or give the files a manifest with their times of \
             collection",
        )
}

/// Role assignments by principal, each once.
pub(super) fn roles(
    all: Vec<RoleAssignment>,
    faults: &mut Diagnostics,
) -> BTreeMap<Arc<str>, Vec<RoleAssignment>> {
    let mut by_id: HashMap<String, RoleAssignment> = HashMap::new();
    let mut found: BTreeMap<Arc<str>, Vec<RoleAssignment>> = BTreeMap::new();
    for role in all {
        let id = role.id.trim_matches('/').to_ascii_lowercase();
        if let Some(known) = by_id.get(&id).filter(|_| !id.is_empty()) {
            let says = |role: &RoleAssignment| {
                (role.principal_id.clone(), role.role_definition.clone(), role.scope.clone())
            };
            if says(known) != says(&role) {
                faults.push(two_sources(&role.id, role.span, known.span));
            }
            continue;
        }
        by_id.insert(id, role.clone());
        found.entry(role.principal_id.clone()).or_default().push(role);
    }
    for list in found.values_mut() {
        list.sort_by(|a, b| {
            (&a.scope, &a.role_definition, &a.id).cmp(&(&b.scope, &b.role_definition, &b.id))
        });
    }
    found
}

/// Exemptions, each once.
pub(super) fn exemptions(all: Vec<Exemption>, faults: &mut Diagnostics) -> Vec<Exemption> {
    let mut by_id: BTreeMap<String, Exemption> = BTreeMap::new();
    for exemption in all {
        let id = exemption.id.trim_matches('/').to_ascii_lowercase();
        match by_id.get(&id) {
            None => {
                by_id.insert(id, exemption);
            }
            Some(known) => {
                let says = |e: &Exemption| {
                    (e.assignment_id.to_ascii_lowercase(), e.reference_ids.clone(), e.expires_on.clone())
                };
                if says(known) != says(&exemption) {
                    faults.push(two_sources(&exemption.id, exemption.span, known.span));
                }
            }
        }
    }
    by_id.into_values().collect()
}

fn two_sources(id: &str, here: Span, first: Span) -> Diagnostic {
    Diagnostic::new(&codes::SOURCES_DIFFER, format!("`{id}` stands here with two contents"))
        .at(here, "this one isn't used")
        .at(first, "this one is used")
}

/// Registrations by subscription and namespace, each once.
pub(super) fn registrations(
    all: Vec<ProviderRegistration>,
    faults: &mut Diagnostics,
) -> BTreeMap<(Option<SubscriptionId>, String), ProviderRegistration> {
    let mut found: BTreeMap<(Option<SubscriptionId>, String), ProviderRegistration> = BTreeMap::new();
    for one in all {
        let key = (one.subscription.clone(), one.namespace.to_ascii_lowercase());
        match found.get(&key) {
            // Rows without a subscription may be those of several.
            Some(known) if key.0.is_some() && known.is_registered() != one.is_registered() => {
                faults.push(two_sources(&one.namespace, one.span, known.span));
            }
            Some(_) => {}
            None => {
                found.insert(key, one);
            }
        }
    }
    found
}

/// Deployments by id, each once.
pub(super) fn deployments(all: Vec<Deployment>) -> BTreeMap<ResourceId, Deployment> {
    let mut found = BTreeMap::new();
    for one in all {
        found.entry(one.id.clone()).or_insert(one);
    }
    found
}
