//! The second verdict on each row of a run.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::arm::{ResourceId, ResourceType, Scope, SubscriptionId};
use crate::compliance::{ComplianceState, PolicyState, Run};
use crate::engine::SubscriptionSubject;
use crate::inventory::Inventory;
use crate::source::{Diagnostics, Severity, SourceMap};

use super::automation::{Destination, ExportAutomation, Kind};
use super::facts::EventSource;
use super::judge::{Found, Judgement, Verdict, judge, undetermined};
use super::notes::{Note, faults, notes};
use super::requirement::{Asked, Asks, ExportRequirement};
use super::sources::Memo;

/// What is said of one row.
#[derive(Debug, Clone, PartialEq)]
pub struct Intent {
    /// The verdict with what it rests on.
    pub judgement: Judgement,
    /// What is asked; none where that can't be said. Ids of automations may be those of another subscription.
    pub asked: Option<Arc<ExportRequirement>>,
    /// Whether deploying again would mend it; only where Azure finds the row compliant and the intent isn't met.
    pub mends: bool,
}

impl Intent {
    /// Where it is to go.
    pub fn destinations(&self) -> Vec<&Destination> {
        let mut destinations: Vec<&Destination> =
            self.automations().iter().flat_map(ExportAutomation::destinations).collect();
        destinations.sort();
        destinations.dedup();
        destinations
    }

    /// What is asked for.
    pub fn sources(&self) -> Vec<EventSource> {
        let sources = self.automations().iter().flat_map(ExportAutomation::listens);
        let mut sources: Vec<EventSource> = sources.filter_map(|source| source.event).collect();
        sources.sort();
        sources.dedup();
        sources
    }

    fn automations(&self) -> &[ExportAutomation] {
        self.asked.as_ref().map_or(&[], |asked| &asked.automations)
    }

    /// The verdict.
    pub fn verdict(&self) -> Verdict {
        self.judgement.verdict
    }
}

/// What is said of all rows.
#[derive(Debug, Clone, Default)]
pub struct Intents {
    /// One for each row of the run, in its order; none where an assignment asks for no export.
    pub rows: Vec<Option<Intent>>,
    /// Remarks on automations of subscriptions for which something is asked, in the order of their first rows.
    pub notes: Vec<Note>,
    /// What can't be understood in what is asked.
    asked: Vec<Note>,
}

impl Intents {
    /// What is said of a row: its index in the run.
    pub fn of(&self, row: usize) -> Option<&Intent> {
        self.rows.get(row)?.as_ref()
    }

    /// Rows that Azure finds compliant although what they ask surely isn't exported.
    pub fn compliant_and_unmet<'a>(&'a self, rows: &'a [PolicyState]) -> impl Iterator<Item = usize> + 'a {
        let compliant = |at: &usize| rows[*at].state == ComplianceState::Compliant;
        (0..rows.len()).filter(compliant).filter(|at| self.of(*at).is_some_and(|i| i.verdict().is_unmet()))
    }

    /// Rows that Azure finds compliant, whose intent isn't met, and where deploying again would mend that.
    pub fn mending(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.rows.len()).filter(|at| self.of(*at).is_some_and(|intent| intent.mends))
    }

    /// Rows whose intent surely isn't met, whatever Azure finds.
    pub fn unmet(&self) -> usize {
        self.rows.iter().flatten().filter(|intent| intent.verdict().is_unmet()).count()
    }

    /// Rows of which can't be said whether their intent is met.
    pub fn undetermined(&self) -> usize {
        let open = |intent: &&Intent| intent.verdict() == Verdict::Undetermined;
        self.rows.iter().flatten().filter(open).count()
    }

    /// Findings with their places: what can't be understood, and what exports nothing. Notes stand in results only.
    pub fn findings(&self, sources: &SourceMap) -> Diagnostics {
        let mut found = Diagnostics::new();
        for note in self.asked.iter().chain(&self.notes) {
            if note.code.severity > Severity::Note {
                found.push(note.diagnostic(sources));
            }
        }
        found
    }
}

