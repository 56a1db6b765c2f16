//! The members of an object while it is read: the same key twice is noticed.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Diagnostic, Diagnostics, Member, Node, NodeValue, codes};

/// From this many members on, keys are looked up by hash.
const MANY: usize = 16;

/// Members in the order of the document, each key once. Keys that differ in case only are two keys here: whether they
/// are one depends on the document, see [`doubled_keys`].
#[derive(Debug, Default)]
pub(super) struct Members {
    list: Vec<Member>,
    /// Keys with their places in `list`; filled when there are many.
    index: HashMap<Arc<str>, usize>,
}

impl Members {
    /// Adds a member. The same key twice is a finding: a warning where the values are equal, an error where
    /// they differ; the first one is kept.
    pub(super) fn push(&mut self, member: Member, faults: &mut Diagnostics) {
        if let Some(first) = self.find(&member.key) {
            faults.push(doubled(&self.list[first], &member));
            return;
        }
        if !self.index.is_empty() {
            self.index.insert(member.key.clone(), self.list.len());
        }
        self.list.push(member);
        if self.list.len() == MANY {
            self.index = self.list.iter().enumerate().map(|(at, m)| (m.key.clone(), at)).collect();
        }
    }

    fn find(&self, key: &str) -> Option<usize> {
        if self.index.is_empty() {
            return self.list.iter().position(|member| *member.key == *key);
        }
        self.index.get(key).copied()
    }

    /// The member that came last.
    pub(super) fn last(&self) -> Option<&Member> {
        self.list.last()
    }

    /// All of them.
    pub(super) fn into_vec(self) -> Vec<Member> {
        self.list
    }
}

/// The same finding for the keys of an object that differ in case only, where keys are read without case: those that a
/// document's form names, and names of parameters. The exact case is read, else the first one.
pub fn doubled_keys(node: &Node, faults: &mut Diagnostics) {
    let members = node.members();
    if members.len() < MANY {
        for (at, again) in members.iter().enumerate() {
            let first = members[..at].iter().find(|first| first.key.eq_ignore_ascii_case(&again.key));
            if let Some(first) = first {
                faults.push(doubled(first, again));
            }
        }
        return;
    }
    let mut known: HashMap<String, &Member> = HashMap::new();
    for again in members {
        let first: &Member = known.entry(again.key.to_ascii_lowercase()).or_insert(again);
        if !std::ptr::eq(first, again) {
            faults.push(doubled(first, again));
        }
    }
}

fn doubled(first: &Member, again: &Member) -> Diagnostic {
    let (code, message) = if same(&first.value, &again.value) {
        (&codes::REPEATED_KEY, format!("the key `{}` stands here twice with one value", again.key))
    } else {
        (&codes::DUPLICATE_KEY, format!("the key `{}` stands here twice with different values", again.key))
    };
    let note = if first.key == again.key { "" } else { " (keys compare without case)" };
    Diagnostic::new(code, message)
        .at(again.key_span, format!("again{note}"))
        .at(first.key_span, "first here")
        .help("remove one of the two")
}

/// Equality of values, wherever they stand.
fn same(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (NodeValue::Array(x), NodeValue::Array(y)) => {
            x.len() == y.len() && x.iter().zip(y).all(|(a, b)| same(a, b))
        }
        (NodeValue::Object(x), NodeValue::Object(y)) => {
            x.len() == y.len() && x.iter().all(|m| b.get(&m.key).is_some_and(|other| same(&m.value, other)))
        }
        (x, y) => x == y,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Span};

    fn member(key: &str, value: i64) -> Member {
        let span = Span::new(FileId(0), 0, 1);
        Member { key: key.into(), key_span: span, value: Node { span, value: NodeValue::Int(value) } }
    }

    #[test]
    fn a_key_stands_once_among_few_and_among_many() {
        for count in [1, 3, MANY - 1, MANY, 1000] {
            let mut members = Members::default();
            let mut faults = Diagnostics::new();
            for (number, value) in (0..count).zip(0..) {
                members.push(member(&format!("Key{number}"), value), &mut faults);
            }
            assert!(faults.is_empty());
            members.push(member("Key0", 0), &mut faults);
            members.push(member("Key0", 7), &mut faults);
            let codes: Vec<_> = faults.iter().map(|fault| fault.code.id).collect();
            assert_eq!(codes, [codes::REPEATED_KEY.id, codes::DUPLICATE_KEY.id]);
            assert_eq!(members.into_vec().len(), count);
        }
    }

    #[test]
    fn keys_that_differ_in_case_are_kept_and_told_of_where_they_are_one() {
        for count in [1, 3, MANY - 2, MANY, 1000] {
            let mut members = Members::default();
            let mut faults = Diagnostics::new();
            for (number, value) in (0..count).zip(0..) {
                members.push(member(&format!("Key{number}"), value), &mut faults);
            }
            members.push(member("kEY0", 7), &mut faults);
            assert!(faults.is_empty());
            let list = members.into_vec();
            assert_eq!(list.len(), count + 1);
            let span = Span::new(FileId(0), 0, 1);
            let object = Node { span, value: NodeValue::Object(list) };
            assert_eq!(object.get("kEY0").map(|node| &node.value), Some(&NodeValue::Int(7)));
            assert_eq!(object.get("KEY0").map(|node| &node.value), Some(&NodeValue::Int(0)));
            doubled_keys(&object, &mut faults);
            let codes: Vec<_> = faults.iter().map(|fault| fault.code.id).collect();
            assert_eq!(codes, [codes::DUPLICATE_KEY.id], "{count}");
        }
    }
}
