import type { Abi } from "../messages/index.ts";
import {
  type Batch,
  type Framing,
  makeBatch,
  RECORD_WORDS,
  type Shape,
  type Shapes,
  type Source,
} from "../record/index.ts";
import { type Blocks, blockOf, wordOf } from "./blocks.ts";
import { FilePlaces } from "./file-places.ts";
import { grown, grownFloats } from "./grown.ts";
import { signedWords } from "./words.ts";

/**
 * The records of one input: the bytes that belong to each message (what lies past payloadSize is stale), packed in
 * blocks, and a few numbers in arrays; no object a record.
 */
export class Capture {
  /** Records that are kept; their positions count from 0. */
  count = 0;
  readonly blocks: Blocks;
  /** By position: where the words of the record are, and its shape. */
  places = new Int32Array(1024);
  shapes = new Int32Array(1024);
  /** Set when the input was opened. */
  abi: Abi | undefined;
  framing: Framing | undefined;

  readonly #registry: Shapes;
  /** By shape: the words that its records take here. */
  #sizes: Int32Array = new Int32Array(1);
  readonly #filePlaces = new FilePlaces();
  /** By position, only where the input has times: seconds and nanoseconds. */
  #times: { seconds: Float64Array; nanoseconds: Int32Array } | undefined;
  readonly #borrowed = makeBatch(1);
  /** Words of the record that was borrowed last. */
  #borrowedSize = 0;

  constructor(registry: Shapes, blocks: Blocks) {
    this.#registry = registry;
    this.blocks = blocks;
    this.#borrowed.count = 1;
    this.#borrowed.pickedCount = 1;
  }

  begin({ abi, framing }: Source): void {
    this.abi = abi;
    this.framing = framing;
  }

  /** Makes room for the picked records of a batch, whose shapes may be new. */
  reserve({ pickedCount }: Batch): void {
    const { list } = this.#registry;
    if (list.length > this.#sizes.length)
      this.#sizes = Int32Array.from(list, (shape) => (shape ? sizeInWords(shape) : 0));
    this.blocks.reserve(pickedCount * RECORD_WORDS);
    const count = this.count + pickedCount;
    if (count <= this.places.length) return;
    this.places = grown(this.places, count);
    this.shapes = grown(this.shapes, count);
    if (this.#times)
      this.#times = {
        seconds: grownFloats(this.#times.seconds, count),
        nanoseconds: grown(this.#times.nanoseconds, count),
      };
  }

  /** Keeps the picked records of a batch: as `keep` does, in one long loop with all it needs in locals. */
  keepAll(batch: Batch): void {
    const { picked, pickedCount, shapes } = batch;
    const { places, count: first } = this;
    const { last: block, start, used: firstUsed } = this.blocks;
    const words = signedWords(batch);
    const sizes = this.#sizes;
    let used = firstUsed;
    for (let each = 0; each < pickedCount; each++) {
      const record = picked[each]!;
      const size = sizes[shapes[record]!]!;
      const from = record * RECORD_WORDS;
      for (let word = 0; word < size; word++) block[used + word] = words[from + word]!;
      places[first + each] = start | used;
      used += size;
    }
    this.blocks.used = used;
    for (let each = 0; each < pickedCount; each++) this.share(batch, picked[each]!, places[first + each]!);
  }

  /** Keeps a record of a batch, whose signed words are given, at the next position. */
  keep(batch: Batch, record: number, words: Int32Array): void {
    const size = this.#sizes[batch.shapes[record]!]!;
    this.share(batch, record, this.blocks.keep(words, record * RECORD_WORDS, size));
  }

  /** The same for a record whose words are at a place already. */
  share(batch: Batch, record: number, place: number): void {
    const position = this.count++;
    this.places[position] = place;
    this.shapes[position] = batch.shapes[record]!;
    this.#filePlaces.add(position, batch.firstIndex + record, batch.offsets[record]!);
    const seconds = batch.timeSeconds[record]!;
    if (!Number.isNaN(seconds)) this.#addTime(position, seconds, batch.timeNanoseconds[record]!);
  }

  /** Whether a record that is kept is the same as one of a batch, byte by byte. */
  isSame(position: number, batch: Batch, record: number, words: Int32Array): boolean {
    const shape = batch.shapes[record]!;
    if (this.shapes[position] !== shape) return false;
    return this.blocks.has(this.places[position]!, words, record * RECORD_WORDS, this.#sizes[shape]!);
  }

  /** A record in a batch of its own, as the first and picked one. It is overwritten by the next call. */
  borrow(position: number): Batch {
    const batch = this.#borrowed;
    const place = this.places[position]!;
    const shape = this.shapes[position]!;
    const block = this.blocks.list[blockOf(place)]!;
    const from = wordOf(place);
    const size = this.#sizes[shape]!;
    const { words } = batch;
    let word = 0;
    for (; word < size; word++) words[word] = block[from + word]!;
    for (; word < this.#borrowedSize; word++) words[word] = 0;
    this.#borrowedSize = size;
    batch.shapes[0] = shape;
    batch.firstIndex = this.indexOf(position);
    batch.offsets[0] = this.#filePlaces.offsetOf(position);
    if (this.#times) {
      batch.timeSeconds[0] = this.#times.seconds[position]!;
      batch.timeNanoseconds[0] = this.#times.nanoseconds[position]!;
    }
    return batch;
  }

  /** Record number of a record in its file. */
  indexOf(position: number): number {
    return this.#filePlaces.indexOf(position);
  }

  #addTime(position: number, seconds: number, nanoseconds: number): void {
    this.#times ??= {
      seconds: new Float64Array(this.places.length).fill(Number.NaN),
      nanoseconds: new Int32Array(this.places.length),
    };
    this.#times.seconds[position] = seconds;
    this.#times.nanoseconds[position] = nanoseconds;
  }
}

/** Words up to the end of the last field or reserved byte, in pairs. */
function sizeInWords({ fields, checks }: Shape): number {
  const ends = fields.map(
    ({ byte, size, length, stride = 1 }) => byte + (length === undefined ? size : length * stride),
  );
  return 2 * Math.ceil(Math.max(8, ...ends, ...checks.map(({ byte, size }) => byte + size)) / 8);
}
