/**
 * The code that the sample guest runs: the kernel's functions, and the instructions that the hypervisor
 * intercepts. Addresses are made up; names and instructions are those of Linux 6.6 and of a BIOS before it.
 */

/** The kernel's symbols, as System.map has them: `address type name`, the address without its leading ffffffff. */
const SYMBOL_ROWS = `\
81000000 T _stext
81000000 T startup_64
81000060 T secondary_startup_64
81000065 T secondary_startup_64_no_verify
81000230 t verify_cpu
81000330 T sev_verify_cbit
81000340 T start_cpu0
81001ab0 T do_one_initcall
81001d40 T run_init_process
81001e60 t trace_initcall_start_cb
81003a40 T arch_cpu_idle
8100a9e0 T native_sched_clock
8101d2e0 T amd_disable_seq_and_redirect_scrub
81027d70 T outb_pit_delay
81028190 t make_8259A_irq
81028240 t mask_8259A_irq
81028300 t mask_and_ack_8259A
81028450 t init_8259A
81028590 t restore_ELCR
810285e0 t save_ELCR
81028620 t mask_8259A
8102a770 T native_io_delay
8102b120 T pit_hpet_ptimer_calibrate_cpu
8102b5d0 T native_calibrate_tsc
8102b970 T native_calibrate_cpu
8102e020 T mach_get_cmos_time
8102e1a0 T rtc_cmos_read
8102e1e0 T rtc_cmos_write
81030440 T int3_magic
81031280 T text_poke
81031ea0 t int3_exception_notify
81033c10 T hw_breakpoint_exceptions_notify
81033f50 t hw_breakpoint_restore
81039480 t early_serial_putc
810394e0 t io_serial_in
81039500 t io_serial_out
81039520 t early_serial_write
81039580 t early_serial_hw_init
81045b80 T cpu_detect
81045d10 T get_cpu_vendor
81045e40 t get_cpu_cap
81046170 t get_cpu_address_sizes
810462a0 T identify_secondary_cpu
81046380 T cpu_init
810464f0 T syscall_init
81046600 T cr4_init
81046660 T native_write_cr0
810466d0 T native_write_cr4
81046740 T switch_gdt_and_percpu_base
81047a10 T detect_extended_topology_early
81047ab0 T detect_extended_topology
81049e40 t init_intel
8104b520 T init_ia32_feat_ctl
8104c8d0 t intel_cpuid2_legacy
81054000 T mtrr_bp_init
81054610 T get_mtrr_state
810549d0 T mtrr_generic_set_state
81054c80 T cache_cpu_init
81054ed0 T pat_cpu_init
81055b20 t ms_hyperv_platform
81055ba0 t ms_hyperv_init_platform
81055f80 t hv_get_tsc_khz
81055fe0 T ms_hyperv_late_init
8105a7a0 T hpet_readl
8105a7c0 t hpet_writel
8105a8b0 T hpet_enable
8105d1b0 t smp_callin
8105d2c0 t start_secondary
8105d4a0 T native_kick_ap
8105d770 t wakeup_secondary_cpu_via_init
8105d930 T native_smp_prepare_cpus
81060630 T setup_local_APIC
81060b20 T native_apic_mem_write
81060b30 T native_apic_mem_read
81060b40 T native_apic_mem_eoi
81060b60 T native_apic_icr_read
81060b90 T native_apic_icr_write
81060c20 T native_apic_wait_icr_idle
81063250 T native_io_apic_read
810632a0 T native_io_apic_write
81063380 T io_apic_modify_irq
81065f10 T hyperv_init
81066130 t hv_cpu_init
810662c0 T hyperv_setup_mmu_ops
81066500 T hv_apic_init
81068ae0 T hyperv_flush_tlb_multi
8106a8f0 T do_user_addr_fault
810eb9c0 T default_idle_call
8115a2d0 T clockevents_program_event
812c4fd0 T load_elf_binary
81506bf0 T ioread8
81506c40 T ioread32
81506c90 T iowrite32
81506d20 T ioread16_rep
81506d70 T ioread8_rep
81506dc0 T iowrite8_rep
81583b60 T pci_user_read_config_dword
815f10a0 T virtio_check_driver_offered_feature
815f2a40 T vp_modern_get_features
81641f30 T serial8250_do_set_termios
81642b40 t serial8250_console_fifo_write
81642c30 T serial8250_console_write
81643310 t serial_8250_io_in
81643330 t serial_8250_io_out
81643350 t autoconfig
8167a0c0 t tpm_tis_core_init
8167a2e0 t tpm_tcg_read_bytes
816d2b40 t kgdbts_break_test
817c81f0 t ata_sff_data_xfer
818f26d0 T vmbus_connect
818f2c90 T hv_synic_enable_regs
818f2e80 T hv_synic_disable_regs
818f3340 T hv_post_message
818f7020 T vmbus_isr
818f7100 t hv_stimer_init
818f71c0 t hv_ce_set_next_event
818f7220 t hv_ce_shutdown
81a3c2f0 t pci_conf1_read
81a3c3a0 t pci_conf1_write
81c2e4d0 T native_read_msr_safe
81c2e510 T native_write_msr_safe
81c31d20 T rep_movs_alternative
81c38b20 T memcpy
81c3d180 T pv_native_safe_halt
81c3d1a0 T default_idle
81e00080 T entry_SYSCALL_64
81e00240 T ret_from_fork_asm
81e003c0 T asm_exc_page_fault
81e00400 T asm_exc_double_fault
81e00b10 T asm_sysvec_hyperv_callback
81e00b50 T asm_sysvec_hyperv_stimer0
81e01a90 T entry_SYSCALL_compat
81e01be0 T entry_SYSENTER_compat
82000000 D __end_rodata
82a1b5c0 D boot_cpu_data
82a2f480 D init_task
82bd3000 D __per_cpu_load
831c4000 D early_top_pgt
831f8610 T x86_64_start_kernel
831f8c40 T setup_arch
831fb6f0 t int3_selftest
83201d30 T setup_early_printk
8337d000 B __bss_start
834a1000 B early_idt_handler_buffer
83c00000 B _end`;

