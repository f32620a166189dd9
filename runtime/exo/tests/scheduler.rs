//! The scheduler by itself: its laws over many decisions, and how policies differ.

use exo_facts::limits;
use exo_kernel::Policy;
use exo_kernel::scheduler::{Scheduler, hosted};
use proptest::prelude::*;

/// A scheduler with processes of these weights, numbered from 1, all ready.
fn scheduler(policy: Policy, weights: &[u32]) -> Scheduler {
    let mut scheduler = hosted(weights.len() + 1, policy);
    for (id, &weight) in (1..).zip(weights) {
        scheduler.admit(id);
        scheduler.set_weight(id, weight, false).unwrap();
        scheduler.enqueue(id);
    }
    scheduler
}

/// One decision: whose turn it is. Afterwards it is ready again.
fn decide(scheduler: &mut Scheduler) -> u32 {
    let id = scheduler.pick().unwrap();
    scheduler.requeue(id);
    id
}

/// Checks the law of the prefixes over so many decisions.
fn keeps_weights(weights: &[u32], decisions: u64) -> Result<(), TestCaseError> {
    let mut scheduler = scheduler(Policy::Weights, weights);
    let total: u64 = weights.iter().map(|&weight| u64::from(weight)).sum();
    let mut counts = vec![0u64; weights.len() + 1];
    for k in 1..=decisions {
        counts[decide(&mut scheduler) as usize] += 1;
        for (&count, &weight) in counts[1..].iter().zip(weights) {
            let apart = (count * total).abs_diff(k * u64::from(weight));
            prop_assert!(
                apart <= total,
                "after {k} decisions, weight {weight} of {total} has had {count}"
            );
        }
    }
    scheduler.check(0).map_err(TestCaseError::fail)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn every_prefix_keeps_the_weights(weights in prop::collection::vec(1u32..=limits::WEIGHT as u32, 1..16)) {
        keeps_weights(&weights, 3000)?;
    }

    #[test]
    fn every_prefix_keeps_few_weights_of_many(weights in prop::collection::vec(prop::sample::select(vec![1, 2, 3, 10, 999, 1000]), 1..80)) {
        keeps_weights(&weights, 1500)?;
    }

    /// Processes come, go, and change weights: nobody is lost, and nobody waits for ever.
    #[test]
    fn nobody_is_lost(policy in prop::sample::select(vec![Policy::RoundRobin, Policy::Priority, Policy::Beatty, Policy::Weights]),
        steps in prop::collection::vec((0u32..5, 1u32..20, 1u32..9), 1..300)) {
        let mut scheduler = hosted(20, policy);
        let mut ready = [false; 20];
        for id in 1..20 {
            scheduler.admit(id);
        }
        for (what, id, weight) in steps {
            match what {
                0 if !ready[id as usize] => {
                    scheduler.enqueue(id);
                    ready[id as usize] = true;
                }
                1 if ready[id as usize] => {
                    scheduler.remove(id);
                    ready[id as usize] = false;
                }
                2 => prop_assert!(scheduler.set_weight(id, weight, false).is_ok()),
                3 => if let Some(id) = scheduler.pick() {
                    scheduler.check(id).map_err(TestCaseError::fail)?;
                    scheduler.retire(id);
                    ready[id as usize] = false;
                },
                _ => if !scheduler.is_empty() {
                    prop_assert!(ready[decide(&mut scheduler) as usize]);
                },
            }
            scheduler.check(0).map_err(TestCaseError::fail)?;
            prop_assert_eq!(scheduler.len() as usize, ready.iter().filter(|&&ready| ready).count());
        }
        if policy != Policy::Priority {
            let mut waiting = ready;
            for _ in 0..2000 {
                if !scheduler.is_empty() {
                    waiting[decide(&mut scheduler) as usize] = false;
                }
            }
            prop_assert!(waiting.iter().all(|&waits| !waits), "somebody waits for ever");
        }
    }
}

#[test]
fn a_long_run_keeps_the_weights() {
    keeps_weights(&[1, 7, 1000, 13, 500], 2_000_000).unwrap();
}

/// What slept long has no claim on the turns that it slept through, and isn't left behind either.
#[test]
fn a_sleeper_doesnt_catch_up() {
    let mut scheduler = scheduler(Policy::Weights, &[1, 1]);
    scheduler.remove(2);
    for _ in 0..20_000_000 {
        decide(&mut scheduler);
    }
    scheduler.enqueue(2);
    let turns = (0..1000).filter(|_| decide(&mut scheduler) == 2).count();
    assert!((499..=501).contains(&turns), "{turns}");
}

#[test]
fn priorities_are_strict() {
    let mut scheduler = scheduler(Policy::Priority, &[1, 200, 40, 200]);
    let order: Vec<u32> = (0..4).map(|_| decide(&mut scheduler)).collect();
    assert_eq!(order, [2, 4, 2, 4]);
    scheduler.remove(2);
    scheduler.remove(4);
    assert_eq!(decide(&mut scheduler), 3);
}

#[test]
fn different_weights_are_limited() {
    let mut scheduler = hosted(40, Policy::Weights);
    let mut refused = 0;
    for id in 1..40 {
        scheduler.admit(id);
        refused += u32::from(scheduler.set_weight(id, id + 1, false).is_err());
    }
    assert_eq!(refused, 24, "fifteen beside weight 1");
    for id in 1..40 {
        scheduler.dismiss(id);
        scheduler.admit(id);
        scheduler.set_weight(id, 1000, false).unwrap();
    }
}
