//! From what was gathered to an inventory: manifests first, since times of collection settle contradictions.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::arm::{ResourceId, ResourceType, Scope, SubscriptionId};
use crate::config::{ManifestEntry, codes as config_codes};
use crate::source::{Diagnostic, Diagnostics, FileId, SourceMap, Span};

use super::access::{Deployment, Exemption, ProviderRegistration, RoleAssignment};
use super::builder::{InventoryBuilder, Store};
use super::collected::Collected;
use super::completeness::{Completeness, Disproof, Known as Facts, Says};
use super::documents::PolicyDocuments;
use super::lookup::{Assertion, Base, Exemptions, Inventory, Resources};
use super::merge::{self, Side};
use super::resource::Resource;
use super::shape::envelope::Envelope;
use super::shape::subscription;
use super::subscription::{Known, SetAside, SetAsideReason, Subscription};
use super::tree::Tree;
use super::codes;

/// What manifests say, by file.
#[derive(Debug, Default)]
struct Stated {
    entries: BTreeMap<FileId, (ManifestEntry, Option<String>)>,
    collected: Collected,
}

impl InventoryBuilder {
    /// Puts everything together.
    ///
    /// `files` names the files that were read; `hash` gives the SHA-256 of a file's bytes in lower-case
    /// hexadecimal digits, and is asked for files only whose manifest states one.
    pub fn finish(
        mut self,
        assertions: &[Completeness],
        files: &SourceMap,
        hash: &dyn Fn(FileId) -> Option<String>,
    ) -> (Inventory, PolicyDocuments, Diagnostics) {
        let mut faults = Diagnostics::new();
        let stated = self.stated(files, hash, &mut faults);
        self.join_pages();
        let collected = &stated.collected;
        let documents = PolicyDocuments {
            definitions: std::mem::take(&mut self.definitions).finish(collected, &mut faults),
            initiatives: std::mem::take(&mut self.initiatives).finish(collected, &mut faults),
            assignments: std::mem::take(&mut self.assignments).finish(collected, &mut faults),
            exemptions: std::mem::take(&mut self.exemption_documents).finish(collected, &mut faults),
        };
        let tree = std::mem::take(&mut self.tree).finish(collected, &mut faults);
        let given = self.given(&stated);
        let mut base = Base {
            tenants: tree.tenants().clone(),
            given,
            oldest: collected.oldest(),
            role_assignments: roles(std::mem::take(&mut self.roles), &mut faults),
            exemptions: Exemptions::new(exemptions(std::mem::take(&mut self.exemptions), &mut faults)),
            registrations: registrations(std::mem::take(&mut self.registrations)),
            deployments: deployments(std::mem::take(&mut self.deployments)),
            ..Base::default()
        };
        place(std::mem::take(&mut self.subscriptions), &tree, collected, &mut base, &mut faults);
        base.groups = tree.groups;
        let batches: Vec<FileId> = self.batches.iter().map(|batch| batch.file).collect();
        let store = std::mem::take(&mut self.store);
        base.resources = Resources::new(settled(store, &batches, collected, &mut faults));
        self.complete(&stated, assertions, &mut base, &mut faults);
        (Inventory::new(base), documents, faults)
    }

    /// What the manifests say of the files that were read; entries that can't be trusted are left out.
    fn stated(
        &mut self,
        files: &SourceMap,
        hash: &dyn Fn(FileId) -> Option<String>,
        faults: &mut Diagnostics,
    ) -> Stated {
        let names: HashMap<String, FileId> = files.iter().map(|(id, file)| (normal(&file.name), id)).collect();
        let mut stated = Stated::default();
        for manifest in std::mem::take(&mut self.manifests) {
            let folder = folder(files.name(manifest.span));
            for entry in manifest.files {
                let name = normal(&format!("{folder}{}", entry.path));
                let Some(file) = names.get(&name).copied() else {
                    faults.push(missing(&entry));
                    continue;
                };
                if let Some(wanted) = &entry.sha256
                    && hash(file).is_none_or(|found| !found.eq_ignore_ascii_case(wanted))
                {
                    faults.push(changed(&entry));
                    continue;
                }
                if let Some((other, _)) = stated.entries.get(&file) {
                    faults.push(twice(&entry, other.span));
                    continue;
                }
                if let Some(time) = entry.collected {
                    stated.collected.insert(file, time);
                }
                stated.entries.insert(file, (entry, manifest.tenant.clone()));
            }
        }
        stated
    }

