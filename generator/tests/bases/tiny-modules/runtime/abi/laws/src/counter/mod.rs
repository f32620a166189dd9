//! The laws of the counter.

pub mod workload;

/// Counts add up.
pub fn counts_add_up<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let _ = (law, fixture);
    Ok(())
}

/// The limit holds.
pub fn limit_holds<B: Backend>(law: &Law, fixture: &Fixture, rounding: Rounding) -> Result<(), Violation> {
    let _ = (law, fixture, rounding);
    Ok(())
}

/// A reset clears.
pub fn reset_clears<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let _ = (law, fixture);
    Ok(())
}
