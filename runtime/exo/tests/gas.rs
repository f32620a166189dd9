//! The laws of gas, against a model of sums.

mod support;

use exo_facts::{Error, Syscall};
use exo_kernel::hosted::kernel;
use proptest::prelude::*;
use support::*;

/// Amounts at all scales, the largest included.
fn amount() -> impl Strategy<Value = u64> {
    prop_oneof![0u64..5000, any::<u64>(), (0u64..5).prop_map(|less| u64::MAX - less)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    /// A transfer moves what it says or nothing, no balance is ever negative or wraps, and minting adds to root's account alone.
    #[test]
    fn gas_is_conserved(steps in prop::collection::vec((0usize..4, 0usize..4, amount(), 0u8..8), 1..60)) {
        let mut k = kernel();
        let mut accounts = vec![root::ACCOUNT];
        for _ in 0..3 {
            accounts.push(must(&mut k, Syscall::AccountCreate, &[]));
        }
        let mut model = [*k.current_balance(), 0, 0, 0];
        for (from, to, amount, what) in steps {
            // Root pays for the call before anything else.
            let mints = what == 0;
            let price = if mints { Syscall::AccountMint.gas() } else { Syscall::AccountTransfer.gas() };
            let result = if mints {
                ask(&mut k, Syscall::AccountMint, &[accounts[from], amount])
            } else {
                ask(&mut k, Syscall::AccountTransfer, &[accounts[from], accounts[to], amount])
            };
            let checked = !mints || from == 0;
            if !checked {
                prop_assert_eq!(result, Err(Error::Denied), "and it costs nothing");
                continue;
            }
            let Some(rest) = model[0].checked_sub(price) else {
                prop_assert_eq!(result, Err(Error::NoGas));
                continue;
            };
            model[0] = rest;
            if mints {
                match model[0].checked_add(amount) {
                    Some(sum) => model[0] = sum,
                    None => prop_assert_eq!(result, Err(Error::Overflow)),
                }
            } else if amount > model[from] {
                prop_assert_eq!(result, Err(Error::NoGas));
            } else if from != to && model[to].checked_add(amount).is_none() {
                prop_assert_eq!(result, Err(Error::Overflow));
            } else {
                prop_assert_eq!(result, Ok(0));
                model[from] -= amount;
                model[to] += amount;
            }
            prop_assert_eq!(*k.current_balance(), model[0]);
            for account in 1..4 {
                if model[0] >= Syscall::AccountQuery.gas() {
                    model[0] -= Syscall::AccountQuery.gas();
                    prop_assert_eq!(ask(&mut k, Syscall::AccountQuery, &[accounts[account]]), Ok(model[account]));
                }
            }
        }
    }
}

/// Every call has a price but the empty one and the exit, and takes it once; one that is refused by its checks takes nothing.
#[test]
fn a_refused_handle_costs_nothing() {
    let mut k = kernel();
    for what in Syscall::ALL {
        let takes_capability = what
            .parameters()
            .iter()
            .any(|parameter| matches!(parameter.kind, exo_facts::ParameterKind::Capability { optional: false, .. }));
        let before = *k.current_balance();
        if takes_capability {
            assert_eq!(
                ask(&mut k, what, &[u64::MAX; 6]),
                if asks_for_rights(what) {
                    Err(Error::BadArgument)
                } else {
                    Err(Error::BadHandle)
                }
            );
            assert_eq!(*k.current_balance(), before, "{}", what.name());
        }
    }
}

/// Whether the needed rights of the first capability follow from an argument, which is looked at before.
fn asks_for_rights(what: Syscall) -> bool {
    what.parameters()
        .first()
        .is_some_and(|parameter| parameter.needs_argument.is_some())
}
