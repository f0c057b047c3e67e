import type { Capture } from "../analysis/index.ts";
import { type Destination, TextProgram } from "../output/index.ts";
import type { Shape, Shapes } from "../record/index.ts";
import type { SideSymbols } from "./diff-symbols.ts";

/** Bytes after which the text is handed on: well below what a text program holds. */
const FULL_BYTES = 128 * 1024;

const SPACE = 0x20;
const DIGIT_0 = 0x30;

/** Gathers the text of a diff: lines, and records by a program that is compiled for every shape at once. */
export class DiffWriter {
  readonly #program = new TextProgram();
  readonly #out: Buffer;
  readonly #destination: Destination;
  readonly #symbols: SideSymbols | undefined;

  /** `symbols` are what the compiled records ask for names. */
  constructor(
    shapes: Shapes,
    compile: (program: TextProgram, shape: Shape) => void,
    destination: Destination,
    symbols?: SideSymbols,
  ) {
    this.#destination = destination;
    this.#symbols = symbols;
    for (const shape of shapes.list) {
      if (shape === undefined) continue;
      this.#program.begin(shape.id);
      compile(this.#program, shape);
      this.#program.end();
    }
    this.#out = Buffer.from(this.#program.out.buffer); // last: compiling may move it
  }

  /** Whether `flush` is due before much more is written. */
  get isFull(): boolean {
    return this.#program.length > FULL_BYTES;
  }

  text(text: string): void {
    if (text !== "") this.#program.length += this.#out.write(text, this.#program.length);
  }

  /** One byte: a sign. */
  byte(value: number): void {
    this.#out[this.#program.length++] = value;
  }

  /** A space, and a whole number, right-aligned in a width that it fits, or blanks for a negative one. */
  number(value: number, width: number): void {
    const out = this.#out;
    const start = this.#program.length;
    let at = start + 1 + width;
    this.#program.length = at;
    for (let left = value; left >= 0 && at > start; ) {
      const rest = Math.floor(left / 10);
      out[--at] = DIGIT_0 + left - 10 * rest;
      left = rest > 0 ? rest : -1;
    }
    while (at > start) out[--at] = SPACE;
  }

  /** The text of a record. */
  record(capture: Capture, position: number): void {
    this.#symbols?.use(capture);
    this.#program.run(capture.borrow(position), 0);
  }

  /** The same, as a string. */
  recordText(capture: Capture, position: number): string {
    const start = this.#program.length;
    this.record(capture, position);
    const text = this.#out.toString("utf8", start, this.#program.length);
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
