/** How the structures of the two framings lie in the 256 bytes that a record has in a batch. */
import type { Framing } from "../record/index.ts";

/** Bytes that belong to the structure of each framing. */
export const STRUCTURE_BYTES: Record<Framing, number> = { message: 256, header: 40 };

/** Bytes of a structure without which nothing of it can be shown. */
export const LEAST_BYTES: Record<Framing, number> = { message: 16, header: 4 };

/** A bare header stands in a batch where it stands in a message. */
export const PLACE_IN_BATCH: Record<Framing, number> = { message: 0, header: 16 };

/** Bytes of the message at bytes[at..]: its header and the payload that it says it has. */
export function messageBytes(bytes: Uint8Array, at: number): number {
  return 16 + Math.min(240, bytes[at + 4] as number);
}
