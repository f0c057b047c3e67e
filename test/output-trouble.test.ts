/** Outputs that cannot be written: a sentence and status 2, no half file; a reader that goes away: nothing. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { FORMATS } from "../src/output/index.ts";
import { shell, TOP } from "./shell.ts";

const folder = mkdtempSync(join(tmpdir(), "hvmsg-trouble-"));
chmodSync(folder, 0o755);
const boot = readFileSync(join(TOP, "samples/linux-boot.bin"));
const many = join(folder, "many.bin");
writeFileSync(many, Buffer.concat(Array<Buffer>(30).fill(boot)));

/** Inputs that are no good, by what is said of them. */
const packed = gzipSync(boot);
packed.fill(0xff, 5000, 5100);
for (const [name, bytes] of [
  ["cut.bin", boot.subarray(0, boot.length - 1)],
  ["damaged.gz", packed],
  ["cut.gz", packed.subarray(0, 4000)],
] as const)
  writeFileSync(join(folder, name), bytes);
const cut = join(folder, "cut.bin");
const BAD_INPUTS = [
  ["a capture that is cut short", `'${cut}'`, "the last record is cut short"],
  ["a damaged gzip file", `'${folder}/damaged.gz'`, "gzip"],
  ["a gzip file that is cut short", `'${folder}/cut.gz'`, "gzip"],
  ["a missing second file", `samples/linux-boot.bin '${folder}/nowhere.bin'`, "no such file"],
] as const;

const NOT_WRITTEN =
  "not written, because of the trouble above; an old one is as it was - to keep what could be read";

/** Runs a command line that has `OUT` for its -o; the old file has to stay, with nothing beside it. */
function expectOldKept(command: string, said: string): void {
  const place = mkdtempSync(join(folder, "old-"));
  writeFileSync(join(place, "out"), "old");
  const ran = shell(command.replace("OUT", `'${place}/out'`));
  const lines = ran.stderr.split("\n").slice(0, -1);
  expect(lines.slice(0, -1).join("\n")).toContain(said);
  expect(lines.at(-1)).toContain(`hvmsg: ${place}/out: ${NOT_WRITTEN}`);
  expect(ran.status).toBe(2);
  expect(ran.stdout).toBe("");
  expect(readdirSync(place)).toEqual(["out"]);
  expect(readFileSync(join(place, "out"), "utf8")).toBe("old");
}

/** Root may write everywhere: it runs the command as nobody. */
const asNobody = process.getuid?.() === 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups" : "";
const HVMSG = `${asNobody} '${process.execPath}' '${join(TOP, "bin/hvmsg.js")}'`;
const canBeNobody = spawnSync("sh", ["-c", `${HVMSG} --version`]).status === 0;

describe.each(FORMATS.map(({ name }) => name))("-f %s", (format) => {
  it("a full disk", () => {
    const direct = shell(`hvmsg decode -f ${format} '${many}' > /dev/full`);
    expect(direct.stderr).toBe("hvmsg: standard output cannot be written: no space left on the device\n");
    expect(direct.status).toBe(2);
    const named = shell(`hvmsg decode -f ${format} -o /dev/full '${many}'`);
    expect(named.stderr).toBe("hvmsg: /dev/full: cannot be written: no space left on the device\n");
    expect(named.status).toBe(2);
  });

  it("a disk that becomes full: the old file stays, and nothing beside it", () => {
    const place = mkdtempSync(join(folder, "full-"));
    writeFileSync(join(place, "out"), "old");
    // A limit on the size of files stands in for the disk; what goes over it fails as a write does.
    const ran = shell(`trap '' XFSZ; ulimit -f 100; hvmsg decode -f ${format} -o '${place}/out' '${many}'`);
    expect(ran.stderr).toMatch(/^hvmsg: .*out: cannot be written: .*\n$/);
    expect(ran.status).toBe(2);
    expect(readdirSync(place)).toEqual(["out"]);
    expect(readFileSync(join(place, "out"), "utf8")).toBe("old");
  });

  it.skipIf(!canBeNobody)("a folder without permission", () => {
    const place = mkdtempSync(join(folder, "closed-"));
    chmodSync(place, 0o555);
    const ran = shell(`${HVMSG} decode -f ${format} -o '${place}/out' '${many}'`);
    expect(ran.stderr).toBe(`hvmsg: ${place}/out: cannot be written: permission denied\n`);
    expect(ran.status).toBe(2);
    expect(readdirSync(place)).toEqual([]);
  });

  it("a reader that goes away", () => {
    const ran = shell(`hvmsg decode -f ${format} '${many}' | head -c 100 | wc -c; echo "\${PIPESTATUS[0]}"`);
    expect(ran.stdout.split("\n").map(Number)).toEqual([100, 0, 0]);
    expect(ran.stderr).toBe("");
  });
});