    /// Pages of one query of Resource Graph that stand in several documents: if together they hold as many rows
    /// as the query has, and one of them is the last, nothing is missing.
    fn join_pages(&mut self) {
        let mut queries: BTreeMap<(u64, Vec<ResourceType>), Vec<usize>> = BTreeMap::new();
        for (at, batch) in self.batches.iter().enumerate() {
            if let Some(total) = batch.total {
                queries.entry((total, batch.types.iter().cloned().collect())).or_default().push(at);
            }
        }
        for ((total, _), pages) in queries {
            let rows: u64 = pages.iter().map(|at| self.batches[*at].rows).sum();
            let joins = |at: &usize| self.batches[*at].goes_on.as_ref().is_none_or(|goes_on| goes_on.may_be_given);
            if pages.len() > 1 && rows == total && pages.iter().all(joins) {
                for at in pages {
                    self.batches[at].goes_on = None;
                }
            }
        }
    }

    /// The types of which a listing was given: lists, lines, several documents in a file, and what manifests
    /// name.
    fn given(&self, stated: &Stated) -> BTreeSet<ResourceType> {
        let mut found = BTreeSet::new();
        let mut singles: BTreeMap<(FileId, &ResourceType), usize> = BTreeMap::new();
        for batch in &self.batches {
            for resource_type in &batch.types {
                let count = singles.entry((batch.file, resource_type)).or_default();
                *count += 1;
                if batch.envelope != Envelope::Single || batch.lines || *count > 1 {
                    found.insert(resource_type.clone());
                }
            }
        }
        found.extend(stated.entries.values().flat_map(|(entry, _)| entry.types.iter().cloned()));
        found
    }

    /// What is complete: what manifests state and flags assert, and what disproves it.
    fn complete(
        &self,
        stated: &Stated,
        assertions: &[Completeness],
        base: &mut Base,
        faults: &mut Diagnostics,
    ) {
        let mut facts = Facts::default();
        for (entry, tenant) in stated.entries.values() {
            let mut scopes: Vec<&Scope> = entry.scopes.iter().collect();
            if tenant.is_none() && base.tenants.len() > 1 && scopes.contains(&&Scope::Tenant) {
                faults.push(which_tenant(entry));
                scopes.retain(|scope| **scope != Scope::Tenant);
            }
            for (resource_type, scope) in entry.types.iter().flat_map(|t| scopes.iter().map(move |s| (t, *s))) {
                facts.claim(resource_type, Some(scope), tenant.as_deref(), Says::Manifest);
            }
        }
        for completeness in assertions {
            self.assert(completeness, base, &mut facts, faults);
        }
        base.assertions.sort();
        base.assertions.dedup();
        self.disprove(stated, &mut facts, faults);
        tell_disproved(stated, base, &facts, faults);
        base.known = facts;
    }

    fn assert(&self, completeness: &Completeness, base: &mut Base, facts: &mut Facts, faults: &mut Diagnostics) {
        let types: Vec<ResourceType> = match &completeness.resource_type {
            Some(resource_type) => {
                if !base.given.contains(resource_type) && !self.holds(resource_type) {
                    faults.push(nothing_given(resource_type));
                }
                vec![resource_type.clone()]
            }
            None => base.given.iter().cloned().collect(),
        };
        for resource_type in types {
            facts.claim(&resource_type, completeness.scope.as_ref(), None, Says::Flag);
            base.assertions.push(Assertion { resource_type, scope: completeness.scope.clone() });
        }
    }

    fn holds(&self, resource_type: &ResourceType) -> bool {
        self.batches.iter().any(|batch| batch.types.contains(resource_type))
    }

