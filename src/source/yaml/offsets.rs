//! From the characters that the parser counts to the bytes that spans count.

/// Distance of the remembered places.
const STEP: usize = 256;

/// Byte offsets of the characters of one text.
pub(super) struct Offsets {
    /// Byte offset of every `STEP`th character; empty if the text is ASCII.
    marks: Vec<usize>,
}

impl Offsets {
    pub(super) fn new(text: &str) -> Offsets {
        if text.is_ascii() {
            return Offsets { marks: Vec::new() };
        }
        Offsets { marks: text.char_indices().step_by(STEP).map(|(at, _)| at).collect() }
    }

    /// The byte at which the character with this number begins; the end of the text for any number behind.
    pub(super) fn byte(&self, text: &str, index: usize) -> usize {
        if self.marks.is_empty() {
            return index.min(text.len());
        }
        let Some(&mark) = self.marks.get(index / STEP) else { return text.len() };
        text[mark..].char_indices().nth(index % STEP).map_or(text.len(), |(at, _)| mark + at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_become_bytes() {
        let text = "aé𝄞".repeat(300);
        let offsets = Offsets::new(&text);
        for (index, (at, _)) in text.char_indices().enumerate() {
            assert_eq!(offsets.byte(&text, index), at);
        }
        assert_eq!(offsets.byte(&text, 900), text.len());
        assert_eq!(offsets.byte(&text, 10_000), text.len());
        assert_eq!(Offsets::new("abc").byte("abc", 2), 2);
        assert_eq!(Offsets::new("abc").byte("abc", 9), 3);
    }
}
