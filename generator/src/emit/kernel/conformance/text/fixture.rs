//! What the programs work with: an object of every kind, held with every right that its maker gets.

use exo_facts::{Error, Handle, Kind, ParameterKind, Rights, Syscall, initial};

use crate::System;

/// Makes a call; its value, or its error.
pub fn ask(system: &mut dyn System, call: Syscall, arguments: &[u64]) -> Result<u64, Error> {
    let mut words = [0; 6];
    for (word, argument) in words.iter_mut().zip(arguments) {
        *word = *argument;
    }
    let (status, value) = system.call(call.number(), words);
    exo_facts::result(status).map(|()| value)
}

/// The handle of an initial capability.
fn initial(index: u32) -> u64 {
    let all = initial::ALL.iter();
    all.filter(|one| one.index == index).map(|one| one.handle().0).next().unwrap_or(0)
}

/// The objects.
#[derive(Debug)]
pub struct Fixture {
    page: u64,
    space: u64,
    process: u64,
    endpoint: u64,
    timer: u64,
    irq: u64,
    block: u64,
    account: u64,
    /// The account that the caller pays from.
    pub own_account: u64,
    atom: u64,
    console: u64,
    /// A value that an atom can hold.
    pub word: u64,
}

/// The line that is used: no device of the machines that are booted interrupts on it.
const LINE: u64 = 9;

impl Fixture {
    /// Makes the objects.
    ///
    /// # Errors
    ///
    /// Those of the calls that make them.
    pub fn new(system: &mut dyn System) -> Result<Fixture, Error> {
        let space = ask(system, Syscall::SpaceCreate, &[])?;
        let blocks = u64::from(Rights::READ.join(Rights::WRITE).join(Rights::GRANT).bits());
        let (word, atom) = atom(system)?;
        Ok(Fixture {
            page: ask(system, Syscall::PageAllocate, &[2])?,
            space,
            process: ask(system, Syscall::ProcessCreate, &[space, initial(initial::ACCOUNT)])?,
            endpoint: ask(system, Syscall::EndpointCreate, &[])?,
            timer: ask(system, Syscall::TimerCreate, &[])?,
            irq: ask(system, Syscall::IrqAllocate, &[initial(initial::IRQ), LINE])?,
            block: ask(system, Syscall::BlockDerive, &[initial(initial::BLOCKS), 0, 1, blocks])?,
            account: ask(system, Syscall::CapCopy, &[initial(initial::ACCOUNT), 0])?,
            own_account: initial(initial::ACCOUNT),
            atom,
            console: ask(system, Syscall::CapCopy, &[initial(initial::CONSOLE), 0])?,
            word,
        })
    }

    /// Drops what [`Fixture::new`] made.
    ///
    /// # Errors
    ///
    /// Those of the calls: a handle that is no longer valid has been lost.
    pub fn close(self, system: &mut dyn System) -> Result<(), Error> {
        for kind in Kind::ALL {
            match self.strong(Some(kind)) {
                0 => {}
                handle => drop(ask(system, Syscall::CapDrop, &[handle])?),
            }
        }
        Ok(())
    }

    /// A handle with all rights; of an account where any kind will do. Zero for an atom of a kernel that has none.
    pub fn strong(&self, kind: Option<Kind>) -> u64 {
        match kind {
            Some(Kind::Page) => self.page,
            Some(Kind::Space) => self.space,
            Some(Kind::Process) => self.process,
            Some(Kind::Endpoint) => self.endpoint,
            Some(Kind::Timer) => self.timer,
            Some(Kind::Irq) => self.irq,
            Some(Kind::Block) => self.block,
            Some(Kind::Account) | None => self.account,
            Some(Kind::Atom) => self.atom,
            Some(Kind::Console) => self.console,
        }
    }

    /// Arguments with which nothing is wrong as far as the gate can tell.
    pub fn arguments(&self, call: Syscall, memory: u64) -> [u64; 6] {
        let mut words = [0; 6];
        for (word, parameter) in words.iter_mut().zip(call.parameters()) {
            *word = match parameter.kind {
                ParameterKind::Capability { kind, .. } => self.strong(kind),
                ParameterKind::Rights => u64::from(Rights::READ.bits()),
                ParameterKind::Address => memory,
                ParameterKind::Count | ParameterKind::Ticks | ParameterKind::Gas => 1,
                ParameterKind::Length => 16,
                ParameterKind::Word => self.word,
                ParameterKind::Index => 0,
            };
        }
        words
    }

    /// Whether the kernel has what a call works on.
    pub fn has(&self, call: Syscall) -> bool {
        self.atom != 0 || call.group() != "atoms"
    }

    /// A digest of what the caller can see of the objects.
    ///
    /// # Errors
    ///
    /// When one of them is gone.
    pub fn seen(&self, system: &mut dyn System) -> Result<u64, Error> {
        let mut digest = 0u64;
        for kind in Kind::ALL {
            let handle = self.strong(Some(kind));
            if handle != 0 {
                let word = ask(system, Syscall::CapInspect, &[handle])?;
                digest = (digest ^ word).wrapping_mul(0x0100_0000_01b3).rotate_left(7);
            }
        }
        Ok(digest ^ system.state())
    }
}

/// A word that is a value by itself, and an atom that holds it; zeros where the kernel has no atoms.
fn atom(system: &mut dyn System) -> Result<(u64, u64), Error> {
    let mut last = Error::BadValue;
    for word in 0..16 {
        match ask(system, Syscall::AtomCreate, &[word]) {
            Ok(atom) => return Ok((word, atom)),
            Err(Error::NoSuchCall) => return Ok((0, 0)),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// A handle that names nothing anywhere.
pub const NOWHERE: [u64; 4] = [
    Handle::new(0, 1).0,
    Handle::new(u32::MAX, 1).0,
    Handle::new(exo_facts::limits::CAPABILITIES as u32, 1).0,
    u64::MAX,
];
