//! The start of the kernel, and how it fails.

mod support;

use exo_facts::{Handle, Stage, initial, limits};
use exo_kernel::hosted::{Hosted, boot, kernel, program, smallest_program};
use exo_kernel::{BootInformation, Configuration, Kernel, MemoryRange, ProcessId};
use support::root;

#[test]
fn the_stages_print_their_markers() {
    let mut kernel = kernel();
    let markers: String = [
        Stage::MemoryMap,
        Stage::Frames,
        Stage::Paging,
        Stage::Capabilities,
        Stage::Halt,
        Stage::Blocks,
        Stage::Root,
    ]
    .iter()
    .map(|stage| format!("{}\n", stage.marker()))
    .collect();
    assert_eq!(kernel.machine.transcript(), markers);
    assert_eq!(kernel.current(), ProcessId(1));
    assert_eq!(kernel.outcome(), None);
    kernel.check_invariants().unwrap();
}

#[test]
fn root_holds_what_the_spec_says() {
    let kernel = kernel();
    for capability in initial::ALL {
        let granted = kernel.check(capability.handle(), capability.kind, capability.rights).unwrap();
        assert_eq!(granted.rights, capability.rights, "{}", capability.name);
    }
    assert!(kernel.check_any(Handle(0), exo_facts::Rights::NONE).is_err());
    assert_eq!(root::PROCESS, 1 << 32 | 1);
}

#[track_caller]
fn fails(memory: u64, program: &[u8], stage: Stage, reason: &str) {
    let failure = boot(memory, program, Configuration::default())
        .err()
        .expect("a kernel that doesn't start");
    assert_eq!((failure.stage, failure.reason), (stage, reason));
}

#[test]
fn a_machine_without_memory_is_refused() {
    let start = |usable: &[MemoryRange]| {
        let none = MemoryRange::default();
        let boot = BootInformation {
            usable,
            reserved: &[],
            module: none,
            disk: none,
            argument: 0,
        };
        Kernel::new(Hosted::new(8 << 20), &boot, Configuration::default())
            .err()
            .unwrap()
    };
    assert_eq!(start(&[]).reason, "no memory map");
    assert_eq!(
        start(&[MemoryRange {
            start: 0x10_0000,
            end: 0x20_0000
        }])
        .reason,
        "less than 4 MiB of usable memory"
    );
    assert_eq!(start(&[MemoryRange { start: 9, end: 3 }]).stage, Stage::MemoryMap);
    let scattered: Vec<_> = (0..32)
        .map(|part| MemoryRange {
            start: part << 32 | 0x10_0000,
            end: part << 32 | 0x18_0000,
        })
        .collect();
    assert_eq!(start(&scattered).stage, Stage::Frames);
}

#[test]
fn little_memory_is_enough_and_less_is_refused() {
    boot(
        6 << 20,
        &smallest_program(),
        Configuration {
            arena_bytes: 64 << 10,
            disk_blocks: 4,
            ..Configuration::default()
        },
    )
    .unwrap();
    fails(
        2 << 20,
        &smallest_program(),
        Stage::MemoryMap,
        "less than 4 MiB of usable memory",
    );
    let configuration = Configuration {
        disk_blocks: 100_000,
        ..Configuration::default()
    };
    let failure = boot(8 << 20, &smallest_program(), configuration).err().unwrap();
    assert_eq!((failure.stage, failure.reason), (Stage::Blocks, "no memory for a disk"));
}

#[test]
fn programs_that_are_broken_are_refused() {
    let start = limits::PROGRAM_START;
    let fails = |program: &[u8], reason| fails(8 << 20, program, Stage::Root, reason);
    fails(b"", "no boot module");
    fails(b"\x7fELF", "the boot module is no ELF file");
    fails(&[0; 100], "the boot module is no ELF file for 64 bits");
    fails(&program(&[], start), "the program has no segments");
    fails(
        &program(&[(5, 0x1000, &[0; 8], 8)], start),
        "a segment lies outside the addresses of the program",
    );
    fails(
        &program(&[(5, u64::MAX - 4, &[0; 8], 8)], start),
        "a segment lies outside the addresses of the program",
    );
    fails(&program(&[(5, start, &[0; 8], 4)], start), "a segment lies outside the file");
    fails(
        &program(&[(5, start, &[0; 8], u64::MAX)], start),
        "a segment lies outside the addresses of the program",
    );
    fails(
        &program(&[(5, start, &[0; 8], 8), (6, start + 8, &[0; 8], 8)], start),
        "two segments share a page",
    );
    fails(
        &program(&[(4, start, &[0; 8], 8)], start),
        "the program doesn't begin in a segment that can be executed",
    );
    fails(
        &program(&[(7, start, &[0; 8], 8)], start),
        "a segment can be both written and executed",
    );
    fails(
        &program(&[(5, start, &[0; 8], 8)], start + 8),
        "the program doesn't begin in a segment that can be executed",
    );
    fails(&program(&[(5, start, &[0; 8], 12 << 20)], start), "no memory for the program");
    let mut cut = smallest_program();
    cut.truncate(100);
    fails(&cut, "a segment lies outside the file");
    let many = [(5u32, start, [0u8; 1].as_slice(), 1u64); 9].into_iter().enumerate();
    let many: Vec<_> = many
        .map(|(index, (flags, _, bytes, length))| (flags, start + 0x1000 * index as u64, bytes, length))
        .collect();
    fails(&program(&many, start), "the program has too many segments");
}

/// Any damage to a program ends in a start or in a failure of the stage.
#[test]
fn damaged_programs_are_harmless() {
    let whole = program(
        &[
            (5, limits::PROGRAM_START, &[1; 600], 600),
            (6, limits::PROGRAM_START + 0x1000, &[2; 30], 9000),
        ],
        limits::PROGRAM_START,
    );
    let mut random = fastrand::Rng::with_seed(6);
    for _ in 0..200 {
        let mut damaged = whole.clone();
        for _ in 0..random.usize(1..4) {
            let place = random.usize(..176);
            damaged[place] = random.u8(..);
        }
        match boot(
            8 << 20,
            &damaged,
            Configuration {
                arena_bytes: 4096 * 4,
                ..Configuration::default()
            },
        ) {
            Ok(mut kernel) => kernel.check_invariants().unwrap(),
            Err(failure) => assert_eq!(failure.stage, Stage::Root),
        }
    }
}
