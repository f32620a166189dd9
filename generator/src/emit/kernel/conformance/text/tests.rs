//! The conformance programs over the hosted kernel, and over kernels with a fault in them.

#![cfg(feature = "hosted")]

use exo_conformance::hosted::{Dispatch, Exo, Root, fuzz};
use exo_conformance::laws::laws;
use exo_conformance::{LAW_TRANSCRIPT, System, TRANSCRIPT, refusals};
use exo_facts::{Error, Handle, Kind, Rights, Syscall, initial};
use exo_kernel::Reply;

fn transcript(dispatch: Dispatch) -> (u64, String) {
    let mut root = Root::new(dispatch).expect("the kernel starts");
    let mut text = String::new();
    let failed = refusals(&mut root, &mut text).expect("the objects can be made");
    root.kernel.check_invariants().expect("the tables agree");
    (failed, text)
}

#[test]
fn everything_that_must_be_refused_is() {
    let (failed, text) = transcript(exo_gate::dispatch);
    let failures: Vec<&str> = text.lines().filter(|line| !line.starts_with("pass ")).collect();
    assert!(failures.is_empty(), "{failures:#?}");
    assert_eq!(failed, 0);
    assert_eq!(text.lines().collect::<Vec<_>>(), TRANSCRIPT);
}

#[test]
fn the_laws_hold() {
    for seed in 0..6 {
        let mut root = Root::new(exo_gate::dispatch).expect("the kernel starts");
        let mut text = String::new();
        let broken = laws(&mut root, seed, &mut text);
        let failures: Vec<&str> = text.lines().filter(|line| !line.starts_with("pass ")).collect();
        assert!(broken == 0 && failures.is_empty(), "with seed {seed}: {failures:#?}");
        assert_eq!(text.lines().collect::<Vec<_>>(), LAW_TRANSCRIPT);
        root.kernel.check_invariants().expect("the tables agree");
    }
}

#[test]
fn any_call_leaves_the_tables_whole() {
    let statistics = fuzz(6, 20_000, 16, exo_gate::dispatch).unwrap_or_else(|fault| panic!("{fault}"));
    assert!(statistics.succeeded > 1_000 && statistics.refused > 1_000 && statistics.switched > 10, "{statistics:?}");
    assert_eq!(statistics, fuzz(6, 20_000, 1_000, exo_gate::dispatch).expect("the same again"), "it is the same in every run");
}

/// The caller has less than each call costs.
#[test]
fn calls_that_cant_be_paid_have_no_effect() {
    let own = initial::ALL.iter().find(|one| one.index == initial::ACCOUNT).expect("an account").handle().0;
    for call in Syscall::ALL.into_iter().filter(|call| call.gas() > 0) {
        let mut root = Root::new(exo_gate::dispatch).expect("the kernel starts");
        let mut ask = |call: Syscall, arguments: [u64; 6]| {
            let (status, value) = root.call(call.number(), arguments);
            assert_eq!(status, 0, "{call}");
            value
        };
        let mut arguments = [0; 6];
        for (argument, parameter) in arguments.iter_mut().zip(call.parameters()) {
            *argument = match parameter.kind {
                exo_facts::ParameterKind::Capability { kind, .. } => holds(&mut ask, kind, parameter.needs),
                exo_facts::ParameterKind::Rights => 1,
                exo_facts::ParameterKind::Address => 0x2000_0000,
                _ => 0,
            };
        }
        let other = ask(Syscall::AccountCreate, [0; 6]);
        let purse = ask(Syscall::AccountQuery, [own, 0, 0, 0, 0, 0]);
        let amount = purse - Syscall::AccountTransfer.gas() - (call.gas() - 1);
        ask(Syscall::AccountTransfer, [own, other, amount, 0, 0, 0]);
        let before = root.state();
        assert_eq!(root.call(call.number(), arguments), (exo_facts::status(Err(Error::NoGas)), 0), "{call}");
        assert_eq!(root.state(), before, "{call}");
        root.kernel.check_invariants().expect("the tables agree");
    }
}

/// A capability that a call takes.
fn holds(ask: &mut dyn FnMut(Syscall, [u64; 6]) -> u64, kind: Option<Kind>, needs: Rights) -> u64 {
    let held = |index: u32| initial::ALL.iter().find(|one| one.index == index).map_or(0, |one| one.handle().0);
    match kind {
        Some(Kind::Page) => ask(Syscall::PageAllocate, [1, 0, 0, 0, 0, 0]),
        Some(Kind::Space) => held(initial::SPACE),
        Some(Kind::Process) => ask(Syscall::ProcessCreate, [held(initial::SPACE), held(initial::ACCOUNT), 0, 0, 0, 0]),
        Some(Kind::Endpoint) => ask(Syscall::EndpointCreate, [0; 6]),
        Some(Kind::Timer) => ask(Syscall::TimerCreate, [0; 6]),
        Some(Kind::Irq) if needs.contains(Rights::CONTROL) => held(initial::IRQ),
        Some(Kind::Irq) => ask(Syscall::IrqAllocate, [held(initial::IRQ), 3, 0, 0, 0, 0]),
        Some(Kind::Block) => held(initial::BLOCKS),
        Some(Kind::Account) | None => held(initial::ACCOUNT),
        Some(Kind::Atom) => ask(Syscall::AtomCreate, [1, 0, 0, 0, 0, 0]),
        Some(Kind::Console) => held(initial::CONSOLE),
    }
}

