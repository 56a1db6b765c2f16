//! What depends on what, and an order in which all of it can be put.
//!
//! <https://learn.microsoft.com/azure/azure-resource-manager/templates/resource-dependency>

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::arm::ResourceId;

/// How the resources of a template are named by others.
#[derive(Debug)]
pub(super) struct Identity {
    pub(super) id: Option<ResourceId>,
    pub(super) full_name: Arc<str>,
    /// The name of a child as its parent holds it.
    pub(super) own_name: Arc<str>,
    pub(super) loop_name: Option<Arc<str>>,
    pub(super) symbol: Option<Arc<str>>,
}

impl Identity {
    /// Whether an entry of `dependsOn` means this resource: its symbol, the name of its loop, its id, its type
    /// and name, or its name.
    pub(super) fn is_meant_by(&self, entry: &str) -> bool {
        let same =
            |name: &Option<Arc<str>>| name.as_ref().is_some_and(|name| name.eq_ignore_ascii_case(entry));
        if same(&self.symbol) || same(&self.loop_name) {
            return true;
        }
        if !entry.contains('/') {
            return self.full_name.eq_ignore_ascii_case(entry) || self.own_name.eq_ignore_ascii_case(entry);
        }
        if self.full_name.eq_ignore_ascii_case(entry) {
            return true;
        }
        let Some(id) = &self.id else { return false };
        let entry = entry.trim_matches('/');
        let tail = format!("/providers/{entry}").to_ascii_lowercase();
        if id.folded()[1..].eq_ignore_ascii_case(entry) || id.folded().ends_with(&tail) {
            return true;
        }
        // The same type and name, where the entry was built for another scope (a resource group by the id
        // that `resourceId` gives it, a nested deployment that runs in another group).
        let whole =
            if entry.to_ascii_lowercase().starts_with("subscriptions/") || entry.starts_with("providers/") {
                ResourceId::parse(entry)
            } else {
                ResourceId::parse(&format!("providers/{entry}"))
            };
        whole.is_some_and(|meant| {
            meant.resource_type() == id.resource_type()
                && meant.full_name().eq_ignore_ascii_case(&id.full_name())
                && meant.extended() == id.extended()
        })
    }
}

/// An order in which each comes behind what it depends on; among those that could come next, by `keys`.
///
/// `edges[i]` are what `i` depends on. The error is one of the members of a circle.
pub(super) fn sort(keys: &[String], edges: &[BTreeSet<usize>]) -> Result<Vec<usize>, usize> {
    let mut waiting: Vec<usize> = edges.iter().map(BTreeSet::len).collect();
    let mut ready: BTreeSet<(&str, usize)> = (0..keys.len())
        .filter(|index| waiting[*index] == 0)
        .map(|index| (keys[index].as_str(), index))
        .collect();
    let mut order = Vec::with_capacity(keys.len());
    let mut behind: Vec<Vec<usize>> = vec![Vec::new(); keys.len()];
    for (index, before) in edges.iter().enumerate() {
        for earlier in before {
            behind[*earlier].push(index);
        }
    }
    while let Some((_, index)) = ready.pop_first() {
        order.push(index);
        for later in &behind[index] {
            waiting[*later] -= 1;
            if waiting[*later] == 0 {
                ready.insert((keys[*later].as_str(), *later));
            }
        }
    }
    if order.len() == keys.len() {
        return Ok(order);
    }
    // Whoever still waits is in a circle or behind one: walk back until one comes again.
    let mut seen = BTreeSet::new();
    let mut at = (0..keys.len()).find(|index| waiting[*index] > 0).unwrap_or(0);
    while seen.insert(at) {
        let open = edges[at].iter().find(|earlier| waiting[**earlier] > 0);
        match open {
            Some(earlier) => at = *earlier,
            None => break,
        }
    }
    Err(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges(pairs: &[&[usize]]) -> Vec<BTreeSet<usize>> {
        pairs.iter().map(|before| before.iter().copied().collect()).collect()
    }

    #[test]
    fn ties_go_by_key() {
        let keys = ["c", "b", "a"].map(str::to_owned);
        assert_eq!(sort(&keys, &edges(&[&[], &[], &[]])), Ok(vec![2, 1, 0]));
        assert_eq!(sort(&keys, &edges(&[&[], &[], &[0]])), Ok(vec![1, 0, 2]));
    }

    #[test]
    fn a_circle_is_found() {
        let keys = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(sort(&keys, &edges(&[&[1], &[2], &[1]])), Err(1));
        assert_eq!(sort(&keys, &edges(&[&[0], &[], &[]])), Err(0));
    }
}
