//! Random sequences of calls, ticks, faults and interrupts with arbitrary arguments, against everything that must always hold.

mod support;

use std::collections::BTreeSet;

use exo_facts::{Handle, Kind, ParameterKind, Rights, Syscall, Trap};
use exo_kernel::hosted::{boot, smallest_program};
use exo_kernel::{Configuration, Policy, ProcessId, Reply};
use fastrand::Rng;
use support::*;

/// A handle: mostly one of the current process and of the kind, else one that was returned once, or anything.
fn handle(random: &mut Rng, k: &Exo, kind: Option<Kind>, known: &[u64]) -> u64 {
    match random.u8(..20) {
        0 => 0,
        1 => random.u64(..),
        2 => Handle::new(random.u32(..40), 1).0,
        3 => known[random.usize(..known.len())] ^ (1 << random.u8(..64)),
        4 => known[random.usize(..known.len())],
        _ => {
            let fits = |&&handle: &&u64| match kind {
                Some(kind) => k.check(Handle(handle), kind, Rights::NONE).is_ok(),
                None => k.check_any(Handle(handle), Rights::NONE).is_ok(),
            };
            let fitting: Vec<u64> = known.iter().filter(fits).copied().collect();
            if fitting.is_empty() {
                0
            } else {
                fitting[random.usize(..fitting.len())]
            }
        }
    }
}

fn address(random: &mut Rng) -> u64 {
    match random.u8(..10) {
        0 => random.u64(..),
        1 => 0xffff_8000_0000_0000 | random.u64(..1 << 40),
        2 => (1 << 47) - random.u64(..20),
        3 => 0x3fff_f000 - random.u64(..0x1000) / 16 * 16,
        4 => 0x40_0000 + random.u64(..0x2000),
        5 => random.u64(..1 << 47) & !4095,
        _ => 0x50_0000 + 0x1000 * random.u64(..6),
    }
}

fn argument(random: &mut Rng, k: &Exo, kind: ParameterKind, known: &[u64]) -> u64 {
    match kind {
        ParameterKind::Capability { optional: true, .. } if random.bool() => 0,
        ParameterKind::Capability { kind, .. } => handle(random, k, kind, known),
        ParameterKind::Address => address(random),
        ParameterKind::Rights if random.u8(..4) > 0 => [1, 3, 5, 16, 17, 19, 31][random.usize(..7)],
        ParameterKind::Gas if random.bool() => random.u64(..5000),
        _ if random.u8(..8) == 0 => random.u64(..),
        _ => random.u64(..6),
    }
}

