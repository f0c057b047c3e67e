/** Bytes of text that are gathered before they are handed on, and room for one record more. */
export const FLUSH_BYTES = 256 * 1024;
const GATHERED_BYTES = FLUSH_BYTES + 128 * 1024;

/** Room for fixed text at first, and for kept texts, which are all forgotten when it is full. */
const FIXED_BYTES = 256 * 1024;
const KEPT_BYTES = 4 * 1024 * 1024;

/**
 * The memory of a text program: gathered text, then fixed text, then kept texts. It is one buffer so that text is
 * moved by `copyWithin`, which needs no view of a part. The system gives its pages when they are first written to,
 * so it costs nothing before it is used.
 *
 * Fixed and kept texts start at chunks of 8 bytes, which are moved as float64 values: nothing else moves as much at
 * once without BigInt. No text is a NaN, which could be altered: that would need byte 7 to be 0x7f or 0xff with
 * byte 6 from 0xf0 up, and UTF-8 has neither pair.
 */
export class TextMemory {
  bytes: Buffer;
  view: DataView;
  chunks: Float64Array;
  readonly #fixed = new Map<string, number>();
  #fixedEnd = GATHERED_BYTES / 8;
  #fixedLimit = (GATHERED_BYTES + FIXED_BYTES) / 8;
  #keptEnd = this.#fixedLimit;
  readonly #onForget: () => void;

  /** `onForget` is called when all kept texts are gone. */
  constructor(onForget: () => void) {
    this.#onForget = onForget;
    [this.bytes, this.view, this.chunks] = views(this.#fixedLimit * 8 + KEPT_BYTES);
  }

  /** The first chunk of a text that stays, and its bytes; equal texts are one. May move the memory. */
  fixed(text: string): [chunk: number, length: number] {
    const length = Buffer.byteLength(text);
    let chunk = this.#fixed.get(text);
    if (chunk === undefined) {
      chunk = this.#fixedEnd;
      this.#fixedEnd += Math.ceil(length / 8);
      if (this.#fixedEnd > this.#fixedLimit) this.#enlarge();
      this.bytes.write(text, chunk * 8);
      this.#fixed.set(text, chunk);
    }
    return [chunk, length];
  }

  /** Keeps a copy of what is written between two places; returns its first chunk, which is not 0. */
  keep(from: number, to: number): number {
    const chunks = (to - from + 7) >> 3;
    if (this.#keptEnd + chunks > this.chunks.length) this.#forget();
    const chunk = this.#keptEnd;
    this.#keptEnd += chunks;
    this.bytes.copyWithin(chunk * 8, from, to);
    return chunk;
  }

  #forget(): void {
    this.#keptEnd = this.#fixedLimit;
    this.#onForget();
  }

  /** Makes more room for fixed text. Kept texts are not moved: they are soon there again. */
  #enlarge(): void {
    const old = this.bytes.subarray(0, this.#fixedLimit * 8);
    this.#fixedLimit = 2 * this.#fixedEnd;
    [this.bytes, this.view, this.chunks] = views(this.#fixedLimit * 8 + KEPT_BYTES);
    this.bytes.set(old);
    this.#forget();
  }
}

function views(size: number): [Buffer, DataView, Float64Array] {
  const memory = new ArrayBuffer(size);
  return [Buffer.from(memory), new DataView(memory), new Float64Array(memory)];
}
