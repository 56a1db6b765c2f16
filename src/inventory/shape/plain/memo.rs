//! Parts of bodies that come again and again: what one policy deployed says the same everywhere. They are found by
//! their text, so that they are neither read nor kept twice.

use crate::arm::Value;

/// Places for parts.
const PLACES: usize = 512;

/// Larger parts are taken to be unique.
const LARGEST: usize = 64 << 10;

/// Smaller ones are read as fast as they are found.
const SMALLEST: usize = 32;

/// A place.
#[derive(Debug, Clone, Default)]
struct Place {
    /// The text that was met last and isn't kept: most texts never come again, and must not drive out one that does.
    seen: u64,
    kept: Option<(u64, Box<str>, Value)>,
}

/// Parts by their text.
#[derive(Debug)]
pub(super) struct Memo {
    places: Vec<Place>,
}

/// What is known of a text.
pub(super) enum Met {
    /// It was read before.
    Known(Value),
    /// It was met before: to be kept once it is read.
    Again(u64),
    /// It is new.
    New,
}

impl Default for Memo {
    fn default() -> Memo {
        Memo { places: vec![Place::default(); PLACES] }
    }
}

impl Memo {
    /// Looks a text up.
    pub(super) fn meet(&mut self, text: &str) -> Met {
        if !(SMALLEST..LARGEST).contains(&text.len()) {
            return Met::New;
        }
        let mark = mark(text.as_bytes());
        let place = &mut self.places[place(mark)];
        match &place.kept {
            Some((of, known, value)) if *of == mark && **known == *text => Met::Known(value.clone()),
            _ if place.seen == mark => Met::Again(mark),
            _ => {
                place.seen = mark;
                Met::New
            }
        }
    }

    /// Keeps a part.
    pub(super) fn keep(&mut self, mark: u64, text: &str, value: &Value) {
        self.places[place(mark)].kept = Some((mark, text.into(), value.clone()));
    }
}

fn place(mark: u64) -> usize {
    usize::try_from(mark >> 32).unwrap_or(0) % PLACES
}

/// A hash, sixteen bytes at a time.
pub(super) fn mark(bytes: &[u8]) -> u64 {
    const FACTORS: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0xd6e8_feb8_6659_fd93];
    let word = |bytes: [u8; 8]| u64::from_le_bytes(bytes);
    let (chunks, rest) = bytes.as_chunks::<16>();
    let mut last = [0; 16];
    last[..rest.len()].copy_from_slice(rest);
    let mut state = [bytes.len() as u64, FACTORS[0]];
    for chunk in chunks.iter().chain([&last]) {
        let (halves, _) = chunk.as_chunks::<8>();
        for ((state, half), factor) in state.iter_mut().zip(halves).zip(FACTORS) {
            *state = (*state ^ word(*half)).wrapping_mul(factor);
            *state ^= *state >> 29;
        }
    }
    (state[0].rotate_left(31) ^ state[1]).wrapping_mul(FACTORS[0])
}

#[cfg(test)]
mod tests {
    use super::{Memo, Met};
    use crate::arm::Value;

    #[test]
    fn a_part_is_kept_when_it_comes_again() {
        let mut memo = Memo::default();
        let text = "[\"a part that is long enough to be kept\"]";
        assert!(matches!(memo.meet(text), Met::New));
        let Met::Again(mark) = memo.meet(text) else { panic!("met before") };
        memo.keep(mark, text, &Value::Int(1));
        assert!(matches!(memo.meet(text), Met::Known(Value::Int(1))));
        assert!(matches!(memo.meet(&text.replace('k', "q")), Met::New));
        for number in 0..10_000 {
            memo.meet(&format!("[\"one of many that come once: {number}\"]"));
        }
        assert!(matches!(memo.meet(text), Met::Known(_)));
        assert!(matches!(memo.meet("[]"), Met::New));
    }
}
