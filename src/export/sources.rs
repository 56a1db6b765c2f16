//! What an automation listens to, read once for all automations that listen to the same.
//!
//! A tenant's exports are alike: most of a hundred thousand automations have one of a few lists of sources, and none
//! of these holds an id. Each list is read, remarked on and compared once.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::arm::Value;
use crate::source::Code;

use super::codes;
use super::event::Event;
use super::facts::EventSource;
use super::implication::is_empty;
use super::notes;
use super::rule::{Fault, Filter};
use super::words::Gap;

/// How many lists, and pairs of lists, are remembered.
const MOST: usize = 20_000;

/// One entry of `sources`.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// What it listens to; `None` for an event source that isn't known.
    pub event: Option<EventSource>,
    /// What it lets through.
    pub filter: Filter,
    /// Where it stands: `sources[0]`.
    pub place: String,
    /// Whether some event may pass.
    pub lets_something: bool,
}

/// A list of sources.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sources {
    /// In their order.
    pub list: Vec<Source>,
    /// What can't be understood.
    pub faults: Vec<Fault>,
    /// What is odd about its rules.
    pub(super) remarks: Vec<Remark>,
}

/// Something odd about a rule set.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Remark {
    pub(super) code: &'static Code,
    pub(super) place: String,
    pub(super) message: String,
}

impl Sources {
    /// Reads a list. `owner` tells rules that can't be understood from those of others.
    pub(super) fn read(list: &[Value], owner: &str) -> Sources {
        let mut sources = Sources::default();
        for (at, source) in list.iter().enumerate() {
            let read = Source::read(source, at, owner, &mut sources.faults);
            if let Some(event) = read.event {
                for (at, set) in read.filter.sets.iter().enumerate() {
                    let place = format!("{}.ruleSets[{at}]", read.place);
                    notes::of_set(event, set, &place, &mut sources.remarks);
                }
            }
            sources.list.push(read);
        }
        sources
    }
}

impl Source {
    fn read(source: &Value, at: usize, owner: &str, faults: &mut Vec<Fault>) -> Source {
        let place = format!("sources[{at}]");
        let text = source.get("eventSource").and_then(Value::as_str);
        let event = text.and_then(EventSource::parse);
        if event.is_none() {
            let message = match text {
                Some(text) => format!("`{text}` is no event source that azpol knows"),
                None => "a source has no `eventSource` that can be read".to_owned(),
            };
            faults.push(Fault { code: &codes::UNKNOWN_EVENT_SOURCE, place: place.clone(), message });
        }
        let filter = Filter::read(source.get("ruleSets"), owner, &place, faults);
        let lets_something = event.is_none_or(|event| {
            filter.alternatives().iter().any(|set| set.is_empty() || !is_empty(event, set))
        });
        Source { event, filter, place, lets_something }
    }
}

/// What was read and compared already. Its answers are those that reading and comparing again would give.
///
/// INVARIANT: what stands in a key by its address is held beside the answer, so that the address stays its own.
#[derive(Debug, Default)]
pub struct Memo {
    /// By address, since readers share what is alike …
    at: RwLock<HashMap<usize, Known>>,
    /// … and by content.
    read: RwLock<HashMap<u64, Vec<Known>>>,
    compared: Remembered<Situation, Arc<Comparison>>,
    twice: Remembered<(usize, usize), Option<Arc<Twice>>>,
}

type Remembered<K, T> = RwLock<HashMap<K, Held<T>>>;

#[derive(Debug, Clone)]
struct Known {
    text: Value,
    sources: Arc<Sources>,
}

/// What is asked and what is found, by address.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Situation {
    asked: usize,
    /// With whether it surely counts.
    found: Vec<(usize, bool)>,
    complete: bool,
}

/// An answer with what its key names.
#[derive(Debug)]
struct Held<T> {
    _alive: Vec<Arc<Sources>>,
    answer: T,
}

/// What a comparison of sources comes to.
#[derive(Debug)]
pub(super) struct Comparison {
    /// What doesn't leave.
    pub(super) gaps: Arc<[Gap]>,
    /// What can't be said, and why.
    pub(super) open: Vec<String>,
}

/// Sources of events that pass two lists, and one of these events.
pub(super) type Twice = (Vec<EventSource>, Event);

fn address(sources: &Arc<Sources>) -> usize {
    Arc::as_ptr(sources).addr()
}