    /// Every list that goes on elsewhere, and empty lists of which nothing is known.
    fn disprove(&self, stated: &Stated, facts: &mut Facts, faults: &mut Diagnostics) {
        for batch in &self.batches {
            let entry = stated.entries.get(&batch.file).map(|(entry, _)| entry);
            let Some(goes_on) = &batch.goes_on else {
                let is_empty = batch.rows == 0 && batch.envelope != Envelope::Single;
                if is_empty && entry.is_none_or(|entry| entry.types.is_empty()) {
                    faults.push(empty_list(batch.span));
                }
                continue;
            };
            faults.push(
                Diagnostic::new(&codes::LIST_GOES_ON, format!("this list goes on elsewhere: {}", goes_on.why))
                    .at(goes_on.span, "what it lists isn't complete")
                    .help("fetch the remaining pages and give them in the same run"),
            );
            let mut types: BTreeSet<Option<ResourceType>> = batch.types.iter().cloned().map(Some).collect();
            types.extend(goes_on.resource_type.clone().map(Some));
            if types.is_empty() {
                types.extend(entry.into_iter().flat_map(|entry| entry.types.iter().cloned().map(Some)));
            }
            if types.is_empty() {
                types.insert(None);
            }
            let mut scopes: Vec<Option<Scope>> = goes_on.scope.iter().cloned().map(Some).collect();
            if scopes.is_empty() {
                scopes.extend(entry.into_iter().flat_map(|entry| entry.scopes.iter().cloned().map(Some)));
            }
            if scopes.is_empty() {
                scopes.push(None);
            }
            for (resource_type, scope) in types.iter().flat_map(|t| scopes.iter().map(move |s| (t, s))) {
                facts.disprove(Disproof {
                    resource_type: resource_type.clone(),
                    scope: scope.clone(),
                    span: goes_on.span,
                    why: goes_on.why.clone(),
                });
            }
        }
    }
}

