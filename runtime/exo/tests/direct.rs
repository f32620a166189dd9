//! The direct paths of messages against the general one: two kernels live through the same, one of them by the direct paths where these
//! take a call, and know the same afterwards.

mod support;

use std::collections::BTreeMap;

use exo_facts::{Handle, Rights, Syscall, Trap};
use exo_kernel::hosted::{HostedRegisters, boot, smallest_program};
use exo_kernel::process::Process;
use exo_kernel::snapshot::Snapshot;
use exo_kernel::{Configuration, Policy, ProcessId, Registers, Reply};
use fastrand::Rng;
use support::*;

/// A platform with direct paths, as far as registers go: it knows who runs.
struct Platform {
    kernel: Exo,
    running: ProcessId,
    /// The kernel doesn't know it yet.
    behind: bool,
}

impl Platform {
    /// A call by its direct path, if that takes it.
    fn direct(&mut self, what: Syscall, a: [u64; 6]) -> bool {
        let caller = self.running;
        let base = self.kernel.tables().processes as usize;
        // The registers stand first in the row of a process.
        let row = |registers: &mut HostedRegisters| {
            let offset = core::ptr::from_mut(registers) as usize - base;
            ProcessId((offset / size_of::<Process<HostedRegisters>>()) as u32)
        };
        let (next, words) = match what {
            Syscall::EndpointSend if a[5] == 0 => (
                self.kernel.send_directly(caller, Handle(a[0])).map(row),
                [a[1], a[2], a[3], a[4]],
            ),
            Syscall::EndpointCall if a[5] == 0 => (
                self.kernel.call_directly(caller, Handle(a[0])).map(row),
                [a[1], a[2], a[3], a[4]],
            ),
            Syscall::EndpointReply if a[4] == 0 => (self.kernel.reply_directly(caller).map(row), [a[0], a[1], a[2], a[3]]),
            Syscall::EndpointReplyReceive if a[5] == 0 => (
                self.kernel.reply_receive_directly(caller, Handle(a[0])).map(row),
                [a[1], a[2], a[3], a[4]],
            ),
            Syscall::EndpointReceive | Syscall::EndpointReceiveTimed => {
                let message = self.kernel.receive_directly(caller, Handle(a[0]), what).copied();
                (message.map(|_| caller), message.unwrap_or_default())
            }
            _ => return false,
        };
        let Some(next) = next else { return false };
        if matches!(what, Syscall::EndpointSend | Syscall::EndpointReply) {
            self.kernel.registers_of(caller).set_done();
        }
        let registers = self.kernel.registers_of(next);
        registers.set_status(0);
        registers.set_message(words, 0);
        self.running = next;
        self.behind = true;
        true
    }

    /// Tells the kernel who runs.
    fn synchronise(&mut self) {
        if core::mem::take(&mut self.behind) {
            self.kernel.adopt(self.running);
        }
    }

    fn general(&mut self, what: Syscall, arguments: &[u64]) -> Reply {
        let reply = call(&mut self.kernel, what, arguments);
        self.running = self.kernel.current();
        reply
    }
}

/// What both kernels live through.
struct Pair {
    random: Rng,
    /// Takes the direct paths.
    platform: Platform,
    /// Never does.
    general: Exo,
    /// For each process, its handles of the two endpoints, of a timer and of a page.
    handles: BTreeMap<u32, [u64; 4]>,
    processes: Vec<u64>,
    /// How often which call was made directly.
    taken: BTreeMap<&'static str, u32>,
}

const MESSAGES: [Syscall; 6] = [
    Syscall::EndpointSend,
    Syscall::EndpointCall,
    Syscall::EndpointReply,
    Syscall::EndpointReplyReceive,
    Syscall::EndpointReceive,
    Syscall::EndpointReceiveTimed,
];

/// Root and some others, which share two endpoints; two of them may only send to the first, or only receive. The last has an account of its
/// own with little in it.
fn set_up(k: &mut Exo) -> (BTreeMap<u32, [u64; 4]>, Vec<u64>) {
    let endpoints = [0; 2].map(|_| must(k, Syscall::EndpointCreate, &[]));
    let page = must(k, Syscall::PageAllocate, &[1]);
    must(k, Syscall::PageMap, &[root::SPACE, page, 0, 0x50_0000, 3]);
    let timer = must(k, Syscall::TimerCreate, &[]);
    let mut handles = BTreeMap::from([(1, [endpoints[0], endpoints[1], timer, page])]);
    let one_sided = [Rights::READ, Rights::WRITE].map(|right| {
        let rights = right.join(Rights::GRANT).bits();
        must(k, Syscall::CapDerive, &[endpoints[0], u64::from(rights)])
    });
    let mut processes = Vec::new();
    let poor = must(k, Syscall::AccountCreate, &[]);
    must(k, Syscall::AccountTransfer, &[root::ACCOUNT, poor, 5000]);
    for index in 0..5 {
        let account = if index == 4 { poor } else { root::ACCOUNT };
        let process = must(k, Syscall::ProcessCreate, &[root::SPACE, account]);
        must(k, Syscall::ProcessStart, &[process, 0x40_0000, 0x3fff_f000, 7]);
        must(k, Syscall::ProcessOnFault, &[process, endpoints[0]]);
        let first = *one_sided.get(index).unwrap_or(&endpoints[0]);
        let copies = [first, endpoints[1], timer, page].map(|handle| must(k, Syscall::CapCopy, &[handle, process]));
        handles.insert(id(k, process), copies);
        processes.push(process);
    }
    (handles, processes)
}

