//! The rule of deposits: what an account can keep in the arena of values is what it can pay for, and dead values give it back.
#![cfg(feature = "halt")]

mod support;

use exo_facts::{Error, Handle, Kind, Rights, Syscall, gas};
use exo_kernel::hosted::kernel;
use support::*;

const AT: u64 = 0x50_0000;
/// Bytes in a value, and its words: eight bytes to each, and a header.
const BYTES: u64 = 4000;
const WORDS: u64 = 1 + BYTES / 8;
/// For the value and an atom that holds it.
const DEPOSIT: u64 = WORDS * gas::VALUE_WORD + gas::ATOM;
/// Of its encoded form: a tag and two bytes of length before.
const LENGTH: u64 = 3 + BYTES;

/// A kernel with an encoded value at [`AT`].
fn with_value() -> Exo {
    let mut k = kernel();
    let page = must(&mut k, Syscall::PageAllocate, &[1]);
    let frame = u64::from(k.check(Handle(page), Kind::Page, Rights::NONE).unwrap().first);
    must(&mut k, Syscall::PageMap, &[root::SPACE, page, 0, AT, 3]);
    let mut bytes = vec![4, 0x80 | (BYTES & 0x7f) as u8, (BYTES >> 7) as u8];
    bytes.resize(LENGTH as usize, 9);
    k.machine.write_physical(frame << 12, &bytes);
    k
}

fn price(call: Syscall, arguments: &[u64]) -> u64 {
    let mut words = [0; 6];
    words[..arguments.len()].copy_from_slice(arguments);
    call.price(&words)
}

fn balance(k: &mut Exo, account: u64) -> u64 {
    must(k, Syscall::AccountQuery, &[account])
}

/// Runs a new process, on an account that holds so much beside what it is to keep for calls.
fn run_on(k: &mut Exo, gas: u64) -> (u64, u64) {
    let account = must(k, Syscall::AccountCreate, &[]);
    let process = must(k, Syscall::ProcessCreate, &[root::SPACE, account]);
    must(k, Syscall::AccountTransfer, &[root::ACCOUNT, account, gas + 100 * gas::TICK]);
    must(k, Syscall::ProcessStart, &[process, AT, AT, 0]);
    let _ = call(k, Syscall::ProcessYield, &[process]);
    assert_ne!(k.current().0, 1, "the other runs");
    (account, process)
}

/// Keeps values until that is refused, and says how many they are.
fn hoard(k: &mut Exo) -> u64 {
    let mut kept = 0;
    loop {
        match keep(k) {
            Ok(_) => kept += 1,
            Err(Error::NoGas) => return kept,
            Err(error) => panic!("{error:?} after {kept}"),
        }
        assert_eq!(k.check_invariants(), Ok(()));
    }
}

/// Stores the value and puts it into an atom.
fn keep(k: &mut Exo) -> Result<u64, Error> {
    let value = ask(k, Syscall::ValueStore, &[AT, LENGTH])?;
    ask(k, Syscall::AtomCreate, &[value])
}

#[test]
fn who_cant_pay_for_more_keeps_no_more() {
    let mut k = with_value();
    *k.current_balance() = 5 * DEPOSIT + 100_000;
    let mut atoms = Vec::new();
    let refused = loop {
        match keep(&mut k) {
            Ok(atom) => atoms.push(atom),
            Err(error) => break error,
        }
    };
    assert_eq!((refused, atoms.len()), (Error::NoGas, 5));
    let left = *k.current_balance();
    assert!(left < DEPOSIT, "{left}");

    // An attempt that fails leaves nothing behind but what the call and the collection cost.
    assert_eq!(ask(&mut k, Syscall::ValueStore, &[AT, LENGTH]), Err(Error::NoGas));
    let cost = price(Syscall::ValueStore, &[AT, LENGTH]) + gas::COLLECTION;
    assert_eq!(*k.current_balance(), left - cost);

    // One that is dropped makes room for one, and no more.
    must(&mut k, Syscall::CapDrop, &[atoms.pop().unwrap()]);
    atoms.push(keep(&mut k).expect("a deposit has come back"));
    assert_eq!(keep(&mut k), Err(Error::NoGas));

    // So does one whose atom holds something else.
    must(&mut k, Syscall::AtomSwap, &[atoms[0], 4]);
    keep(&mut k).expect("a deposit has come back");
    assert_eq!(keep(&mut k), Err(Error::NoGas));
}

#[test]
fn a_deposit_comes_back_whole() {
    let mut k = with_value();
    let deposit = WORDS * gas::VALUE_WORD;
    *k.current_balance() = 2 * deposit + 50_000;
    let mut expected = *k.current_balance();
    let mut pay = |amount: u64| {
        expected -= amount;
        expected
    };
    let store = price(Syscall::ValueStore, &[AT, LENGTH]);
    for _ in 0..2 {
        must(&mut k, Syscall::ValueStore, &[AT, LENGTH]);
        let rest = pay(store);
        assert!(*k.current_balance() <= rest - deposit);
    }
    // Nobody holds the two. The third causes a collection, gets both deposits back, and leaves its own.
    must(&mut k, Syscall::ValueStore, &[AT, LENGTH]);
    let rest = pay(store + gas::COLLECTION);
    assert_eq!(*k.current_balance(), rest - deposit);
}

