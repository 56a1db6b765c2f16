//! Subscriptions, out of what all sources say of them.

use rayon::slice::ParallelSliceMut;

use crate::source::{Diagnostic, Diagnostics};

use super::codes;
use super::collected::Collected;
use super::lookup::Base;
use super::shape::subscription;
use super::subscription::{Known, SetAside, SetAsideReason, Subscription};
use super::tree::Tree;

/// Subscriptions out of what all sources say of them, each with its place.
pub(super) fn place(
    all: Vec<subscription::Facts>,
    tree: &Tree,
    collected: &Collected,
    base: &mut Base,
    faults: &mut Diagnostics,
) {
    let mut all = all;
    all.par_sort_by(|a, b| a.id.cmp(&b.id));
    let trees = tree.tenants();
    for facts in all.chunk_by_mut(|a, b| a.id == b.id) {
        let id = facts[0].id.clone();
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
        let state = one_fact(facts, "state", |facts| &facts.state, &newest, faults);
        let mut tenant = one_fact(facts, "tenant", |facts| &facts.tenant, &newest, faults);
        if tenant == Known::No {
            tenant = tree.tenant_of(&id).map_or(Known::No, Known::Yes);
        }
        let tags = one_fact(facts, "tags", |facts| &facts.tags, &newest, faults);
        let home = facts.iter().find_map(|facts| facts.home_tenant.clone());
        let belongs = home.clone().or_else(|| tenant.as_option().cloned());
        let elsewhere = match &belongs {
            Some(belongs) if !trees.is_empty() => !trees.contains(belongs) && !tree.names(&id),
            Some(_) => home.is_some(),
            None => false,
        };
        if let Some(belongs) = belongs.clone().filter(|_| elsewhere) {
            let reason = SetAsideReason::OtherTenant(belongs);
            base.set_aside.push(SetAside { id, display_name, reason, span });
            continue;
        }
        base.tenants.extend(belongs);
        let chain = tree.chain(&id, tenant.as_option());
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
                .help(
                    "remove the outdated file, or give the files a manifest with their times of collection",
                ),
            );
            Known::No
        }
        _ => fact(first).clone(),
    }
}
