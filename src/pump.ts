/**
 * The loop that joins a source to a sink: read a batch, classify it, select, write. It runs once per some
 * hundred records; what runs once a record is inside those four.
 */
import { Classifier, type Select, type Shapes, type Sink, type Source } from "./record/index.ts";

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
    counts.read += batch.count;
    const empty = classifier.classify(batch);
    counts.empty += empty;
    options.select?.select(batch);
    batch.pickedCount = Math.min(batch.pickedCount, options.limit - counts.printed);
    counts.left += batch.count - empty - batch.pickedCount;
    counts.printed += batch.pickedCount;
    const waiting = sink.write(batch);
    if (waiting) await waiting;
  }
  return false;
}
