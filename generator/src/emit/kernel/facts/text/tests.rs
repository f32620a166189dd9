//! Holds the facts against each other, whatever the spec says in particular.

use std::collections::BTreeSet;

use exo_facts::convention::Convention;
use exo_facts::{Error, Handle, Kind, Outcome, ParameterKind, Rights, Stage, Syscall, Trap, convention, initial, limits};

#[test]
fn numbers_round_trip() {
    for call in Syscall::ALL {
        assert_eq!(Syscall::from_number(call.number()), Some(call));
        assert_eq!(Syscall::from_name(call.name()), Some(call));
    }
    for error in Error::ALL {
        assert_eq!(Error::from_code(error.code()), Some(error));
        assert_eq!(exo_facts::result(exo_facts::status(Err(error))), Err(error));
        assert!((error.status() as i64) < 0);
    }
    for kind in Kind::ALL {
        assert_eq!(Kind::from_code(kind.code()), Some(kind));
    }
    for trap in Trap::ALL {
        assert_eq!(Trap::from_code(trap.code()), Some(trap));
    }
    assert_eq!(Syscall::from_number(Syscall::HIGHEST + 1), None);
    assert_eq!(Error::from_code(0), None);
    assert_eq!(Kind::from_code(0), None);
    assert_eq!(exo_facts::result(0), Ok(()));
}

#[test]
fn statuses_differ_and_can_be_said_by_every_machine() {
    let stages = Stage::ALL.map(Stage::status);
    let outcomes = Outcome::ALL.map(Outcome::status);
    let all: BTreeSet<u8> = stages.iter().chain(&outcomes).copied().collect();
    assert_eq!(all.len(), stages.len() + outcomes.len());
    // The exit device of QEMU turns a byte b into 2b + 1, and QEMU itself ends with 1 when it can't start.
    assert!(all.iter().all(|status| status % 2 == 1 && *status > 1), "{all:?}");
    for stage in Stage::ALL {
        assert_eq!(Stage::from_status(stage.status()), Some(stage));
        assert_eq!(Outcome::from_status(stage.status()), None);
    }
}

#[test]
fn rights_are_a_lattice() {
    for a in 0..=255 {
        let a = Rights::from_bits(a);
        assert!(Rights::ALL.contains(a) && a.contains(Rights::NONE));
        assert_eq!(Rights::from_argument(u64::from(a.bits())), Some(a));
        for b in 0..=255 {
            let b = Rights::from_bits(b);
            let (meet, join) = (a.meet(b), a.join(b));
            assert!(a.contains(meet) && b.contains(meet) && join.contains(a) && join.contains(b));
            assert_eq!((a.meet(join), a.join(meet)), (a, a));
            assert_eq!(a.contains(b), a.meet(b) == b);
        }
    }
    assert_eq!(Rights::from_argument(u64::from(Rights::ALL.bits()) + 1), None);
    assert_eq!(Rights::from_argument(1 << 63), None);
}

#[test]
fn handles_are_an_index_and_an_epoch() {
    for (index, epoch) in [(0, 0), (1, 1), (u32::MAX, 7), (7, u32::MAX)] {
        let handle = Handle::new(index, epoch);
        assert_eq!((handle.index(), handle.epoch()), (index, epoch));
        assert_eq!(handle.is_null(), index == 0);
    }
    assert!(Handle::NULL.is_null());
}

#[test]
fn calls_say_what_fits_their_parameters() {
    for call in Syscall::ALL {
        let parameters = call.parameters();
        assert!(parameters.len() <= 6, "{call}");
        for parameter in parameters {
            match parameter.kind {
                ParameterKind::Capability { kind, .. } => {
                    let rights = kind.map_or(Rights::ALL, Kind::rights);
                    assert!(rights.contains(parameter.needs), "{call}: {parameter:?}");
                    assert!(call.errors().contains(&Error::BadHandle), "{call}");
                }
                _ => assert_eq!((parameter.needs, parameter.needs_argument), (Rights::NONE, None), "{call}"),
            }
            if let Some(argument) = parameter.needs_argument {
                assert_eq!(parameters[argument].kind, ParameterKind::Rights, "{call}");
            }
        }
        assert_eq!(call.gas() > 0 || call.gas_per().is_some(), call.errors().contains(&Error::NoGas), "{call}");
        let most = call.price(&[u64::MAX; 6]);
        assert!(most >= call.price(&[0; 6]), "{call}: a price never wraps");
    }
}

#[test]
fn the_first_process_holds_rights_that_mean_something() {
    for (position, capability) in initial::ALL.iter().enumerate() {
        assert_eq!(capability.index as usize, position + 1);
        assert_eq!(u64::from(capability.handle().epoch()), limits::FIRST_EPOCH);
        let rights = capability.kind.rights();
        assert!(rights.contains(capability.rights), "{}", capability.name);
    }
}

#[test]
fn registers_have_one_task_each() {
    for convention in convention::ALL {
        let Convention { arguments, message, .. } = convention;
        let before: Vec<&str> = arguments.iter().copied().chain([convention.number]).chain(convention.block).collect();
        let after = message.iter().copied().chain(convention.page).chain(convention.status);
        let others = [convention.destroyed, convention.clobbered, convention.kept].concat();
        for registers in [before.iter().copied().chain(others).collect::<Vec<_>>(), after.collect()] {
            let distinct: BTreeSet<&str> = registers.iter().copied().collect();
            assert_eq!(distinct.len(), registers.len(), "{}: {registers:?}", convention.target);
        }
        assert!(convention.value != convention.status || convention.block.is_some(), "{}", convention.target);
        match convention.block {
            Some(_) => assert!(arguments.is_empty() && message.is_empty()),
            None => assert_eq!((arguments.len(), message.len() as u64), (6, limits::MESSAGE_WORDS)),
        }
        assert_eq!(Convention::of(convention.target).map(|found| found.number), Some(convention.number));
    }
}
