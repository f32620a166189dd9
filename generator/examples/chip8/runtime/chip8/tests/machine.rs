//! Whole programs: clock, endings and traps.

use chip8_facts::{TrapKind, assemble};
use chip8_oracle::step;
use chip8_runtime::{Ending, Machine, Options};

/// Runs a program; how it ended, and the machine.
fn run(text: &str, options: Options) -> (Option<Ending>, Machine) {
    let image = assemble(text).unwrap_or_else(|errors| panic!("{errors}"));
    let mut machine = Machine::new(&image, options, step).unwrap_or_else(|error| panic!("{error}"));
    let _ = machine.run();
    (machine.tick(), machine)
}

/// The trap with which a program ends.
fn trap(text: &str) -> (u16, TrapKind) {
    match run(text, Options::default()).0 {
        Some(Ending::Trapped(at, trap)) => (at, trap.kind()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_goes_wrong_is_a_trap() {
    assert_eq!(trap("word 0x5001"), (0x200, TrapKind::UnknownInstruction));
    assert_eq!(trap("sys 0x300"), (0x200, TrapKind::MachineCode));
    assert_eq!(trap("ret"), (0x200, TrapKind::StackUnderflow));
    assert_eq!(trap("again: call again"), (0x200, TrapKind::StackOverflow));
    assert_eq!(trap("ld v0, 0xFF\njp v0, 0xF01"), (0x1000, TrapKind::CounterOutOfMemory));
    assert_eq!(trap("jp 0xFFF"), (0xFFF, TrapKind::CounterOutOfMemory));
    assert_eq!(trap("ld i, 0xFFE\nld b, v0"), (0x202, TrapKind::AddressOutOfMemory));
    assert_eq!(trap("ld i, 0xFFE\ndrw v0, v0, 3"), (0x202, TrapKind::AddressOutOfMemory));
    assert_eq!(trap("ld i, 0xFFE\nld [i], v2"), (0x202, TrapKind::AddressOutOfMemory));
    assert_eq!(trap("ld i, 0xFFE\nld v2, [i]"), (0x202, TrapKind::AddressOutOfMemory));
}

#[test]
fn a_jump_to_itself_ends_a_program() {
    let (ending, machine) = run("ld v0, 1\nstop: jp stop", Options::default());
    assert_eq!(ending, Some(Ending::Halted));
    assert_eq!(machine.state().v[0], 1);
}

#[test]
fn waiting_for_a_key_is_no_end() {
    let options = Options {
        ticks: 5,
        ..Options::default()
    };
    assert_eq!(run("ld v0, k", options).0, Some(Ending::TimeUp));
}

#[test]
fn the_clock_counts_the_timers_down() {
    let text = "ld v0, 3\nld dt, v0\nld st, v0\nagain: add v1, 1\njp again";
    let options = Options {
        ticks: 2,
        speed: 5,
        ..Options::default()
    };
    let (ending, machine) = run(text, options.clone());
    assert_eq!(ending, Some(Ending::TimeUp));
    assert_eq!((machine.state().dt, machine.state().st), (1, 1));
    let (_, machine) = run(text, Options { ticks: 9, ..options });
    assert_eq!((machine.state().dt, machine.state().st), (0, 0));
    assert!(
        machine
            .report()
            .ends_with("time is up after 9 ticks, 45 instructions, 3 ticks of sound\n"),
        "{}",
        machine.report()
    );
}

#[test]
fn a_run_can_be_repeated() {
    let text = "again: rnd v0, 0xFF\nrnd v1, 0xFF\nld f, v0\ndrw v0, v1, 5\njp again";
    let of = |seed| {
        let options = Options {
            seed,
            ticks: 20,
            ..Options::default()
        };
        run(text, options).1.report()
    };
    assert_eq!(of(3), of(3));
    assert_ne!(of(3), of(4));
}
