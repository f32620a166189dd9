//! Random programs do the same in the fast engine as in the oracle, with little fuel, with all they need, and with a collection at every
//! safepoint; so do damaged ones that the verifier accepts.

mod common;

use std::sync::Arc;

use common::{fast, oracle};
use raya_conformance::random::Random;
use raya_conformance::{generate, mutate};
use raya_facts::verify::verify;
use raya_facts::{Module, disassemble};
use raya_runtime::Limits;

const PROGRAMS: u64 = 60;

#[track_caller]
fn compare(module: Module, what: &str) {
    let module = Arc::new(module);
    for fuel in [13, 200, 4_000] {
        let limits = Limits {
            fuel: Some(fuel),
            slots: 2_000,
            ..Limits::default()
        };
        let expected = oracle(&module, &limits);
        for stress in [false, true] {
            let found = fast(&module, &limits, stress);
            assert!(
                found == expected,
                "{what}, fuel {fuel}, stress {stress}\nexpected {expected:?}\nfound    {found:?}\n{}",
                disassemble(&module)
            );
        }
    }
}

#[test]
fn random_programs_do_the_same() {
    for seed in 0..PROGRAMS {
        let module = generate::module(seed).unwrap_or_else(|problem| panic!("seed {seed}: {problem}"));
        compare(module, &format!("seed {seed}"));
    }
}

#[test]
fn damaged_programs_do_the_same_if_they_are_accepted() {
    let mut accepted = 0;
    for seed in 0..PROGRAMS {
        let whole = generate::module(seed).unwrap_or_else(|problem| panic!("seed {seed}: {problem}"));
        let random = &mut Random::new(seed);
        for round in 0..8 {
            let damaged = mutate::code(random, &whole);
            if verify(&damaged).is_ok() {
                accepted += 1;
                compare(damaged, &format!("seed {seed}, round {round}"));
            }
        }
    }
    assert!(accepted > 0, "nothing was tested but refusing");
}
