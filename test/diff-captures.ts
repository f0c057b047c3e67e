/** Captures for the tests of diff: events as plain objects, and files made of them. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  encodeApicEoi,
  encodeCpuid,
  encodeHalt,
  encodeIoPort,
  encodeMemory,
  encodeMsr,
} from "./oracle/encode.ts";
import { jsonLines, type Ran, run } from "./run.ts";

/** A message of one of some kinds. `data` is what may differ between two runs of the same event. */
export interface Event {
  vp: number;
  kind: "ioPort" | "msr" | "memory" | "cpuid" | "halt";
  rip: bigint;
  identity: number;
  data: number;
}

export const KERNEL = 0xffffffff81000000n;

/** 256 bytes with `stale` past the message. */
export function encodeEvent({ vp, kind, rip, identity, data }: Event, stale = 0): Uint8Array {
  const head = { abi: "hvhdk", vpIndex: vp, rip, rflags: 2n, interceptAccessType: ["read"] } as const;
  const value = BigInt(data);
  const bytes = {
    ioPort: () => encodeIoPort({ ...head, portNumber: identity, rax: value, accessInfo: { accessSize: 1 } }),
    msr: () => encodeMsr({ ...head, msrNumber: identity, rax: value }),
    memory: () =>
      encodeMemory({ ...head, guestPhysicalAddress: 0xfed00000n + BigInt(identity), cacheType: data % 2 }),
    cpuid: () => encodeCpuid({ ...head, rax: BigInt(identity), defaultResultRbx: value }),
    halt: () => encodeHalt({ ...head, rflags: data % 2 === 0 ? 2n : 0x202n }),
  }[kind]();
  return withStale(bytes, stale);
}

/** A message without RIP: an end of interrupt. */
export function encodeEoi(vpIndex: number, interruptVector: number): Uint8Array {
  return encodeApicEoi({ abi: "hvhdk", vpIndex, interruptVector } as Parameters<typeof encodeApicEoi>[0]);
}

/** Fills what lies past payloadSize. */
export function withStale(bytes: Uint8Array, stale: number): Uint8Array {
  return bytes.map((byte, at) => (at >= 16 + (bytes[4] ?? 0) ? stale : byte));
}

const folder = mkdtempSync(join(tmpdir(), "hvmsg-diff-"));

/** Writes a capture; gives its path. */
export function writeCapture(name: string, messages: readonly Uint8Array[]): string {
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat(messages));
  return path;
}

export interface Record {
  index: number;
  offset: number;
  vpIndex?: number;
  [field: string]: unknown;
}

/** An object that `diff --json` prints. */
export type Difference =
  | { op: "delete"; vpIndex: number | null; a: Record; b: null }
  | { op: "insert"; vpIndex: number | null; a: null; b: Record }
  | {
      op: "change";
      vpIndex: number | null;
      a: Record;
      b: Record;
      changes: { field: string; a: unknown; b: unknown }[];
    };

export interface Summary {
  op: "summary";
  equal: number;
  changed: number;
  deleted: number;
  inserted: number;
  slide: string;
}

interface JsonDiff {
  differences: Difference[];
  summary: Summary;
  ran: Ran;
}

/** Runs `diff --json` on two files. */
export async function jsonDiff(...args: string[]): Promise<JsonDiff> {
  const ran = await run(["diff", "--json", "--abi", "hvhdk", ...args]);
  const lines = jsonLines(ran.stdout);
  return {
    differences: lines.slice(0, -1) as unknown as Difference[],
    summary: lines.at(-1) as unknown as Summary,
    ran,
  };
}

/** A record without what tells where and when it was. */
export function withoutPlace({ index: _, offset: __, time: ___, ...rest }: Record): unknown {
  return rest;
}

/** A's records with the differences applied; inserted ones take the places that they have among B's. */
export function applied(
  a: readonly Record[],
  b: readonly Record[],
  differences: readonly Difference[],
): unknown[] {
  const gone = new Set(differences.flatMap((each) => (each.op === "delete" ? [each.a.index] : [])));
  const changed = new Map(
    differences.flatMap((each) => (each.op === "change" ? [[each.a.index, each.b]] : [])),
  );
  const inserted = new Map(
    differences.flatMap((each) => (each.op === "insert" ? [[each.b.index, each.b]] : [])),
  );
  const kept = a.filter(({ index }) => !gone.has(index)).map((record) => changed.get(record.index) ?? record);
  return b.map(({ index }) => withoutPlace(inserted.get(index) ?? (kept.shift() as Record)));
}
