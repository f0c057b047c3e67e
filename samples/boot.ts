/**
 * The story of the sample boot: firmware, the kernel's decompressor, the kernel on VP 0, the other VPs, VMBus,
 * devices, user space. Every function is a phase of it and records what its VP does.
 */
import { symbol } from "./kernel.ts";
import { type Place, Vp } from "./machine.ts";

/** The guest has four virtual processors; VP 0 starts the others. */
const VP_COUNT = 4;

/** What the kernel prints before its real console driver is there, and behind it. */
const BANNER = `\
[    0.000000] Linux version 6.6.30 (builder@sample) #1 SMP PREEMPT_DYNAMIC
[    0.000000] Command line: console=ttyS0 earlyprintk=serial root=/dev/vda1
`;
const HYPERVISOR_LINES = `\
[    0.000000] Hypervisor detected: Microsoft Hyper-V
[    0.000000] Hyper-V: privilege flags low 0x2e7f, high 0x3b8030, hints 0x60e2c, misc 0xbed7b2
[    0.000000] tsc: Detected 2793.438 MHz processor
`;
const MEMORY_LINE = ["[    0.004000] Memory: 402", "1476K/4193784K available\n"] as const;
const SMP_LINE = "[    0.028000] smp: Bringing up secondary CPUs ...\n";
const SMP_DONE_LINE = "[    0.040000] smp: Brought up 1 node, 4 CPUs\n";
const DEVICE_LINES = `\
[    0.318211] printk: console [ttyS0] enabled
[    0.324090] hv_vmbus: Vmbus version:5.3
[    0.341877] PCI: Using configuration type 1 for base access
[    0.402316] tpm_tis MSFT0101:00: probe failed with error -19
[    0.420551] virtio_blk virtio1: [vda] 16777216 512-byte logical blocks
`;
const INIT_LINES = `\
[    0.611402] rtc_cmos 00:04: setting system clock
[    0.640918] Freeing unused kernel image (initmem) memory: 2632K
[    0.652277] Run /sbin/init as init process
`;

const MODE_SETUP = "3fb=3 3f9=0 3fa=0 3fc=3 3fb=83 3f8=1 3f9=0 3fb=3";
const LINE_READY = 0x60;

const VIRTIO_DISK = 0x10421af4;

/** PCI functions: device, function, vendor and device id, class; an id of ffffffff is an empty place. */
const PCI_FUNCTIONS: readonly [device: number, fn: number, id: number, classCode: number][] = [
  [0, 0, 0x12378086, 0x06000002],
  [1, 0, 0x70008086, 0x06010000],
  [1, 1, 0x70108086, 0x01018000],
  [1, 3, 0x71138086, 0x06800003],
  [2, 0, VIRTIO_DISK, 0x01000001],
  [3, 0, 0x10411af4, 0x02000001],
  [4, 0, 0xffffffff, 0],
];

const APIC: Place = { gpa: 0xfee00000n, gva: 0xffffffff_ff5fd000n };
const IOAPIC: Place = { gpa: 0xfec00000n, gva: 0xffffffff_ff5fb000n };
const HPET: Place = { gpa: 0xfed00000n, gva: 0xffffc900_00005000n };
const TPM: Place = { gpa: 0xfed40000n, gva: 0xffffc900_000b1000n };
const VIRTIO: Place = { gpa: 0xf_e0000000n, gva: 0xffffc900_000c0000n };

/** Messages of every VP, in the order of that VP. */
export function boot(): Vp[] {
  const vps = Array.from({ length: VP_COUNT }, (_, index) => new Vp(index));
  const [first, ...others] = vps as [Vp, ...Vp[]];
  for (const phase of FIRST_VP_PHASES) phase(first);
  for (const vp of others) for (const phase of OTHER_VP_PHASES) phase(vp);
  return vps;
}

