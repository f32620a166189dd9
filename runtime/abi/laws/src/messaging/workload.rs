//! What the benchmarks measure. Each workload comes with the same work done without the façade.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use abi_facts::clock::Clock;
use abi_facts::messaging::{Backend, MessagingConfig, Outcome, PatternSyntax};
use abi_messaging_trie::Trie;
use abi_messaging_trie::pattern::{Pattern, check_topic};

const PAYLOAD: [u8; 64] = [7; 64];
const PATTERN: &[u8] = b"sensor.*.#.celsius.now";
const TOPIC: &[u8] = b"sensor.north.floor3.room17.rack2.unit5.celsius.now";

#[derive(Debug)]
struct SystemClock(Instant);

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

/// How what is measured is opened.
pub fn config() -> MessagingConfig {
    MessagingConfig::default()
}

fn open_trie() -> Trie {
    Trie::open(&config(), Arc::new(SystemClock(Instant::now()))).expect("the default configuration is allowed")
}

/// One message through a broker with a thousand subscriptions, of which one matches.
pub fn publish_receive<B: Backend>(subject: &B) -> impl FnMut() {
    let mut last = 0;
    for index in 0..1_000 {
        let pattern = format!("plant{}.line{}.*.state{index}", index % 10, index / 10 % 10);
        last = subject
            .subscribe(pattern.as_bytes())
            .expect("there is room for a thousand subscriptions");
    }
    move || {
        subject
            .publish(black_box(b"plant9.line9.motor.state999"), &PAYLOAD)
            .expect("the queue is empty");
        accept(subject, last);
    }
}

/// The same with the broker called directly.
pub fn publish_receive_direct() -> impl FnMut() {
    let trie: &'static Trie = Box::leak(Box::new(open_trie()));
    publish_receive(trie)
}

/// One message to a hundred subscriptions.
pub fn publish_fan_out<B: Backend>(subject: &B) -> impl FnMut() {
    let subscribe = |_| subject.subscribe(b"#").expect("there is room for a hundred subscriptions");
    let subscriptions: Vec<u64> = (0..100).map(subscribe).collect();
    move || {
        subject
            .publish(black_box(b"plant9.line9.motor.state999"), &PAYLOAD)
            .expect("the queues are empty");
        subscriptions.iter().for_each(|&subscription| accept(subject, subscription));
    }
}

/// The same with the broker called directly.
pub fn publish_fan_out_direct() -> impl FnMut() {
    let trie: &'static Trie = Box::leak(Box::new(open_trie()));
    publish_fan_out(trie)
}

/// One pattern against one topic.
pub fn match_pattern<B: Backend>(_: &B) -> impl FnMut() + use<B> {
    || {
        black_box(B::matches(PatternSyntax::Amqp, black_box(PATTERN), black_box(TOPIC)));
    }
}

/// The same with the pattern's own functions.
pub fn match_pattern_direct() -> impl FnMut() {
    || {
        let topic = black_box(TOPIC);
        let pattern = Pattern::parse(PatternSyntax::Amqp, black_box(PATTERN));
        black_box(check_topic(PatternSyntax::Amqp, topic).is_ok() && pattern.is_ok_and(|pattern| pattern.matches(topic)));
    }
}

fn accept<B: Backend>(subject: &B, subscription: u64) {
    let delivery = subject
        .receive(subscription, Duration::ZERO)
        .expect("the subscription is there");
    let delivery = delivery.expect("a message was published");
    subject
        .settle(subscription, delivery.id, Outcome::Accept)
        .expect("it is in flight");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workloads_run() {
        let [mut first, mut second, mut third]: [Box<dyn FnMut()>; 3] = [
            Box::new(publish_receive_direct()),
            Box::new(publish_fan_out_direct()),
            Box::new(match_pattern_direct()),
        ];
        (0..3).for_each(|_| {
            [&mut first, &mut second, &mut third]
                .into_iter()
                .for_each(|workload| workload())
        });
        assert!(Trie::matches(PatternSyntax::Amqp, PATTERN, TOPIC));
        match_pattern(&open_trie())();
    }
}
