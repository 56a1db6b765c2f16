//! Lists and what stands around them.

use super::scan::{Outcome, Scan, blank};
use crate::source::members::Members;
use crate::source::{Diagnostics, Member, Node, NodeValue, Span};

/// The end of a list: a bare array, or the array of an object that tools wrap around it.
#[derive(Debug, Clone, PartialEq)]
pub struct Envelope {
    /// Its number in its file; elements carry it.
    pub id: u32,
    /// The whole array or object.
    pub span: Span,
    /// The key under which the list stands (`value`, `data`, in the document's own case); none for a bare array.
    pub key: Option<Member>,
    /// The other members (`nextLink`, `count`, …) as an object; without members for a bare array.
    pub members: Node,
    /// How many elements came.
    pub elements: u64,
    /// Whether the document was read to its end; `false` after a fault.
    pub complete: bool,
}

impl Envelope {
    /// Whether the list stands under the key `data`.
    pub fn is_under_data(&self) -> bool {
        self.key.as_ref().is_some_and(|key| key.key.eq_ignore_ascii_case("data"))
    }
}

/// Keys under which a list stands.
const LIST_KEYS: &[&str] = &["value", "data"];

/// What may stand before the list in an object around it, in lower case; and all that begins with `@odata.`.
const HEAD_KEYS: &[&str] = &[
    "value",
    "data",
    "count",
    "totalrecords",
    "total_records",
    "skiptoken",
    "skip_token",
    "$skiptoken",
    "nextlink",
    "next_link",
    "facets",
    "resulttruncated",
    "result_truncated",
];

fn is_list_key(key: &str) -> bool {
    LIST_KEYS.iter().any(|name| name.eq_ignore_ascii_case(key))
}

fn is_head_key(key: &str) -> bool {
    HEAD_KEYS.iter().any(|name| name.eq_ignore_ascii_case(key))
        || key.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("@odata."))
}

/// Takes the list out of a document: its elements, and what stood around them. Any other document comes back.
///
/// An object is an envelope if its member `value` or `data` is an array that is empty or begins with an
/// object, and if only members that services and tools write stand before it.
pub fn open(document: Node, id: u32) -> Result<(Vec<Node>, Envelope), Node> {
    let span = document.span;
    match document.value {
        NodeValue::Array(items) => {
            let members = Node { span, value: NodeValue::Object(Vec::new()) };
            let elements = items.len() as u64;
            Ok((items, Envelope { id, span, key: None, members, elements, complete: true }))
        }
        NodeValue::Object(mut members) => {
            let Some(at) = list_at(&members) else {
                return Err(Node { span, value: NodeValue::Object(members) });
            };
            let Member { key, key_span, value: list } = members.remove(at);
            let place = list.span;
            let NodeValue::Array(items) = list.value else {
                return Ok((Vec::new(), around(id, span, members)));
            };
            let key =
                Member { key, key_span, value: Node { span: place, value: NodeValue::Array(Vec::new()) } };
            let elements = items.len() as u64;
            Ok((items, Envelope { key: Some(key), elements, ..around(id, span, members) }))
        }
        value => Err(Node { span, value }),
    }
}

fn around(id: u32, span: Span, members: Vec<Member>) -> Envelope {
    let members = Node { span, value: NodeValue::Object(members) };
    Envelope { id, span, key: None, members, elements: 0, complete: true }
}

fn list_at(members: &[Member]) -> Option<usize> {
    for (at, member) in members.iter().enumerate() {
        if is_list_key(&member.key)
            && let NodeValue::Array(items) = &member.value.value
            && items.first().is_none_or(Node::is_object)
        {
            return Some(at);
        }
        if !is_head_key(&member.key) {
            return None;
        }
    }
    None
}

/// What the beginning of an object shows.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Probe {
    /// More bytes are needed to tell.
    More,
    /// An object like any other.
    Element,
    /// An envelope: where the key of its list begins and ends, and where the array begins.
    List { key: (usize, usize), array: usize },
}

/// How much of an object's beginning is looked at.
const HEAD: usize = 1 << 20;

/// Looks at the beginning of the object at `start`, by the same rule as [`open`].
pub(super) fn probe(bytes: &[u8], start: usize, last: bool) -> Probe {
    match head(&bytes[..bytes.len().min(start + HEAD)], start, last) {
        Ok(probe) => probe,
        Err(()) if last || bytes.len() - start >= HEAD => Probe::Element,
        Err(()) => Probe::More,
    }
}

/// `Err` where the bytes end.
fn head(bytes: &[u8], start: usize, last: bool) -> Result<Probe, ()> {
    let skip = |at: usize| blank(bytes, at, last).map_err(|_| ());
    let scan = |at: usize| match Scan::value(at).run(bytes, last) {
        Outcome::Done(end) => Ok(Some(end)),
        Outcome::More => Err(()),
        Outcome::Odd(_) => Ok(None),
    };
    let mut at = skip(start + 1)?;
    loop {
        if bytes[at] != b'"' {
            return Ok(Probe::Element);
        }
        let Some(end) = scan(at)? else { return Ok(Probe::Element) };
        let key = std::str::from_utf8(&bytes[at + 1..end - 1]).unwrap_or_default();
        if !is_head_key(key) {
            return Ok(Probe::Element);
        }
        let colon = skip(end)?;
        if bytes[colon] != b':' {
            return Ok(Probe::Element);
        }
        let value = skip(colon + 1)?;
        if bytes[value] == b'[' && is_list_key(key) {
            let first = skip(value + 1)?;
            if matches!(bytes[first], b'{' | b']') {
                return Ok(Probe::List { key: (at, end), array: value });
            }
        }
        let Some(end) = scan(value)? else { return Ok(Probe::Element) };
        let comma = skip(end)?;
        if bytes[comma] != b',' {
            return Ok(Probe::Element);
        }
        at = skip(comma + 1)?;
    }
}

/// Puts together what stood before and behind a list.
pub(super) fn join(head: Option<Node>, tail: Option<Node>, span: Span, faults: &mut Diagnostics) -> Node {
    let mut members = Members::default();
    for part in [head, tail].into_iter().flatten() {
        if let NodeValue::Object(list) = part.value {
            for member in list {
                members.push(member, faults);
            }
        }
    }
    Node { span, value: NodeValue::Object(members.into_vec()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn envelopes_are_told_from_resources() {
        let list = |text: &str| matches!(probe(text.as_bytes(), 0, true), Probe::List { .. });
        assert!(list("{\"value\": []}"));
        assert!(list("{ /* x */ \"count\": 3, \"totalRecords\": 3, \"Data\": [ {\"a\": 1} ]}"));
        assert!(list("{\"@odata.context\": \"x\", \"value\": [{"));
        assert!(!list("{\"id\": \"x\", \"value\": [{}]}"));
        assert!(!list("{\"value\": [\"a\"]}"));
        assert!(!list("{\"value\": {\"a\": []}}"));
        assert!(!list("{\"data\": {\"columns\": [], \"rows\": []}, \"value\": 1}"));
        assert!(!list("{}"));
        assert!(!list("{\"count\" 3, \"value\": []}"));
    }

    #[test]
    fn what_cannot_be_told_yet_asks_for_more() {
        let text = "{\"count\": 12, \"value\": [ {";
        for cut in 1..text.len() {
            assert_eq!(probe(&text.as_bytes()[..cut], 0, false), Probe::More, "{cut}");
        }
        assert_eq!(probe(b"{\"id", 0, false), Probe::More);
        assert_eq!(probe(b"{\"id\"", 0, false), Probe::Element);
    }
}
