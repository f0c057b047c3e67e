/** Every record that hvmsg prints validates against the JSON Schema that it prints. */
import { Ajv2020 } from "ajv/dist/2020.js";
import { beforeAll, describe, expect, it } from "vitest";
import { createRng, randomHeader, randomMessage } from "./oracle/random.ts";
import { jsonLines, run } from "./run.ts";

type Validate = ReturnType<Ajv2020["compile"]>;
let validate: Validate;

beforeAll(async () => {
  const { stdout } = await run(["schema"]);
  validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(JSON.parse(stdout));
});

function problemsOf(text: string): string[] {
  const wrong = jsonLines(text).flatMap((record) =>
    validate(record) ? [] : [`${JSON.stringify(record)}: ${JSON.stringify(validate.errors)}`],
  );
  return wrong.slice(0, 1);
}

describe("hvmsg schema", () => {
  for (const abi of ["hvhdk", "hvimapi"]) {
    it(`random messages and headers, ${abi}`, async () => {
      const rng = createRng(11);
      const messages = Array.from({ length: 2000 }, () => randomMessage(rng, abi as "hvhdk"));
      const ran = await run(["decode", "--json", "--input", "message", "--abi", abi], { stdin: messages });
      expect(problemsOf(ran.stdout)).toEqual([]);
      const headers = Array.from({ length: 500 }, () => randomHeader(rng, abi as "hvhdk"));
      const ran2 = await run(["decode", "--json", "--input", "header", "--abi", abi], { stdin: headers });
      expect(problemsOf(ran2.stdout)).toEqual([]);
    });

    it(`any selection of fields, ${abi}`, async () => {
      const rng = createRng(12);
      const messages = Array.from({ length: 200 }, () => randomMessage(rng, abi as "hvhdk"));
      for (const fields of [
        "rip",
        "payload.rax,vpIndex",
        "executionState.cpl",
        "problems",
        "payload",
        "msrName",
        "flags",
      ]) {
        const argv = ["decode", "--json", "--input", "message", "--abi", abi, "--fields", fields];
        const ran = await run(argv, { stdin: messages });
        expect(problemsOf(ran.stdout)).toEqual([]);
        expect(jsonLines(ran.stdout).length).toBeGreaterThan(100);
      }
    });
  }

  it("refuses what hvmsg does not print", () => {
    for (const record of [
      { rip: 5 },
      { vp: 1 },
      { payload: { kind: "msr", port: 1 } },
      { interceptAccessType: ["jump"] },
    ])
      expect(validate(record)).toBe(false);
  });
});
