//! Tests that run anywhere: hosted, and in a booted kernel before its first process runs, with the same transcript on every machine.
//!
//! They call the handlers in the name of the root process. Each takes back what it made, and the balance of root is set back at the end.

use core::fmt::Write;

use exo_facts::{Error, Handle, Kind, Rights, limits};

use crate::capabilities::key;
use crate::frames::NotTaken;
use crate::kernel::{Kernel, ROOT};
use crate::machine::Machine;
use crate::paging;
use crate::process::State;
use crate::reply::{Granted, Reply};
use crate::scheduler::beatty::Word;

/// What it is called, what comes to a figure, and the figure.
type Case<M> = (&'static str, fn(&mut Kernel<M>) -> Result<u64, Error>, u64);

/// Where pages are mapped: far from the program and its stack.
const AT: u64 = 0x6000_0000;

impl<M: Machine> Kernel<M> {
    /// Runs all tests, prints a line for each, and returns how many failed. The root process is current and hasn't run yet.
    pub fn call_tests(&mut self) -> u32 {
        let cases: &[Case<M>] = &[
            ("turns of the first of two in 10000", beatty_turns, 6180),
            ("decisions that differ from the closed form", beatty_differences, 0),
            ("turns by weights", turns_by_weights, 100_200_300),
            ("rights that derivation refused to add", refused_rights, 5),
            ("children and grandchildren revoked", revoked, 120),
            ("depth of a chain revoked", revoked_chain, 200),
            ("handles refused", refused_handles, 6),
            ("mappings left after a revocation", overlap, 0b1010),
            ("frames not given back", frames_lost, 0),
            ("frees of what isn't taken refused", refused_frees, 2),
            ("gas that a transfer made or lost", gas_difference, 0),
            ("gas refused", refused_gas, 4),
            ("switches by messages", switches, 3),
            ("blocks that came back as they were written", blocks, 1),
            #[cfg(feature = "halt")]
            ("fork parts ways", fork, 4_104),
        ];
        let balance = *self.current_balance();
        let mut failed = 0;
        for (name, run, expected) in cases {
            let result = run(self);
            let sound = self.check_invariants();
            let mut line = Console(self);
            let written = match (result, sound) {
                (_, Err(broken)) => writeln!(line, "exo: {name}: {broken}"),
                (Err(error), _) => writeln!(line, "exo: {name}: {}", error.name()),
                (Ok(figure), Ok(())) if figure == *expected => writeln!(line, "exo: {name}: {figure}"),
                (Ok(figure), Ok(())) => writeln!(line, "exo: {name}: {figure}, not {expected}"),
            };
            failed += u32::from(written.is_err() || sound.is_err() || result != Ok(*expected));
        }
        let _ = writeln!(Console(self), "exo: {} tests, {failed} failed", cases.len());
        *self.current_balance() = balance;
        failed
    }

    /// A capability of the current process, as the gate would find it; without what a platform knows of callers, since there is none.
    fn granted(&self, handle: Handle) -> Result<Granted, Error> {
        self.capabilities.check_any(handle, key(self.current), Rights::NONE)
    }

    fn checked(&self, handle: Handle, kind: Kind, rights: Rights) -> Result<Granted, Error> {
        self.capabilities.check(handle, key(self.current), kind, rights)
    }

    fn initial(&self, index: u32) -> Result<Granted, Error> {
        self.granted(Handle::new(index, limits::FIRST_EPOCH as u32))
    }

    /// A process of the root's space that is ready: its capability.
    fn test_process(&mut self) -> Result<Granted, Error> {
        let (space, account) = (
            self.initial(exo_facts::initial::SPACE)?,
            self.initial(exo_facts::initial::ACCOUNT)?,
        );
        let handle = self.process_create(space, account)?;
        let process = self.granted(handle)?;
        self.process_start(process, limits::PROGRAM_START, AT, 0)?;
        Ok(process)
    }

    fn give_up(&mut self, capability: Granted) {
        let _ = self.cap_drop(capability);
    }
}

/// Writes to the serial line of a kernel.
struct Console<'a, M: Machine>(&'a mut Kernel<M>);

