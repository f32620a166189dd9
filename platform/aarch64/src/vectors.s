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

    // From EL0: a system call or a fault.
    .balign 128
    str x16, [sp, #-8]
    mrs x16, esr_el1
    lsr x16, x16, #26
    cmp x16, #0x15                  // `svc` in the 64-bit state
    b.ne user_fault
    b system_call

    vector user_interrupt           // irq
    vector kernel_exception         // fiq: nothing is routed there
    vector kernel_exception         // system error: no process is to blame
    // From the 32-bit state, which no process can enter.
    .rept 4
    vector kernel_exception
    .endr

// Saves everything that a process can see into its registers, whose address is in tpidr_el1. x16 stands below the stack pointer.
.macro save_all
    mrs x16, tpidr_el1
    stp x0, x1, [x16]
    stp x2, x3, [x16, #16]
    stp x4, x5, [x16, #32]
    stp x6, x7, [x16, #48]
    stp x8, x9, [x16, #64]
    stp x10, x11, [x16, #80]
    stp x12, x13, [x16, #96]
    stp x14, x15, [x16, #112]
    ldr x0, [sp, #-8]
    stp x0, x17, [x16, #128]
    stp x18, x19, [x16, #144]
    stp x20, x21, [x16, #160]
    stp x22, x23, [x16, #176]
    stp x24, x25, [x16, #192]
    stp x26, x27, [x16, #208]
    stp x28, x29, [x16, #224]
    mrs x0, sp_el0
    stp x30, x0, [x16, #240]
    mrs x0, elr_el1
    mrs x1, spsr_el1
    stp x0, x1, [x16, #256]
    mrs x0, tpidr_el0
    mrs x1, fpcr
    stp x0, x1, [x16, #272]
    mrs x0, fpsr
    mov x1, #1
    stp x0, x1, [x16, #288]
    // Rust code uses the vector registers for copies.
    add x0, x16, #304
    stp q0, q1, [x0]
    stp q2, q3, [x0, #32]
    stp q4, q5, [x0, #64]
    stp q6, q7, [x0, #96]
    stp q8, q9, [x0, #128]
    stp q10, q11, [x0, #160]
    stp q12, q13, [x0, #192]
    stp q14, q15, [x0, #224]
    stp q16, q17, [x0, #256]
    stp q18, q19, [x0, #288]
    stp q20, q21, [x0, #320]
    stp q22, q23, [x0, #352]
    stp q24, q25, [x0, #384]
    stp q26, q27, [x0, #416]
    stp q28, q29, [x0, #448]
    stp q30, q31, [x0, #480]
.endm

user_fault:
    save_all
    mrs x0, esr_el1
    mrs x1, far_el1
    bl take_fault
    b resume

user_interrupt:
    str x16, [sp, #-8]
    save_all
    bl take_interrupt
    b resume

kernel_exception:
    mrs x0, esr_el1
    mrs x1, far_el1
    mrs x2, elr_el1
    adrp x3, stack_top              // whatever happened to the stack, the report needs one
    add sp, x3, :lo12:stack_top
    b report_exception

// Lets the process run whose registers are at x0: all of them after a preemption or a fault, else those that carry results.
.globl resume
resume:
    msr tpidr_el1, x0
    mov x16, x0
    ldp x0, x1, [x16, #256]
    msr elr_el1, x0
    msr spsr_el1, x1
    ldr x0, [x16, #248]
    msr sp_el0, x0
    ldr x0, [x16, #296]
    cbnz x0, 1f
    ldp x0, x1, [x16]
    ldp x2, x3, [x16, #16]
    ldp x4, x5, [x16, #32]
    eret
1:  ldp x0, x1, [x16, #272]
    msr tpidr_el0, x0
    msr fpcr, x1
    ldr x0, [x16, #288]
    msr fpsr, x0
    add x0, x16, #304
    ldp q0, q1, [x0]
    ldp q2, q3, [x0, #32]
    ldp q4, q5, [x0, #64]
    ldp q6, q7, [x0, #96]
    ldp q8, q9, [x0, #128]
    ldp q10, q11, [x0, #160]
    ldp q12, q13, [x0, #192]
    ldp q14, q15, [x0, #224]
    ldp q16, q17, [x0, #256]
    ldp q18, q19, [x0, #288]
    ldp q20, q21, [x0, #320]
    ldp q22, q23, [x0, #352]
    ldp q24, q25, [x0, #384]
    ldp q26, q27, [x0, #416]
    ldp q28, q29, [x0, #448]
    ldp q30, q31, [x0, #480]
    ldp x0, x1, [x16]
    ldp x2, x3, [x16, #16]
    ldp x4, x5, [x16, #32]
    ldp x6, x7, [x16, #48]
    ldp x8, x9, [x16, #64]
    ldp x10, x11, [x16, #80]
    ldp x12, x13, [x16, #96]
    ldp x14, x15, [x16, #112]
    ldp x18, x19, [x16, #144]
    ldp x20, x21, [x16, #160]
    ldp x22, x23, [x16, #176]
    ldp x24, x25, [x16, #192]
    ldp x26, x27, [x16, #208]
    ldp x28, x29, [x16, #224]
    ldr x30, [x16, #240]
    ldp x16, x17, [x16, #128]
    eret

system_call:
    bl take_call
    b resume
