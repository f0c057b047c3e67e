/** Writes the sample captures beside this file, always the same bytes: `npm run samples`. */
import { writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { wiresharkDissector } from "../src/record/wireshark.ts";
import { boot, threadRegisters } from "./boot.ts";
import { containerSamples } from "./containers.ts";
import { bareHeaders } from "./headers.ts";
import { systemMap } from "./kernel.ts";
import { encodeCapture, type Message, Vp } from "./machine.ts";
import { createRng } from "./rng.ts";
import { textSamples } from "./texts.ts";

type Stamped = Message & { vp: number };

/** How far KASLR moved the kernel in linux-boot-kaslr.bin. */
const SLIDE = 0x1a000000n;
const BOOT_SEED = 1;
const KASLR_SEED = 2;

/** Every sample: file name -> bytes. */
export function sampleFiles(): Map<string, Uint8Array> {
  const linuxBoot = encodeCapture(interleave(boot(), BOOT_SEED), 0n);
  return new Map<string, Uint8Array>([
    ["linux-boot.bin", linuxBoot],
    ["linux-boot-kaslr.bin", encodeCapture(interleave(otherBoot(), KASLR_SEED), SLIDE)],
    ["triple-fault.bin", encodeCapture(tripleFault(), 0n)],
    ["headers-2013.bin", bareHeaders()],
    ["System.map", Buffer.from(systemMap())],
    ...containerSamples(linuxBoot),
    ...textSamples(linuxBoot),
    ["wireshark/hvmsg.lua", Buffer.from(wiresharkDissector())],
  ]);
}

/** The boot with eight differences, which README.md lists. */
function otherBoot(): Vp[] {
  const vps = boot();
  const [first, second, third, fourth] = vps as [Vp, Vp, Vp, Vp];
  edit(first, "cpuid-features", 0, 1, (was) => [withField(was, "payload.defaultResultRcx", 0x9ffa3203n)]);
  edit(first, "pat", 0, 1, (was) => [withField(was, "msrValue", 0x7040600070406n)]);
  edit(first, "memory-digit", 0, 1, (was) => [withField(was, "payload.rax", BigInt("8".charCodeAt(0)))]);
  edit(first, "hpet", -1, 2, () => []);
  edit(first, "tpm", 0, 1, (was) => [was, was]);
  edit(second, "ipi-1", 0, 1, () => []);
  edit(third, "topology-2", 1, 0, () => extra(2, (vp) => vp.cpuid("cap_cpuid", 0x40000006)));
  edit(fourth, "timer-3", 0, 1, (was) => [withField(was, "msrValue", 0x363b2fn)]);
  return vps;
}

/** IDT entries are in the CPU entry area, which page tables at GPA 0x4d2e000 map. */
const IDT = 0xfffffe00_00000000n;
const VMBUS_VECTOR = 0xf3n;
const AFTERMATH = 18;

/**
 * The boot with one wrong value: VP 0 gives its message page as 0x4d2e000, the upper half of the address lost. The
 * hypervisor lays the page over the page tables of the interrupt descriptor table, and the first interrupt is the last.
 */
function tripleFault(): Stamped[] {
  const vps = boot();
  const first = vps[0] as Vp;
  edit(first, "simp-0", 0, 1, (was) => [withField(was, "msrValue", 0x04d2e001n)]);
  edit(first, "vmbus-wait", 1, Infinity, () =>
    extra(0, (vp) => {
      const parameter = IDT + VMBUS_VECTOR * 16n;
      const registers = threadRegisters({ rsp: 0xffffffff_82a03e98n, rbp: 0xffffffff_82a03ea8n });
      vp.exception("idle_after", { vector: 14, error: 0, parameter, pending: true, registers });
      vp.exception("idle_after", { vector: 8, error: 0, pending: true, registers });
      vp.unrecoverable("idle_after");
      vp.mark("dead");
    }),
  );
  const messages = interleave(vps, BOOT_SEED);
  const dead = messages.findIndex((message) => message.label === "dead");
  return messages.slice(0, dead + 1 + AFTERMATH);
}

/** Replaces `count` messages, the first of them `offset` after the one with the label, by what `change` makes of it. */
function edit(
  vp: Vp,
  label: string,
  offset: number,
  count: number,
  change: (was: Message) => Message[],
): void {
  const labelled = vp.messages.findIndex((message) => message.label === label);
  if (labelled === -1) throw new Error(`VP ${vp.index} has no message ${label}`);
  const from = labelled + offset;
  vp.messages.splice(from, count, ...change(vp.messages[from] as Message));
}

function withField(message: Message, path: string, value: bigint): Message {
  return { ...message, fields: { ...message.fields, [path]: value } };
}

/** Messages that only an edited boot has. */
function extra(vpIndex: number, record: (vp: Vp) => void): Message[] {
  const vp = new Vp(vpIndex);
  record(vp);
  return vp.messages;
}

const LONGEST_BURST = 6;

/** All messages in one order: each VP's stay in theirs and wait for what they wait for, the rest is chance. */
function interleave(vps: readonly Vp[], seed: number): Stamped[] {
  const random = createRng(seed);
  const queues = vps.map((vp) => ({ vp: vp.index, messages: vp.messages, next: 0 }));
  const seen = new Set<string>();
  const order: Stamped[] = [];
  const ready = ({ messages, next }: (typeof queues)[number]) => {
    const message = messages[next];
    return message !== undefined && (message.after === undefined || seen.has(message.after));
  };
  for (;;) {
    const runnable = queues.filter(ready);
    const queue = runnable[random(runnable.length)];
    if (queue === undefined) return order;
    for (let left = 1 + random(LONGEST_BURST); left > 0 && ready(queue); left--) {
      const message = queue.messages[queue.next++] as Message;
      order.push({ ...message, vp: queue.vp });
      if (message.label !== undefined) seen.add(message.label);
    }
  }
}

function writeSamples(folder: string): void {
  for (const [name, bytes] of sampleFiles()) writeFileSync(join(folder, name), bytes);
}

const script = process.argv[1] ?? "";
if (basename(script) === "generate.ts") writeSamples(dirname(script));
