import { accessList } from "../messages/index.ts";
import type { Value } from "../record/index.ts";

/** Added to an access type that is a mask (hvimapi), to tell it from the number that hvhdk has. */
export const MASKED = 0x100;

/**
 * One number for what is the same under both ABIs, by the byte (and `MASKED`): a mask of what was tried, or
 * `MASKED` and a number that hvhdk does not know. Reserved bits of a mask do not count.
 */
export const ACCESS_KEYS = Uint32Array.from({ length: 2 * MASKED }, (_, byte) => {
  if (byte >= MASKED) return byte & 7;
  return byte < 3 ? 1 << byte : MASKED | byte;
});

/** The value in the JSON record that a number of `ACCESS_KEYS` stands for. */
export function accessValue(key: number): Value {
  return key >= MASKED ? [key - MASKED] : accessList(key, true);
}
