//! Subscriptions that are only seen in the ids of what lies in them.

use std::collections::{BTreeSet, HashSet};

use uuid::Uuid;

use crate::arm::SubscriptionId;

/// Subscriptions, each once; as small as can be, since every row of a large inventory names one.
#[derive(Debug, Default, Clone)]
pub(crate) struct Around {
    guids: HashSet<u128>,
    /// Those whose ids are no GUIDs in the usual form.
    others: BTreeSet<SubscriptionId>,
}

impl Around {
    /// Adds one.
    pub(crate) fn add(&mut self, id: &str) {
        match Uuid::try_parse_ascii(id.as_bytes()).ok().filter(|_| id.len() == 36) {
            Some(guid) => {
                self.guids.insert(guid.as_u128());
            }
            None => {
                self.others.insert(SubscriptionId::new(id));
            }
        }
    }

    /// Adds those of another collection.
    pub(crate) fn extend(&mut self, other: Around) {
        self.guids.extend(other.guids);
        self.others.extend(other.others);
    }

    /// All of them, sorted.
    pub(crate) fn all(&self) -> BTreeSet<SubscriptionId> {
        let mut all = self.others.clone();
        #[expect(clippy::iter_over_hash_type, reason = "they are put in order")]
        for guid in &self.guids {
            all.insert(SubscriptionId::new(&Uuid::from_u128(*guid).to_string()));
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::Around;

    #[test]
    fn each_stands_once_in_order() {
        let mut around = Around::default();
        for id in ["s1", "22222222-2222-2222-2222-22222222222A", "22222222-2222-2222-2222-22222222222a", "S1"]
        {
            around.add(id);
        }
        let all: Vec<String> = around.all().iter().map(ToString::to_string).collect();
        assert_eq!(all, ["22222222-2222-2222-2222-22222222222a", "s1"]);
    }
}
