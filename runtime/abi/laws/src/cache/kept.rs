//! What a cache is for, whatever its policy: what it keeps is worth the room.

use std::sync::Arc;

use abi_facts::cache::{Backend, EvictionPolicy};
use abi_facts::clock::ManualClock;

use super::Fixture;
use crate::{Law, Violation};

/// The room of the cache, in entries: few enough that no backend divides it.
const ROOM: u32 = 512;

/// The keys that are read again and again.
const USED: u32 = ROOM / 4;

/// When a cache is full it stays so: more goes than must only within bounds. Under a policy that looks at uses, or none in particular, what
/// is read again and again stays there, however many keys come that are read never.
pub fn keeps_used<B: Backend>(law: &Law, fixture: &Fixture, policy: EvictionPolicy) -> Result<(), Violation> {
    let cache: B = fixture.open(&fixture.config(ROOM, 1 << 24, policy), Arc::new(ManualClock::new()))?;
    let put = |key: u32| {
        let put = cache.put(&key.to_be_bytes(), &value(key));
        put.map_err(|error| Violation::new(format!("putting key {key} gives: {error}")))
    };
    let mut fresh = USED;
    let (mut reads, mut hits) = (0_u32, 0_u32);
    for round in 0..law.cases {
        for key in 0..USED {
            match cache.get(&key.to_be_bytes()) {
                Some(found) if found == value(key) => hits += u32::from(round > 0),
                Some(_) => return Err(Violation::new(format!("key {key} gives a value that was never put there"))),
                None => put(key)?,
            }
            reads += u32::from(round > 0);
        }
        for _ in 0..ROOM / 4 {
            put(fresh)?;
            fresh += 1;
        }
        cache.maintain();
        let held = cache.len();
        if held > u64::from(ROOM) || (fresh > 2 * ROOM && held < u64::from(ROOM) / 2) {
            return Err(Violation::new(format!(
                "after {fresh} keys it holds {held} entries; there is room for {ROOM}"
            )));
        }
    }
    let looks_at_uses = !matches!(policy, EvictionPolicy::Fifo | EvictionPolicy::Random);
    if looks_at_uses && hits < reads / 10 * 9 {
        return Err(Violation::new(format!(
            "of {reads} reads of {USED} keys that are read again and again, {hits} find one, in a cache with room for {ROOM}"
        )));
    }
    Ok(())
}

fn value(key: u32) -> Vec<u8> {
    format!("value of {key}").into_bytes()
}
