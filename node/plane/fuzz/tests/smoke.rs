//! The corpora, and each of their inputs changed a little many times: seconds, on any toolchain. An input that broke
//! something is kept as `corpus/<target>/<name>` once that is mended. Further: `engine/run.sh`.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use regie_fuzz::TARGETS;

/// Seconds for all targets together, and rounds over a corpus.
const SECONDS: u64 = 20;
const ROUNDS: u64 = 1000;
const SEED: u64 = 0x5EED_1E51;

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % sides.max(1)
    }

    /// A few bytes flipped, set to a limit, cut away, repeated, or taken from another input.
    fn change(&mut self, input: &[u8], other: &[u8]) -> Vec<u8> {
        const LIMITS: [u8; 6] = [0, 1, 0x7F, 0x80, 0xFE, 0xFF];
        let mut changed = input.to_vec();
        for _ in 0..=self.roll(4) {
            let at = self.roll(changed.len());
            match self.roll(6) {
                _ if changed.is_empty() => changed = other.to_vec(),
                0 => changed[at] ^= 1 << self.roll(8),
                1 => changed[at] = LIMITS[self.roll(LIMITS.len())],
                2 => changed.truncate(at),
                3 => changed.insert(at, self.roll(256) as u8),
                4 => changed.extend_from_within(at..),
                _ => changed.splice(at.., other[self.roll(other.len())..].iter().copied()).for_each(drop),
            }
            changed.truncate(4096);
        }
        changed
    }
}

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = files.map(|file| file.expect("readable").path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).expect("readable")).collect()
}

#[test]
fn every_target_survives_its_corpus_and_what_is_near() {
    let limit = Duration::from_secs(SECONDS);
    let start = Instant::now();
    let mut dice = Dice(SEED);
    for (place, (name, target)) in TARGETS.iter().enumerate() {
        let inputs = corpus(name);
        assert!(inputs.len() > 2, "{name} has a corpus");
        for input in &inputs {
            target(input);
        }
        let end = limit * (place as u32 + 1) / TARGETS.len() as u32;
        'target: for round in 0..ROUNDS {
            for input in &inputs {
                let other = &inputs[dice.roll(inputs.len())];
                let changed = dice.change(input, other);
                target(&changed);
                // The same inputs everywhere, in the same order; a slow machine tries fewer of them.
                if round > 0 && start.elapsed() > end {
                    break 'target;
                }
            }
        }
    }
}