/// Plays one sequence, and notes which calls succeeded in it.
fn sequence(seed: u64, steps: usize, succeeded: &mut BTreeSet<&'static str>) {
    let mut random = Rng::with_seed(seed);
    let policy = [Policy::Weights, Policy::RoundRobin, Policy::Priority, Policy::Beatty][seed as usize % 4];
    let configuration = Configuration {
        policy,
        arena_bytes: 32 << 10,
        disk_blocks: 4,
    };
    let mut k = boot(5 << 20, &smallest_program(), configuration).unwrap();
    let mut known = vec![
        root::PROCESS,
        root::SPACE,
        root::ACCOUNT,
        root::CONSOLE,
        root::IMAGE,
        root::BLOCKS,
        root::IRQ,
    ];
    // Some processes that share an endpoint, a space and pages with root, so that there is somebody to talk to.
    let endpoint = must(&mut k, Syscall::EndpointCreate, &[]);
    let page = must(&mut k, Syscall::PageAllocate, &[4]);
    known.extend([endpoint, page]);
    for index in 0..4 {
        must(
            &mut k,
            Syscall::PageMap,
            &[root::SPACE, page, index, 0x50_0000 + 0x1000 * index, 3],
        );
    }
    for _ in 0..4 {
        let process = spawn(&mut k);
        known.push(process);
        for shared in [endpoint, page, root::SPACE, root::ACCOUNT, process] {
            known.push(must(&mut k, Syscall::CapCopy, &[shared, process]));
        }
    }
    let shared = known.len();
    for step in 0..steps {
        if k.root_status().is_some() {
            break;
        }
        let what = match random.u8(..20) {
            _ if k.current() == ProcessId::IDLE => None,
            0 => None,
            1 if random.u8(..4) == 0 => {
                k.fault(Trap::ALL[random.usize(..Trap::ALL.len())], address(&mut random));
                continue;
            }
            2 => {
                k.irq(random.u32(..70));
                continue;
            }
            _ => Some(Syscall::ALL[random.usize(..Syscall::ALL.len())]),
        };
        let Some(what) = what else {
            k.machine.now += random.u64(..3);
            k.tick();
            k.irq(random.u32(..8));
            continue;
        };
        // Root lives on: it is the only one whose end ends the sequence.
        if k.current() == ProcessId(1) && (what == Syscall::ProcessExit || random.u8(..30) > 0 && what == Syscall::ProcessKill) {
            continue;
        }
        let mut arguments: Vec<u64> = what
            .parameters()
            .iter()
            .map(|parameter| argument(&mut random, &k, parameter.kind, &known))
            .collect();
        if what == Syscall::PageAllocate {
            arguments[0] %= 40;
        }
        // What root was given at first is seldom given up, since little is left to do without it.
        let given_up = matches!(what, Syscall::CapDrop | Syscall::ProcessKill | Syscall::PageRevoke);
        if given_up && Handle(arguments[0]).index() < 9 && random.u8(..100) > 0 {
            continue;
        }
        let caller = k.current();
        let balance = *k.current_balance();
        let reply = call(&mut k, what, &arguments);
        if !matches!(reply, Reply::Value { status: 1.., .. }) {
            succeeded.insert(what.name());
        }
        match reply {
            Reply::Value { status: 0, value } if Handle(value).epoch() != 0 && Handle(value).index() < 1000 => known.push(value),
            Reply::Value { status: 0, .. } => {}
            Reply::Value { status, value } => {
                assert_eq!(value, 0, "a value beside an error");
                assert_eq!(k.current(), caller, "an error that switched");
                let taken = balance - *k.current_balance();
                let price = what.price(&[&arguments[..], &[0; 6]].concat()[..6].try_into().unwrap());
                assert!(
                    taken == 0 || taken == price,
                    "{} took {taken} of gas for {status:#x}",
                    what.name()
                );
            }
            Reply::Switched => {
                let page = k.current_registers().page;
                if page != 0 {
                    known.push(page);
                }
            }
        }
        if known.len() > 150 {
            known.swap_remove(random.usize(shared..known.len()));
        }
        if step % 5 == 0 {
            k.check_invariants()
                .unwrap_or_else(|wrong| panic!("seed {seed}, step {step}, after {}: {wrong}", what.name()));
        }
    }
    k.check_invariants()
        .unwrap_or_else(|wrong| panic!("seed {seed}, at the end: {wrong}"));
}

#[test]
fn random_calls_keep_all_invariants() {
    let mut succeeded = BTreeSet::new();
    for seed in 0..80 {
        sequence(seed, 1500, &mut succeeded);
    }
    let all = Syscall::ALL
        .iter()
        .filter(|call| cfg!(feature = "halt") || call.group() != "atoms");
    let never: Vec<_> = all.map(|call| call.name()).filter(|name| !succeeded.contains(name)).collect();
    assert_eq!(never, [""; 0], "calls that never succeeded test little");
}

/// Register patterns as a fuzzer has them: numbers of calls that exist, and six words of anything.
#[test]
fn random_words_are_harmless() {
    let mut random = Rng::with_seed(12);
    let mut k = boot(5 << 20, &smallest_program(), Configuration::default()).unwrap();
    for step in 0..200_000 {
        if k.current() == ProcessId::IDLE || k.root_status().is_some() {
            k = boot(5 << 20, &smallest_program(), Configuration::default()).unwrap();
        }
        let what = Syscall::ALL[random.usize(..Syscall::ALL.len())];
        let words: [u64; 6] = std::array::from_fn(|_| match random.u8(..6) {
            0 => random.u64(..),
            1 => 1 << random.u8(..64),
            2 => random.u64(..20),
            3 => u64::MAX - random.u64(..20),
            4 => 0x40_0000,
            _ => Handle::new(random.u32(..12), 1).0,
        });
        if what != Syscall::ProcessExit {
            let _ = call(&mut k, what, &words);
        }
        if step % 2000 == 0 {
            k.check_invariants().unwrap();
        }
    }
}
