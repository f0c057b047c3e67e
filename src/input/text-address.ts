/** Offsets and addresses of up to 64 bits, as pairs of 32-bit halves: exact, and quick to compare. */

export interface Address {
  high: number;
  low: number;
}

const TWO_32 = 4294967296;

/** The value of digits in base 16, 10 or 8; past 64 bits (or 53, in base 10 and 8) its low bits. */
export function parseAddress(digits: string, radix: number): Address {
  if (radix === 16) {
    const padded = digits.padStart(16, "0").slice(-16);
    return { high: Number(`0x${padded.slice(0, 8)}`), low: Number(`0x${padded.slice(8)}`) };
  }
  const value = Number.parseInt(digits, radix);
  return Number.isSafeInteger(value) ? { high: Math.floor(value / TWO_32), low: value % TWO_32 } : NOWHERE;
}

/** Where no dump continues: the last byte of 64 bits. */
const NOWHERE: Address = { high: TWO_32 - 1, low: TWO_32 - 1 };

/** How far `to` is behind `from`, in bytes; negative where it is before. */
export function distance(from: Address, to: Address): number {
  return (to.high - from.high) * TWO_32 + (to.low - from.low);
}

/** The address so many bytes further. */
export function advanced({ high, low }: Address, bytes: number): Address {
  const sum = low + bytes;
  return sum < TWO_32 ? { high, low: sum } : { high: high + Math.floor(sum / TWO_32), low: sum % TWO_32 };
}

/** `0x` and as many digits as it needs. */
export function addressText({ high, low }: Address): string {
  return `0x${((BigInt(high) << 32n) | BigInt(low)).toString(16)}`;
}
