//! The transcript of the self-tests, which a booted kernel prints too.

use expect_test::expect_file;

#[test]
fn transcript() {
    let mut transcript = String::new();
    assert_eq!(exo_kernel::self_tests(&mut transcript), Ok(0), "{transcript}");
    #[cfg(feature = "halt")]
    expect_file!["golden/self-tests.txt"].assert_eq(&transcript);
}