const FIRST_VP_PHASES: readonly ((vp: Vp) => void)[] = [
  resetVector,
  firmwareChipset,
  firmwarePci,
  decompressor,
  kernelEntry,
  detectProcessor,
  detectHypervisor,
  memoryTypes,
  systemCalls,
  legacyDevices,
  interruptControllers,
  hypervInterface,
  bringUpOthers,
  synicSetUp,
  connectVmbus,
  probePci,
  console,
  probeDevices,
  userSpace,
];

const OTHER_VP_PHASES: readonly ((vp: Vp) => void)[] = [trampoline, secondaryStart, secondaryIdle];

function resetVector(vp: Vp): void {
  vp.out("bios_post", 0x80, 0x01);
  vp.in("bios_a20_in", 0x92, 0x00);
  vp.out("bios_a20_out", 0x92, 0x02);
  for (const [register, value] of [
    [0x8f, 0x00],
    [0x34, 0x00],
    [0x35, 0xbf],
    [0x5b, 0x00],
  ] as const) {
    vp.out("bios_cmos_out", 0x70, register);
    vp.in("bios_cmos_in", 0x71, value);
  }
  vp.out("bios_post", 0x80, 0x02);
}

function firmwareChipset(vp: Vp): void {
  for (const selector of [0x00, 0x19, 0x05]) {
    vp.out("fw_outw", 0x510, selector, 2);
    vp.string("fw_insb", "read", 0x511, 1, selector === 0 ? 4 : 8, 0x7bf4cn);
  }
  vp.string("fw_outsb", "write", 0xe9, 1, 38, 0xe3d20n);
  vp.gpa("fw_shadow", "write", { gpa: 0xf5ad0n, gva: 0xf5ad0n }, true);
  for (const leaf of [0, 1, 0x40000000, 0x80000000, 0x80000008]) vp.cpuid("fw_cpuid", leaf);
  for (const msr of [0x1b, 0xfe]) vp.rdmsr("fw_rdmsr", msr);
  vp.wrmsr("fw_wrmsr", 0x200, 0xc0000000n);
  vp.wrmsr("fw_wrmsr", 0x201, 0x3fff_c0000800n);
  vp.wrmsr("fw_wrmsr", 0x2ff, 0xc06n);
  outs(vp, "fw_outb", "20=11 a0=11 21=8 a1=70 21=4 a1=2 21=1 a1=1 21=fb a1=ff 4d0=0 4d1=c");
  outs(vp, "fw_outb", "43=34 40=0 40=0 3f9=0 3fb=3");
  vp.in("fw_inb", 0x64, 0x1c);
  vp.in("fw_inb", 0x3fd, LINE_READY);
}

function firmwarePci(vp: Vp): void {
  for (const [device, fn, id, classCode] of PCI_FUNCTIONS) {
    const select = (register: number) => vp.out("fw_outl", 0xcf8, pciAddress(device, fn, register), 4);
    select(0x00);
    vp.in("fw_inl", 0xcfc, id, 4);
    if (id === 0xffffffff) continue;
    select(0x08);
    vp.in("fw_inl", 0xcfc, classCode, 4);
    for (const [register, size, base] of id === VIRTIO_DISK ? BARS : []) {
      select(register);
      vp.out("fw_outl", 0xcfc, 0xffffffff, 4);
      select(register);
      vp.in("fw_inl", 0xcfc, size, 4);
      select(register);
      vp.out("fw_outl", 0xcfc, base, 4);
    }
  }
}

/** BARs of the virtio disk: register, what it reads as when sized, base. */
const BARS: readonly [register: number, sized: number, base: number][] = [
  [0x10, 0xffffff81, 0xc001],
  [0x14, 0xfffff000, 0xfebd1000],
  [0x20, 0xffffc00c, 0xe000000c],
  [0x24, 0xffffffff, 0x0000000f],
];

function decompressor(vp: Vp): void {
  for (const leaf of [0, 1, 0x80000000, 0x80000001]) vp.cpuid("z_cpuid", leaf);
  vp.rdmsr("z_efer_read", 0xc0000080);
  vp.wrmsr("z_efer_write", 0xc0000080, 0x100n);
  outs(vp, "z_outb", MODE_SETUP);
  print(vp, "z_inb", "z_outb", "\nDecompressing Linux... Parsing ELF... done.\nBooting the kernel.\n");
}

