/**
 * Column chunks: the values of a column in a row group as pages. A dictionary page and indexes where that is shorter, else
 * the plain values. Pages are of version 1, which every reader knows.
 *
 * hyparquet-writer writes the headers and knows the metadata; its own column encoder takes an array of JavaScript
 * values (64-bit ones as BigInt), which for 150 columns takes several times as long as all the rest.
 */
import type { ColumnMetaData, CompressionCodec, Encoding, Statistics } from "hyparquet";
import { ByteWriter } from "hyparquet-writer";
import { writePageHeader } from "hyparquet-writer/src/datapage.js";
import { mostHybridBytes, packBooleans, packHybrid } from "./bit-pack.ts";
import type { Column } from "./columns.ts";
import { Dictionary } from "./dictionary.ts";
import type { Presence } from "./presence.ts";
import { compressSnappy, mostSnappyBytes } from "./snappy.ts";
import type { BytesStore, CodedStore, Store } from "./stores.ts";

/** A column chunk: its bytes, borrowed until the next one, and its metadata with offsets from its own start. */
export interface Chunk {
  bytes: Uint8Array;
  meta: ColumnMetaData;
}

/** Compression has to save a tenth, and of pages shorter than this (bytes) it can save nothing that counts. */
const WORTH_COMPRESSING = 0.9;
const LEAST_COMPRESSED_BYTES = 128;

/** Pages of four times this and more are tried first, so that random values cost no time. */
const SAMPLE_BYTES = 8192;
const SAMPLE_OUT = new Uint8Array(mostSnappyBytes(SAMPLE_BYTES));

type Bound = bigint | number | string | boolean;
type Bounds = readonly [least: Bound, most: Bound] | undefined;

/** What the pages hold before they are compressed. */
interface Pages {
  dictionary?: { bytes: Uint8Array; values: number };
  /** The values, behind the levels. */
  data: Uint8Array;
  encoding: Encoding;
  bounds: Bounds;
}

/** Encodes columns; its memory is used again for each. */
export class ChunkEncoder {
  readonly #writer = new ByteWriter(1 << 16);
  readonly #dictionary = new Dictionary();
  readonly #compact: Uint32Array;
  readonly #indexes: Int32Array;
  #page = new Uint8Array(1 << 16);

  /** For row groups of at most `capacity` rows. */
  constructor(capacity: number) {
    this.#compact = new Uint32Array(capacity * 2);
    this.#indexes = new Int32Array(capacity);
  }

  encode(column: Column, store: Store, presence: Presence, rows: number): Chunk {
    const required = column.element.repetition_type === "REQUIRED";
    const at = required ? 0 : this.#putLevels(presence.levels);
    const pages = this.#makePages(column, store, presence.rows, at);
    return this.#write(column, pages, rows, rows - presence.rows.length);
  }

