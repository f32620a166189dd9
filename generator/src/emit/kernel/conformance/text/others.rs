//! Arguments that are no capabilities and no addresses, and numbers that are no calls.

use exo_facts::{Error, ParameterKind, Syscall};

use crate::System;
use crate::fixture::Fixture;
use crate::trial::{Failure, Trial, When};

/// Tries sets of rights that name what is no right, and amounts that nobody can pay for.
pub fn check(system: &mut dyn System, fixture: &Fixture, call: Syscall) -> Result<(), Failure> {
    for (place, parameter) in call.parameters().iter().enumerate() {
        let trial = |what| Trial { fixture, call, what, parameter: parameter.name };
        let mut arguments = fixture.arguments(call, system.memory());
        if parameter.kind == ParameterKind::Rights {
            for bits in [64, 1 << 8, 1 << 32, u64::MAX] {
                arguments[place] = bits;
                trial("a set with what is no right").refuse(system, arguments, Error::BadArgument, When::BeforeCharge)?;
            }
        }
        if call.gas_per().is_some_and(|(of, _)| of == place) {
            arguments[place] = u64::MAX;
            trial("more than anybody can pay for").refuse(system, arguments, Error::NoGas, When::BeforeCharge)?;
        }
    }
    Ok(())
}

/// Tries numbers that no call has.
pub fn unknown_numbers(system: &mut dyn System, fixture: &Fixture) -> Result<(), Failure> {
    let near = 0..Syscall::HIGHEST + 10;
    let far = [1 << 8, 1 << 16, 1 << 31, 1 << 32, (1 << 32) + 1, 1 << 63, u64::MAX - 4095, u64::MAX];
    for number in near.chain(far).filter(|number| Syscall::from_number(*number).is_none()) {
        let before = fixture.seen(system);
        let (status, value) = system.call(number, [u64::MAX; 6]);
        let found = if status != exo_facts::status(Err(Error::NoSuchCall)) {
            crate::trial::Found::Status(Error::NoSuchCall, status)
        } else if value != 0 {
            crate::trial::Found::Value(value)
        } else if fixture.seen(system) != before {
            crate::trial::Found::Effect
        } else {
            continue;
        };
        return Err(Failure { what: "what no call has", parameter: "number", found });
    }
    Ok(())
}
