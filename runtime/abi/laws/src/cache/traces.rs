//! Sequences of keys on which hit ratios are measured. Keys are numbers; the same seed gives the same trace.

/// A named sequence of keys.
#[derive(Debug, Clone)]
pub struct Trace {
    /// `zipf`.
    pub name: &'static str,
    /// The keys in the order of their use.
    pub keys: Vec<u64>,
}

/// The traces that policies are compared on, each of `length` uses, for caches of `capacity` entries.
pub fn all(length: usize, capacity: u32, seed: u64) -> Vec<Trace> {
    let capacity = u64::from(capacity);
    vec![
        Trace {
            name: "zipf 0.99",
            keys: zipf(length, capacity * 10, 0.99, seed),
        },
        Trace {
            name: "zipf 0.7",
            keys: zipf(length, capacity * 10, 0.7, seed),
        },
        Trace {
            name: "scan",
            keys: interrupted(zipf(length, capacity * 10, 0.99, seed), capacity * 2),
        },
        Trace {
            name: "loop 0.9",
            keys: cycle(length, capacity * 9 / 10),
        },
        Trace {
            name: "loop 1.02",
            keys: cycle(length, capacity * 102 / 100),
        },
        Trace {
            name: "loop 1.5",
            keys: cycle(length, capacity * 3 / 2),
        },
        Trace {
            name: "mixed",
            keys: mixed(length, capacity, seed),
        },
    ]
}

/// Draws from `keys` keys, of which the one of rank r has a probability proportional to r to the power of −`exponent`.
pub fn zipf(length: usize, keys: u64, exponent: f64, seed: u64) -> Vec<u64> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut sums = Vec::new();
    let mut sum = 0.0;
    for rank in 1..=keys.max(1) {
        sum += (rank as f64).powf(-exponent);
        sums.push(sum);
    }
    let draw = |_| {
        let point = random.f64() * sum;
        sums.partition_point(|&sum| sum < point) as u64
    };
    (0..length).map(draw).collect()
}

/// Uses `keys` keys in turn, over and over.
pub fn cycle(length: usize, keys: u64) -> Vec<u64> {
    (0..length as u64).map(|place| place % keys.max(1)).collect()
}

/// Breaks into a trace, after every `pause` uses, with a scan of as many keys that are used once only.
pub fn interrupted(trace: Vec<u64>, pause: u64) -> Vec<u64> {
    let length = trace.len();
    let mut fresh = ONCE..;
    let mut keys = Vec::with_capacity(length);
    for piece in trace.chunks(pause.max(1) as usize) {
        keys.extend_from_slice(piece);
        keys.extend(fresh.by_ref().take(piece.len()));
    }
    keys.truncate(length);
    keys
}

// Keys from here on are used once.
const ONCE: u64 = 1 << 40;

/// Draws from popular keys that change over time, with loops and scans between.
pub fn mixed(length: usize, capacity: u64, seed: u64) -> Vec<u64> {
    let piece = capacity.max(1) as usize * 2;
    let mut keys = Vec::with_capacity(length);
    for part in 0_u64.. {
        if keys.len() >= length {
            break;
        }
        match part % 5 {
            3 => keys.extend(cycle(piece, capacity / 2).into_iter().map(|key| (1 << 32) + key)),
            4 => keys.extend((0..piece as u64).map(|key| ONCE + part * piece as u64 + key)),
            // Every third of the popular keys are others after a round.
            _ => keys.extend(
                zipf(piece, capacity * 5, 0.9, seed + part)
                    .into_iter()
                    .map(|key| key + part / 5 * capacity / 3),
            ),
        }
    }
    keys.truncate(length);
    keys
}
