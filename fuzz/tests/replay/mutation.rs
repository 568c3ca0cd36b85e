//! Mutations of seeds, decided by a number generator of fixed state.

/// Pieces that mean something in the inputs of some property.
const WORDS: [&[u8]; 16] = [
    b"v1,",
    b"v1=",
    b"v0=",
    b"t=",
    b"s=",
    b"sha256=",
    b"whsec_",
    b"signkey-",
    b",",
    b"&",
    b" ",
    b"=",
    b".",
    b"\n",
    b"\xff",
    b"1750000000",
];

/// Makes one mutation after the other.
#[derive(Debug)]
pub(crate) struct Mutator {
    seeds: Vec<Vec<u8>>,
    random: SplitMix64,
}

impl Mutator {
    /// Mutates these seeds, of which there is at least one.
    pub(crate) fn new(seeds: Vec<Vec<u8>>) -> Self {
        Self {
            seeds,
            random: SplitMix64(0),
        }
    }

    /// One of the seeds, changed in one to four places.
    pub(crate) fn next(&mut self) -> Vec<u8> {
        let mut input = self.seed();
        for _ in 0..=self.random.below(4) {
            self.change(&mut input);
        }
        input
    }

    fn seed(&mut self) -> Vec<u8> {
        let index = self.random.below(self.seeds.len());
        self.seeds[index].clone()
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let (start, end) = self.range(input.len());
        match self.random.below(6) {
            0 if start < input.len() => input[start] ^= 1 << self.random.below(8),
            1 if start < input.len() => input[start] = self.random.below(256) as u8,
            2 => drop(input.drain(start..end)),
            3 => {
                let copy = input[start..end].to_vec();
                drop(input.splice(start..start, copy));
            }
            4 => {
                let other = self.seed();
                let (from, to) = self.range(other.len());
                drop(input.splice(start..end, other[from..to].iter().copied()));
            }
            _ => {
                let word = WORDS[self.random.below(WORDS.len())];
                drop(input.splice(start..start, word.iter().copied()));
            }
        }
    }

    fn range(&mut self, len: usize) -> (usize, usize) {
        let (one, other) = (self.random.below(len + 1), self.random.below(len + 1));
        (one.min(other), one.max(other))
    }
}

/// [SplitMix64](https://prng.di.unimi.it/splitmix64.c), the public-domain generator by Sebastiano Vigna.
#[derive(Debug)]
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which is small enough for the bias of a remainder to mean nothing.
    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}
