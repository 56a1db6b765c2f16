//! From what was gathered to an inventory: manifests first, since times of collection settle contradictions.

use std::collections::{BTreeMap, BTreeSet};

use crate::arm::{ResourceType, Scope};
use crate::config::ManifestEntry;
use crate::source::{Diagnostic, Diagnostics, FileId, SourceMap, Span};

use super::builder::InventoryBuilder;
use super::codes;
use super::completeness::{Completeness, Disproof, Known as Facts, Says};
use super::documents::PolicyDocuments;
use super::halves::joined;
use super::lookup::{Assertion, Base, Exemptions, Inventory};
use super::placing::place;
use super::settle::{deployments, exemptions, registrations, roles, settled};
use super::shape::envelope::{Envelope, GoesOn};
use super::stated::{Stated, stated};

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
        let stated = stated(std::mem::take(&mut self.manifests), files, hash, &mut faults);
        self.join_pages();
        let collected = &stated.collected;
        let definitions = std::mem::take(&mut self.definitions).finish(collected, &mut faults);
        let parameters = std::mem::take(&mut self.parameters);
        let documents = PolicyDocuments {
            definitions: joined(definitions, parameters, files, &mut faults),
            initiatives: std::mem::take(&mut self.initiatives).finish(collected, &mut faults),
            assignments: std::mem::take(&mut self.assignments).finish(collected, &mut faults),
            exemptions: std::mem::take(&mut self.exemption_documents).finish(collected, &mut faults),
            unplaced: std::mem::take(&mut self.unplaced),
        };
        let tree = std::mem::take(&mut self.tree).finish(collected, &mut faults);
        let given = self.given(&stated);
        let mut base = Base {
            tenants: tree.tenants().clone(),
            given,
            dropped: std::mem::take(&mut self.dropped),
            around: std::mem::take(&mut self.around),
            oldest: collected.oldest(),
            role_assignments: roles(std::mem::take(&mut self.roles), &mut faults),
            exemptions: Exemptions::new(exemptions(std::mem::take(&mut self.exemptions), &mut faults)),
            registrations: registrations(std::mem::take(&mut self.registrations), &mut faults),
            deployments: deployments(std::mem::take(&mut self.deployments)),
            ..Base::default()
        };
        place(std::mem::take(&mut self.subscriptions), &tree, collected, &mut base, &mut faults);
        base.groups = tree.groups;
        let batches: Vec<_> = self.batches.iter().map(|batch| (batch.file, batch.documents)).collect();
        let store = std::mem::take(&mut self.store);
        base.resources = settled(store, &batches, collected, &mut faults);
        self.complete(&stated, assertions, &mut base, &mut faults);
        (Inventory::new(base), documents, faults)
    }

    /// Pages of one query of Resource Graph that stand in several documents: if together they hold as many rows
    /// as the query has, and one of them is the last, nothing is missing.
    fn join_pages(&mut self) {
        let mut queries: BTreeMap<(u64, Vec<ResourceType>), Vec<usize>> = BTreeMap::new();
        for (at, batch) in self.batches.iter().enumerate() {
            if let Some(total) = batch.total {
                queries.entry((total, batch.types.keys().cloned().collect())).or_default().push(at);
            }
        }
        for ((total, _), pages) in queries {
            let rows: u64 = pages.iter().map(|at| self.batches[*at].rows).sum();
            let joins =
                |at: &usize| self.batches[*at].goes_on.as_ref().is_none_or(|goes_on| goes_on.may_be_given);
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
        let mut add = |resource_type: &ResourceType| match found.get(resource_type) {
            Some(known) if resource_type.as_str() >= ResourceType::as_str(known) => {}
            _ => {
                found.replace(resource_type.clone());
            }
        };
        let mut singles: BTreeMap<(FileId, &ResourceType), usize> = BTreeMap::new();
        for batch in &self.batches {
            for (resource_type, seen) in &batch.types {
                let count = singles.entry((batch.file, resource_type)).or_default();
                *count += if seen.several { 2 } else { 1 };
                if batch.envelope != Envelope::Single || batch.lines || *count > 1 {
                    add(resource_type);
                }
            }
        }
        stated.entries.values().flat_map(|(entry, _)| &entry.types).for_each(add);
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
            for (resource_type, scope) in entry.types.iter().flat_map(|t| scopes.iter().map(move |s| (t, *s)))
            {
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

    fn assert(
        &self,
        completeness: &Completeness,
        base: &mut Base,
        facts: &mut Facts,
        faults: &mut Diagnostics,
    ) {
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
        self.batches.iter().any(|batch| batch.types.contains_key(resource_type))
    }

    /// Every list that goes on elsewhere, and empty lists of which nothing is known.
    fn disprove(&self, stated: &Stated, facts: &mut Facts, faults: &mut Diagnostics) {
        let typed: BTreeSet<FileId> =
            self.batches.iter().filter(|batch| !batch.types.is_empty()).map(|batch| batch.file).collect();
        for batch in &self.batches {
            let entry = stated.entries.get(&batch.file).map(|(entry, _)| entry);
            let Some(goes_on) = &batch.goes_on else {
                // One that stands behind others in a file is of their type: a command was called in a loop.
                let alone = !typed.contains(&batch.file);
                let is_empty =
                    batch.rows == 0 && !batch.has_lists && batch.envelope != Envelope::Single && alone;
                if is_empty && entry.is_none_or(|entry| entry.types.is_empty()) {
                    faults.push(empty_list(batch.span));
                }
                continue;
            };
            if !goes_on.told {
                faults.push(list_goes_on(goes_on));
            }
            let mut types: BTreeSet<Option<ResourceType>> = batch.types.keys().cloned().map(Some).collect();
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

fn list_goes_on(goes_on: &GoesOn) -> Diagnostic {
    Diagnostic::new(&codes::LIST_GOES_ON, format!("this list goes on elsewhere: {}", goes_on.why))
        .at(goes_on.span, "what it lists isn't complete")
        .help("fetch the remaining pages and give them in the same run")
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
        Diagnostic::new(
            &codes::COMPLETE_DISPROVED,
            format!("{who} `{resource_type}` is complete, and it isn't: {}", disproof.why),
        )
        .at(disproof.span, "this shows it")
    };
    for (entry, _) in stated.entries.values() {
        for resource_type in entry.types.iter().filter(|_| !entry.scopes.is_empty()) {
            let against =
                entry.scopes.iter().find_map(|scope| facts.against(resource_type, Some(scope), base));
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
