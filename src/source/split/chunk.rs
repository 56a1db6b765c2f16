//! Sixty-four bytes at once: which of them are quotes, brackets and the like, as bits of one word.

use wide::i8x16;

/// How many bytes a chunk has.
pub(super) const WIDTH: usize = 64;

/// Which bytes of a chunk are what; bit 0 is the first byte.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Chunk {
    /// `"`
    pub(super) quotes: u64,
    /// `\`
    pub(super) slashes: u64,
    /// A line end.
    pub(super) line_ends: u64,
    /// `{` or `[`
    pub(super) opens: u64,
    /// `}` or `]`
    pub(super) closes: u64,
    /// `/`
    pub(super) comments: u64,
}

impl Chunk {
    pub(super) fn of(bytes: &[u8; WIDTH]) -> Chunk {
        let mut chunk = Chunk::default();
        for (index, part) in bytes.as_chunks::<16>().0.iter().enumerate() {
            let part = i8x16::new(part.map(u8::cast_signed));
            let bits = |found: i8x16| u64::from(found.to_bitmask() & 0xFFFF) << (16 * index);
            let is = |byte: u8| bits(part.simd_eq(i8x16::splat(byte.cast_signed())));
            // Brackets and braces differ in this bit only.
            let braces = part | i8x16::splat(0x20);
            let is_brace = |byte: u8| bits(braces.simd_eq(i8x16::splat(byte.cast_signed())));
            chunk.quotes |= is(b'"');
            chunk.slashes |= is(b'\\');
            chunk.line_ends |= is(b'\n');
            chunk.comments |= is(b'/');
            chunk.opens |= is_brace(b'{');
            chunk.closes |= is_brace(b'}');
        }
        chunk
    }
}

/// Which bytes stand behind a backslash that isn't itself escaped. `carry` says whether the first byte of the
/// chunk is, and then whether the first byte of the next one is.
pub(super) fn escaped(slashes: u64, carry: &mut bool) -> u64 {
    const EVEN: u64 = 0x5555_5555_5555_5555;
    let first = u64::from(*carry);
    if slashes == 0 {
        *carry = false;
        return first;
    }
    // A run of backslashes escapes what follows it if its length is odd: adding the runs that begin at odd
    // places to all backslashes carries their parity to the bit behind them.
    let slashes = slashes & !first;
    let follows = (slashes << 1) | first;
    let odd_starts = slashes & !EVEN & !follows;
    let (runs, overflow) = odd_starts.overflowing_add(slashes);
    *carry = overflow;
    (EVEN ^ (runs << 1)) & follows
}

/// Each bit becomes the parity of the bits up to it: between two quotes all bits are set, the first quote's
/// included.
pub(super) fn between(quotes: u64) -> u64 {
    let mut bits = quotes;
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_bits() {
        let mut bytes = [b' '; WIDTH];
        for (index, byte) in b"\"\\\n{[}]/;\x1B\x7F\xDB\xFD".iter().enumerate() {
            bytes[index * 4 + 3] = *byte;
        }
        let bit = |index: u32| 1_u64 << (index * 4 + 3);
        let wanted = Chunk {
            quotes: bit(0),
            slashes: bit(1),
            line_ends: bit(2),
            opens: bit(3) | bit(4),
            closes: bit(5) | bit(6),
            comments: bit(7),
        };
        assert_eq!(Chunk::of(&bytes), wanted);
    }

    /// The same, byte by byte.
    fn slow(text: &[u8], carry: &mut bool) -> u64 {
        let mut bits = 0;
        for (index, byte) in text.iter().enumerate() {
            let escaped = *carry;
            bits |= u64::from(escaped) << index;
            *carry = *byte == b'\\' && !escaped;
        }
        bits
    }

    #[test]
    fn escapes_are_found_in_every_pattern() {
        let mut seed = 1_u64;
        for _ in 0..20_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let mut text = [b'x'; WIDTH];
            for (index, byte) in text.iter_mut().enumerate() {
                if (seed ^ (seed >> 29)) >> (index % 48) & 3 != 0 {
                    *byte = b'\\';
                }
            }
            let slashes = Chunk::of(&text).slashes;
            for start in [false, true] {
                let (mut a, mut b) = (start, start);
                let wanted = slow(&text, &mut a);
                let found = escaped(slashes, &mut b);
                // Only bytes that aren't backslashes matter to a scan.
                assert_eq!((found & !slashes, b), (wanted & !slashes, a));
            }
        }
    }

    #[test]
    fn what_stands_between_quotes_is_found() {
        assert_eq!(between(0b0100_0010), 0b0011_1110);
        assert_eq!(between(1), u64::MAX);
        assert_eq!(between(1 << 63), 1 << 63);
    }
}
