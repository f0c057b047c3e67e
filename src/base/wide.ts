/**
 * Sets words[at] and words[at + 1] to the lower and upper half of `value * factor + plus`, exactly, as a 64-bit number
 * (two's complement): seconds and a part of a second as a count of that part. `value` is a whole number between -2^38
 * and 2^38, `factor` at most 10^9, `plus` from 0 to 2^32 - 1.
 */
export function setProduct(
  words: Uint32Array,
  at: number,
  value: number,
  factor: number,
  plus: number,
): void {
  // Long multiplication in base 65536: no step exceeds 2^53, so no bit is lost.
  const upper = Math.floor(value / 65536);
  const low = (value - upper * 65536) * factor + plus;
  const middle = upper * factor + Math.floor(low / 65536);
  const high = Math.floor(middle / 65536);
  words[at] = (middle - high * 65536) * 65536 + (low % 65536);
  words[at + 1] = high;
}
