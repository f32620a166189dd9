//! A trie of patterns: the patterns that match a topic are found in one pass over its words.

use std::collections::{HashMap, HashSet};

use crate::pattern::{Pattern, Step};

/// Values under patterns.
///
/// Nodes live in one vector and refer to each other by index, so that no pattern, however long, makes anything recurse. Words are
/// numbered: each word of a topic is hashed once, and a word that no pattern has takes no step at all.
#[derive(Debug)]
pub struct TopicTrie<T> {
    nodes: Vec<Node<T>>,
    /// Nodes that are free again.
    free: Vec<u32>,
    words: HashMap<Box<[u8]>, Word>,
    next_word: u32,
    free_words: Vec<u32>,
    /// Where a word leads from a node. Both are numbers of our own, so that a quick hash does; words themselves come from outside.
    edges: HashMap<(u32, u32), u32, foldhash::fast::RandomState>,
    length: usize,
}

/// A word of patterns: its number, and how many edges have it.
#[derive(Debug)]
struct Word {
    number: u32,
    edges: u32,
}

#[derive(Debug)]
struct Node<T> {
    /// How many edges by words leave it.
    children: u32,
    one: Option<u32>,
    many: Option<u32>,
    values: Vec<(u64, T)>,
}

impl<T> Node<T> {
    const fn new() -> Self {
        Node {
            children: 0,
            one: None,
            many: None,
            values: Vec::new(),
        }
    }

    fn is_unused(&self) -> bool {
        self.children == 0 && self.one.is_none() && self.many.is_none() && self.values.is_empty()
    }
}

const ROOT: u32 = 0;

type Known = HashSet<u32, foldhash::fast::RandomState>;

impl<T> Default for TopicTrie<T> {
    fn default() -> Self {
        TopicTrie {
            nodes: vec![Node::new()],
            free: Vec::new(),
            words: HashMap::new(),
            next_word: 0,
            free_words: Vec::new(),
            edges: HashMap::default(),
            length: 0,
        }
    }
}

impl<T> TopicTrie<T> {
    /// A trie without patterns.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many values it has.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Puts a value under a pattern. The key tells it from others under the same pattern.
    pub fn insert(&mut self, pattern: &Pattern, key: u64, value: T) {
        let mut at = ROOT;
        for step in pattern.steps() {
            at = self.child(at, step).unwrap_or_else(|| self.add_child(at, step));
        }
        self.nodes[at as usize].values.push((key, value));
        self.length += 1;
    }

    /// Takes the value with the key out, and forgets the nodes that only it needed.
    pub fn remove(&mut self, pattern: &Pattern, key: u64) -> Option<T> {
        let mut path = Vec::with_capacity(pattern.steps().len());
        let mut at = ROOT;
        for step in pattern.steps() {
            path.push((at, step));
            at = self.child(at, step)?;
        }
        let values = &mut self.nodes[at as usize].values;
        let index = values.iter().position(|(other, _)| *other == key)?;
        let (_, value) = values.swap_remove(index);
        self.length -= 1;
        for (parent, step) in path.into_iter().rev() {
            if !self.nodes[at as usize].is_unused() {
                break;
            }
            self.nodes[at as usize] = Node::new();
            self.free.push(at);
            self.remove_edge(parent, step);
            at = parent;
        }
        Some(value)
    }

