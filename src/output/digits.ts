/** Two digits a value, as little-endian 16-bit numbers, so that one store writes both. */
export const HEX_PAIRS = new Uint16Array(256);
const DECIMAL_PAIRS = new Uint16Array(100);
for (let value = 0; value < 256; value++) HEX_PAIRS[value] = pair(value.toString(16).padStart(2, "0"));
for (let value = 0; value < 100; value++) DECIMAL_PAIRS[value] = pair(String(value).padStart(2, "0"));

/** Writes an unsigned 32-bit value in decimal; returns the place after it. */
export function writeDecimal(out: Uint8Array, view: DataView, at: number, value: number): number {
  if (value < 10) {
    out[at] = 0x30 + value;
    return at + 1;
  }
  let end = at + 2;
  for (let rest = Math.floor(value / 100); rest !== 0; rest = Math.floor(rest / 10)) end++;
  let to = end;
  let left = value;
  while (left >= 100) {
    const next = Math.floor(left / 100);
    to -= 2;
    view.setUint16(to, DECIMAL_PAIRS[left - next * 100]!, true);
    left = next;
  }
  if (left >= 10) view.setUint16(to - 2, DECIMAL_PAIRS[left]!, true);
  else out[to - 1] = 0x30 + left;
  return end;
}

function pair(digits: string): number {
  return digits.charCodeAt(0) | (digits.charCodeAt(1) << 8);
}
