//! The laws of the spec, each against a kernel with a fault that breaks it: what is emitted from a law has to catch it.
#![cfg(feature = "halt")]

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use exo_conformance::System;
use exo_conformance::hosted::{Dispatch, Exo, Root};
use exo_conformance::laws::{LAWS, Other, Subject, try_law};
use exo_facts::{Error, Handle, Kind, Rights, Syscall};
use exo_kernel::Reply;

/// The law, the fault, and the expectation that it breaks.
const FAULTS: &[(&str, Dispatch, &str)] = &[
    ("derivation_never_adds", derives_everything, "seen.is_err() ||"),
    ("revoked_stays_revoked", forgets_epochs, "Err(Error::BadHandle)"),
    ("revocation_is_complete", loses_the_fifth_child, "count == size + more + more"),
    (
        "ownership_is_exclusive",
        forgets_owners,
        "they_see_mine == Err(Error::BadHandle)",
    ),
    ("frames_are_counted", keeps_a_frame, "covered + count == before"),
    ("gas_is_conserved", mints_on_transfer, "left + got == filled + other_filled"),
    ("gas_is_never_negative", charges_late, "wild.price() <= balance ||"),
    ("minting_needs_the_right", mints_for_all, "made == Err(Error::Denied)"),
    ("errors_have_no_effect", leaves_a_trace, "answer.is_ok() ||"),
    ("deposits_come_back", gives_nothing_back, "one + Syscall::AccountQuery.gas()"),
    ("weights_are_kept", ignores_weights, "(1..=ran.len()).all"),
    ("fork_copies_atoms", shares_the_atom, "kept == old"),
    ("values_are_complete", tears_words, "new == second.bytes"),
];

/// The law whose fault is in no call, but in the scheduler.
const BEATTY: &str = "beatty_partitions";

fn violation(name: &str, subject: &mut dyn Subject) -> String {
    let law = LAWS.iter().find(|law| law.name == name).expect("a law of the spec");
    try_law(law, subject, 0).expect_err(name).to_string()
}

#[test]
fn every_law_catches_its_fault() {
    let faults = FAULTS.iter().map(|(name, ..)| *name).chain([BEATTY]);
    let (mut tried, mut all): (Vec<&str>, Vec<&str>) = (faults.collect(), LAWS.iter().map(|law| law.name).collect());
    tried.sort_unstable();
    all.sort_unstable();
    assert_eq!(tried, all, "a fault for each law");
    for (name, dispatch, text) in FAULTS {
        let found = violation(name, &mut Root::new(*dispatch).expect("the kernel starts"));
        assert!(found.contains(text), "{name}: {found}");
    }
}

#[test]
fn a_rounded_word_is_caught() {
    let mut rounded = Rounded(Root::new(exo_gate::dispatch).expect("the kernel starts"));
    let found = violation(BEATTY, &mut rounded);
    assert!(found.contains("let place = |n: u64|"), "{found}");
}

fn is(number: u64, call: Syscall) -> bool {
    number == call.number()
}

/// What is derived has all rights of its origin.
fn derives_everything(kernel: &mut Exo, number: u64, arguments: &[u64; 6]) -> Reply {
    let reply = exo_gate::dispatch(kernel, number, arguments);
    match kernel.check_any(Handle(arguments[0]), Rights::GRANT) {
        Ok(origin) if is(number, Syscall::CapDerive) && matches!(reply, Reply::Value { status: 0, .. }) => {
            kernel.cap_copy(origin, None).into()
        }
        _ => reply,
    }
}

/// Any epoch is as good as that of the row.
fn forgets_epochs(kernel: &mut Exo, number: u64, arguments: &[u64; 6]) -> Reply {
    let mut arguments = *arguments;
    if is(number, Syscall::CapInspect) {
        let index = Handle(arguments[0]).index();
        let mut epochs = (1..256).map(|epoch| Handle::new(index, epoch));
        let live = epochs.find(|handle| kernel.check_any(*handle, Rights::NONE).is_ok());
        arguments[0] = live.map_or(arguments[0], |handle| handle.0);
    }
    exo_gate::dispatch(kernel, number, &arguments)
}

/// As in the model project: the fifth child isn't in the tree.
fn loses_the_fifth_child(kernel: &mut Exo, number: u64, arguments: &[u64; 6]) -> Reply {
    thread_local!(static COPIES: Cell<u64> = const { Cell::new(0) });
    if is(number, Syscall::CapCopy) && arguments[1] == 0 {
        COPIES.set(COPIES.get() + 1);
        if COPIES.get().is_multiple_of(5) {
            return kernel.endpoint_create().into();
        }
    }
    exo_gate::dispatch(kernel, number, arguments)
}

/// What one process may see, all may.
fn forgets_owners(kernel: &mut Exo, number: u64, arguments: &[u64; 6]) -> Reply {
    thread_local!(static SEEN: RefCell<BTreeMap<u64, Reply>> = const { RefCell::new(BTreeMap::new()) });
    let reply = exo_gate::dispatch(kernel, number, arguments);
    if !is(number, Syscall::CapInspect) {
        return reply;
    }
    SEEN.with_borrow_mut(|seen| match reply {
        Reply::Value { status: 0, .. } => *seen.entry(arguments[0]).insert_entry(reply).get(),
        _ => seen.get(&arguments[0]).copied().unwrap_or(reply),
    })
}