#[track_caller]
fn is_caught(dispatch: Dispatch, line: &str) {
    let (failed, text) = transcript(dispatch);
    assert!(failed > 0, "nothing was noticed");
    assert!(text.lines().any(|found| found.starts_with(line)), "no `{line}` in\n{text}");
}

/// A gate that forgets the rights of one call.
fn without_rights(kernel: &mut Exo, number: u64, arguments: &[u64; 6]) -> Reply {
    if number != Syscall::AccountMint.number() {
        return exo_gate::dispatch(kernel, number, arguments);
    }
    match kernel.check(Handle(arguments[0]), Kind::Account, Rights::NONE) {
        Ok(account) => match kernel.charge(Syscall::AccountMint.gas()) {
            Ok(()) => kernel.account_mint(account, arguments[1]).into(),
            Err(error) => Reply::error(error),
        },
        Err(error) => Reply::error(error),
    }
}

/// A gate that charges when the handler has run.
fn charged_late(kernel: &mut Exo, number: u64, arguments: &[u64; 6]) -> Reply {
    if number != Syscall::PageAllocate.number() {
        return exo_gate::dispatch(kernel, number, arguments);
    }
    let reply: Reply = kernel.page_allocate(arguments[0].min(4)).into();
    match kernel.charge(Syscall::PageAllocate.price(arguments)) {
        Ok(()) => reply,
        Err(error) => Reply::error(error),
    }
}

/// A kernel whose rows keep their epoch: any epoch is as good as that of the row.
fn without_epochs(kernel: &mut Exo, number: u64, arguments: &[u64; 6]) -> Reply {
    let mut arguments = *arguments;
    if number == Syscall::AccountQuery.number() && Handle(arguments[0]).epoch() != 0 {
        let index = Handle(arguments[0]).index();
        let live = (1..64).map(|epoch| Handle::new(index, epoch));
        let live = live.into_iter().find(|handle| kernel.check_any(*handle, Rights::NONE).is_ok());
        arguments[0] = live.map_or(arguments[0], |handle| handle.0);
    }
    exo_gate::dispatch(kernel, number, &arguments)
}

/// A gate that takes gas for what it then refuses.
fn charged_early(kernel: &mut Exo, number: u64, arguments: &[u64; 6]) -> Reply {
    if number == Syscall::TimerCreate.number() + 1 {
        let _ = kernel.charge(1);
    }
    exo_gate::dispatch(kernel, number, arguments)
}

/// A kernel that writes before it looks at the whole range.
fn half_done(kernel: &mut Exo, number: u64, arguments: &[u64; 6]) -> Reply {
    let reply = exo_gate::dispatch(kernel, number, arguments);
    if number == Syscall::ConsoleWrite.number() && reply == Reply::error(Error::BadAddress) {
        kernel.machine.console.push(b'?');
    }
    reply
}

/// A kernel that tells a value beside an error.
fn talkative(kernel: &mut Exo, number: u64, arguments: &[u64; 6]) -> Reply {
    match exo_gate::dispatch(kernel, number, arguments) {
        Reply::Value { status, value: 0 } if status != 0 && number == 0x46 => Reply::Value { status, value: 7 },
        reply => reply,
    }
}

/// A table of calls that wraps.
fn wrapping(kernel: &mut Exo, number: u64, arguments: &[u64; 6]) -> Reply {
    exo_gate::dispatch(kernel, number & 0xffff_ffff, arguments)
}

#[test]
fn planted_faults_are_caught() {
    is_caught(without_rights, "fail refuses_account_mint: a capability that lacks a right as `account`: it succeeded");
    is_caught(charged_late, "fail refuses_page_allocate: more than anybody can pay for as `count`: it had an effect");
    is_caught(without_epochs, "fail refuses_account_query: a later epoch as `account`: it succeeded");
    is_caught(charged_early, "fail refuses_timer_upcall: null as `timer`: it cost 1, and should cost 0");
    is_caught(half_done, "fail refuses_console_write: an address of the kernel as `at`: it had an effect");
    is_caught(talkative, "fail refuses_console_write: null as `console`: the value 0x7 beside the error");
    is_caught(wrapping, "fail refuses_unknown_numbers: what no call has as `number`: it succeeded");
}

#[test]
fn the_fuzzer_catches_an_error_that_the_spec_doesnt_name() {
    fn odd(kernel: &mut Exo, number: u64, arguments: &[u64; 6]) -> Reply {
        match exo_gate::dispatch(kernel, number, arguments) {
            reply if number == Syscall::Clock.number() && reply != Reply::Switched => Reply::error(Error::Busy),
            reply => reply,
        }
    }
    let fault = fuzz(1, 10_000, 100, odd).expect_err("an error that isn't the call's");
    assert!(fault.contains("busy is no error of it"), "{fault}");
}
