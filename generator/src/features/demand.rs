//! What is asked of a covering array.

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demand {
    /// How many flags are combined: 2 to 4.
    pub strength: usize,
    /// Which one of equally good arrays.
    pub seed: u64,
    /// Which rows are there in any case.
    pub always: Always,
    /// The most rows that it may have at this strength, where the specs bound them.
    pub budget: Option<usize>,
}

/// Rows that are there in any case, where they are valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Always {
    /// Everything off.
    pub none: bool,
    /// What is on if nothing is said.
    pub default: bool,
    /// Everything on.
    pub all: bool,
}

impl Always {
    /// All three.
    pub const ALL: Always = Always {
        none: true,
        default: true,
        all: true,
    };
}

impl Demand {
    /// An array of a strength, with all rows that are there in any case.
    pub const fn new(strength: usize) -> Demand {
        Demand {
            strength,
            seed: 1,
            always: Always::ALL,
            budget: None,
        }
    }

    /// The same with another strength: a bound on the rows holds for its own alone.
    #[must_use]
    pub fn at(self, strength: usize) -> Demand {
        Demand {
            strength,
            budget: self.budget.filter(|_| strength == self.strength),
            ..self
        }
    }
}

impl Default for Demand {
    fn default() -> Self {
        Demand::new(2)
    }
}
