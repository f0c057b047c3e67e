/** A stretch of records that follow each other in a file at the same distance. */
interface Stretch {
  /** Position in the capture, record number and byte offset of the first. */
  readonly position: number;
  readonly index: number;
  readonly offset: number;
  /** Bytes from one to the next; NaN while there is one. */
  stride: number;
}

/** Where records stand in their file: record numbers and byte offsets by position, as stretches. */
export class FilePlaces {
  readonly #stretches: Stretch[] = [];
  #nextIndex = Number.NaN;
  #lastOffset = Number.NaN;
  #stride = Number.NaN;

  /** Adds the record with the next position. */
  add(position: number, index: number, offset: number): void {
    if (index === this.#nextIndex && offset - this.#lastOffset === this.#stride) {
      this.#nextIndex++;
      this.#lastOffset = offset;
      return;
    }
    const last = this.#stretches.at(-1);
    if (last && index === this.#nextIndex && Number.isNaN(last.stride))
      last.stride = offset - this.#lastOffset;
    else this.#stretches.push({ position, index, offset, stride: Number.NaN });
    this.#stride = this.#stretches.at(-1)?.stride ?? Number.NaN;
    this.#nextIndex = index + 1;
    this.#lastOffset = offset;
  }

  indexOf(position: number): number {
    const stretch = this.#find(position);
    return stretch.index + position - stretch.position;
  }

  offsetOf(position: number): number {
    const stretch = this.#find(position);
    return position === stretch.position
      ? stretch.offset
      : stretch.offset + (position - stretch.position) * stretch.stride;
  }

  #find(position: number): Stretch {
    let low = 0;
    let high = this.#stretches.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.#stretches[middle]!.position <= position) low = middle;
      else high = middle;
    }
    return this.#stretches[low]!;
  }
}