    /// Gives each value whose pattern matches, once, in no particular order.
    pub fn for_each_match<'a, 'w>(&'a self, words: impl Iterator<Item = &'w [u8]>, mut found: impl FnMut(u64, &'a T)) {
        // The nodes that the words so far lead to. A node behind `#` takes any further word, so that it stays once it is reached; all
        // others are reached by their one parent, once a word, so that only nodes behind `#` could be there twice.
        let mut reached = Vec::new();
        let mut lasting = Vec::new();
        let mut known = Known::default();
        self.reach(ROOT, &mut reached, &mut lasting, &mut known);
        let mut next = Vec::new();
        for word in words {
            let word = self.words.get(word).map(|word| word.number);
            let before = lasting.len();
            for index in 0..reached.len() + before {
                let from = reached.get(index).copied().unwrap_or_else(|| lasting[index - reached.len()]);
                let by_word = word.and_then(|word| self.edges.get(&(from, word)).copied());
                for to in [by_word, self.nodes[from as usize].one].into_iter().flatten() {
                    self.reach(to, &mut next, &mut lasting, &mut known);
                }
            }
            reached.clear();
            std::mem::swap(&mut reached, &mut next);
            if reached.is_empty() && lasting.is_empty() {
                return;
            }
        }
        for &node in reached.iter().chain(&lasting) {
            for (key, value) in &self.nodes[node as usize].values {
                found(*key, value);
            }
        }
    }

    fn reach(&self, node: u32, reached: &mut Vec<u32>, lasting: &mut Vec<u32>, known: &mut Known) {
        reached.push(node);
        let mut at = node;
        while let Some(many) = self.nodes[at as usize].many {
            if !known.insert(many) {
                break;
            }
            lasting.push(many);
            at = many;
        }
    }

    fn child(&self, parent: u32, step: &Step) -> Option<u32> {
        let node = &self.nodes[parent as usize];
        match step {
            Step::Word(word) => self.edges.get(&(parent, self.words.get(word)?.number)).copied(),
            Step::One => node.one,
            Step::Many => node.many,
        }
    }

    fn add_child(&mut self, parent: u32, step: &Step) -> u32 {
        let child = self.free.pop().unwrap_or_else(|| {
            self.nodes.push(Node::new());
            // A node takes more than 64 bytes: memory runs out long before the numbers do.
            (self.nodes.len() - 1) as u32
        });
        match step {
            Step::Word(word) => {
                let word = self.number(word);
                self.edges.insert((parent, word), child);
                self.nodes[parent as usize].children += 1;
            }
            Step::One => self.nodes[parent as usize].one = Some(child),
            Step::Many => self.nodes[parent as usize].many = Some(child),
        }
        child
    }

    /// The number of a word, for one more edge.
    fn number(&mut self, word: &[u8]) -> u32 {
        if let Some(word) = self.words.get_mut(word) {
            word.edges += 1;
            return word.number;
        }
        let number = self.free_words.pop().unwrap_or_else(|| {
            self.next_word += 1;
            self.next_word
        });
        self.words.insert(word.into(), Word { number, edges: 1 });
        number
    }

    fn remove_edge(&mut self, parent: u32, step: &Step) {
        match step {
            Step::Word(text) => {
                let Some(word) = self.words.get_mut(text) else { return };
                self.edges.remove(&(parent, word.number));
                self.nodes[parent as usize].children -= 1;
                word.edges -= 1;
                if word.edges == 0 {
                    self.free_words.push(word.number);
                    self.words.remove(text);
                }
            }
            Step::One => self.nodes[parent as usize].one = None,
            Step::Many => self.nodes[parent as usize].many = None,
        }
    }
}

#[cfg(test)]
mod tests {
    use abi_facts::messaging::PatternSyntax;

    use super::*;
    use crate::pattern::words;

    #[test]
    fn removal_leaves_nothing_behind() {
        let patterns = ["a.b.c", "a.*.c", "a.#.c", "#", "", "a", "a.b", "#.a.#.b.#", "a.b.c"];
        let patterns: Vec<Pattern> = patterns
            .iter()
            .map(|text| Pattern::parse(PatternSyntax::Amqp, text.as_bytes()).unwrap())
            .collect();
        let mut trie = TopicTrie::new();
        for _ in 0..3 {
            for (key, pattern) in patterns.iter().enumerate() {
                trie.insert(pattern, key as u64, key);
            }
            for (key, pattern) in patterns.iter().enumerate() {
                assert_eq!(trie.remove(pattern, key as u64), Some(key));
                assert_eq!(trie.remove(pattern, key as u64), None);
            }
            assert!(trie.is_empty() && trie.edges.is_empty() && trie.words.is_empty());
            assert_eq!(trie.free.len() + 1, trie.nodes.len());
            assert!(trie.nodes.iter().all(Node::is_unused));
        }
    }

    #[test]
    fn a_pattern_that_matches_in_many_ways_is_found_once() {
        let mut trie = TopicTrie::new();
        let pattern = Pattern::parse(PatternSyntax::Amqp, b"#.a.#.a.#.a.#.*.#").unwrap();
        trie.insert(&pattern, 7, ());
        let topic = vec!["a"; 200].join(".");
        let mut found = Vec::new();
        trie.for_each_match(words(PatternSyntax::Amqp, topic.as_bytes()), |key, ()| found.push(key));
        assert_eq!(found, [7]);
    }
}
