/** Bytes of an input that comes in pieces, a run of them at a time: what a parser has not used yet is kept. */
export class Window {
  /** The run is bytes[at..end); what stands there is overwritten by the next `feed`. */
  bytes = new Uint8Array(32 * 1024);
  view = new DataView(this.bytes.buffer);
  at = 0;
  end = 0;
  /** Byte offset in the input of bytes[0]. */
  #start = 0;
  #skip = 0;

  /** Appends bytes[from..to) to what was kept. */
  feed(bytes: Uint8Array, from: number, to: number): void {
    const kept = this.end - this.at;
    this.#start += this.at;
    if (kept + to - from > this.bytes.length) this.#grow(kept + to - from);
    else this.bytes.copyWithin(0, this.at, this.end);
    this.bytes.set(bytes.subarray(from, to), kept);
    this.at = 0;
    this.end = kept + to - from;
    this.#drop();
  }

  /** Bytes that are there from `at` on. */
  get have(): number {
    return this.end - this.at;
  }

  /** Byte offset in the input of `at`. */
  get offset(): number {
    return this.#start + this.at;
  }

  /** Bytes that are still to be passed over, because they have not come yet. */
  get owed(): number {
    return this.#skip;
  }

  /** Passes over `count` bytes, those that have not come yet when they come. Returns whether all have. */
  skip(count: number): boolean {
    this.#skip += count;
    this.#drop();
    return this.#skip === 0;
  }

  #drop(): void {
    const now = Math.min(this.#skip, this.have);
    this.at += now;
    this.#skip -= now;
  }

  #grow(length: number): void {
    const larger = new Uint8Array(length * 2);
    larger.set(this.bytes.subarray(this.at, this.end));
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }
}
