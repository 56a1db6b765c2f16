//! The definitions that assignments may name: those that were given, and the shipped twins.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::policy::{DefinitionSource, PolicyDefinition};
use crate::source::{Diagnostic, Diagnostics};

use super::codes;

/// All definitions of a run, by id.
#[derive(Debug, Default)]
pub struct Definitions {
    by_id: BTreeMap<String, Entry>,
    /// Documents without an id, by the name that they were given.
    by_name: BTreeMap<String, Entry>,
}

#[derive(Debug)]
enum Entry {
    One(Arc<PolicyDefinition>),
    /// Unlike documents with one id.
    Ambiguous,
}

fn version(definition: &PolicyDefinition) -> String {
    definition
        .version
        .as_deref()
        .map_or_else(|| "no version".to_owned(), |version| format!("version {version}"))
}

/// What an id names.
#[derive(Debug)]
pub enum Found<'a> {
    /// This definition.
    One(&'a Arc<PolicyDefinition>),
    /// Several unlike ones.
    Ambiguous,
    /// None.
    None,
}

impl Definitions {
    /// From what was given and what ships. A shipped twin stands in only where the built-in wasn't given.
    /// Two unlike documents with one id are a diagnostic, and neither is used.
    pub fn new(
        given: Vec<PolicyDefinition>,
        shipped: Vec<PolicyDefinition>,
        faults: &mut Diagnostics,
    ) -> Definitions {
        let mut definitions = Definitions::default();
        for definition in given {
            definitions.add(definition, faults);
        }
        for definition in shipped {
            let key = definition.id.to_ascii_lowercase();
            definitions.by_id.entry(key).or_insert_with(|| Entry::One(Arc::new(definition)));
        }
        definitions
    }

    fn add(&mut self, definition: PolicyDefinition, faults: &mut Diagnostics) {
        let (map, key) = if definition.id.contains('/') {
            (&mut self.by_id, definition.id.to_ascii_lowercase())
        } else {
            (&mut self.by_name, definition.name.to_ascii_lowercase())
        };
        let entry = match map.remove(&key) {
            None => Entry::One(Arc::new(definition)),
            Some(first) => {
                let mut fault = Diagnostic::new(
                    &codes::AMBIGUOUS_DEFINITION,
                    format!("two definitions of the run are called `{}`", definition.id),
                )
                .at(definition.span, version(&definition));
                if let Entry::One(first) = first {
                    fault = fault.at(first.span, version(&first));
                }
                faults.push(fault.help("give only the one that the assignments use; neither is evaluated"));
                Entry::Ambiguous
            }
        };
        map.insert(key, entry);
    }

    /// What an id, a name or (for proposals) a display name stands for. The given ones come first.
    pub fn find(&self, text: &str) -> Found<'_> {
        let key = format!("/{}", text.trim().trim_matches('/')).to_ascii_lowercase();
        let name = key.rsplit('/').next().unwrap_or_default();
        let built_in = format!("/providers/microsoft.authorization/policydefinitions/{name}");
        let bare = !text.contains('/');
        let entry = self
            .by_id
            .get(&key)
            .or_else(|| self.by_name.get(name))
            .or_else(|| if bare { self.by_id.get(&built_in) } else { None })
            .or_else(|| if bare { self.named(text) } else { None });
        match entry {
            Some(Entry::One(definition)) => Found::One(definition),
            Some(Entry::Ambiguous) => Found::Ambiguous,
            None => Found::None,
        }
    }

    fn named(&self, text: &str) -> Option<&Entry> {
        let whole = |entry: &&Entry| match entry {
            Entry::One(d) => d.name.eq_ignore_ascii_case(text) || d.display_name.eq_ignore_ascii_case(text),
            Entry::Ambiguous => false,
        };
        self.by_id.values().find(whole).or_else(|| self.begins(text))
    }

    /// The one definition whose name begins so, as tables show a GUID: by eight characters at least.
    fn begins(&self, text: &str) -> Option<&Entry> {
        let start = text.trim().to_ascii_lowercase();
        if start.len() < 8 {
            return None;
        }
        let mut found = self.by_id.values().filter(|entry| match entry {
            Entry::One(d) => d.name.to_ascii_lowercase().starts_with(&start),
            Entry::Ambiguous => false,
        });
        found.next().filter(|_| found.next().is_none())
    }

    /// Ids and names, to suggest near ones.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_id.values().chain(self.by_name.values()).filter_map(|entry| match entry {
            Entry::One(definition) => Some(&*definition.name),
            Entry::Ambiguous => None,
        })
    }

    /// How many were given, shipped ones not counted.
    pub fn given(&self) -> usize {
        let given = |entry: &&Entry| !matches!(entry, Entry::One(d) if d.source == DefinitionSource::Shipped);
        self.by_id.values().chain(self.by_name.values()).filter(given).count()
    }
}
