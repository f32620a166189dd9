// The fast paths: a yield to a process that stopped in a call itself, and a message of words alone to a process that waits for one without a
// time limit.
// Whatever isn't so is left to the general path, which checks all over again. Other registers than the stack pointer go along with the
// switch: a call that may switch keeps none, and who makes it chooses who sees them. The two fast paths work in rax, rcx and r11 alone, which
// the processor and the result overwrite, so that nothing of the kernel goes along. Flags are set to what is harmless.

    .text
    .globl fast_yield, fast_send, direct_message, direct_reply, direct_receive, reply_refused, message_refused, receive_refused
    .balign 16
fast_yield:
    mov r11, [{current}]
    mov [r11 + {program_counter}], rcx
    mov [r11 + {stack}], rsp
    mov ecx, edi
    cmp rcx, [{current} + {slot_count}]
    jae 3f
    imul rcx, rcx, {slot_size}
    add rcx, [{current} + {slots}]
    mov rax, [r11 + {key}]
    add rax, rdi
    cmp rax, [rcx + {identity}]
    jne 3f
    test byte ptr [rcx + {rights}], {execute}
    jz 3f
    mov eax, [rcx + {object}]
    imul rcx, rax, {process_size}
    add rcx, [{current} + {processes}]
    cmp word ptr [rcx + {whole}], {stopped_ready}
    jne 3f
    mov rax, [r11 + {balance}]
    sub qword ptr [rax], {yield_price}
    jb 2f
    mov [{current}], rcx
    mov rax, [rcx + {root}]
    mov cr3, rax
    mov rsp, [rcx + {stack}]
    mov rcx, [rcx + {program_counter}]
    mov r11d, 0x202
    xor eax, eax
    sysretq
2:  add qword ptr [rax], {yield_price}
3:  mov rcx, [r11 + {program_counter}]
    mov eax, {yield_number}
    jmp general_call

    // Messages that no fast path takes, on their way to `direct.rs` and, if it refuses, to the general path. A page capability goes the
    // general way.
    .balign 16
direct_message:
    test r9, r9
    jnz general_call
direct_without_page:
    mov rbx, [{current}]
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
    mov r11, [{current}]
    cmp qword ptr [r11 + {key}], 0
    je direct_without_page
    mov [r11 + {program_counter}], rcx
    mov [r11 + {stack}], rsp
    mov ecx, edi
    cmp rcx, [{current} + {slot_count}]
    jae 3f
    imul rcx, rcx, {slot_size}
    add rcx, [{current} + {slots}]
    mov rax, [r11 + {key}]
    lea rax, [rax + rdi + {to_endpoint}]
    cmp rax, [rcx + {identity}]
    jne 3f
    test byte ptr [rcx + {rights}], {write}
    jz 3f
    mov eax, [rcx + {object}]
    imul rax, rax, {endpoint_size}
    add rax, [{current} + {endpoints}]
    mov ecx, [rax + {receivers}]        // row 0 if nobody waits, whose state is another
    imul rcx, rcx, {process_size}
    add rcx, [{current} + {processes}]
    cmp word ptr [rcx + {whole}], {stopped_receiving}
    jne 3f
    mov r11, [r11 + {balance}]
    sub qword ptr [r11], {send_price}
    jb 2f
    mov r11d, [rcx + {next}]
    mov [rax + {receivers}], r11d
    mov byte ptr [rcx + {state}], {ready}
    mov qword ptr [rcx + {key}], 0
    mov [{current}], rcx
    mov rax, [rcx + {root}]
    mov cr3, rax
    mov rsp, [rcx + {stack}]
    mov rcx, [rcx + {program_counter}]
    mov r11d, 0x202
    xor eax, eax
    sysretq
2:  add qword ptr [r11], {send_price}
3:  mov rcx, [{current}]
    mov rcx, [rcx + {program_counter}]
    mov eax, {send_number}
    jmp general_call
