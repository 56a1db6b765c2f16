//! Numbers from a seed: the same on every machine, in every version.

/// A generator of numbers (splitmix64).
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    /// A generator of its own for each stream and index below a seed.
    pub(super) fn new(seed: u64, stream: u64, index: u64) -> Random {
        let mut random = Random(seed);
        random.0 = random.next() ^ stream.wrapping_mul(0x2545_f491_4f6c_dd1d);
        random.0 = random.next() ^ index;
        random
    }

    /// The next number.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number below `bound`; nearly even for the small bounds that are asked for here.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }
}

/// The finish of splitmix64: every bit of the input reaches every bit of the output.
fn mix(number: u64) -> u64 {
    let mut z = number;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The numbers from 0 to `count - 1` in an order that a seed decides, without a list of them: a Feistel network
/// over the next power of four, walked until it answers a number in range.
#[derive(Debug, Clone)]
pub(super) struct Shuffle {
    count: u64,
    half: u32,
    keys: [u64; 4],
}

impl Shuffle {
    /// An order of `count` numbers.
    pub(super) fn new(seed: u64, count: u64) -> Shuffle {
        let bits = u64::BITS - count.saturating_sub(1).leading_zeros();
        let mut random = Random::new(seed, 0x5u64, count);
        let keys = [random.next(), random.next(), random.next(), random.next()];
        Shuffle { count, half: bits.div_ceil(2).max(1), keys }
    }

    /// The number at a place of the order; `index` is below the count.
    pub(super) fn at(&self, index: u64) -> u64 {
        // INVARIANT: the network is a bijection of 0..4^half, and `index` is one of the numbers below `count`, so
        // its cycle comes back to such a number.
        let mut number = index;
        loop {
            number = self.network(number);
            if number < self.count {
                return number;
            }
        }
    }

    fn network(&self, number: u64) -> u64 {
        let mask = (1u64 << self.half) - 1;
        let (mut left, mut right) = (number >> self.half, number & mask);
        for key in self.keys {
            (left, right) = (right, left ^ (mix(right ^ key) & mask));
        }
        left << self.half | right
    }
}

#[cfg(test)]
mod tests {
    use super::{Random, Shuffle};

    #[test]
    fn an_order_holds_each_number_once() {
        for count in [1, 2, 3, 5, 16, 17, 1000] {
            let order = Shuffle::new(7, count);
            let mut numbers: Vec<u64> = (0..count).map(|index| order.at(index)).collect();
            if count == 1000 {
                assert!(numbers.windows(2).filter(|pair| pair[0] < pair[1]).count() < 600, "not shuffled");
            }
            numbers.sort_unstable();
            assert_eq!(numbers, (0..count).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_first_numbers_are_those_of_splitmix64() {
        let mut random = Random(0);
        assert_eq!(random.next(), 0xe220_a839_7b1d_cdaf);
        assert_eq!(random.next(), 0x6e78_9e6a_a1b9_65f4);
    }
}
