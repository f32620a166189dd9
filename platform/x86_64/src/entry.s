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
    mov rdi, rsp
    cld
    call {trap}

    // Goes on with the stopped thread whose registers stand at rdi. Nothing of the kernel's stack is needed again.
    .globl resume_thread
resume_thread:
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
    .globl syscall_entry
syscall_entry:
    ud2
