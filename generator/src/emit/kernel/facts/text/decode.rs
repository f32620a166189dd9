//! Prints calls and their results as a tracer would.

use core::fmt;

use crate::{Handle, Parameter, ParameterKind, Returns, Rights, Syscall};

/// A call, to be printed: `page_unmap(space=2.1, at=0x400000)`.
pub fn call(number: u64, arguments: &[u64; 6]) -> impl fmt::Display + use<> {
    Call {
        number,
        arguments: *arguments,
    }
}

/// What a call returned, to be printed: `= 9.1`, `= -3 denied`.
pub fn result(number: u64, status: u64, value: u64) -> impl fmt::Display {
    Returned { number, status, value }
}

struct Call {
    number: u64,
    arguments: [u64; 6],
}

impl fmt::Display for Call {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(syscall) = Syscall::from_number(self.number) else {
            write!(formatter, "call_{}(", self.number)?;
            for (position, argument) in self.arguments.iter().enumerate() {
                write!(formatter, "{}{argument:#x}", if position > 0 { ", " } else { "" })?;
            }
            return formatter.write_str(")");
        };
        write!(formatter, "{}(", syscall.name())?;
        for (position, (parameter, value)) in syscall.parameters().iter().zip(self.arguments).enumerate() {
            formatter.write_str(if position > 0 { ", " } else { "" })?;
            argument(formatter, parameter, value)?;
        }
        formatter.write_str(")")
    }
}

fn argument(formatter: &mut fmt::Formatter<'_>, parameter: &Parameter, value: u64) -> fmt::Result {
    write!(formatter, "{}=", parameter.name)?;
    match parameter.kind {
        ParameterKind::Capability { .. } => write!(formatter, "{}", Handle(value)),
        ParameterKind::Rights => match Rights::from_argument(value) {
            Some(rights) => write!(formatter, "{rights}"),
            None => write!(formatter, "{value:#x}"),
        },
        ParameterKind::Word | ParameterKind::Address => write!(formatter, "{value:#x}"),
        ParameterKind::Count | ParameterKind::Index | ParameterKind::Length | ParameterKind::Ticks | ParameterKind::Gas => {
            write!(formatter, "{value}")
        }
    }
}

struct Returned {
    number: u64,
    status: u64,
    value: u64,
}

impl fmt::Display for Returned {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signed = self.status as i64;
        if signed < 0 {
            return match crate::Error::from_code(self.status.wrapping_neg()) {
                Some(error) => write!(formatter, "= {signed} {}", error.name()),
                None => write!(formatter, "= {signed}"),
            };
        }
        match Syscall::from_number(self.number).map(Syscall::returns) {
            Some(Returns::Unit) => formatter.write_str("= 0"),
            Some(Returns::Never) => formatter.write_str("= ?"),
            Some(Returns::Message) => formatter.write_str("= a message"),
            Some(Returns::Capability(_)) => write!(formatter, "= {}", Handle(self.value)),
            Some(Returns::Word) | None => write!(formatter, "= {:#x}", self.value),
            Some(Returns::Count | Returns::Length | Returns::Ticks | Returns::Gas) => write!(formatter, "= {}", self.value),
        }
    }
}
