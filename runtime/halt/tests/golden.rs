//! The transcript of the self-tests, which a booted kernel prints too.
#![cfg(not(loom))]

use expect_test::expect_file;

#[test]
fn transcript() {
    let mut transcript = String::new();
    assert_eq!(halt::self_tests(&mut transcript), Ok(0), "{transcript}");
    expect_file!["golden/self-tests.txt"].assert_eq(&transcript);
}
