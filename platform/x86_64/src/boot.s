// From the loader's 32-bit world to Rust: the ELF note that names the entry, first page tables, long mode.
// The loader (PVH) gives flat segments, no paging, and the address of its start information in ebx.

    .section .note.pvh, "a", @note
    .balign 4
    .long 4, 8, 18                      // lengths of name and content; 18: physical address of a 32-bit entry
    .asciz "Xen"
    .quad boot_entry - {base}

    .section .bss.boot, "aw", @nobits
    .balign 4096
    .globl boot_root, boot_high
boot_root:        .skip 4096
boot_high:        .skip 4096
boot_low:         .skip 4096
boot_directories: .skip 4096 * 4

    .section .text.boot, "ax"
    .code32
    .globl boot_entry
boot_entry:
    cli
    cld
    mov esp, offset kernel_stack - {base}
    mov esi, ebx                        // cpuid overwrites it
    mov eax, 0x80000000
    cpuid
    cmp eax, 0x80000001
    jb no_long_mode
    mov eax, 0x80000001
    cpuid
    bt edx, 29
    jnc no_long_mode

    // Four GiB of 2 MiB pages: once at 0 until the jump below, once as the direct map, the first GiB once more at −2 GiB.
    mov edi, offset boot_directories - {base}
    mov eax, 0x83
    mov ecx, 2048
2:  mov [edi], eax
    add eax, 0x200000
    add edi, 8
    loop 2b
    mov edi, offset boot_low - {base}
    mov eax, offset boot_directories - {base} + 3
    mov [edi], eax
    mov [boot_high - {base} + 510 * 8], eax
    mov cl, 3
3:  add eax, 4096
    add edi, 8
    mov [edi], eax
    loop 3b
    mov eax, offset boot_low - {base} + 3
    mov [boot_root - {base}], eax
    mov [boot_root - {base} + 256 * 8], eax
    mov dword ptr [boot_root - {base} + 511 * 8], offset boot_high - {base} + 3

    mov eax, offset boot_root - {base}
    mov cr3, eax
    mov eax, 0x20 + 0x600 * {vector_registers}  // CR4: PAE, vector registers and their exceptions
    mov cr4, eax
    mov ecx, 0xc0000080                 // EFER: long mode, syscall
    rdmsr
    or eax, 0x101
    wrmsr
    mov eax, 0x80010015 - 2 * {vector_registers} // CR0: paging, write protection, no floating point (or some), protected mode
    mov cr0, eax
    lgdt [boot_descriptors - {base}]
    push 8
    mov eax, offset boot_long - {base}
    push eax
    retf

no_long_mode:
    mov al, {no_long_mode}
    out 0xf4, al
5:  hlt
    jmp 5b

    .code64
boot_long:
    mov eax, 16
    mov ss, eax
    xor eax, eax                        // the others mean nothing from here on, and programs find them so
    mov ds, eax
    mov es, eax
    mov fs, eax
    mov gs, eax
    mov edi, esi
    movabs rax, offset boot_high_half
    jmp rax
boot_high_half:
    mov rsp, offset kernel_stack
    xor ebp, ebp
    call {main}

    .balign 8
boot_descriptors:
    .word 55
    .long {descriptors} - {base}
    .text
