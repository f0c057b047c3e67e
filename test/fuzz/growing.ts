/** Work in relation to size: four times the input takes about four times the time, whatever is in it. */
import fc from "fast-check";
import { makeCapture, recipes } from "./captures.ts";
import { obey } from "./rules.ts";

const SMALL_BYTES = 256 * 1024;
const GROWTH = 4;
/** Times of small runs say nothing. */
const LEAST_MS = 700;
/** More than this is not in proportion: the square of the growth would be 16. */
const MOST_TIMES = 10;

export const growthCases = fc.record({
  recipe: recipes(["text", "text", "text", "jsonl", "pcap", "pcapng", "message", "vp-assist"]),
  from: fc.nat(10_000),
  length: fc.oneof(fc.nat(40), fc.nat(4000), fc.constant(1 << 20)),
  named: fc.boolean(),
  json: fc.boolean(),
});

type GrowthCase = typeof growthCases extends fc.Arbitrary<infer Case> ? Case : never;

/** A capture, or a piece of it, over and over. */
export async function checkGrowth({ recipe, from, length, named, json }: GrowthCase): Promise<void> {
  const { bytes, options } = makeCapture({ ...recipe, wrap: "none" });
  const at = Math.floor((bytes.length * from) / 10_001);
  const piece = bytes.length <= length ? bytes : bytes.subarray(at, at + length);
  if (piece.length === 0) return;
  const argv = [...(json ? ["decode", "--json"] : ["stats"]), ...(named ? options : [])];
  const time = async (size: number) => {
    const head = bytes.subarray(0, 64);
    const rest = Buffer.alloc(size, piece);
    const before = process.cpuUsage();
    await obey(argv, { stdin: [Buffer.concat([head, rest])], size });
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  const small = await time(SMALL_BYTES);
  const large = await time(GROWTH * SMALL_BYTES);
  if (large > LEAST_MS && large > MOST_TIMES * small)
    throw new Error(
      `${Math.round(small)} ms, and for ${GROWTH} times as much ${Math.round(large)} ms: ${argv.join(" ")}`,
    );
}