/** A processor mode with the code segment that goes with it. */
export type Mode =
  | "real"
  | "firmware"
  | "setup32"
  | "setup64"
  | "ap16"
  | "ap32"
  | "kernel"
  | "user"
  | "user32"
  | "v8086";

/** Intercepted instructions: `key mode place bytes`, and what the bytes say. A place is an address or
 * `name+offset`; after a `+` the bytes that follow the instruction, where another row says what they are. */
const SITE_ROWS = `\
bios_post       real      0xe0a7                              e680      out %al,$0x80
bios_cmos_out   real      0xe0c1                              e670      out %al,$0x70
bios_cmos_in    real      0xe0c5                              e471      in $0x71,%al
bios_a20_in     real      0xe0e2                              e492      in $0x92,%al
bios_a20_out    real      0xe0e8                              e692      out %al,$0x92
fw_inb          firmware  0xef21c                             ec        in (%dx),%al
fw_outb         firmware  0xef22d                             ee        out %al,(%dx)
fw_outw         firmware  0xef241                             66ef      out %ax,(%dx)
fw_inl          firmware  0xef2a4                             ed        in (%dx),%eax
fw_outl         firmware  0xef2b3                             ef        out %eax,(%dx)
fw_insb         firmware  0xef318                             f36c      rep insb
fw_outsb        firmware  0xef35b                             f36e      rep outsb
fw_cpuid        firmware  0xee870                             0fa2      cpuid
fw_rdmsr        firmware  0xee891                             0f32      rdmsr
fw_wrmsr        firmware  0xee8a3                             0f30      wrmsr
fw_shadow       firmware  0xee9d0                             8802      mov %al,(%edx)
z_cpuid         setup32   0x1000cb                            0fa2      cpuid
z_efer_read     setup32   0x1001e6                            0f32      rdmsr
z_efer_write    setup32   0x1001ec                            0f30      wrmsr
z_inb           setup64   0x2c0e3a1                           ec        in (%dx),%al
z_outb          setup64   0x2c0e3b4                           ee        out %al,(%dx)
ap_cpuid16      ap16      0xc2                                0fa2      cpuid
ap_misc16       ap16      0xf9                                0f32      rdmsr
ap_efer_read    ap32      0x9a0d3                             0f32      rdmsr
ap_efer_write   ap32      0x9a0e7                             0f30      wrmsr
head_cpuid      kernel    secondary_startup_64_no_verify+0x8d 0fa2      cpuid
head_efer_read  kernel    secondary_startup_64_no_verify+0x96 0f32      rdmsr
head_efer_write kernel    secondary_startup_64_no_verify+0xaf 0f30      wrmsr
head_apicbase   kernel    secondary_startup_64_no_verify+0x3a 0f32      rdmsr
head_apicid     kernel    secondary_startup_64_no_verify+0x51 8b01      mov (%rcx),%eax
gs_write        kernel    switch_gdt_and_percpu_base+0x4c     0f30      wrmsr
early_in        kernel    io_serial_in+0x9                    ec        in (%dx),%al
early_out       kernel    io_serial_out+0xb                   ee        out %al,(%dx)
detect_cpuid    kernel    cpu_detect+0x2e                     0fa2      cpuid
cap_cpuid       kernel    get_cpu_cap+0x5b                    0fa2      cpuid
addr_cpuid      kernel    get_cpu_address_sizes+0x37          0fa2      cpuid
topo_cpuid      kernel    detect_extended_topology_early+0x43 0fa2      cpuid
cache_cpuid     kernel    init_intel+0x1c4                    0fa2      cpuid
hv_cpuid        kernel    ms_hyperv_platform+0x29             0fa2      cpuid
hv_init_cpuid   kernel    ms_hyperv_init_platform+0x31        0fa2      cpuid
hv_init_read    kernel    ms_hyperv_init_platform+0x16b       0f32      rdmsr
hv_init_write   kernel    ms_hyperv_init_platform+0x2c4       0f30      wrmsr
feat_read       kernel    init_ia32_feat_ctl+0x35             0f32      rdmsr
mtrr_read       kernel    get_mtrr_state+0x5d                 0f32      rdmsr
mtrr_write      kernel    mtrr_generic_set_state+0x8b         0f30      wrmsr
pat_write       kernel    pat_cpu_init+0x31                   0f30      wrmsr
syscall_write   kernel    syscall_init+0x47                   0f30      wrmsr
cr0_write       kernel    native_write_cr0+0x4                0f22c7    mov %rdi,%cr0
cr4_write       kernel    native_write_cr4+0x4                0f22e7    mov %rdi,%cr4
pic_out         kernel    init_8259A+0x2a                     ee        out %al,(%dx)
io_delay        kernel    native_io_delay+0x6                 e680      out %al,$0x80
elcr_in         kernel    save_ELCR+0xa                       ec        in (%dx),%al
pit_out         kernel    pit_hpet_ptimer_calibrate_cpu+0x52  ee        out %al,(%dx)
pit_in          kernel    pit_hpet_ptimer_calibrate_cpu+0x8c  ec        in (%dx),%al
hpet_read       kernel    hpet_readl+0xd                      8b00      mov (%rax),%eax
hpet_write      kernel    hpet_writel+0xc                     8937      mov %esi,(%rdi)
apic_write      kernel    native_apic_mem_write+0x6           89b700d05fff             mov %esi,-0xa03000(%rdi)
apic_read       kernel    native_apic_mem_read+0x6            8b8700d05fff             mov -0xa03000(%rdi),%eax
apic_eoi        kernel    native_apic_mem_eoi+0x4             c70425b0d05fff00000000   movl $0,0xffffffffff5fd0b0
ioapic_index    kernel    native_io_apic_read+0x2f            8918+8b4010  mov %ebx,(%rax)
ioapic_data     kernel    native_io_apic_read+0x31            8b4010    mov 0x10(%rax),%eax
ioapic_windex   kernel    native_io_apic_write+0x33           8918+896810  mov %ebx,(%rax)
ioapic_wdata    kernel    native_io_apic_write+0x35           896810    mov %ebp,0x10(%rax)
hyperv_read     kernel    hyperv_init+0xd9                    0f32      rdmsr
hyperv_write    kernel    hyperv_init+0xf4                    0f30      wrmsr
hvcpu_read      kernel    hv_cpu_init+0x7e                    0f32      rdmsr
hvcpu_write     kernel    hv_cpu_init+0x12d                   0f30      wrmsr
hypercall       kernel    0xffffc9000000d000                  0f01c1    vmcall
synic_read      kernel    hv_synic_enable_regs+0x4e           0f32      rdmsr
synic_write     kernel    hv_synic_enable_regs+0xa2           0f30      wrmsr
eom_write       kernel    vmbus_isr+0xb5                      0f30      wrmsr
stimer_config   kernel    hv_stimer_init+0x6d                 0f30      wrmsr
stimer_count    kernel    hv_ce_set_next_event+0x2b           0f30      wrmsr
idle            kernel    pv_native_safe_halt+0xb             f4        hlt
idle_after      kernel    pv_native_safe_halt+0xc             c3+cccccccc66662e0f1f840000000000  ret
selftest_int3   kernel    int3_selftest+0x4e                  cc        int3
kgdb_break      kernel    kgdbts_break_test+0x0               f30f1efa  endbr64
msr_safe        kernel    native_read_msr_safe+0xd            0f32      rdmsr
user_copy       kernel    rep_movs_alternative+0x4a           f3a4      rep movsb
cmos_out        kernel    rtc_cmos_read+0x11                  e670      out %al,$0x70
cmos_in         kernel    rtc_cmos_read+0x18                  e471      in $0x71,%al
conf_out        kernel    pci_conf1_read+0x5c                 ef        out %eax,(%dx)
conf_in         kernel    pci_conf1_read+0x85                 ed        in (%dx),%eax
conf_wout       kernel    pci_conf1_write+0x58                ef        out %eax,(%dx)
conf_wdata      kernel    pci_conf1_write+0x74                ef        out %eax,(%dx)
pio_read8       kernel    ioread8+0x1c                        ec        in (%dx),%al
mmio_read8      kernel    ioread8+0x2f                        8a07      mov (%rdi),%al
mmio_read32     kernel    ioread32+0x2d                       8b07      mov (%rdi),%eax
mmio_write32    kernel    iowrite32+0x2e                      893e      mov %edi,(%rsi)
insw            kernel    ioread16_rep+0x2e                   66f36d    rep insw
uart_in         kernel    serial_8250_io_in+0xc               ec        in (%dx),%al
uart_out        kernel    serial_8250_io_out+0xe              ee        out %al,(%dx)
user_start      user      0x00007f4d1c6ae2c0                  4889e7    mov %rsp,%rdi
user_load       user      0x00007f4d1c6af041                  488b02    mov (%rdx),%rax
user_store      user      0x0000564b7a3f11c8                  c60700    movb $0,(%rdi)`;

