//! The programs by number, and how one gets its parameters.

use crate::spawn::Parameters;
use crate::{conformance, crowd, faults, laws, measure, root, spawn};

/// What a process runs. The argument of a process is this number, and for all but the root process the address of the page that holds its
/// parameters.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub enum Program {
    Root = 0,
    /// One of very many: `crowd`.
    Member,
    /// Does what it must not do: `faults`.
    Culprit,
    /// Yields back, and times each arrival: `measure`.
    YieldMeter,
    /// Receives, and times each arrival: `measure`.
    MessageMeter,
    /// Answers calls: `measure`.
    Server,
    /// Sends on what it receives: `measure`.
    Relay,
    /// Ends at once with its first parameter: `measure`.
    Exit,
    /// Makes any calls: `conformance`.
    Fuzzer,
    /// Makes the calls that it is asked to: `laws`.
    Second,
    /// Runs in turns: `laws`.
    Turner,
}

const NUMBER: u64 = 0xfff;

/// Runs what an argument selects, and returns the status to end with.
pub fn run(argument: u64) -> u64 {
    let number = argument & NUMBER;
    if number == Program::Root as u64 {
        return root::run();
    }
    // Safety: the parent mapped this page for this process and filled it before the start. The parent writes to `shared` alone from then on.
    let parameters: &Parameters = unsafe { &*spawn::parameters_of(argument & !NUMBER) };
    let is = |program: Program| number == program as u64;
    if is(Program::Member) {
        crowd::member(parameters)
    } else if is(Program::Culprit) {
        faults::culprit(parameters)
    } else if is(Program::YieldMeter) {
        measure::yield_meter(parameters)
    } else if is(Program::MessageMeter) {
        measure::message_meter(parameters)
    } else if is(Program::Server) {
        measure::server(parameters)
    } else if is(Program::Relay) {
        measure::relay(parameters)
    } else if is(Program::Fuzzer) {
        conformance::fuzzer(parameters)
    } else if is(Program::Second) {
        laws::second(parameters)
    } else if is(Program::Turner) {
        laws::turner(parameters)
    } else {
        measure::exit(parameters)
    }
}
