import type { Batch, Sink, Source } from "../record/index.ts";

/** A sink whose module is loaded when the first records come, or the end. */
export class LazySink implements Sink {
  readonly #load: () => Promise<Sink>;
  #sink: Sink | undefined;
  #source: Source | undefined;

  constructor(load: () => Promise<Sink>) {
    this.#load = load;
  }

  begin(source: Source): void {
    this.#source = source;
    this.#sink?.begin(source);
  }

  write(batch: Batch): void | Promise<void> {
    if (this.#sink) return this.#sink.write(batch);
    return this.#loaded().then((sink) => sink.write(batch));
  }

  flush(): void | Promise<void> {
    return this.#sink?.flush();
  }

  async end(): Promise<void> {
    await (await this.#loaded()).end();
  }

  async #loaded(): Promise<Sink> {
    if (this.#sink) return this.#sink;
    this.#sink = await this.#load();
    if (this.#source) this.#sink.begin(this.#source);
    return this.#sink;
  }
}
