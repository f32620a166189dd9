//! Which law rejects which broken broker, and that all laws hold for the honest ones.

use abi_facts::messaging::{Backend, MessagingBackend, PatternSyntax};
use abi_laws::messaging::broken::*;
use abi_laws::messaging::{self, Fixture};
use abi_laws::{Law, Violation};
use abi_messaging_exact::Exact;
use abi_messaging_trie::Trie;

const OPERATIONS: &[(&str, u32)] = &[
    ("publish", 8),
    ("receive", 8),
    ("accept", 4),
    ("retry", 3),
    ("reject", 1),
    ("advance", 2),
    ("subscribe", 1),
    ("unsubscribe", 1),
    ("take", 1),
];

const LAWS: [(&str, u32); 23] = [
    ("matching_small", 1),
    ("matching_random", 1_000),
    ("routing_small", 1),
    ("routing_random", 800),
    ("ten_thousand_patterns", 10),
    ("any_bytes", 300),
    ("order", 40),
    ("order_threads", 800),
    ("retry_limit", 5),
    ("visibility_timeout", 4),
    ("back_pressure", 1_000),
    ("waiting_publish", 20),
    ("waiting_receive", 20),
    ("dead_letter_bound", 20),
    ("conservation", 4_000),
    ("conservation_threads", 2_000),
    ("refusal_threads", 2_000),
    ("closing", 60),
    ("limits", 1),
    ("topic_table", 300),
    ("clock_jumps", 1),
    ("panicking_clock", 40),
    ("", 0),
];

/// Tries one law; those about patterns with each syntax.
fn try_law<B: Backend>(id: &'static str) -> Result<(), Violation> {
    let cases = LAWS.iter().find(|(law, _)| *law == id).map_or(0, |(_, cases)| *cases);
    assert!(cases > 0, "no law `{id}`");
    let law = &Law {
        id,
        cases,
        seed: 1,
        tolerance: 0.0,
        ops: OPERATIONS,
    };
    let fixture = &Fixture::new(MessagingBackend::Exact);
    let each = |check: fn(&Law, &Fixture, PatternSyntax) -> Result<(), Violation>| {
        PatternSyntax::ALL.iter().try_for_each(|syntax| check(law, fixture, *syntax))
    };
    match id {
        "matching_small" => each(messaging::matching_small::<B>),
        "matching_random" => each(messaging::matching_random::<B>),
        "routing_small" => each(messaging::routing_small::<B>),
        "routing_random" => each(messaging::routing_random::<B>),
        "ten_thousand_patterns" => each(messaging::ten_thousand_patterns::<B>),
        "any_bytes" => each(messaging::any_bytes::<B>),
        "order" => messaging::order::<B>(law, fixture),
        "order_threads" => messaging::order_threads::<B>(law, fixture),
        "retry_limit" => messaging::retry_limit::<B>(law, fixture),
        "visibility_timeout" => messaging::visibility_timeout::<B>(law, fixture),
        "back_pressure" => messaging::back_pressure::<B>(law, fixture),
        "waiting_publish" => messaging::waiting_publish::<B>(law, fixture),
        "waiting_receive" => messaging::waiting_receive::<B>(law, fixture),
        "dead_letter_bound" => messaging::dead_letter_bound::<B>(law, fixture),
        "conservation" => messaging::conservation::<B>(law, fixture),
        "conservation_threads" => messaging::conservation_threads::<B>(law, fixture),
        "refusal_threads" => messaging::refusal_threads::<B>(law, fixture),
        "closing" => messaging::closing::<B>(law, fixture),
        "limits" => messaging::limits::<B>(law, fixture),
        "topic_table" => messaging::topic_table::<B>(law, fixture),
        "clock_jumps" => messaging::clock_jumps::<B>(law, fixture),
        "panicking_clock" => messaging::panicking_clock::<B>(law, fixture),
        _ => unreachable!("no law `{id}`"),
    }
}