function kernelEntry(vp: Vp): void {
  vp.cpuid("head_cpuid", 0x80000001);
  vp.rdmsr("head_efer_read", 0xc0000080);
  vp.wrmsr("head_efer_write", 0xc0000080, 0xd01n);
  vp.wrmsr("gs_write", 0xc0000101, symbol("__per_cpu_load"));
  vp.register("cr4_write", "HV_X64_REGISTER_CR4", 0x6b0n);
  outs(vp, "early_out", MODE_SETUP);
  print(vp, "early_in", "early_out", BANNER);
}

function detectProcessor(vp: Vp): void {
  for (const leaf of [0, 1]) vp.cpuid("detect_cpuid", leaf);
  vp.mark("cpuid-features");
  for (const leaf of [7, 0xd, 0x80000000, 0x80000001, 0x80000007]) vp.cpuid("cap_cpuid", leaf);
  vp.cpuid("cap_cpuid", 7, 1);
  vp.cpuid("cap_cpuid", 0xd, 1);
  vp.cpuid("addr_cpuid", 0x80000008);
  for (const subleaf of [0, 1, 2, 3]) vp.cpuid("cache_cpuid", 4, subleaf);
  for (const leaf of [2, 6, 0xa, 0x80000002, 0x80000003, 0x80000004]) vp.cpuid("cache_cpuid", leaf);
  for (const subleaf of [0, 1]) vp.cpuid("topo_cpuid", 0xb, subleaf);
  for (const msr of [0x3a, 0x1a0, 0x10a, 0x8b]) vp.rdmsr("feat_read", msr);
}

function detectHypervisor(vp: Vp): void {
  for (const leaf of [0x40000000, 0x40000001]) vp.cpuid("hv_cpuid", leaf);
  for (const leaf of [3, 4, 5, 2, 0xa]) vp.cpuid("hv_init_cpuid", 0x40000000 + leaf);
  for (const msr of [0x40000022, 0x40000023]) vp.rdmsr("hv_init_read", msr);
  vp.wrmsr("hv_init_write", 0x40000118, 1n);
  print(vp, "early_in", "early_out", HYPERVISOR_LINES);
}

function memoryTypes(vp: Vp): void {
  vp.rdmsr("mtrr_read", 0xfe);
  vp.rdmsr("mtrr_read", 0x2ff);
  for (let msr = 0x200; msr < 0x210; msr++) vp.rdmsr("mtrr_read", msr);
  for (const msr of [0x250, 0x258, 0x259, 0x268, 0x269]) vp.rdmsr("mtrr_read", msr);
  vp.register("cr0_write", "HV_X64_REGISTER_CR0", 0xc0050033n);
  vp.wrmsr("mtrr_write", 0x2ff, 0n);
  vp.wrmsr("pat_write", 0x277, 0x407050600070106n);
  vp.mark("pat");
  vp.wrmsr("mtrr_write", 0x2ff, 0xc06n);
  vp.register("cr0_write", "HV_X64_REGISTER_CR0", 0x80050033n);
  print(vp, "early_in", "early_out", MEMORY_LINE[0]);
  vp.mark("memory-digit");
  print(vp, "early_in", "early_out", MEMORY_LINE[1]);
}

function systemCalls(vp: Vp): void {
  vp.wrmsr("syscall_write", 0xc0000081, 0x230010_00000000n);
  vp.wrmsr("syscall_write", 0xc0000082, symbol("entry_SYSCALL_64"));
  vp.wrmsr("syscall_write", 0xc0000083, symbol("entry_SYSCALL_compat"));
  vp.wrmsr("syscall_write", 0x174, 0x10n);
  vp.wrmsr("syscall_write", 0x175, BigInt(0xa000 + vp.index * 0x3b000) + 0xfffffe00_00000000n);
  vp.wrmsr("syscall_write", 0x176, symbol("entry_SYSENTER_compat"));
  vp.wrmsr("syscall_write", 0xc0000084, 0x257fd5n);
  vp.register("cr4_write", "HV_X64_REGISTER_CR4", 0x3506f0n);
}

