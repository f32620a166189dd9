//! Which subscriptions a topic reaches.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, RwLock};

use abi_facts::messaging::PatternSyntax;

use crate::pattern::{Pattern, Step, hides_from_wildcards, words};
use crate::subscription::Subscription;
use crate::topic_trie::TopicTrie;
use crate::{SHARDS, read, write};

type Shard = RwLock<TopicTrie<Arc<Subscription>>>;

/// A trie for each share of the first words, and one for the patterns that begin with a wildcard or have no words: a topic can match only
/// patterns in two of them, and a subscription that begins or ends locks only one.
#[derive(Debug)]
pub struct Routes {
    syntax: PatternSyntax,
    hasher: RandomState,
    by_first_word: [Shard; SHARDS],
    others: Shard,
}

impl Routes {
    /// Without subscriptions.
    pub fn new(syntax: PatternSyntax) -> Self {
        Routes {
            syntax,
            hasher: RandomState::new(),
            by_first_word: Default::default(),
            others: Shard::default(),
        }
    }

    /// Adds a subscription.
    pub fn insert(&self, subscription: Arc<Subscription>) {
        let id = subscription.id;
        let shard = self.shard(&subscription.pattern);
        let pattern = subscription.pattern.clone();
        write(shard).insert(&pattern, id, subscription);
    }

    /// Takes a subscription out.
    pub fn remove(&self, subscription: &Subscription) {
        write(self.shard(&subscription.pattern)).remove(&subscription.pattern, subscription.id);
    }

    /// The subscriptions that a topic reaches, in the order of their numbers.
    pub fn find(&self, topic: &[u8]) -> Vec<Arc<Subscription>> {
        let mut found = Vec::new();
        let mut add = |shard: &Shard| {
            read(shard).for_each_match(words(self.syntax, topic), |_, subscription| {
                found.push(Arc::clone(subscription))
            });
        };
        if let Some(first) = words(self.syntax, topic).next() {
            add(&self.by_first_word[self.index(first)]);
        }
        if !hides_from_wildcards(self.syntax, topic) {
            add(&self.others);
        }
        found.sort_unstable_by_key(|subscription| subscription.id);
        found
    }

    fn shard(&self, pattern: &Pattern) -> &Shard {
        match pattern.steps().first() {
            Some(Step::Word(word)) => &self.by_first_word[self.index(word)],
            _ => &self.others,
        }
    }

    fn index(&self, word: &[u8]) -> usize {
        self.hasher.hash_one(word) as usize % SHARDS
    }
}
