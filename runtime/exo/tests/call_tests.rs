//! The transcript of the tests of calls, which is the same in a booted kernel. `UPDATE_EXPECT=1` writes it anew.
#![cfg(feature = "halt")]

use exo_kernel::hosted::{boot, smallest_program};
use exo_kernel::{Configuration, Policy};
use expect_test::expect_file;

#[test]
fn the_transcript_is_golden() {
    for (memory, policy) in [(8 << 20, Policy::Weights), (32 << 20, Policy::Weights)] {
        let mut kernel = boot(
            memory,
            &smallest_program(),
            Configuration {
                policy,
                ..Configuration::default()
            },
        )
        .unwrap();
        let before = kernel.machine.console.len();
        let free = kernel.free_frames();
        assert_eq!(kernel.call_tests(), 0, "{}", kernel.machine.transcript());
        assert_eq!(kernel.free_frames(), free, "nothing is left behind");
        let transcript = String::from_utf8(kernel.machine.console[before..].to_vec()).unwrap();
        expect_file!["golden/call-tests.txt"].assert_eq(&transcript);
    }
}
