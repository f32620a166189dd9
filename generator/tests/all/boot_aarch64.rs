//! Boots of the kernel for aarch64 that can't succeed: what the loader left is broken, or something of the machine is missing. Each ends
//! by itself, with the line and the status of the stage that couldn't be finished.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lathe::boot::machine::{Machine, PROGRAMS_ON_VIRT, Setup, Target};

use crate::support::kernel::{Bench, golden, has_transcripts};

/// Where memory starts on `virt`, and the device tree lies.
const MEMORY: u64 = 0x4000_0000;

impl Bench {
    /// The device tree that QEMU makes.
    fn tree(&self) -> Vec<u8> {
        let path = self.folder.path().join("virt.dtb");
        let made = Command::new(&self.emulator)
            .args(["-cpu", "cortex-a57", "-m", "64", "-nodefaults", "-display", "none", "-M"])
            .arg(format!("virt,dumpdtb={}", path.display()))
            .output()
            .expect("the emulator can be run");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        fs::read(path).expect("the tree was written")
    }

    /// A kernel that brings its own device tree: where an image for Arm covers the start of memory, QEMU puts nothing there.
    fn with_tree(&self, tree: &[u8]) -> PathBuf {
        let path = self.folder.path().join("kernel-with-tree");
        let mut elf = fs::read(&self.kernel).expect("the kernel was built");
        let heads = u64::from_le_bytes(elf[32..40].try_into().expect("eight bytes")) as usize;
        let (size, count) = (u16::from_le_bytes([elf[54], elf[55]]), u16::from_le_bytes([elf[56], elf[57]]));
        let mut table = elf[heads..heads + usize::from(size * count)].to_vec();
        elf.resize(elf.len().next_multiple_of(4096), 0);
        table.extend([1_u32, 4].into_iter().flat_map(u32::to_le_bytes));
        let length = tree.len() as u64;
        table.extend(
            [elf.len() as u64, MEMORY, MEMORY, length, length, 4096]
                .into_iter()
                .flat_map(u64::to_le_bytes),
        );
        elf.extend(tree);
        elf.resize(elf.len().next_multiple_of(8), 0);
        let heads = elf.len() as u64;
        elf.extend(table);
        elf[32..40].copy_from_slice(&heads.to_le_bytes());
        elf[56..58].copy_from_slice(&(count + 1).to_le_bytes());
        fs::write(&path, elf).expect("the kernel can be written");
        path
    }

    /// Boots without user programs, and wants the last line and a status.
    #[track_caller]
    fn kernel_fails(&self, kernel: &Path, more: &[&str], line: &str, status: i32) {
        let setup = Setup {
            kernel: kernel.to_owned(),
            ..self.setup(Machine::Virt, more)
        };
        self.ends_with(setup, line, status);
    }

    /// The same with a device tree in which some bytes are others.
    #[track_caller]
    fn fails_with_tree(&self, from: &[u8], to: &[u8], line: &str, status: i32) {
        let mut tree = self.tree();
        // The rest is room for additions.
        tree.truncate(0x2000);
        let at = tree
            .windows(from.len())
            .position(|bytes| bytes == from)
            .expect("the tree has these bytes");
        tree[at..at + to.len()].copy_from_slice(to);
        self.kernel_fails(&self.with_tree(&tree), &[], line, status);
    }
}

#[test]
fn a_broken_device_tree() {
    let Some(bench) = Bench::new(Target::Aarch64) else {
        return;
    };
    let line = "stage 01 entry failed: device tree, byte 0x0: doesn't start with 0xd00dfeed";
    bench.kernel_fails(&bench.with_tree(b"no device tree"), &[], line, 35);
    let line = "stage 01 entry failed: device tree, byte 0x4: a length or an offset reaches beyond the tree";
    bench.fails_with_tree(&[0xd0, 0x0d, 0xfe, 0xed, 0], &[0xd0, 0x0d, 0xfe, 0xed, 0x7f], line, 35);
    let line = "stage 01 entry failed: device tree, byte 0x40: not a token";
    bench.fails_with_tree(&[0, 0, 0, 1, 0, 0, 0, 0], &[0, 0, 0, 7], line, 35);
}

#[test]
fn no_memory_map() {
    let Some(bench) = Bench::new(Target::Aarch64) else {
        return;
    };
    let line = "stage 03 memory_map failed: the device tree names no memory";
    bench.fails_with_tree(b"memory\0", b"mammal\0", line, 39);
}

#[test]
fn too_little_memory() {
    let Some(bench) = Bench::new(Target::Aarch64) else {
        return;
    };
    let setup = Setup {
        memory: 5,
        ..bench.setup(Machine::Virt, &[])
    };
    bench.ends_with(setup, "stage 03 memory_map failed: less than 4 MiB of usable memory", 39);
}

#[test]
fn a_device_is_missing() {
    let Some(bench) = Bench::new(Target::Aarch64) else {
        return;
    };
    let line = "stage 06 interrupts failed: no GICv2 in the device tree";
    bench.kernel_fails(&bench.kernel, &["-M", "virt,gic-version=3"], line, 45);
    let line = "stage 07 timer failed: no generic timer in the device tree";
    bench.fails_with_tree(b"arm,armv8-timer", b"arm,armv8-clock", line, 47);
}

#[test]
fn no_user_programs() {
    let Some(bench) = Bench::new(Target::Aarch64) else {
        return;
    };
    let line = "stage 11 root failed: the boot module is no ELF file for 64 bits";
    let log = bench.ends_with(bench.setup(Machine::Virt, &[]), line, 55);
    golden("boot_virt", &log);
}

#[test]
fn a_level_that_is_for_firmware() {
    let Some(bench) = Bench::new(Target::Aarch64) else {
        return;
    };
    bench.kernel_fails(&bench.kernel, &["-M", "virt,secure=on"], "", 35);
}

#[test]
fn the_self_tests_print_what_they_print_on_the_host() {
    let Some(bench) = Bench::new(Target::Aarch64) else {
        return;
    };
    // udf #0
    let program = bench.program(183, &[0, 0, 0, 0]);
    let loader = format!("loader,file={program},addr={PROGRAMS_ON_VIRT:#x},force-raw=on");
    let setup = bench.setup(Machine::Virt, &["-device", &loader]);
    has_transcripts(&bench.ends_with(setup, "the root process ended with status 0xfffffffffffffffb", 57));
}
