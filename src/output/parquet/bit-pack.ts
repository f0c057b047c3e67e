/**
 * The two ways in which Parquet packs small numbers: booleans, a bit each, and the "RLE / bit-packing hybrid" of levels and
 * dictionary indexes (https://parquet.apache.org/docs/file-format/data-pages/encodings/).
 */

/** Numbers of a run from which on it is written as a run. */
const LEAST_RUN = 8;

/** Bytes that `packHybrid` takes at most. */
export function mostHybridBytes(count: number, bitWidth: number): number {
  const groups = Math.ceil(count / 8);
  return groups * bitWidth + 16 + groups * 2;
}

/** Writes numbers of at most `bitWidth` bits (1 to 24) to `out` from `at` on; returns the place after them. */
export function packHybrid(
  out: Uint8Array,
  at: number,
  values: Int32Array | Uint8Array,
  count: number,
  bitWidth: number,
): number {
  let to = at;
  let next = 0;
  // Where the groups of eight begin that wait to be packed.
  let first = 0;
  while (next < count) {
    const value = values[next]!;
    let end = next + 1;
    while (end < count && values[end] === value) end++;
    if (end - next < LEAST_RUN) {
      next = Math.min(count, next + 8);
      continue;
    }
    if (first < next) to = packGroups(out, to, values, first, next, bitWidth);
    to = writeVarint(out, to, (end - next) * 2);
    for (let left = bitWidth, rest = value; left > 0; left -= 8, rest >>>= 8) out[to++] = rest;
    next = end;
    first = end;
  }
  return first < count ? packGroups(out, to, values, first, count, bitWidth) : to;
}

/** Writes groups of eight numbers; what the last one lacks is zero. */
function packGroups(
  out: Uint8Array,
  at: number,
  values: Int32Array | Uint8Array,
  first: number,
  end: number,
  bitWidth: number,
): number {
  const groups = (end - first + 7) >> 3;
  let to = writeVarint(out, at, groups * 2 + 1);
  const last = to + groups * bitWidth;
  let bits = 0;
  let held = 0;
  for (let place = first; place < end; place++) {
    bits |= values[place]! << held;
    for (held += bitWidth; held >= 8; held -= 8) {
      out[to++] = bits;
      bits >>>= 8;
    }
  }
  if (held > 0) out[to++] = bits;
  out.fill(0, to, last);
  return last;
}

/** Writes the lowest bits of `count` values, eight a byte; returns the place after them. */
export function packBooleans(out: Uint8Array, at: number, values: Uint32Array, count: number): number {
  let to = at;
  for (let place = 0; place < count; place += 8) {
    let byte = 0;
    const end = Math.min(8, count - place);
    for (let bit = 0; bit < end; bit++) byte |= values[place + bit]! << bit;
    out[to++] = byte;
  }
  return to;
}

function writeVarint(out: Uint8Array, at: number, value: number): number {
  let to = at;
  let rest = value;
  for (; rest > 127; rest >>>= 7) out[to++] = (rest & 127) | 128;
  out[to++] = rest;
  return to;
}
