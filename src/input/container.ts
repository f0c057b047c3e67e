import type { Abi } from "../messages/index.ts";
import type { Batch, Reporter, Source } from "../record/index.ts";
import type { ByteReader } from "./bytes.ts";

/** A source whose ABI is still to be decided, from records that it gives out again later. */
export interface OpenedSource extends Source {
  abi: Abi;
  /** The ABI that the records themselves tell, once some are held; absent: their bytes have to be looked at. */
  readonly toldAbi?: Abi | undefined;
  /** Waits for so many records or the end of the input; null where there are none. `next` begins with the same. */
  hold(records: number): Promise<Batch | null>;
}

/** A shape in which captures come: a row of `--input`, in containers.ts. */
export interface Container {
  name: string;
  /** One line for `--help` and for the note under `--verbose`. */
  about: string;
  /** Whether the first bytes of the input (`HEAD_BYTES` of them, or all: `whole`) look like it. */
  recognise(head: Uint8Array, whole: boolean): boolean;
  /** Opens an input, which the reader gives from its first byte on. */
  open(name: string, reader: ByteReader, reporter: Reporter): OpenedSource | Promise<OpenedSource>;
}
