import type { Batch, Shape, Shapes, Sink, Source } from "../record/index.ts";
import type { Destination, TextFormat } from "./format.ts";
import { TextProgram } from "./text-program.ts";

/** Joins a text format to a destination: compiles shapes when they first occur, runs batches, hands text on. */
export class TextSink implements Sink {
  readonly #program = new TextProgram();
  readonly #shapes: Shapes;
  readonly #format: TextFormat;
  readonly #destination: Destination;
  #compiled = 1;
  #begun = false;
  #written = false;

  constructor(shapes: Shapes, format: TextFormat, destination: Destination) {
    this.#shapes = shapes;
    this.#format = format;
    this.#destination = destination;
  }

  begin(source: Source): void {
    this.#program.setFile(this.#format.fileText(source.name));
    this.#format.begin?.();
  }

  write(batch: Batch): void | Promise<void> {
    const { list } = this.#shapes;
    for (; this.#compiled < list.length; this.#compiled++) this.#compile(list[this.#compiled] as Shape);
    this.#format.observe?.(batch);
    return this.#run(batch, 0);
  }

  flush(): void | Promise<void> {
    const { length, out } = this.#program;
    if (length === 0) return;
    this.#program.length = 0;
    return this.#destination.write(out.subarray(0, length));
  }

  end(): void | Promise<void> {
    if (this.#format.headAlways) this.#head();
    const tail = this.#format.tail?.(this.#written);
    if (tail !== undefined) this.#program.append(tail);
    return this.flush();
  }

  #run(batch: Batch, from: number): void | Promise<void> {
    let next = from;
    if (batch.pickedCount > 0) this.#head();
    while (next < batch.pickedCount) {
      next = this.#program.run(batch, next);
      if (!this.#written) {
        this.#written = true;
        this.#format.first?.(this.#program.out);
      }
      if (next < batch.pickedCount) {
        const waiting = this.flush();
        if (waiting) return waiting.then(() => this.#run(batch, next));
      }
    }
  }

  #head(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#program.append(this.#format.head);
  }

  #compile(shape: Shape): void {
    this.#program.begin(shape.id);
    this.#format.compile(this.#program, shape);
    this.#program.end();
  }
}
