//! The driver.

pub fn charge(machine: &mut Machine) -> Result<(), Trap> {
    machine.fuel = machine.fuel.checked_sub(1).ok_or(Trap::new(TrapKind::OutOfFuel, "no fuel"))?;
    Ok(())
}
