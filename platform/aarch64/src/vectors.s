// The exception vectors, and the ways from and to EL0. The stack is empty whenever a process runs, and interrupts are masked in
// the kernel; so an exception from EL0 may keep a register right below the stack pointer. Offsets: struct Registers (registers.rs).
.section .text.vectors, "ax"

.macro vector target
    .balign 128
    b \target
.endm

.balign 2048
.globl vectors
vectors:
    // From the kernel itself, on either stack pointer: always a fault of ours.
    .rept 8
    vector kernel_exception
    .endr

    // From EL0: a fault, or a system call with its number in x8 and its arguments in x0 to x5.
    .balign 128
    str x16, [sp, #-8]
    mrs x16, esr_el1
    tbz x16, #26, user_fault        // `svc` is class 0x15. No other that comes from EL0 has both bits, but those of extensions that
    tbz x16, #28, user_fault        // we don't switch on (guarded pages, matrices)
    cmp x8, #{calls}
    b.hs no_such_call
    adr x6, {hot}
    ldr x16, [x6]
    ldr x16, [x16, x8, lsl #3]
    blr x16
    eret

    vector user_interrupt           // irq
    vector kernel_exception         // fiq: nothing is routed there
    vector kernel_exception         // system error: no process is to blame
    // From the 32-bit state, which no process can enter.
    .rept 4
    vector kernel_exception
    .endr

.section .text.trap, "ax"

// Saves or loads registers at their places from x16 on: all general ones but x16.
.macro general operation
    .irp number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
    \operation x\number, [x16, #(8 * \number)]
    .endr
.endm

// The same for the vector registers, from x0 on. Rust code uses them for copies.
.macro vectors operation
    .irp number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    \operation q\number, [x0, #(16 * \number)]
    .endr
.endm

// Saves everything that a process can see into its registers, whose address is in tpidr_el1. x16 stands below the stack pointer.
.macro save_all
    mrs x16, tpidr_el1
    general str
    ldr x0, [sp, #-8]
    mrs x1, sp_el0
    str x0, [x16, #128]
    str x1, [x16, #248]
    mrs x0, elr_el1
    mrs x1, spsr_el1
    stp x0, x1, [x16, #256]
    mrs x0, tpidr_el0
    mrs x1, fpcr
    stp x0, x1, [x16, #272]
    mrs x0, fpsr
    mov w1, #{everything}
    str x0, [x16, #288]
    strb w1, [x16, #{kept}]
    add x0, x16, #296
    vectors str
.endm

user_fault:
    save_all
    mrs x0, esr_el1
    mrs x1, far_el1
    b {take_fault}

user_interrupt:
    str x16, [sp, #-8]
    save_all
    b {take_interrupt}

kernel_exception:
    mrs x0, esr_el1
    mrs x1, far_el1
    mrs x2, elr_el1
    adrp x3, stack_top              // whatever happened to the stack, the report needs one
    add sp, x3, :lo12:stack_top
    b {report_exception}

// Lets the process run whose registers are at x0: all of them if x1 says so, else those that carry results. The flags of whoever was
// left last will do for the latter: EL0 can only set the conditions, and a call keeps none.
.globl resume
resume:
    adrp x2, stack_top              // nothing on the stack is needed again
    mov sp, x2
    msr tpidr_el1, x0
    ldp x2, x3, [x0, #248]
    msr sp_el0, x2
    msr elr_el1, x3
    cmp w1, #{everything}
    b.eq 1f
    ldp x2, x3, [x0, #16]
    ldp x4, x5, [x0, #32]
    ldp x0, x1, [x0]
    eret
1:  mov x16, x0
    ldp x0, x1, [x16, #264]
    msr spsr_el1, x0
    msr tpidr_el0, x1
    ldp x0, x1, [x16, #280]
    msr fpcr, x0
    msr fpsr, x1
    add x0, x16, #296
    vectors ldr
    general ldr
    ldr x16, [x16, #128]
    eret

no_such_call:
    mov x0, #{no_such_call}
    mov x1, xzr
    eret
