// The fast paths. The stack pointer is at struct Base. Whatever isn't as they want is left to the general path, with the arguments as they
// were. Other registers than the stack pointer go along with the switch, and hold what the path worked with: see `rule.registers` of the
// spec.
//
// Rows of processes are found by a shift and by the registers in them, struct Frame. In the word `resume` of one stand the table of pages and
// what is kept of it, in the next one its state: zero is in a call of which nothing is kept, and zero is ready.

// Where tables and rows are: x9 the capabilities, x10 the processes, x11 how many capabilities, x12 the caller, w13 the size of a capability.
.macro tables
    ldr x12, [sp, #{current}]
    ldp x9, x10, [x12, #{slots}]
    ldp x11, x13, [x12, #{slot_count}]
.endm

// Takes the gas from the balance at x14.
.macro charge price, otherwise
    ldr x13, [x14]
    subs x13, x13, #\price
    b.lo \otherwise
    str x13, [x14]
.endm

// From the process at x12 to the one at x10, whose table of pages is x11. The identifier of the space goes with the table, so that nothing
// has to be forgotten; the return to EL0 is the barrier.
.macro switch
    mrs x13, sp_el0
    mrs x14, elr_el1
    stp x13, x14, [x12, #{stack}]
    str x10, [sp, #{current}]
    ldp x13, x14, [x10, #{stack}]
    msr ttbr0_el1, x11
    msr sp_el0, x13
    msr elr_el1, x14
    eret
.endm

.section .text.fast, "ax"
.globl fast_yield, fast_send, adopt
// From the vector, with the process to yield to in x0.
fast_yield:
    tables
    cmp x11, w0, uxtw
    b.ls 9f
    umaddl x9, w0, w13, x9
    ldp x13, x14, [x12, #{key}]
    ldr x15, [x9, #{identity}]
    add x1, x0, x13
    subs x1, x1, x15                // the second result is zero
    b.ne 9f
    ldp w11, w13, [x9, #{object}]
    tbz w13, #{execute}, 9f
    add x10, x10, x11, lsl #{row_shift}
    ldp x11, x13, [x10, #{resume}]
    subs x0, x13, x11, lsl #62      // the first result, too
    b.ne 8f
    charge {yield_price}, 8f
    switch
8:  ldr x13, [x12, #{key}]
    sub x0, x15, x13                // as it was: this capability was the right one
9:  add x6, sp, #{hot}
    bl {general_yield}
    eret

// From the table of calls, with the endpoint in x0, the words in x1 to x4 and the page capability in x5.
fast_send:
    cbnz x5, 9f
    ldr x12, [sp, #{current}]
    ldp x13, x14, [x12, #{key}]
    cbz x13, {direct_send}          // on the turn of another: the scheduler has to learn of it
    ldp x9, x10, [x12, #{slots}]
    ldp x11, x15, [x12, #{slot_count}]
    cmp x11, w0, uxtw
    b.ls 9f
    umaddl x9, w0, w15, x9
    ldr x15, [x9, #{identity}]
    add x16, x0, x13
    add x16, x16, #{to_endpoint}
    cmp x16, x15
    b.ne 9f
    ldp w11, w13, [x9, #{object}]
    tbz w13, #{write}, 9f
    ldr x9, [sp, #{endpoints}]
    add x9, x9, x11, lsl #{endpoint_shift}
    ldr w16, [x9, #{receivers}]     // row 0 if nobody waits, whose state is another
    add x10, x10, x16, lsl #{row_shift}
    ldp x11, x13, [x10, #{resume}]
    sub x13, x13, #{receiving}
    cmp x13, x11, lsl #62
    b.ne 9f
    charge {send_price}, 9f
    ldr w13, [x10, #{next}]
    str w13, [x9, #{receivers}]
    str xzr, [x10, #{state}]        // ready
    str xzr, [x10, #{key}]          // on the turn of another: nobody may take a fast path away from it
    mov x0, xzr
    switch
9:  b {general_send}

// Tells the kernel who runs, and keeps all registers but the vectors'.
adopt:
    stp x0, x1, [sp, #-160]!
    stp x2, x3, [sp, #16]
    stp x4, x5, [sp, #32]
    stp x6, x7, [sp, #48]
    stp x8, x9, [sp, #64]
    stp x10, x11, [sp, #80]
    stp x12, x13, [sp, #96]
    stp x14, x15, [sp, #112]
    stp x16, x17, [sp, #128]
    stp x18, x30, [sp, #144]
    bl {adopt}
    ldp x2, x3, [sp, #16]
    ldp x4, x5, [sp, #32]
    ldp x6, x7, [sp, #48]
    ldp x8, x9, [sp, #64]
    ldp x10, x11, [sp, #80]
    ldp x12, x13, [sp, #96]
    ldp x14, x15, [sp, #112]
    ldp x16, x17, [sp, #128]
    ldp x18, x30, [sp, #144]
    ldp x0, x1, [sp], #160
    ret
