//! Policies that change one field of a resource, and not alike.

use std::collections::BTreeMap;

use crate::arm::deep_equal;
use crate::policy::ConflictEffect;

use super::{Changes, Write};

/// A field that several policies change differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// The path, as the first of them writes it.
    pub path: String,
    /// Which policies, by their indices.
    pub policies: Vec<usize>,
    /// More than one of them has the `conflictEffect` `deny`: a write is refused, and a scan says `Conflict`.
    /// Otherwise the rows are non-compliant as always.
    pub refused: bool,
}

/// Where these policies, all about one resource, contradict each other; sorted by path.
///
/// <https://learn.microsoft.com/azure/governance/policy/concepts/effect-modify#modify-operations>
pub fn clashes(all: &[&Changes]) -> Vec<Clash> {
    let mut by_path: BTreeMap<String, Vec<(usize, &Write)>> = BTreeMap::new();
    for (index, changes) in all.iter().enumerate() {
        for write in changes.operations.iter().flat_map(|change| &change.writes) {
            by_path.entry(write.path.to_ascii_lowercase()).or_default().push((index, write));
        }
    }
    let mut found = Vec::new();
    for writes in by_path.into_values() {
        let mut policies: Vec<usize> = Vec::new();
        for (index, write) in &writes {
            if writes.iter().any(|(other, against)| other != index && contradict(write, against)) {
                policies.push(*index);
            }
        }
        policies.dedup();
        if let Some((_, first)) = writes.first().filter(|_| !policies.is_empty()) {
            let denies = |index: &&usize| all[**index].conflict_effect == ConflictEffect::Deny;
            let refused = policies.iter().filter(denies).count() > 1;
            found.push(Clash { path: first.path.clone(), policies, refused });
        }
    }
    found
}

fn contradict(one: &Write, other: &Write) -> bool {
    let alike = match (&one.value, &other.value) {
        (Some(one), Some(other)) => deep_equal(one, other),
        (None, None) => true,
        _ => false,
    };
    let side_by_side = one.adds_member && other.adds_member;
    !(alike || side_by_side)
}