impl<M: Machine> Write for Console<'_, M> {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        self.0.machine.write_console(text.as_bytes());
        Ok(())
    }
}

fn beatty_turns<M: Machine>(_: &mut Kernel<M>) -> Result<u64, Error> {
    let mut word = Word::new();
    Ok((0..10_000).filter(|_| word.next_is_first()).count() as u64)
}

fn beatty_differences<M: Machine>(_: &mut Kernel<M>) -> Result<u64, Error> {
    let (mut word, mut first, mut different) = (Word::new(), 0u64, 0);
    for k in 1..=10_000 {
        let n = first + 1;
        let closed = (n + (5 * n * n).isqrt()) / 2 == k;
        let chosen = word.next_is_first();
        first += u64::from(chosen);
        different += u64::from(chosen != closed);
    }
    Ok(different)
}

/// Root and three others, with weights 1 to 3.
fn turns_by_weights<M: Machine>(kernel: &mut Kernel<M>) -> Result<u64, Error> {
    let processes = [kernel.test_process()?, kernel.test_process()?, kernel.test_process()?];
    for (weight, process) in (1..).zip(processes) {
        kernel.process_weight(process, weight)?;
    }
    let mut turns = [0u64; 3];
    for _ in 0..700 {
        kernel.next_turn();
        for (count, process) in turns.iter_mut().zip(processes) {
            *count += u64::from(kernel.current == process.object);
        }
    }
    back_to_root(kernel);
    for process in processes {
        kernel.give_up(process);
    }
    Ok(turns[0] * 1_000_000 + turns[1] * 1_000 + turns[2])
}

fn back_to_root<M: Machine>(kernel: &mut Kernel<M>) {
    for _ in 0..100 {
        if kernel.current != ROOT {
            kernel.next_turn();
        }
    }
}

fn refused_rights<M: Machine>(kernel: &mut Kernel<M>) -> Result<u64, Error> {
    let handle = kernel.page_allocate(1)?;
    let page = kernel.granted(handle)?;
    let weak = kernel.cap_derive(page, Rights::READ | Rights::GRANT)?;
    let all = [Rights::WRITE, Rights::EXECUTE, Rights::CONTROL, Rights::MINT, Rights::ALL];
    let refused = all
        .iter()
        .filter(|rights| kernel.checked(weak, Kind::Page, **rights) == Err(Error::Denied))
        .count();
    kernel.give_up(page);
    Ok(refused as u64)
}

fn revoked<M: Machine>(kernel: &mut Kernel<M>) -> Result<u64, Error> {
    let handle = kernel.endpoint_create()?;
    let endpoint = kernel.granted(handle)?;
    let mut children = 0;
    for _ in 0..30 {
        let child = kernel.cap_copy(endpoint, None)?;
        let child = kernel.granted(child)?;
        for _ in 0..3 {
            kernel.cap_copy(child, None)?;
        }
        children += 4;
    }
    let reply = kernel.cap_revoke(endpoint);
    kernel.give_up(endpoint);
    Ok(if reply == Reply::value(children) { children } else { 0 })
}

fn revoked_chain<M: Machine>(kernel: &mut Kernel<M>) -> Result<u64, Error> {
    let handle = kernel.endpoint_create()?;
    let endpoint = kernel.granted(handle)?;
    let mut last = endpoint;
    for _ in 0..200 {
        let next = kernel.cap_copy(last, None)?;
        last = kernel.granted(next)?;
    }
    let reply = kernel.cap_revoke(endpoint);
    kernel.give_up(endpoint);
    Ok(if reply == Reply::value(200) { 200 } else { 0 })
}

