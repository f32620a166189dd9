//! Processes: their lives, who runs, what they pay, their faults and upcalls.

mod support;

use exo_facts::{Error, Rights, Syscall, Trap, gas};
use exo_kernel::hosted::{boot, kernel, smallest_program};
use exo_kernel::{Configuration, KILLED, Outcome, Policy, ProcessId, Reply, status_of_fault};
use support::*;

#[test]
fn a_process_begins_runs_and_ends() {
    let mut k = kernel();
    let child = must(&mut k, Syscall::ProcessCreate, &[root::SPACE, root::ACCOUNT]);
    assert_eq!(
        ask(&mut k, Syscall::ProcessYield, &[child]),
        Err(Error::BadState),
        "not started"
    );
    for (entry, stack, error) in [
        (0, 0x1000, Error::BadAddress),
        (1 << 47, 0x1000, Error::BadAddress),
        (0x40_0000, 8, Error::Misaligned),
        (0x40_0000, (1 << 47) + 16, Error::BadAddress),
    ] {
        assert_eq!(ask(&mut k, Syscall::ProcessStart, &[child, entry, stack, 0]), Err(error));
    }
    must(&mut k, Syscall::ProcessStart, &[child, 0x40_0000, 0x5000, 77]);
    assert_eq!(
        ask(&mut k, Syscall::ProcessStart, &[child, 0x40_0000, 0x5000, 77]),
        Err(Error::BadState)
    );
    let row = id(&k, child);
    switch(&mut k, Syscall::ProcessWait, &[child]);
    assert_eq!(k.current(), ProcessId(row));
    let registers = seen(&mut k);
    assert_eq!(
        (registers.program_counter, registers.stack, registers.argument),
        (0x40_0000, 0x5000, 77)
    );
    switch(&mut k, Syscall::ProcessExit, &[u64::MAX - 40]);
    assert_eq!(k.current(), ProcessId(1));
    assert_eq!((seen(&mut k).status, seen(&mut k).value), (0, u64::MAX - 40));
    assert_eq!(
        ask(&mut k, Syscall::ProcessWait, &[child]),
        Ok(u64::MAX - 40),
        "the status stays"
    );
    for what in [Syscall::ProcessKill, Syscall::ProcessOnFault] {
        assert_eq!(ask(&mut k, what, &[child, 0]), Err(Error::BadState));
    }
    assert_eq!(ask(&mut k, Syscall::ProcessWeight, &[child, 2]), Err(Error::BadState));
    assert_eq!(ask(&mut k, Syscall::CapCopy, &[root::SPACE, child]), Err(Error::BadState));
    assert_eq!(
        ask(&mut k, Syscall::ProcessWait, &[root::PROCESS]),
        Err(Error::BadArgument),
        "one can't wait for oneself"
    );
}

#[test]
fn the_end_of_root_is_the_end() {
    let mut k = kernel();
    spawn(&mut k);
    switch(&mut k, Syscall::ProcessExit, &[0]);
    assert_eq!(k.outcome(), Some(Outcome::Success));
    assert_eq!(k.current(), ProcessId::IDLE, "what root held has ended with it");

    let mut k = kernel();
    switch(&mut k, Syscall::ProcessExit, &[3]);
    assert_eq!((k.outcome(), k.root_status()), (Some(Outcome::RootFailed), Some(3)));
    let mut k = kernel();
    k.fault(Trap::Division, 0);
    assert_eq!(k.root_status(), Some(status_of_fault(Trap::Division.code())));
}

#[test]
fn nobody_who_can_run_is_a_deadlock() {
    let mut k = kernel();
    let endpoint = must(&mut k, Syscall::EndpointCreate, &[]);
    switch(&mut k, Syscall::EndpointReceive, &[endpoint]);
    assert_eq!((k.current(), k.outcome()), (ProcessId::IDLE, Some(Outcome::Deadlock)));
    let mut k = kernel();
    let endpoint = must(&mut k, Syscall::EndpointCreate, &[]);
    switch(&mut k, Syscall::EndpointReceiveTimed, &[endpoint, 2]);
    assert_eq!((k.current(), k.outcome()), (ProcessId::IDLE, None));
    tick(&mut k);
    tick(&mut k);
    assert_eq!((k.current(), seen(&mut k).status), (ProcessId(1), status(Error::Timeout)));
}

