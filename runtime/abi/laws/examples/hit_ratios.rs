//! Prints the hit ratio of every policy of every backend on every trace, in percent, and how far each is from the exact one of the same
//! policy, in points: `cargo run --release -p abi-laws --example hit_ratios`.

use abi_cache_exact::Exact;
use abi_cache_moka::Moka;
use abi_cache_quick::Quick;
use abi_facts::cache::{Backend, CacheBackend, EvictionPolicy};
use abi_laws::cache::traces::{self, Trace};
use abi_laws::cache::{Fixture, measure};

const CAPACITY: u32 = 1_000;
const USES: usize = 200_000;

fn main() {
    println!("{USES} uses, {CAPACITY} entries; percent of hits, and points above or below exact\n");
    println!(
        "{:<10} {:<7} {:>6} {:>15} {:>15}",
        "trace", "policy", "exact", "moka", "quick"
    );
    for trace in traces::all(USES, CAPACITY, 1) {
        for &policy in EvictionPolicy::ALL {
            let exact = percent::<Exact>(CacheBackend::Exact, policy, &trace);
            let others = [
                percent::<Moka>(CacheBackend::Moka, policy, &trace),
                percent::<Quick>(CacheBackend::Quick, policy, &trace),
            ];
            let [moka, quick] = others.map(|other| match (other, exact) {
                (Some(other), Some(exact)) => format!("{other:.1} ({:+.1})", other - exact),
                _ => "–".to_owned(),
            });
            let exact = exact.map_or("–".to_owned(), |exact| format!("{exact:.1}"));
            println!("{:<10} {:<7} {exact:>6} {moka:>15} {quick:>15}", trace.name, policy.name());
        }
    }
}

// None where the backend doesn't have the policy.
fn percent<B: Backend>(backend: CacheBackend, policy: EvictionPolicy, trace: &Trace) -> Option<f64> {
    let config = Fixture::new(backend).config(CAPACITY, 1 << 28, policy);
    measure::<B>(&config, trace).ok().map(|ratio| ratio * 100.0)
}
