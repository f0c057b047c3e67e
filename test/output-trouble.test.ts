/** Outputs that cannot be written: a sentence and status 2, no half file; a reader that goes away: nothing. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { shell, TOP } from "./shell.ts";

const FORMATS = ["csv", "parquet", "pcapng", "raw"];

const folder = mkdtempSync(join(tmpdir(), "hvmsg-trouble-"));
chmodSync(folder, 0o755);
const boot = readFileSync(join(TOP, "samples/linux-boot.bin"));
const many = join(folder, "many.bin");
writeFileSync(many, Buffer.concat(Array<Buffer>(30).fill(boot)));

/** Root may write everywhere: it runs the command as nobody. */
const asNobody = process.getuid?.() === 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups" : "";
const HVMSG = `${asNobody} '${process.execPath}' '${join(TOP, "bin/hvmsg.js")}'`;
const canBeNobody = spawnSync("sh", ["-c", `${HVMSG} --version`]).status === 0;

describe.each(FORMATS)("-f %s", (format) => {
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

describe("--partition-by", () => {
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
