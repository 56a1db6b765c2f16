//! What a report is made from.

use crate::compliance::{DecidingLeaf, OpenFact, PolicyState, Run, met};
use crate::export::Intents;
use crate::inventory::Inventory;
use crate::source::SourceMap;

/// A run with what was read; every format is made from it.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The inventory.
    pub inventory: &'a Inventory,
    /// What was evaluated.
    pub run: &'a Run,
    /// Whether what is asked is exported, beside each row.
    pub intents: &'a Intents,
    /// The files.
    pub sources: &'a SourceMap,
    /// What whoever ran azpol asserted, in words.
    pub asserted: &'a [String],
    /// What the files don't say.
    pub facts: &'a [OpenFact],
    /// The time that `utcNow()` answered, where it was said or something asked.
    pub now: Option<&'a str>,
}

impl View<'_> {
    /// The conditions because of which a row's rule holds.
    pub fn met(&self, row: &PolicyState) -> Vec<DecidingLeaf> {
        met(self.inventory, &self.run.assignments[row.assignment], row, self.now)
    }

    /// What people call a subscription; its id where nobody says.
    pub fn subscription(&self, id: &crate::arm::SubscriptionId) -> String {
        self.inventory.subscription(id).map_or_else(|| id.to_string(), |s| s.display_name.to_string())
    }
}
