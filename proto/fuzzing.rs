//! A driver for the tests of both sides that hands damaged inputs to whatever reads bytes from outside: good ones with bytes changed, cut, doubled
//! and mixed. Seeds give the same inputs on every machine. `CAIROHINTS_FUZZ_EXECUTIONS` is how many of them each target
//! gets, for long runs by hand; `CAIROHINTS_FUZZ_SEED` is where they begin.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Inputs for each target unless the environment says otherwise.
const EXECUTIONS: u64 = 2000;
/// Longest input, as a multiple of the longest good one.
const GROWTH: usize = 2;

/// SplitMix64: a seed gives the same inputs on every machine.
#[derive(Debug)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }

    fn index(&mut self, length: usize) -> usize {
        self.below(length as u64) as usize
    }
}

/// What a target did with its inputs.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) taken: u64,
    pub(crate) refused: u64,
}

/// Hands `target` inputs made of `good` ones; it says whether it took one. A panic names the seed of its input.
pub(crate) fn fuzz(name: &str, good: &[Vec<u8>], mut target: impl FnMut(&[u8]) -> bool) -> Outcome {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let executions: u64 = number("CAIROHINTS_FUZZ_EXECUTIONS").unwrap_or(EXECUTIONS);
    let first: u64 = number("CAIROHINTS_FUZZ_SEED").unwrap_or(0);
    let mut outcome = Outcome::default();
    for input in good {
        assert!(target(input), "{name}: a good input is refused");
    }
    for seed in first..first + executions {
        let input = damaged(&mut Random(seed), good);
        let taken = catch_unwind(AssertUnwindSafe(|| target(&input)));
        match taken {
            Ok(true) => outcome.taken += 1,
            Ok(false) => outcome.refused += 1,
            Err(_) => panic!("{name}: CAIROHINTS_FUZZ_SEED={seed} panics on {input:02x?}"),
        }
    }
    println!("{name}: {executions} executions, {outcome:?}");
    // Else the damage is too great or none, and the test shows little.
    assert!(
        outcome.refused > 0 && outcome.taken > 0,
        "{name}: {outcome:?}"
    );
    outcome
}

/// A good input with some damage.
fn damaged(random: &mut Random, good: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = good[random.index(good.len())].clone();
    let longest = good.iter().map(Vec::len).max().unwrap_or_default();
    for _ in 0..=random.below(3) {
        if bytes.is_empty() {
            break;
        }
        let at = random.index(bytes.len());
        match random.below(7) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = [0, 0x7f, 0x80, 0xff, b'0', b'-'][random.index(6)],
            2 => bytes.truncate(at),
            3 => {
                bytes.remove(at);
            }
            4 => bytes.insert(at, random.next() as u8),
            5 => {
                let end = at + random.index((bytes.len() - at).min(64));
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
            _ => {
                let other = &good[random.index(good.len())];
                let from = random.index(other.len().max(1)).min(other.len());
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
        }
        bytes.truncate(longest * GROWTH);
    }
    bytes
}
