//! Values straight from text.

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use crate::source::json::strict::{Build, Strict};

use super::{Object, Value};

/// Places for texts that are likely to come again.
const SLOTS: usize = 4096;

/// Longer texts are taken to be unique.
const LONGEST: usize = 256;

/// Makes values. Keys, and texts that come again and again, are shared between the values that one reader makes.
#[derive(Debug)]
pub struct ValueReader {
    known: Box<[Option<Arc<str>>]>,
    items: Vec<Value>,
    members: Vec<(Arc<str>, Value)>,
}

impl Default for ValueReader {
    fn default() -> ValueReader {
        ValueReader { known: vec![None; SLOTS].into_boxed_slice(), items: Vec::new(), members: Vec::new() }
    }
}

impl ValueReader {
    /// Knows no text yet.
    pub fn new() -> ValueReader {
        ValueReader::default()
    }

    /// Reads the value that stands at a place. `None` leaves it to the full reader.
    pub fn read(&mut self, strict: &mut Strict<'_>) -> Option<Value> {
        let value = strict.value(self);
        self.clear();
        value
    }

    /// Forgets what a fault left.
    pub fn clear(&mut self) {
        self.items.clear();
        self.members.clear();
    }

    /// A text, shared with its equals.
    pub fn share(&mut self, text: &str) -> Arc<str> {
        if text.len() > LONGEST {
            return text.into();
        }
        let slot = &mut self.known[slot(text.as_bytes())];
        match slot {
            Some(known) if **known == *text => known.clone(),
            _ => slot.insert(text.into()).clone(),
        }
    }
}

/// Where a text has its place: by its length, its beginning and its end.
fn slot(text: &[u8]) -> usize {
    let word = |bytes: &[u8]| {
        let mut word = [0; 8];
        word[..bytes.len().min(8)].copy_from_slice(&bytes[..bytes.len().min(8)]);
        u64::from_le_bytes(word)
    };
    let (first, last) = (word(text), word(&text[text.len().saturating_sub(8)..]));
    let mixed = (first ^ last.rotate_left(29) ^ text.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    usize::try_from(mixed >> 52).unwrap_or(0) % SLOTS
}

static EMPTY_LIST: LazyLock<Arc<[Value]>> = LazyLock::new(|| Arc::from([]));
static EMPTY_OBJECT: LazyLock<Arc<Object>> = LazyLock::new(Arc::default);

impl Build for ValueReader {
    type Value = Value;
    /// How many items and members were waiting.
    type Open = (usize, usize);

    fn null(&mut self) -> Value {
        Value::Null
    }

    fn bool(&mut self, value: bool) -> Value {
        Value::Bool(value)
    }

    fn int(&mut self, value: i64) -> Value {
        Value::Int(value)
    }

    fn float(&mut self, value: f64) -> Value {
        Value::Float(value)
    }

    fn text(&mut self, text: &str) -> Value {
        Value::String(self.share(text))
    }

    fn open(&mut self) -> (usize, usize) {
        (self.items.len(), self.members.len())
    }

    fn item(&mut self, _: &mut (usize, usize), value: Value) {
        self.items.push(value);
    }

    fn array(&mut self, (first, _): (usize, usize)) -> Value {
        if self.items.len() == first {
            return Value::Array(EMPTY_LIST.clone());
        }
        Value::Array(self.items.drain(first..).collect())
    }

    fn member(&mut self, _: &mut (usize, usize), key: &str, _: Range<usize>, value: Value) {
        let key = self.share(key);
        self.members.push((key, value));
    }

    fn object(&mut self, (_, first): (usize, usize)) -> Value {
        if self.members.len() == first {
            return Value::Object(EMPTY_OBJECT.clone());
        }
        Value::Object(Arc::new(self.members.drain(first..).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::ValueReader;
    use crate::arm::Value;
    use crate::source::json::strict::Strict;
    use crate::source::{Diagnostics, FileId, json};

    #[test]
    fn values_are_those_of_the_full_reader() {
        let text = r#"{"a": [1, -2.5, true, null, [], {}, {"a": "a", "b": ["x\ty", "é"]}], "b": {"c": [[1], [2, 3]]}}"#;
        let mut reader = ValueReader::new();
        let read = reader.read(&mut Strict::new(text)).expect("a value");
        let node = json::parse(FileId::NONE, 0, text, &mut Diagnostics::new()).remove(0);
        assert_eq!(read, Value::from(&node));
        assert!(reader.read(&mut Strict::new("{\"a\": [1, {\"b\": 2}, x]}")).is_none());
        assert_eq!(reader.read(&mut Strict::new(text)), Some(read));
    }

    #[test]
    fn texts_that_come_again_are_shared() {
        let mut reader = ValueReader::new();
        let (a, b) =
            (reader.share("microsoft.security/automations"), reader.share("microsoft.security/automations"));
        assert!(std::sync::Arc::ptr_eq(&a, &b));
        assert_eq!(&*reader.share("microsoft.security/automationz"), "microsoft.security/automationz");
    }
}
