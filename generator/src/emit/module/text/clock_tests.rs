//! The clock for tests goes where it is told, and never past its ends.

use std::time::Duration;

use FACTS::clock::{Clock, ManualClock};

#[test]
fn it_stands_still_until_it_is_told_otherwise() {
    let clock = ManualClock::new();
    assert_eq!(clock.now(), Duration::ZERO);
    clock.advance(Duration::from_secs(3));
    clock.advance(Duration::from_nanos(1));
    assert_eq!(clock.now(), Duration::new(3, 1));
    clock.set(Duration::from_secs(1));
    assert_eq!(clock.now(), Duration::from_secs(1));
}

#[test]
fn it_stays_at_its_last_instant() {
    let clock = ManualClock::new();
    clock.advance(Duration::MAX);
    assert_eq!(clock.now(), Duration::from_nanos(u64::MAX));
    clock.advance(Duration::from_secs(1));
    assert_eq!(clock.now(), Duration::from_nanos(u64::MAX));
}