#[test]
fn a_killed_process_harms_nobody() {
    let mut k = kernel();
    let (one, other) = (spawn(&mut k), spawn(&mut k));
    must(&mut k, Syscall::ProcessKill, &[one]);
    assert_eq!(ask(&mut k, Syscall::ProcessWait, &[one]), Ok(KILLED));
    let row = id(&k, other);
    until(&mut k, row);
    until(&mut k, 1);
    // A process whose last capability is dropped ends too.
    must(&mut k, Syscall::CapDrop, &[other]);
    for _ in 0..50 {
        tick(&mut k);
        assert_ne!(k.current(), ProcessId(row));
    }
}

/// In the model project any process set its own gas.
#[test]
fn gas_comes_from_a_holder_of_mint_alone() {
    let mut k = kernel();
    let account = must(&mut k, Syscall::AccountCreate, &[]);
    assert_eq!(ask(&mut k, Syscall::AccountMint, &[account, 1]), Err(Error::Denied));
    assert_eq!(
        ask(&mut k, Syscall::AccountMint, &[root::ACCOUNT, u64::MAX]),
        Err(Error::Overflow)
    );
    let before = must(&mut k, Syscall::AccountQuery, &[root::ACCOUNT]);
    must(&mut k, Syscall::AccountTransfer, &[root::ACCOUNT, account, 500]);
    let after = must(&mut k, Syscall::AccountQuery, &[root::ACCOUNT]);
    assert_eq!(
        after,
        before - 500 - Syscall::AccountTransfer.gas() - Syscall::AccountQuery.gas()
    );
    assert_eq!(ask(&mut k, Syscall::AccountQuery, &[account]), Ok(500));
    assert_eq!(
        ask(&mut k, Syscall::AccountTransfer, &[account, root::ACCOUNT, 501]),
        Err(Error::NoGas)
    );
    must(&mut k, Syscall::AccountTransfer, &[account, account, 500]);
    assert_eq!(
        ask(&mut k, Syscall::AccountTransfer, &[account, account, 501]),
        Err(Error::NoGas)
    );
    assert_eq!(ask(&mut k, Syscall::AccountQuery, &[account]), Ok(500));
}

#[test]
fn a_call_that_cant_be_paid_has_no_effect() {
    let mut k = kernel();
    let account = must(&mut k, Syscall::AccountCreate, &[]);
    let process = must(&mut k, Syscall::ProcessCreate, &[root::SPACE, account]);
    must(&mut k, Syscall::ProcessStart, &[process, 0x40_0000, 0x5000, 0]);
    must(
        &mut k,
        Syscall::AccountTransfer,
        &[root::ACCOUNT, account, Syscall::EndpointCreate.gas() - 1],
    );
    // It has too little for a tick, but may run on the turn of another.
    switch(&mut k, Syscall::ProcessYield, &[process]);
    assert_eq!(k.current(), ProcessId(id_of(&k)));
    assert_eq!(ask(&mut k, Syscall::EndpointCreate, &[]), Err(Error::NoGas));
    assert_eq!(ask(&mut k, Syscall::Clock, &[]), Ok(0), "what it can pay, it gets");
    until(&mut k, 1);
    assert_eq!(
        ask(&mut k, Syscall::AccountQuery, &[account]),
        Ok(Syscall::EndpointCreate.gas() - 2)
    );
}

fn spawn_row(k: &mut Exo) -> u32 {
    let process = spawn(k);
    id(k, process)
}

fn id_of(k: &Exo) -> u32 {
    k.current().0
}

#[test]
fn without_gas_nobody_runs_until_the_account_is_filled() {
    let mut k = kernel();
    let account = must(&mut k, Syscall::AccountCreate, &[]);
    let process = must(&mut k, Syscall::ProcessCreate, &[root::SPACE, account]);
    must(&mut k, Syscall::ProcessStart, &[process, 0x40_0000, 0x5000, 0]);
    let row = id(&k, process);
    for _ in 0..10 {
        tick(&mut k);
        assert_eq!(k.current(), ProcessId(1));
    }
    must(&mut k, Syscall::AccountTransfer, &[root::ACCOUNT, account, 3 * gas::TICK]);
    let mut ran = 0;
    for _ in 0..50 {
        tick(&mut k);
        ran += u32::from(k.current() == ProcessId(row));
    }
    assert_eq!(ran, 3, "a turn for each tick that it could pay");
    must(&mut k, Syscall::AccountMint, &[root::ACCOUNT, 5]);
    assert_eq!(ask(&mut k, Syscall::AccountQuery, &[account]), Ok(0));
    must(&mut k, Syscall::ProcessKill, &[process]);
}

