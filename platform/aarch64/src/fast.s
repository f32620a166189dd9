// The fast paths. Each is entered like the handler of a call: arguments in x0 to x5, the number in x8, struct Hot at x6, the way back in
// x30. Whatever isn't as it wants is left to the general path with all of these as they were. Other registers than the stack pointer go
// along with the switch: a call that may switch keeps none, and who makes it chooses who sees them.

// The capability in x0 leads to x10, its row, if its identity is that of the caller's key plus `kind`, and it has the right.
.macro check kind, right, otherwise
    ldp x10, x11, [x6, #{slots}]
    cmp x11, w0, uxtw
    b.ls \otherwise
    mrs x12, tpidr_el1
    mov w13, #{slot_size}
    umaddl x10, w0, w13, x10
    ldr x13, [x12, #{key}]
    sub x14, x0, w0, uxtw
    .if \kind
    add x13, x13, #\kind
    .endif
    add x14, x14, x13
    ldr x13, [x10, #{identity}]
    cmp x13, x14
    b.ne \otherwise
    ldp w11, w13, [x10, #{object}]
    tbz w13, #\right, \otherwise
.endm

// Takes the gas of the process at x12.
.macro charge price, otherwise
    ldr x13, [x12, #{balance}]
    ldr x14, [x13]
    subs x14, x14, #\price
    b.lo \otherwise
    str x14, [x13]
.endm

// From the process at x12 to the one at x10, which stopped in a call. Translations: see `activate` in mmu.rs.
.macro switch
    mrs x13, sp_el0
    mrs x14, elr_el1
    stp x13, x14, [x12, #{stack}]
    adr x13, {entries_after}
    str x13, [x6]
    msr tpidr_el1, x10
    ldr x15, [x10, #{root}]
    ldp x13, x14, [x10, #{stack}]
    msr ttbr0_el1, x15
    isb
    tlbi aside1, xzr
    dsb nsh
    msr sp_el0, x13
    msr elr_el1, x14
    mov x0, xzr
.endm

.section .text.fast, "ax"
.globl fast_yield, fast_send, catch_up_call
fast_yield:
    check 0, {execute}, 9f
    ldr x10, [x6, #{processes}]
    add x10, x10, x11, lsl #{row_shift}
    mov w13, #{kept}
    ldrh w13, [x10, x13]            // what is kept, and the state
    cmp w13, #{stopped_ready}
    b.ne 9f
    charge {yield_price}, 9f
    switch
    mov x1, xzr
    eret
9:  b {general_yield}               // further away than a test of a bit reaches

fast_send:
    cbnz x5, 9f
    check {to_endpoint}, {write}, 9f
    ldr x15, [x6, #{endpoints}]
    mov w13, #{endpoint_size}
    umaddl x15, w11, w13, x15
    ldr w11, [x15, #{receivers}]    // row 0 if nobody waits, whose state is another
    ldr x10, [x6, #{processes}]
    add x10, x10, x11, lsl #{row_shift}
    mov w13, #{kept}
    ldrh w13, [x10, x13]            // what is kept, and the state
    cmp w13, #{stopped_receiving}
    b.ne 9f
    ldr w13, [x10, #{due}]
    ldr x14, [x6, #{deadlines}]
    ldr w14, [x14, x11, lsl #2]
    orr w13, w13, w14
    cbnz w13, 9f
    charge {send_price}, 9f
    ldr w13, [x10, #{next}]
    str w13, [x15, #{receivers}]
    cbnz w13, 2f
    str wzr, [x15, #{receivers} + 4]
1:  mov w13, #{ready}
    strb w13, [x10, #{state}]
    str wzr, [x10, #{slot}]
    mov x13, #{unfit}
    str x13, [x10, #{key}]
    switch
    eret
2:  ldr x14, [x6, #{processes}]     // the one behind is the first now
    add x14, x14, x13, lsl #{row_shift}
    str wzr, [x14, #{previous}]
    b 1b
9:  b {general_send}

// A call after a fast path: the kernel learns who makes it.
catch_up_call:
    stp x0, x1, [sp, #-80]!
    stp x2, x3, [sp, #16]
    stp x4, x5, [sp, #32]
    stp x6, x8, [sp, #48]
    str x30, [sp, #64]
    bl {catch_up}
    ldp x2, x3, [sp, #16]
    ldp x4, x5, [sp, #32]
    ldp x6, x8, [sp, #48]
    ldr x30, [sp, #64]
    ldp x0, x1, [sp], #80
    ldr x16, [x6]
    ldr x16, [x16, x8, lsl #3]
    br x16
