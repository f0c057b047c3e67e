import type { Batch, Shapes, Sink, Source } from "../record/index.ts";
import { Blocks } from "./blocks.ts";
import { Capture } from "./capture.ts";
import { VpReader } from "./groups.ts";
import { grown } from "./grown.ts";
import { type KeyFields, KeyPlan } from "./key-plan.ts";
import { KeyReader } from "./keys.ts";
import { TwinFinder } from "./twins.ts";

/** A capture that is being loaded, with what its records are aligned by, read while they are in the cache. */
class Side implements Sink {
  readonly capture: Capture;
  readonly #pair: Pair;
  readonly #other: Side | undefined;
  #twins: TwinFinder | undefined;
  #keys = new Int32Array(1024);
  #vps = new Int32Array(1024);

  /** `other` is loaded before, and may have the same messages. */
  constructor(pair: Pair, blocks: Blocks, other?: Side) {
    this.#pair = pair;
    this.#other = other;
    this.capture = new Capture(pair.shapes, blocks);
  }

  begin(source: Source): void {
    this.capture.begin(source);
    if (this.#other) this.#twins = new TwinFinder(this.#other.capture, this.#other.keys, this.#other.vps);
  }

  write(batch: Batch): void {
    const { capture } = this;
    const { keyReader, vpReader } = this.#pair;
    const from = capture.count;
    capture.reserve(batch);
    if (from + batch.pickedCount > this.#keys.length) {
      this.#keys = grown(this.#keys, from + batch.pickedCount);
      this.#vps = grown(this.#vps, from + batch.pickedCount);
    }
    vpReader.read(batch, from, this.#vps);
    if (this.#twins) this.#twins.load(batch, capture, this.#vps, this.#keys, keyReader);
    else {
      capture.keepAll(batch);
      keyReader.read(capture, from, this.#keys);
    }
  }

  flush(): void {}

  end(): void {}

  /** Key ids by position. */
  get keys(): Int32Array {
    return this.#keys.subarray(0, this.capture.count);
  }

  /** Numbers of VPs by position. */
  get vps(): Int32Array {
    return this.#vps.subarray(0, this.capture.count);
  }
}

/** Both captures of a diff: two sinks to load, A first. */
export class Pair {
  readonly shapes: Shapes;
  readonly keyReader: KeyReader;
  readonly vpReader: VpReader;
  readonly a: Side;
  readonly b: Side;

  constructor(shapes: Shapes, keyFields: KeyFields) {
    this.shapes = shapes;
    this.keyReader = new KeyReader(new KeyPlan(shapes, keyFields));
    this.vpReader = new VpReader(shapes);
    const blocks = new Blocks();
    this.a = new Side(this, blocks);
    this.b = new Side(this, blocks, this.a);
  }
}