/// An answer that is remembered, or made. Two threads may make it: it is the same.
fn remembered<K: Eq + std::hash::Hash, T: Clone>(
    known: &Remembered<K, T>,
    key: K,
    alive: impl FnOnce() -> Vec<Arc<Sources>>,
    make: impl FnOnce() -> T,
) -> T {
    let read = known.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(held) = read.get(&key) {
        return held.answer.clone();
    }
    let room = read.len() < MOST;
    drop(read);
    let answer = make();
    if room {
        let held = Held { _alive: alive(), answer: answer.clone() };
        known.write().unwrap_or_else(PoisonError::into_inner).insert(key, held);
    }
    answer
}

impl Memo {
    /// The sources of an automation that was found.
    pub(super) fn read(&self, list: &Value) -> Arc<Sources> {
        let Value::Array(items) = list else { return Arc::default() };
        let at = items.as_ptr().addr();
        if let Some(known) = self.at.read().unwrap_or_else(PoisonError::into_inner).get(&at) {
            return known.sources.clone();
        }
        let known = self.read_alike(list);
        let mut by_address = self.at.write().unwrap_or_else(PoisonError::into_inner);
        // An empty list has no address of its own.
        if by_address.len() < MOST && !items.is_empty() {
            by_address.insert(at, Known { text: list.clone(), sources: known.clone() });
        }
        known
    }

    fn read_alike(&self, list: &Value) -> Arc<Sources> {
        let key = key_of(list);
        let same = |known: &Known| (known.text == *list).then(|| known.sources.clone());
        let find = |all: &Vec<Known>| all.iter().find_map(same);
        let known = self.read.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(sources) = known.get(&key).and_then(find) {
            return sources;
        }
        let room = known.len() < MOST;
        drop(known);
        let sources = Arc::new(Sources::read(list.items(), "found"));
        if room {
            let mut known = self.read.write().unwrap_or_else(PoisonError::into_inner);
            let all = known.entry(key).or_default();
            // Another thread may have been faster: one list for all.
            if let Some(sources) = find(all) {
                return sources;
            }
            all.push(Known { text: list.clone(), sources: sources.clone() });
        }
        sources
    }

    /// What comes of comparing what is asked with what is found (with whether it surely counts).
    pub(super) fn compared(
        &self,
        asked: &Arc<Sources>,
        found: &[(&Arc<Sources>, bool)],
        complete: bool,
        make: impl FnOnce() -> Comparison,
    ) -> Arc<Comparison> {
        let situation = Situation {
            asked: address(asked),
            found: found.iter().map(|(sources, certain)| (address(sources), *certain)).collect(),
            complete,
        };
        let alive = || found.iter().map(|(sources, _)| *sources).chain([asked]).cloned().collect();
        remembered(&self.compared, situation, alive, || Arc::new(make()))
    }

    /// What passes both of two lists.
    pub(super) fn twice(
        &self,
        first: &Arc<Sources>,
        second: &Arc<Sources>,
        make: impl FnOnce() -> Option<Twice>,
    ) -> Option<Arc<Twice>> {
        let alive = || vec![first.clone(), second.clone()];
        remembered(&self.twice, (address(first), address(second)), alive, || make().map(Arc::new))
    }
}

/// A key that lists which differ seldom share: lengths and ends of texts. Equality decides.
fn key_of(value: &Value) -> u64 {
    fn mix(key: u64, more: u64) -> u64 {
        (key.rotate_left(5) ^ more).wrapping_mul(0x517c_c1b7_2722_0a95)
    }
    fn add(key: u64, value: &Value) -> u64 {
        let of_text = |text: &str| {
            let bytes = text.as_bytes();
            let end = |byte: Option<&u8>| byte.copied().map_or(0, u64::from);
            (bytes.len() as u64) << 16 | end(bytes.first()) << 8 | end(bytes.last())
        };
        match value {
            Value::Null => mix(key, 1),
            Value::Bool(value) => mix(key, 2 + u64::from(*value)),
            Value::Int(value) => mix(key, value.unsigned_abs()),
            Value::Float(value) => mix(key, value.to_bits()),
            Value::String(text) | Value::Runtime(text) => mix(key, of_text(text)),
            Value::Array(items) => items.iter().fold(mix(key, items.len() as u64), add),
            Value::Object(members) => {
                members.iter().fold(key, |key, (name, value)| add(mix(key, name.len() as u64), value))
            }
        }
    }
    add(0, value)
}
