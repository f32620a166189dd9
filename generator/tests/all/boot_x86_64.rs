//! Boots of the kernel for x86_64 that can't succeed: what the loader left is broken, or something of the machine is missing. Each ends
//! by itself, with the line and the status of the stage that couldn't be finished.

use std::fs;

use lathe::boot::machine::{Machine, Setup, Target};

use crate::support::kernel::{Bench, golden, has_transcripts};

/// Where the forged start information lies, behind a few instructions that stand in for a loader.
const FORGED: u64 = 0x380_0000;
const INFORMATION: u64 = FORGED + 64;
const MAP: u64 = FORGED + 256;
/// What start information begins with.
const MAGIC: u32 = 0x336e_c578;
/// A usable range of a memory map.
const USABLE: u32 = 1;

/// What a loader hands over, as far as it can be wrong.
struct Information {
    magic: u32,
    version: u32,
    modules: (u32, u64),
    map: u64,
    /// As many as there are, if none is given.
    count: Option<u32>,
    /// Start, length and kind.
    ranges: Vec<(u64, u64, u32)>,
}

impl Information {
    /// Without a fault.
    fn good() -> Information {
        Information {
            magic: MAGIC,
            version: 1,
            modules: (0, 0),
            map: MAP,
            count: None,
            ranges: vec![(0, 0x9_fc00, USABLE), (0x10_0000, 0x3f0_0000, USABLE)],
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes: Vec<u8> = [self.magic, self.version, 0, self.modules.0].map(u32::to_le_bytes).concat();
        bytes.extend([self.modules.1, 0, 0, self.map].map(u64::to_le_bytes).concat());
        let count = self.count.unwrap_or(self.ranges.len() as u32);
        bytes.extend([count, 0].map(u32::to_le_bytes).concat());
        bytes.resize((MAP - INFORMATION) as usize, 0);
        for (start, length, kind) in &self.ranges {
            bytes.extend([*start, *length].map(u64::to_le_bytes).concat());
            bytes.extend([*kind, 0].map(u32::to_le_bytes).concat());
        }
        bytes
    }
}

impl Bench {
    #[track_caller]
    fn fails(&self, more: &[&str], line: &str, status: i32) {
        self.ends_with(self.setup(Machine::Microvm, more), line, status);
    }

    /// Boots a copy of the kernel that is entered by way of instructions that put another address, or the address of forged start
    /// information, where the loader's is.
    #[track_caller]
    fn fails_with(&self, address: u32, information: &Information, line: &str, status: i32) {
        let mut elf = fs::read(&self.kernel).expect("the kernel was built");
        let note = [&[4, 0, 0, 0, 8, 0, 0, 0, 18, 0, 0, 0][..], b"Xen\0"].concat();
        let at = elf.windows(note.len()).position(|bytes| bytes == note);
        let at = at.expect("the kernel has the note of its entry") + note.len();
        let entry = elf[at..at + 4].to_vec();
        elf[at..at + 8].copy_from_slice(&FORGED.to_le_bytes());
        let kernel = self.folder.path().join("kernel");
        fs::write(&kernel, elf).expect("the kernel can be written");
        // mov ebx, address; mov eax, entry; jmp eax
        let mut forged = [&[0xbb][..], &address.to_le_bytes(), &[0xb8], &entry, &[0xff, 0xe0]].concat();
        forged.resize((INFORMATION - FORGED) as usize, 0);
        forged.extend(information.bytes());
        let path = self.folder.path().join("forged");
        fs::write(&path, forged).expect("the start information can be written");
        let loader = format!("loader,file={},addr={FORGED:#x},force-raw=on", path.display());
        let setup = Setup {
            kernel,
            ..self.setup(Machine::Microvm, &["-device", &loader])
        };
        self.ends_with(setup, line, status);
    }