describe.each(["csv", "parquet", "pcapng", "raw"])("-f %s: what is not whole", (format) => {
  it.each(BAD_INPUTS)("%s: the old file stays, and nothing beside it", (_, input, said) => {
    expectOldKept(`hvmsg decode --abi hvhdk -f ${format} -o OUT ${input}`, said);
  });

  it("what can be read of a bad input is still printed, and written to a pipe", () => {
    const plain = shell(`hvmsg decode --abi hvhdk -f ${format} '${cut}' | md5sum`);
    const pipe = shell(`hvmsg decode --abi hvhdk -f ${format} -o /dev/stdout '${cut}' | md5sum`);
    const nothing = shell("md5sum < /dev/null");
    expect(plain.stdout).not.toBe(nothing.stdout);
    expect(pipe).toEqual(plain);
  });

  it("SIGINT: the old file stays, and nothing beside it", async () => {
    const place = mkdtempSync(join(folder, "sigint-"));
    writeFileSync(join(place, "out"), "old");
    const argv = ["decode", "--abi", "hvhdk", "--input", "message", "-f", format, "-o", join(place, "out")];
    const child = spawn(process.execPath, [join(TOP, "bin/hvmsg.js"), ...argv]);
    child.stdin.write(boot.subarray(0, 25_600));
    while (readdirSync(place).length < 2) await sleep(20);
    child.kill("SIGINT");
    const [code] = await once(child, "exit");
    expect(code).toBe(130);
    expect(readdirSync(place)).toEqual(["out"]);
    expect(readFileSync(join(place, "out"), "utf8")).toBe("old");
  });
});

describe("every command that has -o: after a bad input the old file stays, and nothing beside it", () => {
  it.each([
    ["filter", `hvmsg filter --abi hvhdk --vp 0 -f jsonl -o OUT '${cut}'`],
    ["stats", `hvmsg stats --abi hvhdk -o OUT '${cut}'`],
    ["diff", `hvmsg diff -o OUT '${cut}' samples/linux-boot.bin`],
    ["diff --json", `hvmsg diff --json -o OUT samples/linux-boot.bin '${cut}'`],
  ])("%s", (_, command) => expectOldKept(command, "the last record is cut short"));

  it("encode", () => {
    const lines = shell("hvmsg decode --json --limit 3 samples/linux-boot.bin").stdout;
    writeFileSync(join(folder, "cut.jsonl"), lines.slice(0, -10));
    expectOldKept(`hvmsg encode -o OUT '${folder}/cut.jsonl'`, "line 3");
  });
});

describe("--partition-by", () => {
  it.each(BAD_INPUTS)("%s leaves nothing behind", (_, input, said) => {
    const place = mkdtempSync(join(folder, "bad-"));
    const ran = shell(`hvmsg decode --abi hvhdk --partition-by vpIndex -o '${place}/out' ${input}`);
    expect(ran.stderr).toContain(said);
    expect(ran.stderr).toContain(`hvmsg: ${place}/out: ${NOT_WRITTEN}`);
    expect(ran.status).toBe(2);
    expect(readdirSync(place)).toEqual([]);
  });

  it.skipIf(!canBeNobody)("a folder without permission", () => {
    const place = mkdtempSync(join(folder, "closed-"));
    chmodSync(place, 0o555);
    const ran = shell(`${HVMSG} decode --partition-by vpIndex -o '${place}/out' '${many}'`);
    expect(ran.stderr).toBe(`hvmsg: ${place}/out: cannot be written: permission denied\n`);
    expect(ran.status).toBe(2);
    expect(readdirSync(place)).toEqual([]);
  });

  it("a disk that becomes full leaves nothing behind", () => {
    const place = mkdtempSync(join(folder, "full-"));
    mkdirSync(join(place, "out"));
    const ran = shell(
      `trap '' XFSZ; ulimit -f 100; hvmsg decode --partition-by vpIndex -o '${place}/out' '${many}'`,
    );
    expect(ran.stderr).toMatch(/^hvmsg: .*out: cannot be written: .*\n$/);
    expect(ran.status).toBe(2);
    expect(readdirSync(place, { recursive: true })).toEqual(["out"]);
  });
});
