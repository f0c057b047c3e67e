/** CSV says what JSON lines say, to a plain reader of RFC 4180 and to Miller. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { allColumns, columnText, flatten } from "./columns.ts";
import { createRng, randomHeader, randomMessage } from "./oracle/random.ts";
import { jsonLines, run } from "./run.ts";
import { hasProgram, shell, TOP } from "./shell.ts";

/** Rows of an RFC 4180 text; strict: CRLF ends a row, a quote stands only around a value or twice in one. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (let at = 0; at < text.length; ) {
    const quoted = /"((?:[^"]|"")*)"/y;
    const plain = /[^",\r\n]*/y;
    const pattern = text[at] === '"' ? quoted : plain;
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (!match) throw new Error(`no value at ${at}`);
    row.push(match[1] === undefined ? match[0] : match[1].replaceAll('""', '"'));
    at = pattern.lastIndex;
    if (text[at] === ",") {
      at++;
      continue;
    }
    if (!text.startsWith("\r\n", at)) throw new Error(`neither comma nor CRLF at ${at}`);
    at += 2;
    rows.push(row);
    row = [];
  }
  return rows;
}

async function expectSame(argv: string[], stdin: Uint8Array[]): Promise<void> {
  const csv = await run(["decode", "-f", "csv", ...argv], { stdin });
  const json = await run(["decode", "--json", ...argv], { stdin });
  const [header = [], ...rows] = parseCsv(csv.stdout);
  expect(header).toEqual(allColumns());
  const expected = jsonLines(json.stdout).map((record) => {
    const values = flatten(record);
    return header.map((path) => (values.has(path) ? columnText(values.get(path), path) : ""));
  });
  expect(rows.length).toBeGreaterThan(1000);
  expect(rows).toEqual(expected);
  expect(csv.status).toBe(json.status);
}

describe("-f csv", () => {
  for (const abi of ["hvhdk", "hvimapi"] as const) {
    it(`has what JSON lines have, ${abi}`, async () => {
      const rng = createRng(61);
      const messages = Array.from({ length: 2000 }, () => randomMessage(rng, abi));
      await expectSame(["--abi", abi, "--input", "message"], messages);
    });

    it(`bare headers, ${abi}`, async () => {
      const rng = createRng(62);
      const headers = Array.from({ length: 2000 }, () => randomHeader(rng, abi));
      await expectSame(["--abi", abi, "--input", "header"], headers);
    });
  }

  it("a capture, in which the same parts come again and again", async () => {
    await expectSame([], [readFileSync(join(TOP, "samples/linux-boot.bin"))]);
  });

  it("has the header row where there is no record, and none with --no-header", async () => {
    const none = await run(["decode", "-f", "csv", "--fields", "index,rip"], { stdin: [] });
    expect(none).toMatchObject({ status: 0, stdout: "index,rip\r\n" });
    const ran = shell(
      "hvmsg decode -f csv --fields vpIndex,rip --no-header --limit 1 samples/linux-boot.bin",
    );
    expect(ran.stdout).toBe("0,0x000000000000e0a7\r\n");
  });

  it("has the fields that were asked for, in their order", () => {
    const ran = shell(
      "hvmsg decode -f csv --fields rip,interceptAccessType,msrName,flags,executionState,cr8,problems --index 2640-2641 samples/linux-boot.bin",
    );
    expect(parseCsv(ran.stdout)[0]?.slice(0, 5)).toEqual([
      "rip",
      "interceptAccessType",
      "payload.msrName",
      "flags",
      "executionState.cpl",
    ]);
    expect(parseCsv(ran.stdout)).toHaveLength(3);
  });

  it("puts what needs it into quotes: names of files", () => {
    const folder = mkdtempSync(join(tmpdir(), "hvmsg-csv-"));
    const names = ['a, "b".bin', " c.bin"];
    for (const name of names) writeFileSync(join(folder, name), randomMessage(createRng(5), "hvhdk"));
    const ran = shell(
      `hvmsg decode -f csv --input message --abi hvhdk --fields file,index './a, "b".bin' ' c.bin'`,
      { cwd: folder },
    );
    expect(ran.stdout).toBe('file,index\r\n"./a, ""b"".bin",0\r\n" c.bin",0\r\n');
    expect(parseCsv(ran.stdout)[1]?.[0]).toBe('./a, "b".bin');
  });

  it("-o follows the extension", () => {
    const folder = mkdtempSync(join(tmpdir(), "hvmsg-csv-"));
    const ran = shell(
      `hvmsg decode -o '${folder}/x.csv' --fields index samples/triple-fault.bin && head -n 2 '${folder}/x.csv'`,
    );
    expect(ran.stdout).toBe("index\r\n0\r\n");
  });

  it.skipIf(!hasProgram("mlr") || !hasProgram("jq"))("Miller reads it, and gives what jq gives", () => {
    const paths = "index,messageType,vpIndex,rip,payload.rax,flags";
    const miller = shell(
      `hvmsg decode -f csv samples/linux-boot.bin |
       mlr --icsv --ojsonl -S filter 'is_not_empty($*["payload.rax"])' then cut -o -f ${paths}`,
    );
    const jq = shell(
      `hvmsg decode --json samples/linux-boot.bin | jq -c 'select(.payload.rax) | {index: "\\(.index)", messageType,
       vpIndex: "\\(.vpIndex)", rip, payload: {rax: .payload.rax}, flags: (.flags | join(" "))}'`,
    );
    expect(jsonLines(jq.stdout).length).toBeGreaterThan(1000);
    expect(jsonLines(miller.stdout)).toEqual(jsonLines(jq.stdout));
    const counted = shell(
      `hvmsg decode -f csv samples/linux-boot.bin |
       mlr --icsv --ojsonl stats1 -a count,sum -f payloadSize -g messageType then sort -f messageType`,
    );
    const expected = shell(
      `hvmsg decode --json samples/linux-boot.bin | jq -s -c 'group_by(.messageType)[] | {messageType: .[0].messageType,
       payloadSize_count: length, payloadSize_sum: map(.payloadSize) | add}'`,
    );
    expect(jsonLines(expected.stdout).length).toBeGreaterThan(5);
    expect(jsonLines(counted.stdout)).toEqual(jsonLines(expected.stdout));
  });

  const readme = readFileSync(join(TOP, "README.md"), "utf8");
  const commands = [...readme.matchAll(/^hvmsg .*\| mlr .*$/gm)].map((match) => match[0]);

  it("the README has a command with Miller", () => expect(commands).toHaveLength(1));

  for (const command of commands) {
    it.skipIf(!hasProgram("mlr"))(command, () => {
      const { stdout, stderr, status } = shell(command);
      expect([stderr, status]).toEqual(["", 0]);
      expect(stdout.split("\n").length).toBeGreaterThan(2);
    });
  }
});