impl Pair {
    fn new(seed: u64) -> Pair {
        let policy = [Policy::Weights, Policy::RoundRobin, Policy::Priority, Policy::Beatty][seed as usize % 4];
        let configuration = Configuration {
            policy,
            arena_bytes: 32 << 10,
            disk_blocks: 0,
        };
        let start = || boot(5 << 20, &smallest_program(), configuration).unwrap();
        let (mut kernel, mut general) = (start(), start());
        let (handles, processes) = set_up(&mut kernel);
        set_up(&mut general);
        Pair {
            random: Rng::with_seed(seed),
            platform: Platform {
                running: kernel.current(),
                kernel,
                behind: false,
            },
            general,
            handles,
            processes,
            taken: BTreeMap::new(),
        }
    }

    /// The arguments of a message: mostly good ones.
    fn arguments(&mut self, what: Syscall) -> [u64; 6] {
        let random = &mut self.random;
        let known = self.handles.get(&self.platform.running.0).copied().unwrap_or_default();
        let endpoint = match random.u8(..40) {
            0 => 0,
            1 => known[0] ^ 1 << random.u8(..64),
            2 => known[2],
            _ => known[usize::from(random.u8(..4) == 0)],
        };
        let words: [u64; 4] = std::array::from_fn(|_| random.u64(..));
        let page = if random.u8(..40) == 0 { known[3] } else { 0 };
        match what {
            Syscall::EndpointReply => [words[0], words[1], words[2], words[3], page, 0],
            Syscall::EndpointReceive => [endpoint, 0, 0, 0, 0, 0],
            Syscall::EndpointReceiveTimed => [endpoint, random.u64(..4), 0, 0, 0, 0],
            _ => [endpoint, words[0], words[1], words[2], words[3], page],
        }
    }

    /// A message by the one who runs, on both. Says whether it went directly.
    fn message(&mut self) -> bool {
        let mut what = Syscall::Null;
        let mut arguments = [0; 6];
        let mut direct = false;
        // What isn't taken directly has changed nothing, so that something else can be tried. A receive would mostly wait.
        for _ in 0..self.random.u8(1..60) {
            what = MESSAGES[self.random.usize(..MESSAGES.len())];
            arguments = self.arguments(what);
            direct = self.platform.direct(what, arguments);
            if direct {
                break;
            }
        }
        let reply = call(&mut self.general, what, &arguments[..what.parameters().len()]);
        if direct {
            assert_eq!(reply, Reply::Switched, "{}", what.name());
            *self.taken.entry(what.name()).or_default() += 1;
        } else {
            self.platform.synchronise();
            let other = self.platform.general(what, &arguments[..what.parameters().len()]);
            assert_eq!(reply, other, "{}", what.name());
        }
        direct
    }

    /// Something else, on both.
    fn other(&mut self) {
        self.platform.synchronise();
        let random = &mut self.random;
        let known = self.handles.get(&self.platform.running.0).copied().unwrap_or_default();
        let (what, arguments): (Syscall, Vec<u64>) = match random.u8(..12) {
            0 => (Syscall::ProcessYield, vec![0]),
            1 if self.platform.running.0 == 1 => (Syscall::ProcessYield, vec![self.processes[random.usize(..5)]]),
            2 => (Syscall::TimerUpcall, vec![known[2], 0x40_0000, 0x50_0000, random.u64(1..3)]),
            3 => (Syscall::UpcallReturn, vec![0x50_0000]),
            4 if self.platform.running.0 == 1 => (
                Syscall::ProcessWeight,
                vec![self.processes[random.usize(..5)], random.u64(1..4)],
            ),
            5 if self.platform.running.0 != 1 => {
                for kernel in [&mut self.platform.kernel, &mut self.general] {
                    kernel.fault(Trap::Division, 7);
                }
                self.platform.running = self.platform.kernel.current();
                return;
            }
            _ => {
                for kernel in [&mut self.platform.kernel, &mut self.general] {
                    kernel.machine.now += 1;
                    kernel.tick();
                }
                self.platform.running = self.platform.kernel.current();
                return;
            }
        };
        if self.platform.running == ProcessId::IDLE {
            return;
        }
        let reply = call(&mut self.general, what, &arguments);
        assert_eq!(reply, self.platform.general(what, &arguments), "{}", what.name());
    }