/// The second verdict on each row. `now` is what `utcNow()` answers.
pub fn intents(inventory: &Inventory, run: &Run, now: Option<&str>) -> Intents {
    let asks: Vec<Asks<'_>> = run.assignments.iter().map(Asks::new).collect();
    // In the order of their first rows.
    let mut by_subscription: Vec<(&SubscriptionId, Vec<usize>)> = Vec::new();
    let mut index: HashMap<&SubscriptionId, usize> = HashMap::new();
    for (at, row) in run.rows.iter().enumerate().filter(|(_, row)| asks[row.assignment].may_ask()) {
        let own = *index.entry(&row.subscription).or_insert_with(|| {
            by_subscription.push((&row.subscription, Vec::new()));
            by_subscription.len() - 1
        });
        by_subscription[own].1.push(at);
    }
    let memo = Memo::default();
    let found: Vec<OfSubscription> = by_subscription
        .par_iter()
        .map(|(subscription, rows)| of_subscription(inventory, run, &asks, &memo, (subscription, rows), now))
        .collect();
    let mut intents = Intents { rows: vec![None; run.rows.len()], ..Intents::default() };
    for of in found {
        for (at, intent) in of.rows {
            intents.rows[at] = Some(intent);
        }
        intents.notes.extend(of.notes);
        intents.asked.extend(of.asked);
    }
    intents
}

#[derive(Default)]
struct OfSubscription {
    rows: Vec<(usize, Intent)>,
    notes: Vec<Note>,
    asked: Vec<Note>,
}

fn of_subscription(
    inventory: &Inventory,
    run: &Run,
    asks: &[Asks<'_>],
    memo: &Memo,
    (id, rows): (&SubscriptionId, &[usize]),
    now: Option<&str>,
) -> OfSubscription {
    let Some(subscription) = inventory.subscription(id) else { return OfSubscription::default() };
    let whole = SubscriptionSubject::new(subscription);
    let subject = whole.subject(now);
    let kind = ResourceType::new(ResourceType::AUTOMATION);
    let automations: Vec<ExportAutomation> =
        inventory.resources(id, &kind).map(|resource| ExportAutomation::remembered(resource, memo)).collect();
    let complete = inventory.listing(&kind, &Scope::Subscription(id.clone())).is_complete();
    let gone = |to: &Destination| is_gone(inventory, to);
    let mut of = OfSubscription::default();
    for at in rows {
        let row = &run.rows[*at];
        let intent = match asks[row.assignment].asked(inventory, &subject) {
            Asked::Nothing => continue,
            Asked::Unknown(why) => Intent { judgement: undetermined(why), asked: None, mends: false },
            Asked::Exports(required) => {
                for automation in &required.automations {
                    of.asked.extend(faults(id, automation));
                }
                let found = Found { automations: &automations, complete, gone: &gone, memo };
                let judgement = judge(&required, &found);
                let mends = row.state == ComplianceState::Compliant
                    && judgement.verdict.is_unmet()
                    && judge(
                        &required,
                        &Found {
                            automations: &with(&automations, &asks[row.assignment].in_place(&required, id)),
                            ..found
                        },
                    )
                    .verdict
                    .is_met();
                Intent { judgement, asked: Some(required), mends }
            }
        };
        of.rows.push((*at, intent));
    }
    if !of.rows.is_empty() {
        of.notes = notes(id, &automations);
    }
    of
}

/// The automations after the deployment.
fn with(automations: &[ExportAutomation], required: &ExportRequirement) -> Vec<ExportAutomation> {
    let kept = automations
        .iter()
        .filter(|automation| !required.automations.iter().any(|new| new.id == automation.id));
    kept.chain(&required.automations).cloned().collect()
}

/// Whether complete listings show that a destination doesn't exist.
fn is_gone(inventory: &Inventory, to: &Destination) -> bool {
    if inventory.resource(&to.id).is_some() {
        return false;
    }
    let Some(subscription) = to.id.subscription_id() else { return false };
    let scope = Scope::Subscription(subscription);
    let lists = |kind: &str| inventory.listing(&ResourceType::new(kind), &scope).is_complete();
    let group = to.id.resource_group_id();
    if group
        .is_some_and(|group| matches!(inventory.resource_group(&group), crate::inventory::Existence::Absent))
    {
        return true;
    }
    match to.kind {
        Kind::Workspace | Kind::LogicApp => inventory.listing(&to.id.resource_type(), &scope).is_complete(),
        // Resource Graph doesn't list hubs, only their namespaces.
        Kind::EventHub => {
            lists("Microsoft.EventHub/namespaces/eventhubs")
                || lists("Microsoft.EventHub/namespaces")
                    && namespace(&to.id).is_some_and(|namespace| inventory.resource(&namespace).is_none())
        }
    }
}

/// The namespace of an event hub.
fn namespace(hub: &ResourceId) -> Option<ResourceId> {
    let text = hub.as_str();
    let at = hub.folded().rfind("/eventhubs/")?;
    ResourceId::parse(&text[..at])
}