/// Who gives its gas away during its turn owes the tick, and pays before the next.
#[test]
fn a_tick_cant_be_dodged() {
    let mut k = kernel();
    let account = must(&mut k, Syscall::AccountCreate, &[]);
    let process = must(&mut k, Syscall::ProcessCreate, &[root::SPACE, account]);
    must(&mut k, Syscall::ProcessStart, &[process, 0x40_0000, 0x5000, 0]);
    let row = id(&k, process);
    must(&mut k, Syscall::AccountTransfer, &[root::ACCOUNT, account, 2 * gas::TICK]);
    until(&mut k, row);
    // Everything but a little goes back, from within its turn: here, as if by itself.
    assert_eq!(k.charge(2 * gas::TICK - 1), Ok(()));
    tick(&mut k);
    assert_eq!(ask(&mut k, Syscall::AccountQuery, &[account]), Ok(0));
    must(&mut k, Syscall::AccountTransfer, &[root::ACCOUNT, account, 2 * gas::TICK - 2]);
    for _ in 0..5 {
        tick(&mut k);
        assert_eq!(k.current(), ProcessId(1), "a tick and what it owes is more than it has");
    }
    must(&mut k, Syscall::AccountTransfer, &[root::ACCOUNT, account, 1]);
    until(&mut k, row);
}

#[test]
fn faults_become_calls_to_their_handler() {
    let mut k = kernel();
    let process = spawn(&mut k);
    let row = id(&k, process);
    let endpoint = must(&mut k, Syscall::EndpointCreate, &[]);
    must(&mut k, Syscall::ProcessOnFault, &[process, endpoint]);
    switch(&mut k, Syscall::EndpointReceive, &[endpoint]);
    assert_eq!(k.current(), ProcessId(row));
    let before = seen(&mut k);
    k.fault(Trap::WriteFault, 0x1234);
    k.check_invariants().unwrap();
    assert_eq!(k.current(), ProcessId(1));
    assert_eq!(seen(&mut k).words, [Trap::WriteFault.code(), 0x1234, 0x40_0000, 0]);
    assert_eq!(
        ask(&mut k, Syscall::ProcessYield, &[process]),
        Err(Error::BadState),
        "it waits"
    );
    switch(&mut k, Syscall::EndpointReply, &[9, 9, 9, 9, 0]);
    assert_eq!((k.current(), seen(&mut k)), (ProcessId(row), before), "it goes on as it was");

    // The handler comes later, and kills it.
    k.fault(Trap::IllegalInstruction, 0);
    assert_eq!(k.current(), ProcessId(1));
    switch(&mut k, Syscall::EndpointReceive, &[endpoint]);
    assert_eq!(
        (k.current(), seen(&mut k).words[0]),
        (ProcessId(1), Trap::IllegalInstruction.code())
    );
    must(&mut k, Syscall::ProcessKill, &[process]);
    assert_eq!(ask(&mut k, Syscall::EndpointReply, &[0; 5]), Err(Error::NoReply));
    assert_eq!(ask(&mut k, Syscall::ProcessWait, &[process]), Ok(KILLED));
}

#[test]
fn a_fault_without_a_handler_ends_the_process() {
    let mut k = kernel();
    for named in [false, true] {
        let process = spawn(&mut k);
        if named {
            let endpoint = must(&mut k, Syscall::EndpointCreate, &[]);
            must(&mut k, Syscall::ProcessOnFault, &[process, endpoint]);
            must(&mut k, Syscall::CapDrop, &[endpoint]);
        }
        switch(&mut k, Syscall::ProcessWait, &[process]);
        k.fault(Trap::ReadFault, 8);
        k.check_invariants().unwrap();
        assert_eq!(
            (k.current(), seen(&mut k).value),
            (ProcessId(1), status_of_fault(Trap::ReadFault.code()))
        );
    }
    // An endpoint that goes while a fault waits there.
    let process = spawn(&mut k);
    let endpoint = must(&mut k, Syscall::EndpointCreate, &[]);
    must(&mut k, Syscall::ProcessOnFault, &[process, endpoint]);
    let row = id(&k, process);
    until(&mut k, row);
    k.fault(Trap::Division, 0);
    until(&mut k, 1);
    must(&mut k, Syscall::CapDrop, &[endpoint]);
    assert_eq!(
        ask(&mut k, Syscall::ProcessWait, &[process]),
        Ok(status_of_fault(Trap::Division.code()))
    );
}

