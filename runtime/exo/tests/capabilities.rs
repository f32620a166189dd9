//! Capabilities against a model of their tree, and at the limits of their table. What the spec states as laws is tried by the emitted tests, see
//! `laws.rs`.

mod support;

use exo_facts::{Error, Handle, Kind, Rights, Syscall, limits};
use exo_kernel::hosted::{boot, kernel, smallest_program};
use exo_kernel::{Configuration, Reply};
use proptest::prelude::*;
use support::*;

const READ: u64 = Rights::READ.bits() as u64;
const GRANT: u64 = Rights::GRANT.bits() as u64;

#[test]
fn forged_stale_foreign_and_weak_handles_are_refused() {
    let mut k = kernel();
    let query = Syscall::AccountQuery;
    for forged in [
        0,
        1,
        1 << 32,
        root::ACCOUNT + (1 << 32),
        root::ACCOUNT ^ 1 << 63,
        u64::MAX,
        0xffff_ffff,
        1 << 32 | 4000,
        1 << 32 | 9000,
    ] {
        assert_eq!(ask(&mut k, query, &[forged]), Err(Error::BadHandle), "{forged:#x}");
    }
    assert_eq!(ask(&mut k, query, &[root::SPACE]), Err(Error::WrongKind));
    let account = must(&mut k, Syscall::AccountCreate, &[]);
    let weak = must(&mut k, Syscall::CapDerive, &[account, READ]);
    assert_eq!(ask(&mut k, query, &[weak]), Ok(0));
    assert_eq!(
        ask(&mut k, Syscall::AccountMint, &[account, 5]),
        Err(Error::Denied),
        "only the holder of mint mints"
    );
    assert_eq!(
        ask(&mut k, Syscall::AccountTransfer, &[weak, root::ACCOUNT, 0]),
        Err(Error::Denied)
    );
    must(&mut k, Syscall::CapDrop, &[weak]);
    assert_eq!(ask(&mut k, query, &[weak]), Err(Error::BadHandle), "stale");

    let process = spawn(&mut k);
    let theirs = must(&mut k, Syscall::CapCopy, &[account, process]);
    assert_eq!(ask(&mut k, query, &[theirs]), Err(Error::BadHandle), "it is the other's");
    let child = id(&k, process);
    switch(&mut k, Syscall::ProcessYield, &[process]);
    assert_eq!(k.current().0, child);
    assert_eq!(ask(&mut k, query, &[theirs]), Ok(0));
    assert_eq!(ask(&mut k, query, &[account]), Err(Error::BadHandle), "it is root's");
    assert_eq!(
        ask(&mut k, Syscall::CapInspect, &[theirs]),
        Ok(u64::from(Kind::Account.code()) << 8 | 0x13)
    );
}

/// A chain as long as the table: neither recursion nor a walk from the top for each.
#[test]
fn the_deepest_tree_is_revoked() {
    let mut k = boot(32 << 20, &smallest_program(), Configuration::default()).unwrap();
    let account = must(&mut k, Syscall::AccountCreate, &[]);
    let (mut last, mut length) = (account, 0u64);
    while let Reply::Value { status: 0, value } = call(&mut k, Syscall::CapCopy, &[last, 0]) {
        (last, length) = (value, length + 1);
    }
    assert!(length > 10_000);
    assert_eq!(ask(&mut k, Syscall::CapCopy, &[last, 0]), Err(Error::TableFull));
    assert_eq!(ask(&mut k, Syscall::CapRevoke, &[account]), Ok(length));
    assert_eq!(ask(&mut k, Syscall::AccountQuery, &[last]), Err(Error::BadHandle));
}

/// Every call that makes something refuses a full table, and changes nothing but the gas.
#[test]
fn a_full_table_is_an_error() {
    let mut k = kernel();
    let page = must(&mut k, Syscall::PageAllocate, &[1]);
    let atom = must(&mut k, Syscall::AtomCreate, &[4]);
    while let Reply::Value { status: 0, .. } = call(&mut k, Syscall::EndpointCreate, &[]) {}
    while let Reply::Value { status: 0, .. } = call(&mut k, Syscall::CapCopy, &[root::ACCOUNT, 0]) {}
    let frames = k.free_frames();
    let calls: [(Syscall, &[u64]); 13] = [
        (Syscall::CapCopy, &[root::SPACE, 0]),
        (Syscall::CapDerive, &[root::SPACE, GRANT]),
        (Syscall::PageAllocate, &[1]),
        (Syscall::PageDerive, &[page, 0, 1, READ]),
        (Syscall::SpaceCreate, &[]),
        (Syscall::ProcessCreate, &[root::SPACE, root::ACCOUNT]),
        (Syscall::EndpointCreate, &[]),
        (Syscall::TimerCreate, &[]),
        (Syscall::IrqAllocate, &[root::IRQ, 3]),
        (Syscall::AccountCreate, &[]),
        (Syscall::AtomCreate, &[4]),
        (Syscall::AtomFork, &[atom]),
        (Syscall::BlockDerive, &[root::BLOCKS, 0, 1, READ]),
    ];
    for (what, arguments) in calls {
        assert_eq!(ask(&mut k, what, arguments), Err(Error::TableFull), "{}", what.name());
    }
    assert_eq!(k.free_frames(), frames);
}

