// From the loader to Rust: leaves EL2 if it was entered there, clears .bss, turns the tables on and jumps to the upper half.
// Everything up to `upper` runs at the physical address with the MMU off, by addresses relative to the program counter.
.section .text.entry, "ax"
.globl entry
entry:
    msr daifset, #15
    mov x19, x0                     // the device tree, by loaders that say where it is
    mrs x0, CurrentEL
    cmp x0, #(1 << 2)
    b.eq 1f
    cmp x0, #(2 << 2)
    b.ne 4f
    mov x0, #(1 << 31)              // EL1 runs in the 64-bit state, and nothing of it traps
    msr hcr_el2, x0
    mov x0, #3                      // it has the timers
    msr cnthctl_el2, x0
    msr cntvoff_el2, xzr
    mov x0, #0x33ff                 // floating point
    msr cptr_el2, x0
    msr hstr_el2, xzr
    mrs x0, pmcr_el0                // and all counters
    ubfx x0, x0, #11, #5
    msr mdcr_el2, x0
    mrs x0, midr_el1
    msr vpidr_el2, x0
    mrs x0, mpidr_el1
    msr vmpidr_el2, x0
    movz x0, #0x0800
    movk x0, #0x30d0, lsl #16
    msr sctlr_el1, x0
    mov x0, #0x3c5                  // EL1 with its own stack pointer, everything masked
    msr spsr_el2, x0
    adr x0, 1f
    msr elr_el2, x0
    eret
1:  adrp x0, vectors                // a fault on the way ends in the vectors, which only need the program counter
    msr vbar_el1, x0
    adrp x0, bss_start
    add x0, x0, :lo12:bss_start
    adrp x1, bss_end
2:  stp xzr, xzr, [x0], #16
    cmp x0, x1
    b.lo 2b

    // One root for both halves: entry 0 is the first 512 GiB as they are, below for the jump and above as the direct map;
    // entry 511 holds the image. Rust narrows all three as soon as it runs (mmu.rs).
    adrp x0, root_table
    adrp x1, direct_table
    adrp x2, image_table
    orr x3, x1, #3
    str x3, [x0]
    orr x3, x2, #3
    str x3, [x0, #(511 * 8)]
    mov x3, #0x405                  // device memory, accessed, block: the first GiB
    str x3, [x1]
    mov x3, #0x40000000
    movk x3, #0x701                 // normal memory, accessed, inner shareable, block: the second, where memory starts
    str x3, [x1, #8]
    str x3, [x2, #(510 * 8)]        // and again at -2 GiB
    msr ttbr0_el1, x0
    msr ttbr1_el1, x0
    mov x3, #0x04ff                 // attributes 0: normal, write-back; 1: device
    msr mair_el1, x3
    ldr x3, =0x10b5103510           // 48 bits in both halves, 4 KiB granule, cached walks, 16-bit address-space identifiers
    mrs x4, id_aa64mmfr0_el1        // physical addresses as wide as the processor has them
    and x4, x4, #7
    orr x3, x3, x4, lsl #32
    msr tcr_el1, x3
    tlbi vmalle1
    dsb nsh
    isb
    ldr x3, =0x30d5181d             // MMU, caches, stack alignment checks; EL0 may wait for the next interrupt
    msr sctlr_el1, x3
    isb
    ldr x3, =upper
    br x3
upper:
    ldr x3, =vectors
    msr vbar_el1, x3
    ldr x3, =stack_top
    mov sp, x3
    mov x3, #(3 << 20)              // floating point at EL0 and EL1
    msr cpacr_el1, x3
    isb
    mov x29, xzr
    mov x30, xzr
    mov x0, x19
    b {start}

    // At EL3, which is for firmware. There is no console yet; the status says that it was the entry.
4:  mov x0, #0x20
    adr x1, 5f
    hlt #0xf000
    b park
    .balign 8
5:  .quad 0x20026, {entry_failed}

.globl park
park:
    wfi
    b park
