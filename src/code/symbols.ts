/** A line of a symbol file. */
export interface SymbolRow {
  /** The address, as halves of 32 bits. */
  high: number;
  low: number;
  /** Bytes; 0: not known. */
  size: number;
  /** nm's letter: `T` and `t` are code. */
  type: string;
  name: string;
  /** `[module]`, of kallsyms. */
  module?: string;
}

/** What names RIPs. */
export interface RipNames {
  /** `name+0x10` for an address given in halves, `name` at its start; "" where no symbol reaches. */
  textAt(low: number, high: number): string;
}

/** nm's letters for what can be run: text, weak, indirect function. Other symbols only end those before them. */
const CODE = /^[TtWwi]$/;

/** Bytes that a symbol reaches at most where neither its size nor a next symbol tells. */
const MOST_REACH = 0x100000;

const CACHE_SLOTS = 4096;
const MASK_64 = (1n << 64n) - 1n;

/**
 * Symbols by address and by name. A symbol reaches as far as its size says, or up to the next one, but no further
 * than `MOST_REACH`. Of several at one address, that with a size, then the global one, then the one with fewer
 * underscores before it, then the first is shown; all can be looked up.
 */
export class Symbols implements RipNames {
  /** First and last address of each, sorted and apart, in halves: [low, high] pairs. */
  readonly #firsts: Uint32Array;
  readonly #lasts: Uint32Array;
  /** The name at each; undefined: data. */
  readonly #rows: (SymbolRow | undefined)[];
  readonly #all: readonly SymbolRow[];
  readonly #slide: bigint;
  #byName: Map<string, bigint[]> | undefined;
  readonly #cacheLow = new Uint32Array(CACHE_SLOTS);
  readonly #cacheHigh = new Uint32Array(CACHE_SLOTS);
  readonly #cacheText: (string | null)[] = new Array(CACHE_SLOTS).fill(null);

  /** `slide` is added to every address: where the code was loaded, less where it was linked. */
  constructor(rows: readonly SymbolRow[], slide = 0n) {
    this.#all = rows;
    this.#slide = slide;
    const { firsts, lasts, chosen } = arrange(rows, slide);
    this.#firsts = firsts;
    this.#lasts = lasts;
    this.#rows = chosen;
  }

  /** How many symbols name code. */
  get count(): number {
    return this.#rows.reduce((sum, row) => sum + (row ? 1 : 0), 0);
  }

