import { nameTable } from "../../layout/index.ts";
import { APIC_REGISTER_ROWS } from "./apic-registers.ts";
import { CPUID_ROWS } from "./cpuid-leaves.ts";
import { EXCEPTION_ROWS } from "./exceptions.ts";
import { HYPERCALL_ROWS } from "./hypercalls.ts";
import { MMIO_REGION_ROWS } from "./mmio-regions.ts";
import { MSR_ROWS } from "./msrs.ts";
import { PORT_ROWS } from "./ports.ts";
import { REGISTER_ROWS } from "./registers.ts";
import { WHV_EXIT_REASON_ROWS } from "./whv-exit-reasons.ts";

export const MSRS = nameTable("MSR", MSR_ROWS);
export const HYPERCALLS = nameTable("hypercall", HYPERCALL_ROWS);
export const REGISTERS = nameTable("register", REGISTER_ROWS);
export const PORTS = nameTable("I/O port", PORT_ROWS);
export const EXCEPTIONS = nameTable("exception vector", EXCEPTION_ROWS);
export const APIC_REGISTERS = nameTable("APIC register", APIC_REGISTER_ROWS);
export const MMIO_REGIONS = nameTable("MMIO region", MMIO_REGION_ROWS);
export const WHV_EXIT_REASONS = nameTable("WHv exit reason", WHV_EXIT_REASON_ROWS);
export const CPUID_LEAVES = nameTable("CPUID leaf", CPUID_ROWS, false);

/** What lives at a guest physical address below 4 GiB: "APIC EOI", "HPET+0xf0", or undefined. */
export function mmioName(guestPhysicalAddress: number): string | undefined {
  const region = MMIO_REGIONS.find(guestPhysicalAddress);
  if (region === undefined) return undefined;
  if (region.name !== "APIC") return `${region.name}+0x${(guestPhysicalAddress - region.first).toString(16)}`;
  const register = APIC_REGISTERS.name(guestPhysicalAddress & 0xff0);
  return register === undefined ? "APIC" : `APIC ${register}`;
}
