/** Bad usage and bad files: a sentence on stderr, status 2, nothing on stdout. */
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { encodeIoPort } from "./oracle/encode.ts";
import { jsonLines, run } from "./run.ts";
import { TOP } from "./shell.ts";

const folder = mkdtempSync(join(tmpdir(), "hvmsg-usage-"));

describe("bad usage", () => {
  const cases: [argv: string[], says: RegExp][] = [
    [[], /Usage: hvmsg/],
    [["decide"], /unknown command 'decide' - did you mean decode\?/],
    [["--wat"], /unknown option '--wat'/],
    [["decode", "--jsn"], /unknown option '--jsn'.*--json/],
    [["decode", "-f", "xml"], /xml.*table, tree, hex, jsonl, json/],
    [["decode", "--limit", "x"], /--limit takes a whole number, 0 or more; 'x' is not one/],
    [["decode", "--limit", "-1"], /--limit/],
    [["decode", "--limit", "1e3"], /--limit takes a whole number/],
    [["decode", "--abi", "arm"], /arm.*auto, hvhdk, hvimapi/],
    [["decode", "--input", "elf"], /elf.*message/],
    [["decode", "--fields", "rp"], /unknown field 'rp' - did you mean .*rip/],
    [["decode", "--fields", "rip,,cr8"], /empty name/],
    [["decode", "--fields", "base"], /ambiguous: csSegment.base/],
    [["decode", "-f", "tree", "--fields", "rip"], /--fields does not go with --format tree/],
    [["decode", "--json", "-f", "table"], /--json is short for --format jsonl/],
    [["decode", "--message-offset", "16"], /--message-offset needs --record-size/],
    [["decode", "--record-size", "20", "--message-offset", "16"], /leaves no room/],
    [["decode", "-", "-"], /standard input .* only once/],
    [["fields", "extra"], /too many arguments/],
  ];
  for (const [argv, says] of cases) {
    it(`hvmsg ${argv.join(" ")}`, async () => {
      const ran = await run(argv);
      expect(ran.stderr).toMatch(says);
      expect(ran.stderr.trimEnd().split("\n").length).toBe(
        argv.length === 0 ? ran.stderr.trimEnd().split("\n").length : 1,
      );
      expect(ran.stdout).toBe("");
      expect(ran.status).toBe(2);
    });
  }
});

describe("formats that are no text", () => {
  for (const format of ["raw", "pcapng", "parquet"]) {
    it(`${format} is not written to a terminal`, async () => {
      const ran = await run(["decode", "-f", format], { isTty: true });
      expect(ran.stderr).toBe(
        `hvmsg: --format ${format} is no text for a terminal - write it to a file with -o FILE\n`,
      );
      expect(ran.status).toBe(2);
    });
  }
});

describe("bad files", () => {
  const good = join(folder, "good.bin");
  writeFileSync(good, encodeIoPort({ abi: "hvhdk", vpIndex: 2, portNumber: 0x3f8 }));

  it("a missing file and a folder are reported, the rest is read", async () => {
    const ran = await run(["decode", "--json", join(folder, "none.bin"), folder, good]);
    expect(ran.stderr).toMatch(/none\.bin: no such file\n.*: is a folder, not a file/);
    expect(jsonLines(ran.stdout)).toMatchObject([{ file: good, index: 0, vpIndex: 2 }]);
    expect(ran.status).toBe(2);
  });

  it("what is not recognised says what it begins with and what to give", async () => {
    const ran = await run(["decode"], { stdin: [Buffer.from("\x7fELF".padEnd(400, "x"))] });
    expect(ran.stderr).toMatch(/not recognised: it begins with 7f454c46.*--input/);
    expect(ran.status).toBe(2);
  });

  it("a file name with control characters does not reach the terminal as it is", async () => {
    const name = join(folder, "a\u001b[31m\n.bin");
    writeFileSync(name, encodeIoPort({ abi: "hvhdk" }));
    const table = await run(["decode", name, good, join(folder, "\u001b]0;x\u0007")]);
    expect(table.stdout + table.stderr).not.toMatch(/[\u001b\u0007]/);
    const json = await run(["decode", "--json", name, good]);
    expect(json.stdout).not.toContain("\u001b");
    expect(jsonLines(json.stdout)[0]?.file).toBe(name);
  });

  it.skipIf(process.getuid?.() === 0)("a file without permission", async () => {
    const secret = join(folder, "secret.bin");
    writeFileSync(secret, "");
    chmodSync(secret, 0);
    const ran = await run(["decode", secret]);
    expect(ran.stderr).toMatch(/permission denied/);
    expect(ran.status).toBe(2);
  });

  it("-o with an extension of no format says that it is text; one in no folder says so", async () => {
    const input = join(TOP, "samples/linux-boot.bin");
    const path = join(folder, "out.pcap");
    const ran = await run(["decode", "--limit", "1", "-o", path, input]);
    expect(ran).toMatchObject({
      status: 0,
      stdout: "",
      stderr: "hvmsg: note: no format has the extension .pcap: it is written as text (-f chooses)\n",
    });
    expect(readFileSync(path, "utf8")).toMatch(/^index {4}vp/);
    const none = await run(["decode", "-o", join(folder, "none", "x.csv"), input]);
    expect(none.stderr).toMatch(/x\.csv: cannot be written: its folder does not exist\n$/);
    expect(none.status).toBe(2);
  });
});
