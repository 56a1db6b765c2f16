//! JSON read fast and without places, where it is sound in every way. What the full reader would remark on, pass
//! over or read past (a comment, a key that stands twice, half a character, a raw control character) is refused
//! here: `None` says that the full reader has to look at the whole text.

use std::borrow::Cow;
use std::ops::Range;

use wide::i8x16;

use super::number;
use super::string;
use crate::source::NodeValue;
use crate::source::split::{Outcome, Scan};

/// How deep arrays and objects may be nested here: less than the full reader takes.
const MAX_DEPTH: usize = 64;

/// How many members an object may have here; keys are compared with each other.
const MAX_MEMBERS: usize = 128;

/// For how many keys there is room from the start: more than rows have.
const KEYS: usize = 32;

/// What is made of the parts of a value.
pub trait Build {
    /// A value.
    type Value;
    /// An array or an object that is being read.
    type Open;

    /// `null`
    fn null(&mut self) -> Self::Value;
    /// `true`, `false`
    fn bool(&mut self, value: bool) -> Self::Value;
    /// A whole number of 64 bits.
    fn int(&mut self, value: i64) -> Self::Value;
    /// Any other number.
    fn float(&mut self, value: f64) -> Self::Value;
    /// A text, unescaped.
    fn text(&mut self, text: &str) -> Self::Value;
    /// An array or an object begins.
    fn open(&mut self) -> Self::Open;
    /// An item of the array that was opened last.
    fn item(&mut self, open: &mut Self::Open, value: Self::Value);
    /// The array that was opened last ends.
    fn array(&mut self, open: Self::Open) -> Self::Value;
    /// A member of the object that was opened last, with the place of its value.
    fn member(&mut self, open: &mut Self::Open, key: &str, place: Range<usize>, value: Self::Value);
    /// The object that was opened last ends.
    fn object(&mut self, open: Self::Open) -> Self::Value;
}

/// Makes nothing: a text is only looked at.
#[derive(Debug, Clone, Copy, Default)]
pub struct Look;

impl Build for Look {
    type Value = ();
    type Open = ();

    fn null(&mut self) {}
    fn bool(&mut self, _: bool) {}
    fn int(&mut self, _: i64) {}
    fn float(&mut self, _: f64) {}
    fn text(&mut self, _: &str) {}
    fn open(&mut self) {}
    fn item(&mut self, (): &mut (), (): ()) {}
    fn array(&mut self, (): ()) {}
    fn member(&mut self, (): &mut (), _: &str, _: Range<usize>, (): ()) {}
    fn object(&mut self, (): ()) {}
}

/// A place in a text that is read.
#[derive(Debug)]
pub struct Strict<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    /// The keys of the objects that are open.
    keys: Vec<&'a str>,
}

