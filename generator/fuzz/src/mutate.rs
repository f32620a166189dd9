//! Makes inputs out of seeds, the same in each run: what libfuzzer does better, where it can't be had.

use std::time::{Duration, Instant};

/// Numbers that look random (SplitMix64).
#[derive(Debug, Clone)]
pub struct Numbers(pub u64);

impl Numbers {
    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below a limit; 0 if the limit is 0.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }
}

/// How long a body runs: as many inputs as are named, or as many seconds as `LATHE_FUZZ_SECONDS` says.
pub fn run(inputs: u64, mut body: impl FnMut(u64)) {
    let seconds = std::env::var("LATHE_FUZZ_SECONDS")
        .ok()
        .and_then(|seconds| seconds.parse().ok());
    let first = std::env::var("LATHE_FUZZ_FIRST")
        .ok()
        .and_then(|first| first.parse().ok())
        .unwrap_or(0);
    let Some(seconds) = seconds.map(Duration::from_secs) else {
        (first..first + inputs).for_each(body);
        return;
    };
    let started = Instant::now();
    let mut seed = first;
    while started.elapsed() < seconds {
        body(seed);
        seed += 1;
    }
    eprintln!("{} inputs in {} s", seed - first, seconds.as_secs());
}

/// The input of a number: one of the seeds, changed in a few places.
pub fn input(number: u64, seeds: &[Vec<u8>], words: &[&str]) -> Vec<u8> {
    let mut numbers = Numbers(number);
    let mut bytes = seeds[numbers.below(seeds.len())].clone();
    // Some are left as they are, most are changed in one to four places, some all over.
    let changes = match numbers.below(16) {
        0 => 0,
        1 => 20,
        _ => 1 + numbers.below(4),
    };
    for _ in 0..changes {
        change(&mut bytes, &mut numbers, seeds, words);
    }
    bytes
}

/// Changes one place.
fn change(bytes: &mut Vec<u8>, numbers: &mut Numbers, seeds: &[Vec<u8>], words: &[&str]) {
    let at = numbers.below(bytes.len() + 1);
    let rest = bytes.len() - at;
    match numbers.below(10) {
        0 if rest > 0 => bytes[at] ^= 1 << numbers.below(8),
        1 if rest > 0 => bytes[at] = numbers.below(256) as u8,
        2 => drop(bytes.drain(at..at + numbers.below(rest.min(8) + 1))),
        3 => bytes.insert(at, numbers.below(256) as u8),
        4 => {
            // Another seed's part, so that parts of both stand side by side.
            let other = &seeds[numbers.below(seeds.len())];
            let from = numbers.below(other.len() + 1);
            let length = numbers.below((other.len() - from).min(200) + 1);
            drop(bytes.splice(at..at, other[from..from + length].iter().copied()));
        }
        5 => {
            let word = words.get(numbers.below(words.len())).copied().unwrap_or_default();
            let gone = numbers.below(rest.min(word.len()) + 1);
            drop(bytes.splice(at..at + gone, word.bytes()));
        }
        6 => lines(bytes, numbers),
        7 => word(bytes, at, numbers, words),
        8 => {
            // A part of it once more.
            let length = numbers.below(rest.min(64) + 1);
            let part = bytes[at..at + length].to_vec();
            drop(bytes.splice(at..at, part));
        }
        _ => {
            if numbers.below(8) == 0 {
                bytes.truncate(at);
            }
        }
    }
}

/// Exchanges, repeats or drops a line.
fn lines(bytes: &mut Vec<u8>, numbers: &mut Numbers) {
    let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    if lines.is_empty() {
        return;
    }
    let (one, other) = (numbers.below(lines.len()), numbers.below(lines.len()));
    match numbers.below(3) {
        0 => lines.swap(one, other),
        1 => lines.insert(other, lines[one]),
        _ => drop(lines.remove(one)),
    }
    *bytes = lines.concat();
}

/// Puts a word of the list, or another word of the input, in the place of a word.
fn word(bytes: &mut Vec<u8>, at: usize, numbers: &mut Numbers, words: &[&str]) {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte == b'.';
    let find = |bytes: &[u8], at: usize| {
        let start = at + bytes[at..].iter().position(is_part)?;
        let length = bytes[start..].iter().take_while(|byte| is_part(byte)).count();
        Some(start..start + length)
    };
    let Some(range) = find(bytes, at) else { return };
    let new = match numbers.below(2) {
        0 => words.get(numbers.below(words.len())).map(|word| word.as_bytes().to_vec()),
        _ => find(bytes, numbers.below(bytes.len() + 1)).map(|other| bytes[other].to_vec()),
    };
    drop(bytes.splice(range, new.unwrap_or_default()));
}
