// Every way into the kernel from a running program, and the way back.

    // One stub a vector, 16 bytes apart. Vectors without an error code of their own get a zero, so that all frames look alike.
    .section .text
    .globl vector_stubs
    .balign 16
vector_stubs:
    .set vector, 0
    .rept {vectors}
    .balign 16
    .if ((0x60227d00 >> vector) & 1) == 0
    push 0
    .endif
    push vector
    jmp trap_entry
    .set vector, vector + 1
    .endr

trap_entry:
    push rax
    push rbx
    push rcx
    push rdx
    push rsi
    push rdi
    push rbp
    push r8
    push r9
    push r10
    push r11
    push r12
    push r13
    push r14
    push r15
    xor eax, eax                        // selectors aren't kept: what one process loaded no other sees
    mov ds, eax
    mov es, eax
    mov fs, eax
    mov gs, eax
    mov rdi, rsp
    .if {vector_registers}
    fxsave64 [{exchange}]
    .endif
    cld
    call {trap}

    // Goes on with the stopped thread whose registers stand at rdi. Nothing of the kernel's stack is needed again.
    .globl resume_thread
resume_thread:
    .if {vector_registers}
    fxrstor64 [{exchange}]
    .endif
    mov rsp, rdi
    pop r15
    pop r14
    pop r13
    pop r12
    pop r11
    pop r10
    pop r9
    pop r8
    pop rbp
    pop rdi
    pop rsi
    pop rdx
    pop rcx
    pop rbx
    pop rax
    add rsp, 16
    iretq
    // A system call: number in rax, arguments in rdi, rsi, rdx, r10, r8, r9, results in rax and rdx. `ENTRIES` says which calls have a
    // path of their own. For the others `syscalls.rs` finds the program counter on top of the stack, and the stack pointer beside it, if
    // another process goes on. Of the flags nothing is kept.
    .globl syscall_entry, syscall_stack, general_call, short_call
    .balign 16
syscall_entry:
    cmp rax, {calls}
    jae no_such_call
    jmp [{entries} + rax * 8]
general_call:
    mov [syscall_stack], rsp
    mov rsp, offset kernel_stack
    push rcx
    mov rcx, r10
    .if {vector_registers}              // a function that uses them wants its stack at a multiple of 16
    push rcx
    .endif
    call [{handlers} + rax * 8]
    .if {vector_registers}
    pop rcx
    .endif
    pop rcx
    mov rsp, [syscall_stack]
    mov r11d, 0x202
    sysretq
    .balign 16
short_call:                             // the same for at most three arguments
    mov [syscall_stack], rsp
    mov rsp, offset kernel_stack
    push rcx
    .if {vector_registers}              // a function that uses them wants its stack at a multiple of 16
    push rcx
    .endif
    call [{handlers} + rax * 8]
    .if {vector_registers}
    pop rcx
    .endif
    pop rcx
    mov rsp, [syscall_stack]
    mov r11d, 0x202
    sysretq
no_such_call:
    mov rax, {no_such_call}
    xor edx, edx
    mov r11d, 0x202
    sysretq

    .section .bss.syscall_stack, "aw", @nobits
    .balign 8
syscall_stack: .skip 8
    .text