impl<'a> Strict<'a> {
    /// At the beginning of a text.
    pub fn new(text: &'a str) -> Strict<'a> {
        Strict { text, at: 0, depth: 0, keys: Vec::with_capacity(KEYS) }
    }

    /// At a place of a text.
    pub fn starting(text: &'a str, at: usize) -> Strict<'a> {
        Strict { at, ..Strict::new(text) }
    }

    /// Another one at the same place.
    #[must_use]
    pub fn fork(&self) -> Strict<'a> {
        Strict { text: self.text, at: self.at, depth: self.depth, keys: Vec::new() }
    }

    /// The text from here to where a fork stands.
    pub fn between(&self, fork: &Strict<'a>) -> &'a str {
        &self.text[self.at..fork.at]
    }

    /// Goes on where a fork stands, behind a value.
    pub fn go_to(&mut self, fork: &Strict<'a>) {
        self.at = fork.at;
    }

    fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes()
    }

    /// The next byte that is no white space.
    pub fn peek(&mut self) -> Option<u8> {
        let bytes = self.bytes();
        loop {
            let byte = *bytes.get(self.at)?;
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    /// Where it stands.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Whether nothing follows.
    pub fn is_at_end(&mut self) -> bool {
        self.peek().is_none()
    }

    fn expect(&mut self, wanted: u8) -> Option<()> {
        (self.peek()? == wanted).then(|| self.at += 1)
    }

    /// Reads the members of an object: `read` gets each key and has to read its value.
    pub fn members(&mut self, mut read: impl FnMut(&mut Self, &'a str) -> Option<()>) -> Option<()> {
        self.expect(b'{')?;
        self.deeper()?;
        let first = self.keys.len();
        let mut lengths = 0;
        if self.peek()? == b'}' {
            self.at += 1;
        } else {
            loop {
                self.peek().filter(|byte| *byte == b'"')?;
                let Cow::Borrowed(key) = self.text()? else { return None };
                self.key(key, first, &mut lengths)?;
                self.expect(b':')?;
                read(self, key)?;
                let next = self.peek()?;
                self.at += 1;
                match next {
                    b',' => {}
                    b'}' => break,
                    _ => return None,
                }
            }
        }
        self.keys.truncate(first);
        self.depth -= 1;
        Some(())
    }

    fn deeper(&mut self) -> Option<()> {
        self.depth += 1;
        (self.depth <= MAX_DEPTH).then_some(())
    }

    /// Notes a key; the same one twice, in any case, is refused. `lengths` has a bit for the length of each key so far:
    /// keys of unlike lengths aren't compared.
    fn key(&mut self, key: &'a str, first: usize, lengths: &mut u64) -> Option<()> {
        let length = 1 << (key.len() % 64);
        let is_known = *lengths & length != 0;
        *lengths |= length;
        let same = |other: &&&str| other.len() == key.len() && other.eq_ignore_ascii_case(key);
        if self.keys.len() - first == MAX_MEMBERS
            || is_known && self.keys[first..].iter().any(|other| same(&other))
        {
            return None;
        }
        self.keys.push(key);
        Some(())
    }

    /// Reads a value of any kind.
    pub fn value<B: Build>(&mut self, build: &mut B) -> Option<B::Value> {
        Some(match self.peek()? {
            b'"' => {
                let text = self.text()?;
                build.text(&text)
            }
            b'{' => {
                let mut open = build.open();
                self.members(|strict, key| {
                    strict.peek()?;
                    let start = strict.at;
                    let value = strict.value(build)?;
                    build.member(&mut open, key, start..strict.at, value);
                    Some(())
                })?;
                build.object(open)
            }
            b'[' => {
                let mut open = build.open();
                self.items(|strict| {
                    let value = strict.value(build)?;
                    build.item(&mut open, value);
                    Some(())
                })?;
                build.array(open)
            }
            b't' => self.word("true").map(|()| build.bool(true))?,
            b'f' => self.word("false").map(|()| build.bool(false))?,
            b'n' => self.word("null").map(|()| build.null())?,
            _ => self.number(build)?,
        })
    }

    /// Reads the items of an array: `read` has to read one.
    pub fn items(&mut self, mut read: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.expect(b'[')?;
        self.deeper()?;
        if self.peek()? == b']' {
            self.at += 1;
        } else {
            loop {
                read(self)?;
                let next = self.peek()?;
                self.at += 1;
                match next {
                    b',' => {}
                    b']' => break,
                    _ => return None,
                }
            }
        }
        self.depth -= 1;
        Some(())
    }

    /// Passes a value by: its brackets and quotes are looked at, and nothing else.
    pub fn pass(&mut self) -> Option<()> {
        self.peek()?;
        match Scan::value(self.at).run(self.bytes(), true) {
            Outcome::Done(end) => self.at = end,
            Outcome::More | Outcome::Odd(_) => return None,
        }
        Some(())
    }

    fn word(&mut self, word: &str) -> Option<()> {
        self.bytes()[self.at..].starts_with(word.as_bytes()).then(|| self.at += word.len())
    }

    fn number<B: Build>(&mut self, build: &mut B) -> Option<B::Value> {
        let (length, value) = number::read(&self.text[self.at..]);
        self.at += length;
        match value.ok()? {
            NodeValue::Int(value) => Some(build.int(value)),
            NodeValue::Float(value) => Some(build.float(value)),
            _ => None,
        }
    }

    /// Reads a text; `None` also where another value stands.
    pub fn text(&mut self) -> Option<Cow<'a, str>> {
        if self.peek()? != b'"' {
            return None;
        }
        let open = self.at;
        let end = plain_end(self.bytes(), open + 1)?;
        if self.bytes()[end] == b'"' {
            self.at = end + 1;
            return Some(Cow::Borrowed(&self.text[open + 1..end]));
        }
        let found = string::read(&self.text[open..]).ok()?;
        self.at = open + found.length;
        (found.controls.is_empty() && found.lone.is_none()).then_some(found.text)
    }
}

/// The next quote, backslash or control character.
fn plain_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    let (chunks, _) = bytes.get(from..)?.as_chunks::<16>();
    for chunk in chunks {
        let part = i8x16::new(chunk.map(u8::cast_signed));
        let is = |byte: u8| part.simd_eq(i8x16::splat(byte.cast_signed()));
        // Signed bytes: with the highest bit turned, those below a blank are the lowest ones.
        let is_control = (part ^ i8x16::splat(i8::MIN)).simd_lt(i8x16::splat(i8::MIN + 0x20));
        let found = (is(b'"') | is(b'\\') | is_control).to_bitmask() & 0xFFFF;
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize);
        }
        at += 16;
    }
    let rest = bytes[at..].iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20))?;
    Some(at + rest)
}

