//! One list for each function of a module, in one piece of memory: most are short, and many are empty.

use raya_facts::FunctionId;

/// A list for each function.
#[derive(Debug, Clone)]
pub(crate) struct Lists<T> {
    /// The entries of all functions, one function after another.
    entries: Vec<T>,
    /// By function, where its entries end.
    ends: Vec<usize>,
    /// Where the list begins that grows.
    begin: usize,
}

impl<T> Default for Lists<T> {
    fn default() -> Lists<T> {
        Lists {
            entries: Vec::new(),
            ends: Vec::new(),
            begin: 0,
        }
    }
}

impl<T> Lists<T> {
    /// None yet, with memory for so many entries.
    pub fn with_capacity(entries: usize) -> Lists<T> {
        Lists {
            entries: Vec::with_capacity(entries),
            ..Lists::default()
        }
    }

    /// The list of a function; empty if there is none.
    pub fn of(&self, function: FunctionId) -> &[T] {
        let Some(end) = self.ends.get(function.index()) else {
            return &[];
        };
        let before = function.index().checked_sub(1).and_then(|before| self.ends.get(before));
        let begin = before.copied().unwrap_or(0);
        self.entries.get(begin..*end).unwrap_or_default()
    }

    /// How many entries there are in all lists.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Ends the list that grows: what comes next belongs to the next function.
    pub fn finish(&mut self) {
        self.begin = self.entries.len();
        self.ends.push(self.begin);
    }

    /// The list that grows.
    pub fn growing(&self) -> &[T] {
        self.entries.get(self.begin..).unwrap_or_default()
    }

    /// The same, to change it.
    pub fn growing_mut(&mut self) -> &mut [T] {
        self.entries.get_mut(self.begin..).unwrap_or_default()
    }

    /// Adds an entry to the list that grows.
    pub fn push(&mut self, entry: T) {
        self.entries.push(entry);
    }

    /// Adds entries to the list that grows.
    pub fn extend(&mut self, entries: impl Iterator<Item = T>) {
        self.entries.extend(entries);
    }

    /// Drops the last entries of the list that grows, so that `length` are left.
    pub fn truncate(&mut self, length: usize) {
        self.entries.truncate(self.begin + length);
    }

    /// The same lists without memory for more.
    pub fn shrunk(mut self) -> Lists<T> {
        self.entries.shrink_to_fit();
        self.ends.shrink_to_fit();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_function_has_its_own_entries() {
        let mut lists = Lists::default();
        lists.extend([1, 2, 3].into_iter());
        lists.truncate(2);
        lists.finish();
        lists.finish();
        lists.push(4);
        lists.growing_mut()[0] += 1;
        assert_eq!(lists.growing(), [5]);
        lists.truncate(0);
        lists.push(6);
        lists.finish();
        let all: Vec<&[i32]> = (0..4).map(|function| lists.of(FunctionId(function))).collect();
        assert_eq!(all, [&[1, 2][..], &[], &[6], &[]]);
        assert_eq!((lists.len(), lists.growing().len()), (3, 0));
    }
}
