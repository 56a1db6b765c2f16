//! The types of plain elements: what is done with each.

use std::sync::Arc;

use crate::arm::ResourceType;

use super::super::super::body::Members;
use super::super::super::kept::{Kept, Parts};
use super::super::super::kind::Kind;

/// What is done with the elements of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Resources that are kept. Lazy ones keep their text until somebody looks into them.
    Kept { number: usize, lazy: bool },
    /// Resources that nothing reads.
    Dropped { number: usize },
    /// Subscriptions.
    Subscription,
    /// What has a reader of its own.
    Other,
}

/// The types that were met.
#[derive(Debug)]
pub(crate) struct Types<'a> {
    kept: &'a Kept,
    parts: &'a Parts,
    /// By the spelling in which an id has them.
    known: Vec<(String, Class)>,
    met: Vec<ResourceType>,
    /// The type that was looked up last, as its id spells it.
    last: String,
}

impl<'a> Types<'a> {
    pub(super) fn new(kept: &'a Kept, parts: &'a Parts) -> Types<'a> {
        Types { kept, parts, known: Vec::new(), met: Vec::new(), last: String::new() }
    }

    /// The class of the thing that has this id (a checked one).
    pub(super) fn class(&mut self, id: &str) -> Class {
        type_of(id, &mut self.last);
        if let Some((_, class)) = self.known.iter().find(|(known, _)| *known == self.last) {
            return *class;
        }
        let class = match Kind::of_type(&self.last) {
            Some(Kind::Subscription) => Class::Subscription,
            Some(Kind::ResourceGroup) | None if self.last.contains('/') => {
                self.met.push(ResourceType::new(&self.last));
                let number = self.met.len() - 1;
                if self.kept.keeps(&self.last) {
                    let lazy = self.kept.is_lazy(&self.last);
                    Class::Kept { number, lazy }
                } else {
                    Class::Dropped { number }
                }
            }
            _ => Class::Other,
        };
        self.known.push((self.last.clone(), class));
        class
    }

    /// Whether a declared type is that of an id.
    pub(super) fn is_type_of(&self, declared: &str) -> bool {
        let is = |text: &str| declared.eq_ignore_ascii_case(text);
        is(&self.last)
            || self.last == ResourceType::RESOURCE_GROUP && is("Microsoft.Resources/resourceGroups")
    }

    /// A type by its number.
    pub(super) fn get(&self, number: usize) -> &ResourceType {
        &self.met[number]
    }

    /// The members that are looked into; nothing where that may be all of them.
    pub(super) fn members(&self, number: usize) -> Option<&'a Arc<Members>> {
        self.parts.get(self.get(number))
    }

    /// The types, by their numbers.
    pub(super) fn into_met(self) -> Vec<ResourceType> {
        self.met
    }
}

/// The type that an id (without slashes around it) says, in its spelling.
fn type_of(id: &str, found: &mut String) {
    found.clear();
    let mut behind = None;
    let mut end = id.len();
    while let Some(slash) = memchr::memrchr(b'/', &id.as_bytes()[..end]) {
        if id[slash + 1..end].eq_ignore_ascii_case("providers") {
            behind = id.get(end + 1..);
            break;
        }
        end = slash;
    }
    if behind.is_none() && id[..end].eq_ignore_ascii_case("providers") {
        behind = id.get(end + 1..);
    }
    if let Some(behind) = behind {
        let mut segments = behind.split('/');
        found.push_str(segments.next().unwrap_or_default());
        for segment in segments.step_by(2) {
            found.push('/');
            found.push_str(segment);
        }
    } else {
        let group = id.split('/').nth(2).is_some_and(|key| key.eq_ignore_ascii_case("resourceGroups"));
        let named = group && id.split('/').nth(3).is_some();
        found.push_str(if named { ResourceType::RESOURCE_GROUP } else { ResourceType::SUBSCRIPTION });
    }
}

#[cfg(test)]
mod tests {
    use super::type_of;
    use crate::arm::ResourceId;

    #[test]
    fn types_are_those_of_the_id() {
        for id in [
            "subscriptions/s",
            "subscriptions/s/resourceGroups/g",
            "subscriptions/s/resourcegroups",
            "Subscriptions/s/RESOURCEGROUPS/g/providers/A.B/c/d",
            "subscriptions/s/resourceGroups/g/providers/A.B/c/d/E/f",
            "subscriptions/s/providers/A.B/c/d/providers/E.F/g/h",
            "subscriptions/s/providers/A.B/providers/c",
            "providers/A.B/c/d",
            "providers/A.B",
            "subscriptions/s/providers",
        ] {
            let mut found = String::new();
            type_of(id, &mut found);
            assert_eq!(found, ResourceId::parse(id).expect(id).resource_type().as_str(), "{id}");
        }
    }
}
