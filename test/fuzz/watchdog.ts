/** Ends the process where a run never ends: no timer of its own thread would be heard. */
import { Worker } from "node:worker_threads";

export interface Watchdog {
  /** A run begins: what to say where it does not end. */
  begin(about: string): void;
  end(): void;
  /** What to say how a hanging case is found again. */
  say(how: string): void;
  close(): Promise<unknown>;
}

/** Letters that are kept to be said. */
const MOST_BYTES = 4000;

const WATCH = `
const { workerData: { shared, patienceMs, bytes } } = require("node:worker_threads");
const { writeSync } = require("node:fs");
const clock = new Int32Array(shared, 0, 1);
const text = (at) => Buffer.from(new Uint8Array(shared, 4 + at * bytes, bytes)).toString().replace(/\\0+$/, "");
let seen = 0;
let since = 0;
setInterval(() => {
  const now = Atomics.load(clock, 0);
  if (now !== seen || now % 2 === 0) since = Date.now();
  seen = now;
  if (Date.now() - since < patienceMs) return;
  writeSync(2, "HANGS: hvmsg " + text(0) + "\\n" + text(1) + "\\n");
  process.kill(process.pid, "SIGKILL");
}, 200);
`;

/** A watchdog that lets a run take so many milliseconds. */
export function startWatchdog(patienceMs: number): Watchdog {
  const shared = new SharedArrayBuffer(4 + 2 * MOST_BYTES);
  const clock = new Int32Array(shared, 0, 1);
  const keep = (at: number, text: string) => {
    const place = new Uint8Array(shared, 4 + at * MOST_BYTES, MOST_BYTES);
    place.fill(0);
    place.set(Buffer.from(text).subarray(0, MOST_BYTES));
  };
  const worker = new Worker(WATCH, { eval: true, workerData: { shared, patienceMs, bytes: MOST_BYTES } });
  worker.unref();
  return {
    begin(about) {
      keep(0, about);
      Atomics.add(clock, 0, 1);
    },
    end: () => void Atomics.add(clock, 0, 1),
    say: (how) => keep(1, how),
    close: () => worker.terminate(),
  };
}
