//! Why a rule holds: the conditions that `audit`, `deny`, `append` and `modify` object to.

use crate::engine::{Failures, Subject};
use crate::inventory::Inventory;

use super::evaluate::occasion;
use super::run::Evaluated;
use super::state::{DecidingLeaf, PolicyState, ReasonKind};
use super::surroundings::Surroundings;

/// The conditions because of which the rule holds, in its order; those on the type, which say only what the rule is
/// about, where there is nothing else. Empty for a row that has its state for another reason.
///
/// Rows don't keep them: a run may have millions. `now` is what `utcNow()` answers.
pub fn met(
    inventory: &Inventory,
    evaluated: &Evaluated,
    row: &PolicyState,
    now: Option<&str>,
) -> Vec<DecidingLeaf> {
    if row.reason != Some(ReasonKind::RuleHolds) {
        return Vec::new();
    }
    let Some(subscription) = inventory.subscription(&row.subscription) else { return Vec::new() };
    let mut surroundings = Surroundings::new(subscription);
    let subject = match inventory.resource(&row.resource) {
        Some(resource) => surroundings.subject(inventory, resource, now),
        None => surroundings.subscription(now),
    };
    let occasion = occasion(evaluated, &subject.resource.resource_type);
    let subject = Subject { occasion: Some(&occasion), ..subject };
    let mut decisive = Failures::of_the_opposite();
    evaluated.policy.applies_to(&subject, &mut decisive);
    let (leaves, _) = decisive.finish();
    let all: Vec<DecidingLeaf> = leaves.iter().map(DecidingLeaf::from).collect();
    let telling: Vec<DecidingLeaf> =
        all.iter().filter(|leaf| !leaf.subject.eq_ignore_ascii_case("type")).cloned().collect();
    if telling.is_empty() { all } else { telling }
}
