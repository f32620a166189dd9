//! Boots of a kernel's image without the programs that it is for.

use std::path::{Path, PathBuf};
use std::time::Duration;

use lathe::boot::image::{self, Recipe};
use lathe::boot::library;
use lathe::boot::machine::{self, Machine, Setup, Target};
use lathe::boot::run::{self, End};
use lathe::model::Model;
use lathe::model::target::Targets;

/// What is needed for a boot.
pub struct Bench {
    pub emulator: PathBuf,
    pub kernel: PathBuf,
    pub folder: tempfile::TempDir,
}

impl Bench {
    /// With the kernel for a target; `None` where something isn't installed.
    pub fn new(target: Target) -> Option<Bench> {
        let Some(emulator) = machine::find_emulator(target) else {
            left_out(&format!("there is no {}: {}", target.emulator(), target.how_to_install()));
            return None;
        };
        // The usual triple: the others that the spec names are for machines without it, and what these tests ask is the same there.
        let mut model = Model::default();
        model.insert(Targets::default());
        let library = match library::choose(repository(), &model, target, None) {
            Ok(library) => library,
            Err(lacking) => {
                left_out(&format!("there is no library for {}: {lacking:?}", target.triple()));
                return None;
            }
        };
        // One image for all tests, which would replace each other's: its own tests run only where there is a program.
        let recipe = Recipe {
            folder: image::folder(target),
            features: vec!["self-tests"],
            bare: false,
        };
        let kernel = image::build(repository(), &library.triple, &recipe, &mut |_| ()).expect("the image can be built");
        Some(Bench {
            emulator,
            kernel,
            folder: tempfile::tempdir().expect("a temporary folder"),
        })
    }

    /// Boots, and wants the last line and a status. The whole log.
    #[track_caller]
    pub fn ends_with(&self, setup: Setup, line: &str, status: i32) -> String {
        let ran = run::run(&self.emulator, &setup, Duration::from_secs(60), &mut |_| ()).expect("the emulator can be run");
        let (log, complaints) = (ran.log, ran.complaints);
        assert_eq!(log.lines().last().unwrap_or_default(), line, "{log}{complaints}");
        assert_eq!(ran.end, End::Status(status), "{log}{complaints}");
        log
    }

    /// A machine with this kernel and 64 MiB.
    pub fn setup(&self, machine: Machine, more: &[&str]) -> Setup {
        Setup {
            machine,
            memory: 64,
            kernel: self.kernel.clone(),
            more: more.iter().map(Into::into).collect(),
        }
    }

    /// A file with a program of these instructions for the root process, which is loaded at 0x400000; `machine` is the number that ELF has
    /// for the processor.
    pub fn program(&self, machine: u16, code: &[u8]) -> String {
        let (headers, address) = (120, 0x40_0000_u64);
        let length = headers + code.len() as u64;
        let mut elf = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
        elf.extend([2, machine].map(u16::to_le_bytes).concat());
        elf.extend(1_u32.to_le_bytes());
        elf.extend([address + headers, 64, 0].map(u64::to_le_bytes).concat());
        elf.extend(0_u32.to_le_bytes());
        elf.extend([64_u16, 56, 1, 64, 0, 0].map(u16::to_le_bytes).concat());
        // One segment, to be read and executed.
        elf.extend([1_u32, 5].map(u32::to_le_bytes).concat());
        elf.extend([0, address, address, length, length, 4096].map(u64::to_le_bytes).concat());
        elf.extend(code);
        let path = self.folder.path().join("program");
        std::fs::write(&path, elf).expect("the program can be written");
        path.display().to_string()
    }
}

/// Holds a text against `tests/golden/<name>.txt`; with `UPDATE_EXPECT=1` in the environment, it becomes that.
#[track_caller]
pub fn golden(name: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{name}.txt"));
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, found).expect("the expectation can be written");
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    let difference = lathe::report::lines::plain(&expected, found, ["expected", "found"], 3);
    assert!(expected == found, "{difference}");
}

/// Wants the transcripts of the self-tests, as the kernel's crates print them on the host, in a log.
#[track_caller]
pub fn has_transcripts(log: &str) {
    for name in ["self-tests", "call-tests"] {
        let path = repository().join(format!("runtime/exo/tests/golden/{name}.txt"));
        let expected = std::fs::read_to_string(&path).expect("the transcript is there");
        assert!(log.contains(&expected), "{log}\nlacks\n{expected}");
    }
    assert!(log.contains("\npass self-tests\n"), "{log}");
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the generator lies in the repository")
}

/// Says that a test is left out, which is a failure where `LATHE_REQUIRE` has `qemu`.
fn left_out(why: &str) {
    let required = std::env::var("LATHE_REQUIRE").unwrap_or_default();
    assert!(
        !required.split(',').any(|name| name == "qemu"),
        "LATHE_REQUIRE names `qemu`, but {why}"
    );
    eprintln!("skipped: {why}");
}