  /** The same symbols, so much further up (modulo 2^64). */
  movedBy(offset: bigint): Symbols {
    return offset === 0n ? this : new Symbols(this.#all, this.#slide + offset);
  }

  textAt(low: number, high: number): string {
    // Kept, so cheap.
    const slot = (low ^ (low >>> 12) ^ (high << 3)) & (CACHE_SLOTS - 1);
    const kept = this.#cacheText[slot];
    if (kept != null && this.#cacheLow[slot] === low && this.#cacheHigh[slot] === high) return kept;
    const text = this.#textAt(low, high);
    this.#cacheLow[slot] = low;
    this.#cacheHigh[slot] = high;
    this.#cacheText[slot] = text;
    return text;
  }

  #textAt(low: number, high: number): string {
    const place = this.#find(low, high);
    const row = this.#rows[place];
    if (row === undefined) return "";
    const offset = (low - (this.#firsts[place * 2] as number)) >>> 0;
    const inModule = row.module === undefined ? "" : ` ${row.module}`;
    return `${row.name}${offset === 0 ? "" : `+0x${offset.toString(16)}`}${inModule}`;
  }

  /** The last symbol that starts at or before the address and reaches it; -1 where none does. */
  #find(low: number, high: number): number {
    const firsts = this.#firsts;
    let from = 0;
    let to = this.#rows.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const above = firsts[middle * 2 + 1]!;
      if (above > high || (above === high && firsts[middle * 2]! > low)) to = middle;
      else from = middle + 1;
    }
    const place = from - 1;
    if (place < 0) return -1;
    const lastHigh = this.#lasts[place * 2 + 1]!;
    return lastHigh > high || (lastHigh === high && this.#lasts[place * 2]! >= low) ? place : -1;
  }

  /** The addresses, first and last, that each symbol of this name reaches; empty where there is none. */
  rangesOf(name: string): [first: bigint, last: bigint][] {
    const addresses = this.#names().get(name) ?? [];
    return addresses.map((first) => {
      const place = this.#find(Number(first & 0xffffffffn), Number(first >> 32n));
      return [first, place < 0 ? first : half(this.#lasts, place)];
    });
  }

  /** Names of code, for suggestions and completion. */
  names(): Iterable<string> {
    return this.#names().keys();
  }

  #names(): Map<string, bigint[]> {
    if (this.#byName) return this.#byName;
    this.#byName = new Map();
    for (const row of this.#all) {
      if (!CODE.test(row.type)) continue;
      const address = addressOf(row, this.#slide);
      const known = this.#byName.get(row.name);
      if (known === undefined) this.#byName.set(row.name, [address]);
      else if (!known.includes(address)) known.push(address);
    }
    return this.#byName;
  }
}

function addressOf(row: SymbolRow, slide: bigint): bigint {
  return (((BigInt(row.high) << 32n) | BigInt(row.low)) + slide) & MASK_64;
}

function half(pairs: Uint32Array, place: number): bigint {
  return (BigInt(pairs[place * 2 + 1] as number) << 32n) | BigInt(pairs[place * 2] as number);
}

/** One row an address, sorted, with the last address that each reaches. In halves: BigInt takes twice the time. */
function arrange(rows: readonly SymbolRow[], slide: bigint) {
  const addresses = slidAddresses(rows, slide);
  const firsts = new Uint32Array(addresses.length);
  const chosen: (SymbolRow | undefined)[] = [];
  for (const index of sortedOrder(addresses)) {
    const row = rows[index] as SymbolRow;
    const code = CODE.test(row.type) ? row : undefined;
    const low = addresses[index * 2]!;
    const high = addresses[index * 2 + 1]!;
    const before = chosen.length - 1;
    if (before >= 0 && firsts[before * 2] === low && firsts[before * 2 + 1] === high) {
      const other = chosen[before];
      if (other === undefined || (code !== undefined && rank(code) > rank(other)))
        chosen[before] = code ?? other;
    } else {
      firsts[chosen.length * 2] = low;
      firsts[chosen.length * 2 + 1] = high;
      chosen.push(code);
    }
  }
  return { firsts, lasts: lastAddresses(firsts, chosen), chosen };
}

/** Addresses as [low, high] pairs. */
function slidAddresses(rows: readonly SymbolRow[], slide: bigint): Uint32Array {
  const slideLow = Number(slide & 0xffffffffn);
  const slideHigh = Number((slide >> 32n) & 0xffffffffn);
  const addresses = new Uint32Array(rows.length * 2);
  rows.forEach(({ low, high }, index) => {
    const sum = low + slideLow;
    addresses[index * 2] = sum;
    addresses[index * 2 + 1] = high + slideHigh + (sum > 0xffffffff ? 1 : 0);
  });
  return addresses;
}

/** The last address of each symbol: before the next one, and no further than its size or `MOST_REACH` says. */
function lastAddresses(firsts: Uint32Array, rows: readonly (SymbolRow | undefined)[]): Uint32Array {
  const lasts = new Uint32Array(rows.length * 2);
  for (let place = 0; place < rows.length; place++) {
    const low = firsts[place * 2]!;
    const high = firsts[place * 2 + 1]!;
    const isLast = place + 1 === rows.length;
    const nextLow = isLast ? 0 : firsts[place * 2 + 2]!;
    const nextHigh = isLast ? WORD : firsts[place * 2 + 3]!;
    // Exact: what is further away than 2^53 is further than any reach.
    const room = (nextHigh - high) * WORD + (nextLow - low);
    const reach = low + Math.min(rows[place]?.size || MOST_REACH, room) - 1;
    lasts[place * 2] = reach % WORD;
    lasts[place * 2 + 1] = high + Math.floor(reach / WORD);
  }
  return lasts;
}

/** 2 to the 32nd. */
const WORD = 0x1_0000_0000;

/** The places of the addresses in rising order; files are mostly sorted already. */
function sortedOrder(addresses: Uint32Array): Uint32Array {
  const order = new Uint32Array(addresses.length / 2);
  let sorted = true;
  for (let index = 0; index < order.length; index++) {
    order[index] = index;
    if (index > 0 && compare(addresses, index - 1, index) > 0) sorted = false;
  }
  return sorted ? order : order.sort((a, b) => compare(addresses, a, b) || a - b);
}

function compare(addresses: Uint32Array, a: number, b: number): number {
  return addresses[a * 2 + 1]! - addresses[b * 2 + 1]! || addresses[a * 2]! - addresses[b * 2]!;
}

function rank({ size, type, name }: SymbolRow): number {
  const underscores = (/^_*/.exec(name) as RegExpExecArray)[0].length;
  return (size > 0 ? 1000 : 0) + (type === "T" ? 500 : 0) - Math.min(underscores, 400);
}
