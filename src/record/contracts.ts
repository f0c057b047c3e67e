import type { Abi } from "../messages/index.ts";
import type { Batch } from "./batch.ts";
import type { Framing } from "./shape.ts";

/** Where records come from: one opened input. */
export interface Source {
  /** The name that the user knows it by; `-` is standard input. */
  readonly name: string;
  readonly abi: Abi;
  readonly framing: Framing;
  /**
   * The next records, in a batch that is overwritten by the call after; null at the end. A promise where the
   * bytes have to be waited for. Troubles (a cut record) are told to the reporter that the source was opened with.
   */
  next(): Batch | null | Promise<Batch | null>;
  close(): void;
}

/** Narrows `batch.picked` to the records that are wanted. */
export interface Select {
  /** Called before the first batch of each input. */
  begin(source: Source): void;
  select(batch: Batch): void;
}

/** What is done with the picked records of a batch. */
export interface Sink {
  /** Called before the first batch of each input. */
  begin(source: Source): void;
  write(batch: Batch): void | Promise<void>;
  /** Hands on what is still held back; called when the input has to be waited for. */
  flush(): void | Promise<void>;
  /** Called after the last input. */
  end(): void | Promise<void>;
}

/** Where troubles and notes go. A trouble makes the exit status 2. */
export interface Reporter {
  trouble(file: string, what: string, hint?: string): void;
  note(what: string): void;
}
