//! Finds entries whose keys are numbers from 0 on and lie close together: a table in which the key is the index.

/// Positions of entries by number.
#[derive(Debug, Clone, Default)]
pub struct Numbers {
    /// 0 for none, otherwise one more than the position.
    places: Vec<u32>,
}

/// Where a number stands in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Index(usize);

impl Numbers {
    /// For the numbers below `bound`, none of which is there yet.
    pub fn below(bound: usize) -> Numbers {
        Numbers { places: vec![0; bound] }
    }

    /// Where a number stands, if the table is for it.
    #[inline]
    pub fn index(&self, number: i32) -> Option<Index> {
        let index = usize::try_from(number).ok()?;
        (index < self.places.len()).then_some(Index(index))
    }

    /// The position of the entry of a number.
    #[inline]
    pub fn get(&self, index: Index) -> Option<u32> {
        self.places.get(index.0)?.checked_sub(1)
    }

    /// Notes the position of the entry of a number, or that there is none any more.
    #[inline]
    pub fn set(&mut self, index: Index, position: Option<u32>) {
        if let Some(place) = self.places.get_mut(index.0) {
            *place = position.map_or(0, |position| position.saturating_add(1));
        }
    }
}