    #[track_caller]
    fn fails_with_information(&self, information: &Information, line: &str, status: i32) {
        self.fails_with(INFORMATION as u32, information, line, status);
    }
}

#[test]
fn broken_start_information() {
    let Some(bench) = Bench::new(Target::X8664) else { return };
    let good = Information::good();
    // That the forgery itself is sound: it gets as far as a boot without programs does.
    bench.fails_with_information(&good, "stage 11 root failed: no boot module", 55);
    let line = "stage 01 entry failed: the start information lies outside memory";
    bench.fails_with(0, &good, line, 35);
    bench.fails_with(0xffff_fff0, &good, line, 35);
    let line = "stage 01 entry failed: the start information doesn't begin with its magic number";
    bench.fails_with_information(
        &Information {
            magic: 1,
            ..Information::good()
        },
        line,
        35,
    );
    let modules = (1, 1 << 63);
    let line = "stage 01 entry failed: the module list lies outside memory";
    bench.fails_with_information(
        &Information {
            modules,
            ..Information::good()
        },
        line,
        35,
    );
}

#[test]
fn no_memory_map_or_a_broken_one() {
    let Some(bench) = Bench::new(Target::X8664) else { return };
    let ranges = |ranges: &[(u64, u64, u32)]| Information {
        ranges: ranges.to_vec(),
        ..Information::good()
    };
    let cases = [
        (
            Information {
                version: 0,
                ..Information::good()
            },
            "the start information is of a version without memory map",
        ),
        (ranges(&[]), "no memory map"),
        (
            Information {
                map: 1 << 40,
                ..Information::good()
            },
            "the memory map lies outside memory",
        ),
        (
            Information {
                count: Some(100_000),
                ..Information::good()
            },
            "the memory map has too many entries to be one",
        ),
        (
            ranges(&[(0x10_0000, u64::MAX, USABLE)]),
            "a range of the memory map wraps around",
        ),
        (
            ranges(&[(0x10_0000, 0x100_0000, USABLE), (0x20_0000, 0x10_0000, USABLE)]),
            "two usable ranges of the memory map overlap",
        ),
        (ranges(&[(0x10_0000, 0x3f0_0000, 2)]), "no memory map"),
        (ranges(&[(0x10_0000, 0x30_0000, USABLE)]), "less than 4 MiB of usable memory"),
    ];
    for (information, why) in cases {
        bench.fails_with_information(&information, &format!("stage 03 memory_map failed: {why}"), 39);
    }
}

#[test]
fn too_little_memory() {
    let Some(bench) = Bench::new(Target::X8664) else { return };
    let line = "stage 03 memory_map failed: less than 4 MiB of usable memory";
    let setup = Setup {
        memory: 4,
        ..bench.setup(Machine::Microvm, &[])
    };
    bench.ends_with(setup, line, 39);
}

#[test]
fn a_device_is_missing() {
    let Some(bench) = Bench::new(Target::X8664) else { return };
    let line = "stage 05 paging failed: the processor can't keep pages from being executed";
    bench.fails(&["-cpu", "qemu64,-nx"], line, 43);
    let line = "stage 06 interrupts failed: the processor has no local interrupt controller";
    bench.fails(&["-cpu", "qemu64,-apic"], line, 45);
    // Without long mode there is no way to the code that prints.
    bench.fails(&["-cpu", "qemu64,-lm"], "", 35);
    // The debug port of QEMU takes what no serial line does.
    let port = bench.folder.path().join("port");
    let debug = format!("file:{}", port.display());
    bench.fails(&["-M", "microvm,isa-serial=off", "-debugcon", &debug], "", 37);
    let said = fs::read_to_string(port).expect("the debug port was written to");
    assert_eq!(said, "stage 02 console failed: no serial line at 0x3f8\n");
}

#[test]
fn no_user_programs() {
    let Some(bench) = Bench::new(Target::X8664) else { return };
    for (machine, name) in [(Machine::Microvm, "microvm"), (Machine::Q35, "q35")] {
        let line = "stage 11 root failed: no boot module";
        let log = bench.ends_with(bench.setup(machine, &[]), line, 55);
        golden(&format!("boot_{name}"), &log);
    }
    let module = bench.folder.path().join("module");
    fs::write(&module, [0; 100]).expect("a module can be written");
    let module = module.display().to_string();
    let line = "stage 11 root failed: the boot module is no ELF file for 64 bits";
    bench.fails(&["-initrd", &module], line, 55);
}

#[test]
fn the_self_tests_print_what_they_print_on_the_host() {
    let Some(bench) = Bench::new(Target::X8664) else {
        return;
    };
    // ud2
    let program = bench.program(62, &[0x0f, 0x0b]);
    let setup = bench.setup(Machine::Microvm, &["-initrd", &program]);
    has_transcripts(&bench.ends_with(setup, "the root process ended with status 0xfffffffffffffffb", 57));
}
