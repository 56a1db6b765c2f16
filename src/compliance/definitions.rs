//! What assignments may name: the definitions and initiatives that were given, and the shipped twins.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::policy::{DefinitionSource, PolicyDefinition, PolicySetDefinition};
use crate::source::{Diagnostic, Diagnostics, Span};

use super::codes;

/// All definitions and initiatives of a run.
#[derive(Debug, Default)]
pub struct Definitions {
    definitions: Documents<PolicyDefinition>,
    initiatives: Documents<PolicySetDefinition>,
}

/// What an id names.
#[derive(Debug)]
pub enum Found<'a, T = PolicyDefinition> {
    /// This document.
    One(&'a Arc<T>),
    /// Several unlike ones.
    Ambiguous,
    /// None.
    None,
}

impl<'a, T> Found<'a, T> {
    /// The document, if there is one.
    pub fn one(self) -> Option<&'a Arc<T>> {
        match self {
            Found::One(document) => Some(document),
            Found::Ambiguous | Found::None => None,
        }
    }
}

impl Definitions {
    /// From what was given and what ships. A shipped twin stands in only where the built-in wasn't given.
    /// Two unlike documents with one id are a diagnostic, and neither is used.
    pub fn new(
        given: Vec<PolicyDefinition>,
        initiatives: Vec<PolicySetDefinition>,
        shipped: Vec<PolicyDefinition>,
        faults: &mut Diagnostics,
    ) -> Definitions {
        let mut definitions = Definitions::default();
        for definition in given {
            definitions.definitions.add(definition, faults);
        }
        for initiative in initiatives {
            definitions.initiatives.add(initiative, faults);
        }
        for definition in shipped {
            definitions.definitions.add_missing(definition);
        }
        definitions
    }

    /// The definition that an id, a name or (for proposals) a display name stands for. The given ones come first.
    pub fn find(&self, text: &str) -> Found<'_> {
        self.definitions.find(text)
    }

    /// The initiative that one stands for.
    pub fn find_initiative(&self, text: &str) -> Found<'_, PolicySetDefinition> {
        self.initiatives.find(text)
    }

    /// Names of definitions and initiatives, to suggest near ones.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.definitions.names().chain(self.initiatives.names())
    }

    /// Whether an id or a name stands for an initiative, be it known or not.
    pub fn is_initiative(&self, text: &str) -> bool {
        text.to_ascii_lowercase().contains("/policysetdefinitions/")
            || !matches!(self.initiatives.find(text), Found::None)
    }

    /// How many definitions were given, shipped ones not counted.
    pub fn given(&self) -> usize {
        self.definitions.all().filter(|d| d.source != DefinitionSource::Shipped).count()
    }
}

/// A document that assignments name by its id.
trait Named {
    /// Several of its kind, as people call them.
    const KIND: &'static str;
    /// The last part of its type, as a segment of folded ids.
    const SEGMENT: &'static str;
    fn id(&self) -> &str;
    fn name(&self) -> &str;
    fn display_name(&self) -> &str;
    fn version(&self) -> Option<&str>;
    fn span(&self) -> Span;
}

macro_rules! named {
    ($document:ty, $kind:literal, $segment:literal) => {
        impl Named for $document {
            const KIND: &'static str = $kind;
            const SEGMENT: &'static str = $segment;

            fn id(&self) -> &str {
                &self.id
            }

            fn name(&self) -> &str {
                &self.name
            }

            fn display_name(&self) -> &str {
                &self.display_name
            }

            fn version(&self) -> Option<&str> {
                self.version.as_deref()
            }

            fn span(&self) -> Span {
                self.span
            }
        }
    };
}

named!(PolicyDefinition, "definitions", "/policydefinitions/");
named!(PolicySetDefinition, "initiatives", "/policysetdefinitions/");

