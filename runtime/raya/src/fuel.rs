//! Counts what a program may still execute.

use raya_facts::TrapKind;

use crate::trap::Trap;

/// The fuel of a context: what its blocks cost so far, and where that ends.
///
/// A block is charged when control enters it, for all of its instructions. Nothing is given back when it is left early, and an instruction
/// that waits isn't charged again when it is tried again. So every engine uses the same fuel, and a limit is exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fuel {
    used: u64,
    limit: Option<u64>,
}

impl Fuel {
    /// Unused fuel; `None` for as much as it takes.
    pub fn new(limit: Option<u64>) -> Fuel {
        Fuel { used: 0, limit }
    }

    /// What was charged so far.
    pub fn used(&self) -> u64 {
        self.used
    }

    /// What can still be charged; `None` for as much as it takes.
    pub fn left(&self) -> Option<u64> {
        self.limit.map(|limit| limit.saturating_sub(self.used))
    }

    /// Gives the program so much fuel from now on, whatever is left; `None` for as much as it takes.
    pub fn refill(&mut self, fuel: Option<u64>) {
        self.limit = fuel.map(|fuel| self.used.saturating_add(fuel));
    }

    /// Charges a block, or several at once.
    ///
    /// # Errors
    ///
    /// [`TrapKind::OutOfFuel`] when less is left. Then nothing is charged.
    pub fn charge(&mut self, cost: u64) -> Result<(), Trap> {
        let after = self.used.saturating_add(cost);
        match self.limit {
            Some(limit) if after > limit => Err(Trap::new(
                TrapKind::OutOfFuel,
                format!("the program used up its fuel of {limit}"),
            )),
            _ => {
                self.used = after;
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_charge_fits_or_changes_nothing() {
        let mut fuel = Fuel::new(Some(10));
        assert_eq!(fuel.charge(7), Ok(()));
        assert_eq!(fuel.charge(4).map_err(|trap| trap.kind), Err(TrapKind::OutOfFuel));
        assert_eq!((fuel.used(), fuel.left()), (7, Some(3)));
        assert_eq!(fuel.charge(3), Ok(()));
        fuel.refill(Some(5));
        assert_eq!((fuel.used(), fuel.left()), (10, Some(5)));
        fuel.refill(None);
        assert_eq!(fuel.charge(u64::MAX), Ok(()));
        assert_eq!((fuel.used(), fuel.left()), (u64::MAX, None));
    }
}