#[cfg(test)]
mod tests {
    use super::{Look, Strict};
    use crate::source::{Diagnostics, FileId, json};

    fn is_sound(text: &str) -> bool {
        let mut strict = Strict::new(text);
        strict.value(&mut Look).is_some() && strict.is_at_end()
    }

    #[test]
    fn sound_texts_are_read() {
        for text in [
            "{}",
            " [ ] ",
            r#"{"a": [1, -2.5e3, true, false, null, "x\"y\\z\u00e9", {"b": {}}], "ü": "ü 𝄞"}"#,
            "\"a text that is longer than a few words of eight bytes, \\n with an escape in it\"",
            "12",
        ] {
            assert!(is_sound(text), "{text}");
        }
    }

    #[test]
    fn a_text_ends_where_a_search_byte_by_byte_ends_it() {
        let mut bytes: Vec<u8> = (0x20..=0xFF).filter(|byte| !matches!(byte, b'"' | b'\\')).collect();
        bytes.extend_from_within(..40);
        for at in 0..60 {
            for end in (0..0x20).chain(*b"\"\\") {
                let mut text = bytes[..60].to_vec();
                text[at] = end;
                text.rotate_left(at / 2);
                let wanted = text.iter().position(|byte| *byte == end);
                assert_eq!(super::plain_end(&text, 0), wanted);
            }
        }
        assert_eq!(super::plain_end(&bytes, 0), None);
    }

    #[test]
    fn what_the_full_reader_remarks_on_is_refused() {
        let deep = format!("{}1{}", "[".repeat(70), "]".repeat(70));
        let many = format!("{{{}}}", (0..200).map(|i| format!("\"k{i}\":1")).collect::<Vec<_>>().join(","));
        for text in [
            "",
            "{",
            "{\"a\":1,}",
            "[1,]",
            "[1 2]",
            "{\"a\":1 /* x */}",
            "{\"a\":1,\"A\":2}",
            "{\"a\" 1}",
            "{a:1}",
            "\"a\tb\"",
            "\"a\nb\"",
            "\"\\ud834\"",
            "\"\\x\"",
            "\"abc",
            "012",
            "1e999",
            "-",
            "tru",
            "nul",
            "\u{feff}{}",
            &deep,
            &many,
        ] {
            assert!(!is_sound(text), "{text}");
        }
        // A key with an escape could be another one's equal.
        assert!(!is_sound("{\"\\u0061\":1}"));
    }

    #[test]
    fn what_it_takes_the_full_reader_takes_in_silence() {
        let pieces = ["{", "}", "[", "]", ",", ":", "\"a\"", "\"b\\n\"", "1", "null", " ", "\"", "\\", "\t"];
        let mut state = 1_u64;
        let mut taken = 0;
        for _ in 0..200_000 {
            let mut text = String::new();
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let mut rest = state >> 20;
            for _ in 0..=(state >> 61) {
                text += pieces[usize::try_from(rest % 14).unwrap()];
                rest /= 14;
            }
            if is_sound(&text) {
                taken += 1;
                let mut faults = Diagnostics::new();
                let nodes = json::parse(FileId::NONE, 0, &text, &mut faults);
                assert!(nodes.len() == 1 && faults.is_empty(), "{text}: {faults:?}");
            }
        }
        assert!(taken > 1000, "{taken}");
    }
}