/// A chain in which each ends the next, as long as the table: no recursion.
#[test]
fn a_chain_of_processes_ends_with_the_first() {
    let mut k = boot(32 << 20, &smallest_program(), Configuration::default()).unwrap();
    let mut holders = Vec::new();
    let first = must(&mut k, Syscall::ProcessCreate, &[root::SPACE, root::ACCOUNT]);
    let mut last = first;
    for _ in 0..2000 {
        let Reply::Value { status: 0, value: next } = call(&mut k, Syscall::ProcessCreate, &[root::SPACE, root::ACCOUNT]) else {
            break;
        };
        // The one before holds the only copy that stays.
        let given = call(&mut k, Syscall::CapCopy, &[next, last]);
        assert!(matches!(given, Reply::Value { status: 0, .. }));
        holders.push(last);
        last = next;
    }
    assert!(holders.len() > 1000);
    assert_eq!(ask(&mut k, Syscall::CapDrop, &[first]), Ok(0));
    for _ in 0..3 {
        tick(&mut k);
    }
}

#[test]
fn timers_call_up_and_return() {
    let mut k = kernel();
    let stack = 0x3fff_e000;
    let timer = must(&mut k, Syscall::TimerCreate, &[]);
    for (entry, area, error) in [
        (0x40_0000, stack + 8, Error::Misaligned),
        (0x40_0000, 1 << 47, Error::BadAddress),
        (1 << 50, stack, Error::BadAddress),
    ] {
        assert_eq!(ask(&mut k, Syscall::TimerUpcall, &[timer, entry, area, 2]), Err(error));
    }
    must(&mut k, Syscall::TimerUpcall, &[timer, 0x40_0100, stack, 2]);
    let before = seen(&mut k);
    tick(&mut k);
    assert_eq!(seen(&mut k), before);
    tick(&mut k);
    let after = seen(&mut k);
    assert_eq!((after.program_counter, after.argument), (0x40_0100, stack));
    assert!(after.stack < before.stack);
    // A second one waits until the first is over.
    must(&mut k, Syscall::TimerUpcall, &[timer, 0x40_0200, stack + 512, 1]);
    tick(&mut k);
    assert_eq!(seen(&mut k), after);
    switch(&mut k, Syscall::UpcallReturn, &[stack]);
    assert_eq!(seen(&mut k).program_counter, 0x40_0200);
    switch(&mut k, Syscall::UpcallReturn, &[stack + 512]);
    assert_eq!(seen(&mut k), before);
    for (area, error) in [
        (stack + 8, Error::Misaligned),
        (0x7000_0000, Error::BadAddress),
        (u64::MAX - 15, Error::BadAddress),
    ] {
        assert_eq!(ask(&mut k, Syscall::UpcallReturn, &[area]), Err(error));
    }
    // With zero ticks it is cleared.
    must(&mut k, Syscall::TimerUpcall, &[timer, 0x40_0100, stack, 1]);
    must(&mut k, Syscall::TimerUpcall, &[timer, 0, 0, 0]);
    tick(&mut k);
    assert_eq!(seen(&mut k), before);
}

#[test]
fn an_area_that_cant_be_written_is_a_fault() {
    let mut k = kernel();
    let process = spawn(&mut k);
    switch(&mut k, Syscall::ProcessYield, &[process]);
    let timer = must(&mut k, Syscall::TimerCreate, &[]);
    // The code of the program: readable, not writable.
    must(&mut k, Syscall::TimerUpcall, &[timer, 0x40_0000, 0x40_0000, 1]);
    tick(&mut k);
    tick(&mut k);
    assert_eq!(
        ask(&mut k, Syscall::ProcessWait, &[process]),
        Ok(status_of_fault(Trap::WriteFault.code()))
    );
}

#[test]
fn interrupts_wake_who_waits_for_them() {
    let mut k = kernel();
    assert_eq!(ask(&mut k, Syscall::IrqAllocate, &[root::IRQ, 64]), Err(Error::OutOfRange));
    let line = must(&mut k, Syscall::IrqAllocate, &[root::IRQ, 5]);
    assert!(!k.machine.masked[5]);
    assert_eq!(ask(&mut k, Syscall::IrqAllocate, &[root::IRQ, 5]), Err(Error::Busy));
    for _ in 0..3 {
        k.irq(5);
        assert!(k.machine.masked[5]);
        must(&mut k, Syscall::IrqAcknowledge, &[line]);
        assert!(!k.machine.masked[5]);
    }
    k.irq(6);
    k.irq(6000);
    assert_eq!(ask(&mut k, Syscall::IrqWait, &[line]), Ok(3));
    switch(&mut k, Syscall::IrqWait, &[line]);
    assert_eq!((k.current(), k.outcome()), (ProcessId::IDLE, None));
    k.irq(5);
    k.check_invariants().unwrap();
    assert_eq!((k.current(), seen(&mut k).value), (ProcessId(1), 1));
    must(&mut k, Syscall::CapDrop, &[line]);
    assert!(k.machine.masked[5]);
    must(&mut k, Syscall::IrqAllocate, &[root::IRQ, 5]);
}