/// Documents of one kind.
#[derive(Debug)]
struct Documents<T> {
    by_id: BTreeMap<String, Entry<T>>,
    /// Documents without an id, by the name that they were given.
    by_name: BTreeMap<String, Entry<T>>,
}

impl<T> Default for Documents<T> {
    fn default() -> Documents<T> {
        Documents { by_id: BTreeMap::new(), by_name: BTreeMap::new() }
    }
}

#[derive(Debug)]
enum Entry<T> {
    One(Arc<T>),
    /// Unlike documents with one id.
    Ambiguous,
}

impl<T> Entry<T> {
    fn one(&self) -> Option<&T> {
        match self {
            Entry::One(document) => Some(document),
            Entry::Ambiguous => None,
        }
    }
}

impl<T: Named> Documents<T> {
    fn add(&mut self, document: T, faults: &mut Diagnostics) {
        let (map, key) = if document.id().contains('/') {
            (&mut self.by_id, document.id().to_ascii_lowercase())
        } else {
            (&mut self.by_name, document.name().to_ascii_lowercase())
        };
        let entry = match map.remove(&key) {
            None => Entry::One(Arc::new(document)),
            Some(first) => {
                let message = format!("two {} of the run are called `{}`", T::KIND, document.id());
                let mut fault = Diagnostic::new(&codes::AMBIGUOUS_DEFINITION, message)
                    .at(document.span(), version(&document));
                if let Some(first) = first.one() {
                    fault = fault.at(first.span(), version(first));
                }
                faults.push(fault.help("give only the one that the assignments use; neither is evaluated"));
                Entry::Ambiguous
            }
        };
        map.insert(key, entry);
    }

    fn add_missing(&mut self, document: T) {
        let key = document.id().to_ascii_lowercase();
        self.by_id.entry(key).or_insert_with(|| Entry::One(Arc::new(document)));
    }

    fn find(&self, text: &str) -> Found<'_, T> {
        let key = format!("/{}", text.trim().trim_matches('/')).to_ascii_lowercase();
        let name = key.rsplit('/').next().unwrap_or_default();
        let built_in = format!("/providers/microsoft.authorization{}{name}", T::SEGMENT);
        let bare = !text.contains('/');
        let of_kind = bare || key.contains(T::SEGMENT);
        let entry = self
            .by_id
            .get(&key)
            .or_else(|| if of_kind { self.by_name.get(name) } else { None })
            .or_else(|| if bare { self.by_id.get(&built_in) } else { None })
            .or_else(|| if bare { self.named(text) } else { None });
        match entry {
            Some(Entry::One(document)) => Found::One(document),
            Some(Entry::Ambiguous) => Found::Ambiguous,
            None => Found::None,
        }
    }

    fn named(&self, text: &str) -> Option<&Entry<T>> {
        let whole =
            |d: &T| d.name().eq_ignore_ascii_case(text) || d.display_name().eq_ignore_ascii_case(text);
        self.entries().find(|entry| entry.one().is_some_and(whole)).or_else(|| self.begins(text))
    }

    /// The one document whose name begins so, as tables show a GUID: by eight characters at least.
    fn begins(&self, text: &str) -> Option<&Entry<T>> {
        let start = text.trim().to_ascii_lowercase();
        if start.len() < 8 {
            return None;
        }
        let begins = |d: &T| d.name().to_ascii_lowercase().starts_with(&start);
        let mut found = self.by_id.values().filter(|entry| entry.one().is_some_and(begins));
        found.next().filter(|_| found.next().is_none())
    }

    fn entries(&self) -> impl Iterator<Item = &Entry<T>> {
        self.by_id.values().chain(self.by_name.values())
    }

    fn all(&self) -> impl Iterator<Item = &T> {
        self.entries().filter_map(Entry::one)
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.all().map(Named::name)
    }
}

fn version(document: &impl Named) -> String {
    document.version().map_or_else(|| "no version".to_owned(), |version| format!("version {version}"))
}
