//! Prints how many topics a second find their subscriptions among 10² to 10⁵ patterns: by the trie, and by going through a list of the
//! parsed patterns. Then what a message costs: through the broker, and through the trie and a channel alone, which can't deliver again.
//!
//! ```text
//! cargo run --release -p abi-laws --example pattern_matching
//! ```

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use abi_facts::clock::ManualClock;
use abi_facts::messaging::{Backend, PatternSyntax};
use abi_laws::messaging::workload;
use abi_messaging_trie::Trie;
use abi_messaging_trie::pattern::{Pattern, words};
use abi_messaging_trie::topic_trie::TopicTrie;
use bytes::Bytes;
use crossbeam_channel::bounded;
use fastrand::Rng;

const AMQP: PatternSyntax = PatternSyntax::Amqp;

fn main() {
    println!("Patterns of four words over forty; one word in ten is `*`, one pattern in twenty has an inner `#`.\n");
    println!(
        "{:>9} {:>12} {:>14} {:>14} {:>8}",
        "patterns", "found/topic", "trie, topics/s", "list, topics/s", "ratio"
    );
    for exponent in 2..=5 {
        let count = 10_usize.pow(exponent);
        let mut random = Rng::with_seed(1);
        let patterns: Vec<Pattern> = (0..count).map(|_| pattern(&mut random)).collect();
        let topics: Vec<Vec<u8>> = (0..1_000).map(|_| text(&mut random, 4, |_, _| None)).collect();
        let mut trie = TopicTrie::new();
        for (key, pattern) in patterns.iter().enumerate() {
            trie.insert(pattern, key as u64, ());
        }
        let by_trie = |topic: &[u8]| {
            let mut found = 0;
            trie.for_each_match(words(AMQP, topic), |_, ()| found += 1);
            found
        };
        let by_list = |topic: &[u8]| {
            let words: Vec<&[u8]> = words(AMQP, topic).collect();
            patterns.iter().filter(|pattern| pattern.matches_words(&words)).count()
        };
        let found: usize = topics.iter().map(|topic| by_trie(topic)).sum();
        for topic in topics.iter().take(20) {
            assert_eq!(
                by_trie(topic),
                by_list(topic),
                "trie and list must agree on {}",
                topic.escape_ascii()
            );
        }
        let (trie, list) = (rate(&topics, by_trie), rate(&topics, by_list));
        println!(
            "{count:>9} {:>12.2} {trie:>14.0} {list:>14.0} {:>7.0}x",
            found as f64 / 1_000.0,
            trie / list
        );
    }

    println!(
        "\n{:<68} {:>10}",
        "one message of 64 bytes, a thousand subscriptions, one reached", "ns"
    );
    let broker = Trie::open(&workload::config(), Arc::new(ManualClock::new())).expect("the default configuration is allowed");
    println!(
        "{:<68} {:>10.0}",
        "broker: publish, receive, accept",
        nanoseconds(workload::publish_receive(&broker))
    );
    println!(
        "{:<68} {:>10.0}",
        "trie and crossbeam channel: match, send, receive",
        nanoseconds(trie_and_channel())
    );
}

/// A pattern of four words, or of five with `#`.
fn pattern(random: &mut Rng) -> Pattern {
    let many = (random.u8(..20) == 0).then(|| random.usize(1..4));
    let text = text(random, 4, |random, index| match many {
        Some(at) if at == index => Some(b"#"),
        _ => (random.u8(..10) == 0).then_some(b"*"),
    });
    Pattern::parse(AMQP, &text).expect("AMQP allows any pattern")
}

fn text(random: &mut Rng, count: usize, wildcard: impl Fn(&mut Rng, usize) -> Option<&'static [u8; 1]>) -> Vec<u8> {
    let mut words = Vec::new();
    for index in 0..count {
        let word = wildcard(random, index).map(|sign| sign.to_vec());
        words.push(word.unwrap_or_else(|| format!("word{}", random.u8(..40)).into_bytes()));
    }
    words.join(&b'.')
}

/// Topics a second, over at least a fifth of a second.
fn rate(topics: &[Vec<u8>], find: impl Fn(&[u8]) -> usize) -> f64 {
    let begin = Instant::now();
    for (done, topic) in topics.iter().cycle().enumerate() {
        black_box(find(black_box(topic)));
        if done % 16 == 0 && begin.elapsed() > Duration::from_millis(200) {
            return (done + 1) as f64 / begin.elapsed().as_secs_f64();
        }
    }
    0.0
}

/// What a call takes: the least mean of ten rounds.
fn nanoseconds(mut work: impl FnMut()) -> f64 {
    const ROUND: u32 = 20_000;
    let mut least = Duration::MAX;
    for _ in 0..10 {
        let begin = Instant::now();
        (0..ROUND).for_each(|_| work());
        least = least.min(begin.elapsed());
    }
    least.as_nanos() as f64 / f64::from(ROUND)
}

fn trie_and_channel() -> impl FnMut() {
    let mut trie = TopicTrie::new();
    let mut last = None;
    for index in 0..1_000_u64 {
        let text = format!("plant{}.line{}.*.state{index}", index % 10, index / 10 % 10);
        let (sender, receiver) = bounded::<(Bytes, Bytes)>(4_096);
        trie.insert(
            &Pattern::parse(AMQP, text.as_bytes()).expect("AMQP allows any pattern"),
            index,
            sender,
        );
        last = Some(receiver);
    }
    let receiver = last.expect("there are a thousand");
    move || {
        let topic = black_box(b"plant9.line9.motor.state999");
        let message = (Bytes::copy_from_slice(topic), Bytes::copy_from_slice(&[7; 64]));
        trie.for_each_match(words(AMQP, topic), |_, sender| drop(sender.try_send(message.clone())));
        black_box(receiver.try_recv().ok());
    }
}
