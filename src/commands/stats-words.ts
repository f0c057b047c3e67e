/** How the sections of `stats` read: titles, and the words for a value and what it means. */
import { accessValue, PORT_BITS } from "../analysis/index.ts";
import { hex } from "../base/text.ts";
import type { NameTable } from "../layout/index.ts";
import {
  CPUID_LEAVES,
  EXCEPTIONS,
  HYPERCALLS,
  MESSAGE_TYPES,
  MMIO_REGIONS,
  MSRS,
  PORTS,
} from "../messages/index.ts";
import type { Value } from "../record/index.ts";

interface SectionWords {
  title: string;
  /** The value as it is shown, and its meaning, from the key's words and the value in JSON. */
  row(low: number, high: number, value: Value): readonly [value: string, meaning: string];
}

/** By the section's name. Names of RIPs, where symbols are known, go into the meaning of `rip`. */
export const SECTION_WORDS: Record<string, SectionWords> = {
  messageType: {
    title: "message type",
    row: (code, _, name) => {
      const short = MESSAGE_TYPES.find((type) => type.code === code)?.short;
      return short === undefined ? [String(name), "unknown"] : [short, String(name)];
    },
  },
  vpIndex: { title: "VP", row: (vp) => [String(vp), ""] },
  interceptAccessType: { title: "access", row: (_low, _high, access) => [words(access), ""] },
  mode: { title: "mode", row: (_low, _high, mode) => [String(mode), ""] },
  cpl: { title: "CPL", row: (cpl) => [String(cpl), ["kernel", "", "", "user"][cpl] ?? ""] },
  rip: { title: "RIP", row: (_low, _high, rip) => [String(rip), ""] },
  portNumber: {
    title: "I/O port",
    row: (low, access) => {
      const port = low & ((1 << PORT_BITS) - 1);
      const size = low >>> PORT_BITS;
      const direction = words(accessValue(access));
      return [
        `${PORT_WORDS[direction] ?? direction} ${hex(port)} ${SIZE_WORDS[size] ?? `${size} bytes`}`,
        nameOf(PORTS, port),
      ];
    },
  },
  msrNumber: {
    title: "MSR",
    row: (msr, access) => {
      const direction = words(accessValue(access));
      return [`${MSR_WORDS[direction] ?? direction} ${hex(msr)}`, nameOf(MSRS, msr)];
    },
  },
  cpuidLeaf: { title: "CPUID leaf", row: (leaf) => [hex(leaf), nameOf(CPUID_LEAVES, leaf)] },
  gpaPage: {
    title: "GPA page",
    row: (low, high, page) => [hex(BigInt(String(page))), high === 0 ? regionOf(low) : ""],
  },
  exceptionVector: {
    title: "exception",
    row: (vector) => [String(vector), described(EXCEPTIONS, vector)],
  },
  hypercallCode: { title: "hypercall", row: (code) => [hex(code), nameOf(HYPERCALLS, code)] },
};

const PORT_WORDS: Record<string, string> = { read: "in", write: "out" };
const MSR_WORDS: Record<string, string> = { read: "rdmsr", write: "wrmsr" };
const SIZE_WORDS: Record<number, string> = { 1: "byte", 2: "word", 4: "dword" };

function words(access: Value): string {
  return (access as Value[]).join() || "none";
}

function nameOf(table: NameTable, number: number): string {
  return table.name(number) ?? "";
}

function described(table: NameTable, number: number): string {
  const row = table.find(number);
  return row === undefined ? "" : `${row.name} (${row.doc})`;
}

/** What lives in a page below 4 GiB, and how far into it the page is. */
function regionOf(address: number): string {
  const region = MMIO_REGIONS.find(address);
  if (region === undefined) return "";
  const into = address - region.first;
  return `${region.name}${into > 0 ? `+${hex(into)}` : ""} (${region.doc})`;
}
