//! Finding the end of a value without reading it: a scanner that knows strings, brackets and comments.

use super::chunk::{Chunk, WIDTH, between, escaped};

/// How far a value has been scanned; can be taken up again when more bytes are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) struct Scan {
    /// The next byte to look at.
    pub(super) at: usize,
    depth: u32,
    within_text: bool,
}

/// What a scan came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) enum Outcome {
    /// The value ends before this byte.
    Done(usize),
    /// The bytes end before the value does.
    More,
    /// A line ends within a text: no JSON.
    Odd(usize),
}

/// What a byte means between texts.
const PLAIN: u8 = 0;
const QUOTE: u8 = 1;
const OPEN: u8 = 2;
const CLOSE: u8 = 3;
const SLASH: u8 = 4;

static KINDS: [u8; 256] = {
    let mut kinds = [PLAIN; 256];
    kinds[b'"' as usize] = QUOTE;
    kinds[b'{' as usize] = OPEN;
    kinds[b'[' as usize] = OPEN;
    kinds[b'}' as usize] = CLOSE;
    kinds[b']' as usize] = CLOSE;
    kinds[b'/' as usize] = SLASH;
    kinds
};

impl Scan {
    /// A scan of the value that begins at `at`.
    pub(in crate::source) fn value(at: usize) -> Scan {
        Scan { at, depth: 0, within_text: false }
    }

    /// A scan from `at`, within one open bracket, to the end of that bracket.
    pub(super) fn rest(at: usize) -> Scan {
        Scan { at, depth: 1, within_text: false }
    }

    /// Goes on as far as the bytes reach; `last` says that no more bytes follow.
    pub(in crate::source) fn run(&mut self, bytes: &[u8], last: bool) -> Outcome {
        if self.depth == 0 && !self.within_text {
            match bytes.get(self.at) {
                None => return Outcome::More,
                Some(b'"' | b'{' | b'[') => {}
                Some(_) => return self.word(bytes, last),
            }
        }
        loop {
            if self.depth > 0
                && let Some(end) = self.chunks(bytes)
            {
                return Outcome::Done(end);
            }
            if self.within_text {
                match text_end(bytes, self.at) {
                    Text::Ends(at) => {
                        self.at = at;
                        self.within_text = false;
                        if self.depth == 0 {
                            return Outcome::Done(at);
                        }
                    }
                    Text::More(at) => {
                        self.at = at;
                        return Outcome::More;
                    }
                    Text::LineEnd(at) => return Outcome::Odd(at),
                }
            }
            let Some(skipped) = bytes[self.at..].iter().position(|byte| KINDS[usize::from(*byte)] != PLAIN)
            else {
                self.at = bytes.len();
                return Outcome::More;
            };
            let at = self.at + skipped;
            self.at = at + 1;
            match KINDS[usize::from(bytes[at])] {
                QUOTE => self.within_text = true,
                OPEN => self.depth += 1,
                CLOSE => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return Outcome::Done(self.at);
                    }
                }
                _ => {
                    let Some(end) = comment(bytes, at, last) else {
                        self.at = at;
                        return Outcome::More;
                    };
                    self.at = end;
                }
            }
        }
    }

    /// Passes whole chunks as long as nothing in them needs a closer look; the end, if it lies in one of them.
    fn chunks(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut carry = false;
        let mut text = if self.within_text { u64::MAX } else { 0 };
        for (index, bytes) in bytes[self.at..].as_chunks::<WIDTH>().0.iter().enumerate() {
            let chunk = Chunk::of(bytes);
            let before = carry;
            let quotes = chunk.quotes & !escaped(chunk.slashes, &mut carry);
            let within = between(quotes) ^ text;
            if chunk.comments & !within != 0 || chunk.line_ends & within != 0 {
                // A comment, or a line that ends within a text: from here byte by byte.
                return self.pause(index, before, text);
            }
            let (opens, closes) = (chunk.opens & !within, chunk.closes & !within);
            if closes.count_ones() >= self.depth {
                if let Some(bit) = self.close(opens, closes) {
                    self.within_text = false;
                    return Some(self.at + index * WIDTH + bit + 1);
                }
            } else {
                self.depth = self.depth + opens.count_ones() - closes.count_ones();
            }
            // All bits are as the last one.
            text = (within.cast_signed() >> 63).cast_unsigned();
        }
        self.pause(bytes[self.at..].len() / WIDTH, carry, text)
    }

    /// Stops before a chunk.
    fn pause(&mut self, chunk: usize, escaped: bool, text: u64) -> Option<usize> {
        // An escaped byte is left with its backslash.
        self.at += chunk * WIDTH - usize::from(escaped);
        self.within_text = text != 0;
        None
    }

    /// Goes through the brackets of a chunk one by one: the bit of the one that ends the value.
    fn close(&mut self, opens: u64, closes: u64) -> Option<usize> {
        let mut brackets = opens | closes;
        while brackets != 0 {
            let bit = brackets.trailing_zeros();
            if closes >> bit & 1 == 0 {
                self.depth += 1;
            } else {
                self.depth -= 1;
                if self.depth == 0 {
                    return usize::try_from(bit).ok();
                }
            }
            brackets &= brackets - 1;
        }
        None
    }

    /// A number, a word or junk: up to what can't belong to it.
    fn word(&mut self, bytes: &[u8], last: bool) -> Outcome {
        let ends = |byte: &u8| {
            byte.is_ascii_whitespace() || matches!(byte, b',' | b']' | b'}' | b'/' | b'"' | b'{' | b'[')
        };
        // The first byte belongs to it whatever it is, so that every scan gets on.
        match bytes[self.at + 1..].iter().position(ends) {
            Some(length) => Outcome::Done(self.at + 1 + length),
            None if last => Outcome::Done(bytes.len()),
            None => Outcome::More,
        }
    }
}

