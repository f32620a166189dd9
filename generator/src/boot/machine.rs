//! The machines that a kernel is booted on, and how QEMU is asked for them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::Serialize;

/// Where the kernel for aarch64 expects the user programs: `platform/aarch64` says why QEMU has to be told.
pub const PROGRAMS_ON_VIRT: u64 = 0x4020_0000;

/// A processor that the kernel is built for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Target {
    /// 64-bit x86.
    #[default]
    #[value(name = "x86_64")]
    #[serde(rename = "x86_64")]
    X8664,
    /// 64-bit Arm.
    #[value(name = "aarch64")]
    Aarch64,
}

impl Target {
    /// Every target, in the order in which they are booted.
    pub const ALL: [Target; 2] = [Target::X8664, Target::Aarch64];

    /// Its name: that of its spec in `spec/targets/` and of its folder in `platform/`.
    pub fn name(self) -> &'static str {
        match self {
            Target::X8664 => "x86_64",
            Target::Aarch64 => "aarch64",
        }
    }

    /// The triple that the image and the user programs are compiled for where no spec says it.
    pub fn triple(self) -> &'static str {
        match self {
            Target::X8664 => "x86_64-unknown-none",
            Target::Aarch64 => "aarch64-unknown-none",
        }
    }

    /// The program that emulates it.
    pub fn emulator(self) -> &'static str {
        match self {
            Target::X8664 => "qemu-system-x86_64",
            Target::Aarch64 => "qemu-system-aarch64",
        }
    }

    /// The command that installs that program on Debian and Ubuntu. Without recommended packages: the whole set can clash there.
    pub fn how_to_install(self) -> String {
        let package = match self {
            Target::X8664 => "qemu-system-x86",
            Target::Aarch64 => "qemu-system-arm",
        };
        format!("apt-get update && apt-get install -y --no-install-recommends {package}")
    }

    /// The machine that is booted if none is named.
    pub fn machine(self) -> Machine {
        match self {
            Target::X8664 => Machine::Microvm,
            Target::Aarch64 => Machine::Virt,
        }
    }
}

/// A machine that QEMU emulates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Machine {
    /// x86_64 with next to no devices: the quickest to start.
    Microvm,
    /// x86_64 with the chip set of a PC.
    Q35,
    /// aarch64.
    Virt,
}

impl Machine {
    /// Its name, as QEMU has it.
    pub fn name(self) -> &'static str {
        match self {
            Machine::Microvm => "microvm",
            Machine::Q35 => "q35",
            Machine::Virt => "virt",
        }
    }

    /// The processor that it has.
    pub fn target(self) -> Target {
        match self {
            Machine::Microvm | Machine::Q35 => Target::X8664,
            Machine::Virt => Target::Aarch64,
        }
    }
}

/// What is put into a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setup {
    /// The machine.
    pub machine: Machine,
    /// Its memory in MiB.
    pub memory: u32,
    /// The kernel.
    pub kernel: PathBuf,
    /// What is added to the command line: the module with the user programs, or what makes a boot fail on purpose.
    pub more: Vec<OsString>,
}

impl Setup {
    /// The arguments of the emulator. Time is counted in instructions (`-icount`), so that two runs are the same to the byte; with
    /// `sleep=off` time jumps to the next timer when the processor waits.
    pub fn arguments(&self) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = Vec::new();
        let mut add = |words: &[&str]| arguments.extend(words.iter().map(OsString::from));
        match self.machine {
            Machine::Microvm => add(&["-M", "microvm,isa-serial=on"]),
            Machine::Q35 => add(&["-M", "q35"]),
            Machine::Virt => add(&["-M", "virt", "-cpu", "cortex-a57"]),
        }
        add(&["-m", &self.memory.to_string(), "-nodefaults", "-display", "none"]);
        add(&["-serial", "stdio", "-monitor", "none", "-no-reboot"]);
        match self.machine.target() {
            Target::X8664 => add(&["-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"]),
            Target::Aarch64 => add(&["-semihosting"]),
        }
        add(&["-accel", "tcg", "-icount", "shift=0,sleep=off", "-kernel"]);
        arguments.push(self.kernel.clone().into_os_string());
        arguments.extend(self.more.iter().cloned());
        arguments
    }

    /// The command line, for whoever wants to repeat a boot by hand.
    pub fn command_line(&self, root: &Path) -> String {
        let mut words = vec![self.machine.target().emulator().to_owned()];
        for argument in self.arguments() {
            let path = Path::new(&argument);
            let shown = path.strip_prefix(root).unwrap_or(path).display().to_string();
            words.push(if shown.contains(' ') { format!("'{shown}'") } else { shown });
        }
        words.join(" ")
    }
}

/// The emulator on the search path, if it is installed.
pub fn find_emulator(target: Target) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(target.emulator()))
        .find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(machine: Machine) -> String {
        let setup = Setup {
            machine,
            memory: 64,
            kernel: PathBuf::from("/folder/of it/kernel"),
            more: vec!["-initrd".into(), "/folder/of it/programs".into()],
        };
        setup.command_line(Path::new("/folder/of it"))
    }

    #[test]
    fn time_is_counted_in_instructions() {
        assert_eq!(
            line(Machine::Microvm),
            "qemu-system-x86_64 -M microvm,isa-serial=on -m 64 -nodefaults -display none -serial stdio -monitor none -no-reboot \
             -device isa-debug-exit,iobase=0xf4,iosize=0x04 -accel tcg -icount shift=0,sleep=off -kernel kernel -initrd programs"
        );
        for machine in [Machine::Microvm, Machine::Q35, Machine::Virt] {
            assert!(line(machine).contains("-icount shift=0"), "{machine:?}");
            assert!(line(machine).starts_with(machine.target().emulator()));
        }
    }

    #[test]
    fn a_target_is_booted_on_a_machine_of_its_own() {
        for target in Target::ALL {
            assert_eq!(target.machine().target(), target);
            assert!(target.how_to_install().contains("--no-install-recommends"));
        }
    }
}