function legacyDevices(vp: Vp): void {
  for (const write of "21=ff a1=ff 20=11 21=30 21=4 21=1 a0=11 a1=38 a1=2 a1=1 21=ff a1=ff".split(" ")) {
    outs(vp, "pic_out", write);
    vp.out("io_delay", 0x80, 0x00);
  }
  vp.in("elcr_in", 0x4d0, 0x00);
  vp.in("elcr_in", 0x4d1, 0x0c);
  for (const register of [0x000n, 0x004n, 0x010n, 0x0f0n]) vp.mmio("hpet_read", "read", at(HPET, register));
  vp.mark("hpet");
  for (const register of [0x010n, 0x100n, 0x108n]) vp.mmio("hpet_write", "write", at(HPET, register));
  outs(vp, "pit_out", "43=34 40=9c 40=2e 43=b0 42=ff 42=ff");
  for (const status of [0x01, 0x01, 0x21]) vp.in("pit_in", 0x61, status);
  for (const register of [0x0d, 0x00, 0x02, 0x04]) readCmos(vp, register);
  vp.exception("selftest_int3", {
    vector: 3,
    software: true,
    registers: threadRegisters({ rdi: symbol("int3_magic") }),
  });
}

function interruptControllers(vp: Vp): void {
  vp.rdmsr("msr_safe", 0x6e0);
  vp.rdmsr("feat_read", 0x1b);
  localApic(vp);
  for (let register = 0; register < 2; register++) {
    vp.mmio("ioapic_index", "write", IOAPIC);
    vp.mmio("ioapic_data", "read", at(IOAPIC, 0x10n));
  }
  for (let entry = 0; entry < 12; entry++) {
    vp.mmio("ioapic_windex", "write", IOAPIC);
    vp.mmio("ioapic_wdata", "write", at(IOAPIC, 0x10n));
  }
}

/** setup_local_APIC: what is written and read, by register offset. */
function localApic(vp: Vp): void {
  for (const register of [0x030n, 0x020n]) vp.gpa("apic_read", "read", at(APIC, register));
  for (const register of [0x0e0n, 0x0d0n, 0x080n, 0x0f0n, 0x350n, 0x360n, 0x370n])
    vp.gpa("apic_write", "write", at(APIC, register));
  vp.gpa("apic_read", "read", at(APIC, 0x0f0n));
}

function hypervInterface(vp: Vp): void {
  vp.wrmsr("hyperv_write", 0x40000000, 0x81000006_061e0000n);
  vp.rdmsr("hyperv_read", 0x40000001);
  vp.wrmsr("hyperv_write", 0x40000001, 0x1_04d26001n);
  vp.wrmsr("hyperv_write", 0x40000021, 0x2a44001n);
  vpInterface(vp);
  vp.hypercall(0x1_00000050n, 0x1_04d2a000n, 0x1_04d2b000n);
  vp.exception("msr_safe", {
    vector: 13,
    error: 0,
    registers: threadRegisters({ rcx: 0x611n, rdi: 0x611n }),
  });
}

function vpInterface(vp: Vp): void {
  vp.rdmsr("hvcpu_read", 0x40000002);
  vp.wrmsr("hvcpu_write", 0x40000073, 0x1_04d28001n + (BigInt(vp.index) << 12n));
  vp.wrmsr("stimer_config", STIMER_CONFIG, 0x1ed9n);
  armTimer(vp);
}

/** INIT and SIPI for every other VP, then the wait until each is there. */
function bringUpOthers(vp: Vp): void {
  print(vp, "early_in", "early_out", SMP_LINE);
  for (let target = 1; target < VP_COUNT; target++) {
    writeIcr(vp);
    vp.gpa("apic_read", "read", at(APIC, 0x300n));
    writeIcr(vp);
    for (let start = 0; start < 2; start++) {
      vp.gpa("apic_write", "write", at(APIC, 0x280n));
      vp.gpa("apic_write", "write", at(APIC, 0x310n));
      vp.sipi("apic_write", target, 0x9a);
      if (start === 0) vp.mark(`sipi-${target}`);
    }
  }
  for (let target = 1; target < VP_COUNT; target++) {
    vp.after(`online-${target}`);
    vp.rdmsr("feat_read", 0x10a);
  }
  print(vp, "early_in", "early_out", SMP_DONE_LINE);
}

