//! What the benchmarks do. The backends are own code, so that there is no library to measure beside them.

use std::hint::black_box;
use std::time::Duration;

use abi_facts::messaging::{Backend, MessagingConfig, Outcome, PatternSyntax};

const PAYLOAD: [u8; 64] = [7; 64];
const PATTERN: &[u8] = b"sensor.*.#.celsius.now";
const TOPIC: &[u8] = b"sensor.north.floor3.room17.rack2.unit5.celsius.now";

/// How what is measured is opened.
pub fn config() -> MessagingConfig {
    MessagingConfig::default()
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

/// One pattern against one topic.
pub fn match_pattern<B: Backend>(_: &B) -> impl FnMut() + use<B> {
    || {
        black_box(B::matches(PatternSyntax::Amqp, black_box(PATTERN), black_box(TOPIC)));
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
    use std::sync::Arc;

    use abi_facts::clock::ManualClock;
    use abi_messaging_trie::Trie;

    use super::*;

    fn trie() -> Trie {
        Trie::open(&config(), Arc::new(ManualClock::new())).expect("the default configuration is allowed")
    }

    #[test]
    fn the_workloads_run() {
        let (first, second, third) = (trie(), trie(), trie());
        let mut workloads: [Box<dyn FnMut()>; 3] = [
            Box::new(publish_receive(&first)),
            Box::new(publish_fan_out(&second)),
            Box::new(match_pattern(&third)),
        ];
        (0..3).for_each(|_| workloads.iter_mut().for_each(|workload| workload()));
        assert!(Trie::matches(PatternSyntax::Amqp, PATTERN, TOPIC));
    }
}