/// Null, beyond the table, stale, forged, of another kind, foreign.
fn refused_handles<M: Machine>(kernel: &mut Kernel<M>) -> Result<u64, Error> {
    let stale = kernel.endpoint_create()?;
    let endpoint = kernel.granted(stale)?;
    kernel.give_up(endpoint);
    let process = kernel.test_process()?;
    let account = kernel.initial(exo_facts::initial::ACCOUNT)?;
    let foreign = kernel.cap_copy(account, Some(process))?;
    let other_kind = Handle::new(exo_facts::initial::SPACE, limits::FIRST_EPOCH as u32);
    let handles = [
        Handle::NULL,
        Handle(u64::MAX),
        stale,
        Handle(stale.0 ^ 1 << 63),
        other_kind,
        foreign,
    ];
    let refused = handles
        .iter()
        .filter(|handle| kernel.checked(**handle, Kind::Account, Rights::NONE).is_err())
        .count();
    kernel.give_up(process);
    Ok(refused as u64)
}

/// A bit for each of four mappings of one frame through overlapping capabilities, after one of these was revoked.
fn overlap<M: Machine>(kernel: &mut Kernel<M>) -> Result<u64, Error> {
    let handle = kernel.page_allocate(4)?;
    let page = kernel.granted(handle)?;
    let space = kernel.initial(exo_facts::initial::SPACE)?;
    let reader = kernel.page_derive(page, 0, 3, Rights::READ | Rights::CONTROL | Rights::GRANT)?;
    let reader = kernel.granted(reader)?;
    let writer = kernel.page_derive(page, 1, 3, Rights::READ | Rights::WRITE)?;
    let writer = kernel.granted(writer)?;
    let below = kernel.page_derive(reader, 1, 1, Rights::READ)?;
    let below = kernel.granted(below)?;
    let mappings = [
        (reader, 1, Rights::READ),
        (writer, 0, Rights::READ | Rights::WRITE),
        (below, 0, Rights::READ),
        (page, 1, Rights::READ),
    ];
    for (place, (capability, index, permissions)) in mappings.into_iter().enumerate() {
        kernel.page_map(space, capability, index, AT + 0x1000 * place as u64, permissions)?;
    }
    let _ = kernel.page_revoke(reader);
    let root = kernel.spaces[space.object].root;
    let left = (0..4).map(|place| u64::from(paging::lookup(&mut kernel.machine, root, AT + 0x1000 * place).is_some()) << place);
    let left = left.sum();
    kernel.give_up(page);
    Ok(left)
}

fn frames_lost<M: Machine>(kernel: &mut Kernel<M>) -> Result<u64, Error> {
    let before = kernel.free_frames();
    let (pages, space) = (kernel.page_allocate(5)?, kernel.space_create()?);
    let (pages, space) = (kernel.granted(pages)?, kernel.granted(space)?);
    kernel.page_map(space, pages, 3, AT, Rights::READ)?;
    kernel.give_up(space);
    kernel.give_up(pages);
    Ok(before.abs_diff(kernel.free_frames()))
}

fn refused_frees<M: Machine>(kernel: &mut Kernel<M>) -> Result<u64, Error> {
    let first = kernel.frames.take(3).ok_or(Error::NoMemory)?;
    let more = kernel.frames.give(first, u64::MAX);
    kernel.frames.give(first, 3).map_err(|NotTaken| Error::BadState)?;
    let again = kernel.frames.give(first, 3);
    Ok([more, again].iter().filter(|result| **result == Err(NotTaken)).count() as u64)
}

fn gas_difference<M: Machine>(kernel: &mut Kernel<M>) -> Result<u64, Error> {
    let handle = kernel.account_create()?;
    let (account, own) = (kernel.granted(handle)?, kernel.initial(exo_facts::initial::ACCOUNT)?);
    let before = kernel.account_query(own)?;
    kernel.account_transfer(own, account, 12_345)?;
    let after = kernel.account_query(own)? + kernel.account_query(account)?;
    kernel.account_transfer(account, own, 12_345)?;
    kernel.give_up(account);
    Ok(before.abs_diff(after))
}