/** An instruction that is intercepted, always at the same place. */
export interface Site {
  key: string;
  mode: Mode;
  rip: bigint;
  /** Bytes of the instruction. */
  length: number;
  /** The 16 bytes from `rip` on, as hex text. */
  bytes: string;
}

/** What follows an instruction unless its row says otherwise: `ret`, and the padding that compilers put behind it. */
const FUNCTION_END = "c3cccccccc66662e0f1f840000000000";

const IMAGE_START = 0xffffffff_80000000n;
const IMAGE_END = 0xffffffff_c0000000n;

const SYMBOLS = new Map(
  SYMBOL_ROWS.split("\n").map((row) => {
    const [address, , name] = row.split(" ") as [string, string, string];
    return [name, BigInt(`0xffffffff${address}`)];
  }),
);

const SITES = new Map(
  SITE_ROWS.split("\n").map((row): [string, Site] => {
    const [key, mode, place, bytes] = row.split(/ +/) as [string, Mode, string, string];
    const [instruction, following = ""] = bytes.split("+") as [string, string?];
    const code = `${instruction}${following}${FUNCTION_END}`.slice(0, 32);
    return [key, { key, mode, rip: placeAddress(place), length: instruction.length / 2, bytes: code }];
  }),
);

/** The instruction with this key. Throws where there is none. */
export function site(key: string): Site {
  const found = SITES.get(key);
  if (!found) throw new Error(`no code site ${key}`);
  return found;
}

/** The address of a kernel symbol, before any slide. Throws where there is none. */
export function symbol(name: string): bigint {
  const found = SYMBOLS.get(name);
  if (found === undefined) throw new Error(`no kernel symbol ${name}`);
  return found;
}

/** An address or pointer under KASLR: what lies in the kernel's image moves by `slide`, all else stays. */
export function slid(value: bigint, slide: bigint): bigint {
  return value >= IMAGE_START && value < IMAGE_END ? value + slide : value;
}

/** The symbols as a System.map file: `ffffffff81000000 T _stext`, sorted by address. */
export function systemMap(): string {
  return `${SYMBOL_ROWS.split("\n")
    .map((row) => `ffffffff${row}`)
    .sort()
    .join("\n")}\n`;
}

function placeAddress(place: string): bigint {
  if (place.startsWith("0x")) return BigInt(place);
  const [name, offset] = place.split("+") as [string, string];
  return symbol(name) + BigInt(offset);
}