  #makePages(column: Column, store: Store, rows: Int32Array, at: number): Pages {
    if (rows.length === 0) return { data: this.#page.subarray(0, at), encoding: "PLAIN", bounds: undefined };
    switch (store.kind) {
      case "boolean": {
        gatherRows(store.values, rows, this.#compact);
        this.#makeRoom(at + (rows.length >> 3) + 1);
        const end = packBooleans(this.#page, at, this.#compact, rows.length);
        const [least, most] = bounds32(this.#compact, rows.length);
        return { data: this.#page.subarray(0, end), encoding: "PLAIN", bounds: [least !== 0, most !== 0] };
      }
      case "number":
        gatherRows(store.values, rows, this.#compact);
        return this.#numbers(rows.length, 1, false, at);
      case "wide":
        gatherWideRows(store.values, rows, this.#compact);
        return this.#numbers(rows.length, 2, column.signed === true, at);
      case "coded":
        return this.#texts(store, rows, at);
      case "bytes":
        return this.#byteStrings(store, rows, at);
    }
  }

  /** The first `count` values of the compact ones, of `stride` words each. */
  #numbers(count: number, stride: 1 | 2, signed: boolean, at: number): Pages {
    const dictionary = this.#dictionary;
    const values = this.#compact;
    if (dictionary.find(values, stride, count, count >> 1, this.#indexes)) {
      const known = dictionary.values.subarray(0, dictionary.count * 2);
      const bounds = stride === 1 ? bounds32(lowerHalves(known), dictionary.count) : bounds64(known, signed);
      const plain = stride === 1 ? lowerHalves(known) : known.slice();
      return {
        dictionary: { bytes: bytesOf(plain), values: dictionary.count },
        data: this.#putIndexes(count, dictionary.count, at),
        encoding: "RLE_DICTIONARY",
        bounds,
      };
    }
    const plain = values.subarray(0, count * stride);
    this.#makeRoom(at + plain.byteLength);
    this.#page.set(bytesOf(plain), at);
    const bounds = stride === 1 ? bounds32(plain, count) : bounds64(plain, signed);
    return { data: this.#page.subarray(0, at + plain.byteLength), encoding: "PLAIN", bounds };
  }

  #texts({ values, texts }: CodedStore, rows: Int32Array, at: number): Pages {
    for (let i = 0; i < rows.length; i++) this.#indexes[i] = values[rows[i]!]!;
    const parts = texts.map((text) => Buffer.from(text));
    const bytes = new Uint8Array(parts.reduce((sum, part) => sum + 4 + part.length, 0));
    let to = 0;
    for (const part of parts) to = putByteString(bytes, to, part, 0, part.length);
    const sorted = parts.sort(Buffer.compare);
    return {
      dictionary: { bytes, values: texts.length },
      data: this.#putIndexes(rows.length, texts.length, at),
      encoding: "RLE_DICTIONARY",
      bounds: [(sorted[0] as Buffer).toString(), (sorted.at(-1) as Buffer).toString()],
    };
  }

  #byteStrings(store: BytesStore, rows: Int32Array, at: number): Pages {
    this.#makeRoom(at + store.used + rows.length * 4);
    let to = at;
    for (const row of rows)
      to = putByteString(this.#page, to, store.data, store.starts[row]!, store.lengths[row]!);
    return { data: this.#page.subarray(0, to), encoding: "PLAIN", bounds: undefined };
  }

  #putIndexes(count: number, distinct: number, at: number): Uint8Array {
    const bitWidth = Math.max(1, 32 - Math.clz32(distinct - 1));
    this.#makeRoom(at + 1 + mostHybridBytes(count, bitWidth));
    this.#page[at] = bitWidth;
    return this.#page.subarray(0, packHybrid(this.#page, at + 1, this.#indexes, count, bitWidth));
  }

  /** Begins the page: the definition levels behind their length. */
  #putLevels(levels: Uint8Array): number {
    this.#makeRoom(4 + levels.length);
    new DataView(this.#page.buffer).setUint32(0, levels.length, true);
    this.#page.set(levels, 4);
    return 4 + levels.length;
  }

  #makeRoom(length: number): void {
    if (length <= this.#page.length) return;
    const larger = new Uint8Array(Math.max(length, this.#page.length * 2));
    larger.set(this.#page);
    this.#page = larger;
  }

  #write({ element }: Column, pages: Pages, rows: number, nulls: number): Chunk {
    const { dictionary, data, encoding, bounds } = pages;
    const { codec, parts } = compress(dictionary ? [dictionary.bytes, data] : [data]);
    const writer = this.#writer;
    writer.offset = 0;
    writer.index = 0;
    let uncompressed = 0;
    if (dictionary) {
      writePageHeader(writer, {
        type: "DICTIONARY_PAGE",
        uncompressed_page_size: dictionary.bytes.length,
        compressed_page_size: (parts[0] as Uint8Array).length,
        dictionary_page_header: { num_values: dictionary.values, encoding: "PLAIN" },
      });
      uncompressed += writer.offset + dictionary.bytes.length;
      writer.appendBytes(parts[0] as Uint8Array);
    }
    const dataAt = writer.offset;
    writePageHeader(writer, {
      type: "DATA_PAGE",
      uncompressed_page_size: data.length,
      compressed_page_size: (parts.at(-1) as Uint8Array).length,
      data_page_header: {
        num_values: rows,
        encoding,
        definition_level_encoding: "RLE",
        repetition_level_encoding: "RLE",
      },
    });
    uncompressed += writer.offset - dataAt + data.length;
    writer.appendBytes(parts.at(-1) as Uint8Array);
    return {
      bytes: writer.getBytes(),
      meta: {
        type: element.type as NonNullable<typeof element.type>,
        encodings: dictionary ? ["PLAIN", "RLE", encoding] : ["RLE", encoding],
        path_in_schema: [element.name],
        codec,
        num_values: BigInt(rows),
        total_uncompressed_size: BigInt(uncompressed),
        total_compressed_size: BigInt(writer.offset),
        data_page_offset: BigInt(dataAt),
        ...(dictionary ? { dictionary_page_offset: 0n } : {}),
        statistics: statisticsOf(bounds, nulls),
      },
    };
  }
}

function statisticsOf(bounds: Bounds, nulls: number): Statistics {
  if (bounds === undefined) return { null_count: BigInt(nulls) };
  return { null_count: BigInt(nulls), min_value: bounds[0], max_value: bounds[1] };
}

/** Compresses pages, where that is worth the time. */
function compress(parts: Uint8Array[]): { codec: CompressionCodec; parts: Uint8Array[] } {
  const length = total(parts);
  if (length >= LEAST_COMPRESSED_BYTES && mayShrink(parts.at(-1) as Uint8Array)) {
    const compressed = parts.map((part) => {
      const out = new Uint8Array(mostSnappyBytes(part.length));
      return out.subarray(0, compressSnappy(part, out));
    });
    if (total(compressed) < length * WORTH_COMPRESSING) return { codec: "SNAPPY", parts: compressed };
  }
  return { codec: "UNCOMPRESSED", parts };
}

/** Whether a piece from the middle of a large page gets shorter. */
function mayShrink(page: Uint8Array): boolean {
  if (page.length < 4 * SAMPLE_BYTES) return true;
  const sample = page.subarray(page.length >> 1, (page.length >> 1) + SAMPLE_BYTES);
  return compressSnappy(sample, SAMPLE_OUT) < SAMPLE_BYTES * WORTH_COMPRESSING;
}

function total(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

function gatherRows(values: Uint32Array, rows: Int32Array, to: Uint32Array): void {
  for (let i = 0; i < rows.length; i++) to[i] = values[rows[i]!]!;
}

function gatherWideRows(values: Uint32Array, rows: Int32Array, to: Uint32Array): void {
  for (let i = 0; i < rows.length; i++) {
    const from = rows[i]! * 2;
    to[i * 2] = values[from]!;
    to[i * 2 + 1] = values[from + 1]!;
  }
}

function putByteString(to: Uint8Array, at: number, bytes: Uint8Array, start: number, length: number): number {
  for (let byte = 0; byte < 4; byte++) to[at + byte] = length >>> (byte * 8);
  for (let byte = 0; byte < length; byte++) to[at + 4 + byte] = bytes[start + byte]!;
  return at + 4 + length;
}

function bytesOf(values: Uint32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function lowerHalves(pairs: Uint32Array): Uint32Array {
  return pairs.filter((_, place) => place % 2 === 0);
}

function bounds32(values: Uint32Array, count: number): [number, number] {
  let least = values[0]!;
  let most = least;
  for (let i = 1; i < count; i++) {
    const value = values[i]!;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return [least, most];
}

/** Bounds of pairs of halves, unsigned or in two's complement. */
function bounds64(pairs: Uint32Array, signed: boolean): [bigint, bigint] {
  const flip = signed ? 0x80000000 : 0;
  let least = 0;
  let most = 0;
  for (let at = 2; at < pairs.length; at += 2) {
    const low = pairs[at]!;
    const high = (pairs[at + 1]! ^ flip) >>> 0;
    const leastHigh = (pairs[least + 1]! ^ flip) >>> 0;
    const mostHigh = (pairs[most + 1]! ^ flip) >>> 0;
    if (high < leastHigh || (high === leastHigh && low < pairs[least]!)) least = at;
    if (high > mostHigh || (high === mostHigh && low > pairs[most]!)) most = at;
  }
  const valueAt = (at: number) => {
    const value = (BigInt(pairs[at + 1]!) << 32n) | BigInt(pairs[at]!);
    return signed ? BigInt.asIntN(64, value) : value;
  };
  return [valueAt(least), valueAt(most)];
}
