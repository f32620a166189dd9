//! A gate for tests: it checks, charges and calls the handlers by the tables of the facts, and not by emitted code; so that what the
//! kernel does is tested without the other.
#![allow(dead_code, reason = "each test uses a part")]

use exo_facts::{Error, Handle, ParameterKind, Rights, Syscall};
use exo_kernel::hosted::{Hosted, HostedRegisters};
use exo_kernel::{Granted, Kernel, Reply};

pub type Exo = Kernel<Hosted>;

/// A call of the current process, as the gate makes it.
pub fn call(kernel: &mut Exo, call: Syscall, arguments: &[u64]) -> Reply {
    let mut words = [0; 6];
    words[..arguments.len()].copy_from_slice(arguments);
    let mut granted: [Option<Granted>; 6] = [None; 6];
    for (place, parameter) in call.parameters().iter().enumerate() {
        match parameter.kind {
            ParameterKind::Capability { kind, optional } => {
                let mut needed = parameter.needs;
                if let Some(argument) = parameter.needs_argument {
                    match Rights::from_argument(words[argument]) {
                        Some(rights) => needed = needed | rights,
                        None => return Reply::error(Error::BadArgument),
                    }
                }
                let handle = Handle(words[place]);
                if optional && handle.0 == 0 {
                    continue;
                }
                let checked = match kind {
                    Some(kind) => kernel.check(handle, kind, needed),
                    None => kernel.check_any(handle, needed),
                };
                match checked {
                    Ok(capability) => granted[place] = Some(capability),
                    Err(error) => return Reply::error(error),
                }
            }
            ParameterKind::Rights if Rights::from_argument(words[place]).is_none() => return Reply::error(Error::BadArgument),
            _ => {}
        }
    }
    if let Err(error) = kernel.charge(call.price(&words)) {
        return Reply::error(error);
    }
    handle(kernel, call, words, granted)
}

fn handle(k: &mut Exo, call: Syscall, a: [u64; 6], g: [Option<Granted>; 6]) -> Reply {
    let c = |place: usize| g[place].expect("a capability that isn't optional");
    let r = |place: usize| Rights::from_bits(a[place] as u8);
    match call {
        Syscall::Null => k.null().into(),
        Syscall::CapCopy => k.cap_copy(c(0), g[1]).into(),
        Syscall::CapDerive => k.cap_derive(c(0), r(1)).into(),
        Syscall::CapDrop => k.cap_drop(c(0)),
        Syscall::CapRevoke => k.cap_revoke(c(0)),
        Syscall::CapInspect => k.cap_inspect(c(0)).into(),
        Syscall::PageAllocate => k.page_allocate(a[0]).into(),
        Syscall::PageMap => k.page_map(c(0), c(1), a[2], a[3], r(4)).into(),
        Syscall::PageUnmap => k.page_unmap(c(0), a[1]).into(),
        Syscall::PageDerive => k.page_derive(c(0), a[1], a[2], r(3)).into(),
        Syscall::PageRevoke => k.page_revoke(c(0)),
        Syscall::SpaceCreate => k.space_create().into(),
        Syscall::ProcessCreate => k.process_create(c(0), c(1)).into(),
        Syscall::ProcessStart => k.process_start(c(0), a[1], a[2], a[3]).into(),
        Syscall::ProcessExit => k.process_exit(a[0]),
        Syscall::ProcessWait => k.process_wait(c(0)),
        Syscall::ProcessYield => k.process_yield(g[0]),
        Syscall::ProcessOnFault => k.process_on_fault(c(0), g[1]).into(),
        Syscall::ProcessKill => k.process_kill(c(0)),
        Syscall::ProcessWeight => k.process_weight(c(0), a[1]).into(),
        Syscall::EndpointCreate => k.endpoint_create().into(),
        Syscall::EndpointSend => k.endpoint_send(c(0), a[1], a[2], a[3], a[4], g[5]),
        Syscall::EndpointReceive => k.endpoint_receive(c(0)),
        Syscall::EndpointCall => k.endpoint_call(c(0), a[1], a[2], a[3], a[4], g[5]),
        Syscall::EndpointReply => k.endpoint_reply(a[0], a[1], a[2], a[3], g[4]),
        Syscall::EndpointReplyReceive => k.endpoint_reply_receive(c(0), a[1], a[2], a[3], a[4], g[5]),
        Syscall::EndpointReceiveTimed => k.endpoint_receive_timed(c(0), a[1]),
        Syscall::TimerCreate => k.timer_create().into(),
        Syscall::TimerUpcall => k.timer_upcall(c(0), a[1], a[2], a[3]).into(),
        Syscall::UpcallReturn => k.upcall_return(a[0]),
        Syscall::Clock => k.clock().into(),
        Syscall::IrqAllocate => k.irq_allocate(c(0), a[1]).into(),
        Syscall::IrqWait => k.irq_wait(c(0)),
        Syscall::IrqAcknowledge => k.irq_acknowledge(c(0)).into(),
        Syscall::AccountCreate => k.account_create().into(),
        Syscall::AccountTransfer => k.account_transfer(c(0), c(1), a[2]).into(),
        Syscall::AccountQuery => k.account_query(c(0)).into(),
        Syscall::AccountMint => k.account_mint(c(0), a[1]).into(),
        Syscall::AtomCreate => k.atom_create(a[0]).into(),
        Syscall::AtomLoad => k.atom_load(c(0)).into(),
        Syscall::AtomSwap => k.atom_swap(c(0), a[1]).into(),
        Syscall::AtomCompareAndSwap => k.atom_compare_and_swap(c(0), a[1], a[2]).into(),
        Syscall::AtomFork => k.atom_fork(c(0)).into(),
        Syscall::ValueStore => k.value_store(a[0], a[1]).into(),
        Syscall::ValueRead => k.value_read(a[0], a[1], a[2]).into(),
        Syscall::BlockRead => k.block_read(c(0), a[1], c(2), a[3]).into(),
        Syscall::BlockWrite => k.block_write(c(0), a[1], c(2), a[3]).into(),
        Syscall::BlockDerive => k.block_derive(c(0), a[1], a[2], r(3)).into(),
        Syscall::ConsoleWrite => k.console_write(c(0), a[1], a[2]).into(),
    }
}

