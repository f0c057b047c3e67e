import { type Destination, TextProgram } from "../output/index.ts";
import type { Batch, Shape, Shapes } from "../record/index.ts";

/** Bytes after which the text is handed on: well below what a text program holds. */
const FULL_BYTES = 128 * 1024;

/** Gathers the text of a diff: lines, and records by a program that is compiled for every shape at once. */
export class DiffWriter {
  readonly #program = new TextProgram();
  readonly #destination: Destination;

  constructor(
    shapes: Shapes,
    compile: (program: TextProgram, shape: Shape) => void,
    destination: Destination,
  ) {
    this.#destination = destination;
    for (const shape of shapes.list) {
      if (shape === undefined) continue;
      this.#program.begin(shape.id);
      compile(this.#program, shape);
      this.#program.end();
    }
  }

  /** Whether `flush` is due before much more is written. */
  get isFull(): boolean {
    return this.#program.length > FULL_BYTES;
  }

  text(text: string): void {
    const { out } = this.#program;
    let at = this.#program.length;
    for (let character = 0; character < text.length; character++) {
      const code = text.charCodeAt(character);
      if (code > 0x7f) return this.#program.append(text);
      out[at++] = code;
    }
    this.#program.length = at;
  }

  /** A number at the end of a column of a width, and a space; -1 leaves it empty. */
  number(value: number, width: number): void {
    const { out } = this.#program;
    const end = this.#program.length + width;
    let left = value;
    for (let at = end - 1; at >= this.#program.length; at--) {
      const isEmpty = value < 0 || (left === 0 && at < end - 1);
      const rest = Math.floor(left / 10);
      out[at] = isEmpty ? 0x20 : 0x30 + left - rest * 10;
      left = rest;
    }
    out[end] = 0x20;
    this.#program.length = end + 1;
  }

  /** The text of a borrowed record. */
  record(batch: Batch): void {
    this.#program.run(batch, 0);
  }

  /** The same, as a string. */
  recordText(batch: Batch): string {
    const start = this.#program.length;
    this.#program.run(batch, 0);
    const text = Buffer.from(this.#program.out.buffer, start, this.#program.length - start).toString();
    this.#program.length = start;
    return text;
  }

  /** Takes back the last byte: the end of a line that goes on. */
  dropNewline(): void {
    this.#program.length--;
  }

  flush(): void | Promise<void> {
    const { length, out } = this.#program;
    if (length === 0) return;
    this.#program.length = 0;
    return this.#destination.write(out.subarray(0, length));
  }
}

/** Runs a printer, which yields whenever its writer is full. */
export async function writeAll(printing: Iterable<void>, writer: DiffWriter): Promise<void> {
  for (const _ of printing) await writer.flush();
  await writer.flush();
}