/// More than there is, more than fits, twice, and minting without the right.
fn refused_gas<M: Machine>(kernel: &mut Kernel<M>) -> Result<u64, Error> {
    let handle = kernel.account_create()?;
    let (account, own) = (kernel.granted(handle)?, kernel.initial(exo_facts::initial::ACCOUNT)?);
    let refused = [
        kernel.account_transfer(account, own, 1) == Err(Error::NoGas),
        kernel.account_mint(own, u64::MAX) == Err(Error::Overflow),
        kernel.account_mint(account, u64::MAX).is_ok() && kernel.account_transfer(own, account, 1) == Err(Error::Overflow),
        kernel.checked(handle, Kind::Account, Rights::MINT) == Err(Error::Denied),
    ];
    kernel.give_up(account);
    Ok(refused.iter().filter(|refused| **refused).count() as u64)
}

/// Another waits, root calls it, it replies.
fn switches<M: Machine>(kernel: &mut Kernel<M>) -> Result<u64, Error> {
    let process = kernel.test_process()?;
    let handle = kernel.endpoint_create()?;
    let endpoint = kernel.granted(handle)?;
    let copy = kernel.cap_copy(endpoint, Some(process))?;
    let mut seen = 0;
    let _ = kernel.process_yield(Some(process));
    seen += u64::from(kernel.current == process.object);
    let copy = kernel.checked(copy, Kind::Endpoint, Rights::READ)?;
    let _ = kernel.endpoint_receive(copy);
    back_to_root(kernel);
    let _ = kernel.endpoint_call(endpoint, 1, 2, 3, 4, None);
    // A platform may watch whoever it can't let go on directly.
    let waits = matches!(
        kernel.processes[ROOT].state,
        State::AwaitingReply | State::AwaitingReplyWatched
    );
    seen += u64::from(kernel.current == process.object && waits);
    let _ = kernel.endpoint_reply(5, 6, 7, 8, None);
    seen += u64::from(kernel.current == ROOT && kernel.is_ready(ROOT));
    kernel.give_up(process);
    kernel.give_up(endpoint);
    Ok(seen)
}

fn blocks<M: Machine>(kernel: &mut Kernel<M>) -> Result<u64, Error> {
    let handle = kernel.page_allocate(2)?;
    let (page, disk) = (kernel.granted(handle)?, kernel.initial(exo_facts::initial::BLOCKS)?);
    let frame = |index: u32| crate::machine::Frame(u64::from(page.first + index));
    kernel
        .machine
        .frame(frame(0))
        .iter_mut()
        .zip(1..)
        .for_each(|(word, number)| *word = number);
    kernel.block_write(disk, 0, page, 0)?;
    kernel.block_read(disk, 0, page, 1)?;
    let same = kernel
        .machine
        .frame(frame(1))
        .iter()
        .zip(1..)
        .all(|(word, number)| *word == number);
    kernel.machine.frame(frame(0)).fill(0);
    kernel.block_write(disk, 0, page, 0)?;
    kernel.give_up(page);
    Ok(u64::from(same))
}

#[cfg(feature = "halt")]
fn fork<M: Machine>(kernel: &mut Kernel<M>) -> Result<u64, Error> {
    let atom = kernel.atom_create(4 << 2)?;
    let atom = kernel.granted(atom)?;
    let forked = kernel.atom_fork(atom)?;
    let forked = kernel.granted(forked)?;
    kernel.atom_swap(forked, 104 << 2)?;
    let figure = (kernel.atom_load(atom)? >> 2) * 1000 + (kernel.atom_load(forked)? >> 2);
    kernel.give_up(atom);
    kernel.give_up(forked);
    Ok(figure)
}
