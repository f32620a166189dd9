//! Endpoints: messages, calls, replies, pages that go along, and waits that end otherwise.

mod support;

use exo_facts::{Error, Handle, Kind, Rights, Syscall};
use exo_kernel::ProcessId;
use exo_kernel::hosted::kernel;
use support::*;

/// Root, and a process that holds a copy of an endpoint of root's: its row, the endpoint, the copy.
fn pair(k: &mut Exo) -> (u64, u32, u64, u64) {
    let process = spawn(k);
    let endpoint = must(k, Syscall::EndpointCreate, &[]);
    let copy = must(k, Syscall::CapCopy, &[endpoint, process]);
    (process, id(k, process), endpoint, copy)
}

/// In the model project a message went into the mailbox of its sender, and its fourth word through a register that is destroyed.
#[test]
fn a_message_arrives_at_the_receiver_with_all_its_words() {
    let mut k = kernel();
    let (_, row, endpoint, copy) = pair(&mut k);
    switch(&mut k, Syscall::EndpointReceive, &[endpoint]);
    assert_eq!(k.current(), ProcessId(row));
    switch(&mut k, Syscall::EndpointSend, &[copy, 11, 1 << 63, u64::MAX, 14, 0]);
    assert_eq!(k.current(), ProcessId(1), "the receiver runs at once");
    let registers = seen(&mut k);
    assert_eq!(
        (registers.status, registers.words, registers.page),
        (0, [11, 1 << 63, u64::MAX, 14], 0)
    );
    until(&mut k, row);
    assert_eq!(
        (seen(&mut k).status, seen(&mut k).words),
        (0, [0; 4]),
        "the sender has got nothing"
    );
}

#[test]
fn a_sender_waits_for_a_receiver() {
    let mut k = kernel();
    let (_, row, endpoint, copy) = pair(&mut k);
    switch(&mut k, Syscall::EndpointSend, &[endpoint, 1, 2, 3, 4, 0]);
    assert_eq!(k.current(), ProcessId(row));
    switch(&mut k, Syscall::EndpointReceive, &[copy]);
    assert_eq!((k.current(), seen(&mut k).words), (ProcessId(row), [1, 2, 3, 4]));
    until(&mut k, 1);
    assert_eq!(seen(&mut k).status, 0);
}

#[test]
fn calls_are_answered_the_latest_first() {
    let mut k = kernel();
    let (_, row, endpoint, copy) = pair(&mut k);
    let third = spawn(&mut k);
    let copy_of_third = must(&mut k, Syscall::CapCopy, &[endpoint, third]);
    let third = id(&k, third);
    assert_eq!(ask(&mut k, Syscall::EndpointReply, &[0; 5]), Err(Error::NoReply));
    switch(&mut k, Syscall::EndpointReceive, &[endpoint]);
    until(&mut k, row);
    switch(&mut k, Syscall::EndpointCall, &[copy, 1, 0, 0, 0, 0]);
    assert_eq!((k.current(), seen(&mut k).words[0]), (ProcessId(1), 1));
    switch(&mut k, Syscall::EndpointReceive, &[endpoint]);
    until(&mut k, third);
    switch(&mut k, Syscall::EndpointCall, &[copy_of_third, 2, 0, 0, 0, 0]);
    assert_eq!((k.current(), seen(&mut k).words[0]), (ProcessId(1), 2));
    switch(&mut k, Syscall::EndpointReply, &[20, 0, 0, 0, 0]);
    assert_eq!((k.current(), seen(&mut k).words[0]), (ProcessId(third), 20));
    until(&mut k, 1);
    switch(&mut k, Syscall::EndpointReply, &[10, 0, 0, 0, 0]);
    assert_eq!((k.current(), seen(&mut k).words[0]), (ProcessId(row), 10));
}

/// The time slice goes along with a call, and the owner of the turn pays for it.
#[test]
fn a_call_donates_the_time_slice() {
    let mut k = kernel();
    let (process, row, endpoint, copy) = pair(&mut k);
    let idle = spawn(&mut k);
    let idle = id(&k, idle);
    must(&mut k, Syscall::ProcessWeight, &[process, 5]);
    until(&mut k, row);
    switch(&mut k, Syscall::EndpointReceive, &[copy]);
    until(&mut k, 1);
    for _ in 0..10 {
        switch(&mut k, Syscall::EndpointCall, &[endpoint, 0, 0, 0, 0, 0]);
        assert_eq!(k.current(), ProcessId(row), "not the one that is idle");
        switch(&mut k, Syscall::EndpointReply, &[0; 5]);
        assert_eq!(k.current(), ProcessId(1));
        // The server is in the queue now, and takes its own turn to wait again.
        until(&mut k, row);
        switch(&mut k, Syscall::EndpointReceive, &[copy]);
        until(&mut k, 1);
    }
    assert_ne!(idle, 0);
}

/// "Zero-copy" copied in the model project, and the owner of the frame was rewritten under a tag that then failed.
#[test]
fn a_page_goes_over_without_a_copy() {
    let mut k = kernel();
    let (_, row, endpoint, copy) = pair(&mut k);
    let page = must(&mut k, Syscall::PageAllocate, &[2]);
    let frame = k.check(Handle(page), Kind::Page, Rights::READ).unwrap().first;
    must(&mut k, Syscall::PageMap, &[root::SPACE, page, 0, 0x50_0000, 3]);
    until(&mut k, row);
    switch(&mut k, Syscall::EndpointReceive, &[copy]);
    until(&mut k, 1);
    let free = k.free_frames();
    switch(&mut k, Syscall::EndpointSend, &[endpoint, 1, 2, 3, 4, page]);
    assert_eq!(k.current(), ProcessId(row));
    let got = seen(&mut k).page;
    assert_eq!(
        k.check(Handle(got), Kind::Page, Kind::Page.rights()).unwrap().first,
        frame,
        "the same frame"
    );
    assert!(k.free_frames() >= free, "and none beside");
    until(&mut k, 1);
    assert_eq!(
        ask(&mut k, Syscall::CapInspect, &[page]),
        Err(Error::BadHandle),
        "the sender's handle is stale"
    );
    assert_eq!(ask(&mut k, Syscall::CapInspect, &[got]), Err(Error::BadHandle));
    assert_eq!(
        ask(&mut k, Syscall::PageUnmap, &[root::SPACE, 0x50_0000]),
        Err(Error::BadAddress),
        "and so is its mapping"
    );
}

