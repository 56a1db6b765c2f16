//! A subscription as a plain row.

use std::collections::HashMap;
use std::sync::Arc;

use crate::arm::{ManagementGroupId, SubscriptionId, Value};
use crate::source::Span;
use crate::source::json::strict::{Look, Strict};

use super::super::super::subscription::{Known, SubscriptionState};
use super::super::subscription::{Chain, Facts, Groups};
use super::Row;
use super::memo::mark;

/// Chains that were read, by their text: subscriptions under one group have the same.
pub(super) type Chains = HashMap<u64, (String, Groups)>;

/// What stands in a subscription's `properties`.
#[derive(Debug, Default)]
pub(super) struct Details {
    state: Option<SubscriptionState>,
    tenant: Option<Arc<str>>,
    home_tenant: Option<Arc<str>>,
    display_name: Option<Arc<str>>,
    /// Where the chain stands in its element.
    chain: Option<(Groups, std::ops::Range<usize>)>,
}

impl Details {
    pub(super) fn read(strict: &mut Strict<'_>, chains: &mut Chains) -> Option<Details> {
        let mut details = Details::default();
        strict.members(|strict, key| {
            let is = |name: &str| key.eq_ignore_ascii_case(name);
            if is("managementGroupAncestorsChain") {
                strict.peek()?;
                let start = strict.at();
                let groups = chain(strict, chains)?;
                details.chain = (!groups.is_empty()).then(|| (groups, start..strict.at()));
                return Some(());
            }
            if !(is("state") || is("tenantId") || is("homeTenantId") || is("displayName")) {
                return strict.value(&mut Look);
            }
            let text = strict.text()?;
            if text.is_empty() {
                return Some(());
            }
            if is("state") {
                details.state = SubscriptionState::parse(&text);
            } else if is("displayName") {
                details.display_name = Some(text.into());
            } else {
                let id = Some(text.to_ascii_lowercase().into());
                *(if is("tenantId") { &mut details.tenant } else { &mut details.home_tenant }) = id;
            }
            Some(())
        })?;
        Some(details)
    }
}

/// A chain of objects with a `name`.
fn chain(strict: &mut Strict<'_>, chains: &mut Chains) -> Option<Groups> {
    let mut ahead = strict.fork();
    ahead.pass()?;
    let text = strict.between(&ahead);
    let mark = mark(text.as_bytes());
    if let Some((known, groups)) = chains.get(&mark)
        && known == text
    {
        strict.go_to(&ahead);
        return Some(groups.clone());
    }
    let mut groups: Vec<(ManagementGroupId, Option<Arc<str>>)> = Vec::new();
    strict.items(|strict| {
        let (mut name, mut display) = (None, None);
        strict.members(|strict, key| {
            if key.eq_ignore_ascii_case("name") {
                name = Some(strict.text()?.into_owned());
            } else if key.eq_ignore_ascii_case("displayName") {
                display = Some(Arc::from(strict.text()?)).filter(|text: &Arc<str>| !text.is_empty());
            } else {
                strict.value(&mut Look)?;
            }
            Some(())
        })?;
        let name = name.filter(|name| !name.is_empty())?;
        groups.push((ManagementGroupId::new(&name), display));
        Some(())
    })?;
    let groups: Groups = groups.into();
    chains.insert(mark, (text.to_owned(), groups.clone()));
    Some(groups)
}

/// What the row says.
pub(super) fn facts(row: Row<'_>, span: Span) -> Option<Facts> {
    let details = row.details?;
    let bare = row.subscription.as_deref().filter(|text| !text.is_empty() && !text.contains('/'));
    let id = match bare {
        Some(bare) => SubscriptionId::new(bare),
        None => row.place?.id?.subscription_id()?,
    };
    let lower = |text: &str| -> Arc<str> { text.to_ascii_lowercase().into() };
    let tenant = row.tenant.as_deref().filter(|text| !text.is_empty()).map(lower).or(details.tenant);
    let home = details.home_tenant.filter(|home| tenant.as_ref() != Some(home));
    let name = row.name.as_deref().filter(|name| !name.is_empty()).map(Arc::from);
    let display_name =
        details.display_name.or(name).filter(|name: &Arc<str>| !name.eq_ignore_ascii_case(id.as_str()));
    let [_, _, _, tags, ..] = row.top;
    let tags = match tags {
        Some(tags) => Known::Yes(tags),
        None if row.has_tags => Known::Yes(Value::object::<&str>([])),
        None => Known::No,
    };
    let chain = details.chain.map(|(groups, place)| {
        let start = span.start + place.start as u64;
        Chain { groups, span: Span::new(span.file, start, span.start + place.end as u64) }
    });
    Some(Facts {
        id,
        display_name,
        state: details.state.map_or(Known::No, Known::Yes),
        tenant: tenant.map_or(Known::No, Known::Yes),
        home_tenant: home,
        tags,
        chain,
        span,
    })
}
