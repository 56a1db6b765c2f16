//! Bodies: of a large inventory nearly all is text that nobody looks into. What policies read is a value, the rest
//! stays text until somebody asks for it.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use crate::arm::{FieldPaths, Value};

use super::shape::plain;

/// A resource's body. It is the whole of it for everybody ([`Body::value`]); who knows where a path begins
/// ([`Body::along`]) is spared the reading of the rest.
#[derive(Clone)]
pub struct Body {
    whole: OnceLock<Value>,
    /// The members that policies read, and which those are.
    part: Option<(Value, Arc<Members>)>,
    /// INVARIANT: where the whole isn't set, this is the text of an element from which `plain` makes it.
    text: Box<str>,
}

impl Body {
    /// One that is read when it is asked for; `text` was found to be plain.
    pub(super) fn unread(text: &str) -> Body {
        Body { whole: OnceLock::new(), part: None, text: text.into() }
    }

    /// One of which these members were read, if it has them; `text` was found to be plain.
    pub(super) fn partly(text: &str, part: Value, members: Arc<Members>) -> Body {
        Body { part: Some((part, members)), ..Body::unread(text) }
    }

    /// The body.
    pub fn value(&self) -> &Value {
        self.whole.get_or_init(|| plain::body(&self.text))
    }

    /// The body for who looks at what stands below these keys, and nowhere else: what is found or missing there is
    /// found or missing in the whole.
    pub fn along(&self, first: &str, second: Option<&str>) -> &Value {
        match &self.part {
            Some((part, members)) if members.hold(first, second) => part,
            _ => self.value(),
        }
    }
}

impl From<Value> for Body {
    fn from(value: Value) -> Body {
        Body { whole: value.into(), part: None, text: Box::default() }
    }
}

impl Deref for Body {
    type Target = Value;

    fn deref(&self) -> &Value {
        self.value()
    }
}

impl PartialEq for Body {
    fn eq(&self, other: &Body) -> bool {
        self.value() == other.value()
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value().fmt(f)
    }
}

impl fmt::Display for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value().fmt(f)
    }
}

/// Members of a body: some at its top, each as a whole, and some of `properties`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Members {
    top: Keys,
    properties: Keys,
}

/// Keys in lower case, shorter ones first: nearly always the length alone tells that a key isn't here.
type Keys = Vec<Box<str>>;

impl Members {
    /// What is read of the bodies of a type; nothing where that may be all.
    pub(super) fn of<'a>(paths: impl IntoIterator<Item = &'a FieldPaths>) -> Option<Members> {
        let mut members = Members::default();
        for paths in paths {
            if paths.is_whole() {
                return None;
            }
            let properties = paths.below(PROPERTIES);
            if properties.is_some_and(FieldPaths::is_whole) {
                return None;
            }
            members.top.extend(paths.keys().filter(|key| *key != PROPERTIES).map(Box::from));
            members.properties.extend(properties.into_iter().flat_map(FieldPaths::keys).map(Box::from));
        }
        members.top.extend(ALWAYS.iter().copied().map(Box::from));
        for keys in [&mut members.top, &mut members.properties] {
            keys.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
            keys.dedup();
        }
        Some(members)
    }

    /// Whether everything below these keys is held.
    fn hold(&self, first: &str, second: Option<&str>) -> bool {
        if first.eq_ignore_ascii_case(PROPERTIES) {
            second.is_some_and(|second| self.hold_property(second))
        } else {
            self.hold_top(first)
        }
    }

    /// Whether a member at the top, other than `properties`, is held.
    pub(super) fn hold_top(&self, key: &str) -> bool {
        has(&self.top, key)
    }

    /// Whether a member of `properties` is held.
    pub(super) fn hold_property(&self, key: &str) -> bool {
        has(&self.properties, key)
    }
}

const PROPERTIES: &str = "properties";

/// Members that cost next to nothing, and tags, since the names of tags are computed more often than not.
const ALWAYS: &[&str] = &["kind", "location", "tags"];

fn has(keys: &[Box<str>], key: &str) -> bool {
    let first = keys.partition_point(|known| known.len() < key.len());
    keys[first..]
        .iter()
        .take_while(|known| known.len() == key.len())
        .any(|known| known.eq_ignore_ascii_case(key))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Body, Members};
    use crate::arm::FieldPaths;

    const TEXT: &str = r#"{"id":"/subscriptions/s/resourceGroups/g/providers/A.B/c/d","name":"d","type":"a.b/c","location":"x","kind":"k","sku":{"name":"s"},"properties":{"one":{"a":1},"Two":2,"three":[3]}}"#;

    fn members(texts: &[&str]) -> Option<Members> {
        let mut paths = FieldPaths::none();
        for text in texts {
            paths.add(text);
        }
        Members::of([&paths])
    }

    #[test]
    fn members_are_those_that_paths_begin_with() {
        let members = members(&["sku.name", "properties.two", "properties.one[*].a", "kind"]).expect("some");
        for (first, second) in [
            ("sku", Some("tier")),
            ("SKU", None),
            ("Properties", Some("TWO")),
            ("properties", Some("one")),
            ("tags", Some("any")),
        ] {
            assert!(members.hold(first, second), "{first} {second:?}");
        }
        for (first, second) in
            [("properties", None), ("properties", Some("three")), ("plan", None), ("id", None), ("one", None)]
        {
            assert!(!members.hold(first, second), "{first} {second:?}");
        }
    }

    #[test]
    fn whole_bodies_have_no_members() {
        assert!(members(&["properties"]).is_none());
        assert!(Members::of([&FieldPaths::none(), &FieldPaths::whole()]).is_none());
    }

    #[test]
    fn what_is_held_is_asked_of_the_part_and_the_rest_of_the_whole() {
        let held = members(&["properties.two", "sku.name"]).expect("some");
        let part = Body::unread(TEXT).value().clone();
        let body = Body::partly(TEXT, part, Arc::new(held));
        body.along("properties", Some("two"));
        body.along("sku", Some("name"));
        assert!(body.whole.get().is_none());
        let three = body.along("properties", Some("three"));
        assert_eq!(three.at(&["properties", "three"]).map(ToString::to_string).as_deref(), Some("[3]"));
        assert!(body.whole.get().is_some());
    }
}
