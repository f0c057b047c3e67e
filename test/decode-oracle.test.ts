/** A last record that is cut short, as hvmsg prints it, against the plain decoder; whole ones are in fuzz.test.ts. */
import { describe, expect, it } from "vitest";
import { NAMES } from "./fuzz/names.ts";
import { oracleDecode } from "./oracle/decode.ts";
import { createRng, randomBelow, randomHeader, randomMessage } from "./oracle/random.ts";
import { run } from "./run.ts";

describe("JSON lines equal the oracle", () => {
  for (const abi of ["hvhdk", "hvimapi"] as const) {
    it(`a last record cut anywhere, ${abi}`, async () => {
      const rng = createRng(4);
      for (let length = 1; length < 256; length++) {
        const input = randomBelow(rng, 4) === 0 ? "header" : "message";
        const whole = input === "header" ? randomHeader(rng, abi) : randomMessage(rng, abi);
        const bytes = whole.subarray(0, length % whole.length || 1);
        const record = oracleDecode(bytes, { abi, input, index: 0, offset: 0, names: NAMES });
        const ran = await run(["decode", "--json", "--abi", abi, "--input", input], { stdin: [bytes] });
        expect(ran.stdout).toBe(record === null ? "" : `${JSON.stringify(record)}\n`);
        expect(ran.status).toBe(2);
        expect(ran.stderr).toContain(
          `cut short: ${bytes.length} of ${whole.length} bytes (offset 0x0, record 0)`,
        );
      }
    });
  }
});
