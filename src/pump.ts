/**
 * The loop that joins a source to a sink: read a batch, classify it, select, write. It runs once per some
 * hundred records; what runs once a record is inside those four.
 */
import {
  type Batch,
  Classifier,
  EMPTY_SHAPE,
  type Select,
  type Shapes,
  type Sink,
  type Source,
} from "./record/index.ts";

/** What went through the pump. Read is the sum of the other three. */
export interface Counts {
  read: number;
  empty: number;
  left: number;
  printed: number;
}

interface PumpOptions {
  shapes: Shapes;
  select?: Select;
  /** Records to write at most, over all sources. */
  limit: number;
}

/** Batches after which timers and signals get a turn, where the source never waits. */
const TURN_BATCHES = 64;

/**
 * Writes the records of a source that are wanted; adds to `counts`. Returns whether more may be asked for (the
 * limit is not reached).
 */
export async function pump(
  source: Source,
  sink: Sink,
  counts: Counts,
  options: PumpOptions,
): Promise<boolean> {
  const classifier = new Classifier(options.shapes, source.abi, source.framing);
  options.select?.begin(source);
  sink.begin(source);
  for (let batches = 1; counts.printed < options.limit; batches++) {
    let batch = source.next();
    if (batch instanceof Promise) {
      // What is written must not wait with us.
      await sink.flush();
      batch = await batch;
    } else if (batches % TURN_BATCHES === 0) {
      await new Promise(setImmediate);
    }
    if (batch === null) return true;
    let empty = classifier.classify(batch);
    let { count } = batch;
    options.select?.select(batch);
    const room = options.limit - counts.printed;
    if (batch.pickedCount >= room) {
      // What lies behind the last record that is wanted has not been read.
      batch.pickedCount = room;
      count = batch.picked[room - 1]! + 1;
      empty = emptyAmong(batch, count);
    }
    counts.read += count;
    counts.empty += empty;
    counts.left += count - empty - batch.pickedCount;
    counts.printed += batch.pickedCount;
    const waiting = sink.write(batch);
    if (waiting) await waiting;
  }
  return false;
}

/** How many of the first `count` records are empty slots. */
function emptyAmong({ shapes }: Batch, count: number): number {
  let empty = 0;
  for (let record = 0; record < count; record++) if (shapes[record] === EMPTY_SHAPE) empty++;
  return empty;
}