#[test]
fn weights_decide_how_often_a_process_runs() {
    let mut k = kernel();
    let (one, other) = (spawn(&mut k), spawn(&mut k));
    for weight in [0, 1001, u64::MAX] {
        assert_eq!(ask(&mut k, Syscall::ProcessWeight, &[one, weight]), Err(Error::BadArgument));
    }
    must(&mut k, Syscall::ProcessWeight, &[one, 6]);
    must(&mut k, Syscall::ProcessWeight, &[other, 3]);
    let rows = [1, id(&k, one), id(&k, other)];
    let mut counts = [0; 3];
    for _ in 0..1000 {
        tick(&mut k);
        counts[rows.iter().position(|&row| ProcessId(row) == k.current()).unwrap()] += 1;
    }
    assert_eq!(counts, [100, 600, 300]);
    until(&mut k, 1);
    let weak = must(&mut k, Syscall::CapDerive, &[one, u64::from(Rights::READ.bits())]);
    assert_eq!(ask(&mut k, Syscall::ProcessWeight, &[weak, 5]), Err(Error::Denied));
}

#[test]
fn every_policy_lets_all_run_that_it_should() {
    for policy in [Policy::RoundRobin, Policy::Priority, Policy::Beatty, Policy::Weights] {
        let mut k = boot(
            8 << 20,
            &smallest_program(),
            Configuration {
                policy,
                ..Configuration::default()
            },
        )
        .unwrap();
        let processes: Vec<u32> = (0..5).map(|_| spawn_row(&mut k)).collect();
        let mut counts = [0; 16];
        for _ in 0..60 {
            tick(&mut k);
            counts[k.current().0 as usize] += 1;
        }
        for process in processes {
            assert_eq!(counts[process as usize], 10, "{policy:?}");
        }
    }
}

/// Two processes under Beatty's policy: the word of the golden section.
#[test]
fn two_processes_run_by_the_fibonacci_word() {
    let mut k = boot(
        8 << 20,
        &smallest_program(),
        Configuration {
            policy: Policy::Beatty,
            ..Configuration::default()
        },
    )
    .unwrap();
    let other = spawn(&mut k);
    let row = id(&k, other);
    let mut word = exo_kernel::scheduler::beatty::Word::new();
    for decision in 0..1000 {
        tick(&mut k);
        let expected = if word.next_is_first() { 1 } else { row };
        assert_eq!(k.current(), ProcessId(expected), "decision {decision}");
    }
}

#[test]
fn ten_thousand_processes_live_at_once() {
    let mut k = boot(64 << 20, &smallest_program(), Configuration::default()).unwrap();
    let mut all = Vec::new();
    for _ in 0..10_000 {
        let Reply::Value {
            status: 0,
            value: process,
        } = call(&mut k, Syscall::ProcessCreate, &[root::SPACE, root::ACCOUNT])
        else {
            panic!("{} processes and no more", all.len());
        };
        let started = call(&mut k, Syscall::ProcessStart, &[process, 0x40_0000, 0x5000, 0]);
        assert_eq!(started, Reply::DONE);
        all.push(process);
    }
    k.check_invariants().unwrap();
    let mut ended = 0;
    while ended < 10_000 {
        k.machine.now += 1;
        k.tick();
        if k.current() != ProcessId(1) {
            let status = u64::from(k.current().0);
            assert_eq!(call(&mut k, Syscall::ProcessExit, &[status]), Reply::Switched);
            ended += 1;
        }
    }
    until(&mut k, 1);
    for process in all {
        let row = u64::from(id(&k, process));
        assert_eq!(call(&mut k, Syscall::ProcessWait, &[process]), Reply::value(row));
        assert_eq!(call(&mut k, Syscall::CapDrop, &[process]), Reply::value(0));
    }
    k.check_invariants().unwrap();
}
