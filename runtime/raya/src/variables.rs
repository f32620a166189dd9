//! Keeps variables of the module and static fields: raw words, and what each of them represents.

use raya_heap::{Marker, WrongSlot};

use crate::value::{SlotKind, Value};

/// A row of variables. Each keeps the representation that it starts with.
#[derive(Debug, Clone, Default)]
pub struct Variables {
    words: Box<[u64]>,
    kinds: Box<[SlotKind]>,
}

impl Variables {
    /// Variables of these representations, each the zero of its own.
    pub fn new(kinds: impl IntoIterator<Item = SlotKind>) -> Variables {
        let kinds: Box<[SlotKind]> = kinds.into_iter().collect();
        Variables {
            words: kinds.iter().map(|kind| Value::zero(*kind).word()).collect(),
            kinds,
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The value of a variable, if there is one at `index`.
    pub fn get(&self, index: usize) -> Option<Value> {
        Some(Value::from_word(*self.words.get(index)?, *self.kinds.get(index)?))
    }

    /// Changes a variable; says whether there is one at `index`.
    ///
    /// # Errors
    ///
    /// [`WrongSlot`] when the value has another representation.
    pub fn set(&mut self, index: usize, value: Value) -> Result<bool, WrongSlot> {
        let (Some(word), Some(kind)) = (self.words.get_mut(index), self.kinds.get(index)) else {
            return Ok(false);
        };
        *word = value.fit(*kind)?.word();
        Ok(true)
    }

    /// What each of them represents.
    pub fn kinds(&self) -> &[SlotKind] {
        &self.kinds
    }

    /// The words. They stay where they are as long as the context lives, so that an engine may keep their address.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// The same, to change them. Only words of values of the right representation may be put in.
    pub fn words_mut(&mut self) -> &mut [u64] {
        &mut self.words
    }

    /// Marks what they refer to.
    pub fn roots(&self, marker: &mut Marker) {
        for (word, kind) in self.words.iter().zip(&self.kinds) {
            marker.mark_word(*word, *kind);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::any::Any;

    #[test]
    fn variables_keep_their_representation() {
        let mut variables = Variables::new([SlotKind::I32, SlotKind::Any]);
        assert_eq!(variables.get(1), Some(Value::Any(Any::NULL)));
        assert_eq!(variables.set(0, Value::I32(-7)), Ok(true));
        assert!(variables.set(0, Value::F64(1.0)).is_err());
        assert_eq!(variables.set(2, Value::I32(1)), Ok(false));
        assert_eq!((variables.get(0), variables.get(2)), (Some(Value::I32(-7)), None));
    }
}
