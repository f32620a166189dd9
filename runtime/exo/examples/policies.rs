//! Compares the policies of the scheduler: the time of a decision, and how fair they are.
//!
//! `cargo run --release --package exo-kernel --features hosted --example policies`
//!
//! Times are of this host. The booted kernel counts instructions, and the budget of the spec is about those.

use std::time::Instant;

use exo_kernel::Policy;
use exo_kernel::scheduler::{Scheduler, hosted};

const DECISIONS: u64 = 2_000_000;

fn scheduler(policy: Policy, weights: &[u32]) -> Scheduler {
    let mut scheduler = hosted(weights.len() + 1, policy);
    for (id, &weight) in (1..).zip(weights) {
        scheduler.admit(id);
        scheduler.set_weight(id, weight, false).expect("few different weights");
        scheduler.enqueue(id);
    }
    scheduler
}

/// Nanoseconds of a decision, and how far a process was from its share at most, in decisions.
fn measure(policy: Policy, weights: &[u32]) -> (f64, f64) {
    let mut timed = scheduler(policy, weights);
    let start = Instant::now();
    for _ in 0..DECISIONS {
        let id = timed.pick().expect("all are ready");
        timed.requeue(id);
    }
    let nanoseconds = start.elapsed().as_secs_f64() * 1e9 / DECISIONS as f64;

    let mut counted = scheduler(policy, weights);
    let total = f64::from(weights.iter().sum::<u32>());
    let mut counts = vec![0u32; weights.len() + 1];
    let mut apart = 0f64;
    for k in 1..=20_000 {
        let id = counted.pick().expect("all are ready");
        counted.requeue(id);
        counts[id as usize] += 1;
        for (&count, &weight) in counts[1..].iter().zip(weights) {
            apart = apart.max((f64::from(count) - f64::from(k) * f64::from(weight) / total).abs());
        }
    }
    (nanoseconds, apart)
}

fn main() {
    println!("{DECISIONS} decisions each; the largest distance of a count from its share of the decisions by weight, of 20000");
    let sets: [(&str, Vec<u32>); 4] = [
        ("2 of weight 1", vec![1; 2]),
        ("64 of weight 1", vec![1; 64]),
        ("64 of weights 1 to 8", (0..64).map(|id| id % 8 + 1).collect()),
        ("10000 of weight 1", vec![1; 10_000]),
    ];
    for (name, weights) in &sets {
        println!("{name}:");
        for policy in [Policy::Weights, Policy::Beatty, Policy::RoundRobin, Policy::Priority] {
            let (nanoseconds, apart) = measure(policy, weights);
            println!("  {:<12}{nanoseconds:7.1} ns{apart:10.2}", format!("{policy:?}"));
        }
    }
}
