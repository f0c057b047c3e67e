import { MESSAGE_BYTES } from "../messages/index.ts";

/** 32-bit words of a record; every record, whatever its container, stands in 256 bytes of a batch. */
export const RECORD_WORDS = MESSAGE_BYTES / 4;

/** Records of a batch at most: 128 KiB, which measures best for reading and stays in the cache. */
export const BATCH_RECORDS = 512;

/**
 * A block of records, 256 bytes each, reused from block to block: whoever wants to keep something copies it.
 * The parallel arrays hold a value a record.
 */
export interface Batch {
  bytes: Uint8Array;
  words: Uint32Array;
  count: number;
  /** Record number of the first one, counted from 0 in its file, empty slots included. */
  firstIndex: number;
  /** Byte offset of each record in its file. */
  offsets: Float64Array;
  /** When each record was captured: whole seconds since 1970 (NaN: not known) and nanoseconds. */
  timeSeconds: Float64Array;
  timeNanoseconds: Int32Array;
  /** Bytes of each record that are really there: 256, or fewer where the capture is cut short. */
  available: Uint16Array;
  /** Shape of each record (see shape.ts), set by `classify`. */
  shapes: Int32Array;
  /** Positions in the batch of the records that were picked, in order, and how many there are. */
  picked: Int32Array;
  pickedCount: number;
}

/** An empty batch with room for `capacity` records. */
export function makeBatch(capacity = BATCH_RECORDS): Batch {
  const bytes = new Uint8Array(capacity * MESSAGE_BYTES);
  return {
    bytes,
    words: new Uint32Array(bytes.buffer),
    count: 0,
    firstIndex: 0,
    offsets: new Float64Array(capacity),
    timeSeconds: new Float64Array(capacity).fill(Number.NaN),
    timeNanoseconds: new Int32Array(capacity),
    available: new Uint16Array(capacity),
    shapes: new Int32Array(capacity),
    picked: new Int32Array(capacity),
    pickedCount: 0,
  };
}