enum Text {
    /// Behind its closing quote.
    Ends(usize),
    /// Not within these bytes; go on from here.
    More(usize),
    LineEnd(usize),
}

fn text_end(bytes: &[u8], from: usize) -> Text {
    let mut at = from;
    loop {
        let Some(length) = memchr::memchr3(b'"', b'\\', b'\n', &bytes[at..]) else {
            return Text::More(bytes.len());
        };
        at += length;
        match bytes[at] {
            b'"' => return Text::Ends(at + 1),
            b'\n' => return Text::LineEnd(at),
            _ if at + 1 < bytes.len() => at += 2,
            _ => return Text::More(at),
        }
    }
}

/// Behind the comment that begins at `at`, or behind the slash if none does; `None` if the bytes end before
/// that is known.
pub(super) fn comment(bytes: &[u8], at: usize, last: bool) -> Option<usize> {
    match bytes.get(at + 1) {
        Some(b'/') => match memchr::memchr(b'\n', &bytes[at..]) {
            Some(length) => Some(at + length),
            None => last.then_some(bytes.len()),
        },
        Some(b'*') => match memchr::memmem::find(&bytes[at + 2..], b"*/") {
            Some(length) => Some(at + 2 + length + 2),
            None => last.then_some(bytes.len()),
        },
        Some(_) => Some(at + 1),
        None => last.then_some(at + 1),
    }
}

/// The next byte at or behind `at` that is no blank: white space, comment, byte order mark. `Err` if the bytes
/// end before it: with the place from which to go on.
pub(super) fn blank(bytes: &[u8], mut at: usize, last: bool) -> Result<usize, usize> {
    loop {
        match bytes.get(at) {
            None => return Err(at),
            Some(b' ' | b'\t' | b'\r' | b'\n') => at += 1,
            Some(b'/') => match bytes.get(at + 1) {
                Some(b'/' | b'*') => match comment(bytes, at, last) {
                    Some(end) if end < bytes.len() => at = end,
                    // At the very end an open comment is a fault, which the reader of JSON tells.
                    Some(end) if bytes[at + 1] == b'*' && !bytes.ends_with(b"*/") => {
                        debug_assert_eq!(end, bytes.len());
                        return Ok(at);
                    }
                    Some(end) => at = end,
                    None => return Err(at),
                },
                None if !last => return Err(at),
                _ => return Ok(at),
            },
            Some(0xEF) if bytes[at..].starts_with(&[0xEF, 0xBB, 0xBF]) => at += 3,
            Some(0xEF) if !last && bytes.len() - at < 3 => return Err(at),
            Some(_) => return Ok(at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(text: &str) -> Outcome {
        Scan::value(0).run(text.as_bytes(), true)
    }

    #[test]
    fn values_end_where_they_end() {
        for (value, rest) in [
            ("{}", "{}"),
            ("[1, {\"a\": \"]}\"}, [\"\\\"\", \"\\\\\"]]", ","),
            ("\"a\\\"b\"", ": 1"),
            ("-1.5e3", ", 2"),
            ("true", "]"),
            ("null", "\n"),
            ("{\"a\": 1 // }\n, /* ] */ \"b\": \"/*\"}", "x"),
            ("12", ""),
            ("]", "]"),
        ] {
            let text = format!("{value}{rest}");
            assert_eq!(scan(&text), Outcome::Done(value.len()), "{text}");
        }
    }

    #[test]
    fn what_has_no_end_asks_for_more() {
        for text in ["{\"a\": [1]", "\"abc", "\"abc\\", "[ // x", "[ /* ]"] {
            assert_eq!(scan(text), Outcome::More, "{text}");
        }
        assert_eq!(Scan::value(0).run(b"12", false), Outcome::More);
        assert_eq!(scan("{\"a\": \"b\n\"}"), Outcome::Odd(8));
    }

    #[test]
    fn a_scan_can_be_taken_up_anywhere() {
        let text = "{\"a\\\\\\\"\": [\"]\", /* } */ {\"b\": \"c\" // }\n}, 12, \"\\\\\"]}";
        for cut in 1..text.len() {
            let mut scan = Scan::value(0);
            assert_eq!(scan.run(&text.as_bytes()[..cut], false), Outcome::More, "{cut}");
            assert_eq!(scan.run(text.as_bytes(), true), Outcome::Done(text.len()), "{cut}");
        }
    }

    #[test]
    fn blanks_are_passed() {
        assert_eq!(blank(b"  // x\n /* y */\xEF\xBB\xBF\t{", 0, true), Ok(19));
        assert_eq!(blank(b"  ", 0, true), Err(2));
        assert_eq!(blank(b" /", 0, false), Err(1));
        assert_eq!(blank(b" /", 0, true), Ok(1));
        assert_eq!(blank(b" // x", 0, false), Err(1));
        assert_eq!(blank(b" // x", 0, true), Err(5));
        assert_eq!(blank(b" /* x", 0, true), Ok(1));
        assert_eq!(blank(b" /* x */", 0, true), Err(8));
        assert_eq!(blank(b"\xEF", 0, false), Err(0));
    }
}
