import type { Io } from "../base/io.ts";
import type { StderrReporter } from "./reading.ts";

/** What `-o` names: it counts only when it is whole. */
export interface WholeOutput {
  path: string;
  /** What to do where a trouble keeps it from being whole; none for a device or pipe, where what is written counts. */
  instead?: string;
  /** Makes it appear, whole and on disk. */
  commit(): void;
  /** Leaves everything as it was. Does nothing after `commit`. */
  abandon(): void;
}

/**
 * Runs `work`, which writes the output, and makes that count. It leaves no trace where `work` fails, where it is
 * interrupted, and where the input had a trouble: a script that finds the file can rely on all being in it.
 */
export async function writeWhole<Result>(
  output: WholeOutput | undefined,
  reporter: StderrReporter,
  io: Io,
  work: () => Promise<Result>,
): Promise<Result> {
  const forget = output && io.onInterrupt(() => output.abandon());
  try {
    const result = await work();
    if (output?.instead === undefined || reporter.troubles === 0) output?.commit();
    else {
      output.abandon();
      reporter.trouble(
        output.path,
        "not written, because of the trouble above; an old one is as it was",
        output.instead,
      );
    }
    return result;
  } catch (error) {
    output?.abandon();
    throw error;
  } finally {
    forget?.();
  }
}