#[test]
fn who_stores_all_it_can_stops_nobody_else() {
    let mut k = with_value();
    // More than once, so that a deposit that was lost would show.
    for _ in 0..3 {
        let (account, process) = run_on(&mut k, 20 * DEPOSIT);
        assert_eq!(hoard(&mut k), 20);
        let _ = call(&mut k, Syscall::ProcessYield, &[]);
        while k.current().0 != 1 {
            k.tick();
        }
        let mine = keep(&mut k).expect("there is room for others");
        must(&mut k, Syscall::CapDrop, &[mine]);
        must(&mut k, Syscall::CapDrop, &[process]);
        must(&mut k, Syscall::CapDrop, &[account]);
        assert_eq!(k.check_invariants(), Ok(()));
    }
}

#[test]
fn a_deposit_outlives_the_process_and_moves_with_the_account() {
    for killed in [false, true] {
        let mut k = with_value();
        let (account, process) = run_on(&mut k, 5 * DEPOSIT);
        assert_eq!(hoard(&mut k), 5);
        if killed {
            let _ = call(&mut k, Syscall::ProcessYield, &[]);
            while k.current().0 != 1 {
                k.tick();
            }
            let before = balance(&mut k, account);
            must(&mut k, Syscall::ProcessKill, &[process]);
            assert_eq!(
                balance(&mut k, account),
                before + 5 * gas::ATOM,
                "the atoms ended with the process"
            );
        } else {
            let _ = call(&mut k, Syscall::ProcessExit, &[0]);
        }
        assert_eq!(k.current().0, 1);
        assert_eq!(k.check_invariants(), Ok(()));

        // Another process is given the account, and the first one's capability to it is gone: what comes back is the heir's.
        let heir = must(&mut k, Syscall::ProcessCreate, &[root::SPACE, account]);
        let theirs = must(&mut k, Syscall::CapCopy, &[account, heir]);
        must(&mut k, Syscall::CapDrop, &[process]);
        must(&mut k, Syscall::ProcessStart, &[heir, AT, AT, 0]);
        let _ = call(&mut k, Syscall::ProcessYield, &[heir]);
        let before = balance(&mut k, theirs);
        assert_eq!(hoard(&mut k), 5);
        let after = balance(&mut k, theirs);
        let least = 5 * price(Syscall::ValueStore, &[AT, LENGTH]) + 5 * Syscall::AtomCreate.gas() + gas::COLLECTION;
        assert!(before - after - 5 * gas::ATOM >= least, "{before} {after}");
        assert_eq!(k.check_invariants(), Ok(()));
    }
}

#[test]
fn an_atom_needs_a_deposit() {
    let mut k = with_value();
    run_on(&mut k, 0);
    *k.current_balance() = Syscall::AtomCreate.gas() + gas::ATOM - 1;
    assert_eq!(ask(&mut k, Syscall::AtomCreate, &[4]), Err(Error::NoGas));
    assert_eq!(*k.current_balance(), gas::ATOM - 1);
    *k.current_balance() = Syscall::AtomCreate.gas() + gas::ATOM;
    let atom = must(&mut k, Syscall::AtomCreate, &[4]);
    assert_eq!(*k.current_balance(), 0);
    *k.current_balance() = Syscall::AtomFork.gas() + gas::ATOM - 1;
    assert_eq!(ask(&mut k, Syscall::AtomFork, &[atom]), Err(Error::NoGas));
    assert_eq!(*k.current_balance(), gas::ATOM - 1);
    assert_eq!(k.check_invariants(), Ok(()));
}

#[test]
fn who_has_no_deposit_causes_no_collection() {
    let mut k = with_value();
    let value = must(&mut k, Syscall::ValueStore, &[AT, LENGTH]);
    run_on(&mut k, 0);
    assert_eq!(ask(&mut k, Syscall::ValueStore, &[AT, LENGTH]), Err(Error::NoGas));
    let _ = call(&mut k, Syscall::ProcessExit, &[0]);
    assert_eq!(k.current().0, 1);
    assert!(ask(&mut k, Syscall::AtomCreate, &[value]).is_ok(), "the word is still good");
}

#[test]
fn an_account_that_is_gone_keeps_its_row_while_its_values_live() {
    let mut k = with_value();
    let endpoint = must(&mut k, Syscall::EndpointCreate, &[]);
    let account = must(&mut k, Syscall::AccountCreate, &[]);
    let process = must(&mut k, Syscall::ProcessCreate, &[root::SPACE, account]);
    must(
        &mut k,
        Syscall::AccountTransfer,
        &[root::ACCOUNT, account, 10 * WORDS * gas::VALUE_WORD],
    );
    must(&mut k, Syscall::CapDrop, &[account]);
    must(&mut k, Syscall::CapCopy, &[endpoint, process]);
    must(&mut k, Syscall::ProcessStart, &[process, AT, AT, 0]);
    let _ = call(&mut k, Syscall::ProcessYield, &[process]);
    let value = must(&mut k, Syscall::ValueStore, &[AT, LENGTH]);
    let _ = call(&mut k, Syscall::ProcessExit, &[0]);
    let atom = must(&mut k, Syscall::AtomCreate, &[value]);
    must(&mut k, Syscall::CapDrop, &[process]);
    // The next account isn't the one whose values live, or it would be given their deposit.
    let other = must(&mut k, Syscall::AccountCreate, &[]);
    must(&mut k, Syscall::CapDrop, &[atom]);
    assert_eq!(k.check_invariants(), Ok(()));
    *k.current_balance() = WORDS * gas::VALUE_WORD + 100_000;
    must(&mut k, Syscall::ValueStore, &[AT, LENGTH]);
    must(&mut k, Syscall::ValueStore, &[AT, LENGTH]);
    assert_eq!(ask(&mut k, Syscall::AccountQuery, &[other]), Ok(0));
    assert_eq!(k.check_invariants(), Ok(()));
}
