//! What the verifier takes of a function, and what calling one costs.

/// A limit that a set can state under `[limits]`.
#[derive(Debug)]
pub struct Limit {
    /// Its key.
    pub name: &'static str,
    /// What holds where the set doesn't state it.
    pub standard: u32,
    /// The least and the most that can be stated.
    pub bounds: (u32, u32),
    /// What is limited, and why.
    pub doc: &'static str,
}

/// All of them.
pub const LIMITS: [Limit; 5] = [
    Limit {
        name: "stack_depth",
        standard: 1024,
        bounds: (1, 65_535),
        doc: "The most values on the operand stack of a function. Deeper code is refused.",
    },
    Limit {
        name: "handlers",
        standard: 256,
        bounds: (1, 65_535),
        doc: "The most exception handlers that a function has installed at the same time. Code with more is refused.",
    },
    Limit {
        name: "verifier_steps_per_byte",
        standard: 16,
        bounds: (1, 65_535),
        doc: "The steps of the verifier that a module has for each byte of its code: visits of instructions, values that they take, and \
              values that are joined where paths meet, which count 16 steps each, since they are remembered. A module that takes more is \
              refused, so that verification takes a time that grows with the size of the module. Ordinary code takes two or three.",
    },
    Limit {
        name: "verifier_steps",
        standard: 1 << 20,
        bounds: (0, u32::MAX),
        doc: "The steps of the verifier that a module has beyond those, however small it is.",
    },
    Limit {
        name: "locals_per_fuel",
        standard: 16,
        bounds: (1, 65_535),
        doc: "How many locals one unit of fuel pays for: the first block of a function costs one more for each so many that the function \
              has, rounded down. A call makes all of them zero; without a price for that, fuel would be no bound on the work of calls.",
    },
];

/// The limits of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    values: [u32; LIMITS.len()],
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            values: LIMITS.each_ref().map(|limit| limit.standard),
        }
    }
}

impl Limits {
    /// Those of which some are stated, in the order of [`LIMITS`].
    pub fn stated(stated: [Option<u32>; LIMITS.len()]) -> Limits {
        let mut limits = Limits::default();
        for (value, stated) in limits.values.iter_mut().zip(stated) {
            *value = stated.unwrap_or(*value);
        }
        limits
    }

    /// All of them with their values.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Limit, u32)> {
        LIMITS.iter().zip(self.values)
    }
}
