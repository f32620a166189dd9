// The fast paths: a yield to a process that stopped in a call itself, and a message of words alone to a process that waits for one without a
// time limit.
// Whatever isn't so is left to the general path, which checks all over again. Other registers than the stack pointer go along with the
// switch: a call that may switch keeps none, and who makes it chooses who sees them. Flags are set to what is harmless.

    .text
    .globl fast_yield, fast_send, direct_message, direct_reply, direct_receive, reply_refused, message_refused, receive_refused
    .balign 16
fast_yield:
    mov rbx, [{current}]
    mov [rbx + {program_counter}], rcx
    mov [rbx + {stack}], rsp
    mov esi, edi
    cmp rsi, [{current} + {slot_count}]
    jae general_call
    imul rdx, rsi, {slot_size}
    add rdx, [{current} + {slots}]
    add rdi, [rbx + {key}]
    cmp rdi, [rdx + {identity}]
    jne 3f
    test byte ptr [rdx + {rights}], {execute}
    jz 3f
    mov r8d, [rdx + {object}]
    imul r8, r8, {process_size}
    add r8, [{current} + {processes}]
    cmp word ptr [r8 + {whole}], {stopped_ready}
    jne 3f
    mov rax, [rbx + {balance}]
    sub qword ptr [rax], {yield_price}
    jb 2f
    mov [{current}], r8
    mov rax, [r8 + {root}]
    mov cr3, rax
    mov rcx, [r8 + {program_counter}]
    mov rsp, [r8 + {stack}]
    mov r11d, 0x202
    xor eax, eax
    sysretq
2:  add qword ptr [rax], {yield_price}
3:  sub rdi, [rbx + {key}]
    mov eax, {yield_number}
    jmp general_call

    // Messages that no fast path takes, on their way to `direct.rs` and, if it refuses, to the general path. A page capability goes the
    // general way.
    .balign 16
direct_message:
    test r9, r9
    jnz general_call
    mov rbx, [{current}]
direct_known:
    mov [rbx + {program_counter}], rcx
    mov [rbx + {stack}], rsp
    mov rsp, offset kernel_stack
    push rsi
    push rdx
    push r10
    push r8
    jmp [{direct} + rax * 8]
    .balign 16
direct_reply:
    mov rbx, [{current}]
    mov [rbx + {program_counter}], rcx
    mov [rbx + {stack}], rsp
    mov rsp, offset kernel_stack
    push rsi
    push rdx
    push r10
    push r8
    push rdi
    jmp [{direct} + rax * 8]
reply_refused:
    mov rdi, [kernel_stack - 40]
message_refused:
    mov rsp, offset kernel_stack - 32
    pop r8
    pop r10
    pop rdx
    pop rsi
    xor r9d, r9d
receive_refused:
    mov rbx, [{current}]
    mov rcx, [rbx + {program_counter}]
    mov rsp, [rbx + {stack}]
    jmp general_call
    .balign 16
direct_receive:
    mov rbx, [{current}]
    mov [rbx + {program_counter}], rcx
    mov [rbx + {stack}], rsp
    mov rsp, offset kernel_stack - 8
    jmp [{direct} + rax * 8]

    .balign 16
fast_send:
    test r9, r9
    jnz general_call
    mov rbx, [{current}]
    cmp qword ptr [rbx + {key}], 0
    je direct_known
    mov [rbx + {program_counter}], rcx
    mov [rbx + {stack}], rsp
    mov r13d, edi
    cmp r13, [{current} + {slot_count}]
    jae general_call
    imul r12, r13, {slot_size}
    add r12, [{current} + {slots}]
    mov r14, [rbx + {key}]
    lea r14, [r14 + rdi + {to_endpoint}]
    cmp r14, [r12 + {identity}]
    jne general_call
    test byte ptr [r12 + {rights}], {write}
    jz general_call
    mov r14d, [r12 + {object}]
    imul r14, r14, {endpoint_size}
    add r14, [{current} + {endpoints}]
    mov r12d, [r14 + {receivers}]       // row 0 if nobody waits, whose state is another
    imul r12, r12, {process_size}
    add r12, [{current} + {processes}]
    cmp word ptr [r12 + {whole}], {stopped_receiving}
    jne general_call
    mov rax, [rbx + {balance}]
    sub qword ptr [rax], {send_price}
    jb 2f
    mov eax, [r12 + {next}]
    mov [r14 + {receivers}], eax
    mov byte ptr [r12 + {state}], {ready}
    mov qword ptr [r12 + {key}], 0
    mov [{current}], r12
    mov rax, [r12 + {root}]
    mov cr3, rax
    mov rcx, [r12 + {program_counter}]
    mov rsp, [r12 + {stack}]
    mov r11d, 0x202
    xor eax, eax
    sysretq
2:  add qword ptr [rax], {send_price}
    mov eax, {send_number}
    jmp general_call