function writeIcr(vp: Vp): void {
  vp.gpa("apic_write", "write", at(APIC, 0x310n));
  vp.gpa("apic_write", "write", at(APIC, 0x300n));
}

/** hv_synic_enable_regs: pages for messages and events, SINT2, and the enable bit. */
function synicSetUp(vp: Vp): void {
  const pages = BigInt(vp.index) << 13n;
  vp.rdmsr("synic_read", 0x40000083);
  vp.wrmsr("synic_write", 0x40000083, 0x1_04d2e001n + pages);
  vp.mark(`simp-${vp.index}`);
  vp.rdmsr("synic_read", 0x40000082);
  vp.wrmsr("synic_write", 0x40000082, 0x1_04d2f001n + pages);
  vp.rdmsr("synic_read", 0x40000092);
  vp.wrmsr("synic_write", 0x40000092, 0x200f3n);
  vp.rdmsr("synic_read", 0x40000080);
  vp.wrmsr("synic_write", 0x40000080, 1n);
  vp.mark(`synic-${vp.index}`);
}

/** The first hypercalls that go over VMBus, and the interrupt that answers. */
function connectVmbus(vp: Vp): void {
  vp.hypercall(0x5cn, 0x1_04d40000n);
  vp.halt();
  vp.mark("vmbus-wait");
  vp.sintDeliverable("idle_after", 0x0004);
  vp.timerExpired(0, tickTime(vp, 1), tickTime(vp, 1) + 412n);
  for (let offer = 0; offer < 4; offer++) {
    vp.wrmsr("eom_write", 0x40000084, 0n);
    vp.hypercall(offer === 0 ? 0x5cn : 0x1005dn, offer === 0 ? 0x1_04d40000n : 0x10001n);
    vp.halt();
    vp.interruptDeliverable("idle_after");
  }
  vp.mark("vmbus");
}

function probePci(vp: Vp): void {
  for (const [device, fn, id, classCode] of PCI_FUNCTIONS) {
    for (const [register, value] of id === 0xffffffff
      ? [[0, id]]
      : [
          [0, id],
          [8, classCode],
          [0xc, 0],
        ]) {
      vp.out("conf_out", 0xcf8, pciAddress(device, fn, register as number), 4);
      vp.in("conf_in", 0xcfc, value as number, 4);
    }
  }
  vp.out("conf_wout", 0xcf8, pciAddress(2, 0, 4), 4);
  vp.out("conf_wdata", 0xcfc, 0x00100507, 4);
  vp.mark("pci");
}

/** The 8250 driver finds COM1, not COM2, and takes the console over: 16 characters behind one look at the line. */
function console(vp: Vp): void {
  for (const [base, present] of [
    [0x3f8, true],
    [0x2f8, false],
  ] as const) {
    vp.in("uart_in", base + 1, present ? 0x00 : 0xff);
    for (const value of [0x00, 0x0f]) vp.out("uart_out", base + 1, value);
    vp.in("uart_in", base + 1, present ? 0x0f : 0xff);
  }
  outs(vp, "uart_out", "3fb=bf 3fb=0 3fa=1 3fb=13 3fc=b");
  for (const port of [0x3fa, 0x3fd, 0x3fe]) vp.in("uart_in", port, LINE_READY);
  printFifo(vp, DEVICE_LINES);
}