/// Each allocation takes a frame too many, which nobody ever gives back.
fn keeps_a_frame(kernel: &mut Exo, number: u64, arguments: &[u64; 6]) -> Reply {
    if is(number, Syscall::PageAllocate) {
        let _ = kernel.page_allocate(1);
    }
    exo_gate::dispatch(kernel, number, arguments)
}

/// A large transfer gives the receiver one unit more.
fn mints_on_transfer(kernel: &mut Exo, number: u64, arguments: &[u64; 6]) -> Reply {
    let reply = exo_gate::dispatch(kernel, number, arguments);
    let to = kernel.check(Handle(arguments[1]), Kind::Account, Rights::NONE);
    if let (true, Ok(to), Reply::DONE) = (is(number, Syscall::AccountTransfer) && arguments[2] > 500, to, reply) {
        let _ = kernel.account_mint(to, 1);
    }
    reply
}

/// The handler runs before it turns out that nobody pays.
fn charges_late(kernel: &mut Exo, number: u64, arguments: &[u64; 6]) -> Reply {
    let reply = exo_gate::dispatch(kernel, number, arguments);
    if reply == Reply::error(Error::NoGas) {
        let _ = kernel.page_allocate(1);
    }
    reply
}

/// The gate forgets the right to mint.
fn mints_for_all(kernel: &mut Exo, number: u64, arguments: &[u64; 6]) -> Reply {
    match kernel.check(Handle(arguments[0]), Kind::Account, Rights::NONE) {
        Ok(account) if is(number, Syscall::AccountMint) => match kernel.charge(Syscall::AccountMint.gas()) {
            Ok(()) => kernel.account_mint(account, arguments[1]).into(),
            Err(error) => Reply::error(error),
        },
        _ => exo_gate::dispatch(kernel, number, arguments),
    }
}

/// A refusal takes a frame.
fn leaves_a_trace(kernel: &mut Exo, number: u64, arguments: &[u64; 6]) -> Reply {
    let reply = exo_gate::dispatch(kernel, number, arguments);
    if reply == Reply::error(Error::WrongKind) {
        let _ = kernel.page_allocate(1);
    }
    reply
}

/// Whoever drops a capability pays as much as comes back.
fn gives_nothing_back(kernel: &mut Exo, number: u64, arguments: &[u64; 6]) -> Reply {
    let before = *kernel.current_balance();
    let reply = exo_gate::dispatch(kernel, number, arguments);
    if is(number, Syscall::CapDrop) {
        let balance = kernel.current_balance();
        *balance = before.min(*balance);
    }
    reply
}

/// All processes have weight 1.
fn ignores_weights(kernel: &mut Exo, number: u64, arguments: &[u64; 6]) -> Reply {
    match is(number, Syscall::ProcessWeight) {
        true => Reply::DONE,
        false => exo_gate::dispatch(kernel, number, arguments),
    }
}

/// A fork is another capability to the same atom.
fn shares_the_atom(kernel: &mut Exo, number: u64, arguments: &[u64; 6]) -> Reply {
    match kernel.check(Handle(arguments[0]), Kind::Atom, Rights::READ) {
        Ok(atom) if is(number, Syscall::AtomFork) => kernel.cap_copy(atom, None).into(),
        _ => exo_gate::dispatch(kernel, number, arguments),
    }
}

/// A load gives half of what the load before it gave.
fn tears_words(kernel: &mut Exo, number: u64, arguments: &[u64; 6]) -> Reply {
    thread_local!(static LAST: Cell<u64> = const { Cell::new(0) });
    match exo_gate::dispatch(kernel, number, arguments) {
        Reply::Value { status: 0, value } if is(number, Syscall::AtomLoad) => {
            let low = if LAST.get() == 0 { value } else { LAST.get() };
            LAST.set(value);
            Reply::value(value >> 32 << 32 | low & 0xffff_ffff)
        }
        reply => reply,
    }
}

/// As in the model project: the golden ratio in 16 bits of fraction, which is first wrong at the 610th turn.
struct Rounded(Root);

impl System for Rounded {
    fn call(&mut self, number: u64, arguments: [u64; 6]) -> (u64, u64) {
        self.0.call(number, arguments)
    }

    fn memory(&self) -> u64 {
        self.0.memory()
    }
}

impl Subject for Rounded {
    fn open_other(&mut self) -> Result<Other, Error> {
        self.0.open_other()
    }

    fn call_as_other(&mut self, number: u64, arguments: [u64; 6]) -> Option<(u64, u64)> {
        self.0.call_as_other(number, arguments)
    }

    fn close_other(&mut self) {
        self.0.close_other();
    }

    fn free_frames(&mut self) -> u64 {
        self.0.free_frames()
    }

    fn turns(&mut self, weights: &[u64], decisions: &mut [u8]) -> Result<(), Error> {
        self.0.turns(weights, decisions)
    }

    fn pair(&mut self, decisions: &mut [u8]) {
        let mut turn = 1;
        for (decision, place) in (1u64..).zip(decisions) {
            let is_first = (turn * 106_039) >> 16 == decision;
            turn += u64::from(is_first);
            *place = u8::from(!is_first);
        }
    }

    fn write(&mut self, at: u64, bytes: &[u8]) {
        self.0.write(at, bytes);
    }

    fn read(&mut self, at: u64, bytes: &mut [u8]) {
        self.0.read(at, bytes);
    }
}
