/**
 * The plain decoder knows every message type; a last record that is cut short, as hvmsg prints it, is compared with it
 * here, whole ones in fuzz.test.ts.
 */
import { describe, expect, it } from "vitest";
import { ABIS, MESSAGE_TYPES } from "../src/messages/index.ts";
import { NAMES } from "./fuzz/names.ts";
import { oracleDecode, oraclePayload } from "./oracle/decode.ts";
import { createRng, randomBelow, randomCodes, randomHeader, randomMessage } from "./oracle/random.ts";
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

describe("the oracle and the random messages know every message type", () => {
  for (const { name, code, payload } of MESSAGE_TYPES)
    it(name, () => {
      for (const abi of ABIS) {
        const { kind, size } = payload[abi].withoutHeader ?? payload[abi];
        expect(oraclePayload(code, abi), "test/oracle/decode.ts").toEqual({ kind, least: size });
      }
      expect(randomCodes(), "test/oracle/random.ts").toContain(code);
    });
});