function probeDevices(vp: Vp): void {
  for (const register of [0x000n, 0x000n, 0xf00n]) vp.mmio("mmio_read8", "read", at(TPM, register));
  vp.mark("tpm");
  for (let half = 0; half < 2; half++) {
    vp.mmio("mmio_write32", "write", at(VIRTIO, 0x00n));
    vp.mmio("mmio_read32", "read", at(VIRTIO, 0x04n));
  }
  for (const status of [0x50, 0x58]) vp.in("pio_read8", 0x1f7, status);
  vp.string("insw", "read", 0x1f0, 2, 256, 0xffff8881_03a51000n);
  vp.exception("kgdb_break", { vector: 1, parameter: 0xffff0ff1n, registers: threadRegisters({}) });
  for (let flush = 0; flush < 4; flush++) {
    vp.hypercall(flush % 2 ? 0x4_00000003n : 0x2n, 0x1_04d2a000n);
    vp.mark(`flush-${flush}`);
    ioCompletion(vp);
  }
}

/** A disk request is done: a level-triggered interrupt, and a look at the clock. */
function ioCompletion(vp: Vp): void {
  vp.mmio("mmio_write32", "write", at(VIRTIO, 0x3000n));
  vp.halt();
  vp.interruptDeliverable("idle_after");
  vp.mmio("mmio_read8", "read", at(VIRTIO, 0x1000n));
  vp.apicEoi(0x31);
}

/** Places in init that fault at first touch: site, error code, address. */
const USER_FAULTS: readonly [key: string, error: number, address: bigint][] = [
  ["user_start", 0x14, 0x7f4d1c6ae2c0n],
  ["user_load", 0x04, 0x7f4d1c6d9a88n],
  ["user_store", 0x06, 0x564b7a3f5010n],
  ["user_load", 0x04, 0x7f4d1c4aa018n],
  ["user_store", 0x07, 0x7ffd5c1e2ff8n],
  ["user_load", 0x04, 0x564b7a3f2d40n],
];

function userSpace(vp: Vp): void {
  for (const register of [0x0a, 0x00, 0x02, 0x04, 0x07, 0x08, 0x09]) readCmos(vp, register);
  printFifo(vp, INIT_LINES);
  const copy = { rcx: 0x40n, rsi: 0xffff8881_03b40fc0n, rdi: 0x7ffd5c1e3fc0n };
  vp.exception("user_copy", { vector: 14, error: 2, parameter: copy.rdi, registers: threadRegisters(copy) });
  for (const [key, error, address] of USER_FAULTS) {
    const registers = { rsp: 0x7ffd5c1e3e70n, rdx: address, rdi: address, rax: 0x1cn };
    const detail = { vector: 14, error, parameter: address, registers };
    vp.exception(key, { ...detail, noBytes: key === "user_start" });
  }
  vp.mark("user-fault");
  ioCompletion(vp);
  ticks(vp, 6);
}

/** An application processor from its SIPI to 64-bit mode. */
function trampoline(vp: Vp): void {
  vp.after(`sipi-${vp.index}`);
  for (const leaf of [0, 1, 0x80000000, 0x80000001]) vp.cpuid("ap_cpuid16", leaf);
  vp.rdmsr("ap_misc16", 0x1a0);
  vp.rdmsr("ap_efer_read", 0xc0000080);
  vp.wrmsr("ap_efer_write", 0xc0000080, 0x901n);
  vp.rdmsr("head_apicbase", 0x1b);
  vp.gpa("head_apicid", "read", at(APIC, 0x020n));
  vp.cpuid("head_cpuid", 0x80000001);
  vp.rdmsr("head_efer_read", 0xc0000080);
}

function secondaryStart(vp: Vp): void {
  vp.wrmsr("gs_write", 0xc0000101, 0xffff8881_3bc00000n + (BigInt(vp.index) << 20n));
  vp.register("cr4_write", "HV_X64_REGISTER_CR4", 0x3506f0n);
  localApic(vp);
  for (const leaf of [0, 1]) vp.cpuid("detect_cpuid", leaf);
  for (const leaf of [7, 0xd, 0x80000000, 0x80000001, 0x80000007]) vp.cpuid("cap_cpuid", leaf);
  for (const subleaf of [0, 1]) vp.cpuid("topo_cpuid", 0xb, subleaf);
  vp.mark(`topology-${vp.index}`);
  systemCalls(vp);
  vp.wrmsr("pat_write", 0x277, 0x407050600070106n);
  vpInterface(vp);
  vp.mark(`online-${vp.index}`);
  ticks(vp, 3);
}

