//! The user programs, in one image. The low bits of a process's argument select what it runs, see [`program::Program`].

#![no_std]
#![no_main]

mod arch;
mod conformance;
mod console;
mod crowd;
mod faults;
mod laws;
#[cfg(target_os = "linux")]
#[path = "../../x86_64/src/library.rs"]
mod library;
mod measure;
mod program;
mod root;
mod spawn;

/// Every process begins here: `_start` passes on its argument.
extern "C" fn main(argument: u64) -> ! {
    let status = program::run(argument);
    exit(status)
}

/// Ends this process.
fn exit(status: u64) -> ! {
    exo_user::process_exit(status)
}

/// What a panic of a program ends it with. There is no console here that all programs could write to.
pub const PANIC_STATUS: u64 = 101;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    exit(PANIC_STATUS)
}
