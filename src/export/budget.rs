//! How much is looked at before a comparison is given up: rules can be written so that none ends in time.

use std::cell::Cell;

/// What a comparison may still spend; one unit is about one rule looked at.
#[derive(Debug)]
pub(super) struct Budget(Cell<u64>);

impl Budget {
    /// For all that is compared for one destination: a few seconds at most.
    pub(super) const MOST: u64 = 20_000_000;

    /// For one search.
    pub(super) const SEARCH: u64 = 2_000_000;

    /// One of so many units.
    pub(super) fn new(units: u64) -> Budget {
        Budget(Cell::new(units))
    }

    /// Takes units; false where none are left.
    pub(super) fn spend(&self, units: usize) -> bool {
        let left = self.0.get().saturating_sub(units as u64);
        self.0.set(left);
        left > 0
    }

    /// Whether none are left.
    pub(super) fn is_spent(&self) -> bool {
        self.0.get() == 0
    }
}

impl Default for Budget {
    fn default() -> Budget {
        Budget::new(Budget::SEARCH)
    }
}