function secondaryIdle(vp: Vp): void {
  vp.after("synic-0");
  synicSetUp(vp);
  ticks(vp, 6);
  vp.mark(`timer-${vp.index}`);
  vp.after("vmbus");
  vp.hypercall(0x1000bn, 0xfbn, 0x1n);
  vp.mark(`ipi-${vp.index}`);
  for (const stage of ["pci", "tpm", "flush-3", "user-fault"]) {
    ticks(vp, 4);
    vp.after(stage);
  }
  ticks(vp, 3);
}

/** Timer interrupts that wake an idle VP. */
function ticks(vp: Vp, count: number): void {
  for (let tick = 0; tick < count; tick++) {
    vp.halt();
    vp.interruptDeliverable("idle_after");
    vp.gpa("apic_eoi", "write", at(APIC, 0x0b0n));
    armTimer(vp);
  }
}

/** Sets synthetic timer 0 to the VP's next tick. */
function armTimer(vp: Vp): void {
  const ticked = vp.messages.filter(({ fields }) => fields["payload.msrNumber"] === STIMER_COUNT).length;
  vp.wrmsr("stimer_count", STIMER_COUNT, tickTime(vp, ticked));
}

const STIMER_CONFIG = 0x400000b0;
const STIMER_COUNT = 0x400000b1;

/** The reference time, in 100 ns, of a VP's n-th tick: 4 ms apart where it is idle; VP 0 seldom is. */
function tickTime(vp: Vp, tick: number): bigint {
  const period = vp.index === 0 ? 170_000n : 40_000n;
  return 3_182_400n + BigInt(tick) * period + BigInt(vp.index) * 1237n;
}

/** Writes `text` to COM1 a character at a time; now and then the line is still busy at the first look. */
function print(vp: Vp, inKey: string, outKey: string, text: string): void {
  for (const [position, character] of [...text.replaceAll("\n", "\r\n")].entries()) {
    if (position % 37 === 36) vp.in(inKey, 0x3fd, 0x00);
    vp.in(inKey, 0x3fd, LINE_READY);
    vp.out(outKey, 0x3f8, character.charCodeAt(0));
  }
}

const FIFO_BYTES = 16;

function printFifo(vp: Vp, text: string): void {
  for (const [position, character] of [...text.replaceAll("\n", "\r\n")].entries()) {
    if (position % FIFO_BYTES === 0) vp.in("uart_in", 0x3fd, LINE_READY);
    vp.out("uart_out", 0x3f8, character.charCodeAt(0));
  }
}

function readCmos(vp: Vp, register: number): void {
  vp.out("cmos_out", 0x70, register);
  vp.in("cmos_in", 0x71, register === 0x0d ? 0x80 : 0x26);
}

/** Byte writes: `port=value`, in hexadecimal. */
function outs(vp: Vp, key: string, writes: string): void {
  for (const write of writes.split(" ")) {
    const [port, value] = write.split("=").map((digits) => Number.parseInt(digits, 16));
    vp.out(key, port as number, value as number);
  }
}

function pciAddress(device: number, fn: number, register: number): number {
  return (0x80000000 | (device << 11) | (fn << 8) | register) >>> 0;
}

function at(place: Place, offset: bigint): Place {
  return { gpa: place.gpa + offset, gva: place.gva + offset };
}

/** General registers of a kernel thread, with what the moment puts into some of them. */
export function threadRegisters(registers: Record<string, bigint>): Record<string, bigint> {
  const rsp = 0xffffc900_00013e48n;
  const image = { rbx: symbol("boot_cpu_data"), r12: symbol("init_task") };
  return { rsp, rbp: rsp + 0x38n, ...image, r13: rsp + 0x90n, r14: 1n, ...registers };
}
