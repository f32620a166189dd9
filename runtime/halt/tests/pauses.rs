//! What the workloads of the example `pauses` count is exact.
#![cfg(not(loom))]

#[path = "../examples/pauses/workloads.rs"]
#[allow(dead_code, reason = "times are for the example")]
mod workloads;

use expect_test::expect_file;

#[test]
fn counts_are_the_same_in_every_run() {
    expect_file!["golden/pauses.md"].assert_eq(&workloads::counts(&workloads::run_all()));
}
