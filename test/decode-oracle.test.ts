/** Every field of every message type, as hvmsg prints it, against the plain decoder written apart from it. */
import { describe, expect, it } from "vitest";
import { EXCEPTIONS, HYPERCALLS, MSRS, PORTS, REGISTERS } from "../src/messages/index.ts";
import { type OracleOptions, oracleDecode } from "./oracle/decode.ts";
import { createRng, randomBelow, randomHeader, randomMessage } from "./oracle/random.ts";
import { run } from "./run.ts";

const NAMES: OracleOptions["names"] = {
  msr: (number) => MSRS.name(number),
  hypercall: (number) => HYPERCALLS.name(number),
  register: (number) => REGISTERS.name(number),
  port: (number) => PORTS.name(number),
  exception: (number) => EXCEPTIONS.name(number),
};

const MESSAGES = 4000;

describe("JSON lines equal the oracle", () => {
  for (const abi of ["hvhdk", "hvimapi"] as const) {
    it(`messages, ${abi}`, async () => {
      const rng = createRng(abi === "hvhdk" ? 1 : 2);
      const messages = Array.from({ length: MESSAGES }, () => randomMessage(rng, abi));
      const expected = messages.flatMap((bytes, index) => {
        const record = oracleDecode(bytes, {
          abi,
          input: "message",
          index,
          offset: index * 256,
          names: NAMES,
        });
        return record === null ? [] : [JSON.stringify(record)];
      });
      const ran = await run(["decode", "--json", "--abi", abi, "--input", "message"], { stdin: messages });
      expect(ran.stdout.split("\n").slice(0, -1)).toEqual(expected);
      expect(ran.status).toBe(0);
    });

    it(`headers, ${abi}`, async () => {
      const rng = createRng(3);
      const headers = Array.from({ length: MESSAGES }, () => randomHeader(rng, abi));
      const expected = headers.map((bytes, index) =>
        JSON.stringify(
          oracleDecode(bytes, { abi, input: "header", index, offset: index * 40, names: NAMES }),
        ),
      );
      const ran = await run(["decode", "--json", "--abi", abi, "--input", "header"], { stdin: headers });
      expect(ran.stdout.split("\n").slice(0, -1)).toEqual(expected);
    });

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