#[test]
fn a_page_needs_the_right_to_be_sent() {
    let mut k = kernel();
    let endpoint = must(&mut k, Syscall::EndpointCreate, &[]);
    let page = must(&mut k, Syscall::PageAllocate, &[1]);
    let weak = must(&mut k, Syscall::CapDerive, &[page, 3]);
    assert_eq!(
        ask(&mut k, Syscall::EndpointSend, &[endpoint, 0, 0, 0, 0, weak]),
        Err(Error::Denied)
    );
    assert_eq!(
        ask(&mut k, Syscall::EndpointSend, &[endpoint, 0, 0, 0, 0, root::SPACE]),
        Err(Error::WrongKind)
    );
}

/// What is taken back while a message waits isn't handed over.
#[test]
fn a_page_that_is_revoked_on_its_way_doesnt_arrive() {
    let mut k = kernel();
    let (process, row, endpoint, copy) = pair(&mut k);
    let page = must(&mut k, Syscall::PageAllocate, &[1]);
    let given = must(&mut k, Syscall::CapCopy, &[page, process]);
    until(&mut k, row);
    switch(&mut k, Syscall::EndpointSend, &[copy, 0, 0, 0, 0, given]);
    assert_eq!(k.current(), ProcessId(1));
    assert_eq!(ask(&mut k, Syscall::PageRevoke, &[page]), Ok(1));
    assert_eq!(
        ask(&mut k, Syscall::EndpointReceiveTimed, &[endpoint, 0]),
        Err(Error::Timeout)
    );
    until(&mut k, row);
    assert_eq!(seen(&mut k).status, status(Error::BadHandle));
}

#[test]
fn a_wait_ends_with_its_capability() {
    let mut k = kernel();
    for (what, arguments) in [
        (Syscall::EndpointReceive, 1),
        (Syscall::EndpointReceiveTimed, 2),
        (Syscall::EndpointSend, 6),
        (Syscall::EndpointCall, 6),
    ] {
        let (_, row, endpoint, copy) = pair(&mut k);
        until(&mut k, row);
        let mut words = [copy, 100, 0, 0, 0, 0];
        words[0] = copy;
        switch(&mut k, what, &words[..arguments]);
        until(&mut k, 1);
        assert_eq!(ask(&mut k, Syscall::CapRevoke, &[endpoint]), Ok(1));
        until(&mut k, row);
        assert_eq!(seen(&mut k).status, status(Error::BadHandle), "{}", what.name());
        switch(&mut k, Syscall::ProcessExit, &[0]);
        until(&mut k, 1);
    }
}

#[test]
fn a_timed_receive_ends_in_time() {
    let mut k = kernel();
    let (_, row, endpoint, copy) = pair(&mut k);
    assert_eq!(
        ask(&mut k, Syscall::EndpointReceiveTimed, &[endpoint, 0]),
        Err(Error::Timeout)
    );
    switch(&mut k, Syscall::EndpointReceiveTimed, &[endpoint, 3]);
    tick(&mut k);
    tick(&mut k);
    assert_eq!(k.current(), ProcessId(row));
    tick(&mut k);
    until(&mut k, 1);
    assert_eq!(seen(&mut k).status, status(Error::Timeout));
    // A message in time, and no timeout afterwards.
    switch(&mut k, Syscall::EndpointReceiveTimed, &[endpoint, 50]);
    switch(&mut k, Syscall::EndpointSend, &[copy, 7, 7, 7, 7, 0]);
    assert_eq!((k.current(), seen(&mut k).words), (ProcessId(1), [7; 4]));
    for _ in 0..100 {
        tick(&mut k);
    }
    until(&mut k, 1);
    assert_eq!(seen(&mut k).status, 0);
    switch(&mut k, Syscall::EndpointReceiveTimed, &[endpoint, u64::MAX]);
}

#[test]
fn a_caller_learns_that_nobody_will_reply() {
    let mut k = kernel();
    let (_, row, endpoint, copy) = pair(&mut k);
    until(&mut k, row);
    switch(&mut k, Syscall::EndpointReceive, &[copy]);
    until(&mut k, 1);
    switch(&mut k, Syscall::EndpointCall, &[endpoint, 1, 1, 1, 1, 0]);
    assert_eq!(k.current(), ProcessId(row));
    switch(&mut k, Syscall::ProcessExit, &[0]);
    assert_eq!((k.current(), seen(&mut k).status), (ProcessId(1), status(Error::NoReply)));
}

/// A process may hold both ends: it waits for itself in vain, and can still be ended.
#[test]
fn a_message_to_oneself_waits() {
    let mut k = kernel();
    let (process, row, _, copy) = pair(&mut k);
    until(&mut k, row);
    switch(&mut k, Syscall::EndpointCall, &[copy, 0, 0, 0, 0, 0]);
    assert_eq!(k.current(), ProcessId(1));
    must(&mut k, Syscall::ProcessKill, &[process]);
}
