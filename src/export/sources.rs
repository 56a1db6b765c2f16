//! What an automation listens to, read once for all automations that listen to the same.
//!
//! A tenant's exports are alike: most of a hundred thousand automations have one of a few lists of sources, and none
//! of these holds an id. Each list is read, remarked on and compared once.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::arm::Value;
use crate::source::Code;

use super::codes;
use super::facts::EventSource;
use super::implication::{Implied, implied, is_empty};
use super::notes;
use super::rule::{Fault, Filter, Rule};

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

    /// Whether this list alone lets through whatever the other one does, as far as that is proven.
    fn covers(&self, asked: &Sources) -> bool {
        asked.list.iter().all(|source| {
            let Some(event) = source.event else { return false };
            let own = self.list.iter().filter(|own| own.event == Some(event));
            let sets: Vec<&[Rule]> = own.flat_map(|own| own.filter.alternatives()).collect();
            source.filter.alternatives().iter().all(|set| implied(event, set, &sets, &sets) == Implied::Yes)
        })
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
#[derive(Debug, Default)]
pub struct Memo {
    read: RwLock<HashMap<u64, Vec<Known>>>,
    covered: RwLock<HashMap<(usize, usize), Compared>>,
}

#[derive(Debug)]
struct Known {
    text: Value,
    sources: Arc<Sources>,
}

/// A pair, held so that its places in memory stay its own.
#[derive(Debug)]
struct Compared {
    _pair: (Arc<Sources>, Arc<Sources>),
    covers: bool,
}

impl Memo {
    /// The sources of an automation that was found.
    pub(super) fn read(&self, list: &Value) -> Arc<Sources> {
        let key = key_of(list);
        let known = self.read.read().unwrap_or_else(PoisonError::into_inner);
        let same = |known: &Known| (known.text == *list).then(|| known.sources.clone());
        if let Some(sources) = known.get(&key).and_then(|all| all.iter().find_map(same)) {
            return sources;
        }
        let room = known.len() < MOST;
        drop(known);
        let sources = Arc::new(Sources::read(list.items(), "found"));
        if room {
            let mut known = self.read.write().unwrap_or_else(PoisonError::into_inner);
            let all = known.entry(key).or_default();
            // Another thread may have been faster: one list for all.
            if let Some(sources) = all.iter().find_map(same) {
                return sources;
            }
            all.push(Known { text: list.clone(), sources: sources.clone() });
        }
        sources
    }

    /// Whether a list alone lets through whatever is asked, as far as that is proven.
    pub(super) fn covers(&self, found: &Arc<Sources>, asked: &Arc<Sources>) -> bool {
        let key = (Arc::as_ptr(found) as usize, Arc::as_ptr(asked) as usize);
        let known = self.covered.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(compared) = known.get(&key) {
            return compared.covers;
        }
        let room = known.len() < MOST;
        drop(known);
        let covers = found.covers(asked);
        if room {
            let compared = Compared { _pair: (found.clone(), asked.clone()), covers };
            self.covered.write().unwrap_or_else(PoisonError::into_inner).insert(key, compared);
        }
        covers
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
