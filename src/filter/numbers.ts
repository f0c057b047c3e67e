/** A number as written: decimal, 0x, 0b, 0o; undefined where it is none. */
export function parseNumber(text: string): bigint | undefined {
  return /^(\d+|0x[0-9a-f]+|0b[01]+|0o[0-7]+)$/i.test(text) ? BigInt(text) : undefined;
}
