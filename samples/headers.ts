/** Bare 40-byte headers as the documentation of 2013 has them, of a guest in all processor modes. */
import { encodeRecord, Shapes } from "../src/record/index.ts";
import type { Mode } from "./kernel.ts";
import { encodable, headerFields } from "./machine.ts";
import { createRng } from "./rng.ts";

const COUNT = 64;
const VP_COUNT = 4;
const SEED = 2013;

/** Where the guest is intercepted, in the order of its start: mode, instruction pointer, length (0: not known). */
const PLACES: readonly [mode: Mode, rip: bigint, length: number][] = [
  ["real", 0xe05bn, 5],
  ["real", 0xe0c5n, 2],
  ["real", 0xe6f2n, 0],
  ["v8086", 0x01c4n, 2],
  ["firmware", 0xef22dn, 1],
  ["firmware", 0xef2b3n, 1],
  ["setup32", 0x401a6en, 0],
  ["setup64", 0x1029f04n, 2],
  ["kernel", 0xfffff800_02c8b1f4n, 6],
  ["kernel", 0xfffff800_02c8b20dn, 2],
  ["kernel", 0xfffff800_02cd4a90n, 3],
  ["kernel", 0xfffff880_0111c3e7n, 0],
  ["kernel", 0xfffff800_02da6f55n, 7],
  ["user32", 0x0040_31c8n, 2],
  ["user", 0x00000000_77a1f9dan, 0],
  ["user", 0x000007fe_fd6a1b02n, 4],
];

/** Access masks: single ones, and several bits at once (0x3, 0x5, 0x7). */
const MASKS = [
  ["read"],
  ["write"],
  ["execute"],
  ["read", "write"],
  ["read", "execute"],
  ["read", "write", "execute"],
];

/** The file: one header after another. */
export function bareHeaders(): Uint8Array {
  const random = createRng(SEED);
  const shapes = new Shapes();
  const as = { abi: "hvimapi", framing: "header", messageTypeCode: 0, payloadSize: 0 } as const;
  const headers = Array.from({ length: COUNT }, (_, position) => {
    const [mode, rip, length] = PLACES[
      Math.floor((position * PLACES.length) / COUNT)
    ] as (typeof PLACES)[number];
    const vp = position < VP_COUNT ? 0 : random(VP_COUNT);
    const fields = headerFields(vp, { key: mode, mode, rip, length, bytes: "" }, "read");
    const mask = MASKS[random(MASKS.length)] as string[];
    return encodeRecord(shapes, as, encodable({ ...fields, interceptAccessType: mask }, 0n)).slice(16, 56);
  });
  return Buffer.concat(headers);
}