/// A call that doesn't switch: its value or its error.
#[track_caller]
pub fn ask(kernel: &mut Exo, what: Syscall, arguments: &[u64]) -> Result<u64, Error> {
    let result = match call(kernel, what, arguments) {
        Reply::Value { status: 0, value } => Ok(value),
        Reply::Value { status, .. } => Err(Error::from_code(status.wrapping_neg()).expect("a status is zero or an error")),
        Reply::Switched => panic!("{} has switched", what.name()),
    };
    kernel.check_invariants().unwrap();
    result
}

/// A call that must succeed without switching.
#[track_caller]
pub fn must(kernel: &mut Exo, what: Syscall, arguments: &[u64]) -> u64 {
    ask(kernel, what, arguments).unwrap_or_else(|error| panic!("{}: {}", what.name(), error.name()))
}

/// A call that switches, or leaves its results in the registers.
#[track_caller]
pub fn switch(kernel: &mut Exo, what: Syscall, arguments: &[u64]) {
    let reply = call(kernel, what, arguments);
    kernel.check_invariants().unwrap();
    assert_eq!(reply, Reply::Switched, "{}", what.name());
}

/// What the current process sees.
pub fn seen(kernel: &mut Exo) -> HostedRegisters {
    *kernel.current_registers()
}

/// The status of an error.
pub fn status(error: Error) -> u64 {
    exo_facts::status(Err(error))
}

/// The handles of the root process.
pub mod root {
    use exo_facts::{Handle, initial, limits};

    const fn handle(index: u32) -> u64 {
        Handle::new(index, limits::FIRST_EPOCH as u32).0
    }

    pub const PROCESS: u64 = handle(initial::PROCESS);
    pub const SPACE: u64 = handle(initial::SPACE);
    pub const ACCOUNT: u64 = handle(initial::ACCOUNT);
    pub const CONSOLE: u64 = handle(initial::CONSOLE);
    pub const IMAGE: u64 = handle(initial::IMAGE);
    pub const BLOCKS: u64 = handle(initial::BLOCKS);
    pub const IRQ: u64 = handle(initial::IRQ);
}

/// A process in the space of root, on its account, started: the handle of root.
#[track_caller]
pub fn spawn(kernel: &mut Exo) -> u64 {
    let process = must(kernel, Syscall::ProcessCreate, &[root::SPACE, root::ACCOUNT]);
    must(kernel, Syscall::ProcessStart, &[process, 0x40_0000, 0x3fff_f000, 7]);
    process
}

/// Ticks until a process is current.
#[track_caller]
pub fn until(kernel: &mut Exo, id: u32) {
    for _ in 0..100_000 {
        if kernel.current().0 == id {
            return;
        }
        tick(kernel);
    }
    panic!("process {id} never ran");
}

/// A tick.
#[track_caller]
pub fn tick(kernel: &mut Exo) {
    kernel.machine.now += 1;
    kernel.tick();
    kernel.check_invariants().unwrap();
}

/// The row of the process that a handle of the current process stands for.
#[track_caller]
pub fn id(kernel: &Exo, handle: u64) -> u32 {
    kernel
        .check(Handle(handle), exo_facts::Kind::Process, Rights::NONE)
        .unwrap()
        .object
}