    fn snapshots(&self) -> (Snapshot, Snapshot) {
        (self.platform.kernel.snapshot(), self.general.snapshot())
    }

    fn step(&mut self) {
        if self.platform.running == ProcessId::IDLE || self.random.u8(..4) == 0 {
            self.other();
        } else {
            self.message();
        }
    }
}

fn count(taken: &mut BTreeMap<&'static str, u32>, pair: Pair) {
    for (name, times) in pair.taken {
        *taken.entry(name).or_default() += times;
    }
}

/// No call may be left out: what is never taken isn't tested.
fn all_were_taken(taken: &BTreeMap<&'static str, u32>, least: u32) {
    for call in MESSAGES {
        let times = taken.get(call.name()).copied().unwrap_or(0);
        assert!(times >= least, "{} went directly only {times} times", call.name());
    }
}

/// The kernel is told after each call: then it knows all that it would have known, down to the order in which the scheduler chooses.
#[test]
fn a_direct_path_does_what_the_general_one_does() {
    let mut taken = BTreeMap::new();
    for seed in 0..60 {
        let mut pair = Pair::new(seed);
        for step in 0..400 {
            pair.step();
            pair.platform.synchronise();
            if step % 50 == 0 {
                pair.platform.kernel.check_invariants().unwrap();
            }
            let (direct, general) = pair.snapshots();
            assert_eq!(direct, general, "seed {seed}, step {step}");
        }
        count(&mut taken, pair);
    }
    all_were_taken(&taken, 200);
}

/// The kernel isn't told as long as messages go directly. Meanwhile only who runs, and who is in the queue of the scheduler, isn't known;
/// and then that is so as well.
#[test]
fn the_scheduler_learns_later_who_is_ready() {
    let mut taken = BTreeMap::new();
    let mut longest = 0;
    for seed in 0..300 {
        let mut pair = Pair::new(seed);
        for _ in 0..pair.random.u8(..60) {
            pair.step();
            pair.platform.synchronise();
        }
        let mut length = 0;
        while pair.platform.running != ProcessId::IDLE && pair.message() {
            length += 1;
            let (mut direct, mut general) = pair.snapshots();
            assert_eq!(pair.platform.running, pair.general.current(), "seed {seed}");
            for snapshot in [&mut direct, &mut general] {
                snapshot.current = 0;
                snapshot.active = exo_kernel::Frame(0);
                snapshot.queued.clear();
            }
            assert_eq!(direct, general, "seed {seed}, after {length} messages");
            if length > 50 {
                break;
            }
        }
        pair.platform.synchronise();
        pair.platform.kernel.check_invariants().unwrap();
        longest = longest.max(length);
        count(&mut taken, pair);
    }
    all_were_taken(&taken, 20);
    assert!(longest > 3, "bursts of {longest} messages");
}

/// A call and its reply leave the scheduler alone: who called has the turn again, and the one who answered waits.
#[test]
fn calls_and_replies_go_on_for_ever() {
    let mut pair = Pair::new(0);
    let k = &mut pair.platform.kernel;
    let handles = pair.handles[&1];
    // Some other process receives.
    until(k, 2);
    switch(k, Syscall::EndpointReceive, &[pair.handles[&2][0]]);
    until(k, 1);
    pair.platform.running = ProcessId(1);
    let balance = *pair.platform.kernel.current_balance();
    for round in 0..1000 {
        let words = [handles[0], round, 2, 3, 4, 0];
        assert!(pair.platform.direct(Syscall::EndpointCall, words));
        assert_eq!(pair.platform.running, ProcessId(2));
        let server = pair.platform.kernel.registers_of(ProcessId(2));
        assert_eq!((server.status, server.words), (0, [round, 2, 3, 4]));
        let answer = [pair.handles[&2][0], round + 1, 0, 0, 0, 0];
        assert!(pair.platform.direct(Syscall::EndpointReplyReceive, answer));
        assert_eq!(pair.platform.running, ProcessId(1));
        let client = pair.platform.kernel.registers_of(ProcessId(1));
        assert_eq!((client.status, client.words[0]), (0, round + 1));
    }
    pair.platform.synchronise();
    pair.platform.kernel.check_invariants().unwrap();
    let price = Syscall::EndpointCall.gas() + Syscall::EndpointReplyReceive.gas();
    assert_eq!(*pair.platform.kernel.current_balance(), balance - 1000 * price);
}
