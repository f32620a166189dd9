//! The hosted kernel as a [`System`], and the fuzzer over all of its processes.

extern crate std;

use std::format;
use std::string::String;
use std::vec::Vec;

use exo_facts::{Rights, Syscall, initial};
use exo_kernel::hosted::{Hosted, boot, smallest_program};
use exo_kernel::{Configuration, Kernel, Reply};

use crate::{Fuzzer, System};

mod observers;
mod processes;

/// The kernel of plain memory.
pub type Exo = Kernel<Hosted>;

/// A way to make a call: that of the gate, or one with a fault in it.
pub type Dispatch = fn(&mut Exo, u64, &[u64; 6]) -> Reply;

/// The first process of a hosted kernel.
pub struct Root {
    /// The kernel.
    pub kernel: Exo,
    dispatch: Dispatch,
    /// Its page of memory.
    page: u64,
    second: Option<processes::Second>,
}

/// Where the first process has a page of memory.
const MEMORY: u64 = 0x2000_0000;

/// Ticks until whoever waits is given up.
const PATIENCE: u32 = 1_000;

fn start() -> Result<Exo, String> {
    let kernel = boot(8 << 20, &smallest_program(), Configuration::default());
    kernel.map_err(|failure| format!("the kernel doesn't start: {}", failure.reason))
}

/// Maps a page for the first process; the capability to it.
fn map_memory(kernel: &mut Exo) -> Result<u64, String> {
    let space = initial::ALL.iter().find(|one| one.index == initial::SPACE);
    let space = space.map_or(0, |space| space.handle().0);
    let mut call = |call: Syscall, arguments: [u64; 6]| match exo_gate::dispatch(kernel, call.number(), &arguments) {
        Reply::Value { status: 0, value } => Ok(value),
        reply => Err(format!("{call}: {reply:?}")),
    };
    let page = call(Syscall::PageAllocate, [1, 0, 0, 0, 0, 0])?;
    let rights = u64::from(Rights::READ.join(Rights::WRITE).bits());
    call(Syscall::PageMap, [space, page, 0, MEMORY, rights, 0]).map(|_| page)
}

impl Root {
    /// A kernel that has just been started, and makes its calls in the given way.
    ///
    /// # Errors
    ///
    /// When it doesn't start.
    pub fn new(dispatch: Dispatch) -> Result<Root, String> {
        let mut kernel = start()?;
        let page = map_memory(&mut kernel)?;
        Ok(Root { kernel, dispatch, page, second: None })
    }
}

impl System for Root {
    fn call(&mut self, number: u64, arguments: [u64; 6]) -> (u64, u64) {
        let own = self.kernel.current();
        let before = *self.kernel.current_registers();
        match (self.dispatch)(&mut self.kernel, number, &arguments) {
            Reply::Value { status, value } => (status, value),
            Reply::Switched => {
                for _ in 0..PATIENCE {
                    if self.kernel.current() == own {
                        let registers = self.kernel.current_registers();
                        return (registers.status, registers.value);
                    }
                    self.kernel.machine.now += 1;
                    self.kernel.tick();
                }
                (before.status, before.value)
            }
        }
    }

    fn memory(&self) -> u64 {
        MEMORY
    }

    fn state(&mut self) -> u64 {
        let kernel = &mut self.kernel;
        let console = kernel.machine.console.len() as u64;
        let parts = [kernel.free_frames(), u64::from(kernel.current().0), console, kernel.machine.activations];
        parts.iter().fold(0, |digest: u64, part| (digest ^ part).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn is_quiet(&self) -> bool {
        true
    }
}

/// What the fuzzer did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Calls made.
    pub calls: u64,
    /// Those that succeeded at once.
    pub succeeded: u64,
    /// Those that were refused.
    pub refused: u64,
    /// Those after which another process could run.
    pub switched: u64,
    /// Kernels started anew, since all processes had ended or waited for ever.
    pub restarts: u64,
}

/// Makes calls for whichever process runs. Holds every answer to what the spec says of the call, and the tables of the kernel to their
/// invariants every `between` calls.
///
/// # Errors
///
/// The first answer that the spec doesn't allow, or the first invariant that doesn't hold.
pub fn fuzz(seed: u64, calls: u64, between: u64, dispatch: Dispatch) -> Result<Statistics, String> {
    let handles: Vec<u64> = initial::ALL.iter().map(|one| one.handle().0).collect();
    let mut statistics = Statistics::default();
    let mut fuzzer = Fuzzer::new(seed, &handles, MEMORY);
    let mut root = Root::new(dispatch)?;
    while statistics.calls < calls {
        let kernel = &mut root.kernel;
        let mut idle = 0;
        while kernel.current() == exo_kernel::ProcessId::IDLE && kernel.outcome().is_none() && idle < PATIENCE {
            idle += 1;
            kernel.machine.now += 1;
            kernel.tick();
        }
        if kernel.current() == exo_kernel::ProcessId::IDLE {
            statistics.restarts += 1;
            fuzzer = Fuzzer::new(seed.wrapping_add(statistics.restarts), &handles, MEMORY);
            root = Root::new(dispatch)?;
            continue;
        }
        let (number, arguments) = fuzzer.call();
        let told = |what: &str| {
            let call = exo_facts::decode::call(number, &arguments);
            format!("seed {seed}, call {}: {call}: {what}", statistics.calls)
        };
        let reply = dispatch(kernel, number, &arguments);
        match reply {
            Reply::Value { status: 0, value } => {
                statistics.succeeded += 1;
                fuzzer.learn(number, 0, value);
            }
            Reply::Value { status, value } => {
                statistics.refused += 1;
                judge(number, status, value).map_err(|fault| told(&fault))?;
            }
            Reply::Switched => statistics.switched += 1,
        }
        if statistics.calls.is_multiple_of(between) {
            kernel.check_invariants().map_err(told)?;
        }
        if statistics.calls.is_multiple_of(64) {
            kernel.machine.now += 1;
            kernel.tick();
        }
        statistics.calls += 1;
    }
    Ok(statistics)
}

/// What is wrong with a refusal.
fn judge(number: u64, status: u64, value: u64) -> Result<(), String> {
    let Err(error) = exo_facts::result(status) else {
        return Err(format!("the status {status:#x} is no error"));
    };
    if value != 0 {
        return Err(format!("the value {value:#x} beside {}", error.name()));
    }
    match Syscall::from_number(number) {
        Some(call) if call.errors().contains(&error) => Ok(()),
        None if error == exo_facts::Error::NoSuchCall => Ok(()),
        _ => Err(format!("{} is no error of it", error.name())),
    }
}