/// A name with `/` between folders, without `.` and with `..` resolved.
fn normal(name: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in name.split(['/', '\\']) {
        match part {
            "." => {}
            ".." if parts.last().is_some_and(|last| !matches!(*last, "" | "..")) => {
                parts.pop();
            }
            "" if !parts.is_empty() => {}
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// The folder of a file's name, with its slash at the end.
fn folder(name: &str) -> &str {
    name.rfind(['/', '\\']).map_or("", |at| &name[..=at])
}

fn missing(entry: &ManifestEntry) -> Diagnostic {
    Diagnostic::new(
        &config_codes::FILE_MISSING,
        format!("the manifest names `{}`, which isn't among the files that were read", entry.path),
    )
    .at(entry.span, "says nothing")
    .help("was it moved or deleted? if only some files were given, give the whole folder")
}

fn changed(entry: &ManifestEntry) -> Diagnostic {
    Diagnostic::new(
        &config_codes::FILE_CHANGED,
        format!("`{}` isn't the file that the manifest means: its SHA-256 is another", entry.path),
    )
    .at(entry.span, "what this says of it isn't used")
    .help("write the manifest again with `azpol manifest`, if the file was changed on purpose")
}

fn twice(entry: &ManifestEntry, other: Span) -> Diagnostic {
    Diagnostic::new(&config_codes::FILE_TWICE, format!("`{}` stands in a manifest twice", entry.path))
        .at(entry.span, "this one isn't used")
        .at(other, "the first one")
}

fn which_tenant(entry: &ManifestEntry) -> Diagnostic {
    Diagnostic::new(
        &codes::WHICH_TENANT,
        format!("`{}` is said to be complete for `/`, and the run reads several tenants", entry.path),
    )
    .at(entry.span, "for which one?")
    .help("add `tenant: {guid}` to the manifest")
}

fn nothing_given(resource_type: &ResourceType) -> Diagnostic {
    Diagnostic::new(
        &codes::NOTHING_GIVEN,
        format!("`--complete {resource_type}`: the files hold none of them, so none is taken to exist"),
    )
}

fn empty_list(span: Span) -> Diagnostic {
    Diagnostic::new(&codes::EMPTY_LIST, "an empty list doesn't say what it lists")
        .at(span, "of which type?")
        .help("name its types in a manifest, or assert that there are none with `--complete TYPE`")
}

/// Says which claims are disproved, once for each claim.
fn tell_disproved(stated: &Stated, base: &Base, facts: &Facts, faults: &mut Diagnostics) {
    let told = |resource_type: &ResourceType, who: String, disproof: &Disproof| {
        Diagnostic::new(&codes::COMPLETE_DISPROVED, format!("{who} `{resource_type}` is complete, and it isn't: {}", disproof.why))
            .at(disproof.span, "this shows it")
    };
    for (entry, _) in stated.entries.values() {
        for resource_type in entry.types.iter().filter(|_| !entry.scopes.is_empty()) {
            let against = entry.scopes.iter().find_map(|scope| facts.against(resource_type, Some(scope), base));
            if let Some(disproof) = against {
                let found = told(resource_type, "a manifest says that".to_owned(), disproof);
                faults.push(found.at(entry.span, "the manifest's claim"));
            }
        }
    }
    for assertion in &base.assertions {
        if let Some(disproof) = facts.against(&assertion.resource_type, assertion.scope.as_ref(), base) {
            faults.push(told(&assertion.resource_type, "`--complete` says that".to_owned(), disproof));
        }
    }
}

/// Each resource once; contradictions settled by time, or told.
fn settled(store: Store, batches: &[FileId], collected: &Collected, faults: &mut Diagnostics) -> Vec<Resource> {
    let mut replaced: HashMap<usize, Option<Resource>> = HashMap::new();
    let mut newer: BTreeMap<(FileId, FileId), (usize, Diagnostic)> = BTreeMap::new();
    for (id, places) in &store.contested {
        let time = |at: &usize| collected.of(batches[store.all[*at].batch]);
        let Some(newest) = places.iter().copied().max_by_key(|at| time(at)) else { continue };
        let older = places.iter().copied().filter(|at| *at != newest).max_by_key(|at| time(at)).unwrap_or(newest);
        let sure = time(&newest).is_some() && places.iter().all(|at| {
            *at == newest || time(at).is_some_and(|at| Some(at) < time(&newest))
        });
        if sure {
            let files = (batches[store.all[older].batch], batches[store.all[newest].batch]);
            let note = newer.entry(files).or_insert_with(|| {
                let note = Diagnostic::new(&codes::NEWER_USED, format!("`{id}` is used as the newer file has it"));
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
        faults.push(contradiction(id, &store, places));
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
            note.message = format!("{}, and so are {} others", note.message, count - 1);
        }
        faults.push(note);
    }
    let all = store.all.into_iter().enumerate();
    all.filter_map(|(at, stored)| match replaced.remove(&at) {
        Some(other) => other,
        None => Some(stored.resource),
    })
    .collect()
}

/// One id with two contents: in one list, or in two sources.
fn contradiction(id: &ResourceId, store: &Store, places: &[usize]) -> Diagnostic {
    let (a, b) = (&store.all[places[0]], &store.all[places[1]]);
    let side = |at: usize| Side { resource: &store.all[at].resource, shape: store.all[at].shape };
    let path = merge::difference(&side(places[0]), &side(places[1]));
    let differs = path.map_or_else(String::new, |path| format!(": they differ in `{path}`"));
    if a.batch == b.batch {
        return Diagnostic::new(&codes::TWO_CONTENTS, format!("`{id}` stands in one list with two contents{differs}"))
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
fn roles(all: Vec<RoleAssignment>, faults: &mut Diagnostics) -> BTreeMap<Arc<str>, Vec<RoleAssignment>> {
    let mut by_id: HashMap<String, RoleAssignment> = HashMap::new();
    let mut found: BTreeMap<Arc<str>, Vec<RoleAssignment>> = BTreeMap::new();
    for role in all {
        let id = role.id.trim_matches('/').to_ascii_lowercase();
        if let Some(known) = by_id.get(&id).filter(|_| !id.is_empty()) {
            let says = |role: &RoleAssignment| (role.principal_id.clone(), role.role_definition.clone(), role.scope.clone());
            if says(known) != says(&role) {
                faults.push(two_sources(&role.id, role.span, known.span));
            }
            continue;
        }
        by_id.insert(id, role.clone());
        found.entry(role.principal_id.clone()).or_default().push(role);
    }
    for list in found.values_mut() {
        list.sort_by(|a, b| (&a.scope, &a.role_definition, &a.id).cmp(&(&b.scope, &b.role_definition, &b.id)));
    }
    found
}

fn exemptions(all: Vec<Exemption>, faults: &mut Diagnostics) -> Vec<Exemption> {
    let mut by_id: BTreeMap<String, Exemption> = BTreeMap::new();
    for exemption in all {
        let id = exemption.id.trim_matches('/').to_ascii_lowercase();
        match by_id.get(&id) {
            None => {
                by_id.insert(id, exemption);
            }
            Some(known) => {
                let says = |e: &Exemption| (e.assignment_id.to_ascii_lowercase(), e.expires_on.clone());
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

fn registrations(all: Vec<ProviderRegistration>) -> BTreeMap<(Option<SubscriptionId>, String), ProviderRegistration> {
    let mut found = BTreeMap::new();
    for one in all {
        found.entry((one.subscription.clone(), one.namespace.to_ascii_lowercase())).or_insert(one);
    }
    found
}

fn deployments(all: Vec<Deployment>) -> HashMap<ResourceId, Deployment> {
    let mut found = HashMap::new();
    for one in all {
        found.entry(one.id.clone()).or_insert(one);
    }
    found
}

/// Subscriptions out of what all sources say of them, each with its place.
fn place(
    all: Vec<subscription::Facts>,
    tree: &Tree,
    collected: &Collected,
    base: &mut Base,
    faults: &mut Diagnostics,
) {
    let mut merged: BTreeMap<SubscriptionId, Vec<subscription::Facts>> = BTreeMap::new();
    for facts in all {
        merged.entry(facts.id.clone()).or_default().push(facts);
    }
    let named: BTreeSet<&SubscriptionId> = tree.subscriptions().collect();
    let trees = tree.tenants();
    for (id, mut facts) in merged {
        if collected.oldest().is_some() {
            facts.sort_by_key(|facts| std::cmp::Reverse(collected.of(facts.span.file)));
        }
        let span = facts[0].span;
        let name = facts.iter().find_map(|facts| facts.display_name.clone());
        let display_name = name.unwrap_or_else(|| id.as_str().into());
        if facts.iter().any(subscription::Facts::is_tenant_level) {
            let reason = SetAsideReason::TenantLevelAccount;
            base.set_aside.push(SetAside { id, display_name, reason, span });
            continue;
        }
        let newest = |a: &subscription::Facts, b: &subscription::Facts| {
            collected.of(a.span.file).is_some_and(|a| Some(a) > collected.of(b.span.file))
                && collected.of(b.span.file).is_some()
        };
        let state = one_fact(&facts, "state", |facts| &facts.state, &newest, faults);
        let mut tenant = one_fact(&facts, "tenant", |facts| &facts.tenant, &newest, faults);
        if tenant == Known::No {
            tenant = tree.tenant_of(&id).map_or(Known::No, Known::Yes);
        }
        let tags = one_fact(&facts, "tags", |facts| &facts.tags, &newest, faults);
        let home = facts.iter().find_map(|facts| facts.home_tenant.clone());
        let belongs = home.clone().or_else(|| tenant.as_option().cloned());
        let elsewhere = match &belongs {
            Some(belongs) if !trees.is_empty() => !trees.contains(belongs) && !named.contains(&id),
            Some(_) => home.is_some(),
            None => false,
        };
        if let Some(belongs) = belongs.filter(|_| elsewhere) {
            let reason = SetAsideReason::OtherTenant(belongs);
            base.set_aside.push(SetAside { id, display_name, reason, span });
            continue;
        }
        base.tenants.extend(belongs);
        let chain = tree.chain(&id, tenant.as_option().map(|tenant| &**tenant));
        base.subscription_at.insert(id.clone(), base.subscriptions.len());
        base.subscriptions.push(Subscription { id, display_name, state, tenant, tags, chain, span });
    }
}

/// What the sources say of one fact; where they differ, the newest, or nothing and a finding.
fn one_fact<T: Clone + PartialEq>(
    all: &[subscription::Facts],
    name: &str,
    fact: impl Fn(&subscription::Facts) -> &Known<T>,
    newer: &impl Fn(&subscription::Facts, &subscription::Facts) -> bool,
    faults: &mut Diagnostics,
) -> Known<T> {
    let mut carrying = all.iter().filter(|facts| *fact(facts) != Known::No);
    let Some(first) = carrying.next() else { return Known::No };
    match carrying.find(|other| fact(other) != fact(first)) {
        Some(other) if !newer(first, other) => {
            faults.push(
                Diagnostic::new(
                    &codes::SUBSCRIPTION_DIFFERS,
                    format!("two sources say different things of the {name} of subscription `{}`", first.id),
                )
                .at(other.span, "here")
                .at(first.span, "and here")
                .help("remove the outdated file, or give the files a manifest with their times of collection"),
            );
            Known::No
        }
        _ => fact(first).clone(),
    }
}