#[track_caller]
fn rejects<F: Fault>(laws: &[&'static str], text: &str) {
    for law in laws {
        let violation = try_law::<Broken<F>>(law).expect_err(law);
        println!("{law}: {violation}");
        assert!(laws[0] != *law || violation.text.contains(text), "{law}: {violation}");
    }
}

/// The reference without a fault.
struct None;

impl Fault for None {}

#[test]
fn the_reference_obeys() {
    for (law, cases) in LAWS {
        if cases > 0 {
            try_law::<Exact>(law).unwrap_or_else(|violation| panic!("{law}: {violation}"));
        }
    }
}

#[test]
fn the_trie_obeys() {
    for (law, cases) in LAWS {
        if cases > 0 {
            try_law::<Trie>(law).unwrap_or_else(|violation| panic!("{law}: {violation}"));
        }
    }
}

#[test]
fn what_the_broken_are_made_of_obeys() {
    for law in [
        "matching_small",
        "order",
        "conservation",
        "conservation_threads",
        "back_pressure",
    ] {
        try_law::<Broken<None>>(law).unwrap_or_else(|violation| panic!("{law}: {violation}"));
    }
}

#[test]
fn the_wrong_hash() {
    rejects::<HashEndsMatch>(
        &[
            "matching_small",
            "matching_random",
            "routing_small",
            "routing_random",
            "ten_thousand_patterns",
        ],
        "must be false",
    );
    rejects::<HashForgetsParent>(&["matching_small"], "must be true");
    rejects::<HashShowsSystem>(&["matching_small"], "must be false");
}

#[test]
fn closing() {
    rejects::<CloseForgets>(&["closing"], "still takes subscriptions");
}

#[test]
fn refusals() {
    rejects::<ReservesBeforeRefusing>(&["refusal_threads"], "while other publishes are refused");
}

#[test]
fn retries() {
    rejects::<RetryNeverComes>(
        &["retry_limit", "conservation", "clock_jumps", "panicking_clock"],
        "0 dead letters after 1 attempts",
    );
    rejects::<RetryWithoutDelay>(&["retry_limit"], "the delay has just begun");
    rejects::<AcceptComesAgain>(&["conservation", "conservation_threads", "back_pressure"], "had ended before");
    rejects::<LateSettlementSucceeds>(&["visibility_timeout", "limits"], "DeliveryNotFound");
    rejects::<NeverRedelivers>(&["visibility_timeout"], "that nobody settled");
}

#[test]
fn losses() {
    rejects::<LosesUnderThreads>(&["conservation_threads", "order_threads"], "were lost");
    rejects::<DropsOldestDeadLetter>(&["dead_letter_bound", "conservation"], "rejection 1 with room for 1 gives Ok");
    rejects::<AcknowledgesRefused>(&["back_pressure", "conservation"], "that has no room");
}

#[test]
fn bounds() {
    rejects::<IgnoresQueueBound>(&["back_pressure", "waiting_publish"], "that has no room");
    rejects::<TakesZeroForOne>(&["limits"], "queue_capacity = 0");
    rejects::<KeepsAllTopics>(&["topic_table"], "must be None");
}

#[test]
fn order_and_waiting() {
    rejects::<SecondFirst>(&["order"], "when it was the turn of 0");
    rejects::<NeverWaits>(&["waiting_publish", "waiting_receive"], "never came");
}

#[test]
fn clocks_and_locks() {
    rejects::<WaitsForClock>(&["clock_jumps"], "since the clock went back");
    rejects::<PoisonedForGood>(&["panicking_clock"], "after the clock panicked gives");
}

/// A broker that fails at every call is rejected by every law, without a panic and without a wait that doesn't end.
#[test]
fn failing() {
    for (law, cases) in LAWS {
        if cases > 0 {
            try_law::<Broken<AlwaysFails>>(law).expect_err(law);
        }
    }
}
