// The exception vectors, and the ways from and to EL0. The stack is empty whenever a process runs, and interrupts are masked in
// the kernel; so an exception from EL0 may keep a register right below the stack pointer. The stack pointer
// is at struct Base (fast.rs) then.
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

    // From EL0: a fault, or a system call with its number in x8 and its arguments in x0 to x5. Of the classes of exceptions that come
    // from there `svc` alone, 0x15, has both of these bits. A yield goes by the first: the others that have it are of units that are
    // switched off for EL0 (SVE, SME), and who uses one with the number of a yield in x8 gets no fault, but yields.
    .balign 128
    str x16, [sp, #-8]
    mrs x16, esr_el1
    tbz x16, #26, user_fault
    cmp x8, #{yield_number}
    b.eq fast_yield
    tbz x16, #28, user_fault
    cmp x8, #{calls}
    b.hs no_such_call
    add x6, sp, #{hot}
    ldr x16, [sp, x8, lsl #3]
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

// Saves or loads what stands at x16, struct Frame; but not x16, x17 and x30.
.macro registers operation
    \operation x0, x1, [x16, #0]
    \operation x2, x3, [x16, #16]
    \operation x4, x5, [x16, #32]
    \operation x6, x7, [x16, #48]
    \operation x8, x9, [x16, #64]
    \operation x10, x11, [x16, #80]
    \operation x12, x13, [x16, #96]
    \operation x14, x15, [x16, #112]
    \operation x18, x19, [x16, #144]
    \operation x20, x21, [x16, #160]
    \operation x22, x23, [x16, #176]
    \operation x24, x25, [x16, #192]
    \operation x26, x27, [x16, #208]
    \operation x28, x29, [x16, #224]
.endm

// The same of the vector registers, which stand before it. x0 is lost.
.macro vectors operation
    sub x0, x16, #512
    \operation {{v0.2d-v3.2d}}, [x0], #64
    \operation {{v4.2d-v7.2d}}, [x0], #64
    \operation {{v8.2d-v11.2d}}, [x0], #64
    \operation {{v12.2d-v15.2d}}, [x0], #64
    \operation {{v16.2d-v19.2d}}, [x0], #64
    \operation {{v20.2d-v23.2d}}, [x0], #64
    \operation {{v24.2d-v27.2d}}, [x0], #64
    \operation {{v28.2d-v31.2d}}, [x0]
.endm

// Saves everything that the process can see which runs. Its x16 stands below the stack pointer.
.macro save_all
    ldr x16, [sp, #{current}]
    registers stp
    vectors st1
    ldr x0, [sp, #-8]
    stp x0, x17, [x16, #128]
    mrs x0, sp_el0
    stp x30, x0, [x16, #240]
    mrs x0, elr_el1
    mrs x1, spsr_el1
    stp x0, x1, [x16, #256]
    mrs x0, tpidr_el0
    mrs x1, fpcr
    stp x0, x1, [x16, #272]
    mrs x0, fpsr
    mov w1, #1
    str x0, [x16, #288]
    strb w1, [x16, #{resume_word}]  // all of that counts; see `resume` of the struct
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

// Lets the process run whose registers are at x0. All are its own, even where it stopped in a call and keeps none: whoever ran before, and
// the kernel, leave nothing to it.
.globl resume
resume:
    adrp x16, stack_top             // nothing on the stack is needed again
    mov sp, x16
    mov x16, x0
    ldp x0, x1, [x16, #248]
    msr sp_el0, x0
    msr elr_el1, x1
    ldp x0, x1, [x16, #264]
    msr spsr_el1, x0
    msr tpidr_el0, x1
    ldp x0, x1, [x16, #280]
    msr fpcr, x0
    msr fpsr, x1
    vectors ld1
    registers ldp
    ldr x30, [x16, #240]
    ldp x16, x17, [x16, #128]
    eret

no_such_call:
    mov x0, #{no_such_call}
    mov x1, xzr
    eret