/// A row whose epochs are used up is never filled again.
#[test]
fn a_row_retires_before_its_epoch_overflows() {
    let mut k = kernel();
    let first = must(&mut k, Syscall::AccountCreate, &[]);
    let row = Handle(first).index();
    must(&mut k, Syscall::CapDrop, &[first]);
    k.age_row(row, u32::MAX - 1);
    let last_but_one = must(&mut k, Syscall::AccountCreate, &[]);
    assert_eq!(Handle(last_but_one), Handle::new(row, u32::MAX - 1));
    must(&mut k, Syscall::CapDrop, &[last_but_one]);
    let last = must(&mut k, Syscall::AccountCreate, &[]);
    assert_eq!(Handle(last), Handle::new(row, u32::MAX));
    must(&mut k, Syscall::CapDrop, &[last]);
    for _ in 0..10 {
        let other = must(&mut k, Syscall::AccountCreate, &[]);
        assert_ne!(Handle(other).index(), row);
    }
    for old in [first, last_but_one, last] {
        assert_eq!(ask(&mut k, Syscall::AccountQuery, &[old]), Err(Error::BadHandle));
    }
}

#[test]
fn a_copy_ends_with_its_holder_and_with_its_origin() {
    let mut k = kernel();
    let (one, other) = (spawn(&mut k), spawn(&mut k));
    let endpoint = must(&mut k, Syscall::EndpointCreate, &[]);
    let held = must(&mut k, Syscall::CapCopy, &[endpoint, one]);
    switch(&mut k, Syscall::ProcessYield, &[one]);
    let own = must(&mut k, Syscall::CapCopy, &[held, 0]);
    assert_ne!(own, 0);
    until(&mut k, 1);
    must(&mut k, Syscall::ProcessKill, &[one]);
    assert_eq!(
        ask(&mut k, Syscall::CapRevoke, &[endpoint]),
        Ok(0),
        "what the dead one held is gone"
    );
    let held = must(&mut k, Syscall::CapCopy, &[endpoint, other]);
    must(&mut k, Syscall::CapDrop, &[endpoint]);
    switch(&mut k, Syscall::ProcessYield, &[other]);
    assert_eq!(ask(&mut k, Syscall::CapInspect, &[held]), Err(Error::BadHandle));
}

#[derive(Clone, Debug)]
enum Step {
    Copy(prop::sample::Index),
    Derive(prop::sample::Index, u8),
    Drop(prop::sample::Index),
    Revoke(prop::sample::Index),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => any::<prop::sample::Index>().prop_map(Step::Copy),
        4 => (any::<prop::sample::Index>(), 1u8..64).prop_map(|(index, rights)| Step::Derive(index, rights)),
        1 => any::<prop::sample::Index>().prop_map(Step::Drop),
        1 => any::<prop::sample::Index>().prop_map(Step::Revoke),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// Against a model that knows of each handle its parent and its rights: what lives, and with which rights, after any sequence.
    #[test]
    fn the_table_is_a_tree(steps in prop::collection::vec(step(), 1..60)) {
        let mut k = kernel();
        let page = must(&mut k, Syscall::PageAllocate, &[1]);
        // Handle, parent, rights, alive.
        let mut model: Vec<(u64, usize, u8, bool)> = vec![(page, 0, Kind::Page.rights().bits(), true)];
        let below = |model: &[(u64, usize, u8, bool)], top: usize, mut at: usize| {
            while at != 0 && at != top {
                at = model[at].1;
            }
            at == top
        };
        for step in steps {
            let (Step::Copy(index) | Step::Derive(index, _) | Step::Drop(index) | Step::Revoke(index)) = &step;
            let at = index.index(model.len());
            let (handle, _, rights, alive) = model[at];
            match step {
                Step::Copy(_) | Step::Derive(..) => {
                    let wanted = if let Step::Derive(_, wanted) = step { wanted } else { rights };
                    let result = match step {
                        Step::Derive(..) => ask(&mut k, Syscall::CapDerive, &[handle, u64::from(wanted)]),
                        _ => ask(&mut k, Syscall::CapCopy, &[handle, 0]),
                    };
                    if !alive {
                        prop_assert_eq!(result, Err(Error::BadHandle));
                    } else if rights & 16 == 0 || wanted & !rights != 0 {
                        prop_assert_eq!(result, Err(Error::Denied));
                    } else {
                        model.push((result.unwrap(), at, wanted, true));
                    }
                }
                Step::Drop(_) | Step::Revoke(_) => {
                    let drops = matches!(step, Step::Drop(_));
                    if at == 0 && drops {
                        continue;
                    }
                    let what = if drops { Syscall::CapDrop } else { Syscall::CapRevoke };
                    let result = ask(&mut k, what, &[handle]);
                    prop_assert_eq!(result.is_ok(), alive);
                    if alive {
                        let gone: Vec<usize> =
                            (0..model.len()).filter(|&other| model[other].3 && below(&model, at, other) && (drops || other != at)).collect();
                        if !drops {
                            prop_assert_eq!(result, Ok(gone.len() as u64));
                        }
                        for other in gone {
                            model[other].3 = false;
                        }
                    }
                }
            }
            for &(handle, _, rights, alive) in &model {
                let found = k.check(Handle(handle), Kind::Page, Rights::NONE);
                prop_assert_eq!(found.is_ok(), alive);
                prop_assert!(found.is_err() || found.unwrap().rights.bits() == rights);
            }
        }
    }
}

#[test]
fn the_table_follows_from_the_memory() {
    assert!(
        kernel()
            .check_any(Handle::new(limits::CAPABILITIES as u32, 1), Rights::NONE)
            .is_err()
    );
}
