//! Sets of features: what follows from what was asked for, and whether it can be.

use core::fmt;

use crate::Feature;

/// Words of 64 bits that hold one bit for each feature.
const WORDS: usize = WORD_COUNT;

/// Some features.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FeatureSet([u64; WORDS]);

impl FeatureSet {
    /// No feature.
    pub const EMPTY: FeatureSet = FeatureSet([0; WORDS]);

    /// The features that are on unless switched off.
    pub fn defaults() -> FeatureSet {
        Feature::ALL.iter().copied().filter(|feature| feature.is_default()).collect()
    }

    /// Every feature. Some of them may exclude each other.
    pub fn all() -> FeatureSet {
        Feature::ALL.iter().copied().collect()
    }

    /// The set with one feature more.
    #[must_use]
    pub fn with(mut self, feature: Feature) -> FeatureSet {
        self.insert(feature);
        self
    }

    /// The set without a feature.
    #[must_use]
    pub fn without(mut self, feature: Feature) -> FeatureSet {
        let (word, bit) = place(feature);
        if let Some(word) = self.0.get_mut(word) {
            *word &= !bit;
        }
        self
    }

    /// Adds a feature; says whether it is new.
    pub fn insert(&mut self, feature: Feature) -> bool {
        let (word, bit) = place(feature);
        let Some(word) = self.0.get_mut(word) else { return false };
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    /// Whether a feature is in the set.
    pub fn contains(self, feature: Feature) -> bool {
        let (word, bit) = place(feature);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self == FeatureSet::EMPTY
    }

    /// The features in order of their names.
    pub fn iter(self) -> impl Iterator<Item = Feature> {
        Feature::ALL.iter().copied().filter(move |feature| self.contains(*feature))
    }

    /// The set with everything that its features switch on, directly or by way of others.
    #[must_use]
    pub fn closure(self) -> FeatureSet {
        let mut closed = self;
        loop {
            let before = closed;
            for feature in before.iter() {
                for implied in feature.implies() {
                    closed.insert(*implied);
                }
            }
            if closed == before {
                return closed;
            }
        }
    }

    /// Says whether everything in the set, and everything that this switches on, can be on together.
    ///
    /// # Errors
    ///
    /// The first pair that excludes each other, with the features of the set that asked for them.
    pub fn check(self) -> Result<(), Conflict> {
        let closed = self.closure();
        for first in closed.iter() {
            if let Some(second) = first.conflicts().iter().copied().find(|second| closed.contains(*second)) {
                return Err(Conflict {
                    first,
                    first_by: self.cause(first),
                    second,
                    second_by: self.cause(second),
                });
            }
        }
        Ok(())
    }

    /// The feature of the set by which a feature of its closure came in.
    fn cause(self, feature: Feature) -> Feature {
        if self.contains(feature) {
            return feature;
        }
        let cause = self
            .iter()
            .find(|asked| FeatureSet::EMPTY.with(*asked).closure().contains(feature));
        cause.unwrap_or(feature)
    }
}

fn place(feature: Feature) -> (usize, u64) {
    let number = feature as usize;
    (number / 64, 1 << (number % 64))
}

impl FromIterator<Feature> for FeatureSet {
    fn from_iter<I: IntoIterator<Item = Feature>>(features: I) -> FeatureSet {
        features.into_iter().fold(FeatureSet::EMPTY, FeatureSet::with)
    }
}

impl fmt::Debug for FeatureSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl fmt::Display for FeatureSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, feature) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{feature}")?;
        }
        Ok(())
    }
}

/// Two features that can't be on together, but were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conflict {
    /// One of them.
    pub first: Feature,
    /// The feature that was asked for and switched it on; itself if it was asked for.
    pub first_by: Feature,
    /// The other.
    pub second: Feature,
    /// The same for the other.
    pub second_by: Feature,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "feature `{}`", self.first)?;
        if self.first_by != self.first {
            write!(f, " (switched on by `{}`)", self.first_by)?;
        }
        write!(f, " and feature `{}`", self.second)?;
        if self.second_by != self.second {
            write!(f, " (switched on by `{}`)", self.second_by)?;
        }
        write!(
            f,
            " can't be on together; leave out `{}` or `{}`",
            self.first_by, self.second_by
        )
    }
}

impl core::error::Error for Conflict {}
